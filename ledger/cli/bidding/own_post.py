"""Letters to a tenderer, fetched with the receipt (``docs/opening.md``, letters)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.chain.signers import KeySigner
from ledger.cli.language import say
from ledger.cli.opening.server import Letter, RoundServer
from ledger.cli.remote import first_that_answers
from ledger.cli.values import shown_moment
from ledger.evidence.receipt import open_secret, read_receipt


def fetch_post(path: Path, servers: Sequence[str], passphrase: str) -> list[Letter]:
    """Signed with the bid's account. Raises what the last server refuses with, ServerAnswerUnusable."""
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, passphrase)
    where = receipt.chain_id, receipt.ledger, receipt.process_id, receipt.round
    return first_that_answers(servers, lambda server: RoundServer(server, KeySigner(account), *where).letters())


def post_lines(letters: Sequence[Letter]) -> Iterator[str]:
    """For people, the oldest first."""
    if not letters:
        yield say("There are no letters.")
    for each in letters:
        yield f"{shown_moment(each.at)}: {each.subject}"
        yield from (f"   {line}" for line in each.text.splitlines())
        if each.answer_round is not None:
            yield say("   Answer: sealed, in round {round}: siegel bid seal --round {round}", round=each.answer_round)
