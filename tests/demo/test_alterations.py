"""Whichever release of the town somebody alters, the comparison with the ledger names exactly that one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.cli.demo.seeding import open_demo
from ledger.index.check import Difference, DifferenceKind, check
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.store import ObjectStore


def differences(home: Path) -> tuple[Difference, ...]:
    """What ``siegel index check`` finds in a stopped town."""
    with open_demo(home) as demo:
        index = Index.open(demo.settings.index_url)
        try:
            return check(index, demo.chain, ObjectStore(demo.settings.store_dir))
        finally:
            index.close()


def test_index_check_nothing_altered_finds_nothing(town: Path) -> None:
    """A town that nobody touched is as the ledger says."""
    assert differences(town) == ()


def test_index_check_each_release_altered_in_turn_is_named_alone(town: Path) -> None:
    """One changed letter in any release's document: that release is named, with what it was and what it is."""
    store = ObjectStore(town / "store")
    with open_demo(town) as demo:
        index = Index.open(demo.settings.index_url)
        try:
            queries = Queries(index)
            processes = queries.processes(limit=200).items
            releases = {row.digest: row for each in processes for row in queries.releases(each.process_id)}
            assert len(processes) == 12
            assert len(releases) >= 24
            for digest, row in releases.items():
                path = store.path(digest)
                intact = path.read_bytes()
                altered = intact.decode("latin-1")
                for place in ("Musterbach", "Beispielland", "benau"):
                    altered = altered.replace(place, place.replace("a", "u"), 1)
                path.write_bytes(altered.encode("latin-1"))
                assert path.read_bytes() != intact
                found = check(index, demo.chain, store)
                assert {each.release for each in found} == {digest}, row.release_id
                assert {each.release_id for each in found} == {row.release_id}
                assert found[0].kind is DifferenceKind.DOCUMENT_ALTERED
                assert any(place in (each.was or "") for each in found for place in ("uster", "eispiel", "benau"))
                path.write_bytes(intact)
            assert check(index, demo.chain, store) == ()
        finally:
            index.close()


def test_index_check_each_release_missing_in_turn_is_named_alone(town: Path) -> None:
    """A document that vanished is named, too."""
    store = ObjectStore(town / "store")
    with open_demo(town) as demo:
        index = Index.open(demo.settings.index_url)
        try:
            queries = Queries(index)
            for process in queries.processes(limit=200).items:
                row = queries.releases(process.process_id)[-1]
                path = store.path(row.digest)
                intact = path.read_bytes()
                path.unlink()
                found = check(index, demo.chain, store)
                assert {(each.kind, each.release) for each in found} == {(DifferenceKind.DOCUMENT_MISSING, row.digest)}
                path.write_bytes(intact)
        finally:
            index.close()


@pytest.mark.parametrize(
    ("table", "column"),
    [("processes", "title"), ("processes", "award_amount"), ("releases", "title"), ("awards", "state")],
)
def test_index_check_altered_row_is_named(town: Path, table: str, column: str) -> None:
    """A value changed in the database alone is named with its column."""
    with closing(sqlite3.connect(town / "index.sqlite")) as index:
        columns = [each[1] for each in index.execute(f"PRAGMA table_info({table})")]
        if column not in columns:
            pytest.fail(f"{table} has no column {column}; it has {columns}")
        query = (
            f"UPDATE {table} SET {column} = 'x' WHERE rowid = (SELECT rowid FROM {table} WHERE {column} IS NOT NULL)"
        )
        assert index.execute(query).rowcount == 1
        index.commit()
    found = differences(town)
    assert [(each.kind, each.where) for each in found] == [(DifferenceKind.ROW_ALTERED, f"{table}.{column}")]
    assert found[0].now == "x"
