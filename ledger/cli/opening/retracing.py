"""``siegel opening retrace``: anybody repeats why a bid is called unreadable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from ledger.bid_number import spoken_bid
from ledger.cli import values
from ledger.cli.acts.making import read_document
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, SiegelError


def register(group: typer.Typer) -> None:
    """Adds the command."""
    example = "siegel opening retrace evidence.json envelope --bundle proof.zip --policy policy.json"
    command(group, "retrace", example=example)(retrace)


def retrace(
    session: Session,
    evidence: Annotated[
        Path,
        typer.Argument(metavar="EVIDENCE", help=say("the evidence of the bid, or the round.json that holds it")),
    ],
    envelope: Annotated[
        Path, typer.Argument(metavar="ENVELOPE", help=say("the bid's envelope, or the receipt that holds it"))
    ],
    bundle: Annotated[
        Path,
        typer.Option(
            "--bundle", metavar="FILE", help=say("evidence of the process (siegel evidence), written after the opening")
        ),
    ],
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help=say("whom to trust: a trust policy"))],
    bid: Annotated[
        str | None, typer.Option("--bid", metavar="BID", help=say("of a round.json: number of the bid"))
    ] = None,
) -> Answer:
    """Repeat why a bid is called unreadable, from its evidence and envelope; without network, database or settings.

    The bundle proves which evidence two officers recorded, and for which round and key set the bid should have been
    sealed. Exit code 1 where the envelope says otherwise, or the evidence blames nobody.
    """
    from ledger.evidence.verify.policy import read_policy
    from ledger.opening.retracing import retrace as repeat

    number = None if bid is None else values.bid(bid, "--bid")
    document = _evidence(evidence, number)
    trusted = read_policy(read_document(policy, "--policy"))
    with _envelope(envelope) as opened, bundle.open("rb") as proof:
        found = repeat(document, opened, proof, trusted)
    lines = [
        say(
            "{ocid}, round {round}: bid {bid} is unreadable, as the officers recorded ({refusal}). It is its sealer's "
            "doing: everybody finds the same.",
            ocid=found.ocid,
            round=found.round,
            bid=spoken_bid(found.bid),
            refusal=found.refusal,
        )
    ]
    if found.mended:
        lines.append(say("Later it was opened all the same, as the ledger says."))
    data = {"ocid": found.ocid, "round": found.round, "bid": found.bid, "refusal": found.refusal}
    return Answer({**data, "mended": found.mended}, lines)


def _evidence(path: Path, bid: int | None) -> Mapping[str, Any]:
    """The document, also out of a round's file. Raises ArgumentInvalid, UnreadableEvidenceMalformed,
    OpenedRoundUnreadable."""
    from ledger.errors import UnreadableEvidenceMalformed
    from ledger.ocds.json_text import read_json
    from ledger.opening.opened import is_opened, read_opened

    data = read_document(path, "EVIDENCE")
    if is_opened(data):
        for each in read_opened(path).bids:
            if each.bid == bid and each.evidence is not None:
                return each.evidence
        why = say("the round has no unreadable bid {bid}", bid="" if bid is None else spoken_bid(bid))
        raise ArgumentInvalid(argument="--bid", value=str(bid), why=why)
    try:
        given = read_json(data)
    except SiegelError as error:
        raise UnreadableEvidenceMalformed(reason=str(error)) from error
    if not isinstance(given, dict):
        raise UnreadableEvidenceMalformed(reason="it is no object")
    return given


def _envelope(path: Path) -> BinaryIO:
    """As a stream that can seek, also out of a receipt."""
    from ledger.cli.bidding.receipt_file import open_envelope
    from ledger.evidence.receipt import is_receipt, read_receipt

    return open_envelope(read_receipt(path)) if is_receipt(path) else path.open("rb")
