"""A recipient's share of a bid, sealed again to the officers: what an officer brings, and a custodian releases."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.errors import BidNotReleased, ClockBeforeDeadline, RecipientUnknown
from ledger.opening.facts import Bid
from ledger.opening.sealed_round import SealedRound
from ledger.sealing.context import Group, recipients_of
from ledger.sealing.contribution import Contribution, contribute
from ledger.sealing.envelope import read_header
from ledger.sealing.opening import open_share

HeaderOf = Callable[[Bid], bytes]
"""Gives the bytes of the header of a bid's envelope, or raises."""


def index_of(sealed: SealedRound, group: Group, key: ec.EllipticCurvePrivateKey) -> int:
    """Which recipient of the group this sealing key is. Raises RecipientUnknown."""
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    for index, recipient in enumerate(recipients_of(sealed.key_set, group), 1):
        if recipient.key == public:
            return index
    raise RecipientUnknown(keySet=sealed.facts.key_set)


def contribution(
    sealed: SealedRound,
    bid: Bid,
    header_of: HeaderOf,
    group: Group,
    index: int,
    key: ec.EllipticCurvePrivateKey,
    now: int,
) -> Contribution:
    """This recipient's contribution to the opening of one bid, ``now`` by its own clock.

    Raises RoundForbids before the close; BidNotReleased of a bid that nobody opens; EnvelopeSwapped, EnvelopeForeign,
    KeySetDiffers for another envelope than the bid's; ClockBeforeDeadline; ShareUnopenable.
    """
    follows = sealed.facts.follows(bid)
    if follows:
        raise BidNotReleased(bid=bid.number, outcome=follows.name.lower())
    header = read_header(BytesIO(header_of(bid)))
    sealed.require_committed(bid, header)
    sealed.require_fitting(bid, header)
    if now < header.context.not_before:
        raise ClockBeforeDeadline(time=now, deadline=header.context.not_before)
    return contribute(header, sealed.key_set, group, index, open_share(header, sealed.key_set, group, index, key))
