"""Letters to tenderers; the meaning of each column stands in ``ledger/store/tables.py``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("process_id", sa.LargeBinary(32), nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("recipient", sa.LargeBinary(20), nullable=False),
        sa.Column("sender", sa.LargeBinary(20), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("answer_round", sa.BigInteger),
        sa.Column("read_at", sa.BigInteger),
    )
    op.create_index("letters_of_round", "letters", ["process_id", "round", "recipient"])
