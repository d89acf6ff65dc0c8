"""An officer's shares of all bids of a closed round, handed in for both officers who open."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ledger.cli.opening.loading import sealing_key
from ledger.cli.opening.server import round_server
from ledger.errors import BidNotReleased, SiegelError
from ledger.opening.contributing import contribution, index_of
from ledger.sealing.context import Group
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.cli.session import Session
    from ledger.opening.sealed_round import SealedRound


def hand_over(
    session: Session, sealed: SealedRound, url: str | None, name: str
) -> tuple[int, int, dict[int, SiegelError]]:
    """The officer's index, how many shares were handed in, and why others cannot be, by bid. Bids that nobody opens are
    passed over.

    Raises RoundForbids before the close, RecipientUnknown, and what the server refuses with.
    """
    facts = sealed.facts
    if facts.closing is None:
        raise facts.forbids(Act.BIDS_OPENED)
    key = sealing_key(session, name)
    index = index_of(sealed, Group.OFFICERS, key)
    made, refused = list[bytes](), dict[int, SiegelError]()
    with round_server(session, url, sealed, session.signer(name)) as served:
        for bid in facts.bids:
            try:
                one = contribution(sealed, bid, served.header_of, Group.OFFICERS, index, key, int(time.time()))
                made.append(one.encoded())
            except BidNotReleased:
                continue
            except SiegelError as error:
                refused[bid.number] = error
        served.contribute(made)
    return index, len(made), refused
