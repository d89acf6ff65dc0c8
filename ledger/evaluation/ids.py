"""Ids of lots, requirements, documents and variants (``docs/criteria-1.md``)."""

from __future__ import annotations

import re
from typing import Final, TypeGuard

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def is_id(given: object) -> TypeGuard[str]:
    """Whether it is 1 to 64 characters of ``A-Z a-z 0-9 . _ -``."""
    return isinstance(given, str) and _ID.fullmatch(given) is not None
