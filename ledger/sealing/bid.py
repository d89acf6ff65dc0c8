"""A bid as its fields: salted disclosures, the root over them, and the proof of one alone (``docs/siegel-1.md``)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.errors import BidMalformed, DisclosureInvalid, FieldUnproven
from ledger.ocds.disclosure import Disclosure, make_disclosure, read_disclosure
from ledger.sealing.words import tag

MOST_FIELDS: Final = 10_000
LONGEST_NAME: Final = 256
LARGEST_DOCUMENT: Final = 2**53 - 1
DOCUMENTS: Final = "documents/"
_ROOT: Final = tag("siegel/1 bid")
_BOM: Final = "77u_"  # in base64url
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_SALT: Final = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes in base64url


@dataclass(frozen=True, slots=True)
class Document:
    """What a field ``documents/…`` says: name of the field, size in bytes, SHA-256 (32 bytes), and all members."""

    name: str
    size: int
    digest: bytes
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldProof:
    """One field, shown without the others: its disclosure, and the digests (32 bytes) of all fields, rising."""

    text: str
    digests: tuple[bytes, ...]


class Bid:
    """All fields of a bid, in the order of their names. Raises BidMalformed for fields that no bid has together."""

    def __init__(self, fields: Sequence[Disclosure]) -> None:
        if len(fields) > MOST_FIELDS:
            raise BidMalformed(reason=f"{len(fields)} fields")
        self.fields = tuple(fields)
        self.names = [_name(field) for field in fields]
        if any(later <= earlier for earlier, later in zip(self.names, self.names[1:], strict=False)):
            raise BidMalformed(reason="fields out of order, or one that stands twice")
        self.documents = tuple(_documents(self.fields))

    @classmethod
    def of(cls, values: dict[str, Any], *, salts: dict[str, bytes] | None = None) -> Bid:
        """A bid with these values by name, each under a fresh salt (``salts``: those instead). Raises BidMalformed."""
        made = (make_disclosure(name, values[name], salt=(salts or {}).get(name)) for name in sorted(values))
        return cls(tuple(made))

    @property
    def root(self) -> bytes:
        """``bidRoot``, 32 bytes."""
        return root_of(self._digests())

    def prove(self, name: str) -> FieldProof:
        """The field with what shows that it is of this bid. Raises FieldUnproven if the bid has no such field."""
        if name not in self.names:
            raise FieldUnproven(reason=f"the bid has no field {name}")
        return FieldProof(self.fields[self.names.index(name)].text, tuple(self._digests()))

    def _digests(self) -> list[bytes]:
        return sorted(_digest(field.text) for field in self.fields)


def check_proof(proof: FieldProof, bid_root: bytes) -> Disclosure:
    """The field, if it is of the bid with this root. Raises FieldUnproven, BidMalformed."""
    if any(later <= earlier for earlier, later in zip(proof.digests, proof.digests[1:], strict=False)):
        raise FieldUnproven(reason="digests out of order")
    if any(len(digest) != 32 for digest in proof.digests) or root_of(proof.digests) != bid_root:
        raise FieldUnproven(reason="the digests are not those of the bid")
    if _digest(proof.text) not in proof.digests:
        raise FieldUnproven(reason="the field is not among the digests")
    return read_field(proof.text)


def read_field(text: str) -> Disclosure:
    """One field from its text. Raises BidMalformed."""
    try:
        field = read_disclosure(text)
    except DisclosureInvalid as error:
        raise BidMalformed(reason=str(error)) from None
    if text.startswith(_BOM):
        raise BidMalformed(reason="a field that begins with a byte order mark")
    _name(field)
    return field


def _name(field: Disclosure) -> str:
    name = field.name
    if name is None or not (0 < len(name) <= LONGEST_NAME and name.isascii() and name.isprintable()):
        raise BidMalformed(reason=f"a field whose name is not 1 to {LONGEST_NAME} printable characters of ASCII")
    if not _SALT.fullmatch(field.salt):
        raise BidMalformed(reason=f"a salt of {name} that is not of 32 bytes")
    return name


def _documents(fields: Sequence[Disclosure]) -> list[Document]:
    found = [field for field in fields if (field.name or "").startswith(DOCUMENTS)]
    return [_document(field, number) for number, field in enumerate(found, 1)]


def _document(field: Disclosure, number: int) -> Document:
    name, value = f"{DOCUMENTS}{number:04}", field.value
    if field.name != name or number > 9_999:
        raise BidMalformed(reason=f"a field {field.name} where {name} was expected")
    match value:
        case {"title": str(), "size": int(size), "digest": str(digest)} if _DIGEST.fullmatch(digest):
            if 0 <= size <= LARGEST_DOCUMENT and not isinstance(size, bool):
                return Document(name, size, bytes.fromhex(digest), value)
    raise BidMalformed(reason=f"{name} without title, size and digest")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def root_of(digests: Sequence[bytes]) -> bytes:
    """``bidRoot`` (32 bytes) over the digests of all fields, rising."""
    return hashlib.sha256(_ROOT + b"".join(digests)).digest()
