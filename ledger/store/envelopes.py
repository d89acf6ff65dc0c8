"""Envelopes of sealed bids by SHA-256: whole ones, and those whose bytes are still coming.

A file holds the bytes, ``FOLDER/envelopes/<first two hex digits>/<digest>``; a row of the state database says how many
of them count (``held``), and whether all are here and are the right ones (``whole``). Bytes are synced before the row
says so, and a row goes before its file. So a crash leaves at most bytes that no row counts: they are cut off by the
next writer, or removed a day later. Whoever writes, compares or removes holds the file's lock; two uploads of the same
envelope, also by two processes, go on from each other's bytes.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import ColumnElement, Row, and_, case, delete, exists, false, func, insert, or_, select, true, update

from ledger.chain.identifiers import commitment_of
from ledger.durable import sync
from ledger.errors import (
    DatabaseFull,
    EnvelopeAltered,
    EnvelopeArrived,
    EnvelopeMissing,
    EnvelopeRefused,
    EnvelopeUnfinished,
    StoreFull,
    UploadBeyondEnd,
    UploadOffsetDiffers,
    UploadSizeDiffers,
    UploadsTooMany,
    UploadUnknown,
)
from ledger.sealing import envelope
from ledger.store.durable_files import make_folders
from ledger.store.envelope_file import add, compared, header_of, naming_no_room
from ledger.store.state import State
from ledger.store.tables import envelopes, relayed

DAY: Final = 86_400
IDLE: Final = 600
"""Seconds without a byte after which an unfinished upload gives way to another one, if there are too many."""
LEAST: Final = 2**20
"""Bytes that even the smallest envelope counts for, so that their number has an end, too."""
_AT_ONCE: Final = 500

Bid = tuple[bytes, int, bytes, bytes]
"""Process, round, commitment and author of a bid on the ledger."""
Fits = Callable[[envelope.Header, int], bool]
"""Of header and announced size: raises, or says whether the ledger has the commitment already."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An envelope on its way or whole: ``size`` announced, ``held`` durable, in bytes; ``changed_at`` in seconds."""

    digest: bytes
    size: int
    held: int
    changed_at: int
    whole: bool
    committed: bool
    """Whether the ledger was seen to have its commitment."""
    process_id: bytes | None
    """None until its header was looked at."""
    round: int | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole envelope: its digests were compared. ``arrived_at``: when its last byte was durable, in seconds.

    ``receiver``, ``deliver_by`` and ``signature`` (65 bytes) are the promise made for it, None until there is one.
    """

    digest: bytes
    size: int
    process_id: bytes
    round: int
    author: bytes
    commitment: bytes
    bid_root: bytes
    rest_digest: bytes
    arrived_at: int
    receiver: bytes | None = None
    deliver_by: int | None = None
    signature: bytes | None = None


def _now() -> int:
    return int(time.time())


class EnvelopeStore:
    """Envelopes in ``FOLDER/envelopes`` (``folder``: the store's, as ObjectStore's) and the state's rows.

    Safe for several threads and processes. Raises StoreFull where disk or database have no room; what was durable
    before stays usable.
    """

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = Path(folder) / "envelopes"
        self.state = state

    # Uploads

    def begin(self, digest: bytes, size: int, *, most: int | None = None, clock: Callable[[], int] = _now) -> int:
        """Announce an envelope of ``size`` bytes; how many of them are here. Announced before, it goes on.

        Of ``most`` unfinished uploads one that has stood still for ten minutes gives way, else UploadsTooMany.
        Raises UploadSizeDiffers.
        """
        now = clock()
        with self._writing() as connection:
            row = connection.execute(select(envelopes).where(envelopes.c.digest == digest)).one_or_none()
            if row is not None:
                if row.size != size:
                    raise UploadSizeDiffers(expected=row.size, got=size)
                return self._usable(row)
            displaced = self._displaced(connection, most, now)
            connection.execute(
                insert(envelopes).values(digest=digest, size=size, held=0, changed_at=now, whole=False, committed=False)
            )
        if displaced is not None:
            self._remove_file(displaced)
        return 0

    def upload(self, digest: bytes) -> Upload | None:
        """What is known of an envelope under that digest, whole or not."""
        row = self._row(digest)
        if row is None:
            return None
        held = self._usable(row)
        is_whole = row.whole and held == row.size
        return Upload(digest, row.size, held, row.changed_at, is_whole, row.committed, row.process_id, row.round)

    def append(self, digest: bytes, offset: int, data: bytes, *, clock: Callable[[], int] = _now) -> int:
        """Add bytes durably; the new offset. ``clock`` is asked when they are durable.

        Raises UploadUnknown, UploadOffsetDiffers, UploadBeyondEnd, StoreFull.
        """
        self._known(digest)
        with self._locked(digest) as file:
            row = self._known(digest)
            held = self._usable(row)
            if offset != held:
                raise UploadOffsetDiffers(expected=held, got=offset)
            end = offset + len(data)
            if end > row.size:
                raise UploadBeyondEnd(size=row.size, got=end)
            if not data:
                return held
            add(file, offset, data)
            now = clock()
            changed: dict[str, Any] = {"held": end, "changed_at": now, "whole": False}
            if not offset:
                changed["process_id"] = None  # after a restored backup: the header comes anew
            if end == row.size and row.arrived_at is None:
                changed["arrived_at"] = now
            with self._writing() as connection:
                connection.execute(update(envelopes).where(envelopes.c.digest == digest).values(**changed))
            return end

    def describe(self, digest: bytes, fits: Fits) -> bool:
        """Note whose envelope an unfinished one is, once its header is here: its bytes count for the round from now on.

        ``fits`` is asked while nobody else can change the bytes. Answers whether it was noted just now. Raises what
        that raises, UploadUnknown, EnvelopeMalformed.
        """
        self._known(digest)
        with self._locked(digest) as file:
            row = self._known(digest)
            header = None if row.process_id is not None else header_of(file, self._usable(row), row.size)
            if header is not None:
                noted = {**_facts(header), "committed": fits(header, row.size)}
                with self._writing() as connection:
                    connection.execute(update(envelopes).where(envelopes.c.digest == digest).values(**noted))
            return header is not None

    def claim_place(self, digest: bytes) -> bool:
        """Have this upload be the only one with its commitment, of which one digest alone can be right: others, that
        lack bytes, are forgotten. False if one has all of them, which then is the right one or being compared."""
        with self._writing() as connection:
            commitment = select(envelopes.c.commitment).where(envelopes.c.digest == digest).scalar_subquery()
            others = and_(envelopes.c.commitment == commitment, envelopes.c.digest != digest)
            found = connection.execute(select(envelopes).where(others)).all()
            if any(row.held == row.size or row.receiver is not None for row in found):
                return False
            connection.execute(delete(envelopes).where(envelopes.c.digest.in_([row.digest for row in found])))
        for row in found:
            self._remove_file(row.digest)
        return True

    def complete(self, digest: bytes, fits: Fits | None = None) -> Arrived:
        """Compare the digests of an envelope whose bytes are all here; from now on it is whole. Repeating is no harm.

        ``fits`` as for ``describe``: an upload can have been begun anew since, and then is not described. Raises what
        that raises, UploadUnknown, EnvelopeUnfinished; and, having forgotten it, EnvelopeAltered, EnvelopeMalformed or
        ContentAltered.
        """
        self._known(digest)
        with self._locked(digest) as file:
            row = self._known(digest)
            held = self._usable(row)
            if held != row.size:
                raise EnvelopeUnfinished(held=held, size=row.size)
            if not row.whole:
                try:
                    header = compared(file, digest)
                except (EnvelopeAltered, EnvelopeRefused):
                    self._forget(row)
                    raise
                changed = {**_facts(header), "whole": True}
                if fits is not None and row.process_id is None:
                    changed["committed"] = fits(header, row.size)
                with self._writing() as connection:
                    connection.execute(update(envelopes).where(envelopes.c.digest == digest).values(**changed))
        found = self.arrived(digest)
        if found is None:  # removed by another one, right now
            raise UploadUnknown(digest=digest)
        return found

    def discard(self, digest: bytes) -> None:
        """Forget an unfinished upload; of none it is no failure. Raises EnvelopeArrived for a whole envelope."""
        row = self._row(digest)
        if row is None:
            return
        with self._locked(digest):
            row = self._row(digest)
            if row is not None and row.whole:
                raise EnvelopeArrived(digest=digest)
            if row is not None:
                self._forget(row)

    # Whole envelopes

    def arrived(self, digest: bytes) -> Arrived | None:
        """The whole envelope with that digest, or None."""
        return next(iter(self._arrived(envelopes.c.digest == digest)), None)

    def of_commitment(self, commitment: bytes) -> Arrived | None:
        """The whole envelope that belongs to a commitment: there is at most one."""
        return next(iter(self._arrived(envelopes.c.commitment == commitment)), None)

    def of_round(self, process_id: bytes, round: int) -> list[Arrived]:
        """The whole envelopes of a round in the order of their arrival."""
        return self._arrived(_in_round(process_id, round))

    def open(self, digest: bytes) -> BinaryIO:
        """The bytes of a whole envelope, not compared with the digest again. Raises EnvelopeMissing."""
        if self.arrived(digest) is None:
            raise EnvelopeMissing(digest=digest)
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            raise EnvelopeMissing(digest=digest) from None

    def read_header(self, digest: bytes) -> envelope.Header:
        """The header of an envelope, whole or not. Raises UploadUnknown, EnvelopeMissing, EnvelopeMalformed."""
        self._known(digest)
        try:
            with self.path(digest).open("rb") as file:
                return envelope.read_header(file)
        except FileNotFoundError:
            raise EnvelopeMissing(digest=digest) from None

    def keep_promise(self, digest: bytes, receiver: bytes, deliver_by: int, signature: bytes) -> Arrived:
        """Keep the promise made for a whole envelope; what is kept is the first one. Raises EnvelopeMissing."""
        with self._writing() as connection:
            none_yet = and_(envelopes.c.digest == digest, envelopes.c.whole, envelopes.c.receiver.is_(None))
            kept = {"receiver": receiver, "deliver_by": deliver_by, "signature": signature}
            connection.execute(update(envelopes).where(none_yet).values(**kept))
        found = self.arrived(digest)
        if found is None:
            raise EnvelopeMissing(digest=digest)
        return found

    def path(self, digest: bytes) -> Path:
        """Where an envelope's file is, if there is one."""
        name = digest.hex()
        return self.folder / name[:2] / name

    # Room

    def unnamed_bytes(self, process_id: bytes, round: int) -> int:
        """Bytes of a round's envelopes, unfinished ones among them, that no commitment was seen for; each counts for
        ``LEAST`` at least. Of several with one commitment all but one count: anybody with its header begins them."""
        counted, here, other = _largest(envelopes.c.held, LEAST), _in_round(process_id, round), envelopes.alias()
        unnamed = select(func.sum(counted)).where(here, envelopes.c.committed == false())
        is_first = or_(other.c.whole, other.c.digest < envelopes.c.digest)
        first = exists().where(other.c.commitment == envelopes.c.commitment, is_first)
        # The round is no condition, else its whole envelopes would be read: unfinished ones are few.
        beside = select(func.sum(case((here, counted), else_=0))).where(
            envelopes.c.whole == false(), envelopes.c.committed, first
        )
        with self.state.reading() as connection:
            return sum(int(connection.execute(query).scalar() or 0) for query in (unnamed, beside))

    def unnamed_rounds(self) -> list[tuple[bytes, int]]:
        """Process and round of all envelopes that no commitment was seen for."""
        places = envelopes.c.process_id, envelopes.c.round
        known = and_(envelopes.c.process_id.is_not(None), envelopes.c.committed == false())
        with self.state.reading() as connection:
            return [(bytes(row[0]), int(row[1])) for row in connection.execute(select(*places).where(known).distinct())]

    def note_committed(self, bids: Set[Bid]) -> None:
        """Note that the ledger has these bids: their envelopes, unfinished ones, too, no longer count for the round."""
        named = [envelopes.c[name] for name in ("digest", "process_id", "round", "commitment", "author")]
        commitments = list({commitment for _, _, commitment, _ in bids})
        for start in range(0, len(commitments), _AT_ONCE):
            wanted = envelopes.c.commitment.in_(commitments[start : start + _AT_ONCE])
            with self.state.reading() as connection:
                found = connection.execute(select(*named).where(wanted, envelopes.c.committed == false())).all()
            # A commitment that somebody else committed, or for another round, names no envelope.
            self._mark_committed([digest for digest, *bid in found if tuple(bid) in bids])

    def remove_uncommitted(self, before: int, committed: Callable[[bytes], bool]) -> int:
        """Remove whole envelopes whose promise was due before that second and that no commitment followed on.

        One that was never promised counts as promised on arrival. ``committed``: whether the ledger has a commitment.
        What a transaction that waits here commits stays. How many were removed.
        """
        due = func.coalesce(envelopes.c.deliver_by, envelopes.c.arrived_at + DAY) < before
        removed = 0
        for row in self._rows(and_(envelopes.c.whole, envelopes.c.committed == false(), due)):
            if committed(row.commitment):
                self._mark_committed([row.digest])
            elif self._remove_unless_waiting(row.digest, row.commitment):
                removed += 1
        return removed

    def remove_unfinished(self, before: int) -> int:
        """Remove uploads to which nothing came since that second; how many."""
        stale = and_(envelopes.c.whole == false(), envelopes.c.receiver.is_(None), envelopes.c.changed_at < before)
        removed = 0
        for row in self._rows(stale):
            with self._locked(row.digest):
                now = self._row(row.digest)
                if now is not None and not now.whole and now.changed_at < before:
                    self._forget(now)
                    removed += 1
        return removed

    def remove_orphans(self) -> int:
        """Remove files that no row has known for a day, as a crash leaves them; how many. It looks at every file."""
        with self.state.reading() as connection:
            known = {digest.hex() for digest in connection.execute(select(envelopes.c.digest)).scalars()}
        removed = 0
        for path in self.folder.glob(f"[0-9a-f][0-9a-f]/{'[0-9a-f]' * 64}"):
            with suppress(FileNotFoundError):
                if path.name not in known and path.stat().st_mtime < _now() - DAY:
                    self._remove_file(bytes.fromhex(path.name))
                    removed += 1
        return removed

    def files(self) -> Iterator[Path]:
        """The files of all whole envelopes."""
        return (self.path(row.digest) for row in self._rows(envelopes.c.whole == true()))

    # Inside

    def _arrived(self, condition: ColumnElement[bool]) -> list[Arrived]:
        found = self._rows(and_(condition, envelopes.c.whole == true()))
        names = Arrived.__slots__
        return [Arrived(*(getattr(row, name) for name in names)) for row in found if self._usable(row) == row.size]

    def _rows(self, condition: ColumnElement[bool]) -> list[Row[Any]]:
        query = select(envelopes).where(condition).order_by(envelopes.c.arrived_at, envelopes.c.digest)
        with self.state.reading() as connection:
            return list(connection.execute(query))

    def _row(self, digest: bytes) -> Row[Any] | None:
        return next(iter(self._rows(envelopes.c.digest == digest)), None)

    def _known(self, digest: bytes) -> Row[Any]:
        row = self._row(digest)
        if row is None:
            raise UploadUnknown(digest=digest)
        return row

    def _usable(self, row: Row[Any]) -> int:
        """What a restored backup or a damaged disk lacks has to come again."""
        try:
            return int(row.held) if self.path(row.digest).stat().st_size >= row.held else 0
        except FileNotFoundError:
            return 0

    def _displaced(self, connection: Any, most: int | None, now: int) -> bytes | None:
        """The upload that gives way to a new one, its row removed."""
        if most is None:
            return None
        # Along the index of unfinished ones: while it counts, nobody else can write.
        unfinished = envelopes.c.whole == false()
        count = connection.execute(select(func.count()).select_from(envelopes).where(unfinished)).scalar()
        if count < most:
            return None
        idle = and_(unfinished, envelopes.c.receiver.is_(None), envelopes.c.changed_at < now - IDLE)
        query = select(envelopes.c.digest).where(idle).order_by(envelopes.c.changed_at).limit(1)
        digest = connection.execute(query).scalar()
        if digest is None:
            raise UploadsTooMany(most=most)
        connection.execute(delete(envelopes).where(envelopes.c.digest == digest))
        return bytes(digest)

    def _mark_committed(self, digests: Sequence[bytes]) -> None:
        if digests:
            with self._writing() as connection:
                connection.execute(update(envelopes).where(envelopes.c.digest.in_(digests)).values(committed=True))

    def _remove_unless_waiting(self, digest: bytes, commitment: bytes) -> bool:
        with self._locked(digest):
            # A transaction is taken in the same way, one writer at a time: it sees the envelope, or keeps it here.
            waiting = select(relayed.c.hash).where(relayed.c.commitment == commitment, relayed.c.state == "waiting")
            with self._writing() as connection:
                if connection.execute(waiting).first() is not None:
                    return False
                connection.execute(delete(envelopes).where(envelopes.c.digest == digest))
            self._unlink(digest)
            return True

    def _forget(self, row: Row[Any]) -> None:
        """The caller holds the lock. What was promised stays known, also while the bytes have to come again."""
        this = envelopes.c.digest == row.digest
        with self._writing() as connection:
            connection.execute(
                delete(envelopes).where(this) if row.receiver is None else update(envelopes).where(this).values(held=0)
            )
        self._unlink(row.digest)

    def _remove_file(self, digest: bytes) -> None:
        with self._locked(digest):
            if self._row(digest) is None:  # else it was announced again
                self._unlink(digest)

    def _unlink(self, digest: bytes) -> None:
        path = self.path(digest)
        path.unlink(missing_ok=True)
        sync(path.parent)

    @contextmanager
    def _locked(self, digest: bytes) -> Iterator[BinaryIO]:
        """The envelope's file, made if it is not there, for this caller alone."""
        path = self.path(digest)
        while True:
            with naming_no_room():
                make_folders([path.parent])
                file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
            with file:
                fcntl.flock(file, fcntl.LOCK_EX)
                # Whoever held the lock before may have removed the file: then this one has no name any more.
                found = os.fstat(file.fileno())
                if found.st_nlink:
                    if not found.st_size:
                        sync(path.parent)
                    yield file
                    return

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        try:
            with self.state.writing() as connection:
                yield connection
        except DatabaseFull as error:
            raise StoreFull() from error


def _in_round(process_id: bytes, round: int) -> ColumnElement[bool]:
    return and_(envelopes.c.process_id == process_id, envelopes.c.round == round)


def _largest(column: ColumnElement[int], least: int) -> Any:
    return case((column < least, least), else_=column)


def _facts(header: envelope.Header) -> dict[str, Any]:
    """What the header says, as the columns have it."""
    context = header.context
    return {
        "process_id": context.process_id,
        "round": context.round,
        "author": context.author,
        "commitment": commitment_of(header),
        "bid_root": header.bid_root,
        "rest_digest": header.rest_digest,
    }
