"""What an opening left behind is compared with a real ledger before anything is ranked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ledger.chain.acts import (
    BidOutcome,
    CloseRound,
    CommitBid,
    ExcludeBid,
    LotTerms,
    OpenBids,
    PublishTender,
    ReadmitBid,
    RegisterExternalBid,
    RoundTerms,
    TenderTerms,
    WithdrawBid,
)
from ledger.chain.identifiers import bid_commitment, lot_id
from ledger.chain.record import ACT_RECORDED, ZERO, ActRecord, decode_log
from ledger.cli.ranking.standing import read_standing, submitted_bids
from ledger.errors import BidRootDiffers, OpenedRoundDiffers, RoundForbids
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.ranking import rank
from ledger.opening.opened import OpenedBid, OpenedRound
from ledger.sealing.bid import Bid
from ledger.terms import Outcome, RoundKind
from tests.chain.town import digest
from tests.evaluation.criteria_vectors import schools, text_of
from tests.evaluation.ranking_vectors import bid
from tests.index.town import START, Town, embedded_town, release, signer

OCID = "ocds-a2ef3d-ranked"
DEADLINE = START + 10_000
CRITERIA = read_criteria(text_of(schools()).encode())
LOTS = ("LOT-0001", "LOT-0002", "LOT-0003")
BIDDERS = ("bidder 1", "bidder 2", "bidder 3")
PAPER = 2**31


def made(number: int, amount: str) -> Bid:
    """A bid for the first lot."""
    values: dict[str, Any] = bid(number, amount)["values"]
    return Bid.of(values, salts={name: digest(f"salt {number} {name}") for name in values})


BIDS = [made(0, "300"), made(1, "200"), made(2, "100")]


def outcome(town: Town, number: int) -> BidOutcome:
    """An opened bid."""
    author = signer(BIDDERS[number]).account
    return BidOutcome(Outcome.OPENED, author, BIDS[number].root, digest(f"rest {number}"))


@dataclass
class Opened:
    """The town after its officers opened two bids; the third was withdrawn, a fourth came on paper."""

    town: Town

    @property
    def records(self) -> list[ActRecord]:
        """All acts of the process."""
        chain, wanted = self.town.chain, self.town.process(OCID)
        logs = chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
        return [decode_log(log.topics, log.data) for log in logs if log.topics[1] == wanted]

    @property
    def file(self) -> OpenedRound:
        """As an opening writes it down."""
        bids = [self.bid(0, "opened"), self.bid(1, "opened"), replace(self.bid(2, "withdrawn"), disclosures=None)]
        paper = replace(self.bid(2, "external"), bid=PAPER, disclosures=None, values=bid(0, "250")["values"])
        return OpenedRound(
            process_id=self.town.process(OCID), ocid=OCID, round=1, deadline=DEADLINE, closed_at=DEADLINE + 1,
            bids=(*bids, paper),
        )  # fmt: skip

    @staticmethod
    def bid(number: int, ended: str) -> OpenedBid:
        """One bid in the file."""
        fields = BIDS[number].fields
        return OpenedBid(
            bid=number, commitment=digest(f"{number}"), author=signer(BIDDERS[number]).account, arrival=START,
            block_time=START, late=False, promised=False, admitted=False, present=True, outcome=ended,
            values={str(field.name): field.value for field in fields},
            disclosures=tuple(field.text for field in fields),
        )  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A round on a real chain, from tender to opening, and two exclusions of which one was taken back."""
    with embedded_town(tmp_path_factory.mktemp("town")) as town:
        town.accept_key_set()
        terms = TenderTerms(
            ocid=OCID,
            lots=tuple(sorted((LotTerms(lot_id(lot)) for lot in LOTS), key=lambda each: each.lot)),
            criteria=CRITERIA.digest,
            round=RoundTerms(RoundKind.BIDS, DEADLINE, town.key_set),
        )
        town.jointly(PublishTender(town.buyer, town.expires(), town.keep(release(OCID)), terms))
        where = town.chain.chain_id, town.chain.ledger, town.process(OCID), 1
        for number, name in enumerate(BIDDERS):
            author = signer(name)
            commitment = bid_commitment(*where, author.account, BIDS[number].root, digest(f"rest {number}"))
            town.chain.send(CommitBid(town.process(OCID), 1, commitment, ZERO, town.expires()), author)
        town.chain.send(WithdrawBid(town.process(OCID), 1, commitment, town.expires()), author)
        town.jointly(RegisterExternalBid(town.call(OCID), 1, START, digest("record of receipt")))
        town.advance_to(DEADLINE + 10)
        town.jointly(CloseRound(town.call(OCID), 1, 3, (0b111,), (0,)))
        withdrawn = BidOutcome(Outcome.WITHDRAWN, author.account, commitment)
        town.jointly(OpenBids(town.call(OCID), 1, 0, (outcome(town, 0), outcome(town, 1), withdrawn)))
        reasons = town.call(OCID, ground=digest("reasons"))
        town.jointly(ExcludeBid(reasons, lot_id("LOT-0001"), 1, 1))
        town.jointly(ExcludeBid(reasons, ZERO, 1, 0))
        town.jointly(ReadmitBid(reasons, ZERO, 1, 0))
        yield Opened(town)


