"""Answers as JSON: names in camelCase, digests and accounts as 0x text, an ETag on each."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Request, Response

from api.services import Services
from ledger.errors import InvalidDigest

REVALIDATE = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
NEVER = "no-store"


DIGEST_PATTERN = r"^(0x)?[0-9a-fA-F]{64}$"
"""For the description only: what is no digest is refused by its own name."""


def services_of(request: Request) -> Services:
    """The services of the application that takes the request."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


Using = Annotated[Services, Depends(services_of)]
DigestText = Annotated[
    str,
    Path(
        description="32 bytes in hexadecimal, with or without 0x",
        max_length=80,
        json_schema_extra={"pattern": DIGEST_PATTERN},
    ),
]


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
    if is_dataclass(value) and not isinstance(value, type):
        return {camel(field.name): plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else camel(value.name.lower())
    if isinstance(value, Mapping):
        return {camel(str(name)): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    # Whole numbers beyond 2**53 (bitmaps) are no safe JSON numbers.
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def camel(name: str) -> str:
    """``process_id`` -> ``processId``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def answer(request: Request, content: Any, *, cache: str = REVALIDATE) -> Response:
    """Our own JSON; it names chain id and ledger."""
    deployment = services_of(request).deployment
    named = {"chainId": deployment.chain_id, "ledger": "0x" + deployment.ledger.hex(), **content}
    return ocds_answer(request, named, cache=cache)


def ocds_answer(request: Request, content: Any, *, cache: str = REVALIDATE) -> Response:
    """JSON of a standard's form, to which nothing is added; chain id and ledger stand in the headers."""
    return bytes_answer(request, orjson.dumps(content), "application/json", cache=cache)


def bytes_answer(
    request: Request, body: bytes, media_type: str, *, cache: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Bytes with an ETag that is a digest of them; 304 where the client holds them (RFC 9110 section 13.1.2)."""
    tag = '"' + base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:18]).decode() + '"'
    found = {"ETag": tag, "Cache-Control": cache, **(headers or {})}
    held = request.headers.get("if-none-match", "")
    if held.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in held.split(",")}:
        return Response(status_code=304, headers=found)
    return Response(body, media_type=media_type, headers=found)
