"""OCDS files as a buyer's platform exports them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEME, UID, BUYER_NAME = "DE-LEITWEG", "059990001001-12345-67", "Stadt Musterbach"
OCID = "ocds-test00-1"


def release(
    number: int = 1, *tags: str, ocid: str = OCID, uid: str = UID, name: str = BUYER_NAME, **more: Any
) -> dict[str, Any]:
    """A release of the buyer (or of the one named), numbered within its process."""
    party = f"{SCHEME}-{uid}"
    return {
        "ocid": ocid,
        "id": f"{ocid}-{number}",
        "date": f"2026-11-{number:02d}T10:00:00+01:00",
        "tag": list(tags or ("tender",)),
        "initiationType": "tender",
        "parties": [
            {
                "id": party,
                "name": name,
                "identifier": {"scheme": SCHEME, "id": uid},
                "roles": ["buyer"],
                "contactPoint": {"name": "Frau Beispiel", "telephone": "+49 2999 0"},
            }
        ],
        "buyer": {"id": party, "name": name},
        "tender": {
            "id": "1",
            "title": "Winterdienst",
            "status": "active",
            "value": {"amount": 1000, "currency": "EUR"},
        },
        **more,
    }


def write(path: Path, content: Any) -> Path:
    """``content`` as a JSON file."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def package(*releases: dict[str, Any]) -> dict[str, Any]:
    """A release package."""
    return {
        "uri": "https://example.org/package.json",
        "publisher": {"name": "example"},
        "publishedDate": "2026-11-20T10:00:00Z",
        "version": "1.1",
        "releases": list(releases),
    }
