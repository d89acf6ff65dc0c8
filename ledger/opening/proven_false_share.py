"""A false share, shown against an evidence bundle: for whoever has neither a key nor a node (``docs/opening.md``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from ledger.errors import FalseShareUnproven, OtherChain, RoundForbids, ShareNotHeld
from ledger.evidence.verify.authority import Authorities
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.verifier import verify
from ledger.opening.facts import Bid, RoundFacts, read_key_set, read_round
from ledger.opening.false_share import FalseShare, header_of, read_false
from ledger.sealing.context import Group
from ledger.terms import OrganisationKind, Role


def prove_false(document: Mapping[str, Any], bundle: BinaryIO, policy: Policy) -> tuple[FalseShare, Bid]:
    """Who signed a false share of which bid: the document repeated, and what it rests on taken from the bundle.

    Of a custodian's share the account was its officer at some moment from the close on. Raises FalseShareUnproven,
    OtherChain, KeySetUnknown, and as ``read_false``.
    """
    context, proven = header_of(document).context, Proven()
    for what, expected, got in (
        ("the chain id", policy.chain_id, context.chain_id),
        ("the account of the ledger", policy.ledger.account, context.ledger),
    ):
        if got != expected:
            raise OtherChain(what=what, got=got, expected=expected)
    report = verify(bundle, policy, proven)
    process = proven.processes.get(context.process_id)
    if not report.verified or process is None or report.block is None:
        raise FalseShareUnproven(reason="the bundle is not verified under the policy, or is of another process")
    try:
        facts = read_round(process.records, context.round)
    except RoundForbids:
        raise FalseShareUnproven(reason=f"there is no round {context.round} in the bundle") from None
    key_set = read_key_set(proven.roles[process.organisation_id], context.key_set)
    found = read_false(document, process.organisation_id, key_set)
    bid = _committed(facts, found, context.author)
    if found.group is Group.CUSTODIANS:
        _require_officer(Authorities(proven.roles), found, facts)
    return found, bid


def _committed(facts: RoundFacts, found: FalseShare, author: bytes) -> Bid:
    for bid in facts.bids:
        if (bid.commitment, bid.author) == (found.commitment, author):
            return bid
    raise FalseShareUnproven(reason="no act of the bundle commits the bid")


def _require_officer(authorities: Authorities, found: FalseShare, facts: RoundFacts) -> None:
    if facts.closing is None:
        raise FalseShareUnproven(reason="the round is not closed in the bundle")
    kind, role = OrganisationKind.CUSTODIAN, Role.OFFICER
    if not authorities.could_act_since(found.holder, found.account, kind, role, facts.closing.time):
        raise ShareNotHeld(account=found.account, index=found.index, group=found.group.name.lower())
