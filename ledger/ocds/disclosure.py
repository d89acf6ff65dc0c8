"""Erasable fields as salted digests, in the encoding of RFC 9901 (SD-JWT) without the JWT.

A concealed field leaves its digest in the ``_sd`` list of its object; a concealed list entry leaves
``{"...": digest}``. What was concealed stands in a *disclosure*, base64url of the JSON list ``[salt, name, value]``
(``[salt, value]`` for a list entry); the digest is base64url of SHA-256 over the disclosure's ASCII characters.
Whoever erases the disclosure erases salt and value for good, and the release's own digest stays what it was.

Reading is strict (RFC 9901 section 7.1): a digest that stands twice, a disclosure that belongs nowhere or comes
twice, reserved names and names that exist already are refused, never skipped. So are disclosures in disclosures that
nest deeper than a release may.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ledger.errors import DisclosureCollision, DisclosureDuplicate, DisclosureInvalid, DisclosureUnknown, SiegelError
from ledger.ocds.json_text import MAX_DEPTH, pointer, read_json

SD = "_sd"
DOTS = "..."
RESERVED = frozenset({SD, DOTS})
SALT_BYTES = 32
"""RFC 9901 section 9.3 wants 128 bits; 256 keep a salt as long as the digest it protects."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One concealed field. ``name`` is None for a list entry; ``text`` is what is kept and what is hashed."""

    salt: str
    name: str | None
    value: Any
    text: str

    @property
    def digest(self) -> str:
        """What stands in the release: base64url of SHA-256 over the disclosure's text."""
        return disclosure_digest(self.text)


@dataclass(frozen=True, slots=True)
class DisclosedField:
    """A concealed field whose disclosure is at hand. ``path`` is its JSON Pointer, its own name included."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """A digest without its disclosure. ``path`` points to the object or the list entry it stands in."""

    path: str
    digest: str


def disclosure_digest(text: str) -> str:
    """The digest of a disclosure's text (ASCII; what is none has a digest, too, and is refused when it is read)."""
    return _base64url(hashlib.sha256(text.encode("utf-8")).digest())


def make_disclosure(name: str | None, value: Any, *, salt: bytes | None = None) -> Disclosure:
    """A new disclosure with a fresh salt of 32 random bytes. Raises DisclosureCollision for a reserved name."""
    if name in RESERVED:
        raise DisclosureCollision(field=name, path="", why="the name is reserved")
    salt_text = _base64url(secrets.token_bytes(SALT_BYTES) if salt is None else salt)
    parts = [salt_text, value] if name is None else [salt_text, name, value]
    content = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return Disclosure(salt_text, name, value, _base64url(content.encode("utf-8")))


def read_disclosure(text: str) -> Disclosure:
    """Parse what ``make_disclosure`` or another implementation of RFC 9901 wrote. Raises DisclosureInvalid."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise DisclosureInvalid(disclosure=text[:40], why="it is not base64url") from None
    if _base64url(raw) != text:
        raise DisclosureInvalid(disclosure=text[:40], why="it is not base64url in its one valid form")
    try:
        parts = read_json(raw)
    except SiegelError as error:
        raise DisclosureInvalid(disclosure=text[:40], why=str(error)) from error
    if not isinstance(parts, list) or len(parts) not in (2, 3) or not isinstance(parts[0], str):
        raise DisclosureInvalid(disclosure=text[:40], why="it is not a list of salt, name and value")
    if len(parts) == 2:
        return Disclosure(parts[0], None, parts[1], text)
    if not isinstance(parts[1], str) or parts[1] in RESERVED:
        raise DisclosureInvalid(disclosure=text[:40], why="its name is no text, or reserved")
    return Disclosure(parts[0], parts[1], parts[2], text)


def conceal(value: dict[str, Any], names: Iterable[str]) -> tuple[dict[str, Any], list[Disclosure]]:
    """The object with these fields replaced by digests; fields it does not have are ignored. ``value`` stays."""
    wanted = [name for name in names if name in value]
    disclosures = [make_disclosure(name, value[name]) for name in wanted]
    if not disclosures:
        return dict(value), []
    rest = {key: entry for key, entry in value.items() if key not in wanted}
    # Sorted, so that the place of a digest does not tell which field it stands for (RFC 9901 section 4.2.4.1).
    rest[SD] = sorted([*value.get(SD, []), *(disclosure.digest for disclosure in disclosures)])
    return rest, disclosures


def conceal_entry(values: list[Any], index: int) -> tuple[list[Any], Disclosure]:
    """The list with one entry replaced by ``{"...": digest}``, and the entry's disclosure."""
    disclosure = make_disclosure(None, values[index])
    return [*values[:index], {DOTS: disclosure.digest}, *values[index + 1 :]], disclosure


