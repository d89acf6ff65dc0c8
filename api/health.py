"""How the service does: for people and probes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import NEVER, Using, answer, plain
from api.comparison import ComparisonStatus
from api.described import TEXT, content, ours, schema_of
from api.services import StampingStatus
from ledger.errors import IndexNotReady
from ledger.evidence.log.progress import LogProgress
from ledger.index.rows import IndexStatus

router = APIRouter(tags=["status"])
probes = APIRouter(tags=["status"])
"""What machines ask, also at the root; ``/status`` there is a page for people."""


STATUS = {
    "status": schema_of(IndexStatus),
    "comparison": schema_of(ComparisonStatus),
    "log": schema_of(LogProgress | None),
    "timestamps": schema_of(list[StampingStatus]),
}


@router.get("/status", summary="How far index, comparison with the chain and log are", responses=ours(STATUS))
def status(request: Request, services: Using) -> Response:
    """Lag in blocks and in seconds of block time; what comparing stored data with the chain found so far; how far the
    transparency log is, if there is one, and what waits for time stamps."""
    content = {
        "status": plain(services.status()),
        "comparison": plain(services.comparison.status()),
        "log": plain(services.log_progress()),
        "timestamps": plain(services.stamping()),
    }
    return answer(request, content, cache=NEVER)


@probes.get("/healthz", summary="The process is alive", responses=content("text/plain", TEXT))
def healthz() -> Response:
    """Says nothing about chain or index."""
    return Response(b"ok\n", media_type="text/plain", headers={"Cache-Control": NEVER})


@probes.get("/readyz", summary="Chain and index can be asked", responses=content("text/plain", TEXT))
def readyz(services: Using) -> Response:
    """200 once the index has read a first batch and the chain answers, else the problem ``IndexNotReady``."""
    found = services.status()
    if found.indexed_block is None or found.head_block is None:
        raise IndexNotReady(indexed=found.indexed_block, head=found.head_block, why=found.last_error or "still reading")
    return Response(b"ok\n", media_type="text/plain", headers={"Cache-Control": NEVER})
