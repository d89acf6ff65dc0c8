"""Single rules of reading eForms notices that few notices need."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.ocds.check import check_release
from ledger.ocds.importer import read_file
from tests.ocds.notices import BUYER, LATER_NOTICE, MODIFICATION, PREFIX, company, lot, notice, result_notice

SPARK = company("ORG-0003", "Funke GmbH", "HRB 77")
BRUSH = company("ORG-0005", "Pinsel AG", "HRB 78")


def _read(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The release, and why each unused leaf was not used, by the end of its path."""
    outcome = read_file(text.encode(), ocid_prefix=PREFIX)
    assert outcome.report.refused == []
    assert outcome.report.is_complete
    check_release(outcome.releases[0].release)
    unused = {each.path.partition("EformsExtension/")[2] or each.path: each.why for each in outcome.report.unused}
    return outcome.releases[0].release, unused


def _why(unused: dict[str, str], end: str) -> list[str]:
    return [why for path, why in unused.items() if path.endswith(end)]


def test_read_several_buyers_the_leader_is_the_buyer() -> None:
    """Without a leader the first one; all of them are parties with that role."""
    district = BUYER.replace("ORG-0001", "ORG-0007").replace("Stadt Musterbach", "Kreis Musterland").replace(
        "05999001-0001-20", "05999000-0001-20")  # fmt: skip
    both = (
        "</cac:ContractingParty><cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>ORG-0007"
        "</cbc:ID></cac:PartyIdentification></cac:Party></cac:ContractingParty>"
    )
    text = notice(organisations=district).replace("</cac:ContractingParty>", both)
    release, _ = _read(text)
    assert release["buyer"]["name"] == "Stadt Musterbach"
    assert [each["roles"] for each in release["parties"] if each["name"] == "Kreis Musterland"] == [["buyer"]]
    leads = district.replace(
        "<efac:Organization>", "<efac:Organization><efbc:GroupLeadIndicator>true</efbc:GroupLeadIndicator>"
    )
    release, _ = _read(text.replace(district, leads))
    assert release["buyer"] == {"id": "DE-LEITWEG-05999000-0001-20", "name": "Kreis Musterland"}


def test_read_organisation_twice_or_with_more_numbers() -> None:
    """Two entries of one firm stay two parties; further numbers are additional identifiers."""
    more = "<cbc:CompanyID>HRB 77</cbc:CompanyID></cac:PartyLegalEntity><cac:PartyLegalEntity>" \
        '<cbc:CompanyID schemeName="VAT">DE1</cbc:CompanyID>'  # fmt: skip
    first = SPARK.replace("<cbc:CompanyID>HRB 77</cbc:CompanyID>", more)
    release, _ = _read(notice(organisations=first + SPARK.replace("ORG-0003", "ORG-0006")))
    one, two = [each for each in release["parties"] if each["name"] == "Funke GmbH"]
    assert one["additionalIdentifiers"] == [{"scheme": "VAT", "id": "DE1"}]
    assert (one["id"][:4], two["id"]) == ("org-", "0f0e6f9a-1111-4a2b-8c3d-9e8f7a6b5c4d-01-ORG-0006")


