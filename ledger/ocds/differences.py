"""What changed from one release of a contracting process to the next, as a reader would ask for it.

Releases repeat what stays (OCDS 1.1: a release may also leave it out), so only what both say can have changed: a field
that the later release leaves out counts as unchanged, as in merging; one that it sets to null was taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

READ = (
    "tender/tenderPeriod/endDate", "tender/tenderPeriod/startDate", "tender/enquiryPeriod/endDate",
    "tender/awardPeriod/endDate", "tender/title", "tender/status", "tender/value/amount", "tender/value/currency",
    "tender/lots/title", "tender/lots/status", "tender/lots/value/amount", "tender/description",
    "tender/lots/description", "tender/procurementMethod", "tender/items/classification/id", "tender/items/quantity",
    "tender/awardCriteriaDetails", "tender/eligibilityCriteria", "tender/submissionMethodDetails",
    "tender/documents/title", "tender/documents/digest", "tender/documents/url", "awards/status", "awards/title",
    "awards/value/amount", "awards/value/currency", "awards/suppliers/name", "contracts/status",
    "contracts/value/amount", "contracts/value/currency", "contracts/dateSigned", "contracts/period/endDate",
    "buyer/name",
)  # fmt: skip
"""Fields that readers care for, the most asked for first: OCDS names without positions in lists."""

_PLACES = {field: place for place, field in enumerate(READ)}

_OF_EVERY_RELEASE = frozenset({"id", "date", "tag", "ocid", "initiationType", "language"})


@dataclass(frozen=True, slots=True)
class Change:
    """One field. ``field`` are the OCDS names (``tender/lots/title``), ``entry`` the ids of the list entries on the way
    (``("LOT-1",)``); ``was`` and ``now`` are its values, ``None`` where it was added or taken away."""

    field: str
    entry: tuple[str, ...]
    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Differences:
    """``changes`` are those of fields in ``READ``, in that order; ``others`` counts the rest."""

    changes: tuple[Change, ...]
    others: int


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> Differences:
    """What the release ``now`` says differently from all that was said before it (``was``: what came before,
    :func:`merged`), both as parsed from JSON whose depth was bounded.

    Fields that every release has for itself (``id``, ``date``, ``tag``) are left out.
    """
    found = [change for change in _of_object(was, now, (), ()) if change.field not in _OF_EVERY_RELEASE]
    read = _in_order(change for change in found if change.field in _PLACES)
    return Differences(tuple(read), len(found) - len(read))


def both_ways(was: Mapping[str, Any], now: Mapping[str, Any]) -> Sequence[Change]:
    """Changed fields in ``READ`` between two states of the same release: here a field that ``now`` leaves out was taken
    away."""
    gone = [
        Change(change.field, change.entry, change.now, None)
        for change in differences(now, was).changes
        if change.was is None
    ]
    return _in_order((*differences(was, now).changes, *gone))


def merged(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """All that is said after ``now``: entries of lists by their ids, null takes away, else what is later holds."""
    found = dict(was)
    for name, value in now.items():
        before = found.get(name)
        if value is None:
            found.pop(name, None)
        elif isinstance(value, Mapping):
            found[name] = merged(before if isinstance(before, Mapping) else {}, value)
        elif _is_of_entries(value):
            entries: dict[str, Any] = {_id(item): item for item in before} if _is_of_entries(before) else {}
            entries.update((_id(item), merged(entries.get(_id(item), {}), item)) for item in value)
            found[name] = list(entries.values())
        else:
            found[name] = value
    return found


def _in_order(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: _PLACES[change.field])


def _of_object(
    was: Mapping[str, Any], now: Mapping[str, Any], names: tuple[str, ...], entry: tuple[str, ...]
) -> Iterator[Change]:
    for name, value in now.items():
        yield from _of_value(was.get(name), value, (*names, name), entry)


def _of_value(was: Any, now: Any, names: tuple[str, ...], entry: tuple[str, ...]) -> Iterator[Change]:
    if was == now:
        return
    if isinstance(now, Mapping) and (was is None or isinstance(was, Mapping)):
        yield from _of_object(was or {}, now, names, entry)
    elif _is_of_entries(now) and (was is None or _is_of_entries(was)):
        before = {_id(item): item for item in was or ()}
        for item in now:
            yield from _of_object(before.get(_id(item), {}), item, names, (*entry, _id(item)))
    elif isinstance(was, Mapping) and now is None:
        for name, value in was.items():
            yield from _of_value(value, None, (*names, name), entry)
    elif names[-1] != "id" or was is not None:  # a new entry's id is no news of its own
        yield Change("/".join(names), entry, was, now)


def _is_of_entries(value: Any) -> TypeGuard[Sequence[Mapping[str, Any]]]:
    """A list of objects with ids, each once: such a list is merged entry by entry, any other as a whole."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return False
    if not all(isinstance(item, Mapping) and isinstance(item.get("id"), str | int) for item in value):
        return False
    return len({_id(item) for item in value}) == len(value)


def _id(item: Mapping[str, Any]) -> str:
    return str(item["id"])
