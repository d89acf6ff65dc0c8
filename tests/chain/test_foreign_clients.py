"""Clients that know nothing of us deploy the smart contracts, act, read and prove: web3.py and viem over HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_hash.auto import keccak
from web3 import Web3
from web3.exceptions import ContractCustomError
from web3.middleware import SignAndSendRawMiddlewareBuilder

from ledger.chain import artifacts as artifacts_package
from ledger.chain.heads import genesis_process_head, head_slot, next_head
from ledger.chain.node import EmbeddedNode
from ledger.chain.node.genesis import create
from ledger.chain.node.server import serve
from ledger.chain.record import act_digest
from ledger.chain.reverts import named_refusal
from ledger.errors import NodeRefused, ReleaseMissing
from ledger.evidence.verify.head_proof import verify_head
from ledger.evidence.verify.header import read_header
from tests.node.process import ask

ARTIFACTS = Path(artifacts_package.__path__[0])
OCID, RELEASE, NOTHING = "ocds-foreign-1", b"\x11" * 32, bytes(32)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Address of an embedded node with the wall clock."""
    create(tmp_path / "chain", genesis_time=int(time.time()) - 100)
    with EmbeddedNode.open(tmp_path / "chain") as node:
        server = serve(node)
        yield server.url
        server.stop()


def artifact(name: str) -> dict[str, Any]:
    """What `make contracts` made."""
    content: dict[str, Any] = json.loads((ARTIFACTS / f"{name}.json").read_text("utf-8"))
    return content


def require_proven(
    url: str, block: str, block_hash: bytes, chain_id: int, process: bytes, told: dict[str, Any]
) -> None:
    """The one act, folded here, is what one storage proof gives against the header of the block."""
    header = bytes.fromhex(ask(url, "debug_getRawHeader", block)["result"][2:])
    assert read_header(header).block_hash == block_hash
    head = next_head(genesis_process_head(chain_id, told["ledger"], process), act_digest(told["data"]))
    assert verify_head(header, told["account"], told["storage"], told["ledger"], head_slot(process)) == head


def test_web3_deploys_acts_reads_and_proves(url: str) -> None:
    """web3.py with a fresh key: both contracts, an observer, a notice, its event, a named refusal, the proof."""
    w3 = Web3(Web3.HTTPProvider(url))
    account = Account.create()
    w3.middleware_onion.inject(SignAndSendRawMiddlewareBuilder.build(account), layer=0)
    w3.eth.default_account = account.address
    sent = {"gasPrice": 0}

    def deploy(name: str, *arguments: Any) -> Any:
        code = artifact(name)
        made = w3.eth.contract(abi=code["abi"], bytecode=code["bytecode"])
        receipt = w3.eth.wait_for_transaction_receipt(made.constructor(*arguments).transact(sent))
        return w3.eth.contract(address=receipt["contractAddress"], abi=code["abi"])

    registry = deploy("OrganisationRegistry", [account.address], 1, 0)
    ledger = deploy("TenderLedger", registry.address)
    expires = w3.eth.get_block("latest")["timestamp"] + 3600
    person = (account.address, 1, 0)
    admitted = registry.functions.admitOrganisation("TEST", "web3", 2, [person], expires).transact(sent)
    assert w3.eth.wait_for_transaction_receipt(admitted)["status"] == 1
    organisation = keccak(encode(["string", "string"], ["TEST", "web3"]))

    def publish(release: bytes) -> Any:
        return ledger.functions.publishNotices(organisation, expires, [(OCID, 2, release, NOTHING, 0, NOTHING)])

    receipt = w3.eth.wait_for_transaction_receipt(publish(RELEASE).transact(sent))
    (event,) = ledger.events.ActRecorded().process_receipt(receipt)
    process = keccak(encode(["bytes32", "string"], [organisation, OCID]))
    assert (event["args"]["processId"], event["args"]["record"]["release"]) == (process, RELEASE)
    with pytest.raises(ContractCustomError) as refused:
        publish(NOTHING).call()
    named = named_refusal(NodeRefused(method="eth_call", code=3, message="", data=str(refused.value.data)))
    assert isinstance(named, ReleaseMissing)

    block = w3.eth.get_block("latest")
    proof: Any = w3.eth.get_proof(ledger.address, [int.from_bytes(head_slot(process), "big")], block["number"])  # type: ignore[call-arg]
    told = {
        "ledger": bytes.fromhex(ledger.address[2:]),
        "data": bytes(receipt["logs"][0]["data"]),
        "account": list(map(bytes, proof["accountProof"])),
        "storage": list(map(bytes, proof["storageProof"][0]["proof"])),
    }
    require_proven(url, hex(block["number"]), bytes(block["hash"]), w3.eth.chain_id, process, told)


def test_viem_deploys_acts_reads_and_proves(url: str) -> None:
    """The same with viem and its own defaults, in Node."""
    program = shutil.which("node")
    assert program is not None, "Node is needed: make setup-dev brings it"
    script = Path(__file__).parent / "viem" / "notice.mjs"
    run = subprocess.run([program, str(script), url, str(ARTIFACTS)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert (found["processOfEvent"], found["refused"]) == (found["processId"], "ReleaseMissing")
    assert found["release"] == "0x" + RELEASE.hex()
    told = {
        "ledger": bytes.fromhex(found["ledger"][2:]),
        "data": bytes.fromhex(found["data"][2:]),
        **{name: [bytes.fromhex(node[2:]) for node in found["proof"][name]] for name in ("account", "storage")},
    }
    process, block_hash = bytes.fromhex(found["processId"][2:]), bytes.fromhex(found["blockHash"][2:])
    require_proven(url, found["block"], block_hash, found["chainId"], process, told)
