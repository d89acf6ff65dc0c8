"""What a server says of a round, compared with an evidence bundle that holds under a trust policy of one's own."""

from __future__ import annotations

import io
from typing import Any

from ledger.chain.record import ZERO
from ledger.cli.bidding.asked import Asked
from ledger.cli.remote import API, Remote
from ledger.errors import CustodiansMissing, CustodianUnknown, TermsUnproven
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.verifier import verify


def require_terms(server: Remote, asked: Asked, policy: bytes) -> None:
    """The bundle holds, and has the same chain, ledger, criteria, and of the round kind, key set, deadline, receivers.

    Raises TermsUnproven (``what`` names the member); CustodianUnknown and CustodiansMissing where that is why it does
    not hold; what the server refuses with; PolicyInvalid.
    """
    trusted = read_policy(policy)
    bundle = server.request("GET", f"{API}/processes/{asked.process_id.hex()}/evidence").content
    proven = Proven()
    report = verify(io.BytesIO(bundle), trusted, proven)
    for result in report.results:
        if isinstance(result.refusal, CustodianUnknown | CustodiansMissing):
            raise result.refusal
    if not report.verified:
        raise TermsUnproven(what="bundle", expected="verified", got="not verified")
    _require("chainId", trusted.chain_id, asked.chain_id)
    _require("ledger", trusted.ledger.account, asked.ledger)
    procedure = proven.procedures.get(asked.process_id)
    if procedure is None or asked.round > len(procedure.rounds):
        raise TermsUnproven(what="round", expected=asked.round, got="none")
    _require("criteria", procedure.criteria, asked.criteria or ZERO)
    proved = procedure.rounds[asked.round - 1]
    _require("kind", proved.kind.name.lower(), asked.kind)
    _require("keySet", proved.key_set, asked.key_set_id)
    _require("deadline", proved.deadline, asked.deadline)
    _require("receivers", proved.receivers, frozenset(each.organisation_id for each in asked.receivers))


def _require(what: str, expected: Any, got: Any) -> None:
    if expected != got:
        raise TermsUnproven(what=what, expected=expected, got=got)
