"""Fictional notices of a town, read as a citizen would: title, buyer, lots, deadlines, winners, changes."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.ocds.check import check_release
from ledger.ocds.importer import ReadFile, read_file
from ledger.ocds.json_text import write_json
from ledger.ocds.package import record
from ledger.ocds.privacy import conceal_personal, policy_named
from tests.ocds.notices import (
    LATER_NOTICE,
    MODIFICATION,
    NOTICE,
    PREFIX,
    PROCEDURE,
    change,
    company,
    lot,
    notice,
    result_notice,
)

SPARK = company("ORG-0003", "Funke GmbH", "HRB 77")
PAINTER = company("ORG-0004", "Malermeister Otto Muster", "W-123", size="micro", person=True)


def _read(text: str) -> ReadFile:
    outcome = read_file(text.encode(), ocid_prefix=PREFIX)
    assert outcome.report.refused == []
    assert outcome.report.is_complete
    check_release(outcome.releases[0].release)
    return outcome


def _release(text: str) -> dict[str, Any]:
    return _read(text).releases[0].release


def test_read_call_says_who_buys_what_until_when() -> None:
    """The call of a German town below the thresholds, in OCDS."""
    found = _read(notice()).releases[0]
    release = found.release
    assert (found.ocid, found.release_id, found.date) == (
        f"{PREFIX}-{PROCEDURE}", f"{NOTICE}-01", "2026-04-01T09:30:00+02:00")  # fmt: skip
    assert (release["tag"], release["language"]) == (["tender"], "de")
    assert release["buyer"] == {"id": "DE-LEITWEG-05999001-0001-20", "name": "Stadt Musterbach"}
    tender = release["tender"]
    assert tender["id"] == PROCEDURE
    assert (tender["title"], tender["status"]) == ("Malerarbeiten Grundschule", "active")
    assert tender["description"] == "Wände und Decken\nin zwölf Räumen"
    assert (tender["procurementMethod"], tender["mainProcurementCategory"]) == ("open", "works")
    assert tender["tenderPeriod"] == {"endDate": "2026-05-04T12:00:00+02:00"}
    assert tender["value"] == {"amount": 10000.5, "currency": "EUR"}
    assert tender["contractPeriod"] == {
        "startDate": "2026-07-01T00:00:00+02:00", "endDate": "2026-08-31T23:59:59+02:00"}  # fmt: skip
    assert tender["awardCriteria"] == "priceOnly"
    assert tender["legalBasis"] == {"id": "vob-a"}
    assert tender["submissionMethod"] == ["electronicSubmission"]
    assert tender["documents"] == [
        {"id": "LV", "documentType": "biddingDocuments", "url": "https://musterbach.example/lv",
         "accessDetails": "Not restricted.", "relatedLots": ["LOT-0001"]}]  # fmt: skip
    assert tender["items"][0] == {"id": "procedure", "classification": {"scheme": "CPV", "id": "45442100"}}
    assert tender["items"][1]["deliveryAddresses"] == [{"locality": "Musterbach", "region": "DEA23"}]
    buyer, review = release["parties"]
    assert buyer["identifier"] == {"scheme": "DE-LEITWEG", "id": "05999001-0001-20"}
    assert buyer["address"]["country"] == "DE"
    assert buyer["details"]["classifications"] == [{"scheme": "eu-buyer-legal-type", "id": "kommune"}]
    assert (review["name"], review["roles"]) == ("Vergabekammer Musterland", ["reviewBody"])


def test_read_same_notice_twice_gives_the_same_bytes() -> None:
    """Giving a file again must find the release that is known."""
    assert write_json(_release(notice())) == write_json(_release(notice()))


def test_read_many_lots_each_keeps_its_own_terms() -> None:
    """Three hundred lots; the tender's deadline is the last one, its value the sum."""
    lots = "".join(
        lot(number, deadline="2026-05-11+02:00" if number == 7 else "2026-05-04+02:00") for number in range(1, 301)
    )
    tender = _release(notice(lots=lots))["tender"]
    assert len(tender["lots"]) == 300
    assert tender["lots"][6]["title"] == "Malerarbeiten, Los 7"
    assert tender["lots"][6]["tenderPeriod"] == {"endDate": "2026-05-11T12:00:00+02:00"}
    assert tender["tenderPeriod"] == {"endDate": "2026-05-11T12:00:00+02:00"}
    assert tender["value"] == {"amount": sum(n * 10000 + 0.5 for n in range(1, 301)), "currency": "EUR"}
    (document,) = tender["documents"]
    assert len(document["relatedLots"]) == 300


