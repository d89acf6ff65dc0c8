"""What stands in the minutes of an opening, and that nothing stands in them that the ledger denies."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.record import NOBODY
from ledger.errors import OpenedRoundContradictsLedger, OpeningResultForbidden, OpeningUnrecorded
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.price_order import price_order
from ledger.evaluation.ranking import Entry, rank
from ledger.ocds.json_text import read_json
from ledger.opening.minutes import Contribution, Incident, MinutedBid, Minutes
from ledger.opening.minutes_json import minutes_json, opening_result, result_json
from ledger.opening.minutes_making import make_minutes
from ledger.opening.minutes_pdf import result_pdf
from ledger.opening.procedure_rule import ProcedureRule
from ledger.opening.stated_offers import offers
from ledger.opening.told_result import ResultOf, read_told_result
from ledger.sealing.bid import Bid
from ledger.terms import Act, Outcome
from tests.evaluation.criteria_vectors import schools, text_of
from tests.opening.minuted import (
    CRITERIA,
    DEADLINE,
    HEADING,
    OFFICER_ONE,
    OFFICER_THREE,
    OFFICER_TWO,
    Story,
    offered,
    organisation,
)
from tests.sealing.actors import digest


def of(minutes: Minutes, bid: int) -> MinutedBid:
    """The bid of that number."""
    return next(each for each in minutes.bids if each.bid == bid)


def table(minutes: Minutes, lot: str) -> list[tuple[Any, ...]]:
    """A lot's table, as number, amount, discount, variant, main bids and variants of the tenderer."""
    found = next(each for each in minutes.lots if each.id == lot)
    return [
        (each.bid, each.offer.amount, each.offer.discount, each.offer.variant, each.main_bids, each.variants)
        for each in found.offers
    ]


def test_make_minutes_several_lots_shows_each_bid_where_it_offers() -> None:
    """Sums as they were submitted, by lot, in the order of the bids' numbers; a lot without a bid stands there, too."""
    story = Story()
    story.bid(offered("Sauer GmbH", "184350.00", discount="2.5"))
    story.bid(offered("Nowak e. K.", "179999.9") | offered("Nowak e. K.", "12400", lot="LOT-0002"))
    minutes = story.minutes()
    assert [(lot.id, lot.title, lot.variants_admitted) for lot in minutes.lots] == [
        ("LOT-0001", "Dachdeckerarbeiten", True),
        ("LOT-0002", "Blitzschutz", False),
    ]
    assert table(minutes, "LOT-0001") == [(0, "184350.00", "2.5", None, 1, 0), (1, "179999.9", None, None, 1, 0)]
    assert table(minutes, "LOT-0002") == [(1, "12400", None, None, 1, 0)]


def test_make_minutes_main_bids_and_variants_are_counted_by_their_account() -> None:
    """However it calls itself in each of them."""
    story = Story()
    first = story.bid(offered("Sauer GmbH", "100.00"))
    story.bid(offered("Sauer GmbH (Zweigstelle)", "90.00"), beside=first)
    story.bid(offered("Sauer GmbH", "80.00", variant="NA-1"), beside=first)
    story.bid(offered("Nowak e. K.", "95.00"))
    assert table(story.minutes(), "LOT-0001") == [
        (0, "100.00", None, None, 2, 1),
        (1, "90.00", None, None, 2, 1),
        (2, "80.00", None, "NA-1", 2, 1),
        (3, "95.00", None, None, 1, 0),
    ]


@pytest.mark.parametrize("stated", [{}, {"identifier": {"scheme": "DE-HRB", "id": "12345"}}])
def test_make_minutes_variant_that_states_a_rival_s_name_is_not_counted_for_the_rival(stated: dict[str, Any]) -> None:
    """Name, identifier and even the rival's commitment can be stated by anybody; the account cannot."""
    rival = {"tenderers/0001": organisation("Sauer GmbH", **stated)}
    story = Story()
    sauer = story.bid(offered("Sauer GmbH", "100.00") | rival)
    assert sauer.commitment is not None
    posing = offered("Sauer GmbH", "1.00", variant="NA-1") | rival | {"mainBid": sauer.commitment.hex()}
    for _ in range(3):
        story.bid(posing)
    minutes = story.minutes()
    assert [row[-2:] for row in table(minutes, "LOT-0001")] == [(1, 0), (0, 1), (0, 1), (0, 1)]
    told = opening_result(minutes)["lots"][0]["offers"]
    assert [(each["amount"], each["variants"]) for each in told] == [("100.00", 0), (None, 1), (None, 1), (None, 1)]


