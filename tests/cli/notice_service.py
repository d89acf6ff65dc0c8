"""A stand-in for the national notice service on the loopback: exports of days, made of the tests' own notices."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class NoticeService:
    """What it publishes, day by day: files by name. ``answers`` gives a day another status and body."""

    url: str = ""
    days: dict[str, dict[str, bytes]] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, day: str, *releases: dict[str, Any], **files: bytes) -> None:
        """Replace the day's export: one file a release, and files as they are."""
        named = {f"{release['id']}.json": json.dumps(release, ensure_ascii=False).encode() for release in releases}
        self.days[day] = named | files

    def export(self, day: str) -> bytes:
        """The day's ZIP, the same bytes for the same files."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.days[day].items():
                archive.writestr(zipfile.ZipInfo(name), data)
        return content.getvalue()


@contextmanager
def notice_service() -> Iterator[NoticeService]:
    """A running service on a free port."""
    service = NoticeService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            day = asked["pubDay"][0]
            service.asked.append(day)
            status, body = service.answers.get(day) or (
                (200, service.export(day)) if day in service.days and asked["format"] == ["ocds.zip"] else (404, b"")
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/zip")
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", service.url)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the requests are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}/api/notice-exports"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
