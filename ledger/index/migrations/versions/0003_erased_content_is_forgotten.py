"""Erased content is forgotten, and everything is read again: releases are read by other rules than before.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

READ_AGAIN = (
    "organisations", "processes", "releases", "lots", "rounds", "bids", "awards", "suspensions", "lookup", "acts",
    "blocks",
)  # fmt: skip


def upgrade() -> None:
    """Add the mark, and let the next run begin at the first block; copies of releases stay, they are evidence."""
    op.add_column("cursor", sa.Column("forget_due", sa.Boolean(), server_default=sa.false(), nullable=False))
    for table in READ_AGAIN:
        op.execute(sa.delete(sa.table(table)))
    op.execute("UPDATE cursor SET block_number = NULL, block_hash = NULL, block_time = NULL, forget_due = true")
