"""A header in the log: included, cosigned by enough witnesses, soon enough and not before its time."""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.errors import (
    CosignaturesTooFew,
    CosignedEarly,
    CosignedLate,
    InclusionMalformed,
    MerkleProofMalformed,
    NotIncluded,
)
from ledger.evidence.verify.checkpoint import Checkpoint, Cosignature
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.logged import CLOCK_TOLERANCE, Inclusion, cosigned_at, read_inclusion
from tests.evidence import naive_tree

LEAVES = [b"header %d" % number for number in range(11)]
INDEX, TIME = 6, 1_000_000
ENTRY = Inclusion(11, INDEX, tuple(naive_tree.path(INDEX, LEAVES))).encoded()


def checkpoint(*times: int) -> Checkpoint:
    """Of the tree of eleven leaves, cosigned at these times."""
    cosignatures = tuple(Cosignature(f"w{number}", time) for number, time in enumerate(times))
    return Checkpoint("log.example", 11, naive_tree.root(LEAVES), cosignatures)


def asked(*times: int, threshold: int = 2, leaf: bytes = LEAVES[INDEX], entry: bytes = ENTRY) -> int | None:
    """The function with the policy's values of these tests."""
    return cosigned_at(leaf, TIME, entry, checkpoint(*times), threshold=threshold, max_log_delay=600)


def test_cosigned_at_is_the_moment_when_enough_witnesses_had_signed() -> None:
    """The second of two, the second of three whatever their order, also at the last allowed second on both sides."""
    assert asked(TIME + 5, TIME + 9) == TIME + 9
    assert asked(TIME + 9, TIME + 900, TIME + 5) == TIME + 9
    assert asked(TIME + 900, TIME + 9, TIME + 5) == TIME + 9
    assert asked(TIME + 5, threshold=1) == TIME + 5
    assert asked(TIME, TIME + 600) == TIME + 600
    assert asked(TIME - 900, TIME - CLOCK_TOLERANCE) == TIME - CLOCK_TOLERANCE


def test_cosigned_at_without_a_threshold_has_no_moment() -> None:
    """The log's own signature bears no time, so no delay is known; included the leaf must be."""
    assert asked(threshold=0) is None
    assert asked(TIME + 9_999, threshold=0) is None
    with pytest.raises(NotIncluded):
        asked(threshold=0, leaf=b"another header")


def test_cosigned_too_seldom_late_or_early_is_refused() -> None:
    """Each with what was expected and what was got."""
    with pytest.raises(CosignaturesTooFew) as few:
        asked(TIME)
    assert few.value.values == {"expected": 2, "got": 1}
    with pytest.raises(CosignedLate) as late:
        asked(TIME, TIME + 601)
    assert late.value.values == {"delay": 601, "allowed": 600}
    with pytest.raises(CosignedEarly) as early:
        asked(TIME - 99, TIME - CLOCK_TOLERANCE - 1)
    assert early.value.values == {"ahead": CLOCK_TOLERANCE + 1, "allowed": CLOCK_TOLERANCE}


def test_inclusion_every_flipped_bit_is_refused() -> None:
    """Size, index and hashes."""
    for position in range(len(ENTRY)):
        for bit in range(8):
            altered = bytearray(ENTRY)
            altered[position] ^= 1 << bit
            with pytest.raises((InclusionMalformed, MerkleProofMalformed, NotIncluded)):
                asked(TIME, TIME, entry=bytes(altered))


@pytest.mark.parametrize(
    "entry", [b"", ENTRY[:15], ENTRY[:-1], ENTRY + b"\0", bytes(16), (2**63).to_bytes(8, "big") + bytes(8)]
)
def test_inclusion_of_another_form_is_refused(entry: bytes) -> None:
    """Two numbers and whole hashes, of a leaf that such a tree has."""
    with pytest.raises(InclusionMalformed):
        read_inclusion(entry)


def test_inclusion_written_and_read_is_the_same() -> None:
    """And a hash more or less is refused by its number."""
    read = read_inclusion(ENTRY)
    assert (read.size, read.index, list(read.hashes)) == (11, INDEX, naive_tree.path(INDEX, LEAVES))
    for entry in (ENTRY[:-32], ENTRY + bytes(32)):
        with pytest.raises(MerkleProofMalformed):
            asked(TIME, TIME, entry=entry)


def test_leaf_of_every_recorded_header_is_the_same_from_every_node(qbft: Any) -> None:
    """Nodes keep other seals and say other rounds of one block; the log has one leaf of it, and its hash."""
    blocks, nodes = qbft("blocks"), qbft("raw_headers")
    for number, block in enumerate(blocks):
        leaves = {read_header(bytes.fromhex(headers[number][2:])).hashed for headers in nodes.values()}
        assert len(leaves) == 1
        assert keccak(leaves.pop()).hex() == block["hash"][2:]
