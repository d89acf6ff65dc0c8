"""``siegel bid open | disclose | shown``: what is in an own bid, fields of it shown to others, and what others show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.answer import Answer
from ledger.cli.bidding.options import ReceiptArgument
from ledger.cli.command import command
from ledger.cli.home import replace_file
from ledger.cli.language import say
from ledger.cli.passphrase import passphrase_for
from ledger.cli.session import Session
from ledger.errors import DisclosedNotCommitted, OtherChain, TermsUnproven

if TYPE_CHECKING:
    from ledger.evidence.disclosed import Disclosed


def register(group: typer.Typer) -> None:
    """Adds the commands to the group ``bid``."""
    command(group, "open", example="siegel bid open receipt.zip -o opened")(open_)
    disclosing = "siegel bid disclose receipt.zip --field lots/LOT-0001/value -o price.json"
    command(group, "disclose", example=disclosing)(disclose)
    shown_example = "siegel bid shown price.json --bundle proof.zip --policy policy.json"
    command(group, "shown", example=shown_example)(shown)


def open_(
    session: Session,
    receipt: ReceiptArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help=say("the folder to make"))],
) -> Answer:
    """Open an own bid with its receipt: values and documents, without anybody's help."""
    from ledger.cli.bidding.opening_own import open_own

    opened = open_own(receipt, passphrase_for(str(receipt), session.settings), out)
    count = len(opened.bid.documents)
    said = say(
        "{folder}: {fields} fields, {documents} documents.", folder=out, fields=len(opened.bid.names), documents=count
    )
    return Answer({"folder": out, "fields": opened.bid.names, "commitment": opened.receipt.commitment}, [said])


def disclose(
    session: Session,
    receipt: ReceiptArgument,
    field: Annotated[list[str], typer.Option("--field", metavar="NAME", help=say("name of a field; may be repeated"))],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=say("the file to write"))],
) -> Answer:
    """Show others single fields of an own bid, and nothing else of it; siegel bid shown checks them.

    Whoever has the file knows these fields for good. Nobody is told of it by this command.
    """
    import tempfile

    from ledger.cli.bidding.opening_own import open_own
    from ledger.evidence.disclosed import Disclosed

    passphrase = passphrase_for(str(receipt), session.settings)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as aside:
        opened = open_own(receipt, passphrase, Path(aside) / "opened")
        disclosed = Disclosed.of(opened.bid, opened.header, field)
    replace_file(out, disclosed.write())
    said = say("{file} shows {count} of {all} fields.", file=out, count=len(field), all=len(opened.bid.names))
    return Answer({"file": out, "fields": field}, [said])


def shown(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("what siegel bid disclose wrote"))],
    bundle: Annotated[Path, typer.Option("--bundle", metavar="FILE", help=say("bundle of the process"))],
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help=say("whom to trust: a trust policy"))],
) -> Answer:
    """Check what a tenderer shows of a bid: that the fields are those that were committed, and what became of the bid.

    Without network: against an evidence bundle of the process and a trust policy.
    """
    from ledger.evidence.disclosed import read_disclosed

    disclosed = read_disclosed(file.read_bytes())
    fields = disclosed.fields()
    outcome = _committed(disclosed, bundle, policy)
    lines = [f"{each.name}: {each.value}" for each in fields]
    lines.append(
        say("These fields are of the bid with the commitment 0x{commitment}.", commitment=disclosed.commitment.hex())
    )
    if outcome:
        lines.append(say("Outcome: {outcome}", outcome=outcome))
    data = {
        "commitment": disclosed.commitment,
        "fields": {str(each.name): each.value for each in fields},
        "outcome": outcome,
    }
    return Answer(data, lines)


def _committed(disclosed: Disclosed, bundle: Path, policy: Path) -> str | None:
    """How the bid ended, None if not yet. Raises TermsUnproven, OtherChain, DisclosedNotCommitted."""
    from ledger.cli.bidding.outcomes import outcome_in_words
    from ledger.evidence.verify.policy import read_policy
    from ledger.evidence.verify.proven import Proven
    from ledger.evidence.verify.verifier import verify
    from ledger.opening.facts import read_round

    trusted, proven = read_policy(policy.read_bytes()), Proven()
    with bundle.open("rb") as stream:
        report = verify(stream, trusted, proven)
    if not report.verified:
        raise TermsUnproven(what="bundle", expected="verified", got="not verified")
    for what, expected, got in (
        ("the chain id", trusted.chain_id, disclosed.chain_id),
        ("the account of the ledger", trusted.ledger.account, disclosed.ledger),
    ):
        if got != expected:
            raise OtherChain(what=what, got=got, expected=expected)
    process = proven.processes.get(disclosed.process_id)
    facts = None if process is None else read_round(process.records, disclosed.round)
    for bid in [] if facts is None else facts.bids:
        if (bid.commitment, bid.author) == (disclosed.commitment, disclosed.author):
            assert facts is not None
            ended = facts.ended(bid) if facts.closing is not None else bid.gone
            return outcome_in_words(ended.name.lower()) if ended else None
    raise DisclosedNotCommitted(commitment=disclosed.commitment, author=disclosed.author)
