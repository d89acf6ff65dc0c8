"""Proofs of a transparency log's tree against an independent one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import EvidenceRefused, InclusionMalformed, MerkleProofMalformed, NotIncluded, TreesInconsistent
from ledger.evidence.verify import merkle
from ledger.evidence.verify.merkle import EMPTY_ROOT, leaf_hash, verify_consistency
from tests.evidence import naive_tree
from tests.verifier.parts import verify_inclusion

LEAVES = [b"leaf %d" % number for number in range(70)]


def flips(proof: Sequence[bytes]) -> list[list[bytes]]:
    """The proof with each of its bytes changed, one at a time."""
    found = []
    for position in range(len(proof)):
        for at in range(32):
            altered = bytearray(proof[position])
            altered[at] ^= 1 << at % 8
            found.append([*proof[:position], bytes(altered), *proof[position + 1 :]])
    return found


def test_inclusion_of_every_leaf_of_every_small_tree_is_proven() -> None:
    """Trees of all shapes up to 70 leaves."""
    for size in range(1, len(LEAVES) + 1):
        root = naive_tree.root(LEAVES[:size])
        for index in range(size):
            proof = naive_tree.path(index, LEAVES[:size])
            verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, root)


def test_consistency_of_all_small_trees_is_proven() -> None:
    """Also of the empty tree, and of a tree with itself."""
    for size in range(len(LEAVES) + 1):
        root = naive_tree.root(LEAVES[:size])
        for old in range(size + 1):
            proof = naive_tree.growth(old, LEAVES[:size])
            verify_consistency(old, naive_tree.root(LEAVES[:old]), size, root, proof)


def test_proofs_with_a_hash_more_or_less_and_roots_of_other_trees_are_refused() -> None:
    """Each once, of the fifth of seven leaves."""
    leaf, proof, root = leaf_hash(LEAVES[4]), naive_tree.path(4, LEAVES[:7]), naive_tree.root(LEAVES[:7])
    for other in (proof[:-1], [*proof, bytes(32)]):
        with pytest.raises(MerkleProofMalformed):
            verify_inclusion(leaf, 4, 7, other, root)
    with pytest.raises(NotIncluded):
        verify_inclusion(leaf_hash(b""), 4, 7, proof, root)
    old, growth = naive_tree.root(LEAVES[:5]), naive_tree.growth(5, LEAVES[:7])
    for old_root, new_root, size in ((bytes(32), root, 5), (old, bytes(32), 7)):
        with pytest.raises(TreesInconsistent) as refused:
            verify_consistency(5, old_root, 7, new_root, growth)
        assert refused.value.values["size"] == size


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_inclusion_of_another_leaf_place_or_proof_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    """Every flipped byte, a hash more or less, another leaf, another index, another size."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    leaf, size, root, proof = (
        leaf_hash(leaves[index]),
        len(leaves),
        naive_tree.root(leaves),
        naive_tree.path(index, leaves),
    )
    verify_inclusion(leaf, index, size, proof, root)
    for altered in flips(proof):
        with pytest.raises(NotIncluded):
            merkle.verify_inclusion(leaf, index, size, altered, root)
    for length in (proof[:-1], [*proof, bytes(32)], [bytes(32), *proof]):
        if len(length) != len(proof):
            with pytest.raises(MerkleProofMalformed, match=f"{len(proof)} hashes were expected, not {len(length)}"):
                verify_inclusion(leaf, index, size, length, root)
    with pytest.raises(NotIncluded):
        verify_inclusion(leaf_hash(leaves[index] + b"x"), index, size, proof, root)
    for other in (set(range(size)) - {index}) if len(set(leaves)) == size else set():
        with pytest.raises(EvidenceRefused):
            verify_inclusion(leaf, other, size, proof, root)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40), st.data())
def test_consistency_with_another_tree_or_proof_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    """Every flipped byte, a hash more or less, and an old tree with other leaves."""
    old = data.draw(st.integers(1, len(leaves) - 1))
    size, root, old_root = len(leaves), naive_tree.root(leaves), naive_tree.root(leaves[:old])
    proof = naive_tree.growth(old, leaves)
    verify_consistency(old, old_root, size, root, proof)
    for altered in flips(proof):
        with pytest.raises(TreesInconsistent):
            verify_consistency(old, old_root, size, root, altered)
    for length in (proof[:-1], [*proof, bytes(32)]):
        with pytest.raises(MerkleProofMalformed):
            verify_consistency(old, old_root, size, root, length)
    rewritten = [*leaves[: old - 1], leaves[old - 1] + b"x"]
    with pytest.raises(TreesInconsistent):
        verify_consistency(old, naive_tree.root(rewritten), size, root, proof)
    with pytest.raises(TreesInconsistent):
        verify_consistency(old, old_root, size, naive_tree.root([*leaves[:-1], leaves[-1] + b"x"]), proof)


def test_proofs_of_impossible_sizes_are_refused() -> None:
    """No leaf beyond the tree, no tree that shrank, none that no number counts, no hash of another length."""
    leaf = leaf_hash(b"")
    for index, size in ((0, 0), (1, 1), (-1, 1), (0, 2**63)):
        with pytest.raises(MerkleProofMalformed):
            merkle.verify_inclusion(leaf, index, size, [], leaf)
    for index, size in ((0, 0), (1, 1), (0, 2**63)):
        with pytest.raises(InclusionMalformed):
            verify_inclusion(leaf, index, size, [], leaf)
    for old, size in ((2, 1), (-1, 1), (1, 2**63)):
        with pytest.raises(MerkleProofMalformed):
            verify_consistency(old, leaf, size, leaf, [])
    with pytest.raises(MerkleProofMalformed, match="32 bytes"):
        verify_inclusion(leaf, 0, 2, [bytes(31)], leaf)


def test_consistency_of_equal_sizes_and_of_the_empty_tree_needs_no_proof() -> None:
    """And takes none."""
    root = naive_tree.root(LEAVES)
    verify_consistency(70, root, 70, root, [])
    verify_consistency(0, EMPTY_ROOT, 70, root, [])
    for old, old_root in ((70, bytes(32)), (0, root)):
        with pytest.raises(TreesInconsistent):
            verify_consistency(old, old_root, 70, root, [])
    for old, old_root in ((70, root), (0, EMPTY_ROOT)):
        with pytest.raises(MerkleProofMalformed):
            verify_consistency(old, old_root, 70, root, [bytes(32)])
