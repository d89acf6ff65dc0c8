"""What a notice must have: told in full, by business term and place; the list is that of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import NoticeIncomplete
from ledger.ocds.eforms import documents, lot_table, parties, procedure, results, table, withheld
from ledger.ocds.eforms.required import BUYER_NAMED, REQUIRED
from ledger.ocds.eforms.rules import Rule
from ledger.ocds.fields import TYPES
from ledger.ocds.importer import read_file
from tests.ocds.notices import MODIFICATION, PREFIX, change, company, notice, result_notice

DOCS = Path(__file__).parents[2] / "docs" / "eforms.md"


def _missing(text: str) -> str | None:
    outcome = read_file(text.encode(), ocid_prefix=PREFIX)
    assert outcome.report.is_complete
    refused = [refusal.error for refusal in outcome.report.refused]
    assert all(type(error) is NoticeIncomplete for error in refused)
    return str(refused[0].values["missing"]) if refused else None


_SPARK = company("ORG-0003", "Funke GmbH", "HRB 77")
_MODIFIED = result_notice(
    "ORG-0003", form="cont-modif", kind="can-modif", code="", organisations=_SPARK, extension=MODIFICATION
)


@pytest.mark.parametrize(
    ("text", "element", "told"),
    [
        (notice(), "cbc:ID schemeName=\"notice-id\"", "BT-701 notice identifier (/*/cbc:ID)"),
        (notice(), "cbc:VersionID", "BT-757 notice version (/*/cbc:VersionID)"),
        (notice(), "cbc:NoticeTypeCode listName=\"competition\"", "BT-02 notice type (/*/cbc:NoticeTypeCode)"),
        (notice(), "cbc:IssueDate", "BT-05 date of dispatch (/*/cbc:IssueDate)"),
        (notice(), "cbc:NoticeLanguageCode listName=\"language\"",
         "BT-702 language of the notice (/*/cbc:NoticeLanguageCode)"),
        (notice(), "cbc:ContractFolderID", "BT-04 procedure identifier (/*/cbc:ContractFolderID)"),
        (notice(), "cbc:ID schemeName=\"Lot\"", "BT-137 identifier of a lot (/*/cac:ProcurementProjectLot/cbc:ID)"),
        (result_notice("ORG-0003", organisations=_SPARK), "cbc:TenderResultCode listName=\"winner-selection-status\"",
         "BT-142 whether a winner was chosen (//efac:NoticeResult/efac:LotResult/cbc:TenderResultCode)"),
        (_MODIFIED, "cbc:ReasonCode listName=\"modification-justification\"",
         "BT-200 reason of a modification (//efac:ContractModification/efac:ChangeReason/cbc:ReasonCode)"),
        (notice(extension=change()), "efbc:ChangedNoticeIdentifier schemeName=\"notice-id-ref\"",
         "BT-758 notice that is changed (//efac:Changes/efbc:ChangedNoticeIdentifier)"),
    ],
)  # fmt: skip
def test_read_notice_without_required_element_names_it(text: str, element: str, told: str) -> None:
    """Left out, or empty: the same refusal, with nothing else in it; whole, the notice is read."""
    assert _missing(text) is None
    pattern = rf"<{re.escape(element)}>[^<]*</{element.split()[0]}>"
    assert re.search(pattern, text)
    assert _missing(re.sub(pattern, "", text)) == told
    assert _missing(re.sub(pattern, f"<{element}>  </{element.split()[0]}>", text)) == told


def test_read_notice_names_all_that_is_missing() -> None:
    """Whoever repairs a notice learns everything at once."""
    told = _missing(re.sub(r"<cbc:(ContractFolderID|VersionID|Name)\b[^>]*>[^<]*</cbc:\1>", "", notice())) or ""
    assert [each.split()[0] for each in told.split("; ")] == ["BT-757", "BT-04", "BT-21", "BT-500"]


def test_read_notice_whose_buyer_cannot_be_found_is_refused() -> None:
    """A reference to an organisation that is not there, or has no name, is no buyer."""
    text = notice()
    end = "</cbc:ID></cac:PartyIdentification>\n  </cac:Party>"
    unresolved = text.replace(f"ORG-0001{end}", f"ORG-0099{end}")
    assert unresolved != text
    for broken in (unresolved, text.replace(">Stadt Musterbach<", "> <")):
        assert (_missing(broken) or "").startswith("BT-500 name of the buyer (//efac:Organizations")


def test_read_planning_notice_needs_no_procedure() -> None:
    """Nor does it need more than a part's title."""
    text = notice(root="PriorInformationNotice", form="planning", kind="pin-only", procedure="", title="")
    assert _missing(text) is None


