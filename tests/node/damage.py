"""Breaks a chain's database by one byte, and says whether that byte mattered.

The judgement is SQLite's own and knows nothing of the node's checksums: a flip matters if the file cannot be read any
more, if its structure is broken, or if any row differs. Bytes between and behind rows mean nothing to anybody.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ledger.chain.node.database import DATABASE


def folded(source: Path, target: Path) -> Path:
    """A copy of a closed chain's folder."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("lock"))
    return target


def places(folder: Path) -> dict[str, list[tuple[int, int]]]:
    """For every table and index its pages, each as offset and size in the file."""
    found: dict[str, list[tuple[int, int]]] = {}
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        for name, offset, size in connection.execute("SELECT name, pgoffset, pgsize FROM dbstat"):
            found.setdefault(name, []).append((offset, size))
    return found


def content(folder: Path) -> Any:
    """All rows of all tables and the verdict on the structure; the error's text if the file is unreadable."""
    try:
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {name: connection.execute(f"SELECT * FROM {name} NOT INDEXED").fetchall() for name in sorted(tables)}
            return rows, connection.execute("PRAGMA integrity_check").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError) as error:
        return str(error)


def flip_one_byte(folder: Path, pages: list[tuple[int, int]], chance: random.Random, before: Any) -> str:
    """Flip a byte that matters in one of the pages; where and how."""
    path = folder / DATABASE
    while True:
        offset, size = chance.choice(pages)
        at = offset + chance.randrange(size)
        mask = chance.randrange(1, 256)
        data = bytearray(path.read_bytes())
        data[at] ^= mask
        path.write_bytes(data)
        if content(folder) != before:
            return f"byte {at} xor {mask:#x}"
        data[at] ^= mask
        path.write_bytes(data)
