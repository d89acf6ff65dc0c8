"""Keeps the index in step with the chain.

One transaction takes batches of blocks until it has enough acts, then derives once what all of them touch, compares the
heads with the contract, and moves the cursor. A kill at any moment leaves the index as it was after some transaction,
and no reader sees acts whose processes are not derived. Rebuilding is one transaction as a whole: it leaves the old
index or the new one.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, delete, insert, or_, select, update

from ledger.chain.record import ZERO
from ledger.errors import (
    ActsIncomplete,
    BlockUnknown,
    ChainMoved,
    IndexBelongsElsewhere,
)
from ledger.index import schema, search_index
from ledger.index.arrivals import Arrivals
from ledger.index.database import Index
from ledger.index.long_histories import LongHistories
from ledger.index.observations import derive_observations, waiting_acts
from ledger.index.outside import derive_outside, forget_outside
from ledger.index.reading import Batch, Reader
from ledger.index.rows import Condition
from ledger.index.writer import (
    Place,
    chunks,
    count,
    derive_organisations,
    derive_processes,
    drop_copies,
    insert_many,
)
from ledger.store.objects import ObjectStore

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment

log = logging.getLogger(__name__)

NOTHING_COUNTED = {"acts": 0, "processes": 0, "releases": 0, "problems": 0}
SERIES = ("ledger", "registry")  # which contract holds an organisation's list head, which its roles head
BATCH = 2_000  # blocks read in one piece at most
ENOUGH = 20_000  # acts in one transaction: a process is derived once for all of them, and a kill loses no more
ENOUGH_BATCHES = 32  # the same where blocks are empty
ATTEMPTS = 5  # readings of a chain that is reorganised while it is read
FEW_FOLDERS = 64  # of the store's 256 may be asked for one by one
KEPT = 1_000  # blocks without acts remembered below the cursor, to find where a reorganised chain parted


@dataclass(frozen=True, slots=True)
class Progress:
    """What one run did: blocks ``from_block`` to ``to_block`` were read (``to_block < from_block``: none), ``acts``
    of them stored; ``rolled_back_to`` is the last block kept if the chain had been reorganised."""

    from_block: int
    to_block: int
    acts: int
    rolled_back_to: int | None = None


class Synchroniser:
    """Reads one ledger into one index. Several may run on the same index; they take turns."""

    def __init__(
        self,
        index: Index,
        chain: Chain,
        store: ObjectStore,
        *,
        batch: int = BATCH,
        enough: int = ENOUGH,
        confirmations: int = 0,
        long: LongHistories | None = None,
    ) -> None:
        self._index = index
        self._chain = chain
        self._store = store
        self._enough = enough
        self._confirmations = confirmations
        self._arrivals = Arrivals(store)
        self._long = LongHistories() if long is None else long
        self.reader = Reader(chain, batch)
        self.place = Place(chain.chain_id, chain.ledger, chain.registry)

    def run_once(self, until: int | None = None) -> Progress:
        """Read up to the head of the chain, or to block ``until`` if that comes first.

        Raises ``IndexBelongsElsewhere``, ``ActsIncomplete`` or ``SequenceBroken`` (a node that leaves out or adds
        acts), ``ChainMoved`` if the chain does not hold still, and whatever asking the node raises; the index then
        stands at the last whole batch.
        """
        return _while_the_chain_moves(lambda: self._run(until))

    def _run(self, until: int | None) -> Progress:
        cursor = self._open()
        self._forget()  # what an earlier run could not
        rolled_back = None
        if cursor.block_number is not None and not self._is_block(cursor.block_number, cursor.block_hash):
            cursor = self._roll_back()
            rolled_back = cursor.block_number
        self._take_arrivals()
        head = self._chain.block_number() - self._confirmations
        if until is not None:
            head = min(head, until)
        first = cursor.first_block if cursor.block_number is None else cursor.block_number + 1
        stored = 0
        with closing(self.reader.batches(first, head)) as batches:
            for batch in batches:
                with self._index.writing() as connection:
                    stored += self._take(connection, batch, batches)
        self._forget()
        return Progress(first, max(first - 1, head), stored, rolled_back)

    def rebuild(self) -> Progress:
        """Empty the index and read everything again; until that is done readers see the old index, and writers wait.

        Copies of releases that the store still has, altered or not, are kept: they are evidence of what was altered
        and are believed only as far as they give the digest on the chain. Copies of releases that are gone go, too.
        """
        first = self._open().first_block
        progress = _while_the_chain_moves(lambda: self._rebuild(first))
        self._forget()
        return progress

    def _rebuild(self, first: int) -> Progress:
        head = self._chain.block_number() - self._confirmations
        stored = 0
        with self._index.writing() as connection:
            search_index.begin_anew(connection)
            for table in (*schema.DERIVED, schema.acts, schema.blocks):
                connection.execute(delete(table))
            kept = connection.execute(select(schema.copies.c.digest)).scalars().all()
            drop_copies(connection, [digest for digest in kept if not self._store.exists(digest)])
            connection.execute(
                update(schema.cursor).values(block_number=None, block_hash=None, block_time=None, **NOTHING_COUNTED)
            )
            with closing(self.reader.batches(first, head)) as batches:
                for batch in batches:
                    stored += self._take(connection, batch, batches)
        return Progress(first, max(first - 1, head), stored)

    # ---- steps -------------------------------------------------------------------------------------------------

    def _open(self) -> Any:
        """The cursor; begins one in an empty index."""
        place, deployment = self.place, self._chain.deployment
        with self._index.reading() as connection:
            found = connection.execute(select(schema.cursor)).one_or_none()
        if found is None:
            with self._index.writing() as connection:
                if connection.execute(select(schema.cursor)).one_or_none() is None:
                    connection.execute(insert(schema.cursor), _new_cursor(deployment))
                found = connection.execute(select(schema.cursor)).one()
        if (found.chain_id, found.ledger, found.genesis_hash) != (
            place.chain_id, place.ledger, deployment.genesis_hash
        ):  # fmt: skip
            raise IndexBelongsElsewhere(
                indexed=found.ledger, indexed_chain=found.chain_id, ledger=place.ledger, chain=place.chain_id
            )
        return found

    def _take(self, connection: Connection, batch: Batch, following: Iterator[Batch]) -> int:
        """Store this batch and some that follow, derive what they touch; the number of acts."""
        first, stored = batch.bottom.number, 0
        processes, organisations = set[bytes](), set[bytes]()
        for taken in itertools.count(1):
            self._store_batch(connection, batch)
            stored += len(batch.acts)
            for touched, found in zip((processes, organisations), _touched(batch.acts), strict=True):
                touched |= found
            if stored >= self._enough or taken >= ENOUGH_BATCHES:
                break
            later = next(following, None)
            if later is None:
                break
            batch = later
        self._derive(connection, processes, organisations, first, batch.top.number)
        return stored

    def _store_batch(self, connection: Connection, batch: Batch) -> None:
        """Store a batch that begins where the index ends. Raises ``ChainMoved`` if it does not."""
        first, top = batch.bottom.number, batch.top
        cursor = connection.execute(select(schema.cursor)).one()
        expected = cursor.first_block if cursor.block_number is None else cursor.block_number + 1
        if expected != first or (cursor.block_hash is not None and cursor.block_hash != batch.bottom.parent_hash):
            raise ChainMoved(block=first)  # another process was faster, or the chain moved below us
        _store_blocks(connection, batch.blocks, batch.acts, (batch.bottom, top))
        insert_many(connection, schema.acts, batch.acts)
        nothing = NOTHING_COUNTED if cursor.block_number is None else {}
        connection.execute(
            update(schema.cursor).values(block_number=top.number, block_hash=top.hash, block_time=top.time, **nothing)
        )
        count(connection, {"acts": len(batch.acts)})
        _forget_blocks(connection, cursor.block_number or first, top.number)

    def _derive(
        self, connection: Connection, processes: Iterable[bytes], organisations: Iterable[bytes], first: int, last: int
    ) -> None:
        """Derive anew whatever the acts of blocks ``first`` to ``last`` touch, and compare heads with the contracts:
        one that differs means that acts are missing or false."""
        derived = derive_processes(connection, self.place, processes, self._store, self._long)
        self._require_heads("ledger", derived, last)
        heads = derive_organisations(connection, self.place, organisations, since=first)
        for of, part in zip(SERIES, (0, 1), strict=True):
            held = self._heads(of, heads, last)
            # Perhaps only the row that was gone on from is wrong; all its acts decide.
            doubtful = [series_id for series_id, head in held.items() if head != heads[series_id][part]]
            heads |= derive_organisations(connection, self.place, doubtful)
            self._require_heads(of, {series_id: heads[series_id][part] for series_id in doubtful}, last)
        derive_outside(connection, first, last, self._store)

    def _require_heads(self, of: str, heads: dict[bytes, bytes], block: int) -> None:
        for series_id, expected in self._heads(of, heads, block).items():
            if heads[series_id] != expected:
                raise ActsIncomplete(process_id=series_id, block=block, got=heads[series_id], expected=expected)

    def _heads(self, of: str, series_ids: Iterable[bytes], block: int) -> dict[bytes, bytes]:
        asked = list(series_ids)
        return dict(zip(asked, self._chain.heads(asked, of=of, block=block), strict=True))

    def _roll_back(self) -> Any:
        """Forget the blocks that the chain no longer has; the cursor then stands at the last one it still has."""
        with self._index.writing() as connection:
            kept = self._newest_common(connection)
            lowest = -1 if kept is None else kept.number
            gone = schema.acts.c.block_number > lowest
            acts = [row._mapping for row in connection.execute(select(schema.acts).where(gone)).all()]
            connection.execute(delete(schema.acts).where(gone))
            connection.execute(delete(schema.blocks).where(schema.blocks.c.number > lowest))
            processes, organisations = _touched(acts)
            derive_processes(connection, self.place, processes, self._store)
            derive_organisations(connection, self.place, organisations)
            forget_outside(connection, lowest)
            count(connection, {"acts": -len(acts)})
            connection.execute(
                update(schema.cursor).values(
                    block_number=kept.number if kept else None,
                    block_hash=kept.hash if kept else None,
                    block_time=kept.time if kept else None,
                )
            )
            return connection.execute(select(schema.cursor)).one()

    def _newest_common(self, connection: Connection) -> Any:
        """The newest block of the index that the chain still has."""
        blocks = schema.blocks
        query = select(blocks).order_by(blocks.c.number.desc()).limit(100)
        found = connection.execute(query).all()
        while found:
            for block in found:
                if self._is_block(block.number, block.hash):
                    return block
            found = connection.execute(query.where(blocks.c.number < found[-1].number)).all()
        return None

    def _take_arrivals(self) -> None:
        """What changed in the store without an act of the process: releases that were embargoed or missing and can be
        read now, releases that were erased by another process's act and are gone now, documents of pulls that were
        missing."""
        releases, erased = schema.releases, schema.releases.alias()
        changed = self._arrivals.changed()
        waiting = select(releases.c.process_id, releases.c.digest).where(
            releases.c.condition.in_([Condition.EMBARGOED, Condition.MISSING])
        )
        if changed and len(changed) < FEW_FOLDERS:
            waiting = waiting.where(or_(*(_begins_with(releases.c.digest, first) for first in changed)))
        read_elsewhere = (
            select(releases.c.process_id, releases.c.digest)
            .join(erased, erased.c.digest == releases.c.digest)
            .where(erased.c.condition == Condition.ERASED, releases.c.plain_digest.is_not(None))
        )
        with self._index.reading() as connection:
            found = connection.execute(waiting) if changed else ()
            arrived = [row for row in found if self._has_arrived(row.digest)]
            gone = [row for row in connection.execute(read_elsewhere) if not self._store.exists(row.digest)]
            lacking = waiting_acts(connection) if changed else ()
            found_again = [act for digest, act in lacking if self._has_arrived(digest)]
        processes = {row.process_id for row in (*arrived, *gone)}
        if processes:
            with self._index.writing() as connection:
                drop_copies(connection, {row.digest for row in gone})
                derive_processes(connection, self.place, processes, self._store)
                self._name_organisations(connection, processes)
        if found_again:
            with self._index.writing() as connection:
                derive_observations(connection, found_again, self._store)

    def _name_organisations(self, connection: Connection, processes: Iterable[bytes]) -> None:
        """Organisations are named by releases; of their acts there are no new ones."""
        table, found = schema.processes, set[bytes]()
        for chunk in chunks(processes):
            query = select(table.c.organisation_id).where(table.c.process_id.in_(chunk)).distinct()
            found.update(connection.execute(query).scalars())
        cursor = connection.execute(select(schema.cursor)).one()
        derive_organisations(connection, self.place, found, since=cursor.block_number + 1)

    def _forget(self) -> None:
        """Let nothing but the tables hold their content, if something was taken out of them. The mark outlives a crash
        and a reader in the way."""
        with self._index.reading() as connection:
            if not connection.execute(select(schema.cursor.c.forget_due)).scalar_one():
                return
        if not self._index.forget():
            log.info("what was erased stays in the log of the index while others read it")
            return
        with self._index.writing() as connection:
            connection.execute(update(schema.cursor).values(forget_due=False))

    def _has_arrived(self, digest: bytes) -> bool:
        return self._store.exists(digest) and self._store.kind(digest).value != "confidential"

    def _is_block(self, number: int, block_hash: bytes) -> bool:
        try:
            return bool(self._chain.block(number).hash == block_hash)
        except BlockUnknown:
            return False


def _while_the_chain_moves(work: Callable[[], Progress]) -> Progress:
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except ChainMoved as moved:
            log.info("reading again: %s", moved)
    return work()


def _touched(acts: Iterable[Any]) -> tuple[set[bytes], set[bytes]]:
    """Processes and organisations that these acts (rows or mappings) belong to."""
    pairs = [(act["process_id"], act["organisation_id"]) for act in acts]
    return {process for process, _ in pairs} - {ZERO}, {organisation for _, organisation in pairs}


def _begins_with(column: Column[bytes], first: int) -> ColumnElement[bool]:
    return (column >= bytes([first])) & ((column < bytes([first + 1])) if first < 255 else True)


def _new_cursor(deployment: Deployment) -> dict[str, Any]:
    return {
        "id": 1,
        "chain_id": deployment.chain_id,
        "genesis_hash": deployment.genesis_hash,
        "ledger": deployment.ledger,
        "registry": deployment.registry,
        "first_block": deployment.block,
    }


def _store_blocks(
    connection: Connection, of_acts: dict[int, tuple[bytes, int]], acts: Sequence[Any], ends: Iterable[Any]
) -> None:
    """Blocks with acts and both ends of the batch; only of the ends the header was read."""
    counts: dict[int, int] = {}
    for act in acts:
        counts[act["block_number"]] = counts.get(act["block_number"], 0) + 1
    rows = {
        number: {"number": number, "hash": block_hash, "parent_hash": None, "time": time, "acts": counts[number]}
        for number, (block_hash, time) in of_acts.items()
    }
    for end in ends:
        rows[end.number] = {
            "number": end.number,
            "hash": end.hash,
            "parent_hash": end.parent_hash,
            "time": end.time,
            "acts": counts.get(end.number, 0),
        }
    insert_many(connection, schema.blocks, list(rows.values()))


def _forget_blocks(connection: Connection, was: int, now: int) -> None:
    blocks = schema.blocks
    stale = (blocks.c.number >= was - KEPT - BATCH) & (blocks.c.number < now - KEPT) & (blocks.c.acts == 0)
    connection.execute(delete(blocks).where(stale))
