"""Direct awards are found as such, whichever of two ways a notice says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import ProcessFilter
from ledger.index.sync import Synchroniser
from ledger.ocds.importer import read_file
from ledger.terms import NoticeKind
from tests.index.town import Town, release

GROUND = {"scheme": "eu-direct-award-justification", "id": "unsuitable"}
OTHER = {"scheme": "someone-elses", "id": "unsuitable"}


def ocids(queries: Queries, method: str) -> set[str]:
    """The processes of the list that is narrowed to a method."""
    return {row.ocid for row in queries.processes(ProcessFilter(method=method)).items}


def test_run_limited_procedure_with_the_ground_of_a_direct_award_is_one(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """In the list, its facet, the statistics and the buyer's sums; without such a ground it stays what it is."""

    def publish(name: str, number: int = 1, **tender: Any) -> None:
        content = release(f"ocds-a2ef3d-{name}", number, **tender)
        town.notice(content["ocid"], town.keep(content), NoticeKind.AWARD)

    publish("ground", procurementMethod="limited", procurementMethodRationaleClassifications=[GROUND])
    publish("later", procurementMethod="limited", procurementMethodRationaleClassifications=[GROUND])
    publish("later", 2, procurementMethod="limited")
    publish("stated", procurementMethod="direct")
    publish("invited", procurementMethod="limited", procurementMethodRationaleClassifications=[OTHER])
    publish("none", procurementMethod="limited", procurementMethodRationaleClassifications="unsuitable")
    publish("open", procurementMethod="open", procurementMethodRationaleClassifications=[GROUND])
    synchroniser.run_once()
    queries = Queries(index)
    assert ocids(queries, "direct") == {f"ocds-a2ef3d-{name}" for name in ("ground", "later", "stated")}
    assert ocids(queries, "limited") == {"ocds-a2ef3d-invited", "ocds-a2ef3d-none"}
    methods = {"direct": 3, "limited": 2, "open": 1}
    facet = next(facet for facet in queries.facets(ProcessFilter()) if facet.name == "method")
    assert {each.value: each.count for each in facet.values} == methods
    assert dict(queries.statistics().methods) == methods
    sums = queries.organisation_sums(town.buyer)
    assert (sums.stated, sums.direct) == (6, 3)


@pytest.mark.parametrize("name", ["veat_24.xml", "can_25_ITA.xml"])
def test_run_real_notice_of_a_direct_award_is_one(
    town: Town, index: Index, synchroniser: Synchroniser, test_data: Path, name: str
) -> None:
    """Negotiated without a call (BT-105), with its ground (BT-136)."""
    (found,) = read_file((test_data / "eforms" / name).read_bytes(), ocid_prefix="ocds-a2ef3d").releases
    town.notice(found.ocid, town.keep(found.release), NoticeKind.AWARD)
    synchroniser.run_once()
    assert ocids(Queries(index), "direct") == {found.ocid}
