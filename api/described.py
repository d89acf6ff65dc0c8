"""What the API's description (OpenAPI 3.1) says of answers: schemas made from the very rows that are answered.

So the description cannot fall behind: a test lets a fuzzer hold all answers against it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from api.answers import camel, plain

Schema = dict[str, Any]

HEX: Final[Schema] = {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"}
TEXT: Final[Schema] = {"type": "string"}
ADDRESS: Final[Schema] = {"type": "string", "format": "uri-reference"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
NUMBER: Final[Schema] = {"type": ["integer", "string"], "description": "as text beyond 2**53"}
HEX_OR_NULL: Final[Schema] = {"anyOf": [{"type": "null"}, HEX]}
NUMBER_OR_NULL: Final[Schema] = {"anyOf": [{"type": "null"}, NUMBER]}
ANY_OBJECT: Final[Schema] = {"type": "object"}
GROUP: Final[Schema] = {"enum": ["officers", "custodians"]}
"""Of a key set's recipients."""

BYTES: Final = "application/octet-stream"

PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "RFC 9457; the offending values are members of their own",
    "properties": {
        "type": {"type": "string", "pattern": "^/problems/[A-Za-z]+$"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": TEXT,
        "chainId": {"type": "integer"},
        "ledger": HEX,
    },
    "required": ["type", "title", "status", "detail", "instance", "chainId", "ledger"],
}

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": description, "content": {"application/problem+json": {"schema": PROBLEM}}}
    for status, description in (("4XX", "what was asked cannot be answered"), ("5XX", "the installation failed"))
}


def schema_of(kind: Any) -> Schema:
    """The schema of what ``plain`` makes of a value of this type."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        return object_of({camel(name): schema_of(hints[name]) for name in names})
    if get_origin(kind) in (Union, types.UnionType):
        options = [{"type": "null"} if option is type(None) else schema_of(option) for option in get_args(kind)]
        return {"anyOf": options}
    if get_origin(kind) in (tuple, list):
        return list_of(schema_of(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [plain(member) for member in kind]}
    return dict(_SIMPLE.get(kind, {}))


def object_of(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with these properties, all of them there but the ``optional``."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def list_of(schema: Schema) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": schema}


def ours(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> dict[int | str, dict[str, Any]]:
    """``responses`` of a route that answers our own JSON, which names chain and ledger."""
    named = {"chainId": {"type": "integer"}, "ledger": HEX, **properties}
    return content("application/json", object_of(named, optional=optional))


def content(media_type: str, schema: Schema) -> dict[int | str, dict[str, Any]]:
    """``responses`` of a route that answers this media type; 304 where the client holds the answer."""
    return {
        200: {"description": "the answer", "content": {media_type: {"schema": schema}}},
        304: {"description": "not modified; the client holds the answer"},
    }


_SIMPLE: Final[dict[Any, Schema]] = {bytes: HEX, str: TEXT, int: NUMBER, bool: {"type": "boolean"}}
