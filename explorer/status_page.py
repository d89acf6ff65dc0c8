"""How far the index is, which chain and ledger the pages belong to, and what comparing both found."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer import links
from explorer.render import Renderer
from ledger.errors import ProcessUnknown
from ledger.evidence.log.progress import LogProgress
from ledger.index.rows import ProcessRow

NAMED = 10
"""Procedures that differ are named up to this number."""


LOG_PATIENCE = 600
"""Seconds that an act may wait for the transparency log before readers are warned."""


def stands_still(log: LogProgress, now: int) -> bool:
    """Whether the log does not grow although it should."""
    waits = log.waiting_since is not None and now - log.waiting_since > LOG_PATIENCE
    return log.failure is not None or waits


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
            "log": (log := services.log_progress()),
            "log_stands": log is not None and stands_still(log, int(time.time())),
            "stamping": services.stamping(),
        }
        return renderer.page(request, "status.html", values, data_url=f"{links.API}/status")

    return [Route("/status", status)]
