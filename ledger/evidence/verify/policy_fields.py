"""Values of a trust policy, as a JSON reader gives them, read strictly. Each raises PolicyInvalid (field, reason)."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Any

from ledger.errors import PolicyInvalid, PolicyUnreadable


def require_fields(field: str, given: Any, names: Set[str], optional: Set[str] = frozenset()) -> None:
    """An object with exactly these fields, and perhaps the optional ones."""
    if not isinstance(given, dict) or set(given) - optional != names:
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


def text(field: str, given: Any) -> str:
    """A text of 1 to 1,000 characters."""
    if not isinstance(given, str) or not given or len(given) > 1000:
        raise PolicyInvalid(field=field, reason="a text was expected")
    return given


def hex_bytes(field: str, given: Any, size: int) -> bytes:
    """So many bytes in lower-case hex."""
    if not isinstance(given, str) or not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", given, re.ASCII):
        raise PolicyInvalid(field=field, reason=f"{size} bytes in lower-case hex were expected")
    return bytes.fromhex(given)