def test_read_multilingual_notice_keeps_all_languages() -> None:
    """The notice's language goes without a suffix, others with one; where OCDS has no translations, it is said."""
    title = (
        '<cbc:Name languageID="FRA">Travaux de peinture</cbc:Name><cbc:Name languageID="DEU">Malerarbeiten</cbc:Name>'
        '<cbc:Name languageID="DEU">Anstrich</cbc:Name><cbc:Name languageID="x y">?</cbc:Name>'
    )
    outcome = _read(notice(title=title))
    tender = outcome.releases[0].release["tender"]
    assert (tender["title"], tender["title_fr"]) == ("Malerarbeiten", "Travaux de peinture")
    unused = {each.path.rpartition("ProcurementProject/")[2]: each.why for each in outcome.report.unused}
    assert unused["cbc:Name[3]"] == "another value stands in its place in the release"
    assert unused["cbc:Name[4]"] == "its language is none that can be named in a field"
    foreign = _release(notice(title=title, language="FRA"))["tender"]
    assert (foreign["title"], foreign["title_de"]) == ("Travaux de peinture", "Malerarbeiten")
    only = _release(notice(title='<cbc:Name languageID="FRA">Travaux</cbc:Name>'))["tender"]
    assert only["title"] == "Travaux"


def test_read_change_links_to_what_it_changes_under_the_same_ocid() -> None:
    """A correction amends the release of the notice it names, and compiles to the later deadline."""
    first = _read(notice()).releases[0]
    later = _read(
        notice(
            identifier=LATER_NOTICE,
            issued="2026-04-20+02:00",
            extension=change(),
            lots=lot(deadline="2026-05-11+02:00"),
        )
    ).releases[0]
    assert later.ocid == first.ocid
    assert later.release["tag"] == ["tenderAmendment"]
    (amendment,) = later.release["tender"]["amendments"]
    assert amendment == {
        "id": f"{LATER_NOTICE}-01", "date": "2026-04-20T09:30:00+02:00", "amendsReleaseID": first.release_id,
        "rationale": "Viele Fragen", "description": "Frist verlängert", "relatedLots": ["LOT-0001"],
        "rationaleClassifications": [{"scheme": "eu-change-corrig-justification", "id": "update-add"}]}  # fmt: skip
    compiled = record([later.release, first.release])["compiledRelease"]
    assert compiled["tender"]["tenderPeriod"]["endDate"] == "2026-05-11T12:00:00+02:00"
    # The town once; of whom no number is known, nobody can tell that it is the same one.
    assert [each["name"] for each in compiled["parties"]].count("Stadt Musterbach") == 1
    assert [lot["id"] for lot in compiled["tender"]["lots"]] == ["LOT-0001"]


def test_read_cancellation_ends_the_procedure_or_the_lots_it_names() -> None:
    """All lots, or no lots: the procedure; some lots: those."""
    whole = _release(notice(extension=change(reason="cancel", sections=())))
    assert (whole["tag"], whole["tender"]["status"]) == (["tenderCancellation"], "cancelled")
    both = lot(1) + lot(2)
    one = _release(notice(extension=change(reason="cancel", sections=("LOT-0002",)), lots=both))["tender"]
    assert (one["status"], one["lots"][1]["status"], one["lots"][0].get("status")) == ("active", "cancelled", None)
    named = _release(notice(extension=change(reason="cancel", sections=("LOT-0001", "LOT-0002")), lots=both))["tender"]
    assert named["status"] == "cancelled"
    elsewhere = _release(notice(extension=change(sections=("PROCEDURE",))))["tender"]["amendments"][0]
    assert elsewhere["description"] == "Frist verlängert\n\n(PROCEDURE)"


