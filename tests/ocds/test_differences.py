"""What changed between releases, and how an amount went from estimate to final value."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.ocds.differences import READ, Change, differences, merged
from ledger.ocds.value_history import value_history

CALL: dict[str, Any] = {
    "ocid": "ocds-a2ef3d-1", "id": "1", "date": "2026-05-01T09:00:00Z", "tag": ["tender"],
    "tender": {
        "id": "T1", "title": "Neubau der Feuerwache", "tenderPeriod": {"endDate": "2026-05-03T10:00:00Z"},
        "value": {"amount": 250000, "currency": "EUR"},
        "lots": [{"id": "L1", "title": "Rohbau"}, {"id": "L2", "title": "Dach"}],
        "coveredBy": ["GPA"],
    },
}  # fmt: skip


def correction(**tender: Any) -> dict[str, Any]:
    """A later release that says this of the tender."""
    return {
        **CALL,
        "id": "2",
        "date": "2026-05-02T09:00:00Z",
        "tag": ["tenderUpdate"],
        "tender": {"id": "T1", **tender},
    }


def test_differences_deadline_moved_told_with_both_values() -> None:
    """What a reader asks first: from when to when. Date, id and tag of the release itself are no news."""
    found = differences(
        CALL, correction(tenderPeriod={"endDate": "2026-05-10T10:00:00Z"}, title=CALL["tender"]["title"])
    )
    assert found.changes == (Change("tender/tenderPeriod/endDate", (), "2026-05-03T10:00:00Z", "2026-05-10T10:00:00Z"),)
    assert found.others == 0


def test_differences_entries_matched_by_id_whatever_their_order() -> None:
    """A list that is only sorted anew is no change; one lot's new title is told with the lot's id."""
    lots = [{"id": "L2", "title": "Dach und Fach"}, {"id": "L1", "title": "Rohbau"}]
    found = differences(CALL, correction(lots=lots))
    assert found.changes == (Change("tender/lots/title", ("L2",), "Dach", "Dach und Fach"),)
    assert differences(CALL, correction(lots=list(reversed(CALL["tender"]["lots"])))).changes == ()


def test_differences_left_out_is_unchanged_and_null_takes_away() -> None:
    """As in merging by the standard."""
    assert differences(CALL, correction()).changes == ()
    found = differences(CALL, correction(value=None))
    assert [(change.field, change.was, change.now) for change in found.changes] == [
        ("tender/value/amount", 250000, None), ("tender/value/currency", "EUR", None),
    ]  # fmt: skip


def test_differences_added_entry_and_fields_few_ask_for_counted() -> None:
    """A new lot is told by its title; what few ask for is counted, not listed."""
    found = differences(CALL, correction(lots=[{"id": "L3", "title": "Außenanlagen"}], coveredBy=["GPA", "EU"]))
    assert found.changes == (Change("tender/lots/title", ("L3",), None, "Außenanlagen"),)
    assert found.others == 1


def test_differences_most_asked_for_first() -> None:
    """However a release is written, the deadline comes before the title."""
    later = {"tender": {"title": "Anders", "tenderPeriod": {"endDate": "2026-06-01T10:00:00Z"}}}
    assert [change.field for change in differences(CALL, later).changes] == [
        "tender/tenderPeriod/endDate", "tender/title",
    ]  # fmt: skip
    assert len(set(READ)) == len(READ)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "tender", "lots", "title", "a"]), inner)
    ),
    max_leaves=15,
)
OBJECTS = st.dictionaries(st.sampled_from(["id", "tender", "awards", "title", "a"]), JSON)


@given(OBJECTS, OBJECTS)
def test_differences_any_two_releases_answered(was: dict[str, Any], now: dict[str, Any]) -> None:
    """Whatever stands in a release: itself is no change, merging what was merged changes nothing, inputs stay."""
    before = copy.deepcopy((was, now))
    assert differences(now, now).changes == ()
    differences(was, now)
    once = merged(was, now)
    assert merged(once, now) == once
    assert (was, now) == before


def told(*values: tuple[str, str | None, float | None, float | None]) -> list[tuple[Any, ...]]:
    """As compared below."""
    return [
        (kind, name, amount and Decimal(str(amount)), change and Decimal(str(change)))
        for kind, name, amount, change in values
    ]


def test_value_history_award_to_final_value_each_step_with_its_change() -> None:
    """Estimate, award, contract, two modifications, final value."""
    award = {"awards": [{"id": "A1", "status": "active", "value": {"amount": 240000, "currency": "EUR"}}]}

    def contract(amount: float, **more: Any) -> dict[str, Any]:
        value = {"amount": amount, "currency": "EUR"}
        return {"contracts": [{"id": "C1", "awardID": "A1", "value": value, **more}]}

    final = {"finalValue": {"amount": 271000.5, "currency": "EUR"}}
    steps = value_history(
        [
            CALL, award, contract(240000), contract(255000, amendments=[{"rationale": "Mehr Beton"}]), contract(255000),
            contract(260000), contract(260000, implementation=final),
        ]
    )  # fmt: skip
    assert [(step.kind, step.identifier, step.amount, step.change) for step in steps] == told(
        ("estimate", None, 250000, None), ("award", "A1", 240000, None), ("contract", "C1", 240000, 0),
        ("contract", "C1", 255000, 15000), ("contract", "C1", 260000, 5000), ("final", "C1", 271000.5, 11000.5),
    )  # fmt: skip
    assert [step.release for step in steps] == [0, 1, 2, 3, 5, 6]
    assert steps[3].rationale == "Mehr Beton"


def test_value_history_other_currency_and_no_amount_not_compared() -> None:
    """Amounts of two currencies have no difference; what is no amount, or not made, is passed over."""
    steps = value_history(
        [
            {
                "tender": {"value": {"amount": "NaN"}},
                "awards": [{"id": "A0", "status": "pending", "value": {"amount": 1}}],
            },
            {"awards": [{"id": "A1", "value": {"amount": 10, "currency": "EUR"}}, 7], "contracts": "none"},
            {"contracts": [{"id": 1, "awardID": "A1", "value": {"amount": 10, "currency": "CHF"}}]},
        ]
    )
    assert [(step.kind, step.change) for step in steps] == [("award", None), ("contract", None)]
