"""The procedure and its lots: OCDS ``tender`` and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.documents import documents_of
from ledger.ocds.eforms.items import items_of, lot_id, places_of
from ledger.ocds.eforms.lot_table import LOT
from ledger.ocds.eforms.notice import Notice, status_of
from ledger.ocds.eforms.parties import Parties
from ledger.ocds.eforms.rules import PARAGRAPH, SILENCE, Reading, Rule, apply, merge, texts, total
from ledger.ocds.eforms.sourced import Sourced, also, of
from ledger.ocds.eforms.table import GROUP, PROCEDURE, ROLES
from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.leaves import parse_date

_PROCESS: Final = "cac:TenderingProcess"
_PROJECT: Final = "cac:ProcurementProject"
_TERMS: Final = "cac:TenderingTerms"

# The deadline of a lot: for bids, else for requests to participate, else for expressions of interest.
_DEADLINES: Final = (
    "cac:TenderSubmissionDeadlinePeriod",
    "cac:ParticipationRequestReceptionPeriod",
    "EXT/efac:InterestExpressionReceptionPeriod",
)
FUNDING = (
    Rule("BT-5010", "efbc:FinancingIdentifier", "id"),
    Rule("BT-7220", "cbc:FundingProgramCode", "title"),
    Rule("BT-6140", "cbc:Description", "description"),
)
_LATER_DEADLINE: Final = "an earlier stage's or another deadline of the lot stands in its place"


def tender_of(notice: Notice, parties: Parties, reading: Reading) -> dict[str, Any]:
    """OCDS ``tender``; gives parties the roles that the lots name."""
    root = notice.root
    tender: dict[str, Any] = {"status": status_of(notice), "legalBasis": _legal_basis(root, reading)}
    apply(PROCEDURE, root, "Tender", tender, reading)
    folder = root.value("cbc:ContractFolderID") or notice.identifier
    tender["id"] = of(folder.text, folder)
    tender["deliveryAddresses"] = places_of(root, reading)
    lots, groups = [], []
    for node in root.find("cac:ProcurementProjectLot"):
        identifier = lot_id(node)
        if identifier is None:
            continue
        if identifier.attributes.get("schemeName") == "LotsGroup":
            group: dict[str, Any] = {"id": of(identifier.text, identifier)}
            apply(GROUP, node, "LotGroup", group, reading)
            groups.append(group)
        else:
            lots.append(_lot(node, identifier, reading))
        for path, role in ROLES:
            for reference in node.find(f"{path}/cac:PartyIdentification/cbc:ID"):
                parties.reference(reference, role)
    _distribute(root, groups)
    tender["lots"], tender["lotGroups"] = lots, groups
    tender["items"] = items_of(root, reading)
    tender["documents"] = documents_of(root, reading)
    _sum_up(tender, lots)
    return tender


def _lot(node: Node, identifier: Node, reading: Reading) -> dict[str, Any]:
    lot: dict[str, Any] = {"id": of(identifier.text, identifier)}
    apply(LOT, node, "Lot", lot, reading)
    ends = [end for path in _DEADLINES if (end := _end(node.find(f"{_PROCESS}/{path}"), values.ending))]
    if ends:
        lot["tenderPeriod"] = {"endDate": ends[0]}
        for other in ends[1:]:
            for each in other.nodes:
                reading.unused(each, _LATER_DEADLINE)
    if end := _end(node.find(f"{_PROCESS}/cac:AdditionalInformationRequestPeriod"), values.ending):
        lot["enquiryPeriod"] = {"endDate": end}
    opening = node.find(f"{_PROCESS}/cac:OpenTenderEvent")
    if opening and (date := opening[0].value("cbc:OccurrenceDate")):
        time = opening[0].value("cbc:OccurrenceTime")
        lot.setdefault("bidOpening", {})["date"] = of(values.moment(date.text, time.text if time else None), date, time)
    lot["contractPeriod"] = contract_period(node)
    if validity := node.value(f"{_TERMS}/cac:TenderValidityPeriod/cbc:DurationMeasure"):
        period = {"durationInDays": of(values.days(validity.text, validity.attributes.get("unitCode", "")), validity)}
        lot.setdefault("submissionTerms", {})["bidValidityPeriod"] = period
    lot["finance"] = finance(node.find(f"{_TERMS}/EXT/efac:Funding"), reading)
    for code in node.find(f"{_TERMS}/cbc:FundingProgramCode"):
        if code.text == "eu-funds":
            lot["finance"].append({"id": "eu-funds", "title": of(code.text, code)})
        else:
            reading.unused(code, SILENCE)
    return lot


def finance(nodes: list[Node], reading: Reading) -> list[dict[str, Any]]:
    """What the EU pays for in part; entries without an identifier get their place as one."""
    entries = []
    for number, node in enumerate(nodes, 1):
        entry: dict[str, Any] = {}
        apply(FUNDING, node, "Finance", entry, reading)
        if entry:
            entries.append({"id": f"{number}", **entry})
    return entries


def contract_period(lot: Node) -> dict[str, Any]:
    """The planned period of a lot's contract (BT-36, BT-536, BT-537)."""
    period: dict[str, Any] = {}
    planned = f"{_PROJECT}/cac:PlannedPeriod"
    if start := lot.value(f"{planned}/cbc:StartDate"):
        period["startDate"] = of(values.moment(start.text, None), start)
    if end := lot.value(f"{planned}/cbc:EndDate"):
        period["endDate"] = of(values.ending(end.text, None), end)
    if length := lot.value(f"{planned}/cbc:DurationMeasure"):
        period["durationInDays"] = of(values.days(length.text, length.attributes.get("unitCode", "")), length)
    return period


