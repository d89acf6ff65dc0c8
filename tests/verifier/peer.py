"""The verifier in TypeScript, asked over a pipe, and the one in Python, asked the same."""

from __future__ import annotations

import atexit
import base64
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ledger.cli.answer import plain
from ledger.cli.verdicts import receipt_data, report_data
from ledger.evidence.verify.policy import FORMAT, Policy
from ledger.evidence.verify.receipt import ReceiptReport, verify_receipt
from ledger.evidence.verify.report import Report, Result, Step
from ledger.evidence.verify.series import pack_act
from ledger.evidence.verify.verifier import verify
from tests.chain.nodes import ROOT
from tests.node_command import NodeCommand, build

CLIENT = ROOT / "explorer/client"
FOLDERS = ("verifier", "receipt", "sealing", "ranking")
COUNTS = os.environ.get("VERIFIER_COUNTS")
"""The folder for counts of branches, where they are to be counted (``make coverage-verifier``)."""
BUILT = ROOT / ("build/verifier-counted" if COUNTS else "build/verifier")
WORDED = ("reason", "authority")
"""Values that are prose: each verifier has words of its own."""


def sources_digest() -> str:
    """Of all that the command is made of, as ``scripts/build_verifier.mjs`` computes it."""
    beside = ("ledger/statute.json", "ledger/evidence/verify/words.json", "package-lock.json")
    files = sorted(
        [*(path for name in FOLDERS for path in (CLIENT / name).iterdir()), *(ROOT / name for name in beside)], key=str
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def build_command() -> Path:
    """The command, built anew if its sources changed since."""
    recorded = BUILT / "sources.sha256"
    if not recorded.exists() or recorded.read_text() != sources_digest():
        build("build_verifier.mjs", "--counted" if COUNTS else "--command")
    return BUILT / "command.mjs"


def registry(roles: Mapping[bytes, Iterable[bytes]]) -> dict[str, str]:
    """The registry's acts (log data) as the command takes them."""
    return {name.hex(): packed(acts) for name, acts in roles.items()}


def packed(acts: Iterable[bytes]) -> str:
    """Log data of acts as they stand in a bundle, hex."""
    return b"".join(map(pack_act, acts)).hex()


class Peer(NodeCommand):
    """The running command."""

    def __init__(self) -> None:
        super().__init__(build_command())

    def ask(self, **task: Any) -> dict[str, Any]:
        """The answer to one task."""
        return self.answer(task)

    def verify_receipt(self, receipt: bytes, policy: bytes, passphrase: str | None = None) -> dict[str, Any]:
        """Its report."""
        given = {} if passphrase is None else {"passphrase": passphrase}
        return self.ask(receipt={"hex": receipt.hex()}, policy={"text": policy.decode()}, **given)

    def verify(self, bundle: bytes, policy: bytes) -> dict[str, Any]:
        """Its report, or its refusal of the policy."""
        return self.ask(bundle={"hex": bundle.hex()}, policy={"text": policy.decode()})


@cache
def peer() -> Peer:
    """One for all tests: it remembers nothing but registries by name."""
    started = Peer()
    atexit.register(started.stop)
    return started


def policy_bytes(policy: Policy) -> bytes:
    """A policy file that says the same."""
    ranges = [one.as_json() for one in policy.consensus.ranges]
    log, stamps = policy.log, policy.timestamps
    content: dict[str, Any] = {
        "format": FORMAT,
        "name": policy.name,
        "chainId": str(policy.chain_id),
        "genesisHash": policy.genesis_hash.hex(),
        **{
            name: {"account": each.account.hex(), "codeHash": each.code_hash.hex()}
            for name, each in (("ledger", policy.ledger), ("registry", policy.registry))
        },
        "consensus": {"kind": "qbft", "validators": ranges} if ranges else {"kind": "single"},
        "log": log
        and {
            "logs": [str(key) for key in log.trust.logs],
            "witnesses": [str(key) for key in log.trust.witnesses],
            "threshold": log.threshold,
            "maxLogDelay": log.max_log_delay,
        },
        "timestamps": stamps
        and {
            "roots": [base64.b64encode(root).decode() for root in stamps.roots],
            "threshold": stamps.threshold,
        },
    }
    if policy.custodians is not None:
        content["custodians"] = [
            {"organisationId": each.organisation_id.hex(), "key": each.key.hex(), "name": each.name}
            for each in policy.custodians
        ]
    return json.dumps(content, ensure_ascii=False).encode()


def agreed(bundle: bytes, policy: Policy) -> Report:
    """What the verifier in Python says, after the one in TypeScript said the same: verdicts, names, and values."""
    report = verify(io.BytesIO(bundle), policy)
    said = peer().verify(bundle, policy_bytes(policy))
    assert comparable(said) == comparable(plain(report_data(report)))
    return report


def agreed_of_receipt(receipt: bytes, policy: Policy, passphrase: str | None = None) -> ReceiptReport:
    """The same of a receipt."""
    report = verify_receipt(io.BytesIO(receipt), policy, passphrase)
    said = peer().verify_receipt(receipt, policy_bytes(policy), passphrase)
    assert comparable(said) == comparable(plain(receipt_data(report)))
    return report


def result_of(report: Report, step: Step) -> Result[Step]:
    """What a step came to."""
    (found,) = [result for result in report.results if result.step is step]
    return found


def comparable(report: Any) -> Any:
    """A report without prose."""
    if isinstance(report, dict):
        return {name: comparable(value) for name, value in report.items() if name not in (*WORDED, "sentence")}
    return [comparable(each) for each in report] if isinstance(report, list) else report
