"""Values of a trust policy, as a JSON reader gives them, read strictly. Each raises PolicyInvalid (field, reason)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from ledger.errors import PolicyInvalid, PolicyUnreadable


def require_fields(field: str, given: Any, names: Set[str]) -> None:
    """An object with exactly these fields."""
    if not isinstance(given, dict) or set(given) != names:
        reason = "the fields must be " + ", ".join(sorted(names))
        # The policy itself is no field.
        raise PolicyInvalid(field=field, reason=reason) if field else PolicyUnreadable(reason=reason)


def whole_number(field: str, given: Any, least: int, most: int) -> int:
    """A whole number within these bounds, both included."""
    if type(given) is not int or not least <= given <= most:
        raise PolicyInvalid(field=field, reason=f"a whole number from {least} to {most} was expected")
    return given


def threshold(field: str, given: Any, witnesses: Sequence[str]) -> int:
    """How many of the witnesses must have cosigned."""
    if not witnesses and given != 0:
        raise PolicyInvalid(field=field, reason="there are no witnesses, so 0 was expected")
    return whole_number(field, given, 0, len(witnesses))
