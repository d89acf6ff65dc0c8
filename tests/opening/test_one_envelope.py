"""One envelope under two commitments, and a server that gives it for both: never two opened bids."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ledger.chain.codec import decode_detail
from ledger.errors import BidMismatch, CommitmentKnown, EnvelopeForeign, EnvelopeSwapped
from ledger.evidence.verify.verifier import verify
from ledger.opening.contributing import contribution
from ledger.sealing.context import Group
from ledger.terms import Act
from tests.opening.rounds import Round, key_of
from tests.opening.test_counting import ends, outcomes, refusal

RECIPIENTS = [(group, index) for group in Group for index in (1, 2)]


def test_open_one_envelope_for_two_commitments_of_one_account_opens_one_bid(round_: Round, tmp_path: Path) -> None:
    """The second commitment is to a bid that was never handed in. No recipient gives a share for it, no officer opens
    it; two may give it up, and the ledger does not take the first one's content for it."""
    made, other = round_.bid("bidder 1"), round_.bid("bidder 1")
    other.envelope, other.sealed = made.envelope, made.sealed
    round_.close()
    for group, index in RECIPIENTS:
        round_.give(0, group, index, _share(round_, 0, group, index))
        with pytest.raises(EnvelopeSwapped):
            _share(round_, 1, group, index)
    count = round_.count(tmp_path)
    assert ends(count) == ["opened"]
    assert isinstance(count.unfinished[1], EnvelopeSwapped)
    given_up = round_.count(tmp_path, without=frozenset({1}))
    assert ends(given_up) == ["opened", "unreadable"]
    with pytest.raises(BidMismatch):
        round_.record([outcomes(given_up)[0]] * 2)
    round_.record(outcomes(given_up))
    assert [path.name for path in (tmp_path / "documents").iterdir()] == ["0"]


def _with_an_accomplice(round_: Round) -> None:
    """Somebody who was told what is in the envelope commits to just that in the own name; the server gives it twice."""
    made, accomplice = round_.bid("bidder 1"), round_.make("bidder 2").author
    commitment = round_.commitment(accomplice.account, made.sealed)
    round_.commit(replace(made, author=accomplice, commitment=commitment))
    round_.close()
    for group, index in RECIPIENTS:
        round_.give(0, group, index, _share(round_, 0, group, index))
        with pytest.raises(EnvelopeForeign):
            _share(round_, 1, group, index)


def test_open_one_envelope_for_two_commitments_of_two_accounts_opens_one_bid(round_: Round, tmp_path: Path) -> None:
    """The header names its author: for the other account it is no bid, which is that account's doing."""
    _with_an_accomplice(round_)
    count = round_.count(tmp_path)
    assert ends(count) == ["opened", "unreadable"]
    assert refusal(count.found[1]) == "EnvelopeForeign"
    round_.record(outcomes(count))
    assert [path.name for path in (tmp_path / "documents").iterdir()] == ["0"]


def test_record_one_envelope_as_two_bids_by_lying_officers_shows_one_bid_root_twice(
    round_: Round, tmp_path: Path
) -> None:
    """The ledger has no envelopes. Two officers with other software, and two tenderers, can record both as opened; but
    everybody sees one bidRoot under two accounts, which two sealings never have, for each field has a salt: verifiers
    flag it."""
    _with_an_accomplice(round_)
    (first, _) = outcomes(round_.count(tmp_path))
    round_.record([first, replace(first, author=round_.bids[1].author.account)])
    (opening,) = (decode_detail(record) for record in round_.records() if record.act == Act.BIDS_OPENED)
    assert [each["outcome"].name for each in opening["outcomes"]] == ["OPENED", "OPENED"]
    assert len({each["content"] for each in opening["outcomes"]}) == 1
    report = verify(round_.bundle(), round_.world.policy())
    notes = [note for result in report.results for note in result.notes if note.values.get("flag") == "BidRootRepeated"]
    assert [note.values["bids"] for note in notes] == [(0, 1)]
    twin, again = round_.make("bidder 1"), round_.make("bidder 1")
    assert twin.sealed.header.bid_root != again.sealed.header.bid_root


def _share(round_: Round, bid: int, group: Group, index: int) -> bytes:
    sealed, key, now = round_.sealed, key_of(group, index), round_.deadline + 10
    return contribution(sealed, sealed.facts.bids[bid], round_.header_of, group, index, key, now).encoded()


def test_commit_one_envelope_twice_by_its_author_is_refused(round_: Round) -> None:
    """The ledger has each bid of an account once, also when it was withdrawn."""
    made = round_.bid("bidder 1")
    with pytest.raises(CommitmentKnown):
        round_.commit(made)
    round_.withdraw(made)
    with pytest.raises(CommitmentKnown):
        round_.commit(made)
