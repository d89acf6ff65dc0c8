"""The page's part on the statute says every name that its verdict can have."""

from __future__ import annotations

import re

from ledger.chain.compiled import compiled
from ledger.terms import STATUTE
from tests.chain.nodes import ROOT

SOURCES = "".join(path.read_text("utf-8") for path in (ROOT / "ledger/evidence/verify").glob("*.py"))
PAGE = (ROOT / "docs/verifying.md").read_text("utf-8").partition("\n## Statute\n")[2]
CELLS = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE))))


def test_every_refusal_is_an_error_of_the_contracts_or_on_the_page() -> None:
    """One name per failure, everywhere."""
    contracts = {
        entry["name"]
        for contract in ("TenderLedger", "OrganisationRegistry")
        for entry in compiled(contract).abi
        if entry["type"] == "error"
    }
    raised = set(re.findall(r'Refused\(\s*"(\w+)"', SOURCES)) | set(re.findall(r'require_text\(\w+, "(\w+)"', SOURCES))
    assert len(raised) > 50
    own = raised - contracts
    assert own == CELLS & own
    assert own == {
        "LogMalformed", "SequenceBroken", "TimeReversed", "RolesOutOfTime", "FieldMissing", "FieldUnexpected",
        "OcidMismatch",
    }  # fmt: skip


def test_every_flag_is_on_the_page_and_no_other() -> None:
    """Flags named in the code, and the acts that always need a ground."""
    named = set(re.findall(r'flag\(\s*record,\s*"(\w+)"', SOURCES))
    always = {entry.name for entry in STATUTE.values() if entry.series == "process" and entry.ground == "must"}
    refusals = {"LogMalformed", "SequenceBroken", "TimeReversed", "RolesOutOfTime", "FieldMissing", "FieldUnexpected",
                "OcidMismatch"}  # fmt: skip
    assert named | always == CELLS - refusals
