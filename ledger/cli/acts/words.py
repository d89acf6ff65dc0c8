"""What an act will do, in plain words: read from the call itself, never from what somebody wrote about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, Final

from ledger.bid_number import spoken_bid, spoken_bids
from ledger.chain.abi import Function
from ledger.chain.acts import OpenBids
from ledger.chain.record import ZERO, ActRecord
from ledger.chain.registry import RegisterKeySet
from ledger.cli.language import current_language, say
from ledger.cli.values import marked, shown_moment, typed_duration
from ledger.terms import STATUTE, Act, OrganisationKind, Role, StatuteEntry, label

_BY_FUNCTION: Final[Mapping[tuple[str, str], StatuteEntry]] = {
    (entry.contract, entry.function): entry for entry in STATUTE.values()
}
_TIMES: Final = frozenset({"expires", "deadline", "arrival", "dispatched", "standstill_end", "until"})
_DURATIONS: Final = frozenset({"minimum_standstill", "delay"})
BIDS: Final = frozenset({"bid", "start"})
BITMAPS: Final = frozenset({"present", "admitted"})
"""Of bids: 256 in a word."""


def entry_of(call: Function | type[Function]) -> StatuteEntry | None:
    """The row of the statute that a call makes; None for revoking an approval, which is no act."""
    contract: str = getattr(call, "contract", "ledger")
    return _BY_FUNCTION.get((contract, call.function))


def describe_call(call: Function, names: Mapping[bytes, str]) -> list[str]:
    """A headline and one line for each argument that is not empty; ``names`` tells documents by digest."""
    entry = entry_of(call)
    lines = [f"{entry.name}: {entry.description[current_language()]}" if entry else say("An approval is taken back.")]
    if isinstance(call, RegisterKeySet) and not call.key_set.custodians:
        lines.append(say("  Without custodians: the officers together can read bids before the deadline."))
    return [*lines, *(f"  {line}" for line in _fields(call, names))]


def describe_record(record: ActRecord) -> str:
    """An act as it now stands on the ledger, in one line."""
    entry = STATUTE[Act(record.act)]
    return say(
        "Recorded as number {sequence} of its series at {time}: {name}. {description}",
        sequence=record.sequence,
        time=shown_moment(record.time),
        name=entry.name,
        description=entry.description[current_language()],
    )


def _fields(value: Any, names: Mapping[bytes, str], prefix: str = "") -> Iterator[str]:
    for field in dataclasses.fields(value):
        item, name = getattr(value, field.name), prefix + say(field.name)
        if dataclasses.is_dataclass(item):
            yield from _fields(item, names, "" if field.name == "call" else f"{name}, ")
        elif field.name in BITMAPS:
            if any(item):
                yield f"{name}: {spoken_bids(marked(item))}"
        elif field.name in BIDS:
            yield f"{name}: {_shown_bid(item)}"
        elif isinstance(item, tuple):
            # What an opening found is listed by bid, whatever the first one of the list is.
            before = value.start if isinstance(value, OpenBids) else 0
            for number, part in enumerate(item, before + 1):
                if dataclasses.is_dataclass(part):
                    yield from _fields(part, names, f"{name} {number}, ")
                else:
                    yield f"{name} {number}: {_shown(field.name, part, names)}"
        elif item not in (ZERO, b"", 0, ""):
            yield f"{name}: {_shown(field.name, item, names)}"


def _shown(name: str, value: Any, names: Mapping[bytes, str]) -> str:
    if isinstance(value, bytes):
        return f"{names[value]} (0x{value.hex()})" if value in names else f"0x{value.hex()}"
    if isinstance(value, IntEnum):
        return label(value, current_language())
    if name in _TIMES:
        return shown_moment(value)
    if name in _DURATIONS:
        return _duration(value)
    if name == "roles":
        return label(Role(value), current_language())
    if name == "kinds":
        return label(OrganisationKind(value), current_language())
    return str(value)


def _shown_bid(number: int) -> str:
    """Both numbers: whoever agrees compares a page with what the ledger and its data say."""
    return say("{bid} (in the ledger's data {number})", bid=spoken_bid(number), number=number)


def _duration(seconds: int) -> str:
    """Whole days in words, less as it is typed (``90m``)."""
    return say("{days} days", days=seconds // 86_400) if seconds % 86_400 == 0 else typed_duration(seconds)