def test_read_result_says_who_won_and_for_how_much() -> None:
    """Awards, contracts, bids and numbers of two lots."""
    other = company("ORG-0005", "Pinsel AG", "HRB 78")
    release = _release(result_notice("ORG-0003", "ORG-0005", organisations=SPARK + other))
    assert release["tag"] == ["award", "contract"]
    assert release["tender"]["status"] == "complete"
    assert [each["status"] for each in release["tender"]["lots"]] == ["complete", "complete"]
    first, second = release["awards"]
    assert (first["id"], first["relatedLots"], first["status"]) == ("RES-LOT-0001", ["LOT-0001"], "active")
    assert [each["name"] for each in first["suppliers"]] == ["Funke GmbH"]
    assert (first["value"], second["value"]) == (
        {"amount": 11500.25, "currency": "EUR"}, {"amount": 21500.25, "currency": "EUR"})  # fmt: skip
    assert first["date"] == "2026-06-01T00:00:00+02:00"
    contract = release["contracts"][1]
    assert (contract["id"], contract["awardID"], contract["status"]) == ("CON-0002-LOT-0002", "RES-LOT-0002", "active")
    assert contract["identifiers"] == [{"id": "Auftrag 2"}]
    assert (contract["dateSigned"], contract["value"]["amount"]) == ("2026-06-12T00:00:00+02:00", 21500.25)
    assert release["bids"]["details"][0]["tenderers"][0]["name"] == "Funke GmbH"
    assert release["bids"]["statistics"][0] == {
        "id": "LOT-0001-bids", "measure": "bids", "value": 4, "relatedLot": "LOT-0001"}  # fmt: skip
    roles = {party["name"]: party["roles"] for party in release["parties"]}
    assert roles["Pinsel AG"] == ["tenderer", "supplier"]


def test_read_results_of_two_notices_do_not_overwrite_each_other() -> None:
    """Each notice counts its results from one; they are told apart by their lots."""
    one = _release(result_notice("ORG-0003", organisations=SPARK))
    two = result_notice("ORG-0003", organisations=SPARK, identifier=NOTICE).replace("LOT-0001", "LOT-0002")
    compiled = record([one, _release(two)])["compiledRelease"]
    assert [each["id"] for each in compiled["awards"]] == ["RES-LOT-0001", "RES-LOT-0002"]


def test_read_result_without_award_says_why() -> None:
    """Nobody handed in a bid: the lot and the procedure are unsuccessful, and no supplier is named."""
    reason = (
        '<efac:DecisionReason><efbc:DecisionReasonCode listName="non-award-justification">no-rece'
        "</efbc:DecisionReasonCode></efac:DecisionReason><efac:TenderLot>"
    )
    release = _release(
        result_notice("ORG-0003", code="clos-nw", organisations=SPARK).replace("<efac:TenderLot>", reason, 1)
    )
    (award,) = release["awards"]
    assert (award["status"], award["statusDetails"]) == ("unsuccessful", "no-rece")
    assert "suppliers" not in award
    assert release["tender"]["status"] == "unsuccessful"
    assert release["tender"]["lots"][0]["status"] == "unsuccessful"
    waiting = _release(result_notice("ORG-0003", code="open-nw", organisations=SPARK))
    assert (waiting["tender"]["status"], waiting["awards"][0].get("status")) == ("active", None)


