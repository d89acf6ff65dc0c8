"""Proofs and lists that are none, each different in one thing from those of a bundle that verifies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledger.evidence.verify import rlp
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Verdict
from tests.attacks.draft import control, take_apart
from tests.verifier.peer import agreed

PROOFS = "blocks/000000000042/proofs"
Proofs = list[Any]
"""Of the ledger and of the registry: account, nodes, and heads (series and nodes), as RLP has them."""


def _heads(proofs: Proofs) -> Proofs:
    return proofs[1][2]  # type: ignore[no-any-return]


def _put(at: Callable[[Proofs], Any], place: int, value: Callable[[Any], Any]) -> Callable[[Proofs], None]:
    """Another value in one place of a list in the proofs."""

    def change(proofs: Proofs) -> None:
        held = at(proofs)
        held[place] = value(held[place])

    return change


MALFORMED: dict[str, Callable[[Proofs], None]] = {
    "an account that is no list": _put(lambda proofs: proofs, 0, lambda proof: proof[0]),
    "an account without its heads": lambda proofs: proofs[0].pop(),
    "an account with more than heads": lambda proofs: proofs[0].append([]),
    "an account of 19 bytes": _put(lambda proofs: proofs[0], 0, lambda account: account[1:]),
    "nodes that are no list": _put(lambda proofs: proofs[0], 1, lambda nodes: nodes[0]),
    "a node that is a list": _put(lambda proofs: proofs[0][1], 0, lambda node: [node]),
    "heads that are no list": _put(lambda proofs: proofs[0], 2, lambda _: b""),
    "a head that is no list": _put(_heads, 0, lambda head: head[0]),
    "a head without its nodes": lambda proofs: _heads(proofs)[0].pop(),
    "a head with more than nodes": lambda proofs: _heads(proofs)[0].append(b""),
    "a series of 31 bytes": _put(lambda proofs: _heads(proofs)[0], 0, lambda series: series[1:]),
    "a node of a head that is a list": _put(lambda proofs: _heads(proofs)[0][1], 0, lambda node: [node]),
    "heads in another order": lambda proofs: _heads(proofs).reverse(),
    "a head twice": lambda proofs: _heads(proofs).append(_heads(proofs)[-1]),
    "an account twice": lambda proofs: proofs.append(proofs[-1]),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_verify_proofs_malformed_in_one_thing_refused_at_state(change: Callable[[Proofs], None]) -> None:
    """Nothing else of the bundle is different, and there is one way to write what it proves."""
    draft = take_apart(*control("notices.qbft"))
    proofs: Proofs = rlp.decode_list(draft.entries[PROOFS])
    assert rlp.encode(proofs) == draft.entries[PROOFS]
    change(proofs)
    draft.entries[PROOFS] = rlp.encode(proofs)
    assert _refused(draft.packed()) == ("state", "MalformedRlp")


ID, ACT = b"\x00", b"\x01"


NO_ITEM = {
    "another kind": b"\x02" + bytes(32),
    "another kind alone": b"\xff",
    "no id": ID,
    "a short id": ID + bytes(31),
    "no act": ACT,
    "a short act": ACT + bytes(220),
    "an act without its details": ACT + bytes(220) + b"\x01",
}


@pytest.mark.parametrize("behind", NO_ITEM.values(), ids=NO_ITEM)
def test_verify_list_with_something_that_is_no_item_refused_at_acts(behind: bytes) -> None:
    """Behind the items of a list that are all there."""
    draft = take_apart(*control("organisation.qbft"))
    draft.entries[draft.named("acts/list-*")] += behind
    assert _refused(draft.packed()) == ("acts", "EntryInvalid")


def _refused(bundle: bytes) -> tuple[str, str]:
    """The step that failed and the refusal, the same of both verifiers."""
    report = agreed(bundle, read_policy(control("notices.qbft")[1]))
    (failed,) = [result for result in report.results if result.verdict is Verdict.FAILED]
    assert failed.refusal is not None
    return failed.step, failed.refusal.name
