"""What a page shows of a release's bytes beyond what the index keeps: documents and redacted fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.ocds.disclosure import strip
from ledger.store.releases import ReleaseStore


@dataclass(frozen=True, slots=True)
class Document:
    """One document a release names (OCDS ``Document``); ``digest`` is the anchored one where there is one."""

    identifier: str
    title: str
    url: str | None
    format: str | None
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """Documents of a release, the JSON pointers of its redacted places, and ``data``, the release without those."""

    documents: tuple[Document, ...]
    redacted: tuple[str, ...]
    data: Mapping[str, Any]


def read_content(releases: ReleaseStore, digest: bytes) -> ReleaseContent:
    """The content of the release ``digest``. Raises what the store raises for altered or unreadable bytes."""
    shown = releases.shown(digest)
    return ReleaseContent(
        documents=tuple(_documents(shown)),
        redacted=tuple(redaction.path for redaction in releases.redactions(digest)),
        data=strip(shown),
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

    identifier = str(item.get("id", ""))
    return Document(
        identifier=identifier,
        title=text("title") or text("description") or text("documentType") or identifier,
        url=text("url"),
        format=text("format"),
        digest=_digest(text("digest")),
    )


def _digest(text: str | None) -> bytes | None:
    try:
        value = bytes.fromhex((text or "").removeprefix("0x"))
    except ValueError:
        return None
    return value if len(value) == 32 else None
