"""What a pull of public notices saw, as the document whose digest the act ObservationRecorded anchors.

A pull reads the exports of some days and tells what is new since the pull before: days read for the first time with
their notices, and *findings*: notices that vanished from a day's export, or stand there with other content than was
anchored. A document says nothing of days that are as they were, so a second pull of the same day makes none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ledger.errors import ObservationUnreadable, SiegelError
from ledger.ocds.differences import Change, both_ways
from ledger.ocds.json_text import read_json, write_json
from ledger.ocds.leaves import parse_date

FORMAT: Final = "siegel/1 observation"

MOST_CHANGES: Final = 30
"""Changed fields that a finding names: further ones stand in the two files."""

_FACTS: Final = ("Period/endDate", "Period/startDate", "/status", "/amount", "/currency", "/quantity", "/dateSigned")
"""Fields whose values a finding says. What can hold a person's name is only named: the document is public for good, and
nothing of it can be erased."""

Key = tuple[str, str]
"""A notice: ocid and release id."""


class FindingKind(StrEnum):
    """What became of a notice between two pulls."""

    VANISHED = "vanished"
    """It stood in a day's export and does not any more."""
    CHANGED = "changed"
    """Under the same id and version its content is another one than was anchored."""
    RESTORED = "restored"
    """It was changed and says again what was anchored."""
    REAPPEARED = "reappeared"
    """It had vanished and stands there again."""
    MOVED = "moved"
    """It stands in the export of another day."""
    ADDED = "added"
    """It stands in the export of a day that was read before without it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A notice in the export of ``day`` (ISO 8601).

    ``release``: the digest under which it is anchored; ``original``: that of the file as it is now, ``None`` if it is
    not kept because something of it was erased; ``anchored``: that of the file it was anchored from; ``differs``:
    whether it says something else than the anchored release, ``changes`` what (:func:`facts_changed`).
    """

    day: str
    ocid: str
    release_id: str
    release: bytes
    original: bytes | None
    anchored: bytes | None
    differs: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def key(self) -> Key:
        """Ocid and release id."""
        return self.ocid, self.release_id


@dataclass(frozen=True, slots=True)
class Known:
    """What the pulls so far know of a notice: the day it stands in, whether it still does, and in which form."""

    day: str
    present: bool
    release: bytes
    original: bytes | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One change; ``was`` and ``now`` are digests of the file before and after, where there is one.

    ``changes``: what a changed notice says otherwise than the anchored release; a field without values can hold names.
    """

    kind: FindingKind
    day: str
    ocid: str
    release_id: str
    release: bytes
    was: bytes | None = None
    now: bytes | None = None
    moved_from: str | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A day read for the first time: its notices, and how many files of the export nobody could read."""

    day: str
    notices: tuple[Seen, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What one pull found new at ``service``. ``pulled`` is the moment in seconds since 1970, ``previous`` the digest
    of the observation before it, ``buyers`` whose notices were looked for."""

    service: str
    export: str
    buyers: tuple[str, ...]
    pulled: int
    previous: bytes | None
    days: tuple[Day, ...] = ()
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to anchor."""
        return bool(self.days or self.findings)

    def write(self) -> bytes:
        """The document's bytes, the same for the same observation."""
        content: dict[str, Any] = {
            "format": FORMAT,
            "service": self.service,
            "export": self.export,
            "buyers": list(self.buyers),
            "pulled": datetime.fromtimestamp(self.pulled, UTC).isoformat().replace("+00:00", "Z"),
            "previous": _hex(self.previous),
            "days": [
                {
                    "day": day.day,
                    "unreadable": day.unreadable,
                    "notices": [
                        {
                            "ocid": each.ocid,
                            "releaseId": each.release_id,
                            "release": _hex(each.release),
                            "original": _hex(each.original),
                        }
                        for each in day.notices
                    ],
                }
                for day in self.days
            ],
            "findings": [
                {
                    "kind": each.kind.value,
                    "day": each.day,
                    "ocid": each.ocid,
                    "releaseId": each.release_id,
                    "release": _hex(each.release),
                    "was": _hex(each.was),
                    "now": _hex(each.now),
                    **({"movedFrom": each.moved_from} if each.moved_from else {}),
                    **({"changes": [_said(change) for change in each.changes]} if each.changes else {}),
                }
                for each in self.findings
            ],
        }
        return write_json(content)


def compare(
    known: Mapping[Key, Known], known_days: Iterable[str], seen: Iterable[Seen], read: Iterable[str]
) -> list[Finding]:
    """What changed. ``known``: the notices known of the days ``read``, and of all that were ``seen``; ``known_days``:
    days that were read before."""
    findings: list[Finding] = []
    before, days = set(known_days), set(read)
    found: set[Key] = set()
    for notice in seen:
        found.add(notice.key)
        earlier = known.get(notice.key)
        shown = notice.anchored if earlier is None else earlier.original
        differed = earlier is not None and earlier.differs

        def tell(kind: FindingKind, notice: Seen = notice, **more: Any) -> None:
            findings.append(Finding(kind, notice.day, notice.ocid, notice.release_id, notice.release, **more))

        if earlier is None and notice.day in before:
            tell(FindingKind.ADDED)
        if earlier is not None and not earlier.present:
            tell(FindingKind.REAPPEARED)
        if earlier is not None and earlier.day != notice.day:
            tell(FindingKind.MOVED, moved_from=earlier.day)
        if notice.differs and not (differed and shown == notice.original):
            tell(FindingKind.CHANGED, was=shown, now=notice.original, changes=notice.changes)
        elif differed and not notice.differs:
            tell(FindingKind.RESTORED, was=shown, now=notice.original)
    findings += [
        Finding(FindingKind.VANISHED, each.day, *key, each.release, was=each.original)
        for key, each in known.items()
        if each.present and each.day in days and key not in found
    ]
    return sorted(findings, key=lambda each: (each.day, each.ocid, each.release_id, each.kind))


def facts_changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Change, ...]:
    """What ``now`` says otherwise than ``was``, both the same OCDS release: the fields that readers ask for, at most
    ``MOST_CHANGES`` of them, with values only where these are numbers, dates or codes."""
    return tuple(
        Change(each.field, each.entry, *(_fact(value, each.field) for value in (each.was, each.now)))
        for each in both_ways(was, now)[:MOST_CHANGES]
    )