def _end(periods: list[Node], write: Callable[[str, str | None], str]) -> Sourced | None:
    for period in periods:
        if date := period.value("cbc:EndDate"):
            time = period.value("cbc:EndTime")
            return of(write(date.text, time.text if time else None), date, time)
    return None


def _legal_basis(root: Node, reading: Reading) -> dict[str, Any]:
    """The directive or regulation (BT-01), else the national law that is named instead."""
    basis: dict[str, Any] = {}
    domain = root.value("cbc:RegulatoryDomain")
    if domain is not None and domain.text != "other":
        basis = {"scheme": "CELEX", "id": of(domain.text, domain)}
    for reference in root.find(f"{_TERMS}/cac:ProcurementLegislationDocumentReference"):
        code = reference.value("cbc:ID")
        if code is None or code.text == "CrossBorderLaw":
            continue
        told = texts(reference.find("cbc:DocumentDescription"), "Classification", "description", reading)
        if basis.get("id") is None and code.text != "LocalLegalBasis":
            basis["id"] = of(code.text, code)
        elif not told:
            told = {"description": of(code.text, code)}
        merge(basis, told, reading, glue=PARAGRAPH)
    return basis


def _distribute(root: Node, groups: list[dict[str, Any]]) -> None:
    """Which lots belong to which group (BT-330, BT-1375)."""
    by_id = {group["id"].value: group for group in groups}
    for node in root.find(f"{_TERMS}/cac:LotDistribution/cac:LotsGroup"):
        name = node.value("cbc:LotsGroupID")
        if name is None:
            continue
        if name.text not in by_id:
            by_id[name.text] = {"id": of(name.text, name)}
            groups.append(by_id[name.text])
        group = by_id[name.text]
        group["id"] = also(group["id"], name)
        members = [each for each in node.find("cac:ProcurementProjectLotReference/cbc:ID") if each.text]
        group.setdefault("relatedLots", []).extend(of(each.text, each) for each in members)


def _sum_up(tender: dict[str, Any], lots: list[dict[str, Any]]) -> None:
    """What OCDS wants of the tender and eForms says of lots: the last deadline, the value, the criteria."""
    for period in ("tenderPeriod", "enquiryPeriod"):
        ends = [lot[period]["endDate"] for lot in lots if period in lot]
        if ends:
            tender[period] = {"endDate": _last(ends)}
    if len(lots) == 1:
        tender["contractPeriod"] = lots[0]["contractPeriod"]
    stated = [lot["value"] for lot in lots if "value" in lot]
    if "value" not in tender and len(stated) == len(lots):
        tender["value"] = total(stated)
    kinds = [
        criterion["type"]
        for lot in lots
        for criterion in lot.get("awardCriteria", {}).get("criteria", ())
        if "type" in criterion
    ]
    nodes = [node for kind in kinds for node in kind.nodes]
    if found := {kind.value for kind in kinds}:
        only = {"price": "priceOnly", "cost": "costOnly", "quality": "qualityOnly"}
        code = only.get(min(found), "ratedCriteria") if len(found) == 1 else "ratedCriteria"
        tender["awardCriteria"] = of(code, *nodes)
    policies = [lot.get("submissionTerms", {}).get("electronicSubmissionPolicy") for lot in lots]
    electronic = [policy for policy in policies if policy and policy.value in ("allowed", "required")]
    if electronic:
        tender["submissionMethod"] = [of("electronicSubmission", *(node for each in electronic for node in each.nodes))]


def _last(ends: list[Sourced]) -> Sourced:
    """The latest of some moments; ones that cannot be read come first."""

    def moment(end: Sourced) -> float:
        try:
            return parse_date(end.value).timestamp()
        except ValueError:
            return float("-inf")

    return max(ends, key=moment)
