"""Minutes as JSON, ``siegel-minutes/1``, and what tenderers see of them, ``siegel-opening-result/1``.

Both in the one way of writing JSON, so that two officers who know the same get equal bytes. The result is made of what
§ 14(3) VOB/A lists under a to d, and of nothing else: neither numbers nor accounts of bids, so that nobody learns from
it which commitment on the ledger is whose.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Final

from ledger.evaluation.price_order import ToldOffer
from ledger.ocds.json_text import write_json
from ledger.opening.minutes import MinutedLot, MinutedOffer, Minutes
from ledger.opening.stated_offers import Tenderer

FORMAT: Final = "siegel-minutes/1"
RESULT_FORMAT: Final = "siegel-opening-result/1"
LONGEST: Final = 300
MOST_TENDERERS: Final = 100
"""So that no name or consortium makes a result too long for the others to be told."""


def minutes_json(minutes: Minutes) -> bytes:
    """All of the minutes, names of members in camelCase, times in seconds since 1970. Confidential."""
    law = dataclasses.asdict(minutes.law)
    return write_json({"format": FORMAT, "law": law, **_plain(minutes)})


def opening_result(minutes: Minutes) -> dict[str, Any]:
    """What the tenderers of this round may see, for nobody else. Raises OpeningResultForbidden, AnswersNotTold."""
    source = minutes.require_result()
    return {
        "format": RESULT_FORMAT,
        "source": source,
        "authority": minutes.authority,
        "title": minutes.title,
        "ocid": minutes.ocid,
        "processId": minutes.process_id,
        "round": minutes.round,
        "deadline": minutes.deadline,
        "openedAt": minutes.opened_at,
        "chainId": minutes.chain_id,
        "ledger": minutes.ledger,
        "lots": [{"id": lot.id, "title": lot.title, "offers": _result_offers(minutes, lot)} for lot in minutes.lots],
    }


def result_json(minutes: Minutes) -> bytes:
    """``opening_result`` as bytes. Raises OpeningResultForbidden."""
    return write_json(opening_result(minutes))


def _result_offers(minutes: Minutes, lot: MinutedLot) -> list[dict[str, Any]]:
    """Main bids with their sums; of variants the law tells how many. An account that has variants only, or a tenderer
    on paper, stands there once."""
    bids = {bid.bid: bid for bid in minutes.bids}
    only_variants: dict[str | tuple[Tenderer, ...], MinutedOffer] = {}
    told = []
    for each in lot.offers:
        bid = bids[each.bid]
        if each.offer.variant is None or not each.main_bids:
            if (
                each.offer.variant is not None
                and only_variants.setdefault(bid.author or bid.tenderers, each) is not each
            ):
                continue
            told.append(_result_offer(each, bid.tenderers))
    return told


def _result_offer(each: MinutedOffer, whose: tuple[Tenderer, ...]) -> dict[str, Any]:
    stated = each.offer.stated if each.offer.variant is None else ToldOffer(None, None, None)
    return {
        "tenderers": [{"name": _cut(one.name), "address": _cut(one.address)} for one in whose[:MOST_TENDERERS]],
        "amount": stated.amount,
        "currency": stated.currency,
        "discount": stated.discount,
        "variants": each.variants,
    }


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else text[:LONGEST] + "…"


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {_camel(each.name): _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
