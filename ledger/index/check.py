"""Does the index, and do the stored objects, still say what the chain says?

Rows are compared with what acts and releases give when derived anew, by the same function that made them. Stored
objects are compared with the digests on the chain. Nothing is repaired here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from ledger.chain.client import Chain
from ledger.chain.record import ZERO
from ledger.errors import ActsIncomplete, BlockUnknown, IndexNotReady, LogMalformed, ProcessUnknown, SequenceBroken
from ledger.index import findings, schema, search_index
from ledger.index.artifacts import derive_artifacts
from ledger.index.compare import differences
from ledger.index.database import Index, rows_in_order
from ledger.index.derive import Derived, derive
from ledger.index.documents import Documents
from ledger.index.findings import Difference, DifferenceKind
from ledger.index.history import Entry
from ledger.index.key_sets import derive_key_sets
from ledger.index.observations import rows_of
from ledger.index.organisations import Kinds
from ledger.index.outside import acts_between
from ledger.index.rows import Condition
from ledger.index.sync import Synchroniser
from ledger.index.telling import Teller
from ledger.index.writer import Place, copies_in, derive_organisations, history_of, read_entries
from ledger.store.objects import ObjectStore
from ledger.terms import Act

__all__ = ["Difference", "DifferenceKind", "check", "check_process"]

LOST = (Condition.ALTERED, Condition.MISSING)


def check_process(index: Index, chain: Chain, store: ObjectStore, process_id: bytes) -> tuple[Difference, ...]:
    """Differences of one process: its acts against the head on the chain, its rows and documents against its acts.

    Reads one head from the chain. Raises ``ProcessUnknown``, and what asking the node raises.
    """
    with index.reading() as connection:
        cursor = _cursor(connection, chain)
        place = Place(cursor.chain_id, cursor.ledger, cursor.registry)
        held = chain.head(process_id, block=cursor.block_number)
        ocid = _ocid(connection, process_id)
        try:
            entries = read_entries(connection, [process_id], distrust=True).get(process_id)
        except (LogMalformed, SequenceBroken) as error:
            return (_acts_differ(process_id, ocid, held, str(error)),)
        if entries is None:
            if held != ZERO:
                return (_acts_differ(process_id, ocid, held, None),)
            raise ProcessUnknown(process_id=process_id)
        documents = Documents(store, copies_in(connection))
        derived = derive(history_of(place, process_id, entries, Kinds(connection)), documents.load)
        found = list(_of_process(connection, process_id, entries, derived, store))
        head = derived.processes[0]["head"]
    if head != held:
        found.insert(0, _acts_differ(process_id, ocid, held, head.hex()))
    return tuple(found)


def check(index: Index, chain: Chain, store: ObjectStore) -> tuple[Difference, ...]:
    """All differences of index and store from the chain, up to the block at which the index stands.

    Reads every act from the chain again. Raises ``IndexNotReady`` for an index that never ran, ``ActsIncomplete`` if
    the node's own acts do not give the heads it holds, and what asking the node raises.
    """
    with index.reading() as connection:
        cursor = _cursor(connection, chain)
        if not _has_block(chain, cursor):
            sentence, values = findings.BLOCK_DIFFERS, {"block": cursor.block_number}
            kind = DifferenceKind.CHAIN_DIFFERS
            return (Difference(kind, None, None, None, None, None, "cursor", None, None, "chain", sentence, values),)
        with _acts_anew(chain, store, cursor.block_number) as fresh:
            found = tuple(_compare(connection, fresh, chain, store, cursor))
    with index.writing() as connection:  # the database wants to be asked that way; nothing is written
        if search_index.is_intact(connection):
            return found
    kind, sentence = DifferenceKind.ROW_ALTERED, findings.SEARCH_DIFFERS
    return (*found, Difference(kind, None, None, None, None, None, search_index.NAME, None, None, "index", sentence))


def _compare(
    connection: Connection, fresh: Connection, chain: Chain, store: ObjectStore, cursor: Any
) -> Iterator[Difference]:
    place = Place(cursor.chain_id, cursor.ledger, cursor.registry)
    documents, kinds = Documents(store, copies_in(connection)), Kinds(fresh)
    yield from _acts(connection, fresh)
    ids = select(schema.acts.c.process_id).where(schema.acts.c.process_id != ZERO).distinct()
    on_chain = sorted(fresh.execute(ids).scalars())
    unknown = False
    for process_id in on_chain:
        entries = read_entries(fresh, [process_id])[process_id]
        derived = derive(history_of(place, process_id, entries, kinds), documents.load)
        row = derived.processes[0]
        held = chain.head(process_id, block=cursor.block_number)
        if row["head"] != held:
            block = cursor.block_number
            raise ActsIncomplete(process_id=process_id, block=block, got=row["head"], expected=held)
        fresh.execute(insert(schema.processes), row)  # organisations are named by their processes, see below
        unknown |= _is_unknown(derived)
        yield from _of_process(connection, process_id, entries, derived, store)
    for table in schema.OF_PROCESS:
        query = select(table.c.process_id).distinct()
        for process_id in sorted(set(connection.execute(query).scalars()) - set(on_chain)):
            teller = Teller(process_id, _ocid(connection, process_id), (), store)
            yield from teller.rows(differences(table, (), _rows(connection, table, process_id)))
    organisations = select(schema.acts.c.organisation_id).distinct()
    derive_organisations(fresh, place, fresh.execute(organisations).scalars().all())
    expected, found = _rows(fresh, schema.organisations), _rows(connection, schema.organisations)
    teller = Teller(None, None, (), store)
    yield from teller.rows(differences(schema.organisations, expected, found, unknown=unknown))
    outside = acts_between(fresh, 0, cursor.block_number)
    derive_key_sets(fresh, outside)
    derive_artifacts(fresh, outside)
    for table in (*schema.OF_KEY_SETS, schema.artifacts):
        yield from teller.rows(differences(table, _rows(fresh, table), _rows(connection, table)))
    pulls = [act for act in outside if act.act == Act.OBSERVATION_RECORDED]
    yield from _observations(connection, pulls, documents)


def _observations(connection: Connection, pulls: Iterable[Any], documents: Documents) -> Iterator[Difference]:
    """What pulls saw: the documents first, then the rows; where no intact document is left nobody can say what the rows
    of its findings should be."""
    expected: dict[str, list[dict[str, Any]]] = {each.name: [] for each in schema.OF_OBSERVATIONS}
    unknown = set()
    for act in pulls:
        document, row, rows = rows_of(act, documents)
        expected[schema.observations.name].append(row)
        expected[schema.notice_findings.name] += rows
        if document.condition in LOST:
            yield findings.of_observation(row, document)
            if row["service"] is None:
                unknown.add((row["block_number"], row["log_index"]))
    teller = Teller(None, None, (), None)
    for each in schema.OF_OBSERVATIONS:
        sides = (expected[each.name], _rows(connection, each))
        sure = ([row for row in side if (row["block_number"], row["log_index"]) not in unknown] for side in sides)
        yield from teller.rows(differences(each, *sure))


def _of_process(
    connection: Connection, process_id: bytes, entries: Sequence[Entry], derived: Derived, store: ObjectStore
) -> Iterator[Difference]:
    """Documents first: they are what people published; then the rows that should say the same."""
    row = derived.processes[0]
    teller = Teller(process_id, row["ocid"], _releases(derived), store)
    yield from teller.documents()
    stored = {table.name: _rows(connection, table, process_id) for table in schema.OF_PROCESS}
    outdated = list(teller.outdated(stored["releases"]))
    yield from outdated
    for table in schema.OF_PROCESS:
        expected = getattr(derived, table.name)
        unknown = bool(outdated) or _is_unknown(derived)
        yield from teller.rows(differences(table, expected, stored[table.name], unknown=unknown))


def _acts(connection: Connection, fresh: Connection) -> Iterator[Difference]:
    """The raw acts and the hashes of their blocks, as they are in the index and as the node gives them now."""
    processes = schema.processes
    ocids = connection.execute(select(processes.c.process_id, processes.c.ocid))
    teller = Teller(None, None, (), None, ocids={row.process_id: row.ocid for row in ocids})
    with_acts = schema.blocks.c.acts > 0
    for table, where in ((schema.blocks, (with_acts,)), (schema.acts, ())):
        expected = (_comparable(row) for row in rows_in_order(fresh, table, *where))
        found = (_comparable(row) for row in rows_in_order(connection, table, *where))
        yield from teller.rows(differences(table, expected, found))


def _comparable(row: Any) -> dict[str, Any]:
    values = dict(row._mapping)
    values.pop("parent_hash", None)  # of a block whose header was not read it is unknown
    return values


def _rows(connection: Connection, table: Table, process_id: bytes | None = None) -> list[dict[str, Any]]:
    query = select(table) if process_id is None else select(table).where(table.c.process_id == process_id)
    return [dict(row._mapping) for row in connection.execute(query)]


def _releases(derived: Derived) -> Sequence[tuple[dict[str, Any], Any]]:
    return list(zip(derived.releases, derived.documents, strict=True))


def _is_unknown(derived: Derived) -> bool:
    return any(document.condition in LOST and document.content is None for document in derived.documents)


def _cursor(connection: Connection, chain: Chain) -> Any:
    cursor = connection.execute(select(schema.cursor)).one_or_none()
    if cursor is None or cursor.block_number is None:
        raise IndexNotReady(indexed=None, head=chain.block_number(), why="it never ran")
    return cursor


def _has_block(chain: Chain, cursor: Any) -> bool:
    try:
        return bool(chain.block(cursor.block_number).hash == cursor.block_hash)
    except BlockUnknown:
        return False


def _ocid(connection: Connection, process_id: bytes) -> str | None:
    table = schema.processes
    return connection.execute(select(table.c.ocid).where(table.c.process_id == process_id)).scalar_one_or_none()


def _acts_differ(process_id: bytes, ocid: str | None, held: bytes, now: str | None) -> Difference:
    return Difference(
        DifferenceKind.CHAIN_DIFFERS, process_id, ocid, None, None, None, "acts", held.hex(), now, "chain",
        findings.ACTS_DIFFER, {"ocid": ocid or process_id.hex()},
    )  # fmt: skip


@contextmanager
def _acts_anew(chain: Chain, store: ObjectStore, until: int) -> Iterator[Connection]:
    """All acts up to a block, read from the chain into a database of their own that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="siegel-check-") as folder:
        fresh = Index.open(f"sqlite:///{Path(folder) / 'acts.sqlite'}")
        try:
            _ActsOnly(fresh, chain, store).run_once(until)
            with fresh.writing() as connection:
                yield connection
        finally:
            fresh.close()


class _ActsOnly(Synchroniser):
    """Reads acts and derives nothing; heads are compared process by process later."""

    def _derive(
        self, connection: Connection, processes: Iterable[bytes], organisations: Iterable[bytes], first: int, last: int
    ) -> None:
        pass
