"""What officers and custodians get of a round for its opening: envelopes, and what tenderers reported.

Nobody gets an envelope, or its header, before the ledger says that the round is closed. It is asked at each request;
the index, which may be behind or altered, is not believed in this.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.answers import NEVER, DigestText, Using, answer, bytes_answer, digest_of, plain
from api.described import (
    BYTES,
    HEX,
    HEX_OR_NULL,
    NUMBER,
    NUMBER_OR_NULL,
    PROBLEMS,
    TEXT,
    content,
    list_of,
    object_of,
    ours,
    schema_of,
)
from api.downloads import FileFor
from api.entitled import Part, Signed, entitled
from api.head import is_head
from api.sealed_round import SealedRound
from api.sealing_info import Round
from api.services import Services
from ledger.chain.identifiers import commitment_of
from ledger.errors import BidNotHere, CommitmentGone, ObjectAltered
from ledger.sealing.envelope import Header
from ledger.store.envelopes import Arrived
from ledger.store.incidents import Incident, IncidentBook
from ledger.terms import RoundState

router = APIRouter(tags=["openings"])

BASE: Final = "/processes/{processId}/rounds/{round}"
OFFICER: Final = Part.OFFICER
OFFICER_OR_CUSTODIAN: Final = Part.OFFICER | Part.CUSTODIAN

ENVELOPE: Final = object_of({"digest": HEX_OR_NULL, "size": NUMBER_OR_NULL, "arrivedAt": NUMBER_OR_NULL})
BID: Final = object_of(
    {
        "bid": NUMBER, "commitment": HEX, "author": HEX, "arrival": NUMBER, "late": {"type": "boolean"},
        "promised": {"type": "boolean"}, "envelope": {"anyOf": [{"type": "null"}, ENVELOPE]},
    }
)  # fmt: skip
INCIDENT: Final = schema_of(Incident)
ENVELOPES: Final = {
    "state": {"enum": ["open", "closed", "opened"]},
    "deadline": NUMBER,
    "bids": NUMBER,
    "envelopes": list_of(BID),
}
PLAIN: Final = {"text/plain": {"schema": TEXT}}
PARTS: Final[dict[int | str, dict[str, Any]]] = {
    206: {"description": "a part of it", "content": {BYTES: {"schema": TEXT}}},
    400: {"description": "no such range", "content": PLAIN | PROBLEMS["4XX"]["content"]},
    416: {"description": "no bytes are there", "content": PLAIN},
}


@router.get(f"{BASE}/envelopes", summary="Which envelopes of a round are here", responses=ours(ENVELOPES))
def envelopes(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """For officers: the bids of the round in their order, without those on paper, and the envelope of each.

    ``bids`` is how many the ledger has now: while it has more than are listed, the index is behind. Before the close
    of an envelope is told only that it is here, for its size is not public.
    """
    found = entitled(services, signed, digest_of(processId), round, OFFICER).round
    here = {
        (each.commitment, each.author): each
        for each in services.envelopes.of_round(found.process_id, found.number)
    }  # fmt: skip
    promised = _promised(services, found)
    told = [
        {
            "bid": bid.bid,
            "commitment": plain(bid.commitment),
            "author": plain(bid.author),
            "arrival": bid.arrival,
            "late": bid.late,
            "promised": bid.sequence in promised,
            # A commitment that somebody copied from another tenderer has no envelope: this one is the other's.
            "envelope": _told(here.get((bid.commitment, bid.author)), found) if bid.author is not None else None,
        }
        for bid in services.queries.bids(found.process_id, found.number)
        if not bid.external
    ]
    state = RoundState(found.state).name.lower()
    known = {"state": state, "deadline": found.deadline, "bids": found.bids, "envelopes": told}
    return answer(request, known, cache=NEVER)


@router.get(
    f"{BASE}/envelopes/{{commitment}}/header", summary="The header of an envelope", responses=content(BYTES, TEXT)
)
def header(
    request: Request, services: Using, signed: Signed, processId: DigestText, round: Round, commitment: DigestText
) -> Response:
    """For officers and custodians, after the close: all that opening the own share needs (``docs/siegel-1.md``)."""
    found = entitled(services, signed, digest_of(processId), round, OFFICER_OR_CUSTODIAN).round
    body = header_of(services, found, digest_of(commitment)).encoded()
    return bytes_answer(request, body, BYTES, cache=NEVER)


@router.get(
    f"{BASE}/envelopes/{{commitment}}",
    summary="A whole envelope",
    responses=content(BYTES, TEXT) | PARTS,
)
def envelope(
    request: Request, services: Using, signed: Signed, processId: DigestText, round: Round, commitment: DigestText
) -> Response:
    """For officers, after the close; also in parts (RFC 9110, section 14). The ETag is the digest of the whole. More
    than a few at once by the same account are ``ServiceBusy``."""
    who = entitled(services, signed, digest_of(processId), round, OFFICER)
    arrived = _arrived(services, who.round, digest_of(commitment))
    name = f"{arrived.commitment.hex()}.siegel"
    headers = {"Cache-Control": NEVER, "ETag": f'"{arrived.digest.hex()}"'}
    if is_head(request):
        headers |= {"Content-Length": str(arrived.size), "Accept-Ranges": "bytes"}
        return Response(media_type=BYTES, headers=headers)
    path, readers = services.envelopes.path(arrived.digest), request.app.state.readers
    return FileFor(path, name, BYTES, headers, readers, who.account)


@router.get(f"{BASE}/incidents", summary="What tenderers reported", responses=ours({"incidents": list_of(INCIDENT)}))
def incidents(request: Request, services: Using, signed: Signed, processId: DigestText, round: Round) -> Response:
    """For officers: what failed when bids were handed in here, as it was signed and acknowledged, in its order."""
    process_id = digest_of(processId)
    entitled(services, signed, process_id, round, OFFICER)
    reported = IncidentBook(services.state).of_round(process_id, round)
    return answer(request, {"incidents": plain(reported)}, cache=NEVER)


def header_of(services: Services, found: SealedRound, commitment: bytes) -> Header:
    """The header of the envelope of a bid of this round, of the bytes that the commitment binds.

    Raises RoundNotClosed, BidNotHere, CommitmentGone; ObjectAltered if they were altered here.
    """
    arrived = _arrived(services, found, commitment)
    read = services.envelopes.read_header(arrived.digest)
    if (actual := commitment_of(read)) != commitment:
        raise ObjectAltered(digest=commitment, actual=actual)
    return read


def _arrived(services: Services, found: SealedRound, commitment: bytes) -> Arrived:
    """The envelope of a bid that its author committed in this round and did not take back, by the ledger's word."""
    found.require_closed()
    arrived = services.envelopes.of_commitment(commitment)
    if arrived is None or (arrived.process_id, arrived.round) != (found.process_id, found.number):
        raise BidNotHere(round=found.number, commitment=commitment)
    asked = found.process_id, found.number, commitment, arrived.author
    _, arrival, gone = services.chain.view("bidOf", *asked)
    if not arrival:
        raise BidNotHere(round=found.number, commitment=commitment)
    if gone:
        raise CommitmentGone(commitment=commitment)
    return arrived


def _told(arrived: Arrived | None, found: SealedRound) -> dict[str, Any] | None:
    if arrived is None:
        return None
    if not found.is_closed:
        return {"digest": None, "size": None, "arrivedAt": None}
    return {"digest": plain(arrived.digest), "size": arrived.size, "arrivedAt": arrived.arrived_at}


def _promised(services: Services, found: SealedRound) -> set[int]:
    """Sequences of the acts that committed a bid of the round with a receiver's promise."""
    acts = services.queries.acts(found.process_id)
    # The account that signed a promise is the act's second.
    return {act.sequence for act in acts if act.act == "BidCommitted" and act.second is not None}
