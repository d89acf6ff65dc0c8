"""What comes together for an opening; the meaning of each column stands in ``ledger/store/tables.py``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contributions",
        sa.Column("process_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("round", sa.BigInteger, primary_key=True),
        sa.Column("commitment", sa.LargeBinary(32), primary_key=True),
        sa.Column("group", sa.Integer, primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True),
        sa.Column("account", sa.LargeBinary(20), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("contribution", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "rehearsals",
        sa.Column("process_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("round", sa.BigInteger, primary_key=True),
        sa.Column("group", sa.Integer, primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True),
        sa.Column("deadline", sa.BigInteger, nullable=False),
        sa.Column("challenge", sa.LargeBinary(113)),
        sa.Column("opened", sa.LargeBinary(32)),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ready_at", sa.BigInteger),
    )
