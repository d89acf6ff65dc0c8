"""What requests carry: small JSON objects, of a bounded length and within a bounded time."""

from __future__ import annotations

from typing import Any, Final

import anyio
import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

from api.described import Schema
from ledger.errors import BodyTooLarge, BodyTooSlow, InvalidParameter

SECONDS: Final = 30.0


async def json_object(request: Request, most: int) -> dict[str, Any]:
    """The object of the body. Raises BodyTooLarge beyond ``most`` bytes, BodyTooSlow, InvalidParameter."""
    body = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise BodyTooLarge(most=most)
    except TimeoutError:
        raise BodyTooSlow(seconds=SECONDS) from None
    except ClientDisconnect:
        raise InvalidParameter(parameter="body", value="…", why="it was cut off") from None
    try:
        found = orjson.loads(bytes(body))
    except orjson.JSONDecodeError:
        raise InvalidParameter(parameter="body", value="…", why="it is no JSON") from None
    if not isinstance(found, dict):
        raise InvalidParameter(parameter="body", value="…", why="it is no object")
    return found


def bytes_of(body: dict[str, Any], name: str, size: int | None = None) -> bytes:
    """A member in hexadecimal, with or without 0x; ``size`` in bytes. Raises InvalidParameter."""
    return hex_of(body.get(name), name, size)


def hex_of(text: Any, name: str, size: int | None = None) -> bytes:
    """The same of a text by itself; ``name``: what it is told as."""
    try:
        if not isinstance(text, str):
            raise ValueError
        value = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise _invalid(name, text, "it is not hexadecimal") from None
    if size is not None and len(value) != size:
        raise _invalid(name, text, f"it has not {size} bytes")
    return value


def number_of(body: dict[str, Any], name: str, most: int) -> int:
    """A member that is a whole number from 0 to ``most``. Raises InvalidParameter."""
    value = body.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise _invalid(name, value, f"it is no whole number from 0 to {most}")
    return value


def text_of(body: dict[str, Any], name: str) -> str:
    """A member that is text. Raises InvalidParameter."""
    value = body.get(name)
    if not isinstance(value, str):
        raise _invalid(name, value, "it is no text")
    return value


def described(properties: dict[str, Schema]) -> dict[str, Any]:
    """``openapi_extra`` of a route with such an object as body."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _invalid(name: str, value: object, why: str) -> InvalidParameter:
    return InvalidParameter(parameter=name, value=f"{value!s:.80}", why=why)
