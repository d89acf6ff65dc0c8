"""What a custodian releases, and what it refuses whoever asks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from ledger.chain.acts import AmendTender, CancelTender, Reinstate
from ledger.errors import (
    BidNotReleased,
    BlockWentBack,
    ChainForked,
    ClockBeforeDeadline,
    CloseNotProven,
    CustodianBookUnusable,
    DeadlineWentBack,
    EnvelopeForeign,
    RecipientUnknown,
    SiegelError,
    WitnessesMissing,
)
from ledger.evidence.verify.policy import Policy
from ledger.opening.facts import Bid
from ledger.opening.memory import Memory, holding
from ledger.opening.release import ProvenRound, prove_round, release, release_round, remember
from ledger.opening.release_log import ReleaseLog
from ledger.sealing.context import Group
from ledger.sealing.contribution import Contribution
from tests.evidence.log_actors import FIRST, SECOND
from tests.index.town import release as notice
from tests.opening.rounds import Round, World, key_of
from tests.sealing.actors import digest

CUSTODIANS = Group.CUSTODIANS
KEY = key_of(CUSTODIANS, 1)


class Custodian:
    """Custodian one: its policy, its folder, its key, its clock."""

    def __init__(self, round_: Round, folder: Path, policy: Policy | None = None) -> None:
        self.round, self.policy = round_, policy or round_.world.policy()
        folder.mkdir(exist_ok=True)
        self.book, self.log = folder / "book.json", ReleaseLog(folder / "releases.jsonl")

    def prove(self, bundle: io.BytesIO | None = None, **how: bool) -> ProvenRound:
        """What a bundle shows it."""
        return prove_round(bundle or self.round.bundle(), self.policy, self.round.process_id, 1, **how)

    def release(self, bundle: io.BytesIO | None = None, *, now: int | None = None, **how: bool) -> list[Contribution]:
        """All that a custodian does."""
        return release_round(
            bundle or self.round.bundle(), self.policy, self.round.process_id, 1, key_of(CUSTODIANS, 1),
            self.round.header_of, Memory(self.book), self.log, self.round.deadline + 60 if now is None else now, **how,
        ).contributions  # fmt: skip

    def told(self) -> list[tuple[int | None, str, str | None]]:
        """Bid, what was done, and why not."""
        return [(entry.get("bid"), entry["did"], entry.get("why")) for entry in self.log.read()]


def test_release_live_bids_of_a_proven_close(round_: Round, tmp_path: Path) -> None:
    """In time, or late and admitted, with an envelope, neither withdrawn nor superseded; the log says it bid by bid."""
    round_.bid("bidder 1")
    withdrawn, replaced = round_.bid("bidder 2"), round_.bid("bidder 3")
    round_.withdraw(withdrawn)
    round_.commit(round_.make("bidder 3"), supersedes=replaced.commitment)
    round_.bid("bidder 4").envelope = b""
    round_.pass_deadline()
    round_.bid("bidder 5")
    round_.bid("bidder 6")
    round_.close([5], ground=digest("ground"))
    custodian = Custodian(round_, tmp_path / "custodian")
    released = custodian.release()
    assert [one.index for one in released] == [1, 1, 1]
    assert custodian.told() == [
        (0, "released", None), (1, "refused", "BidNotReleased"), (2, "refused", "BidNotReleased"),
        (3, "released", None), (4, "refused", "BidNotReleased"), (5, "released", None),
        (6, "refused", "BidNotReleased"),
    ]  # fmt: skip
    entry = custodian.log.read()[0]
    assert (entry["processId"], entry["deadline"]) == (round_.process_id.hex(), round_.deadline)
    assert (entry["witnessed"], entry["policy"]) == (True, "custodian's policy")


def test_release_round_that_is_not_closed_is_refused(round_: Round, tmp_path: Path) -> None:
    """The deadline has passed, and nobody closed: also two officers with a modified server get nothing."""
    round_.bid("bidder 1")
    round_.pass_deadline()
    custodian = Custodian(round_, tmp_path / "custodian")
    with pytest.raises(CloseNotProven, match="RoundClosed"):
        custodian.release()
    assert custodian.told() == [(None, "refused", "CloseNotProven")]


@pytest.mark.parametrize("early", [1, 3600])
def test_release_before_the_deadline_by_the_own_clock_is_refused(round_: Round, tmp_path: Path, early: int) -> None:
    """Whatever the chain says: its clock is the validators'."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian")
    with pytest.raises(ClockBeforeDeadline):
        custodian.release(now=round_.deadline - early)
    assert custodian.told() == [(None, "refused", "ClockBeforeDeadline")]
    assert len(custodian.release(now=round_.deadline)) == 1


