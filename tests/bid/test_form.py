"""From what was typed to the fields of a bid; what lacks; how far the handing in may go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bid.peer import peer
from tests.bid.tender import CRITERIA, DOCUMENT

COMPLETE: list[dict[str, Any]] = [
    {"kind": "lot", "id": "L1", "change": {"chosen": True, "amount": "12.345,60", "discount": "2,5", "variant": "N1"}},
    {"kind": "answer", "id": "listed", "text": "false"},
    {"kind": "answer", "id": "months", "text": "60"},
    {"kind": "answer", "id": "share", "text": "12,125"},
    {"kind": "changeFirm", "role": "tenderers", "at": 0, "change": {"name": " Bau GmbH ", "town": "Aue"}},
    {"kind": "addFirm", "role": "tenderers"},
    {"kind": "changeFirm", "role": "tenderers", "at": 1, "change": {"name": "Zweite KG", "email": "a@b.example"}},
    {"kind": "addFirm", "role": "subcontractors"},
    {"kind": "changeFirm", "role": "subcontractors", "at": 0, "change": {"name": "Erdbau", "lots": ["L1"]}},
    {"kind": "attach", "slot": "bill", "files": [{"name": "lv.x84", "size": 100, "type": ""}]},
    {"kind": "attach", "slot": None, "files": [{"name": "angebot.X84", "size": 100, "type": "text/plain"}]},
]


def form(*actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What comes of these steps, in German unless said otherwise."""
    if "earlier" in more:
        more["earlier"] = [[each["name"], json.dumps(each["value"])] for each in more["earlier"]]
    given = {"criteria": DOCUMENT.hex(), "kind": "bids", "mostBytes": None, "language": "de", **more}
    found: dict[str, Any] = peer().ask("form", actions=list(actions), **given)
    return found


