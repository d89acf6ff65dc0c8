"""Brings the leaves that the chain demands (``docs/log.md``, "Leaves") into the log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ledger.chain.blocks import BlockInfo
from ledger.errors import BlockHashMismatch, BlockUnknown, ChainLeftLog, LogContradictory
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import CHECKPOINT, LogFolder, SignedTree, living_log
from ledger.evidence.log.writer import checked_edge, writing
from ledger.evidence.verify.checkpoint import LogTrust, read_checkpoint
from ledger.evidence.verify.header import Header, read_header
from ledger.index.act_blocks import ActBlocks, blocks_with_acts
from ledger.index.database import Index

DAY: Final = 86_400
AT_ONCE: Final = 256
"""Blocks that are looked for at once: as many as one tile takes."""


class Blocks(Protocol):
    """What is asked of the chain."""

    def block(self, number: int, /) -> BlockInfo: ...

    def raw_header(self, number: int, /) -> bytes: ...


@dataclass(frozen=True)
class Published:
    """The log's tree after a round, and how many leaves the round added."""

    tree: SignedTree
    added: int


class Publisher:
    """Publishes one home's living log. Thread safe; of several processes one writes at a time."""

    def __init__(self, folder: Path, blocks: Blocks, index: Index) -> None:
        """``folder``: the home's ``log``."""
        self._folder, self._blocks, self._index = folder, blocks, index
        self._lock = threading.Lock()
        # The log and tree up to which nothing was left to do, and what stood last in it.
        self._known: tuple[str, SignedTree, Header | None] | None = None

    def publish(self) -> Published:
        """Log every block up to where the index stands.

        Raises LogMissing, LogKeyMissing, LogContradictory; ChainLeftLog if the chain has not the last logged block
        any more; as the chain and the index.
        """
        with self._lock:
            log = living_log(self._folder)
            tree, last = self._state(log)
            self._require_on_chain(last)
            added = 0
            if next(self._news(last), None) is not None:
                self._require_cosigned_tree(log)
                with writing(log) as writer:
                    # Somebody else may have written meanwhile.
                    before, last = writer.tree.size, _last_header(log, writer.tree)
                    while leaves := [header for _, header in zip(range(writer.room), self._news(last), strict=False)]:
                        writer.append([header.hashed for header in leaves])
                        last = leaves[-1]
                    tree, added = writer.tree, writer.tree.size - before
            self._known = (log.origin, tree, last)
            return Published(tree, added)

    def check(self) -> SignedTree:
        """The log's tree, if nothing would keep ``publish`` from going on. Raises as it."""
        with self._lock:
            log = living_log(self._folder)
            tree, last = self._state(log)
            self._require_on_chain(last)
            self._require_cosigned_tree(log)
            with writing(log):
                return tree

    def _state(self, log: LogFolder) -> tuple[SignedTree, Header | None]:
        tree = log.newest()
        if self._known is not None and self._known[:2] == (log.origin, tree):
            return self._known[1:]
        # First of all the log itself: what its last entry says of the chain is worth nothing if it was altered.
        checked_edge(log, tree)
        return tree, _last_header(log, tree)

    def _require_cosigned_tree(self, log: LogFolder) -> None:
        """What witnesses signed must be the beginning of this log, or its folder is in part an older one."""
        seen = CosignatureBook(self._folder).largest(log.origin)
        if seen is None:
            return
        signed = read_checkpoint(seen.note, LogTrust((log.verifier_key,), ()))
        if signed.size > log.newest().size or log.root(signed.size) != signed.root:
            reason = f"a witness cosigned a tree of {signed.size} leaves that it does not begin with"
            raise LogContradictory(path=log.folder / CHECKPOINT, reason=reason)

    def _require_on_chain(self, last: Header | None) -> None:
        if last is None:
            return
        try:
            got = self._blocks.block(last.number).hash
        except BlockUnknown:
            raise ChainLeftLog(block=last.number, expected=last.block_hash, got="–") from None
        if got != last.block_hash:
            raise ChainLeftLog(block=last.number, expected=last.block_hash, got=got)

    def _news(self, last: Header | None) -> Iterator[Header]:
        """The next headers to log after the one logged last, at most ``AT_ONCE``, in the order of the blocks."""
        found = blocks_with_acts(self._index, -1 if last is None else last.number, AT_ONCE)
        if found is None:
            return
        if last is None:
            if not found.hashes:
                return
            first = min(found.hashes)
            begin = self._blocks.block(first).number, self._blocks.block(first).time
        else:
            begin = last.number, last.time
        for number in self._with_heartbeats(*begin, found):
            yield self._header(number, found.hashes.get(number))

    def _with_heartbeats(self, number: int, time: int, acts: ActBlocks) -> Iterator[int]:
        """Blocks with acts, and each first block of a day after block ``number``, which has this ``time``."""
        waiting = iter(sorted(acts.hashes))
        act = next(waiting, None)
        beat = self._first_of_a_later_day(number, time, acts.until)
        given = 0
        while (act is not None or beat is not None) and given < AT_ONCE:
            following = min(each for each in (act, beat) if each is not None)
            yield following
            given += 1
            if act == following:
                act = next(waiting, None)
            if beat == following:
                beat = self._first_of_a_later_day(beat, self._blocks.block(beat).time, acts.until)

    def _first_of_a_later_day(self, number: int, time: int, until: int) -> int | None:
        """The first block up to ``until`` that is of a later day than block ``number`` (UTC, by the chain's clock)."""
        midnight = (time // DAY + 1) * DAY
        if number >= until or self._blocks.block(until).time < midnight:
            return None
        before, after = number, until
        while after - before > 1:
            middle = (before + after) // 2
            if self._blocks.block(middle).time < midnight:
                before = middle
            else:
                after = middle
        return after

    def _header(self, number: int, indexed: bytes | None) -> Header:
        header = read_header(self._blocks.raw_header(number))
        expected = self._blocks.block(number).hash if indexed is None else indexed
        if header.number != number or header.block_hash != expected:
            raise BlockHashMismatch(expected=expected, got=header.block_hash)
        return header


def _last_header(log: LogFolder, tree: SignedTree) -> Header | None:
    return read_header(log.leaf(tree.size - 1)) if tree.size else None
