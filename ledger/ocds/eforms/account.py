"""What became of each leaf of a notice.

A *leaf* is an element without elements below it, its attributes belonging to it, an empty one included. Text between
elements, and attributes of elements that have others below them, are leaves of their own, so that nothing escapes the
count. Paths are XPaths with the usual eForms prefixes; those of what was added are JSON Pointers into the release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ledger.ocds.eforms.rules import Reading
from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.report import ImportReport, Repair, Unused

NO_PLACE: Final = "neither OCDS 1.1 nor our extension has a place for it"
EMPTY: Final = "it is empty"
BETWEEN: Final = "text between elements has no meaning in eForms"
ATTRIBUTE: Final = "an attribute of an element that holds others tells nothing of the procurement"

_SAYS_ANOTHER: Final = "it only says that, or why, another field is filled"

# Why whole parts are not used, by a step of their path; the first that fits.
_REASONS: Final = (
    ("efac:UltimateBeneficialOwner", "beneficial owners are natural persons: not published a second time"),
    ("efac:Appeals", "requests for review have no place in the release yet"),
    ("efac:AppealRequestsStatistics", "requests for review have no place in the release yet"),
    ("efac:StrategicProcurement", "numbers of vehicles and of energy have no place in the release yet"),
    ("efac:Publication", "it tells of the publication, not of the procurement"),
    ("efac:NoticeSubType", "the number of the form; form type and notice type say what it is"),
    ("cbc:UBLVersionID", "it names the version of the form"),
    ("cbc:CustomizationID", "it names the version of the form"),
    ("efbc:TransmissionDate", "it tells of the transmission; the date of dispatch counts"),
    ("efbc:TransmissionTime", "it tells of the transmission; the date of dispatch counts"),
    ("cbc:LimitationDescription", _SAYS_ANOTHER),
    ("cbc:GuaranteeTypeCode", _SAYS_ANOTHER),
    ("cbc:CompanyLegalFormCode", _SAYS_ANOTHER),
    ("cac:SecurityClearanceTerm", _SAYS_ANOTHER),
    ("efbc:PercentageKnownIndicator", _SAYS_ANOTHER),
    ("efbc:ValueKnownIndicator", _SAYS_ANOTHER),
    ("efbc:ContractFrameworkIndicator", _SAYS_ANOTHER),
    ("cbc:ExecutionRequirementCode", _SAYS_ANOTHER),
    ("cac:SubsequentProcessTenderRequirement", _SAYS_ANOTHER),
    ("cac:ProcurementLegislationDocumentReference", _SAYS_ANOTHER),
    ("efbc:GroupLeadIndicator", "it says that this one does not lead the group, which the release says by silence"),
    ("cac:TenderResult", "UBL requires it, eForms gives it no meaning"),
    ("efac:TenderingParty", "the name of a group stands in no field; its members do"),
)


def count(root: Node) -> int:
    """The number of leaves."""
    return sum(1 for node in root.walk() if not node.children) + sum(1 for _ in _stray(root))


def book(
    root: Node, places: Mapping[str, tuple[Node, ...]], second: ImportReport, reading: Reading, report: ImportReport
) -> None:
    """Account in ``report`` for every leaf of ``root``, once.

    ``places``: the leaves that each value of the built release came from, by JSON Pointer; ``second``: the account of
    that release going through the repairer. A leaf that stands in several places counts as repaired if one of them
    was, and as unused only if none is left.
    """
    repaired = {each.path: each for each in second.repaired if each.leaves}
    dropped = {each.path: each.why for each in second.unused}
    kept: set[Node] = set()
    repairs: dict[Node, Repair] = {}
    lost: dict[Node, str] = {}
    for place, nodes in places.items():
        why = _covering(place, dropped)
        repair = _covering(place, repaired)
        for node in nodes:
            if why is not None:
                lost.setdefault(node, why)
            elif repair is not None:
                repairs.setdefault(node, repair)
            else:
                kept.add(node)
    for node in root.walk():
        if node.children:
            continue
        if node in repairs:
            repair = repairs[node]
            report.repaired.append(Repair(node.path, node.text, repair.now, repair.why))
        elif node in kept:
            report.mapped += 1
        else:
            report.unused.append(Unused(node.path, lost.get(node) or _why(node, reading)))
    report.unused.extend(_stray(root))
    report.added.extend(second.added)


def _covering(place: str, entries: Mapping[str, Any]) -> Any:
    """What is said of this place, or of one that holds it."""
    return next((entries[path] for path in _upwards(place) if path in entries), None)


def _upwards(place: str) -> Iterator[str]:
    while True:
        yield place
        if not place:
            return
        place = place.rpartition("/")[0]


def _why(node: Node, reading: Reading) -> str:
    if node in reading.why:
        return reading.why[node]
    if not node.text:
        return EMPTY
    steps = {step.partition("[")[0] for step in node.path.split("/")}
    return next((why for step, why in _REASONS if step in steps), NO_PLACE)


def _stray(root: Node) -> Iterable[Unused]:
    for node in root.walk():
        if node.children:
            if node.text:
                yield Unused(f"{node.path}/text()", BETWEEN)
            for name in node.attributes:
                yield Unused(f"{node.path}/@{name}", ATTRIBUTE)
