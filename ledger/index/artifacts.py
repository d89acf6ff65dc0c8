"""Artifacts that organisations registered, and audit reports that they anchored, as rows: from the acts
ArtifactRegistered and AuditAnchored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, literal, select

from ledger.chain.codec import decode_detail
from ledger.index import schema
from ledger.index.content import plain_text
from ledger.index.made_rows import found_row
from ledger.index.raw import record_of
from ledger.index.rows import Artifact, ArtifactRow, Found
from ledger.index.writer import insert_many
from ledger.terms import Act, ArtifactKind

_KINDS = {
    ArtifactKind.PAGE: Artifact.PAGE,
    ArtifactKind.LOG_KEY: Artifact.LOG_KEY,
    ArtifactKind.POLICY: Artifact.POLICY,
}


def derive_artifacts(connection: Connection, acts: Iterable[Any]) -> None:
    """Add the rows of these acts (rows of ``acts``); those of other kinds are passed over."""
    rows = [_row(act) for act in acts if act.act in (Act.ARTIFACT_REGISTERED, Act.AUDIT_ANCHORED)]
    insert_many(connection, schema.artifacts, rows)


def forget_artifacts(connection: Connection, above: int) -> None:
    """Take out what acts in blocks above this one gave."""
    connection.execute(delete(schema.artifacts).where(schema.artifacts.c.block_number > above))


def artifacts_of(connection: Connection, organisation_id: bytes) -> tuple[ArtifactRow, ...]:
    """What an organisation registered and anchored, in the order of the chain."""
    table = schema.artifacts
    query = select(table).where(table.c.organisation_id == organisation_id)
    rows = connection.execute(query.order_by(table.c.block_number, table.c.log_index))
    return tuple(ArtifactRow(**{**_without_place(row), "artifact": Artifact(row.artifact)}) for row in rows)


def artifacts_named(connection: Connection, digest: bytes) -> tuple[Found, ...]:
    """The acts that registered or anchored this digest, in the order of the chain."""
    table, acts = schema.artifacts, schema.acts
    query = (
        select(acts, table.c.artifact, table.c.name, literal("").label("ocid"))
        .join(table, schema.of_same_act(acts, table))
        .where(table.c.digest == digest)
        .order_by(acts.c.block_number, acts.c.log_index)
    )
    return tuple(
        found_row("artifact" if row.artifact == Artifact.OTHER else row.artifact, digest, row, name=row.name)
        for row in connection.execute(query)
    )


def _without_place(row: Any) -> dict[str, Any]:
    return {name: row._mapping[name] for name in ArtifactRow.__dataclass_fields__}


def _row(act: Any) -> dict[str, Any]:
    record = record_of(act)
    row = {
        "block_number": act.block_number,
        "log_index": act.log_index,
        "organisation_id": act.organisation_id,
        "sequence": act.sequence,
        "time": act.time,
        "artifact": str(Artifact.AUDIT_REPORT),
        "name": None,
        "digest": record.subject,
    }
    if act.act == Act.ARTIFACT_REGISTERED:
        detail = decode_detail(record)
        row |= {"artifact": str(_KINDS.get(detail["kind"], Artifact.OTHER)), "name": plain_text(detail["name"])}
    return row