def test_make_minutes_variants_on_paper_are_counted_for_the_tenderer_the_officers_entered() -> None:
    """Who handed it in they saw; a sealed bid of that name counts for itself."""
    known = {"tenderers/0001": organisation("Sauer GmbH", identifier={"scheme": "DE-HRB", "id": "12345"})}
    story = Story()
    story.bid(offered("Sauer GmbH", "70.00", variant="NA-2") | known)
    story.paper(offered("Sauer GmbH", "100.00") | known)
    story.paper(offered("Sauer GmbH", "80.00", variant="NA-1") | known)
    assert [row[-2:] for row in table(story.minutes(), "LOT-0001")] == [(0, 1), (1, 1), (1, 1)]


def test_make_minutes_consortium_names_the_leader_first() -> None:
    """All members with their addresses (§ 14(3) a VOB/A)."""
    story = Story()
    story.bid(offered("Elektro Mitte GmbH", "1.00") | {"tenderers/0002": organisation("Blitz AG"), "tenderers/0003": 7})
    whose = of(story.minutes(), 0).tenderers
    assert [(one.name, one.address) for one in whose] == [
        ("Elektro Mitte GmbH", "Hauptstraße 1, 59999 Musterbach"),
        ("Blitz AG", "Hauptstraße 1, 59999 Musterbach"),
        ("7", None),
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"amount": "1e3", "currency": "EUR"},
        {"amount": 1000, "currency": "EUR"},
        {"amount": "1000", "currency": "€"},
        {"amount": "١٠٠", "currency": "EUR"},
        {"amount": "01", "currency": "EUR"},
        {"currency": "EUR"},
        "1000 EUR",
        None,
    ],
)
def test_make_minutes_amount_of_another_form_is_told_as_it_was_written(value: object) -> None:
    """A tenderer's nonsense neither stops the minutes nor becomes a number of ours."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00") | {"lots/LOT-0001/value": value})
    offer = story.minutes().lots[0].offers[0].offer
    assert (offer.amount, offer.currency) == (None, None)
    assert offer.unread is not None
    assert json.loads(offer.unread) == {"value": value}


def test_stated_offer_number_that_no_float_holds_is_told_as_it_was_written() -> None:
    """Such a number is read exactly, and what is exact must not keep the minutes from being made."""
    text = '{"amount": 0.1000000000000000000000000000000001, "currency": "EUR"}'
    (offer,) = offers({"lots/LOT-0001/value": read_json(text.encode())})
    assert offer.amount is None
    assert "0.1000000000000000000000000000000001" in str(offer.unread)


def test_make_minutes_lots_that_were_not_tendered_fill_no_tables() -> None:
    """A bid that names ten thousand lots of its own is told with its bid, and the two tendered lots stay two."""
    story = Story()
    story.bid({f"lots/X-{number}/variant": "a" for number in range(5_000)} | {"tenderers/0001": organisation("Spam")})
    minutes = story.minutes()
    assert len(minutes.lots) == 2
    assert len(of(minutes, 0).foreign) == 5_000
    assert of(minutes, 0).lots == ()


def test_make_minutes_each_bid_stands_there_once_with_the_outcome_that_goes_before() -> None:
    """Replaced and withdrawn before missing, missing before late: as the ledger derives it; no number is left out."""
    story = Story(ground=digest("ground"))
    first = story.bid(outcome="superseded")
    story.bid(offered("Sauer GmbH", "1.00"), supersedes=first)
    withdrawn = story.bid(outcome="withdrawn")
    story.record(Act.BID_WITHDRAWN, DEADLINE - 9, bid=2, subject=withdrawn.commitment, first=withdrawn.author)
    story.bid(outcome="missing")
    story.bid(outcome="unreadable", evidence={"refusal": "BidMalformed", "values": {"reason": "x"}, "seed": "00"})
    story.bid(offered("Spät, zugelassen", "2.00"), arrival=DEADLINE + 5, admitted=True)
    story.bid(outcome="late", arrival=DEADLINE + 9)
    story.paper(offered("Papier OHG", "3.00"))
    minutes = story.minutes()
    assert [bid.outcome for bid in minutes.bids] == [
        "superseded", "opened", "withdrawn", "missing", "unreadable", "opened", "late", "external",
    ]  # fmt: skip
    assert [bid.bid for bid in minutes.bids] == [*range(7), FIRST_EXTERNAL_BID]
    assert [bid.bid for bid in minutes.late] == [5, 6]
    assert [row[0] for row in table(minutes, "LOT-0001")] == [1, 5, FIRST_EXTERNAL_BID]


def test_make_minutes_unreadable_bid_has_the_evidence_digest_and_never_the_seed() -> None:
    """Who has the seed reads the bid: it is evidence for those who are entitled, not a line of the minutes."""
    story = Story()
    seed = "5eed" * 16
    evidence = {"refusal": "ContentUnreadable", "values": {"reason": "age"}, "seed": seed}
    story.bid(outcome="unreadable", evidence=evidence)
    minutes = story.minutes()
    assert of(minutes, 0).refusal == "ContentUnreadable"
    assert of(minutes, 0).evidence == story.acts[-1].outcomes[0].evidence.hex()
    assert seed not in minutes_json(minutes).decode()


def test_make_minutes_promised_bid_shows_both_clocks() -> None:
    """The receiver's clock counts, the ledger's is told beside it (§ 14(4), (5) VOB/A)."""
    story = Story()
    story.bid(offered("Kühn", "1.00"), arrival=DEADLINE, block_time=DEADLINE + 40)
    bid = story.minutes().late[0]
    assert (bid.arrival, bid.block_time, bid.promised, bid.late) == (DEADLINE, DEADLINE + 40, True, False)


def test_make_minutes_late_bid_has_its_ground_and_the_officers_remark() -> None:
    """The reason as far as it is known, and the digest of the ground with which it was admitted."""
    story = Story(ground=digest("outage"))
    story.bid(offered("Özdemir", "1.00"), arrival=DEADLINE + 90, admitted=True)
    minutes = story.minutes(replace(HEADING, remarks={0: "Ausfall des Empfangsdienstes"}))
    assert minutes.late[0].remark == "Ausfall des Empfangsdienstes"
    closed = next(act for act in minutes.acts if act.act == "RoundClosed")
    assert closed.ground == digest("outage").hex()


def test_make_minutes_names_who_closed_and_who_opened() -> None:
    """Both officers of each step, by account, with the names that were typed; without one there is none."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    story.close()
    closed = next(number for number, act in enumerate(story.acts) if act.record.act == Act.ROUND_CLOSED)
    story.acts[closed] = replace(story.acts[closed], record=story.acts[closed].record._replace(first=OFFICER_THREE))
    assert [(one.account, one.name, one.acts) for one in story.minutes().officers] == [
        (OFFICER_THREE.hex(), None, ("RoundClosed",)),
        (OFFICER_TWO.hex(), "Bernd Brückner", ("RoundClosed", "BidsOpened")),
        (OFFICER_ONE.hex(), "Anna Amtmann", ("BidsOpened",)),
    ]


