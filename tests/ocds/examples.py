"""A small made-up release that has most kinds of fields, for tests that break it."""

from __future__ import annotations

import copy
from typing import Any

_RELEASE: dict[str, Any] = {
    "ocid": "ocds-abc123-2026-0001",
    "id": "2026-0001-tender",
    "date": "2026-03-01T10:00:00+01:00",
    "tag": ["tender"],
    "initiationType": "tender",
    "language": "de",
    "parties": [
        {
            "id": "DE-BUND-1",
            "name": "Stadt Musterbach",
            "roles": ["buyer"],
            "identifier": {"scheme": "DE-BUND", "id": "1"},
            "address": {"locality": "Musterbach", "postalCode": "12345"},
            "contactPoint": {
                "name": "Erika Muster",
                "email": "vergabe@musterbach.example",
                "url": "https://musterbach.example",
            },
        },
        {
            "id": "B-7",
            "name": "Malermeister Otto Muster",
            "name_en": "Otto Muster, master painter",
            "roles": ["supplier", "tenderer"],
            "address": {"streetAddress": "Am Bach 1", "locality": "Musterbach", "countryName": "DE"},
            "contactPoint": {"telephone": "+49 1", "url": "https://maler.example"},
            "details": {"scale": "selfEmployed"},
        },
    ],
    "buyer": {"id": "DE-BUND-1", "name": "Stadt Musterbach"},
    "tender": {
        "id": "T-1",
        "title": "Malerarbeiten",
        "title_en": "Painting",
        "status": "active",
        "value": {"amount": 12000.5, "currency": "EUR"},
        "numberOfTenderers": 2,
        "hasEnquiries": False,
        "submissionMethod": ["electronicSubmission"],
        "tenderPeriod": {"startDate": "2026-03-01T10:00:00Z", "endDate": "2026-04-01T10:00:00Z"},
        "items": [{"id": "1", "description": "Wände", "quantity": 3, "relatedLot": "1"}],
        "lots": [{"id": "1", "title": "Schule"}],
        "documents": [
            {"id": "d1", "url": "https://musterbach.example/lv.pdf", "datePublished": "2026-03-01T10:00:00Z"}
        ],
    },
    "awards": [
        {"id": "A-1", "status": "pending", "suppliers": [{"id": "B-7", "name": "Malermeister Otto Muster"}]},
    ],
    "contracts": [{"id": "C-1", "awardID": "A-1", "status": "pending", "dateSigned": "2026-05-01T10:00:00Z"}],
}


def example_release() -> dict[str, Any]:
    """A fresh copy."""
    return copy.deepcopy(_RELEASE)
