"""Answers of a supplement round: to which bid each belongs, and what their minutes say of that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import AnswersNotTold
from ledger.ocds.json_text import read_json
from ledger.opening.main_bids import MainBid, MainBids, NamedBid
from ledger.opening.minutes import Minutes
from ledger.opening.minutes_json import minutes_json, opening_result
from ledger.opening.minutes_pdf import minutes_pdf, result_pdf
from ledger.opening.opened import OpenedBid
from ledger.opening.procedure_rule import ProcedureRule
from ledger.opening.supplement_purpose import SupplementPurpose
from tests.opening.minuted import HEADING, Story, offered, organisation
from tests.opening.test_minutes_pdf import NASTY, squeezed, text_of
from tests.sealing.actors import digest

PURPOSE = replace(HEADING, purpose=SupplementPurpose.CLARIFICATION)
EXPLANATION = {"title": "Erläuterung.pdf", "size": 1_234_567, "digest": digest("file").hex()}


def hexadecimal(bid: OpenedBid) -> str:
    """Its commitment as an answer names it."""
    assert bid.commitment is not None
    return bid.commitment.hex()


def answering(name: str, main_bid: Any, **more: Any) -> dict[str, Any]:
    """The fields of an answer."""
    return {"tenderers/0001": organisation(name), "mainBid": main_bid, "documents/0001": EXPLANATION, **more}


def opened_main() -> Story:
    """Bid 1 replaced by bid 2, bid 3 missing; all of it recorded."""
    story = Story()
    first = story.bid(outcome="superseded")
    story.bid(offered("Sauer GmbH", "100.00"), supersedes=first)
    story.bid(outcome="missing")
    story.close()
    return story


def named(story: Story, values: dict[str, Any]) -> NamedBid:
    """What an answer names, by the acts of a story."""
    return MainBids(act.record for act in story.acts).named_in(values)


def test_main_bids_name_the_bid_with_its_round_and_outcome() -> None:
    """Also one that was replaced, or whose envelope is missing: the officers see what became of it."""
    main = opened_main()
    for bid, outcome in zip(main.bids, ("superseded", "opened", "missing"), strict=True):
        assert named(main, answering("X", hexadecimal(bid))).bids == (MainBid(1, bid.bid, outcome),)


def test_main_bids_of_a_round_that_is_not_closed_have_no_outcome() -> None:
    """A letter can be answered while bids still come in."""
    story = Story()
    bid = story.bid(offered("Sauer GmbH", "100.00"))
    assert named(story, answering("X", hexadecimal(bid))).bids == (MainBid(1, 0, "none"),)


@pytest.mark.parametrize("copy", [0, 1])
def test_main_bids_copied_commitment_names_the_one_that_was_opened(copy: int) -> None:
    """An outsider puts the same commitment on the ledger, before its author or after: only the author's opens."""
    story = Story()
    for number in (0, 1):
        if number == copy:
            story.bid(outcome="unreadable", evidence={"refusal": "EnvelopeForeign"}, commitment=digest("commitment"))
        else:
            story.bid(offered("Sauer GmbH", "100.00"), commitment=digest("commitment"))
    story.close()
    assert named(story, answering("X", digest("commitment").hex())).bids == (MainBid(1, 1 - copy, "opened"),)


def test_main_bids_copied_commitment_of_which_none_opens_names_all() -> None:
    """Which of them is meant nobody can say."""
    story = Story()
    for _ in range(2):
        story.bid(outcome="missing", commitment=digest("commitment"))
    story.close()
    found = named(story, answering("X", digest("commitment").hex()))
    assert found.bids == (MainBid(1, 0, "missing"), MainBid(1, 1, "missing"))


@pytest.mark.parametrize(
    ("values", "stated"),
    [
        ({}, None),
        ({"mainBid": "ab" * 32}, "ab" * 32),
        ({"mainBid": "AB" * 32}, f'"{"AB" * 32}"'),
        ({"mainBid": 3}, "3"),
        ({"mainBid": ["x"]}, '["x"]'),
    ],
)
def test_main_bids_what_names_no_bid_stays_as_it_was_written(values: dict[str, Any], stated: str | None) -> None:
    """Nothing is made of it, and nothing stops because of it."""
    assert named(opened_main(), values) == NamedBid(stated, ())


def test_main_bids_answer_to_an_answer_names_none() -> None:
    """A bid of a supplement round is no main bid."""
    story = Story(main=opened_main())
    answer = story.bid(answering("X", "ab" * 32))
    story.close()
    assert named(story, answering("Y", hexadecimal(answer))).bids == ()


def answered() -> tuple[Story, Minutes]:
    """Answers of all kinds, and their minutes."""
    main = opened_main()
    story = Story(main=main)
    meant = hexadecimal(main.bids[1])
    story.bid(answering("Sauer GmbH", meant, **{"requirementResponses/staff": {"value": 12}}))
    story.bid(answering("Neid OHG", meant) | offered("Neid OHG", "80.00", lot="LOT-0002"))
    story.bid(answering("Irrtum AG", "ab" * 32))
    story.bid({"tenderers/0001": organisation("Stumm e. K.")})
    story.bid(outcome="withdrawn")
    story.bid(outcome="late", arrival=story.deadline + 300)
    story.close()
    return story, story.minutes(PURPOSE)


