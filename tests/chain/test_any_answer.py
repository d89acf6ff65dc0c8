"""Whatever a broken or hostile node answers, what comes out has a name of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.chain.client import Chain, check_deployment
from ledger.chain.deployment import Deployment
from ledger.chain.nonces import NonceBook, Sent
from ledger.chain.rpc import from_hex, to_int
from ledger.chain.sending import Submitted
from ledger.errors import NodeAnswerMalformed, SiegelError
from ledger.evidence.proving import prove_head

WORD, ACCOUNT = "0x" + "11" * 32, "0x" + "22" * 20
DEPLOYMENT = Deployment(1, bytes(32), b"\x01" * 20, b"\x02" * 20, 0)

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0x", "0x0", "0x1", "0x-1", "0x1_0", " 0x1", "-0x1", "0x123", WORD, WORD + "11", ACCOUNT])
)
NAMES = (
    *("number", "hash", "parentHash", "timestamp", "stateRoot", "gasUsed", "transactions"),
    *("status", "logs", "blockNumber", "blockHash", "transactionHash", "transactionIndex", "logIndex"),
    *("address", "topics", "data", "accountProof", "storageProof", "key", "proof", "revertReason"),
)
answers = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=12),
    max_leaves=20,
)
logs = st.fixed_dictionaries(
    {name: leaves for name in NAMES if name.startswith(("block", "trans", "log", "addr", "data"))}
    | {"topics": st.lists(leaves, max_size=4) | leaves}
)
receipts = st.fixed_dictionaries(
    {"status": st.sampled_from(["0x0", "0x1"]) | leaves, "blockNumber": leaves, "blockHash": leaves},
    optional={"logs": st.lists(logs, max_size=2) | answers, "revertReason": leaves},
)


class Hostile:
    """A node that answers anything to everything."""

    url = "hostile"

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def request(self, method: str, params: Sequence[Any]) -> Any:
        return self._answer

    def close(self) -> None:
        pass


@given(answer=answers | receipts | st.lists(logs, max_size=2))
@example(WORD)  # as a count of transactions it is more than any column holds
@example(hex(2**63))
@settings(max_examples=400, deadline=None)
def test_any_answer_of_a_node_ends_in_a_value_or_a_named_error(answer: Any) -> None:
    """All questions that ledger.chain asks, with one answer for all of them."""
    node = Hostile(answer)
    book = NonceBook(1)
    chain = Chain(node, DEPLOYMENT, book, 0.0)
    submitted = Submitted(Sent(bytes(20), 0, bytes(32), b""), bytes(20), b"")
    questions: list[Callable[[], object]] = [
        lambda: check_deployment(node, DEPLOYMENT),
        chain.block_number,
        lambda: chain.block(1),
        lambda: chain.raw_header(1),
        lambda: list(chain.logs(0, 1)),
        lambda: chain.proof(bytes(20), [bytes(32)], 1),
        lambda: prove_head(chain, bytes(20), bytes(32), 1),
        lambda: chain.recorded(submitted),
        lambda: chain.settle(bytes(20)),
        lambda: chain.process(bytes(32)),
        lambda: chain.round(bytes(32), 0),
        lambda: chain.head(bytes(32)),
        lambda: chain.heads([bytes(32), bytes(32)], block=1),
    ]
    for question in questions:
        with suppress(SiegelError):
            question()
    chain.close()


@pytest.mark.parametrize(
    "value", [True, 1, 1.0, None, "", "0x", "1", "-0x1", "0x-1", "0x1_0", " 0x1", "0x1\n", "0x" + "f" * 65]
)
def test_to_int_of_what_is_no_quantity_is_refused(value: Any) -> None:
    """Python's ``int`` would take several of them."""
    with pytest.raises(NodeAnswerMalformed):
        to_int(value, "eth_blockNumber")


@pytest.mark.parametrize("value", [True, 1, None, "", "00", "0x0", "0x 00", "0x00\n", b"0x00", "0x00ff"])
def test_from_hex_of_what_is_no_data_of_that_size_is_refused(value: Any) -> None:
    """Python's ``fromhex`` would skip spaces."""
    with pytest.raises(NodeAnswerMalformed):
        from_hex(value, "eth_getCode", 1)
