"""Releases between their making and their anchoring, and what may be shown of them.

``prepare`` makes everything durable that the act will name: the object in the store, then in one transaction its
salt, its disclosures and its place in the outbox. Only what stands in the outbox may be signed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update

from ledger.errors import (
    DisclosureUnknown,
    EmbargoDiffers,
    ObjectErased,
    ReleaseConflict,
    ReleaseEmbargoed,
    SaltMissing,
    SiegelError,
)
from ledger.ocds.check import check_release
from ledger.ocds.digest import new_salt, salted_digest
from ledger.ocds.disclosure import (
    DOTS,
    SD,
    DisclosedField,
    Disclosure,
    Redaction,
    disclose,
    disclosed_fields,
    read_disclosure,
    redactions,
    strip,
)
from ledger.ocds.json_text import read_json, write_json
from ledger.ocds.privacy import DisclosurePolicy, conceal_personal
from ledger.ocds.releases import require_size
from ledger.ocds.unlike import difference
from ledger.store.audit import AuditTrail
from ledger.store.embargoes import (
    Embargo,
    embargoes_of,
    insert_embargoes,
    open_embargoes,
    require_embargo,
    withheld_until,
)
from ledger.store.objects import ObjectStore, StoreClass
from ledger.store.outbox import Outbox, OutboxStatus
from ledger.store.parameters import in_pieces
from ledger.store.release_rows import (
    RELEASES_WITH_STATUS,
    NewRelease,
    PreparedRelease,
    disclosures_of,
    erased_among,
    find_release,
    insert_releases,
    notice_key,
    prepared_of,
)
from ledger.store.state import State
from ledger.store.tables import disclosures, embargoes, outbox, releases, salts

__all__ = ["NOTICE", "PreparedRelease", "ReleaseStore", "notice_key"]

NOTICE = "NoticePublished"


class ReleaseStore:
    """The releases of one installation: objects in ``store``, everything about them in ``state``."""

    def __init__(self, store: ObjectStore, state: State) -> None:
        self.store = store
        self.state = state

    def prepare(
        self,
        release: dict[str, Any],
        organisation_id: bytes,
        policy: DisclosurePolicy,
        *,
        source_digest: bytes | None = None,
        source_path: str | None = None,
        embargo_until: int | None = None,
        act: str = NOTICE,
    ) -> tuple[PreparedRelease, bool]:
        """Make a release ready for anchoring; the flag says whether it is new.

        The same release (by organisation, ocid and id) is prepared once; giving it again yields the earlier one.
        ``embargo_until``: not to be shown before, in seconds since 1970.

        Raises ReleaseConflict if it is given with other content, EmbargoTooLate or EmbargoDiffers if with another
        embargo, ReleaseInvalid (or a nearer name) if the standard's checker would not accept it, ReleaseTooLarge.
        """
        check_release(release)
        known = self.find(organisation_id, release["ocid"], release["id"])
        if known is not None:
            self.require_same(known, release)
            self._require_same_embargo(known, embargo_until)
            return known, False
        concealed, made = conceal_personal(release, policy)
        data = write_json(concealed)
        require_size(data, made)
        return self._keep(
            release,
            data,
            new_salt(),
            made,
            organisation_id,
            act,
            source_digest,
            source_path,
            embargo_until,
        )

    def adopt(
        self, data: bytes, salt: bytes, disclosure_texts: Sequence[str], organisation_id: bytes, act: str
    ) -> tuple[PreparedRelease, bool]:
        """Keep a release that another installation made, such as the one that comes with a proposal.

        Bytes and salt stay as they are, and with them the digest. Raises what ``disclose`` raises if a disclosure does
        not belong to it, ReleaseInvalid if the standard's checker would not accept it, ReleaseConflict if this
        installation has another release of that ocid and id, ReleaseTooLarge.
        """
        shown = disclose(read_json(data), disclosure_texts)
        check_release(strip(shown))
        known = self.find(organisation_id, shown["ocid"], shown["id"])
        if known is not None:
            if known.digest != salted_digest(salt, data):
                told = "other bytes or another salt"
                raise ReleaseConflict(ocid=known.ocid, release_id=known.release_id, difference=told)
            return known, False
        made = [read_disclosure(text) for text in disclosure_texts]
        require_size(data, made)
        return self._keep(shown, data, salt, made, organisation_id, act, None, None, None)

    def _keep(
        self,
        release: dict[str, Any],
        data: bytes,
        salt: bytes,
        made: list[Disclosure],
        organisation_id: bytes,
        act: str,
        source_digest: bytes | None,
        source_path: str | None,
        embargo_until: int | None,
    ) -> tuple[PreparedRelease, bool]:
        """The object first, then all about it in one transaction: whoever finds the row finds the object, too."""
        digest = self.store.put(StoreClass.CONFIDENTIAL if embargo_until else StoreClass.PUBLIC, data, salt=salt)
        prepared = PreparedRelease(
            key=notice_key(organisation_id, digest),
            digest=digest,
            organisation_id=organisation_id,
            ocid=release["ocid"],
            release_id=release["id"],
            date=release["date"],
            tags=tuple(release["tag"]),
            source_digest=source_digest,
            status=OutboxStatus.PREPARED,
            transaction=None,
        )
        with self.state.writing() as connection:
            # Another process may have prepared the same release meanwhile; its digest counts then.
            known = find_release(connection, organisation_id, prepared.ocid, prepared.release_id)
            if known is not None:
                return known, False
            Outbox(connection).prepare(prepared.key, organisation_id, act, digest + (source_digest or b""))
            insert_releases(connection, [NewRelease(prepared, data, salt, made, source_path)])
            if embargo_until:
                insert_embargoes(connection, [digest], embargo_until)
        return prepared, True

    def discard(self, digest: bytes) -> None:
        """Forget a release whose act was refused before anything was signed: nobody has seen it, and the corrected one
        may come under the same id. One that was signed or recorded stays."""
        with self.state.writing() as connection:
            query = RELEASES_WITH_STATUS.where(releases.c.digest == digest, outbox.c.status == OutboxStatus.PREPARED)
            row = connection.execute(query).one_or_none()
            if row is None:
                return
            connection.execute(delete(disclosures).where(disclosures.c.release_digest == digest))
            connection.execute(delete(embargoes).where(embargoes.c.digest == digest))
            connection.execute(delete(releases).where(releases.c.digest == digest))
            connection.execute(delete(salts).where(salts.c.digest == digest))
            connection.execute(delete(outbox).where(outbox.c.key == row.key))
        self.store.discard(digest)

    def find(self, organisation_id: bytes, ocid: str, release_id: str) -> PreparedRelease | None:
        """The release of that organisation, ocid and id, or None."""
        with self.state.reading() as connection:
            return find_release(connection, organisation_id, ocid, release_id)

    def has_erased(self, organisation_id: bytes, ocid: str, release_id: str) -> bool:
        """Whether something of that release was erased here."""
        with self.state.reading() as connection:
            return bool(erased_among(connection, organisation_id, {(ocid, release_id)}))

    def waiting(self, organisation_id: bytes) -> list[PreparedRelease]:
        """Notices that are not recorded yet, oldest first, ties in the order of preparation: what to send next.

        Releases of other acts are left out: sent as notices, they would say something else.
        """
        query = RELEASES_WITH_STATUS.where(
            releases.c.organisation_id == organisation_id,
            outbox.c.act == NOTICE,
            outbox.c.status != OutboxStatus.RECORDED,
        ).order_by(releases.c.moment, releases.c.position)
        with self.state.reading() as connection:
            return [prepared_of(row) for row in connection.execute(query)]

    def salt(self, digest: bytes) -> bytes:
        """The salt of a release or an original, from the state. Raises SaltMissing."""
        with self.state.reading() as connection:
            row = connection.execute(select(salts.c.salt).where(salts.c.digest == digest)).one_or_none()
        if row is None:
            raise SaltMissing(digest=digest)
        return bytes(row.salt)

    def stored_bytes(self, digest: bytes) -> bytes:
        """The anchored bytes for everybody. Raises ReleaseEmbargoed besides what ``ObjectStore.get`` raises."""
        self.require_disclosed(digest)
        return self.store.get(digest)

    def disclosures(self, digest: bytes) -> list[str]:
        """The disclosures of a release that were not erased, in the order of their digests."""
        with self.state.reading() as connection:
            return disclosures_of(connection, [digest])[digest]

    def shown(self, digest: bytes) -> dict[str, Any]:
        """The release with disclosed fields in place; erased ones leave their digest in ``_sd``."""
        return disclose(read_json(self.stored_bytes(digest)), self.disclosures(digest))

    def shown_many(self, digests: Sequence[bytes]) -> Iterator[tuple[bytes, dict[str, Any] | SiegelError]]:
        """As ``shown``, of many releases with few questions to the state; a release that cannot be shown gives the
        named failure that ``shown`` would raise."""
        held_back: dict[bytes, int] = {}
        with self.state.reading() as connection:
            texts = disclosures_of(connection, digests)
            for piece in in_pieces(digests):
                waiting = select(embargoes).where(embargoes.c.digest.in_(piece), embargoes.c.ended_at.is_(None))
                held_back |= {bytes(row.digest): row.until for row in connection.execute(waiting)}
        for digest in digests:
            try:
                if digest in held_back:
                    raise _embargoed(digest, held_back[digest])
                yield digest, disclose(read_json(self.store.get(digest)), texts[digest])
            except SiegelError as error:
                yield digest, error

    def redactions(self, digest: bytes) -> list[Redaction]:
        """Where fields of the release are blacked out (geschwärzt)."""
        return redactions(read_json(self.stored_bytes(digest)), self.disclosures(digest))

    def erasable_fields(self, digest: bytes) -> list[DisclosedField]:
        """The fields of the release that can still be erased, with their places in it."""
        return disclosed_fields(read_json(self.stored_bytes(digest)), self.disclosures(digest))

    def erase_fields(self, digest: bytes, sd_digests: list[str], ground: str) -> None:
        """Erase salt and value of these fields for good; the release's digest stays valid.

        Raises DisclosureUnknown if one is none of this release. Erasing again changes nothing.
        """
        with self.state.writing() as connection:
            for sd_digest in sd_digests:
                query = select(disclosures.c.text).where(
                    disclosures.c.sd_digest == sd_digest, disclosures.c.release_digest == digest
                )
                row = connection.execute(query).one_or_none()
                if row is None:
                    raise DisclosureUnknown(digest=sd_digest)
                if row.text is not None:
                    change = update(disclosures).where(disclosures.c.sd_digest == sd_digest)
                    connection.execute(change.values(text=None, erased_at=int(time.time()), ground=ground))
        self.state.forget()

    def erase_release(self, digest: bytes, ground: str) -> None:
        """Erase a whole release for good, for personal data where no rule could see it, as in a description.

        Its digest stays on the ledger; bytes, salt and disclosures are gone. The state forgets first, so a crash in
        between leaves an object to erase again. Raises ObjectMissing, or ObjectAltered for an altered object.
        """
        with self.state.writing() as connection:
            connection.execute(delete(salts).where(salts.c.digest == digest))
            change = update(disclosures).where(disclosures.c.release_digest == digest, disclosures.c.text.is_not(None))
            connection.execute(change.values(text=None, erased_at=int(time.time()), ground=ground))
        if self.store.exists(digest):
            self.store.reclassify(digest, StoreClass.ERASABLE)
        self.store.erase(digest, ground)
        self.state.forget()

    def embargoed(self, due_at: int | None = None) -> list[Embargo]:
        """The releases under embargo, next to end first; with ``due_at`` those that end by then."""
        with self.state.reading() as connection:
            return open_embargoes(connection, due_at)

    def _require_same_embargo(self, known: PreparedRelease, wanted: int | None) -> None:
        with self.state.reading() as connection:
            laid = embargoes_of(connection, [known.digest]).get(known.digest)
            still = {each.digest: each.until for each in open_embargoes(connection)}.get(known.digest)
        if wanted is not None:
            require_embargo(known.ocid, known.release_id, laid, wanted)
        elif still is not None:
            raise EmbargoDiffers(ocid=known.ocid, release_id=known.release_id, until=still)

    def end_embargo(self, digest: bytes, *, actor: str, why: str) -> bool:
        """Disclose an embargoed release, and say so in the audit trail; False if it was no more under embargo.

        The object moves first, so a crash leaves it embargoed, to be ended again; its original is withheld until then.
        Raises ObjectMissing, or ObjectAltered for an altered object: that one stays under embargo.
        """
        with suppress(ObjectErased):  # erased meanwhile: there is nothing left to withhold
            self.store.reclassify(digest, StoreClass.PUBLIC)
        with self.state.writing() as connection:
            query = update(embargoes).where(embargoes.c.digest == digest, embargoes.c.ended_at.is_(None))
            if not connection.execute(query.values(ended_at=int(time.time()))).rowcount:
                return False
            AuditTrail(connection).add(actor, "disclose", "0x" + digest.hex(), why=why)
        return True

    def require_disclosed(self, digest: bytes) -> None:
        """Raises ReleaseEmbargoed while a release is under embargo, with the moment ``until`` which it lasts."""
        with self.state.reading() as connection:
            query = select(embargoes.c.until).where(embargoes.c.digest == digest, embargoes.c.ended_at.is_(None))
            row = connection.execute(query).one_or_none()
        if row is not None:
            raise _embargoed(digest, row.until)

    def require_disclosed_original(self, original: bytes) -> None:
        """Raises ReleaseEmbargoed while a release that was made from this original is under embargo."""
        with self.state.reading() as connection:
            until = withheld_until(connection, original)
        if until is not None:
            raise _embargoed(original, until)

    def require_same(self, known: PreparedRelease, release: dict[str, Any], texts: Sequence[str] | None = None) -> None:
        """Raise ReleaseConflict, with the places, unless ``release`` says what the known one says.

        ``texts``: the known one's disclosures, from a caller who has read those of many.
        """
        stored = read_json(self.store.get(known.digest))
        texts = self.disclosures(known.digest) if texts is None else texts
        shown = disclose(stored, texts)
        if shown == release:
            return
        if redactions(stored, texts):
            # Erased fields cannot be compared; all the rest must be the same.
            if _agrees(release, shown):
                return
            told = "what was not erased of it differs"
        else:
            told = difference(shown, release)
        raise ReleaseConflict(ocid=known.ocid, release_id=known.release_id, difference=told)


def _embargoed(digest: bytes, until: int) -> ReleaseEmbargoed:
    return ReleaseEmbargoed(digest=digest, until=datetime.fromtimestamp(until, UTC).isoformat())


def _agrees(given: Any, stored: Any) -> bool:
    """Whether ``given`` is ``stored``, of which digests stand for what was erased: each for one field or list entry."""
    if isinstance(stored, dict):
        if DOTS in stored:
            return True
        fields = {key: entry for key, entry in stored.items() if key != SD}
        return (
            isinstance(given, dict)
            and len(given) - len(fields) == len(stored.get(SD, ()))
            and all(key in given and _agrees(given[key], entry) for key, entry in fields.items())
        )
    if isinstance(stored, list):
        return isinstance(given, list) and len(given) == len(stored) and all(map(_agrees, given, stored))
    return bool(given == stored)
