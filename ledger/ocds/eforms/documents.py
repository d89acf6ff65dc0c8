"""Documents that a notice points to."""

from __future__ import annotations

from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.items import lot_id
from ledger.ocds.eforms.rules import Reading, Rule, apply
from ledger.ocds.eforms.sourced import Sourced, also, of
from ledger.ocds.eforms.table import TERMS
from ledger.ocds.eforms.xml_tree import Node

_DOCUMENTS: Final = (
    ("cac:CallForTendersDocumentReference", "biddingDocuments"),
    ("cac:FiscalLegislationDocumentReference", "legislation"),
    ("cac:EnvironmentalLegislationDocumentReference", "legislation"),
    ("cac:EmploymentLegislationDocumentReference", "legislation"),
)
DOCUMENT = (Rule("BT-708", "EXT/efac:OfficialLanguages/cac:Language/cbc:ID", "languages", written=values.language),)


def documents_of(root: Node, reading: Reading) -> list[dict[str, Any]]:
    """Procurement documents and laws (BT-14, BT-15, BT-615, OPT-110 …); one that all lots share stands once."""
    documents: dict[str, dict[str, Any]] = {}
    for lot in root.find("cac:ProcurementProjectLot"):
        identifier = lot_id(lot)
        if identifier is None:
            continue
        for path, kind in _DOCUMENTS:
            for number, node in enumerate(lot.find(f"{TERMS}/{path}"), 1):
                document = _document(node, kind, reading)
                if not document:
                    continue
                document.setdefault("id", f"{identifier.text}-{kind}-{number}")
                related = of(identifier.text, identifier)
                same = documents.get(_key(document))
                if same is not None and _plain(same) == _plain(document):
                    _add_nodes(same, document)
                    same["relatedLots"].append(related)
                    continue
                if same is not None:
                    name = document["id"]
                    document["id"] = of(f"{name.value}-{identifier.text}", *name.nodes, identifier)
                documents[_key(document)] = {**document, "documentType": kind, "relatedLots": [related]}
    return list(documents.values())


def _document(node: Node, kind: str, reading: Reading) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if name := node.value("cbc:ID"):
        document["id"] = of(name.text, name)
    restricted = node.value("cbc:DocumentType")
    is_restricted = restricted is not None and restricted.text == "restricted-document"
    if address := node.value("cac:Attachment/cac:ExternalReference/cbc:URI"):
        document["accessDetailsURL" if is_restricted else "url"] = of(address.text, address)
    if restricted is not None and is_restricted:
        document["accessDetails"] = of("Restricted.", restricted, node.value("cbc:DocumentTypeCode"))
    elif restricted is not None and document:
        document["accessDetails"] = of("Not restricted.", restricted)
    apply(DOCUMENT, node, "Document", document, reading)
    return document


def _key(document: dict[str, Any]) -> str:
    name = document["id"]
    return str(name.value if isinstance(name, Sourced) else name)


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    own = ("url", "accessDetailsURL", "accessDetails")
    return {key: document[key].value for key in own if key in document}


def _add_nodes(same: dict[str, Any], document: dict[str, Any]) -> None:
    for key, value in document.items():
        there = same.get(key)
        if isinstance(value, Sourced) and isinstance(there, Sourced):
            same[key] = also(there, *value.nodes)
        elif isinstance(value, list) and isinstance(there, list):
            by_value = {each.value: index for index, each in enumerate(there)}
            for each in value:
                if each.value in by_value:
                    index = by_value[each.value]
                    there[index] = also(there[index], *each.nodes)
                else:
                    there.append(each)
