"""The acts of an organisation from a block on, without reading all it ever did.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_acts_organisation_id_block_number", "acts", ["organisation_id", "block_number"], unique=False)
