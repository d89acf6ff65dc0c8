"""Lists of the API, told page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request

from api.described import TEXT_OR_NULL, list_of, object_of
from ledger.index.rows import Page

Item = TypeVar("Item")


def described_list(name: str, item: dict[str, Any]) -> dict[str, Any]:
    """The members that ``listed`` gives, for the description; ``item`` are those of one row."""
    return {
        "total": {"type": "integer"},
        name: list_of(object_of(item)),
        "nextCursor": TEXT_OR_NULL,
        "next": TEXT_OR_NULL,
    }


def listed(request: Request, name: str, page: Page[Item], told: Callable[[Item], dict[str, Any]]) -> dict[str, Any]:
    """One page with its rows under ``name``; ``nextCursor`` and ``next`` are null on the last."""
    return {
        "total": page.total,
        name: [told(row) for row in page.items],
        "nextCursor": page.next_cursor,
        "next": next_address(request, page),
    }


def next_address(request: Request, page: Page[Any]) -> str | None:
    """Path and query of the page that follows; ``None`` after the last."""
    if page.next_cursor is None:
        return None
    url = request.url.include_query_params(cursor=page.next_cursor)
    return f"{url.path}?{url.query}"
