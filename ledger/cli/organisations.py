"""How the organisations of a home are numbered."""

from __future__ import annotations

from typing import Final

OBSERVER_SCHEME: Final = "SIEGEL-OBSERVER"
"""An observer has no register of its own; it is numbered after the home's buyer."""
