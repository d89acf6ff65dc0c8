"""Rounds of all processes, for those who hold shares of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.answers import Using, digest_of, digest_query, index_answer, plain
from api.described import ADDRESS, object_of, ours, schema_of
from api.paging import described_list, listed
from ledger.index.rows import CustodianRound

router = APIRouter(tags=["sealed bids"])

ROUND = schema_of(CustodianRound)["properties"] | {
    "links": object_of(dict.fromkeys(("process", "sealing", "keySet", "page"), ADDRESS))
}
LIST = described_list("rounds", ROUND)


@router.get("/rounds", summary="Rounds whose key set names a custodian", responses=ours(LIST))
def rounds(
    request: Request,
    services: Using,
    custodian: Annotated[str, digest_query("organisation id of the custodian")],
    state: Literal["open", "closed", "opened"] | None = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The latest deadline first. ``open`` is a round until two officers close it, also after its deadline."""
    page = services.queries.rounds_of_custodian(digest_of(custodian), state, cursor, limit)
    return index_answer(request, listed(request, "rounds", page, _json))


def _json(row: CustodianRound) -> dict[str, Any]:
    content: dict[str, Any] = plain(row)
    process = f"/api/v1/processes/{content['processId']}"
    content["links"] = {
        "process": process,
        "sealing": f"{process}/rounds/{row.round}/sealing",
        "keySet": f"/api/v1/key-sets/{content['keySet']}",
        "page": f"/processes/{content['processId']}",
    }
    return content
