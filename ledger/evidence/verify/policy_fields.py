"""Values of a trust policy, as a JSON reader gives them, read strictly. Each raises PolicyInvalid (field, reason)."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from ledger.errors import PolicyInvalid


def require_fields(field: str, given: Any, names: Set[str]) -> None:
    """An object with exactly these fields."""
    if not isinstance(given, dict) or set(given) != names:
        raise PolicyInvalid(field=field, reason="the fields must be " + ", ".join(sorted(names)))


def whole_number(field: str, given: Any, least: int, most: int) -> int:
    """A whole number within these bounds, both included."""
    if type(given) is not int or not least <= given <= most:
        raise PolicyInvalid(field=field, reason=f"a whole number from {least} to {most} was expected")
    return given