@pytest.mark.parametrize("outcome", ["unreadable", "missing", "late"])
def test_make_minutes_revised_outcome_is_an_addendum(outcome: str) -> None:
    """What was recorded later stands behind, with its ground; the opening itself stays what it came to."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    arrival = DEADLINE + 9 if outcome == "late" else DEADLINE - 9
    story.bid(
        outcome=outcome, arrival=arrival, evidence={"refusal": "SealsDiffer"} if outcome == "unreadable" else None
    )
    story.close()
    revised = {
        "outcome": Outcome.OPENED,
        "author": story.bids[1].author,
        "content": digest("a"),
        "evidence": digest("b"),
    }
    story.record(Act.OUTCOME_REVISED, DEADLINE + 90_000, {"outcome": revised}, bid=1, ground=digest("receipt"))
    minutes = story.minutes()
    assert of(minutes, 1).outcome == outcome
    told = [(each.bid, each.outcome, each.ground) for each in minutes.revisions]
    assert told == [(1, "opened", digest("receipt").hex())]
    assert (minutes.opened_at, minutes.made_at) == (DEADLINE + 1_500, DEADLINE + 90_000)


def test_make_minutes_opened_bid_called_returned_after_its_lot_was_closed_is_refused() -> None:
    """What would follow now does not undo what was recorded then."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    story.close()
    story.record(Act.LOT_CLOSED, DEADLINE + 9_000)
    story.bids[0] = replace(story.bids[0], outcome="returned")
    with pytest.raises(OpenedRoundContradictsLedger, match="outcome"):
        story.minutes()


