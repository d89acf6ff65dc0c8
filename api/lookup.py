"""Which act anchors a digest that somebody holds."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import DigestText, Using, answer, digest_of, plain
from api.described import HEX, list_of, ours, schema_of
from ledger.index.rows import Found

router = APIRouter(tags=["lookup"])

FOUND = {"digest": HEX, "found": list_of(schema_of(Found))}


@router.get("/lookup/{digest}", summary="What a digest names", responses=ours(FOUND))
def lookup(request: Request, services: Using, digest: DigestText) -> Response:
    """A release, the plain SHA-256 of a file, a commitment, a document, an act, a block or a transaction, a
    registered page, policy or other artifact, the report of an audit; ``found`` is empty if nothing here has that
    digest."""
    wanted = digest_of(digest)
    return answer(request, {"digest": plain(wanted), "found": plain(services.lookup(wanted))})
