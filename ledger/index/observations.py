"""What pulls saw and found, as rows: from the acts ObservationRecorded and the documents that they anchor.

A document is believed as far as its digest goes: it says what the organisation that recorded it says it saw. So its
findings belong to that organisation's own processes, never to another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ledger.chain.identifiers import process_id
from ledger.errors import ObservationUnreadable
from ledger.index import schema
from ledger.index.content import plain_text
from ledger.index.documents import Document, Documents
from ledger.index.raw import record_of
from ledger.index.rows import Condition
from ledger.index.writer import copies_in, insert_many
from ledger.ocds.json_text import write_json
from ledger.ocds.observation import Finding, Observation, read_observation
from ledger.store.objects import ObjectStore

Row = dict[str, Any]


def derive_observations(connection: Connection, acts: Iterable[Any], store: ObjectStore) -> None:
    """Replace the rows of these acts (rows of ``acts``) ObservationRecorded by what their documents say now."""
    documents = Documents(store, copies_in(connection))
    for act in acts:
        for table in schema.OF_OBSERVATIONS:
            connection.execute(delete(table).where(*_stands_at(table, act)))
        document, row, findings = rows_of(act, documents)
        connection.execute(insert(schema.observations), row)
        insert_many(connection, schema.notice_findings, findings)
        if row["service"] is not None and document.copy is not None:  # else it may be anything, a release for example
            connection.execute(delete(schema.copies).where(schema.copies.c.digest == document.digest))
            copy = {"digest": document.digest, "salt": document.copy.salt, "bytes": document.copy.data}
            connection.execute(insert(schema.copies), copy)


def rows_of(act: Any, documents: Documents) -> tuple[Document, Row, Sequence[Row]]:
    """The document of an act (a row of ``acts``), its row of ``observations``, its rows of ``notice_findings``."""
    record = record_of(act)
    document = documents.load(record.subject)
    observation, condition, problem = _read(document)
    place = {"block_number": act.block_number, "log_index": act.log_index}
    row = {
        **place,
        "organisation_id": record.organisation_id,
        "sequence": record.sequence,
        "time": record.time,
        "digest": record.subject,
        "condition": str(condition),
        "problem": problem,
        "service": (plain_text(observation.service) or "") if observation else None,
        "export": (plain_text(observation.export) or "") if observation else None,
        "pulled": observation.pulled if observation else None,
        "previous": observation.previous if observation else None,
        "notices": sum(len(day.notices) for day in observation.days) if observation else 0,
        "findings": len(observation.findings) if observation else 0,
    }
    findings = [
        {**place, "number": number, **_finding(record.organisation_id, finding)}
        for number, finding in enumerate(observation.findings if observation else (), 1)
    ]
    return document, row, findings


def waiting_acts(connection: Connection) -> Sequence[tuple[bytes, Any]]:
    """The acts whose document was not there, each after its digest."""
    acts, table = schema.acts, schema.observations
    query = select(acts).join(table, schema.of_same_act(acts, table)).where(table.c.condition == Condition.MISSING)
    return [(record_of(act).subject, act) for act in connection.execute(query)]


def forget_observations(connection: Connection, above: int) -> None:
    """Take out what acts in blocks above this one gave; their copies go, too."""
    table = schema.observations
    gone = (table.c.block_number > above) & table.c.service.is_not(None)
    connection.execute(delete(schema.copies).where(schema.copies.c.digest.in_(select(table.c.digest).where(gone))))
    for each in schema.OF_OBSERVATIONS:
        connection.execute(delete(each).where(each.c.block_number > above))


def _read(document: Document) -> tuple[Observation | None, Condition, str | None]:
    if document.copy is None:
        return None, document.condition, document.problem
    try:
        return read_observation(document.copy.data), document.condition, document.problem
    except ObservationUnreadable as error:
        condition = Condition.UNREADABLE if document.condition is Condition.INTACT else document.condition
        return None, condition, document.problem or plain_text(str(error))


def _finding(organisation_id: bytes, finding: Finding) -> Row:
    return {
        "process_id": process_id(organisation_id, finding.ocid),
        "organisation_id": organisation_id,
        "finding": finding.kind.value,
        "day": finding.day,
        "ocid": plain_text(finding.ocid) or "",
        "release_id": plain_text(finding.release_id) or "",
        "release": finding.release,
        "was": finding.was,
        "now": finding.now,
        "moved_from": finding.moved_from,
        "changes": write_json([[each.field, each.entry, each.was, each.now] for each in finding.changes]).decode(),
    }


def _stands_at(table: Any, act: Any) -> tuple[Any, ...]:
    return table.c.block_number == act.block_number, table.c.log_index == act.log_index
