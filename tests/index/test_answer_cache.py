"""Answers that are kept: for how long, and that nothing outlives what it was made from."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, event, update

from ledger.index.answer_cache import AnswerCache
from ledger.index.database import Index
from ledger.index.process_list import FEW
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter, ProcessRow, Sort, Status
from ledger.index.schema import processes
from ledger.index.status import last_second
from ledger.index.words import fold
from tests.index.processes import process_row, put
from tests.index.test_synchronising import explained
from tests.index.town import DAY, START


def test_kept_position_moved_nothing_of_the_old_is_found() -> None:
    """An answer is found at its position only, and what was made before a move is not kept after it."""
    kept: AnswerCache[str] = AnswerCache(10)
    assert kept.get(1, "a", 5) is None
    kept.put(1, "a", "old", 0, 9)
    assert kept.get(1, "a", 5) == "old"
    assert kept.get(2, "a", 5) is None
    kept.put(1, "a", "late", 0, 9)
    assert kept.get(2, "a", 5) is None
    kept.put(2, "a", "new", 0, 9)
    kept.clear()
    assert kept.get(2, "a", 5) is None


def test_kept_seconds_over_answer_is_made_anew() -> None:
    """An answer holds from its first to its last second, both included."""
    kept: AnswerCache[str] = AnswerCache(10)
    kept.get(1, "a", 5)
    kept.put(1, "a", "held", 5, 7)
    assert [kept.get(1, "a", now) for now in (4, 5, 7, 8)] == [None, "held", "held", None]


def test_kept_full_lets_go_of_what_was_not_asked_for_longest() -> None:
    """Sizes are added up; one that alone is too large is not kept and pushes nothing out."""
    kept: AnswerCache[str] = AnswerCache(10, len)
    kept.get(1, "", 0)
    for key, value in (("a", "1234"), ("b", "1234"), ("a", "123456")):
        kept.put(1, key, value, 0, 0)
    assert kept.get(1, "a", 0) == "123456"
    kept.get(1, "b", 0)
    kept.put(1, "c", "12", 0, 0)
    kept.put(1, "d", "1" * 11, 0, 0)
    assert {key: kept.get(1, key, 0) for key in "abcd"} == {"a": None, "b": "1234", "c": "12", "d": None}


def test_position_changed_by_any_writer_differs(index: Index, index_url: str) -> None:
    """Equal as long as nobody writes, whoever reads; different after a commit of ours and of another process. On
    PostgreSQL the server's own housekeeping may move it as well."""
    before = index.position()
    Queries(index).processes()
    assert index.position() == before or not index.is_here
    put(index, [process_row(1)])
    ours = index.position()
    assert ours != before
    engine = create_engine(index_url)
    with engine.begin() as connection:
        connection.execute(update(processes).values(title="von Hand"))
    assert index.position() != ours
    engine.dispose()


def test_position_database_gone_equals_no_other(index: Index) -> None:
    """Where it cannot be asked nobody knows; nothing that was kept may be answered. Later it is asked again."""
    index._watch = None
    known = index.position()
    assert index._watch is not None
    index._watch.driver_connection.close()
    unknown = index.position()
    assert unknown not in (known, index.position())
    assert type(index.position()) is type(known)


def test_facets_row_altered_by_hand_counted_at_once(index: Index, index_url: str) -> None:
    """Whoever writes past the software is seen as well: there is no minute for which counts are old."""
    put(index, [process_row(1, place="Musterlingen"), process_row(2, place="Musterlingen")])
    queries = Queries(index)

    def places() -> list[tuple[str, int]]:
        (facet,) = [found for found in queries.facets(now=START) if found.name == "place"]
        return [(item.value, item.count) for item in facet.values]

    assert places() == [("Musterlingen", 2)]
    engine = create_engine(index_url)
    with engine.begin() as connection:
        connection.execute(delete(processes).where(processes.c.ocid == "ocds-a2ef3d-2"))
    engine.dispose()
    assert places() == [("Musterlingen", 1)]
    assert queries.processes(now=START).total == 1


