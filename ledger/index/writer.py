"""Writing many rows at once, and making the derived rows of processes and organisations anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from ledger.chain.heads import genesis_list_head, genesis_process_head, genesis_roles_head
from ledger.chain.record import act_digest
from ledger.errors import SequenceBroken
from ledger.index import schema
from ledger.index.derive import Derived, derive
from ledger.index.documents import Copy, Documents
from ledger.index.history import Entry, History
from ledger.index.long_histories import LongHistories
from ledger.index.organisations import Kinds, OrganisationFold
from ledger.index.raw import record_of
from ledger.store.objects import ObjectStore
from ledger.terms import OrganisationKind

CHUNK = 400  # ids in one IN (...): far below every database's limit on parameters
ACTS_AT_ONCE = 800  # whose processes are held in memory together; a process with more is held alone

_POSTGRESQL = {BigInteger: "int8", Integer: "int4", Boolean: "bool", LargeBinary: "bytea", Text: "text"}


@dataclass(frozen=True, slots=True)
class Place:
    """Which ledger an index belongs to."""

    chain_id: int
    ledger: bytes
    registry: bytes


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns: COPY on PostgreSQL, executemany on SQLite.

    The drivers get the values as they are: what SQLAlchemy would do to each of them costs more than the databases do.
    """
    if not rows:
        return
    columns = list(rows[0])
    names = ", ".join(f'"{column}"' for column in columns)
    values = map(itemgetter(*columns), rows)
    if connection.dialect.name == "postgresql":
        driver = connection.connection.cursor()
        with driver.copy(f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)') as copy:
            copy.set_types([_POSTGRESQL[type(table.c[column].type)] for column in columns])
            for row in values:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', list(values))  # noqa: S608 - names of ours


def derive_processes(
    connection: Connection,
    place: Place,
    process_ids: Iterable[bytes],
    store: ObjectStore,
    long: LongHistories | None = None,
) -> dict[bytes, bytes]:
    """Replace the derived rows of these processes by what their acts and releases give now; their heads.

    Processes of which ``long`` has kept the history go on from it, and long ones are kept there; all others are derived
    whole. Where a release can no longer be read, its copy goes, and the index is marked as having something to forget.
    Raises ``SequenceBroken`` if the acts of one have a gap.
    """
    heads: dict[bytes, bytes] = {}
    kinds, more = Kinds(connection), Counter[str]()
    for ids, histories in _histories(connection, place, process_ids, kinds, long):
        kept = _kept_copies(
            connection, (entry.record.release for each in histories for entry in each.publishing.values())
        )
        documents = Documents(store, copies_in(connection, kept))
        derived = [derive(history, documents.load) for history in histories]
        more.subtract(_counted(connection, ids))
        _replace(connection, ids, derived, resumed=any(history.is_stored for history in histories))
        _keep_copies(connection, derived, kept)
        for history, row in zip(histories, (rows.processes[0] for rows in derived), strict=True):
            heads[row["process_id"]] = row["head"]
            more.update(processes=1, releases=row["releases"], problems=row["problems"])
            if long is not None:
                long.keep(connection, history)
    count(connection, more)
    return heads


def _histories(
    connection: Connection, place: Place, process_ids: Iterable[bytes], kinds: Kinds, long: LongHistories | None
) -> Iterator[tuple[list[bytes], list[History]]]:
    """Ids of processes, as many at a time as have few acts together, with the histories of those that have any."""
    anew = []
    for process_id in process_ids:
        history = long.resume(connection, process_id) if long is not None else None
        if history is None:
            anew.append(process_id)
            continue
        later = read_entries(connection, [process_id], since=history.acts)
        yield [process_id], [history.take(later.get(process_id, ()))]
    for chunk in _of_few_acts(connection, anew):
        entries = read_entries(connection, chunk)
        yield chunk, [history_of(place, each, entries[each], kinds) for each in chunk if each in entries]


