"""Holding a file or folder against other processes; the kernel lets go when a process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds an existing file or folder during the block. If somebody else does, waits or raises ``BlockingIOError``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody holds a file or folder; it is held by us for that glance."""
    try:
        with held(path):
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
