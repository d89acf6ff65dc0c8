"""Results: what each lot came to, the bids that were published, and the contracts.

``RES-0001``, ``TEN-0001`` and ``CON-0001`` name something within one notice only, and the next notice counts anew. A
lot keeps its identifier through the whole procedure, so results, bids and contracts are named after it: a second
notice for another lot adds an award, and one that corrects or modifies the first speaks of the same award.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.items import lot_id
from ledger.ocds.eforms.notice import DIRECT_AWARD, MODIFICATION, Notice
from ledger.ocds.eforms.parties import Parties
from ledger.ocds.eforms.procedure import contract_period, finance
from ledger.ocds.eforms.received import lots_of, statistics_of
from ledger.ocds.eforms.rules import NO_CODE, Reading, Rule, amount, apply, total
from ledger.ocds.eforms.sourced import Sourced, also, of
from ledger.ocds.eforms.xml_tree import Node

NO_SUCH_PART: Final = "the notice has no part with this identifier"

_RESULT: Final = "EXT/efac:NoticeResult"
_AWARD_STATUS: Final = {"selec-w": "active", "clos-nw": "unsuccessful"}
_LOT_STATUS: Final = {"selec-w": "complete", "clos-nw": "unsuccessful", "open-nw": "active"}
AWARD = (
    Rule("BT-144", "efac:DecisionReason/efbc:DecisionReasonCode", "statusDetails"),
    Rule("BT-709", "efac:FrameworkAgreementValues/cbc:MaximumValueAmount", "maximumValue"),
    Rule("BT-660", "efac:FrameworkAgreementValues/efbc:ReestimatedValueAmount", "estimatedValue"),
)
BID = (
    Rule("BT-720", "cac:LegalMonetaryTotal/cbc:PayableAmount", "value"),
    Rule("BT-171", "cbc:RankCode", "rank"),
    Rule("BT-1711", "efbc:TenderRankedIndicator", "hasRank"),
    Rule("BT-193", "efbc:TenderVariantIndicator", "variant"),
    Rule("BT-3201", "efac:TenderReference/cbc:ID", "identifiers", rules=(Rule("BT-3201", "", "id"),)),
    Rule("BT-191", "efac:Origin/efbc:AreaCode", "countriesOfOrigin", written=values.country),
    Rule(
        "BT-773",
        "efac:SubcontractingTerm/efbc:TermCode[@listName='applicability']",
        "hasSubcontracting",
        codes={"yes": True, "no": False, "not-known": None},
    ),
    Rule("BT-553", "efac:SubcontractingTerm/efbc:TermAmount", "subcontracting/value"),
    Rule("BT-554", "efac:SubcontractingTerm/efbc:TermDescription", "subcontracting/description"),
    Rule("BT-555", "efac:SubcontractingTerm/efbc:TermPercent", "subcontracting/minimumPercentage", share=True),
    Rule("BT-555", "efac:SubcontractingTerm/efbc:TermPercent", "subcontracting/maximumPercentage", share=True),
)
CONTRACT = (
    Rule("BT-721", "cbc:Title", "title"),
    Rule("BT-145", "cbc:IssueDate", "dateSigned"),
    Rule("BT-150", "efac:ContractReference/cbc:ID", "identifiers", rules=(Rule("BT-150", "", "id"),)),
)


class Results:
    """The ``efac:NoticeResult`` of a notice; gives parties their roles and lots their status."""

    def __init__(self, notice: Notice, parties: Parties, reading: Reading) -> None:
        root = notice.root
        self._notice, self._parties, self._reading = notice, parties, reading
        self._results = root.find(f"{_RESULT}/efac:LotResult")
        self._bids = _by_id(root.find(f"{_RESULT}/efac:LotTender"))
        self._contracts = _by_id(root.find(f"{_RESULT}/efac:SettledContract"))
        self._tendering = _by_id(root.find(f"{_RESULT}/efac:TenderingParty"))
        self._lots = {name.text: lot for lot in root.find("cac:ProcurementProjectLot") if (name := lot_id(lot))}
        self.contract_ids: dict[str, Sourced] = {}

    def sections(self, tender: dict[str, Any]) -> dict[str, Any]:
        """``awards``, ``contracts`` and ``bids``; sets the status of ``tender`` and its lots where a result says it."""
        bids = {name: self._bid(name, node) for name, node in self._bids.items()}
        awards = [self._award(result) for result in self._results]
        self._value_of_notice(awards)
        contracts = [self._contract(name, node, bids) for name, node in self._contracts.items()]
        self._set_status(tender)
        statistics = [each for result in self._results for each in statistics_of(result, self._reading)]
        if len(self._lots) == 1:
            received = [each["value"] for each in statistics if each["measure"].value == "bids"]
            tender["numberOfTenderers"] = received[0] if len(received) == 1 else None
        return {
            "awards": awards,
            "contracts": contracts,
            "bids": {"details": list(bids.values()), "statistics": statistics},
        }

    def _bid(self, name: str, node: Node) -> dict[str, Any]:
        lots = lots_of(node)
        key = node.value("cbc:ID")
        bid: dict[str, Any] = {"id": of(_named(name, lots), key, *lots), "relatedLots": _related(lots)}
        apply(BID, node, "Bid", bid, self._reading)
        for reference, group in self._referred(node, "efac:TenderingParty", self._tendering):
            bid["tenderers"] = self._tenderers(group, "tenderer", reference)
            subcontracts = [self._subcontract(each) for each in group.find("efac:SubContractor")]
            if any(subcontracts):
                bid.setdefault("subcontracting", {})["subcontracts"] = [each for each in subcontracts if each]
        return bid

    def _tenderers(self, group: Node, role: str, reference: Node) -> list[dict[str, Any]]:
        tenderers = []
        for tenderer in group.find("efac:Tenderer"):
            node = tenderer.value("cbc:ID")
            if found := self._parties.reference(node, role):
                found["id"] = also(found["id"], reference, group.value("cbc:ID"))
                tenderers.append(found)
                leads = tenderer.value("efbc:GroupLeadIndicator")
                if leads is not None and leads.text == "true" and self._parties.reference(node, "leadTenderer"):
                    found["id"] = also(found["id"], leads)
        return tenderers

    def _subcontract(self, node: Node) -> dict[str, Any] | None:
        subcontractor = self._parties.reference(node.value("cbc:ID"), "subcontractor")
        mains = [self._parties.reference(each, "tenderer") for each in node.find("efac:MainContractor/cbc:ID")]
        if subcontractor is None:
            return None
        return {"subcontractor": subcontractor, "mainContractors": [each for each in mains if each]}

    def _award(self, result: Node) -> dict[str, Any]:
        lots = lots_of(result)
        key, code = result.value("cbc:ID"), result.value("cbc:TenderResultCode")
        name = f"RES-{lots[0].text}" if lots else key.text if key else "RES"
        award: dict[str, Any] = {"id": of(name, key, *lots), "relatedLots": _related(lots)}
        status = _AWARD_STATUS.get(code.text) if code else "active" if self._has_contracts(result) else None
        if code is not None and code.text not in _LOT_STATUS:
            self._reading.unused(code, NO_CODE)
        award["status"] = of("cancelled", self._notice.change_reason) if self._notice.is_cancelling else (
            of(status, code or self._notice.kind) if status else None
        )  # fmt: skip
        apply(AWARD, result, "Award", award, self._reading)
        evaluated = self._referred(result, "efac:LotTender", self._bids)
        award["relatedBids"] = [of(_named(bid_name(bid), lots_of(bid)), reference) for reference, bid in evaluated]
        if status == "active":
            self._name_winners(award, result, [bid for _, bid in evaluated])
        return award

    def _name_winners(self, award: dict[str, Any], result: Node, evaluated: Sequence[Node]) -> None:
        """Suppliers, value and date of an award: the bids that led to its contracts; without any, those that were
        ranked first; without ranks, all that are named."""
        contracts = self._referred(result, "efac:SettledContract", self._contracts)
        bids = [bid for _, node in contracts for _, bid in self._referred(node, "efac:LotTender", self._bids)]
        if not bids:
            first = [bid for bid in evaluated if (rank := bid.value("cbc:RankCode")) and rank.text == "1"]
            bids = first or list(evaluated)
        bids = list(dict.fromkeys(bids))
        suppliers: dict[Any, dict[str, Any]] = {}
        for bid in bids:
            for reference, group in self._referred(bid, "efac:TenderingParty", self._tendering):
                for supplier in self._tenderers(group, "supplier", reference):
                    suppliers.setdefault(supplier["id"].value, supplier)
        award["suppliers"] = list(suppliers.values())
        payable = [node for bid in bids if (node := bid.value("cac:LegalMonetaryTotal/cbc:PayableAmount"))]
        if len(payable) == 1:
            award["value"] = amount(payable[0])
        elif not self._is_framework(result):
            # Of a framework agreement with several suppliers each may get all of it: a sum would say too much.
            award["value"] = total([amount(node) for node in payable])
        dates = [(date, reference) for reference, node in contracts if (date := node.value("cbc:AwardDate"))]
        if dates:
            date, reference = min(dates, key=lambda pair: pair[0].text)
            award["date"] = of(values.moment(date.text, None), date, *(each for each, _ in dates), reference)

    def _contract(self, name: str, node: Node, bids: dict[str, dict[str, Any]]) -> dict[str, Any]:
        results = [
            (reference, result)
            for result in self._results
            for reference in result.find("efac:SettledContract/cbc:ID")
            if reference.text == name
        ]
        lots = list(dict.fromkeys(lot for _, result in results for lot in lots_of(result)))
        key = node.value("cbc:ID")
        identifier = of(_named(name, lots), key, *(reference for reference, _ in results), *lots)
        self.contract_ids[name] = identifier
        contract: dict[str, Any] = {"id": identifier, "relatedLots": _related(lots)}
        if results:
            reference, result = results[0]
            award_lots = lots_of(result)
            if award_lots:
                contract["awardID"] = of(f"RES-{award_lots[0].text}", reference, *award_lots)
        apply(CONTRACT, node, "Contract", contract, self._reading)
        contract["status"] = self._contract_status()
        referred = self._referred(node, "efac:LotTender", self._bids)
        contract["relatedBids"] = [also(bids[bid_name(bid)]["id"], reference) for reference, bid in referred]
        payable = [each for _, bid in referred if (each := bid.value("cac:LegalMonetaryTotal/cbc:PayableAmount"))]
        contract["value"] = amount(payable[0]) if len(payable) == 1 else total([amount(each) for each in payable])
        if self._notice.form == MODIFICATION and len(lots) == 1 and lots[0].text in self._lots:
            contract["period"] = contract_period(self._lots[lots[0].text])
        contract["finance"] = finance(node.find("efac:Funding"), self._reading)
        if address := node.value("cbc:URI"):
            document = {"id": "contract", "documentType": "contractSigned", "url": of(address.text, address)}
            contract["documents"] = [document]
        contract["relatedProcesses"] = [
            {"id": of(each.text, each), "relationship": ["framework"], "identifier": of(each.text, each),
             "scheme": of(f"eu-{each.attributes.get('schemeName', 'notice')}", each)}
            for each in node.find("cac:NoticeDocumentReference/cbc:ID") if each.text
        ]  # fmt: skip
        for signatory in node.find("cac:SignatoryParty/cac:PartyIdentification/cbc:ID"):
            self._parties.reference(signatory, "buyer")
        return contract

    def _contract_status(self) -> Sourced:
        """Before a direct award the contract is still to come (GWB section 135(3)); all others were concluded."""
        if self._notice.is_cancelling:
            return of("cancelled", self._notice.change_reason)
        return of("pending" if self._notice.form == DIRECT_AWARD else "active", self._notice.kind)

    def _set_status(self, tender: dict[str, Any]) -> None:
        by_id = {lot["id"].value: lot for lot in tender.get("lots", ())}
        codes = []
        for result in self._results:
            code = result.value("cbc:TenderResultCode")
            if code is None or code.text not in _LOT_STATUS:
                continue
            codes.append(code)
            ended = result.value("efbc:DPSTerminationIndicator")
            for lot in lots_of(result):
                if lot.text in by_id:
                    by_id[lot.text]["status"] = of(_LOT_STATUS[code.text], code)
                    if ended is not None and ended.text == "true":
                        techniques = by_id[lot.text].setdefault("techniques", {})
                        techniques.setdefault("dynamicPurchasingSystem", {})["status"] = of("terminated", ended)
        said = {code.text for code in codes}
        if "open-nw" in said:
            tender["status"] = of("active", *codes)
        elif said == {"clos-nw"}:
            tender["status"] = of("unsuccessful", *codes)

    def _is_framework(self, result: Node) -> bool:
        kind = "cbc:ContractingSystemTypeCode[@listName='framework-agreement']"
        lots = [self._lots[lot.text] for lot in lots_of(result) if lot.text in self._lots]
        codes = {code.text for lot in lots for code in lot.find(f"cac:TenderingProcess/cac:ContractingSystem/{kind}")}
        return bool(codes - {"", "none"}) or bool(result.find("efac:FrameworkAgreementValues"))

    def _value_of_notice(self, awards: Sequence[dict[str, Any]]) -> None:
        """The value of all results (BT-161) is that of the only award, where its bids do not tell one."""
        made = [award for award in awards if award.get("suppliers")]
        whole = self._notice.root.value(f"{_RESULT}/cbc:TotalAmount")
        if whole is not None and len(made) == 1 == len(awards) and not made[0].get("value"):
            made[0]["value"] = amount(whole)

    def _has_contracts(self, result: Node) -> bool:
        return bool(self._referred(result, "efac:SettledContract", self._contracts))

    def _referred(self, node: Node, name: str, parts: dict[str, Node]) -> list[tuple[Node, Node]]:
        """``(reference, part)`` for each reference of that name below ``node``."""
        found = []
        for reference in node.find(f"{name}/cbc:ID"):
            if reference.text in parts:
                found.append((reference, parts[reference.text]))
            elif reference.text:
                self._reading.unused(reference, NO_SUCH_PART)
        return found


def bid_name(bid: Node) -> str:
    """The identifier of an ``efac:LotTender`` within its notice (OPT-321)."""
    key = bid.value("cbc:ID")
    return key.text if key else ""


def _by_id(nodes: Sequence[Node]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        if key := node.value("cbc:ID"):
            found.setdefault(key.text, node)
    return found


def _related(lots: Sequence[Node]) -> list[Sourced]:
    return [of(lot.text, lot) for lot in lots]


def _named(name: str, lots: Sequence[Node]) -> str:
    return f"{name}-{lots[0].text}" if lots else name
