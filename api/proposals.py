"""Joint acts of a round that one officer has proposed: what the second one compares with what that one finds."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from api.answers import NEVER, DigestText, Using, answer, digest_of, plain
from api.described import HEX, NUMBER, list_of, object_of, ours
from api.entitled import Part, Signed, entitled
from api.sealing_info import Round
from ledger.chain.proposals import standing_proposals
from ledger.terms import STATUTE, Act

router = APIRouter(tags=["openings"])

ACTS: Final = (Act.ROUND_CLOSED, Act.BIDS_OPENED)
PROPOSAL: Final = {
    "act": {"enum": [STATUTE[act].name for act in ACTS]},
    **dict.fromkeys(("account", "key", "transaction", "call"), HEX),
    "expires": NUMBER,
}


@router.get(
    "/processes/{processId}/rounds/{round}/proposals",
    summary="What one officer has proposed of a round, and another has not answered",
    responses=ours({"proposals": list_of(object_of(PROPOSAL))}),
)
def proposals(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """For officers: closes and openings that wait for the second officer, by the ledger now, and not expired.

    ``call`` is what was sent, with all arguments; the second officer sends the same.
    """
    process_id = digest_of(processId)
    entitled(services, signed, process_id, round, Part.OFFICER)
    chain = services.chain
    found = standing_proposals(chain, process_id, round, ACTS, chain.now())
    told = [
        {
            "act": STATUTE[Act(each.act)].name,
            "account": plain(each.account),
            "expires": each.expires,
            "key": plain(each.key),
            "transaction": plain(each.transaction),
            "call": plain(each.data),
        }
        for each in found
    ]
    return answer(request, {"proposals": told}, cache=NEVER)
