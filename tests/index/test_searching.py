"""Searching words in the index: the same answers on both databases, by an index of theirs, and nothing kept in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, text, update

from ledger.errors import SearchUnavailable
from ledger.index import schema, search_index
from ledger.index.check import check
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter, Sort
from ledger.index.search_index import MANY
from ledger.index.sync import Synchroniser
from ledger.index.words import search_text, sought
from tests.index.processes import process_row, put
from tests.index.test_synchronising import OCID, explained, publish
from tests.index.town import Town, release

NOTICES = (
    "Neubau der Grundschule am Markt", "Schulhöfe: Umgestaltung, Los 3", "SCHULHOEFE Nord", "Straßenbau (EU-weit)",
    "50 % mehr_Licht", 'Lieferung "Küche" \\ Mensa', "Bauer & Schäfer GmbH", "Türen und Fenster", "Ärztehaus, 1. BA",
    "%", "Neuerrichtung einer Quelle", "日本語の入札",
)  # fmt: skip
WORDS = st.sampled_from(
    [*" ".join(NOTICES).split(),  "Schule", "Häuser", "tür", "%", "_", "\\", '"', "'", "a", "EU", "ae", "OR", "*",
     "NEAR", "search:", "^neu", "-", "日本", "本語の", "Ä" * 3, "%%%", "(", ")", "NOT", "{}", "+"]
)  # fmt: skip


def found(index: Index, q: str, **more: Any) -> list[int]:
    """The numbers of the processes found, newest first."""
    page = Queries(index).processes(ProcessFilter(q=q, **more), limit=200)
    assert page.total >= len(page.items)
    return [int.from_bytes(row.process_id, "big") for row in page.items]


def naive(q: str) -> list[int]:
    """The same without a database: every text is read."""
    numbers = range(len(NOTICES), 0, -1)
    texts = {number: search_text([NOTICES[number - 1]]) for number in numbers}
    return [n for n in numbers if all(any(form in texts[n] for form in forms) for forms in sought(q))]


def test_processes_any_words_found_as_by_reading_every_text(index: Index) -> None:
    """Both databases answer like a few lines of Python, whatever stands in the search: operators and wildcards of
    theirs are letters like others."""
    put(index, [process_row(number, texts=[notice]) for number, notice in enumerate(NOTICES, 1)])

    @given(st.lists(WORDS, min_size=1, max_size=3), st.one_of(st.just(""), st.text(max_size=4)), st.booleans())
    @settings(max_examples=150)
    def each(words: list[str], more: str, quoted: bool) -> None:
        q = f'"{" ".join(words)}" {more}' if quoted else f"{' '.join(words)} {more}"
        assert found(index, q) == naive(q)

    each()
    assert found(index, "schule") == [3, 2, 1]
    assert found(index, "grundschulen") == [1]


def test_processes_more_found_than_worth_beginning_with_same_answer(index: Index) -> None:
    """From some thousand on the list is gone through in its order; nobody sees which way it was."""
    rows = [
        process_row(n, texts=["Neubau", f"Haus {n % 7}"], mode="sealed" if n % 3 else "anchored")
        for n in range(1, MANY + 500)
    ]
    put(index, rows)
    assert found(index, "neubau")[:3] == [MANY + 499, MANY + 498, MANY + 497]
    assert Queries(index).processes(ProcessFilter(q="neubau")).total == MANY + 499
    wanted = ProcessFilter(q="neubau", mode="sealed", sort=Sort.PUBLISHED)
    seen, cursor = [], None
    while True:
        page = Queries(index).processes(wanted, cursor, 200)
        seen += [int.from_bytes(row.process_id, "big") for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [n for n in range(MANY + 499, 0, -1) if n % 3]
    assert found(index, "haus 3")[0] == max(n for n in range(1, MANY + 500) if n % 7 == 3)


def test_processes_words_changed_and_deleted_index_follows(index: Index) -> None:
    """Whoever writes to the table, its index follows."""
    put(index, [process_row(1, texts=["Grundschule"]), process_row(2, texts=["Brücke"])])
    with index.writing() as connection:
        at = schema.processes.c.process_id
        connection.execute(update(schema.processes).where(at == bytes(31) + b"\1").values(search=search_text(["Turm"])))
        connection.execute(delete(schema.processes).where(at == bytes(31) + b"\2"))
    assert (found(index, "schule"), found(index, "turm"), found(index, "brücke")) == ([], [1], [])


@pytest.mark.parametrize("asked", [{}, {"mode": "anchored"}, {"sort": Sort.TITLE}], ids=str)
def test_processes_searched_go_by_the_index_of_words(index: Index, asked: dict[str, Any]) -> None:
    """No text of a process is read that does not hold the word."""
    put(index, [process_row(n, texts=[f"Wort{n} {'x' * 200}"], title=f"{n}") for n in range(1, 2_000)])
    given_: list[tuple[str, Any]] = []
    with index.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE processes"))
    with index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *said: given_.append((said[2], said[3])))
        event.listen(*listening)
        Queries(index).processes(ProcessFilter(q="wort1234", **asked))
        event.remove(*listening)
        for statement, values in given_:
            # Until when the answer holds is asked besides, of other columns (test_answer_cache.py).
            if statement.startswith("SELECT") and not statement.startswith("SELECT min("):
                plan = explained(connection, statement, values)
                assert "search_index" in plan, plan
                assert "SCAN processes" not in plan, plan


def test_check_index_of_words_altered_told_and_mended_by_rebuilding(town: Town, sqlite_index: Index) -> None:
    """On SQLite it is a table: who takes a process out of it hides it from every search, while its row is right."""
    publish(town)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    assert check(sqlite_index, town.chain, town.store) == ()
    with sqlite_index.writing() as connection:
        hide = "INSERT INTO search_index(search_index, rowid, search) SELECT 'delete', rowid, search FROM processes"
        connection.execute(text(hide))
    assert found(sqlite_index, "feuerwache") == []
    (told,) = check(sqlite_index, town.chain, town.store)
    assert (told.where, told.process_id) == (search_index.NAME, None)
    assert "siegel index rebuild" in told.text()
    synchroniser.rebuild()
    assert check(sqlite_index, town.chain, town.store) == ()
    assert len(found(sqlite_index, "feuerwache")) == 1


def test_check_index_of_words_no_longer_kept_in_step_told(town: Town, sqlite_index: Index) -> None:
    """Who takes the trigger away hides what comes later."""
    with sqlite_index.writing() as connection:
        connection.execute(text("DROP TRIGGER search_index_insert"))
    publish(town)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    assert [told.where for told in check(sqlite_index, town.chain, town.store)] == [search_index.NAME]
    synchroniser.rebuild()
    assert check(sqlite_index, town.chain, town.store) == ()


def test_rebuild_index_of_words_destroyed_made_anew(town: Town, sqlite_index: Index) -> None:
    """Even where it can no longer be read at all."""
    publish(town)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    before = sqlite_index.digest()
    with sqlite_index.writing() as connection:
        connection.execute(text("UPDATE search_index_data SET block = zeroblob(9)"))
    assert [told.where for told in check(sqlite_index, town.chain, town.store)] == [search_index.NAME]
    synchroniser.rebuild()
    assert sqlite_index.digest() == before
    assert check(sqlite_index, town.chain, town.store) == ()


def test_forget_deleted_words_leave_the_files(town: Town, tmp_path: Path) -> None:
    """FTS5 only marks what is deleted; a letter that stands nowhere else must be gone from its tables and the log."""
    folder = tmp_path / "index"
    index = Index.open(f"sqlite:///{folder / 'index.sqlite'}")
    put(index, [process_row(number, texts=["Neubau der Grundschule"]) for number in range(1, 50)])
    put(index, [process_row(number, texts=[f"Roswitha ꙮ {number}"]) for number in range(50, 60)])

    def kept() -> bool:
        return any("ꙮ".encode() in file.read_bytes() for file in folder.iterdir())

    assert kept()
    with index.writing() as connection:
        connection.execute(
            delete(schema.processes).where(schema.processes.c.first_time >= process_row(50)["first_time"])
        )
    assert index.forget()
    assert not kept()
    assert (len(found(index, "schule")), found(index, "roswitha")) == (49, [])
    index.close()


def test_open_as_a_role_without_privileges_extension_is_made(postgres_url: str) -> None:
    """pg_trgm is a trusted extension: who owns the database may have it."""
    admin = sqlalchemy.create_engine(postgres_url)
    name = admin.url.database
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE ROLE town LOGIN"))
        connection.execute(text(f'ALTER DATABASE "{name}" OWNER TO town'))
        connection.execute(text("ALTER SCHEMA public OWNER TO town"))
    try:
        index = Index.open(admin.url.set(username="town").render_as_string(hide_password=False))
        put(index, [process_row(1, texts=["Grundschule"])])
        assert found(index, "schule") == [1]
        index.close()
    finally:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" OWNER TO postgres'))
            connection.execute(text("REASSIGN OWNED BY town TO postgres"))
            connection.execute(text("DROP ROLE town"))
        admin.dispose()


def test_open_database_that_may_not_have_the_extension_refused(postgres_url: str) -> None:
    """The failure says what is needed, and leaves nothing behind."""
    admin = sqlalchemy.create_engine(postgres_url)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE ROLE guest LOGIN"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO guest"))
    try:
        with pytest.raises(SearchUnavailable) as refusal:
            Index.open(admin.url.set(username="guest").render_as_string(hide_password=False))
        assert refusal.value.values == {"database": "postgresql", "needed": "the extension pg_trgm"}
    finally:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP OWNED BY guest"))
            connection.execute(text("DROP ROLE guest"))
        admin.dispose()


def test_run_names_without_end_index_goes_on(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """PostgreSQL refuses long values in its indexes; a release must not stop ours by one."""
    endless = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(9_000))  # does not compress
    content = release(OCID, title=endless, procurementMethod=endless)
    content["buyer"]["name"] = endless
    content["parties"][0]["address"] = {"locality": endless}
    content["tender"]["items"] = [{"id": "1", "classification": {"scheme": "CPV", "id": endless}}]
    town.notice(OCID, town.keep(content))
    synchroniser.run_once()
    row = Queries(index).process(town.process(OCID))
    assert (row.title, row.buyer_name, row.place) == (endless, endless[:200], endless[:200])
    assert check(index, town.chain, town.store) == ()