def test_read_reference_to_nobody_is_told() -> None:
    """A review body or winner that the notice does not describe has no name to give."""
    release, unused = _read(notice(lots=lot().replace("ORG-0002", "ORG-0099")))
    assert _why(unused, "cac:AppealReceiverParty/cac:PartyIdentification/cbc:ID") == [
        "no organisation of the notice has this identifier"]  # fmt: skip
    end = "</cbc:ID></efac:TenderingParty>\n  <efac:TenderLot"
    text = result_notice("ORG-0003", organisations=SPARK).replace(f">TPA-0001{end}", f">TPA-9{end}")
    release, unused = _read(text)
    assert "suppliers" not in release["awards"][0]
    assert "the notice has no part with this identifier" in unused.values()


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("<cac:ParticipationRequestReceptionPeriod><cbc:EndDate>2026-04-20+02:00</cbc:EndDate>"
         "</cac:ParticipationRequestReceptionPeriod>", "2026-04-20T23:59:59+02:00"),
        ("<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>"
         "<efac:InterestExpressionReceptionPeriod><cbc:EndDate>2026-04-21+02:00</cbc:EndDate>"
         "<cbc:EndTime>10:00:00Z</cbc:EndTime></efac:InterestExpressionReceptionPeriod></efext:EformsExtension>"
         "</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>", "2026-04-21T10:00:00Z"),
    ],
)  # fmt: skip
def test_read_deadline_is_that_for_bids_else_of_an_earlier_stage(period: str, end: str) -> None:
    """Both are told where both are given; which one did not count is said."""
    both = lot().replace("<cac:TenderSubmissionDeadlinePeriod>", f"{period}<cac:TenderSubmissionDeadlinePeriod>")
    release, unused = _read(notice(lots=both))
    assert release["tender"]["tenderPeriod"]["endDate"] == "2026-05-04T12:00:00+02:00"
    assert any("deadline" in why for why in unused.values())
    start = both.index("<cac:TenderSubmissionDeadlinePeriod>")
    stop = both.index("</cac:TenderSubmissionDeadlinePeriod>") + len("</cac:TenderSubmissionDeadlinePeriod>")
    release, _ = _read(notice(lots=both[:start] + both[stop:]))
    assert release["tender"]["lots"][0]["tenderPeriod"]["endDate"] == end


def test_read_documents_of_two_lots_with_one_number_stay_apart() -> None:
    """The same document once; another one under the same number gets the lot's behind it."""
    other = lot(3).replace("musterbach.example/lv", "musterbach.example/other")
    release, _ = _read(notice(lots=lot(1) + lot(2) + other))
    documents = {each["id"]: (each["url"], each["relatedLots"]) for each in release["tender"]["documents"]}
    assert documents == {
        "LV": ("https://musterbach.example/lv", ["LOT-0001", "LOT-0002"]),
        "LV-LOT-0003": ("https://musterbach.example/other", ["LOT-0003"]),
    }


def test_read_selection_criteria_of_older_notices_that_are_not_used_are_left_out() -> None:
    """Until SDK 1.12 a notice named every kind of criterion, and of each whether it is used (BT-748)."""
    criteria = "".join(
        f"<efac:SelectionCriteria><cbc:CriterionTypeCode>{kind}</cbc:CriterionTypeCode>"
        f"<cbc:CalculationExpressionCode>{usage}</cbc:CalculationExpressionCode>"
        f'<cbc:Description languageID="DEU">{kind}?</cbc:Description></efac:SelectionCriteria>'
        for kind, usage in (("sui-act", "used"), ("ef-stand", "not-used"))
    )
    wrapped = (
        "<cac:TenderingTerms><ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>"
        f"{criteria}</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
    )
    release, unused = _read(notice(lots=lot().replace("<cac:TenderingTerms>", wrapped)))
    assert release["tender"]["lots"][0]["selectionCriteria"]["criteria"] == [
        {"type": "sui-act", "description": "sui-act?"}]  # fmt: skip
    assert _why(unused, "efac:SelectionCriteria[2]/cbc:Description") == ["the notice says that this one is not used"]


