"""What a custodian remembers: the newest block it saw proven, the blocks themselves, each round's last deadline, and
the rounds in which it has something to do yet.

Whoever shows it another past later is refused, and whoever shows it nothing any more does not make it forget. The book
is a small file in the custodian's home, replaced as a whole.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.durable import replace
from ledger.errors import BlockWentBack, ChainForked, CustodianBookUnusable, DeadlineWentBack

FORMAT: Final = "siegel-custodian-book/1"
MOST_BLOCKS: Final = 10_000
"""Blocks of a chain that are remembered, the newest ones; a bundle of an older block than the newest is refused
anyway."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A round whose key set names the custodian and in which it has not released yet; ``deadline``: the final one that
    was proven to it, in seconds since 1970."""

    chain: str
    process_id: bytes
    number: int
    deadline: int

    def is_overdue(self, now: float, after: int) -> bool:
        """Whether by the own clock the deadline passed more than ``after`` seconds ago."""
        return now > self.deadline + after


def round_name(chain: str, process_id: bytes, number: int) -> str:
    """How the book calls a round."""
    return f"{chain}/{process_id.hex()}/{number}"


class Memory:
    """One custodian's book."""

    def __init__(self, path: Path) -> None:
        """Raises CustodianBookUnusable for a file that is there and unreadable: a memory that was lost is no memory."""
        self._path = path
        self._chains: dict[str, dict[str, str]] = {}
        self._deadlines: dict[str, int] = {}
        self._awaited: list[str] = []
        self._dismissed: list[str] = []
        try:
            given = json.loads(path.read_bytes())
            if given["format"] != FORMAT:
                raise CustodianBookUnusable(path=path, why=f"it is not {FORMAT}")
            self._chains = {chain: dict(blocks) for chain, blocks in given["chains"].items()}
            self._deadlines = {round_: int(deadline) for round_, deadline in given["deadlines"].items()}
            # Books of before have neither.
            self._awaited, self._dismissed = (list(given.get(name, ())) for name in ("awaited", "dismissed"))
            self.awaited()
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CustodianBookUnusable(path=path, why=str(error)) from error

    def take(
        self, chain: str, block: int, hashes: Mapping[int, bytes], round_: str, deadline: int, *, is_awaited: bool
    ) -> None:
        """Hold a proven bundle against the past and add it, durably: ``block`` is the one that it speaks of, ``hashes``
        of the blocks in it by number, ``deadline`` the final one of ``round_`` (``round_name``) so far; whether the
        custodian has something to do in it yet.

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
        if round_ in self._awaited:
            self._awaited.remove(round_)
        if is_awaited and round_ not in self._dismissed:
            self._awaited.append(round_)
        self._write()

    def awaited(self) -> list[Awaited]:
        """Rounds in which something is to do yet, as far as it was shown, the earliest deadline first."""
        found = []
        for name in self._awaited:
            chain, process_id, number = name.rsplit("/", 2)
            found.append(Awaited(chain, bytes.fromhex(process_id), int(number), self._deadlines[name]))
        return sorted(found, key=lambda each: (each.deadline, each.process_id, each.number))

    def settle(self, round_: str) -> None:
        """Nothing is left to do in it, durably."""
        if round_ in self._awaited:
            self._awaited.remove(round_)
            self._write()

    def dismiss(self, process_id: bytes, number: int) -> bool:
        """The custodian's operator knows that nothing comes of this round: it is not awaited again, durably. False if
        it was not awaited."""
        mine = [each for each in self.awaited() if (each.process_id, each.number) == (process_id, number)]
        for each in mine:
            name = round_name(each.chain, process_id, number)
            self._awaited.remove(name)
            self._dismissed.append(name)
        if mine:
            self._write()
        return bool(mine)

    def _write(self) -> None:
        written: dict[str, Any] = {
            "format": FORMAT,
            "chains": self._chains,
            "deadlines": self._deadlines,
            "awaited": self._awaited,
            "dismissed": self._dismissed,
        }
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
