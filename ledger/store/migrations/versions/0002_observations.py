"""What pulls of public notices saw; the meaning of each column stands in ``ledger/store/tables.py``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "observations",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("key", sa.Text, sa.ForeignKey("outbox.key"), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(32), nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("observations_of_service", "observations", ["organisation_id", "service", "number"])
    op.create_table(
        "observed_days",
        sa.Column("organisation_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("export_sha256", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "observed_notices",
        sa.Column("organisation_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("ocid", sa.Text, primary_key=True),
        sa.Column("release_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("release", sa.LargeBinary(32), nullable=False),
        sa.Column("original", sa.LargeBinary(32)),
        sa.Column("differs", sa.Boolean, nullable=False),
    )
    op.create_index("observed_notices_by_day", "observed_notices", ["organisation_id", "service", "day"])
