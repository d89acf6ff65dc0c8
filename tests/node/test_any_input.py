"""Whatever parameters arrive, a method answers or refuses; it never fails in a way of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chain.node import DevelopmentClock, EmbeddedNode, RpcError, genesis
from ledger.chain.node.methods import Methods
from tests.node.board import Signer, deploy, send

METHODS = sorted(name for name in dir(Methods) if name.startswith(("eth_", "net_", "web3_", "debug_", "txpool_")))

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["latest", "pending", "earliest", "safe", "finalized", "0x", "0x0", "0x1", "0x01", "0x3", "0xff"]),
    st.sampled_from(["0x" + "f" * 16, "0x" + "11" * 20, "0x" + "22" * 32, "0x" + "f" * 64, "0xzz", "0x" + "00" * 32]),
)
NAMES = st.sampled_from(
    ["from", "to", "data", "input", "gas", "value", "fromBlock", "toBlock", "blockHash", "blockNumber", "address"]
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES | st.just("topics"), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedNode]:
    """A chain of four blocks that no test changes."""
    folder = tmp_path_factory.mktemp("any") / "chain"
    start = int(time.time()) - 86_400
    genesis.create(folder, genesis_time=start)
    with EmbeddedNode.open(folder, clock=DevelopmentClock(start)) as node:
        buyer = Signer(node.chain_id)
        board = deploy(node, buyer)
        for number in range(3):
            send(node, buyer.post(board, number))
        yield node


@pytest.mark.parametrize("method", METHODS)
def test_request_with_any_parameters_answers_or_refuses(small: EmbeddedNode, method: str) -> None:
    """Each method, with parameters of any JSON kind and number."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(VALUES, max_size=4) | VALUES)
    def ask(params: Any) -> None:
        try:
            small.request(method, params)
        except RpcError as refused:
            assert refused.code in (3, -32000, -32005, -32602)
            assert refused.message

    ask()
    assert small.failure is None
    assert small.request("eth_blockNumber") == "0x4"


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200))
def test_send_of_any_bytes_is_refused(small: EmbeddedNode, data: bytes) -> None:
    """Bytes that nobody signed are never taken."""
    with pytest.raises(RpcError):
        small.request("eth_sendRawTransaction", ["0x" + data.hex()])
