"""What an act put into the look-up can be found by the act, for processes that go on from where they were.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let the index that finds a process find its acts, too."""
    op.drop_index("ix_lookup_process_id", "lookup")
    op.create_index("ix_lookup_process_id_sequence", "lookup", ["process_id", "sequence"])
