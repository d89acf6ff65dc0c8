"""Single fields of a bid, shown by its tenderer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.errors import BidMalformed, DisclosedMalformed, FieldUnproven
from ledger.evidence.disclosed import Disclosed, read_disclosed
from tests.sealing.actors import VALUES, Envelope, sealed_bid

SHOWN = ("lots/LOT-0001/value", "tenderers/0001")


@pytest.fixture(scope="module")
def bid() -> Envelope:
    """A sealed bid."""
    return sealed_bid()


def written(bid: Envelope, **changed: Any) -> bytes:
    """The file that shows two of its fields, with other members."""
    made = json.loads(Disclosed.of(bid.bid, bid.header, SHOWN).write())
    return json.dumps(made | changed).encode()


def test_disclose_shows_the_fields_and_nothing_else(bid: Envelope) -> None:
    """What is shown is proven; of the rest not a word is in the file."""
    content = written(bid)
    fields = read_disclosed(content).fields()
    assert {field.name: field.value for field in fields} == {name: VALUES[name] for name in SHOWN}
    hidden = [field.text for name, field in zip(bid.bid.names, bid.bid.fields, strict=True) if name not in SHOWN]
    assert hidden
    assert not any(text.encode() in content for text in hidden)


def test_disclose_field_that_the_bid_does_not_have_is_refused(bid: Envelope) -> None:
    """A name that is mistyped shows nothing."""
    with pytest.raises(FieldUnproven):
        Disclosed.of(bid.bid, bid.header, ("lots/LOT-0002/value",))


def test_disclosed_of_another_bid_or_altered_is_refused(bid: Envelope) -> None:
    """Each thing that the commitment rests on, and each field, is what it was."""
    made = json.loads(written(bid))
    other = sealed_bid({**VALUES, "lots/LOT-0001/value": {"amount": "1.00", "currency": "EUR"}})
    foreign = json.loads(Disclosed.of(other.bid, other.header, SHOWN).write())
    for changed in (
        {"fields": foreign["fields"]},
        {"digests": foreign["digests"]},
        {"digests": made["digests"][1:]},
        {"digests": [*made["digests"], made["digests"][-1]]},
        {"digests": made["digests"][::-1]},
        {"author": "11" * 20},
        {"ledger": "11" * 20},
        {"processId": "11" * 32},
        {"chainId": "1"},
        {"round": 2},
        {"restDigest": "11" * 32},
        {"commitment": foreign["commitment"]},
    ):
        with pytest.raises((FieldUnproven, BidMalformed)):
            read_disclosed(written(bid, **changed)).fields()


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "siegel-disclosed/2"},
        {"more": 1},
        {"round": "1"},
        {"fields": []},
        {"fields": [1]},
        {"ledger": "0x" + "11" * 20},
        {"ledger": "AA" * 20},
        {"ledger": 5},
        {"chainId": "x"},
        {"digests": ["11"]},
        {"digests": 5},
    ],
)
def test_read_disclosed_what_is_no_such_file_is_refused(bid: Envelope, changed: dict[str, Any]) -> None:
    """There is one form."""
    with pytest.raises(DisclosedMalformed):
        read_disclosed(written(bid, **changed))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b'{"format":"siegel-disclosed/1"}'])
def test_read_disclosed_no_json_object_is_refused(content: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(DisclosedMalformed):
        read_disclosed(content)
