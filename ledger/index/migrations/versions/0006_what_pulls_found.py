"""What pulls of public notices saw and found.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger.index import schema
from ledger.index.observations import OBSERVATION_RECORDED
from ledger.index.raw import record_of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables, with a row for each pull so far."""
    op.create_table(
        "observations",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("export", sa.Text(), nullable=True),
        sa.Column("pulled", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_observations")),
    )
    op.create_index("ix_observations_digest", "observations", ["digest"], unique=False)
    op.create_index("ix_observations_condition", "observations", ["condition"], unique=False)
    op.create_table(
        "notice_findings",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("process_id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("ocid", sa.Text(), nullable=False),
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("release", sa.LargeBinary(), nullable=False),
        sa.Column("was", sa.LargeBinary(), nullable=True),
        sa.Column("now", sa.LargeBinary(), nullable=True),
        sa.Column("moved_from", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", "number", name=op.f("pk_notice_findings")),
    )
    op.create_index("ix_notice_findings_now", "notice_findings", ["now"], unique=False)
    op.create_index("ix_notice_findings_process_id", "notice_findings", ["process_id", "block_number"], unique=False)
    op.create_index(
        "ix_notice_findings_finding",
        "notice_findings",
        ["finding", "block_number", "log_index", "number"],
        unique=False,
    )
    acts = op.get_bind().execute(sa.select(schema.acts).where(schema.acts.c.act == OBSERVATION_RECORDED)).all()
    if acts:
        op.bulk_insert(schema.observations, [_not_read_yet(act) for act in acts])


def _not_read_yet(act: Any) -> dict[str, Any]:
    """The row of an act whose document was not looked for: as if it were missing, so that the next run takes it in."""
    record = record_of(act)
    return {
        "block_number": act.block_number,
        "log_index": act.log_index,
        "organisation_id": record.organisation_id,
        "sequence": record.sequence,
        "time": record.time,
        "digest": record.subject,
        "condition": "missing",
        "notices": 0,
        "findings": 0,
    }
