"""What a receiver keeps; the meaning of each column stands in ``ledger/store/tables.py``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "envelopes",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("process_id", sa.LargeBinary(32)),
        sa.Column("round", sa.BigInteger),
        sa.Column("author", sa.LargeBinary(20)),
        sa.Column("commitment", sa.LargeBinary(32)),
        sa.Column("bid_root", sa.LargeBinary(32)),
        sa.Column("rest_digest", sa.LargeBinary(32)),
        sa.Column("arrived_at", sa.BigInteger),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("committed", sa.Boolean, nullable=False),
        sa.Column("receiver", sa.LargeBinary(32)),
        sa.Column("deliver_by", sa.BigInteger),
        sa.Column("signature", sa.LargeBinary(65)),
    )
    op.create_index("envelopes_of_round", "envelopes", ["process_id", "round"])
    op.create_index("envelopes_by_commitment", "envelopes", ["commitment"])
    op.create_table(
        "relayed",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("account", sa.LargeBinary(20), nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("commitment", sa.LargeBinary(32)),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
    )
    op.create_index("relayed_by_state", "relayed", ["state", "received_at"])
    op.create_index("relayed_of_account", "relayed", ["account", "nonce"])
    op.create_table(
        "incidents",
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("process_id", sa.LargeBinary(32), nullable=False),
        sa.Column("round", sa.BigInteger, nullable=False),
        sa.Column("author", sa.LargeBinary(20), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("failure", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary(65), nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("receipt", sa.LargeBinary(65), nullable=False),
    )
    op.create_index("incidents_of_round", "incidents", ["process_id", "round", "received_at"])
