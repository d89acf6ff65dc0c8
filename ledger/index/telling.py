"""Turns what differs into findings that name process, release, what it was and what it is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ledger.errors import SiegelError
from ledger.index import findings
from ledger.index.compare import RowDifference
from ledger.index.content import parse
from ledger.index.derive import PATHS
from ledger.index.documents import Document
from ledger.index.findings import LABELS, POINTERS, TABLES, Difference, DifferenceKind, shown
from ledger.index.leaves import Leaf, changed_leaves, contradicted_leaves
from ledger.index.rows import Condition
from ledger.ocds.importer import read_file
from ledger.store.objects import ObjectStore, StoreClass

MOST_VALUES = 20  # altered values told one by one for a document

Releases = Sequence[tuple[Mapping[str, Any], Document]]


class Teller:
    """Tells the differences of one process (or, with ``process_id`` ``None``, of none in particular).

    ``releases``: its rows of ``releases`` as they should be, each with its document, in the order of the acts.
    ``ocids``: names for processes where rows of several are told.
    """

    def __init__(
        self,
        process_id: bytes | None,
        ocid: str | None,
        releases: Releases,
        store: ObjectStore | None,
        *,
        ocids: Mapping[bytes, str] = MappingProxyType({}),
    ) -> None:
        self._process_id = process_id
        self._ocid = ocid
        self._releases = releases
        self._store = store
        self._ocids = ocids

    def documents(self) -> Iterator[Difference]:
        """Stored releases that are altered or missing."""
        for row, document in self._releases:
            if document.condition is Condition.MISSING:
                yield self._of_document(DifferenceKind.DOCUMENT_MISSING, findings.DOCUMENT_MISSING, row, document)
            elif document.condition is Condition.ALTERED:
                yield from self._altered(row, document)

    def outdated(self, stored: Iterable[Mapping[str, Any]]) -> Iterator[Difference]:
        """Releases that were disclosed or found again since they were indexed, or were disclosed and are hidden."""
        conditions = {row["sequence"]: row["condition"] for row in stored}
        for row, document in self._releases:
            was = conditions.get(row["sequence"], row["condition"])
            if was in (Condition.EMBARGOED, Condition.MISSING) and document.condition is Condition.INTACT:
                yield self._of_document(DifferenceKind.ROW_OUTDATED, findings.ROW_OUTDATED, row, document)
            elif was == Condition.INTACT and document.condition is Condition.EMBARGOED:
                yield self._of_document(DifferenceKind.DOCUMENT_MISSING, findings.DOCUMENT_MISSING, row, document)

    def rows(self, found: Iterable[RowDifference]) -> Iterator[Difference]:
        """Rows of the index that are not what they should be."""
        for difference in found:
            yield self._row(difference)

    # ---- documents ---------------------------------------------------------------------------------------------

    def _altered(self, row: Mapping[str, Any], document: Document) -> Iterator[Difference]:
        kind = DifferenceKind.DOCUMENT_ALTERED
        if self._is_confidential(document.digest):  # what an embargoed release says is not told, right or altered
            yield self._of_document(kind, findings.DOCUMENT_ALTERED_UNKNOWN, row, document)
            return
        now = _parsed(self._store.get_unverified(document.digest)) if self._store else None
        if now is None:
            yield self._of_document(kind, findings.DOCUMENT_UNREADABLE, row, document)
            return
        if document.copy is not None:
            leaves, source = changed_leaves(_parsed(document.copy.data), now), "copy"
            if not leaves:
                yield self._of_document(kind, findings.DOCUMENT_REWRITTEN, row, document, parsed=now)
        else:
            leaves, source = self._against_original(row, now), "original"
            if not leaves:
                yield self._of_document(kind, findings.DOCUMENT_ALTERED_UNKNOWN, row, document, parsed=now)
        for leaf in leaves[:MOST_VALUES]:
            yield self._of_document(kind, findings.VALUE_ALTERED, row, document, leaf=leaf, source=source, parsed=now)
        if len(leaves) > MOST_VALUES:
            count = len(leaves) - MOST_VALUES
            yield self._of_document(
                kind, findings.MORE_VALUES_ALTERED, row, document, parsed=now, values={"count": count}
            )

    def _is_confidential(self, digest: bytes) -> bool:
        try:
            return self._store is not None and self._store.kind(digest) is StoreClass.CONFIDENTIAL
        except SiegelError:
            return False

    def _against_original(self, row: Mapping[str, Any], now: Any) -> list[Leaf]:
        """What the imported file says otherwise; it is believed only if its digest is the anchored one."""
        original = row["original_digest"]
        if original is None or self._store is None or not isinstance(now, dict):
            return []
        try:
            # An eForms notice got the prefix of its ocid from a setting, the rest is a UUID (BT-04).
            prefix = (self._ocid or "")[:-37]
            sources = read_file(self._store.get(original), ocid_prefix=prefix).releases
        except SiegelError:
            return []
        for source in sources:
            if (source.ocid, source.release_id) == (self._ocid, now.get("id")):
                return contradicted_leaves(source.release, now)
        return []

    def _of_document(
        self,
        kind: DifferenceKind,
        sentence: str,
        row: Mapping[str, Any],
        document: Document,
        *,
        leaf: Leaf = ("", None, None),
        source: str = "chain",
        parsed: Any = None,
        values: Mapping[str, Any] | None = None,
    ) -> Difference:
        where, was, now = leaf
        if not where and kind is DifferenceKind.DOCUMENT_ALTERED:
            was, now = document.digest.hex(), document.actual.hex() if document.actual else None
        release_id = row["release_id"] or (parsed.get("id") if isinstance(parsed, dict) else None)
        said = {
            "ocid": self._ocid,
            "release_id": release_id or f"#{row['sequence']}",
            "digest": document.digest.hex(),
            "actual": document.actual.hex() if document.actual else "",
            "label": POINTERS.get(where, where),
            "where": where,
            **(values or {}),
        }
        return Difference(
            kind, self._process_id, self._ocid, row["sequence"], document.digest, release_id, where, was, now, source,
            sentence, said,
        )  # fmt: skip

    # ---- rows --------------------------------------------------------------------------------------------------

    def _row(self, found: RowDifference) -> Difference:
        row = found.expected or found.found or {}
        process_id = self._process_id or row.get("process_id")
        ocid = self._ocid or row.get("ocid") or self._ocids.get(process_id or b"")
        release = self._source_of(found)
        named = release[0] if release else None
        values = {
            "ocid": ocid or (process_id.hex() if process_id else "–"),
            "table": TABLES.get(found.table, found.table),
            "key": ", ".join(f"{name} {shown(name, value)}" for name, value in found.key.items()),
            "label": LABELS.get(found.column or "", found.column or ""),
            "release_id": named["release_id"] if named else "",
        }
        common = (
            process_id, ocid, named["sequence"] if named else row.get("sequence"), named["digest"] if named else None,
            named["release_id"] if named else None,
        )  # fmt: skip
        if found.column is None:
            missing = found.found is None
            kind = DifferenceKind.ROW_MISSING if missing else DifferenceKind.ROW_UNEXPECTED
            sentence = findings.ROW_MISSING if missing else findings.ROW_UNEXPECTED
            return Difference(kind, *common, found.table, None, None, "chain", sentence, values)
        assert found.expected is not None
        assert found.found is not None
        was, now = (shown(found.column, side[found.column]) for side in (found.expected, found.found))
        sentence = findings.SAID_BY_RELEASE if named else findings.SAID_BY_LEDGER
        source = "release" if named else "chain"
        where = f"{found.table}.{found.column}"
        return Difference(DifferenceKind.ROW_ALTERED, *common, where, was, now, source, sentence, values)

    def _source_of(self, found: RowDifference) -> tuple[Mapping[str, Any], Document] | None:
        """The release that a row's value was taken from, as far as it is one release."""
        if found.table == "releases" and found.column not in (None, "digest", "act", "kind", "time", "block_number"):
            return next((item for item in self._releases if item[0]["sequence"] == found.key["sequence"]), None)
        path = PATHS.get(found.column or "") if found.table == "processes" else None
        if path is None:
            return None
        readable = [item for item in self._releases if item[1].content is not None]
        readable.sort(key=lambda item: (item[1].content.moment or item[0]["time"], item[0]["sequence"]))  # type: ignore[union-attr]
        for item in reversed(readable):
            content = item[1].content
            if content is not None and content.value(path):
                return item
        return None


def _parsed(data: bytes) -> Any:
    """The JSON in some bytes, ``None`` if there is none."""
    try:
        return parse(data)
    except ValueError:
        return None
