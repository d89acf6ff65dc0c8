"""What officers find in the bids, and what each who wants to cheat gets."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ledger.chain.acts import BidOutcome, OpenBids, RegisterExternalBid, ReviseOutcome
from ledger.chain.record import ZERO
from ledger.chain.registry import KeySet, RegisterKeySet
from ledger.errors import (
    AlreadyApproved,
    BidMismatch,
    BidNotHere,
    CommitmentUnknown,
    ContentAltered,
    ContentUnreadable,
    EnvelopeForeign,
    EnvelopeSwapped,
    OutcomeInvalid,
    RoundForbids,
    SealsDiffer,
    SharesTooFew,
    SiegelError,
)
from ledger.opening.counting import Brought, Count
from ledger.opening.facts import Bid
from ledger.opening.found import Found
from ledger.opening.opened import OpenedBid, read_opened
from ledger.opening.remedy import remedy
from ledger.opening.round_file import opened_round
from ledger.opening.unreadable import evidence_digest
from ledger.sealing.bid import Bid as Content
from ledger.sealing.content import padded_size
from ledger.sealing.context import Group
from ledger.sealing.contribution import contribute
from ledger.sealing.opening import find_seed, open_share
from ledger.sealing.sealing import Sealed
from ledger.terms import Outcome, RoundState
from tests.index.town import signer
from tests.opening.rounds import FILES, HandedIn, Round, World, key_of
from tests.sealing.actors import DRAWING, LETTER, VALUES, digest, document

OFFICERS, CUSTODIANS = Group.OFFICERS, Group.CUSTODIANS


def ends(count: Count) -> list[str]:
    """The outcomes' names."""
    return [found.outcome.outcome.name.lower() for found in count.found]


def outcomes(count: Count) -> list[BidOutcome]:
    """What is recorded."""
    return [found.outcome for found in count.found]


def only(count: Count) -> Found:
    """The one bid."""
    (found,) = count.found
    return found


def refusal(found: Found) -> str:
    """Why a bid is unreadable."""
    assert found.evidence is not None
    assert found.outcome.evidence == evidence_digest(found.evidence)
    return str(found.evidence["refusal"])


def test_open_a_whole_round_gives_every_commitment_one_outcome(round_: Round, tmp_path: Path) -> None:
    """All ways in which a bid can end; two officers find the same, the ledger takes it, and the round is opened."""
    round_.bid("bidder 1")
    withdrawn, replaced = round_.bid("bidder 2"), round_.bid("bidder 3")
    round_.withdraw(withdrawn)
    round_.commit(round_.make("bidder 3", {"lots/L1/value": {"amount": "1.00", "currency": "EUR"}}, ()),
                  supersedes=replaced.commitment)  # fmt: skip
    round_.bid("bidder 4").envelope = b""
    round_.bid("bidder 5", content=b"no bid at all")
    round_.pass_deadline()
    round_.bid("bidder 6")
    round_.bid("bidder 7")
    round_.close([6], ground=digest("ground"))
    round_.bring_all()
    one, two = round_.count(tmp_path / "one", 1), round_.count(tmp_path / "two", 2)
    assert ends(one) == ["opened", "withdrawn", "superseded", "opened", "missing", "unreadable", "opened"]
    assert outcomes(one) == outcomes(two)
    assert not one.unfinished
    assert not one.false
    round_.record(outcomes(one))
    facts = round_.facts
    assert facts.state is RoundState.OPENED
    assert facts.ended(facts.bids[-1]) is Outcome.LATE


