"""The server's list of processes against those that evidence proves: none left out, none invented, each as proven.

A server goes on while it is audited. So whatever differs is looked at once more: the process is proven anew and its row
asked for again, and only what still differs from both is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from ledger.audit.asking import Server
from ledger.audit.book import Book, ProvenProcess
from ledger.audit.differences import TOLERANCE, differences
from ledger.audit.findings import Finding, FindingKind
from ledger.audit.pages import id_of, rows_of
from ledger.audit.standing import DAY, SILENT_DAYS, is_silent

PATH: Final = "/api/v1/processes"
Row = dict[str, Any]


class Listed:
    """What the list of processes showed: which of the proven ones, and what is to be looked at once more."""

    def __init__(self) -> None:
        self.rows = 0
        self.seen = bytearray()
        self.differing: dict[bytes, Row] = {}
        self.unknown: dict[bytes, Row] = {}
        self.findings: list[Finding] = []

    def see(self, number: int) -> bool:
        """Mark a proven process (by its number in the book); whether it was marked before."""
        if number >= len(self.seen):
            self.seen.extend(bytes(number + 1 - len(self.seen)))
        before, self.seen[number] = self.seen[number], 1
        return bool(before)

    def has(self, number: int) -> bool:
        """Whether a proven process was seen."""
        return number < len(self.seen) and bool(self.seen[number])


def read_list(server: Server, book: Book, now: int) -> Listed:
    """Go through the whole list once. Raises as ``Server.json``."""
    listed = Listed()
    # By the first publication, the latest first: what comes while one reads does not move the rest.
    for row in rows_of(server, PATH, "processes", "&sort=published"):
        listed.rows += 1
        id = id_of(row.get("processId"))
        proven = None if id is None else book.process(id)
        if id is None or proven is None:
            listed.unknown[id or repr(row)[:200].encode()] = row
            continue
        if listed.see(proven.number):
            listed.findings.append(Finding(FindingKind.PROCESS_TWICE, where_of(proven)))
        elif any(differences(row, proven, now)):
            listed.differing[id] = row
    return listed


def omitted(server: Server, book: Book, listed: Listed) -> Iterator[Finding]:
    """Proven processes that the list lacks, also when it is asked for them by name. Raises as ``Server.json``."""
    for proven in book.processes():
        if not listed.has(proven.number) and not _is_listed(server, proven):
            yield Finding(FindingKind.PROCESS_OMITTED, where_of(proven))


def changed(row: Row, before: ProvenProcess, after: ProvenProcess, now: int) -> list[Finding]:
    """What of a row is neither as it was proven before, nor as it is proven now."""
    was = {name for name, _, _ in differences(row, before, now)}
    return [
        Finding(FindingKind.PROCESS_DIFFERS, {**where_of(after), "field": name}, expected, got)
        for name, expected, got in differences(row, after, now)
        if name in was
    ]


def invented(id: bytes, row: Row) -> Finding:
    """A process of the list that nothing proves."""
    where = {"process": id if len(id) == 32 else None, "ocid": _short(row.get("ocid"))}
    return Finding(FindingKind.PROCESS_INVENTED, where, None, _short(row.get("title")))


def silence(server: Server, book: Book, now: int) -> tuple[list[ProvenProcess], list[Finding]]:
    """Silent procedures as proven; and where the server's own list of them differs. Raises as ``Server.json``."""
    told = set()
    for row in rows_of(server, PATH, "processes", f"&silentDays={SILENT_DAYS}&sort=published"):
        told.add(id_of(row.get("processId")))
    silent, findings = list[ProvenProcess](), list[Finding]()
    for proven in book.processes():
        is_ = is_silent(proven.facts, now)
        if is_:
            silent.append(proven)
        deadline = proven.facts["deadline"]
        # Where the term ends about now two clocks may differ.
        if deadline is not None and abs(now - SILENT_DAYS * DAY - deadline) < TOLERANCE:
            continue
        if is_ != (proven.id in told):
            kind = FindingKind.SILENCE_HIDDEN if is_ else FindingKind.SILENCE_INVENTED
            findings.append(Finding(kind, where_of(proven)))
    return silent, findings


def where_of(proven: ProvenProcess) -> dict[str, Any]:
    """Where a finding about a process is."""
    return {"process": proven.id, "ocid": proven.ocid}


def _is_listed(server: Server, proven: ProvenProcess) -> bool:
    rows = rows_of(server, PATH, "processes", f"&ocid={quote(proven.ocid, safe='')}")
    return any(id_of(row.get("processId")) == proven.id for row in rows)


def _short(value: Any) -> str:
    return str(value)[:200]