def test_make_minutes_only_paper_was_opened_with_its_close() -> None:
    """Where no envelope is there the ledger has no BidsOpened: the round is opened when it is closed."""
    story = Story()
    story.paper(offered("Papier OHG", "3.00"))
    minutes = story.minutes()
    assert (minutes.opened_at, minutes.closed_at) == (DEADLINE + 600, DEADLINE + 600)
    assert [act.act for act in minutes.acts] == ["TenderPublished", "ExternalBidRegistered", "RoundClosed"]


def test_make_minutes_round_that_is_not_opened_is_refused() -> None:
    """Before every outcome stands there is nothing to write down, whatever a home holds."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    story.close()
    with pytest.raises(OpeningUnrecorded):
        make_minutes(story.opened, story.acts[:-1], HEADING, criteria=CRITERIA)
    with pytest.raises(OpeningUnrecorded):
        make_minutes(story.opened, story.acts[:-2], HEADING, criteria=CRITERIA)


@pytest.mark.parametrize(
    ("field", "altered"),
    [
        ("arrival", {"arrival": DEADLINE - 1}),
        ("blockTime", {"block_time": DEADLINE - 1}),
        ("late", {"late": True}),
        ("promised", {"promised": True}),
        ("admitted", {"admitted": True}),
        ("present", {"present": False}),
        ("outcome", {"outcome": "unreadable", "evidence": {}}),
        ("outcome", {"outcome": "missing"}),
        ("external", {"outcome": "external"}),
        ("author", {"author": digest("another")[:20]}),
        ("commitment", {"commitment": digest("another")}),
    ],
)
def test_make_minutes_altered_in_an_officers_home_is_refused(field: str, altered: dict[str, Any]) -> None:
    """One officer alone cannot make a bid late, withdrawn or another's in minutes that two sign."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    story.close()
    story.bids[0] = replace(story.bids[0], **altered)
    with pytest.raises(OpenedRoundContradictsLedger) as refused:
        story.minutes()
    assert refused.value.values["field"] == field


def test_make_minutes_cheaper_price_in_an_officers_home_is_refused() -> None:
    """The bid's root is on the ledger: another field, though well formed, is not of this bid."""
    story = Story()
    story.bid(offered("Sauer GmbH", "200.00"))
    story.bid(offered("Nowak e. K.", "150.00"))
    story.close()
    cheaper = offered("Sauer GmbH", "100.00")
    texts = tuple(field.text for field in Bid.of(cheaper).fields)
    story.bids[0] = replace(story.bids[0], values=cheaper, disclosures=texts)
    with pytest.raises(OpenedRoundContradictsLedger) as refused:
        story.minutes()
    assert (refused.value.values["bid"], refused.value.values["field"]) == (0, "bidRoot")
    assert "100.00" not in str(refused.value)


@pytest.mark.parametrize("outcome", ["late", "missing", "withdrawn", "unreadable"])
def test_make_minutes_values_of_a_bid_that_nobody_opened_are_not_believed(outcome: str) -> None:
    """One officer cannot write a price into the minutes for a tenderer whose bid stayed sealed."""
    story = Story()
    story.bid(offered("Sauer GmbH", "2.00"))
    evidence = {"refusal": "BidMalformed"} if outcome == "unreadable" else None
    bid = story.bid(outcome=outcome, arrival=DEADLINE + (9 if outcome == "late" else -9), evidence=evidence)
    if outcome == "withdrawn":
        story.record(Act.BID_WITHDRAWN, DEADLINE - 5, bid=1, subject=bid.commitment, first=bid.author)
    story.close()
    invented = offered("Erfunden GmbH", "1.00")
    texts = tuple(field.text for field in Bid.of(invented).fields)
    story.bids[1] = replace(story.bids[1], values=invented, disclosures=texts)
    minutes = story.minutes()
    assert [row[0] for row in table(minutes, "LOT-0001")] == [0]
    assert "Erfunden" not in minutes_json(minutes).decode()


