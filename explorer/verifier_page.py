"""The page that verifies evidence in the browser: one file, served as it is built (``docs/verifying.md``)."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.page_file import VERIFIER_PAGE

ADDRESS: Final = "/verifier.html"


def routes() -> list[Route]:
    """The page under an address that stays."""
    return [Route(ADDRESS, _serve)]


def _serve(_request: Request) -> Response:
    """It may connect to nobody."""
    return VERIFIER_PAGE.answer(VERIFIER_PAGE.policy)
