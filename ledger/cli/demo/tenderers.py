"""Firms of the demo that hand in sealed bids, as the bidder's page and ``siegel bid`` do: seal, upload, commit.

What they keep of a bid is thrown away when the town is made: nobody of them exists.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Any, Final

from api.receiver import promise_of
from ledger.chain.acts import CommitBid, Promise, WithdrawBid
from ledger.chain.identifiers import commitment_of
from ledger.chain.record import ZERO
from ledger.chain.signers import KeySigner
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import Firm
from ledger.sealing.bid import Bid
from ledger.sealing.content import content_of
from ledger.sealing.context import Context
from ledger.sealing.sealing import Sealed, seal_content

LOT: Final = "LOT-0001"


@dataclass(frozen=True, slots=True)
class SealedBid:
    """A bid that a firm sealed: its account, envelope, and what stands for it on the ledger."""

    account: KeySigner
    process_id: bytes
    round: int
    envelope: bytes
    commitment: bytes


def bid_of(
    firm: Firm, amount: str, answers: dict[str, Any], price_list: bytes, *subcontractors: Firm
) -> tuple[Bid, bytes]:
    """A bid for the one lot, with its only document."""
    values: dict[str, Any] = {
        "tenderers/0001": _named(firm),
        f"lots/{LOT}/value": {"amount": amount, "currency": "EUR"},
        "documents/0001": _document(f"Preisblatt {amount}.txt", price_list, requirement="prices"),
        **{f"requirementResponses/{name}": {"value": value} for name, value in answers.items()},
        **{f"subcontractors/{number:04}": _named(each) for number, each in enumerate(subcontractors, 1)},
    }
    return Bid.of(values), price_list


def answer_of(firm: Firm, main_bid: bytes, title: str, document: bytes) -> tuple[Bid, bytes]:
    """An answer to a letter that came to the bid with this commitment: one document, and nothing that the bid says."""
    values = {
        "tenderers/0001": _named(firm),
        "mainBid": main_bid.hex(),
        "documents/0001": _document(title, document),
    }
    return Bid.of(values), document


def _named(firm: Firm) -> dict[str, Any]:
    return {
        "name": firm.name,
        "identifier": {"scheme": "DE-HRB", "id": firm.uid, "legalName": firm.name},
        "address": {"streetAddress": firm.street, "postalCode": firm.postal_code, "locality": firm.place},
    }


def _document(title: str, content: bytes, **more: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"title": title, "format": "text/plain", "size": len(content), "digest": digest, **more}


def seal(
    stage: Stage,
    process_id: bytes,
    deadline: int,
    bid: Bid,
    document: bytes,
    *,
    round: int = 1,
    account: KeySigner | None = None,
    root: bytes | None = None,
) -> SealedBid:
    """Seal for a round and the town's key set. ``root``: another one than the fields have, which makes the bid
    unreadable, and its sealer's doing."""
    signer, chain = account or KeySigner.generate(), stage.chain
    context = Context(chain.chain_id, chain.ledger, process_id, round, signer.account, stage.key_set, deadline)
    out = io.BytesIO()
    content = content_of(bid, [lambda: io.BytesIO(document)])
    sealed: Sealed = seal_content(content, root or bid.root, context, stage.recipients, out)
    return SealedBid(signer, process_id, round, out.getvalue(), commitment_of(sealed.header))


def upload(stage: Stage, bid: SealedBid) -> Promise:
    """Bring the envelope to the receiver, now; its promise."""
    digest = hashlib.sha256(bid.envelope).digest()
    stage.receiver.begin(digest, len(bid.envelope))
    stage.receiver.append(digest, 0, bid.envelope)
    return promise_of(stage.receiver.promise(digest))


def commit(stage: Stage, bid: SealedBid, promise: Promise | None = None, *, instead_of: SealedBid | None = None) -> int:
    """Put the commitment on the ledger; the bid's number."""
    before = ZERO if instead_of is None else instead_of.commitment
    act = CommitBid(bid.process_id, bid.round, bid.commitment, before, stage.expires, promise or Promise())
    return stage.send_by(act, bid.account).records[0].bid


def withdraw(stage: Stage, bid: SealedBid) -> None:
    """Take the bid back."""
    stage.send_by(WithdrawBid(bid.process_id, bid.round, bid.commitment, stage.expires), bid.account)
