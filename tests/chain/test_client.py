"""Reading a chain: logs in pieces, blocks, proofs, questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.chain import heads
from ledger.chain.client import Chain
from ledger.chain.codec import ACT_PROPOSED, ACT_RECORDED
from ledger.chain.deployment import Deployment
from ledger.chain.identifiers import process_id
from ledger.chain.logs import RawLog, read_logs
from ledger.chain.rpc import Transport, to_hex
from ledger.chain.views import ProcessView
from ledger.errors import (
    BlockUnknown,
    CallMalformed,
    NodeRefused,
    SlotAbsent,
)
from ledger.evidence.proving import prove_head
from ledger.evidence.verify.head_proof import verify_head
from ledger.evidence.verify.header import read_header
from ledger.terms import ProcessState, RoundState
from tests.chain.story import PROCESS, ROOF, tell
from tests.chain.town import BUYER, Town

UNKNOWN = process_id(BUYER, "ocds-unknown")


@pytest.fixture(scope="module")
def told(town: Town) -> Town:
    """A town where much has happened."""
    tell(town)
    return town


# Blocks and logs


def test_a_future_block_is_unknown_to_every_question(town: Town) -> None:
    """Besu answers null or refuses, others answer as if nothing had happened: here it has one name."""
    future = town.chain.block_number() + 1_000
    for question in (
        lambda: town.chain.block(future),
        lambda: town.chain.block_hash(future),
        lambda: town.chain.raw_header(future),
        lambda: list(town.chain.logs(0, future)),
        lambda: town.chain.proof(town.chain.ledger, [bytes(32)], future),
        lambda: town.chain.head(PROCESS, block=future),
        lambda: town.chain.heads([PROCESS, UNKNOWN], block=future),
    ):
        with pytest.raises(BlockUnknown):
            question()


def test_heads_of_many_are_those_of_each(told: Town) -> None:
    """In the order asked, over HTTP in batches; of a series without items it is zero."""
    newest = told.chain.block_number()
    asked = [UNKNOWN, PROCESS, BUYER] * 250
    assert told.chain.heads(asked, block=newest) == [bytes(32), *map(told.chain.head, (PROCESS, BUYER))] * 250
    assert told.chain.heads([BUYER], of="registry", block=newest) == [told.chain.head(BUYER, of="registry")]
    assert told.chain.heads([], block=newest) == []


def test_every_block_s_header_has_the_block_s_hash(told: Town) -> None:
    """Put together from its fields, on both nodes."""
    chain = told.chain
    previous = bytes(32)
    for number in range(0, chain.block_number() + 1, 5):
        block, header = chain.block(number), read_header(chain.raw_header(number))
        assert header.block_hash == block.hash
        assert (header.parent_hash, header.number, header.time) == (block.parent_hash, number, block.time)
        assert header.state_root == block.state_root
    assert chain.block(0).parent_hash == previous
    assert chain.block(1).parent_hash == chain.deployment.genesis_hash


class Picky:
    """A node that answers logs of at most ``most`` blocks at once, and of one block never."""

    url = "picky"

    def __init__(self, transport: Transport, most: int, never: int | None = None) -> None:
        self._transport, self._most, self._never = transport, most, never
        self.answered: list[tuple[int, int]] = []

    def request(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_getLogs":
            first, last = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
            if last - first + 1 > self._most or (self._never is not None and first <= self._never <= last):
                raise NodeRefused(method=method, code=-32005, message="Requested range exceeds maximum", data=None)
            self.answered.append((first, last))
        return self._transport.request(method, params)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("most", [1, 2, 7, 1_000])
def test_logs_from_a_node_with_any_limit_come_whole_and_in_order(told: Town, most: int) -> None:
    """Refused ranges are halved; no block is asked for twice or left out."""
    chain, newest = told.chain, told.chain.block_number()
    expected = list(chain.logs(0, newest))
    picky = Picky(told.node.transport, most)
    found = list(read_logs(picky, (chain.ledger, chain.registry), 0, newest))
    assert found == expected
    places = [(log.block_number, log.log_index) for log in found]
    assert places == sorted(set(places))
    covered = [number for first, last in picky.answered for number in range(first, last + 1)]
    assert covered == list(range(newest + 1))


def test_logs_of_a_block_that_is_always_refused_raise_the_refusal(told: Town) -> None:
    """What came before it was given; nothing is skipped."""
    chain = told.chain
    picky = Picky(told.node.transport, 1_000, never=6)
    found = read_logs(picky, (chain.ledger, chain.registry), 0, chain.block_number())
    given: list[RawLog] = []
    with pytest.raises(NodeRefused, match="exceeds maximum"):
        given.extend(found)
    assert given == list(chain.logs(0, 5))


def test_logs_by_topic_and_by_range_are_parts_of_all_logs(told: Town) -> None:
    """Acts and proposals, and any range of blocks."""
    chain, newest = told.chain, told.chain.block_number()
    everything = list(chain.logs(0, newest))
    for topic in (ACT_RECORDED, ACT_PROPOSED):
        assert list(chain.logs(0, newest, (topic,))) == [log for log in everything if log.topics[0] == topic]
    middle = newest // 2
    assert [*chain.logs(0, middle), *chain.logs(middle + 1, newest)] == everything
    assert list(chain.logs(newest + 1, newest)) == []


def test_logs_of_besu_are_read_as_recorded(test_data: Path) -> None:
    """21 logs of a real network."""
    recorded = json.loads((test_data / "qbft/logs.json").read_text())
    replies = {"eth_blockNumber": "0x4a", "eth_getLogs": recorded}
    accounts = tuple({bytes.fromhex(given["address"][2:]) for given in recorded})
    found = list(read_logs(Scripted(replies), accounts, 0, 74))
    assert len(found) == 21
    for log, given in zip(found, recorded, strict=True):
        assert log == RawLog(
            block_number=int(given["blockNumber"], 16),
            block_hash=bytes.fromhex(given["blockHash"][2:]),
            transaction_hash=bytes.fromhex(given["transactionHash"][2:]),
            transaction_index=int(given["transactionIndex"], 16),
            log_index=int(given["logIndex"], 16),
            account=bytes.fromhex(given["address"][2:]),
            topics=tuple(bytes.fromhex(topic[2:]) for topic in given["topics"]),
            data=bytes.fromhex(given["data"][2:]),
        )


class Scripted:
    """A node that gives fixed answers by method."""

    url = "scripted"

    def __init__(self, replies: dict[str, Any]) -> None:
        self._replies = replies

    def request(self, method: str, params: Sequence[Any]) -> Any:
        reply = self._replies[method]
        return reply(*params) if callable(reply) else reply

    def close(self) -> None:
        pass


# Proofs


def test_prove_recorded_slots_of_besu_through_the_client(test_data: Path) -> None:
    """Besu's proofs come sorted, without repetitions and leading zeros; its headers carry seals."""

    def load(name: str) -> Any:
        return json.loads((test_data / f"qbft/{name}.json").read_text())

    blocks, addresses = load("blocks"), load("addresses")
    account = bytes.fromhex(addresses["contract"][2:])
    for entry in load("proofs")["proofs"]:
        if entry["address"] != addresses["contract"] or entry["block"] == 0:
            continue
        replies = {
            "eth_chainId": "0x4f25",
            "eth_getCode": "0x60",
            "eth_call": to_hex(bytes(12) + account),
            "eth_getBlockByNumber": lambda tag, _full: {**blocks[int(tag, 16)], "transactions": []},
            "eth_getProof": lambda _account, _slots, _tag, entry=entry: entry["result"],
        }
        deployment = Deployment(20_261, bytes.fromhex(blocks[0]["hash"][2:]), account, account, 3)
        chain = Chain.connect(Scripted(replies), deployment)
        assert to_hex(chain.raw_header(entry["block"])) == load("raw_headers")["node1"][entry["block"]]
        slots = [int(key, 16).to_bytes(32, "big") for key in entry["keys"]]
        assert len(chain.proof(account, slots, entry["block"]).storage_proofs) == len(slots)


