"""What pulls of public notices found, from the anchored documents, against the server's list of findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Compared:
    """``open``: what the list tells of organisations whose own list is not proven. ``observers``: the organisations
    that are said to have recorded what no evidence held (ids)."""

    findings: list[Finding] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    observers: set[bytes] = field(default_factory=set)


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


def compare(server: Server, book: Book, unlisted: Collection[bytes]) -> Compared:
    """The server's list of findings against the documents; ``unlisted``: organisations whose list is not proven.
    Raises as ``Server.json``."""
    rows = list(rows_of(server, PATH, "findings"))
    told = Counter(map(_told, rows))
    said_of = {_told(row): id_of(row.get("organisationId")) for row in rows}
    documents = {digest: findings is not None for _, digest, findings in book.observations()}
    proven: Counter[_Key] = Counter(
        (each.observation, each.kind, each.day, each.ocid, each.release) for each in observed(book)
    )
    compared = Compared()
    for key in proven - told:
        compared.findings.append(_differing(FindingKind.OBSERVATION_OMITTED, key))
    for key in told - proven:
        observation, observer = key[0], said_of[key]
        if observation not in documents and observer is not None:
            compared.observers.add(observer)
        if documents.get(observation or b"") is False:
            continue  # nobody can read it here, which is told
        if observation is not None and observation not in documents and observer in unlisted:
            compared.open.append(Open("observationUnproven", {"organisation": observer, "observation": observation}))
        else:
            compared.findings.append(_differing(FindingKind.OBSERVATION_INVENTED, key))
    return compared


def _differing(kind: FindingKind, key: _Key) -> Finding:
    names = ("observation", "found", "day", "ocid", "release")
    return Finding(kind, dict(zip(names, key, strict=True)))


def _told(row: dict[str, Any]) -> _Key:
    finding, day, ocid, release = (str(row.get(name)) for name in ("finding", "day", "ocid", "releaseId"))
    return id_of(row.get("observation")), finding, day, ocid, release


def _notice(each: Observed) -> tuple[bytes, str, str]:
    return each.organisation, each.ocid, each.release