def test_open_documents_lie_under_their_numbers(round_: Round, tmp_path: Path) -> None:
    """What comes out is what was sealed, and the file says what the fields are."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring_all()
    count = round_.count(tmp_path)
    for number, content in enumerate(FILES, 1):
        assert (tmp_path / "documents" / "0" / f"{number:04}").read_bytes() == content
    made = opened_round(round_.sealed, count.found)
    made.write(tmp_path / "round.json")
    (bid,) = read_opened(tmp_path / "round.json").bids
    assert (bid.outcome, bid.values) == ("opened", VALUES)
    assert made.closed_at == round_.facts.closing.time  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "title", ["../../../../evil", "/etc/passwd", "a\0b", "x" * 5000, "CON", "nul.txt", "..", "C:\\evil", "a\nb", "‮fdp"]
)
def test_open_absurd_file_names_never_become_paths(round_: Round, tmp_path: Path, title: str) -> None:
    """A tenderer's name for a file stays a word in the fields."""
    folder = tmp_path / "deep" / "deeper" / "folder"
    round_.bid("bidder 1", {**VALUES, "documents/0001": document(title, DRAWING)})
    round_.close()
    round_.bring_all()
    count = round_.count(folder)
    assert ends(count) == ["opened"]
    opened_round(round_.sealed, count.found).write(folder / "round.json")
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    within = "deep/deeper/folder"
    assert found == [*(f"{within}/documents/0/000{n}" for n in (1, 2, 3)), f"{within}/round.json"]
    (bid,) = read_opened(folder / "round.json").bids
    assert bid.values is not None
    assert bid.values["documents/0001"]["title"] == title


def test_open_with_officers_alone_finds_too_few_shares(round_: Round, tmp_path: Path) -> None:
    """All three officers together without a custodian read nothing, and record nothing."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring(OFFICERS, 1, 2, 3)
    count = round_.count(tmp_path)
    assert isinstance(count.unfinished[0], SharesTooFew)
    assert count.unfinished[0].values["group"] == "custodians"
    assert not count.found
    assert not list(tmp_path.rglob("0001"))


def test_open_with_custodians_alone_finds_too_few_shares(round_: Round, tmp_path: Path) -> None:
    """All three custodians seal to the officers; without two of these nothing opens."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring(CUSTODIANS, 1, 2, 3)
    round_.bring(OFFICERS, 1)
    count = round_.count(tmp_path)
    assert count.unfinished[0].values == {"group": "officers", "threshold": 2, "given": 1}


def test_open_custodians_cannot_read_what_they_bring_each_other(round_: Round, tmp_path: Path) -> None:
    """Contributions are sealed to officers: with a custodian's key none of them opens."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring_all()
    opener = round_.opener(tmp_path)
    opener._key = key_of(CUSTODIANS, 1)
    count = opener.count()
    assert isinstance(count.unfinished[0], SharesTooFew)
    assert {false.why for false in count.false} == {"ShareUnopenable"}


def test_open_before_the_close_is_refused(round_: Round, tmp_path: Path) -> None:
    """With or without the custodians' help, honest software gives no share of an open round."""
    round_.bid("bidder 1")
    for group in Group:
        with pytest.raises(RoundForbids):
            round_.bring(group, 1)
    with pytest.raises(RoundForbids):
        round_.count(tmp_path)


def test_open_before_the_close_two_officers_who_break_the_rules_read_nothing(round_: Round, tmp_path: Path) -> None:
    """Their software changed, both halves of A in hand: B is still the custodians'."""
    made = round_.bid("bidder 1")
    header = made.sealed.header
    shares = {(OFFICERS, index): _share(round_, made, OFFICERS, index) for index in (1, 2, 3)}
    with pytest.raises(SharesTooFew):
        find_seed(header, round_.key_set, shares)


def _share(round_: Round, made: HandedIn, group: Group, index: int) -> bytes:
    return open_share(made.sealed.header, round_.key_set, group, index, key_of(group, index))


def test_open_one_officer_alone_records_nothing(round_: Round, tmp_path: Path) -> None:
    """The same officer twice is one person."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring_all()
    call = OpenBids(round_.town.call(round_.ocid), 1, 0, tuple(outcomes(round_.count(tmp_path))))
    round_.town.chain.send(call, round_.town.officer_one)
    with pytest.raises(AlreadyApproved):
        round_.town.chain.send(call, round_.town.officer_one)
    assert round_.facts.state is RoundState.CLOSED


def test_open_without_one_officer_and_one_custodian_succeeds(round_: Round, tmp_path: Path) -> None:
    """Two of three and two of three are enough: officer one and custodian two are gone."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring(OFFICERS, 2, 3)
    round_.bring(CUSTODIANS, 1, 3)
    assert ends(round_.count(tmp_path, 2)) == ["opened"]


