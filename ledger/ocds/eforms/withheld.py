"""Fields that a notice keeps back until a date (BT-195 to BT-198).

Such a field stands in the notice with a filler: ``unpublished``, -1, or the first day of 1970. A filler is no value: a
reader must not see an award of minus one euro. What is kept back, why and until when, is told.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ledger.ocds.eforms.notice import Notice
from ledger.ocds.eforms.rules import Reading, Rule, apply
from ledger.ocds.eforms.sourced import of
from ledger.ocds.eforms.xml_tree import Node

WITHHELD: Final = "a filler for what the notice keeps back"

_FILLER = re.compile(r"unpublished|-1(?:\.0+)?|1970-01-01(?:Z|[+-]00:00)?", re.ASCII)
ITEM = (
    Rule("BT-195", "efbc:FieldIdentifierCode", "field"),
    Rule("BT-196", "efbc:ReasonDescription", "rationale"),
    Rule("BT-197", "cbc:ReasonCode", "rationaleClassifications", scheme="eu-non-publication-justification"),
    Rule("BT-198", "efbc:PublicationDate", "availabilityDate"),
)


def withheld_of(notice: Notice, reading: Reading) -> list[dict[str, Any]]:
    """OCDS ``withheldInformation`` of a notice; empties the fillers, so it has to come before all else is read."""
    marks = [node for node in notice.root.walk() if node.name == "efac:FieldsPrivacy"]
    if marks:
        for node in notice.root.walk():
            if not node.children and _FILLER.fullmatch(node.text) and _can_be_withheld(node):
                reading.unused(node, WITHHELD)
                node.text = ""
    items = []
    for number, mark in enumerate(marks, 1):
        item: dict[str, Any] = {}
        apply(ITEM, mark, "WithheldInformationItem", item, reading)
        if item:
            name = of(notice.local(f"{number}"), notice.identifier, notice.version)
            items.append({"id": name, **item})
    return items


def _can_be_withheld(node: Node) -> bool:
    """Not what says of itself that something is withheld, nor the head of the notice."""
    return node.parent is not None and node.parent.parent is not None and node.parent.name != "efac:FieldsPrivacy"
