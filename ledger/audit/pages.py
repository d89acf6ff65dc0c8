"""Lists of the API that come page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from ledger.audit.asking import Server
from ledger.errors import ServerAnswerUnusable

AT_ONCE: Final = 200


def rows_of(server: Server, path: str, name: str, query: str = "") -> Iterator[dict[str, Any]]:
    """All rows of a list, a page at a time. Raises as ``Server.json``; a list that leads on without rows is refused."""
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={quote(cursor, safe='')}" if cursor else ""
        address = f"{path}?limit={AT_ONCE}{query}{more}"
        page = server.json(address)
        rows, following = page.get(name), page.get("nextCursor")
        usable = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
        if not usable or (following and not rows) or not isinstance(following, str | None):
            raise ServerAnswerUnusable(url=server.url + address, reason=f"it is no page of {name}")
        assert isinstance(rows, list)
        yield from rows
        cursor = following or None


def id_of(value: Any) -> bytes | None:
    """32 bytes from the API's hexadecimal, None for anything else."""
    if not isinstance(value, str) or len(value) != 66 or not value.startswith("0x"):
        return None
    try:
        return bytes.fromhex(value[2:])
    except ValueError:
        return None