def _bring(round_: Round, number: int, group: Group, index: int, share: bytes, **other: Any) -> Brought:
    """Any share, signed by the holder of the true one."""
    header, key_set = round_.bids[number].sealed.header, other.get("key_set", round_.key_set)
    return round_.give(number, group, index, contribute(header, key_set, group, index, share).encoded())


def test_open_false_contribution_is_named_and_not_fatal(round_: Round, tmp_path: Path) -> None:
    """An officer who wants to make a bid unreadable only makes a name."""
    round_.bid("bidder 1")
    round_.close()
    _bring(round_, 0, OFFICERS, 1, digest("a lie"))
    round_.bring(OFFICERS, 2, 3)
    round_.bring(CUSTODIANS, 1, 2)
    count = round_.count(tmp_path, 2)
    assert ends(count) == ["opened"]
    assert [(false.group, false.index, false.why) for false in count.false] == [(OFFICERS, 1, "SealsDiffer")]


def test_open_false_contribution_without_another_is_nobodys_unreadable_bid(round_: Round, tmp_path: Path) -> None:
    """With one true and one false share of the officers the bid waits; it is not called the tenderer's doing."""
    round_.bid("bidder 1")
    round_.close()
    _bring(round_, 0, OFFICERS, 1, digest("a lie"))
    round_.bring(OFFICERS, 2)
    round_.bring(CUSTODIANS, 1, 2)
    count = round_.count(tmp_path, 2)
    assert (count.found, isinstance(count.unfinished[0], SealsDiffer)) == ([], True)
    round_.bring(OFFICERS, 3)
    assert ends(round_.count(tmp_path, 2)) == ["opened"]


@pytest.mark.parametrize(
    "other",
    [
        {"process_id": digest("another process")},
        {"chain_id": 1},
        {"author": digest("another author")[:20]},
        {"key_set": digest("another key set")},
        {"round": 2},
    ],
)
def test_open_contribution_to_another_bid_is_named(round_: Round, tmp_path: Path, other: dict[str, Any]) -> None:
    """For another tender, chain, author, key set or round: it is refused by name, the others open."""
    made = round_.bid("bidder 1")
    round_.close()
    header = replace(made.sealed.header, context=replace(made.sealed.header.context, **other))
    data = contribute(header, round_.key_set, OFFICERS, 1, digest("share")).encoded()
    round_.give(0, OFFICERS, 1, data)
    round_.bring(OFFICERS, 2, 3)
    round_.bring(CUSTODIANS, 1, 2)
    count = round_.count(tmp_path, 2)
    assert ends(count) == ["opened"]
    assert [false.why for false in count.false] == ["ContributionForeign"]


def test_open_contribution_sealed_to_others_is_named(round_: Round, tmp_path: Path) -> None:
    """Sealed to other officers' keys than the key set has."""
    round_.bid("bidder 1")
    round_.close()
    share = _share(round_, round_.bids[0], OFFICERS, 1)
    officers = round_.key_set.officers
    turned = zip(officers, (*officers[1:], officers[0]), strict=True)
    swapped = replace(round_.key_set, officers=tuple(replace(each, key=other.key) for each, other in turned))
    _bring(round_, 0, OFFICERS, 1, share, key_set=swapped)
    round_.bring(OFFICERS, 2, 3)
    round_.bring(CUSTODIANS, 1, 2)
    count = round_.count(tmp_path, 2)
    assert (ends(count), [false.why for false in count.false]) == (["opened"], ["ShareUnopenable"])


def test_open_contribution_from_another_account_is_named(round_: Round, tmp_path: Path) -> None:
    """Whoever brings a share that is not the own one is not believed, whatever the server let pass."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring_all()
    data = round_.brought.pop(0).given.contribution
    round_.give(0, OFFICERS, 1, data, by=signer("an outsider"))
    count = round_.count(tmp_path)
    assert [false.why for false in count.false] == ["ShareNotHeld"]
    assert isinstance(count.unfinished[0], SharesTooFew)


@pytest.mark.parametrize("data", [b"", b"siegel/1 contribution", bytes(2000)])
def test_open_contribution_that_is_none_is_named(round_: Round, tmp_path: Path, data: bytes) -> None:
    """Rubbish in the server's store."""
    round_.bid("bidder 1")
    round_.close()
    round_.give(0, OFFICERS, 1, data)
    round_.bring(OFFICERS, 2, 3)
    round_.bring(CUSTODIANS, 1, 2)
    count = round_.count(tmp_path, 2)
    assert (ends(count), [false.why for false in count.false]) == (["opened"], ["ContributionMalformed"])


