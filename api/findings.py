"""What pulls of public notices found: notices that vanished, that were changed silently, that came back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import DIGEST_PATTERN, Using, digest_of, index_answer, plain
from api.described import ADDRESS, TEXT_OR_NULL, list_of, object_of, ours, schema_of
from ledger.index.rows import FindingRow
from ledger.ocds.observation import FindingKind

router = APIRouter(tags=["findings"])

FINDING = schema_of(FindingRow)["properties"] | {
    "links": object_of(dict.fromkeys(("process", "observation", "page"), ADDRESS))
}
LIST = {
    "total": {"type": "integer"},
    "findings": list_of(object_of(FINDING)),
    "nextCursor": TEXT_OR_NULL,
    "next": TEXT_OR_NULL,
}


@router.get("/findings", summary="What pulls found about notices", responses=ours(LIST))
def findings(
    request: Request,
    services: Using,
    kind: FindingKind | None = None,
    observer: Annotated[
        str | None,
        Query(
            description="organisation id of whoever pulled",
            max_length=80,
            json_schema_extra={"pattern": DIGEST_PATTERN},
        ),
    ] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The latest first. ``stands`` is false where a later finding took it back; ``observation`` is the digest of the
    recorded document that says so, served under ``/documents``."""
    organisation_id = None if observer is None else digest_of(observer)
    page = services.queries.findings(kind, organisation_id, cursor, limit)
    following = None
    if page.next_cursor is not None:
        url = request.url.include_query_params(cursor=page.next_cursor)
        following = f"{url.path}?{url.query}"
    found = [finding_json(row) for row in page.items]
    return index_answer(
        request, {"total": page.total, "findings": found, "nextCursor": page.next_cursor, "next": following}
    )


def finding_json(row: FindingRow) -> dict[str, Any]:
    """A finding with links to what belongs to it."""
    content: dict[str, Any] = plain(row)
    content["links"] = {
        "process": f"/api/v1/processes/{content['processId']}",
        "observation": f"/api/v1/documents/{content['observation']}",
        "page": f"/processes/{content['processId']}#pulls",
    }
    return content
