"""What is unfinished or unnamed among the envelopes is found without reading all; see ``ledger/store/tables.py``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, columns, condition in (
        ("envelopes_unfinished", ["changed_at"], ("whole = 0", "NOT whole")),
        ("envelopes_unnamed", ["process_id", "round", "held"], ("committed = 0", "NOT committed")),
    ):
        sqlite, postgresql = map(sa.text, condition)
        op.create_index(name, "envelopes", columns, sqlite_where=sqlite, postgresql_where=postgresql)
