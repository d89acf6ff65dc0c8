"""``siegel opening minutes``: minutes of an opening, from what lies in the officer's home and what the ledger has."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from ledger.cli import values
from ledger.cli.acts.making import known_process, resolve_organisation
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.home import replace_file
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid

if TYPE_CHECKING:
    from ledger.opening.minutes import Minutes
    from ledger.opening.procedure_rule import ProcedureRule
    from ledger.opening.supplement_purpose import SupplementPurpose

_Choice = TypeVar("_Choice", bound=Enum)

EXAMPLE = "siegel opening minutes ocds-x-1 --rule vob-a --officer 'officer-one=Anna Amtmann' --out minutes.pdf"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "minutes", example=EXAMPLE)(minutes)


def minutes(
    session: Session,
    process: Annotated[str, typer.Argument(metavar="PROCESS", help=say("process id, or ocid"))],
    rule: Annotated[
        str, typer.Option("--rule", metavar="vgv|uvgo|vob-a|vob-a-eu", help=say("what the procedure is under"))
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=say("the PDF to write"))],
    round_number: Annotated[int, typer.Option("--round", metavar="N", help=say("number of the round"))] = 1,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="SCHEME:ID", help=say("default: the publisher"))
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help=say("write them as JSON, too"))] = None,
    result: Annotated[
        list[Path] | None,
        typer.Option("--result", metavar="FILE", help=say("what tenderers may see: as PDF if so called, else as JSON")),
    ] = None,
    place: Annotated[str | None, typer.Option("--place", help=say("where the bids were opened"))] = None,
    officer: Annotated[
        list[str] | None,
        typer.Option("--officer", metavar="KEY=NAME", help=say("name of an officer, by key or account")),
    ] = None,
    remark: Annotated[
        list[str] | None,
        typer.Option("--remark", metavar="BID=TEXT", help=say("on a bid: why it was late, samples; P1=... on paper")),
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option(
            "--purpose",
            metavar="documents|clarification|validity",
            help=say("of a supplement round: what the letters asked for"),
        ),
    ] = None,
    contributions: Annotated[
        Path | None,
        typer.Option("--contributions", metavar="FILE", help=say("whose shares: the server's answer, as JSON")),
    ] = None,
    incidents: Annotated[
        Path | None,
        typer.Option("--incidents", metavar="FILE", help=say("what tenderers reported: the server's answer, as JSON")),
    ] = None,
) -> Answer:
    """Write the minutes of an opening as PDF, for the file of the procedure; they are confidential.

    What the opening left in this home is compared with the ledger first. Two officers who type the same get the same
    bytes.
    """
    from ledger.chain.registry_acts import registry_of
    from ledger.cli.opening import minute_sources
    from ledger.opening.contributors import Contributors
    from ledger.opening.facts import read_key_set, read_round
    from ledger.opening.minutes import Contribution, Heading, Incident
    from ledger.opening.minutes_making import make_minutes
    from ledger.opening.opened import FILE, opened_folder, read_opened
    from ledger.opening.sealed_round import SealedRound

    settings = session.require_home()
    law, asked = _rule(rule), None if purpose is None else _purpose(purpose)
    if result:
        law.require_result()
    process_id = known_process(session, process, resolve_organisation(session, organisation))
    opened = read_opened(opened_folder(settings.home, process_id, round_number) / FILE)
    acts = minute_sources.acts_of(session.chain, process_id)
    tender = minute_sources.tender_of(session, acts)
    brought, reported = tuple[Contribution, ...](), tuple[Incident, ...]()
    if contributions:
        registry, facts = registry_of(session.chain), read_round((act.record for act in acts), round_number)
        key_set = read_key_set(registry, facts.key_set)
        sealed = SealedRound(session.deployment.chain_id, session.deployment.ledger, facts, key_set)
        brought = minute_sources.read_contributions(contributions, Contributors(sealed, registry))
    if incidents:
        reported = minute_sources.read_incidents(incidents, session.deployment, process_id, round_number)
    made = make_minutes(
        opened,
        acts,
        Heading(
            rule=law,
            authority=tender.authority,
            title=tender.title,
            lots=tender.lots,
            chain_id=session.deployment.chain_id,
            ledger=session.deployment.ledger,
            place=place,
            names=dict(minute_sources.account_and_name(settings, each) for each in officer or ()),
            remarks=dict(map(_remark, remark or ())),
            purpose=asked,
        ),
        criteria=tender.criteria,
        contributions=brought,
        incidents=reported,
    )
    _require_known(made, officer or [], remark or [])
    if purpose is not None and not made.is_supplement:
        raise ArgumentInvalid(argument="--purpose", value=purpose, why=say("it is no supplement round"))
    return _answer(made, _write(made, out, data, result or []))


def _require_known(made: Minutes, officers: list[str], remarks: list[str]) -> None:
    """A name or a remark that stands nowhere would be missed only when the file is asked for."""
    named, bids = {each.name for each in made.officers}, {bid.bid for bid in made.bids}
    for typed in officers:
        if typed.partition("=")[2].strip() not in named:
            raise ArgumentInvalid(
                argument="--officer", value=typed, why=say("this account took no part in the opening")
            )
    for typed in remarks:
        if _remark(typed)[0] not in bids:
            raise ArgumentInvalid(argument="--remark", value=typed, why=say("the round has no such bid"))


def _write(made: Minutes, out: Path, data: Path | None, results: list[Path]) -> list[Path]:
    """For the owner alone: whoever else may read them is told by the law, not by a folder."""
    from ledger.opening.minutes_json import minutes_json, result_json
    from ledger.opening.minutes_pdf import minutes_pdf, result_pdf

    written = {out: minutes_pdf(made)}
    if data is not None:
        written[data] = minutes_json(made)
    for path in results:
        written[path] = result_pdf(made) if path.suffix.lower() == ".pdf" else result_json(made)
    for path, content in written.items():
        replace_file(path, content)
    return list(written)


def _answer(made: Minutes, written: list[Path]) -> Answer:
    nameless = [officer.account for officer in made.officers if officer.name is None]
    lines = [
        say("{file} is written.", file=", ".join(map(str, written))),
        say("Confidential: {source}.", source=made.law.confidential),
        *(say("No name is given for 0x{account}: --officer 0x{account}=NAME.", account=each) for each in nameless),
    ]
    return Answer({"files": written, "bids": len(made.bids), "nameless": nameless}, lines)


def _rule(typed: str) -> ProcedureRule:
    from ledger.opening.procedure_rule import ProcedureRule

    return _choice(ProcedureRule, typed, "--rule")


def _purpose(typed: str) -> SupplementPurpose:
    from ledger.opening.supplement_purpose import SupplementPurpose

    return _choice(SupplementPurpose, typed, "--purpose")


def _choice(choices: type[_Choice], typed: str, option: str) -> _Choice:
    try:
        return choices(typed.strip().lower())
    except ValueError:
        known = " | ".join(choice.value for choice in choices)
        raise ArgumentInvalid(argument=option, value=typed, why=values.expected(known)) from None


def _remark(typed: str) -> tuple[int, str]:
    bid, separator, text = typed.partition("=")
    if not separator:
        raise ArgumentInvalid(argument="--remark", value=typed, why=values.expected("3=TEXT, P1=TEXT"))
    return values.bid(bid, "--remark"), text