def test_prove_the_head_of_a_process_that_does_not_exist_says_so(told: Town) -> None:
    """Absence is proven, not assumed."""
    proof = prove_head(told.chain, told.chain.ledger, heads.head_slot(UNKNOWN), told.chain.block_number())
    with pytest.raises(SlotAbsent):
        verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot)


def test_proof_of_several_slots_comes_in_the_order_asked(told: Town) -> None:
    """Whatever order the node answers in; a slot asked twice is answered twice."""
    chain, newest = told.chain, told.chain.block_number()
    slots = [heads.head_slot(key) for key in (PROCESS, BUYER, PROCESS, UNKNOWN)]
    together = chain.proof(chain.ledger, slots, newest).storage_proofs
    assert list(together) == [chain.proof(chain.ledger, [slot], newest).storage_proofs[0] for slot in slots]


# Questions


def test_the_process_and_its_round_stand_as_the_story_left_them(told: Town) -> None:
    """Typed answers."""
    process = told.chain.process(PROCESS)
    assert (process.organisation_id, process.state, process.rounds) == (BUYER, ProcessState.ACTIVE, 2)
    assert process.minimum_standstill == 3_600
    bids = told.chain.round(PROCESS, 1)
    assert (bids.state, bids.bids, bids.externals, bids.counted, bids.opened) == (RoundState.OPENED, 6, 1, 6, 6)
    assert told.chain.round(PROCESS, 9).state is RoundState.NONE


def test_what_is_unknown_is_answered_with_nothing(town: Town) -> None:
    """An unknown process is no failure."""
    assert town.chain.process(UNKNOWN) == ProcessView(bytes(32), ProcessState.NONE, 0, 0, 0)
    assert town.chain.head(UNKNOWN) == bytes(32)


def test_a_question_at_an_older_block_is_answered_as_of_then(told: Town) -> None:
    """The head before the process began."""
    assert told.chain.head(PROCESS, block=told.chain.deployment.block + 1) == bytes(32)
    assert told.chain.head(PROCESS) != bytes(32)


def test_a_question_nobody_knows_or_with_wrong_arguments_is_refused(town: Town) -> None:
    """Before anything is sent."""
    with pytest.raises(CallMalformed, match="knows no question"):
        town.chain.view("publishNotices")
    with pytest.raises(CallMalformed):
        town.chain.view("head", ROOF, ROOF)
    with pytest.raises(CallMalformed):
        town.chain.view("roundOf", ROOF, 2**32)
