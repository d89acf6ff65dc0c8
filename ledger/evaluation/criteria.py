"""The criteria of a tender, format ``siegel-criteria/1`` (``docs/criteria-1.md``; § 127 GWB, § 58(3) VgV)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from ledger.errors import CriteriaForeign, CriteriaInvalid, LotUnknown
from ledger.evaluation.figures import exact
from ledger.evaluation.part import Part

FORMAT: Final = "siegel-criteria/1"
LOWEST_PRICE: Final = "lowestPrice"
WEIGHTED_POINTS: Final = "weightedPoints"
UFAB_SIMPLE: Final = "ufabSimple"
METHODS: Final = (LOWEST_PRICE, WEIGHTED_POINTS, UFAB_SIMPLE)
DATA_TYPES: Final = ("string", "boolean", "integer", "number")
MOST_CRITERIA: Final = 50
"""Of one lot. With figures of at most 60 characters it bounds how long an exact sum of points can get."""
TIES: Final = (("price", "lot"), ("price",), ("lot",), ())
"""What decides between equals, in this order: the lower price, the drawing of lots."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What points are given for, from 0 to ``most_points``. ``weight`` is in percent of the whole, above zero."""

    id: str
    title: str
    weight: Fraction
    most_points: Fraction


@dataclass(frozen=True, slots=True)
class CriteriaLot:
    """How bids for one lot are ranked. ``price_weight`` in percent, of ``weightedPoints``; else None."""

    id: str
    title: str
    variants: bool
    method: str
    price_weight: Fraction | None
    criteria: tuple[Criterion, ...]
    ties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A question to the tenderers (OCDS *Requirement*). ``lots``: of which lots; empty: of the whole bid."""

    id: str
    title: str
    description: str | None
    data_type: str
    required: bool
    lots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentSlot:
    """A file that the tenderers add. ``most_bytes``: its largest size; None: as large as an envelope may be."""

    id: str
    title: str
    description: str | None
    required: bool
    lots: tuple[str, ...]
    document_type: str | None
    most_bytes: int | None


@dataclass(frozen=True, slots=True)
class Criteria:
    """The whole document. ``digest`` is what the ledger names as ``criteria``; ``main_bids``: how many main bids a
    tenderer may hand in."""

    digest: bytes
    currency: str
    main_bids: int
    lots: tuple[CriteriaLot, ...]
    requirements: tuple[Requirement, ...]
    documents: tuple[DocumentSlot, ...]

    def lot(self, lot_id: str) -> CriteriaLot:
        """The lot of that id. Raises LotUnknown."""
        for lot in self.lots:
            if lot.id == lot_id:
                return lot
        raise LotUnknown(lot=lot_id, known=", ".join(each.id for each in self.lots))

    @property
    def needs_points(self) -> bool:
        """Whether a lot cannot be ranked by prices alone."""
        return any(lot.criteria for lot in self.lots)

    def require_digest(self, expected: bytes) -> None:
        """Raises CriteriaForeign if these are not the criteria that the ledger names."""
        if self.digest != expected:
            raise CriteriaForeign(expected=expected, got=self.digest)


def criteria_digest(data: bytes) -> bytes:
    """What TenderPublished names as ``criteria``: SHA-256 of the document's bytes, unsalted, for it is public."""
    return hashlib.sha256(data).digest()


def read_criteria(data: bytes) -> Criteria:
    """The criteria in a document. Raises CriteriaInvalid, whose reason begins with the place."""
    whole = Part.of(data, CriteriaInvalid)
    form, currency, main_bids, lots, requirements, documents = whole.members(
        "format", "currency", "mainBids", "lots", "requirements", "documents"
    )
    form.one_of(FORMAT)
    read_currency, read_main_bids = currency.currency(), main_bids.whole(1)
    read_lots = tuple(_lot(part) for part in lots.items())
    if not read_lots:
        lots.refuse("is empty")
    lots.require_once(lot.id for lot in read_lots)
    known = {lot.id for lot in read_lots}
    read_requirements = tuple(_requirement(part, known) for part in requirements.items())
    requirements.require_once(each.id for each in read_requirements)
    read_documents = tuple(_document(part, known) for part in documents.items())
    documents.require_once(each.id for each in read_documents)
    return Criteria(criteria_digest(data), read_currency, read_main_bids, read_lots, read_requirements, read_documents)


def _lot(part: Part) -> CriteriaLot:
    lot_id, title, variants, method, price_weight, criteria, ties = part.members(
        "id", "title", "variants", "method", "priceWeight", "criteria", "ties"
    )
    lot = CriteriaLot(
        lot_id.id(),
        title.text(),
        variants.flag(),
        method.one_of(*METHODS),
        None if price_weight.is_null() else price_weight.decimal(),
        tuple(_criterion(each) for each in criteria.items()),
        tuple(each.one_of("price", "lot") for each in ties.items()),
    )
    if len(lot.criteria) > MOST_CRITERIA:
        criteria.refuse(f"has more than {MOST_CRITERIA} entries")
    criteria.require_once(each.id for each in lot.criteria)
    if lot.ties not in TIES:
        ties.refuse("is not in the order price, lot")
    if (lot.method == WEIGHTED_POINTS) is (lot.price_weight is None):
        price_weight.refuse(f"does not fit the method {lot.method}")
    if (lot.method == LOWEST_PRICE) is bool(lot.criteria):
        criteria.refuse(f"does not fit the method {lot.method}")
    total = sum((each.weight for each in lot.criteria), lot.price_weight or Fraction(0))
    if lot.criteria and total != 100:
        part.refuse(f"has weights that sum up to {exact(total)}, not to 100")
    return lot


def _criterion(part: Part) -> Criterion:
    criterion_id, title, weight, most_points = part.members("id", "title", "weight", "mostPoints")
    criterion = Criterion(criterion_id.id(), title.text(), weight.decimal(), most_points.decimal())
    for each, figure in ((weight, criterion.weight), (most_points, criterion.most_points)):
        if figure == 0:
            each.refuse("is zero")
    return criterion


def _requirement(part: Part, known: Set[str]) -> Requirement:
    requirement_id, title, description, data_type, required, lots = part.members(
        "id", "title", "description", "dataType", "required", "lots"
    )
    return Requirement(
        requirement_id.id(),
        title.text(),
        description.text_or_none(),
        data_type.one_of(*DATA_TYPES),
        required.flag(),
        _lots(lots, known),
    )


def _document(part: Part, known: Set[str]) -> DocumentSlot:
    slot_id, title, description, required, lots, document_type, most_bytes = part.members(
        "id", "title", "description", "required", "lots", "documentType", "mostBytes"
    )
    return DocumentSlot(
        slot_id.id(),
        title.text(),
        description.text_or_none(),
        required.flag(),
        _lots(lots, known),
        document_type.text_or_none(),
        None if most_bytes.is_null() else most_bytes.whole(1),
    )


def named_lot(part: Part, known: Mapping[str, CriteriaLot]) -> CriteriaLot:
    """The lot that a document names, of those by id. Refused by the document's error if it is none of them."""
    lot_id = part.id()
    if lot_id not in known:
        part.refuse("is no lot of the criteria")
    return known[lot_id]


def _lots(part: Part, known: Set[str]) -> tuple[str, ...]:
    found = part.ids()
    for each in found:
        if each not in known:
            part.refuse(f"names the lot {each}, which there is not")
    return found
