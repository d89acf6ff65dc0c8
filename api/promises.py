"""Promises: the receiver's signed word when an envelope arrived."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from api.answers import NEVER, Using, answer, plain
from api.bodies import bytes_of, described, json_object
from api.described import HEX, NUMBER, ours

router = APIRouter(tags=["handing in"])

_PROMISE = {
    **dict.fromkeys(("receiver", "processId", "commitment", "author", "signature"), HEX),
    **dict.fromkeys(("round", "arrivedAt", "deliverBy"), NUMBER),
}
_NAMES = ("receiver", "process_id", "round", "commitment", "author", "arrived_at", "deliver_by", "signature")
_MOST = 4_096


@router.post(
    "/promises",
    summary="A promise for an envelope",
    responses=ours(_PROMISE),
    openapi_extra=described({"envelope": HEX}),
)
async def promise(request: Request, services: Using) -> Response:
    """The promise for a whole envelope, by its SHA-256: the same, however often it is asked for."""
    receiver = services.require_receiver()
    body = await json_object(request, _MOST)
    made = await to_thread.run_sync(receiver.promise, bytes_of(body, "envelope", 32))
    return answer(request, plain({name: getattr(made, name) for name in _NAMES}), cache=NEVER)
