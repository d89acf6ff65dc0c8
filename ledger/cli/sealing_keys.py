"""Sealing keys: HPKE key pairs on P-256 (RFC 9180), to which shares of a bid's key are sealed.

They are apart from the accounts' keys: an account signs what everybody may see, a sealing key opens what nobody else
may see, and it never has to leave its holder's machine.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import KeystoreExists, KeystoreUnreadable, WrongPassphrase


def create_sealing_key(path: Path, passphrase: str) -> bytes:
    """Writes a new private key (PKCS #8 under the passphrase) and returns the public one, 65 bytes uncompressed.

    Raises ``KeystoreExists``.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    encryption = serialization.BestAvailableEncryption(passphrase.encode())
    content = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeystoreExists(path=path) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return _public(key)


def public_key(path: Path, passphrase: str) -> bytes:
    """The public key of a file. Raises as ``open_sealing_key``."""
    return _public(open_sealing_key(path, passphrase))


def open_sealing_key(path: Path, passphrase: str) -> ec.EllipticCurvePrivateKey:
    """The key in a file. Raises ``WrongPassphrase``, ``KeystoreUnreadable``."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase.encode())
    except ValueError as error:
        raise WrongPassphrase(path=path) from error
    except (OSError, TypeError) as error:
        raise KeystoreUnreadable(path=path, reason=str(error)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeystoreUnreadable(path=path, reason="P-256")
    return key


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
