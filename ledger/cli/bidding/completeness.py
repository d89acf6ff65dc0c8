"""What a bid lacks of what the tender's criteria ask for (``docs/criteria-1.md``), told before it is sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ledger.cli.bidding.offer import values_of
from ledger.cli.remote import API, Remote
from ledger.errors import BidIncomplete
from ledger.evaluation.criteria import Criteria, read_criteria
from ledger.evaluation.figures import read_decimal
from ledger.opening.main_bids import FIELD as MAIN_BID
from ledger.opening.main_bids import is_commitment
from ledger.sealing.bid import Bid
from ledger.terms import RoundKind

_NO_LOT: Final = "lots"


def criteria_of(server: Remote, digest: bytes) -> Criteria:
    """The criteria with this digest, as the server has them. Raises what it refuses with, CriteriaInvalid,
    CriteriaForeign."""
    criteria = read_criteria(server.request("GET", f"{API}/documents/0x{digest.hex()}").content)
    criteria.require_digest(digest)
    return criteria


def require_answer(bid: Bid, criteria: Criteria | None) -> None:
    """Of a supplement round: the bid that it belongs to must be named, what is there must be known, and nothing else
    that the tender asks for is required a second time. Raises BidIncomplete."""
    named = values_of(bid).get(MAIN_BID)
    found = [] if is_commitment(named) else [MAIN_BID]
    if criteria is not None:
        asked = replace(
            criteria,
            requirements=tuple(replace(each, required=False) for each in criteria.requirements),
            documents=tuple(replace(each, required=False) for each in criteria.documents),
        )
        found += (each for each in _missing(bid, asked) if each != _NO_LOT)
    _require_none(found)


def is_answer(kind: str) -> bool:
    """Whether bids of such a round are answers to letters."""
    return kind == RoundKind.SUPPLEMENT.name.lower()


def require_complete(bid: Bid, criteria: Criteria) -> None:
    """Raises BidIncomplete naming all that is missing, or there and unknown."""
    _require_none(list(_missing(bid, criteria)))


def _require_none(missing: list[str]) -> None:
    if missing:
        raise BidIncomplete(missing=", ".join(missing))


def _missing(bid: Bid, criteria: Criteria) -> Iterator[str]:
    values = values_of(bid)
    lots = {name.split("/")[1] for name in values if name.startswith("lots/")}
    yield from _of_lots(values, lots, criteria)
    yield from _of_answers(values, lots, criteria)
    yield from _of_documents(bid, lots, criteria)


def _of_lots(values: Mapping[str, Any], lots: set[str], criteria: Criteria) -> Iterator[str]:
    known = {lot.id: lot for lot in criteria.lots}
    if not lots:
        yield _NO_LOT
    for lot in sorted(lots):
        if lot not in known:
            yield f"lots/{lot}"
        elif values[f"lots/{lot}/value"]["currency"] != criteria.currency:
            yield f"lots/{lot}/value/currency"
        elif f"lots/{lot}/variant" in values and not known[lot].variants:
            yield f"lots/{lot}/variant"


def _of_answers(values: Mapping[str, Any], lots: set[str], criteria: Criteria) -> Iterator[str]:
    asked = {f"requirementResponses/{each.id}": each for each in criteria.requirements}
    for name, said in values.items():
        if name.startswith("requirementResponses/") and not (
            name in asked and _fits(said["value"], asked[name].data_type)
        ):
            yield name
    for name, each in asked.items():
        if each.required and _concerns(each.lots, lots) and name not in values:
            yield name


def _of_documents(bid: Bid, lots: set[str], criteria: Criteria) -> Iterator[str]:
    slots, filled = {each.id: each for each in criteria.documents}, set[str]()
    for document in bid.documents:
        slot = document.value.get("requirement")
        if slot is None:
            continue
        filled.add(str(slot))
        if slot not in slots:
            yield f"{document.name}/requirement"
        elif (most := slots[slot].most_bytes) is not None and document.size > most:
            yield f"{document.name}/size"
    for each in criteria.documents:
        if each.required and _concerns(each.lots, lots) and each.id not in filled:
            yield f"documents: {each.id}"


def _fits(value: Any, data_type: str) -> bool:
    match data_type:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole or (read_decimal(value) is not None and (data_type == "number" or "." not in value))


def _concerns(of: tuple[str, ...], lots: set[str]) -> bool:
    return not of or not lots.isdisjoint(of)
