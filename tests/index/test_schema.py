"""The tables: one schema, made by migrations, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from ledger.errors import IndexFromLaterVersion
from ledger.index.database import Index
from ledger.index.schema import OF_KEY_SETS, OF_OBSERVATIONS, OUTSIDE, artifacts, copies, metadata
from ledger.index.sync import Synchroniser
from ledger.terms import STATUTE
from tests.index.test_synchronising import publish
from tests.index.town import Town


def test_open_empty_database_migrations_give_the_schema(index: Index) -> None:
    """What the migrations make is what the code expects: nothing is left for a new one."""
    with index.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_ours})
        assert compare_metadata(context, metadata) == []


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The index of words differs between the databases, and SQLite's keeps tables of its own."""
    return kind not in ("table", "index") or not (name or "").startswith("search_index")


def test_outside_is_what_the_statute_records_outside_processes() -> None:
    """The number in the condition, which an index needs as a literal, parts the acts as their series do."""
    last_of_processes = int(str(OUTSIDE.right))
    assert {act for act in STATUTE if act > last_of_processes} == {
        act for act, entry in STATUTE.items() if entry.series != "process"
    }


def test_open_again_nothing_lost(index_url: str) -> None:
    """Opening an index that is up to date changes nothing."""
    first = Index.open(index_url)
    digest = first.digest()
    first.close()
    second = Index.open(index_url)
    assert second.digest() == digest
    second.close()


def test_open_index_of_a_later_version_refused(index_url: str) -> None:
    """An older program does not touch an index whose schema it does not know."""
    index = Index.open(index_url)
    with index.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    index.close()
    with pytest.raises(IndexFromLaterVersion) as refusal:
        Index.open(index_url)
    assert refusal.value.values["schema"] == "9999"


def _undo_0005_to_0009(connection: Connection) -> None:
    """Make the tables what they were at revision 0004; migrations only go forward."""
    for table in (*OF_KEY_SETS, artifacts):
        table.drop(connection)
    connection.execute(text("DROP INDEX ix_rounds_key_set"))
    connection.execute(text("DROP INDEX ix_acts_outside"))
    connection.execute(text("CREATE INDEX ix_acts_organisation_id_process_id ON acts (organisation_id, process_id)"))
    connection.execute(text("DROP INDEX ix_lookup_process_id_sequence"))
    connection.execute(text("CREATE INDEX ix_lookup_process_id ON lookup (process_id)"))
    for table in OF_OBSERVATIONS:
        table.drop(connection)
    connection.execute(text("DROP INDEX ix_processes_named"))
    for column in ("acts", "processes", "releases", "problems"):
        connection.execute(text(f"ALTER TABLE cursor DROP COLUMN {column}"))


def test_open_index_of_an_earlier_version_is_read_again(town: Town, index_url: str) -> None:
    """Rows that were made by other rules would be told as altered; the copies, which are evidence, stay."""
    index = Index.open(index_url)
    digest = publish(town)
    Synchroniser(index, town.chain, town.store).run_once()
    made = index.digest()
    with index.writing() as connection:
        _undo_0005_to_0009(connection)
        connection.execute(text("UPDATE processes SET title = 'as it was read then'"))
        if connection.dialect.name == "sqlite":
            for trigger in ("insert", "delete", "update"):
                connection.execute(text(f"DROP TRIGGER search_index_{trigger}"))
        connection.execute(text(f"DROP {'TABLE' if connection.dialect.name == 'sqlite' else 'INDEX'} search_index"))
        for name in ("ix_processes_facets", "ix_processes_phase_deadline"):
            connection.execute(text(f"DROP INDEX {name}"))
        for column in ("place", "month"):
            connection.execute(text(f"ALTER TABLE processes DROP COLUMN {column}"))
        connection.execute(text("ALTER TABLE cursor DROP COLUMN forget_due"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    index.close()
    index = Index.open(index_url)
    assert index.status().indexed_block is None
    with index.reading() as connection:
        assert connection.execute(select(copies.c.digest)).scalars().all() == [digest]
    Synchroniser(index, town.chain, town.store).run_once()
    assert index.digest() == made
    index.close()


def test_open_index_that_did_not_count_counts_when_read_again(town: Town, index_url: str) -> None:
    """An index of an earlier version tells nothing until it is read again, then the same numbers."""
    index = Index.open(index_url)
    publish(town)
    Synchroniser(index, town.chain, town.store).run_once()
    status = index.status()
    with index.writing() as connection:
        _undo_0005_to_0009(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    index.close()
    index = Index.open(index_url)
    assert (index.status().acts, index.status().processes, index.status().releases) == (0, 0, 0)
    Synchroniser(index, town.chain, town.store).run_once()
    assert index.status() == status
    assert (status.processes, status.releases) == (1, 1)
    index.close()
