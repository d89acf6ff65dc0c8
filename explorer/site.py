"""Puts the pages under a web application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.services import Services
from explorer import check_pages, legal_pages, organisation_pages, process_pages, status_page
from explorer.failures import named
from explorer.render import STATIC_DIR, Renderer
from ledger.errors import SiegelError


def mount(app: FastAPI, services: Services) -> None:
    """Serve the pages at ``/`` of ``app``; to be called after all other routes, since it answers what they leave.

    The pages are an application of their own, so that their failures are pages and those of the API problems.
    """
    renderer = Renderer(services)

    def failure(request: Request, error: Exception) -> Response:
        shown = named(request, error)
        status = error.status_code if isinstance(error, HTTPException) else shown.status
        return renderer.page(request, "failure.html", {"error": shown, "status_code": status}, status=status)

    pages = Starlette(
        routes=[
            Mount("/static", Static(directory=STATIC_DIR)),
            *process_pages.routes(renderer),
            *organisation_pages.routes(renderer),
            *check_pages.routes(renderer),
            *status_page.routes(renderer),
            *legal_pages.routes(renderer),
        ],
        exception_handlers={SiegelError: failure, HTTPException: failure, Exception: failure},
    )
    # What fails beyond our own handlers is answered by the API, which looks for the services at the innermost app.
    pages.state.services = services
    app.mount("/", GZipMiddleware(pages, minimum_size=1000), name="explorer")


class Static(StaticFiles):
    """Static files; an address with a version never changes its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, cacheable for ever if its address names its version."""
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v=") and response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
