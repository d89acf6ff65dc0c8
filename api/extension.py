"""Our OCDS extension, served beside the packages that declare it."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, Request, Response

from api.answers import REVALIDATE, bytes_answer
from ledger.errors import NotFound

router = APIRouter(prefix="/extension/siegel", tags=["extension"])


@router.get("/{path:path}", summary="A file of the OCDS extension")
def file(request: Request, path: str) -> Response:
    """``extension.json``, the schema it patches and its codelists."""
    parts = path.split("/")
    folder = resources.files("ledger.ocds") / "extension"
    if parts[-1].startswith(".") or ".." in parts or not (folder.joinpath(*parts)).is_file():
        raise NotFound(path=request.url.path)
    kind = "application/json" if path.endswith(".json") else "text/plain; charset=utf-8"
    kind = "text/csv; charset=utf-8" if path.endswith(".csv") else kind
    return bytes_answer(request, folder.joinpath(*parts).read_bytes(), kind, cache=REVALIDATE)
