"""What a bundle holds, read once: small entries as they are, releases by what matters of them, documents by name."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO

from ledger.errors import DisclosureInvalid, SiegelError
from ledger.evidence.verify.archive import BUNDLE, ArchiveReader
from ledger.evidence.verify.manifest import Manifest
from ledger.evidence.verify.shown_bid import ShownBid, read_shown_bid
from ledger.ocds.disclosure import disclosure_digest, redactions
from ledger.ocds.json_text import MAX_DEPTH, check_characters, check_depth, check_exponent


@dataclass(frozen=True, slots=True)
class Release:
    """What a verifier needs of a release. ``documents`` are anchored digests (32 bytes), ``redacted`` its concealed
    places without a disclosure; ``problem`` says why it cannot be read."""

    ocid: str | None = None
    documents: tuple[bytes, ...] = ()
    redacted: tuple[str, ...] = ()
    problem: str | None = None


@dataclass
class Contents:
    """``identity`` is the bundle's name. Entries by the ids and numbers of their names: ``headers`` and the like by
    block, checkpoints by size of the tree, bids by commitment, rankings by process and round."""

    manifest: Manifest
    identity: bytes
    lists: dict[bytes, bytes] = field(default_factory=dict)
    processes: dict[bytes, bytes] = field(default_factory=dict)
    roles: dict[bytes, bytes] = field(default_factory=dict)
    headers: dict[int, bytes] = field(default_factory=dict)
    inclusions: dict[int, bytes] = field(default_factory=dict)
    proofs: dict[int, bytes] = field(default_factory=dict)
    checkpoints: dict[int, bytes] = field(default_factory=dict)
    timestamps: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    bids: dict[bytes, ShownBid] = field(default_factory=dict)
    criteria: dict[bytes, bytes] = field(default_factory=dict)
    evaluations: dict[bytes, bytes] = field(default_factory=dict)
    rankings: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    disclosures: dict[bytes, bytes] = field(default_factory=dict)
    documents: set[bytes] = field(default_factory=set)
    releases: dict[bytes, Release] = field(default_factory=dict)


def read_contents(stream: BinaryIO) -> Contents:
    """Read a bundle to its end. Raises BundleMalformed, ManifestInvalid, EntryAltered."""
    reader = ArchiveReader(stream, BUNDLE)
    contents = Contents(reader.listing, reader.identity)
    numbered = {
        "header": contents.headers,
        "inclusion": contents.inclusions,
        "proofs": contents.proofs,
        "checkpoint": contents.checkpoints,
    }
    series = {"list": contents.lists, "process": contents.processes, "roles": contents.roles}
    named = {
        "criteria": contents.criteria, "evaluation": contents.evaluations, "disclosures": contents.disclosures
    }  # fmt: skip
    for entry, pieces in reader.entries():
        if entry.kind == "document":
            contents.documents.add(entry.id)
            continue
        data = b"".join(pieces)
        if entry.kind in numbered:
            numbered[entry.kind][entry.number] = data
        elif entry.kind == "acts":
            series[entry.name.split("/")[1].split("-")[0]][entry.id] = data
        elif entry.kind == "timestamp":
            contents.timestamps[entry.number, entry.id] = data
        elif entry.kind in named:
            named[entry.kind][entry.id] = data
        elif entry.kind == "bid":
            contents.bids[entry.id] = read_shown_bid(data)
        elif entry.kind == "ranking":
            contents.rankings[entry.id, entry.number] = data
        else:
            contents.releases[entry.id] = disclosed_release(data, contents.disclosures.get(entry.id))
    return contents


def read_release(data: bytes, disclosed: Sequence[str]) -> Release:
    """What matters of a release; ``disclosed`` are its disclosures as texts."""
    try:
        text = data.removeprefix(BOM_UTF8).decode()
        if data.count(b"[") + data.count(b"{") > MAX_DEPTH:  # most have too few to nest deeper
            check_depth(text)
        release = _JSON.decode(text)
        # A field that stands nowhere in the text, and could not with escapes either, need not be looked for.
        escaped = b"\\u" in data
        if escaped:
            check_characters(release)
        conceals = disclosed or escaped or b"_sd" in data or b'"..."' in data
        concealed = redactions(release, disclosed) if conceals else []
        documents = tuple(dict.fromkeys(_documents(release))) if escaped or b"digest" in data else ()
        ocid = release.get("ocid")
        return Release(ocid if isinstance(ocid, str) else None, documents, tuple(place.path for place in concealed))
    except SiegelError as error:
        return Release(problem=str(error))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        return Release(problem=f"{type(error).__name__}: {error}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field that stands twice")  # noqa: TRY003
    return found


def disclosed_release(data: bytes, disclosed: bytes | None) -> Release:
    """A release with the entry of its disclosures, if there is one."""
    try:
        return read_release(data, [] if disclosed is None else _lines(disclosed))
    except SiegelError as error:
        return Release(problem=str(error))


def _lines(data: bytes) -> list[str]:
    """Disclosures in their one form: one on a line, each line ended, in ascending order of their digests. What else
    there is no disclosure can be, and is refused as one. Raises DisclosureInvalid."""
    *lines, rest = data.decode("ascii", "replace").split("\n")
    if rest:
        raise DisclosureInvalid(disclosure=rest[:40], why="its line does not end")
    digests = [disclosure_digest(line) for line in lines]
    for line, (before, after) in zip(lines, pairwise(digests), strict=False):
        if after <= before:
            raise DisclosureInvalid(disclosure=line[:40], why="its digest is not before that of the next one")
    return lines


def _documents(value: Any) -> Iterator[bytes]:
    """The digests that entries of ``documents`` name, wherever in the release they stand."""
    if isinstance(value, list):
        for entry in value:
            yield from _documents(entry)
    elif isinstance(value, dict):
        for name, entry in value.items():
            if name == "documents" and isinstance(entry, list):
                for document in entry:
                    digest = document.get("digest") if isinstance(document, dict) else None
                    if isinstance(digest, str) and _DIGEST.fullmatch(digest):
                        yield bytes.fromhex(digest)
            yield from _documents(entry)


def _float(number: str) -> float:
    check_exponent(number)
    return float(number)


def _refuse(name: str) -> Any:
    raise ValueError(name)


_JSON = json.JSONDecoder(object_pairs_hook=_once, parse_float=_float, parse_constant=_refuse)
_DIGEST = re.compile("[0-9a-fA-F]{64}", re.ASCII)
