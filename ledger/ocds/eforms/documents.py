"""Documents that a notice points to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.items import lot_id
from ledger.ocds.eforms.rules import Reading, Rule, apply
from ledger.ocds.eforms.sourced import Sourced, of, settle
from ledger.ocds.eforms.table import TERMS
from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.json_text import write_json

_DOCUMENTS: Final = (
    ("cac:CallForTendersDocumentReference", "biddingDocuments"),
    ("cac:FiscalLegislationDocumentReference", "legislation"),
    ("cac:EnvironmentalLegislationDocumentReference", "legislation"),
    ("cac:EmploymentLegislationDocumentReference", "legislation"),
)
DOCUMENT = (Rule("BT-708", "EXT/efac:OfficialLanguages/cac:Language/cbc:ID", "languages", written=values.language),)


def documents_of(root: Node, reading: Reading) -> list[dict[str, Any]]:
    """Procurement documents and laws (BT-14, BT-15, BT-615, OPT-110 …); one that all lots share stands once."""
    shared: dict[tuple[str, str, str], list[tuple[dict[str, Any], Node]]] = {}
    names: set[str] = set()
    for lot in root.find("cac:ProcurementProjectLot"):
        identifier = lot_id(lot)
        for path, kind in _DOCUMENTS if identifier else ():
            for number, node in enumerate(lot.find(f"{TERMS}/{path}"), 1):
                document = _document(node, kind, reading)
                if document and identifier is not None:
                    document.setdefault("id", of(f"{identifier.text}-{kind}-{number}"))
                    key = (kind, document["id"].value, _said(document))
                    shared.setdefault(key, []).append((document, identifier))
    documents = []
    for (kind, name, _), entries in shared.items():
        document = _together([entry for entry, _ in entries])
        lots = [lot for _, lot in entries]
        if name in names:
            # Another lot's document has the same number and is another one.
            document["id"] = of(f"{name}-{lots[0].text}", *document["id"].nodes, lots[0])
        names.add(name)
        related = [of(lot.text, lot) for lot in lots]
        documents.append({**document, "documentType": kind, "relatedLots": related})
    return documents


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


def _said(document: dict[str, Any]) -> str:
    """What a document says, to tell whether two are the same."""
    return write_json(settle(document)[0]).decode()


def _together(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Documents that say the same, as one that all their elements speak for."""
    first = documents[0]
    whole: dict[str, Any] = {}
    for key, value in first.items():
        if isinstance(value, list):
            columns = zip(*(document[key] for document in documents), strict=True)
            whole[key] = [_all(column) for column in columns]
        else:
            whole[key] = _all([document[key] for document in documents])
    return whole


def _all(values_: Sequence[Sourced]) -> Sourced:
    return of(values_[0].value, *(node for each in values_ for node in each.nodes))
