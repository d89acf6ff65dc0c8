"""A round and its bids as the page is told of them."""

from __future__ import annotations

from typing import Any

from ledger.chain.record import encode_log
from ledger.opening.counting import Brought
from ledger.opening.facts import Bid
from ledger.sealing.context import Group
from tests.opening.rounds import Round, key_of


def bid_told(bid: Bid) -> dict[str, Any]:
    """As its act names it."""
    return {"number": bid.number, "author": bid.author.hex(), "commitment": bid.commitment.hex()}


def round_told(round_: Round) -> dict[str, Any]:
    """Where the round is, and its key set."""
    sealed, facts = round_.sealed, round_.facts
    groups = {
        name: [threshold, [{"holder": each.holder.hex(), "key": each.key.hex()} for each in recipients]]
        for name, threshold, recipients in (
            ("officers", sealed.key_set.officer_threshold, sealed.key_set.officers),
            ("custodians", sealed.key_set.custodian_threshold, sealed.key_set.custodians),
        )
    }
    return {
        "chainId": sealed.chain_id,
        "ledger": sealed.ledger.hex(),
        "processId": facts.process_id.hex(),
        "round": facts.number,
        "keySet": facts.key_set.hex(),
        "deadline": facts.deadline,
        **groups,
    }


def acts_told(round_: Round) -> list[str]:
    """The data of all events of the process."""
    return [encode_log(record)[1].hex() for record in round_.records()]


def secret(officer: int) -> str:
    """An officer's private sealing key."""
    return key_of(Group.OFFICERS, officer).private_numbers().private_value.to_bytes(32).hex()


def brought_told(round_: Round, bid: Bid) -> list[dict[str, Any]]:
    """The contributions to one bid."""
    return [one_told(one) for one in round_.brought if one.commitment == bid.commitment]


def one_told(one: Brought) -> dict[str, Any]:
    """A contribution, its signature and what the server says of it."""
    given = {"contribution": one.given.contribution.hex(), "signature": one.given.signature.hex()}
    return {"group": int(one.group), "index": one.index, "account": one.account.hex(), **given}
