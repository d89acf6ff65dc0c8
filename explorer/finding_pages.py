"""The list of what pulls of public notices found."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer import links
from explorer.render import Renderer
from ledger.ocds.observation import FindingKind

PAGE_SIZE = 20


def routes(renderer: Renderer) -> list[Route]:
    """One list; ``kind`` narrows it, and a value that is none is left out."""

    def findings(request: Request) -> Response:
        asked = request.query_params.get("kind", "")
        kind = FindingKind(asked) if asked in set(FindingKind) else None
        cursor = request.query_params.get("cursor") or None
        page = renderer.services.queries.findings(kind, None, cursor, PAGE_SIZE)
        narrowed = {"kind": kind.value} if kind else {}
        following = {**narrowed, "cursor": page.next_cursor} if page.next_cursor else None
        values = {
            "page": page,
            "kind": kind,
            "first_page": links.findings_page(narrowed) if cursor else None,
            "next_page": links.findings_page(following) if following else None,
        }
        same = {**narrowed, **({"cursor": cursor} if cursor else {})}
        return renderer.page(request, "findings.html", values, data_url=links.api_findings(same))

    return [Route("/findings", findings)]
