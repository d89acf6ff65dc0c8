"""``round.json``: what an opening leaves behind."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.errors import OpenedRoundUnreadable
from ledger.opening.opened import OpenedBid, OpenedRound, document_path, opened_folder, read_opened
from ledger.sealing.bid import Bid
from tests.sealing.actors import VALUES, digest

_BID = Bid.of(VALUES)
_OPENED = OpenedBid(
    bid=0, commitment=digest("commitment"), author=digest("author")[:20], arrival=1_800_000_000,
    block_time=1_800_000_003, late=False, promised=True, admitted=False, present=True, outcome="opened",
       values=VALUES, disclosures=tuple(field.text for field in _BID.fields),
)  # fmt: skip
_UNREADABLE = replace(
    _OPENED, bid=1, outcome="unreadable", values=None, disclosures=None, evidence={"refusal": "BidMalformed"}
)
_PAPER = replace(
    _OPENED, bid=2**31, commitment=None, author=None, outcome="external", disclosures=None, values={"a": 1}
)
_ROUND = OpenedRound(
    process_id=digest("process"), ocid="ocds-x-1", round=1, deadline=1_800_000_000, closed_at=1_800_000_100,
    bids=(_OPENED, _UNREADABLE, _PAPER),
)  # fmt: skip


def test_read_what_was_written_gives_the_same_for_its_owner_alone(tmp_path: Path) -> None:
    """All of a round comes back, and nobody else on the machine can look at it."""
    path = opened_folder(tmp_path, _ROUND.process_id, 1) / "round.json"
    _ROUND.write(path)
    assert read_opened(path) == _ROUND
    assert [bid.is_external for bid in _ROUND.bids] == [False, False, True]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_read_altered_values_gives_those_of_the_disclosures(tmp_path: Path) -> None:
    """Whoever alters a price in the file alters nothing: the field's text says it."""
    path = tmp_path / "round.json"
    _ROUND.write(path)
    path.write_text(path.read_text().replace('"148500.00"', '"1.00"'))
    assert read_opened(path) == _ROUND


def test_write_a_number_that_no_float_holds_keeps_it(tmp_path: Path) -> None:
    """A tenderer's odd number keeps nobody from writing and reading the round."""
    number = Decimal("0.1000000000000000000000000000000001")
    bid = replace(_OPENED, values={"x": number}, disclosures=None)
    path = tmp_path / "round.json"
    replace(_ROUND, bids=(bid,)).write(path)
    assert json.loads(path.read_text())["bids"][0]["values"] == {"x": str(number)}


def test_write_a_field_nested_as_deep_as_a_bid_may_is_read_again(tmp_path: Path) -> None:
    """A field at the limit of nesting keeps no officer from reading the others."""
    value: object = 1
    for _ in range(62):
        value = [value]
    bid = Bid.of({"requirementResponses/deep": value})
    deep = replace(_OPENED, values={"requirementResponses/deep": value}, disclosures=(bid.fields[0].text,))
    path = tmp_path / "round.json"
    replace(_ROUND, bids=(deep, _UNREADABLE)).write(path)
    assert read_opened(path).bids == (deep, _UNREADABLE)


def test_write_a_deep_list_takes_no_more_room_than_it_was_sealed_in(tmp_path: Path) -> None:
    """A tenderer packs a hundred thousand numbers into sixty lists: the file does not grow by what is before them."""
    value: list[object] = [0] * 100_000
    for _ in range(60):
        value = [value]
    bid = Bid.of({"requirementResponses/deep": value})
    text = bid.fields[0].text
    path = tmp_path / "round.json"
    deep = replace(_OPENED, values={"requirementResponses/deep": value}, disclosures=(text,))
    replace(_ROUND, bids=(deep,)).write(path)
    assert path.stat().st_size < 3 * len(text)
    assert read_opened(path).bids == (deep,)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("siegel-opened/1", "siegel-opened/2"),
        ('"deadline"', '"deadlines"'),
        ('"opened"', '"shredded"'),
        ('"late": false', '"late": 0'),
        ('"closedAt": 1', '"closedAt": -1'),
        ('"ocid": "ocds-x-1"', '"ocid": 1'),
        (digest("process").hex(), "00"),
        ("{", "", ),
    ],
)  # fmt: skip
def test_read_what_is_no_opened_round_names_it(was: str, becomes: str, tmp_path: Path) -> None:
    """A file of another form is refused as a whole."""
    path = tmp_path / "round.json"
    _ROUND.write(path)
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, becomes, 1))
    with pytest.raises(OpenedRoundUnreadable):
        read_opened(path)


def test_read_a_missing_file_names_it(tmp_path: Path) -> None:
    """Nothing was opened here."""
    with pytest.raises(OpenedRoundUnreadable):
        read_opened(tmp_path / "round.json")


@pytest.mark.parametrize("field", ["documents/../1", "documents/1", "../0001", "documents/000a", "documents/٠٠٠١"])
def test_path_of_what_is_no_document_is_refused(field: str, tmp_path: Path) -> None:
    """Only four digits ever become part of a path."""
    assert document_path(tmp_path, 3, "documents/0012") == tmp_path / "documents" / "3" / "0012"
    with pytest.raises(ValueError, match=re.escape(field)):
        document_path(tmp_path, 3, field)


def test_write_leaves_a_folder_that_was_there_as_it_is(tmp_path: Path) -> None:
    """Whoever writes beside other things, such as for a try in /tmp, does not shut others out of it."""
    tmp_path.chmod(0o755)
    _ROUND.write(tmp_path / "round.json")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "round.json").stat().st_mode) == 0o600
