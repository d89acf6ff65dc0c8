"""Who brought shares of a round, as far as the ledger lets a server's word of it be true.

Whoever takes minutes has neither headers nor keys: whether a share is the one that was sealed the count finds out.
Custodians are named as the registry's acts have them, not as releases call them: which of these an officer's home knows
differs from that of another officer, and their minutes must be the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from ledger.chain.identifiers import bid_commitment
from ledger.chain.record import ActRecord
from ledger.chain.registered_names import registered_names
from ledger.errors import CommitmentUnknown, ContributionForeign, ShareNotHeld
from ledger.evidence.verify.authority import Authorities
from ledger.opening.minutes import Contribution
from ledger.opening.sealed_round import SealedRound
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group, position, recipients_of
from ledger.sealing.contribution import Claim, claim_of, read_form
from ledger.sealing.words import ACCOUNT, account, number
from ledger.terms import Act, OrganisationKind, Role


class Contributors:
    """Who may have brought shares of a closed round.

    Of a custodian's share that is whoever was its officer at some moment from the close on: a share can be brought
    anew after the opening, and when it came only the server says.
    """

    def __init__(self, sealed: SealedRound, registry: Sequence[ActRecord]) -> None:
        """``registry``: all acts of the registry. Raises RoundForbids before the close."""
        if sealed.facts.closing is None:
            raise sealed.facts.forbids(Act.BIDS_OPENED)
        self._sealed, self._closed, self._names = sealed, sealed.facts.closing.time, registered_names(registry)
        self._bids = {(bid.commitment, account(bid.author)) for bid in sealed.facts.bids}
        by_series = sorted(registry, key=attrgetter("organisation_id"))
        series = {id_: tuple(records) for id_, records in groupby(by_series, attrgetter("organisation_id"))}
        self._authorities = Authorities(series)

    def contribution(self, group: Group, index: int, by: bytes, at: int, signed: SignedContribution) -> Contribution:
        """What the minutes say of a contribution that the server has as this one, brought by an account (20 bytes).

        Raises ContributionUnsigned, ContributionMalformed; ContributionForeign for another round or share;
        CommitmentUnknown for a bid that is not of the round; ShareNotHeld.
        """
        signed.require_by(by)
        claim = claim_of(signed.contribution)
        self._require_of_round(claim, number(position(group, index)))
        read = read_form(signed.contribution, self._sealed.key_set)
        holder = recipients_of(self._sealed.key_set, read.group)[read.index - 1].holder
        if not (account(by) == holder if read.group is Group.OFFICERS else self._was_officer(holder, by)):
            raise ShareNotHeld(account=by, index=read.index, group=read.group.name.lower())
        return Contribution(
            group=read.group.name.lower(),
            index=read.index,
            account=by.hex(),
            at=at,
            organisation=self._names.get(holder, f"0x{holder.hex()}") if read.group is Group.CUSTODIANS else None,
        )

    def _require_of_round(self, claim: Claim, share: bytes) -> None:
        sealed, facts = self._sealed, self._sealed.facts
        for field, expected, got in (
            ("chainId", number(sealed.chain_id), claim.chain_id),
            ("ledger", account(sealed.ledger), claim.ledger),
            ("processId", facts.process_id, claim.process_id),
            ("round", number(facts.number), claim.round),
            ("keySet", facts.key_set, claim.key_set),
            ("share", share, claim.share),
        ):
            if got != expected:
                raise ContributionForeign(field=field, expected=expected, got=got)
        author = claim.author[-ACCOUNT:]
        where = sealed.chain_id, sealed.ledger, facts.process_id, facts.number
        commitment = bid_commitment(*where, author, claim.bid_root, claim.rest_digest)
        if (commitment, claim.author) not in self._bids:
            raise CommitmentUnknown(commitment=commitment, author=author)

    def _was_officer(self, custodian: bytes, by: bytes) -> bool:
        kind, role = OrganisationKind.CUSTODIAN, Role.OFFICER
        return self._authorities.could_act_since(custodian, by, kind, role, self._closed)
