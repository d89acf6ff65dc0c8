"""What two officers erased as a whole leaves the index: rows, search text, copy, and the bytes in its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from ledger.chain.acts import EraseFields
from ledger.index import schema
from ledger.index.check import DifferenceKind, check
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import Condition, ProcessFilter
from ledger.index.sync import Synchroniser
from ledger.store import ReleaseStore, State, StoreClass
from ledger.terms import NoticeKind
from tests.index.test_synchronising import OCID, publish
from tests.index.town import Town, release

NAME = "Roswitha Beispielmann"
LONG = f"{NAME} " * 2_000  # fills pages of its own


@pytest.fixture
def releases(town: Town, tmp_path: Path) -> ReleaseStore:
    """The part that erases in the store."""
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    state.migrate()
    return ReleaseStore(town.store, state)


def record_erasure(town: Town, ref: int, subject: bytes, ocid: str = OCID) -> None:
    """FieldsErased by two officers; the release's own digest as subject erases all of it."""
    town.jointly(EraseFields(town.call(ocid, ground=b"\x07" * 32), ref, subject))


def copied(index: Index) -> set[bytes]:
    """The digests of which the index holds a copy."""
    with index.reading() as connection:
        return set(connection.execute(select(schema.copies.c.digest)).scalars())


def found_by_name(index: Index) -> int:
    """How many processes a search for the name finds."""
    return Queries(index).processes(ProcessFilter(q=NAME)).total


def test_run_release_erased_after_its_act_leaves_nothing(
    town: Town, index: Index, synchroniser: Synchroniser, releases: ReleaseStore
) -> None:
    """The act is recorded, then the store erases: the next run has no value of the release left."""
    publish(town)
    digest = publish(town, number=2, title=NAME)
    synchroniser.run_once()
    assert found_by_name(index) == 1
    (file,) = [row.digest for row in _file_of(index, digest)]
    record_erasure(town, 2, digest)
    releases.erase_release(digest, "art. 17 GDPR")
    synchroniser.run_once()
    kept, erased = Queries(index).releases(town.process(OCID))
    assert (kept.condition, erased.condition, erased.title) == (Condition.INTACT, Condition.ERASED, None)
    assert (erased.plain_digest, erased.size, erased.problem) == (None, None, "erased by act 3")
    assert found_by_name(index) == 0
    assert Queries(index).process(town.process(OCID)).title == "Neubau der Feuerwache"
    assert digest not in copied(index)
    assert Queries(index).lookup(file) == ()
    assert check(index, town.chain, town.store) == ()


def test_run_act_recorded_before_the_store_erased_nothing_waits_for_the_store(
    town: Town, index: Index, synchroniser: Synchroniser, releases: ReleaseStore
) -> None:
    """What two officers erased is not read again, whether this home has carried it out, will, or got it back."""
    digest = publish(town, title=NAME)
    synchroniser.run_once()
    record_erasure(town, 1, digest)
    synchroniser.run_once()
    assert (found_by_name(index), copied(index)) == (0, set())
    before = index.digest()
    releases.erase_release(digest, "art. 17 GDPR")
    synchroniser.run_once()
    assert index.digest() == before
    assert check(index, town.chain, town.store) == ()
    synchroniser.rebuild()
    assert index.digest() == before


