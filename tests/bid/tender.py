"""A tender for two lots with questions and files, and what a server tells of its round."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ledger.chain.identifiers import key_set_id, organisation_id, process_id
from ledger.chain.registry import KeySet, Recipient
from tests.chain.town import actor, sealing_key

BUYER = organisation_id("DE-LEITWEG", "town")
OCID = "ocds-a2ef3d-school"
PROCESS = process_id(BUYER, OCID)
RECEIVER = organisation_id("DE-LEITWEG", "receiver")
PATH = f"/bid/0x{PROCESS.hex()}/1"
CHAIN_ID, LEDGER = 1337, b"\x11" * 20
DEADLINE = 1_800_000_000

LOT = {"method": "lowestPrice", "priceWeight": None, "criteria": [], "ties": ["price", "lot"]}
CRITERIA: dict[str, Any] = {
    "format": "siegel-criteria/1",
    "currency": "EUR",
    "mainBids": 2,
    "lots": [
        {"id": "L1", "title": "Rohbau", "variants": True, **LOT},
        {"id": "L2", "title": "Dach", "variants": False, **LOT},
    ],
    "requirements": [
        {
            "id": "listed",
            "title": "Sind Sie präqualifiziert?",
            "description": "§ 6b VOB/A",
            "dataType": "boolean",
            "required": True,
            "lots": [],
        },
        {
            "id": "months",
            "title": "Gewährleistung in Monaten",
            "description": None,
            "dataType": "integer",
            "required": True,
            "lots": ["L1"],
        },
        {
            "id": "share",
            "title": "Anteil Recyclingbeton in Prozent",
            "description": None,
            "dataType": "number",
            "required": False,
            "lots": ["L1"],
        },
    ],
    "documents": [
        {
            "id": "bill",
            "title": "Leistungsverzeichnis",
            "description": None,
            "required": True,
            "lots": [],
            "documentType": "billOfQuantity",
            "mostBytes": 30_000_000,
        },
        {
            "id": "roof",
            "title": "Dachaufbau",
            "description": None,
            "required": True,
            "lots": ["L2"],
            "documentType": None,
            "mostBytes": None,
        },
    ],
}
DOCUMENT = json.dumps(CRITERIA, ensure_ascii=False).encode()


def hexed(data: bytes) -> str:
    """As the API writes bytes."""
    return "0x" + data.hex()


def key_set(names: str = "recipient") -> tuple[KeySet, dict[bytes, str]]:
    """Three officers and three custodians with keys of their own; the custodians' identifiers by their ids."""
    officers = sorted(bytes(12) + actor(f"officer_{number}").account for number in ("one", "two", "three"))
    custodians = {organisation_id("DE-LEITWEG", f"custodian-{number}"): f"custodian-{number}" for number in (1, 2, 3)}
    keys = [sealing_key(f"{names} {number}") for number in range(6)]
    return KeySet(
        2,
        2,
        tuple(Recipient(holder, key) for holder, key in zip(officers, keys[:3], strict=True)),
        tuple(Recipient(holder, key) for holder, key in zip(sorted(custodians), keys[3:], strict=True)),
    ), custodians


def sealing(**changes: Any) -> dict[str, Any]:
    """What a server answers to ``GET …/sealing``."""
    chosen, names = key_set()
    return {
        "chainId": CHAIN_ID,
        "ledger": hexed(LEDGER),
        "organisationId": hexed(BUYER),
        "processId": hexed(PROCESS),
        "ocid": OCID,
        "title": "Erweiterung der Grundschule",
        "round": 1,
        "kind": "bids",
        "state": "open",
        "deadline": DEADLINE,
        "keySet": told(chosen, names),
        "receivers": [{"organisationId": hexed(RECEIVER), "name": None, "url": None}],
        "criteria": {"digest": hexed(hashlib.sha256(DOCUMENT).digest()), "document": None},
        "limits": {"envelope": None},
        "now": DEADLINE - 1000,
        **changes,
    }


def told(chosen: KeySet, names: dict[bytes, str]) -> dict[str, Any]:
    """A key set as the API tells it."""
    return {
        "id": hexed(key_set_id(BUYER, chosen)),
        "officerThreshold": chosen.officer_threshold,
        "custodianThreshold": chosen.custodian_threshold,
        "officers": [{"holder": hexed(each.holder), "key": hexed(each.key)} for each in chosen.officers],
        "custodians": [
            {
                "holder": hexed(each.holder),
                "key": hexed(each.key),
                "scheme": "DE-LEITWEG",
                "identifier": names[each.holder],
                "name": names[each.holder],
            }
            for each in chosen.custodians
        ],
    }
