"""What failed when a tenderer handed in, as it is reported and acknowledged. Officers read it elsewhere."""

from __future__ import annotations

from functools import partial

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from api.answers import NEVER, Using, answer
from api.bodies import bytes_of, described, json_object, number_of, text_of
from api.described import HEX, NUMBER, TEXT, ours
from api.receiver import MOST_DETAIL

router = APIRouter(tags=["handing in"])

_MOST = 16_384
_REPORT = {
    "processId": HEX,
    "round": {"type": "integer"},
    "author": HEX,
    "at": {"type": "integer"},
    "failure": TEXT,
    "detail": {"type": "string", "maxLength": MOST_DETAIL},
    "signature": HEX,
}


@router.post(
    "/incidents",
    summary="Report a failure",
    responses=ours({"receivedAt": NUMBER, "signature": HEX}),
    openapi_extra=described(_REPORT),
)
async def report(request: Request, services: Using) -> Response:
    """Report what failed, signed by the bid's account. The answer says when it came here, signed."""
    receiver = services.require_receiver()
    body = await json_object(request, _MOST)
    kept = await to_thread.run_sync(
        partial(
            receiver.report,
            bytes_of(body, "processId", 32),
            number_of(body, "round", 2**32 - 1),
            bytes_of(body, "author", 20),
            number_of(body, "at", 2**53 - 1),
            text_of(body, "failure"),
            text_of(body, "detail"),
            bytes_of(body, "signature", 65),
        )
    )
    return answer(request, {"receivedAt": kept.received_at, "signature": "0x" + kept.receipt.hex()}, cache=NEVER)
