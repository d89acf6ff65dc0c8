"""Keeps the index in step with the chain.

One batch of blocks is one transaction: raw acts, the derived rows of every process they touch, the heads compared
with the contract, and the cursor. A kill at any moment leaves the index as it was after some batch. Rebuilding is one
transaction as a whole: it leaves the old index or the new one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select, update

from ledger.chain.codec import act_digest, decode_log
from ledger.chain.record import ACT_RECORDED, ZERO
from ledger.errors import (
    ActsIncomplete,
    BlockUnknown,
    ChainMoved,
    IndexBelongsElsewhere,
)
from ledger.index import schema, search_index
from ledger.index.database import Index
from ledger.index.rows import Condition
from ledger.index.writer import Place, chunks, derive_organisations, derive_processes, drop_copies, insert_many
from ledger.store.objects import ObjectStore

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment

log = logging.getLogger(__name__)

SERIES = ("ledger", "registry")  # which contract holds an organisation's list head, which its roles head
BATCH = 2_000  # blocks in one transaction
ATTEMPTS = 5  # readings of a chain that is reorganised while it is read
KEPT = 1_000  # blocks without acts remembered below the cursor, to find where a reorganised chain parted


@dataclass(frozen=True, slots=True)
class Progress:
    """What one run did: blocks ``from_block`` to ``to_block`` were read (``to_block < from_block``: none), ``acts``
    of them stored; ``rolled_back_to`` is the last block kept if the chain had been reorganised."""

    from_block: int
    to_block: int
    acts: int
    rolled_back_to: int | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    """Acts of the blocks from ``bottom`` to ``top``, both included; ``blocks``: hash and time of those with acts."""

    bottom: Any
    top: Any
    blocks: dict[int, tuple[bytes, int]]
    acts: list[dict[str, Any]]


class Synchroniser:
    """Reads one ledger into one index. Several may run on the same index; they take turns."""

    def __init__(
        self, index: Index, chain: Chain, store: ObjectStore, *, batch: int = BATCH, confirmations: int = 0
    ) -> None:
        self._index = index
        self._chain = chain
        self._store = store
        self._batch = batch
        self._confirmations = confirmations
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
        for batch in self._batches(first, head):
            with self._index.writing() as connection:
                self._store_batch(connection, batch)
            stored += len(batch.acts)
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
            connection.execute(update(schema.cursor).values(block_number=None, block_hash=None, block_time=None))
            for batch in self._batches(first, head):
                self._store_batch(connection, batch)
                stored += len(batch.acts)
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

    def _batches(self, first: int, head: int) -> Iterator[_Batch]:
        """The blocks ``first`` to ``head``, each batch read when it is asked for."""
        for start in range(first, head + 1, self._batch):
            yield self._read_batch(start, min(start + self._batch - 1, head))

    def _read_batch(self, first: int, last: int) -> _Batch:
        """Blocks ``first`` to ``last`` as the chain has them now. Raises ``ChainMoved``."""
        # Head of the batch before and after its logs: both ends connected and unchanged means the logs are of
        # exactly this chain, whatever was reorganised meanwhile.
        bottom, top = self._chain.block(first), self._chain.block(last)
        acts = self._read_acts(first, last)
        if self._chain.block(last).hash != top.hash:
            raise ChainMoved(block=last)
        blocks = {act["block_number"]: (act.pop("block_hash"), act["time"]) for act in acts}
        for end in (bottom, top):
            if blocks.get(end.number, (end.hash,))[0] != end.hash:
                raise ChainMoved(block=end.number)
        return _Batch(bottom, top, blocks, acts)

    def _store_batch(self, connection: Connection, batch: _Batch) -> None:
        """Store a batch that begins where the index ends. Raises ``ChainMoved`` if it does not."""
        first, top = batch.bottom.number, batch.top
        cursor = connection.execute(select(schema.cursor)).one()
        expected = cursor.first_block if cursor.block_number is None else cursor.block_number + 1
        if expected != first or (cursor.block_hash is not None and cursor.block_hash != batch.bottom.parent_hash):
            raise ChainMoved(block=first)  # another process was faster, or the chain moved below us
        _store_blocks(connection, batch.blocks, batch.acts, (batch.bottom, top))
        insert_many(connection, schema.acts, batch.acts)
        self._derive(connection, batch.acts, first, top.number)
        connection.execute(
            update(schema.cursor).values(block_number=top.number, block_hash=top.hash, block_time=top.time)
        )
        _forget_blocks(connection, cursor.block_number or first, top.number)

    def _read_acts(self, first: int, last: int) -> list[dict[str, Any]]:
        acts = []
        # Proposals and their revocations stand outside the heads and change nothing.
        for entry in self._chain.logs(first, last, (ACT_RECORDED,)):
            record = decode_log(entry.topics, entry.data)
            acts.append(
                {
                    "block_number": entry.block_number,
                    "log_index": entry.log_index,
                    "account": entry.account,
                    "process_id": record.process_id,
                    "organisation_id": record.organisation_id,
                    "act": record.act,
                    "sequence": record.sequence,
                    "time": record.time,
                    "transaction_hash": entry.transaction_hash,
                    "transaction_index": entry.transaction_index,
                    "digest": act_digest(entry.data),
                    "data": entry.data,
                    "block_hash": entry.block_hash,
                }
            )
        return acts

    def _derive(self, connection: Connection, acts: Iterable[Any], first: int, last: int) -> None:
        """Derive anew whatever the acts of blocks ``first`` to ``last`` touch, and compare heads with the contracts:
        one that differs means that acts are missing or false."""
        processes, organisations = _touched(acts)
        for process_id, head in derive_processes(connection, self.place, processes, self._store).items():
            self._require_head("ledger", process_id, head, last)
        heads = derive_organisations(connection, self.place, organisations, since=first)
        for organisation_id, found in heads.items():
            held = tuple(self._chain.head(organisation_id, of=name, block=last) for name in SERIES)
            if held != found:  # perhaps only the row that was gone on from is wrong; all its acts decide
                found = derive_organisations(connection, self.place, [organisation_id])[organisation_id]
            for name, head in zip(SERIES, found, strict=True):
                self._require_head(name, organisation_id, head, last)

    def _require_head(self, of: str, series_id: bytes, got: bytes, block: int) -> None:
        expected = self._chain.head(series_id, of=of, block=block)
        if expected != got:
            raise ActsIncomplete(process_id=series_id, block=block, got=got, expected=expected)

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
        read now, and releases that were erased by another process's act and are gone now."""
        releases, erased = schema.releases, schema.releases.alias()
        waiting = select(releases.c.process_id, releases.c.digest).where(
            releases.c.condition.in_([Condition.EMBARGOED, Condition.MISSING])
        )
        read_elsewhere = (
            select(releases.c.process_id, releases.c.digest)
            .join(erased, erased.c.digest == releases.c.digest)
            .where(erased.c.condition == Condition.ERASED, releases.c.plain_digest.is_not(None))
        )
        with self._index.reading() as connection:
            arrived = [row for row in connection.execute(waiting) if self._has_arrived(row.digest)]
            gone = [row for row in connection.execute(read_elsewhere) if not self._store.exists(row.digest)]
        changed = {row.process_id for row in (*arrived, *gone)}
        if changed:
            with self._index.writing() as connection:
                drop_copies(connection, {row.digest for row in gone})
                derive_processes(connection, self.place, changed, self._store)
                self._name_organisations(connection, changed)

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
