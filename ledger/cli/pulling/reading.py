"""A day's export read: the chosen buyers' notices, each with what the ledger will know or knows of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ledger.cli.pulling.chosen import is_chosen, may_hold, needles
from ledger.cli.pulling.service import Export
from ledger.errors import ExportBroken, FileEmpty, ReleaseConflict, ReleaseEmbargoed, SiegelError
from ledger.ocds.archive import SIGNATURE
from ledger.ocds.differences import Change
from ledger.ocds.documents import Document, Place, documents_of
from ledger.ocds.importer import SourceRelease, read_file
from ledger.ocds.json_text import read_json
from ledger.ocds.observation import Key, Seen, facts_changed
from ledger.ocds.privacy import DisclosurePolicy, conceal_personal
from ledger.store.observations import ReadDay
from ledger.store.releases import PreparedRelease, ReleaseStore
from ledger.store.sources import keep_source, said_now


@dataclass
class Reading:
    """What one pull reads, day after day. ``refused``: places in the exports and the named reasons; ``disclosed``:
    releases under embargo that the service has published."""

    releases: ReleaseStore
    organisation_id: bytes
    policy: DisclosurePolicy
    buyers: tuple[str, ...]
    ocid_prefix: str = ""
    admit: Callable[[SourceRelease], None] | None = None
    new: int = 0
    refused: list[tuple[str, SiegelError]] = field(default_factory=list)
    disclosed: list[PreparedRelease] = field(default_factory=list)

    @cached_property
    def _embargoed(self) -> set[bytes]:
        return {embargo.digest for embargo in self.releases.embargoed()}

    def fingerprint(self, export: Export) -> bytes:
        """The same for the same export read for the same buyers."""
        return hashlib.sha256(export.sha256 + "\n".join(self.buyers).encode()).digest()

    def read(self, export: Export, known: Collection[Key]) -> ReadDay:
        """The notices of the chosen buyers, and those ``known`` whoever they are of now. New ones are prepared, so
        that they wait to be anchored.

        Raises ExportBroken; what is wrong with single notices is in ``refused``.
        """
        seen: dict[Key, Seen] = {}
        unreadable = 0
        sought = needles([*self.buyers, *(_notice_id(release_id) for _, release_id in known)])
        for document in _documents(export):
            place = "/".join(filter(None, (export.day, document.place.member)))
            if document.error is not None:
                unreadable += 1
                self.refused.append((place, document.error))
                continue
            if sought is not None and not may_hold(document.data, sought):
                continue
            content = read_file(document.data, ocid_prefix=self.ocid_prefix)
            unreadable += not content.releases and bool(content.around.refused)
            self.refused += [(place + refusal.path, refusal.error) for refusal in content.around.refused]
            for found in content.releases:
                if (found.ocid, found.release_id) in known or is_chosen(found.release, self.buyers):
                    self._take(found, document.data, export.day, place, seen)
        return ReadDay(export.day, self.fingerprint(export), tuple(seen.values()), unreadable)

    def _take(self, found: SourceRelease, data: bytes, day: str, place: str, seen: dict[Key, Seen]) -> None:
        key = (found.ocid, found.release_id)
        try:
            if key in seen:
                raise ReleaseConflict(
                    ocid=found.ocid, release_id=found.release_id, difference="it stands twice in this export"
                )
            if self.admit is not None:
                self.admit(found)
            seen[key] = self._seen(found, data, day)
        except SiegelError as error:
            self.refused.append((place + found.path, error))

    def _seen(self, found: SourceRelease, data: bytes, day: str) -> Seen:
        name = (self.organisation_id, found.ocid, found.release_id)
        earlier = self.releases.find(*name)
        if earlier is None:
            original = keep_source(data, self.releases, self.organisation_id)
            prepared, is_new = self.releases.prepare(
                found.release, self.organisation_id, self.policy, source_digest=original, source_path=found.path
            )
            self.new += is_new
            return Seen(day, *name[1:], prepared.digest, original, prepared.source_digest)
        # What was erased must not come back with the next look at the same notice.
        keeps = not self.releases.has_erased(*name)
        if self._differs(earlier, found):
            changed = keep_source(data, self.releases, self.organisation_id) if keeps else None
            told = self._changes(earlier.digest, found.release) if keeps else ()
            anchored = earlier.source_digest
            return Seen(day, *name[1:], earlier.digest, changed, anchored, differs=True, changes=told)
        if earlier.digest in self._embargoed:
            # Published as it was anchored: there is nothing left to withhold (VgV section 40(3)).
            self.releases.end_embargo(earlier.digest, actor="siegel pull", why=f"published in the export of {day}")
            self.disclosed.append(earlier)
        unchanged = earlier.source_digest if keeps else None
        return Seen(day, *name[1:], earlier.digest, unchanged, earlier.source_digest)

    def _differs(self, earlier: PreparedRelease, found: SourceRelease) -> bool:
        """Whether the service says something else now. What another version of this software made of the same notice
        is no change."""
        try:
            self.releases.require_same(earlier, found.release)
        except ReleaseConflict:
            return said_now(self.releases, earlier).get((found.ocid, found.release_id)) != found.release
        return False

    def _changes(self, anchored: bytes, release: dict[str, Any]) -> tuple[Change, ...]:
        """What the release as it is seen now says otherwise, as far as everybody may read it."""
        try:
            shown = read_json(self.releases.stored_bytes(anchored))
        except ReleaseEmbargoed:
            return ()
        return facts_changed(shown, conceal_personal(release, self.policy)[0])


def _notice_id(release_id: str) -> str:
    """A notice's own number, which every version of it has (BT-701; our release ids are number and version)."""
    return release_id.rpartition("-")[0] or release_id


def _documents(export: Export) -> Iterator[Document]:
    """The files of an export. Raises ExportBroken if it is no ZIP, or one that was cut off."""
    is_zip = export.file.read(len(SIGNATURE)) == SIGNATURE
    export.file.seek(0)
    if not is_zip:
        raise ExportBroken(day=export.day, why="not a ZIP")
    for document in documents_of(export.file):
        if isinstance(document.error, FileEmpty) and document.place == Place():
            return  # a day without any notice
        if document.error is not None and document.place == Place():
            raise ExportBroken(day=export.day, why=str(document.error)) from document.error
        if not document.passed_over:
            yield document
