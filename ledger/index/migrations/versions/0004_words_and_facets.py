"""Words are found by an index, facets counted by another; releases are read anew for both.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.index.search_index import create

revision = "0004"
down_revision = "0003"

READ_AGAIN = (
    "organisations", "processes", "releases", "lots", "rounds", "bids", "awards", "suspensions", "lookup", "acts",
    "blocks",
)  # fmt: skip


def upgrade() -> None:
    """Add columns and indexes, and let the next run begin at the first block; copies of releases stay."""
    for table in READ_AGAIN:
        op.execute(sa.delete(sa.table(table)))
    op.execute("UPDATE cursor SET block_number = NULL, block_hash = NULL, block_time = NULL, forget_due = true")
    op.add_column("processes", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("processes", sa.Column("month", sa.Text(), nullable=False))
    op.create_index("ix_processes_phase_deadline", "processes", ["phase", "deadline"], unique=False)
    op.create_index(
        "ix_processes_facets",
        "processes",
        ["phase", "deadline", "standstill_until", "suspended", "mode", "procurement_method", "cpv", "month", "place",
         "buyer_name", "first_time", "organisation_id", "last_time", "process_id"],
        unique=False,
    )  # fmt: skip
    create(op.get_bind())
