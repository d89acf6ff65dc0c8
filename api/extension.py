"""Our OCDS extension, served beside the packages that declare it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request, Response

from api.answers import REVALIDATE, bytes_answer
from ledger.errors import NotFound

router = APIRouter(prefix="/extension/siegel", tags=["extension"])


@router.get("/{path:path}", summary="A file of the OCDS extension")
def file(request: Request, path: str) -> Response:
    """``extension.json``, the schema it patches and its codelists."""
    content = _files().get(path)
    if content is None:
        raise NotFound(path=request.url.path)
    kind = "application/json" if path.endswith(".json") else "text/plain; charset=utf-8"
    kind = "text/csv; charset=utf-8" if path.endswith(".csv") else kind
    return bytes_answer(request, content, kind, cache=REVALIDATE)


@cache
def _files() -> dict[str, bytes]:
    """All files by their paths, read once: what a request names never reaches the file system."""
    return dict(_below(resources.files("ledger.ocds") / "extension", ""))


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(entry, f"{path}{entry.name}/")
        else:
            yield path + entry.name, entry.read_bytes()
