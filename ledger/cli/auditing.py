"""``siegel audit``: what a server publishes against what its ledger proves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.evidence import PUBLIC
from ledger.cli.home import replace_file
from ledger.cli.language import current_language, say, say_error
from ledger.cli.session import Session
from ledger.cli.values import expected, shown_moment
from ledger.errors import ArgumentInvalid, NodeUnreachable, SiegelError
from ledger.ocds.odd_characters import visible

_DOING: Final = {
    "log": "Reading the transparency log ...",
    "evidence": "Proving what each organisation recorded ...",
    "lists": "Comparing lists and files ...",
    "node": "Asking the node ...",
    "second": "Asking the second server ...",
}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    example = "siegel audit https://vergabe.musterbach.example --policy policy.json -o report.html"
    # A node that one named and that does not answer is no finding against the server.
    command(app, "audit", example=example, could_not=(NodeUnreachable,))(audit)


def audit(
    session: Session,
    url: Annotated[str, typer.Argument(metavar="URL", help=say("the server's address"))],
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help=say("whom to trust: a trust policy"))],
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", metavar="FILE", help=say("the report to write, .html or .json; may be repeated")),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help=say("where the auditor's book lies (audit-HOST)")),
    ] = None,
    node: Annotated[
        str | None, typer.Option("--node", metavar="URL", help=say("JSON-RPC address of any node of the chain"))
    ] = None,
    second: Annotated[
        str | None, typer.Option("--second", metavar="URL", help=say("another server of the same log"))
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help=say("prove all anew, also what did not change since the last audit"))
    ] = False,
    epoch_length: Annotated[
        int, typer.Option("--epoch-length", help=say("blocks until votes on validators lapse, as in the genesis file"))
    ] = 30_000,
) -> Answer:
    """Audit a server: compare all that it publishes with what its ledger proves; exit code 1 if anything is wrong.

    It goes on from the last audit: the folder holds what was proven and by which signed checkpoint. Stopped at any
    moment it goes on where it was. A node shows besides that no block and no organisation is left out; a second
    server, that others see the same log.
    """
    from ledger.audit.asking import Server
    from ledger.audit.auditing import Audit, subject_of
    from ledger.audit.book import opened
    from ledger.audit.report import as_html, report_of
    from ledger.chain.rpc import transport_to
    from ledger.evidence.verify.policy import read_policy

    for path in out or ():
        if path.suffix not in (".html", ".json"):
            raise ArgumentInvalid(argument="--out", value=path, why=expected(".html | .json"))
    trusted = read_policy(policy.read_bytes())
    language = current_language()
    with ExitStack() as closing:
        server = closing.enter_context(Server(url, waiting=_tell_waiting))
        other = None if second is None else closing.enter_context(Server(second, waiting=_tell_waiting))
        book = closing.enter_context(opened(folder or _folder_of(url), subject_of(trusted)))
        transport = None if node is None else transport_to(node)
        if transport is not None:
            closing.callback(transport.close)
        audited = Audit(
            server, trusted, book, second=other, node=transport, epoch_length=epoch_length, whole=whole,
            tell=lambda what: session.tell(say(_DOING[what])),
        ).run()  # fmt: skip
        ranges = [one.as_json() for one in trusted.consensus.ranges]
        report = report_of(audited, ranges, book, language, say_error)
    for path in out or ():
        text = as_html(report, language) if path.suffix == ".html" else json.dumps(report, indent=2, ensure_ascii=False)
        replace_file(path, text.encode() + b"\n", PUBLIC)
    return Answer(report, list(_lines(report, language)), exit_code=0 if report["clean"] else 1)


def _tell_waiting(failure: SiegelError, seconds: float, next: int) -> None:
    again = say("Asking again in {seconds} s (try {number}) ...", seconds=round(seconds), number=next)
    typer.echo(visible(f"{say_error(failure)} {again}"), err=True)


def _folder_of(url: str) -> Path:
    """A name of the server's host and port that any file system takes."""
    return Path("audit-" + re.sub(r"[^0-9A-Za-z.-]", "_", urlsplit(url).netloc.rpartition("@")[2]))


def _lines(report: dict[str, Any], language: str) -> Iterator[str]:
    from ledger.audit import telling
    from ledger.audit.words import report_words

    for number, finding in enumerate(report["findings"], 1):
        yield f"{number}. {finding['title']}: {finding['meaning']}"
        if where := "; ".join(f"{name}: {value}" for name, value in telling.where(finding, language)):
            yield f"    {where}"
        sides = telling.both_sides(finding, language)
        if reason := telling.reason(finding):
            yield f"    {reason}"
        elif sides is not None:
            yield "    " + say("Proven: {expected}; shown: {got}", expected=sides[0], got=sides[1])
        yield "    " + say("Whose fault it would be: {fault}", fault=finding["fault"])
    for each in report["open"]:
        yield "- " + each["sentence"]
    counts = report["counts"]
    yield say(
        "{organisations} organisations, {processes} processes, {anchored} releases; without a result: {silent}; "
        "notices vanished or changed: {observed}.",
        organisations=counts["organisations"],
        processes=counts["processes"],
        anchored=counts["anchored"],
        silent=len(report["silent"]),
        observed=len(report["observed"]),
    )  # fmt: skip
    if report["time"] is not None:
        block, moment = report["block"], shown_moment(report["time"])
        yield say("It speaks of block {block} of {time}, not of now.", block=block, time=moment)
    clean = report["clean"]
    yield report_words("clean", language) if clean else report_words("found", language, number=len(report["findings"]))
