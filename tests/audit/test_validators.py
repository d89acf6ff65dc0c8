"""A chain with validators: all its headers are followed at a node, and its leaves declare who was in force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.asking import Server
from ledger.audit.auditing import subject_of
from ledger.audit.book import Book, opened
from ledger.audit.findings import FindingKind
from ledger.audit.log_audit import LogAudit
from ledger.audit.node import NodeAudit, NodeSaid
from ledger.chain.blocks import _FIELDS
from ledger.errors import ValidatorsDiffer
from ledger.evidence.verify import rlp
from ledger.evidence.verify.checkpoint import LogTrust
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.policy import LogPolicy, Policy, Trusted
from ledger.evidence.verify.qbft import Vote
from ledger.evidence.verify.validators import ValidatorRange, ValidatorSets
from tests.evidence.qbft_network import accounts, genesis, next_block, nodes, with_seals

FOUR, FIVE = nodes(4), nodes(5)
(NEWCOMER,) = [one for one in FIVE if one not in FOUR]
EPOCH = 1000


class ReplayedNode:
    """A node that has these blocks, as Besu answers them, and no logs."""

    url = "replayed"

    def __init__(self, headers: Sequence[Header]) -> None:
        self.headers = list(headers)
        self.asked: list[int] = []

    def request(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_blockNumber":
            return hex(len(self.headers) - 1)
        assert method == "eth_getBlockByNumber"
        number = int(params[0], 16)
        self.asked.append(number)
        header = self.headers[number]
        fields = zip(_FIELDS, rlp.decode_list(header.raw), strict=False)
        answer: dict[str, Any] = {"hash": "0x" + header.block_hash.hex()}
        for (name, is_data), value in fields:
            assert isinstance(value, bytes)
            answer[name] = "0x" + value.hex() if is_data else hex(int.from_bytes(value, "big"))
        return answer

    def close(self) -> None:
        pass


def policy_of(start: Header, ranges: Sequence[ValidatorRange]) -> Policy:
    """A policy with these validators."""
    trusted = Trusted(bytes(20), bytes(32))
    return Policy("q", 1, start.block_hash, trusted, trusted, ValidatorSets(tuple(ranges)), None, None)


def changing() -> list[Header]:
    """Ten blocks of four validators, who vote a fifth in."""
    headers = [genesis(FOUR)]
    for number in range(1, 11):
        votes = 5 <= number < 8
        in_force = FIVE if number >= 8 else FOUR
        vote = Vote(NEWCOMER.account, add=True) if votes else None
        headers.append(next_block(headers[-1], in_force, vote))
    return headers


def asked(node: ReplayedNode, policy: Policy, book: Book) -> NodeSaid:
    """What the node says to an auditor of no organisation."""
    return NodeAudit(node, policy, book).compare({}, set(), 0, EPOCH)


def test_follow_headers_gives_the_next_entry_of_the_policy_and_goes_on(tmp_path: Path) -> None:
    """The fifth is in force from the block after the deciding vote; no header is read twice."""
    headers = changing()
    policy = policy_of(headers[0], [ValidatorRange(1, None, accounts(FOUR))])
    node = ReplayedNode(headers[:4])
    with opened(tmp_path, subject_of(policy)) as book:
        said = asked(node, policy, book)
        assert (said.findings, said.validators) == ([], [ValidatorRange(1, None, accounts(FOUR)).as_json()])
    node.headers, node.asked = headers, []
    with opened(tmp_path, subject_of(policy)) as book:
        said = asked(node, policy, book)
    expected = [ValidatorRange(1, 7, accounts(FOUR)), ValidatorRange(8, None, accounts(FIVE))]
    assert (said.findings, said.validators) == ([], [one.as_json() for one in expected])
    assert node.asked == [4, 5, 6, 7, 8, 9, 10]


def test_follow_header_without_a_quorum_is_refused_by_name(tmp_path: Path) -> None:
    """What a node shows is checked like a bundle's headers."""
    headers = changing()
    headers[3] = with_seals(headers[3], [])
    policy = policy_of(headers[0], [ValidatorRange(1, None, accounts(FOUR))])
    with opened(tmp_path, subject_of(policy)) as book:
        (finding,) = asked(ReplayedNode(headers), policy, book).findings
    assert finding.kind is FindingKind.VALIDATORS_REFUSED
    assert finding.refusal is not None
    assert finding.refusal.name == "QuorumMissing"


def test_follow_another_genesis_is_refused(tmp_path: Path) -> None:
    """A node of another chain."""
    policy = policy_of(genesis(FIVE), [ValidatorRange(1, None, accounts(FIVE))])
    with opened(tmp_path, subject_of(policy)) as book:
        (finding,) = asked(ReplayedNode(changing()), policy, book).findings
    assert finding.refusal is not None
    assert finding.refusal.name == "BlockHashMismatch"


def test_read_leaf_that_declares_other_validators_than_the_policy_is_refused(tmp_path: Path) -> None:
    """A leaf has no seals; but who was in force it says, under the block hash."""
    headers = changing()
    leaves = [read_header(header.hashed) for header in headers]
    assert [leaf.block_hash for leaf in leaves] == [header.block_hash for header in headers]
    log = LogPolicy(LogTrust((), ()), 0, 60)
    policy = policy_of(headers[0], [ValidatorRange(1, 7, accounts(FOUR)), ValidatorRange(8, None, accounts(FIVE))])
    stale = policy_of(headers[0], [ValidatorRange(1, None, accounts(FOUR))])
    with opened(tmp_path, subject_of(policy)) as book, Server("http://127.0.0.1:9") as server:
        for leaf in leaves:
            LogAudit(server, policy, log, book)._require_next(leaf, None)
        with pytest.raises(ValidatorsDiffer):
            LogAudit(server, stale, log, book)._require_next(leaves[8], None)
