"""Failures as problems of RFC 9457: ``type`` is ``/problems/`` and the failure's one name."""

from __future__ import annotations

import logging
from typing import Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.answers import answer, plain, services_of
from api.described import TEXT, list_of, object_of, ours
from api.told import is_told, title
from ledger import errors
from ledger.errors import InternalFailure, InvalidParameter, MethodNotAllowed, NotFound, SiegelError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

router = APIRouter()

ENTRY = dict.fromkeys(("type", "name", "meaning", "sentence"), TEXT) | {"status": {"type": "integer"}}
ALL = {"problems": list_of(object_of(ENTRY))}
nothing_else = APIRouter()


def install(app: FastAPI) -> None:
    """Make every failure of the API a problem."""
    app.add_exception_handler(SiegelError, _named)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def problem(request: Request, error: SiegelError) -> Response:
    """The problem of a failure, with its offending values as members of their own where they may be told."""
    deployment = services_of(request).deployment
    place = {
        "instance": request.url.path,
        "chainId": deployment.chain_id,
        "ledger": "0x" + deployment.ledger.hex(),
    }
    body = orjson.dumps({**told_problem(error), **place}, default=str)
    headers = {"Cache-Control": "no-store"}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Siegel"  # RFC 9110, section 15.5.2: which signature is asked for
    if "retryAfter" in error.values:
        headers["Retry-After"] = str(error.values["retryAfter"])
    if error.status == 408:
        headers["Connection"] = "close"  # what is still to come is not waited for
    return Response(body, error.status, headers, MEDIA_TYPE)


def told_problem(error: SiegelError) -> dict[str, Any]:
    """What a failure tells everybody: the standard members of RFC 9457 and, where they may be told, its values."""
    told = is_told(error)
    standard = {
        "type": f"/problems/{error.name}",
        "title": title(type(error)),
        "status": error.status,
        "detail": str(error) if told else title(type(error)),
    }
    reserved = {*standard, "instance", "chainId", "ledger"}
    values = {name: value for name, value in plain(error.values).items() if told and name not in reserved}
    return {**values, **standard}


@router.get("/problems", tags=["problems"], summary="All problems", responses=ours(ALL))
def registry(request: Request) -> Response:
    """Every problem ``type`` with its HTTP status and meaning, by name."""
    found = [entry(kind) for _, kind in sorted(KINDS.items())]
    response = answer(request, {"problems": found})
    response.headers.add_vary_header("Accept")  # browsers get a page at the same address
    return response


@router.get("/problems/{name}", tags=["problems"], summary="What a problem means", responses=ours(ENTRY))
def meaning(request: Request, name: str) -> Response:
    """The meaning of a problem ``type``, its HTTP status and the sentence with its placeholders."""
    if name not in KINDS:
        raise NotFound(path=request.url.path)
    response = answer(request, entry(KINDS[name]))
    response.headers.add_vary_header("Accept")
    return response


KINDS: Final = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, SiegelError) and kind is not SiegelError
}
"""All failures that have a name, by it."""


def entry(kind: type[SiegelError]) -> dict[str, Any]:
    """A problem as the registry tells it."""
    meaning = " ".join((kind.__doc__ or "").split())
    return {
        "type": f"/problems/{kind.__name__}",
        "name": kind.__name__,
        "status": kind.status,
        "meaning": meaning,
        "sentence": kind.sentence,
    }


@nothing_else.api_route("/{path:path}", methods=list(METHODS), include_in_schema=False)
def nothing(request: Request, path: str) -> Response:
    """What no other route answers: a problem, not a page."""
    if request.method != "GET":
        raise MethodNotAllowed(path=request.url.path, method=request.method)
    raise NotFound(path=request.url.path)


def _named(request: Request, error: Exception) -> Response:
    assert isinstance(error, SiegelError)
    if error.status >= 500:
        log.warning("%s %s: %s", request.method, request.url.path, error)
    return problem(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = error.errors()[0]
    return problem(
        request, InvalidParameter(parameter=str(first["loc"][-1]), value=str(first.get("input")), why=first["msg"])
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return problem(request, MethodNotAllowed(path=request.url.path, method=request.method))
    return problem(request, NotFound(path=request.url.path))


def _unforeseen(request: Request, error: Exception) -> Response:
    log.exception("%s %s", request.method, request.url.path, exc_info=error)
    return problem(request, InternalFailure())
