"""Grounds of closes: the document by which two officers admit late bids, for the officers of the round alone.

The first one hands it in before the proposal, the second one fetches it by the digest that was proposed and compares.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import NEVER, DigestText, Using, answer, bytes_answer, digest_of, plain
from api.bodies import bytes_of, described, json_object
from api.described import BYTES, HEX, TEXT, content, ours
from api.entitled import Part, Signed, entitled
from api.sealing_info import Round
from api.services import Services
from ledger.errors import InvalidParameter, RoundForbids
from ledger.ocds.digest import SALT_LENGTH
from ledger.store.grounds import Grounds
from ledger.terms import Act

router = APIRouter(tags=["openings"])

MOST_BYTES: Final = 8 * 2**20
"""Of the request; the document can have about half of it."""
PATH: Final = "/processes/{processId}/rounds/{round}/grounds"


@router.post(
    PATH,
    summary="Hand in the ground of a close",
    responses=ours({"digest": HEX}),
    openapi_extra=described({"salted": TEXT}),
)
async def give(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """By an officer, until the round is closed: 32 bytes of salt and then the document, as hex. Its digest is what the
    close names; durable when it is answered."""
    process_id = digest_of(processId)
    who = await run_in_threadpool(entitled, services, signed, process_id, round, Part.OFFICER)
    if who.round.is_closed:
        state, deadline = who.round.state.name.lower(), who.round.deadline
        raise RoundForbids(
            processId=process_id, act=int(Act.ROUND_CLOSED), round=round, state=state, deadline=deadline
        )  # fmt: skip
    body = await json_object(request, MOST_BYTES)
    digest = await run_in_threadpool(_keep, services, process_id, round, who.account, body)
    return answer(request, {"digest": plain(digest)}, cache=NEVER)


@router.get(f"{PATH}/{{digest}}", summary="The ground of a close", responses=content(BYTES, TEXT))
def ground(
    request: Request, services: Using, signed: Signed, processId: DigestText, round: Round, digest: DigestText
) -> Response:
    """For officers: salt and document, whose SHA-256 is the digest."""
    process_id = digest_of(processId)
    entitled(services, signed, process_id, round, Part.OFFICER)
    return bytes_answer(request, _grounds(services, process_id, round).get(digest_of(digest)), BYTES, cache=NEVER)


def _keep(services: Services, process_id: bytes, round_number: int, account: bytes, body: dict[str, Any]) -> bytes:
    salted = bytes_of(body, "salted")
    if len(salted) <= SALT_LENGTH:
        raise InvalidParameter(
            parameter="salted", value="…", why=f"expected are {SALT_LENGTH} bytes of salt and a document"
        )
    return _grounds(services, process_id, round_number).keep(account, salted)


def _grounds(services: Services, process_id: bytes, round_number: int) -> Grounds:
    return Grounds(services.state, services.store, process_id, round_number)
