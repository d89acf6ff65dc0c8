"""Counts of what a search can be narrowed to: the same as counting by hand, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ledger.index.database import Index
from ledger.index.facets import MOST_VALUES, NAMES, count
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter, ProcessRow, Status
from ledger.index.sync import Synchroniser
from tests.index.processes import process_row, put
from tests.index.test_synchronising import explained, publish
from tests.index.town import DAY, START, Town

OPEN, LATER = START, START + 100 * DAY

CHOICES: dict[str, tuple[Any, ...]] = {
    "buyer_name": (None, "Stadt Musterlingen", "Gemeinde Beispielau"),
    "mode": (None, "observed", "sealed"),
    "method": (None, "open", "direct"),
    "cpv": (None, "45", "33"),
    "year": (None, 2025, 2026),
    "place": (None, "Musterlingen", "DEA22"),
    "status": (None, Status.OPEN, Status.EVALUATION, Status.AWARDED),
    "q": (None, "schule"),
    "silent_days": (None, 30),
}


@pytest.fixture
def many(index: Index) -> Queries:
    """Sixty processes in which every value meets every other."""
    buyers, places = ("Stadt Musterlingen", "Gemeinde Beispielau", None), ("Musterlingen", "DEA22", None)
    put(
        index,
        [
            process_row(
                number,
                texts=["Neubau der Grundschule" if number % 4 else "Brücke"],
                buyer_name=buyers[number % 3],
                mode=("observed", "anchored", "sealed")[number // 2 % 3],
                procurement_method=("open", "direct", None)[number // 3 % 3],
                cpv=("45214200-2", "33100000-1", None)[number // 5 % 3],
                month=("2025-12", "2026-01")[number % 2],
                place=places[number // 4 % 3],
                phase=("tendering", "awarded")[number // 7 % 2],
                suspended=number % 11 == 0,
                deadline=None if number % 13 == 0 else START + number * DAY,
            )
            for number in range(1, 61)
        ],
    )
    return Queries(index)


def value_of(row: ProcessRow, name: str) -> str | None:
    """What a facet counts of a process."""
    if name == "cpv":
        return row.cpv and row.cpv[:2]
    column = {"method": "procurement_method", "year": "month"}.get(name, name)
    value = getattr(row, column)
    return None if value is None else str(value)[: 4 if name == "year" else None]


def test_facets_any_choice_each_counted_without_its_own_filter(many: Queries) -> None:
    """Whatever is chosen, a value's count is the length of the list one gets by choosing it."""

    @given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CHOICES.items()}), st.booleans())
    @settings(max_examples=40)
    def each(chosen: dict[str, Any], later: bool) -> None:
        wanted, now = ProcessFilter(**chosen), LATER if later else OPEN
        facets = many.facets(wanted, now=now)
        assert [facet.name for facet in facets] == list(NAMES)
        for facet in facets:
            nothing: dict[str, Any] = {facet.name: None}
            rows = many.processes(replace(wanted, **nothing), limit=200, now=now).items
            expected = Counter(value for row in rows if (value := value_of(row, facet.name)) is not None)
            found = {item.value: item.count for item in facet.values}
            assert {value: number for value, number in found.items() if number} == dict(expected)
            assert not facet.more
            marked = [item.value for item in facet.values if item.chosen]
            assert marked == ([] if chosen[facet.name] is None else [str(chosen[facet.name])])

    each()


def test_facets_more_values_than_told_commonest_and_the_chosen(index: Index) -> None:
    """A chosen value is told although it is rare, and that there are more."""
    put(index, [process_row(n, place=f"Ort {n if n < 20 else n % 5 + 20}") for n in range(1, 61)])
    (facet,) = [found for found in Queries(index).facets(ProcessFilter(place="Ort 7")) if found.name == "place"]
    assert len(facet.values) == MOST_VALUES
    assert facet.more
    assert [item.count for item in facet.values] == sorted((item.count for item in facet.values), reverse=True)
    assert [(item.value, item.count) for item in facet.values if item.chosen] == [("Ort 7", 1)]


def test_facets_silent_neither_suspended_nor_with_a_result(many: Queries) -> None:
    """A silent procedure's deadline passed more than so many days ago, and nothing was published since."""
    now = START + 61 * DAY
    rows = many.processes(ProcessFilter(silent_days=30), limit=200, now=now).items
    assert rows
    for row in rows:
        assert row.deadline is not None
        assert row.deadline < now - 30 * DAY
        assert (row.status, row.suspended) == (Status.EVALUATION, False)
    at_the_edge = many.processes(ProcessFilter(silent_days=30), limit=200, now=START + 31 * DAY + 1).items
    assert [row.ocid for row in at_the_edge] == ["ocds-a2ef3d-1"]
    assert many.processes(ProcessFilter(silent_days=30), now=START + 31 * DAY).total == 0


def test_facets_counting_reads_no_row_of_the_table(sqlite_index: Index) -> None:
    """All that is counted and filtered by stands in one index."""
    wanted = ProcessFilter(mode="sealed", year=2026, place="Musterlingen", buyer_name="Stadt", cpv="45", method="open")
    given_: list[tuple[str, Any]] = []
    with sqlite_index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *said: given_.append((said[2], said[3])))
        event.listen(*listening)
        count(connection, wanted, OPEN)
        Queries(sqlite_index).processes(wanted, now=OPEN)
        event.remove(*listening)
        plans = [explained(connection, *item) for item in given_ if "GROUP BY" in item[0] or "count(" in item[0]]
    assert len(plans) > len(NAMES)
    for plan in plans:
        assert "COVERING INDEX ix_processes_facets" in plan, plan


def test_facets_new_act_counted_at_once(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """What is kept is let go of with the next act, and with the second at which a status changes."""
    publish(town)
    synchroniser.run_once()
    queries = Queries(index)

    def told(now: int) -> dict[str, int]:
        (facet,) = [found for found in queries.facets(now=now) if found.name == "status"]
        return {item.value: item.count for item in facet.values}

    assert told(OPEN) == {"open": 1}
    publish(town, "ocds-a2ef3d-other")
    synchroniser.run_once()
    assert told(OPEN) == {"open": 2}
    (deadline,) = {row.deadline for row in queries.processes().items}
    assert deadline is not None
    assert told(deadline) == {"open": 2}
    assert told(deadline + 1) == {"evaluation": 2}
