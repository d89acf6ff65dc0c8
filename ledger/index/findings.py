"""What a check can find, and how it is said in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ledger.index.documents import Document
from ledger.index.rows import Condition


class DifferenceKind(StrEnum):
    """What kind of thing differs."""

    DOCUMENT_ALTERED = "documentAltered"  # stored bytes do not give the digest on the chain
    DOCUMENT_MISSING = "documentMissing"  # anchored and disclosed, not in the store
    ROW_ALTERED = "rowAltered"  # a value in the index is not the one that chain and releases give
    ROW_MISSING = "rowMissing"  # the index lacks a row
    ROW_UNEXPECTED = "rowUnexpected"  # the index has a row that nothing on the chain gives
    ROW_OUTDATED = "rowOutdated"  # a release arrived since it was indexed; the next run takes it in
    CHAIN_DIFFERS = "chainDiffers"  # the acts in the index do not give the head that the contract holds


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding. ``process_id``, ``ocid``, ``sequence``, ``release`` (its digest), ``release_id`` say whose.

    ``where`` names the place: for a row ``table.column``, for a document the JSON pointer (RFC 6901) or "". ``was``
    is the value according to chain or intact release, ``now`` the value found; both as text, ``None`` when unknown
    or absent. ``source`` says where ``was`` comes from: ``release``, ``copy`` (verified copy in the index),
    ``original`` (verified imported file), ``index`` or ``chain``.
    """

    kind: DifferenceKind
    process_id: bytes | None
    ocid: str | None
    sequence: int | None
    release: bytes | None
    release_id: str | None
    where: str
    was: str | None
    now: str | None
    source: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The finding as one sentence; ``translate`` turns English templates and labels into another language."""
        values = dict(self.values)
        for name in ("label", "table"):
            if name in values:
                values[name] = translate(values[name])
        for name, value in (("was", self.was), ("now", self.now)):
            values[name] = translate(NOTHING) if value is None else translate(QUOTED).format(value=value)
        return translate(self.sentence).format_map(values)


def of_observation(row: Mapping[str, Any], document: Document) -> Difference:
    """The document of a pull that is altered or missing; ``row``: of ``observations``."""
    is_missing = document.condition is Condition.MISSING
    kind = DifferenceKind.DOCUMENT_MISSING if is_missing else DifferenceKind.DOCUMENT_ALTERED
    actual = document.actual.hex() if document.actual else None
    return Difference(
        kind, None, None, row["sequence"], None, None, "observations", document.digest.hex(), actual, "chain",
        OBSERVATION_MISSING if is_missing else OBSERVATION_ALTERED,
        {"organisation": row["organisation_id"].hex(), "sequence": row["sequence"], "digest": document.digest.hex(),
         "actual": actual or ""},
    )  # fmt: skip


NOTHING = "nothing"
QUOTED = "“{value}”"
"""How a language quotes."""

OBSERVATION_ALTERED = (
    "The document of what a pull saw (act {sequence} of organisation {organisation}) was altered after it was "
    "anchored. The ledger holds the digest {digest}, the stored bytes give {actual}."
)
OBSERVATION_MISSING = (
    "The document of what a pull saw (act {sequence} of organisation {organisation}) is missing; the ledger holds the "
    "digest {digest}."
)

VALUE_ALTERED = (
    "The document of release {release_id} of process {ocid} was altered after publication: “{label}” ({where}) was "
    "{was}, now it says {now}. The ledger holds the digest {digest}, the stored bytes give {actual}."
)
MORE_VALUES_ALTERED = (
    "In the document of release {release_id} of process {ocid} {count} more values were altered after publication."
)
DOCUMENT_ALTERED_UNKNOWN = (
    "The document of release {release_id} of process {ocid} was altered after publication. The ledger holds the "
    "digest {digest}, the stored bytes give {actual}. What exactly was altered cannot be told, because no intact copy "
    "is left here."
)
DOCUMENT_UNREADABLE = (
    "The document of release {release_id} of process {ocid} was altered after publication and can no longer be read. "
    "The ledger holds the digest {digest}, the stored bytes give {actual}."
)
DOCUMENT_REWRITTEN = (
    "The bytes of the document of release {release_id} of process {ocid} were altered after publication; its values "
    "read the same. The ledger holds the digest {digest}, the stored bytes give {actual}."
)
DOCUMENT_MISSING = (
    "The document of release {release_id} of process {ocid} is missing; the ledger holds the digest {digest}."
)
SAID_BY_RELEASE = (
    "The database says {now} for “{label}” of process {ocid}; according to release {release_id} it was {was}."
)
SAID_BY_LEDGER = "The database says {now} for “{label}” of process {ocid}; according to the ledger it was {was}."
ROW_MISSING = "The database lacks an entry among “{table}” of process {ocid} that the ledger gives: {key}."
ROW_UNEXPECTED = "The database has an entry among “{table}” of process {ocid} that nothing on the ledger gives: {key}."
ROW_OUTDATED = (
    "Release {release_id} of process {ocid} was disclosed or found since it was indexed; the next run of the index "
    "takes that in."
)
ACTS_DIFFER = (
    "The acts of process {ocid} in the database do not give its head on the ledger: held is {was}, they give {now}."
)
BLOCK_DIFFERS = "The database stands at block {block}, which the chain does not have; the next run corrects this."
SEARCH_DIFFERS = (
    "The database's own index for words does not fit its texts: a search may leave processes out or show wrong ones. "
    "`siegel index rebuild` makes it anew."
)

SENTENCES = (
    VALUE_ALTERED, MORE_VALUES_ALTERED, DOCUMENT_ALTERED_UNKNOWN, DOCUMENT_UNREADABLE, DOCUMENT_REWRITTEN,
    DOCUMENT_MISSING, SAID_BY_RELEASE, SAID_BY_LEDGER, ROW_MISSING, ROW_UNEXPECTED, ROW_OUTDATED, ACTS_DIFFER,
    BLOCK_DIFFERS, SEARCH_DIFFERS, OBSERVATION_ALTERED, OBSERVATION_MISSING, NOTHING,
)  # fmt: skip
"""All templates, for catalogues of translations; ``LABELS``, ``POINTERS`` and ``TABLES`` hold the labels."""

POINTERS = {
    "/tender/title": "title",
    "/tender/description": "description",
    "/tender/value/amount": "estimated value",
    "/tender/value/currency": "currency of the estimated value",
    "/tender/tenderPeriod/endDate": "deadline",
    "/tender/status": "status",
    "/buyer/name": "buyer's name",
    "/awards/0/value/amount": "value of the award",
    "/awards/0/suppliers/0/name": "supplier",
    "/contracts/0/value/amount": "value of the contract",
}
"""Plain words for places in a release; others are named by their JSON pointer alone."""

LABELS = {
    "title": "title",
    "description": "description",
    "language": "language",
    "buyer_name": "buyer's name",
    "buyer_identifier": "buyer's identifier",
    "procurement_method": "procurement method",
    "procurement_category": "procurement category",
    "cpv": "CPV code",
    "value_amount": "estimated value",
    "value_currency": "currency of the estimated value",
    "suppliers": "suppliers",
    "award_amount": "value of the awards",
    "award_currency": "currency of the awards",
    "deadline": "deadline",
    "letters_sent": "dispatch of the letters",
    "standstill_until": "end of the standstill",
    "mode": "mode",
    "state": "state",
    "phase": "status",
    "ocid": "ocid",
    "release_id": "id of the release",
    "date": "date of the release",
    "tags": "tags of the release",
    "outcome": "outcome of the bid",
    "arrival": "arrival of the bid",
    "place": "place",
    "month": "month of the first publication",
    "search": "text for searching",
}
"""Plain words for columns; a column without an entry is named as it is."""

TABLES = {
    "processes": "processes",
    "releases": "releases",
    "organisations": "organisations",
    "acts": "acts",
    "lots": "lots",
    "rounds": "rounds",
    "bids": "bids",
    "awards": "awards",
    "suspensions": "suspensions",
    "observations": "pulls",
    "notice_findings": "findings of pulls",
    "key_sets": "key sets",
    "key_set_recipients": "recipients of key sets",
    "artifacts": "registered artifacts and audit reports",
    "lookup": "digests",
}

_TIMES = ("time", "deadline", "arrival", "letters_sent", "standstill_until")


def shown(column: str, value: Any) -> str | None:
    """A column's value as people read it: digests in hexadecimal, times in UTC."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and column.endswith(_TIMES):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return str(value)
