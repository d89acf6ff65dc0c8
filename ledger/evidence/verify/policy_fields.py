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


def threshold(field: str, given: Any, all_of_them: Sequence[Any], kind: str) -> int:
    """How many of ``all_of_them`` must agree; ``kind`` says what they are, for the refusal."""
    if not all_of_them and given != 0:
        raise PolicyInvalid(field=field, reason=f"there are no {kind}, so 0 was expected")
    return whole_number(field, given, 0, len(all_of_them))
