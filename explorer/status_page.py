"""How far the index is, which chain and ledger the pages belong to, and what comparing both found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer import links
from explorer.render import Renderer
from ledger.errors import ProcessUnknown
from ledger.index.rows import ProcessRow

NAMED = 10
"""Procedures that differ are named up to this number."""


def routes(renderer: Renderer) -> list[Route]:
    """The status page."""
    services = renderer.services

    def rows(process_ids: Iterable[bytes]) -> Iterator[ProcessRow]:
        for process_id in process_ids:
            try:
                yield services.queries.process(process_id)
            except ProcessUnknown:
                continue  # rolled back since

    def status(request: Request) -> Response:
        comparison = services.comparison.status()
        values = {
            "index": services.status(),
            "comparison": comparison,
            "differing": list(islice(rows(comparison.processes), NAMED)),
            "deployment": services.deployment,
        }
        return renderer.page(request, "status.html", values, data_url=f"{links.API}/status")

    return [Route("/status", status)]
