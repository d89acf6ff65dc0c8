"""How each field of a call is typed on the command line.

The fields that most acts share stand here; ``terms.py`` has those that are structures of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ledger.chain.acts import Call
from ledger.chain.identifiers import lot_id
from ledger.chain.record import ZERO
from ledger.cli import values
from ledger.cli.acts.making import Making, read_document, resolve_organisation
from ledger.cli.acts.parameter import Field, Parameter, Values
from ledger.ocds.digest import plain_digest
from ledger.terms import ArtifactKind, Stage, StatuteEntry

PROCESS = Parameter("process", "process id, or ocid of the organisation", "PROCESS", required=True, positional=True)
ORGANISATION = Parameter("organisation", "organisation that acts; default: the publisher of siegel.toml", "SCHEME:ID")
VALID_FOR = Parameter("valid_for", "how long the call counts, at most 30d; default 2h, 7d for two officers", "DURATION")
GROUND = Parameter("ground", "document that states the reason", "FILE|DIGEST")
GROUND_NEEDED = Parameter("ground", "document that states the reason", "FILE|DIGEST", required=True)
RELEASE = Parameter("release", "OCDS release that publishes the act", "FILE", kind=Path)
RELEASE_NEEDED = Parameter("release", "OCDS release that publishes the act", "FILE", kind=Path, required=True)
ROUND = Parameter("round", "number of the round", "N", kind=int, default=1)
BID = Parameter("bid", "number of the bid, from 1; P1 for the first on paper", "N", required=True)
LOT = Parameter("lot", "id of the lot", "ID", required=True)
LOT_OR_ALL = Parameter("lot", "id of the lot; default: all", "ID")

SINGLE_VALID, JOINT_VALID = "2h", "7d"

SUBJECTS: Final = {
    "record": "record of receipt",
    "variant": "id of the variant that is awarded",
    "document": "the signed contract",
    "order": "notice or order of the review body",
    "file": "the file, whose SHA-256 is recorded",
    "findings": "the findings",
    "report": "the report, whose SHA-256 is recorded",
}

FOUND_BY_FILE: Final = ("file", "report")
"""Subjects that everybody who has the file is to recognise: without a salt, and nothing is kept of them here."""


def expires(making: Making, typed: Values) -> int:
    """Last second in which the call counts, by the chain's clock."""
    entry = making.entry
    together = entry is not None and (entry.joint or "governors" in entry.who)
    seconds = values.duration(typed["valid_for"] or (JOINT_VALID if together else SINGLE_VALID), VALID_FOR.option)
    return making.session.now() + seconds


def _ground(making: Making, typed: Values) -> bytes:
    return making.document(typed["ground"], "--ground")


def call_field(entry: StatuteEntry, ground: Callable[[Making, Values], bytes] = _ground) -> Field:
    """The ``Call`` of an act: process, expiry, and the ground and release that the statute demands or allows.
    ``ground`` gives its digest, if one was typed."""
    parameters = [PROCESS, VALID_FOR]
    if entry.ground != "none":
        parameters.append(GROUND_NEEDED if entry.ground == "must" else GROUND)
    parameters.append(RELEASE_NEEDED if entry.release else RELEASE)

    def read(making: Making, typed: Values) -> Call:
        # The release comes first: it may say more about the act than was typed.
        published = making.release(typed["release"]) if typed.get("release") else ZERO
        reason = ground(making, typed) if typed.get("ground") else ZERO
        return Call(making.process_id, expires(making, typed), reason, published)

    return Field(tuple(parameters), read)


def subject_field(name: str, *, required: bool) -> Field:
    """The act's ``subject`` under the name that it has for people."""
    parameter = Parameter(name, SUBJECTS[name], "FILE|DIGEST", required=required)

    def read(making: Making, typed: Values) -> bytes:
        given = typed[name]
        if given is None:
            return ZERO
        if name == "variant" and not values.is_digest(given):
            return lot_id(given)
        if name in FOUND_BY_FILE and not values.is_digest(given):
            return plain_digest(read_document(Path(given), parameter.option))
        return making.document(given, parameter.option)

    return Field((parameter,), read)


def number_field(name: str, help: str) -> Field:
    """A sequence or another plain number."""
    return Field((Parameter(name, help, "N", kind=int, required=True),), lambda _, typed: typed[name])


def moment_field(name: str, help: str, *, required: bool) -> Field:
    """A time; not given is zero."""
    parameter = Parameter(name, help, "TIME", required=required)
    return Field((parameter,), lambda _, typed: values.moment(typed[name], parameter.option) if typed[name] else 0)


def digest_field(name: str, help: str, *, positional: bool = False) -> Field:
    """A digest as hex; not given is zero unless it is positional."""
    parameter = Parameter(name, help, "DIGEST", required=positional, positional=positional)
    return Field((parameter,), lambda _, typed: values.digest(typed[name], parameter.option) if typed[name] else ZERO)


def lot_field(entry: StatuteEntry) -> Field:
    """A lot, or all of them where the statute allows that."""
    whole = "whole" in entry.lot_states
    return Field((LOT_OR_ALL if whole else LOT,), lambda _, typed: lot_id(typed["lot"]) if typed["lot"] else ZERO)


def _organisation(making: Making, typed: Values, name: str) -> Any:
    return resolve_organisation(making.session, typed[name]) if typed[name] else ZERO


FIELDS: Final = {
    "expires": Field((VALID_FOR,), expires),
    "process_id": Field((PROCESS,), lambda making, _: making.process_id),
    "organisation_id": Field((), lambda making, _: making.organisation_id),
    "ref": number_field("ref", "sequence of the act whose release it is"),
    "round": Field((ROUND,), lambda _, typed: typed["round"]),
    "bid": Field((BID,), lambda _, typed: values.bid(typed["bid"], BID.option)),
    "award": number_field("award", "sequence of the award's act"),
    "suspension": number_field("suspension", "sequence of the suspension's act"),
    "from_round": Field(
        (Parameter("from_round", "first round whose bids can still be awarded; 0: all", "N", kind=int, default=0),),
        lambda _, typed: typed["from_round"],
    ),
    "stage": Field(
        (Parameter("stage", "stage the procedure is set back to", "|".join(values.words(Stage)), required=True),),
        lambda _, typed: values.choice(Stage, typed["stage"], "--stage"),
    ),
    "kind": Field(
        (Parameter("kind", "what the file is", "|".join(values.words(ArtifactKind)), required=True),),
        lambda _, typed: values.choice(ArtifactKind, typed["kind"], "--kind"),
    ),
    "name": Field(
        (Parameter("name", "name of the artifact, never a person's", "TEXT", required=True),),
        lambda _, typed: typed["name"],
    ),
    "body": Field(
        (Parameter("body", "review body that acts; default: the buyer itself", "SCHEME:ID"),),
        lambda making, typed: _organisation(making, typed, "body"),
    ),
    "commitment": digest_field("commitment", "commitment of the bid"),
    "supersedes": digest_field("supersedes", "own earlier commitment that is replaced"),
    "dispatched": moment_field("dispatched", "when the letters were sent", required=True),
    "standstill_end": moment_field("standstill_end", "last second of the standstill", required=True),
    "arrival": moment_field("arrival", "when the bid arrived", required=True),
    "key": digest_field("key", "key of the approval, as the proposal says it", positional=True),
}
