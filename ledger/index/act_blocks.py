"""Blocks in which something was recorded, for the transparency log."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from ledger.index import schema
from ledger.index.database import Index


@dataclass(frozen=True, slots=True)
class ActBlocks:
    """``hashes`` of blocks with acts by number, ascending: all of those after the one asked for up to ``until``;
    ``first_time`` is that of the first of them, if there is any."""

    until: int
    hashes: dict[int, bytes]
    first_time: int | None


def blocks_with_acts(index: Index, after: int, most: int) -> ActBlocks | None:
    """The next ``most`` blocks with acts after block ``after``; None where the index has read nothing."""
    blocks = schema.blocks
    query = select(blocks.c.number, blocks.c.hash, blocks.c.time).where(blocks.c.number > after, blocks.c.acts > 0)
    with index.reading() as connection:
        indexed = connection.execute(select(schema.cursor.c.block_number)).scalar_one_or_none()
        rows = connection.execute(query.order_by(blocks.c.number).limit(most)).all()
    if indexed is None:
        return None
    until = rows[-1].number if len(rows) == most else indexed
    return ActBlocks(until, {row.number: row.hash for row in rows}, rows[0].time if rows else None)
