"""What a custodian remembers: the newest block it saw proven, the blocks themselves, and each round's last deadline.

Whoever shows it another past later is refused. The book is a small file in the custodian's home, replaced as a whole.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ledger.durable import replace
from ledger.errors import BlockWentBack, ChainForked, CustodianBookUnusable, DeadlineWentBack

FORMAT: Final = "siegel-custodian-book/1"
MOST_BLOCKS: Final = 10_000
"""Blocks of a chain that are remembered, the newest ones; a bundle of an older block than the newest is refused
anyway."""


class Memory:
    """One custodian's book."""

    def __init__(self, path: Path) -> None:
        """Raises CustodianBookUnusable for a file that is there and unreadable: a memory that was lost is no memory."""
        self._path = path
        self._chains: dict[str, dict[str, str]] = {}
        self._deadlines: dict[str, int] = {}
        try:
            given = json.loads(path.read_bytes())
            if given["format"] != FORMAT:
                raise CustodianBookUnusable(path=path, why=f"it is not {FORMAT}")
            self._chains = {chain: dict(blocks) for chain, blocks in given["chains"].items()}
            self._deadlines = {round_: int(deadline) for round_, deadline in given["deadlines"].items()}
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CustodianBookUnusable(path=path, why=str(error)) from error

    def take(self, chain: str, block: int, hashes: Mapping[int, bytes], round_: str, deadline: int) -> None:
        """Hold a proven bundle against the past and add it, durably: ``block`` is the one that it speaks of, ``hashes``
        of the blocks in it by number, ``deadline`` the final one of ``round_`` so far.

        Raises ChainForked, BlockWentBack, DeadlineWentBack; then the book stays as it was.
        """
        known = self._chains.get(chain, {})
        for number, hash_ in sorted(hashes.items()):
            if known.get(str(number), hash_.hex()) != hash_.hex():
                raise ChainForked(block=number, expected=bytes.fromhex(known[str(number)]), got=hash_)
        newest = max(map(int, known), default=0)
        if block < newest:
            raise BlockWentBack(block=block, seen=newest)
        if deadline < self._deadlines.get(round_, 0):
            raise DeadlineWentBack(deadline=deadline, latest=self._deadlines[round_])
        together = known | {str(number): hash_.hex() for number, hash_ in hashes.items()}
        kept = sorted(together, key=int)[-MOST_BLOCKS:]
        self._chains[chain] = {number: together[number] for number in kept}
        self._deadlines[round_] = deadline
        self._write()

    def _write(self) -> None:
        written: dict[str, Any] = {"format": FORMAT, "chains": self._chains, "deadlines": self._deadlines}
        replace(self._path, json.dumps(written, indent=1).encode() + b"\n")


@contextmanager
def holding(folder: Path) -> Iterator[Path]:
    """The custodian's folder, for this process alone while it lasts: two that remember would forget for each other.

    Raises CustodianBookUnusable.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CustodianBookUnusable(path=folder, why="another process of this custodian is at work") from None
        yield folder
