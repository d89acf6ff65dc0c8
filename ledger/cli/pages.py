"""``siegel page pin``: a copy of the bidder's page that knows custodians, by the ledger's key sets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli import values
from ledger.cli.acts.making import resolve_organisation
from ledger.cli.answer import Answer
from ledger.cli.command import command, group
from ledger.cli.home import replace_file
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, ArgumentMissing

if TYPE_CHECKING:
    from ledger.cli.acts.pinning import PinnableKeySet


def register(app: typer.Typer) -> None:
    """Adds the group."""
    pages = group("Pages that are one file each.")
    command(pages, "pin", example="siegel page pin -o bid-page.html")(pin)
    app.add_typer(pages, name="page")


def pin(
    session: Session,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=say("the copy to write"))],
    key_set: Annotated[
        list[str] | None,
        typer.Option("--key-set", metavar="ID", help=say("key set to pin; repeated; default: all accepted ones")),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", metavar="SCHEME:ID", help=say("whose key sets; default: the publisher of siegel.toml")
        ),
    ] = None,
) -> Answer:
    """Write a copy of the bidder's page that seals to the custodians of these key sets only.

    Custodians and keys are read from the ledger of this home, not from its index: the same key sets give the same
    bytes, on every machine. A server that names other custodians is refused by whoever has the copy.
    """
    from explorer.page_file import BID_PAGE, PageFile
    from explorer.pinned_page import pinned
    from ledger.cli.acts.pinning import accepted, named

    if out.exists():
        raise ArgumentInvalid(argument="--out", value=out, why=say("it exists already"))
    session.require_home()
    wanted = [values.digest(each, "--key-set") for each in key_set or ()]
    sets: list[PinnableKeySet] = (
        named(session.chain, wanted) if wanted else accepted(session.chain, resolve_organisation(session, organisation))
    )
    pins = {each for one in sets for each in one.custodians}
    if not pins:
        raise ArgumentMissing(argument="--key-set", why=say("there is no accepted key set with custodians"))
    replace_file(out, pinned(BID_PAGE.html, pins), 0o644)
    digest = PageFile(out.name, out).digest()
    lines = [
        say("{file} knows the keys of custodians: {count}.", file=out, count=len(pins)),
        *(f"   {each.name}: 0x{each.key.hex()}" for each in sorted(pins)),
        say("SHA-256: {digest}", digest=digest.hex()),
        say("Register it: siegel artifact register --file {file} --kind page --name NAME --propose FILE", file=out),
        say(
            "Serve it: bid_page = '{file}' in siegel.toml; its SHA-256 is then the one that is shown.",
            file=out.absolute(),
        ),
    ]
    told = {
        "file": out,
        "digest": digest,
        "key_sets": [each.key_set for each in sets],
        "pins": [{"holder": each.holder, "key": each.key, "name": each.name} for each in sorted(pins)],
    }
    return Answer(told, lines)
