"""Contributions to an opening: shares that officers and custodians sealed again to the officers.

They are compared with the envelope that they are for, and with who sends and signs them. They cannot be opened here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import NEVER, DigestText, Using, answer, digest_of, digest_query, plain
from api.bodies import described, hex_of, json_object
from api.described import GROUP, HEX, NUMBER, list_of, object_of, ours
from api.entitled import Entitled, Part, Signed, entitled
from api.openings import header_of
from api.sealing_info import Round
from api.services import Services
from ledger.chain.identifiers import bid_commitment
from ledger.errors import ContributionForeign, InvalidParameter
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.contribution import claim_of, read_contribution
from ledger.sealing.envelope import Header
from ledger.sealing.words import ACCOUNT, number
from ledger.store.contributions import Contributions, Given, Kept

router = APIRouter(tags=["openings"])

MOST: Final = 1_000
"""Contributions that are given at once."""
MOST_BYTES: Final = 16 * 2**20
"""So many of the longest, in hexadecimal."""

SHARE: Final = {"commitment": HEX, "group": GROUP, "index": NUMBER}
SIGNED: Final = {"contribution": HEX, "signature": HEX}
KEPT: Final = SHARE | {"account": HEX, "at": NUMBER} | SIGNED
BODY: Final = described({"contributions": {"type": "array", "items": object_of(SIGNED), "maxItems": MOST}})
PATH: Final = "/processes/{processId}/rounds/{round}/contributions"


@router.post(
    PATH,
    summary="Contribute to the opening of a round",
    responses=ours({"contributions": list_of(object_of(SHARE))}),
    openapi_extra=BODY,
)
async def contribute(
    request: Request, services: Using, signed: Signed, processId: DigestText, round: Round
) -> Response:
    """Of own shares, each signed by the account that sends it, after the close; all of them are taken, or none. Given
    again, the later one counts."""
    who = await run_in_threadpool(_contributor, services, signed, digest_of(processId), round)
    body = await json_object(request, MOST_BYTES)
    taken = await run_in_threadpool(_take, services, who, body)
    told = [_share(each) for each in taken]
    return answer(request, {"contributions": told}, cache=NEVER)


@router.get(
    PATH,
    summary="What was contributed to the opening of a round",
    responses=ours({"contributions": list_of(object_of(KEPT))}),
)
def contributions(
    request: Request,
    services: Using,
    signed: Signed,
    processId: DigestText,
    round: Round,
    commitment: Annotated[str | None, digest_query("a bid's commitment: only what is for this bid")] = None,
) -> Response:
    """For officers: the latest of each share. All of a round with many bids are a long answer."""
    process_id = digest_of(processId)
    entitled(services, signed, process_id, round, Part.OFFICER)
    of_bid = None if commitment is None else digest_of(commitment)
    kept = Contributions(services.state).of_round(process_id, round, of_bid)
    told = [
        _share(each) | {name: plain(getattr(each, name)) for name in ("account", "at", "contribution", "signature")}
        for each in kept
    ]
    return answer(request, {"contributions": told}, cache=NEVER)


def _contributor(services: Services, signed: Signed, process_id: bytes, round_number: int) -> Entitled:
    who = entitled(services, signed, process_id, round_number, Part.OFFICER | Part.CUSTODIAN)
    who.round.require_closed()
    return who


def _take(services: Services, who: Entitled, body: Mapping[str, Any]) -> list[Given]:
    members = body.get("contributions")
    if not isinstance(members, list) or len(members) > MOST:
        raise InvalidParameter(parameter="contributions", value=type(members).__name__, why=f"a list of at most {MOST}")
    header = cache(lambda commitment: header_of(services, who.round, commitment))
    given = [_checked(services, who, _signed(member), header) for member in members]
    Contributions(services.state).take(who.round.process_id, who.round.number, who.account, given)
    return given


def _signed(member: Any) -> SignedContribution:
    if not isinstance(member, dict):
        raise InvalidParameter(parameter="contributions", value=type(member).__name__, why="each is an object")
    return SignedContribution(*(hex_of(member.get(name), name) for name in SIGNED))


def _checked(services: Services, who: Entitled, signed: SignedContribution, header: Callable[[bytes], Header]) -> Given:
    """A contribution of the sender's own share of a bid of this round. Raises ContributionMalformed,
    ContributionForeign, BidNotHere, CommitmentGone, KeySetDiffers, ShareNotHeld, ContributionUnsigned."""
    data = signed.contribution
    claim, found, deployment = claim_of(data), who.round, services.deployment
    for field, expected, got in (
        ("processId", found.process_id, claim.process_id),
        ("round", number(found.number), claim.round),
    ):
        if got != expected:
            raise ContributionForeign(field=field, expected=expected, got=got)
    commitment = bid_commitment(
        deployment.chain_id, deployment.ledger, found.process_id, found.number, claim.author[-ACCOUNT:],
        claim.bid_root, claim.rest_digest,
    )  # fmt: skip
    contribution = read_contribution(data, header(commitment), found.key_set)
    who.require_held(contribution.group, contribution.index)
    signed.require_by(who.account)
    return Given(commitment, contribution.group, contribution.index, data, signed.signature)


def _share(each: Given | Kept) -> dict[str, Any]:
    return {"commitment": plain(each.commitment), "group": each.group.name.lower(), "index": each.index}
