"""Commands that put acts on the ledger: one for each function of the smart contracts, made from ``table.COMMANDS``."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from ledger.chain.acts import CloseRound
from ledger.cli.acts import erasing
from ledger.cli.acts.carry_out import carry_out
from ledger.cli.acts.fields import FIELDS, ORGANISATION, call_field, lot_field, subject_field
from ledger.cli.acts.making import Making
from ledger.cli.acts.parameter import Field, Parameter
from ledger.cli.acts.structures import STRUCTURES
from ledger.cli.acts.table import COMMANDS, GROUPS, ActCommand
from ledger.cli.acts.words import entry_of
from ledger.cli.answer import Answer
from ledger.cli.command import command, group
from ledger.cli.language import current_language, say
from ledger.cli.session import Session
from ledger.terms import StatuteEntry

_AS = Parameter("as_", "key that acts; default: publisher, officer-one or governor", "NAME")
_TOGETHER = Parameter("together_with", "key of the second person, if it is at this desk", "NAME")
_PROPOSE = Parameter("propose", "proposal for the second person, to be written and mailed", "FILE", kind=Path)


def register(app: typer.Typer) -> dict[str, typer.Typer]:
    """Adds all groups of acts and returns them, so that other commands can join them."""
    groups = {name: group(help) for name, help in GROUPS.items()}
    for each in COMMANDS:
        function = _command_for(each)
        command(groups[each.group], each.name, example=each.example, help=_help(each))(function)
    erasing.register(groups["process"])
    for name, made in groups.items():
        app.add_typer(made, name=name)
    return groups


def _command_for(each: ActCommand) -> Callable[..., Answer]:
    """A function with the act's options, in the order in which the act's fields stand."""
    entry = entry_of(each.call)
    fields = {field.name: _field(each, field.name, entry) for field in dataclasses.fields(each.call)}  # type: ignore[arg-type]
    parameters = {p.name: p for field in fields.values() for p in field.parameters}
    if "organisation_id" in fields or "process" in parameters:
        parameters["organisation"] = ORGANISATION
    parameters |= {p.name: p for p in _people(entry)}

    def run(session: Session, **typed: Any) -> Answer:
        making = Making(session, entry, typed.get("organisation"), typed.get("process"))
        with making.refusable():
            made = {name: field.read(making, typed) for name, field in fields.items()}
        return carry_out(
            making,
            each.call(**made),  # type: ignore[arg-type]
            as_=typed["as_"],
            together_with=typed.get("together_with"),
            propose=typed.get("propose"),
            alone=each.call is CloseRound,
            despite=bool(typed.get("despite")),
        )

    run.__signature__ = _signature(list(parameters.values()))  # type: ignore[attr-defined]
    return run


def _help(each: ActCommand) -> str:
    """What the act is, in the statute's words, and who performs it."""
    entry = entry_of(each.call)
    if entry is None:
        return say("Take back an own approval of an act that has not been executed yet.")
    people = say("By two officers.") if entry.joint else ""
    return f"{entry.name}: {entry.description[current_language()]} {people}".rstrip()


def _people(entry: StatuteEntry | None) -> tuple[Parameter, ...]:
    if entry is not None and (entry.joint or "governors" in entry.who):
        return _AS, _TOGETHER, _PROPOSE
    return (_AS,)


def _field(each: ActCommand, name: str, entry: StatuteEntry | None) -> Field:
    found = STRUCTURES.get((each.call.__name__, name))
    if found is not None:
        return found
    if name == "call":
        assert entry is not None
        return call_field(entry)
    if name == "lot":
        assert entry is not None
        return lot_field(entry)
    if name == "subject":
        return subject_field(each.subject, required=bool(entry and entry.subject))
    return FIELDS[name]


def _signature(parameters: list[Parameter]) -> inspect.Signature:
    shown = [
        inspect.Parameter(
            p.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=p.annotation(),
            default=inspect.Parameter.empty if p.required else p.default,
        )
        # Arguments first, as they are typed.
        for p in sorted(parameters, key=lambda p: not p.positional)
    ]
    session = inspect.Parameter("session", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Session)
    return inspect.Signature([session, *shown], return_annotation=Answer)
