"""What servers answer to whoever has a receipt is read piece by piece, or refused by name; none of it is unseen."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.ocds.odd_characters import visible
from tests.bid.peer import Refused, peer
from tests.bid.tender import CHAIN_ID, LEDGER, PROCESS

AUTHOR = "11" * 20
LETTER: dict[str, Any] = {
    "number": 3, "recipient": "0x" + AUTHOR, "sender": "0x" + "22" * 20, "at": 1_800_000_000, "subject": "Frage",
    "text": "Bitte.", "answerRound": 2, "readAt": None,
}  # fmt: skip
OFFER: dict[str, Any] = {
    "tenderers": [{"name": "Bau GmbH", "address": None}], "amount": "1.50", "currency": "EUR", "discount": None,
    "variants": 0,
}  # fmt: skip
RESULT: dict[str, Any] = {
    "format": "siegel-opening-result/1", "source": "§ 14(6) VOB/A", "authority": "Stadt", "openedAt": 1_800_000_000,
    "processId": PROCESS.hex(), "round": 1, "chainId": CHAIN_ID, "ledger": LEDGER.hex(),
    "lots": [{"id": "L1", "title": None, "offers": [OFFER]}],
}  # fmt: skip
BID = {"chainId": CHAIN_ID, "ledger": LEDGER.hex(), "processId": PROCESS.hex(), "round": 1}


def letters(answer: Any) -> list[dict[str, Any]]:
    """As the page reads them, for the bid of the author."""
    found: list[dict[str, Any]] = peer().ask("letters", answer=answer, author=AUTHOR)["letters"]
    return found


def result(answer: Any, most: int = 100) -> dict[str, Any]:
    """As the page reads and bounds it."""
    found: dict[str, Any] = peer().ask("result", answer=answer, bid=BID, most=most)
    return found


def test_letters_are_read_the_newest_first() -> None:
    """With what the page shows of each, and nothing else."""
    found = letters({"letters": [LETTER, LETTER | {"number": 4, "answerRound": None, "readAt": 1}]})
    shown = {name: value for name, value in LETTER.items() if name not in ("recipient", "sender")}
    assert found == [shown | {"number": 4, "answerRound": None, "readAt": 1}, shown]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"recipient": "0x" + "33" * 20}, "LettersForeign"),
        ({"recipient": None}, "AnswerUnreadable"),
        ({"number": -1}, "AnswerUnreadable"),
        ({"at": 2**53}, "AnswerUnreadable"),
        ({"at": 253_402_300_800}, "AnswerUnreadable"),
        ({"subject": ["a"]}, "AnswerUnreadable"),
        ({"subject": "x" * 401}, "AnswerUnreadable"),
        ({"text": 7}, "AnswerUnreadable"),
        ({"text": "x" * 100_001}, "AnswerUnreadable"),
        ({"answerRound": 0}, "AnswerUnreadable"),
        ({"answerRound": 1.5}, "AnswerUnreadable"),
        ({"answerRound": 2**32}, "AnswerUnreadable"),
        ({"answerRound": "2/../../elsewhere"}, "AnswerUnreadable"),
        ({"readAt": "yesterday"}, "AnswerUnreadable"),
    ],
)
def test_letter_to_somebody_else_or_of_another_form_refuses_the_answer(change: dict[str, Any], error: str) -> None:
    """The whole of it, also where another letter is as it should be."""
    with pytest.raises(Refused) as refused:
        letters({"letters": [LETTER, LETTER | change]})
    assert refused.value.error == error


@pytest.mark.parametrize("answer", [None, [], {}, {"letters": {}}, {"letters": [None]}, {"letters": [LETTER] * 10_001}])
def test_answer_that_has_no_letters_is_refused(answer: Any) -> None:
    """Nor more of them than a round can have."""
    with pytest.raises(Refused) as refused:
        letters(answer)
    assert refused.value.error == "AnswerUnreadable"


def test_result_is_read_and_its_offers_are_bounded() -> None:
    """The first ones of all lots together; a lot without an offer takes a line, too."""
    lots = [{"id": f"L{number}", "title": "x", "offers": [OFFER] * count} for number, count in enumerate((2, 0, 9, 9))]
    found = result({"result": RESULT | {"lots": lots}}, most=7)
    assert [(lot["id"], len(lot["offers"])) for lot in found["lots"]] == [("L0", 2), ("L1", 0), ("L2", 4)]
    assert found["lots"][0]["offers"][0] == {
        "tenderers": ["Bau GmbH"], "amount": "1.50", "currency": "EUR", "discount": None, "variants": 0
    }  # fmt: skip
    assert (found["source"], found["authority"]) == (RESULT["source"], RESULT["authority"])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"format": "siegel-opening-result/2"}, "ResultForeign"),
        ({"processId": "ab" * 32}, "ResultForeign"),
        ({"round": 2}, "ResultForeign"),
        ({"chainId": CHAIN_ID + 1}, "ResultForeign"),
        ({"ledger": "ab" * 20}, "ResultForeign"),
        ({"openedAt": 10**15}, "AnswerUnreadable"),
        ({"source": None}, "AnswerUnreadable"),
        ({"lots": {}}, "AnswerUnreadable"),
        ({"lots": [{"id": "L1", "title": None}]}, "AnswerUnreadable"),
        ({"lots": [{"id": "L1", "title": title, "offers": [OFFER]} for title in "ab"]}, "AnswerUnreadable"),
        ({"lots": [{"id": "L1", "title": None, "offers": [OFFER | {"amount": 7}]}]}, "AnswerUnreadable"),
        ({"lots": [{"id": "L1", "title": None, "offers": [OFFER | {"variants": "1"}]}]}, "AnswerUnreadable"),
        ({"lots": [{"id": "L1", "title": None, "offers": [OFFER | {"tenderers": "Bau"}]}]}, "AnswerUnreadable"),
    ],
)
def test_result_of_another_opening_or_of_another_form_is_refused(change: dict[str, Any], error: str) -> None:
    """By name; a sum that is a number was rounded by somebody, so it is none."""
    with pytest.raises(Refused) as refused:
        result({"result": RESULT | change})
    assert refused.value.error == error


def test_odd_characters_are_shown_as_the_explorer_shows_them() -> None:
    """Of all that Unicode has, exactly the same ones, by the same numbers."""
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    assert peer().ask("visible", text=text)["text"] == visible(text)
