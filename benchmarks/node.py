"""The embedded chain at 100, 1,000 and 10,000 blocks: does any cost grow with its length?

``python -m benchmarks.node`` builds one chain, measures it at each length in the same run and prints a table; the
ratios matter, not the milliseconds. Everything runs in this process but the last column of requests over HTTP.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import orjson

from ledger.chain.node import DevelopmentClock, EmbeddedNode, genesis
from ledger.chain.node.server import serve
from tests.node.board import POSTED, Signer, call_data, deploy, note, send

LENGTHS = (100, 1_000, 10_000)
SAMPLES = 200
ACTS = 100


def milliseconds(action: Callable[[int], object], times: int = SAMPLES) -> float:
    """The median time of an action that gets the number of the turn."""
    took = []
    for turn in range(times):
        started = time.perf_counter()
        action(turn)
        took.append((time.perf_counter() - started) * 1_000)
    return statistics.median(took)


class Chain:
    """A chain that grows by one transaction with one log a block."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._start = folder, int(time.time()) - 30 * 86_400
        genesis.create(folder, genesis_time=self._start)
        self.node = self._open()
        self._buyer = Signer(self.node.chain_id)
        self._board = deploy(self.node, self._buyer)
        self._sent: list[str] = []

    def _open(self) -> EmbeddedNode:
        node = EmbeddedNode.open(self._folder, clock=DevelopmentClock(self._start))
        # The clock lends a second to every block; all else is as in production.
        node.store.synced = True
        return node

    def act(self, _turn: int = 0) -> None:
        """Sign, answer durably, and make the block."""
        self._sent.append(send(self.node, self._buyer.post(self._board, len(self._sent))))

    def grow(self, blocks: int) -> None:
        self.node.store.synced = False
        while self.node.head.block_number < blocks:
            self.act()
        self.node.store.synced = True

    def _reopen(self, _turn: int) -> None:
        self.node.close()
        started = time.perf_counter()
        self.node = self._open()
        self.node.request("eth_blockNumber")
        self._opened.append((time.perf_counter() - started) * 1_000)

    def measure(self) -> dict[str, float]:
        """Milliseconds of each kind of work at the present length."""
        ask, chance = self.node.request, random.Random(1)
        head = self.node.head.block_number
        board, topic = self._board, "0x" + POSTED.hex()
        somewhere = [hex(chance.randrange(2, head)) for _ in range(SAMPLES)]
        numbers = [chance.randrange(len(self._sent)) for _ in range(SAMPLES)]

        def one_log(turn: int) -> None:
            wanted = {"fromBlock": "0x0", "address": board, "topics": [topic, "0x" + note(numbers[turn]).hex()]}
            assert len(ask("eth_getLogs", [wanted])) == 1

        def ten_blocks(turn: int) -> None:
            first = chance.randrange(2, head - 10)
            assert len(ask("eth_getLogs", [{"fromBlock": hex(first), "toBlock": hex(first + 9)}])) == 10

        used = time.process_time()
        act = milliseconds(self.act, ACTS)
        results = {
            "transaction, signed to block": act,
            "the same, processor time (mean)": (time.process_time() - used) * 1_000 / ACTS,
            "eth_getTransactionByHash": milliseconds(
                lambda turn: ask("eth_getTransactionByHash", [self._sent[numbers[turn]]])
            ),
            "eth_getTransactionReceipt": milliseconds(
                lambda turn: ask("eth_getTransactionReceipt", [self._sent[numbers[turn]]])
            ),
            "eth_getLogs, one of all by topic": milliseconds(one_log),
            "eth_getLogs, ten blocks": milliseconds(ten_blocks),
            "eth_call": milliseconds(lambda _: ask("eth_call", [{"to": board, "data": call_data("count()")}])),
            "eth_getProof, newest block": milliseconds(lambda _: ask("eth_getProof", [board, ["0x0"], "latest"])),
            "eth_getProof, any block": milliseconds(
                lambda turn: ask("eth_getProof", [board, ["0x0"], somewhere[turn]])
            ),
        }
        self._opened: list[float] = []
        for turn in range(9):
            self._reopen(turn)
        results["start to first answer"] = statistics.median(self._opened)
        return results

    def check_seconds(self) -> float:
        """How long the check in the background takes after a start; this does grow."""
        self.node.close()
        started = time.perf_counter()
        self.node = self._open()
        assert self.node.await_check(600)
        assert self.node.failure is None
        return time.perf_counter() - started

    @property
    def megabytes(self) -> float:
        return sum(file.stat().st_size for file in self._folder.iterdir()) / 1e6


def over_http(folder: Path) -> dict[str, float]:
    """Requests a second over HTTP with one kept connection, on a new chain and the wall clock."""
    genesis.create(folder, genesis_time=int(time.time()) - 10)
    with EmbeddedNode.open(folder) as node:
        server = serve(node)
        connection = HTTPConnection("127.0.0.1", server.port)
        buyer = Signer(node.chain_id)

        def post(method: str, *params: object) -> None:
            body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            assert "result" in orjson.loads(connection.getresponse().read())

        signed = [buyer.sign("0x" + "42" * 20, "0x") for _ in range(500)]
        read = 1_000 / milliseconds(lambda _: post("eth_blockNumber"), 500)
        written = 1_000 / milliseconds(lambda turn: post("eth_sendRawTransaction", signed[turn]), 500)
        connection.close()
        server.stop()
    return {"eth_blockNumber": read, "eth_sendRawTransaction": written}


def main() -> None:
    """Build, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        chain = Chain(Path(folder) / "chain")
        columns, sizes, checks = [], [], []
        for length in LENGTHS:
            chain.grow(length - ACTS // 2)
            columns.append(chain.measure())
            checks.append(chain.check_seconds())
            sizes.append(chain.megabytes)
        chain.node.close()
        served = over_http(Path(folder) / "served")

    cores = os.cpu_count()
    sys.stdout.write(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}\n\n")
    sys.stdout.write(
        "| milliseconds, medians | 100 blocks | 1,000 blocks | 10,000 blocks | 10,000 : 100 |\n" + "|---" * 5 + "|\n"
    )
    for name in columns[0]:
        values = [column[name] for column in columns]
        cells = " | ".join(f"{value:.2f}" for value in values)
        sys.stdout.write(f"| {name} | {cells} | {values[-1] / values[0]:.2f} |\n")
    sys.stdout.write("| check in the background, seconds | " + " | ".join(f"{one:.2f}" for one in checks) + " | |\n")
    sys.stdout.write("| size on disk, MB | " + " | ".join(f"{one:.1f}" for one in sizes) + " | |\n\n")
    for name, rate in served.items():
        sys.stdout.write(f"{name} over HTTP, one connection: {rate:.0f} a second\n")


if __name__ == "__main__":
    main()
