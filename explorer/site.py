"""Puts the pages under a web application."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.services import Services
from explorer import (
    bid_page,
    check_pages,
    finding_pages,
    legal_pages,
    opening_page,
    organisation_pages,
    problem_pages,
    process_pages,
    statistics_page,
    status_page,
    verification_page,
    verifier_page,
)
from explorer.failures import named
from explorer.page_file import STATIC_DIR
from explorer.render import Renderer
from ledger.errors import SiegelError

log = logging.getLogger(__name__)


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
            *verification_page.routes(renderer),
            *organisation_pages.routes(renderer),
            *finding_pages.routes(renderer),
            *statistics_page.routes(renderer),
            *check_pages.routes(renderer),
            *status_page.routes(renderer),
            *legal_pages.routes(renderer),
            *problem_pages.routes(renderer),
            *verifier_page.routes(),
            *bid_page.routes(renderer),
            *opening_page.routes(),
        ],
        exception_handlers={SiegelError: failure, HTTPException: failure},
        middleware=[Middleware(Unforeseen, answer=failure)],
    )
    # What fails beyond our own handlers is answered by the API, which looks for the services at the innermost app.
    pages.state.services = services
    small = GZipMiddleware(pages, minimum_size=1000)
    app.router.routes.insert(0, problem_pages.ForReaders(small))
    app.mount("/", small, name="explorer")


class Unforeseen:
    """Answers a failure nobody foresaw with a page, and logs it.

    Starlette's own handler raises the failure again after the answer, whereupon the server closes the connection and
    the browser loses the style sheet it was just asking for.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; an answer that has begun cannot be replaced."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            log.exception("%s %s", scope["method"], scope["path"])
            response = await run_in_threadpool(self._answer, Request(scope), error)
            await response(scope, receive, send)


class Static(StaticFiles):
    """Static files; an address with a version never changes its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, cacheable for ever if its address names its version."""
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v=") and response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