def test_make_minutes_bid_left_out_or_added_is_refused() -> None:
    """Neither a tenderer who disappears nor one on paper whom the ledger does not know."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    story.bid(offered("Nowak e. K.", "2.00"))
    story.close()
    acts = list(story.acts)
    story.bids.pop()
    with pytest.raises(OpenedRoundContradictsLedger, match="bids"):
        make_minutes(story.opened, acts, HEADING, criteria=CRITERIA)
    added = Story()
    added.bid(offered("Sauer GmbH", "1.00"))
    added.close()
    acts = list(added.acts)
    added.paper(offered("Nachzügler", "0.50"))
    with pytest.raises(OpenedRoundContradictsLedger, match="bids"):
        make_minutes(added.opened, acts, HEADING, criteria=CRITERIA)


def test_make_minutes_other_evidence_of_an_unreadable_bid_is_refused() -> None:
    """The document whose digest two officers recorded, and no other reason."""
    story = Story()
    story.bid(outcome="unreadable", evidence={"refusal": "BidMalformed"})
    story.close()
    story.bids[0] = replace(story.bids[0], evidence={"refusal": "SealsDiffer"})
    with pytest.raises(OpenedRoundContradictsLedger, match="evidence"):
        story.minutes()


def test_minutes_json_two_officers_get_equal_bytes() -> None:
    """Whatever order the server and the command line gave contributions, incidents and names in."""
    shares = [Contribution(group="custodians", index=n, account=f"{n:040x}", at=DEADLINE + n) for n in (1, 2, 3)]
    failures = [Incident(author="00" * 20, at=n, received_at=None, failure="X", detail="") for n in (5, 4)]
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    one = story.minutes(contributions=shares, incidents=failures)
    swapped = replace(HEADING, names=dict(reversed(list(HEADING.names.items()))))
    other = story.minutes(swapped, contributions=shares[::-1], incidents=failures[::-1])
    assert minutes_json(one) == minutes_json(other)
    assert json.loads(minutes_json(one))["format"] == "siegel-minutes/1"


def test_opening_result_tells_names_sums_discounts_and_number_of_variants_only() -> None:
    """§ 14(3) a to d and (6) VOB/A: no variant's sum, no remark, no account, no number of a bid on the ledger."""
    story = Story()
    sauer = story.bid(offered("Sauer GmbH", "184350.00", discount="2.5"))
    story.bid(offered("Sauer GmbH", "171000.00", variant="NA-1"), beside=sauer)
    only = story.bid(offered("Nur Nebenangebot KG", "99000.00", variant="NA-1"))
    story.bid(offered("Nur Nebenangebot KG", "98000.00", variant="NA-2"), beside=only)
    minutes = story.minutes(replace(HEADING, remarks={0: "vertraulicher Vermerk"}))
    address = "Hauptstraße 1, 59999 Musterbach"
    assert opening_result(minutes)["lots"][0]["offers"] == [
        {
            "tenderers": [{"name": "Sauer GmbH", "address": address}],
            "amount": "184350.00",
            "currency": "EUR",
            "discount": "2.5",
            "variants": 1,
        },
        {
            "tenderers": [{"name": "Nur Nebenangebot KG", "address": address}],
            "amount": None,
            "currency": None,
            "discount": None,
            "variants": 2,
        },
    ]
    told = result_json(minutes).decode()
    secrets = ["171000", "99000", "98000", "NA-1", "vertraulich", OFFICER_ONE.hex(), "Amtmann"]
    secrets += [bid.commitment.hex() for bid in story.bids if bid.commitment]
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.parametrize(
    "stated",
    [
        {"value": {"amount": "100." + "0" * 31, "currency": "EUR"}},
        {"value": {"amount": "9" * 31, "currency": "EUR"}},
        {"value": {"amount": "9" * 61, "currency": "EUR"}},
        {"value": {"amount": "-5.00", "currency": "EUR"}},
        {"value": {"amount": "100", "currency": "€"}},
        {"value": {"amount": "100"}},
        {"value": {"amount": 100, "currency": "EUR"}},
        {"value": 100},
        {"value": None},
        {"discount": {"percentage": "150"}},
        {"discount": {"percentage": "-5"}},
        {"discount": {"percentage": "-0"}},
        {"discount": {"percentage": "2." + "5" * 31}},
        {"discount": {"percentage": 2}},
        {"discount": "2"},
        {"discount": None, "variant": None},
    ],
    ids=str,
)
def test_opening_result_leads_each_offer_to_the_price_and_place_of_the_ranking(stated: dict[str, Any]) -> None:
    """Whatever a tenderer writes as sum or discount is read by one definition, and what is none is told as such."""
    story = Story()
    story.bid(offered("Sonderbar GmbH", "100") | {f"lots/LOT-0001/{name}": value for name, value in stated.items()})
    story.bid(offered("Nowak e. K.", "200.00"))
    assert order_that_was_told(story) == [
        (None if each.problem else each.price, each.rank, each.problem)
        for each in sorted(ranking_of(story), key=lambda entry: entry.bid)
    ]