def _replace(
    connection: Connection, process_ids: Sequence[bytes], derived: Sequence[Derived], *, resumed: bool
) -> None:
    """Put the derived rows where earlier ones of these processes are; ``resumed``: it is one whose history went on, and
    bids and the look-up have rows that stay."""
    for table in schema.OF_PROCESS:
        rows = [row for each in derived for row in getattr(each, table.name)]
        if resumed and table is schema.bids:
            _delete_each(connection, (table.c.process_id, table.c.round, table.c.bid), rows)
        elif resumed and table is schema.lookup:
            _delete_each(connection, (table.c.process_id, table.c.sequence), derived[0].releases)
        else:
            _delete(connection, table.c.process_id, process_ids)
        insert_many(connection, table, rows)


def count(connection: Connection, more: Mapping[str, int]) -> None:
    """Let the cursor count ``more`` of what it counts, or less."""
    columns = schema.cursor.c
    if more:
        connection.execute(
            update(schema.cursor).values({name: columns[name] + number for name, number in more.items()})
        )


def _counted(connection: Connection, process_ids: Sequence[bytes]) -> dict[str, int]:
    """What of these processes the cursor counts already."""
    query = "SELECT count(*), coalesce(sum(releases), 0), coalesce(sum(problems), 0) FROM processes WHERE process_id"
    row = _with(connection, query, process_ids).one()
    return dict(zip(("processes", "releases", "problems"), map(int, row), strict=True))


def history_of(place: Place, process_id: bytes, entries: Sequence[Entry], kinds: Kinds) -> History:
    """The history that all acts of one process give."""
    bits = kinds.at(entries[0].record.organisation_id, entries[0].block_number)
    genesis = genesis_process_head(place.chain_id, place.ledger, process_id)
    return History(process_id, bits, genesis).take(entries)


def read_entries(
    connection: Connection, process_ids: Sequence[bytes], *, since: int = 0, distrust: bool = False
) -> dict[bytes, list[Entry]]:
    """The acts of processes in the order of the chain, those after act ``since``; ``distrust`` computes their digests
    anew.

    Raises ``SequenceBroken`` unless they count on by one, ``LogMalformed`` for a row that is no act.
    """
    query = "SELECT process_id, organisation_id, act, data, digest, block_number FROM acts WHERE process_id"
    then = "ORDER BY process_id, block_number, log_index"
    found = _with(connection, query, process_ids, f"AND sequence > {since:d} {then}" if since else then)
    entries: dict[bytes, list[Entry]] = {}
    for row in found:
        so_far = entries.setdefault(row.process_id, [])
        record = record_of(row)
        expected = since + len(so_far) + 1
        if record.sequence != expected:
            raise SequenceBroken(process_id=row.process_id, expected=expected, got=record.sequence)
        digest = act_digest(row.data) if distrust else row.digest
        so_far.append(Entry(record, row.block_number, digest))
    return entries


def derive_organisations(
    connection: Connection, place: Place, organisation_ids: Iterable[bytes], *, since: int | None = None
) -> dict[bytes, tuple[bytes, bytes]]:
    """Replace the rows of these organisations; their list and roles heads. Their processes are derived before.

    ``since``: the rows are right up to the block before it, and only later acts are folded in; by default all are.
    """
    acts, table = schema.acts, schema.organisations
    heads = {}
    for organisation_id in sorted(organisation_ids):
        this = table.c.organisation_id == organisation_id
        known = connection.execute(select(table).where(this)).one_or_none() if since is not None else None
        fold = OrganisationFold(
            genesis_list_head(place.chain_id, place.ledger, organisation_id),
            genesis_roles_head(place.chain_id, place.registry, organisation_id),
            known,
        )
        of_organisation = acts.c.organisation_id == organisation_id
        if known is not None:
            of_organisation &= acts.c.block_number >= since
        items = select(acts).where(of_organisation, schema.OUTSIDE | (acts.c.sequence == 1))
        for row in connection.execute(items.order_by(acts.c.block_number, acts.c.log_index)):
            fold.apply(row, from_registry=row.account == place.registry)
        newest = connection.execute(select(func.max(acts.c.time)).where(of_organisation)).scalar_one()
        fold.last_time = newest or fold.last_time
        connection.execute(delete(table).where(this))
        if fold.seen:
            name = None if fold.kinds & OrganisationKind.OBSERVER else _name(connection, organisation_id)
            values = fold.row(organisation_id, name)
            connection.execute(insert(table), values)
            heads[organisation_id] = (values["list_head"], values["roles_head"])
    return heads


