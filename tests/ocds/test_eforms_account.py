"""The account of a notice: every leaf once, whatever is broken; repairs and losses by the place in the XML."""

from __future__ import annotations

import random
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import SiegelError
from ledger.ocds.check import check_release
from ledger.ocds.eforms.account import count
from ledger.ocds.eforms.xml_tree import read_xml
from ledger.ocds.importer import ReadFile, read_file
from ledger.ocds.package import PackageInfo, record, record_package, release_package
from tests.ocds.conftest import Check
from tests.ocds.notices import MODIFICATION, PREFIX, change, company, lot, notice, result_notice

_PARTIES = company("ORG-0003", "Funke GmbH", "HRB 77") + company("ORG-0004", "Otto Muster", person=True)
_WITHHELD = (
    "<efac:FieldsPrivacy><efbc:FieldIdentifierCode>win-ten-val</efbc:FieldIdentifierCode>"
    "<efbc:PublicationDate>2027-01-01Z</efbc:PublicationDate></efac:FieldsPrivacy>"
)
_NOTICES = [
    notice(lots=lot(1) + lot(2), extension=change()),
    result_notice("ORG-0003", "ORG-0004", organisations=_PARTIES, extension=_WITHHELD),
    result_notice(
        "ORG-0004", form="cont-modif", kind="can-modif", code="", organisations=_PARTIES, extension=MODIFICATION
    ),
    notice(root="PriorInformationNotice", form="planning", kind="pin-only", procedure=""),
]  # fmt: skip
_TEXTS = [
    "", " ", "x", "0", "-1", "1e999", "9" * 40, "0.1234567890123", "true", "EUR", "2026-02-30+01:00", "2026-05-04",
    "12:00:00", "open", "selec-w", "LOT-0001", "ORG-0001", "CON-0001", "TEN-0001", "\u202eexe.gnp", "\ufeff", "a" * 200,
    "https://a b", "ä" * 5,
    "]]>", "&", "\u2028", "\U0001f3d7", "-", "t:1", "none", "unpublished", "1970-01-01Z",
]  # fmt: skip


def _read(text: str) -> ReadFile:
    return read_file(text.encode(), ocid_prefix=PREFIX)


def test_count_leaves_is_exactly_defined() -> None:
    """An element without elements, empty or not; besides, text between elements and attributes of their parents."""
    assert count(read_xml(b"<a/>")) == 1
    assert count(read_xml(b"<a x='1'>text</a>")) == 1
    assert count(read_xml(b"<a><b/><c> </c><!-- no leaf --><?no leaf?></a>")) == 2
    assert count(read_xml(b"<a x='1' y='2'>text<b z='3'>1</b>more</a>")) == 4
    outcome = _read(notice(process="<cac:X a='1'>stray<cbc:Y b='2'/></cac:X>"))
    paths = [each.path for each in outcome.report.unused if "cac:X" in each.path]
    assert paths == [f"/ContractNotice/cac:TenderingProcess/cac:X{end}" for end in ("/cbc:Y", "/text()", "/@a")]
    assert outcome.report.is_complete


def test_account_names_each_unused_leaf_by_its_own_path() -> None:
    """No path stands twice, and each leads to a leaf of the file."""
    for text in _NOTICES:
        report = _read(text).report
        paths = [each.path for each in report.unused] + [each.path for each in report.repaired]
        assert len(paths) == len(set(paths))
        leaves = {node.path for node in read_xml(text.encode()).walk() if not node.children}
        assert set(paths) <= leaves
        assert report.mapped + len(paths) == len(leaves) == report.leaves


@pytest.mark.parametrize(
    ("was", "now", "element", "becomes"),
    [
        ("2026-05-04+02:00</cbc:EndDate><cbc:EndTime>12:00:00+02:00", "2026-05-04</cbc:EndDate><cbc:EndTime>12:00:00",
         "cac:TenderSubmissionDeadlinePeriod/cbc:EndDate", "2026-05-04T12:00:00Z"),
        ("https://musterbach.example/lv", "www.musterbach.example/ä", "cac:ExternalReference/cbc:URI",
         "http://www.musterbach.example/%C3%A4"),
        ('currencyID="EUR"', 'currencyID="eur"', "cbc:EstimatedOverallContractAmount", "EUR"),
        ("10000.50", "10000.123456789012", "cbc:EstimatedOverallContractAmount", 10000.123456789012),
    ],
)  # fmt: skip
def test_account_books_repairs_on_the_element_they_came_from(was: str, now: str, element: str, becomes: object) -> None:
    """What the repairer changed in the built release is told of the XML, once for each leaf."""
    text = notice()
    assert was in text
    report = _read(text.replace(was, now)).report
    assert report.is_complete
    (repair,) = [each for each in report.repaired if each.path.endswith(element)]
    assert repair.leaves == 1
    if becomes is not None and not isinstance(becomes, float):
        assert repair.now == becomes