def test_read_lot_groups_funds_terms_and_several_texts() -> None:
    """Groups with their lots, money of the EU, percentages as shares, texts that follow each other."""
    distribution = (
        '<cac:LotDistribution><cac:LotsGroup><cbc:LotsGroupID schemeName="LotsGroup">GLO-0001</cbc:LotsGroupID>'
        "<cac:ProcurementProjectLotReference><cbc:ID>LOT-0001</cbc:ID></cac:ProcurementProjectLotReference></cac:LotsGroup>"
        "</cac:LotDistribution><cac:ProcurementLegislationDocumentReference><cbc:ID>LocalLegalBasis</cbc:ID>"
        '<cbc:DocumentDescription languageID="DEU">Satzung</cbc:DocumentDescription>'
        "</cac:ProcurementLegislationDocumentReference>"
    )
    terms = (
        '<cac:TenderingTerms><cbc:FundingProgramCode listName="eu-funded">eu-funds</cbc:FundingProgramCode>'
        "<cac:AllowedSubcontractTerms><cbc:MinimumPercent>25.5</cbc:MinimumPercent></cac:AllowedSubcontractTerms>"
        + "".join(
            '<cac:ContractExecutionRequirement><cbc:ExecutionRequirementCode listName="conditions">performance'
            f'</cbc:ExecutionRequirementCode><cbc:Description languageID="DEU">{text}</cbc:Description>'
            "</cac:ContractExecutionRequirement>"
            for text in ("Tariftreue", "Umwelt", "Umwelt")
        )
    )
    text = notice(lots=lot().replace("<cac:TenderingTerms>", terms)).replace(
        "<cac:TenderingTerms><cac:Procurement", f"<cac:TenderingTerms>{distribution}<cac:Procurement", 1
    )
    tender = _read(text)[0]["tender"]
    assert tender["lotGroups"] == [{"id": "GLO-0001", "relatedLots": ["LOT-0001"]}]
    assert tender["legalBasis"] == {"id": "vob-a", "description": "Satzung"}
    (first,) = tender["lots"]
    assert first["finance"] == [{"id": "eu-funds", "title": "eu-funds"}]
    assert first["subcontractingTerms"] == {"competitiveMinimumPercentage": 0.255}
    assert first["contractTerms"]["performanceTerms"] == "Tariftreue\n\nUmwelt"


def test_read_periods_are_counted_in_days() -> None:
    """Months of 30 and years of 365 days; a unit nobody knows is unused."""
    planned = lot().replace(
        "<cac:PlannedPeriod>", '<cac:PlannedPeriod><cbc:DurationMeasure unitCode="MONTH">18</cbc:DurationMeasure>'
    )
    period = _read(notice(lots=planned))[0]["tender"]["lots"][0]["contractPeriod"]
    assert period["durationInDays"] == 540
    release, unused = _read(notice(lots=planned.replace("MONTH", "MOON")))
    assert "durationInDays" not in release["tender"]["lots"][0]["contractPeriod"]
    assert _why(unused, "cbc:DurationMeasure") == ["the standard wants a number"]


def test_read_result_of_a_purchasing_system_that_ends_and_numbers_nobody_knows() -> None:
    """The end of a dynamic purchasing system; kinds of numbers outside the list are unused; extremes are told."""
    more = (
        "<efbc:DPSTerminationIndicator>true</efbc:DPSTerminationIndicator>"
        '<cbc:LowerTenderAmount currencyID="EUR">900</cbc:LowerTenderAmount><efac:ReceivedSubmissionsStatistics>'
        "<efbc:StatisticsCode>moons</efbc:StatisticsCode><efbc:StatisticsNumeric>1</efbc:StatisticsNumeric>"
        "</efac:ReceivedSubmissionsStatistics><efac:TenderLot>"
    )
    text = result_notice("ORG-0003", organisations=SPARK).replace("<efac:TenderLot>", more, 1)
    release, unused = _read(text)
    assert release["tender"]["lots"][0]["techniques"]["dynamicPurchasingSystem"] == {"status": "terminated"}
    assert release["tender"]["numberOfTenderers"] == 4
    lowest = next(each for each in release["bids"]["statistics"] if each["measure"] == "lowestValidBidValue")
    assert (lowest["value"], lowest["currency"], lowest["relatedLot"]) == (900, "EUR", "LOT-0001")
    assert _why(unused, "efac:ReceivedSubmissionsStatistics[2]/efbc:StatisticsCode") == [
        "the code has no counterpart in the release"]  # fmt: skip


