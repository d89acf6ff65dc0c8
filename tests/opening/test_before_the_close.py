"""Two officers and two custodians who break the rules before the close: the stated limit of sealed bids."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.chain.acts import BidOutcome, CloseRound, OpenBids
from ledger.errors import CommitmentUnknown, OutcomeInvalid, RoundForbids
from ledger.opening.closing import close
from ledger.sealing.context import Group
from ledger.sealing.envelope import read_header
from ledger.sealing.opening import find_seed, open_content, open_share
from ledger.terms import Act, Outcome, RoundState
from tests.chain.town import digest
from tests.opening.rounds import HandedIn, Round, key_of
from tests.opening.test_counting import ends, outcomes
from tests.sealing.actors import VALUES


def _read_early(round_: Round, made: HandedIn) -> dict[str, object]:
    """What altered software finds with two keys of each group, whatever ledger and clock say."""
    envelope = io.BytesIO(made.envelope)
    header = read_header(envelope)
    shares = {
        (group, index): open_share(header, round_.key_set, group, index, key_of(group, index))
        for group in Group
        for index in (1, 2)
    }
    seed = find_seed(header, round_.key_set, shares).seed
    envelope.seek(len(made.header))
    bid = open_content(header, seed, envelope, lambda number: io.BytesIO())
    return {str(field.name): field.value for field in bid.fields}


def test_open_before_the_close_both_groups_together_read_and_the_ledger_records_no_opening(
    round_: Round, tmp_path: Path
) -> None:
    """Nothing in an envelope knows the time: who has the server's envelopes and enough keys of both groups reads them.
    But before the deadline the ledger takes neither close nor opening, also no proposal of one; what was read cannot be
    altered afterwards; and of the reading itself nothing is to be seen, which is why it is a stated limit."""
    made, town = round_.bid("bidder 1"), round_.town
    assert _read_early(round_, made) == VALUES
    header, before = made.sealed.header, round_.records()
    opened = BidOutcome(Outcome.OPENED, made.author.account, header.bid_root, header.rest_digest)
    early = close(round_.facts, round_.here())
    for call in (
        CloseRound(town.call(round_.ocid), 1, early.counted, early.present, early.admitted),
        OpenBids(town.call(round_.ocid), 1, 0, (opened,)),
    ):
        with pytest.raises(RoundForbids) as refused:
            town.chain.send(call, town.officer_one)
        assert refused.value.values["state"] == RoundState.OPEN
    assert (round_.records(), round_.facts.state) == (before, RoundState.OPEN)
    round_.close()
    with pytest.raises(CommitmentUnknown):
        round_.record([replace(opened, content=digest("a better price"))])
    round_.bring_all()
    count = round_.count(tmp_path)
    assert ends(count) == ["opened"]
    round_.record(outcomes(count))
    acts = [(record.act, record.time) for record in round_.records()[len(before) :]]
    assert [act for act, _ in acts] == [Act.ROUND_CLOSED, Act.BIDS_OPENED]
    assert all(time > round_.deadline for _, time in acts)


def test_withdraw_after_both_groups_read_early_takes_the_bid_out_for_good(round_: Round) -> None:
    """What they read is worth nothing on the ledger if its author takes it back in time: it is never opened."""
    made, town = round_.bid("bidder 1"), round_.town
    assert _read_early(round_, made) == VALUES
    round_.withdraw(made)
    round_.close()
    assert round_.facts.ended(round_.facts.bids[0]) is Outcome.WITHDRAWN
    header = made.sealed.header
    opened = BidOutcome(Outcome.OPENED, made.author.account, header.bid_root, header.rest_digest)
    with pytest.raises(OutcomeInvalid):
        town.jointly(OpenBids(town.call(round_.ocid), 1, 0, (opened,)))
