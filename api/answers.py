"""Answers as JSON: names in camelCase, digests and accounts as 0x text, an ETag on each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Query, Request, Response

from api.services import Services
from ledger.errors import InvalidDigest

REVALIDATE = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
NEVER = "no-store"

JSON = "application/json"

KEEP = "siegel.keep"
"""Where a request carries the function that an answer that may be kept is given to: its body and its ETag."""


DIGEST_PATTERN = r"^(0x)?[0-9a-fA-F]{64}$"
"""For the description only: what is no digest is refused by its own name."""


def services_of(request: Request) -> Services:
    """The services of the application that takes the request."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


async def _using(request: Request) -> Services:
    # Not a plain function: that would be sent to a thread of its own, which takes longer than the answer.
    return services_of(request)


_DIGEST_TEXT: dict[str, Any] = {"max_length": 80, "json_schema_extra": {"pattern": DIGEST_PATTERN}}

Using = Annotated[Services, Depends(_using)]
DigestText = Annotated[str, Path(description="32 bytes in hexadecimal, with or without 0x", **_DIGEST_TEXT)]


def digest_query(description: str) -> Any:
    """32 bytes in hexadecimal as a parameter of the query; ``description`` says of what."""
    return Query(description=description, **_DIGEST_TEXT)


def digest_of(text: str) -> bytes:
    """32 bytes from their hexadecimal form. Raises ``InvalidDigest``."""
    try:
        value = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        raise InvalidDigest(text=text) from None
    if len(value) != 32:
        raise InvalidDigest(text=text)
    return value


def plain(value: Any) -> Any:
    """Rows, enums and bytes as what JSON can say."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if value is None or type(value) is str:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {told: plain(getattr(value, name)) for name, told in _names(type(value))}
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else camel(value.name.lower())
    if isinstance(value, Mapping):
        return {camel(str(name)): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    # Whole numbers beyond 2**53 (bitmaps) are no safe JSON numbers.
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


@cache
def _names(kind: type) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, camel(field.name)) for field in fields(kind))


def camel(name: str) -> str:
    """``process_id`` -> ``processId``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def answer(request: Request, content: Any, *, cache: str = REVALIDATE) -> Response:
    """Our own JSON; it names chain id and ledger."""
    return bytes_answer(request, _own(request, content), JSON, cache=cache)


def index_answer(request: Request, content: Any) -> Response:
    """As ``answer``, of the index and the statuses of this second alone: it may be kept (:mod:`api.answer_cache`)."""
    body = _own(request, content)
    tag = tag_of(body)
    if (keep := request.scope.get(KEEP)) is not None:
        keep(body, tag)
    return _tagged(request, body, tag, JSON, {"Cache-Control": REVALIDATE})


def _own(request: Request, content: Any) -> bytes:
    deployment = services_of(request).deployment
    return orjson.dumps({"chainId": deployment.chain_id, "ledger": "0x" + deployment.ledger.hex(), **content})


def ocds_answer(request: Request, content: Any, *, cache: str = REVALIDATE) -> Response:
    """JSON of a standard's form, to which nothing is added; chain id and ledger stand in the headers."""
    return bytes_answer(request, orjson.dumps(content), JSON, cache=cache)


def bytes_answer(
    request: Request, body: bytes, media_type: str, *, cache: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Bytes with an ETag that is a digest of them; 304 where the client holds them (RFC 9110 section 13.1.2)."""
    return _tagged(request, body, tag_of(body), media_type, {"Cache-Control": cache, **(headers or {})})


def _tagged(request: Request, body: bytes, tag: str, media_type: str, headers: Mapping[str, str]) -> Response:
    found = {"ETag": tag, **headers}
    if is_held(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=found)
    return Response(body, media_type=media_type, headers=found)


def tag_of(body: bytes) -> str:
    """The ETag of an answer: a digest of its bytes."""
    return '"' + base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:18]).decode() + '"'


def is_held(held: str, tag: str) -> bool:
    """Whether a client whose ``If-None-Match`` is this holds the answer with that ETag."""
    return held.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in held.split(",")}
