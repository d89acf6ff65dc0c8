"""Headers on every answer, of API and pages alike."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


OPEN_DATA = ("/api/v1/", "/extension/", "/problems/")

SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Siegel-Chain-Id, Siegel-Ledger, Siegel-Digest, Siegel-Salt",
}
"""Pages of others may read open data (https://fetch.spec.whatwg.org/#http-cors-protocol). There are no logins, and
``*`` keeps browsers from sending the language cookie along."""


class AnswerHeaders:
    """Names chain id and ledger on every answer, the data licence (RFC 4946) on open data, and sets what browsers need
    to keep pages to themselves."""

    def __init__(self, app: ASGIApp, *, chain_id: int, ledger: bytes, license_url: str) -> None:
        self._app = app
        self._licensed = {"Link": f'<{license_url}>; rel="license"'} if license_url else {}
        self._headers = {**SECURITY, "Siegel-Chain-Id": str(chain_id), "Siegel-Ledger": "0x" + ledger.hex()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; only the first message of an answer is touched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        is_open = scope["method"] in ("GET", "HEAD") and scope["path"].startswith(OPEN_DATA)
        shared = {**SHARED, **self._licensed} if is_open else {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**self._headers, **shared}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
