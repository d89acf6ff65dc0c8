"""The acts of one process so far: what its rows are made of, and what its further acts go on from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.chain.heads import next_head
from ledger.chain.record import ZERO, ActRecord
from ledger.index.fold import ProcessFold
from ledger.terms import Act


@dataclass(frozen=True, slots=True)
class Entry:
    """One act with its place and digest."""

    record: ActRecord
    block_number: int
    digest: bytes


class History:
    """One process's acts in their order, without gaps; only those that published something are kept one by one.

    ``kinds``: kind bits of the organisation when the process began; ``genesis``: the head before the first act.

    ``acts`` is their number, ``head`` the head after the last one. ``new`` are the acts, and ``fold.touched`` the bids
    they changed, of which rows have not been stored; at first, and whenever a process is derived whole, that is all.
    """

    first: Entry
    last: Entry

    def __init__(self, process_id: bytes, kinds: int, genesis: bytes) -> None:
        self.process_id = process_id
        self.fold = ProcessFold(kinds)
        self.head = genesis
        self.acts = 0
        self.new: list[Entry] = []
        self.publishing: dict[int, Entry] = {}  # acts with a release, by their sequence
        self.erased: dict[bytes, int] = {}  # releases that were erased as a whole, each with the act that says so
        self.is_stored = False  # whether rows of all but what is new are in the index

    def take(self, entries: Iterable[Entry]) -> History:
        """Go on with these acts; itself."""
        for entry in entries:
            record = entry.record
            if not self.acts:
                self.first = entry
            self.acts += 1
            self.last = entry
            self.head = next_head(self.head, entry.digest)
            self.fold.apply(record)
            # FieldsErased names in ``subject`` the release that act ``ref`` published, if all of it is erased; where
            # fields are, ``subject`` is the digest of their list.
            meant = self.publishing.get(record.ref)
            if record.act == Act.FIELDS_ERASED and meant is not None and record.subject == meant.record.release:
                self.erased.setdefault(record.subject, record.sequence)
            if record.release != ZERO:
                self.publishing[record.sequence] = entry
            self.new.append(entry)
        return self

    def settle(self) -> None:
        """All rows are stored; from here on only what comes is new."""
        self.new.clear()
        self.fold.touched.clear()
        self.is_stored = True
