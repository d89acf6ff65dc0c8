"""What a page shows of a release's bytes beyond what the index keeps: documents and redacted fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledger.ocds.disclosure import redactions
from ledger.ocds.json_text import read_json
from ledger.store import ObjectStore


@dataclass(frozen=True, slots=True)
class Document:
    """One document a release names (OCDS ``Document``); ``digest`` is the anchored one where there is one."""

    identifier: str
    title: str
    kind: str | None
    url: str | None
    format: str | None
    published: str | None
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """Documents of a release and the JSON pointers of its redacted places."""

    documents: tuple[Document, ...]
    redacted: tuple[str, ...]


def read_content(store: ObjectStore, digest: bytes) -> ReleaseContent:
    """The content of the release ``digest``. Raises what store and reader raise for altered or unreadable bytes."""
    release = read_json(store.get(digest))
    if not isinstance(release, dict):
        return ReleaseContent((), ())
    return ReleaseContent(
        documents=tuple(_documents(release)),
        redacted=tuple(redaction.path for redaction in redactions(release)),
    )


def _documents(value: Any) -> Iterator[Document]:
    if isinstance(value, dict):
        for name, entry in value.items():
            if name == "documents" and isinstance(entry, list):
                yield from (_document(item) for item in entry if isinstance(item, dict))
            else:
                yield from _documents(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _documents(entry)


def _document(item: dict[str, Any]) -> Document:
    def text(name: str) -> str | None:
        value = item.get(name)
        return value if isinstance(value, str) and value else None

    digest = text("digest")
    identifier = str(item.get("id", ""))
    return Document(
        identifier=identifier,
        title=text("title") or text("description") or text("documentType") or identifier,
        kind=text("documentType"),
        url=text("url"),
        format=text("format"),
        published=text("datePublished"),
        digest=_digest(digest) if digest else None,
    )


def _digest(text: str) -> bytes | None:
    try:
        value = bytes.fromhex(text.removeprefix("0x").removeprefix("sha256:"))
    except ValueError:
        return None
    return value if len(value) == 32 else None
