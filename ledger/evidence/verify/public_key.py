"""Public keys of certificates, and the signatures they make: RSA (RFC 8017) and ECDSA (FIPS 186-5)."""

from __future__ import annotations

from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ledger.errors import TimestampInvalid
from ledger.evidence.verify import der
from ledger.evidence.verify.der import BITS, INTEGER, NULL, SEQUENCE

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

# RFC 5754; digests of less than 256 bits are none.
DIGESTS: Final = {
    der.encode_oid("2.16.840.1.101.3.4.2.1"): "sha256",
    der.encode_oid("2.16.840.1.101.3.4.2.2"): "sha384",
    der.encode_oid("2.16.840.1.101.3.4.2.3"): "sha512",
}
_HASHES: Final = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_NO_PARAMETERS: Final = der.encode(NULL)
_RSA_WITH: Final = {
    "sha256": der.encode_oid("1.2.840.113549.1.1.11"),
    "sha384": der.encode_oid("1.2.840.113549.1.1.12"),
    "sha512": der.encode_oid("1.2.840.113549.1.1.13"),
}
_ECDSA_WITH: Final = {
    "sha256": der.encode_oid("1.2.840.10045.4.3.2"),
    "sha384": der.encode_oid("1.2.840.10045.4.3.3"),
    "sha512": der.encode_oid("1.2.840.10045.4.3.4"),
}
_PSS: Final = der.encode_oid("1.2.840.113549.1.1.10")
_MGF1: Final = der.encode_oid("1.2.840.113549.1.1.8")

RSA: Final = der.encode_oid("1.2.840.113549.1.1.1")
_RSA_KEY: Final = der.encode(SEQUENCE, RSA, _NO_PARAMETERS)
_EC: Final = der.encode_oid("1.2.840.10045.2.1")
# What browsers know, too.
_CURVES: Final = {
    der.encode(SEQUENCE, _EC, der.encode_oid("1.2.840.10045.3.1.7")): ec.SECP256R1(),
    der.encode(SEQUENCE, _EC, der.encode_oid("1.3.132.0.34")): ec.SECP384R1(),
    der.encode(SEQUENCE, _EC, der.encode_oid("1.3.132.0.35")): ec.SECP521R1(),
}

# Longer keys and exponents cost whoever checks a signature seconds; libraries refuse some of them, each others.
_LEAST_RSA_BITS, _MOST_RSA_BITS, _MOST_EXPONENT_BITS = 2048, 8192, 32


def read_public_key(info: bytes) -> PublicKey | None:
    """A SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7); None for a key of another kind, which vouches for nothing.

    Raises TimestampInvalid for a key of these kinds that is none, or too short or too long; MalformedDer.
    """
    algorithm, bits = der.items_of(der.read(info, SEQUENCE).content, SEQUENCE, BITS)
    if bits.content[:1] != b"\x00":
        raise TimestampInvalid(reason="a key of a part of a byte")
    key = bits.content[1:]
    if algorithm.encoded == _RSA_KEY:
        return _read_rsa(key)
    curve = _CURVES.get(algorithm.encoded)
    if curve is None:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, key)
    except ValueError as error:
        raise TimestampInvalid(reason="a key that is no point of its curve") from error


def _read_rsa(key: bytes) -> rsa.RSAPublicKey:
    modulus, exponent = (der.integer(each) for each in der.items_of(der.read(key, SEQUENCE).content, INTEGER, INTEGER))
    size = modulus.bit_length()
    if modulus % 2 == 0 or not _LEAST_RSA_BITS <= size <= _MOST_RSA_BITS:
        raise TimestampInvalid(reason=f"an RSA key of {size} bits, or an even one")
    if exponent % 2 == 0 or exponent < 3 or exponent.bit_length() > _MOST_EXPONENT_BITS:
        raise TimestampInvalid(reason="an RSA key with an exponent that is even, below three, or of more than 32 bits")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def signature_oid(key: PublicKey, digest: str) -> bytes:
    """How a signature by such a key over such a digest is named, encoded."""
    return (_RSA_WITH if isinstance(key, rsa.RSAPublicKey) else _ECDSA_WITH)[digest]


def signature_algorithm(key: PublicKey, digest: str) -> bytes:
    """The one AlgorithmIdentifier of such a signature: RSA's parameters are NULL (RFC 4055, section 5), ECDSA has none
    (RFC 5758, section 3.2)."""
    parameters = _NO_PARAMETERS if isinstance(key, rsa.RSAPublicKey) else b""
    return der.encode(SEQUENCE, signature_oid(key, digest), parameters)


def verifies(key: PublicKey, algorithm: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key made the signature by the algorithm that is named (encoded, as it stands there)."""
    for digest in DIGESTS.values():
        if algorithm == signature_algorithm(key, digest):
            return signed(key, digest, message, signature)
        if algorithm == _pss_algorithm(digest) and isinstance(key, rsa.RSAPublicKey):
            hash_ = _HASHES[digest]
            return _signed_by_rsa(key, padding.PSS(padding.MGF1(hash_), hash_.digest_size), hash_, message, signature)
    return False


def signed(key: PublicKey, digest: str, message: bytes, signature: bytes) -> bool:
    """Whether the key made the signature over this digest of the message, RSA with PKCS #1 v1.5."""
    if isinstance(key, rsa.RSAPublicKey):
        return _signed_by_rsa(key, padding.PKCS1v15(), _HASHES[digest], message, signature)
    try:
        key.verify(signature, message, ec.ECDSA(_HASHES[digest]))
    except InvalidSignature:
        return False
    return True


def _signed_by_rsa(
    key: rsa.RSAPublicKey,
    scheme: padding.PSS | padding.PKCS1v15,
    digest: hashes.HashAlgorithm,
    message: bytes,
    signature: bytes,
) -> bool:
    try:
        key.verify(signature, message, scheme, digest)
    except InvalidSignature:
        return False
    return True


def _pss_algorithm(digest: str) -> bytes:
    """RSASSA-PSS with one digest for all, and a salt as long as it (RFC 4055, section 3.1)."""
    oid = next(oid for oid, name in DIGESTS.items() if name == digest)
    hash_ = der.encode(SEQUENCE, oid, _NO_PARAMETERS)
    parameters = der.encode(
        SEQUENCE,
        der.encode(0xA0, hash_),
        der.encode(0xA1, der.encode(SEQUENCE, _MGF1, hash_)),
        der.encode(0xA2, der.encode_integer(_HASHES[digest].digest_size)),
    )
    return der.encode(SEQUENCE, _PSS, parameters)