def _with_share(made: HandedIn, round_: Round, group: Group, index: int, other: bytes) -> HandedIn:
    """The same envelope with another sealed share, and committed so."""
    header = made.sealed.header
    shares = list(header.officers if group is OFFICERS else header.custodians)
    shares[index - 1] = other
    name = "officers" if group is OFFICERS else "custodians"
    changed = replace(header, **{name: tuple(shares)})  # type: ignore[arg-type]
    content = made.envelope[len(header.encoded()) :]
    sealed = Sealed(changed, made.sealed.seed)
    return HandedIn(made.author, changed.encoded() + content, sealed, round_.commitment(made.author.account, sealed))


def test_open_inconsistent_shares_are_the_sealers_doing(round_: Round, tmp_path: Path) -> None:
    """Officers one and two right, officer three sealed something else: whoever came would have seen another bid. The
    seed is published, and everybody can see that it gives the others' shares and not the third's."""
    made = round_.make("bidder 1")
    other = round_.make("bidder 1")
    broken = _with_share(made, round_, OFFICERS, 3, other.sealed.header.officers[2])
    round_.commit(broken)
    round_.close()
    round_.bring_all()
    one = only(round_.count(tmp_path / "one"))
    assert refusal(one) == "SealsDiffer"
    assert one.evidence == {
        "format": "siegel-unreadable/1", "commitment": broken.commitment.hex(), "refusal": "SealsDiffer",
        "values": {"shares": [[1, 3]]}, "seed": made.sealed.seed.hex(),
    }  # fmt: skip
    assert one.outcome == only(round_.count(tmp_path / "two", 2)).outcome
    round_.record([one.outcome])
    assert round_.facts.ended(round_.facts.bids[0]) is Outcome.UNREADABLE


def _garbage(round_: Round, made: HandedIn, *whose: tuple[Group, int]) -> HandedIn:
    for group, index in whose:
        sealed = made.sealed.header.officers[0]
        made = _with_share(made, round_, group, index, sealed[:65] + digest("x") + sealed[97:])
    return made


def test_open_shares_that_nobody_can_open_wait_for_two_officers_to_give_the_bid_up(
    round_: Round, tmp_path: Path
) -> None:
    """A tenderer seals rubbish to all officers, to stop the opening of the others: two officers go on without it, and
    what is recorded says that shares were missing, not whose doing it is."""
    round_.commit(_garbage(round_, round_.make("bidder 1"), *((OFFICERS, index) for index in (1, 2, 3))))
    round_.bid("bidder 2")
    round_.close()
    for group, index in ((OFFICERS, 1), (OFFICERS, 2), (CUSTODIANS, 1), (CUSTODIANS, 2)):
        share = _share(round_, round_.bids[1], group, index)
        _bring(round_, 1, group, index, share)
    count = round_.count(tmp_path)
    assert list(count.unfinished) == [0]
    assert ends(count) == ["opened"]
    both = [round_.count(tmp_path / str(officer), officer, frozenset({0})) for officer in (1, 2)]
    assert outcomes(both[0]) == outcomes(both[1])
    assert [refusal(both[0].found[0]), ends(both[0])] == ["SharesTooFew", ["unreadable", "opened"]]
    assert both[0].found[0].evidence["values"] == {}  # type: ignore[index]
    assert "seed" not in both[0].found[0].evidence  # type: ignore[operator]


def test_open_giving_up_a_bid_that_opens_changes_nothing(round_: Round, tmp_path: Path) -> None:
    """Nobody makes a readable bid unreadable by naming it."""
    round_.bid("bidder 1")
    round_.close()
    round_.bring_all()
    assert ends(round_.count(tmp_path, without=frozenset({0}))) == ["opened"]


