"""Headers on every answer, of API and pages alike."""

from __future__ import annotations

from collections.abc import Mapping

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


OPEN_DATA = ("/api/v1/", "/extension/", "/problems/", "/checkpoint", "/tile/")

SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Siegel-Chain-Id, Siegel-Ledger, Siegel-Digest, Siegel-Salt",
}
"""Pages of others may read open data (https://fetch.spec.whatwg.org/#http-cors-protocol). There are no logins, and
``*`` keeps browsers from sending the language cookie along. What is answered to a signed request is not open data."""


HANDING_IN = tuple(f"/api/v1/{part}" for part in ("envelopes", "promises", "transactions", "accounts", "incidents"))

HANDED_IN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Retry-After, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "
    "Upload-Expires, Upload-Length, Upload-Offset, Siegel-Chain-Id, Siegel-Ledger",
}
"""A page of another installation hands in here, too: what it sends is signed or sealed, and no cookie counts."""

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset",
    "Access-Control-Max-Age": "86400",
}


class AnswerHeaders:
    """Names chain id and ledger on every answer, the data licence (RFC 4946) on open data, and sets what browsers need
    to keep pages to themselves."""

    def __init__(self, app: ASGIApp, *, chain_id: int, ledger: bytes, license_url: str) -> None:
        self._app = app
        headers = {**SECURITY, "Siegel-Chain-Id": str(chain_id), "Siegel-Ledger": "0x" + ledger.hex()}
        licensed = {"Link": f'<{license_url}>; rel="license"'} if license_url else {}
        self._headers, self._of_open_data = _encoded(headers), _encoded({**headers, **SHARED, **licensed})
        self._of_handing_in = _encoded({**headers, **HANDED_IN})
        self._of_preflight = _encoded({**headers, **HANDED_IN, **PREFLIGHT})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on; only the first message of an answer is touched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        if scope["path"].startswith(HANDING_IN):
            added = self._of_preflight if scope["method"] == "OPTIONS" else self._of_handing_in
        elif _is_open(scope):
            added = self._of_open_data
        else:
            added = self._headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                of_answer = (
                    self._headers if message["status"] == 401 else added
                )  # who must sign is told to no other page
                message["headers"] = [*message["headers"], *(each for each in of_answer if each[0] not in given)]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _is_open(scope: Scope) -> bool:
    """Whether everybody may read the answer; what a request is signed for is for the asking one."""
    is_signed = any(name == b"authorization" for name, _ in scope["headers"])
    return scope["method"] in ("GET", "HEAD") and scope["path"].startswith(OPEN_DATA) and not is_signed


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
