"""What a chain node says of the blocks and acts that a server shows. A node is another witness, no judge: where the two
differ, one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from ledger.audit.book import Book, NodeHead
from ledger.audit.findings import Finding, FindingKind, Open
from ledger.chain.blocks import header_rlp
from ledger.chain.heads import genesis_process_head, next_head
from ledger.chain.logs import RawLog, read_logs
from ledger.chain.record import ACT_RECORDED, ZERO, act_digest
from ledger.chain.rpc import Transport, request_all, to_int
from ledger.errors import BlockHashMismatch, BlockUnknown, EvidenceRefused, NodeAnswerMalformed, NodeRefused
from ledger.evidence.verify import following
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.validators import ValidatorRange

RANGE: Final = 20_000
"""Blocks whose acts are taken in at once; the position is kept behind each."""
HEADERS: Final = 200
"""Headers that are asked for in one batch."""
LOGS: Final = 2**20
"""More than a block can have logs."""
POSITION: Final = "node"
VALIDATORS: Final = "validators"


@dataclass(slots=True)
class NodeSaid:
    """What came of asking a node: ``last`` the block up to which its acts were compared; ``validators`` the ranges that
    a policy must have (None: of one operator, or not followed)."""

    last: int | None = None
    acts: int = 0
    blocks: int = 0
    findings: list[Finding] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    validators: list[dict[str, Any]] | None = None


class NodeAudit:
    """Compares one node with the book."""

    def __init__(self, transport: Transport, policy: Policy, book: Book) -> None:
        self._transport, self._policy, self._book = transport, policy, book
        self._omitted, self._unlogged = set[bytes](), set[int]()  # told once each

    def compare(
        self, proven: Mapping[int, bytes], listed: Collection[bytes], settled: int, epoch_length: int
    ) -> NodeSaid:
        """``proven``: hashes of the blocks that bundles spoke of; ``listed``: ids of the organisations that the server
        names, which was asked for them after block ``settled``. Raises NodeUnreachable alone; what the node refuses,
        or answers in a form of its own, stays open."""
        said = NodeSaid()
        try:
            newest = self._number()
            self._blocks(said, proven, newest)
            self._acts(said, listed, settled, newest)
            if not self._policy.consensus.is_single:
                self._follow(said, newest, epoch_length)
        except (NodeRefused, NodeAnswerMalformed, BlockUnknown) as refusal:
            said.open.append(Open("nodeRefused", {"error": refusal.name, "sentence": str(refusal)}))
        return said

    def _number(self) -> int:
        return to_int(self._transport.request("eth_blockNumber", []), "eth_blockNumber")

    def _blocks(self, said: NodeSaid, proven: Mapping[int, bytes], newest: int) -> None:
        """Every logged block that was not compared before, and every block that evidence speaks of."""
        done = self._book.position("nodeLeaves") or {}
        for log in self._book.logs():
            leaves = self._book.leaves(log, done.get(log, 0))
            while taken := list(islice(leaves, HEADERS)):
                self._hashes(said, {leaf.block: leaf.block_hash for leaf in taken}, newest)
                done[log] = taken[-1].place + 1
        self._hashes(said, proven, newest)
        if not said.findings:
            self._book.set_position("nodeLeaves", done)

    def _hashes(self, said: NodeSaid, expected: Mapping[int, bytes], newest: int) -> None:
        told = {one.where.get("block") for one in said.findings}
        numbers = sorted(number for number in expected if number <= newest and number not in told)
        for number in sorted(number for number in expected if number > newest):
            said.open.append(Open("nodeBehind", {"block": number, "newest": newest}))
        for number, header in zip(numbers, self._headers(numbers), strict=True):
            said.blocks += 1
            if header.block_hash != expected[number]:
                where = {"block": number}
                said.findings.append(Finding(FindingKind.BLOCK_DIFFERS, where, expected[number], header.block_hash))

    def _headers(self, numbers: list[int]) -> Iterator[Header]:
        for at in range(0, len(numbers), HEADERS):
            asked = [[hex(number), False] for number in numbers[at : at + HEADERS]]
            for answer in request_all(self._transport, "eth_getBlockByNumber", asked):
                if not isinstance(answer, dict):
                    raise NodeAnswerMalformed(method="eth_getBlockByNumber", reason="it has no such block")
                header = read_header(header_rlp(answer))
                if answer.get("hash") != "0x" + header.block_hash.hex():
                    raise NodeAnswerMalformed(method="eth_getBlockByNumber", reason="another hash than its fields give")
                yield header

    def _acts(self, said: NodeSaid, listed: Collection[bytes], settled: int, newest: int) -> None:
        """Every act that the node has: its block is logged, its organisation and process are among the proven ones,
        and the acts of each process fold to the proven head."""
        begin = int(self._book.position(POSITION) or 0)
        blocks = self._book.proven_blocks()
        if blocks is None or blocks[0] > newest:
            return
        reached, end = blocks[0], min(blocks[1], newest)
        accounts = sorted((self._policy.ledger.account, self._policy.registry.account))
        for first in range(begin, end + 1, RANGE):
            last = min(first + RANGE - 1, end)
            with self._book.writing():
                for log in read_logs(self._transport, accounts, first, last, [ACT_RECORDED]):
                    said.acts += 1
                    self._take(said, log, listed, settled)
                # What lies behind the oldest proof is looked at again: not all organisations were proven for it.
                if not said.findings:
                    self._book.set_position(POSITION, min(last, reached) + 1)
        said.last = end
        self._heads(said)

    def _take(self, said: NodeSaid, log: RawLog, listed: Collection[bytes], settled: int) -> None:
        _, process, organisation, _ = (*log.topics, ZERO, ZERO, ZERO)[:4]
        if self._policy.log is not None and log.block_number <= settled:
            self._require_logged(said, log)
        known = self._book.organisation(organisation)
        if organisation not in listed and organisation != ZERO and log.block_number <= settled:
            if organisation not in self._omitted:
                self._omitted.add(organisation)
                where = {"organisation": organisation, "block": log.block_number}
                said.findings.append(Finding(FindingKind.ORGANISATION_OMITTED, where))
            return
        if known is None:
            return
        if log.account == self._policy.ledger.account and process != ZERO:
            self._fold(process, log, known.block)

    def _require_logged(self, said: NodeSaid, log: RawLog) -> None:
        """Every block with an act is a leaf (``docs/log.md``)."""
        if log.block_number not in self._unlogged and not self._book.logged_hashes(log.block_number):
            self._unlogged.add(log.block_number)
            said.findings.append(Finding(FindingKind.LEAF_MISSING, {"block": log.block_number}, log.block_hash))

    def _fold(self, process: bytes, log: RawLog, reached: int) -> None:
        """Grow what the node's acts fold to, up to the block for which the process was proven."""
        proven = self._book.process(process)
        genesis = genesis_process_head(self._policy.chain_id, self._policy.ledger.account, process)
        before = self._book.node_head(process) or NodeHead(process, -1, 0, genesis)
        place = log.block_number * LOGS + log.log_index
        if place <= before.place or log.block_number > max(reached, -1 if proven is None else proven.block):
            return
        head = next_head(before.head, act_digest(log.data))
        self._book.keep_node_head(NodeHead(process, place, before.acts + 1, head))

    def _heads(self, said: NodeSaid) -> None:
        for has, proven in self._book.differing_heads():
            where = {
                "process": has.process,
                "ocid": None if proven is None else proven.ocid,
                "acts": has.acts,
                "provenActs": None if proven is None else proven.acts,
                "block": has.place // LOGS,
            }
            expected = None if proven is None else proven.head
            said.findings.append(Finding(FindingKind.ACTS_DIFFER, where, expected, has.head))

    def _follow(self, said: NodeSaid, newest: int, epoch_length: int) -> None:
        """Follow all headers from block 0, or from where one stopped, and say whose seals count for which blocks."""
        kept = self._book.position(VALIDATORS) or {"ranges": [], "position": None, "first": 1}
        try:
            position = self._begin(kept["position"])
            while position.number < newest:
                numbers = list(range(position.number + 1, min(newest, position.number + HEADERS) + 1))
                for header in self._headers(numbers):
                    after = following.advance(position, header, epoch_length)
                    if after.validators != position.validators:
                        ended = ValidatorRange(kept["first"], header.number, position.validators)
                        kept["ranges"].append(ended.as_json())
                        kept["first"] = header.number + 1
                    position = after
                kept["position"] = _written(position)
                self._book.set_position(VALIDATORS, kept)
        except EvidenceRefused as refusal:
            said.findings.append(Finding(FindingKind.VALIDATORS_REFUSED, {}, refusal=refusal))
            return
        last = ValidatorRange(kept["first"], None, position.validators).as_json()
        said.validators = [*kept["ranges"], last]
        said.blocks += 1

    def _begin(self, kept: dict[str, Any] | None) -> following.Position:
        if kept is not None:
            return _read(kept)
        (genesis,) = self._headers([0])
        if genesis.block_hash != self._policy.genesis_hash:
            raise BlockHashMismatch(expected=self._policy.genesis_hash, got=genesis.block_hash)
        return following.begin(genesis, self._policy.genesis_hash)


def _written(position: following.Position) -> dict[str, Any]:
    return {
        "number": position.number,
        "hash": position.block_hash.hex(),
        "time": position.time,
        "validators": [each.hex() for each in position.validators],
        "votes": sorted([account.hex(), proposer.hex(), add] for account, proposer, add in position.votes),
    }


def _read(kept: dict[str, Any]) -> following.Position:
    votes = ((bytes.fromhex(account), bytes.fromhex(proposer), add) for account, proposer, add in kept["votes"])
    validators = tuple(map(bytes.fromhex, kept["validators"]))
    return following.Position(kept["number"], bytes.fromhex(kept["hash"]), kept["time"], validators, frozenset(votes))
