"""Contributions are signed; the meaning of each column stands in ``ledger/store/tables.py``.

What came without a signature is dropped: no officer counts it, and whoever gave it gives it again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("contributions")
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
        sa.Column("signature", sa.LargeBinary(65), nullable=False),
    )
