"""The embedded node: one chain, opened by one process, answering JSON-RPC requests and making blocks."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import rlp
from eth.abc import BlockHeaderAPI
from eth.vm.forks.prague.blocks import PragueBlockHeader

from ledger.chain.node import pool, shapes
from ledger.chain.node.clock import Clock, WallClock
from ledger.chain.node.machine import Machine, damage_seen
from ledger.chain.node.maker import make_block
from ledger.chain.node.methods import Methods
from ledger.chain.node.schema import BlockRow, LogRow, TransactionRow
from ledger.chain.node.store import Commit, Store
from ledger.errors import BlockMakingFailed, ChainClosed, ChainDamaged, SiegelError

log = logging.getLogger(__name__)

_CACHED_HEADERS = 4_096


class EmbeddedNode:
    """A running chain. Thread safe. Close it, or use it in a ``with`` statement."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Use :meth:`open`."""
        self.store, self.clock = store, clock
        self.chain_id = int.from_bytes(store.meta("chain id"), "big")
        self.genesis_hash = store.meta("genesis")
        self._headers: dict[bytes, BlockHeaderAPI] = {}
        number, key = store.head
        self.head = self.header(key)
        if self.head.block_number != number or store.block(number) is None:
            raise ChainDamaged(table="meta", key="head", reason="head and block table contradict each other")
        self.machine = Machine(store, self.chain_id)
        self._pool = pool.Pool(store.pending(), self.chain_id)
        self._methods = Methods(self)
        # Guards head, pool and the order of commits; never held while a block's transactions run.
        self._lock = threading.RLock()
        # Held by whoever makes a block.
        self._making = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._failure: SiegelError | None = None
        self._closed = False
        self._maker = threading.Thread(target=self._make_blocks, name="block maker", daemon=True)
        self._maker.start()

    @classmethod
    def open(cls, path: Path, *, clock: Clock | None = None) -> EmbeddedNode:
        """Open the chain in the folder ``path``.

        Raises :class:`ChainMissing`, :class:`ChainInUse`, :class:`ChainDamaged`, :class:`ChainFormatUnknown`.
        """
        store = Store(path)
        try:
            return cls(store, clock or WallClock())
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Stop making blocks and release the chain. Transactions still waiting are made into blocks after reopening."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._work.notify_all()
        self._maker.join()
        with self._making:
            self.store.close()

    def __enter__(self) -> EmbeddedNode:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Requests

    def request(self, method: str, params: list[Any] | None = None) -> Any:
        """Answer one JSON-RPC request. Raises :class:`RpcError`; :class:`ChainDamaged` from the moment damage is seen;
        :class:`ChainClosed`."""
        self._check()
        try:
            with damage_seen():
                return self._methods.answer(method, params)
        except ChainDamaged as damage:
            self._fail(damage)
            raise

    def _check(self) -> None:
        if self._closed:
            raise ChainClosed()
        if self._failure is not None:
            raise self._failure

    def _fail(self, failure: SiegelError) -> None:
        """Answer nothing any more but ``failure``."""
        log.error("the chain stops: %s", failure)
        with self._lock:
            self._failure = self._failure or failure
            self._work.notify_all()

    @property
    def failure(self) -> SiegelError | None:
        """Why the node answers nothing any more, or None."""
        return self._failure

    # What the methods read

    def header(self, key: bytes) -> BlockHeaderAPI:
        """The header with this hash, checked."""
        found = self._headers.get(key)
        if found is None:
            found = rlp.decode(self.store.node(key), sedes=PragueBlockHeader)
            if len(self._headers) >= _CACHED_HEADERS:
                self._headers = {}
            self._headers[key] = found
        return found

    def block_of(self, row: TransactionRow) -> BlockRow:
        block = self.store.block(row.block_number)
        if block is None or row.position >= block.transactions:
            raise ChainDamaged(table="block", key=str(row.block_number), reason="the row is missing")
        return block

    def waiting(self, key: bytes) -> pool.Received | None:
        """A transaction that is in no block yet."""
        with self._lock:
            return self._pool.find(key)

    @property
    def waiting_count(self) -> int:
        with self._lock:
            return len(self._pool)

    def next_nonce(self, sender: bytes) -> int:
        with self._lock:
            return self._pool.nonce(sender, self.machine.state(self.head).get_nonce(sender))  # type: ignore[arg-type]

    def log_shapes(self, rows: list[LogRow]) -> list[dict[str, Any]]:
        """Logs as JSON-RPC shows them."""
        blocks: dict[int, tuple[bytes, int, list[TransactionRow]]] = {}
        answer = []
        for row in rows:
            if row.block_number not in blocks:
                block = self.store.block(row.block_number)
                if block is None:
                    raise ChainDamaged(table="block", key=str(row.block_number), reason="the row is missing")
                transactions = self.store.transactions(block)
                blocks[row.block_number] = (block.hash, self.header(block.hash).timestamp, transactions)
            key, timestamp, transactions = blocks[row.block_number]
            answer.append(shapes.log(row, transactions[row.position].hash, key, timestamp))
        return answer

    # Writing

    def send(self, raw: bytes) -> bytes:
        """Take in a signed transaction and return its hash; when this returns, the transaction is durable."""
        received = pool.decode(raw, self.chain_id)
        with self._lock:
            self._check()
            nonce = self.machine.state(self.head).get_nonce(received.sender)  # type: ignore[arg-type]
            row = self._pool.admit(received, nonce, lambda key: self.store.transaction(key) is not None)
            change = Commit()
            change.add("pending", row)
            self.store.commit(change)
            self._pool.add(row, received)
            self._work.notify_all()
        if not self.clock.is_wall:
            # Nobody has to wait for a development clock: the block is there when the answer is.
            self._make_one()
        return received.hash

    def _make_one(self) -> bool:
        """Make a block of what waits, if its second has come; False if there was nothing to do or it had not."""
        with self._making:
            with self._lock:
                if self._closed or self._failure is not None:
                    return False
                parent, waiting = self.head, list(self._pool)
            if not waiting or self.clock.wait_after(parent.timestamp) > 0:
                return False
            try:
                with damage_seen():
                    made = make_block(self.machine, parent, waiting, self.clock.now())
                with self._lock:
                    made.change.settled = self._pool.rows(made.hashes)
                    self.store.commit(made.change)
                    self._pool.settle(made.hashes)
                    self._headers[made.header.hash] = made.header
                    self.head = made.header
            except SiegelError as failure:
                self._fail(failure)
                raise
            return True

    def _make_blocks(self) -> None:
        """The block maker's thread: one block as soon as a transaction waits and a new second has begun."""
        while True:
            with self._lock:
                while not self._closed and (len(self._pool) == 0 or self._failure is not None):
                    self._work.wait()
                if self._closed:
                    return
                pause = self.clock.wait_after(self.head.timestamp)
                if pause > 0:
                    self._work.wait(min(pause, 1.0))
                    continue
            try:
                self._make_one()
            except SiegelError:
                continue  # remembered: every further request says why
            except Exception as error:  # noqa: BLE001 - whatever it is, the node must say so and stop
                self._fail(_unexpected(error))


def _unexpected(error: Exception) -> SiegelError:
    log.exception("a block could not be made")
    return BlockMakingFailed(reason=f"{type(error).__name__}: {error}")
