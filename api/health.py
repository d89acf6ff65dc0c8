"""How the service does: for people, probes and Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import NEVER, Using, answer, plain
from ledger.errors import IndexNotReady

router = APIRouter(tags=["status"])
probes = APIRouter(tags=["status"])
"""What machines ask, also at the root; ``/status`` there is a page for people."""

GAUGES = {
    "indexed_block": "last block in the index",
    "head_block": "newest block of the chain",
    "lag_blocks": "blocks the index is behind",
    "lag_seconds": "seconds of block time the index is behind",
    "processes": "contracting processes in the index",
    "acts": "acts in the index",
    "releases": "anchored releases in the index",
    "problems": "releases whose stored bytes are not intact",
}


@router.get("/status", summary="How far the index is behind the chain")
def status(request: Request, services: Using) -> Response:
    """Lag in blocks and in seconds of block time."""
    content = plain(services.status())
    return answer(request, {"status": content}, cache=NEVER)


@probes.get("/healthz", summary="The process is alive")
def healthz() -> Response:
    """Says nothing about chain or index."""
    return Response(b"ok\n", media_type="text/plain", headers={"Cache-Control": NEVER})


@probes.get("/readyz", summary="Chain and index can be asked")
def readyz(services: Using) -> Response:
    """200 once the index has read a first batch and the chain answers, else the problem ``IndexNotReady``."""
    found = services.status()
    if found.indexed_block is None or found.head_block is None:
        raise IndexNotReady(indexed=found.indexed_block, head=found.head_block, why=found.last_error or "still reading")
    return Response(b"ok\n", media_type="text/plain", headers={"Cache-Control": NEVER})


@probes.get("/metrics", summary="Gauges in Prometheus' text format")
def metrics(services: Using) -> Response:
    """Unknown values are left out."""
    found = services.status()
    lines = []
    for name, meaning in GAUGES.items():
        value = getattr(found, name)
        if value is not None:
            lines += [f"# HELP siegel_{name} {meaning}", f"# TYPE siegel_{name} gauge", f"siegel_{name} {value}"]
    body = ("\n".join(lines) + "\n").encode()
    return Response(body, media_type="text/plain; version=0.0.4", headers={"Cache-Control": NEVER})