def words(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What lacks, by field."""
    return [(lack["field"], lack["word"]) for lack in found["lacks"]]


def test_complete_form_gives_the_fields_of_the_format() -> None:
    """Names and values are those of docs/siegel-1.md; amounts are decimal text."""
    found = form(*COMPLETE)
    assert found["lacks"] == []
    assert found["fields"] == [
        ["lots/L1/value", {"amount": "12345.60", "currency": "EUR"}],
        ["lots/L1/discount", {"percentage": "2.5"}],
        ["lots/L1/variant", "N1"],
        ["requirementResponses/listed", {"value": False}],
        ["requirementResponses/months", {"value": "60"}],
        ["requirementResponses/share", {"value": "12.125"}],
        ["tenderers/0001", {"name": "Bau GmbH", "address": {"locality": "Aue"}}],
        ["tenderers/0002", {"name": "Zweite KG", "contactPoint": {"email": "a@b.example"}}],
        ["subcontractors/0001", {"name": "Erdbau", "lots": ["L1"]}],
    ]
    assert found["documents"] == [
        {"title": "lv.x84", "documentType": "billOfQuantity", "requirement": "bill"},
        {"title": "angebot.X84", "format": "text/plain", "documentType": "x_gaebX84"},
    ]


def test_fields_of_an_earlier_bid_give_the_same_form_again() -> None:
    """Whoever replaces a bid begins where it was."""
    found = form(*COMPLETE)
    assert found["again"] == found["fields"]
    earlier = [{"name": name, "value": value} for name, value in found["fields"]]
    assert (form(earlier=earlier)["fields"], form(earlier=earlier)["altered"]) == (found["fields"], [])


EARLIER: list[dict[str, Any]] = [
    {
        "name": "tenderers/0001",
        "value": {
            "name": "Dachdeckerei Beispiel GmbH",
            "identifier": {"scheme": "DE-HRB", "id": "1234"},
            "address": {"locality": "Aue", "countryName": "DE"},
            "contactPoint": {"email": "a@b.example", "telephone": "+49 30 1"},
            "roles": ["tenderer"],
        },
    },
    {
        "name": "subcontractors/0001",
        "value": {"name": "Erdbau", "identifier": {"scheme": "DE-HRB", "id": "5"}, "lots": ["L1"]},
    },
]
"""The firms of a bid of the command, which says more of them than the page asks."""


def test_bid_of_the_command_that_is_replaced_keeps_what_the_page_does_not_ask() -> None:
    """A register without its scheme would be another one; what is changed on the page is changed there alone."""
    lot = {"kind": "lot", "id": "L1", "change": {"chosen": True, "amount": "1"}}
    fields = dict(form(lot, earlier=EARLIER)["fields"])
    assert {name: fields[name] for name in fields if not name.startswith("lots/")} == {
        each["name"]: each["value"] for each in EARLIER
    }
    moved = {
        "kind": "changeFirm",
        "role": "tenderers",
        "at": 0,
        "change": {"register": "", "town": "", "email": "c@d.example"},
    }
    assert dict(form(moved, earlier=EARLIER)["fields"])["tenderers/0001"] == {
        "name": "Dachdeckerei Beispiel GmbH",
        "address": {"countryName": "DE"},
        "contactPoint": {"email": "c@d.example", "telephone": "+49 30 1"},
        "roles": ["tenderer"],
    }
    dropped = {"kind": "changeFirm", "role": "tenderers", "at": 0, "change": {"earlier": None}}
    assert dict(form(dropped, earlier=EARLIER)["fields"])["tenderers/0001"] == {
        "name": "Dachdeckerei Beispiel GmbH",
        "identifier": {"id": "1234"},
        "address": {"locality": "Aue"},
        "contactPoint": {"email": "a@b.example"},
    }


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        ({"details": {"employees": 12, "rate": 1.5}}, ["details.employees: 12", "details.rate: 1.5"]),
        ({"identifier": {"scheme": "HRB", "legalName": "X"}}, ["identifier.scheme: HRB", "identifier.legalName: X"]),
        ({"identifier": "1", "contactPoint": [], "address": 7}, ["identifier: 1", "address: 7", "contactPoint: []"]),
        ({"address": {"postalCode": ["1"], "locality": 5}}, ['address.postalCode: ["1"]', "address.locality: 5"]),
        ({"identifier": None, "parent": None}, ["parent: null", "identifier: null"]),
        ({"details": {"vat": None, "x": {}}, "address": {}}, ["details.vat: null", "details.x: {}", "address: {}"]),
    ],
)  # fmt: skip
def test_all_that_an_earlier_bid_says_of_a_firm_is_kept_as_it_is_and_shown(
    members: dict[str, Any], kept: list[str]
) -> None:
    """Whatever its kind: nothing is sealed that nobody sees, and nothing falls away."""
    firm = {"name": "D", **members}
    found = form(earlier=[{"name": "tenderers/0001", "value": firm}])
    assert dict(found["fields"])["tenderers/0001"] == firm
    assert (found["kept"], found["altered"]) == ([kept], [])


def test_what_is_typed_takes_the_place_of_what_no_field_could_show() -> None:
    """A list where a text belongs."""
    firm = {"name": "D", "address": {"postalCode": ["1"]}, "identifier": "DE-1"}
    change = {"kind": "changeFirm", "role": "tenderers", "at": 0, "change": {"postcode": "2", "register": "3"}}
    found = form(change, earlier=[{"name": "tenderers/0001", "value": firm}])
    expected = {"name": "D", "address": {"postalCode": "2"}, "identifier": {"id": "3"}}
    assert dict(found["fields"])["tenderers/0001"] == expected
    assert found["kept"] == [[]]


def test_what_the_form_cannot_take_over_as_it_was_is_named() -> None:
    """A number that would be written otherwise, fields that nobody asks for, a lot that is none of the tender."""
    earlier = [
        {"name": "lots/L1/value", "value": {"amount": "1234.5", "currency": "EUR"}},
        {"name": "lots/L9/variant", "value": "N"},
        {"name": "notes/1", "value": {"text": "x"}},
        {"name": "requirementResponses/months", "value": {"value": 60}},
        {"name": "tenderers/0001", "value": {"name": "D", "turnover": [12345678901234567890]}},
        {"name": "subcontractors/0001", "value": {"name": "S", "lots": "L1"}},
    ]
    assert form(earlier=earlier)["altered"] == [
        "tenderers/0001.turnover: 12345678901234567890",
        "lots/L9/variant: N",
        "notes/1.text: x",
        "subcontractors/0001.lots: L1",
    ]


def test_ids_that_are_members_of_every_object_are_ids_like_others() -> None:
    """The criteria allow them, and a page that found a function in place of an answer would show nothing at all."""
    lot, (asked, *_), (slot, _) = CRITERIA["lots"][0], CRITERIA["requirements"], CRITERIA["documents"]
    names = ("__proto__", "constructor", "toString")
    criteria = CRITERIA | {
        "lots": [lot | {"id": name} for name in names],
        "requirements": [asked | {"id": name, "dataType": "string", "lots": [name]} for name in names],
        "documents": [slot | {"id": name, "lots": [name]} for name in names],
    }
    given = {"criteria": json.dumps(criteria).encode().hex()}
    assert [word for _, word in words(form(**given))] == ["lackLot", "lackName"]
    chosen = [{"kind": "lot", "id": name, "change": {"chosen": True, "amount": "1"}} for name in names]
    assert [word for _, word in words(form(*chosen, **given))] == [*["lackAnswer"] * 3, "lackName", *["lackFile"] * 3]
    answers = [{"kind": "answer", "id": name, "text": "x"} for name in names]
    for found in (form(*chosen, *answers, **given), form(*chosen, *answers, then="en", **given)):
        assert found["again"] == found["fields"]
        assert [name for name, _ in found["fields"][:-1]] == [
            *(f"lots/{name}/value" for name in names),
            *(f"requirementResponses/{name}" for name in names),
        ]


def test_change_of_language_changes_how_numbers_are_written_not_what_they_are() -> None:
    """A price typed with a comma stays that price under English labels."""
    assert form(*COMPLETE, then="en")["fields"] == form(*COMPLETE)["fields"]


def test_empty_form_names_all_that_lacks_in_the_order_of_the_page() -> None:
    """What is asked for a lot that is not chosen is not asked."""
    assert words(form()) == [
        ("lot-L1", "lackLot"),
        ("answer-listed", "lackAnswer"),
        ("tenderers-0-name", "lackName"),
        ("slot-bill", "lackFile"),
    ]


def test_chosen_lot_asks_for_its_price_answers_and_files() -> None:
    """Each lot has its own."""
    one = {"kind": "lot", "id": "L2", "change": {"chosen": True}}
    found = words(form(*COMPLETE, one))
    assert found == [("amount-L2", "lackAmount"), ("slot-roof", "lackFile")]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"kind": "lot", "id": "L1", "change": {"amount": "1.234.5"}}, ("amount-L1", "wrongAmount")),
        ({"kind": "lot", "id": "L1", "change": {"amount": "-1"}}, ("amount-L1", "wrongAmount")),
        ({"kind": "lot", "id": "L1", "change": {"discount": "101"}}, ("discount-L1", "wrongDiscount")),
        ({"kind": "lot", "id": "L1", "change": {"discount": "100,01"}}, ("discount-L1", "wrongDiscount")),
        ({"kind": "lot", "id": "L1", "change": {"variant": "Größe 2"}}, ("variant-L1", "wrongVariant")),
        ({"kind": "answer", "id": "months", "text": "6,5"}, ("answer-months", "wrongInteger")),
        ({"kind": "answer", "id": "share", "text": "viel"}, ("answer-share", "wrongNumber")),
        ({"kind": "removeFirm", "role": "tenderers", "at": 0}, None),
        (
            {"kind": "changeFirm", "role": "tenderers", "at": 1, "change": {"email": "nobody"}},
            ("tenderers-1-email", "wrongEmail"),
        ),
        (
            {"kind": "attach", "slot": "bill", "files": [{"name": "a", "size": 30_000_001}]},
            ("slot-bill", "fileTooLarge"),
        ),
        ({"kind": "detach", "at": 0}, ("slot-bill", "lackFile")),
    ],
)
def test_one_change_to_a_complete_form_lacks_that_alone(
    action: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    """Each mistake is named at its field, before anything is uploaded."""
    assert words(form(*COMPLETE, action)) == ([] if expected is None else [expected])


def test_bid_larger_than_an_envelope_is_refused_before_it_is_sealed() -> None:
    """With room for the padding."""
    more = {"kind": "attach", "slot": None, "files": [{"name": "a", "size": 900}]}
    assert words(form(*COMPLETE, more, mostBytes=1200)) == [("slot", "bidTooLarge")]
    assert words(form(*COMPLETE, more, mostBytes=1300)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "L1", "change": {"variant": ""}}, [("variant-L1", "lackVariant")]),
        ({"id": "L1", "change": {"variant": " "}}, [("variant-L1", "lackVariant")]),
        ({"id": "L1", "change": {"variant": "Größe 2"}}, [("variant-L1", "wrongVariant")]),
        (
            {"id": "L2", "change": {"chosen": True, "amount": "1"}},
            [("lot-L2", "noVariants"), ("slot-roof", "lackFile")],
        ),
    ],
)
def test_variant_beside_a_main_bid_is_named_in_each_lot_and_only_where_it_is_admitted(
    change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Without a name it would be a second main bid of the same account."""
    assert words(form(*COMPLETE, isBeside=True)) == []
    assert words(form(*COMPLETE, {"kind": "lot", **change}, isBeside=True)) == expected


def test_form_of_a_variant_begins_with_the_firms_of_its_main_bid_alone() -> None:
    """Prices, answers and files of a variant are its own."""
    empty, full = form()["variant"], form(*COMPLETE)["variant"]
    assert {**full, "tenderers": [], "subcontractors": []} == {**empty, "tenderers": [], "subcontractors": []}
    assert [firm["name"] for firm in (*full["tenderers"], *full["subcontractors"])] == [
        " Bau GmbH ",
        "Zweite KG",
        "Erdbau",
    ]


def test_subcontractor_of_a_lot_that_is_taken_out_again_is_not_named_for_it() -> None:
    """Its tick is not seen any more, and nothing is sealed that nobody sees."""
    out = {"kind": "lot", "id": "L1", "change": {"chosen": False}}
    assert ["subcontractors/0001", {"name": "Erdbau", "lots": []}] in form(*COMPLETE, out)["fields"]


def test_supplement_names_the_bid_that_it_belongs_to() -> None:
    """The commitment, with or without 0x."""
    assert ("main-bid", "lackMainBid") in words(form(*COMPLETE, kind="supplement"))
    found = form(*COMPLETE, {"kind": "mainBid", "text": "0x" + "AB" * 32}, kind="supplement")
    assert found["lacks"] == []
    assert ["mainBid", "ab" * 32] in found["fields"]


def test_supplement_asks_no_price_and_requires_nothing_a_second_time() -> None:
    """The tender's questions and files are there, whatever the lot, and voluntary; but an empty answer is none."""
    named: list[dict[str, Any]] = [
        {"kind": "mainBid", "text": "ab" * 32},
        {"kind": "changeFirm", "role": "tenderers", "at": 0, "change": {"name": "Bau GmbH"}},
    ]
    assert words(form(*named, kind="supplement")) == [("slot", "lackAnyFile")]
    answered = form(*named, {"kind": "answer", "id": "months", "text": "60"}, kind="supplement")
    assert answered["lacks"] == []
    assert ["requirementResponses/months", {"value": "60"}] in answered["fields"]
    filed = form(
        *named,
        {"kind": "attach", "slot": "roof", "files": [{"name": "a.pdf", "size": 1, "type": ""}]},
        kind="supplement",
    )
    assert filed["lacks"] == []
    assert filed["documents"] == [{"title": "a.pdf", "requirement": "roof"}]


def test_tender_without_criteria_takes_files_alone() -> None:
    """There is nothing to make a form of."""
    assert words(form(criteria=None)) == [("tenderers-0-name", "lackName"), ("slot", "lackAnyFile")]


@pytest.mark.parametrize(
    ("typed", "language", "value"),
    [
        ("1234,5", "de", "1234.5"),
        ("1.234,50", "de", "1234.50"),
        ("1 234 567", "de", "1234567"),
        ("0012", "de", "12"),
        ("0", "de", "0"),
        ("1.234", "de", "1234"),
        ("1.23", "de", None),
        ("1,234", "de", None),
        ("1,234.50", "en", "1234.50"),
        ("1.234", "en", None),
        ("1.23", "en", "1.23"),
        ("1,23", "en", None),
        ("1e3", "de", None),
        ("+5", "de", None),
        ("", "de", None),
        (",5", "de", None),
        ("5,", "de", None),
        ("99999999999999999,99", "de", "99999999999999999.99"),
        ("1234567890123456789", "de", None),
    ],
)
def test_typed_number_is_read_exactly_or_not_at_all(typed: str, language: str, value: str | None) -> None:
    """No float on the way: the seventeenth digit is there, and what could mean two things means none."""
    assert peer().ask("decimal", typed=typed, language=language, decimals=2)["value"] == value


BID = {"envelope": {"size": 10}}


def course(*actions: Any) -> list[str]:
    """Where the handing in is after each step."""
    steps = [{"kind": action} if isinstance(action, str) else action for action in actions]
    found: list[str] = peer().ask("course", actions=steps)
    return found


def test_nothing_is_sent_before_the_receipt_was_saved() -> None:
    """Whoever loses the page then has all in the file."""
    seal = {"kind": "seal", "intent": "handIn"}
    sealed = {"kind": "sealed", "bid": BID}
    assert course(seal, sealed, "send")[-1] == "sealed"
    assert course(seal, sealed, "saved", "send")[-1] == "sending"
    assert course("send", "saved", sealed)[-1] == "form"


def test_rehearsal_needs_no_receipt_and_a_receipt_no_saving() -> None:
    """Nothing is handed in, or the file is there already."""
    assert course({"kind": "seal", "intent": "rehearse"}, {"kind": "sealed", "bid": BID}, "send")[-1] == "sending"
    assert course({"kind": "opened", "bid": BID, "intent": "withdraw"}, "send")[-1] == "sending"


def test_receipt_is_unsaved_from_what_came_to_it_until_it_is_saved() -> None:
    """The promise, and later the proof, make the file on disk an older one, also where handing in then fails; a
    rehearsal has nothing to keep."""
    begun = ({"kind": "opened", "bid": BID, "intent": "handIn"}, "send")
    kept, done = {"kind": "kept", "bid": BID}, {"kind": "done", "recorded": None}
    assert unsaved(*begun, kept, done, "saved", kept, "saved") == [*[False] * 3, True, True, False, True, False]
    assert unsaved(*begun, kept, {"kind": "failed", "failures": []}, "send")[-2:] == [True, True]
    rehearsed = ({"kind": "seal", "intent": "rehearse"}, {"kind": "sealed", "bid": BID}, "send", done)
    assert unsaved(*rehearsed) == [False] * 5


def test_what_comes_to_a_receipt_late_does_not_take_the_place_of_another_bid() -> None:
    """Whoever opens a receipt to withdraw its bid, while the proof of another one comes, withdraws no other."""
    one, two = ({**BID, "commitment": digit * 64} for digit in "12")
    opened = {"kind": "opened", "bid": two, "intent": "withdraw"}
    assert unsaved(opened, {"kind": "kept", "bid": one})[-1] is False
    assert unsaved(opened, {"kind": "kept", "bid": two})[-1] is False
    assert unsaved({**opened, "intent": "handIn"}, {"kind": "kept", "bid": two})[-1] is True


def unsaved(*actions: Any) -> list[bool]:
    """Whether leaving would lose a receipt, at first and after each step."""
    steps = [{"kind": action} if isinstance(action, str) else action for action in actions]
    found: list[bool] = peer().ask("unsaved", actions=steps)
    return found


def test_failure_can_be_tried_again_and_what_is_under_way_is_not_left() -> None:
    """While something is sent nobody goes back to the form."""
    begun = ({"kind": "opened", "bid": BID, "intent": "handIn"}, "send")
    assert course(*begun, "form", "saved")[-1] == "sending"
    assert course(*begun, {"kind": "failed", "failures": []}, "send")[-2:] == ["failed", "sending"]
    assert course(*begun, {"kind": "done", "recorded": None}, "form")[-2:] == ["done", "form"]
