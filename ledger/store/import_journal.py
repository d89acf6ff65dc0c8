"""The journal of imports: for each document its sums, and its full report as an erasable object."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, insert, select

from ledger.ocds.digest import new_salt, salted_digest
from ledger.ocds.json_text import write_json
from ledger.ocds.report import ImportReport
from ledger.store.parameters import in_pieces
from ledger.store.tables import imports

if TYPE_CHECKING:
    from ledger.store.intake import ImportedDocument

Sums = tuple[str, int, int, int, int, int]
"""File name, leaves, mapped, repaired, unused, refused."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row, and the bytes and salt of its report. A full report may quote personal values, so it is erased with its
    source; where no source is kept nobody would think of it, so it names only places."""

    row: dict[str, Any]
    report: bytes
    salt: bytes

    @classmethod
    def of(cls, outcome: ImportedDocument, source_digest: bytes | None) -> Self:
        """The entry of a document whose original is kept under ``source_digest``, or not at all."""
        place = outcome.place
        told = outcome.report.as_json(quoting=source_digest is not None)
        report = write_json({"member": place.member, "line": place.line, **told})
        salt = new_salt()
        name, leaves, mapped, repaired, unused, refused = cls.sums(outcome)
        row = {
            "file_name": name,
            "source_digest": source_digest,
            "report_digest": salted_digest(salt, report),
            "leaves": leaves,
            "mapped": mapped,
            "repaired": repaired,
            "unused": unused,
            "refused": refused,
            "new_releases": len(outcome.new),
            "known_releases": len(outcome.known),
        }
        return cls(row, report, salt)

    @staticmethod
    def sums(outcome: ImportedDocument) -> Sums:
        """What two accounts of an unchanged document have in common."""
        return (outcome.path.name, *sums_of(outcome.report))


def sums_of(report: ImportReport) -> tuple[int, int, int, int, int]:
    """leaves, mapped, repaired, unused, refused; the first is the sum of the others."""
    parts = (report.repaired, report.unused, report.refused)
    repaired, unused, refused = (sum(each.leaves for each in part) for part in parts)
    return report.leaves, report.mapped, repaired, unused, refused


def journalled(connection: Connection, organisation_id: bytes, names: Collection[str]) -> set[Sums]:
    """Sums of the entries that files of these names have: a file that is refused again is not written down again."""
    columns = (imports.c.leaves, imports.c.mapped, imports.c.repaired, imports.c.unused, imports.c.refused)
    found: set[Sums] = set()
    for piece in in_pieces(names):
        query = select(imports.c.file_name, *columns).where(
            imports.c.organisation_id == organisation_id, imports.c.file_name.in_(piece)
        )
        found |= {tuple(row) for row in connection.execute(query)}
    return found


def file_name_of(connection: Connection, source_digest: bytes | None) -> str | None:
    """The name of the file that brought an original, if the journal has it."""
    if source_digest is None:
        return None
    query = select(imports.c.file_name).where(imports.c.source_digest == source_digest).order_by(imports.c.number)
    return connection.execute(query.limit(1)).scalar_one_or_none()


def write_journal(
    connection: Connection,
    organisation_id: bytes,
    entries: Sequence[JournalEntry],
    now_named: Mapping[bytes, bytes],
    now: int,
) -> None:
    """Write the rows; ``now_named``: sources that another process kept meanwhile, under its digest."""
    rows = [
        {
            **entry.row,
            "source_digest": now_named.get(entry.row["source_digest"], entry.row["source_digest"]),
            "at": now,
            "organisation_id": organisation_id,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(imports), rows)
