"""Organisations of the registry."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import DigestText, Using, answer, digest_of, plain
from ledger.index.rows import OrganisationRow

router = APIRouter(tags=["organisations"])


@router.get("/organisations", summary="All organisations")
def organisations(request: Request, services: Using) -> Response:
    """By name; names come from releases, the chain holds none."""
    return answer(request, {"organisations": [_json(row) for row in services.queries.organisations()]})


@router.get("/organisations/{organisationId}", summary="One organisation")
def organisation(request: Request, services: Using, organisationId: DigestText) -> Response:
    """With its acts outside processes: who was admitted, which key sets it has, what it anchored as a whole."""
    row = services.queries.organisation(digest_of(organisationId))
    acts = services.queries.organisation_acts(row.organisation_id)
    return answer(request, {**_json(row), "acts": plain(acts)})


def _json(row: OrganisationRow) -> dict[str, object]:
    content: dict[str, object] = plain(row)
    identity = content["organisationId"]
    content["links"] = {
        "self": f"/api/v1/organisations/{identity}",
        "processList": f"/api/v1/processes?buyer={identity}",
        "page": f"/organisations/{identity}",
    }
    return content