def test_open_all_contributions_false_is_nobodys_unreadable_bid(round_: Round, tmp_path: Path) -> None:
    """All who hold shares sign false ones, together or one by one: the good bid waits, and is not recorded as its
    tenderer's doing. Given up, its evidence blames nobody; with the true shares it opens."""
    round_.bid("bidder 1")
    round_.close()
    for group in Group:
        for index in (1, 2, 3):
            _bring(round_, 0, group, index, digest(f"{group} {index}"))
    count = round_.count(tmp_path)
    assert (count.found, type(count.unfinished[0])) == ([], SealsDiffer)
    assert refusal(only(round_.count(tmp_path, without=frozenset({0})))) == "SharesTooFew"
    round_.bring_all()
    assert ends(round_.count(tmp_path)) == ["opened"]


@pytest.mark.parametrize("named", [ContentUnreadable(reason="?"), EnvelopeForeign(field="author"), BidNotHere()])
def test_open_giving_up_on_the_servers_word_blames_nobody(round_: Round, tmp_path: Path, named: SiegelError) -> None:
    """A server refuses an envelope under a name that sounds like the tenderer's doing: it does not get into the
    evidence, and both officers write the same whatever each was told."""
    made = round_.bid("bidder 1")
    round_.close()
    round_.bring_all()

    def refused(_: Bid) -> NoReturn:
        raise named

    opener = round_.opener(tmp_path, without=frozenset({0}))
    opener._envelope = refused
    found = only(opener.count())
    assert found.evidence == {
        "format": "siegel-unreadable/1", "commitment": made.commitment.hex(), "refusal": "SharesTooFew", "values": {},
    }  # fmt: skip


def test_open_copied_commitment_is_nobodys_bid(round_: Round, tmp_path: Path) -> None:
    """Bidder two commits what bidder one committed. The ledger takes it; no envelope in the world belongs to it."""
    made = round_.bid("bidder 1")
    thief = HandedIn(round_.make("bidder 2").author, made.envelope, made.sealed, made.commitment)
    round_.commit(thief)
    round_.close()
    for group, index in ((OFFICERS, 1), (OFFICERS, 2), (CUSTODIANS, 1), (CUSTODIANS, 2)):
        _bring(round_, 0, group, index, _share(round_, made, group, index))
    count = round_.count(tmp_path)
    assert ends(count) == ["opened", "unreadable"]
    assert refusal(count.found[1]) == "EnvelopeForeign"
    round_.record(outcomes(count))
    stolen = replace(count.found[0].outcome, author=thief.author.account)
    call = ReviseOutcome(round_.town.call(round_.ocid, ground=digest("ground")), 1, 1, stolen)
    with pytest.raises(CommitmentUnknown):
        round_.town.chain.send(call, round_.town.officer_one)


def test_open_one_envelope_for_two_commitments_belongs_to_one(round_: Round, tmp_path: Path) -> None:
    """A server that gives bidder two's envelope for bidder one's commitment, too, is found out."""
    round_.bid("bidder 1")
    second = round_.bid("bidder 2")
    round_.close()
    round_.bids[0] = replace(round_.bids[0], envelope=second.envelope)
    count = round_.count(tmp_path)
    assert isinstance(count.unfinished[0], EnvelopeSwapped)
    assert count.unfinished[0].values["got"] == round_.commitment(round_.bids[0].author.account, second.sealed)


def test_open_withdrawn_bid_wrapped_for_another_author_is_not_opened(round_: Round, tmp_path: Path) -> None:
    """Bidder two takes the envelope of bidder one, who withdrew, under a header of the own: the shares are bound to the
    author, so no recipient can open them, and what is sealed in it stays closed."""
    made = round_.bid("bidder 1")
    round_.withdraw(made)
    header = made.sealed.header
    thief = round_.make("bidder 2")
    stolen = replace(header, context=replace(header.context, author=thief.author.account))
    sealed = Sealed(stolen, made.sealed.seed)
    content = made.envelope[len(header.encoded()) :]
    round_.commit(
        HandedIn(thief.author, stolen.encoded() + content, sealed, round_.commitment(thief.author.account, sealed))
    )
    round_.close()
    for group, index in ((OFFICERS, 1), (CUSTODIANS, 1)):
        with pytest.raises(Exception, match="cannot be opened with this key"):
            _share(round_, round_.bids[1], group, index)
    count = round_.count(tmp_path, without=frozenset({1}))
    assert ends(count) == ["withdrawn", "unreadable"]


