"""Imprint, privacy and accessibility pages, filled from the operator's settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.render import Renderer
from ledger.settings import Operator

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "imprint": ("name", "postal_address", "represented_by", "email", "phone"),
    "privacy": ("name", "postal_address", "email", "privacy_contact", "supervisory_authority", "log_retention"),
    "accessibility": (
        "name",
        "accessibility_contact",
        "accessibility_date",
        "accessibility_barriers",
        "enforcement_body",
    ),
}
"""Which of the operator's settings each page cannot do without (DDG § 5, DSGVO Art. 13, BITV 2.0 § 7)."""


def routes(renderer: Renderer) -> list[Route]:
    """One route a page."""
    return [Route(f"/{page}", _page(renderer, page)) for page in REQUIRED]


def missing(operator: Operator, page: str) -> list[str]:
    """Names of the settings that ``page`` needs and the operator has not filled in, as in ``siegel.toml``."""
    return [f"operator.{field}" for field in REQUIRED[page] if not getattr(operator, field)]


def _page(renderer: Renderer, page: str) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        settings = renderer.services.settings
        return renderer.page(request, f"{page}.html", {"missing": missing(settings.operator, page)})

    return show
