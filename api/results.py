"""The opening's result for those whose bids were opened, where the law lets them see it (§ 14(6) VOB/A).

Officers give it and decide thereby that it may be seen; under VgV and UVgO there is none, and none of a round of
answers. It is on no page and in no other answer.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import NEVER, DigestText, Using, answer, digest_of
from api.bodies import described, json_object
from api.described import ANY_OBJECT, NUMBER, TEXT, ours
from api.entitled import Part, Signed, entitled
from api.sealing_info import Round
from api.services import Services
from ledger.errors import AccessForbidden, AnswersNotTold, InvalidParameter, OpeningResultMissing, RoundNotOpened
from ledger.opening.minutes_json import RESULT_FORMAT
from ledger.opening.procedure_rule import ProcedureRule
from ledger.store.opening_results import OpeningResults
from ledger.terms import RoundKind, RoundState

router = APIRouter(tags=["openings"])

MOST_BYTES: Final = 16 * 2**20
"""As much as an answer may have that is read whole."""
CONFIDENTIAL: Final = ", ".join(rule.law.confidential for rule in ProcedureRule)
"""Sources: which rule governs a procedure, the officers know and the server does not."""
PATH: Final = "/processes/{processId}/rounds/{round}/result"


@router.put(
    PATH,
    summary="Let tenderers see the result of an opening",
    responses=ours({"tenderers": NUMBER}),
    openapi_extra=described({"format": TEXT, "processId": TEXT, "round": NUMBER}),
)
async def give(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """By an officer, once every outcome stands; given again, the later one counts. Answers how many can see it. Of a
    supplement round there is none (`AnswersNotTold`)."""
    process_id = digest_of(processId)
    who = await run_in_threadpool(entitled, services, signed, process_id, round, Part.OFFICER)
    if who.round.kind is RoundKind.SUPPLEMENT:
        raise AnswersNotTold(round=round, source=CONFIDENTIAL)
    if who.round.state is not RoundState.OPENED:
        raise RoundNotOpened(process_id=process_id, round=round)
    told = await json_object(request, MOST_BYTES)
    for name, expected in (("format", RESULT_FORMAT), ("processId", process_id.hex()), ("round", round)):
        got = told.get(name)
        if type(got) is not type(expected) or got != expected:
            raise InvalidParameter(parameter=name, value=f"{got!s:.80}", why=f"expected is {expected}")
    await run_in_threadpool(_keep, services, process_id, round, who.account, told)
    opened = await run_in_threadpool(_opened, services, process_id, round)
    return answer(request, {"tenderers": len(opened)}, cache=NEVER)


@router.get(PATH, summary="The result of an opening", responses=ours({"result": ANY_OBJECT}))
def result(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """For officers, and for the authors of bids that were opened."""
    process_id = digest_of(processId)
    who = entitled(services, signed, process_id, round, Part.OFFICER | Part.TENDERER)
    # Whoever handed in what was never opened has no part in the opening: else a bid would be a ticket to look in.
    if Part.OFFICER not in who.part and who.account not in _opened(services, process_id, round):
        raise AccessForbidden(account=who.account, round=round, process_id=process_id)
    found = OpeningResults(services.state).of_round(process_id, round)
    if found is None:
        raise OpeningResultMissing(process_id=process_id, round=round)
    return answer(request, {"result": orjson.loads(found)}, cache=NEVER)


def _keep(services: Services, process_id: bytes, round_number: int, account: bytes, told: dict[str, Any]) -> None:
    try:
        orjson.dumps({"result": told})  # as it will be answered: more levels can be read than written
    except orjson.JSONEncodeError:
        raise InvalidParameter(parameter="body", value="…", why="it has too many levels") from None
    OpeningResults(services.state).keep(process_id, round_number, account, orjson.dumps(told))


def _opened(services: Services, process_id: bytes, round_number: int) -> set[bytes]:
    """Accounts whose bids were opened."""
    bids = services.queries.bids(process_id, round_number)
    return {bid.author for bid in bids if bid.outcome == "opened" and bid.author is not None}
