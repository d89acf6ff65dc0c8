"""The transparency logs as C2SP tlog-tiles, each below its origin: the first at the root, its successor at ``/2``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from api.answers import FOR_EVER, REVALIDATE, Using, bytes_answer
from api.services import Services
from ledger.errors import LogMissing, NotFound
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, logs_of
from ledger.evidence.log.places import newest_note

router = APIRouter(include_in_schema=False)

FIRST: Final = 0
CHECKPOINT: Final = "text/plain; charset=utf-8"
TILE: Final = "application/octet-stream"


@router.get("/checkpoint")
@router.get("/{number:int}/checkpoint")
def checkpoint(request: Request, services: Using, number: int = FIRST) -> Response:
    """The newest checkpoint with the cosignatures that it has so far."""
    log = _log(services, number)
    note = newest_note(log, CosignatureBook(services.settings.log_dir))
    return bytes_answer(request, note, CHECKPOINT, cache=REVALIDATE)


@router.get("/tile/{path:path}")
@router.get("/{number:int}/tile/{path:path}")
def tile(request: Request, services: Using, path: str, number: int = FIRST) -> Response:
    """A tile of hashes or a bundle of entries that a signed tree has."""
    content = _log(services, number).served(path)
    if content is None:
        raise NotFound(path=request.url.path)
    return bytes_answer(request, content, TILE, cache=FOR_EVER)


def _log(services: Services, number: int) -> LogFolder:
    # The first log's origin ends without a number.
    wanted = {FIRST: 1, 1: None}.get(number, number)
    logs = [log for log in logs_of(services.settings.log_dir) if log.number == wanted]
    if not logs:
        raise LogMissing()
    return logs[0]
