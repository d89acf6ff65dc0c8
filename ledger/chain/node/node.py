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

from ledger.chain.node import pool
from ledger.chain.node.clock import Clock, WallClock
from ledger.chain.node.commit import Commit
from ledger.chain.node.machine import Machine, damage_seen
from ledger.chain.node.maker import make_block
from ledger.chain.node.methods import Methods
from ledger.chain.node.store import Store
from ledger.chain.node.verify import BackgroundCheck, check_head, verify_chain
from ledger.errors import BlockMakingFailed, ChainClosed, ChainDamaged, DevelopmentClockNeeded, SiegelError

log = logging.getLogger(__name__)

_CACHED_HEADERS = 4_096
_TOLERATED_SECONDS = 2


class EmbeddedNode:
    """A running chain. Thread safe. Close it, or use it in a ``with`` statement."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Use :meth:`open`."""
        self.store, self.clock = store, clock
        # Stories told by a development clock may be lost with the power, not with the process.
        store.synced = clock.is_wall
        self.chain_id = int.from_bytes(store.meta("chain id"), "big")
        self.genesis_hash = store.meta("genesis")
        self._headers: dict[bytes, BlockHeaderAPI] = {}
        with damage_seen():
            self.head: BlockHeaderAPI = check_head(store)
        self.machine = Machine(store, self.chain_id)
        self._pool = pool.Pool(store.pending(), self.chain_id)
        self._methods = Methods(self)
        behind = self.head.timestamp - clock.now()
        if clock.is_wall and behind > _TOLERATED_SECONDS:
            log.warning("the clock is %d seconds behind the newest block: no block is made until then", behind)
        # Guards head, pool and the order of commits; never held while a block's transactions run.
        self._lock = threading.RLock()
        # Held by whoever makes a block.
        self._making = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._failure: SiegelError | None = None
        self._closed = False
        self._maker = threading.Thread(target=self._make_blocks, name="block maker", daemon=True)
        self._maker.start()
        self._check_under_way = BackgroundCheck(store.path, self._fail)

    @classmethod
    def open(cls, path: Path, *, clock: Clock | None = None) -> EmbeddedNode:
        """Open the chain in the folder ``path``; ``clock`` is the wall's by default.

        What is not checked here is checked in the background from now on (:meth:`await_check`). Raises
        :class:`ChainMissing`, :class:`ChainInUse`, :class:`ChainDamaged`, :class:`ChainFormatUnknown`.
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
        self._check_under_way.stop()
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
            # A new one each time: one exception raised in many threads would gather all their tracebacks.
            raise type(self._failure)(**self._failure.values)

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

    def await_check(self, timeout: float) -> bool:
        """Wait until the background check is through, at most ``timeout`` seconds; True if it is.

        Then :attr:`failure` says what it found."""
        return self._check_under_way.done.wait(timeout)

    def verify(self) -> None:
        """Check all of the chain now, from hash to hash; the time it takes grows with the chain.

        Raises :class:`ChainDamaged`, and the node answers nothing else from then on.
        """
        self._check()
        try:
            verify_chain(self.store)
        except ChainDamaged as damage:
            self._fail(damage)
            raise

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

    # Writing

    def send(self, raw: bytes) -> bytes:
        """Take in a signed transaction and return its hash; when this returns, the transaction is durable."""
        received = pool.decode(raw, self.chain_id)
        with self._lock:
            self._check()
            if self.clock.is_wall and not self.store.synced:
                self.store.synced = True
            nonce = self.machine.state(self.head).get_nonce(received.sender)  # type: ignore[arg-type]
            row = self._pool.admit(received, nonce, lambda key: self.store.transaction(key) is not None)
            change = Commit()
            change.add("pending", row)
            before = self.store.sequence
            try:
                self.store.commit(change)
            except SiegelError as failure:
                if self.store.sequence != before:
                    # It is on the disk and was not answered: memory and disk differ until the chain is opened again.
                    self._fail(failure)
                raise
            self._pool.add(row, received)
            self._work.notify_all()
        # Nobody has to wait for a development clock: the block is there when the answer is.
        while not self.clock.is_wall and self.waiting(received.hash) is not None and self._make_one():
            pass
        return received.hash

    def make_empty_block(self) -> None:
        """Make a block without transactions, so that the newest block shows the clock's second. For development
        clocks only: :class:`DevelopmentClockNeeded`."""
        if self.clock.is_wall:
            raise DevelopmentClockNeeded()
        self._make_one(empty=True)

    def _make_one(self, *, empty: bool = False) -> bool:
        """Make a block of what waits, if its second has come; False if there was nothing to do or it had not."""
        with self._making:
            with self._lock:
                if self._closed or self._failure is not None:
                    return False
                parent, waiting = self.head, list(self._pool)
            if not (waiting or empty) or self.clock.wait_after(parent.timestamp) > 0:
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
