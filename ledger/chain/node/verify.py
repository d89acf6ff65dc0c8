"""Finds damage in data that nobody happens to read.

Three depths. On open, at a cost that does not grow with the chain: the tables' definitions, the table ``meta``, the
newest block and the waiting transactions. After it, in the background: every row of every table against its tally, and
the structure of the file. On demand (:func:`verify_chain`, ``siegel doctor``): that, and the chain itself, from hash
to hash.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import rlp
from eth.constants import BLANK_ROOT_HASH
from eth.db.trie import make_trie_root_and_nodes
from eth.rlp.accounts import Account
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth.vm.forks.prague.receipts import PragueReceiptBuilder
from eth_hash.auto import keccak
from trie.hexary import HexaryTrie
from trie.iter import NodeIterator

from ledger.chain.node import shapes
from ledger.chain.node.database import connect, damage_named, shown
from ledger.chain.node.machine import HeldBack, damage_seen
from ledger.chain.node.schema import COLUMNS, BlockRow
from ledger.chain.node.store import Store
from ledger.chain.node.sums import STORED_SUM_BYTES, Tally, row_sum
from ledger.errors import ChainDamaged, SiegelError

log = logging.getLogger(__name__)

_CHUNK = 500
_GRACE_SECONDS = 0.05
_EMPTY_CODE = keccak(b"")


_STEPS_BETWEEN_QUESTIONS = 100_000


def check_block(store: Store, row: BlockRow) -> PragueBlockHeader:
    """Check a block's transactions and receipts against its header, and return the header."""
    header: PragueBlockHeader = rlp.decode(store.node(row.hash), sedes=PragueBlockHeader)
    rows = store.transactions(row)
    receipts = [PragueReceiptBuilder.decode(one.receipt) for one in rows]
    if make_trie_root_and_nodes([shapes.decoded(one.raw) for one in rows])[0] != header.transaction_root:
        raise ChainDamaged(table="tx", key=str(row.number), reason="the transactions are not those of the header")
    if make_trie_root_and_nodes(receipts)[0] != header.receipt_root:
        raise ChainDamaged(table="tx", key=str(row.number), reason="the receipts are not those of the header")
    found = (header.block_number, header.timestamp, sum(len(receipt.logs) for receipt in receipts))
    if found != (row.number, row.time, row.logs):
        raise ChainDamaged(table="block", key=str(row.number), reason="the row is not that of its header")
    return header


def check_head(store: Store) -> PragueBlockHeader:
    """What is checked whenever a chain is opened: the newest block, whole, and the root of its state."""
    number, key = store.head
    row = store.existing_block(number)
    if row.hash != key:
        raise ChainDamaged(table="meta", key="head", reason=f"block {number} is another one")
    header = check_block(store, row)
    if header.state_root != BLANK_ROOT_HASH:
        store.node(header.state_root)
    return header


def check_rows(path: Path, pause: Callable[[], None] | None = None, stopped: Callable[[], bool] | None = None) -> None:
    """Check every row of every table against its sum and its table's tally, then the structure of the file.

    ``pause`` is called between chunks of rows. When ``stopped`` answers True, the check ends with
    :class:`ChainStorageFailed`. Reads one snapshot, so the chain may grow meanwhile.
    """
    proceed = pause or (lambda: None)
    with closing(connect(path, read_only=True)) as connection, damage_named("file"):
        if stopped is not None:
            connection.set_progress_handler(stopped, _STEPS_BETWEEN_QUESTIONS)
        connection.execute("BEGIN")
        meta: dict[str, bytes] = {}
        for name, value, total in connection.execute("SELECT name, value, sum FROM meta"):
            if row_sum("meta", (name, value))[:STORED_SUM_BYTES] != total:
                raise ChainDamaged(table="meta", key=str(name), reason="the row's checksum does not hold")
            meta[name] = value
        for table in COLUMNS:
            with damage_named(table):
                _check_table(connection, table, meta.get(f"tally {table}", b""), proceed)
        for (line,) in connection.execute("PRAGMA integrity_check(1)"):
            if line != "ok":
                raise ChainDamaged(table="file", key="structure", reason=str(line))


def _check_table(connection: sqlite3.Connection, table: str, kept: bytes, proceed: Callable[[], None]) -> None:
    summed = table != "node"
    columns = ", ".join((*COLUMNS[table], "sum") if summed else COLUMNS[table])
    # NOT INDEXED walks the rows themselves; whether the indexes agree with them is integrity_check's part.
    cursor = connection.execute(f"SELECT {columns} FROM {table} NOT INDEXED")  # noqa: S608 - names from here
    tally = Tally()
    while records := cursor.fetchmany(_CHUNK):
        for record in records:
            row = record[:-1] if summed else record
            total = row_sum(table, row)
            if summed and total[:STORED_SUM_BYTES] != record[-1]:
                raise ChainDamaged(table=table, key=shown(row[0]), reason="the row's checksum does not hold")
            tally = tally.plus(total)
        proceed()
    if tally.encode() != kept:
        raise ChainDamaged(table=table, key="all", reason="its rows are not those that were written")


class BackgroundCheck:
    """Runs :func:`check_rows` in a thread at half speed, and tells of damage."""

    def __init__(self, path: Path, tell: Callable[[SiegelError], None]) -> None:
        self._path, self._tell = path, tell
        self._stopping, self.done = threading.Event(), threading.Event()
        self._resumed = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="chain check", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the check if it is still under way."""
        self._stopping.set()
        self._thread.join()

    def _pause(self) -> None:
        self._stopping.wait(min(0.2, time.monotonic() - self._resumed))
        self._resumed = time.monotonic()

    def _run(self) -> None:
        # Whoever opened the chain has something to ask first.
        if self._stopping.wait(_GRACE_SECONDS):
            return
        self._resumed = time.monotonic()
        try:
            check_rows(self._path, self._pause, self._stopping.is_set)
        except SiegelError as failure:
            if self._stopping.is_set():
                return
            self._tell(failure)
        except Exception as error:  # noqa: BLE001 - a file so broken that reading it fails in a way not foreseen
            self._tell(ChainDamaged(table="file", key="unknown", reason=f"{type(error).__name__}: {error}"))
        else:
            log.info("every row of the chain is as it was written")
        self.done.set()


def verify_chain(store: Store) -> None:
    """Check everything: all rows, every block against its header and parent, and that the newest state is complete.

    Raises :class:`ChainDamaged` at the first thing that is wrong. The chain may grow meanwhile.
    """
    number, _ = store.head
    check_rows(store.path)
    parent = rlp.decode(store.node(store.meta("genesis")), sedes=PragueBlockHeader)
    if store.existing_block(0).hash != parent.hash:
        raise ChainDamaged(table="block", key="0", reason="it is not the genesis block")
    for height in range(1, number + 1):
        header = check_block(store, store.existing_block(height))
        if header.parent_hash != parent.hash or header.timestamp <= parent.timestamp:
            raise ChainDamaged(table="block", key=str(height), reason="it does not follow the block before it")
        parent = header
    with damage_seen():
        _walk_state(store, parent.state_root)


def _walk_state(store: Store, root: bytes) -> None:
    """Read every node of a state: accounts, their code and their storage."""
    nodes = HeldBack(store.find_node)
    for leaf in NodeIterator(HexaryTrie(nodes, root)).values():
        account = rlp.decode(leaf, sedes=Account)
        if account.code_hash != _EMPTY_CODE:
            store.node(account.code_hash)
        for _ in NodeIterator(HexaryTrie(nodes, account.storage_root)).values():
            pass
