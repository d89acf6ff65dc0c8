"""The state database: its format, the outbox and the audit trail."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from ledger.errors import (
    AuditTrailBroken,
    DatabaseDamaged,
    DatabaseFailed,
    DatabaseFull,
    DatabaseLocked,
    OutboxConflict,
    OutboxStepInvalid,
    StateBusy,
    StateOutdated,
    StateUnreachable,
)
from ledger.store import AuditTrail, Outbox, OutboxStatus, State
from ledger.store.tables import metadata, salts
from tests.store.conftest import BUYER, OBSERVER

TRANSACTION = b"\x07" * 32


def test_migrate_empty_database_gives_exactly_the_tables(state: State) -> None:
    """Migrations and the table definitions describe the same database."""
    with state.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    # Columns differ in lists of changes; their comments are for readers of the code only.
    assert [change for change in differences if not _is_comment(change)] == []


def _is_comment(change: Any) -> bool:
    return isinstance(change, list) and all(part[0] == "modify_comment" for part in change)


def test_check_database_of_another_format_is_refused(state: State) -> None:
    """Software and database must agree; an unmigrated one says so, migrating twice changes nothing."""
    state.check()
    state.migrate()
    state.check()
    with state.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(StateOutdated):
        state.check()


def test_check_empty_database_is_refused(tmp_path: Path) -> None:
    """A database that was never migrated has no revision."""
    with pytest.raises(StateOutdated, match="none"):
        State(f"sqlite:///{tmp_path / 'empty.sqlite'}").check()


def test_writing_exception_leaves_nothing(state: State) -> None:
    """A transaction that fails half-way leaves no trace."""
    with pytest.raises(KeyError), state.writing() as connection:
        Outbox(connection).prepare("a", BUYER, "NoticePublished", b"1")
        raise KeyError
    with state.reading() as connection:
        assert Outbox(connection).waiting() == []


def test_outbox_act_goes_from_prepared_to_recorded(state: State) -> None:
    """Prepared once, sent with its signed bytes, recorded without them; recorded ones wait no more."""
    with state.writing() as connection:
        outbox = Outbox(connection)
        assert outbox.prepare("a", BUYER, "NoticePublished", b"1")
        assert not outbox.prepare("a", BUYER, "NoticePublished", b"1")
        outbox.prepare("b", OBSERVER, "NoticePublished", b"2")
    with state.writing() as connection:
        Outbox(connection).mark_sent(["a", "b"], TRANSACTION, b"raw")
    with state.reading() as connection:
        entry = Outbox(connection).get("a")
        assert entry is not None
        assert (entry.status, entry.transaction, entry.raw) == (OutboxStatus.SENT, TRANSACTION, b"raw")
        assert [entry.key for entry in Outbox(connection).waiting(BUYER)] == ["a"]
        assert [entry.key for entry in Outbox(connection).waiting()] == ["a", "b"]
    with state.writing() as connection:
        Outbox(connection).mark_recorded(["a"])
        Outbox(connection).mark_recorded(["a"])
    with state.reading() as connection:
        entry = Outbox(connection).get("a")
        assert entry is not None
        assert (entry.status, entry.transaction, entry.raw) == (OutboxStatus.RECORDED, TRANSACTION, None)
        assert Outbox(connection).waiting(BUYER) == []


def test_outbox_other_act_under_the_same_key_is_refused(state: State) -> None:
    """An act never exists in two versions."""
    with state.writing() as connection:
        Outbox(connection).prepare("a", BUYER, "NoticePublished", b"1")
    for other in (
        (BUYER, "NoticePublished", b"2"),
        (BUYER, "TenderAmended", b"1"),
        (OBSERVER, "NoticePublished", b"1"),
    ):
        with pytest.raises(OutboxConflict), state.writing() as connection:
            Outbox(connection).prepare("a", *other)


def test_outbox_refused_act_can_be_sent_again_but_a_recorded_one_cannot(state: State) -> None:
    """Failure keeps its name; nothing leads back from recorded; unknown acts are named."""
    with state.writing() as connection:
        outbox = Outbox(connection)
        outbox.prepare("a", BUYER, "NoticePublished", b"1")
        outbox.mark_failed(["a"], "NotPublisher")
        entry = outbox.get("a")
        assert entry is not None
        assert (entry.status, entry.failure) == (OutboxStatus.FAILED, "NotPublisher")
        outbox.mark_sent(["a"], TRANSACTION, b"raw")
        outbox.mark_recorded(["a"], TRANSACTION)
    wrongs: list[Callable[[Outbox], None]] = [
        lambda outbox: outbox.mark_sent(["a"], TRANSACTION, b"raw"),
        lambda outbox: outbox.mark_failed(["a"], "x"),
        lambda outbox: outbox.mark_recorded(["unknown"]),
    ]
    for wrong in wrongs:
        with pytest.raises(OutboxStepInvalid), state.writing() as connection:
            wrong(Outbox(connection))


def test_audit_lines_are_chained_and_read_back(state: State) -> None:
    """Each line's digest covers all before it; the head changes with every line."""
    with state.writing() as connection:
        trail = AuditTrail(connection)
        heads = [trail.head(), trail.add("0xofficer_one", "opening", "ocds-abc123-1", lot=1)]
        heads.append(trail.add("relay", "refused", "tx", why="expired"))
    with state.reading() as connection:
        trail = AuditTrail(connection)
        assert heads == [bytes(32), *(entry.entry for entry in trail.entries())]
        assert trail.head() == heads[-1]
        assert trail.verify() == 2
        (entry,) = trail.entries("tx")
        assert (entry.actor, entry.action, entry.detail) == ("relay", "refused", {"why": "expired"})


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_audit_change_is_refused_by_the_database(state: State, change: str) -> None:
    """Not only our code keeps the trail append only."""
    with state.writing() as connection:
        AuditTrail(connection).add("a", "b", "c")
    with pytest.raises(DBAPIError, match="append only"), state.writing() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 'x' WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "UPDATE audit SET at = at + 1",
    ],
)
def test_audit_change_behind_the_trigger_is_found(state: State, change: str) -> None:
    """Whoever lifts the trigger and changes or removes a line is found by the chain."""
    with state.writing() as connection:
        for number in range(3):
            AuditTrail(connection).add("a", "b", str(number))
    with state.writing() as connection:
        if state.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
            connection.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        connection.execute(text(change))
    with pytest.raises(AuditTrailBroken), state.reading() as connection:
        AuditTrail(connection).verify()


