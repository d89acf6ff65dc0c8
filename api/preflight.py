"""What a browser asks before a page of another site may hand in here
(https://fetch.spec.whatwg.org/#cors-preflight-fetch); ``AnswerHeaders`` says what may be sent."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.headers import PREFLIGHT

router = APIRouter(include_in_schema=False)


@router.options("/promises")
@router.options("/incidents")
@router.options("/transactions")
@router.options("/transactions/{name}")
@router.options("/accounts/{name}")
async def allowed() -> Response:
    """Yes."""
    return Response(status_code=204, headers={"Allow": PREFLIGHT["Access-Control-Allow-Methods"]})
