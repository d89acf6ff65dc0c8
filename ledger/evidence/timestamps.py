"""Time stamps of outside authorities for checkpoints: asked for, checked, and kept for good.

On the disk: ``waiting/{authority}/{digest}`` is a checkpoint that an authority has not stamped yet; the folder
``stamps/{digest}`` has a checkpoint's stamps, named ``{authority}.{digest of the authority's certificate}``. A stamp
is durable before the checkpoint stops waiting: a crash repeats a look at worst, and the stamp that is there stays.
``failures/{authority}`` says why the last attempt failed, for other processes to tell.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import SettingInvalid, TimestampAuthorityFailed
from ledger.evidence.timestamp_request import Authority, request_timestamp
from ledger.store.durable_files import write_all

log = logging.getLogger(__name__)

FOLDER: Final = "timestamps"
"""Where they lie in the home's ``log``."""
STAMPS: Final = "stamps"

_NAME: Final = re.compile(r"[a-z0-9-]{1,40}")
_PATIENCE: Final = 5.0


@dataclass(frozen=True)
class Backlog:
    """What an authority has not stamped yet: how many ``checkpoints``, since when the oldest waits (seconds since
    1970), and why the last attempt failed; both None if nothing waits, or nothing failed. ``stamped``: it has stamped
    something before."""

    authority: str
    checkpoints: int
    since: float | None
    failure: str | None
    stamped: bool


class Timestamps:
    """The time stamps in ``folder``, and a thread for each authority that gets what is missing.

    An authority that fails is asked again after ``first_pause`` seconds, then after twice as long, up to
    ``longest_pause``; the others go on meanwhile. Raises SettingInvalid for authorities without names of their own.
    """

    def __init__(
        self,
        folder: Path,
        authorities: Sequence[Authority],
        *,
        first_pause: float = 60.0,
        longest_pause: float = 6 * 3600.0,
    ) -> None:
        self.authorities = tuple(authorities)
        names = [authority.name for authority in authorities]
        if len(set(names)) != len(names) or not all(_NAME.fullmatch(name) for name in names):
            raise SettingInvalid(setting="timestamps", why="each authority needs a name of a-z, 0-9 and - of its own")
        self._folder = folder
        self._collectors = [_Collector(folder, authority, first_pause, longest_pause) for authority in authorities]

    def add(self, checkpoint: bytes) -> None:
        """Have these bytes stamped by every authority; durable when this returns. Again is no harm."""
        digest = hashlib.sha256(checkpoint).hexdigest()
        wanting = [one for one in self._collectors if not one.knows(digest)]
        write_all([(one.waiting / digest, checkpoint) for one in wanting], self._folder / "writing")
        for one in wanting:
            one.wake()

    def stamps_of(self, checkpoint: bytes) -> dict[str, bytes]:
        """The stamps for these bytes (TimeStampResp), by the SHA-256 of the authority's certificate in hex.

        Only those of the authorities here: a policy that does not know an authority refuses its stamps.
        """
        digest = hashlib.sha256(checkpoint).hexdigest()
        found = [path for one in self._collectors for path in one.stamps_of(digest)]
        return {path.suffix[1:]: path.read_bytes() for path in sorted(found)}

    def is_stamped(self, checkpoint: bytes) -> bool:
        """Whether as many authorities have stamped these bytes as our policy asks for."""
        digest = hashlib.sha256(checkpoint).hexdigest()
        return sum(one.has_stamped(digest) for one in self._collectors) >= self.threshold

    @property
    def threshold(self) -> int:
        """How many of the authorities our policy asks for: more than half."""
        return len(self.authorities) // 2 + 1

    def backlog(self) -> list[Backlog]:
        """What each authority has not stamped yet."""
        return [one.backlog() for one in self._collectors]

    def start(self) -> None:
        """Begin to collect."""
        for one in self._collectors:
            one.start()

    def stop(self) -> None:
        """Stop after the requests that are under way, and wait for them, but not long: what an authority still answers
        is kept whole or not at all."""
        for one in self._collectors:
            one.stop()
        for one in self._collectors:
            one.join()


class _Collector:
    """Gets one authority's stamps."""

    def __init__(self, folder: Path, authority: Authority, first_pause: float, longest_pause: float) -> None:
        self.waiting = folder / "waiting" / authority.name
        self._folder = folder
        self._authority = authority
        self._first_pause, self._longest_pause = first_pause, longest_pause
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"time stamps of {authority.name}", daemon=True)
        self._failures = folder / "failures" / authority.name

    def stamps_of(self, digest: str) -> list[Path]:
        return list((self._folder / STAMPS / digest).glob(f"{self._authority.name}.*"))

    def has_stamped(self, digest: str) -> bool:
        return bool(self.stamps_of(digest))

    def knows(self, digest: str) -> bool:
        """Whether the checkpoint waits, or is stamped."""
        return (self.waiting / digest).exists() or self.has_stamped(digest)

    def backlog(self) -> Backlog:
        waiting = self._by_age()
        stamped = any((self._folder / STAMPS).glob(f"*/{self._authority.name}.*"))
        since = waiting[0][0] if waiting else None
        return Backlog(self._authority.name, len(waiting), since, self._failure(), stamped)

    def wake(self) -> None:
        self._woken.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()

    def join(self) -> None:
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        pause = self._first_pause
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._collect()
            except TimestampAuthorityFailed as error:
                self._report(str(error))
            except Exception as error:  # such as a full disk: what waits must go on waiting, not be lost
                log.exception("time stamps of %s cannot be kept", self._authority.name)
                self._remember(f"{type(error).__name__}: {error}")
            else:
                self._remember(None)
                pause = self._first_pause
                self._woken.wait(self._first_pause)  # another process may have added some
                continue
            # A new checkpoint is no reason to ask again sooner.
            self._stopping.wait(pause)
            pause = min(2 * pause, self._longest_pause)

    def _collect(self) -> None:
        """Stamp all that waits, the oldest first. Raises TimestampAuthorityFailed at the first that fails."""
        for _, path in self._by_age():
            if self._stopping.is_set():
                return
            if not self.has_stamped(path.name):
                self._keep(path)
            path.unlink()

    def _keep(self, path: Path) -> None:
        stamp, said = request_timestamp(self._authority, path.read_bytes())
        name = f"{self._authority.name}.{hashlib.sha256(said.certificate).hexdigest()}"
        write_all([(self._folder / STAMPS / path.name / name, stamp)], self._folder / "writing")

    def _by_age(self) -> list[tuple[float, Path]]:
        found = []
        for path in self.waiting.iterdir() if self.waiting.is_dir() else []:
            with suppress(FileNotFoundError):  # stamped meanwhile
                found.append((path.stat().st_mtime, path))
        return sorted(found)

    def _report(self, failure: str) -> None:
        if failure != self._failure():  # once, not at every attempt
            log.warning("%s", failure)
        self._remember(failure)

    def _failure(self) -> str | None:
        try:
            return self._failures.read_text("utf-8")
        except FileNotFoundError:
            return None

    def _remember(self, failure: str | None) -> None:
        """For whoever asks; it is no harm if a crash or a full disk loses it."""
        with suppress(OSError):
            if failure is None:
                self._failures.unlink(missing_ok=True)
                return
            self._failures.parent.mkdir(parents=True, exist_ok=True)
            draft = self._failures.with_suffix(".new")
            draft.write_text(failure, "utf-8")
            draft.replace(self._failures)