def test_open_database_that_is_not_there_fails_by_name() -> None:
    """A server that is down is told in a sentence, not in a traceback, and without the password."""
    state = State("postgresql+psycopg://siegel:secret@127.0.0.1:1/state")
    with pytest.raises(StateUnreachable) as failed, state.reading():
        pass
    assert "secret" not in str(failed.value)
    state.close()


def test_forget_while_somebody_reads_says_that_a_copy_stays(tmp_path: Path) -> None:
    """Gone is said only of what is gone: an old reader keeps the write-ahead log."""
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    state = State(url)
    state.migrate()
    with contextlib.closing(sqlite3.connect(tmp_path / "state.sqlite")) as other:
        other.execute("PRAGMA busy_timeout=0")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM salts").fetchone()
        with state.writing() as connection:
            row = {"digest": bytes(32), "salt": bytes(32), "created_at": 1}
            connection.execute(insert(salts), row)
        with state.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(StateBusy):
            state.forget()
    state.forget()
    state.close()


def test_write_database_that_has_no_room_left_fails_by_name(tmp_path: Path) -> None:
    """A full disk is not a database that does not answer."""
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    state.migrate()
    with state.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(DatabaseFull) as failed, state.writing() as connection:
        for number in range(1_000):
            connection.execute(
                insert(salts), {"digest": number.to_bytes(32, "big"), "salt": bytes(32), "created_at": 1}
            )
    assert failed.value.values["database"] == "state"
    state.close()


def test_write_database_that_others_hold_fails_by_name(tmp_path: Path) -> None:
    """Somebody else writes, and does not end."""
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    state.migrate()
    with contextlib.closing(sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with state.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(DatabaseLocked), state.writing():
            pass
    state.close()


def test_read_file_that_is_no_database_fails_by_name(tmp_path: Path) -> None:
    """What lies there is something else, or broken."""
    (tmp_path / "state.sqlite").write_bytes(b"no database at all" * 100)
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    with pytest.raises(DatabaseDamaged), state.reading():
        pass
    state.close()


def test_read_database_that_lacks_a_table_fails_by_name(state: State) -> None:
    """Somebody dropped it."""
    with state.writing() as connection:
        connection.execute(text("DROP TABLE imports"))
    with pytest.raises(DatabaseDamaged) as failed, state.reading() as connection:
        connection.execute(text("SELECT * FROM imports"))
    assert "imports" in failed.value.values["reason"]


def test_read_database_that_may_not_be_written_fails_by_name(state: State) -> None:
    """Whatever else a database refuses has a name, too."""
    if state.engine.dialect.name != "sqlite":
        statement = text("SELECT pg_read_file('/nowhere')")
    else:
        statement = text("PRAGMA query_only=ON")
    with pytest.raises(DatabaseFailed), state.writing() as connection:
        connection.execute(statement)
        connection.execute(text("DELETE FROM salts"))


def test_read_wrong_statement_is_no_failure_of_the_database(state: State) -> None:
    """A mistake of ours is not put down to the installation."""
    with pytest.raises(DBAPIError), state.reading() as connection:
        connection.execute(text("SELEKT 1"))
