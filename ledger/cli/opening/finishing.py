"""One officer's count of a round, and what of it is recorded next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.bid_number import spoken_bid
from ledger.cli.language import say, say_error
from ledger.cli.opening.loading import sealing_key
from ledger.cli.opening.server import round_server
from ledger.cli.progress import progress
from ledger.errors import OpeningUnfinished
from ledger.opening.contributing import index_of
from ledger.opening.counting import Count, Opener
from ledger.opening.opened import FILE, OpenedRound, opened_folder, read_opened
from ledger.opening.round_file import opened_round
from ledger.sealing.context import Group
from ledger.terms import Act, Role

if TYPE_CHECKING:
    from ledger.chain.acts import BidOutcome
    from ledger.cli.session import Session
    from ledger.opening.sealed_round import SealedRound

MOST_OUTCOMES: Final = 800
"""Outcomes in one act: about half of what the gas of a transaction is enough for (``benchmarks/opening.py``)."""


def count_round(
    session: Session, sealed: SealedRound, url: str | None, name: str, without: frozenset[int]
) -> tuple[Count, Path]:
    """What the officer finds in the bids, and the file that says it, written if all are opened.

    Raises RoundForbids before the close, RecipientUnknown, and what the server refuses with.
    """
    facts = sealed.facts
    if facts.closing is None:
        raise facts.forbids(Act.BIDS_OPENED)
    key = sealing_key(session, name)
    officer = index_of(sealed, Group.OFFICERS, key)
    folder = opened_folder(session.require_home().home, facts.process_id, facts.number)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    may_bring = _entitled(session, sealed)
    with (
        round_server(session, url, sealed, session.signer(name)) as served,
        progress(say("Opening"), facts.closing.counted) as advance,
    ):
        brought = served.contributions(bid for bid in facts.bids if not facts.follows(bid))
        opener = Opener(sealed, officer, key, brought, served.envelope, folder, may_bring, without)
        count = opener.count(lambda _: advance(1))
    path = folder / FILE
    if not count.unfinished:
        opened_round(sealed, count.found, known(path)).write(path)
    return count, path


def known(path: Path) -> OpenedRound | None:
    """What an earlier opening wrote there."""
    return read_opened(path) if path.exists() else None


def require_finished(count: Count, told: Sequence[str], session: Session) -> None:
    """Raises OpeningUnfinished, with what was found told before, if bids cannot be opened yet."""
    if not count.unfinished:
        return
    for line in told:
        session.tell(line)
    for bid, why in count.unfinished.items():
        session.tell(say("Bid {bid}: {why}", bid=spoken_bid(bid), why=say_error(why)))
    first = next(iter(count.unfinished.values()))
    raise OpeningUnfinished(bids=list(count.unfinished), why=say_error(first))


def next_outcomes(sealed: SealedRound, count: Count) -> tuple[BidOutcome, ...]:
    """The outcomes from the first bid on that has none recorded."""
    start = sealed.facts.opened
    return tuple(found.outcome for found in count.found[start : start + MOST_OUTCOMES])


def _entitled(session: Session, sealed: SealedRound) -> Callable[[Group, int, bytes], bool]:
    chain = session.chain

    def may_bring(group: Group, index: int, account: bytes) -> bool:
        """An officer's share brings the officer, a custodian's an officer of that organisation."""
        if group is Group.OFFICERS:
            return sealed.key_set.officers[index - 1].holder == account.rjust(32, b"\0")
        holder = sealed.key_set.custodians[index - 1].holder
        roles: int = chain.view("authority", holder, account, of="registry")[0]
        return bool(roles & Role.OFFICER)

    return may_bring
