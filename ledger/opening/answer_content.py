"""What is in an answer of a supplement round, from its fields (``docs/siegel-1.md``, the fields of a bid).

As of a bid, a tenderer can write anything into a field, and what is not of the form stands there as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.opening.main_bids import MainBids
from ledger.opening.minutes import AnsweredFile, MinutedAnswer, Response
from ledger.opening.stated_offers import as_stated

_RESPONSE: Final = "requirementResponses/"
_DOCUMENT: Final = "documents/"


def answer_of(bid: int, values: Mapping[str, Any], main_bids: MainBids) -> MinutedAnswer:
    """The answer with this number in its round."""
    return MinutedAnswer(
        bid=bid,
        main_bid=main_bids.named_in(values),
        responses=tuple(
            Response(requirement=name.removeprefix(_RESPONSE), value=_response(values[name]))
            for name in sorted(values)
            if name.startswith(_RESPONSE)
        ),
        files=tuple(_file(name, values[name]) for name in sorted(values) if name.startswith(_DOCUMENT)),
    )


def _response(given: Any) -> str:
    match given:
        case {"value": str(text)}:
            return text
        case {"value": value}:
            return as_stated(value)
    return as_stated(given)


def _file(name: str, given: Any) -> AnsweredFile:
    match given:
        case {"title": str(title), "size": int(size), "digest": str(digest)}:
            return AnsweredFile(field=name, title=title, size=size, digest=digest)
    # No bid opens with such a document: somebody entered it by hand for an answer on paper.
    return AnsweredFile(field=name, title=as_stated(given), size=None, digest=None)
