"""All derived rows of one process, from its acts and releases and nothing else.

A pure function, so that the synchroniser, rebuilding and checking cannot disagree about what a row should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ledger.chain.identifiers import lot_id
from ledger.chain.record import ZERO, ActRecord
from ledger.index.content import Content, end, is_made, named_documents, plain_text, suppliers_of, total
from ledger.index.documents import Document
from ledger.index.fold import ProcessFold, Round
from ledger.index.history import Entry, History
from ledger.index.merging import latest_by_id
from ledger.index.names import act_name
from ledger.index.rows import PROBLEMS, Condition
from ledger.index.schema import LAST_SECOND
from ledger.index.status import phase_of_releases
from ledger.index.words import search_text
from ledger.terms import Act

LONGEST = {"buyer_name": 200, "procurement_method": 100, "cpv": 20, "place": 200}
"""Letters of what a database keeps in an index: PostgreSQL refuses a row of more than 2,704 bytes there, and no release
may stop the index."""

GERMANY = ZoneInfo("Europe/Berlin")

PATHS = {
    "title": "tender/title",
    "description": "tender/description",
    "language": "language",
    "buyer_name": "buyer/name",
    "procurement_method": "tender/procurementMethod",
    "procurement_category": "tender/mainProcurementCategory",
    "value_amount": "tender/value/amount",
    "value_currency": "tender/value/currency",
}
"""Columns of a process and the OCDS field they are taken from: of the latest release that has it."""

DIRECT_AWARD = "eu-direct-award-justification"
"""The code list of BT-136, as the scheme of ``tender/procurementMethodRationaleClassifications`` (our extension)."""

_SUBJECTS = {
    int(Act.NOTICE_PUBLISHED): "original",
    int(Act.BID_COMMITTED): "commitment",
    int(Act.BID_WITHDRAWN): None,
    int(Act.AWARD_ANNOUNCED): None,  # the id of a variant, no digest of anything people hold
}
"""What the subject of an act is looked up as; of all others it is a document."""


@dataclass(slots=True)
class Derived:
    """Rows by table name, each a mapping of column to value; and the documents they were taken from."""

    processes: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    lots: list[dict[str, Any]] = field(default_factory=list)
    rounds: list[dict[str, Any]] = field(default_factory=list)
    bids: list[dict[str, Any]] = field(default_factory=list)
    awards: list[dict[str, Any]] = field(default_factory=list)
    suspensions: list[dict[str, Any]] = field(default_factory=list)
    lookup: list[dict[str, Any]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


def derive(history: History, load: Callable[..., Document]) -> Derived:
    """The rows of a process: of what all its acts say together all, of bids and of the look-up those that are new, and
    those of its releases.

    ``load(digest, embargoed=..., erased_by=...)``: the document of a release.
    """
    process_id, fold = history.process_id, history.fold
    rows = Derived()
    contents: list[tuple[int, int, Content]] = []
    for entry in history.new:
        if entry.record.release == ZERO:
            _look_up(rows, process_id, entry.record)
    for entry in history.publishing.values():
        record = entry.record
        _look_up(rows, process_id, record)
        kind = fold.notice_kinds.get(record.sequence)
        document = load(record.release, embargoed=kind == "embargoed", erased_by=history.erased.get(record.release))
        document = _of_this_process(document, fold.ocid)
        rows.documents.append(document)
        rows.releases.append(_release(process_id, entry, kind, document))
        if document.copy is not None:
            _add_lookup(rows, process_id, record, "file", rows.releases[-1]["plain_digest"])
        if document.content is not None:
            moment = document.content.moment
            contents.append((record.time if moment is None else moment, record.sequence, document.content))
            for digest in named_documents(document.content):
                if digest not in (record.ground, record.subject):  # those are in already
                    _add_lookup(rows, process_id, record, "document", digest)
    contents.sort(key=lambda item: item[:2])
    published = [content for _, _, content in contents]
    lots = _lot_names(published)
    for lot, terms in fold.lots.items():
        plain, title = lots.get(lot, (None, None))
        rows.lots.append(
            {"process_id": process_id, "lot": lot, "lot_id": plain, "title": title, "max_awards": terms.max_awards,
             "state": terms.state}
        )  # fmt: skip
    for round_ in fold.rounds.values():
        _round(rows, process_id, round_)
    for number, bid in sorted(fold.touched):
        _bid(rows, process_id, fold, fold.rounds[number], bid)
    for number, award in fold.awards.items():
        rows.awards.append(
            {"process_id": process_id, "award": number, "lot": award.lot, "round": award.round, "bid": award.bid,
             "variant": award.variant, "state": award.state, "announced_time": award.announced_time,
             "letters_sent": award.letters_sent, "standstill_until": _storable(award.standstill_until),
             "concluded_time": award.concluded_time, "early": award.early}
        )  # fmt: skip
    for number, suspension in fold.suspensions.items():
        rows.suspensions.append(
            {"process_id": process_id, "suspension": number, "lot": suspension.lot, "time": suspension.time,
             "lifted_time": suspension.lifted_time}
        )  # fmt: skip
    rows.processes.append(_process(history, published, rows.releases))
    return rows


def _of_this_process(document: Document, ocid: str) -> Document:
    """The document, or what is left of it if it says that it belongs to another process: the chain cannot see that."""
    if document.content is None or document.content.text("ocid") == ocid:
        return document
    said = document.content.text("ocid") or "no ocid"
    condition = Condition.FOREIGN if document.condition is Condition.INTACT else document.condition
    return replace(document, condition=condition, problem=document.problem or f"it says {said}", content=None)


def _process(history: History, published: Sequence[Content], releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    fold, first, last = history.fold, history.first, history.last
    taken = {
        **{column: latest(published, path) for column, path in PATHS.items()},
        "procurement_method": _method(published),
        "cpv": _cpv(published),
        "place": _place(published),
    }
    taken = {column: value and value[: LONGEST.get(column)] for column, value in taken.items()}
    awards = latest_by_id(published, "awards")
    names = suppliers_of(Content({"awards": [award.data for award in awards]}, None))
    amount, currency = total(
        Content(award.data["value"], None)
        for award in awards
        if is_made(award) and isinstance(award.data.get("value"), dict)
    )
    sealed = fold.mode == "sealed"
    deadline = fold.deadline if sealed else end(latest(published, "tender/tenderPeriod/endDate"))
    phase = fold.phase if sealed else phase_of_releases(published, awards, latest_by_id(published, "contracts"))
    announced = [award for award in fold.live_awards if award.state == "announced"]
    searched = (
        *(taken["title"], taken["buyer_name"], fold.ocid, taken["place"]),
        *(*names, *_lot_titles(published), *_classifications(published)),
        taken["description"],
    )
    return {
        "process_id": history.process_id,
        "organisation_id": first.record.organisation_id,
        "parent_process_id": fold.parent,
        "ocid": fold.ocid,
        "mode": fold.mode,
        "state": fold.state,
        "phase": phase,
        **taken,
        "buyer_identifier": _buyer_identifier(published),
        "suppliers": _json(names),
        "award_amount": amount,
        "award_currency": currency,
        "deadline": _storable(deadline),
        "letters_sent": max((award.letters_sent for award in announced if award.letters_sent), default=None),
        "standstill_until": _storable(max((a.standstill_until for a in announced if a.standstill_until), default=None)),
        "suspended": fold.suspended,
        "cancelled": fold.cancelled,
        "reinstated": fold.reinstated,
        "remands": fold.remands,
        "exceptions": fold.exceptions,
        "first_time": first.record.time,
        "last_time": last.record.time,
        "first_block": first.block_number,
        "last_block": last.block_number,
        "acts": history.acts,
        "releases": len(releases),
        "problems": sum(row["condition"] in PROBLEMS for row in releases),
        "head": history.head,
        "month": _month([content.moment for content in published], first.record.time),
        "search": search_text(searched),
    }


def _release(process_id: bytes, entry: Entry, kind: str | None, document: Document) -> dict[str, Any]:
    record, copy = entry.record, document.copy
    original = record.subject if record.act == Act.NOTICE_PUBLISHED else ZERO
    return {
        "process_id": process_id,
        "sequence": record.sequence,
        "digest": record.release,
        "plain_digest": copy.plain if copy else None,
        "original_digest": None if original == ZERO else original,
        "act": act_name(record.act),
        "kind": kind,
        "time": record.time,
        "block_number": entry.block_number,
        "condition": str(document.condition),
        "problem": document.problem,
        **(_SAYS_NOTHING if document.content is None else _said(document.content)),
        "size": len(copy.data) if copy else None,
    }


def _said(content: Content) -> dict[str, Any]:
    """The columns of a release that are taken from what it says."""
    return {
        "ocid": content.text("ocid"),
        "release_id": content.text("id"),
        "date": content.text("date"),
        "tags": _json(content.texts("tag")),
        "language": content.text("language"),
        "title": content.text("tender/title"),
        "value_amount": content.number("tender/value/amount"),
        "value_currency": content.text("tender/value/currency"),
        "deadline": content.text("tender/tenderPeriod/endDate"),
        "suppliers": _json(suppliers_of(content)),
    }


def _round(rows: Derived, process_id: bytes, round_: Round) -> None:
    rows.rounds.append(
        {"process_id": process_id, "round": round_.number, "kind": round_.kind, "state": round_.state,
         "opened_time": round_.opened_time, "first_deadline": _storable(round_.first_deadline),
         "deadline": _storable(round_.deadline),
         "closed_time": round_.closed_time, "bids_opened_time": round_.bids_opened_time, "counted": round_.counted,
         "key_set": round_.key_set, "invited": round_.invited, "sequence": round_.sequence,
         "receivers": _json(receiver.hex() for receiver in round_.receivers)}
    )  # fmt: skip


def _bid(rows: Derived, process_id: bytes, fold: ProcessFold, round_: Round, number: int) -> None:
    bid = round_.bids[number]
    rows.bids.append(
        {"process_id": process_id, "round": round_.number, "bid": bid.number, "external": bid.external,
         "commitment": bid.subject, "author": bid.author, "time": bid.time, "arrival": bid.arrival,
         "late": bid.arrival > round_.deadline, "admitted": bid.admitted, "present": bid.present,
         "supersedes": bid.supersedes, "superseded": bid.superseded, "withdrawn": bid.withdrawn,
         "excluded": bool(bid.exclusions), "outcome": round_.outcome(bid, fold.cancelled), "sequence": bid.sequence}
    )  # fmt: skip


def _look_up(rows: Derived, process_id: bytes, record: ActRecord) -> None:
    subject = _SUBJECTS.get(record.act, "document")
    for kind, digest in (("release", record.release), ("document", record.ground), (subject, record.subject)):
        if kind is not None:
            _add_lookup(rows, process_id, record, kind, digest)


def _add_lookup(rows: Derived, process_id: bytes, record: ActRecord, kind: str, digest: bytes) -> None:
    if digest == ZERO:
        return
    row = {"digest": digest, "kind": kind, "process_id": process_id, "sequence": record.sequence,
           "release": None if record.release == ZERO else record.release}  # fmt: skip
    if row not in rows.lookup[-4:]:  # ground and subject of one act may be the same document
        rows.lookup.append(row)


def _storable(seconds_: int | None) -> int | None:
    """A second as a database can hold it. The contract takes any 64 bits, and no act may stop the index."""
    return None if seconds_ is None else min(seconds_, LAST_SECOND)


def latest(published: Sequence[Content], path: str) -> str | None:
    """The text or number at ``path`` in the latest release that has one."""
    for content in reversed(published):
        if found := content.value(path):
            return found
    return None


def _buyer_identifier(published: Sequence[Content]) -> str | None:
    for content in reversed(published):
        for party in content.objects("parties"):
            scheme, number = party.text("identifier/scheme"), party.text("identifier/id")
            if party.at("id") == content.at("buyer/id") and scheme and number:
                return f"{scheme}:{number}"
    return None


def _method(published: Sequence[Content]) -> str | None:
    """OCDS ``procurementMethod``. A negotiated procedure without a call is ``limited`` in OCDS for eForms, whoever it
    is negotiated with; if the buyer states the ground of a direct award (BT-136), it is one."""
    method = latest(published, PATHS["procurement_method"])
    grounds = (
        ground.text("scheme")
        for content in published
        for ground in content.objects("tender/procurementMethodRationaleClassifications")
    )
    return "direct" if method == "limited" and DIRECT_AWARD in grounds else method


def _cpv(published: Sequence[Content]) -> str | None:
    for content in reversed(published):
        for item in content.objects("tender/items"):
            if item.text("classification/scheme") == "CPV" and (code := item.text("classification/id")):
                return code
    return None


def _place(published: Sequence[Content]) -> str | None:
    """Locality, else region, where the first delivery goes (OCDS location extension, ``deliveryAddress``), else of the
    buyer; of the latest release that has one."""
    for content in reversed(published):
        delivery = (address for item in content.objects("tender/items") for address in _addresses(item))
        buyers = (party for party in content.objects("parties") if party.at("id") == content.at("buyer/id"))
        for address in (*delivery, *(Content(party.at("address"), None) for party in buyers)):
            if found := address.text("locality") or address.text("region"):
                return " ".join(found.split())
    return None


def _addresses(item: Content) -> Iterator[Content]:
    yield Content(item.at("deliveryAddress"), None)
    yield from item.objects("deliveryAddresses")


def _lot_titles(published: Sequence[Content]) -> Iterable[str | None]:
    lots = [lot for content in published for lot in content.objects("tender/lots")]
    return {lot.text("id"): lot.text("title") for lot in lots}.values()


def _classifications(published: Sequence[Content]) -> Iterable[str | None]:
    """What is bought, of the latest release that says it: descriptions and codes of all items."""
    for content in reversed(published):
        found = [
            item.text(path)
            for item in content.objects("tender/items")
            for path in ("classification/id", "classification/description", "description")
        ]
        if any(found):
            return dict.fromkeys(found)
    return ()


def _month(moments: Iterable[int | None], first_act: int) -> str:
    """Year and month in Germany of whatever was first, a release by its own date or an act: old notices are recorded
    long after they were published."""
    first = min(moment for moment in (*moments, first_act) if moment is not None)
    try:
        return datetime.fromtimestamp(first, GERMANY).strftime("%Y-%m").zfill(7)
    except (OverflowError, ValueError, OSError):  # before the calendar or behind it
        return "9999-12" if first > 0 else "0001-01"


def _lot_names(published: Sequence[Content]) -> dict[bytes, tuple[str, str | None]]:
    return {
        lot_id(plain): (plain, lot.text("title"))
        for content in published
        for lot in content.objects("tender/lots")
        if (plain := lot.text("id"))
    }


def _json(values: Iterable[Any]) -> str:
    return orjson.dumps([plain_text(value) or "" for value in values]).decode()


_SAYS_NOTHING = _said(Content({}, None))
