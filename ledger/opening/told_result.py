"""What tenderers are told of an opening, read again (``siegel-opening-result/1``; ``docs/opening.md``, the minutes).

Whoever has it got it from a server or as a file, so it is read as what anybody may have written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.errors import OpeningResultUnreadable, ResultForeign
from ledger.evaluation.price_order import ToldOffer
from ledger.opening.minutes_json import RESULT_FORMAT


@dataclass(frozen=True, slots=True)
class ResultOf:
    """The opening that a result must be of."""

    chain_id: int
    ledger: bytes
    process_id: bytes
    round: int


@dataclass(frozen=True, slots=True)
class ToldBid:
    """``tenderers``: their names; ``variants``: how many the same account has."""

    tenderers: tuple[str, ...]
    offer: ToldOffer
    variants: int


@dataclass(frozen=True, slots=True)
class ToldLot:
    """A lot with the offers that were told, in their order."""

    id: str
    title: str | None
    bids: tuple[ToldBid, ...]

    @property
    def offers(self) -> list[ToldOffer]:
        """The figures alone."""
        return [bid.offer for bid in self.bids]


@dataclass(frozen=True, slots=True)
class ToldResult:
    """``source``: the law."""

    title: str | None
    ocid: str | None
    source: str
    lots: tuple[ToldLot, ...]


def read_told_result(told: Any, of: ResultOf, where: str) -> ToldResult:
    """``where``: whoever gave it. Raises ResultForeign for the result of another opening, OpeningResultUnreadable for
    what is none; no lot stands twice in one."""
    whole = _object(told, "")
    expected = {
        "format": RESULT_FORMAT, "processId": of.process_id.hex(), "round": str(of.round),
        "chainId": str(of.chain_id), "ledger": of.ledger.hex(),
    }  # fmt: skip
    for field, value in expected.items():
        got = str(whole.get(field)).removeprefix("0x").lower()
        if got != value:
            raise ResultForeign(where=where, field=field, expected=value, got=" ".join(got[:80].split()))
    lots = tuple(_lot(each, f"lots/{number}") for number, each in enumerate(_list(whole.get("lots"), "lots")))
    seen = set[str]()
    for lot in lots:
        if lot.id in seen:
            raise OpeningResultUnreadable(reason=f"lots: has {lot.id[:80]!r} twice")
        seen.add(lot.id)
    return ToldResult(_text_or_none(whole, "title"), _text_or_none(whole, "ocid"), _text(whole, "source"), lots)


def _lot(given: Any, place: str) -> ToldLot:
    lot = _object(given, place)
    return ToldLot(_text(lot, "id", place), _text_or_none(lot, "title", place), tuple(_bids(lot, place)))


def _bids(lot: Mapping[str, Any], place: str) -> Iterator[ToldBid]:
    for number, each in enumerate(_list(lot.get("offers"), f"{place}/offers")):
        at = f"{place}/offers/{number}"
        bid = _object(each, at)
        figures = [_text_or_none(bid, name, at) for name in ("amount", "currency", "discount")]
        tenderers = [_object(one, f"{at}/tenderers") for one in _list(bid.get("tenderers"), f"{at}/tenderers")]
        names = tuple(_text_or_none(one, "name", f"{at}/tenderers") or "–" for one in tenderers)
        variants = bid.get("variants")
        if not isinstance(variants, int) or isinstance(variants, bool) or not 0 <= variants < 2**53:
            raise OpeningResultUnreadable(reason=f"{at}/variants: is no number of variants")
        yield ToldBid(names, ToldOffer(*figures), variants)


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise OpeningResultUnreadable(reason=f"{place}: is no object" if place else "is no object")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise OpeningResultUnreadable(reason=f"{place}: is no list")
    return value


def _text_or_none(of: Mapping[str, Any], name: str, place: str = "") -> str | None:
    value = of.get(name)
    if value is not None and not isinstance(value, str):
        raise OpeningResultUnreadable(reason=f"{place}/{name}: is no text".removeprefix("/"))
    return value


def _text(of: Mapping[str, Any], name: str, place: str = "") -> str:
    value = _text_or_none(of, name, place)
    if value is None:
        raise OpeningResultUnreadable(reason=f"{place}/{name}: is no text".removeprefix("/"))
    return value
