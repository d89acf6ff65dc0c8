"""What FieldsErased erases, as the document whose digest is the act's ``subject``.

The document names each field by its place and its digest in the release, never by its value, so it can be mailed and
kept. It binds both officers: what is erased in any home is read from it, and from nothing else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.chain.acts import Call
from ledger.chain.record import ZERO, ActRecord
from ledger.cli.acts.fields import call_field
from ledger.cli.acts.making import SALT_BYTES, Enclosure, Making
from ledger.cli.acts.parameter import Field, Parameter, Values
from ledger.cli.acts.places import place_in_words, value_at
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import (
    ArgumentInvalid,
    ArgumentMissing,
    ErasureUnchosen,
    ErasureUnreadable,
    ObjectNotErasable,
    RefUnknown,
    SiegelError,
)
from ledger.ocds.disclosure import DisclosedField
from ledger.ocds.json_text import read_json, write_json
from ledger.terms import STATUTE, Act

if TYPE_CHECKING:
    from ledger.chain.client import Chain

FORMAT: Final = "siegel erasure 1"

_FIELD = Parameter("field", "field to erase, as JSON Pointer; without a choice all are told", "POINTER", kind=list[str])
_ALL = Parameter("all", "erase every field that can be erased", "", kind=bool, default=False)
_ORIGINAL = Parameter("original", "erase the original file that was imported, too", "", kind=bool, default=False)
_KEEP_ORIGINAL = Parameter(
    "keep_original", "leave the original file, although what is erased stands in it, too", "", kind=bool, default=False
)
_REQUEST = Parameter("request", "letter of the person who asks for it", "FILE|DIGEST")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to be erased of the release; ``original`` and ``request`` are zero where there is none."""

    release: bytes
    fields: tuple[DisclosedField, ...]
    original: bytes
    request: bytes

    def as_bytes(self) -> bytes:
        """The document: canonical JSON."""
        fields = [{"path": field.path, "digest": field.digest} for field in self.fields]
        digests = {"release": self.release, "original": self.original, "request": self.request}
        return write_json({"format": FORMAT, "fields": fields, **{name: each.hex() for name, each in digests.items()}})

    def belongs_to(self, published: ActRecord) -> bool:
        """Whether it erases nothing but what this act published: its release, and a notice's original file."""
        original = published.subject if published.act == Act.NOTICE_PUBLISHED else ZERO
        return self.release == published.release != ZERO and self.original in (ZERO, original)


def read_erasure(data: bytes) -> Erasure:
    """The erasure in a document. Raises ``ErasureUnreadable``."""
    try:
        found = read_json(data)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ErasureUnreadable(why=f"not of the format {FORMAT}")
        release, original, request = (bytes.fromhex(found[name]) for name in ("release", "original", "request"))
        fields = tuple(DisclosedField(str(each["path"]), str(each["digest"])) for each in found["fields"])
    except ErasureUnreadable:
        raise
    except (SiegelError, KeyError, TypeError, ValueError) as error:
        raise ErasureUnreadable(why=str(error)) from error
    return Erasure(release, fields, original, request)


def act_numbered(chain: Chain, process: bytes, sequence: int) -> ActRecord:
    """An act of a process, from the ledger itself. Raises ``RefUnknown``."""
    for record in chain.acts_of(process):
        if record.sequence == sequence:
            return record
    raise RefUnknown(processId=process, ref=sequence)


def told(session: Session, erasure: Erasure) -> list[str]:
    """What is to be erased, one line each, with the values as far as this home has them."""
    lines = _places(session, erasure.release, erasure.fields)
    if erasure.original != ZERO:
        lines.append(say("the original file 0x{digest}", digest=erasure.original.hex()))
    return lines


def _places(session: Session, release: bytes, fields: tuple[DisclosedField, ...]) -> list[str]:
    try:
        here = {field.digest for field in session.releases.erasable_fields(release)}
        shown = session.releases.shown(release) if here else {}
    except SiegelError:
        here, shown = set(), {}
    lines = []
    for field in fields:
        value = f" = {value_at(shown, field.path)}" if field.digest in here else ""
        lines.append(f"{field.path} ({place_in_words(field.path)}){value}")
    return lines


def _call(making: Making, typed: Values) -> Call:
    if not (typed["field"] or typed["all"] or typed["original"]):
        published = _published(making, typed)
        lines = _places(making.session, published.release, _erasable(making, published))
        raise ErasureUnchosen(places="".join(f"\n  {line}" for line in lines) or "-")
    if typed["ground"] is None:
        raise ArgumentMissing(argument="--ground", why=say("erasing needs a reason"))
    made: Call = _CALL.read(making, typed)
    return made


def _subject(making: Making, typed: Values) -> bytes:
    published = _published(making, typed)
    fields = _chosen(_erasable(making, published), typed)
    original = _original(making, published, asked_for=typed["original"]) if not typed["keep_original"] else ZERO
    if not fields and original == ZERO:
        raise ErasureUnchosen(places="-")
    request = making.document(typed["request"], "--request") if typed["request"] else ZERO
    content = Erasure(published.release, fields, original, request).as_bytes()
    from ledger.store.objects import StoreClass

    digest = making.session.store.put(StoreClass.CONFIDENTIAL, content, salt=secrets.token_bytes(SALT_BYTES))
    making.enclosures.append(Enclosure(say("list of what is erased"), digest, is_release=False))
    return digest


def _published(making: Making, typed: Values) -> ActRecord:
    published = act_numbered(making.session.chain, making.process_id, typed["ref"])
    if published.release == ZERO:
        raise ArgumentInvalid(argument="--ref", value=typed["ref"], why=say("this act published no release"))
    return published


def _erasable(making: Making, published: ActRecord) -> tuple[DisclosedField, ...]:
    fields = making.session.releases.erasable_fields(published.release)
    return tuple(sorted(fields, key=lambda field: field.path))


def _chosen(erasable: tuple[DisclosedField, ...], typed: Values) -> tuple[DisclosedField, ...]:
    if typed["all"]:
        return erasable
    wanted: list[str] = typed["field"] or []
    for path in wanted:
        if path not in {field.path for field in erasable}:
            raise ArgumentInvalid(argument="--field", value=path, why=say("no field stands there that can be erased"))
    return tuple(field for field in erasable if field.path in wanted)


def _original(making: Making, published: ActRecord, *, asked_for: bool) -> bytes:
    """The original file that the act names: what is erased from the release stands there, too. Zero if there is none
    and nobody asked for it."""
    from ledger.store.objects import StoreClass

    names_one = published.act == Act.NOTICE_PUBLISHED and published.subject != ZERO
    if not asked_for and not (names_one and making.session.store.exists(published.subject)):
        return ZERO
    if not names_one:
        raise ArgumentInvalid(argument="--original", value="-", why=say("this act names no original file"))
    kind = making.session.store.kind(published.subject)
    if kind is not StoreClass.ERASABLE:
        raise ObjectNotErasable(digest=published.subject, kind=kind.value)
    return published.subject


_CALL: Final = call_field(STATUTE[Act.FIELDS_ERASED])
_GROUND = Parameter("ground", "document that states the reason, needed to erase", "FILE|DIGEST")

FIELDS_OF_ERASURE: Final[dict[tuple[str, str], Field]] = {
    ("EraseFields", "call"): Field((*(_GROUND if p.name == "ground" else p for p in _CALL.parameters),), _call),
    ("EraseFields", "subject"): Field((_FIELD, _ALL, _ORIGINAL, _KEEP_ORIGINAL, _REQUEST), _subject),
}
"""The fields of ``siegel process erase``; ``--ground`` is not needed for being told what can be erased."""
