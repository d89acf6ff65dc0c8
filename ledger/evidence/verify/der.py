"""Distinguished Encoding Rules of ASN.1, read strictly (ITU-T X.690), as far as time stamps need them."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import MalformedDer

BOOLEAN, INTEGER, BITS, OCTETS, NULL, OID, TIME = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x18
SEQUENCE, SET = 0x30, 0x31
# Context-specific, constructed: [0] and [1].
CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1


@dataclass(frozen=True)
class Item:
    """One value: its ``tag`` (the identifier octet), its ``content``, and how it stands there, ``encoded``."""

    tag: int
    content: bytes
    encoded: bytes


def read(data: bytes, tag: int) -> Item:
    """The one value that ``data`` encodes, of this tag; raises MalformedDer for anything else."""
    found = items(data)
    if len(found) != 1 or found[0].tag != tag:
        raise MalformedDer(offset=0, reason=f"one value of tag {tag:#04x} was expected, not {_tags(found)}")
    return found[0]


def items(data: bytes) -> list[Item]:
    """The values that ``data`` holds one after the other. Raises MalformedDer where it is cut off or not canonical."""
    found = []
    at = 0
    while at < len(data):
        start, end = _span(data, at)
        found.append(Item(data[at], data[start:end], data[at:end]))
        at = end
    return found


def items_of(data: bytes, *tags: int) -> list[Item]:
    """The values that ``data`` holds, of exactly these tags in this order; raises MalformedDer for anything else."""
    found = items(data)
    if tuple(item.tag for item in found) != tags:
        expected = ", ".join(f"{tag:#04x}" for tag in tags)
        raise MalformedDer(offset=0, reason=f"values of tags {expected} were expected, not {_tags(found)}")
    return found


def integer(item: Item) -> int:
    """A non-negative INTEGER; raises MalformedDer for anything else."""
    content = item.content
    if item.tag != INTEGER or not content or content[0] > 0x7F:
        raise MalformedDer(offset=0, reason="a whole number from 0 was expected")
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise MalformedDer(offset=0, reason="a number with a leading zero")
    return int.from_bytes(content, "big")


def encode(tag: int, *parts: bytes) -> bytes:
    """The one encoding of a value of this tag whose content is these parts."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(size)]) + size + content


def encode_integer(number: int) -> bytes:
    """A non-negative INTEGER."""
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def encode_oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER, such as 1.2.840.113549."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = b""
    for arc in (40 * first + second, *rest):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.insert(0, 0x80 | arc & 0x7F)
        content += bytes(octets)
    return encode(OID, content)


def _span(data: bytes, at: int) -> tuple[int, int]:
    """Start and end of the content of the value at ``at``."""
    if data[at] & 0x1F == 0x1F:
        raise MalformedDer(offset=at, reason="a tag of more than one byte")
    if at + 1 >= len(data):
        raise MalformedDer(offset=at, reason="cut off before a length")
    start, length = at + 2, data[at + 1]
    if length >= 0x80:
        start += length - 0x80
        size = data[at + 2 : start]
        length = int.from_bytes(size, "big")
        # 0x80 alone would be a length that is not told.
        if length < 0x80 or size[0] == 0:
            raise MalformedDer(offset=at, reason="a length written longer than needed, or none")
    if start + length > len(data):
        raise MalformedDer(offset=at, reason="cut off")
    return start, start + length


def _tags(found: list[Item]) -> str:
    return ", ".join(f"{item.tag:#04x}" for item in found) or "nothing"
