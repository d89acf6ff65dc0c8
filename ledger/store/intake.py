"""A batch of documents on its way into store and state: decided, made durable, then written in one transaction.

Order of a crash: the digests are noted (``ledger.store.unfinished``), the objects become durable, then one transaction
names them all. Before it, nothing of the batch is there for anybody, and the next import takes the objects out; after
it, all of it is. Only what stands in the state can be signed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.errors import OcidPrefixMissing, ReleaseConflict, SiegelError
from ledger.ocds.check import check_release
from ledger.ocds.contradictions import contradictions
from ledger.ocds.digest import new_salt, plain_digest, salted_digest
from ledger.ocds.documents import Place
from ledger.ocds.importer import ReadFile, SourceRelease
from ledger.ocds.json_text import pointer, write_json
from ledger.ocds.privacy import DisclosurePolicy, conceal_personal
from ledger.ocds.releases import require_size
from ledger.ocds.report import ImportReport, Repair, Unused
from ledger.ocds.unlike import difference
from ledger.store.embargoes import embargoes_of, insert_embargoes, require_embargo
from ledger.store.import_journal import JournalEntry, file_name_of, journalled, write_journal
from ledger.store.objects import StoreClass
from ledger.store.outbox import Outbox, OutboxStatus
from ledger.store.release_rows import (
    NewRelease,
    PreparedRelease,
    disclosures_of,
    erased_among,
    find_releases,
    insert_releases,
    notice_key,
    releases_from,
)
from ledger.store.releases import NOTICE, ReleaseStore
from ledger.store.sources import NewSource, find_sources, insert_sources, said_now
from ledger.store.unfinished import noted

Name = tuple[str, str]
"""ocid and release id, which name a release of one organisation."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that was read: the file it came in, its place there, its bytes and what they say.

    ``step``: how many bytes of the file were read for it.
    """

    path: Path
    place: Place
    data: bytes
    content: ReadFile
    step: int = 0


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """The outcome of one document: releases that are new, releases known before, and the account of its values."""

    path: Path
    place: Place
    report: ImportReport
    new: list[PreparedRelease] = field(default_factory=list)
    known: list[PreparedRelease] = field(default_factory=list)
    step: int = 0


@dataclass(slots=True)
class _Batch:
    """What is known and what was decided while one batch is gone through."""

    known: dict[Name, PreparedRelease]
    disclosures: dict[bytes, list[str]]
    erased: set[Name]
    sources: dict[bytes, bytes]
    fresh: dict[Name, NewRelease] = field(default_factory=dict)
    said: dict[Name, dict[str, Any]] = field(default_factory=dict)
    origins: dict[Name, Path] = field(default_factory=dict)
    originals: dict[bytes, NewSource] = field(default_factory=dict)
    said_now: dict[bytes, dict[Name, dict[str, Any]]] = field(default_factory=dict)
    places: dict[bytes, dict[str, PreparedRelease]] = field(default_factory=dict)


class Intake:
    """What an organisation takes in. ``admit`` raises a named failure for a release that is not to be anchored.

    ``embargo_until``: when what is new may be shown, in seconds since 1970; None: at once.
    ``trying``: only decide, and keep nothing; what earlier batches would have kept is remembered by its digest.
    """

    def __init__(
        self,
        releases: ReleaseStore,
        organisation_id: bytes,
        policy: DisclosurePolicy,
        admit: Callable[[SourceRelease], None] | None = None,
        *,
        embargo_until: int | None = None,
        trying: bool = False,
    ) -> None:
        self._releases, self._organisation_id, self._policy = releases, organisation_id, policy
        self._admit, self._embargo_until, self._trying = admit, embargo_until, trying
        self._tried: dict[Name, tuple[PreparedRelease, bytes, Path]] = {}

    def take(self, documents: Sequence[ReadDocument]) -> list[ImportedDocument]:
        """The outcomes of these documents, once all that is new in them is durable. Bad content raises nothing."""
        batch = self._ask(documents)
        outcomes = [self._decide(document, batch) for document in documents]
        if self._trying:
            for name, new in batch.fresh.items():
                said = plain_digest(write_json(batch.said[name]))
                self._tried[name] = (new.prepared, said, batch.origins[name])
        else:
            self._keep(documents, outcomes, batch)
        return outcomes

    def _ask(self, documents: Sequence[ReadDocument]) -> _Batch:
        """What the state knows of all that these documents may bring, asked once for all."""
        names = {name for document in documents for found in document.content.releases for name in _names(found)}
        plains = {document.content.plain_sha256 for document in documents}
        with self._releases.state.reading() as connection:
            known = find_releases(connection, self._organisation_id, names)
            return _Batch(
                known,
                disclosures_of(connection, {each.digest for each in known.values()}),
                erased_among(connection, self._organisation_id, names),
                find_sources(connection, self._organisation_id, plains),
            )

    def _decide(self, document: ReadDocument, batch: _Batch) -> ImportedDocument:
        content, now = document.content, datetime.now(UTC)
        new: list[PreparedRelease] = []
        known = self._known_though_refused(document, batch)
        # A grown package brings the old releases again, with all that was erased from them: it is not kept.
        keeps = not any((found.ocid, found.release_id) in batch.erased for found in content.releases)
        for found in list(content.releases):
            try:
                if self._admit is not None:
                    self._admit(found)
                earlier, taken = self._meet(document, found, batch)
                if earlier is None:
                    prepared = self._make(document, taken, batch, keeps=keeps)
                    new.append(prepared)
                else:
                    known.append(earlier)
            except SiegelError as error:
                content.refuse(found, error)
                continue
            if taken is not found:
                content.releases[content.releases.index(found)] = taken
            taken.account.contradictory += contradictions(taken.release, taken.path, now)
        return ImportedDocument(document.path, document.place, content.report, new, known, document.step)

    def _meet(
        self, document: ReadDocument, found: SourceRelease, batch: _Batch
    ) -> tuple[PreparedRelease | None, SourceRelease]:
        """The same release as it was taken in before, or None for a new one; and the release under its final id.

        Raises ReleaseConflict if what was taken in before says something else.
        """
        try:
            known, taken = self._by_name(found, batch)
        except ReleaseConflict:
            known = self._at_the_same_place(document, found, batch)
            if known is None:
                raise
            return known, found
        return known or self._at_the_same_place(document, taken, batch), taken

    def _by_name(self, found: SourceRelease, batch: _Batch) -> tuple[PreparedRelease | None, SourceRelease]:
        try:
            return self._same(found, batch), found
        except ReleaseConflict:
            later = _later_state(found, self._earlier_date(found, batch))
            if later is None:
                raise
            return self._same(later, batch), later

    def _at_the_same_place(self, document: ReadDocument, found: SourceRelease, batch: _Batch) -> PreparedRelease | None:
        """What an earlier version made of the same place of the same file, perhaps under another id."""
        known = self._places(document, batch).get(found.path)
        if known is None or known.ocid != found.ocid:
            return None
        self._require_embargo(known)
        return known

    def _places(self, document: ReadDocument, batch: _Batch) -> dict[str, PreparedRelease]:
        original = batch.sources.get(document.content.plain_sha256)
        if original is None:
            return {}
        if original not in batch.places:
            with self._releases.state.reading() as connection:
                batch.places[original] = releases_from(connection, original)
        return batch.places[original]

    def _known_though_refused(self, document: ReadDocument, batch: _Batch) -> list[PreparedRelease]:
        """What an earlier version took from this very file where this one takes nothing: it stands as it was taken."""
        around, found = document.content.around, list[PreparedRelease]()
        if self._embargo_until is not None:
            return found
        for refusal in list(around.refused):
            known = self._places(document, batch).get(refusal.path)
            if known is not None and not isinstance(refusal.error, OcidPrefixMissing):  # which is for a setting to mend
                around.refused.remove(refusal)
                around.unused.append(Unused(refusal.path, "an earlier version took it in", refusal.leaves))
                found.append(known)
        return found

    def _earlier_date(self, found: SourceRelease, batch: _Batch) -> str | None:
        name = (found.ocid, found.release_id)
        if name in batch.known:
            return batch.known[name].date
        if name in batch.fresh:
            return batch.fresh[name].prepared.date
        return self._tried[name][0].date if name in self._tried else None

    def _same(self, found: SourceRelease, batch: _Batch) -> PreparedRelease | None:
        name = (found.ocid, found.release_id)
        if name in batch.known:
            known = batch.known[name]
            try:
                self._releases.require_same(known, found.release, batch.disclosures[known.digest])
            except ReleaseConflict as error:
                if not self._says_now(known, found, batch):
                    raise _conflict(found, error.values["difference"], self._file_of(known)) from None
            self._require_embargo(known)
            return known
        if name in batch.fresh:
            if batch.said[name] == found.release:
                return batch.fresh[name].prepared
            raise _conflict(found, difference(batch.said[name], found.release), batch.origins[name].name)
        if name in self._tried:
            prepared, digest, origin = self._tried[name]
            if plain_digest(write_json(found.release)) == digest:
                return prepared
            raise _conflict(found, "it says something else", origin.name)
        return None

    def _says_now(self, known: PreparedRelease, found: SourceRelease, batch: _Batch) -> bool:
        """Whether the file that brought the known release says the same as this one, read by the same version."""
        original = known.source_digest
        if original is None:
            return False
        if original not in batch.said_now:
            batch.said_now[original] = said_now(self._releases, known)
        return batch.said_now[original].get((found.ocid, found.release_id)) == found.release

    def _require_embargo(self, known: PreparedRelease) -> None:
        """Raises what ``require_embargo`` raises."""
        if self._embargo_until is None:
            return
        with self._releases.state.reading() as connection:
            until = embargoes_of(connection, [known.digest]).get(known.digest)
        require_embargo(known.ocid, known.release_id, until, self._embargo_until)

    def _file_of(self, known: PreparedRelease) -> str | None:
        with self._releases.state.reading() as connection:
            return file_name_of(connection, known.source_digest)

    def _make(self, document: ReadDocument, found: SourceRelease, batch: _Batch, *, keeps: bool) -> PreparedRelease:
        check_release(found.release)
        concealed, made = conceal_personal(found.release, self._policy)
        data, salt = write_json(concealed), new_salt()
        require_size(data, made)
        digest = salted_digest(salt, data)
        prepared = PreparedRelease(
            key=notice_key(self._organisation_id, digest),
            digest=digest,
            organisation_id=self._organisation_id,
            ocid=found.ocid,
            release_id=found.release_id,
            date=found.date,
            tags=tuple(found.release["tag"]),
            source_digest=self._original(document, batch) if keeps else None,
            status=OutboxStatus.PREPARED,
            transaction=None,
        )
        name = (found.ocid, found.release_id)
        batch.fresh[name] = NewRelease(prepared, data, salt, made, found.path)
        batch.said[name], batch.origins[name] = found.release, document.path
        return prepared

    def _original(self, document: ReadDocument, batch: _Batch) -> bytes:
        """The anchored digest of a document's bytes; the same bytes of the same organisation are kept once."""
        plain = document.content.plain_sha256
        if plain in batch.sources:
            return batch.sources[plain]
        if plain not in batch.originals:
            salt = new_salt()
            batch.originals[plain] = NewSource(salted_digest(salt, document.data), salt, plain, document.data)
        return batch.originals[plain].digest

    @property
    def _class(self) -> StoreClass:
        return StoreClass.PUBLIC if self._embargo_until is None else StoreClass.CONFIDENTIAL

    def _keep(self, documents: Sequence[ReadDocument], outcomes: list[ImportedDocument], batch: _Batch) -> None:
        with self._releases.state.reading() as connection:
            told = journalled(connection, self._organisation_id, {outcome.path.name for outcome in outcomes})
        journal = [
            JournalEntry.of(outcome, self._source_of(document, outcome, batch))
            for document, outcome in zip(documents, outcomes, strict=True)
            if outcome.new or (outcome.report.refused and JournalEntry.sums(outcome) not in told)
        ]
        objects = [
            *((StoreClass.ERASABLE, source.data, source.salt) for source in batch.originals.values()),
            *((StoreClass.ERASABLE, entry.report, entry.salt) for entry in journal),
            *((self._class, new.data, new.salt) for new in batch.fresh.values()),
        ]
        if not objects:
            return
        store = self._releases.store
        with noted(store, [salted_digest(salt, data) for _, data, salt in objects]):
            store.put_all(objects)
            unnamed = self._write(outcomes, batch, journal)
            for digest in unnamed:
                store.discard(digest)

    def _write(self, outcomes: list[ImportedDocument], batch: _Batch, journal: list[JournalEntry]) -> list[bytes]:
        """All rows in one transaction. Digests of what another process took in meanwhile: its own counts then."""
        unnamed: list[bytes] = []
        with self._releases.state.writing() as connection:
            overtaken = find_releases(connection, self._organisation_id, batch.fresh)
            for name, other in overtaken.items():
                ours = batch.fresh.pop(name).prepared
                unnamed.append(ours.digest)
                for outcome in outcomes:
                    if ours in outcome.new:
                        outcome.new.remove(ours)
                        outcome.known.append(other)
            kept = find_sources(connection, self._organisation_id, batch.originals)
            named = {plain: source.digest for plain, source in batch.originals.items()} | kept
            now_named = {batch.originals[plain].digest: digest for plain, digest in named.items() if plain in kept}
            unnamed += now_named
            fresh = [_named(new, now_named) for new in batch.fresh.values()]
            for outcome in outcomes:
                outcome.new[:] = [_renamed(prepared, now_named) for prepared in outcome.new]
            acts = [
                (each.prepared.key, self._organisation_id, each.prepared.digest + (each.prepared.source_digest or b""))
                for each in fresh
            ]
            Outbox(connection).prepare_all(acts, NOTICE)
            insert_releases(connection, fresh)
            if self._embargo_until is not None:
                insert_embargoes(connection, [each.prepared.digest for each in fresh], self._embargo_until)
            originals = [source for plain, source in batch.originals.items() if plain not in kept]
            insert_sources(connection, self._organisation_id, originals)
            write_journal(connection, self._organisation_id, journal, now_named, int(time.time()))
        return unnamed

    def _source_of(self, document: ReadDocument, outcome: ImportedDocument, batch: _Batch) -> bytes | None:
        if not outcome.new or outcome.new[0].source_digest is None:
            return None
        return self._original(document, batch)