def test_kept_answers_written_here_are_let_go_of_at_once(index: Index) -> None:
    """What was erased is in memory no longer than in the index, though nobody asks again."""
    put(index, [process_row(1, place="Geheimdorf")])
    queries = Queries(index)
    queries.facets(now=START)
    assert "Geheimdorf" in repr(queries._kept._entries)
    with index.writing() as connection:
        connection.execute(update(processes).values(place=None))
    assert not queries._kept._entries


def test_silent_procedures_kept_until_the_next_one_falls_silent(index: Index) -> None:
    """Silence begins with a second of its own, at which no status changes."""
    put(index, [process_row(number, phase="evaluation", deadline=START + number) for number in (1, 3)])
    queries, silent = Queries(index), ProcessFilter(silent_days=30)
    totals = [queries.processes(silent, now=START + 30 * DAY + second).total for second in range(6)]
    assert totals == [0, 0, 1, 1, 2, 2]


def test_last_second_asked_of_indexes_alone(sqlite_index: Index) -> None:
    """Until when an answer holds is asked once for each: that must not read the table."""
    asked: list[tuple[str, Any]] = []
    with sqlite_index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        event.listen(*listening)
        last_second(connection, START, silent_days=30)
        event.remove(*listening)
        plans = [explained(connection, *each) for each in asked]
    assert len(plans) == 3
    for plan in plans:
        assert "USING COVERING INDEX" in plan, plan


VALUES: dict[str, tuple[Any, ...]] = {
    "buyer_name": ("Stadt Musterlingen", "Gemeinde Beispielau"),
    "mode": ("observed", "anchored", "sealed"),
    "method": ("open", "direct"),
    "cpv": ("45", "4521", "33"),
    "year": (2025, 2026),
    "place": ("Musterlingen", "DEA22"),
    "status": (Status.OPEN, Status.EVALUATION, Status.AWARDED, Status.STANDSTILL, Status.CONCLUDED),
    "q": ("schule", "brücke neubau"),
    "silent_days": (0, 10),
}


def drawn(draw: random.Random, number: int) -> dict[str, Any]:
    """A row of values that every other one may stand beside."""
    amount = draw.choice((None, "12.50", "1000"))
    return process_row(
        number,
        texts=[draw.choice(("Neubau der Grundschule", "Neubau einer Brücke", "Winterdienst"))],
        buyer_name=draw.choice((*VALUES["buyer_name"], None)),
        mode=draw.choice(VALUES["mode"]),
        procurement_method=draw.choice(("open", "direct", None)),
        cpv=draw.choice(("45214200-2", "45300000-0", "33100000-1", None)),
        month=draw.choice(("2025-11", "2025-12", "2026-01")),
        place=draw.choice((*VALUES["place"], None)),
        phase=draw.choice(("tendering", "evaluation", "awarded", "concluded")),
        deadline=draw.choice((None, START - 20 * DAY, START + draw.randrange(60) * DAY)),
        standstill_until=draw.choice((None, START + draw.randrange(60) * DAY)),
        suspended=draw.random() < 0.1,
        award_amount=amount,
        award_currency=amount and draw.choice(("EUR", "CHF")),
        first_time=START + draw.randrange(1_000),
        last_time=START + draw.randrange(1_000),
    )


def status_of(row: dict[str, Any], now: int) -> str:
    """By hand what ``ledger.index.status`` says in SQL."""
    if row["phase"] == "tendering":
        return "open" if row["deadline"] is None or row["deadline"] >= now else "evaluation"
    stands_still = row["phase"] == "awarded" and row["standstill_until"] is not None and row["standstill_until"] >= now
    return "standstill" if stands_still else str(row["phase"])


