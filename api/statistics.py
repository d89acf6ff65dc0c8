"""Numbers over all contracting processes."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import Using, index_answer
from api.described import TEXT, TEXT_OR_NULL, list_of, object_of, ours

router = APIRouter(tags=["statistics"])


NUMBER = {"type": "integer"}
DIVISION = {"cpv": TEXT, "currency": TEXT, "amount": TEXT, "processes": NUMBER}
STATISTICS = {
    "processes": NUMBER,
    "months": list_of(object_of({"month": TEXT, "processes": NUMBER})),
    "methods": list_of(object_of({"method": TEXT_OR_NULL, "processes": NUMBER})),
    "statuses": list_of(object_of({"status": TEXT, "processes": NUMBER})),
    "divisions": list_of(object_of(DIVISION)),
}


@router.get(
    "/statistics",
    summary="Processes by month, method and status, awarded sums by CPV division",
    responses=ours(STATISTICS),
)
def statistics(request: Request, services: Using) -> Response:
    """Over all processes; months and divisions are told as the filters of ``/processes`` take them."""
    found = services.queries.statistics()
    content = {
        "processes": found.processes,
        "months": [{"month": month, "processes": number} for month, number in found.months],
        "methods": [{"method": method, "processes": number} for method, number in found.methods],
        "statuses": [{"status": status, "processes": number} for status, number in found.statuses],
        "divisions": [
            {"cpv": item.division, "currency": item.currency, "amount": f"{item.amount:f}", "processes": item.processes}
            for item in found.divisions
        ],
    }
    return index_answer(request, content)
