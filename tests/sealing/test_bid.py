"""Fields of a bid: salted, rooted, shown alone."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from ledger.errors import BidMalformed, FieldUnproven
from ledger.ocds.disclosure import make_disclosure
from ledger.sealing.bid import Bid, FieldProof, check_proof, read_field
from tests.sealing.actors import VALUES, document


def text_of(parts: Any) -> str:
    """A disclosure of anything."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


SALT = base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()


def test_root_is_what_the_specification_says() -> None:
    """Computed anew from the texts alone; a salt more or less is another root."""
    bid = Bid.of(VALUES)
    digests = sorted(hashlib.sha256(field.text.encode()).digest() for field in bid.fields)
    assert bid.root == hashlib.sha256(b"siegel/1 bid".ljust(32, b"\0") + b"".join(digests)).digest()
    assert Bid.of(VALUES).root != bid.root
    assert bid.names == sorted(VALUES)
    assert [each.size for each in bid.documents] == [VALUES[name]["size"] for name in sorted(VALUES)[:3]]


def test_prove_each_field_alone_and_nothing_else() -> None:
    """A field's proof shows its value and of the others digests."""
    bid = Bid.of(VALUES)
    for name in VALUES:
        proof = bid.prove(name)
        field = check_proof(proof, bid.root)
        assert (field.name, field.value) == (name, VALUES[name])
        for other in bid.fields:
            assert other.name == name or other.salt not in proof.text
    with pytest.raises(FieldUnproven, match="no field lots/LOT-0009/value"):
        bid.prove("lots/LOT-0009/value")


def test_check_proof_of_another_field_root_or_list_refused() -> None:
    """A value made up later, another bid's root, a digest more, fewer, twice, out of order or cut."""
    bid = Bid.of(VALUES)
    proof = bid.prove("lots/LOT-0001/value")
    made_up = make_disclosure("lots/LOT-0001/value", {"amount": "1.00", "currency": "EUR"}).text
    digests = proof.digests
    other_digest = hashlib.sha256(made_up.encode()).digest()
    cases = [
        (FieldProof(made_up, digests), bid.root, "not among"),
        (proof, Bid.of(VALUES).root, "not those of the bid"),
        (FieldProof(made_up, tuple(sorted([*digests, other_digest]))), bid.root, "not those of the bid"),
        (FieldProof(proof.text, digests[1:]), bid.root, "not those of the bid"),
        (FieldProof(proof.text, (*digests, digests[-1])), bid.root, "out of order"),
        (FieldProof(proof.text, tuple(reversed(digests))), bid.root, "out of order"),
        (FieldProof(proof.text, (b"".join(digests),)), bid.root, "not those of the bid"),
        (FieldProof(proof.text, ()), bid.root, "not those of the bid"),
    ]
    for given, root, reason in cases:
        with pytest.raises(FieldUnproven, match=reason):
            check_proof(given, root)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!", "base64url"),
        ("77u_" + text_of([SALT, "a", 1]), "byte order mark"),
        (text_of([SALT, "a"]), "name is not"),
        (text_of([SALT, "", 1]), "name is not"),
        (text_of([SALT, "a" * 257, 1]), "name is not"),
        (text_of([SALT, "ä", 1]), "name is not"),
        (text_of([SALT, "a\n", 1]), "name is not"),
        (text_of([SALT[:-1], "a", 1]), "salt of a"),
        (text_of([SALT + "A", "a", 1]), "salt of a"),
        (text_of([SALT[:-1] + "B", "a", 1]), "salt of a"),
        (text_of([SALT[:-1] + "=", "a", 1]), "salt of a"),
        (text_of({"salt": SALT}), "list of salt"),
        (text_of([SALT, "_sd", 1]), "reserved"),
    ],
)
def test_read_field_that_is_none_refused(text: str, reason: str) -> None:
    """Form, name and salt."""
    with pytest.raises(BidMalformed, match=reason):
        read_field(text)


def test_read_field_with_the_longest_name_accepted() -> None:
    """256 characters."""
    assert read_field(text_of([SALT, "a" * 256, 1])).name == "a" * 256


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**document("a", b""), "title": 1},
        {**document("a", b""), "size": "0"},
        {**document("a", b""), "size": -1},
        {**document("a", b""), "size": True},
        {**document("a", b""), "size": 1.0},
        {**document("a", b""), "size": 2**53},
        {**document("a", b""), "digest": "A" * 64},
        {**document("a", b""), "digest": "a" * 63},
        {**document("a", b""), "digest": "a" * 64 + "\n"},
        {**document("a", b""), "digest": 5},
    ],
)
def test_bid_document_without_title_size_and_digest_refused(value: Any) -> None:
    """Each of them wrong once."""
    with pytest.raises(BidMalformed, match="documents/0001 without title"):
        Bid.of({"documents/0001": value})


@pytest.mark.parametrize(
    "names", [["documents/0002"], ["documents/1"], ["documents/0001", "documents/0003"], ["documents/"]]
)
def test_bid_documents_that_do_not_count_up_refused(names: list[str]) -> None:
    """From 0001 without gaps."""
    with pytest.raises(BidMalformed, match="was expected"):
        Bid.of({name: document("a", b"") for name in names})


def test_bid_fields_out_of_order_twice_or_too_many_refused() -> None:
    """Strictly rising names, at most ten thousand."""
    first, second = make_disclosure("a", 1), make_disclosure("b", 1)
    for fields in ([second, first], [first, first], [first, make_disclosure("a", 2)]):
        with pytest.raises(BidMalformed, match="out of order"):
            Bid(fields)
    with pytest.raises(BidMalformed, match="10001 fields"):
        Bid([first] * 10_001)
    assert Bid([]).root == hashlib.sha256(b"siegel/1 bid".ljust(32, b"\0")).digest()
