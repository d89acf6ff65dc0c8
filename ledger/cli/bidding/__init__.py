"""``siegel bid seal | submit | status | withdraw``: what a tenderer does; no home is needed, only the receipt."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.bid_number import spoken_bid
from ledger.cli.answer import Answer
from ledger.cli.bidding import showing
from ledger.cli.bidding.options import ReceiptArgument
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.passphrase import passphrase_for
from ledger.cli.session import Session
from ledger.cli.values import shown_moment
from ledger.errors import ArgumentInvalid

if TYPE_CHECKING:
    from ledger.cli.bidding.asked import Asked
    from ledger.cli.bidding.handing_in import HandedIn
    from ledger.evidence.receipt import Receipt

ServerOption = Annotated[
    list[str],
    typer.Option("--server", metavar="URL", help=say("address of a receiver; repeated: the next to be tried")),
]

TermsPolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help=say("trust policy: the round's terms must be proven under it")),
]
ProofPolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help=say("trust policy: take a newer proof that is verified under it")),
]
NodeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--node",
        metavar="URL",
        help=say("JSON-RPC address of a node, tried when no receiver takes it; can be repeated"),
    ),
]

CLOCKS: int = 30
"""Seconds by which two clocks may differ without a word."""


def register(group: typer.Typer) -> None:
    """Adds the commands to the group ``bid``."""
    sealing = "siegel bid seal ocds-x-1 --server https://vergabe.example.org --bid bid.json -o receipt.zip"
    command(group, "seal", example=sealing)(seal)
    command(group, "submit", example="siegel bid submit receipt.zip --server https://vergabe.example.org")(submit)
    command(group, "status", example="siegel bid status receipt.zip --server https://vergabe.example.org")(status)
    showing.register(group)
    command(group, "post", example="siegel bid post receipt.zip --server https://vergabe.example.org")(post)
    command(group, "result", example="siegel bid result receipt.zip --server https://vergabe.example.org")(result)
    command(group, "withdraw", example="siegel bid withdraw receipt.zip --server https://vergabe.example.org")(withdraw)


def seal(
    session: Session,
    process: Annotated[str, typer.Argument(metavar="PROCESS", help=say("process id, or ocid"))],
    server: Annotated[
        str, typer.Option("--server", metavar="URL", help=say("address of a server that shows the tender"))
    ],
    bid: Annotated[
        Path, typer.Option("--bid", metavar="FILE", help=say("the bid as JSON; its documents lie beside it"))
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=say("the receipt to write"))],
    round: Annotated[
        int | None, typer.Option("--round", min=1, help=say("number of the round; default: the newest"))
    ] = None,
    replaces: Annotated[
        Path | None, typer.Option("--replaces", metavar="RECEIPT", help=say("the bid that this one takes the place of"))
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option("--beside", metavar="RECEIPT", help=say("the main bid, whose account this variant takes, too")),
    ] = None,
    policy: TermsPolicyOption = None,
) -> Answer:
    """Seal a bid on this machine, and write the receipt: envelope, seed and the bid's account under a passphrase.

    Nothing is sent. Keep the receipt: it alone proves what was handed in, and can open it.
    """
    from ledger.cli.bidding.asked import ask
    from ledger.cli.bidding.completeness import criteria_of, is_answer, require_answer, require_complete
    from ledger.cli.bidding.offer import read_offer
    from ledger.cli.bidding.sealing import opened_before, seal_offer
    from ledger.cli.remote import Remote

    if replaces is not None and beside is not None:
        raise ArgumentInvalid(argument="--beside", value=beside, why=say("a bid that replaces one has its account"))
    if out.exists():
        raise ArgumentInvalid(argument="--out", value=out, why=say("it exists already"))
    offer = read_offer(bid)
    with Remote(server) as remote:
        asked = ask(remote, process, round)
        if policy is not None:
            _require_proven(remote, asked, policy)
        criteria = None if asked.criteria is None else criteria_of(remote, asked.criteria)
        if is_answer(asked.kind):
            require_answer(offer.bid, criteria)
        elif criteria is not None:
            require_complete(offer.bid, criteria)
    before = None
    if (earlier := replaces or beside) is not None:
        secret = passphrase_for(str(earlier), session.settings)
        before = opened_before(earlier, asked, secret, replaced=replaces is not None)
    passphrase = passphrase_for(str(out), session.settings, new=True)
    receipt = seal_offer(offer, asked, passphrase, out, before)
    lines = [
        say(
            "{file}: sealed for {title} ({ocid}), round {round}.",
            file=out,
            title=asked.title,
            ocid=asked.ocid,
            round=asked.round,
        ),
        say("Deadline: {time}", time=shown_moment(asked.deadline)),
        *_clock_lines(asked),
        _holders_line(asked),
        *([] if policy is not None else [say("Only this server says so; --policy has it proven.")]),
        say("Commitment 0x{commitment}", commitment=receipt.commitment.hex()),
        say("NOT handed in yet. Next: siegel bid submit {file} --server {server}", file=out, server=server),
    ]
    return Answer({"file": out, **_told(receipt), "deadline": asked.deadline}, lines)


def submit(session: Session, receipt: ReceiptArgument, server: ServerOption, node: NodeOption = None) -> Answer:
    """Hand a sealed bid in: upload, promise of arrival, commitment on the ledger. Can be repeated until it is done.

    What is refused or stays without an answer at one receiver is tried at the next. If none takes it, the transaction
    goes to a node, if one is named, also without a promise: then the envelope must still reach a receiver. A signed
    record of what failed and when is written beside the receipt.
    """
    from ledger.cli.bidding.handing_in import hand_in

    secret = lambda: passphrase_for(str(receipt), session.settings)  # noqa: E731
    done = hand_in(receipt, server, secret, session.tell, node or ())
    lines = [
        *_recorded_lines(done),
        say("IN TIME: the deadline is {time}.", time=shown_moment(done.deadline))
        if done.arrived_at <= done.deadline
        else say("LATE: the deadline was {time}.", time=shown_moment(done.deadline)),
        say("Keep {file}, and its passphrase apart from it.", file=receipt),
    ]
    return Answer(
        {
            "file": receipt, **_told(done.receipt), "arrived_at": done.arrived_at, "block": done.block,
            "time": done.time, "deadline": done.deadline, "transaction": done.transaction,
            "node": done.server if done.is_node else None,
        },
        lines,
    )  # fmt: skip


def status(
    session: Session, receipt: ReceiptArgument, server: ServerOption, policy: ProofPolicyOption = None
) -> Answer:
    """Say what has become of a bid, as the server shows it, and take a proof of it into the receipt.

    A proof that is there already gives way only to a newer one that is verified under --policy.
    """
    from ledger.cli.acts.making import read_document
    from ledger.cli.bidding.looking import look
    from ledger.cli.bidding.outcomes import outcome_in_words
    from ledger.evidence.verify.policy import read_policy

    seen = look(receipt, server, None if policy is None else read_policy(read_document(policy, "--policy")))
    lines = [say("Commitment 0x{commitment}", commitment=seen.receipt.commitment.hex())]
    if seen.bid is None:
        lines.append(say("The ledger does not have it: it is NOT handed in."))
    else:
        lines.append(
            say(
                "On the ledger as bid {number}, arrived {time}.",
                number=spoken_bid(seen.bid["bid"]),
                time=shown_moment(seen.bid["arrival"]),
            )
        )
        lines.append(say("Outcome: {outcome}", outcome=outcome_in_words(seen.bid["outcome"])))
    if seen.proven is not None:
        lines.append(say("The receipt holds a proof for block {block}; siegel verify checks it.", block=seen.proven))
        if policy is None:
            lines.append(say("With --policy a newer one takes its place, once it is verified."))
    elif seen.bid is not None:
        lines.append(say("No proof of it can be had yet: the server's log is behind. Ask again in a few seconds."))
    data = {"file": receipt, **_told(seen.receipt), "bid": seen.bid, "proven_block": seen.proven}
    return Answer(data, lines, exit_code=1 if seen.bid is None else 0)


def post(session: Session, receipt: ReceiptArgument, server: ServerOption) -> Answer:
    """Fetch the buyer's letters on this bid: what is missing, questions, how long it shall stand.

    The server writes down when each was first fetched.
    """
    from ledger.cli.bidding.own_post import fetch_post, post_lines

    letters = fetch_post(receipt, server, passphrase_for(str(receipt), session.settings))
    return Answer({"file": receipt, "letters": letters}, list(post_lines(letters)))


def result(
    session: Session,
    receipt: ReceiptArgument,
    server: ServerOption,
    criteria: Annotated[
        Path | None,
        typer.Option("--criteria", metavar="FILE", help=say("the award criteria; default: those of the server")),
    ] = None,
    policy: TermsPolicyOption = None,
) -> Answer:
    """Show what officers let the tenderers see of the opening: names, sums, discounts, how many variants.

    Prices, and places where the lowest price wins, are computed from it by the criteria that the round's terms name;
    they decide nothing. Only whoever has the receipt of a bid that was opened is told; under VgV and UVgO nobody is.
    """
    from ledger.cli.bidding.opened_result import ask_result
    from ledger.cli.ranking.told import told_json, told_lines

    passphrase = passphrase_for(str(receipt), session.settings)
    asked = ask_result(receipt, server, passphrase, criteria, policy)
    return Answer({**asked.whole, "price_order": told_json(asked.prices)}, list(told_lines(asked.prices)))


def withdraw(session: Session, receipt: ReceiptArgument, server: ServerOption, node: NodeOption = None) -> Answer:
    """Withdraw a bid, until the deadline; with its account's key, which only the receipt has."""
    from ledger.cli.bidding.withdrawing import withdraw_bid

    found = withdraw_bid(receipt, server, passphrase_for(str(receipt), session.settings), node or ())
    said = say("Withdrawn; recorded {time} in block {block}.", time=shown_moment(found["time"]), block=found["block"])
    lines = [said] if found["node"] is None else [_said_by_node(found["node"]), said]
    return Answer({"file": receipt, **found}, lines)