def value_of(row: dict[str, Any], name: str, now: int) -> str | None:
    """What a facet counts of a row."""
    if name == "status":
        return status_of(row, now)
    column = {"method": "procurement_method", "year": "month"}.get(name, name)
    value = row[column]
    return None if value is None else str(value)[: {"cpv": 2, "year": 4}.get(name)]


def passes(row: dict[str, Any], filter: ProcessFilter, now: int) -> bool:
    """A filter, naively."""
    silent = filter.silent_days is None or (
        row["phase"] in ("tendering", "evaluation")
        and row["deadline"] is not None
        and row["deadline"] < now - filter.silent_days * DAY
        and not row["suspended"]
    )
    words = (filter.q or "").split()
    return (
        silent
        and all(fold(word) in row["search"] for word in words)
        and (filter.cpv is None or (row["cpv"] or "").startswith(filter.cpv))
        and all(
            getattr(filter, name) is None or str(getattr(filter, name)) == value_of(row, name, now)
            for name in ("buyer_name", "mode", "method", "year", "place", "status")
        )
    )


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets from how many processes on a list is gone through in its order."""
    return lambda few: monkeypatch.setattr("ledger.index.process_list.FEW", few)


def test_answers_random_filters_equal_a_naive_count(index: Index, ordered: Callable[[int], None]) -> None:
    """Lists, totals, facets and statistics of whatever is chosen, at moments that statuses change between, each asked
    twice so that the kept answer is seen as well; after rows were altered, too."""
    draw = random.Random(20261128)
    rows = [drawn(draw, number) for number in range(1, 301)]
    put(index, rows)
    queries = Queries(index)
    for turn in range(60):
        if turn % 20 == 19:
            changed = draw.choice(rows)
            changed["place"], changed["phase"] = draw.choice(VALUES["place"]), "tendering"
            with index.writing() as connection:
                this = processes.c.process_id == changed["process_id"]
                connection.execute(update(processes).where(this).values(place=changed["place"], phase=changed["phase"]))
        ordered(draw.choice((0, FEW)))
        chosen = {name: draw.choice(values) for name, values in VALUES.items() if draw.random() < 0.2}
        filter = ProcessFilter(**chosen, sort=draw.choice((Sort.UPDATED, Sort.PUBLISHED)))
        now = START + draw.randrange(60) * DAY + draw.choice((0, 1))
        for _ in range(2):
            _require_same(queries, rows, filter, now)


def _require_same(queries: Queries, rows: list[dict[str, Any]], filter: ProcessFilter, now: int) -> None:
    expected = [row for row in rows if passes(row, filter, now)]
    time = "last_time" if filter.sort is Sort.UPDATED else "first_time"
    expected.sort(key=lambda row: (-row[time], row["process_id"]))
    found: list[ProcessRow] = []
    cursor = None
    while True:
        page = queries.processes(filter, cursor, 50, now=now)
        assert page.total == len(expected)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [row.process_id for row in found] == [row["process_id"] for row in expected]
    for facet in queries.facets(filter, now=now):
        without: dict[str, Any] = {facet.name: None}
        others = [row for row in rows if passes(row, replace(filter, **without), now)]
        counted = Counter(value for row in others if (value := value_of(row, facet.name, now)) is not None)
        assert {item.value: item.count for item in facet.values if item.count} == dict(counted), facet
    statistics = queries.statistics(filter, now=now)
    assert statistics.processes == len(expected)
    assert dict(statistics.statuses) == dict(Counter(status_of(row, now) for row in expected))
    assert dict(statistics.months) == dict(Counter(row["month"] for row in expected))
    sums: dict[tuple[str, str], Decimal] = {}
    for row in expected:
        if row["cpv"] and row["award_amount"]:
            at = row["award_currency"], row["cpv"][:2]
            sums[at] = sums.get(at, Decimal()) + Decimal(row["award_amount"])
    assert {(each.currency, each.division): each.amount for each in statistics.divisions} == sums
