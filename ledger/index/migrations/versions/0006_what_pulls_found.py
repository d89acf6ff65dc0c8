"""What pulls of public notices saw and found; negotiations without a call are direct awards where they say so.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

READ_AGAIN = (
    "organisations", "processes", "releases", "lots", "rounds", "bids", "awards", "suspensions", "lookup", "acts",
    "blocks",
)  # fmt: skip


def upgrade() -> None:
    """Add the tables, and let the next run begin at the first block; copies of releases stay."""
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
    for table in READ_AGAIN:
        op.execute(sa.delete(sa.table(table)))
    op.execute(
        "UPDATE cursor SET block_number = NULL, block_hash = NULL, block_time = NULL, forget_due = true, "
        "acts = 0, processes = 0, releases = 0, problems = 0"
    )