@pytest.mark.parametrize("variant", ["", "NA 1", 1, {"id": "NA-1"}], ids=str)
def test_opening_result_malformed_variant_takes_no_place(variant: object) -> None:
    """The ranking has none for it; as a main bid it would be before the rival."""
    story = Story()
    story.bid(offered("Sonderbar GmbH", "100") | {"lots/LOT-0001/variant": variant})
    story.bid(offered("Nowak e. K.", "200.00"))
    assert [(each.rank, each.problem) for each in ranking_of(story)] == [(1, None), (None, "variantMalformed")]
    assert order_that_was_told(story) == [(None, None, "valueMissing"), (200, 1, None)]


def ranking_of(story: Story) -> tuple[Entry, ...]:
    """Of the first lot, by the lowest price."""
    bids = [SubmittedBid(bid.bid, bid.values or {}) for bid in story.bids]
    return rank(read_criteria(text_of(schools()).encode()), "LOT-0001", bids).entries


def order_that_was_told(story: Story) -> list[tuple[Fraction | None, int | None, str | None]]:
    """The same from what tenderers see: price, place and problem of each offer."""
    minutes = story.minutes()
    opening = ResultOf(HEADING.chain_id, HEADING.ledger, bytes.fromhex(minutes.process_id), 1)
    told = read_told_result(json.loads(result_json(minutes)), opening, "here")
    assert result_pdf(minutes)
    order = price_order(read_criteria(text_of(schools()).encode()), "LOT-0001", told.lots[0].offers)
    return [(each.price, each.place, each.problem) for each in order.offers]


def test_opening_result_with_absurd_names_stays_short_enough_to_be_told() -> None:
    """One tenderer has a name of two million characters and a thousand members: the others are told all the same."""
    story = Story()
    members = {f"tenderers/{number:04}": organisation(f"Mitglied {number}") for number in range(2, 1_002)}
    story.bid(offered("x" * 2_000_000, "1.00") | members)
    story.bid(offered("Sauer GmbH", "184350.00"))
    told = result_json(story.minutes())
    assert len(told) < 100_000
    assert "Sauer GmbH" in told.decode()


@pytest.mark.parametrize("rule", [ProcedureRule.VGV, ProcedureRule.UVGO])
def test_opening_result_outside_vob_a_is_forbidden(rule: ProcedureRule) -> None:
    """Under VgV and UVgO tenderers have no claim to it, and what was in the bids stays confidential."""
    story = Story()
    story.bid(offered("Sauer GmbH", "1.00"))
    with pytest.raises(OpeningResultForbidden):
        opening_result(story.minutes(replace(HEADING, rule=rule)))


def test_withdrawn_bid_is_signed_by_its_own_account_alone() -> None:
    """The accounts of an act are those that signed it."""
    story = Story()
    bid = story.bid(outcome="withdrawn")
    story.record(Act.BID_WITHDRAWN, DEADLINE - 9, bid=0, subject=bid.commitment, first=bid.author, second=NOBODY)
    assert bid.author is not None
    assert [act.accounts for act in story.minutes().acts if act.act == "BidWithdrawn"] == [(bid.author.hex(),)]