def test_read_direct_award_tells_its_ground_and_a_contract_to_come() -> None:
    """Ex-ante transparency (GWB section 135(3)): awarded, justified, not yet concluded."""
    process = (
        '<cac:ProcessJustification><cbc:ProcessReasonCode listName="direct-award-justification">technical'
        '</cbc:ProcessReasonCode><cbc:ProcessReason languageID="DEU">Nur ein Anbieter</cbc:ProcessReason>'
        "</cac:ProcessJustification>"
    )
    text = result_notice(
        "ORG-0003", form="dir-awa-pre", kind="veat", code="", organisations=SPARK, process=process
    ).replace(">open<", ">neg-wo-call<")
    release = _release(text)
    tender = release["tender"]
    assert (tender["procurementMethod"], tender["procurementMethodRationale"]) == ("limited", "Nur ein Anbieter")
    assert tender["procurementMethodRationaleClassifications"] == [
        {"scheme": "eu-direct-award-justification", "id": "technical"}]  # fmt: skip
    assert release["awards"][0]["suppliers"][0]["name"] == "Funke GmbH"
    assert (release["awards"][0]["status"], release["contracts"][0]["status"]) == ("active", "pending")


def test_read_modification_amends_the_contract_with_value_period_and_reason() -> None:
    """The contract has the same id as in the result, its new value and period, and an amendment that says why."""
    concluded = _release(result_notice("ORG-0003", organisations=SPARK))
    text = result_notice(
        "ORG-0003", form="cont-modif", kind="can-modif", code="", organisations=SPARK, extension=MODIFICATION,
        identifier=NOTICE, issued="2026-08-01+02:00",
    ).replace(">11500.25<", ">13000<")  # fmt: skip
    release = _release(text)
    assert release["tag"] == ["awardUpdate", "contractUpdate"]
    (contract,) = release["contracts"]
    assert contract["id"] == concluded["contracts"][0]["id"]
    assert contract["value"] == {"amount": 13000, "currency": "EUR"}
    assert contract["period"]["endDate"] == "2026-08-31T23:59:59+02:00"
    (amendment,) = contract["amendments"]
    assert (amendment["rationale"], amendment["description"]) == ("Im Bestand nicht erkennbar", "Zwei Räume mehr")
    assert amendment["rationaleClassifications"] == [{"scheme": "eu-modification-justification", "id": "add-wss"}]
    assert amendment["amendsReleaseID"] == f"{NOTICE}-01"
    compiled = record([concluded, release])["compiledRelease"]
    assert [each["value"]["amount"] for each in compiled["contracts"]] == [13000]


def test_read_planning_notice_without_procedure_takes_its_own_identifier() -> None:
    """It is said where the ocid comes from; a correction of the notice finds the same one."""
    parts = {"root": "PriorInformationNotice", "form": "planning", "kind": "pin-only", "procedure": ""}
    outcome = _read(notice(**parts))
    assert outcome.releases[0].ocid == f"{PREFIX}-{NOTICE}"
    assert (outcome.releases[0].release["tag"], outcome.releases[0].release["tender"]["status"]) == (
        ["planning"],
        "planned",
    )
    (added,) = [each for each in outcome.report.added if each.path == "/ocid"]
    assert "names no procedure" in added.why
    corrected = _read(notice(**parts, identifier=LATER_NOTICE, extension=change())).releases[0]
    assert (corrected.ocid, corrected.release["tag"]) == (f"{PREFIX}-{NOTICE}", ["planningUpdate"])


def test_read_natural_person_is_concealed_wherever_it_is_named() -> None:
    """A sole trader that won: no name, number, address or contact is left in the anchored bytes, nor in an id."""
    release = _release(result_notice("ORG-0004", organisations=PAINTER))
    party = next(each for each in release["parties"] if "Otto" in each["name"])
    assert party["details"]["scale"] == "selfEmployed"
    concealed, _ = conceal_personal(release, policy_named("standard"))
    text = write_json(concealed).decode()
    for personal in (
        "Otto",
        "Muster,",
        "W-123",
        "Am Bach",
        "Nebenbach",
        "+49 999",
        "bieter.example",
        "Erika",
        "vergabe@",
    ):
        assert personal not in text
    for public in ("Stadt Musterbach", "Marktplatz 1", "https://musterbach.example", "11500.25"):
        assert public in text