def test_read_winner_without_contract_is_the_one_ranked_first() -> None:
    """Where a notice names no contracts, ranks decide; without ranks all bids that it names won."""
    one_lot = result_notice("ORG-0003", "ORG-0005", organisations=SPARK + BRUSH, lots=1)
    contract = '<efac:SettledContract><cbc:ID schemeName="contract">CON-0001</cbc:ID></efac:SettledContract>'
    no_contract = one_lot.replace(contract, "")
    second = no_contract.replace(
        "<efac:ReceivedSubmissions",
        "<efac:LotTender><cbc:ID>TEN-0002</cbc:ID></efac:LotTender><efac:ReceivedSubmissions",
        1,
    )
    ranked = second.replace("TEN-0002</cbc:ID><cbc:RankCode>1<", "TEN-0002</cbc:ID><cbc:RankCode>2<")
    assert [each["name"] for each in _read(ranked)[0]["awards"][0]["suppliers"]] == ["Funke GmbH"]
    unranked = second.replace("<cbc:RankCode>1</cbc:RankCode>", "")
    assert len(_read(unranked)[0]["awards"][0]["suppliers"]) == 2


def test_read_modification_of_one_of_several_contracts_finds_it_or_says_so() -> None:
    """By its identifier; a modification of a contract that is not there is told of the procedure."""
    text = result_notice(
        "ORG-0003", "ORG-0005", form="cont-modif", kind="can-modif", code="", organisations=SPARK + BRUSH,
        extension=MODIFICATION,
    )  # fmt: skip
    first, second = _read(text)[0]["contracts"]
    assert ("amendments" in first, "amendments" in second) == (True, False)
    lost, unused = _read(text.replace('schemeName="contract">CON-0001</efbc', 'schemeName="contract">CON-0009</efbc'))
    assert [each["description"] for each in lost["tender"]["amendments"]] == ["Zwei Räume mehr"]
    assert _why(unused, "efbc:ModifiedContractIdentifier") == ["neither OCDS 1.1 nor our extension has a place for it"]


def test_read_cancelled_result_cancels_its_awards_and_contracts() -> None:
    """A result that is withdrawn was none."""
    change = (
        f"<efac:Changes><efbc:ChangedNoticeIdentifier>{LATER_NOTICE}-01</efbc:ChangedNoticeIdentifier><efac:ChangeReason>"
        "<cbc:ReasonCode>cancel</cbc:ReasonCode></efac:ChangeReason></efac:Changes>"
    )
    release, _ = _read(result_notice("ORG-0003", organisations=SPARK, extension=change))
    assert release["tag"] == ["awardCancellation", "contractUpdate"]
    assert (release["awards"][0]["status"], release["contracts"][0]["status"]) == ("cancelled", "cancelled")


def test_read_withheld_field_is_told_and_its_filler_is_no_value() -> None:
    """The winner's price is kept back until a date: no award of minus one euro, and everybody sees until when."""
    privacy = (
        '<efac:FieldsPrivacy><efbc:FieldIdentifierCode listName="non-publication-identifier">win-ten-val'
        '</efbc:FieldIdentifierCode><efbc:ReasonDescription languageID="DEU">Geschäftsgeheimnis'
        "</efbc:ReasonDescription><efbc:PublicationDate>2027-01-01+01:00</efbc:PublicationDate><cbc:ReasonCode>"
        "fair-comp</cbc:ReasonCode></efac:FieldsPrivacy></efac:LotTender>\n<efac:SettledContract>"
    )
    text = result_notice("ORG-0003", organisations=SPARK).replace(">11500.25<", ">-1<")
    text = text.replace("</efac:LotTender>\n<efac:SettledContract>", privacy)
    release, unused = _read(text)
    assert "value" not in release["awards"][0]
    assert "value" not in release["contracts"][0]
    assert "value" not in release["bids"]["details"][0]
    assert release["withheldInformation"] == [
        {"id": f"{LATER_NOTICE}-01-1", "field": "win-ten-val", "rationale": "Geschäftsgeheimnis",
         "rationaleClassifications": [{"scheme": "eu-non-publication-justification", "id": "fair-comp"}],
         "availabilityDate": "2027-01-01T00:00:00+01:00"}]  # fmt: skip
    assert _why(unused, "cbc:PayableAmount") == ["a filler for what the notice keeps back"]
