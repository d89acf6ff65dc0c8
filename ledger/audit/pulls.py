"""What pulls of public notices found, from the anchored documents, against the server's list of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ledger.audit.asking import Server
from ledger.audit.book import Book
from ledger.audit.findings import Finding, FindingKind, Open
from ledger.audit.pages import id_of, rows_of

PATH: Final = "/api/v1/findings"

_Key: TypeAlias = tuple[bytes | None, str, str, str, str]

_TAKEN_BACK: Final = {"reappeared": "vanished", "restored": "changed"}


@dataclass(frozen=True, slots=True)
class Observed:
    """A notice that an observer saw vanish (or saw changed): ``kind`` as in the anchored document."""

    organisation: bytes
    observation: bytes
    kind: str
    day: str
    ocid: str
    release: str
    process: bytes


def observed(book: Book) -> Iterator[Observed]:
    """Every finding of every document that evidence held."""
    for organisation, digest, findings in book.observations():
        for each in findings or ():
            process = bytes.fromhex(each["process"])
            yield Observed(organisation, digest, each["kind"], each["day"], each["ocid"], each["releaseId"], process)


def unread(book: Book) -> Iterator[Open]:
    """Documents of pulls that evidence did not hold."""
    for organisation, digest, findings in book.observations():
        if findings is None:
            yield Open("observationUnread", {"organisation": organisation, "observation": digest})


def standing(book: Book) -> list[Observed]:
    """Notices that vanished or were changed, as far as no later finding took that back."""
    back = Counter((_TAKEN_BACK[each.kind], _notice(each)) for each in observed(book) if each.kind in _TAKEN_BACK)
    found = []
    for each in observed(book):
        if each.kind in _TAKEN_BACK.values():
            if back[each.kind, _notice(each)] > 0:
                back[each.kind, _notice(each)] -= 1
            else:
                found.append(each)
    return sorted(found, key=lambda each: (each.day, each.ocid, each.release, each.kind))


def compare(server: Server, book: Book) -> list[Finding]:
    """The server's list of findings against the documents. Raises as ``Server.json``."""
    told = Counter(map(_told, rows_of(server, PATH, "findings")))
    proven: Counter[_Key] = Counter(
        (each.observation, each.kind, each.day, each.ocid, each.release) for each in observed(book)
    )
    unreadable = {digest for _, digest, findings in book.observations() if findings is None}
    kinds = ((FindingKind.OBSERVATION_OMITTED, proven - told), (FindingKind.OBSERVATION_INVENTED, told - proven))
    return [
        Finding(kind, {"observation": key[0], "found": key[1], "day": key[2], "ocid": key[3], "release": key[4]})
        for kind, differing in kinds
        for key in differing
        if key[0] not in unreadable
    ]


def _told(row: dict[str, Any]) -> _Key:
    finding, day, ocid, release = (str(row.get(name)) for name in ("finding", "day", "ocid", "releaseId"))
    return id_of(row.get("observation")), finding, day, ocid, release


def _notice(each: Observed) -> tuple[bytes, str, str]:
    return each.organisation, each.ocid, each.release
