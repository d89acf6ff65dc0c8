"""Who can open a round, shown before its deadline (*Öffnungsbereitschaft*)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import NEVER, DigestText, Using, answer, digest_of, plain
from api.bodies import bytes_of, described, json_object, number_of, text_of
from api.described import GROUP, HEX, HEX_OR_NULL, NUMBER, NUMBER_OR_NULL, TEXT_OR_NULL, list_of, object_of, ours
from api.entitled import Entitled, Part, Signed, entitled
from api.sealed_round import SealedRound, sealed_round
from api.sealing_info import Round
from api.services import Services
from ledger.errors import InvalidParameter
from ledger.sealing.context import Group
from ledger.sealing.rehearsal import Challenge, challenge, rehearsal_context
from ledger.store.rehearsals import Rehearsals

router = APIRouter(tags=["openings"])

FRESH: Final = 7 * 86_400
"""Seconds for which somebody who showed it is counted on."""
LONGEST_ANSWER: Final = 1_000

RECIPIENT: Final = {
    "group": GROUP, "index": NUMBER, "holder": HEX, "name": TEXT_OR_NULL, "readyAt": NUMBER_OR_NULL,
    "ready": {"type": "boolean"}, "challenge": HEX_OR_NULL,
}  # fmt: skip
REHEARSAL: Final = {"keySet": HEX, "deadline": NUMBER, "recipients": list_of(object_of(RECIPIENT))}
INDEX: Final = {"type": "integer", "minimum": 1, "maximum": 255}
ANSWER: Final = described({"group": GROUP, "index": INDEX, "opened": HEX})
PATH: Final = "/processes/{processId}/rounds/{round}/rehearsal"


@dataclass(frozen=True, slots=True)
class Ready:
    """A recipient of the round's key set. ``name``: of a custodian, what releases call it, else how
    the registry has it; officers are accounts. ``ready_at``: when it last
    showed that it can open, in seconds since 1970; None: never. ``ready`` (green, else amber): it did so within seven
    days, and after all custodians had accepted the key set."""

    name: str | None
    group: Group
    index: int
    holder: bytes
    ready_at: int | None
    ready: bool


def readiness(services: Services, process_id: bytes, round_number: int, *, now: int | None = None) -> list[Ready]:
    """All recipients of a round's key set, officers first, in its order; by the wall clock unless ``now`` is given.

    Raises as ``sealed_round``.
    """
    return _readiness(services, sealed_round(services, process_id, round_number), now)


@router.get(PATH, summary="Who can open the round", responses=ours(REHEARSAL))
def rehearsal(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """For officers and custodians; with a challenge for each share that is the asking one's own."""
    who = entitled(services, signed, digest_of(processId), round, Part.OFFICER | Part.CUSTODIAN)
    told = [_told(each) | {"challenge": _challenge(services, who, each)} for each in _readiness(services, who.round)]
    content = {"keySet": plain(who.round.key_set.key_set), "deadline": who.round.deadline, "recipients": told}
    return answer(request, content, cache=NEVER)


@router.post(
    PATH,
    summary="Show that a share can be opened",
    responses=ours({"group": GROUP, "index": NUMBER, "readyAt": NUMBER}),
    openapi_extra=ANSWER,
)
async def rehearse(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """The 32 bytes of the own challenge, which is used up by that, right or wrong."""
    asked = Part.OFFICER | Part.CUSTODIAN
    who = await run_in_threadpool(entitled, services, signed, digest_of(processId), round, asked)
    body = await json_object(request, LONGEST_ANSWER)
    content = await run_in_threadpool(_answered, services, who, body)
    return answer(request, content, cache=NEVER)


def _readiness(services: Services, found: SealedRound, now: int | None = None) -> list[Ready]:
    moment = int(time.time()) if now is None else now
    ready = Rehearsals(services.state, found.process_id, found.number).ready()
    recipients, accepted = [], found.key_set.ready_time
    for group, of_group in ((Group.OFFICERS, found.key_set.officers), (Group.CUSTODIANS, found.key_set.custodians)):
        for index, recipient in enumerate(of_group, 1):
            at = ready.get((group, index))
            is_ready = at is not None and accepted is not None and at >= max(accepted, moment - FRESH)
            name = recipient.name or recipient.registered
            recipients.append(Ready(name, group, index, recipient.holder, at, is_ready))
    return recipients


def _told(each: Ready) -> dict[str, Any]:
    told: dict[str, Any] = plain(each)
    return told | {"group": each.group.name.lower()}


def _challenge(services: Services, who: Entitled, each: Ready) -> str | None:
    """Sealed to the asking one's own key; None of another's."""
    if not who.holds(each.group, each.index):
        return None
    found, deployment = who.round, services.deployment

    def make() -> Challenge:
        context = rehearsal_context(
            deployment.chain_id,
            deployment.ledger,
            found.process_id,
            found.number,
            found.key_set.key_set,
            found.deadline,
        )
        return challenge(context, found.key_set, each.group, each.index)

    rehearsals = Rehearsals(services.state, found.process_id, found.number)
    return "0x" + rehearsals.challenge(each.group, each.index, found.deadline, make).hex()


def _answered(services: Services, who: Entitled, body: dict[str, Any]) -> dict[str, Any]:
    name, index, opened = text_of(body, "group"), number_of(body, "index", 255), bytes_of(body, "opened", 32)
    groups = {group.name.lower(): group for group in Group}
    if name not in groups:
        raise InvalidParameter(parameter="group", value=name[:80], why="officers or custodians")
    group = groups[name]
    who.require_held(group, index)
    rehearsals = Rehearsals(services.state, who.round.process_id, who.round.number)
    at = rehearsals.answer(group, index, who.account, opened)
    return {"group": name, "index": index, "readyAt": at}
