"""Organisations of the registry."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import DigestText, Using, answer, digest_of, plain
from api.described import ADDRESS, list_of, object_of, ours, schema_of
from ledger.index.rows import ActRow, OrganisationRow

router = APIRouter(tags=["organisations"])

ROW = schema_of(OrganisationRow)["properties"] | {
    "links": object_of(dict.fromkeys(("self", "processList", "page"), ADDRESS))
}
ONE = ROW | {"acts": list_of(schema_of(ActRow))}


@router.get("/organisations", summary="All organisations", responses=ours({"organisations": list_of(object_of(ROW))}))
def organisations(request: Request, services: Using) -> Response:
    """By name; names come from releases, the chain holds none."""
    return answer(request, {"organisations": [_json(row) for row in services.queries.organisations()]})


@router.get("/organisations/{organisationId}", summary="One organisation", responses=ours(ONE))
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
