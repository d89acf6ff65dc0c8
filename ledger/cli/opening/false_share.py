"""``siegel opening false-share``: repeat what shows that somebody signed another share than was sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.bid_number import spoken_bid
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session


def register(group: typer.Typer) -> None:
    """Adds the command to the group ``opening``."""
    example = "siegel opening false-share 5b...e1.json --bundle proof.zip --policy policy.json"
    command(group, "false-share", example=example)(false_share)


def false_share(
    session: Session,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=say("what siegel opening finish wrote into false-shares"))
    ],
    bundle: Annotated[Path, typer.Option("--bundle", metavar="FILE", help=say("bundle of the process"))],
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help=say("whom to trust: a trust policy"))],
) -> Answer:
    """Check what an officer shows of a false share: who signed it, of which bid, and that it is not the one that was
    sealed.

    Without network or key: against an evidence bundle of the process and a trust policy.
    """
    from ledger.errors import FalseShareUnproven
    from ledger.evidence.verify.policy import read_policy
    from ledger.ocds.json_text import read_json
    from ledger.opening.proven_false_share import prove_false

    document = read_json(file.read_bytes())
    if not isinstance(document, dict):
        raise FalseShareUnproven(reason="it is no JSON object")
    with bundle.open("rb") as proof:
        found, bid = prove_false(document, proof, read_policy(policy.read_bytes()))
    said = say(
        "Account 0x{account} signed a false share to bid {bid}: share {index} of the {group}.",
        account=found.account.hex(), bid=spoken_bid(bid.number), index=found.index, group=found.group.name.lower(),
    )  # fmt: skip
    data = {
        "account": found.account, "bid": bid.number, "commitment": found.commitment, "group": found.group,
        "index": found.index, "holder": found.holder,
    }  # fmt: skip
    return Answer(data, [said])
