"""The envelope computed once more, from its text (docs/siegel-1.md) and other libraries; slow and short."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

WORD = 32
SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class Holder:
    """A recipient with the private key."""

    holder: str
    private: ec.EllipticCurvePrivateKey

    @classmethod
    def named(cls, name: str, *, size: int) -> Holder:
        """The same key for the same name; ``size`` bytes of holder: 20 an account, 32 an organisation."""
        digest = hashlib.sha256(name.encode()).digest()
        scalar = int.from_bytes(digest, "big") >> 1
        return cls(digest[:size].hex().rjust(64, "0"), ec.derive_private_key(scalar, ec.SECP256R1()))

    @property
    def secret(self) -> str:
        """The private key, hex."""
        return self.private.private_numbers().private_value.to_bytes(32, "big").hex()

    def as_json(self) -> dict[str, str]:
        """As the command takes it."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"holder": self.holder, "key": point.hex()}


def word(value: int | str) -> bytes:
    """A number, or hex."""
    return value.to_bytes(WORD, "big") if isinstance(value, int) else bytes.fromhex(value).rjust(WORD, b"\0")


def tag(text: str) -> bytes:
    """Text at the start of a word."""
    return text.encode().ljust(WORD, b"\0")


def context_words(context: Mapping[str, Any], bid_root: str) -> bytes:
    """Words 1 to 9."""
    names = ("chainId", "ledger", "processId", "round", "author", "keySet", "notBefore")
    return word(1) + b"".join(word(context[name]) for name in names) + word(bid_root)


def bid_root(texts: Iterable[str]) -> str:
    """Of the texts of all fields."""
    digests = sorted(hashlib.sha256(text.encode()).digest() for text in texts)
    return hashlib.sha256(tag("siegel/1 bid") + b"".join(digests)).hexdigest()


def field(name: str, value: Any, salt: bytes) -> str:
    """The text of a field."""
    return encoded(json.dumps([encoded(salt), name, value]).encode())


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> list[Any]:
    """Salt, name and value of a field."""
    found: list[Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def padme(size: int) -> int:
    """The padded size, by the bits that must be zero (Nikitin and others, 2019)."""
    exponent = size.bit_length() - 1
    zeros = exponent - exponent.bit_length()
    mask = (1 << zeros) - 1
    return (size + mask) & ~mask


def content(texts: Iterable[str], *documents: bytes) -> bytes:
    """What is encrypted; the texts in the order given."""
    whole = "\n".join(["siegel-bid/1", *texts, "", ""]).encode() + b"".join(documents)
    return whole.ljust(padme(len(whole)), b"\0")


@dataclass(frozen=True)
class Seed:
    """What follows from a seed in a context (RFC 5869)."""

    seed: bytes
    context: bytes

    def derive(self, info: bytes, length: int = 32) -> bytes:
        """HKDF-Expand."""
        prk = hmac.digest(hashlib.sha256(self.context).digest(), self.seed, "sha256")
        found = block = b""
        for counter in range(1, -(-length // 32) + 1):
            block = hmac.digest(prk, block + info + bytes([counter]), "sha256")
            found += block
        return found[:length]

    def identity(self) -> pyrage.x25519.Identity:
        """That of the content."""
        return pyrage.x25519.Identity.from_str(bech32("age-secret-key-", self.derive(b"age")).upper())

    def share(self, group: int, index: int, threshold: int, *, alone: bool = False) -> bytes:
        """Of the half that a group shares; of the seed, if it is ``alone``."""
        half = self.derive(b"half")
        if group == 2:
            half = bytes(one ^ other for one, other in zip(self.seed, half, strict=True))
        coefficients = self.derive(b"coefficients" + bytes([group]), 32 * (threshold - 1))
        parts = [self.seed if alone else half, *(coefficients[at : at + 32] for at in range(0, len(coefficients), 32))]
        return bytes(polynomial(column, index) for column in zip(*parts, strict=True))


def _tables() -> tuple[list[int], dict[int, int]]:
    powers = [1]
    for _ in range(254):
        doubled = powers[-1] << 1 ^ (0x11B if powers[-1] & 0x80 else 0)
        powers.append(doubled ^ powers[-1])
    return powers, {value: at for at, value in enumerate(powers)}


POWERS, LOGARITHMS = _tables()


def times(one: int, other: int) -> int:
    """In GF(2^8), by logarithms to the base 3."""
    return 0 if 0 in (one, other) else POWERS[(LOGARITHMS[one] + LOGARITHMS[other]) % 255]


def polynomial(coefficients: Iterable[int], x: int) -> int:
    """Its value at x, the constant first."""
    found, power = 0, 1
    for each in coefficients:
        found ^= times(each, power)
        power = times(power, x)
    return found


CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(prefix: str, data: bytes) -> str:
    """BIP 173."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    checked = [*(ord(each) >> 5 for each in prefix), 0, *(ord(each) & 31 for each in prefix), *values, *[0] * 6]
    state = 1
    for value in checked:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> bit & 1 else 0
    state ^= 1
    return (
        prefix + "1" + "".join(CHARACTERS[each] for each in [*values, *(state >> 5 * (5 - at) & 31 for at in range(6))])
    )
