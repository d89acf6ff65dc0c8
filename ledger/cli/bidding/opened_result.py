"""The opening's result, asked for with a receipt, and what follows from it by the criteria (§ 14(6) VOB/A;
``docs/opening.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.chain.signers import KeySigner
from ledger.cli.acts.making import read_document
from ledger.cli.bidding.asked import Asked, ask
from ledger.cli.bidding.completeness import criteria_of
from ledger.cli.bidding.proving import require_terms
from ledger.cli.opening.server import RoundServer
from ledger.cli.ranking.told import ToldPrices, told_prices
from ledger.cli.remote import Remote, first_that_answers
from ledger.errors import CriteriaMissing, SiegelError, TermsUnproven
from ledger.evaluation.criteria import Criteria, read_criteria
from ledger.evidence.receipt import Receipt, open_secret, read_receipt
from ledger.opening.told_result import ResultOf, read_told_result


@dataclass(frozen=True, slots=True)
class AskedResult:
    """``whole``: the result as it came."""

    whole: dict[str, Any]
    prices: ToldPrices


def ask_result(
    path: Path, servers: Sequence[str], passphrase: str, criteria: Path | None = None, policy: Path | None = None
) -> AskedResult:
    """Signed with the bid's account. ``criteria``: a copy of those that the round's terms name, else they come from the
    server; ``policy``: the terms must be proven under it.

    Raises what the last server refuses with, ResultForeign, OpeningResultUnreadable; CriteriaForeign and
    CriteriaInvalid for the copy; with a policy what ``require_terms`` does.
    """
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, passphrase)
    of = receipt.chain_id, receipt.ledger, receipt.process_id, receipt.round
    copy = None if criteria is None else read_criteria(read_document(criteria, "--criteria"))
    trusted = None if policy is None else read_document(policy, "--policy")

    def asking(server: Remote) -> AskedResult:
        whole = RoundServer(server, KeySigner(account), *of).result()
        told = read_told_result(whole, ResultOf(*of), server.url)
        try:
            asked = _terms(server, receipt)
            named = asked.criteria
        except SiegelError as why:
            if copy is not None or trusted is not None:
                raise
            return AskedResult(whole, told_prices(told, why))
        if trusted is not None:
            require_terms(server, asked, trusted)
        return AskedResult(whole, told_prices(told, _criteria(server, named, copy)))

    return first_that_answers(servers, asking)


def _terms(server: Remote, receipt: Receipt) -> Asked:
    """Raises as ``ask`` does, TermsUnproven for those of a round on another ledger."""
    asked = ask(server, receipt.process_id.hex(), receipt.round)
    for what, expected, got in (
        ("chainId", receipt.chain_id, asked.chain_id), ("ledger", receipt.ledger, asked.ledger),
    ):  # fmt: skip
        if expected != got:
            raise TermsUnproven(what=what, expected=expected, got=got)
    return asked


def _criteria(server: Remote, named: bytes | None, copy: Criteria | None) -> Criteria | SiegelError:
    """Raises CriteriaForeign if the copy is not of those that are named."""
    if named is None:
        return CriteriaMissing()
    if copy is not None:
        copy.require_digest(named)
        return copy
    try:
        return criteria_of(server, named)
    except SiegelError as why:
        return why
