"""Progress of what takes longer than two seconds, for people only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import Progress

QUIET_SECONDS: Final = 2.0


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with each step forward. Nothing is shown where nobody watches (no terminal)."""
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(label, total=total)
    began = time.monotonic()

    def advance(steps: int) -> None:
        bar.advance(task, steps)
        if not bar.live.is_started and time.monotonic() - began >= QUIET_SECONDS:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()
