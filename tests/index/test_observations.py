"""What pulls found, from the ledger and the anchored documents: shown, rebuilt, checked, and never another's."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest
from sqlalchemy import select, update

from ledger.chain.acts import RecordObservation
from ledger.errors import InvalidCursor
from ledger.index import schema
from ledger.index.check import DifferenceKind, check
from ledger.index.compare import OBSERVED_COLUMNS
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import FindingRow
from ledger.index.sync import Synchroniser
from ledger.ocds.differences import Change
from ledger.ocds.digest import new_salt
from ledger.ocds.observation import Day, Finding, FindingKind, Observation, Seen
from ledger.store import StoreClass
from tests.index.town import START, Town, release

ROAD, HALL = "ocds-a2ef3d-road", "ocds-a2ef3d-hall"
PRICE = Change("tender/value/amount", (), 250000, 990000)
LATER_FILE, FILE = b"\x11" * 32, b"\x12" * 32


@pytest.fixture
def observed(town: Town) -> dict[str, bytes]:
    """Two processes that an observer anchored; the digests of their releases."""
    found = {ocid: town.keep(release(ocid, title=f"Bau von {ocid}")) for ocid in (ROAD, HALL)}
    for ocid, digest in found.items():
        town.notice(ocid, digest, organisation=town.observer)
    return found


def finding(kind: FindingKind, ocid: str, digest: bytes, **more: Any) -> Finding:
    """A finding about the first release of a process."""
    return Finding(kind, "2026-01-05", ocid, f"{ocid}-01", digest, **more)


def observation(*findings: Finding, **more: Any) -> Observation:
    """What a pull found."""
    service = "https://notices.invalid/api"
    return Observation(service, "ocds.zip", ("Stadt",), START, None, findings=findings, **more)


def record(town: Town, content: Observation | bytes, organisation: bytes | None = None) -> bytes:
    """Keep the document and anchor its digest; the digest."""
    data = content if isinstance(content, bytes) else content.write()
    digest = town.store.put(StoreClass.PUBLIC, data, salt=new_salt())
    anchor(town, digest, organisation)
    return digest


def anchor(town: Town, digest: bytes, organisation: bytes | None = None) -> None:
    """Anchor a digest as an observation."""
    town.chain.send(RecordObservation(organisation or town.observer, town.expires(), digest), town.publisher)


def told(rows: tuple[FindingRow, ...]) -> list[tuple[str, str, bool]]:
    """Kind, process and whether it stands."""
    return [(row.finding, row.ocid, row.stands) for row in rows]


def test_findings_are_rows_until_they_are_taken_back(
    town: Town, index: Index, synchroniser: Synchroniser, observed: dict[str, bytes]
) -> None:
    """The latest first, each with its evidence; a notice that reappeared has not vanished any more."""
    queries = Queries(index)
    changed = finding(FindingKind.CHANGED, ROAD, observed[ROAD], was=FILE, now=LATER_FILE, changes=(PRICE,))
    vanished = finding(FindingKind.VANISHED, HALL, observed[HALL], was=FILE)
    days = (Day("2026-01-05", (Seen("2026-01-05", ROAD, f"{ROAD}-01", observed[ROAD], FILE, FILE),)),)
    digest = record(town, observation(changed, vanished, days=days))
    synchroniser.run_once()
    page = queries.findings()
    assert (told(page.items), page.total) == ([("vanished", HALL, True), ("changed", ROAD, True)], 2)
    row = page.items[1]
    assert (row.process_id, row.title, row.observation) == (
        town.process(ROAD, town.observer),
        f"Bau von {ROAD}",
        digest,
    )
    assert (row.was, row.now, row.changes, row.pulled) == (FILE, LATER_FILE, (PRICE,), START)
    assert (row.sequence, row.block_number) == (3, town.chain.block_number())
    record(town, observation(finding(FindingKind.REAPPEARED, HALL, observed[HALL])))
    synchroniser.run_once()
    assert told(queries.findings().items) == [
        ("reappeared", HALL, True),
        ("vanished", HALL, False),
        ("changed", ROAD, True),
    ]
    assert told(queries.whole_process(town.process(ROAD, town.observer)).findings) == [("changed", ROAD, True)]
    assert told(queries.findings(FindingKind.CHANGED).items) == [("changed", ROAD, True)]
    assert queries.findings(None, town.buyer).items == ()


def test_findings_one_by_one_are_the_same_list(
    town: Town, index: Index, synchroniser: Synchroniser, observed: dict[str, bytes]
) -> None:
    """Cursors lead through all of them; one that the list did not give out is refused."""
    for _ in range(2):
        record(town, observation(*(finding(FindingKind.VANISHED, ocid, observed[ocid]) for ocid in (ROAD, HALL))))
    synchroniser.run_once()
    queries = Queries(index)
    whole = queries.findings()
    cursor, found = None, list[FindingRow]()
    while True:
        page = queries.findings(cursor=cursor, limit=1)
        assert page.total == 4
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert tuple(found) == whole.items
    for wrong in ("", "x", "WzEsMl0", "WzEsMiwtM10", "bnVsbA"):
        with pytest.raises(InvalidCursor):
            queries.findings(cursor=wrong)


def test_rebuild_finds_the_same_and_the_check_nothing(
    town: Town, index: Index, synchroniser: Synchroniser, observed: dict[str, bytes]
) -> None:
    """Findings survive a rebuild: they come from ledger and store alone."""
    record(town, observation(finding(FindingKind.CHANGED, ROAD, observed[ROAD], now=FILE, changes=(PRICE,))))
    synchroniser.run_once()
    before = index.digest()
    synchroniser.rebuild()
    assert index.digest() == before
    assert told(Queries(index).findings().items) == [("changed", ROAD, True)]
    assert check(index, town.chain, town.store) == ()


def test_findings_of_another_organisation_stay_with_its_own_processes(
    town: Town, sqlite_index: Index, observed: dict[str, bytes]
) -> None:
    """An observer cannot make a notice vanish from the page of the buyer's own process, nor the other way round."""
    town.notice(ROAD, town.keep(release(ROAD)))
    record(town, observation(finding(FindingKind.VANISHED, ROAD, observed[ROAD])))
    Synchroniser(sqlite_index, town.chain, town.store).run_once()
    queries = Queries(sqlite_index)
    assert queries.whole_process(town.process(ROAD)).findings == ()
    assert told(queries.whole_process(town.process(ROAD, town.observer)).findings) == [("vanished", ROAD, True)]


