"""Questions to the index, answered with the frozen rows of :mod:`ledger.index.rows`.

Every method reads in one transaction of its own and is safe to call from many threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

from ledger.chain.record import ZERO
from ledger.errors import OrganisationUnknown, ProcessUnknown, RoundUnknown
from ledger.index import schema, statements
from ledger.index.answer_cache import AnswerCache
from ledger.index.artifacts import artifacts_named, artifacts_of
from ledger.index.database import Index
from ledger.index.facets import Facet, count
from ledger.index.finding_list import findings_of, page_of_findings, pulls_naming
from ledger.index.key_sets import key_set_of, key_sets_of
from ledger.index.made_rows import (
    act_row,
    detail_of,
    found_row,
    organisation_row,
    process_row,
    release_row,
    round_row,
)
from ledger.index.process_list import DEFAULT_FILTER, count_of_processes, moment_of, page_of_processes
from ledger.index.raw import record_of
from ledger.index.round_list import page_of_rounds
from ledger.index.rows import (
    ActRow,
    ArtifactRow,
    AwardRow,
    BidRow,
    CustodianRound,
    FindingRow,
    Found,
    IndexStatus,
    KeySetRow,
    LotRow,
    OrganisationRow,
    Page,
    ProcessFilter,
    ProcessRow,
    ReleaseRow,
    RoundRow,
    Sort,
    SuspensionRow,
    WholeKeySet,
    WholeProcess,
)
from ledger.index.statistics import Statistics, statistics_of
from ledger.index.status import last_second
from ledger.index.sums import OrganisationSums, sums_of
from ledger.ocds.observation import FindingKind

KEPT = 1_000
"""Answers over many processes that are kept: totals, counts, sums."""

Value = TypeVar("Value")


class Queries:
    """Read access to an index. Answers that take many processes to give are kept until the index or a status changes.

    ``now`` in some methods is the moment for which statuses that follow from dates are derived, in seconds; the
    default is the wall clock.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._kept: AnswerCache[Any] = AnswerCache(KEPT)
        # Whoever asks for the same waits for the one who counts, instead of counting as well.
        self._making = tuple(threading.Lock() for _ in range(16))
        index.keep(self._kept)

    def processes(
        self,
        filter: ProcessFilter = DEFAULT_FILTER,
        cursor: str | None = None,
        limit: int = 50,
        *,
        now: int | None = None,
    ) -> Page[ProcessRow]:
        """Processes that pass ``filter``, at most ``limit`` (1 to 200) of them, after ``cursor``.

        Raises ``InvalidCursor`` for a cursor that this list did not give out, ``InvalidParameter`` for the limit.
        """
        moment = moment_of(cursor, filter, _now(now))
        total = self._made("total", replace(filter, sort=Sort.UPDATED), moment, count_of_processes)
        with self._index.reading() as connection:
            return page_of_processes(connection, filter, cursor, limit, moment, total, process_row)

    def facets(self, filter: ProcessFilter = DEFAULT_FILTER, *, now: int | None = None) -> tuple[Facet, ...]:
        """What the processes that pass ``filter`` can be narrowed to, with counts; see :mod:`ledger.index.facets`."""
        return self._made("facets", replace(filter, sort=Sort.UPDATED), _now(now), count)

    def process(self, process_id: bytes, *, now: int | None = None) -> ProcessRow:
        """One process; raises ``ProcessUnknown``."""
        with self._index.reading() as connection:
            return _process(connection, process_id, _now(now))

    def whole_process(self, process_id: bytes, *, now: int | None = None) -> WholeProcess:
        """One process with what belongs to it, as of one moment; raises ``ProcessUnknown``."""
        asked = {"process_id": process_id}
        with self._index.reading() as connection:
            return WholeProcess(
                row=_process(connection, process_id, _now(now)),
                lots=tuple(LotRow(**row._mapping) for row in connection.execute(statements.LOTS, asked)),
                awards=tuple(AwardRow(**row._mapping) for row in connection.execute(statements.AWARDS, asked)),
                suspensions=tuple(
                    SuspensionRow(**row._mapping) for row in connection.execute(statements.SUSPENSIONS, asked)
                ),
                releases=tuple(map(release_row, connection.execute(statements.RELEASES, asked))),
                findings=findings_of(connection, process_id),
            )

    def process_after(self, process_id: bytes) -> bytes | None:
        """The next id of a process in their order, the first for ``b""``; ``None`` behind the last."""
        table = schema.processes
        query = select(table.c.process_id).where(table.c.process_id > process_id).order_by(table.c.process_id).limit(1)
        with self._index.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def processes_by_ocid(self, ocid: str, *, now: int | None = None) -> tuple[ProcessRow, ...]:
        """All processes under one ocid: a buyer's and an observer's may share it."""
        with self._index.reading() as connection:
            query = statements.process_query(_now(now)).where(schema.processes.c.ocid == ocid)
            return tuple(map(process_row, connection.execute(query.order_by(schema.processes.c.process_id))))

    def acts(self, process_id: bytes) -> tuple[ActRow, ...]:
        """All acts of a process in their order; raises ``ProcessUnknown``."""
        return tuple(act_row(row) for row in self._of_process(process_id, statements.ACTS))

    def releases(self, process_id: bytes) -> tuple[ReleaseRow, ...]:
        """All anchored releases of a process in the order of their acts; raises ``ProcessUnknown``."""
        return tuple(release_row(row) for row in self._of_process(process_id, statements.RELEASES))

    def release(self, digest: bytes) -> tuple[ReleaseRow, ...]:
        """Every act's row that anchors this release digest (usually one); empty if none does."""
        table = schema.releases
        query = select(table).where(table.c.digest == digest).order_by(table.c.process_id, table.c.sequence)
        with self._index.reading() as connection:
            return tuple(map(release_row, connection.execute(query)))

    def rounds(self, process_id: bytes) -> tuple[RoundRow, ...]:
        """The rounds of a sealed process with their bids; empty for the other modes; raises ``ProcessUnknown``."""
        rounds, bids = schema.rounds, schema.bids
        with self._index.reading() as connection:
            _require(connection, process_id)
            entries = select(bids).where(bids.c.process_id == process_id).order_by(bids.c.bid)
            of_round: dict[int, list[BidRow]] = {}
            for row in connection.execute(entries):
                of_round.setdefault(row.round, []).append(BidRow(**row._mapping))
            query = select(rounds).where(rounds.c.process_id == process_id).order_by(rounds.c.round)
            return tuple(round_row(row, tuple(of_round.get(row.round, ()))) for row in connection.execute(query))

    def round(self, process_id: bytes, number: int) -> RoundRow:
        """One round, its bids left out; raises ``ProcessUnknown``, ``RoundUnknown``."""
        rounds = schema.rounds
        query = select(rounds).where(rounds.c.process_id == process_id, rounds.c.round == number)
        with self._index.reading() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                _require(connection, process_id)
                raise RoundUnknown(process_id=process_id, round=number)
            return round_row(row)

    def bids(self, process_id: bytes, number: int, author: bytes | None = None) -> tuple[BidRow, ...]:
        """The bids of one round in their order, or only those of one ``author``; empty where there are none."""
        bids = schema.bids
        wanted = [bids.c.process_id == process_id, bids.c.round == number]
        if author is not None:
            wanted.append(bids.c.author == author)
        with self._index.reading() as connection:
            return tuple(
                BidRow(**row._mapping) for row in connection.execute(select(bids).where(*wanted).order_by(bids.c.bid))
            )

    def rounds_of_custodian(
        self, custodian: bytes, state: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[CustodianRound]:
        """Rounds whose key set names this custodian, in one state (``open``, ``closed``, ``opened``) or all, the latest
        deadline first, at most ``limit`` (1 to 200) after ``cursor``; none for an organisation that is no custodian.

        Raises ``InvalidCursor`` for a cursor that this list did not give out, ``InvalidParameter`` for the limit.
        """
        with self._index.reading() as connection:
            return page_of_rounds(connection, custodian, state, cursor, limit)

    def criteria(self, process_id: bytes) -> bytes | None:
        """Digest of the criteria document that a tender's terms name (``docs/criteria-1.md``), if they do."""
        acts, rounds = schema.acts, schema.rounds
        query = (
            select(acts)
            .join(rounds, (rounds.c.process_id == acts.c.process_id) & (rounds.c.sequence == acts.c.sequence))
            .where(rounds.c.process_id == process_id, rounds.c.round == 1)  # which TenderPublished opens
        )
        with self._index.reading() as connection:
            row = connection.execute(query).one_or_none()
        terms = detail_of(record_of(row)).get("terms", {}) if row is not None else {}
        return terms.get("criteria", ZERO) if terms.get("criteria", ZERO) != ZERO else None

    def findings(
        self,
        kind: FindingKind | None = None,
        organisation_id: bytes | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[FindingRow]:
        """What pulls found, the latest first, at most ``limit`` (1 to 200) after ``cursor``.

        Raises ``InvalidCursor`` for a cursor that this list did not give out, ``InvalidParameter`` for the limit.
        """
        with self._index.reading() as connection:
            return page_of_findings(connection, kind, organisation_id, cursor, limit)

    def organisations(self) -> tuple[OrganisationRow, ...]:
        """All organisations by name, those without a name last; the governors (id zero) are none."""
        table = schema.organisations
        query = select(table).where(table.c.organisation_id != ZERO)
        query = query.order_by(table.c.name.is_(None), func.lower(table.c.name), table.c.organisation_id)
        with self._index.reading() as connection:
            return tuple(map(organisation_row, connection.execute(query)))

    def organisation(self, organisation_id: bytes) -> OrganisationRow:
        """One organisation; raises ``OrganisationUnknown``."""
        table = schema.organisations
        with self._index.reading() as connection:
            row = connection.execute(select(table).where(table.c.organisation_id == organisation_id)).one_or_none()
        if row is None:
            raise OrganisationUnknown(organisation_id=organisation_id)
        return organisation_row(row)

    def statistics(self, filter: ProcessFilter = DEFAULT_FILTER, *, now: int | None = None) -> Statistics:
        """Numbers over the processes that pass ``filter``."""
        return self._made("statistics", replace(filter, sort=Sort.UPDATED), _now(now), statistics_of)

    def organisation_sums(self, organisation_id: bytes) -> OrganisationSums:
        """What the processes of an organisation add up to; nothing for one that the registry does not know."""
        filter = ProcessFilter(organisation_id=organisation_id)
        return self._made("sums", filter, _now(None), lambda connection, *_: sums_of(connection, organisation_id))

    def organisation_acts(self, organisation_id: bytes) -> tuple[ActRow, ...]:
        """The acts on an organisation outside any process, in the order of the chain: the registry's and its own."""
        acts = schema.acts
        query = (
            select(acts, schema.blocks.c.hash.label("block_hash"))
            .join(schema.blocks, schema.blocks.c.number == acts.c.block_number)
            .where(acts.c.organisation_id == organisation_id, schema.OUTSIDE)
            .order_by(acts.c.block_number, acts.c.log_index)
        )
        with self._index.reading() as connection:
            return tuple(map(act_row, connection.execute(query)))

    def key_sets(self, organisation_id: bytes) -> dict[bytes, KeySetRow]:
        """The key sets that a buyer registered, by their id."""
        with self._index.reading() as connection:
            return key_sets_of(connection, organisation_id)

    def key_set(self, key_set: bytes) -> WholeKeySet:
        """One key set with its recipients; raises ``KeySetUnknown``."""
        with self._index.reading() as connection:
            return key_set_of(connection, key_set)

    def artifacts(self, organisation_id: bytes) -> tuple[ArtifactRow, ...]:
        """What an organisation registered and anchored outside its processes, in the order of the chain."""
        with self._index.reading() as connection:
            return artifacts_of(connection, organisation_id)

    def lookup(self, digest: bytes) -> tuple[Found, ...]:
        """All that a 32-byte digest names; empty if nothing does."""
        asked = {"digest": digest}
        with self._index.reading() as connection:
            return tuple(
                [found_row(row.kind, digest, row, row.release) for row in connection.execute(statements.ENTRIES, asked)]
                + [found_row(row.kind, digest, row, row.release) for row in pulls_naming(connection, digest)]
                + list(artifacts_named(connection, digest))
                + [
                    found_row(kind, digest, row)
                    for kind, query in statements.PLACES
                    for row in connection.execute(query, asked)
                ]
            )

    def status(self) -> IndexStatus:
        """How far the index is; the chain's head is not asked."""
        return self._index.status()

    def holds_until(self, now: int) -> int:
        """The last second at which no status differs from what it is at ``now``."""
        return self._made("seconds", DEFAULT_FILTER, now, lambda connection, *_: last_second(connection, now))

    def _made(
        self, name: str, filter: ProcessFilter, now: int, make: Callable[[Connection, ProcessFilter, int], Value]
    ) -> Value:
        """What ``make`` gives, kept under ``name`` as long as it would give the same."""
        key, position = (name, filter), self._index.position()
        with self._making[hash(key) % len(self._making)]:
            found: Value | None = self._kept.get(position, key, now)
            if found is None:
                with self._index.reading() as connection:
                    found = make(connection, filter, now)
                    last = last_second(connection, now, filter.silent_days)
                self._kept.put(position, key, found, now, last)
        return found

    def _of_process(self, process_id: bytes, query: Select[Any]) -> Iterator[Row[Any]]:
        with self._index.reading() as connection:
            rows = connection.execute(query, {"process_id": process_id}).all()
            if not rows:
                _require(connection, process_id)
        yield from rows


def _process(connection: Connection, process_id: bytes, now: int) -> ProcessRow:
    row = connection.execute(statements.PROCESS, {"process_id": process_id, "now": now}).one_or_none()
    if row is None:
        raise ProcessUnknown(process_id=process_id)
    return process_row(row)


def _require(connection: Connection, process_id: bytes) -> None:
    if connection.execute(statements.KNOWN, {"process_id": process_id}).one_or_none() is None:
        raise ProcessUnknown(process_id=process_id)


def _now(now: int | None) -> int:
    return int(time.time()) if now is None else now
