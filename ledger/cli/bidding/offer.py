"""The file that a tenderer writes a bid in, and the fields (``docs/siegel-1.md``) that come of it.

JSON, in words of OCDS::

    {
      "tenderers": [{"name": "Dachdeckerei Beispiel GmbH", "identifier": {"scheme": "DE-HRB", "id": "1234"}}],
      "subcontractors": [{"name": "Gerüstbau Muster", "lots": ["LOT-0001"]}],
      "lots": {"LOT-0001": {"value": {"amount": "148500.00", "currency": "EUR"}, "discount": {"percentage": "2"}}},
      "requirementResponses": {"warranty": 5},
      "documents": [{"file": "price-list.pdf", "requirement": "price-list"}]
    }

Documents lie beside the file, or where their path leads from there.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from ledger.cli.values import why_unreadable
from ledger.errors import ArgumentInvalid, OfferInvalid, SiegelError
from ledger.evaluation.figures import read_decimal, read_percentage
from ledger.evaluation.ids import is_id
from ledger.ocds.json_text import read_json
from ledger.sealing.bid import Bid

MEMBERS: Final = {"tenderers", "subcontractors", "lots", "requirementResponses", "documents", "mainBid"}
OF_A_LOT: Final = {"value", "discount", "variant"}
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Offer:
    """A bid before it is sealed: its fields, and what opens its documents, in order."""

    bid: Bid
    documents: tuple[Callable[[], BinaryIO], ...]


def read_offer(path: Path, argument: str = "--bid") -> Offer:
    """Raises ArgumentInvalid for a file that cannot be read, OfferInvalid for what is no bid, FileUnusable."""
    try:
        content = read_json(path.read_bytes())
    except OSError as error:
        raise ArgumentInvalid(argument=argument, value=path, why=why_unreadable(error)) from error
    except SiegelError as error:
        raise OfferInvalid(member="", reason=str(error)) from error
    offered = _object(content, "")
    _known(offered, MEMBERS, "")
    values: dict[str, Any] = {}
    for name in ("tenderers", "subcontractors"):
        for number, each in enumerate(_list(offered.get(name, []), name), 1):
            values[f"{name}/{number:04}"] = _named(each, f"{name}/{number - 1}")
    if "tenderers/0001" not in values:
        raise OfferInvalid(member="tenderers", reason="nobody offers")
    for lot, said in _object(offered.get("lots", {}), "lots").items():
        values |= _of_lot(lot, said)
    for requirement, value in _object(offered.get("requirementResponses", {}), "requirementResponses").items():
        _require_id(requirement, "requirementResponses")
        values[f"requirementResponses/{requirement}"] = {"value": value}
    if "mainBid" in offered:
        values["mainBid"] = offered["mainBid"]
    opened: list[Callable[[], BinaryIO]] = []
    for number, each in enumerate(_list(offered.get("documents", []), "documents"), 1):
        described, file = _document(each, f"documents/{number - 1}", path.parent)
        values[f"documents/{number:04}"] = described
        opened.append(partial(_open, file))
    return Offer(Bid.of(values), tuple(opened))


def values_of(bid: Bid) -> dict[str, Any]:
    """The values of a bid by the names of its fields."""
    return {name: field.value for name, field in zip(bid.names, bid.fields, strict=True)}


def _of_lot(lot: str, said: Any) -> Mapping[str, Any]:
    where = f"lots/{lot}"
    _require_id(lot, "lots")
    found = _object(said, where)
    _known(found, OF_A_LOT, where)
    value = _object(found.get("value"), f"{where}/value")
    _known(value, {"amount", "currency"}, f"{where}/value")
    _require(_is_decimal(value.get("amount")), f"{where}/value/amount", 'decimal text, as "1234.50"')
    _require(_is_currency(value.get("currency")), f"{where}/value/currency", 'three letters, as "EUR"')
    values: dict[str, Any] = {f"{where}/value": value}
    if "discount" in found:
        discount = _object(found["discount"], f"{where}/discount")
        _known(discount, {"percentage"}, f"{where}/discount")
        percentage = read_percentage(discount.get("percentage"))
        _require(percentage is not None, f"{where}/discount/percentage", 'decimal text up to "100"')
        values[f"{where}/discount"] = discount
    if "variant" in found:
        _require_id(found["variant"], f"{where}/variant")
        values[f"{where}/variant"] = found["variant"]
    return values


def _document(said: Any, where: str, folder: Path) -> tuple[dict[str, Any], Path]:
    """What the bid says of a document, and where it lies."""
    found = dict(_object(said, where))
    file = found.pop("file", None)
    if not isinstance(file, str) or not file:
        raise OfferInvalid(member=f"{where}/file", reason="no path")
    path = folder / file
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
            size += len(piece)
    kind, _ = mimetypes.guess_type(path.name)
    described = {"title": path.name, **({"format": kind} if kind else {}), **found}
    return {**described, "size": size, "digest": digest.hexdigest()}, path


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _named(said: Any, where: str) -> dict[str, Any]:
    found = _object(said, where)
    if not isinstance(found.get("name"), str) or not found["name"].strip():
        raise OfferInvalid(member=f"{where}/name", reason="no name")
    return found


def _object(said: Any, where: str) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise OfferInvalid(member=where, reason="no object")
    return said


def _list(said: Any, where: str) -> list[Any]:
    if not isinstance(said, list) or len(said) > 9_999:
        raise OfferInvalid(member=where, reason="no list, or too long a one")
    return said


def _known(found: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in found:
        if name not in known:
            raise OfferInvalid(member=f"{where}/{name}".lstrip("/"), reason="unknown")


def _require_id(said: Any, where: str) -> None:
    _require(is_id(said), where, "1 to 64 characters of A-Z a-z 0-9 . _ -")


def _is_decimal(said: Any) -> bool:
    return read_decimal(said) is not None


def _is_currency(said: Any) -> bool:
    return isinstance(said, str) and _CURRENCY.fullmatch(said) is not None


def _require(is_so: bool, where: str, expected: str) -> None:
    if not is_so:
        raise OfferInvalid(member=where, reason=f"expected is {expected}")