def test_run_release_that_named_the_buyer_erased_organisation_forgets_the_name(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """What an organisation is called comes from a release, too."""
    content = release(OCID)
    content["buyer"]["name"] = NAME
    digest = town.keep(content)
    town.notice(OCID, digest)
    synchroniser.run_once()
    assert Queries(index).organisation(town.buyer).name == NAME
    record_erasure(town, 1, digest)
    synchroniser.run_once()
    assert Queries(index).organisation(town.buyer).name is None


def test_run_embargoed_release_disclosed_organisation_is_named(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """A release that arrives without an act changes the organisation's name as one that comes with its act does."""
    digest = town.keep(release(OCID), StoreClass.CONFIDENTIAL)
    town.notice(OCID, digest, NoticeKind.EMBARGOED)
    synchroniser.run_once()
    town.store.reclassify(digest, StoreClass.PUBLIC)
    synchroniser.run_once()
    assert Queries(index).organisation(town.buyer).name == "Stadt Musterlingen"
    assert check(index, town.chain, town.store) == ()


def test_check_act_that_erases_fields_does_not_cover_a_tombstone(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """Who may erase a field has not been allowed to take the whole release away."""
    digest = publish(town)
    synchroniser.run_once()
    record_erasure(town, 1, b"\x08" * 32)  # a list of fields
    synchroniser.run_once()
    town.store.reclassify(digest, StoreClass.ERASABLE)
    town.store.erase(digest, "nobody's decision")
    found = check(index, town.chain, town.store)
    assert [each.kind for each in found] == [DifferenceKind.DOCUMENT_MISSING]
    synchroniser.rebuild()
    (row,) = Queries(index).releases(town.process(OCID))
    assert (row.condition, row.problem) == (Condition.MISSING, "erased, but no act says so")


def test_check_act_that_names_another_release_does_not_cover_a_tombstone(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """Act and release must belong together: ``subject`` is what act ``ref`` published."""
    first, second = publish(town), publish(town, number=2)
    record_erasure(town, 1, second)
    synchroniser.run_once()
    conditions = [row.condition for row in Queries(index).releases(town.process(OCID))]
    assert conditions == [Condition.INTACT, Condition.INTACT]
    assert copied(index) == {first, second}


def test_check_erased_release_written_back_into_its_row_is_told(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """A row that says what was erased is an altered row, not one that the next run would correct."""
    digest = publish(town)
    synchroniser.run_once()
    record_erasure(town, 1, digest)
    synchroniser.run_once()
    with index.writing() as connection:
        connection.execute(update(schema.releases).values(condition="intact", title=NAME))
    (told,) = check(index, town.chain, town.store)
    assert (told.kind, told.where, told.was, told.now) == (
        DifferenceKind.ROW_ALTERED, "releases.title", None, NAME,
    )  # fmt: skip


def test_run_two_acts_with_one_release_erased_at_both(
    town: Town, index: Index, synchroniser: Synchroniser, releases: ReleaseStore
) -> None:
    """The erasure is of the release, not of one of the acts that anchor it."""
    digest = publish(town, title=NAME)
    town.notice(OCID, digest)
    synchroniser.run_once()
    record_erasure(town, 2, digest)
    releases.erase_release(digest, "art. 17 GDPR")
    synchroniser.run_once()
    conditions = [row.condition for row in Queries(index).releases(town.process(OCID))]
    assert conditions == [Condition.ERASED, Condition.ERASED]
    assert Queries(index).process(town.process(OCID)).problems == 0
    assert check(index, town.chain, town.store) == ()


def test_run_release_that_an_observer_anchored_too_leaves_both_processes(
    town: Town, index: Index, synchroniser: Synchroniser, releases: ReleaseStore
) -> None:
    """The observer did not erase it, so there it is missing; but its content is gone all the same."""
    digest = publish(town, title=NAME)
    town.notice(OCID, digest, organisation=town.observer)
    synchroniser.run_once()
    assert found_by_name(index) == 2
    record_erasure(town, 1, digest)
    synchroniser.run_once()
    assert found_by_name(index) == 1
    releases.erase_release(digest, "art. 17 GDPR")
    assert synchroniser.run_once().acts == 0
    assert (found_by_name(index), copied(index)) == (0, set())
    (row,) = Queries(index).releases(town.process(OCID, town.observer))
    assert (row.condition, row.problem) == (Condition.MISSING, "erased, but no act says so")
    before = index.digest()
    synchroniser.run_once()
    synchroniser.rebuild()
    assert index.digest() == before


@pytest.mark.parametrize("title", [NAME, LONG], ids=["short", "long"])
def test_run_release_erased_no_file_of_the_index_holds_its_bytes(
    town: Town, tmp_path: Path, title: str, releases: ReleaseStore
) -> None:
    """Neither free pages nor the write-ahead log keep what was erased, while the index stays open."""
    folder = tmp_path / "index"
    index = Index.open(f"sqlite:///{folder / 'index.sqlite'}")
    synchroniser = Synchroniser(index, town.chain, town.store)
    for number in range(1, 6):
        publish(town, f"{OCID}-{number}")
    digest = publish(town, title=title)
    synchroniser.run_once()
    assert holds(folder, NAME)
    record_erasure(town, 1, digest)
    releases.erase_release(digest, "art. 17 GDPR")
    synchroniser.run_once()
    assert not holds(folder, NAME)
    index.close()


def test_run_reader_keeps_the_log_next_run_empties_it(town: Town, tmp_path: Path) -> None:
    """A reader who is still at the old state is not cut off; the log is emptied once he is done."""
    folder = tmp_path / "index"
    index = Index.open(f"sqlite:///{folder / 'index.sqlite'}")
    synchroniser = Synchroniser(index, town.chain, town.store)
    digest = publish(town, title=NAME)
    synchroniser.run_once()
    record_erasure(town, 1, digest)
    with index.reading() as reader:
        before = reader.execute(select(schema.processes.c.title)).scalar_one()
        synchroniser.run_once()
        assert reader.execute(select(schema.processes.c.title)).scalar_one() == before == NAME
        assert holds(folder, NAME)
    synchroniser.run_once()
    assert not holds(folder, NAME)
    index.close()


def holds(folder: Path, text: str) -> bool:
    """Whether any file of the folder holds the text, in either case."""
    wanted = (text.encode(), text.casefold().encode())
    return any(word in file.read_bytes() for file in folder.iterdir() for word in wanted)


def _file_of(index: Index, digest: bytes) -> list[Any]:
    with index.reading() as connection:
        query = select(schema.lookup).where(schema.lookup.c.release == digest, schema.lookup.c.kind == "file")
        return list(connection.execute(query))
