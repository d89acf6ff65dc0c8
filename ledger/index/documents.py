"""The bytes behind release digests: from the store, and where those are lost or altered from a verified copy.

The index keeps a copy of each public release it has read. A copy counts only if it gives the digest on the chain, so
it can be trusted as far as the chain can; it is what lets a check say *what* was altered, not only *that* something
was. Embargoed and erased releases are never copied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ledger.errors import ObjectAltered, ObjectErased, ObjectMissing
from ledger.index.content import Content, read
from ledger.index.rows import Condition
from ledger.ocds.digest import plain_digest
from ledger.store.objects import ObjectStore, StoreClass


@dataclass(frozen=True, slots=True)
class Copy:
    """A release's bytes with its salt, as the index keeps them."""

    salt: bytes
    data: bytes

    @property
    def plain(self) -> bytes:
        """SHA-256 of the bytes without salt, for people who hold the file."""
        return plain_digest(self.data)

    def gives(self, digest: bytes) -> bool:
        """Whether these are the bytes that were anchored."""
        return plain_digest(self.salt + self.data) == digest


@dataclass(frozen=True, slots=True)
class Document:
    """A release as it was found. ``condition`` is that of the stored object, ``actual`` the digest its bytes give if
    they were altered; ``copy`` are verified bytes from wherever they still are, ``content`` what they say; both
    ``None`` where nothing verified may be shown."""

    digest: bytes
    condition: Condition
    problem: str | None = None
    copy: Copy | None = None
    content: Content | None = None
    actual: bytes | None = None


class Documents:
    """Reads releases from a store; ``copies`` answers with the index's copy of a digest, or ``None``."""

    def __init__(self, store: ObjectStore, copies: Callable[[bytes], Copy | None]) -> None:
        self._store = store
        self._copies = copies

    def load(self, digest: bytes, *, embargoed: bool = False, erased_by: int | None = None) -> Document:
        """The release of that digest; ``embargoed``: it was anchored as one to be disclosed later; ``erased_by``: the
        act that erases all of it. What the store says of itself counts only where the acts say so, too: else whoever
        can move a file could make it vanish from every check."""
        if erased_by is not None:
            # Not read again, be it that the store has yet to erase it, or that a backup brought it back.
            return Document(digest, Condition.ERASED, f"erased by act {erased_by}")
        try:
            kind, salt, data = self._store.whole(digest)
            if kind is not StoreClass.CONFIDENTIAL:
                return self._read(Document(digest, Condition.INTACT), Copy(salt or b"", data))
            found = _out_of_sight(digest, embargoed, "kept among the confidential files")
        except ObjectErased:
            found = Document(digest, Condition.MISSING, "erased, but no act says so")
        except ObjectMissing:
            found = _out_of_sight(digest, embargoed, "not in the store")
        except ObjectAltered as error:
            actual = error.values["actual"]
            found = Document(digest, Condition.ALTERED, f"stored bytes give {actual.hex()}", actual=actual)
        kept = self._copies(digest)
        if kept is None or not kept.gives(digest):
            return found
        if found.condition is Condition.EMBARGOED:  # only what was disclosed is ever copied, and an embargo ends once
            found = Document(digest, Condition.MISSING, "disclosed before, and hidden again")
        return self._read(found, kept)

    def _read(self, found: Document, copy: Copy) -> Document:
        try:
            return replace(found, copy=copy, content=read(copy.data))
        except ValueError as error:
            unreadable = Condition.UNREADABLE if found.condition is Condition.INTACT else found.condition
            return replace(found, copy=copy, condition=unreadable, problem=found.problem or str(error))


def _out_of_sight(digest: bytes, embargoed: bool, problem: str) -> Document:
    if embargoed:
        return Document(digest, Condition.EMBARGOED)
    return Document(digest, Condition.MISSING, problem)
