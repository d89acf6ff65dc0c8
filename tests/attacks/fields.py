"""Values as forgeries name them, in JSON: accounts and digests by what people call them, times by how far they move."""

from __future__ import annotations

from typing import Any

from tests.chain.town import digest
from tests.index.town import signer


def value(given: Any, before: Any) -> Any:
    """``@officer 1`` is an account, ``#text`` the digest of a text, ``0x...`` bytes, ``+60`` so much more than before;
    anything else is itself."""
    if isinstance(given, list):
        return [value(each, None) for each in given]
    if not isinstance(given, str):
        return given
    if given.startswith("@"):
        return signer(given[1:]).account
    if given.startswith("#"):
        return digest(given[1:])
    if given.startswith("0x"):
        return bytes.fromhex(given[2:])
    if given[:1] in ("+", "-"):
        return before + int(given)
    return given


def set_path(content: Any, path: str, given: Any) -> Any:
    """The content (objects and lists) with another value at ``a.b.0``."""
    name, _, rest = path.partition(".")
    key: Any = int(name) if isinstance(content, list | tuple) else name
    after: Any = list(content) if isinstance(content, list | tuple) else dict(content)
    before = after[key] if not isinstance(after, dict) or key in after else None
    after[key] = set_path(before, rest, given) if rest else value(given, before)
    return after
