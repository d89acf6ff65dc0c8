"""``siegel pull``: the notices that a national notice service published, and what became of them since."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.importing import admission, one_at_a_time, organisation_of
from ledger.cli.language import say, say_error
from ledger.cli.session import Session
from ledger.errors import ArgumentMissing, SiegelError
from ledger.ocds.observation import Finding, FindingKind
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.cli.pulling.one_pull import Pulled


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
    from ledger.cli.pulling.one_pull import GERMANY, last_days, pull_days
    from ledger.cli.pulling.reading import Reading
    from ledger.cli.settling import settle_recorded

    settings = session.require_home()
    organisation = organisation_of(settings, observer)
    reading = Reading(
        session.releases,
        organisation,
        policy_named(conceal),
        _buyers(settings, observer, buyer),
        ocid_prefix=settings.ocid_prefix,
        admit=admission(settings, observer),
    )
    signer = session.signer(as_ or ("observer" if observer else "publisher"))
    with one_at_a_time(settings):
        session.chain.settle(signer.account)
        settle_recorded(session.chain, session.state, organisation)
        wanted = last_days(days or settings.pull.days, datetime.now(GERMANY).date())
        pulled = pull_days(session.chain, settings.pull, reading, wanted, signer, session.now)
    return _answer(pulled)


def _buyers(settings: Settings, observer: bool, given: list[str] | None) -> tuple[str, ...]:
    own = settings.publisher
    buyers = given or (list(settings.pull.buyers) if observer else [own.uid, own.name])
    buyers = sorted({" ".join(each.split()) for each in buyers} - {""})
    if not buyers:
        raise ArgumentMissing(argument="--buyer", why=say("no buyer is named here nor in pull.buyers"))
    return tuple(buyers)


def _answer(pulled: Pulled) -> Answer:
    looked, refused = pulled.looked, pulled.refused
    data: dict[str, Any] = {
        "read": [{"day": day.day, "notices": len(day.seen), "unreadable": day.unreadable} for day in looked.read],
        "unchanged": looked.unchanged,
        "missing": looked.missing,
        "failures": [_failure(day, error) for day, error in looked.failures],
        "refused": [_failure(place, error) for place, error in refused],
        "new": pulled.new,
        "disclosed": [{"ocid": each.ocid, "release": each.release_id} for each in pulled.disclosed],
        "anchored": pulled.anchored,
        "observation": pulled.observation,
        "recorded": pulled.recorded,
        "findings": pulled.findings,
    }
    lines = [
        say(
            "{read} days read, {unchanged} as before, {missing} without an export; {anchored} notices anchored.",
            read=len(looked.read),
            unchanged=len(looked.unchanged),
            missing=len(looked.missing),
            anchored=pulled.anchored,
        ),
        *(
            say("{release} of {ocid} is published, so its embargo is over.", release=each.release_id, ocid=each.ocid)
            for each in pulled.disclosed
        ),
        *(_told(finding) for finding in pulled.findings),
        *(f"{place}: {say_error(error)} [{error.name}]" for place, error in (*looked.failures, *refused)),
    ]
    if pulled.recorded:
        lines.append(say("What was seen is anchored: observation 0x{digest}.", digest=pulled.recorded[-1].hex()))
    else:
        lines.append(say("Nothing is new; nothing was anchored about it."))
    return Answer(data, lines, exit_code=1 if looked.failures or refused else 0)


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
