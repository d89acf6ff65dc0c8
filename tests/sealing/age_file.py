"""An age file as anybody may write one (age-encryption.org/v1): with further stanzas, of any length, cut as one likes.

Nothing in it is drawn: the same content gives the same file, which only a test may do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 65536
FILE_KEY = hashlib.sha256(b"file key").digest()[:16]


def recipient_of(scalar: bytes) -> bytes:
    """The public key of an identity."""
    return X25519PrivateKey.from_private_bytes(scalar).public_key().public_bytes_raw()


def stanza(recipient: bytes) -> bytes:
    """The file key, wrapped for an X25519 recipient."""
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral" + recipient).digest())
    own = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    key = _derived(shared, own + recipient, b"age-encryption.org/v1/X25519")
    wrapped = ChaCha20Poly1305(key).encrypt(bytes(12), FILE_KEY, None)
    return b"-> X25519 " + _base64(own) + b"\n" + _base64(wrapped) + b"\n"


def age_file(stanzas: Iterable[bytes], chunks: Sequence[bytes], *, marked: int | None = None) -> bytes:
    """Header and payload; the last of the chunks is marked as the last, or the one with this number."""
    start = b"age-encryption.org/v1\n" + b"".join(stanzas) + b"---"
    mac = hmac.digest(_derived(FILE_KEY, b"", b"header"), start, "sha256")
    nonce = hashlib.sha256(b"nonce").digest()[:16]
    sealing = ChaCha20Poly1305(_derived(FILE_KEY, nonce, b"payload"))
    last = len(chunks) - 1 if marked is None else marked
    payload = (
        sealing.encrypt(number.to_bytes(11, "big") + bytes([number == last]), chunk, None)
        for number, chunk in enumerate(chunks)
    )
    return start + b" " + _base64(mac) + b"\n" + nonce + b"".join(payload)


def chunks_of(content: bytes) -> list[bytes]:
    """As they are encrypted; of nothing there is one empty chunk."""
    return [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)] or [b""]


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
