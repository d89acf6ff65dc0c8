"""The same acts on py-evm and on anvil give the same heads, and one storage proof against one header proves each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_hash.auto import keccak

from ledger.chain import heads
from ledger.chain.client import Chain
from ledger.chain.codec import ACT_RECORDED, act_digest, decode_log
from ledger.errors import EvidenceRefused, HeadMismatch
from ledger.evidence.proving import prove_head
from ledger.evidence.verify.head_proof import verify_head
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.history import verify_history
from ledger.terms import STATUTE, Act
from tests.chain.nodes import anvil, embedded
from tests.chain.story import PROCESS, tell
from tests.chain.town import Town, settle

CHAIN_ID = 20_261


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Town]]:
    """The same story, told on the embedded chain and on anvil: same chain id, same accounts, same seconds."""
    folder = tmp_path_factory.mktemp("town") / "chain"
    with embedded(folder, chain_id=CHAIN_ID) as first, anvil(chain_id=CHAIN_ID) as second:
        towns = settle(first), settle(second)
        for town in towns:
            tell(town)
        yield towns


def series(chain: Chain) -> dict[tuple[str, bytes], bytes]:
    """Heads of all series by (series, id), folded from nothing but the logs."""
    items: dict[tuple[str, bytes], list[bytes]] = {}
    listed = set()
    for log in chain.logs(0, chain.block_number(), (ACT_RECORDED,)):
        record = decode_log(log.topics, log.data)
        kind = STATUTE[Act(record.act)].series
        if kind == "process" and record.process_id not in listed:
            listed.add(record.process_id)
            items.setdefault(("list", record.organisation_id), []).append(record.process_id)
        key = record.process_id if kind == "process" else record.organisation_id
        items.setdefault((kind, key), []).append(act_digest(log.data))
    start = {
        "process": lambda key: heads.genesis_process_head(chain.chain_id, chain.ledger, key),
        "list": lambda key: heads.genesis_list_head(chain.chain_id, chain.ledger, key),
        "roles": lambda key: heads.genesis_roles_head(chain.chain_id, chain.registry, key),
    }
    return {(kind, key): heads.fold(start[kind](key), found) for (kind, key), found in items.items()}


def contract_of(chain: Chain, kind: str) -> bytes:
    """Which contract keeps the heads of a series."""
    return chain.registry if kind == "roles" else chain.ledger


def test_the_story_holds_every_act_of_the_statute(towns: tuple[Town, Town]) -> None:
    """Else the other tests here would prove less than they say."""
    for town in towns:
        logs = town.chain.logs(0, town.chain.block_number(), (ACT_RECORDED,))
        assert {Act(decode_log(log.topics, log.data).act) for log in logs} == set(Act)


def test_the_same_acts_on_both_nodes_give_the_same_logs_and_heads(towns: tuple[Town, Town]) -> None:
    """Byte for byte, times included, though the blocks' hashes differ."""
    first, second = (town.chain for town in towns)
    logs = [
        [(log.account, log.topics, log.data) for log in chain.logs(0, chain.block_number())]
        for chain in (first, second)
    ]
    assert logs[0] == logs[1]
    assert first.deployment.genesis_hash != second.deployment.genesis_hash
    assert series(first) == series(second)
    assert len(series(first)) > 10


@pytest.mark.parametrize("which", [0, 1], ids=["py-evm", "anvil"])
def test_each_head_is_proven_by_one_storage_proof_against_one_header(towns: tuple[Town, Town], which: int) -> None:
    """The recomputed head is what the strict reader finds in the state of the newest block."""
    chain = towns[which].chain
    newest = chain.block_number()
    for (kind, key), expected in series(chain).items():
        proof = prove_head(chain, contract_of(chain, kind), heads.head_slot(key), newest)
        assert read_header(proof.header).block_hash == chain.block(newest).hash
        head = verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot)
        assert head == expected, (kind, key.hex())