@pytest.mark.parametrize("said", ["true", "1", "TRUE", "ja", "yes"])
def test_read_natural_person_in_doubt_is_one(said: str) -> None:
    """What is published cannot be taken back: only a plain no is a no. A touch point is a person as its firm is."""
    point = (
        "<efac:TouchPoint><cac:PartyIdentification><cbc:ID>TPO-0001</cbc:ID></cac:PartyIdentification><cac:PartyName>"
        "<cbc:Name>Büro Otto Muster</cbc:Name></cac:PartyName></efac:TouchPoint></efac:Organization>"
    )
    text = PAINTER.replace(">true<", f">{said}<").replace("</efac:Organization>", point)
    release = _release(result_notice("ORG-0004", organisations=text))
    persons = [each["name"] for each in release["parties"] if each.get("details", {}).get("scale") == "selfEmployed"]
    assert persons == ["Malermeister Otto Muster", "Büro Otto Muster"]
    plain = _release(result_notice("ORG-0004", organisations=PAINTER.replace(">true<", ">false<")))
    assert next(each for each in plain["parties"] if "Otto" in each["name"])["details"]["scale"] == "micro"


def test_read_organisation_is_the_same_party_in_every_notice_or_none() -> None:
    """ORG-0003 of one notice is not ORG-0003 of the next: ids follow name and number, or mean one notice only."""

    def supplier(text: str) -> str:
        return str(_release(text)["awards"][0]["suppliers"][0]["id"])

    first = supplier(result_notice("ORG-0003", organisations=SPARK))
    renumbered = supplier(
        result_notice("ORG-0009", organisations=SPARK.replace("ORG-0003", "ORG-0009"), identifier=NOTICE)
    )
    assert first == renumbered
    assert first != supplier(result_notice("ORG-0003", organisations=company("ORG-0003", "Pinsel AG", "HRB 77")))
    unnumbered = company("ORG-0003", "Funke GmbH")
    one = supplier(result_notice("ORG-0003", organisations=unnumbered))
    assert one == f"{LATER_NOTICE}-01-ORG-0003"
    assert one != supplier(result_notice("ORG-0003", organisations=unnumbered, identifier=NOTICE))
    assert "W-123" not in supplier(result_notice("ORG-0004", organisations=PAINTER))


def test_read_number_that_is_none_is_neither_published_nor_an_identity() -> None:
    """eForms-DE lets a telephone number stand in; contact data are concealed, so it must not stand in the open."""
    for number in ("t:0999123", "entfällt", "n/a"):
        release = _release(result_notice("ORG-0003", organisations=company("ORG-0003", "Funke", number)))
        party = next(each for each in release["parties"] if each["name"] == "Funke")
        assert "identifier" not in party
        assert party["id"] == f"{LATER_NOTICE}-01-ORG-0003"
        cautious, _ = conceal_personal(release, policy_named("cautious"))
        assert "Funke" not in write_json(cautious).decode()


def test_read_framework_with_several_suppliers_is_not_added_up() -> None:
    """Each of them may get all of it."""
    system = (
        '<cac:ContractingSystem><cbc:ContractingSystemTypeCode listName="framework-agreement">fa-wo-rc'
        "</cbc:ContractingSystemTypeCode></cac:ContractingSystem></cac:TenderingProcess>\n  <cac:ProcurementProject>"
    )
    other = company("ORG-0005", "Pinsel AG", "HRB 78")
    one_lot = result_notice("ORG-0003", "ORG-0005", organisations=SPARK + other, lots=1)
    both = one_lot.replace(
        "<efac:TenderLot>",
        '<efac:SettledContract><cbc:ID schemeName="contract">CON-0002</cbc:ID></efac:SettledContract><efac:TenderLot>',
        1,
    )
    award = _release(both)["awards"][0]
    assert len(award["suppliers"]) == 2
    assert award["value"] == {"amount": 33000.5, "currency": "EUR"}
    framework = _release(both.replace("</cac:TenderingProcess>\n  <cac:ProcurementProject>", system))
    assert framework["tender"]["lots"][0]["techniques"]["frameworkAgreement"] == {
        "method": "withoutReopeningCompetition"
    }
    assert "value" not in framework["awards"][0]