def lost(town: Town, digest: bytes) -> None:
    """The document is gone from the store."""
    town.store.path(digest).unlink()


def forged(town: Town, digest: bytes) -> None:
    """The document says something else."""
    path = town.store.path(digest)
    path.write_bytes(path.read_bytes().replace(b'"vanished"', b'"restored"'))


@pytest.mark.parametrize(
    ("happens", "kind"), [(lost, DifferenceKind.DOCUMENT_MISSING), (forged, DifferenceKind.DOCUMENT_ALTERED)]
)
def test_document_that_was_tampered_with_is_named_and_the_finding_stays(
    town: Town,
    sqlite_index: Index,
    observed: dict[str, bytes],
    happens: Callable[[Town, bytes], None],
    kind: DifferenceKind,
) -> None:
    """Whoever removes or alters the evidence is told of, and what was found is still shown from the verified copy."""
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    digest = record(town, observation(finding(FindingKind.VANISHED, ROAD, observed[ROAD])))
    synchroniser.run_once()
    happens(town, digest)
    (difference,) = check(sqlite_index, town.chain, town.store)
    assert (difference.kind, difference.was) == (kind, digest.hex())
    assert f"(act 3 of organisation {town.observer.hex()})" in difference.text()
    assert told(Queries(sqlite_index).findings().items) == [("vanished", ROAD, True)]


def test_document_that_arrives_later_is_taken_in(
    town: Town, index: Index, synchroniser: Synchroniser, observed: dict[str, bytes]
) -> None:
    """The act may be read before its document is there, on another machine for example."""
    salt, data = new_salt(), observation(finding(FindingKind.VANISHED, ROAD, observed[ROAD])).write()
    digest = town.store.put(StoreClass.PUBLIC, data, salt=salt)
    town.store.path(digest).unlink()
    anchor(town, digest)
    synchroniser.run_once()
    assert Queries(index).findings().items == ()
    assert [found.kind for found in check(index, town.chain, town.store)] == [DifferenceKind.DOCUMENT_MISSING]
    town.store.put(StoreClass.PUBLIC, data, salt=salt)
    synchroniser.run_once()
    assert told(Queries(index).findings().items) == [("vanished", ROAD, True)]
    assert check(index, town.chain, town.store) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"format":"siegel/1 observation"}',
        b'{"format":"siegel/2 observation"}',
        observation(Finding(FindingKind.VANISHED, "2026-01-05", "o", "\x00", b"\x01" * 32)).write(),
        observation(Finding(FindingKind.VANISHED, "2026-01-05", "", "", b"\x01" * 32)).write(),
        observation(Finding(FindingKind.VANISHED, "2026-01-05", "o", "SURROGATE", b"\x01" * 32))
        .write()
        .replace(b"SURROGATE", b"\\ud800"),
        observation(Finding(FindingKind.VANISHED, "2026-01-05", "o", "r", b"\x01" * 32))
        .write()
        .replace(b"-05", b"-45"),
    ],
    ids=["empty", "no text", "list", "nothing", "another format", "NUL", "no names", "half a character", "no day"],
)
def test_any_document_cannot_stop_the_index(town: Town, index: Index, synchroniser: Synchroniser, data: bytes) -> None:
    """Anybody entitled may anchor anything as an observation."""
    record(town, data)
    synchroniser.run_once()
    assert check(index, town.chain, town.store) == ()
    with index.reading() as connection:
        (row,) = connection.execute(select(schema.observations))
    assert (row.condition, row.findings) in {("unreadable", 0), ("intact", 1)}