def test_make_minutes_of_answers_have_no_lots_and_say_what_each_answer_says() -> None:
    """A price that nobody asked for stands with its answer; what was not opened has no content."""
    _, minutes = answered()
    data = read_json(minutes_json(minutes))
    assert (data["kind"], data["purpose"], data["lots"]) == ("supplement", "clarification", [])
    assert [each["bid"] for each in data["answers"]] == [0, 1, 2, 3]
    assert [[one["bid"] for one in each["mainBid"]["bids"]] for each in data["answers"]] == [[1], [1], [], []]
    assert data["answers"][0]["responses"] == [{"requirement": "staff", "value": "12"}]
    assert data["answers"][0]["files"] == [{"field": "documents/0001", **EXPLANATION}]
    assert [offer["amount"] for offer in data["bids"][1]["foreign"]] == ["80.00"]
    assert [bid["outcome"] for bid in data["bids"]] == [*["opened"] * 4, "withdrawn", "late"]
    assert data["law"]["opening"] == "§ 15 VOB/A"


def test_print_answers_says_to_which_bid_by_whose_word_and_no_prices_by_lot() -> None:
    """Everything in German, headings of answers and not of bids."""
    story, minutes = answered()
    text = text_of(minutes_pdf(minutes))
    expected = [
        "Niederschrift über die Öffnung der Antworten (Aufklärung)", "§ 15 VOB/A; Niederschrift nach § 20 VOB/A",
        "Ablauf der Antwortfrist", "Eingegangene Antworten", "Angebot 2 der Runde 1",
        "Zu diesem Angebot kamen 2 Antworten.",
        "zu keinem Angebot dieses Verfahrens", "ohne Angabe", "Sauer GmbH", "Erläuterung.pdf", "1.234.567 Bytes",
        digest("file").hex(), "Angabe staff", "80,00 €", "Danach war nicht gefragt.", "Weder Dateien noch Angaben.",
        "Nicht geöffnete Antworten", "Antworten, die bei Ablauf der Frist nicht vorlagen", "Unlesbare Antworten",
        "Damit ist nicht bewiesen, wer geantwortet hat", "Antwort abgegeben, Nr. 1",
        "Runde geschlossen, Antworten geöffnet",
    ]  # fmt: skip
    unexpected = ["Endbetrag", "Nebenangebote", "Aufstellung der Angebote", "Muster und Proben", "Nachtrag"]
    assert [each for each in expected if squeezed(each) not in text] == []
    assert [each for each in unexpected if squeezed(each) in text] == []
    assert minutes_pdf(minutes) == minutes_pdf(story.minutes(PURPOSE))


@pytest.mark.parametrize("rule", list(ProcedureRule))
@pytest.mark.parametrize("purpose", [None, *SupplementPurpose])
def test_print_answers_names_the_law_of_what_was_asked(rule: ProcedureRule, purpose: SupplementPurpose | None) -> None:
    """Who does not say what was asked gets all three; the law of the opening of bids is never named."""
    story, _ = answered()
    law = story.minutes(replace(HEADING, rule=rule, purpose=purpose)).law
    assert law.opening != rule.law.opening
    assert (law.opening.count(", ") == 2) is (purpose is None)
    assert law.confidential == rule.law.confidential


@pytest.mark.parametrize("name", NASTY)
def test_print_answers_markup_in_an_answer_is_only_text(name: str) -> None:
    """What a tenderer calls itself, its files, a requirement, or a bid."""
    story = Story(main=opened_main())
    values = answering(name, name, **{"requirementResponses/x": {"value": name}})
    story.bid(values | {"documents/0001": EXPLANATION | {"title": name}})
    assert text_of(minutes_pdf(story.minutes(PURPOSE))).count(squeezed(name)) >= 3


def test_print_answers_files_without_end_are_cut_and_say_so() -> None:
    """An answer can have thousands of files; the data has them all."""
    story = Story(main=opened_main())
    files = {f"documents/{number:04}": EXPLANATION | {"title": f"Anlage {number}.pdf"} for number in range(1, 61)}
    story.bid(answering("Sauer GmbH", "ab" * 32) | files)
    minutes = story.minutes(PURPOSE)
    text = text_of(minutes_pdf(minutes))
    assert "Anlage50.pdf" in text
    assert "Anlage51.pdf" not in text
    assert squeezed("10 weitere Angaben") in text
    assert len(minutes.answers[0].files) == 60


def test_result_of_answers_is_told_to_nobody() -> None:
    """§ 14(6) VOB/A is of bids: what was explained stays secret (§ 15(1) no. 2 VOB/A)."""
    _, minutes = answered()
    for tell in (opening_result, result_pdf):
        with pytest.raises(AnswersNotTold):
            tell(minutes)


def test_make_minutes_answers_on_paper_stand_as_they_were_entered() -> None:
    """By hand, so nothing of their form is certain."""
    story = Story(main=opened_main())
    entered = {
        "tenderers/0001": organisation("Papier OHG"),
        "documents/0001": "ein Ordner",
        "requirementResponses/x": 1,
    }
    story.paper(entered, arrival=story.deadline - 60)
    (answer,) = story.minutes(PURPOSE).answers
    assert (answer.files[0].title, answer.files[0].size) == ('"ein Ordner"', None)
    assert [each.value for each in answer.responses] == ["1"]
    assert squeezed("auf Papier, von Hand erfasst") in text_of(minutes_pdf(story.minutes(PURPOSE)))
