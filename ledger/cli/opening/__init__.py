"""``siegel opening rehearse | contribute | finish | remedy``: what officers do with their sealing keys.

``siegel opening rehearse`` is for custodians, too. A sealing key and an account's key are used here and go nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.bid_number import spoken_bid
from ledger.cli.acts.carry_out import carry_out
from ledger.cli.acts.making import Making
from ledger.cli.acts.words import entry_of
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say, say_error
from ledger.cli.opening import false_share, letter, minutes, paper, retracing, telling
from ledger.cli.opening.options import (
    AsOption,
    OrganisationOption,
    ProcessArgument,
    ProposeOption,
    RoundOption,
    ServerOption,
    TogetherOption,
)
from ledger.cli.session import Session

if TYPE_CHECKING:
    from ledger.opening.counting import Count, FalseContribution
    from ledger.opening.main_bids import NamedBid

VALID_FOR: Final = 7 * 86_400
"""Seconds in which another officer can agree."""


def register(group: typer.Typer) -> None:
    """Adds the commands to the group ``opening``."""
    command(group, "rehearse", example="siegel opening rehearse ocds-x-1 --as officer-two")(rehearse)
    command(group, "contribute", example="siegel opening contribute ocds-x-1 --as officer-two")(contribute)
    command(group, "finish", example="siegel opening finish ocds-x-1 --as officer-one")(finish)
    mending = "siegel opening remedy ocds-x-1 3 receipt.zip --ground minutes.pdf --propose remedy.json"
    command(group, "remedy", example=mending)(remedy)
    retracing.register(group)
    paper.register(group)
    minutes.register(group)
    telling.register(group)
    letter.register(group)
    false_share.register(group)


def rehearse(
    session: Session,
    process: ProcessArgument,
    as_: AsOption = None,
    server: ServerOption = None,
    round: RoundOption = 1,
    organisation: OrganisationOption = None,
) -> Answer:
    """Show that the own sealing key opens what is sealed to it, and who else has shown that; exit code 1 while too few
    have.

    For officers and custodians, before the deadline.
    """
    from ledger.cli.opening.custodian_names import custodian_names, named
    from ledger.cli.opening.loading import load_round, sealing_key
    from ledger.cli.opening.rehearsing import answer_challenges, table
    from ledger.cli.opening.server import round_server

    name = as_ or "officer-one"
    sealed = load_round(session, _process_id(session, process, organisation), round)
    with round_server(session, server, sealed, session.signer(name)) as served:
        answered = answer_challenges(served, sealed, sealing_key(session, name))
        recipients = named(served.rehearsal(), custodian_names(session, sealed))
    lines, enough = table(sealed.key_set, recipients)
    data = {"answered": answered, "recipients": recipients, "enough": enough}
    return Answer(data, lines, exit_code=0 if enough else 1)


def contribute(
    session: Session,
    process: ProcessArgument,
    as_: AsOption = None,
    server: ServerOption = None,
    round: RoundOption = 1,
    organisation: OrganisationOption = None,
) -> Answer:
    """After the close: seal the own shares of all bids again to the officers, and hand them in."""
    from ledger.cli.opening.handing_over import hand_over
    from ledger.cli.opening.loading import load_round

    name = as_ or "officer-one"
    sealed = load_round(session, _process_id(session, process, organisation), round)
    index, count, refused = hand_over(session, sealed, server, name)
    lines = [say("{count} shares of number {index} of the officers are handed in.", count=count, index=index)]
    lines += [say("Bid {bid}: {why}", bid=spoken_bid(bid), why=say_error(error)) for bid, error in refused.items()]
    data = {"index": index, "contributed": count, "refused": {bid: each.name for bid, each in refused.items()}}
    return Answer(data, lines, exit_code=1 if refused else 0)


def finish(
    session: Session,
    process: ProcessArgument,
    as_: AsOption = None,
    server: ServerOption = None,
    round: RoundOption = 1,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="BID", help=say("give up a bid whose shares did not come; its receipt opens it later")
        ),
    ] = None,
    despite: Annotated[
        bool, typer.Option("--despite", help=say("propose although another officer proposed something else"))
    ] = False,
    together_with: TogetherOption = None,
    propose: ProposeOption = None,
    organisation: OrganisationOption = None,
) -> Answer:
    """Open all bids of a closed round, and record how each ended: the first of two officers proposes, the second one,
    who finds the same, executes.

    What was in the bids is written into opened/ of the home, for nobody else. Who finds something else than the first
    officer proposed is told so, and nothing is sent.
    """
    from ledger.chain.acts import Call, OpenBids
    from ledger.cli.opening.answering import named_bids, named_lines
    from ledger.cli.opening.custodian_names import custodian_names
    from ledger.cli.opening.finishing import count_round, next_outcomes, require_finished
    from ledger.cli.opening.loading import load_round, round_bid
    from ledger.terms import RoundState

    name = as_ or "officer-one"
    making = Making(session, entry_of(OpenBids), organisation, process)
    sealed = load_round(session, making.process_id, round)
    given_up = frozenset(round_bid(sealed.facts, each, "--without").number for each in without or ())
    count, file = count_round(session, sealed, server, name, given_up)
    named = named_bids(session, sealed, count)
    told = [*_told(count, file.parent, custodian_names(session, sealed)), *named_lines(named)]
    require_finished(count, told, session)
    answer = Answer({}, [])
    # Chunk after chunk as long as two officers are at hand, or the other one was here first.
    while sealed.facts.state is RoundState.CLOSED:
        expires = session.now() + VALID_FOR
        chunk = next_outcomes(sealed, count)
        call = OpenBids(Call(making.process_id, expires), round, sealed.facts.opened, chunk)
        answer = carry_out(
            making, call, as_=name, together_with=together_with, propose=propose, alone=True, despite=despite
        )
        if not answer.data["acts"]:
            break
        sealed = load_round(session, making.process_id, round)
    state = sealed.facts.state
    words = [say("{file}: what was in the bids.", file=file), *told, *answer.lines]
    if state is RoundState.CLOSED:
        words.append(say("1 of 2: the round is opened when another officer finds the same: siegel opening finish"))
    else:
        words.append(say("Every bid of round {round} has its outcome.", round=round))
    return Answer({**answer.data, "file": file, "state": state, **_data(count, named)}, words)


def remedy(
    session: Session,
    process: ProcessArgument,
    bid: Annotated[str, typer.Argument(metavar="BID", help=say("number of the bid, from 1"))],
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help=say("the tenderer's receipt"))],
    ground: Annotated[
        str, typer.Option("--ground", metavar="FILE|DIGEST", help=say("document that states the reason"))
    ],
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", metavar="FILE", help=say("file whose first line opens the receipt")),
    ] = None,
    as_: AsOption = None,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help=say("server that has the contributions, to say whose were false")),
    ] = None,
    round: RoundOption = 1,
    together_with: TogetherOption = None,
    propose: ProposeOption = None,
    organisation: OrganisationOption = None,
) -> Answer:
    """Open a bid that was unreadable, missing or late with its tenderer's receipt, if the seed in it is the bid's.

    Where two officers recorded that already, it only writes what was in the bid into this home. With --server it says
    whose contributions were false, which too many were for the shares to say.
    """
    from ledger.chain.acts import Call, ReviseOutcome
    from ledger.cli.opening.custodian_names import custodian_names
    from ledger.cli.opening.loading import load_round, round_bid
    from ledger.cli.opening.mending import blame, mend

    making = Making(session, entry_of(ReviseOutcome), organisation, process)
    sealed = load_round(session, making.process_id, round)
    committed = round_bid(sealed.facts, bid, "BID")
    number = committed.number
    mended = mend(session, sealed, committed, receipt, passphrase_file)
    found, file = mended.found, mended.file
    told = [say("The seed is that of bid {bid}; what was in it: {file}", bid=spoken_bid(number), file=file)]
    false = blame(session, sealed, mended, server, as_ or "officer-one") if server else []
    if false:
        told += _false_told(false, file.parent, custodian_names(session, sealed))
    data = {"file": file, "falseContributions": false}
    if committed.revised:
        return Answer({"acts": [], **data}, told)
    with making.refusable():
        reason = making.document(ground, "--ground")
        call = ReviseOutcome(Call(making.process_id, session.now() + VALID_FOR, reason), round, number, found.outcome)
    answer = carry_out(making, call, as_=as_, together_with=together_with, propose=propose)
    return Answer({**answer.data, **data}, [*told, *answer.lines])


def _process_id(session: Session, process: str, organisation: str | None) -> bytes:
    return Making(session, None, organisation, process).process_id


def _told(count: Count, folder: Path, custodians: Mapping[int, str]) -> list[str]:
    from ledger.cli.language import current_language
    from ledger.terms import label

    lines = []
    for found in count.found:
        outcome = label(found.outcome.outcome, current_language())
        why = "" if found.evidence is None else f" ({found.evidence['refusal']})"
        lines.append(say("Bid {bid}: {outcome}", bid=spoken_bid(found.bid.number), outcome=outcome + why))
    return lines + _false_told(count.false, folder, custodians)


def _false_told(given: Sequence[FalseContribution], folder: Path, custodians: Mapping[int, str]) -> list[str]:
    from ledger.cli.opening.custodian_names import whose_share
    from ledger.opening.false_share import false_path

    lines = [
        say(
            "A contribution to bid {bid} does not count: share {index} of the {group}, from 0x{account}: {why}",
            bid=spoken_bid(false.bid),
            index=whose_share(false.group, false.index, custodians),
            group=false.group.name.lower(),
            account=false.account.hex(),
            why=false.why,
        )
        for false in given
    ]
    lines += [
        say("Account 0x{account} signed that, as {file} shows.", account=false.account.hex(),
            file=false_path(folder, false.evidence))
        for false in given
        if false.evidence is not None
    ]  # fmt: skip
    return lines


def _data(count: Count, named: Mapping[int, NamedBid]) -> dict[str, Any]:
    return {
        "outcomes": [
            {"bid": found.bid.number, "outcome": found.outcome.outcome}
            | ({"mainBid": named[found.bid.number]} if found.bid.number in named else {})
            for found in count.found
        ],
        "falseContributions": count.false,
    }