def test_release_checkpoint_below_the_threshold_is_refused(round_: Round, tmp_path: Path) -> None:
    """Two witnesses saw the close, and the custodian wants three."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian", round_.world.policy(3))
    with pytest.raises(CloseNotProven, match="step log"):
        custodian.release(round_.bundle(FIRST, SECOND))


def test_release_under_a_policy_without_witnesses_only_if_told(round_: Round, tmp_path: Path) -> None:
    """Then nobody outside saw the close: the custodian's operator says that this is enough, and so does the log."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian", round_.world.policy(0))
    with pytest.raises(WitnessesMissing):
        custodian.release()
    assert len(custodian.release(without_witnesses=True)) == 1
    assert [entry.get("witnessed") for entry in custodian.log.read()] == [None, False]


def test_release_on_a_bundle_of_another_process_is_refused(world: World, round_: Round, tmp_path: Path) -> None:
    """A true bundle of a closed round, of another process."""
    round_.bid("bidder 1")
    round_.close()
    open_round = world.round()
    custodian = Custodian(open_round, tmp_path / "custodian")
    with pytest.raises(CloseNotProven, match="process"):
        custodian.release(round_.bundle())


def test_release_on_an_altered_bundle_is_refused(round_: Round, tmp_path: Path) -> None:
    """One bit."""
    round_.bid("bidder 1")
    round_.close()
    data = bytearray(round_.bundle().getvalue())
    data[len(data) // 2] ^= 1
    with pytest.raises(CloseNotProven):
        Custodian(round_, tmp_path / "custodian").release(io.BytesIO(bytes(data)))


def test_release_on_a_bundle_of_another_chain_is_refused(round_: Round, tmp_path: Path) -> None:
    """The operator keeps a chain of its own, with the same people and an earlier deadline."""
    round_.bid("bidder 1")
    round_.close()
    policy = replace(round_.world.policy(), genesis_hash=digest("another chain"))
    with pytest.raises(CloseNotProven):
        Custodian(round_, tmp_path / "custodian", policy).release()


def test_release_after_an_earlier_deadline_was_shown_is_refused(round_: Round, tmp_path: Path) -> None:
    """The custodian saw a later deadline before: a fork without that act opens early."""
    round_.bid("bidder 1")
    custodian, town = Custodian(round_, tmp_path / "custodian"), round_.town
    amend = AmendTender(town.call(round_.ocid, release=town.keep(notice(round_.ocid, 2))), 1, round_.deadline + 500)
    town.chain.send(amend, town.publisher)
    remember(Memory(custodian.book), later := custodian.prove(), KEY)
    assert later.sealed.facts.deadline == round_.deadline + 500
    facts = replace(later.sealed.facts, deadline=round_.deadline)
    forked = replace(later, sealed=replace(later.sealed, facts=facts), block=later.block + 1)
    with pytest.raises(DeadlineWentBack):
        remember(Memory(custodian.book), forked, KEY)


def test_release_on_an_older_bundle_than_one_seen_is_refused(round_: Round, tmp_path: Path) -> None:
    """A bundle of before some act, after the custodian saw that act."""
    round_.bid("bidder 1")
    round_.close()
    custodian, town = Custodian(round_, tmp_path / "custodian"), round_.town
    old = round_.bundle()
    town.notice(round_.ocid, town.keep(notice(round_.ocid, 3)))
    remember(Memory(custodian.book), custodian.prove(), KEY)
    with pytest.raises(BlockWentBack):
        custodian.release(old)
    assert custodian.told() == [(None, "refused", "BlockWentBack")]
    assert len(custodian.release()) == 1


def test_release_on_another_header_of_a_block_that_was_seen_is_refused(round_: Round, tmp_path: Path) -> None:
    """Two chains: somebody lies, and the custodian does not decide who."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian")
    proven = custodian.prove()
    remember(Memory(custodian.book), proven, KEY)
    forked = replace(proven, hashes=proven.hashes | {proven.block: digest("another block")})
    with pytest.raises(ChainForked):
        remember(Memory(custodian.book), forked, KEY)
    remember(Memory(custodian.book), proven, KEY)


def test_release_with_a_key_of_another_set_is_refused(round_: Round, tmp_path: Path) -> None:
    """An officer's key is no custodian's."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian")
    proven = custodian.prove()
    with pytest.raises(RecipientUnknown):
        release(proven, key_of(Group.OFFICERS, 1), round_.header_of, custodian.log, round_.deadline)


