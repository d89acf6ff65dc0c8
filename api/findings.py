"""What pulls of public notices found: notices that vanished, that were changed silently, that came back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import Using, digest_of, digest_query, index_answer, plain
from api.described import ADDRESS, object_of, ours, schema_of
from api.paging import described_list, listed
from ledger.index.rows import FindingRow
from ledger.ocds.observation import FindingKind

router = APIRouter(tags=["findings"])

FINDING = schema_of(FindingRow)["properties"] | {
    "links": object_of(dict.fromkeys(("process", "observation", "page"), ADDRESS))
}
LIST = described_list("findings", FINDING)


@router.get("/findings", summary="What pulls found about notices", responses=ours(LIST))
def findings(
    request: Request,
    services: Using,
    kind: FindingKind | None = None,
    observer: Annotated[str | None, digest_query("organisation id of whoever pulled")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The latest first. ``stands`` is false where a later finding took it back; ``observation`` is the digest of the
    recorded document that says so, served under ``/documents``."""
    organisation_id = None if observer is None else digest_of(observer)
    page = services.queries.findings(kind, organisation_id, cursor, limit)
    return index_answer(request, listed(request, "findings", page, finding_json))


def finding_json(row: FindingRow) -> dict[str, Any]:
    """A finding with links to what belongs to it."""
    content: dict[str, Any] = plain(row)
    content["links"] = {
        "process": f"/api/v1/processes/{content['processId']}",
        "observation": f"/api/v1/documents/{content['observation']}",
        "page": f"/processes/{content['processId']}#pulls",
    }
    return content