def test_release_recorded_as_an_observation_leaves_its_copy_alone(
    town: Town, sqlite_index: Index, observed: dict[str, bytes]
) -> None:
    """Or an alteration of the release could not be explained any more; and its text is kept by nothing but itself."""
    anchor(town, observed[ROAD])
    Synchroniser(sqlite_index, town.chain, town.store).run_once()
    path = town.store.path(observed[ROAD])
    path.write_bytes(path.read_bytes().replace(b"250000", b"950000"))
    found = check(sqlite_index, town.chain, town.store)
    assert [(each.kind, each.where, each.was) for each in found if each.ocid == ROAD] == [
        (DifferenceKind.DOCUMENT_ALTERED, "/tender/value/amount", "250000")
    ]


def test_every_column_altered_in_turn_is_found(town: Town, index: Index, observed: dict[str, bytes]) -> None:
    """Nobody can make a finding out of the database unseen, nor a row into it."""
    changed = finding(FindingKind.CHANGED, ROAD, observed[ROAD], was=FILE, now=LATER_FILE, changes=(PRICE,))
    record(town, observation(changed, finding(FindingKind.MOVED, HALL, observed[HALL], moved_from="2026-01-04")))
    Synchroniser(index, town.chain, town.store).run_once()
    tried = 0
    for table in schema.OF_OBSERVATIONS:
        with index.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(table))]
        keys = [column.name for column in table.primary_key.columns]
        for column in table.columns:
            if column.name in keys or column.name in OBSERVED_COLUMNS.get(table.name, ()):
                continue
            row = next(filter(itemgetter(column.name), rows), rows[0])
            where = [table.c[key] == row[key] for key in keys]
            forged = b"\x09" * 32 if column.type.python_type is bytes else 77 if column.type.python_type is int else "x"
            with index.writing() as connection:
                connection.execute(update(table).where(*where).values({column.name: forged}))
            found = check(index, town.chain, town.store)
            assert [item.where for item in found] == [f"{table.name}.{column.name}"]
            with index.writing() as connection:
                connection.execute(update(table).where(*where).values({column.name: row[column.name]}))
            tried += 1
        with index.writing() as connection:
            connection.execute(table.delete().where(table.c.block_number == rows[0]["block_number"]))
        assert {item.kind for item in check(index, town.chain, town.store)} == {DifferenceKind.ROW_MISSING}
        with index.writing() as connection:
            connection.execute(table.insert(), rows)
    assert tried == 21
    assert check(index, town.chain, town.store) == ()


def test_lookup_names_document_and_changed_file(town: Town, sqlite_index: Index, observed: dict[str, bytes]) -> None:
    """Whoever holds the changed file learns which notice it was found in the place of."""
    changed = finding(FindingKind.CHANGED, ROAD, observed[ROAD], was=FILE, now=LATER_FILE)
    digest = record(town, observation(changed))
    Synchroniser(sqlite_index, town.chain, town.store).run_once()
    queries = Queries(sqlite_index)
    (document,) = queries.lookup(digest)
    assert (document.kind, document.ocid, document.act) == ("observation", "", "ObservationRecorded")
    (file,) = queries.lookup(LATER_FILE)
    assert (file.kind, file.ocid, file.release) == ("changed", ROAD, observed[ROAD])
    assert queries.lookup(FILE) == ()


def test_reorganised_observation_is_gone(reorganising: Town, sqlite_index: Index) -> None:
    """With its findings and its copy; recorded anew it is there again."""
    town = reorganising
    anchored = town.keep(release(ROAD))
    town.notice(ROAD, anchored, organisation=town.observer)
    digest = record(town, observation(finding(FindingKind.VANISHED, ROAD, anchored)))
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    town.chain.transport.request("anvil_reorg", [1, []])
    synchroniser.run_once()
    with sqlite_index.reading() as connection:
        for table in (*schema.OF_OBSERVATIONS, schema.copies):
            found = connection.execute(select(table)).all()
            assert [row.digest for row in found] == ([anchored] if table is schema.copies else [])
    town.chain.transport.request("anvil_setNonce", ["0x" + town.publisher.account.hex(), hex(1)])
    anchor(town, digest)
    synchroniser.run_once()
    assert told(Queries(sqlite_index).findings().items) == [("vanished", ROAD, True)]
