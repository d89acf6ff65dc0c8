"""The cursor counts acts, processes, releases and problems, so that nobody has to who asks how far the index is; and an
index finds the process that names an organisation.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the numbers, as they are now, and the index."""
    for name in ("acts", "processes", "releases", "problems"):
        op.add_column("cursor", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.execute(
        "UPDATE cursor SET acts = (SELECT count(*) FROM acts), processes = (SELECT count(*) FROM processes), "
        "releases = (SELECT count(*) FROM releases), problems = (SELECT coalesce(sum(problems), 0) FROM processes)"
    )
    named = sa.text("mode != 'observed' AND buyer_name IS NOT NULL")
    op.create_index(
        "ix_processes_named",
        "processes",
        ["organisation_id", "last_time", "process_id"],
        sqlite_where=named,
        postgresql_where=named,
    )
