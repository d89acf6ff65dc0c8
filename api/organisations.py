"""Organisations of the registry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response

from api.answers import DigestText, Using, digest_of, index_answer, plain
from api.described import ADDRESS, TEXT, list_of, object_of, ours, schema_of
from ledger.index.rows import ActRow, ArtifactRow, OrganisationRow
from ledger.index.sums import OrganisationSums, Total

router = APIRouter(tags=["organisations"])

ROW = schema_of(OrganisationRow)["properties"] | {
    "links": object_of(dict.fromkeys(("self", "processList", "page"), ADDRESS))
}
COUNT = {"type": "integer"}
TOTALS = list_of(object_of({"currency": TEXT, "amount": TEXT, "processes": COUNT}))
SUMS = object_of(
    {
        "processes": COUNT,
        "methodStated": COUNT,
        "direct": COUNT,
        "awarded": TOTALS,
        "years": list_of(object_of({"year": {}, "processes": COUNT, "direct": COUNT, "awarded": TOTALS})),
        "suppliers": list_of(object_of({"name": TEXT, "processes": COUNT, "awarded": TOTALS})),
    }
)
ONE = ROW | {"acts": list_of(schema_of(ActRow)), "artifacts": list_of(schema_of(ArtifactRow)), "sums": SUMS}


@router.get("/organisations", summary="All organisations", responses=ours({"organisations": list_of(object_of(ROW))}))
def organisations(request: Request, services: Using) -> Response:
    """By name; names come from releases, the chain holds none."""
    return index_answer(request, {"organisations": [_json(row) for row in services.queries.organisations()]})


@router.get("/organisations/{organisationId}", summary="One organisation", responses=ours(ONE))
def organisation(request: Request, services: Using, organisationId: DigestText) -> Response:
    """With its acts outside processes (who was admitted, which key sets it has, what it anchored as a whole), the
    artifacts and audit reports among these, and what its processes add up to."""
    row = services.queries.organisation(digest_of(organisationId))
    acts = services.queries.organisation_acts(row.organisation_id)
    sums = _sums_json(services.queries.organisation_sums(row.organisation_id))
    artifacts = services.queries.artifacts(row.organisation_id)
    content = {**_json(row), "acts": plain(acts), "artifacts": plain(artifacts), "sums": sums}
    return index_answer(request, content)


def _json(row: OrganisationRow) -> dict[str, object]:
    content: dict[str, object] = plain(row)
    identity = content["organisationId"]
    content["links"] = {
        "self": f"/api/v1/organisations/{identity}",
        "processList": f"/api/v1/processes?buyer={identity}",
        "page": f"/organisations/{identity}",
    }
    return content


def _sums_json(sums: OrganisationSums) -> dict[str, Any]:
    """As the API tells it: amounts as text, so that nobody rounds them."""

    def totals(found: Iterable[Total]) -> list[dict[str, Any]]:
        return [
            {"currency": each.currency, "amount": f"{each.amount:f}", "processes": each.processes} for each in found
        ]

    return {
        "processes": sums.processes,
        "methodStated": sums.stated,
        "direct": sums.direct,
        "awarded": totals(sums.awarded),
        "years": [
            {"year": each.year, "processes": each.processes, "direct": each.direct, "awarded": totals(each.awarded)}
            for each in sums.years
        ],
        "suppliers": [
            {"name": each.name, "processes": each.processes, "awarded": totals(each.awarded)} for each in sums.suppliers
        ],
    }
