"""The strict proof reader against tries that py-trie builds, and against forged proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import rlp as other
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from ledger.errors import (
    EvidenceRefused,
    MalformedTrieNode,
    MissingProofNode,
    ProofNodeMismatch,
    UnusedProofNodes,
)
from ledger.evidence.verify import trie
from tests.verifier.parts import read

ENTRIES = st.dictionaries(st.integers(0, 400), st.binary(min_size=1, max_size=50), min_size=1, max_size=60)


def path_of(number: int) -> bytes:
    """Path of a key, as in a secured trie."""
    return keccak(number.to_bytes(32, "big"))


class Built:
    """A trie of ``{number: value}``, and proofs from it."""

    def __init__(self, entries: dict[int, bytes]) -> None:
        self.trie = HexaryTrie({})
        for number, value in entries.items():
            self.trie[path_of(number)] = value
        self.root: bytes = self.trie.root_hash

    def proof(self, number: int) -> list[bytes]:
        """Nodes from the root down."""
        nodes = self.trie.get_proof(path_of(number))  # type: ignore[no-untyped-call]
        return [other.encode(node) for node in nodes if node != b""]


@settings(max_examples=60)
@given(ENTRIES, st.integers(0, 400))
def test_read_any_key_of_any_trie_gives_its_value_or_its_absence(entries: dict[int, bytes], number: int) -> None:
    """Presence and absence are both proven."""
    built = Built(entries)
    assert read(built.root, path_of(number), built.proof(number)) == entries.get(number)


@settings(max_examples=200)
@given(ENTRIES, st.data())
def test_read_with_any_flipped_bit_is_refused(entries: dict[int, bytes], data: st.DataObject) -> None:
    """No altered proof is accepted, whatever it would prove."""
    built = Built(entries)
    number = data.draw(st.integers(0, 400))
    proof = built.proof(number)
    which = data.draw(st.integers(0, len(proof) - 1))
    node = bytearray(proof[which])
    bit = data.draw(st.integers(0, len(node) * 8 - 1))
    node[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EvidenceRefused):
        read(built.root, path_of(number), [*proof[:which], bytes(node), *proof[which + 1 :]])


MANY = Built({number: b"value %d" % number for number in range(300)})


def test_read_without_a_node_is_refused() -> None:
    """Each node but the last, once left out."""
    proof = MANY.proof(7)
    assert len(proof) >= 3
    for left_out in range(len(proof)):
        with pytest.raises((MissingProofNode, ProofNodeMismatch)):
            read(MANY.root, path_of(7), proof[:left_out] + proof[left_out + 1 :])


def test_read_with_a_node_too_many_is_refused() -> None:
    """A node that nothing refers to, a repeated one, and one behind the end."""
    proof = MANY.proof(7)
    for extra in (proof[-1], proof[0], b"\x80", b""):
        with pytest.raises(UnusedProofNodes):
            read(MANY.root, path_of(7), [*proof, extra])
    with pytest.raises(ProofNodeMismatch):
        read(MANY.root, path_of(7), [proof[0], *proof])


def test_read_nodes_in_another_order_is_refused() -> None:
    """There is one order: from the root down."""
    proof = MANY.proof(7)
    with pytest.raises(ProofNodeMismatch):
        read(MANY.root, path_of(7), proof[::-1])


def test_read_the_proof_of_another_key_is_refused() -> None:
    """A proof answers one question only."""
    refused = 0
    for number in range(20, 60):
        try:
            value = read(MANY.root, path_of(number), MANY.proof(7))
        except EvidenceRefused:
            refused += 1
        else:
            raise AssertionError((number, value))
    assert refused == 40


def test_read_from_another_root_is_refused() -> None:
    """The root comes from a header; a proof of another state is none."""
    with pytest.raises(ProofNodeMismatch):
        read(keccak(b"another"), path_of(7), MANY.proof(7))


@pytest.mark.parametrize("inner", [[b""] * 200_000, [[b""] * 200_000, b"\x01"]], ids=["many", "many inside"])
def test_read_a_branch_with_a_million_things_inside_is_refused(inner: list[Any]) -> None:
    """A node has two items or seventeen; no more are looked at to say how long it is."""
    branch = other.encode([inner, b"\x02" * 32, *[b""] * 15])
    with pytest.raises(MalformedTrieNode):
        read(keccak(branch), path_of(7), [branch])


def test_read_the_empty_trie_needs_no_node_and_takes_none() -> None:
    """The empty trie's root says all."""
    assert read(trie.EMPTY_TRIE_ROOT, path_of(1), []) is None
    with pytest.raises(UnusedProofNodes):
        read(trie.EMPTY_TRIE_ROOT, path_of(1), [b"\x80"])


def test_read_an_empty_proof_of_a_state_proves_no_absence() -> None:
    """Besu answers ``[]`` for an account in an empty state; for any other state that proves nothing."""
    with pytest.raises(MissingProofNode):
        read(MANY.root, path_of(1_000), [])


PATH = path_of(1)
NIBBLES = PATH.hex()


