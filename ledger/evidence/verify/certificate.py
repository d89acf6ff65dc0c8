"""Certificates (RFC 5280, section 4.1), as far as a time-stamping authority's path needs them.

They are read from the DER itself, and of the extensions those that decide something: of what else an authority writes
into its certificates libraries read more or less, each with another strictness, and two verifiers must say the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Final

from ledger.errors import TimestampInvalid
from ledger.evidence.verify import der
from ledger.evidence.verify.der import BITS, BOOLEAN, CONTEXT_0, INTEGER, OCTETS, OID, SEQUENCE, SET
from ledger.evidence.verify.public_key import PublicKey, read_public_key, verifies

_UTC_TIME, _CONTEXT_3 = 0x17, 0xA3
_VERSION_3: Final = der.encode_integer(2)
_TRUE: Final = der.encode(BOOLEAN, b"\xff")

_KEY_USAGE: Final = der.encode_oid("2.5.29.15")
_BASIC_CONSTRAINTS: Final = der.encode_oid("2.5.29.19")
_NAME_CONSTRAINTS: Final = der.encode_oid("2.5.29.30")
_EXTENDED_KEY_USAGE: Final = der.encode_oid("2.5.29.37")
# With identifiers of keys, alternative names, and where to ask the issuer: what may be critical.
_KNOWN: Final = {
    _KEY_USAGE, _BASIC_CONSTRAINTS, _NAME_CONSTRAINTS, _EXTENDED_KEY_USAGE,
    *map(der.encode_oid, ("2.5.29.14", "2.5.29.35", "2.5.29.17", "1.3.6.1.5.5.7.1.1")),
}  # fmt: skip

_SHORT: Final = {
    der.encode_oid(dotted): short
    for dotted, short in {
        "2.5.4.3": "CN", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C",
        "2.5.4.9": "STREET", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
    }.items()
}  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """A certificate and what it says of itself.

    ``serial``, ``issuer``, ``subject`` and ``purposes`` are encoded; ``valid`` is from and to, seconds since 1970.
    ``usage`` has the first eight bits: digital signature 0x80, content commitment 0x40, certificates 0x04. None of what
    it does not say. ``certifies_to`` is how many may stand between it and the last, -1: it certifies none.
    """

    der: bytes
    serial: bytes
    issuer: bytes
    subject: bytes
    valid: tuple[int, int]
    key: PublicKey | None
    purposes: tuple[bytes, ...] | None
    has_critical_purposes: bool
    usage: int | None
    certifies_to: int
    constrains_names: bool
    has_unknown: bool

    @cached_property
    def name(self) -> str:
        """The subject as people write it (RFC 4514)."""
        return ",".join("+".join(map(_attribute, part)) for part in reversed(_read_name(self.subject)))

    def is_valid_at(self, time: int) -> bool:
        """Whether it was valid at that second."""
        return self.valid[0] <= time <= self.valid[1]

    def is_signed_by(self, issuer: Certificate) -> bool:
        """Whether the other one's key signed it."""
        message, algorithm, signature = der.items(der.read(self.der, SEQUENCE).content)
        key = issuer.key
        return key is not None and verifies(key, algorithm.encoded, message.encoded, signature.content[1:])


@lru_cache(maxsize=64)  # the stamps of a bundle share a few
def read_certificate(data: bytes) -> Certificate:
    """Read a certificate's DER, whole; raises TimestampInvalid, MalformedDer.

    Nobody signed the algorithm outside and how many bits of the signature are unused: they have one form, too.
    """
    whole = der.items(der.read(data, SEQUENCE).content)
    if [part.tag for part in whole] != [SEQUENCE, SEQUENCE, BITS] or whole[2].content[:1] != b"\x00":
        raise TimestampInvalid(reason="a certificate that is not signed")
    fields = der.items(whole[0].content)
    if [field.tag for field in fields[:7]] != [CONTEXT_0, INTEGER, *[SEQUENCE] * 5] or fields[0].content != _VERSION_3:
        raise TimestampInvalid(reason="a certificate that is not of version 3")
    _, serial, algorithm, issuer, validity, subject, key, *following = fields
    if algorithm.encoded != whole[1].encoded:
        raise TimestampInvalid(reason="a certificate that names two algorithms for its signature")
    if der.integer(serial) == 0:
        raise TimestampInvalid(reason="a certificate without a serial number")
    if [field.tag for field in following] not in ([], [_CONTEXT_3]):
        raise TimestampInvalid(reason="a certificate with other fields than extensions behind its key")
    _read_name(subject.encoded)
    extensions = _read_extensions(following[0].content) if following else {}
    are_critical, purposes = extensions.get(_EXTENDED_KEY_USAGE, (False, None))
    return Certificate(
        der=data,
        serial=serial.encoded,
        issuer=issuer.encoded,
        subject=subject.encoded,
        valid=_read_validity(validity.content),
        key=read_public_key(key.encoded),
        purposes=None if purposes is None else _read_purposes(purposes),
        has_critical_purposes=are_critical,
        usage=_read_usage(extensions[_KEY_USAGE][1]) if _KEY_USAGE in extensions else None,
        certifies_to=_read_constraints(extensions[_BASIC_CONSTRAINTS][1]) if _BASIC_CONSTRAINTS in extensions else -1,
        constrains_names=_NAME_CONSTRAINTS in extensions,
        has_unknown=any(is_critical and oid not in _KNOWN for oid, (is_critical, _) in extensions.items()),
    )


