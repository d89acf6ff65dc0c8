"""The process list: filters, orders, pages, and statuses that follow from dates."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from ledger.errors import InvalidCursor, InvalidParameter, OrganisationUnknown, ProcessUnknown
from ledger.index.database import Index
from ledger.index.process_list import _fingerprint
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter, Sort, Status
from ledger.index.sync import Synchroniser
from tests.index.test_synchronising import explained
from tests.index.town import DAY, START, Town, release

TITLES = ("Äpfel für die Schule", "Brücke am Markt", "50 % mehr_Licht", "Straßenbau", "STRASSENBAU Nord")
DEADLINES = ("2026-01-10", "2026-01-12", None, "2026-01-11", "2026-01-09")


@pytest.fixture
def queries(town: Town, index: Index) -> Queries:
    """Five tenders of the buyer, one also seen by the observer."""
    for number, (title, deadline) in enumerate(zip(TITLES, DEADLINES, strict=True), 1):
        ocid = f"ocds-a2ef3d-{number}"
        period: dict[str, Any] = {"endDate": f"{deadline}T10:00:00Z"} if deadline else {}
        items = [{"id": "1", "classification": {"scheme": "CPV", "id": f"4521612{number}-8"}}]
        digest = town.keep(release(ocid, title=title, tenderPeriod=period, items=items))
        town.notice(ocid, digest)
    seen = town.keep(release("ocds-a2ef3d-1", title="Gesehen"))
    town.notice("ocds-a2ef3d-1", seen, organisation=town.observer)
    Synchroniser(index, town.chain, town.store).run_once()
    return Queries(index)


def ocids(queries: Queries, filter: ProcessFilter, **named: Any) -> list[str]:
    """The last part of the ocids that pass, in order."""
    return [row.ocid.removeprefix("ocds-a2ef3d-") for row in queries.processes(filter, **named).items]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("äpfel", ["1"]),
        ("ÄPFEL schule", ["1"]),
        ("strassenbau", ["4", "5"]),
        ("50 %", ["3"]),
        ("mehr_", ["3"]),
        ("e_i", []),
        ("musterlingen brücke", ["2"]),
        ("a2ef3d-2", ["2"]),
        ("nirgends", []),
    ],
)
def test_processes_searched_by_words_found(queries: Queries, text: str, expected: list[str]) -> None:
    """Every word must occur; case, umlauts and ß do not matter, wildcards are ordinary characters."""
    assert sorted(ocids(queries, ProcessFilter(q=text, mode="anchored"))) == expected


def test_processes_filtered_by_each_field_narrowed(town: Town, queries: Queries) -> None:
    """Mode, buyer, ocid, CPV prefix and first date each narrow the list."""
    assert ocids(queries, ProcessFilter(mode="observed")) == ["1"]
    assert ocids(queries, ProcessFilter(organisation_id=town.observer)) == ["1"]
    assert len(ocids(queries, ProcessFilter(ocid="ocds-a2ef3d-1"))) == 2
    assert ocids(queries, ProcessFilter(cpv="45216123")) == ["3"]
    assert ocids(queries, ProcessFilter(cpv="452161%")) == []
    times = sorted(row.first_time for row in queries.processes().items)
    assert len(ocids(queries, ProcessFilter(published_from=times[2], published_to=times[4]))) == 3


def test_processes_status_follows_the_clock(queries: Queries) -> None:
    """Open up to and including the second of the deadline, then under evaluation; nothing was written meanwhile."""
    deadline = queries.processes_by_ocid("ocds-a2ef3d-2")[0].deadline
    assert deadline is not None
    for now, status in ((deadline, Status.OPEN), (deadline + 1, Status.EVALUATION)):
        assert queries.processes_by_ocid("ocds-a2ef3d-2", now=now)[0].status is status
        assert "2" in ocids(queries, ProcessFilter(status=status), now=now)
    assert "3" in ocids(queries, ProcessFilter(status=Status.OPEN), now=deadline + 1000 * DAY)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.UPDATED, ["1", "5", "4", "3", "2", "1"]),
        (Sort.PUBLISHED, ["1", "5", "4", "3", "2", "1"]),
        (Sort.DEADLINE, ["4", "2", "5", "1", "3"]),
    ],
)
def test_processes_sorted_and_paged_every_one_once(queries: Queries, sort: Sort, expected: list[str]) -> None:
    """Pages of two give the same order as one page, each process once, whatever the order."""
    mode = "anchored" if sort is Sort.DEADLINE else None
    wanted = ProcessFilter(sort=sort, mode=mode)
    now = START + 6 * DAY - 60 * 60  # 2026-01-11 07:00: two deadlines lie ahead
    assert ocids(queries, wanted, now=now) == expected
    paged, cursor = [], None
    while True:
        page = queries.processes(wanted, cursor, 2, now=now if cursor is None else now + 90 * DAY)
        paged += [row.ocid.removeprefix("ocds-a2ef3d-") for row in page.items]
        assert page.total == len(expected)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == expected


def test_processes_by_title_paged_no_one_lost(queries: Queries) -> None:
    """By title, too, pages of one add up to the whole list."""
    wanted = ProcessFilter(sort=Sort.TITLE)
    whole = [row.process_id for row in queries.processes(wanted).items]
    paged, cursor = [], None
    for _ in whole:
        page = queries.processes(wanted, cursor, 1)
        paged += [row.process_id for row in page.items]
        cursor = page.next_cursor
    assert (paged, cursor) == (whole, None)


def test_processes_by_deadline_paged_over_one_at_the_end_of_64_bits(town: Town, index: Index, queries: Queries) -> None:
    """The list takes its own cursor back, also where the last row of a page ends later than any calendar, or before
    1970."""
    town.accept_key_set()
    for ocid, deadline in (("ocds-a2ef3d-6", 2**63 - 1), ("ocds-a2ef3d-7", 2**64 - 1)):
        town.tender(ocid, town.keep(release(ocid)), deadline)
    old = town.keep(release("ocds-a2ef3d-8", tenderPeriod={"endDate": "1949-05-23T12:00:00Z"}))
    town.notice("ocds-a2ef3d-8", old)
    Synchroniser(index, town.chain, town.store).run_once()
    wanted = ProcessFilter(sort=Sort.DEADLINE)
    whole = [row.process_id for row in queries.processes(wanted, now=START).items]
    paged, cursor = [], None
    for _ in whole:
        page = queries.processes(wanted, cursor, 1, now=START)
        paged += [row.process_id for row in page.items]
        cursor = page.next_cursor
    assert (paged, cursor) == (whole, None)


def test_processes_new_act_between_pages_nobody_lost(town: Town, index: Index, queries: Queries) -> None:
    """A process that is updated while somebody pages moves to the front; the others are all still seen."""
    page = queries.processes(limit=3)
    town.notice("ocds-a2ef3d-2", town.keep(release("ocds-a2ef3d-2", 2)))
    Synchroniser(index, town.chain, town.store).run_once()
    rest = queries.processes(cursor=page.next_cursor, limit=200)
    seen = {row.process_id for row in (*page.items, *rest.items)}
    assert seen >= {row.process_id for row in queries.processes().items} - {town.process("ocds-a2ef3d-2")}


def test_processes_foreign_cursor_refused(queries: Queries) -> None:
    """A cursor belongs to the list, filter and order that gave it out."""
    cursor = queries.processes(limit=1).next_cursor
    assert cursor is not None
    whole = orjson.loads(base64.urlsafe_b64decode(cursor + "=="))
    forged = [
        "", "!", "AAAA", base64.urlsafe_b64encode(b"[]").decode(), base64.urlsafe_b64encode(b"7").decode(),
        base64.urlsafe_b64encode(orjson.dumps(whole[:-1])).decode(),
        base64.urlsafe_b64encode(orjson.dumps([*whole[:2], "text", whole[-1]])).decode(),
        base64.urlsafe_b64encode(orjson.dumps([*whole[:2], 2**64 - 1, whole[-1]])).decode(),
        base64.urlsafe_b64encode(orjson.dumps([whole[0], 2**63, *whole[2:]])).decode(),
        base64.urlsafe_b64encode(orjson.dumps([*whole[:-1], "zz"])).decode(),
        "ü",
    ]  # fmt: skip
    for text in forged:
        with pytest.raises(InvalidCursor):
            queries.processes(cursor=text)
    with pytest.raises(InvalidCursor):
        queries.processes(ProcessFilter(sort=Sort.TITLE), cursor)
    with pytest.raises(InvalidCursor):
        queries.processes(ProcessFilter(q="x"), cursor)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_processes_limit_out_of_range_refused(queries: Queries, limit: int) -> None:
    """From 1 to 200."""
    with pytest.raises(InvalidParameter):
        queries.processes(limit=limit)


def test_process_unknown_refused_everywhere(queries: Queries) -> None:
    """Every question about a process that is not there says so, an empty list would be a lie."""
    nothing = b"\x01" * 32
    for ask in (queries.process, queries.whole_process, queries.acts, queries.releases, queries.rounds):
        with pytest.raises(ProcessUnknown):
            ask(nothing)
    with pytest.raises(OrganisationUnknown):
        queries.organisation(nothing)


def test_lookup_release_and_file_lead_to_their_act(town: Town, queries: Queries) -> None:
    """Both the anchored digest and the plain SHA-256 of the file people hold lead to the act."""
    row = queries.releases(town.process("ocds-a2ef3d-4"))[0]
    assert row.plain_digest is not None
    (by_digest,), (by_file,) = queries.lookup(row.digest), queries.lookup(row.plain_digest)
    assert (by_digest.kind, by_file.kind) == ("release", "file")
    assert by_digest.ocid == by_file.ocid == "ocds-a2ef3d-4"
    assert by_file.release == row.digest
    assert by_file.sequence == row.sequence == 1


@pytest.mark.parametrize(
    ("asked", "goes_by"),
    [
        (ProcessFilter(), "ix_processes_last_time_process_id"),
        (ProcessFilter(sort=Sort.PUBLISHED), "ix_processes_first_time_process_id"),
        (ProcessFilter(organisation_id=bytes(32)), "ix_processes_organisation_id_last_time"),
        (ProcessFilter(ocid="ocds-a2ef3d-1"), "ix_processes_ocid"),
    ],
    ids=["updated", "published", "organisation", "ocid"],
)
@pytest.mark.parametrize("page", ["first", "next"])
def test_processes_page_goes_by_an_index(
    queries: Queries, index: Index, asked: ProcessFilter, goes_by: str, page: str
) -> None:
    """What a page costs must not grow with the list, at no depth: the rows come from an index, in its order and from
    the cursor on. What the list's length costs alone is its total, which is counted."""
    cursor = None
    if page == "next":
        cursor = queries.processes(ProcessFilter(sort=asked.sort), None, 2).next_cursor
        assert cursor is not None
        whole = orjson.loads(base64.urlsafe_b64decode(cursor + "=="))
        cursor = base64.urlsafe_b64encode(orjson.dumps([_fingerprint(asked), *whole[1:]])).decode().rstrip("=")
    given: list[tuple[str, Any]] = []
    with index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *said: given.append((said[2], said[3])))
        event.listen(*listening)
        queries.processes(asked, cursor, 2)
        event.remove(*listening)
        (rows, values) = next(item for item in given if "ORDER BY" in item[0])
        plan = explained(connection, rows, values)
    assert goes_by in plan, plan
    if page == "next" and goes_by.endswith("time_process_id"):
        bounded = [line for line in plan.splitlines() if "SEARCH" in line or "Index Cond" in line]
        assert any("_time <" in line or "_time<" in line for line in bounded), plan