@pytest.mark.parametrize("name", ["INVALID_can_24_stage-2.xml", "INVALID_cn_24_empty.xml", "INVALID_cn_24_stage-1.xml"])
def test_read_invalid_real_file_is_refused_for_its_content(test_data: Path, name: str, tmp_path: Path) -> None:
    """Under its own name as under any other, with the same words."""
    data = (test_data / "eforms" / name).read_bytes()
    copy = tmp_path / "cn_24_minimal.xml"
    copy.write_bytes(data)
    told = _missing(copy.read_text("utf-8"))
    assert told == _missing(data.decode("utf-8"))
    assert told is not None
    assert {"BT-701", "BT-04", "OPT-300", "BT-21", "BT-500"} <= {each.split()[0] for each in told.split("; ")}


def test_required_table_is_that_of_the_documentation() -> None:
    """docs/eforms.md lists each required element, with its place and the forms that need it, and no other."""
    rows = re.findall(
        r"^\| ((?:BT|OPT)-\d+) \| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$", DOCS.read_text("utf-8"), re.MULTILINE
    )
    expected = [
        (each.term, each.name, each.shown, "notices that change another" if each.where else _forms(each.forms))
        for each in (*REQUIRED, BUYER_NAMED)
    ]
    assert rows == expected


def _forms(forms: tuple[str, ...]) -> str:
    return "all" if len(forms) == 7 else ", ".join(forms)


def test_table_of_the_mapping_is_that_of_the_documentation() -> None:
    """docs/eforms.md says of each business term in the tables where it goes, and each place is a field of OCDS."""
    told = {
        (term, place)
        for term, places in re.findall(r"^\| (BT-\d+) \| (`[^|]+`) \|$", DOCS.read_text("utf-8"), re.MULTILINE)
        for place in re.findall(r"`([^`]+)`", places)
    }
    mapped = {pair for rules, base, type_name in _TABLES for pair in _targets(rules, base, type_name)}
    assert told == mapped


_TABLES = (
    (table.PROCEDURE, "tender", "Tender"),
    (lot_table.LOT, "tender/lots", "Lot"),
    (table.GROUP, "tender/lotGroups", "LotGroup"),
    (table.PLACE, "tender/items/deliveryAddresses", "Address"),
    (table.ADDRESS, "parties/address", "Address"),
    (table.CONTACT, "parties/contactPoint", "ContactPoint"),
    (parties.BUYER_DETAILS, "parties/details", "PartyDetails"),
    (results.AWARD, "awards", "Award"),
    (results.BID, "bids/details", "Bid"),
    (results.CONTRACT, "contracts", "Contract"),
    (procedure.FUNDING, "tender/lots/finance", "Finance"),
    (documents.DOCUMENT, "tender/documents", "Document"),
    (withheld.ITEM, "withheldInformation", "WithheldInformationItem"),
)


def _targets(rules: tuple[Rule, ...], base: str, type_name: str) -> Iterator[tuple[str, str]]:
    for rule in rules:
        kind = type_name
        for step in rule.target.split("/"):
            kind = TYPES[kind][step].kind
        if rule.rules:
            yield from _targets(rule.rules, f"{base}/{rule.target}", kind)
        else:
            yield rule.term.partition("(")[0], f"{base}/{rule.target}"