def _recorded_lines(done: HandedIn) -> list[str]:
    recorded = say(
        "It stands in block {block} of the ledger, recorded {time}.", block=done.block, time=shown_moment(done.time)
    )
    if done.is_node:
        return [_said_by_node(done.server), recorded]
    if not done.is_promised:
        return [recorded]
    arrived = say("Arrived {time}, as {receiver} promises.", time=shown_moment(done.arrived_at), receiver=done.server)
    return [arrived, recorded]


def _said_by_node(node: str) -> str:
    return say("No receiver took it to the ledger. So says node {node} alone; only evidence proves it:", node=node)


def _require_proven(remote: Any, asked: Asked, policy: Path) -> None:
    from ledger.cli.bidding.proving import require_terms

    require_terms(remote, asked, policy.read_bytes())


def _holders_line(asked: Asked) -> str:
    key_set = asked.key_set
    if not key_set.custodians:
        return say(
            "WITHOUT custodians: {threshold} of {count} officers together can open it early.",
            threshold=key_set.officer_threshold,
            count=len(key_set.officers),
        )
    return say(
        "Opens with {officers} of {of} officers and {custodians} of {names}.",
        officers=key_set.officer_threshold, of=len(key_set.officers), custodians=key_set.custodian_threshold,
        names=", ".join(asked.custodians),
    )  # fmt: skip


def _clock_lines(asked: Asked) -> list[str]:
    apart = int(time.time()) - asked.now
    if abs(apart) <= CLOCKS:
        return []
    return [
        say("The server's clock and this one are {seconds} seconds apart; the ledger's counts.", seconds=abs(apart))
    ]


def _told(receipt: Receipt) -> dict[str, Any]:
    return {
        "process_id": receipt.process_id, "ocid": receipt.ocid, "round": receipt.round, "author": receipt.author,
        "commitment": receipt.commitment,
    }  # fmt: skip
