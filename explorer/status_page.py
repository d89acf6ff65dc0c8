"""How far the index is, which chain and ledger the pages belong to, and the last comparison of both."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer import links
from explorer.render import Renderer


def routes(renderer: Renderer) -> list[Route]:
    """The status page."""

    def status(request: Request) -> Response:
        services = renderer.services
        values = {"index": services.status(), "deployment": services.deployment}
        return renderer.page(request, "status.html", values, data_url=f"{links.API}/status")

    return [Route("/status", status)]
