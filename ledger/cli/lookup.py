"""``siegel lookup`` and ``siegel check``: what a digest names, and whether a file is what was published."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.acts.making import read_document
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.cli.values import digest as parse_digest
from ledger.cli.values import shown_moment
from ledger.errors import OrganisationUnknown

if TYPE_CHECKING:
    from api.services import Services
    from ledger.index.rows import Found


def register(app: typer.Typer) -> None:
    """Adds both commands."""
    command(app, "lookup", example="siegel lookup 0x3a...01")(lookup)
    command(app, "check", example="siegel check notice.json")(check)


def lookup(
    session: Session,
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help=say("32 bytes as hex: of a file, act, block..."))],
) -> Answer:
    """Say what a digest names: a release, a file, a registered page or policy, a commitment, an act, a block, a
    transaction.

    Exit code 1 if nothing is known by it.
    """
    wanted = parse_digest(digest, "DIGEST")
    services = _services(session)
    found = services.lookup(wanted)
    if not found:
        lines = [say("Nothing on this ledger has the digest 0x{digest}.", digest=wanted.hex())]
        return Answer({"digest": wanted, "found": []}, lines, exit_code=1)
    return Answer({"digest": wanted, "found": found}, _lines(services, found))


def check(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the file to check"))],
) -> Answer:
    """Say whether a file is exactly what was published or registered, and if not, what in it differs; exit code 1 if it
    is not."""
    data = read_document(file, "FILE")
    plain = hashlib.sha256(data).digest()
    from api.claims import claims

    services = _services(session)
    found = services.lookup(plain)
    if found:
        heading = say("{file} is recorded on the ledger, byte for byte:", file=file)
        warnings = [_condition(services, each) for each in found]
        lines = [heading, *_lines(services, found), *filter(None, warnings)]
        return Answer({"digest": plain, "known": True, "found": found}, lines)
    claimed = claims(services, data).found
    lines = [say("{file} is not recorded on the ledger; its SHA-256 is 0x{digest}.", file=file, digest=plain.hex())]
    for claim in claimed:
        named = {"release": claim.release.release_id, "ocid": claim.process.ocid}
        if claim.changes == ():
            lines.append(
                say("Its values are those of release {release} of process {ocid}; the writing differs.", **named)
            )
        else:
            lines.append(
                say("It bears the name of release {release} of process {ocid}, but it is not that release:", **named)
            )
        lines += [say("  {where}: erased since, so it cannot be compared", where=where) for where in claim.erased]
        if claim.changes is None:
            lines.append(say("  no intact copy is left here to compare it with"))
        lines += [
            say("  {where}: recorded {was}, in this file {now}", where=where, was=was or "–", now=now or "–")
            for where, was, now in claim.changes or ()
        ]
    data_claims = [
        {
            "ocid": c.process.ocid,
            "release_id": c.release.release_id,
            "release": c.release.digest,
            "changes": c.changes,
            "erased": c.erased,
        }
        for c in claimed
    ]
    return Answer({"digest": plain, "known": False, "claims": data_claims}, lines, exit_code=1)


def _lines(services: Services, found: Sequence[Found]) -> list[str]:
    return [_of_process(each) if each.ocid else _outside(services, each) for each in found]


def _of_process(found: Found) -> str:
    return say(
        "  {kind}: act {sequence} ({act}) of process {ocid}, block {block}, {time}", ocid=found.ocid, **_place(found)
    )


def _outside(services: Services, found: Found) -> str:
    """An act outside processes is told with its organisation, an artifact with the name that it was given there."""
    place = {**_place(found), "organisation": _organisation(services, found.organisation_id)}
    if found.name is None:
        return say("  {kind}: act {sequence} ({act}) of {organisation}, block {block}, {time}", **place)
    return say(
        "  {kind} {name}: act {sequence} ({act}) of {organisation}, block {block}, {time}", name=found.name, **place
    )


def _place(found: Found) -> dict[str, Any]:
    return {
        "kind": _kind(found.kind),
        "sequence": found.sequence,
        "act": found.act,
        "block": found.block_number,
        "time": shown_moment(found.time),
    }


def _kind(kind: str) -> str:
    words = {
        "page": say("page"),
        "logKey": say("key of a transparency log"),
        "policy": say("policy"),
        "artifact": say("registered file"),
        "auditReport": say("audit report"),
        "observation": say("record of a pull"),
        "changed": say("changed original"),
    }
    return words.get(kind) or say(kind)


def _organisation(services: Services, organisation_id: bytes) -> str:
    """Its name, else its identifier; the governors are none."""
    try:
        row = services.queries.organisation(organisation_id)
    except OrganisationUnknown:
        return "0x" + organisation_id.hex()
    return row.name or " ".join(filter(None, (row.scheme, row.identifier))) or "0x" + organisation_id.hex()


def _services(session: Session) -> Services:
    from api.services import Services

    services = Services.open(session.require_home(), session.chain, follow=False)
    session.closing.callback(services.close)
    return services


def _condition(services: Services, found: Found) -> str | None:
    """A file that is right can expose that the copy kept here is not."""
    if found.release is None:
        return None
    from ledger.index.rows import Condition

    rows = services.queries.release(found.release)
    if any(row.condition in (Condition.ALTERED, Condition.MISSING) for row in rows):
        return say("  The copy that is kept here was altered or is missing; yours is the right one. Keep it.")
    return None