def _conflict(found: SourceRelease, told: str, file: str | None) -> ReleaseConflict:
    if file is not None:
        told += f" from what came in {file}"
    return ReleaseConflict(ocid=found.ocid, release_id=found.release_id, difference=told)


def _names(found: SourceRelease) -> tuple[Name, ...]:
    own = (found.ocid, found.release_id)
    return (own, (found.ocid, _later_id(found))) if _is_compiled(found) else (own,)


def _is_compiled(found: SourceRelease) -> bool:
    return found.path.rpartition("/")[2] == "compiledRelease" or "compiled" in found.release["tag"]


def _later_id(found: SourceRelease) -> str:
    return f"{found.release_id}-{found.date}"


def _later_state(found: SourceRelease, earlier_date: str | None) -> SourceRelease | None:
    """A compiled release is no release but a state of its process, and publishers keep its id while the state moves
    on (OCDS leaves that open). One of another date is therefore another state, told apart by its date."""
    if not _is_compiled(found) or earlier_date in (None, found.date):
        return None
    release_id, where, account = _later_id(found), pointer(found.path, "id"), found.account
    why = "another state of the same compiled release was taken in before"
    repaired = [each for each in account.repaired if each.path == where]
    added = [each for each in account.added if each.path == where]
    if added:
        account.added = [replace(each, value=release_id) if each in added else each for each in account.added]
    elif repaired:
        account.repaired = [replace(each, now=release_id) if each in repaired else each for each in account.repaired]
    else:
        account.mapped -= 1
        account.repaired.append(Repair(where, found.release_id, release_id, why))
    return replace(found, release_id=release_id, release={**found.release, "id": release_id})


def _renamed(prepared: PreparedRelease, now_named: dict[bytes, bytes]) -> PreparedRelease:
    if prepared.source_digest not in now_named:
        return prepared
    return replace(prepared, source_digest=now_named[prepared.source_digest])


def _named(new: NewRelease, now_named: dict[bytes, bytes]) -> NewRelease:
    return replace(new, prepared=_renamed(new.prepared, now_named))