@pytest.mark.parametrize("which", [0, 1], ids=["py-evm", "anvil"])
def test_a_proof_at_an_older_block_proves_the_head_of_then(towns: tuple[Town, Town], which: int) -> None:
    """Proofs are of a block, not of now."""
    chain = towns[which].chain
    acts = [
        log
        for log in chain.logs(0, chain.block_number(), (ACT_RECORDED,))
        if decode_log(log.topics, log.data).process_id == PROCESS
    ]
    genesis = heads.genesis_process_head(chain.chain_id, chain.ledger, PROCESS)
    for count in (1, len(acts) // 2, len(acts) - 1):
        proof = prove_head(chain, chain.ledger, heads.head_slot(PROCESS), acts[count - 1].block_number)
        proven = verify_head(proof.header, proof.account_proof, proof.storage_proof, proof.ledger, proof.slot)
        block = read_header(proof.header).number
        expected = heads.fold(genesis, [act_digest(log.data) for log in acts if log.block_number <= block])
        assert proven == expected
        assert proven != chain.head(PROCESS)


@pytest.mark.parametrize("which", [0, 1], ids=["py-evm", "anvil"])
def test_a_history_with_an_act_left_out_swapped_or_altered_leads_to_another_head(
    towns: tuple[Town, Town], which: int
) -> None:
    """Each omission, each swap of neighbours, and one altered byte in each act."""
    chain = towns[which].chain
    data = [
        log.data
        for log in chain.logs(0, chain.block_number(), (ACT_RECORDED,))
        if decode_log(log.topics, log.data).process_id == PROCESS
    ]
    genesis = heads.genesis_process_head(chain.chain_id, chain.ledger, PROCESS)
    proof = prove_head(chain, chain.ledger, heads.head_slot(PROCESS), chain.block_number())
    assert verify_history(proof, genesis, map(act_digest, data)) == chain.head(PROCESS)
    for position in range(len(data)):
        without = data[:position] + data[position + 1 :]
        altered = [*data[:position], data[position][:-1] + bytes([data[position][-1] ^ 1]), *data[position + 1 :]]
        swapped = data.copy()
        swapped[position], swapped[position - 1] = swapped[position - 1], swapped[position]
        for forged in (without, altered, swapped):
            with pytest.raises(HeadMismatch):
                verify_history(proof, genesis, map(act_digest, forged))
    with pytest.raises(HeadMismatch):
        verify_history(proof, genesis, [])


@pytest.mark.parametrize("which", [0, 1], ids=["py-evm", "anvil"])
def test_an_empty_history_is_proven_by_the_absence_of_its_head(towns: tuple[Town, Town], which: int) -> None:
    """Nobody can say that nothing happened where something did, nor the other way round."""
    chain = towns[which].chain
    unknown = keccak(b"a process of which nothing is recorded")
    genesis = heads.genesis_process_head(chain.chain_id, chain.ledger, unknown)
    proof = prove_head(chain, chain.ledger, heads.head_slot(unknown), chain.block_number())
    assert verify_history(proof, genesis, []) == bytes(32) == chain.head(unknown)
    with pytest.raises(HeadMismatch):
        verify_history(proof, genesis, [keccak(b"an act that never was")])
    with pytest.raises(EvidenceRefused):
        verify_history(replace(proof, slot=heads.head_slot(PROCESS)), genesis, [])


def test_the_proof_of_one_node_is_none_against_the_header_of_the_other(towns: tuple[Town, Town]) -> None:
    """The heads are equal, the states are not: a proof belongs to its header."""
    first, second = (town.chain for town in towns)
    slot = heads.head_slot(PROCESS)
    proof = prove_head(first, first.ledger, slot, first.block_number())
    with pytest.raises(EvidenceRefused):
        verify_head(
            second.raw_header(second.block_number()), proof.account_proof, proof.storage_proof, first.ledger, slot
        )
