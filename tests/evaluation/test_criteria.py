"""Criteria documents are read strictly, and refused for a named reason with its place."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger.errors import CriteriaForeign, CriteriaInvalid, LotUnknown
from ledger.evaluation.criteria import read_criteria
from tests.evaluation.criteria_vectors import schools, text_of


def test_read_criteria_of_more_than_a_mebibyte_refused() -> None:
    """White space included; one byte less is read."""
    data = text_of(schools()).encode()
    assert read_criteria(data.ljust(2**20)).currency == "EUR"
    with pytest.raises(CriteriaInvalid, match="no strict JSON"):
        read_criteria(data.ljust(2**20 + 1))


def test_read_criteria_takes_every_member() -> None:
    """Nothing that a tenderer's form needs is lost."""
    criteria = read_criteria(text_of(schools()).encode())
    assert (criteria.currency, criteria.main_bids) == ("EUR", 2)
    assert [lot.id for lot in criteria.lots] == ["LOT-0001", "LOT-0002", "LOT-0003"]
    second = criteria.lot("LOT-0002")
    assert (second.title, second.variants, second.method) == ("Schulen Süd", False, "weightedPoints")
    assert (second.price_weight, second.ties) == (Fraction(60), ("price", "lot"))
    assert [(each.id, each.weight, each.most_points) for each in second.criteria] == [
        ("concept", Fraction(30), Fraction(10)), ("response", Fraction(10), Fraction(5))]  # fmt: skip
    staff, concept = criteria.requirements[1], criteria.documents[1]
    assert (staff.data_type, staff.required, staff.description) == ("integer", False, "Köpfe im Objekt")
    assert staff.lots == ("LOT-0002", "LOT-0003")
    assert (concept.document_type, concept.most_bytes, concept.lots) == ("technicalSpecifications", None, ("LOT-0002",))
    assert criteria.documents[0].most_bytes == 10485760


def test_lot_that_the_criteria_do_not_have_is_named() -> None:
    """With those that there are."""
    with pytest.raises(LotUnknown) as unknown:
        read_criteria(text_of(schools()).encode()).lot("LOT-0009")
    assert unknown.value.values["known"] == "LOT-0001, LOT-0002, LOT-0003"


def test_require_digest_weights_altered_after_publication_refused() -> None:
    """A buyer who would rather weigh otherwise once the bids are known has other criteria than the ledger names."""
    published = read_criteria(text_of(schools()).encode())
    document = schools()
    document["lots"][1]["priceWeight"] = "50"
    document["lots"][1]["criteria"][0]["weight"] = "40"
    altered = read_criteria(text_of(document).encode())
    published.require_digest(published.digest)
    with pytest.raises(CriteriaForeign) as refused:
        altered.require_digest(published.digest)
    assert refused.value.values == {"expected": published.digest, "got": altered.digest}
