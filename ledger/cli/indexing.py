"""``siegel index``: the tables that make searching fast, made from chain and store and never the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command, group
from ledger.cli.language import say, say_count
from ledger.cli.session import Session
from ledger.cli.stopping import until_told
from ledger.cli.values import shown_moment

if TYPE_CHECKING:
    from ledger.index.findings import Difference
    from ledger.index.sync import Progress, Synchroniser


def register(app: typer.Typer) -> None:
    """Adds the group."""
    index = group("The index: run, look at, check and rebuild it.")
    command(index, "run", example="siegel index run --once")(run)
    command(index, "status", example="siegel index status")(status)
    command(index, "check", example="siegel index check")(check_)
    command(index, "rebuild", example="siegel index rebuild")(rebuild)
    app.add_typer(index, name="index")


def run(
    session: Session,
    once: Annotated[bool, typer.Option("--once", help=say("read up to the newest block and end"))] = False,
) -> Answer:
    """Keep the index up with the chain until interrupted. siegel serve does this, too."""
    from ledger.index.follower import Follower

    synchroniser = _synchroniser(session)
    progress = synchroniser.run_once()
    if not once:
        session.tell(_said(progress))
        with until_told() as stop:
            follower = Follower(synchroniser, session.settings.poll_interval)
            follower.start()
            stop.wait()
            follower.stop()
        progress = synchroniser.run_once()
    return Answer(_data(progress), [_said(progress)])


def status(session: Session) -> Answer:
    """Say how far the index is and how far behind the chain; exit code 1 if the chain cannot be asked."""
    found = session.index.status(session.chain)
    if found.indexed_block is None or found.indexed_time is None:
        lines = [say("The index never ran; the chain stands at block {head}.", head=found.head_block)]
    else:
        lines = [
            say(
                "The index stands at block {block} of {time}, {lag} blocks behind the chain.",
                block=found.indexed_block,
                time=shown_moment(found.indexed_time),
                lag="?" if found.lag_blocks is None else found.lag_blocks,
            ),
            say(
                "{processes} processes, {acts} acts, {releases} releases; {problems} were not intact when read in.",
                processes=found.processes,
                acts=found.acts,
                releases=found.releases,
                problems=found.problems,
            ),
        ]
    if found.last_error:
        lines.append(found.last_error)
    return Answer({"status": found}, lines, exit_code=1 if found.last_error else 0)


def check_(session: Session) -> Answer:
    """Compare every row of the index and every stored release with the chain; exit code 1 if anything differs.

    Nothing is corrected: what differs may be evidence. siegel index rebuild corrects rows, never documents.
    """
    from ledger.index.check import check

    found = check(session.index, session.chain, session.store)
    data = {"differences": [as_data(difference) for difference in found]}
    if not found:
        return Answer(data, [say("Every row and every stored release is as the ledger says.")])
    lines = [difference.text(say) for difference in found]
    return Answer(data, [*lines, say_count(len(found), "{count} difference.", "{count} differences.")], exit_code=1)


def rebuild(session: Session) -> Answer:
    """Throw the index away and make it again from chain and store."""
    progress = _synchroniser(session).rebuild()
    digest = session.index.digest()
    said = say("Digest of the index: 0x{digest}", digest=digest.hex())
    return Answer({**_data(progress), "digest": digest}, [_said(progress), said])


def as_data(difference: Difference) -> dict[str, object]:
    """A difference for programs, with its sentence in the current language."""
    return {
        "kind": str(difference.kind),
        "process_id": difference.process_id,
        "ocid": difference.ocid,
        "sequence": difference.sequence,
        "release": difference.release,
        "release_id": difference.release_id,
        "where": difference.where,
        "was": difference.was,
        "now": difference.now,
        "source": difference.source,
        "text": difference.text(say),
    }


def _synchroniser(session: Session) -> Synchroniser:
    from ledger.index.sync import Synchroniser

    settings = session.require_home()
    return Synchroniser(session.index, session.chain, session.store, confirmations=settings.confirmations)


def _data(progress: Progress) -> dict[str, object]:
    return {
        "from_block": progress.from_block,
        "to_block": progress.to_block,
        "acts": progress.acts,
        "rolled_back_to": progress.rolled_back_to,
    }


def _said(progress: Progress) -> str:
    if progress.to_block < progress.from_block:
        return say("Nothing new up to block {block}.", block=progress.to_block)
    return say(
        "Blocks {first} to {last} read, {acts} acts stored.",
        first=progress.from_block,
        last=progress.to_block,
        acts=progress.acts,
    )
