"""``kill -9`` under load: what was answered is there, once; what was not answered may or may not be.

``pytest tests/node -k kill --kills 200`` kills as often as the acceptance asks for; by default it is fewer.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from ledger.chain.node import EmbeddedNode, genesis
from tests.node.board import BYTECODE, Signer, send
from tests.node.process import ForkedNode, NodeProcess, ask

SENDERS = 4
SEED = 20_26


class Load:
    """Somebody who keeps sending until the connection breaks, and remembers what was answered."""

    def __init__(self, signer: Signer, board: str, first_note: int) -> None:
        self.signer, self._board, self._note = signer, board, first_note
        self.answered: list[str] = []
        self.surprises: list[object] = []
        self._unanswered: str | None = None

    def run(self, url: str) -> None:
        """Send one transaction after the other; first again the one whose answer was cut off, if there is one."""
        place = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        try:
            while True:
                raw = self._unanswered or self.signer.post(self._board, self._note)
                self._unanswered = raw
                body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [raw]})
                connection.request("POST", "/", body, {"Content-Type": "application/json"})
                answer = json.loads(connection.getresponse().read())
                said = answer.get("error", {}).get("message", "")
                if said.startswith("txpool is full"):
                    time.sleep(0.05)  # killed before every block, the node has taken in what it may
                    continue
                if "result" in answer:
                    self.answered.append(answer["result"])
                elif not said.startswith("already known"):
                    self.surprises.append(answer)
                    return
                self._unanswered = None
                self._note += 1
        except (OSError, http.client.HTTPException, ValueError):
            return  # killed: the answer under way did not arrive
        finally:
            connection.close()


@pytest.mark.timeout(7_200)
def test_kill_under_load_loses_and_doubles_no_answered_transaction(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """After every kill the chain opens at once; in the end each answered transaction is in exactly one block."""
    kills = int(request.config.getoption("--kills", default=20))
    moments = random.Random(SEED)
    folder = tmp_path / "chain"
    genesis.create(folder, genesis_time=int(time.time()) - 10)
    with EmbeddedNode.open(folder) as node:
        buyer = Signer(node.chain_id)
        key = send(node, buyer.sign(None, BYTECODE))
        board = settled(node, [key])[key]["contractAddress"]
        loads = [Load(Signer(node.chain_id), board, first_note=i * 10_000_000) for i in range(SENDERS)]

    for number in range(kills):
        process = ForkedNode(folder)
        threads = [threading.Thread(target=load.run, args=(process.url,)) for load in loads]
        for thread in threads:
            thread.start()
        # Now and then it lives long enough to make blocks of what has gathered, and dies in the middle of that, too.
        time.sleep(moments.uniform(0.02, 1.3) if number % 8 else moments.uniform(2.0, 5.0))
        process.kill()
        for thread in threads:
            thread.join()

    assert [load.surprises for load in loads] == [[]] * SENDERS
    answered = [key for load in loads for key in load.answered]
    with EmbeddedNode.open(folder) as node:
        receipts = settled(node, answered)
        node.verify()
        found: dict[str, int] = {}
        for number in range(int(node.request("eth_blockNumber"), 16) + 1):
            for key in node.request("eth_getBlockByNumber", [hex(number), False])["transactions"]:
                found[key] = found.get(key, 0) + 1
    missing = [key for key in answered if key not in found]
    twice = [key for key, times in found.items() if times > 1]
    summary = f"{kills} kills, {len(answered)} answered, {len(missing)} missing, {len(twice)} twice"
    print(summary)
    assert len(answered) == len(set(answered)) > kills
    assert (missing, twice) == ([], []), summary
    assert all(receipt["status"] == "0x1" for receipt in receipts.values())


def settled(node: EmbeddedNode, keys: list[str]) -> dict[str, dict[str, str]]:
    """The receipts of transactions, waited for until all are in a block."""
    receipts: dict[str, dict[str, str]] = {}
    while len(receipts) < len(keys):
        for key in keys:
            if key not in receipts and (receipt := node.request("eth_getTransactionReceipt", [key])) is not None:
                receipts[key] = receipt
        if node.request("txpool_status")["pending"] == "0x0":
            missing = [key for key in keys if node.request("eth_getTransactionReceipt", [key]) is None]
            assert missing == [], f"{len(missing)} answered transactions are neither waiting nor in a block"
        time.sleep(0.05)
    return receipts


def test_kill_before_the_block_keeps_the_waiting_transactions(tmp_path: Path) -> None:
    """Transactions answered in a second that cannot have its block yet are in a block after the restart."""
    folder = tmp_path / "chain"
    # The genesis is a little ahead, so that no block can be made for some seconds and everything has to wait.
    genesis.create(folder, genesis_time=int(time.time()) + 4)
    process = NodeProcess(folder)
    chain_id = int(ask(process.url, "eth_chainId")["result"], 16)
    buyer = Signer(chain_id)
    keys = [ask(process.url, "eth_sendRawTransaction", buyer.sign(None, BYTECODE))["result"] for _ in range(3)]
    assert ask(process.url, "eth_blockNumber")["result"] == "0x0"
    process.kill()

    with EmbeddedNode.open(folder) as node:
        assert node.request("eth_getTransactionCount", [buyer.address, "pending"]) == "0x3"
        receipts = settled(node, keys)
    assert [receipts[key]["status"] for key in keys] == ["0x1"] * 3