def _fact(value: Any, field: str) -> Any:
    if not field.endswith(_FACTS) or isinstance(value, dict | list):
        return None
    return str(value) if isinstance(value, Decimal) else value


def read_observation(data: bytes) -> Observation:
    """The observation in a document. Raises ObservationUnreadable: anybody entitled may anchor anything."""
    try:
        content = read_json(data)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ObservationUnreadable(why="it is in another format")
        return Observation(
            service=_text(content["service"]),
            export=_text(content["export"]),
            buyers=tuple(_text(each) for each in content["buyers"]),
            pulled=int(parse_date(content["pulled"]).timestamp()),
            previous=_digest(content["previous"]),
            days=tuple(_day(each) for each in content["days"]),
            findings=tuple(_finding(each) for each in content["findings"]),
        )
    except ObservationUnreadable:
        raise
    except (SiegelError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ObservationUnreadable(why=f"{type(error).__name__}: {error}") from error


def _day(content: Any) -> Day:
    day = _iso_day(content["day"])
    notices = tuple(
        Seen(
            day,
            _text(each["ocid"]),
            _text(each["releaseId"]),
            _named(each["release"]),
            _digest(each["original"]),
            _digest(each["original"]),
        )
        for each in content["notices"]
    )
    return Day(day, notices, int(content["unreadable"]))


def _finding(content: Any) -> Finding:
    moved = content.get("movedFrom")
    return Finding(
        FindingKind(content["kind"]),
        _iso_day(content["day"]),
        _text(content["ocid"]),
        _text(content["releaseId"]),
        _named(content["release"]),
        _digest(content["was"]),
        _digest(content["now"]),
        None if moved is None else _iso_day(moved),
        tuple(_change(each) for each in content.get("changes", ())),
    )


def _said(change: Change) -> dict[str, Any]:
    return {"field": change.field, "entry": list(change.entry), "was": change.was, "now": change.now}


def _change(content: Any) -> Change:
    was, now = (_simple(content[name]) for name in ("was", "now"))
    return Change(_text(content["field"]), tuple(_text(each) for each in content["entry"]), was, now)


def _simple(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise TypeError(type(value).__name__)
    return _text(value) if isinstance(value, str) else value


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else "0x" + digest.hex()


def _digest(text: Any) -> bytes | None:
    return None if text is None else _named(text)


def _named(text: Any) -> bytes:
    digest = bytes.fromhex(_text(text).removeprefix("0x"))
    if len(digest) != 32:
        raise ValueError(text)
    return digest


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    value.encode()  # half a surrogate pair is no text that could be hashed or stored
    return value


def _iso_day(value: Any) -> str:
    return datetime.strptime(_text(value), "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
