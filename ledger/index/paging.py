"""Pages of lists: how many rows one holds, and the cursor that leads to the next.

A cursor is opaque to whoever gets it: a JSON list in base64 (RFC 4648 section 5) without padding. What it holds, and
whether what comes back can be what was given out, is for the list to say.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import orjson

from ledger.errors import InvalidCursor, InvalidParameter

MAX_LIMIT = 200


def require_limit(limit: int) -> None:
    """Raises ``InvalidParameter`` for fewer than 1 or more than ``MAX_LIMIT`` rows."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidParameter(parameter="limit", value=limit, why=f"it must be from 1 to {MAX_LIMIT}")


def write_cursor(values: Sequence[Any]) -> str:
    """Values that JSON knows, as a cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def read_cursor(cursor: str) -> list[Any]:
    """The values of a cursor, as yet unchecked. Raises ``InvalidCursor`` for what is none."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise InvalidCursor(cursor=cursor) from error
    if not isinstance(values, list):
        raise InvalidCursor(cursor=cursor)
    return values
