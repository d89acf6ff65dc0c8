"""What is bought, and where it is performed."""

from __future__ import annotations

from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.rules import Reading, apply
from ledger.ocds.eforms.sourced import of
from ledger.ocds.eforms.table import PLACE, PROJECT
from ledger.ocds.eforms.xml_tree import Node

_CLASSIFICATION: Final = "cbc:ItemClassificationCode"


def lot_id(lot: Node) -> Node | None:
    """The identifier of a ``cac:ProcurementProjectLot`` (BT-137)."""
    return lot.value("cbc:ID")


def items_of(root: Node, reading: Reading) -> list[dict[str, Any]]:
    """What is bought, by CPV: the procedure as a whole, then each lot (BT-26, BT-262, BT-263, BT-25, places)."""
    items: list[dict[str, Any]] = [
        {"id": "procedure", **item} for project in root.find(PROJECT) if (item := _item(project, None, reading))
    ]
    for lot in root.find("cac:ProcurementProjectLot"):
        identifier = lot_id(lot)
        for project in lot.find(PROJECT) if identifier else ():
            if (item := _item(project, lot, reading)) and identifier is not None:
                name = of(identifier.text, identifier)
                items.append({"id": name, "relatedLot": name, **item})
    return items


def _item(project: Node, lot: Node | None, reading: Reading) -> dict[str, Any]:
    item: dict[str, Any] = {}
    main = [node for node in project.find(f"cac:MainCommodityClassification/{_CLASSIFICATION}") if node.text]
    others = [node for node in project.find(f"cac:AdditionalCommodityClassification/{_CLASSIFICATION}") if node.text]
    if main:
        item["classification"] = _classification(main[0])
        item["additionalClassifications"] = [_classification(node) for node in [*main[1:], *others]]
    elif others:
        item["additionalClassifications"] = [_classification(node) for node in others]
    if quantity := project.value("cbc:EstimatedOverallContractQuantity"):
        item["quantity"] = of(values.number(quantity.text), quantity)
        if unit := quantity.attributes.get("unitCode", "").strip():
            item["unit"] = {"scheme": "UNCEFACT", "id": of(unit, quantity)}
    if lot is not None:
        item["deliveryAddresses"] = places_of(lot, reading)
    return {key: value for key, value in item.items() if value}


def _classification(node: Node) -> dict[str, Any]:
    return {"scheme": of((node.attributes.get("listName") or "cpv").upper(), node), "id": of(node.text, node)}


def places_of(node: Node, reading: Reading) -> list[dict[str, Any]]:
    """Where the contract is performed, of the procedure or of a lot (BT-5071 …, BT-727, BT-728)."""
    places: list[dict[str, Any]] = []
    for location in node.find(f"{PROJECT}/cac:RealizedLocation"):
        place: dict[str, Any] = {}
        apply(PLACE, location, "Address", place, reading)
        if place:
            places.append(place)
    return places
