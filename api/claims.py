"""What a file says it is, held against what was recorded: a file whose digest is unknown may be an altered notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from api.services import Services
from ledger.errors import SiegelError
from ledger.index.documents import Documents
from ledger.index.leaves import Leaf, changed_leaves
from ledger.index.rows import ProcessRow, ReleaseRow
from ledger.index.writer import copies_in
from ledger.ocds.disclosure import DOTS, SD, disclose
from ledger.ocds.json_text import pointer, read_json

MOST: Final = 20
"""A package can name any number of releases; nobody reads more findings than this on one page."""

MOST_PROCESSES: Final = 200
"""Of so many processes a file's releases are looked up; each costs a question to the index."""


MOST_CHARACTERS: Final = 20_000_000
"""A comparison writes the place of every value as a JSON pointer: one long name above a million values would fill the
memory."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A release in a file that bears the name of a recorded one. ``changes`` are JSON pointers with the recorded
    value and the file's; empty if only the writing differs, ``None`` if no intact copy is left to compare with.
    ``erased`` are pointers of the file's values that stand where fields were erased: nobody can prove them or say
    that they are wrong."""

    process: ProcessRow
    release: ReleaseRow
    changes: tuple[Leaf, ...] | None
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claims:
    """``complete``: all that the file names was compared."""

    found: tuple[Claim, ...]
    complete: bool


def claims(services: Services, data: bytes) -> Claims:
    """The recorded releases that the file ``data`` claims to hold; none for a file that is no OCDS JSON."""
    try:
        content = read_json(data)
    except SiegelError:
        return Claims((), True)
    named, whole = _by_name(content)
    found: list[Claim] = []
    for ocid, candidates in islice(named.items(), MOST_PROCESSES):
        for process in services.queries.processes_by_ocid(ocid):
            for release in services.queries.releases(process.process_id):
                if release.release_id is None:
                    continue  # nothing is known of what it says, or it may not be told
                for candidate in candidates.get(release.release_id, ()):
                    if len(found) == MOST:
                        return Claims(tuple(found), False)
                    found.append(Claim(process, release, *_compared(services, release.digest, candidate)))
    return Claims(tuple(found), whole and len(named) <= MOST_PROCESSES)


def _by_name(content: Any) -> tuple[dict[str, dict[str, list[dict[str, Any]]]], bool]:
    """The releases of a file by ocid and id, and whether none was left out. One that stands there twice, as in a
    record, counts once; two of one name that differ are both kept, or the altered one could hide behind the right
    one."""
    named: dict[str, dict[str, list[dict[str, Any]]]] = {}
    whole = True
    for candidate in _releases(content):
        same = named.setdefault(candidate["ocid"], {}).setdefault(candidate["id"], [])
        if candidate in same:
            continue
        if len(same) < MOST and _is_comparable(candidate):
            same.append(candidate)
        else:
            whole = False
    return named, whole


def _releases(content: Any) -> Iterator[dict[str, Any]]:
    """Releases of a release, a package, a record or a record package."""
    if not isinstance(content, dict):
        return
    if isinstance(content.get("ocid"), str) and isinstance(content.get("id"), str):
        if "\0" not in content["ocid"]:  # PostgreSQL refuses NUL; no ocid has one
            yield content
        return
    for name in ("releases", "records"):
        inner = content.get(name)
        for entry in inner if isinstance(inner, list) else ():
            yield from _releases(entry)


def _is_comparable(candidate: dict[str, Any]) -> bool:
    needed = 0
    for length in _lengths(candidate, 0):
        needed += length
        if needed > MOST_CHARACTERS:
            return False
    return True


def _lengths(value: Any, above: int) -> Iterator[int]:
    """About how long the pointers of all values are."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _lengths(item, above + len(name) + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _lengths(item, above + 7)
    else:
        yield above + 1


def _compared(
    services: Services, digest: bytes, candidate: dict[str, Any]
) -> tuple[tuple[Leaf, ...] | None, tuple[str, ...]]:
    with services.index.reading() as connection:
        document = Documents(services.store, copies_in(connection)).load(digest)
    if document.copy is None:
        return None, ()
    recorded = read_json(document.copy.data)
    texts = services.releases.disclosures(digest)
    # Both forms are in circulation: as anchored, with digests for personal fields, and with the fields in place.
    shown = disclose(recorded, texts)
    known, said, erased = _without_erased(shown, candidate, "")
    found = [
        (changed_leaves(recorded, candidate), ()),
        (changed_leaves(shown, candidate), ()),
        (changed_leaves(known, said), erased),
    ]
    changes, beyond = min(found, key=lambda each: len(each[0]))
    return tuple(changes), tuple(beyond)


def _without_erased(recorded: Any, candidate: Any, where: str) -> tuple[Any, Any, tuple[str, ...]]:
    """Both without what was erased from the recorded one: digests that nothing discloses any more, and as many fields
    of the file that stand only there. The third are the pointers (RFC 6901) of these fields."""
    if isinstance(recorded, dict) and isinstance(candidate, dict):
        left = recorded.get(SD)
        known = {name: value for name, value in recorded.items() if name != SD}
        said, erased = dict(candidate), []
        if isinstance(left, list) and SD not in candidate:
            for name in [name for name in candidate if name not in known][: len(left)]:
                del said[name]
                erased.append(pointer(where, name))
        elif isinstance(left, list):
            known[SD] = left
        for name in known.keys() & said.keys():
            below = _without_erased(known[name], said[name], pointer(where, name))
            known[name], said[name] = below[:2]
            erased += below[2]
        return known, said, tuple(erased)
    if isinstance(recorded, list) and isinstance(candidate, list) and len(recorded) == len(candidate):
        pairs, erased = [], []
        for place, (one, other) in enumerate(zip(recorded, candidate, strict=True)):
            if isinstance(one, dict) and set(one) == {DOTS} and one != other:
                erased.append(pointer(where, place))
                continue
            below = _without_erased(one, other, pointer(where, place))
            pairs.append(below[:2])
            erased += below[2]
        return [one for one, _ in pairs], [other for _, other in pairs], tuple(erased)
    return recorded, candidate, ()