def test_open_other_content_than_the_root_is_the_sealers_doing(round_: Round, tmp_path: Path) -> None:
    """The fields are a bid's, and not those that were committed to."""
    lines = b"siegel-bid/1\n" + Content.of({"lots/L1/value": 1}).fields[0].text.encode() + b"\n\n"
    made = round_.bid("bidder 1", content=lines.ljust(padded_size(len(lines)), b"\0"))
    round_.close()
    round_.bring_all()
    found = only(round_.count(tmp_path))
    assert refusal(found) == "BidRootDiffers"
    assert found.evidence["seed"] == made.sealed.seed.hex()  # type: ignore[index]
    assert not list(tmp_path.rglob("documents/*"))


def test_open_envelope_for_another_round_is_the_sealers_doing(round_: Round, tmp_path: Path) -> None:
    """Sealed for another process, with a commitment for this one."""
    round_.bid("bidder 1", process_id=digest("another process"))
    round_.close()
    found = only(round_.count(tmp_path))
    assert refusal(found) == "EnvelopeForeign"
    assert found.evidence["values"]["field"] == "processId"  # type: ignore[index]


def test_open_later_than_the_deadline_is_the_sealers_doing(round_: Round, tmp_path: Path) -> None:
    """``notBefore`` behind the final deadline would let a tenderer decide when the bid is opened."""
    round_.bid("bidder 1", not_before=round_.deadline + 1)
    round_.close()
    assert refusal(only(round_.count(tmp_path))) == "EnvelopeForeign"


def test_open_old_key_set_after_a_new_one_is_registered(world: World, tmp_path: Path) -> None:
    """A round keeps the key set that it began with."""
    round_ = world.round()
    round_.bid("bidder 1")
    before: KeySet = round_.key_set
    round_.close()
    town = world.town
    newer = KeySet(2, 0, tuple(replace(each, key=other.key) for each, other in zip(
        before.officers, before.custodians, strict=True)), ())  # fmt: skip
    act = RegisterKeySet(town.buyer, newer, town.expires())
    town.chain.send(act, town.officer_one)
    town.chain.send(act, town.officer_two)
    round_.bring_all()
    assert round_.sealed.key_set == before
    assert ends(round_.count(tmp_path)) == ["opened"]


@pytest.mark.parametrize(("lost", "why"), [("envelope", BidNotHere), ("content", ContentAltered)])
def test_open_envelope_lost_by_the_server_is_not_the_tenderers_doing(
    round_: Round, tmp_path: Path, lost: str, why: type[Exception]
) -> None:
    """It was there at the close, and is not there now, or other bytes are."""
    made = round_.bid("bidder 1")
    round_.close()
    round_.bring_all()
    made.envelope = b"" if lost == "envelope" else made.envelope[:-1] + bytes([made.envelope[-1] ^ 1])
    count = round_.count(tmp_path)
    assert (count.found, type(count.unfinished[0])) == ([], why)


def test_record_another_outcome_than_the_content_is_refused_by_the_ledger(round_: Round, tmp_path: Path) -> None:
    """Two officers cannot call a missing bid opened, an opened one late, nor swap two bids."""
    round_.bid("bidder 1")
    round_.bid("bidder 2")
    round_.bid("bidder 3").envelope = b""
    round_.close()
    round_.bring_all()
    right = outcomes(round_.count(tmp_path))
    for wrong, why in (
        ([replace(right[0], outcome=Outcome.LATE, content=round_.bids[0].commitment, evidence=ZERO)], OutcomeInvalid),
        ([right[1], right[0]], BidMismatch),
        ([replace(right[0], content=digest("another root"))], CommitmentUnknown),
        ([*right[:2], replace(right[2], outcome=Outcome.UNREADABLE, evidence=digest("e"))], OutcomeInvalid),
    ):
        with pytest.raises(why):
            round_.record(wrong)


def _receipt(round_: Round, made: HandedIn, seed: bytes, folder: Path) -> Found:
    return remedy(round_.sealed, round_.facts.bids[0], io.BytesIO(made.envelope), seed, folder)


