"""A node that has other blocks or acts than the server shows: one of the two is wrong, and where is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger.audit.auditing import subject_of
from ledger.audit.book import opened
from ledger.audit.findings import FindingKind
from ledger.chain.blocks import header_rlp
from ledger.chain.rpc import transport_to
from ledger.errors import NodeRefused
from ledger.evidence.verify.header import read_header
from tests.audit.conftest import Audits
from tests.audit.other_node import Change, OtherNode
from tests.explorer.site import CHANGED


def audited(honest: Audits, folder: Path, change: Change) -> Any:
    """An audit that has nothing to prove but asks the changed node about all."""
    return honest.audit(folder, node=OtherNode(transport_to(honest.site.town.node), change))


def test_audit_node_with_another_block_is_named(honest: Audits, tmp_path: Path) -> None:
    """The header is whole and has its own hash, which is not the logged one."""

    block = honest.site.town.chain.block_number()

    def other(method: str, answer: Any) -> Any:
        if method == "eth_getBlockByNumber" and int(answer["number"], 16) == block:
            changed = {**answer, "extraData": "0x01"}
            return {**changed, "hash": "0x" + read_header(header_rlp(changed)).block_hash.hex()}
        return answer

    (finding,) = audited(honest, tmp_path, other).findings
    assert (finding.kind, finding.where) == (FindingKind.BLOCK_DIFFERS, {"block": block})


def test_audit_node_without_an_act_that_is_proven_is_named(honest: Audits, tmp_path: Path) -> None:
    """Its acts of the process do not fold to the proven head."""
    process = "0x" + honest.site.town.process(CHANGED).hex()

    def other(method: str, answer: Any) -> Any:
        if method == "eth_getLogs":
            fewer = [log for log in answer if log["topics"][1] == process][1:]
            return [log for log in answer if log["topics"][1] != process or log in fewer]
        return answer

    (finding,) = audited(honest, tmp_path, other).findings
    assert (finding.kind, finding.where["ocid"], finding.where["acts"]) == (FindingKind.ACTS_DIFFER, CHANGED, 3)
    with opened(tmp_path, subject_of(honest.policy)) as book:
        proven, folded = book.process(bytes.fromhex(process[2:])), book.node_head(bytes.fromhex(process[2:]))
    assert proven is not None and folded is not None
    assert (finding.expected, finding.got) == (proven.head, folded.head)


def test_audit_node_that_refuses_leaves_open_what_it_would_have_shown(honest: Audits, tmp_path: Path) -> None:
    """No finding against anybody, and no claim either."""

    def other(method: str, answer: Any) -> Any:
        if method == "eth_getLogs":
            raise NodeRefused(method=method, code=-32005, message="too many", data=None)
        return answer

    done = audited(honest, tmp_path, other)
    assert (done.findings, "nodeRefused" in {each.name for each in done.open}) == ([], True)


def test_audit_node_that_states_a_false_hash_is_no_witness(honest: Audits, tmp_path: Path) -> None:
    """The fields are right and give another hash than it says: what it would have shown stays open."""

    def other(method: str, answer: Any) -> Any:
        return {**answer, "hash": "0x" + "11" * 32} if method == "eth_getBlockByNumber" else answer

    done = audited(honest, tmp_path, other)
    (refused,) = [each for each in done.open if each.name == "nodeRefused"]
    assert (done.findings, refused.values["error"]) == ([], "NodeAnswerMalformed")
    assert "another hash than its fields give" in refused.values["sentence"]