def branch(**children: Any) -> list[Any]:
    """A branch with children by nibble (``n0`` to ``nf``) and a value (``v``)."""
    return [children.get(f"n{nibble:x}", b"") for nibble in range(16)] + [children.get("v", b"")]


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ([bytes.fromhex("40" + NIBBLES), b"value"], "path flag 4"),
        ([bytes.fromhex("f0" + NIBBLES), b"value"], "path flag 15"),
        ([bytes.fromhex("21" + NIBBLES), b"value"], "padding that is not zero"),
        ([bytes.fromhex("20" + NIBBLES[:-2]), b"value"], "leaf whose path has not 64"),
        ([bytes.fromhex("20" + NIBBLES + "00"), b"value"], "leaf whose path has not 64"),
        ([bytes.fromhex("20" + NIBBLES), b""], "leaf without a value"),
        ([bytes.fromhex("20" + NIBBLES), [b"value"]], "leaf without a value"),
        ([b"", b"value" * 8], "a path that is no string"),
        ([[b"x"], b"value" * 8], "a path that is no string"),
        ([bytes.fromhex("00"), keccak(b"child")], "extension of impossible length"),
        ([bytes.fromhex("00" + NIBBLES), keccak(b"child")], "extension of impossible length"),
        ([bytes.fromhex("1" + NIBBLES[0]), b""], "extension that leads nowhere"),
        ([bytes.fromhex("1" + NIBBLES[0]), b"short"], "reference of 5 bytes"),
        ([bytes.fromhex("1" + NIBBLES[0]), [b"\x20", b"v"]], "extension that does not lead to a branch"),
        (branch(n0=keccak(b"only")), "fewer than two children"),
        (branch(n0=keccak(b"a"), n1=keccak(b"b"), v=b"value"), "a value in a branch"),
        (branch(n0=keccak(b"a"), n1=b"\x01" * 31), "reference of 31 bytes"),
        (branch(n0=keccak(b"a"), n1=[b"\x20" + b"\x01" * 20, b"v" * 20]), "too long to stand in its parent"),
        ([b"a", b"b", b"c"], "a node of 3 items"),
        ([], "a node of 0 items"),
    ],
)
def test_read_a_node_that_no_trie_has_is_refused(node: Sequence[Any], reason: str) -> None:
    """Nodes whose digest is right, but which no honest trie contains."""
    encoded = other.encode(node)
    with pytest.raises(MalformedTrieNode, match=reason):
        read(keccak(encoded), PATH, [encoded])


def test_read_a_short_node_that_should_stand_in_its_parent_is_refused() -> None:
    """Nodes shorter than 32 bytes are never referred to by digest."""
    child = other.encode([bytes.fromhex("20" + NIBBLES[-2:]), b"v"])
    neighbour = f"n{int(NIBBLES[0], 16) ^ 1:x}"
    root = other.encode(branch(**{f"n{NIBBLES[0]}": keccak(child), neighbour: b"x" * 32}))
    with pytest.raises(MalformedTrieNode, match="short enough"):
        read(keccak(root), PATH, [root, child])


def test_read_a_node_that_stands_in_its_parent_is_followed() -> None:
    """Embedded nodes are part of the parent; they have no place of their own in the proof."""
    neighbour = int(NIBBLES[-1], 16) ^ 1
    leaves = {f"n{NIBBLES[-1]}": [b"\x20", b"v"], f"n{neighbour:x}": [b"\x20", b"w"]}
    root = other.encode([bytes.fromhex("1" + NIBBLES[:63]), branch(**leaves)])
    assert read(keccak(root), PATH, [root]) == b"v"


ELSEWHERE = f"{int(NIBBLES[0], 16) ^ 1:x}"


@pytest.mark.parametrize(
    "node",
    [
        [bytes.fromhex("1" + ELSEWHERE), keccak(b"child")],
        [bytes.fromhex("20" + ELSEWHERE + NIBBLES[1:]), b"value"],
        branch(**{f"n{ELSEWHERE}": keccak(b"a"), f"n{int(NIBBLES[0], 16) ^ 2:x}": keccak(b"b")}),
    ],
    ids=["extension", "leaf", "branch"],
)
def test_read_where_the_path_parts_from_all_others_proves_absence(node: Sequence[Any]) -> None:
    """A node of each kind that leads elsewhere ends the search; what is below it does not matter."""
    encoded = other.encode(node)
    assert read(keccak(encoded), PATH, [encoded]) is None
    with pytest.raises(UnusedProofNodes):
        read(keccak(encoded), PATH, [encoded, b"\x80"])


@pytest.mark.parametrize("size", [0, 20, 31, 33])
def test_read_a_path_of_another_length_is_refused(size: int) -> None:
    """Only digests are paths."""
    with pytest.raises(MalformedTrieNode, match="32 bytes"):
        read(MANY.root, b"\x01" * size, [])


def test_read_a_branch_where_every_path_has_ended_is_refused() -> None:
    """All paths have the same length, so nothing can part there."""
    child = other.encode(branch(n0=keccak(b"a"), n1=keccak(b"b")))
    neighbour = f"n{int(NIBBLES[-1], 16) ^ 1:x}"
    last = other.encode(branch(**{f"n{NIBBLES[-1]}": keccak(child), neighbour: keccak(b"c")}))
    root = other.encode([bytes.fromhex("1" + NIBBLES[:63]), keccak(last)])
    with pytest.raises(MalformedTrieNode, match="below the end"):
        read(keccak(root), PATH, [root, last, child])
