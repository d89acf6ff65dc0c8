"""Shares on their way to the officers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.errors import ContributionForeign, ContributionMalformed, KeySetDiffers, ShareUnopenable
from ledger.sealing import opening
from ledger.sealing.context import Group
from ledger.sealing.contribution import contribute, open_contribution, read_contribution
from tests.sealing.actors import CONTEXT, KEY_SET, OFFICERS, OFFICERS_ALONE, digest, private_key, sealed_bid

ENVELOPE = sealed_bid()
SECOND = sealed_bid()
SHARE = ENVELOPE.share(Group.CUSTODIANS, 2)
MADE = contribute(ENVELOPE.header, KEY_SET, Group.CUSTODIANS, 2, SHARE)
RAW = MADE.encoded()


def test_contributions_of_two_and_two_open_the_bid_for_each_officer() -> None:
    """What they send to each other is enough for every officer alone at the own desk, and for nobody else."""
    given = [(group, index) for group in Group for index in (1, 3)]
    sent = [contribute(ENVELOPE.header, KEY_SET, *whose, ENVELOPE.share(*whose)).encoded() for whose in given]
    for officer, name in enumerate(OFFICERS, 1):
        shares = {}
        for data in sent:
            read = read_contribution(data, ENVELOPE.header, KEY_SET)
            shares[read.group, read.index] = open_contribution(read, KEY_SET, officer, private_key(name))
        assert opening.find_seed(ENVELOPE.header, KEY_SET, shares).seed == ENVELOPE.sealed.seed
    for name in ("custodian one", "officer two"):
        with pytest.raises(ShareUnopenable):
            open_contribution(MADE, KEY_SET, 1, private_key(name))


def test_contribution_words_are_those_of_the_specification() -> None:
    """Head, number of officers, four words each; and it is sealed anew each time."""
    assert RAW[:32] == b"siegel/1 contribution" + bytes(11)
    assert RAW[32 : 10 * 32] == CONTEXT.words(ENVELOPE.bid.root)
    assert RAW[10 * 32 : 11 * 32] == ENVELOPE.header.rest_digest
    assert RAW[11 * 32 : 13 * 32] == (2 * 256 + 2).to_bytes(32, "big") + (3).to_bytes(32, "big")
    assert len(RAW) == 32 * (13 + 3 * 4)
    assert read_contribution(RAW, ENVELOPE.header, KEY_SET) == MADE
    again = contribute(ENVELOPE.header, KEY_SET, Group.CUSTODIANS, 2, SHARE).encoded()
    assert again[: 13 * 32] == RAW[: 13 * 32]
    assert again[13 * 32 : 13 * 32 + 65] != RAW[13 * 32 : 13 * 32 + 65]


def with_word(place: int, value: bytes) -> bytes:
    """Another word there."""
    return RAW[: 32 * place] + value + RAW[32 * place + 32 :]


PADDED = RAW[16 * 32 : 17 * 32 - 1] + b"\1"


@pytest.mark.parametrize(
    ("data", "position"),
    [
        (with_word(0, b"siegel/1 envelope".ljust(32, b"\0")), 0),
        (with_word(11, (3 * 256 + 1).to_bytes(32, "big")), 352),
        (with_word(11, (256).to_bytes(32, "big")), 352),
        (with_word(11, (256 + 4).to_bytes(32, "big")), 352),
        (with_word(11, (2 * 256 + 4).to_bytes(32, "big")), 352),
        (with_word(12, (2).to_bytes(32, "big")), 384),
        (with_word(16, PADDED), 416),
        (RAW[:-1] + b"\1", 416 + 2 * 128),
        (RAW[:-1], len(RAW) - 1),
        (RAW + b"\0", len(RAW)),
        (b"", 0),
    ],
)
def test_read_contribution_of_another_form_refused(data: bytes, position: int) -> None:
    """Where."""
    with pytest.raises(ContributionMalformed) as refused:
        read_contribution(data, ENVELOPE.header, KEY_SET)
    assert refused.value.values["position"] == position


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"chain_id": 1}, "chainId"), ({"ledger": bytes(20)}, "ledger"), ({"process_id": bytes(32)}, "processId"),
        ({"round": 2}, "round"), ({"author": bytes(20)}, "author"), ({"key_set": bytes(32)}, "keySet"),
        ({"not_before": 0}, "notBefore"),
    ],
)  # fmt: skip
def test_read_contribution_to_another_bid_refused(changes: dict[str, Any], name: str) -> None:
    """A share that was released for one bid opens no other."""
    other = replace(ENVELOPE.header, context=replace(CONTEXT, **changes))
    with pytest.raises(ContributionForeign) as refused:
        read_contribution(RAW, other, KEY_SET)
    assert refused.value.values["field"] == name


def test_read_contribution_to_a_bid_of_the_same_author_refused() -> None:
    """The bid that was replaced stays closed, and so does a second envelope of the same bid."""
    with pytest.raises(ContributionForeign, match="restDigest"):
        read_contribution(RAW, replace(SECOND.header, bid_root=ENVELOPE.header.bid_root), KEY_SET)
    with pytest.raises(ContributionForeign, match="bidRoot"):
        read_contribution(RAW, replace(ENVELOPE.header, bid_root=digest("another")), KEY_SET)


def test_open_contribution_of_an_altered_head_refused() -> None:
    """Whose share it is stands under the seal as well."""
    claimed = replace(MADE, head=MADE.head[:-1] + b"\3", index=3)
    with pytest.raises(ShareUnopenable) as refused:
        open_contribution(claimed, KEY_SET, 1, private_key("officer one"))
    assert refused.value.values == {"group": "custodians", "index": 3}


def test_contribution_under_another_key_set_refused() -> None:
    """Numbers and thresholds are the envelope's."""
    with pytest.raises(KeySetDiffers):
        contribute(ENVELOPE.header, OFFICERS_ALONE, Group.OFFICERS, 1, SHARE)
    with pytest.raises(KeySetDiffers):
        read_contribution(RAW, ENVELOPE.header, OFFICERS_ALONE)