def test_rank_an_opened_round_as_the_ledger_has_it(opened: Opened) -> None:
    """Bids and exclusions are those of the ledger; the withdrawn bid is no offer."""
    standing = read_standing(opened.records, 1)
    CRITERIA.require_digest(standing.criteria)
    bids = submitted_bids(opened.file, standing)
    ranking = rank(CRITERIA, "LOT-0001", bids, None, standing.exclusions(CRITERIA))
    assert [(entry.bid, entry.rank, entry.standing) for entry in ranking.entries] == [
        (PAPER, 1, "ranked"), (0, 2, "ranked"), (1, None, "excluded"),
    ]  # fmt: skip
    assert (1, "LOT-0002") not in standing.exclusions(CRITERIA)


def test_submitted_bids_with_another_price_refused(opened: Opened) -> None:
    """An officer writes a lower price into the friend's bid, salt and all: the root on the ledger is of another one."""
    friend = made(0, "150")
    texts = tuple(field.text for field in friend.fields)
    altered = replace(opened.file.bids[0], disclosures=texts, values={str(f.name): f.value for f in friend.fields})
    forged = replace(opened.file, bids=(altered, *opened.file.bids[1:]))
    with pytest.raises(BidRootDiffers) as refused:
        submitted_bids(forged, read_standing(opened.records, 1))
    assert refused.value.values == {"expected": BIDS[0].root, "got": friend.root}


def test_submitted_bids_without_what_they_disclose_refused(opened: Opened) -> None:
    """Values alone prove nothing, whatever they say."""
    altered = replace(opened.file.bids[0], disclosures=None)
    with pytest.raises(BidRootDiffers):
        submitted_bids(replace(opened.file, bids=(altered, *opened.file.bids[1:])), read_standing(opened.records, 1))


@pytest.mark.parametrize(
    ("left", "what", "expected", "got"),
    [
        ((0, 2, 3), "bid 2", "opened", "not there"),
        ((0, 1, 2), "bid P1", "external", "not there"),
        ((0, 1, 2, 3, 1), "number of bids", 4, 5),
    ],
)
def test_submitted_bids_left_out_or_twice_refused(
    opened: Opened, left: tuple[int, ...], what: str, expected: object, got: object
) -> None:
    """A rival's bid that is not in the file would not be missed by anyone else."""
    forged = replace(opened.file, bids=tuple(opened.file.bids[at] for at in left))
    with pytest.raises(OpenedRoundDiffers) as refused:
        submitted_bids(forged, read_standing(opened.records, 1))
    assert refused.value.values == {"what": what, "expected": expected, "got": got}


def test_submitted_bids_withdrawn_one_as_opened_refused(opened: Opened) -> None:
    """A withdrawn bid does not come back because its envelope can be opened."""
    revived = opened.bid(2, "opened")
    bids = (*opened.file.bids[:2], revived, opened.file.bids[3])
    with pytest.raises(OpenedRoundDiffers) as refused:
        submitted_bids(replace(opened.file, bids=bids), read_standing(opened.records, 1))
    assert refused.value.values == {"what": "bid 3", "expected": "withdrawn", "got": "opened"}


def test_submitted_bids_invented_on_paper_refused(opened: Opened) -> None:
    """What nobody registered before the deadline is no bid."""
    invented = replace(opened.file.bids[3], bid=PAPER + 1)
    with pytest.raises(OpenedRoundDiffers) as refused:
        submitted_bids(replace(opened.file, bids=(*opened.file.bids, invented)), read_standing(opened.records, 1))
    assert refused.value.values["expected"] == "not there"


def test_submitted_bids_of_another_round_refused(opened: Opened) -> None:
    """The file of one procedure says nothing of another."""
    with pytest.raises(OpenedRoundDiffers):
        submitted_bids(replace(opened.file, process_id=digest("other")), read_standing(opened.records, 1))


def test_submitted_bids_before_the_opening_is_recorded_refused(opened: Opened) -> None:
    """Until both officers recorded the outcomes there is nothing to compare with."""
    until = [record for record in opened.records if record.sequence < 8]
    with pytest.raises(OpenedRoundDiffers) as refused:
        submitted_bids(opened.file, read_standing(until, 1))
    assert refused.value.values["expected"] == "none"
    with pytest.raises(RoundForbids):
        submitted_bids(opened.file, read_standing(until[:-1], 1))
