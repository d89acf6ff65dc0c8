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


class Repairer:
    """Repairs objects of one release. ``award_id`` is for contracts that name none, ``tender_id`` for the tender."""

    def __init__(self, award_id: str | int = NOT_STATED, tender_id: str = "1") -> None:
        self.award_id = award_id
        self.tender_id = tender_id

    def object(self, type_name: str, value: dict[str, Any], path: str, report: ImportReport) -> dict[str, Any]:
        """The object with only known fields of right types; its own required fields are the caller's concern."""
        result: dict[str, Any] = {}
        for key, entry in value.items():
            where = pointer(path, key)
            field = field_of(type_name, key)
            if field is None:
                report.skip(where, entry, NOT_A_FIELD)
                continue
            read = self._field(field, entry, where, report)
            if read is not _ABSENT:
                result[key] = read
        return result

    def _complete(self, type_name: str, value: dict[str, Any], path: str, free_id: str, report: ImportReport) -> None:
        """Give an object the identifiers the standard requires, where the source had none one can read."""
        fields = TYPES[type_name]
        if "id" in fields and fields["id"].required and "id" not in value:
            set_required(value, "id", free_id, path, "the standard requires an id", report)
        if type_name == "Contract" and "awardID" not in value:
            set_required(value, "awardID", self.award_id, path, "the standard requires an award id", report)

    def _field(self, field: Field, value: Any, path: str, report: ImportReport) -> Any:
        if value is None:
            if field.nullable:
                report.mapped += 1
                return None
            report.skip(path, value, "null has no meaning here")
            return _ABSENT
        if not field.listed:
            return self._single(field, value, path, report)
        if not isinstance(value, list):
            why = "the standard wants a list"
            report.repaired.append(Repair(path, "a single value", "a list of one", why, leaves=0))
            return self._list(field, [value], path, report, indexed=False)
        return self._list(field, value, path, report, indexed=True)

    def _single(self, field: Field, value: Any, path: str, report: ImportReport) -> Any:
        if field.is_leaf:
            return _leaf(field, value, path, report)
        if not isinstance(value, dict):
            report.skip(path, value, "the standard wants an object")
            return _ABSENT
        if not value:
            report.skip(path, value, "empty")
            return _ABSENT
        result = self.object(field.kind, value, path, report)
        if not field.listed and result:
            # Only the tender is an object of its own with an id that is required.
            self._complete(field.kind, result, path, self.tender_id, report)
        return result or _ABSENT

    def _list(self, field: Field, values: list[Any], path: str, report: ImportReport, *, indexed: bool) -> Any:
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
            entry = self._single(field, value, where, account)
            if entry is not _ABSENT and field.unique and _is_repetition(entry, result, by_id):
                report.skip(where, value, "the same entry stands in the list already")
                continue
            if isinstance(entry, dict):
                if field.unique and entry.get("id") in by_id:
                    if field.kind in _REFERENCES:
                        report.skip(where, value, "an entry with the same id stands in the list already")
                        continue
                    _renumber(entry, where, taken, account)
                self._complete(field.kind, entry, where, _free(f"{index + 1}", taken), account)
                if "id" in entry:
                    by_id[entry["id"]] = entry
                    taken.add(entry["id"])
            report.absorb(account)
            if entry is not _ABSENT:
                result.append(entry)
        # Null and texts that nobody can read are no entries; a list of nothing else is no list.
        return result or _ABSENT


def set_required(value: dict[str, Any], key: str, fallback: Any, path: str, why: str, report: ImportReport) -> None:
    """Set a required field that the source lacks (added), or has in a form nobody can read (repaired)."""
    where = pointer(path, key)
    value[key] = fallback
    unread = [entry for entry in report.unused if entry.path == where or entry.path.startswith(f"{where}/")]
    if not unread:
        report.added.append(Added(where, fallback, why))
        return
    report.unused = [entry for entry in report.unused if entry not in unread]
    leaves = sum(entry.leaves for entry in unread)
    report.repaired.append(Repair(where, "what stands there", fallback, why, leaves))


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
