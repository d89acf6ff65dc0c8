"""The opening's result, asked for with a receipt (§ 14(6) VOB/A; ``docs/opening.md``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ledger.chain.signers import KeySigner
from ledger.cli.language import say
from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import first_that_answers
from ledger.errors import ServerAnswerUnusable
from ledger.evidence.receipt import open_secret, read_receipt


def ask_result(path: Path, servers: Sequence[str], passphrase: str) -> dict[str, Any]:
    """Signed with the bid's account. Raises what the last server refuses with, ServerAnswerUnusable."""
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, passphrase)
    where = receipt.chain_id, receipt.ledger, receipt.process_id, receipt.round
    told = first_that_answers(servers, lambda server: RoundServer(server, KeySigner(account), *where).result())
    if not isinstance(told, dict):
        raise ServerAnswerUnusable(url=servers[-1], reason="it is no JSON object")
    return told


def result_lines(told: Mapping[str, Any]) -> list[str]:
    """For people; what is not of its form is left as it came."""
    return list(_lines(told))


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told.get('title')} ({told.get('ocid')}), {told.get('source')}"
    for lot in told.get("lots") or ():
        yield f"{lot.get('id')} {lot.get('title')}"
        for offer in lot.get("offers") or ():
            names = ", ".join(str(each.get("name")) for each in offer.get("tenderers") or ())
            more = say("discount {discount} %", discount=offer["discount"]) if offer.get("discount") else ""
            sums = f"{offer.get('amount')} {offer.get('currency')}"
            variants = say("variants: {count}", count=offer["variants"]) if offer.get("variants") else ""
            yield "   " + "; ".join(filter(None, (names, sums, more, variants)))
