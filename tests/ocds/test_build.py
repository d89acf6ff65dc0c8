"""Our own releases: each kind passes the standard's checker, and what would not pass is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from ledger.errors import OcidInvalid, OcidMissing, ReleaseDateMissing, ReleaseInvalid
from ledger.ocds import build, model
from ledger.ocds.check import check_release
from ledger.ocds.json_text import read_json, write_json
from ledger.ocds.package import PackageInfo, record, record_package, release_package
from ledger.ocds.privacy import POLICIES, conceal_personal
from tests.ocds.conftest import Check

START = datetime(2026, 3, 1, 9, tzinfo=UTC)

BUYER = model.Party(
    id="DE-1",
    name="Stadt Musterbach",
    roles=("buyer", "procuringEntity"),
    identifier=model.Identifier(scheme="DE-LWID", id="05315000"),
    address=model.Address(locality="Musterbach", postal_code="12345", country_name="DE"),
    contact_point=model.ContactPoint(name="Erika Muster", email="vergabe@musterbach.example"),
)
PAINTER = model.Party(id="B-7", name="Malermeister Otto Muster", roles=("supplier",), natural_person=True)
PROCESS = build.Process("ocds-abc123-2026-0001", BUYER)
TENDER = model.Tender(
    id="T-1",
    title="Malerarbeiten Grundschule",
    procuring_entity=model.Reference(id="DE-1"),
    procurement_method="open",
    main_procurement_category="works",
    value=model.Value(amount=Decimal("12000.50")),
    tender_period=model.Period(start_date=START, end_date=START + timedelta(days=30)),
    items=(
        model.Item(
            id="1",
            classification=model.Classification(scheme="CPV", id="45442100"),
            quantity=Decimal(3),
            related_lot="1",
        ),
    ),
    lots=(model.Lot(id="1", title="Innen", max_awards=1),),
    rounds=(model.Round(id="1", kind="bids", submission_period=model.Period(end_date=START + timedelta(days=30))),),
    documents=(model.Document(id="LV", document_type="biddingDocuments", digest="ab" * 32),),
    minimum_standstill_days=10,
)
AWARD = model.Award(id="A-1", suppliers=(model.Reference(id="B-7", name=PAINTER.name),), related_lots=("1",))
CONTRACT = model.Contract(id="C-1", award_id="A-1", value=model.Value(amount=Decimal(11000)), date_signed=START)
CHANGE = model.Amendment(id="1", rationale="Frist verlängert", amends_release_id="1")


def _story() -> list[dict[str, Any]]:
    """One release of every kind, an hour apart."""
    makers: list[Callable[[datetime], dict[str, Any]]] = [
        lambda date: build.planning(PROCESS, date, "Die Schule braucht Farbe"),
        lambda date: build.tender(PROCESS, date, TENDER),
        lambda date: build.tender_amendment(PROCESS, date, TENDER, CHANGE),
        lambda date: build.clarification(
            PROCESS, date, "T-1", model.Enquiry(id="1", description="Welche Farbe?", answer="Weiß", date_answered=date)
        ),
        lambda date: build.review(PROCESS, date, model.Review(id="9", status="suspended", date_suspended=date)),
        lambda date: build.cancellation(PROCESS, date, "T-1", "Kein wirtschaftliches Ergebnis"),
        lambda date: build.tender_update(PROCESS, date, model.Tender(id="T-1", status="active")),
        lambda date: build.opening(
            PROCESS, date, "T-1", model.Opening(id="1", date=date, related_round="1", submitted=4, opened=3, late=1)
        ),
        lambda date: build.award(PROCESS, date, AWARD, (PAINTER,)),
        lambda date: build.award_update(
            PROCESS, date, model.Award(id="A-1", standstill_period=model.Period(end_date=date + timedelta(days=10)))
        ),
        lambda date: build.award_cancellation(PROCESS, date, "A-1", "Rechenfehler"),
        lambda date: build.contract(PROCESS, date, CONTRACT),
        lambda date: build.contract_amendment(PROCESS, date, CONTRACT, CHANGE),
        lambda date: build.contract_termination(PROCESS, date, replace(CONTRACT, date_terminated=date)),
    ]
    return [make(START + timedelta(hours=hour)) for hour, make in enumerate(makers)]


def test_build_every_kind_passes_the_standards_checker(check_standard: Check, package_info: PackageInfo) -> None:
    """Each kind of release passes: in the open, with personal fields concealed, and compiled into a record."""
    story = _story()
    concealed = [read_json(write_json(conceal_personal(release, POLICIES["standard"])[0])) for release in story]
    assert any("_sd" in str(release) for release in concealed)
    assert "_sd" not in str(record(concealed)["compiledRelease"])
    for releases in (story, concealed):
        assert check_standard(release_package(releases, package_info)) == []
        assert check_standard(record_package([record(releases)], package_info)) == []


def test_build_whole_story_compiles_to_its_last_state() -> None:
    """The compiled release says what holds after all releases."""
    compiled = record(list(reversed(_story())))["compiledRelease"]
    assert compiled["tender"]["title"] == "Malerarbeiten Grundschule"
    assert compiled["tender"]["status"] == "active"
    assert compiled["awards"][0]["suppliers"] == [{"id": "B-7", "name": PAINTER.name}]
    assert compiled["contracts"][0]["status"] == "terminated"
    assert compiled["openings"][0]["late"] == 1
    assert compiled["tag"] == ["compiled"]
    check_release(compiled)


def test_build_ids_of_a_story_are_all_different() -> None:
    """Moment and tag make the id."""
    ids = [release["id"] for release in _story()]
    assert len(set(ids)) == len(ids)
    assert build.planning(PROCESS, START, "x", release_id="own")["id"] == "own"


def test_build_same_content_gives_the_same_bytes() -> None:
    """Releases are made deterministically; only the salt makes a digest."""
    assert write_json(build.tender(PROCESS, START, TENDER)) == write_json(build.tender(PROCESS, START, TENDER))


def test_build_moment_of_another_zone_is_written_in_utc() -> None:
    """Moments are UTC to the second; one without zone is refused."""
    berlin = START.astimezone(timezone(timedelta(hours=1)))
    assert build.tender(PROCESS, berlin, TENDER)["date"] == "2026-03-01T09:00:00Z"
    with pytest.raises(ValueError, match="2026-03-01"):
        build.tender(PROCESS, START.replace(tzinfo=None), TENDER)


def test_build_wrong_code_is_refused_with_its_place() -> None:
    """A code that is not in a closed list is refused, naming the field."""
    with pytest.raises(ReleaseInvalid) as caught:
        build.tender(PROCESS, START, replace(TENDER, procurement_method="freihändig"))
    assert caught.value.values["path"] == "/tender/procurementMethod"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"ocid": "ü"}, OcidInvalid),
        ({"ocid": None}, OcidMissing),
        ({"date": "soon"}, ReleaseDateMissing),
        ({"date": "2026-03-01"}, ReleaseInvalid),
        ({"tag": ["bid"]}, ReleaseInvalid),
        ({"id": 5}, ReleaseInvalid),
        ({"extra": 5}, ReleaseInvalid),
        ({"tender": {"title": "without id"}}, ReleaseInvalid),
        ({"awards": [{"id": "1"}, {"id": "1", "title": "x"}]}, ReleaseInvalid),
        ({"tender": {"id": "1", "_sd": ["x"]}}, ReleaseInvalid),
    ],
)
def test_check_release_that_the_standard_rejects_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    """What an import would repair is an error in our own releases."""
    with pytest.raises(error):
        check_release({**build.tender(PROCESS, START, TENDER), **change})


def test_check_standard_planted_mistakes_are_found(check_standard: Check, package_info: PackageInfo) -> None:
    """The checker in these tests really checks: each planted mistake is found."""
    release = build.tender(PROCESS, START, TENDER)
    for change in ({"extra": 5}, {"tag": ["bid"]}, {"date": "soon"}, {"tender": {"title": "x"}}):
        assert check_standard(release_package([{**release, **change}], package_info)) != []
    elsewhere = replace(package_info, extension=package_info.extension.replace("extension.json", "none.json"))
    assert check_standard(release_package([release], elsewhere)) != []
