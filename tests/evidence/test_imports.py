"""What the verifier needs: a stranger must be able to read it in an evening, and nothing in it may reach out."""

from __future__ import annotations

import subprocess
import sys

OURS = {
    "ledger.bid_number",
    "ledger.chain",
    "ledger.chain.heads",
    "ledger.chain.keccak",
    "ledger.chain.record",
    "ledger.errors",
    "ledger.evaluation",
    "ledger.evaluation.criteria",
    "ledger.evaluation.evaluation",
    "ledger.evaluation.figures",
    "ledger.evaluation.ids",
    "ledger.evaluation.offers",
    "ledger.evaluation.on_paper",
    "ledger.evaluation.part",
    "ledger.evaluation.ranking",
    "ledger.evaluation.telling",
    "ledger.ocds",
    "ledger.ocds.disclosure",
    "ledger.ocds.json_text",
    "ledger.sealing",
    "ledger.sealing.bid",
    "ledger.sealing.words",
    "ledger.terms",
}
"""Of our own, besides the verifier itself."""

OTHERS = {"_cffi_backend", "_libsecp256k1", "_openssl", "_pysha3", "coincurve", "cryptography", "eth_hash", "sha3"}
"""Of others: keccak, secp256k1, and Ed25519 with certificates."""

ABSENT = {"ssl", "http", "urllib.request", "sqlite3", "httpx", "sqlalchemy", "web3", "pydantic", "eth_abi"}
"""What could reach out, or read settings. (Python's own ``email``, which cryptography reads, knows ``socket``.)"""


def _modules(script: str) -> set[str]:
    """What a script names, one on a line."""
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_verifier_imports_little_and_nothing_that_reaches_out() -> None:
    """In a process of its own: every module that is there once the verifier is, and what of it is not Python's own."""
    script = (
        "import sys, ledger.evidence.verify.verifier, ledger.evidence.verify.policy, ledger.evidence.verify.words;"
        "print('\\n'.join(sys.modules))"
    )
    modules = _modules(script) - _modules("import sys; print('\\n'.join(sys.modules))")
    ours = {name for name in modules if name.startswith("ledger.") and not name.startswith("ledger.evidence")}
    assert ours == OURS
    foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"ledger"}
    assert foreign <= OTHERS
    assert modules & ABSENT == set()


def test_verifier_of_receipts_adds_sealing_alone_and_nothing_that_reaches_out() -> None:
    """Of our own, the parts of ``ledger.sealing``; of others, age."""
    script = "import sys, ledger.evidence.verify.receipt; print('\\n'.join(sys.modules))"
    modules = _modules(script) - _modules("import sys; print('\\n'.join(sys.modules))")
    ours = {name for name in modules if name.startswith("ledger.") and not name.startswith("ledger.evidence")}
    assert {name for name in ours - OURS if not name.startswith("ledger.sealing")} == set()
    foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"ledger"}
    assert foreign <= OTHERS | {"pyrage"}
    assert modules & ABSENT == set()
