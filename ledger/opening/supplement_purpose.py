"""What answers are asked for in a supplement round, and the law that the minutes of its opening name.

The ledger does not say it: the letters do, so officers enter it.
"""

from __future__ import annotations

import enum
from typing import Final

from ledger.opening.procedure_rule import OpeningLaw, ProcedureRule


class SupplementPurpose(enum.Enum):
    """Missing documents are asked for, or an explanation of the bid, or consent to a longer binding period."""

    DOCUMENTS = "documents"
    CLARIFICATION = "clarification"
    VALIDITY = "validity"

    @property
    def german(self) -> str:
        """What the law calls it."""
        return _GERMAN[self]


def supplement_law(rule: ProcedureRule, purpose: SupplementPurpose | None) -> OpeningLaw:
    """The sources for a round of answers: of asking, of writing it down, of keeping it secret; tenderers are told
    nothing."""
    asked = ", ".join(_ASKED[rule].values()) if purpose is None else _ASKED[rule][purpose]
    return OpeningLaw(asked, _WRITTEN_DOWN[rule], rule.law.confidential, None)


_GERMAN: Final = {
    SupplementPurpose.DOCUMENTS: "Nachforderung",
    SupplementPurpose.CLARIFICATION: "Aufklärung",
    SupplementPurpose.VALIDITY: "Verlängerung der Bindefrist",
}
_ASKED: Final = {
    rule: dict(zip(SupplementPurpose, sources, strict=True))
    for rule, sources in {
        # The VgV has no rule on the binding period: it is the period of § 148 BGB that the tender names.
        ProcedureRule.VGV: ("§ 56 VgV", "§ 15 Absatz 5 VgV", "§ 148 BGB"),
        ProcedureRule.UVGO: ("§ 41 UVgO", "§ 9 Absatz 2 UVgO", "§ 13 Absatz 1 UVgO"),
        ProcedureRule.VOB_A: ("§ 16a VOB/A", "§ 15 VOB/A", "§ 10 Absatz 4 VOB/A"),
        ProcedureRule.VOB_A_EU: ("§ 16a EU VOB/A", "§ 15 EU VOB/A", "§ 10a EU Absatz 8 VOB/A"),
    }.items()
}
_WRITTEN_DOWN: Final = {
    ProcedureRule.VGV: "§ 8 VgV",
    ProcedureRule.UVGO: "§ 6 UVgO",
    ProcedureRule.VOB_A: "§ 20 VOB/A",
    ProcedureRule.VOB_A_EU: "§ 20 EU VOB/A",
}