def test_remedy_with_the_tenderers_seed_opens_the_bid(round_: Round, tmp_path: Path) -> None:
    """The custodians are gone, and the officers gave the bid up: the receipt opens it, and the ledger takes it."""
    made = round_.bid("bidder 1")
    round_.close()
    count = round_.count(tmp_path, without=frozenset({0}))
    round_.record(outcomes(count))
    found = _receipt(round_, made, made.sealed.seed, tmp_path)
    assert (tmp_path / "documents" / "0" / "0002").read_bytes() == LETTER
    call = ReviseOutcome(round_.town.call(round_.ocid, ground=digest("minutes")), 1, 0, found.outcome)
    round_.town.jointly(call)
    facts = round_.facts
    assert facts.ended(facts.bids[0]) is Outcome.OPENED


def test_remedy_with_another_seed_is_refused(round_: Round, tmp_path: Path) -> None:
    """A seed that does not give the sealed shares opens nothing, also if it decrypts something."""
    made = round_.bid("bidder 1")
    round_.close()
    round_.record(outcomes(round_.count(tmp_path, without=frozenset({0}))))
    with pytest.raises(SealsDiffer):
        _receipt(round_, made, digest("another seed"), tmp_path)


def test_remedy_with_another_envelope_is_refused(round_: Round, tmp_path: Path) -> None:
    """A better bid, sealed after the opening, belongs to no commitment."""
    round_.bid("bidder 1")
    round_.close()
    round_.record(outcomes(round_.count(tmp_path, without=frozenset({0}))))
    better = round_.make("bidder 1", {"lots/L1/value": {"amount": "1.00", "currency": "EUR"}}, ())
    with pytest.raises(EnvelopeSwapped):
        _receipt(round_, better, better.sealed.seed, tmp_path)


def test_remedy_of_inconsistent_shares_is_refused(round_: Round, tmp_path: Path) -> None:
    """The own seed does not pass the re-seal check either: it stays the sealer's doing."""
    made = round_.make("bidder 1")
    broken = _with_share(made, round_, OFFICERS, 3, round_.make("bidder 1").sealed.header.officers[2])
    round_.commit(broken)
    round_.close()
    round_.bring_all()
    round_.record(outcomes(round_.count(tmp_path)))
    with pytest.raises(SealsDiffer):
        _receipt(round_, broken, broken.sealed.seed, tmp_path)


def test_remedy_of_a_withdrawn_or_opened_bid_is_refused(round_: Round, tmp_path: Path) -> None:
    """What was taken back does not come back, and what is open is open."""
    made, other = round_.bid("bidder 1"), round_.bid("bidder 2")
    round_.withdraw(made)
    round_.close()
    with pytest.raises(OutcomeInvalid):
        _receipt(round_, made, made.sealed.seed, tmp_path)
    round_.bring_all()
    round_.record(outcomes(round_.count(tmp_path)))
    with pytest.raises(OutcomeInvalid):
        remedy(round_.sealed, round_.facts.bids[1], io.BytesIO(other.envelope), other.sealed.seed, tmp_path)


def test_write_round_again_keeps_what_was_entered_by_hand(round_: Round, tmp_path: Path) -> None:
    """Values of a bid on paper stay when the opening is finished a second time."""
    round_.bid("bidder 1")
    now = round_.world.now()
    round_.town.jointly(RegisterExternalBid(round_.town.call(round_.ocid), 1, now, digest("record")))
    round_.close()
    round_.bring_all()
    found = round_.count(tmp_path).found
    made = opened_round(round_.sealed, found)
    paper: OpenedBid = made.bids[1]
    assert (paper.bid, paper.outcome, paper.arrival, paper.values) == (2**31, "external", now, {})
    values: Mapping[str, Any] = {"lots/L1/value": {"amount": "10.00", "currency": "EUR"}}
    entered = replace(made, bids=(made.bids[0], replace(paper, values=values)))
    assert opened_round(round_.sealed, found, entered).bids[1].values == values
    assert opened_round(round_.sealed, (), replace(entered, bids=entered.bids)).bids[1].values == values