@pytest.mark.parametrize(
    ("was", "now", "element", "why"),
    [
        ("2026-05-04+02:00", "bald", "cac:TenderSubmissionDeadlinePeriod/cbc:EndDate", "no date can be read from it"),
        ("2026-05-04+02:00", "bald", "cac:TenderSubmissionDeadlinePeriod/cbc:EndTime", "no date can be read from it"),
        (
            "https://musterbach.example/lv",
            "nirgends",
            "cac:ExternalReference/cbc:URI",
            "it is not an address on the web",
        ),
        ("10000.50", "viel", "cbc:EstimatedOverallContractAmount", None),
        (">required<", ">vielleicht<", "cbc:SubmissionMethodCode", "the code has no counterpart in the release"),
        (
            "Preis</cbc:Description>",
            "</cbc:Description>",
            "cac:SubordinateAwardingCriterion/cbc:Description",
            "it is empty",
        ),
    ],
)
def test_account_books_losses_on_the_element_they_came_from(was: str, now: str, element: str, why: str | None) -> None:
    """What cannot be read is unused, by the path in the XML; of an amount its currency may be left."""
    text = notice()
    assert was in text
    report = _read(text.replace(was, now)).report
    assert report.is_complete
    found = [each.why for each in report.unused if each.path.endswith(element)]
    assert found == ([] if why is None else [why])


@st.composite
def _broken(draw: st.DrawFn) -> str:
    """A notice with elements dropped, doubled, emptied or moved, texts and attributes replaced."""
    root = ElementTree.fromstring(draw(st.sampled_from(_NOTICES)).encode())
    for _ in range(draw(st.integers(1, 8))):
        elements = list(root.iter())
        parents = {child: parent for parent in elements for child in parent}
        element = draw(st.sampled_from(elements))
        match draw(st.sampled_from(["drop", "double", "empty", "move", "text", "attribute", "fill"])):
            case "drop" if element in parents:
                parents[element].remove(element)
            case "double" if element in parents:
                parents[element].append(element)
            case "empty":
                element.text = None
                for child in list(element):
                    element.remove(child)
            case "move" if element in parents:
                inside = set(element.iter())
                target = draw(st.sampled_from([each for each in elements if each not in inside]))
                parents[element].remove(element)
                target.append(element)
            case "text":
                element.text = draw(st.sampled_from(_TEXTS))
            case "attribute" if element.attrib:
                element.attrib[draw(st.sampled_from(sorted(element.attrib)))] = draw(st.sampled_from(_TEXTS))
            case "fill":
                ElementTree.SubElement(element, draw(st.sampled_from(elements)).tag).text = draw(
                    st.sampled_from(_TEXTS)
                )
    return ElementTree.tostring(root, encoding="unicode")


def _within_limits(text: str) -> bool:
    """Doubling can double what was doubled; the reader's own limits are tested elsewhere."""
    return len(text) < 1_000_000


@given(_broken())
@settings(max_examples=300)
def test_read_broken_notice_accounts_for_all_and_gives_a_valid_release(text: str) -> None:
    """Whatever is broken: a named refusal or a valid release, and each leaf accounted for once."""
    if not _within_limits(text):
        return
    outcome = _read(text)
    report = outcome.report
    assert report.is_complete
    assert report.leaves > 0
    assert all(isinstance(refusal.error, SiegelError) for refusal in report.refused)
    assert bool(outcome.releases) != bool(report.refused)
    paths = [each.path for each in report.unused] + [each.path for each in report.repaired]
    assert len(paths) == len(set(paths))
    for found in outcome.releases:
        check_release(found.release)
        again = _read(text).releases[0].release
        assert again == found.release


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=200)
def test_read_title_of_any_characters_is_kept_or_refused_by_name(title: str) -> None:
    """Odd characters stand in the release as they stood in the notice; what XML cannot hold is no XML."""
    escaped = re.sub(r"[&<>]", lambda found: f"&#{ord(found[0])};", title)
    outcome = _read(notice(title=f'<cbc:Name languageID="DEU">x{escaped}x</cbc:Name>'))
    assert outcome.report.is_complete
    if outcome.releases:
        kept = outcome.releases[0].release["tender"]["title"]
        assert re.sub(r"\s", "", kept) == re.sub(r"\s", "", f"x{title}x")
    else:
        assert outcome.report.refused[0].error.name in ("XmlInvalid", "NulCharacter")


def test_read_broken_notices_pass_the_standards_checker(check_standard: Check, package_info: PackageInfo) -> None:
    """What is made of broken notices passes the standard's own checker, alone and compiled."""
    kept = []
    chance = random.Random(7)
    for number in range(120):
        root = ElementTree.fromstring(_NOTICES[number % len(_NOTICES)].encode())
        elements = [each for each in root.iter() if not len(each)]
        for element in chance.sample(elements, 6):
            element.text = chance.choice(_TEXTS)
        kept += [found.release for found in _read(ElementTree.tostring(root, encoding="unicode")).releases]
    assert len(kept) > 50
    unlike = [{**release, "ocid": f"{PREFIX}-{number}"} for number, release in enumerate(kept)]
    assert check_standard(release_package(unlike, package_info)) == []
    assert check_standard(record_package([record([release]) for release in unlike], package_info)) == []