def _name(connection: Connection, organisation_id: bytes) -> str | None:
    """What an organisation calls itself in the latest of its own processes; the chain holds no names."""
    processes = schema.processes
    query = select(processes.c.buyer_name).where(processes.c.organisation_id == organisation_id, schema.NAMING)
    latest = query.order_by(processes.c.last_time.desc(), processes.c.process_id.desc()).limit(1)
    return connection.execute(latest).scalar_one_or_none()


def copies_in(connection: Connection, kept: Collection[bytes] | None = None) -> Callable[[bytes], Copy | None]:
    """Answers with the index's own copy of a release; ``kept``: the releases of which it is known to have one."""
    copies = schema.copies

    def find(digest: bytes) -> Copy | None:
        if kept is not None and digest not in kept:
            return None
        row = connection.execute(select(copies).where(copies.c.digest == digest)).one_or_none()
        return None if row is None else Copy(row.salt, row.bytes)

    return find


def _kept_copies(connection: Connection, digests: Iterable[bytes]) -> set[bytes]:
    """Those of these releases of which there is a copy."""
    kept = set[bytes]()
    for chunk in chunks(digests):
        kept.update(row[0] for row in _with(connection, "SELECT digest FROM copies WHERE digest", chunk))
    return kept


def drop_copies(connection: Connection, digests: Iterable[bytes]) -> None:
    """Take out copies of releases. If there were any, the next run sees to it that nothing else keeps their bytes."""
    dropped = 0
    for chunk in chunks(digests):
        dropped += connection.execute(delete(schema.copies).where(schema.copies.c.digest.in_(chunk))).rowcount
    if dropped:
        connection.execute(update(schema.cursor).values(forget_due=True))


def _keep_copies(connection: Connection, derived: Sequence[Derived], kept: Collection[bytes]) -> None:
    documents = {document.digest: document for rows in derived for document in rows.documents}
    drop_copies(connection, [digest for digest in kept if digest in documents and documents[digest].copy is None])
    rows = [
        {"digest": document.digest, "salt": document.copy.salt, "bytes": document.copy.data}
        for document in documents.values()
        if document.copy is not None
    ]
    for chunk in chunks(row["digest"] for row in rows):
        _delete(connection, schema.copies.c.digest, chunk)
    insert_many(connection, schema.copies, rows)


def _delete(connection: Connection, key: Column[Any], values: Sequence[bytes]) -> None:
    _with(connection, f'DELETE FROM "{key.table}" WHERE "{key.name}"', values)  # noqa: S608 - names of ours


def _delete_each(connection: Connection, key: Sequence[Column[Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    """Delete the rows that have the same key as one of these."""
    if rows:
        statement = delete(key[0].table).where(*(column == bindparam(column.name) for column in key))
        connection.execute(statement, [{column.name: row[column.name] for column in key} for row in rows])


def _with(connection: Connection, statement: str, values: Sequence[bytes], then: str = "") -> Any:
    """Carry out a statement that ends with the column that is to have one of these values; ``then`` follows."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(f"{statement} = ANY(%s) {then}", (list(values),))
    return connection.exec_driver_sql(f"{statement} IN ({', '.join('?' * len(values))}) {then}", tuple(values))


def _of_few_acts(connection: Connection, process_ids: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The ids in ascending order, as many at a time as have few acts together."""
    count = "SELECT process_id, count(*) FROM acts WHERE process_id"
    for chunk in chunks(process_ids):
        held = {row[0]: row[1] for row in _with(connection, count, chunk, "GROUP BY process_id")}
        together, number = list[bytes](), 0
        for process_id in chunk:
            if together and number + held.get(process_id, 0) > ACTS_AT_ONCE:
                yield together
                together, number = [], 0
            together.append(process_id)
            number += held.get(process_id, 0)
        yield together


def chunks(values: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The values in ascending order, a bounded number at a time."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
