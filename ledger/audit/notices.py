"""What a list must say of a process that its releases decide: title, values, deadline, where the procedure stands.

A reading of its own, of the anchored bytes: it shares no code with the index whose rows it judges. Numbers stay text as
they were published; a field of another type than OCDS 1.1 gives it counts as absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ledger.ocds.leaves import end_of_day
from ledger.ocds.package import merge_rules

_FIELDS: Final = {
    "title": ("tender/title", None),
    "description": ("tender/description", None),
    "buyerName": ("buyer/name", 200),
    "procurementCategory": ("tender/mainProcurementCategory", None),
    "valueAmount": ("tender/value/amount", None),
    "valueCurrency": ("tender/value/currency", None),
}
"""Field of a row, its place in the latest release that has it, and how many letters of it a list says."""

_PHASE_OF_TENDER: Final = {
    "planning": "planned",
    "planned": "planned",
    "active": "tendering",
    "complete": "evaluation",
    "cancelled": "cancelled",
    "unsuccessful": "unsuccessful",
    "withdrawn": "cancelled",
}
_PHASES_OF_TAGS: Final = {
    "planned": ("planning", "planningUpdate"),
    "tendering": ("tender", "tenderAmendment", "tenderUpdate"),
    "cancelled": ("tenderCancellation", "awardCancellation"),
    "awarded": ("award", "awardUpdate"),
    "concluded": ("contract", "contractUpdate", "contractAmendment", "implementation", "implementationUpdate"),
    "completed": ("contractTermination",),
}
_PHASE_OF_TAG: Final = {tag: phase for phase, tags in _PHASES_OF_TAGS.items() for tag in tags}


class _Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Published:
    """A release's bytes, with the moment and sequence of the act that anchored it."""

    time: int
    sequence: int
    data: bytes


def facts_of(releases: Iterable[Published]) -> dict[str, Any]:
    """By the names of the API: texts, ``suppliers``, ``deadline`` (seconds) and ``phase``, of an observed or anchored
    process also where it stands. Absent is None."""
    read = [(each, _read(each.data)) for each in releases]
    read.sort(key=lambda one: (_moment(one[1], one[0].time), one[0].sequence))
    contents = [content for _, content in read]
    facts: dict[str, Any] = {}
    for name, (path, letters) in _FIELDS.items():
        found = _latest(contents, path)
        facts[name] = found and found[:letters]
    awards, contracts = _merged_list(contents, "awards"), _merged_list(contents, "contracts")
    made = [award for award in awards if _text(award.get("status")) in (None, "active")]
    facts["awardAmount"], facts["awardCurrency"] = _total(award.get("value") for award in made)
    facts["suppliers"] = _names(made)
    facts["deadline"] = _end(_latest(contents, "tender/tenderPeriod/endDate"))
    facts["phase"] = _phase(contents, awards, made, contracts)
    return facts


def _read(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode("utf-8"), parse_float=_Number, parse_int=_Number)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _moment(content: Mapping[str, Any], otherwise: int) -> int:
    found = _seconds(content.get("date"))
    return otherwise if found is None else found


def _seconds(value: Any) -> int | None:
    """RFC 3339; without a zone it is UTC."""
    if not isinstance(value, str) or isinstance(value, _Number):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _end(value: str | None) -> int | None:
    """A day ends with its last second."""
    return None if value is None else _seconds(end_of_day(value) or value)


def _text(value: Any) -> str | None:
    """Text with something in it; what no database keeps is told as it must be kept."""
    if not isinstance(value, str) or isinstance(value, _Number) or not value.strip():
        return None
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _latest(contents: Sequence[Mapping[str, Any]], path: str) -> str | None:
    for content in reversed(contents):
        value: Any = content
        for name in path.split("/"):
            value = value.get(name) if isinstance(value, Mapping) else None
        number = str(value) if isinstance(value, _Number) else None
        if found := number if path.endswith("/amount") else _text(value):
            return found
    return None


def _names(awards: Iterable[Mapping[str, Any]]) -> list[str]:
    found = (_text(supplier.get("name")) for award in awards for supplier in _objects(award.get("suppliers")))
    return list(dict.fromkeys(name for name in found if name))


def _total(values: Iterable[Any]) -> tuple[str | None, str | None]:
    amounts, currencies = list[Decimal](), set[str | None]()
    for value in values:
        amount = value.get("amount") if isinstance(value, Mapping) else None
        if not isinstance(amount, _Number):
            continue
        try:
            amounts.append(Decimal(amount))
        except InvalidOperation:
            return None, None
        currencies.add(_text(value.get("currency")))
    if not amounts or len(currencies) != 1 or not all(amount.is_finite() for amount in amounts):
        return None, None
    return str(amounts[0] if len(amounts) == 1 else sum(amounts)), currencies.pop()


def _phase(
    contents: Sequence[Mapping[str, Any]],
    awards: Sequence[Mapping[str, Any]],
    made: Sequence[Mapping[str, Any]],
    contracts: Sequence[Mapping[str, Any]],
) -> str:
    signed = {_text(contract.get("status")) for contract in contracts} - {"cancelled", "pending"}
    if signed:
        return "completed" if signed == {"terminated"} else "concluded"
    if made:
        return "awarded"
    states = {_text(award.get("status")) for award in awards}
    tender = _latest(contents, "tender/status")
    if tender in _PHASE_OF_TENDER and (tender != "complete" or not states):
        return _PHASE_OF_TENDER[tender]
    if "pending" in states:
        return "evaluation"
    if states:
        return "unsuccessful" if "unsuccessful" in states else "cancelled"
    for content in reversed(contents):
        tags = content.get("tag")
        for tag in map(_text, reversed(tags if isinstance(tags, list) else [])):
            if tag in _PHASE_OF_TAG:
                return _PHASE_OF_TAG[tag]
    return "unknown"


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))


def _merged_list(contents: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list after all releases (OCDS 1.1, merging)."""
    found: list[Any] = []
    for content in contents:
        found = _merge_lists(found, list(_objects(content.get(name))), (name,))
    return found


def _merge_lists(before: Sequence[Any], later: Sequence[Any], path: tuple[str, ...]) -> list[Any]:
    merged = list(before)
    places = {_identity(item): place for place, item in enumerate(merged)}
    for item in later:
        identity = _identity(item)
        place = places.get(identity)
        if place is None:
            places[identity] = len(merged)
            merged.append(item)
        elif identity[0]:
            merged[place] = _merge(merged[place], item, path)
    return merged


def _identity(item: Mapping[str, Any]) -> tuple[bool, str]:
    """By id; what has none is the same only if all of it is."""
    id = item.get("id")
    found = id if isinstance(id, _Number) else _text(id)
    return (True, found) if found else (False, repr(item))


def _merge(before: Mapping[str, Any], later: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    merged = dict(before)
    for name, value in later.items():
        known, here = merged.get(name), (*path, name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(known, Mapping):
            merged[name] = _merge(known, value, here)
        elif _is_of_objects(value) and _is_of_objects(known) and merge_rules().get(here) != "wholeListMerge":
            merged[name] = _merge_lists(list(known or ()), value, here)
        else:
            merged[name] = value
    return merged


def _is_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)