def test_release_of_a_cancelled_process_gives_nothing(round_: Round, tmp_path: Path) -> None:
    """Its bids are returned unopened."""
    round_.bid("bidder 1")
    round_.close()
    town = round_.town
    town.jointly(CancelTender(town.call(
        round_.ocid, ground=digest("ground"), release=town.keep(notice(round_.ocid, 4)))))  # fmt: skip
    custodian = Custodian(round_, tmp_path / "custodian")
    assert custodian.release() == []
    assert custodian.told() == [(0, "refused", "BidNotReleased")]


Give = Callable[[Round], bytes]


@pytest.mark.parametrize(
    ("give", "why"),
    [
        (lambda round_: round_.make("bidder 2").header, "EnvelopeSwapped"),
        (lambda round_: b"", "EnvelopeMalformed"),
        (lambda round_: round_.bids[0].header[:-128], "EnvelopeMalformed"),
        (lambda round_: round_.bids[1].header, "EnvelopeSwapped"),
    ],
)
def test_release_header_of_another_bid_is_refused_and_the_others_are_released(
    round_: Round, tmp_path: Path, give: Give, why: str
) -> None:
    """A server that wants a share of some other bid gets none, and the other bidders do not wait for it."""
    round_.bid("bidder 1")
    round_.bid("bidder 3")
    round_.close()
    custodian, given = Custodian(round_, tmp_path / "custodian"), give(round_)
    proven = custodian.prove()
    released = release(
        proven, key_of(CUSTODIANS, 1), lambda bid: given if bid.number == 0 else round_.header_of(bid), custodian.log,
        round_.deadline,
    )  # fmt: skip
    assert (len(released.contributions), list(released.refused), released.is_final) == (1, [0], False)
    assert custodian.told() == [(0, "refused", why), (1, "released", None)]


