"""What a command asks of the node to send an act, and what it keeps if that goes wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.node import EmbeddedNode
from ledger.chain.node.server import serve
from ledger.errors import RpcError
from tests.cli.conftest import Siegel
from tests.cli.notices import release, write

TERMS = ("--deadline", "2099-12-01T12:00+01:00", "--standstill", "10d")


class WatchedNode(EmbeddedNode):
    """The home's chain; counts what it is asked, and once ``failing`` answers nothing after a transaction came in
    and stands in a block."""

    def request(self, method: str, params: list[Any] | None = None) -> Any:
        self.asked[method] += 1
        if self.failing and self.asked["eth_sendRawTransaction"]:
            if method == "eth_sendRawTransaction":
                before = self.head.block_number
                super().request(method, params)
                while self.head.block_number == before:
                    time.sleep(0.05)  # the test's own time-out ends a wait for a block that never comes
            raise RpcError(-32000, "gone")
        return super().request(method, params)

    failing = False

    @property
    def asked(self) -> Counter[str]:
        """Questions by method."""
        found: Counter[str] = self.__dict__.setdefault("_asked", Counter())
        return found


@pytest.fixture
def node(home: Path, key_set: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedNode]:
    """A node over HTTP that all commands of the test use."""
    with WatchedNode.open(home / "chain") as opened:
        server = serve(opened)
        monkeypatch.setenv("SIEGEL_RPC_URL", server.url)
        yield opened  # type: ignore[misc]
        server.stop()


def test_single_act_is_simulated_once(siegel: Siegel, home: Path, node: WatchedNode, tmp_path: Path) -> None:
    """The sender simulates before it signs; a second time would cost a run of the smart contract and tell nothing."""
    file = write(tmp_path / "one.json", release(1))
    assert siegel("notice", "publish", "--release", file, "--kind", "call", home=home).exit_code == 0
    assert (node.asked["eth_estimateGas"], node.asked["eth_sendRawTransaction"]) == (1, 1)


def test_joint_act_is_simulated_once_for_each_officer(
    siegel: Siegel, home: Path, node: WatchedNode, tender_file: Path
) -> None:
    """Each half is a call of its own."""
    made = siegel(
        "tender", "publish", "--release", tender_file, *TERMS, "--together-with", "officer-two", home=home
    )  # fmt: skip
    assert made.exit_code == 0, made.err
    assert (node.asked["eth_estimateGas"], node.asked["eth_sendRawTransaction"]) == (2, 2)


def test_refused_act_is_simulated_once_and_not_sent(
    siegel: Siegel, home: Path, node: WatchedNode, tmp_path: Path
) -> None:
    """What is refused is neither signed nor kept."""
    file = write(tmp_path / "one.json", release(1))
    refused = siegel("notice", "publish", "--release", file, "--kind", "call", "--ref", 7, home=home)
    assert "[RefUnknown]" in refused.err
    assert (node.asked["eth_estimateGas"], node.asked["eth_sendRawTransaction"]) == (1, 0)
    assert not any(path.is_file() for path in (home / "store" / "public").rglob("*"))


def test_act_whose_node_fails_after_it_was_signed_keeps_its_release(
    siegel: Siegel, home: Path, node: WatchedNode, tmp_path: Path
) -> None:
    """Nobody was told that it counts, but it does: the release that it names must be there."""
    file = write(tmp_path / "one.json", release(1))
    node.failing = True
    told = siegel("notice", "publish", "--release", file, "--kind", "call", home=home)
    assert "[NodeRefused]" in told.err
    node.failing = False
    assert siegel("index", "run", "--once", home=home).exit_code == 0
    assert siegel("index", "status", "--json", home=home).data["status"]["releases"] == 1
    assert siegel("index", "check", home=home).exit_code == 0
