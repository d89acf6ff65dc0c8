"""What a trust policy may say of consensus."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import PolicyInvalid, ValidatorsUnknown
from ledger.evidence.verify.validators import ValidatorRange, ValidatorSets, read_validator_sets

ONE, TWO, THREE = "11" * 20, "22" * 20, "33" * 20


def entry(first: Any, last: Any, *accounts: Any) -> dict[str, Any]:
    """One range as JSON gives it."""
    return {"from": first, "to": last, "accounts": list(accounts)}


def consensus(*entries: Any) -> dict[str, Any]:
    """A policy's value with these ranges."""
    return {"kind": "qbft", "validators": list(entries)}


def test_read_ranges_gives_the_set_of_each_block() -> None:
    """First and last block of a range belong to it."""
    sets = read_validator_sets(consensus(entry(1, 9, ONE, TWO), entry(10, 10, ONE), entry(11, None, ONE, THREE)))
    assert not sets.is_single
    for block, texts in ((1, (ONE, TWO)), (9, (ONE, TWO)), (10, (ONE,)), (11, (ONE, THREE)), (10**9, (ONE, THREE))):
        assert sets.validators_of(block) == tuple(bytes.fromhex(text) for text in texts)


@pytest.mark.parametrize("block", [0, 4, 10])
def test_validators_of_a_block_that_no_range_covers_are_unknown(block: int) -> None:
    """Before the first range, after the last, and block 0: not wrong, but not known."""
    sets = read_validator_sets(consensus(entry(5, 9, ONE)))
    assert sets.validators_of(5) == sets.validators_of(9)
    with pytest.raises(ValidatorsUnknown) as unknown:
        sets.validators_of(block)
    assert unknown.value.values == {"block": block}


def test_read_single_has_no_validators() -> None:
    """One operator's chain."""
    sets = read_validator_sets({"kind": "single"})
    assert sets == ValidatorSets(())
    assert sets.is_single
    with pytest.raises(ValidatorsUnknown):
        sets.validators_of(1)


def test_range_as_json_is_read_back() -> None:
    """What following a chain gives is what a policy takes."""
    found = ValidatorRange(7, None, (bytes.fromhex(ONE), bytes.fromhex(TWO)))
    assert read_validator_sets(consensus(found.as_json())).ranges == (found,)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "consensus"),
        ([], "consensus"),
        ({}, "consensus.kind"),
        ({"kind": "ibft2"}, "consensus.kind"),
        ({"kind": "single", "validators": []}, "consensus"),
        ({"kind": "qbft"}, "consensus"),
        ({"kind": "qbft", "validators": [], "epochLength": 1}, "consensus"),
        (consensus(), "consensus.validators"),
        ({"kind": "qbft", "validators": {}}, "consensus.validators"),
        (consensus(7), "consensus.validators[0]"),
        (consensus({"from": 1, "accounts": [ONE]}), "consensus.validators[0]"),
        (consensus({**entry(1, None, ONE), "name": ""}), "consensus.validators[0]"),
        (consensus(entry(0, None, ONE)), "consensus.validators[0].from"),
        (consensus(entry(True, None, ONE)), "consensus.validators[0].from"),
        (consensus(entry(1.0, None, ONE)), "consensus.validators[0].from"),
        (consensus(entry("1", None, ONE)), "consensus.validators[0].from"),
        (consensus(entry(2**53, None, ONE)), "consensus.validators[0].from"),
        (consensus(entry(5, 4, ONE)), "consensus.validators[0].to"),
        (consensus(entry(1, False, ONE)), "consensus.validators[0].to"),
        (consensus(entry(1, 4, ONE), entry(6, None, ONE)), "consensus.validators[1].from"),
        (consensus(entry(1, 4, ONE), entry(4, None, ONE)), "consensus.validators[1].from"),
        (consensus(entry(5, 9, ONE), entry(1, 4, ONE)), "consensus.validators[1].from"),
        (consensus(entry(1, None, ONE), entry(5, None, ONE)), "consensus.validators[1]"),
        (consensus(entry(1, None)), "consensus.validators[0].accounts"),
        (consensus({"from": 1, "to": None, "accounts": ONE}), "consensus.validators[0].accounts"),
        (consensus(entry(1, None, TWO, ONE)), "consensus.validators[0].accounts"),
        (consensus(entry(1, None, ONE, ONE)), "consensus.validators[0].accounts"),
        (consensus(entry(1, None, "00" * 20)), "consensus.validators[0].accounts[0]"),
        (consensus(entry(1, None, ONE, "AA" * 20)), "consensus.validators[0].accounts[1]"),
        (consensus(entry(1, None, "0x" + ONE)), "consensus.validators[0].accounts[0]"),
        (consensus(entry(1, None, ONE[:-2])), "consensus.validators[0].accounts[0]"),
        (consensus(entry(1, None, 11)), "consensus.validators[0].accounts[0]"),
    ],
)
def test_read_anything_else_is_refused_by_field(value: object, field: str) -> None:
    """The reader names the place."""
    with pytest.raises(PolicyInvalid) as refused:
        read_validator_sets(value)
    assert refused.value.values["field"] == field
