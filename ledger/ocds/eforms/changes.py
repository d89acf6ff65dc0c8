"""What a notice changes: an earlier notice (``efac:Changes``), or a contract (``efac:ContractModification``)."""

from __future__ import annotations

import re
from typing import Any

from ledger.ocds.eforms.notice import COMPETITION, CONSULTATION, PLANNING, Notice
from ledger.ocds.eforms.results import Results
from ledger.ocds.eforms.rules import PARAGRAPH, Reading, Rule, apply
from ledger.ocds.eforms.sourced import Sourced, of
from ledger.ocds.eforms.xml_tree import Node

_VERSION = re.compile(r"-\d{2}$", re.ASCII)
_REASON = (
    Rule("BT-762, BT-201", "efac:ChangeReason/efbc:ReasonDescription", "rationale", glue=PARAGRAPH),
    Rule("BT-141, BT-202", "efac:Change/efbc:ChangeDescription", "description", glue=PARAGRAPH),
)
_SECTION = "efac:Change/efac:ChangedSection/efbc:ChangedSectionIdentifier"
_CHANGED = "efbc:ChangedNoticeIdentifier"


def changed_notice(notice: Notice) -> Node | None:
    """The identifier and version of the notice that this one changes (BT-758)."""
    return notice.change.value(_CHANGED) if notice.change else None


def without_version(identifier: str) -> str:
    """The identifier of a notice, of one that names its version too."""
    return _VERSION.sub("", identifier)


def note_change(notice: Notice, date: Sourced, sections: dict[str, Any], reading: Reading) -> None:
    """Add the amendment of a notice that changes another one to what it changes, and its status if it cancels."""
    if notice.change is None:
        return
    amendment = _amendment(notice.change, notice, date, "eu-change-corrig-justification", reading)
    tender = sections["tender"]
    lots = {lot["id"].value: lot for lot in tender.get("lots", ())}
    related, others = _tell_sections(amendment, notice.change, set(lots))
    tender.setdefault("amendments", []).append(amendment)
    if notice.is_cancelling and notice.form in (CONSULTATION, PLANNING, COMPETITION):
        cancelled = of("cancelled", notice.change_reason)
        # Only some lots are given up, or the procedure with all of them.
        only = {node.text for node in related} if not others else set[str]()
        if only and only != set(lots):
            for name in only:
                lots[name]["status"] = cancelled
        else:
            tender["status"] = cancelled


def note_modifications(
    notice: Notice, date: Sourced, sections: dict[str, Any], results: Results, reading: Reading
) -> None:
    """Add each modification (GWB section 132) to the contract it is of, as an amendment."""
    contracts = {contract["id"].value: contract for contract in sections.get("contracts", ())}
    for number, node in enumerate(notice.root.find("EXT/efac:ContractModification"), 1):
        amendment = _amendment(node, notice, date, "eu-modification-justification", reading, number)
        _tell_sections(amendment, node, {lot["id"].value for lot in sections["tender"].get("lots", ())})
        references = [
            each
            for path in ("efbc:ModifiedContractIdentifier", _SECTION)
            for each in node.find(path)
            if each.text in results.contract_ids
        ]
        if references:
            contract = contracts[results.contract_ids[references[0].text].value]
            amendment["id"] = of(amendment["id"].value, *amendment["id"].nodes, *references)
        elif len(contracts) == 1:
            contract = next(iter(contracts.values()))
        else:
            # Nobody knows which contract is meant: what was changed is told of the procedure.
            contract = sections["tender"]
        contract.setdefault("amendments", []).append(amendment)


def _tell_sections(amendment: dict[str, Any], node: Node, known: set[str]) -> tuple[list[Node], list[Node]]:
    """Add the changed sections (BT-13716) to an amendment: lots, and others in words; both are returned."""
    named = [each for each in node.find(_SECTION) if each.text]
    related = [each for each in named if each.text in known]
    others = [each for each in named if each.text not in known]
    amendment["relatedLots"] = [of(each.text, each) for each in related]
    if others:
        words = f"({', '.join(dict.fromkeys(each.text for each in others))})"
        said = amendment.get("description")
        text = f"{said.value}{PARAGRAPH}{words}" if said else words
        amendment["description"] = of(text, *(said.nodes if said else ()), *others)
    return related, others


def _amendment(
    node: Node, notice: Notice, date: Sourced, scheme: str, reading: Reading, number: int | None = None
) -> dict[str, Any]:
    name = notice.release_id if number is None else f"{notice.release_id}-{number}"
    amendment: dict[str, Any] = {"id": of(name, notice.identifier, notice.version), "date": date}
    apply(_REASON, node, "Amendment", amendment, reading)
    codes = Rule("BT-140, BT-200", "efac:ChangeReason/cbc:ReasonCode", "rationaleClassifications", scheme=scheme)
    apply((codes,), node, "Amendment", amendment, reading)
    if changed := node.value(_CHANGED):
        amendment["amendsReleaseID"] = of(changed.text, changed)
    return amendment
