"""What the law says of minutes of an opening, by the rule that governs the procedure: its basis, who may see them, and
what tenderers are told."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ledger.errors import OpeningResultForbidden


@dataclass(frozen=True, slots=True)
class OpeningLaw:
    """Sources in the law's own way of citing: of the opening, of writing it down, of keeping the minutes secret, and of
    what tenderers are told (None: nothing)."""

    opening: str
    minutes: str
    confidential: str
    result: str | None


class ProcedureRule(enum.Enum):
    """Which rules of procedure bind: supplies and services above or below the EU thresholds, works below or above."""

    VGV = "vgv"
    UVGO = "uvgo"
    VOB_A = "vob-a"
    VOB_A_EU = "vob-a-eu"

    @property
    def law(self) -> OpeningLaw:
        """The sources."""
        return _LAWS[self]

    def require_result(self) -> str:
        """The source that lets tenderers see names, sums and variants. Raises OpeningResultForbidden."""
        if self.law.result is None:
            raise OpeningResultForbidden(rule=self.value, source=self.law.confidential)
        return self.law.result


_LAWS = {
    ProcedureRule.VGV: OpeningLaw("§ 55 VgV", "§ 8 VgV", "§ 5 Absatz 2 Satz 2 VgV", None),
    ProcedureRule.UVGO: OpeningLaw("§ 40 UVgO", "§ 6 UVgO", "§ 3 Absatz 2 UVgO", None),
    ProcedureRule.VOB_A: OpeningLaw("§ 14 VOB/A", "§ 14 Absatz 3 VOB/A", "§ 14 Absatz 7 VOB/A", "§ 14 Absatz 6 VOB/A"),
    ProcedureRule.VOB_A_EU: OpeningLaw(
        "§ 14 EU VOB/A", "§ 14 EU Absatz 3 VOB/A", "§ 14 EU Absatz 7 VOB/A", "§ 14 EU Absatz 6 VOB/A"
    ),
}
