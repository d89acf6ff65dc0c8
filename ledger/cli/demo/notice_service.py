"""A notice service of the demo's own, on the loopback and only while the town is made: days' exports over HTTP, as the
national one offers them (``ledger.cli.pulling.service``)."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

EXPORT: Final = "ocds.zip"
PATH: Final = "/erfundener-bekanntmachungsservice/notice-exports"
"""Says what it is: readers find the address in the anchored observations."""


class NoticeService:
    """``exports``: the ZIP of each day (ISO 8601) that has one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.exports: dict[str, bytes] = {}

    def publish(self, notices: Iterable[dict[str, Any]]) -> None:
        """Replaces all exports by these releases, each in that of its own day, in a package of its own."""
        days: dict[str, list[dict[str, Any]]] = {}
        for release in notices:
            days.setdefault(release["date"][:10], []).append(release)
        self.exports = {day: _export(releases) for day, releases in days.items()}


def _export(releases: Iterable[dict[str, Any]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for release in releases:
            package = {
                "uri": f"https://example.org/notices/{release['id']}.json",
                "publisher": {"name": "Erfundener Bekanntmachungsservice"},
                "publishedDate": release["date"],
                "version": "1.1",
                "releases": [release],
            }
            # A ZipInfo of its own carries no time, so that the same notices are the same export.
            name = zipfile.ZipInfo(f"{release['id']}.json")
            archive.writestr(name, json.dumps(package, ensure_ascii=False))
    return content.getvalue()


@contextmanager
def notice_service() -> Iterator[NoticeService]:
    """A running service on a free port; gone with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = parse_qs(address.query)
            fits = address.path == PATH and asked.get("format") == [EXPORT]
            body = service.exports.get(asked.get("pubDay", [""])[0]) if fits else None
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/zip")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the requests are no news."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = NoticeService(f"http://127.0.0.1:{server.server_address[1]}{PATH}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="demo notice service")
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
