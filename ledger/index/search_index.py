"""The database's own index over ``processes.search``: where sequences of three letters stand.

On SQLite an FTS5 table with the tokenizer ``trigram`` that holds no text of its own; triggers keep it in step with the
table, whoever writes to that. On PostgreSQL a GIN index of pg_trgm. Both answer the same question: which texts contain
this? ADR 0036.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, TextClause, and_, func, or_, select, text
from sqlalchemy.exc import DatabaseError, DBAPIError

from ledger.errors import SearchUnavailable
from ledger.index.schema import processes

NAME = "search_index"
MANY = 2_000
"""Processes found from which on the list is gone through in its order."""

_TRIGGERS = ("search_index_insert", "search_index_delete", "search_index_update")
_REMOVE = "INSERT INTO search_index(search_index, rowid, search) VALUES ('delete', old.rowid, old.search);"
_ADD = "INSERT INTO search_index(rowid, search) VALUES (new.rowid, new.search);"
_SQLITE = (
    # Letters were folded before; without positions' sizes, which only ranking needs.
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "search, content='processes', columnsize=0, tokenize='trigram case_sensitive 1')",
    f"CREATE TRIGGER search_index_insert AFTER INSERT ON processes BEGIN {_ADD} END",
    f"CREATE TRIGGER search_index_delete AFTER DELETE ON processes BEGIN {_REMOVE} END",
    f"CREATE TRIGGER search_index_update AFTER UPDATE OF search ON processes BEGIN {_REMOVE} {_ADD} END",
)
_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX search_index ON processes USING gin (search gin_trgm_ops)",
)


def create(connection: Connection) -> None:
    """Make the index over an empty table. Raises ``SearchUnavailable``."""
    name = connection.dialect.name
    try:
        for statement in _SQLITE if name == "sqlite" else _POSTGRESQL:
            connection.execute(text(statement))
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        needed = "FTS5 with the tokenizer trigram" if name == "sqlite" else "the extension pg_trgm"
        raise SearchUnavailable(database=name, needed=needed) from error


def begin_anew(connection: Connection) -> None:
    """Empty the table and its index, be the index altered or not."""
    if connection.dialect.name != "sqlite":
        return  # PostgreSQL keeps its indexes itself
    for trigger in _TRIGGERS:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
    connection.execute(text("DROP TABLE IF EXISTS search_index"))
    connection.execute(processes.delete())
    create(connection)


def forget(connection: Connection) -> None:
    """Let the index keep nothing of deleted rows: FTS5 only marks them as deleted until it merges its parts."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_index(search_index) VALUES ('optimize')"))


def is_intact(connection: Connection) -> bool:
    """Whether the index fits the texts. On SQLite it is a table that anybody can write to who can write to the file;
    PostgreSQL's is no table, and its answers are compared with the texts."""
    if connection.dialect.name != "sqlite":
        return True
    try:
        connection.execute(text("INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"))
    except DatabaseError:
        return False
    return True


def contains(
    connection: Connection, sought: Sequence[Sequence[str]], *, row_by_row: bool = False
) -> ColumnElement[bool] | TextClause:
    """Processes whose text contains one of each of the alternatives, all of three letters or more. ``row_by_row``: few
    rows will be looked at until enough are found, so the text of each is read."""
    search = processes.c.search
    if connection.dialect.name != "sqlite":
        return and_(*(or_(*(search.like(f"%{_escaped(item)}%") for item in items)) for items in sought))
    if row_by_row:
        return and_(*(or_(*(func.instr(search, item) > 0 for item in items)) for items in sought))
    match = " AND ".join("(" + " OR ".join(f'"{_quoted(item)}"' for item in items) + ")" for items in sought)
    found = "SELECT rowid FROM search_index WHERE search_index MATCH :sought"
    counted = select(func.count()).select_from(text(f"({found} LIMIT {MANY})")).params(sought=match)
    # SQLite cannot guess how many there are, and would read the row of each: of many that is dear, and it is better to
    # go through the list and leave out what is not found. The sign keeps it from beginning with what is found.
    begin = "" if connection.execute(counted).scalar_one() < MANY else "+"
    return text(f"{begin}processes.rowid IN ({found})").bindparams(sought=match)


def _quoted(item: str) -> str:
    return item.replace('"', '""')


def _escaped(item: str) -> str:
    for special in ("\\", "%", "_"):
        item = item.replace(special, f"\\{special}")
    return item
