"""What a notice must have to be usable: without it, nobody could say which notice of which buyer it is, or about what.

This is less than eForms requires for publication: platforms, and notices converted from older forms, leave out much
that a reader can do without. The same list stands in ``docs/eforms.md``; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.errors import NoticeIncomplete
from ledger.ocds.eforms.notice import (
    COMPETITION,
    COMPLETION,
    CONSULTATION,
    DIRECT_AWARD,
    FORMS,
    MODIFICATION,
    RESULT,
)
from ledger.ocds.eforms.xml_tree import Node

BUYER: Final = "cac:ContractingParty/cac:Party/cac:PartyIdentification/cbc:ID"
_LOT_NAME: Final = "cac:ProcurementProjectLot/cac:ProcurementProject/cbc:Name"
_RESULT: Final = "EXT/efac:NoticeResult/efac:LotResult"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A business term that notices of these forms must have, at one of these paths from the root.

    ``where``: required only if this element is there.
    """

    term: str
    name: str
    paths: tuple[str, ...]
    forms: tuple[str, ...] = FORMS
    where: str | None = None

    @property
    def shown(self) -> str:
        """Where it belongs, as an XPath."""
        path = self.paths[0]
        return f"//{path.removeprefix('EXT/')}" if path.startswith("EXT/") else f"/*/{path}"


REQUIRED: Final = (
    Requirement("BT-701", "notice identifier", ("cbc:ID",)),
    Requirement("BT-757", "notice version", ("cbc:VersionID",)),
    Requirement("BT-02", "notice type", ("cbc:NoticeTypeCode",)),
    Requirement("BT-05", "date of dispatch", ("cbc:IssueDate",)),
    Requirement("BT-702", "language of the notice", ("cbc:NoticeLanguageCode",)),
    Requirement(
        "BT-04",
        "procedure identifier",
        ("cbc:ContractFolderID",),
        (COMPETITION, DIRECT_AWARD, RESULT, MODIFICATION, COMPLETION),
    ),
    Requirement("OPT-300", "buyer", (BUYER,)),
    Requirement("BT-21", "title", ("cac:ProcurementProject/cbc:Name", _LOT_NAME)),
    Requirement(
        "BT-137",
        "identifier of a lot",
        ("cac:ProcurementProjectLot/cbc:ID",),
        tuple(form for form in FORMS if form != CONSULTATION),
    ),
    Requirement("BT-13713", "lot of a result", (f"{_RESULT}/efac:TenderLot/cbc:ID",), (DIRECT_AWARD, RESULT)),
    Requirement("BT-142", "whether a winner was chosen", (f"{_RESULT}/cbc:TenderResultCode",), (RESULT,)),
    Requirement(
        "BT-200",
        "reason of a modification",
        ("EXT/efac:ContractModification/efac:ChangeReason/cbc:ReasonCode",),
        (MODIFICATION,),
    ),
    Requirement(
        "BT-758", "notice that is changed", ("EXT/efac:Changes/efbc:ChangedNoticeIdentifier",), where="EXT/efac:Changes"
    ),
)

BUYER_NAMED: Final = Requirement(
    "BT-500",
    "name of the buyer",
    ("EXT/efac:Organizations/efac:Organization/efac:Company/cac:PartyName/cbc:Name",),
)
"""Required as well: the organisation that the buyer's identifier refers to, and its name."""


def require_all(root: Node, form: str) -> None:
    """Raises NoticeIncomplete with everything that is missing or empty, by business term and path."""
    missing = [
        each
        for each in REQUIRED
        if form in each.forms
        and (each.where is None or root.find(each.where))
        and not any(root.value(path) for path in each.paths)
    ]
    if not _buyer_has_name(root):
        missing.append(BUYER_NAMED)
    if missing:
        raise NoticeIncomplete(missing="; ".join(f"{each.term} {each.name} ({each.shown})" for each in missing))


def _buyer_has_name(root: Node) -> bool:
    buyers = {node.text for node in root.find(BUYER) if node.text}
    for company in root.find("EXT/efac:Organizations/efac:Organization/efac:Company"):
        identifier = company.value("cac:PartyIdentification/cbc:ID")
        if identifier and identifier.text in buyers and company.value("cac:PartyName/cbc:Name"):
            return True
    return False
