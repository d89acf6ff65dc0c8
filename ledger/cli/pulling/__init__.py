"""``siegel pull``: the notices that a national notice service published, and what became of them since."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.importing import admission, one_at_a_time, organisation_of
from ledger.cli.language import say, say_error
from ledger.cli.progress import progress
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, ExportMissing, ServiceUnreachable, SiegelError
from ledger.ocds.observation import Finding, FindingKind, Observation, compare
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.cli.pulling.reading import Reading
    from ledger.store.observations import ObservationBook, ReadDay

_GERMANY: Final = ZoneInfo("Europe/Berlin")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "pull", example="siegel pull --observer --buyer 'Stadt Musterbach' --days 30")(pull)


def pull(
    session: Session,
    observer: Annotated[bool, typer.Option("--observer", help=say("anchor notices of others, as observed"))] = False,
    buyer: Annotated[
        list[str] | None,
        typer.Option("--buyer", metavar="TEXT", help=say("name or number of a buyer to look for; may be repeated")),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=400, help=say("days before today to read; default: pull.days"))
    ] = None,
    conceal: Annotated[
        str, typer.Option("--conceal", metavar="none|standard|cautious", help=say("personal fields to make erasable"))
    ] = "standard",
    as_: Annotated[str | None, typer.Option("--as", metavar="NAME", help=say("key of the publisher"))] = None,
) -> Answer:
    """Read the notice service's exports of the last days: anchor new notices, record what vanished or was changed.

    Days that were read before are read again. What one pull saw is kept, and its digest anchored; a pull that sees
    nothing new anchors nothing. Exit code 1 if a day could not be read or a notice was refused.
    """
    from ledger.cli.importing.anchoring import anchor
    from ledger.cli.pulling.reading import Reading
    from ledger.cli.pulling.recording import record_waiting
    from ledger.cli.settling import settle_recorded
    from ledger.store.observations import ObservationBook

    settings = session.require_home()
    organisation = organisation_of(settings, observer)
    buyers = _buyers(settings, observer, buyer)
    policy = policy_named(conceal)
    signer = session.signer(as_ or ("observer" if observer else "publisher"))
    with one_at_a_time(settings):
        session.chain.settle(signer.account)
        settle_recorded(session.chain, session.state, organisation)
        book = ObservationBook(session.store, session.state, organisation, settings.pull.service)
        reading = Reading(
            session.releases,
            organisation,
            policy,
            buyers,
            ocid_prefix=settings.ocid_prefix,
            admit=admission(settings, observer),
        )
        looked = _look(settings, book, reading, _last_days(days or settings.pull.days))
        with progress(say("anchoring"), len(session.releases.waiting(organisation))) as advance:
            anchored = anchor(session.chain, session.releases, organisation, signer, session.now, advance)
        # Only now, so that no observation names a release that is not on the ledger.
        findings = _conclude(settings, book, buyers, looked)
        recorded = record_waiting(session.chain, session.state, book, signer, session.now())
    return _answer(looked, reading, findings, anchored, recorded)


@dataclass(slots=True)
class _Looked:
    """The exports of some days: read anew, as they were, not there, or not readable."""

    read: list[ReadDay] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failures: list[tuple[str, SiegelError]] = field(default_factory=list)


def _look(settings: Settings, book: ObservationBook, reading: Reading, days: Iterable[date]) -> _Looked:
    from ledger.cli.pulling.service import fetched

    before = book.days()
    looked = _Looked()
    wanted = list(days)
    with progress(say("reading"), len(wanted)) as advance:
        for day in wanted:
            name = day.isoformat()
            try:
                with fetched(settings.pull, day) as export:
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
    settings: Settings, book: ObservationBook, buyers: tuple[str, ...], looked: _Looked
) -> tuple[bytes | None, list[Finding]]:
    """Keep what was seen; the digest of the observation, if there is one, and its findings."""
    from ledger.ocds.observation import Day

    before = book.days()
    seen = [notice for day in looked.read for notice in day.seen]
    days = [day.day for day in looked.read]
    known = book.known(days, [notice.key for notice in seen])
    findings = compare(known, before, seen, days)
    first = tuple(Day(day.day, day.seen, day.unreadable) for day in looked.read if day.day not in before)
    observation = Observation(
        settings.pull.service, settings.pull.export, buyers, int(time.time()), book.last(), first, tuple(findings)
    )
    return book.keep(observation, looked.read, known), findings


def _buyers(settings: Settings, observer: bool, given: list[str] | None) -> tuple[str, ...]:
    own = settings.publisher
    buyers = given or (list(settings.pull.buyers) if observer else [own.uid, own.name])
    buyers = sorted({" ".join(each.split()) for each in buyers} - {""})
    if not buyers:
        raise ArgumentInvalid(argument="--buyer", value="-", why=say("no buyer is named here nor in pull.buyers"))
    return tuple(buyers)


def _last_days(count: int) -> list[date]:
    """The days that are over in Germany, oldest first."""
    today = datetime.now(_GERMANY).date()
    return [today - timedelta(days=back) for back in range(count, 0, -1)]


def _answer(
    looked: _Looked,
    reading: Reading,
    concluded: tuple[bytes | None, list[Finding]],
    anchored: int,
    recorded: list[bytes],
) -> Answer:
    observation, findings = concluded
    data: dict[str, Any] = {
        "read": [{"day": day.day, "notices": len(day.seen), "unreadable": day.unreadable} for day in looked.read],
        "unchanged": looked.unchanged,
        "missing": looked.missing,
        "failures": [_failure(day, error) for day, error in looked.failures],
        "refused": [_failure(place, error) for place, error in reading.refused],
        "new": reading.new,
        "disclosed": [{"ocid": each.ocid, "release": each.release_id} for each in reading.disclosed],
        "anchored": anchored,
        "observation": observation,
        "recorded": recorded,
        "findings": findings,
    }
    lines = [
        say(
            "{read} days read, {unchanged} as before, {missing} without an export; {anchored} notices anchored.",
            read=len(looked.read),
            unchanged=len(looked.unchanged),
            missing=len(looked.missing),
            anchored=anchored,
        ),
        *(
            say("{release} of {ocid} is published, so its embargo is over.", release=each.release_id, ocid=each.ocid)
            for each in reading.disclosed
        ),
        *(_told(finding) for finding in findings),
        *(f"{place}: {say_error(error)} [{error.name}]" for place, error in (*looked.failures, *reading.refused)),
    ]
    if recorded:
        lines.append(say("What was seen is anchored: observation 0x{digest}.", digest=recorded[-1].hex()))
    else:
        lines.append(say("Nothing is new; nothing was anchored about it."))
    return Answer(data, lines, exit_code=1 if looked.failures or reading.refused else 0)


def _failure(place: str, error: SiegelError) -> dict[str, Any]:
    return {"place": place, "error": error.name, "sentence": say_error(error)}


def _told(finding: Finding) -> str:
    values = {"notice": finding.release_id, "ocid": finding.ocid, "day": finding.day, "earlier": finding.moved_from}
    match finding.kind:
        case FindingKind.VANISHED:
            return say("VANISHED: notice {notice} of {ocid} is not in the export of {day} any more.", **values)
        case FindingKind.CHANGED:
            return say("CHANGED: notice {notice} of {ocid} says something else now ({day}).", **values)
        case FindingKind.RESTORED:
            return say("Restored: notice {notice} of {ocid} says again what was anchored ({day}).", **values)
        case FindingKind.REAPPEARED:
            return say("Reappeared: notice {notice} of {ocid} is in the export of {day} again.", **values)
        case FindingKind.MOVED:
            return say("Moved: notice {notice} of {ocid} is in the export of {day} now, was in {earlier}.", **values)
        case FindingKind.ADDED:
            return say("Added later: notice {notice} of {ocid} is in the export of {day}, read before.", **values)
