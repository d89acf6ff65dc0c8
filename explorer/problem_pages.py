"""The registry of problems for people: RFC 9457 wants a problem's ``type`` to lead to something that can be read.

Programs get the same addresses as JSON (``api.problems``); whoever asks for HTML gets these pages.
"""

from __future__ import annotations

from starlette.datastructures import Headers, URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import KINDS, entry
from explorer.render import Renderer
from ledger.errors import NotFound

PATH = "/problems"


def routes(renderer: Renderer) -> list[Route]:
    """List and single pages."""

    def registry(request: Request) -> Response:
        values = {"problems": [entry(kind) for _, kind in sorted(KINDS.items())]}
        response = renderer.page(request, "problems.html", values)
        response.headers.add_vary_header("Accept")
        return response

    def problem(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in KINDS:
            raise NotFound(path=request.url.path)
        response = renderer.page(request, "problem.html", {"problem": entry(KINDS[name])})
        response.headers.add_vary_header("Accept")
        return response

    return [Route(PATH, registry), Route(PATH + "/{name}", problem)]


class ForReaders(BaseRoute):
    """Sends what asks for HTML at an address of problems to ``pages``; all else goes on to the API."""

    def __init__(self, pages: ASGIApp) -> None:
        self._pages = pages

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a reader asks."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(PATH + "/"):
            return Match.NONE, {}
        asks = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
        return (Match.FULL if asks else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page."""
        await self._pages(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """No address is made from this."""
        raise NoMatchFound(name, path_params)
