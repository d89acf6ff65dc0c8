"""What Prometheus reads: how far the index is, and how long requests take, by route and status."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import NEVER, Using
from api.described import TEXT, content
from api.services import Services
from ledger.evidence.log.progress import LogProgress
from ledger.index.rows import IndexStatus

router = APIRouter(tags=["status"])

GAUGES: Final = {
    "indexed_block": "last block in the index",
    "head_block": "newest block of the chain",
    "lag_blocks": "blocks the index is behind",
    "lag_seconds": "seconds of block time the index is behind",
    "processes": "contracting processes in the index",
    "acts": "acts in the index",
    "releases": "anchored releases in the index",
    "problems": "releases whose stored bytes were not intact when they were indexed",
}

LOG_GAUGES: Final = {
    "size": "leaves of the transparency log",
    "last_block": "block of the log's last leaf",
    "waiting_blocks": "blocks with acts that are not in the log, at most 1000",
    "waiting_since": "time of the first block that is not in the log, seconds since 1970",
    "cosigned_size": "leaves that most witnesses have seen",
}

BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Requests:
    """Counts and times every answer of the application; routes by their pattern, so that no address is kept."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "siegel_request_seconds", "time to the end of an answer", ("route", "status"), buckets=BUCKETS,
            registry=registry,
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._seconds.labels(_route(scope), str(status)).observe(time.perf_counter() - began)


class _Gauges:
    """Gauges of what is so at this moment; what is not known is left out."""

    def __init__(self, prefix: str, gauges: Mapping[str, str], status: IndexStatus | LogProgress) -> None:
        self._prefix, self._gauges, self._status = prefix, gauges, status

    def collect(self) -> Iterator[Metric]:
        for name, meaning in self._gauges.items():
            value = getattr(self._status, name)
            if value is not None:
                yield GaugeMetricFamily(f"{self._prefix}_{name}", meaning, value=value)


@router.get("/metrics", summary="Gauges and times in Prometheus' text format", responses=content("text/plain", TEXT))
def metrics(services: Using) -> Response:
    """Unknown values are left out."""
    now = CollectorRegistry()
    now.register(_Gauges("siegel", GAUGES, services.status()))
    _tell_of_log(now, services)
    differing = Gauge("siegel_differing_processes", "processes whose stored data differ from the chain", registry=now)
    differing.set(len(services.checks.differing))
    body = generate_latest(now) + generate_latest(services.metrics)
    return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": NEVER})


def _tell_of_log(now: CollectorRegistry, services: Services) -> None:
    progress = services.log_progress()
    if progress is not None:
        now.register(_Gauges("siegel_log", LOG_GAUGES, progress))
        Gauge("siegel_log_failing", "1 while something keeps the log from growing", registry=now).set(
            progress.failure is not None
        )
    waiting = Gauge("siegel_timestamps_waiting", "checkpoints that wait for a time stamp", ("authority",), registry=now)
    for each in services.stamping():
        waiting.labels(each.authority).set(each.waiting)


def _route(scope: Scope) -> str:
    """The pattern of the route that answered; pages and unknown addresses are one each."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    return path if isinstance(path, str) and path else "page"
