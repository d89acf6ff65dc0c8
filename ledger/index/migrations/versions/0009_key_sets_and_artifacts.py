"""Key sets, by which rounds are found that name a custodian, and what organisations registered of their own.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

READ_AGAIN = (
    "organisations", "processes", "releases", "lots", "rounds", "bids", "awards", "suspensions", "lookup",
    "observations", "notice_findings", "acts", "blocks",
)  # fmt: skip


def upgrade() -> None:
    """Add the tables, and let the next run begin at the first block; copies of releases stay."""
    op.create_table(
        "key_sets",
        sa.Column("key_set", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("officer_threshold", sa.Integer(), nullable=False),
        sa.Column("custodian_threshold", sa.Integer(), nullable=False),
        sa.Column("registered_time", sa.BigInteger(), nullable=False),
        sa.Column("registered_block", sa.BigInteger(), nullable=False),
        sa.Column("retired_time", sa.BigInteger(), nullable=True),
        sa.Column("retired_block", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key_set", name=op.f("pk_key_sets")),
    )
    op.create_index("ix_key_sets_organisation_id", "key_sets", ["organisation_id"])
    op.create_table(
        "key_set_recipients",
        sa.Column("key_set", sa.LargeBinary(), nullable=False),
        sa.Column("group", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("accepted_time", sa.BigInteger(), nullable=True),
        sa.Column("accepted_block", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key_set", "group", "number", name=op.f("pk_key_set_recipients")),
    )
    op.create_index("ix_key_set_recipients_holder", "key_set_recipients", ["holder", "group", "key_set"])
    op.create_table(
        "artifacts",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("artifact", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_artifacts")),
    )
    op.create_index("ix_artifacts_digest", "artifacts", ["digest"])
    op.create_index("ix_artifacts_organisation_id", "artifacts", ["organisation_id", "block_number", "log_index"])
    op.create_index("ix_rounds_key_set", "rounds", ["key_set", "state", "deadline", "process_id", "round"])
    for table in READ_AGAIN:
        op.execute(sa.delete(sa.table(table)))
    op.execute(
        "UPDATE cursor SET block_number = NULL, block_hash = NULL, block_time = NULL, forget_due = true, "
        "acts = 0, processes = 0, releases = 0, problems = 0"
    )
