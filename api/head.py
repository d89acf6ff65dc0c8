"""HEAD wherever there is GET (RFC 9110 section 9.1: every server has both)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Answers HEAD as GET is answered, headers and status the same, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on as GET and holds back what the body would be."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", _ASKED: True}, receive, send_without_body)


_ASKED = "siegel.head"


def is_head(request: Request) -> bool:
    """Whether only the headers are wanted, so that a long body need not be made."""
    return bool(request.scope.get(_ASKED))
