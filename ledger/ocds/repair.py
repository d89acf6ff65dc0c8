"""A release of a foreign source, made such that the standard's checker accepts it, with an account of every value.

Repairs are small and honest: a value in the wrong notation is written in the right one, what has no place in the
standard is left out and named, what the standard requires and the source lacks is derived and named.
"""

from __future__ import annotations

from typing import Any

from ledger.ocds.fields import TYPES, Field, field_of
from ledger.ocds.json_text import pointer
from ledger.ocds.leaves import Unreadable, read_leaf
from ledger.ocds.report import Added, ImportReport, Repair, count_leaves

NOT_A_FIELD = "neither OCDS 1.1 nor our extension has this field here"
NOT_STATED = "not-stated"
"""Stands for a reference that the standard requires and the source leaves open, such as a contract's award."""

_REFERENCES = frozenset({"OrganizationReference", "Organization", "Identifier", "Classification", "RelatedProcess"})
_ABSENT = object()


def repair_object(type_name: str, value: dict[str, Any], path: str, report: ImportReport) -> dict[str, Any]:
    """The object with only known fields of right types; missing required ids are the caller's concern."""
    result: dict[str, Any] = {}
    for key, entry in value.items():
        where = pointer(path, key)
        field = field_of(type_name, key)
        if field is None:
            report.skip(where, entry, NOT_A_FIELD)
            continue
        read = _field(field, entry, where, report)
        if read is not _ABSENT:
            result[key] = read
    return result


def complete(type_name: str, value: dict[str, Any], path: str, fallback_id: str, report: ImportReport) -> None:
    """Give an object the id the standard requires, where the source had none. Changes ``value``."""
    field = TYPES[type_name].get("id")
    if field is not None and field.required and "id" not in value:
        value["id"] = fallback_id
        report.added.append(Added(pointer(path, "id"), fallback_id, "the standard requires an id"))


def _field(field: Field, value: Any, path: str, report: ImportReport) -> Any:
    if value is None:
        if field.nullable:
            report.mapped += 1
            return None
        report.skip(path, value, "null has no meaning here")
        return _ABSENT
    if not field.listed:
        return _single(field, value, path, report)
    if not isinstance(value, list):
        report.repaired.append(Repair(path, "a single value", "a list of one", "the standard wants a list", leaves=0))
        return _list(field, [value], path, report, indexed=False)
    return _list(field, value, path, report, indexed=True)


def _single(field: Field, value: Any, path: str, report: ImportReport) -> Any:
    if field.is_leaf:
        return _leaf(field, value, path, report)
    if not isinstance(value, dict):
        report.skip(path, value, "the standard wants an object")
        return _ABSENT
    if not value:
        report.skip(path, value, "empty")
        return _ABSENT
    result = repair_object(field.kind, value, path, report)
    if not field.listed and result:
        complete(field.kind, result, path, "1", report)
    return result or _ABSENT


def _leaf(field: Field, value: Any, path: str, report: ImportReport) -> Any:
    try:
        read, why = read_leaf(field, value)
    except Unreadable as reason:
        report.skip(path, value, str(reason))
        return _ABSENT
    if why is None:
        report.mapped += count_leaves(value)
    else:
        report.repaired.append(Repair(path, value, read, why, leaves=count_leaves(value)))
    return read


def _list(field: Field, values: list[Any], path: str, report: ImportReport, *, indexed: bool) -> Any:
    if not values:
        if field.filled:
            report.skip(path, values, "the standard wants at least one entry")
            return _ABSENT
        report.mapped += 1
        return []
    result: list[Any] = []
    taken: set[Any] = {entry["id"] for entry in values if isinstance(entry, dict) and _is_key(entry.get("id"))}
    by_id: dict[Any, Any] = {}
    for index, value in enumerate(values):
        where = pointer(path, index) if indexed else path
        account = ImportReport()
        entry = _single(field, value, where, account)
        if entry is not _ABSENT and field.unique and _is_repetition(entry, result, by_id):
            report.skip(where, value, "the same entry stands in the list already")
            continue
        if isinstance(entry, dict):
            if field.unique and entry.get("id") in by_id:
                if field.kind in _REFERENCES:
                    report.skip(where, value, "an entry with the same id stands in the list already")
                    continue
                _renumber(entry, where, taken, account)
            complete(field.kind, entry, where, _free(f"{index + 1}", taken), account)
            if "id" in entry:
                by_id[entry["id"]] = entry
                taken.add(entry["id"])
        report.absorb(account)
        if entry is not _ABSENT:
            result.append(entry)
    return result if result or not field.filled else _ABSENT


def _is_repetition(entry: Any, earlier: list[Any], by_id: dict[Any, Any]) -> bool:
    if isinstance(entry, dict) and "id" in entry:
        return entry["id"] in by_id and by_id[entry["id"]] == entry
    return entry in earlier


def _renumber(entry: dict[str, Any], path: str, taken: set[Any], account: ImportReport) -> None:
    """Two different things may not share an id; the later one gets a new one."""
    was = entry["id"]
    entry["id"] = _free(f"{was}-2", taken)
    where = pointer(path, "id")
    counted = not any(repair.path == where for repair in account.repaired)
    account.mapped -= counted
    why = "another entry of the list has the same id"
    account.repaired.append(Repair(where, was, entry["id"], why, leaves=int(counted)))


def _free(wanted: str, taken: set[Any]) -> str:
    """``wanted``, or with the last number counted up until it is free."""
    if wanted not in taken:
        return wanted
    stem, separator, number = wanted.rpartition("-")
    count = int(number)
    while (candidate := f"{stem}{separator}{count}") in taken:
        count += 1
    return candidate


def _is_key(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