@pytest.mark.parametrize("named", [EnvelopeForeign(field="author"), BidNotReleased(bid=0, outcome="late")])
def test_release_header_that_the_server_withholds_is_asked_for_again(
    round_: Round, tmp_path: Path, named: SiegelError
) -> None:
    """A server refuses the header under a name that only the custodian's own findings have: the bid is not given up for
    it, and the log says that nothing came."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian")

    def refused(_: Bid) -> NoReturn:
        raise named

    released = release(custodian.prove(), key_of(CUSTODIANS, 1), refused, custodian.log, round_.deadline)
    assert (released.contributions, released.is_final) == ([], False)
    assert custodian.log.read()[0]["withheld"] is True


def test_release_after_a_cancelled_process_is_reinstated_gives_the_shares(round_: Round, tmp_path: Path) -> None:
    """A review body sets the cancellation aside: what was returned is opened after all, and the custodian knew that it
    might be."""
    round_.bid("bidder 1")
    round_.close()
    town, custodian = round_.town, Custodian(round_, tmp_path / "custodian")
    withdrawn = {"ground": digest("ground"), "release": town.keep(notice(round_.ocid, 4))}
    town.jointly(CancelTender(town.call(round_.ocid, **withdrawn)))
    before = release(custodian.prove(), key_of(CUSTODIANS, 1), round_.header_of, custodian.log, round_.deadline)
    assert (before.contributions, before.is_final, before.may_come_back) == ([], True, True)
    reinstated = {"ground": digest("decision"), "release": town.keep(notice(round_.ocid, 5))}
    town.jointly(Reinstate(town.call(round_.ocid, **reinstated)))
    after = release(custodian.prove(), key_of(CUSTODIANS, 1), round_.header_of, custodian.log, round_.deadline)
    assert (len(after.contributions), after.may_come_back) == (1, False)


def test_release_header_that_opens_later_is_refused(round_: Round, tmp_path: Path) -> None:
    """``notBefore`` behind the final deadline."""
    round_.bid("bidder 1", not_before=round_.deadline + 1)
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian")
    assert custodian.release() == []
    assert custodian.told() == [(0, "refused", "EnvelopeForeign")]


def test_log_is_durable_before_anything_is_handed_out(round_: Round, tmp_path: Path) -> None:
    """If the log cannot be written, nothing leaves."""
    round_.bid("bidder 1")
    round_.close()
    custodian = Custodian(round_, tmp_path / "custodian")
    custodian.log.path.mkdir()
    with pytest.raises(OSError, match=r"releases\.jsonl"):
        custodian.release()


def test_log_after_half_a_line_of_a_crash_goes_on(tmp_path: Path) -> None:
    """What was written stays readable, and what comes is not glued to the half."""
    log = ReleaseLog(tmp_path / "releases.jsonl")
    log.add([{"did": "released", "bid": 1}])
    with log.path.open("a") as file:
        file.write('{"did": "rel')
    log.add([{"did": "refused", "bid": 2}])
    assert [entry["bid"] for entry in log.read()] == [1, 2]
    assert log.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": "siegel-custodian-book/2"}'])
def test_book_that_cannot_be_read_is_refused(tmp_path: Path, content: str) -> None:
    """A damaged memory is not an empty one: else whoever damages it could show an older chain."""
    path = tmp_path / "book.json"
    path.write_text(content)
    with pytest.raises(CustodianBookUnusable):
        Memory(path)


def test_book_is_kept_by_one_process_at_a_time(tmp_path: Path) -> None:
    """Two custodians' processes would forget for each other."""
    with holding(tmp_path / "custodian"), pytest.raises(CustodianBookUnusable), holding(tmp_path / "custodian"):
        pass
    with holding(tmp_path / "custodian") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700


def test_book_remembers_the_newest_blocks_of_each_chain(tmp_path: Path) -> None:
    """Each chain and each round for itself; a later deadline replaces the earlier one."""
    path = tmp_path / "book.json"
    Memory(path).take("one", 5, {3: digest("3"), 5: digest("5")}, "one/round", 100, is_awaited=False)
    Memory(path).take("two", 1, {1: digest("1")}, "two/round", 50, is_awaited=False)
    Memory(path).take("one", 6, {6: digest("6")}, "one/round", 200, is_awaited=False)
    book = json.loads(path.read_text())
    assert book["deadlines"] == {"one/round": 200, "two/round": 50}
    assert list(book["chains"]["one"]) == ["3", "5", "6"]
    for wrong, why in (
        (("one", 6, {3: digest("x")}, "one/round", 200), ChainForked),
        (("one", 5, {}, "one/round", 200), BlockWentBack),
        (("one", 6, {}, "one/round", 199), DeadlineWentBack),
    ):
        refused: type[SiegelError] = why
        with pytest.raises(refused):
            Memory(path).take(*wrong, is_awaited=True)
    assert Memory(path).awaited() == []


