"""The validators that a policy names, followed on from where they were followed to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from ledger.chain.client import Chain as Client
from ledger.evidence.policy import ValidatorHistory
from ledger.evidence.verify.following import begin, follow
from tests.evidence.qbft_network import nodes
from tests.evidence.test_following import EPOCH, FOUR, NEWCOMER, Chain, add

FIVE = [*FOUR, NEWCOMER]


class Node:
    """Gives the headers of a chain, and remembers which were asked for."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.asked = chain, list[int]()
        self.deployment = SimpleNamespace(genesis_hash=chain.headers[0].block_hash)

    def raw_header(self, number: int) -> bytes:
        """The header with the seals that a node keeps."""
        self.asked.append(number)
        return self.chain.headers[number].raw


def test_history_goes_on_where_it_stopped_and_says_what_following_all_says() -> None:
    """A validator joins before and another after the first look; no header is read twice."""
    chain = Chain(FOUR)
    for proposer in FOUR[:3]:
        chain.grow(FOUR, add(NEWCOMER), proposer)
    chain.grow(FIVE)
    node = Node(chain)
    history = ValidatorHistory(cast("Client", node), EPOCH)
    first = history.until(4)
    assert [(one.first, one.last, len(one.accounts)) for one in first] == [(1, 3, 4), (4, None, 5)]
    (other,) = nodes(1, start=40)
    for proposer in FIVE[:3]:
        chain.grow(FIVE, add(other), proposer)
    chain.grow([*FIVE, other])
    last = len(chain.headers) - 1
    start = begin(chain.headers[0], chain.headers[0].block_hash)
    assert history.until(last) == list(follow(chain.headers[1:], start, EPOCH))
    assert history.until(last) == history.until(last)
    assert node.asked == list(range(last + 1))
