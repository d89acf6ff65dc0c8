"""Letters to tenderers: the buyer's officers write, each tenderer fetches the own ones, signed with the bid's account.

A letter can name a round for the answer (a supplement round), which is handed in sealed, as a bid is.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import NEVER, DigestText, Using, answer, digest_of, plain
from api.bodies import bytes_of, described, json_object, text_of
from api.described import HEX, NUMBER, NUMBER_OR_NULL, TEXT, list_of, ours, schema_of
from api.entitled import Part, Signed, entitled
from api.sealing_info import LAST_ROUND, Round
from api.services import Services
from ledger.errors import InvalidParameter, TendererUnknown
from ledger.opening.answer_round import require_answer_round
from ledger.store.letters import Letter, Letters

router = APIRouter(tags=["openings"])

LONGEST_SUBJECT: Final = 200
LONGEST_TEXT: Final = 50_000
"""Characters."""
MOST_BYTES: Final = 2**19
BODY: Final = described({"to": HEX, "subject": TEXT, "text": TEXT, "answerRound": NUMBER_OR_NULL})
PATH: Final = "/processes/{processId}/rounds/{round}/letters"


@router.post(PATH, summary="Write to a tenderer", responses=ours({"number": NUMBER}), openapi_extra=BODY)
async def write(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """By an officer, to the account of a bid of the round; durable when it is answered. A round named for the answer
    must be a supplement round that is open before its deadline (`AnswerRoundUnfit`)."""
    process_id = digest_of(processId)
    who = await run_in_threadpool(entitled, services, signed, process_id, round, Part.OFFICER)
    body = await json_object(request, MOST_BYTES)
    number = await run_in_threadpool(_send, services, process_id, round, who.account, body)
    return answer(request, {"number": number}, cache=NEVER)


@router.get(PATH, summary="Letters to tenderers", responses=ours({"letters": list_of(schema_of(Letter))}))
def letters(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """A tenderer gets the own ones, which count as fetched from then on; an officer all, with when each was."""
    process_id = digest_of(processId)
    who = entitled(services, signed, process_id, round, Part.OFFICER | Part.TENDERER)
    book = Letters(services.state, process_id, round)
    found = book.sent() if Part.OFFICER in who.part else book.fetch(who.account)
    return answer(request, {"letters": plain(found)}, cache=NEVER)


def _send(services: Services, process_id: bytes, round_number: int, sender: bytes, body: dict[str, Any]) -> int:
    recipient = bytes_of(body, "to", 20)
    subject, text = (_text(body, name, most) for name, most in (("subject", LONGEST_SUBJECT), ("text", LONGEST_TEXT)))
    answered = body.get("answerRound")
    if answered is not None and (type(answered) is not int or not 1 <= answered <= LAST_ROUND):
        raise InvalidParameter(parameter="answerRound", value=f"{answered!s:.80}", why="it is no number of a round")
    if not services.queries.bids(process_id, round_number, recipient):
        raise TendererUnknown(process_id=process_id, round=round_number, account=recipient)
    if answered is not None:
        chain = services.chain
        require_answer_round(chain.round(process_id, answered), process_id, answered, chain.now())
    return Letters(services.state, process_id, round_number).send(recipient, sender, subject, text, answered)


def _text(body: dict[str, Any], name: str, most: int) -> str:
    found = text_of(body, name)
    if not found.strip() or len(found) > most or "\0" in found:
        raise InvalidParameter(parameter=name, value=f"{found!s:.80}", why=f"expected are 1 to {most} characters")
    return found