def awaited(custodian: Custodian) -> list[tuple[bytes, int, int]]:
    """What the book says is to do yet."""
    return [(each.process_id, each.number, each.deadline) for each in Memory(custodian.book).awaited()]


def test_book_awaits_a_round_that_names_the_custodian_until_it_is_over(round_: Round, tmp_path: Path) -> None:
    """Open and closed, by the newest deadline; no more once it is opened. With a key that is none of the key set's
    custodians' nothing is awaited."""
    custodian, town = Custodian(round_, tmp_path / "custodian"), round_.town
    round_.bid("bidder 1")
    stranger = Custodian(round_, tmp_path / "stranger")
    remember(Memory(stranger.book), stranger.prove(), key_of(Group.OFFICERS, 1))
    assert awaited(stranger) == []
    remember(Memory(custodian.book), custodian.prove(), KEY)
    assert awaited(custodian) == [(round_.process_id, 1, round_.deadline)]
    amend = AmendTender(town.call(round_.ocid, release=town.keep(notice(round_.ocid, 2))), 1, round_.deadline + 500)
    town.chain.send(amend, town.publisher)
    round_.deadline += 500
    for _ in range(2):
        remember(Memory(custodian.book), custodian.prove(), KEY)
        assert awaited(custodian) == [(round_.process_id, 1, round_.deadline)]
    round_.close()
    custodian.release()
    assert awaited(custodian) == [(round_.process_id, 1, round_.deadline)]
    round_.bring_all()
    round_.record([found.outcome for found in round_.count(tmp_path / "opened").found])
    remember(Memory(custodian.book), custodian.prove(), KEY)
    assert awaited(custodian) == []


def test_book_awaits_no_round_of_a_cancelled_process_until_it_is_reinstated(round_: Round, tmp_path: Path) -> None:
    """Nobody closes it in between."""
    custodian, town = Custodian(round_, tmp_path / "custodian"), round_.town
    found = list[int]()

    def look() -> None:
        remember(Memory(custodian.book), custodian.prove(), KEY)
        found.append(len(awaited(custodian)))

    look()
    acts: tuple[type[CancelTender | Reinstate], ...] = (CancelTender, Reinstate)
    for number, act in enumerate(acts, 2):
        town.jointly(act(town.call(round_.ocid, ground=digest("g"), release=town.keep(notice(round_.ocid, number)))))
        look()
    assert found == [1, 0, 1]


def test_book_settled_and_dismissed_rounds_are_awaited_no_more(tmp_path: Path) -> None:
    """Settled until it is shown again; dismissed for good, and by its process and number alone."""
    path, names = tmp_path / "book.json", [f"1/genesis/ledger/{digest(name).hex()}/1" for name in ("one", "two")]
    for name in names:
        Memory(path).take("one", 5, {5: digest("5")}, name, 100, is_awaited=True)
    Memory(path).settle(names[0])
    assert [each.process_id for each in Memory(path).awaited()] == [digest("two")]
    assert not Memory(path).dismiss(digest("two"), 2)
    assert Memory(path).dismiss(digest("two"), 1)
    assert not Memory(path).dismiss(digest("two"), 1)
    for name in names:
        Memory(path).take("one", 6, {6: digest("6")}, name, 100, is_awaited=True)
    assert [each.process_id for each in Memory(path).awaited()] == [digest("one")]


def test_book_of_before_awaits_nothing_and_a_damaged_one_is_unusable(tmp_path: Path) -> None:
    """What is awaited is part of the memory: a list that cannot be read is no list."""
    path = tmp_path / "book.json"
    book = {"format": "siegel-custodian-book/1", "chains": {}, "deadlines": {"1/g/l/" + "00" * 32 + "/1": 100}}
    path.write_text(json.dumps(book))
    assert Memory(path).awaited() == []
    for wrong in (["nowhere"], ["1/g/l/zz/1"], [7], 7):
        path.write_text(json.dumps(book | {"awaited": wrong}))
        with pytest.raises(CustodianBookUnusable):
            Memory(path)
