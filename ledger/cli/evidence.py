"""``siegel evidence``, ``siegel verify`` and ``siegel policy``: a file that proves a procedure, and what checks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.home import replace_file, replacing
from ledger.cli.language import current_language, say, say_error
from ledger.cli.session import Session
from ledger.cli.values import digest, duration, is_digest, shown_moment
from ledger.errors import ArgumentInvalid, ProcessUnknown

if TYPE_CHECKING:
    from ledger.evidence.bundle import Sources
    from ledger.evidence.verify.report import Report, Result

PUBLIC: Final = 0o666
"""Mode of files for everybody, as far as the person who writes them lets others read."""

OutOption = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=say("the file to write"))]


def register(app: typer.Typer) -> None:
    """Adds the three commands."""
    command(app, "evidence", example="siegel evidence ocds-x-1 -o ocds-x-1.zip")(evidence)
    command(app, "verify", example="siegel verify ocds-x-1.zip --policy policy.json")(verify_)
    command(app, "policy", example="siegel policy --name 'Stadt Musterbach' -o policy.json")(policy)


def evidence(
    session: Session,
    subject: Annotated[str, typer.Argument(metavar="PROCESS", help=say("process id, or ocid"))],
    out: OutOption,
    organisation: Annotated[
        bool,
        typer.Option("--organisation", help=say("PROCESS is the id of an organisation: all its processes")),
    ] = False,
) -> Answer:
    """Write one file that proves a procedure: its acts, releases, and a proof that these are all.

    Whoever has the file and a trust policy can check it without us: siegel verify.
    """
    from ledger.evidence.bundle import write_organisation_bundle, write_process_bundle

    sources = _sources(session)
    _warn_of_missing_log(session, sources)
    with replacing(out, PUBLIC) as file:
        if organisation:
            manifest = write_organisation_bundle(sources, digest(subject, "PROCESS"), file)
        else:
            manifest = write_process_bundle(sources, _process(sources, subject), file)
    size = out.stat().st_size
    data = {"file": out, "identity": manifest.identity, "block": manifest.block, "size": size}
    lines = [
        say("{file}: {size} bytes, speaks of block {block}.", file=out, size=size, block=manifest.block),
        say("Identity: {identity}", identity=manifest.identity.hex()),
    ]
    return Answer(data, lines)


def verify_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the bundle"))],
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help=say("whom to trust: a trust policy"))],
) -> Answer:
    """Check a bundle step by step, without network, database or settings; exit code 1 if it is not verified.

    It says for each step whether it passed, failed (what was expected, what was there, whose fault it would be), or
    cannot be shown under this policy.
    """
    from ledger.evidence.verify.policy import read_policy
    from ledger.evidence.verify.verifier import verify

    trusted = read_policy(policy.read_bytes())
    with file.open("rb") as stream:
        report = verify(stream, trusted)
    return Answer(_data(report), _lines(report, file), exit_code=0 if report.verified else 1)


def policy(
    session: Session,
    name: Annotated[str, typer.Option("--name", help=say("what people call it"))],
    out: OutOption,
    epoch_length: Annotated[
        int | None,
        typer.Option("--epoch-length", help=say("blocks until votes on validators lapse, as in the genesis file")),
    ] = None,
    max_log_delay: Annotated[
        str,
        typer.Option(
            "--max-log-delay", metavar="DURATION", help=say("how soon after a block witnesses must have signed")
        ),
    ] = "1d",
) -> Answer:
    """Write the trust policy of this home's chain, for others to compare with what they know of it.

    Of a chain with validators every header is read and checked; one without needs a log (siegel log init), for nothing
    else signs its blocks. A policy is worth as much as the way it came: publish it where people can trust it, and
    register its digest.
    """
    from ledger.evidence.authorities import timestamps_of
    from ledger.evidence.policy import EPOCH_LENGTH, policy_of

    settings = session.require_home()
    if not name.strip():
        raise ArgumentInvalid(argument="--name", value="''", why=say("a policy needs a name that people know"))
    content = policy_of(
        session.chain,
        name,
        settings.log_dir,
        timestamps=timestamps_of(settings),
        epoch_length=epoch_length or EPOCH_LENGTH,
        max_log_delay=duration(max_log_delay, "--max-log-delay"),
    )
    replace_file(out, json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n", PUBLIC)
    return Answer({"file": out, "policy": content}, [say("{file} is written.", file=out)])


def _sources(session: Session) -> Sources:
    from ledger.evidence.authorities import timestamps_of
    from ledger.evidence.bundle import Sources
    from ledger.evidence.log.folder import logs_of
    from ledger.evidence.log.publisher import Publisher
    from ledger.index.sync import Synchroniser

    settings = session.require_home()
    sources = Sources(
        session.chain, session.index, session.store, session.releases, settings.log_dir, timestamps_of(settings)
    )
    Synchroniser(sources.index, sources.chain, sources.store, confirmations=settings.confirmations).run_once()
    if logs_of(sources.logs):
        Publisher(sources.logs, sources.chain, sources.index).publish()
    return sources


def _warn_of_missing_log(session: Session, sources: Sources) -> None:
    # A bundle holds what the log said when it was made; a log that begins later says nothing in it.
    from ledger.evidence.log.folder import logs_of
    from ledger.evidence.verify.header import read_header

    if not logs_of(sources.logs) and not read_header(session.chain.raw_header(session.chain.block_number())).is_qbft:
        session.warn(
            say(
                "This chain has no validators and this home no log yet: under a policy with a log, which siegel policy "
                "will ask for, this bundle will not verify. First: siegel log init"
            )
        )


def _process(sources: Sources, given: str) -> bytes:
    if is_digest(given):
        return digest(given, "PROCESS")
    from ledger.index.queries import Queries

    found = Queries(sources.index).processes_by_ocid(given)
    if not found:
        raise ProcessUnknown(process_id=given)
    if len(found) > 1:
        ids = ", ".join("0x" + row.process_id.hex() for row in found)
        raise ArgumentInvalid(argument="PROCESS", value=given, why=say("several processes have it: {ids}", ids=ids))
    return found[0].process_id


def _data(report: Report) -> dict[str, Any]:
    return {
        "verified": report.verified,
        "identity": report.identity,
        "policy": report.policy,
        "subject": None if report.subject is None else {"kind": report.subject[0], "id": report.subject[1]},
        "block": report.block,
        "time": report.time,
        "steps": [_step_data(result) for result in report.results],
    }


def _step_data(result: Result) -> dict[str, Any]:
    refusal = result.refusal
    return {
        "number": result.number,
        "step": result.step.value,
        "verdict": result.verdict.value,
        "refusal": None
        if refusal is None
        else {"error": refusal.name, "sentence": say_error(refusal), "values": refusal.values},
        "notes": [{"note": note.name, "values": note.values} for note in result.notes],
    }


def _lines(report: Report, file: Path) -> list[str]:
    from ledger.evidence.verify.words import fault_words, note_words, step_words, verdict_words

    language = current_language()
    lines = []
    for result in report.results:
        title, verdict = step_words(result.step, "title", language), verdict_words(result.verdict, language)
        lines.append(f"{result.number:>2}. {title}: {verdict}")
        if result.refusal is not None:
            lines.append(f"    {say_error(result.refusal)} [{result.refusal.name}]")
            fault = fault_words(result.step, result.refusal, language)
            lines.append("    " + say("Whose fault it would be: {fault}", fault=fault))
        lines += [f"    {note_words(note, language)}" for note in result.notes]
    if report.identity is not None:
        lines.append(say("Identity: {identity}", identity=report.identity.hex()))
    if report.time is not None:
        lines.append(
            say("It speaks of block {block} of {time}, not of now.", block=report.block, time=shown_moment(report.time))
        )
    values = {"file": file, "policy": report.policy}
    if report.verified:
        return [*lines, say("{file} is verified under the policy {policy}.", **values)]
    return [*lines, say("{file} is NOT verified under the policy {policy}.", **values)]
