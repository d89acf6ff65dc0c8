"""``siegel evidence``, ``siegel verify`` and ``siegel policy``: a file that proves a procedure, and what checks it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.home import replace_file, replacing
from ledger.cli.language import say
from ledger.cli.passphrase import asked_passphrase, passphrase_in
from ledger.cli.session import Session
from ledger.cli.values import digest, duration, is_digest
from ledger.cli.verdicts import receipt_data, receipt_lines, report_data, report_lines
from ledger.errors import ArgumentInvalid, ProcessUnknown

if TYPE_CHECKING:
    from ledger.evidence.bundle import Sources
    from ledger.evidence.custodians import Accepted
    from ledger.evidence.verify.policy import Policy

PUBLIC: Final = 0o666
"""Mode of files for everybody, as far as the person who writes them lets others read."""

PRIVATE: Final = 0o600
"""Mode of files with what not everybody may see."""

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
    opened: Annotated[
        list[Path] | None,
        typer.Option(
            "--opened", metavar="FILE", help=say("show the bids too: what the opening of a round left behind")
        ),
    ] = None,
    evaluation: Annotated[
        list[Path] | None,
        typer.Option("--evaluation", metavar="FILE", help=say("with --opened: the evaluation of such a round")),
    ] = None,
) -> Answer:
    """Write one file that proves a procedure: its acts, releases, and a proof that these are all.

    Whoever has the file and a trust policy can check it without us: siegel verify. With --opened it holds the bids, and
    the ranking that follows: for auditors and review bodies, and for nobody who may not see them.
    """
    from ledger.cli.ranking.shown import shown_entries
    from ledger.evidence.bundle import write_organisation_bundle, write_process_bundle

    if (organisation and opened) or (evaluation and not opened):
        why = say("bids are shown of one process, and an evaluation beside them only")
        raise ArgumentInvalid(argument="--opened", value=", ".join(map(str, opened or ())), why=why)
    sources = _sources(session)
    _warn_of_missing_log(session, sources)
    process_id = digest(subject, "PROCESS") if organisation else _process(sources, subject)
    shown = partial(shown_entries, session, opened, evaluation or ()) if opened else None
    with replacing(out, PRIVATE if shown else PUBLIC) as file:
        if organisation:
            manifest = write_organisation_bundle(sources, process_id, file)
        else:
            manifest = write_process_bundle(sources, process_id, file, shown=shown)
    size = out.stat().st_size
    data = {"file": out, "identity": manifest.identity, "block": manifest.block, "size": size}
    lines = [
        say("{file}: {size} bytes, speaks of block {block}.", file=out, size=size, block=manifest.block),
        say("Identity: {identity}", identity=manifest.identity.hex()),
    ]
    if shown:
        lines.append(say("It shows bids: give it only to those who may see them."))
    return Answer(data, lines)


def verify_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the bundle, or a receipt"))],
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help=say("whom to trust: a trust policy"))],
    open_: Annotated[
        bool, typer.Option("--open", help=say("of a receipt: ask for its passphrase, and check that it opens the bid"))
    ] = False,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            "--passphrase-file", metavar="FILE", help=say("of a receipt: its passphrase is the first line of this file")
        ),
    ] = None,
) -> Answer:
    """Check a bundle or receipt step by step, without network, database or settings; exit code 1 if not verified.

    It says for each step whether it passed, failed (what was expected, what was there, whose fault it would be), or
    cannot be shown under this policy; of a receipt also, in plain words, what it proves.
    """
    from ledger.evidence.receipt import is_receipt
    from ledger.evidence.verify.policy import read_policy
    from ledger.evidence.verify.verifier import verify

    trusted = read_policy(policy.read_bytes())
    if is_receipt(file):
        return _receipt(file, trusted, _receipt_passphrase(file, open_, passphrase_file))
    with file.open("rb") as stream:
        report = verify(stream, trusted)
    return Answer(report_data(report), report_lines(report, file), exit_code=0 if report.verified else 1)


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
    any_custodians: Annotated[
        bool, typer.Option("--any-custodians", help=say("name no custodians: whoever keeps bids closed will do"))
    ] = False,
) -> Answer:
    """Write the trust policy of this home's chain, for others to compare with what they know of it.

    Of a chain with validators every header is read and checked; one without needs a log (siegel log init), for nothing
    else signs its blocks. Custodians are those who accepted a key set on the ledger: rounds with any other one, or with
    none, then fail. A policy is worth as much as the way it came: publish it where people can trust it, and register
    its digest.
    """
    from ledger.chain.registry_acts import registry_of
    from ledger.evidence.authorities import timestamps_of
    from ledger.evidence.custodians import accepted_custodians
    from ledger.evidence.policy import EPOCH_LENGTH, policy_of

    settings = session.require_home()
    if not name.strip():
        raise ArgumentInvalid(argument="--name", value="''", why=say("a policy needs a name that people know"))
    accepted = accepted_custodians(() if any_custodians else registry_of(session.chain))
    content = policy_of(
        session.chain,
        name,
        settings.log_dir,
        timestamps=timestamps_of(settings),
        epoch_length=epoch_length or EPOCH_LENGTH,
        max_log_delay=duration(max_log_delay, "--max-log-delay"),
        custodians=accepted.custodians,
    )
    replace_file(out, json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n", PUBLIC)
    return Answer({"file": out, "policy": content}, [say("{file} is written.", file=out), *_custodian_lines(accepted)])


def _custodian_lines(accepted: Accepted) -> list[str]:
    if not accepted.custodians:
        return []
    lines = [
        say(
            "Custodians: {count}. Compare each key with what the custodian itself tells you.",
            count=len(accepted.custodians),
        ),
        *(f"   {each.name}: 0x{each.key.hex()}" for each in accepted.custodians),
    ]
    if accepted.without:
        lines.append(
            say(
                "Rounds under key sets without custodians will fail under this policy: {ids}",
                ids=", ".join("0x" + each.hex() for each in accepted.without),
            )
        )
    return lines


def _receipt(file: Path, trusted: Policy, passphrase: str | None) -> Answer:
    from ledger.evidence.verify.receipt import verify_receipt

    with file.open("rb") as stream:
        report = verify_receipt(stream, trusted, passphrase)
    return Answer(receipt_data(report), receipt_lines(report, file), exit_code=0 if report.verified else 1)


def _receipt_passphrase(file: Path, is_asked: bool, named: Path | None) -> str | None:
    if named is not None:
        return passphrase_in(named, "--passphrase-file")
    return asked_passphrase(str(file)) if is_asked else None


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
