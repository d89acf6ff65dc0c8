"""Only acts outside any process are found by their organisation alone: an index of all acts by organisation and process
costs more with each act the more there are.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Replace the index of all acts by one of those few."""
    op.drop_index("ix_acts_organisation_id_process_id", "acts")
    outside = sa.text("act > 27")
    columns = ["organisation_id", "block_number", "log_index"]
    op.create_index("ix_acts_outside", "acts", columns, sqlite_where=outside, postgresql_where=outside)
