"""HPKE (RFC 9180), base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, empty ``aad``, one message.

The library seals with an ephemeral key of its own choice. A bid's shares must come out the same again from the same
seed, so for them the ephemeral key is derived (``DeriveKeyPair``) and the rest follows the RFC here.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ENC: Final = 65
TAG: Final = 16
_SUITE: Final = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_KEM: Final = b"KEM" + (0x0010).to_bytes(2, "big")
_ALL: Final = b"HPKE" + b"".join(each.to_bytes(2, "big") for each in (0x0010, 0x0001, 0x0002))
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_KEY, _NONCE, _SECRET, _SCALAR = 32, 12, 32, 32


def public_key(encoded: bytes) -> ec.EllipticCurvePublicKey:
    """A point of P-256, 65 bytes uncompressed. Raises ValueError for what is none."""
    if len(encoded) != ENC:
        raise ValueError(len(encoded))
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), encoded)


def seal(key: bytes, info: bytes, plain: bytes) -> bytes:
    """``enc`` (65 bytes) and ciphertext (16 more than ``plain``), with a fresh ephemeral key."""
    return _SUITE.encrypt(plain, public_key(key), info)


def seal_again(key: bytes, info: bytes, plain: bytes, ikm: bytes) -> bytes:
    """The same with the ephemeral key that follows from ``ikm`` (32 bytes): always the same bytes."""
    enc, point = exchanged_again(key, ikm)
    cipher, nonce = _schedule(point, enc, key, info)
    return enc + cipher.encrypt(nonce, plain, None)


def unseal(key: ec.EllipticCurvePrivateKey, info: bytes, sealed: bytes) -> bytes | None:
    """What was sealed to this key under this ``info``; None if it was not."""
    try:
        return _SUITE.decrypt(sealed, key, info)
    except (InvalidTag, ValueError):
        return None


def exchanged(key: ec.EllipticCurvePrivateKey, sealed: bytes) -> bytes:
    """The point (its x, 32 bytes) that the recipient and whoever sealed this have in common: with it alone others can
    open this one message (``unseal_with``), and nothing else.

    Only of a message that ``unseal`` opened: whoever made it knows the point. Of any other ``enc``, such as one copied
    from a bid that is still sealed, the point would open what is not to be opened.
    """
    return key.exchange(ec.ECDH(), public_key(sealed[:ENC]))


def exchanged_again(key: bytes, ikm: bytes) -> tuple[bytes, bytes]:
    """``enc`` (65 bytes) of the ephemeral key that follows from ``ikm``, and the point in common with the recipient."""
    ephemeral = _derive_key_pair(ikm)
    enc = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return enc, ephemeral.exchange(ec.ECDH(), public_key(key))


def unseal_with(point: bytes, key: bytes, info: bytes, sealed: bytes) -> bytes | None:
    """What was sealed to this public key, for somebody who has the point in common; None if it was not."""
    cipher, nonce = _schedule(point, sealed[:ENC], key, info)
    try:
        return cipher.decrypt(nonce, sealed[ENC:], None)
    except InvalidTag:
        return None


def _schedule(point: bytes, enc: bytes, key: bytes, info: bytes) -> tuple[AESGCM, bytes]:
    """Cipher and nonce of one message (RFC 9180, 4.1 and 5.1)."""
    extracted = _extract(_KEM, b"", b"eae_prk", point)
    secret = _expand(_KEM, extracted, b"shared_secret", enc + key, _SECRET)
    schedule = b"\0" + _extract(_ALL, b"", b"psk_id_hash", b"") + _extract(_ALL, b"", b"info_hash", info)
    root = _extract(_ALL, secret, b"secret", b"")
    cipher = AESGCM(_expand(_ALL, root, b"key", schedule, _KEY))
    return cipher, _expand(_ALL, root, b"base_nonce", schedule, _NONCE)


def _derive_key_pair(ikm: bytes) -> ec.EllipticCurvePrivateKey:
    """RFC 9180, 7.1.3. That a candidate is no scalar happens once in 2^32."""
    root = _extract(_KEM, b"", b"dkp_prk", ikm)
    candidates = (_expand(_KEM, root, b"candidate", bytes([counter]), _SCALAR) for counter in range(256))
    numbers = (int.from_bytes(candidate, "big") for candidate in candidates)
    return ec.derive_private_key(next(each for each in numbers if 0 < each < _ORDER), ec.SECP256R1())


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return HKDF.extract(hashes.SHA256(), salt, b"HPKE-v1" + suite + label + ikm)


def _expand(suite: bytes, root: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, labelled).derive(root)
