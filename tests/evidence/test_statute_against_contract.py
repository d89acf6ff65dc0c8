"""The contract as judge: at every step of random procedures it is asked the same question as the model.

Whatever somebody could call, the contract accepts or refuses by name; the model must do the same with the act that
would be on the record. What both accept is sent, and then the record is byte for byte what was expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.chain import story
from tests.chain.nodes import anvil
from tests.chain.town import Town, settle
from tests.evidence.walk import Walk

PROCEDURES, STEPS = 14, 90


@pytest.fixture(scope="module")
def organised() -> Iterator[tuple[Town, bytes]]:
    """A town with receivers, custodians, a review body and a key set."""
    with anvil() as node:
        town = settle(node)
        yield town, story.organise(town)


def test_replay_random_procedures_judged_as_by_the_contract(organised: tuple[Town, bytes]) -> None:
    """A thousand questions, always the same ones; every act is accepted somewhere, and most refusals happen."""
    verdicts: Counter[tuple[str, str]] = Counter()
    for seed in range(PROCEDURES):
        walk = Walk(*organised, seed)
        for _ in range(STEPS):
            walk.step()
        verdicts += walk.verdicts
    assert verdicts.total() == PROCEDURES * STEPS
    assert len({function for function, verdict in verdicts if verdict == "accepted"}) == 27
    assert len({verdict for _, verdict in verdicts}) > 30