def disclose(release: dict[str, Any], disclosures: Iterable[str]) -> dict[str, Any]:
    """The release with disclosed fields in their places.

    Digests without a disclosure stay in ``_sd`` (and as ``{"...": digest}``), so a reader sees that something is
    concealed there. Raises DisclosureInvalid, DisclosureUnknown, DisclosureDuplicate or DisclosureCollision.
    """
    reading = _Reading(disclosures)
    result = reading.object(release, "")
    reading.finish()
    return result


def redactions(release: dict[str, Any], disclosures: Iterable[str] = ()) -> list[Redaction]:
    """The concealed places for which no disclosure is given: what a page shows as blacked out (geschwärzt)."""
    reading = _Reading(disclosures)
    reading.object(release, "")
    reading.finish()
    return reading.left


def disclosed_fields(release: dict[str, Any], disclosures: Iterable[str]) -> list[DisclosedField]:
    """The concealed fields that these disclosures show, and where: what can still be erased."""
    reading = _Reading(disclosures)
    reading.object(release, "")
    reading.finish()
    return reading.shown


def strip(value: Any) -> Any:
    """The value without any digest: what RFC 9901 calls the processed payload, for merging and searching."""
    if isinstance(value, dict):
        return {key: strip(entry) for key, entry in value.items() if key != SD}
    if isinstance(value, list):
        return [strip(entry) for entry in value if not (isinstance(entry, dict) and set(entry) == {DOTS})]
    return value


class _Reading:
    """One pass over a release, each digest and each disclosure at most once."""

    def __init__(self, disclosures: Iterable[str]) -> None:
        self.by_digest: dict[str, Disclosure] = {}
        for text in disclosures:
            disclosure = read_disclosure(text)
            if disclosure.digest in self.by_digest:
                raise DisclosureDuplicate(digest=disclosure.digest)
            self.by_digest[disclosure.digest] = disclosure
        self.seen: set[str] = set()
        self.left: list[Redaction] = []
        self.shown: list[DisclosedField] = []

    def finish(self) -> None:
        for digest in self.by_digest:
            if digest not in self.seen:
                raise DisclosureUnknown(digest=digest)

    def value(self, value: Any, path: str) -> Any:
        # A disclosure can show the digest of the next one, as often as its author likes.
        if isinstance(value, dict | list) and path.count("/") >= MAX_DEPTH:
            raise DisclosureInvalid(disclosure=path[:40], why=f"what it shows nests more than {MAX_DEPTH} deep")
        if isinstance(value, dict):
            return self.object(value, path)
        if isinstance(value, list):
            return self.list(value, path)
        return value

    def object(self, value: dict[str, Any], path: str) -> dict[str, Any]:
        if DOTS in value:
            raise DisclosureCollision(field=DOTS, path=path, why="the name is reserved")
        result = {key: self.value(entry, pointer(path, key)) for key, entry in value.items() if key != SD}
        if SD not in value:
            return result
        if not isinstance(value[SD], list):
            raise DisclosureInvalid(disclosure=str(value[SD])[:40], why="_sd is not a list of digests")
        concealed: list[str] = []
        for digest in value[SD]:
            disclosure = self._claim(digest)
            if disclosure is None:
                concealed.append(digest)
                self.left.append(Redaction(path, digest))
                continue
            if disclosure.name is None:
                raise DisclosureInvalid(disclosure=disclosure.text[:40], why="a list entry stands for a field")
            if disclosure.name in result:
                raise DisclosureCollision(field=disclosure.name, path=path, why="there is such a field already")
            where = pointer(path, disclosure.name)
            self.shown.append(DisclosedField(where, digest))
            result[disclosure.name] = self.value(disclosure.value, where)
        if concealed:
            result[SD] = concealed
        return result

    def list(self, values: list[Any], path: str) -> list[Any]:
        result: list[Any] = []
        for index, entry in enumerate(values):
            where = pointer(path, index)
            if not (isinstance(entry, dict) and DOTS in entry):
                result.append(self.value(entry, where))
                continue
            if len(entry) != 1:
                raise DisclosureCollision(field=DOTS, path=where, why="a concealed entry has other fields")
            disclosure = self._claim(entry[DOTS])
            if disclosure is None:
                self.left.append(Redaction(where, entry[DOTS]))
                result.append(dict(entry))
            elif disclosure.name is not None:
                raise DisclosureInvalid(disclosure=disclosure.text[:40], why="a field stands for a list entry")
            else:
                self.shown.append(DisclosedField(where, entry[DOTS]))
                result.append(self.value(disclosure.value, where))
        return result

    def _claim(self, digest: Any) -> Disclosure | None:
        if not isinstance(digest, str) or len(digest) != 43:
            raise DisclosureInvalid(disclosure=str(digest)[:40], why="a digest has 43 characters of base64url")
        if digest in self.seen:
            raise DisclosureDuplicate(digest=digest)
        self.seen.add(digest)
        return self.by_digest.get(digest)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
