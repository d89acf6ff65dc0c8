"""One pull from beginning to end: exports looked at, new notices anchored, and what was seen kept and recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ledger.chain.client import Chain
from ledger.chain.signers import Signer
from ledger.cli.importing.anchoring import anchor
from ledger.cli.language import say
from ledger.cli.progress import progress
from ledger.cli.pulling.reading import Reading
from ledger.cli.pulling.recording import record_waiting
from ledger.cli.pulling.service import fetched
from ledger.errors import ExportMissing, ServiceUnreachable, SiegelError
from ledger.ocds.observation import Day, Finding, Observation, compare
from ledger.settings import Pull
from ledger.store.observations import ObservationBook, ReadDay
from ledger.store.release_rows import PreparedRelease

GERMANY: Final = ZoneInfo("Europe/Berlin")


@dataclass(slots=True)
class Looked:
    """The exports of some days: read anew, as they were, not there, or not readable."""

    read: list[ReadDay] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failures: list[tuple[str, SiegelError]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did. ``new`` notices were read, the embargo of ``disclosed`` ones is over as the service shows them,
    ``anchored`` ones went onto the ledger, left-overs among them;
    ``observation`` is the digest of what was seen, if there was anything, ``recorded`` those that were sent now."""

    looked: Looked
    refused: list[tuple[str, SiegelError]]
    new: int
    disclosed: list[PreparedRelease]
    anchored: int
    observation: bytes | None
    findings: list[Finding]
    recorded: list[bytes]


def last_days(count: int, today: date) -> list[date]:
    """The days before ``today``, oldest first; in Germany they are over."""
    return [today - timedelta(days=back) for back in range(count, 0, -1)]


def pull_days(
    chain: Chain, pull: Pull, reading: Reading, days: Iterable[date], signer: Signer, now: Callable[[], int]
) -> Pulled:
    """Pull these days' exports for the organisation and buyers of ``reading``, which is used once; ``now`` tells the
    chain's present second.

    Raises what sending raises; what a single export or notice fails with is in the answer.
    """
    releases = reading.releases
    book = ObservationBook(releases.store, releases.state, reading.organisation_id, pull.service)
    looked = _look(pull, book, reading, days)
    with progress(say("anchoring"), len(releases.waiting(reading.organisation_id))) as advance:
        anchored = anchor(chain, releases, reading.organisation_id, signer, now, advance)
    # Only now, so that no observation names a release that is not on the ledger.
    observation, findings = _conclude(pull, book, reading.buyers, looked, now())
    recorded = record_waiting(chain, releases.state, book, signer, now())
    return Pulled(looked, reading.refused, reading.new, reading.disclosed, anchored, observation, findings, recorded)


def _look(pull: Pull, book: ObservationBook, reading: Reading, days: Iterable[date]) -> Looked:
    before = book.days()
    looked = Looked()
    wanted = list(days)
    with progress(say("reading"), len(wanted)) as advance:
        for day in wanted:
            name = day.isoformat()
            try:
                with fetched(pull, day) as export:
                    if before.get(name) == reading.fingerprint(export):
                        looked.unchanged.append(name)
                    else:
                        looked.read.append(reading.read(export, book.known([name])))
            except ExportMissing as error:
                # A day that was there and is gone is more than a day that is not there yet.
                if name in before:
                    looked.failures.append((name, error))
                else:
                    looked.missing.append(name)
            except ServiceUnreachable as error:
                looked.failures.append((name, error))
                break
            except SiegelError as error:
                looked.failures.append((name, error))
            advance(1)
    return looked


def _conclude(
    pull: Pull, book: ObservationBook, buyers: tuple[str, ...], looked: Looked, pulled: int
) -> tuple[bytes | None, list[Finding]]:
    """Keep what was seen; the digest of the observation, if there is one, and its findings."""
    before = book.days()
    seen = [notice for day in looked.read for notice in day.seen]
    days = [day.day for day in looked.read]
    known = book.known(days, [notice.key for notice in seen])
    findings = compare(known, before, seen, days)
    first = tuple(Day(day.day, day.seen, day.unreadable) for day in looked.read if day.day not in before)
    observation = Observation(pull.service, pull.export, buyers, pulled, book.last(), first, tuple(findings))
    return book.keep(observation, looked.read, known), findings
