"""The index database: opening, migrating, naming what it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.index.rows import IndexStatus


class Index:
    """An open index, on SQLite or PostgreSQL."""

    @classmethod
    def open(cls, url: str) -> Index:
        """Open the index at a SQLAlchemy ``url`` and bring its schema up to date (Alembic)."""
        raise NotImplementedError

    def status(self, chain: Chain | None = None) -> IndexStatus:
        """How far the index is, and how far behind the head of ``chain`` if one is given."""
        raise NotImplementedError

    def digest(self) -> bytes:
        """SHA-256 over all derived tables, the same for the same chain and store however it was built."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of all connections."""
        raise NotImplementedError