def _read_name(name: bytes) -> list[list[tuple[der.Item, der.Item]]]:
    """Its parts, each of attributes: kind and value."""
    found = []
    for part in der.items(der.read(name, SEQUENCE).content):
        attributes = [der.items(each.content) for each in der.items(part.content)]
        if part.tag != SET or any(len(each) != 2 or each[0].tag != OID for each in attributes):
            raise TimestampInvalid(reason="a certificate for nobody")
        found.append([(kind, value) for kind, value in attributes])
    return found


def _attribute(attribute: tuple[der.Item, der.Item]) -> str:
    kind, value = attribute
    return f"{_SHORT.get(kind.encoded, kind.content.hex())}={value.content.decode(errors='replace')}"


def _read_validity(content: bytes) -> tuple[int, int]:
    """Each a UTCTime before 2050, or a GeneralizedTime from then on (section 4.1.2.5)."""
    times = [_moment(each) for each in der.items(content)]
    if len(times) != 2 or times[0] is None or times[1] is None:
        raise TimestampInvalid(reason="a certificate without a validity")
    return times[0], times[1]


def _moment(time: der.Item) -> int | None:
    text = time.content
    if time.tag == _UTC_TIME and len(text) == 13:
        return seconds_of((b"20" if text < b"50" else b"19") + text)
    return seconds_of(text) if time.tag == der.TIME and text >= b"2050" else None


def seconds_of(text: bytes) -> int | None:
    """Seconds since 1970 of YYYYMMDDhhmmssZ; None for what is no such moment."""
    found = re.fullmatch(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z", text)
    try:
        return int(datetime(*map(int, found.groups()), tzinfo=UTC).timestamp()) if found else None  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _read_extensions(content: bytes) -> dict[bytes, tuple[bool, bytes]]:
    """By their OIDs whether they are critical, and their values."""
    found: dict[bytes, tuple[bool, bytes]] = {}
    for extension in der.items(der.read(content, SEQUENCE).content):
        parts = der.items(extension.content)
        # That it is not critical is not written (X.690, section 11.5).
        is_critical = len(parts) == 3 and parts[1].encoded == _TRUE
        if [part.tag for part in parts] != [OID, *([BOOLEAN] if is_critical else []), OCTETS]:
            raise TimestampInvalid(reason="a certificate with an extension that is none")
        if parts[0].encoded in found:
            raise TimestampInvalid(reason="a certificate with an extension that is there twice")
        found[parts[0].encoded] = (is_critical, parts[-1].content)
    return found


def _read_constraints(value: bytes) -> int:
    """How many may stand between it and the last; -1 where it certifies none, 255 where it does not say."""
    parts = der.items(der.read(value, SEQUENCE).content)
    if [part.tag for part in parts] not in ([], [BOOLEAN], [BOOLEAN, INTEGER]) or (parts and parts[0].encoded != _TRUE):
        raise TimestampInvalid(reason="a certificate whose basic constraints are none")
    if len(parts) == 2:
        return der.integer(parts[1])
    return 255 if parts else -1


def _read_purposes(value: bytes) -> tuple[bytes, ...]:
    found: Sequence[der.Item] = der.items(der.read(value, SEQUENCE).content)
    if any(each.tag != OID for each in found):
        raise TimestampInvalid(reason="a certificate whose key has a purpose that is none")
    return tuple(each.encoded for each in found)


def _read_usage(value: bytes) -> int:
    """Bits that are unused are zero, and fewer than eight (X.690, section 11.2)."""
    content = der.read(value, BITS).content
    if not content or content[0] > 7 or (content[0] and (len(content) == 1 or content[-1] % (1 << content[0]))):
        raise TimestampInvalid(reason="a certificate whose key usage is none")
    return content[1] if len(content) > 1 else 0
