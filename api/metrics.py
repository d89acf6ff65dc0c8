"""What Prometheus reads: how far the index is, and how long requests take, by route and status."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import NEVER, Using
from api.described import TEXT, content
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


class _IndexGauges:
    """The index's gauges at this moment; what is not known is left out."""

    def __init__(self, status: IndexStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        for name, meaning in GAUGES.items():
            value = getattr(self._status, name)
            if value is not None:
                yield GaugeMetricFamily(f"siegel_{name}", meaning, value=value)


@router.get("/metrics", summary="Gauges and times in Prometheus' text format", responses=content("text/plain", TEXT))
def metrics(services: Using) -> Response:
    """Unknown values are left out."""
    now = CollectorRegistry()
    now.register(_IndexGauges(services.status()))
    differing = Gauge("siegel_differing_processes", "processes whose stored data differ from the chain", registry=now)
    differing.set(len(services.checks.differing))
    body = generate_latest(now) + generate_latest(services.metrics)
    return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": NEVER})


def _route(scope: Scope) -> str:
    """The pattern of the route that answered; pages and unknown addresses are one each."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    return path if isinstance(path, str) and path else "page"
