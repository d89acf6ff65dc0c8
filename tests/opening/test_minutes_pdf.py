"""Minutes on paper: all of the text is there, no tenderer's text is more than text, and the bytes are the same."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.errors import OpeningResultForbidden
from ledger.opening.german_print import (
    PRINTABLE,
    printed_amount,
    printed_digest,
    printed_moment,
    printed_percent,
    printed_text,
)
from ledger.opening.minutes import Contribution, Incident, Minutes
from ledger.opening.minutes_pdf import minutes_pdf, result_pdf
from ledger.opening.procedure_rule import ProcedureRule
from tests.opening.minuted import DEADLINE, HEADING, OFFICER_ONE, Story, offered, organisation
from tests.opening.pdf_text import pages
from tests.sealing.actors import digest

NASTY = [
    '#read("/etc/passwd")',
    "#panic()",
    "*bold* _slanted_ `raw` <label> @reference",
    "$x^2$ // comment /* more */",
    "\\ \\u{1F600} \" ' ] ) } #",
    "= Heading",
    "https://example.org/<script>",
]


def text_of(pdf: bytes) -> str:
    """All of it without white space and places where a line may end: where lines end is the page's affair."""
    return squeezed("".join(pages(pdf)))


def squeezed(text: str) -> str:
    """The text as ``text_of`` has it."""
    return "".join(text.replace("\u200b", "").split())


def one(values: dict[str, Any], **heading: Any) -> Minutes:
    """Minutes of a round with this bid only."""
    story = Story()
    story.bid(values)
    return story.minutes(replace(HEADING, **heading))


def test_print_minutes_everything_that_the_law_asks_for_is_in_the_text() -> None:
    """Who, what, when, under which law; names, sums, discounts, late ones with both clocks, and the ledger's facts."""
    story = Story(ground=digest("outage"))
    first = story.bid(outcome="superseded")
    story.bid(offered("Dachbau Sauer GmbH", "184350.00", discount="2.5"), supersedes=first)
    story.bid(offered("Sauer II", "1234567.125", variant="NA-7"))
    story.bid(outcome="unreadable", evidence={"refusal": "ContentUnreadable"})
    story.bid(outcome="missing")
    story.bid(offered("Kühn", "9.5"), arrival=DEADLINE - 5, block_time=DEADLINE + 40)
    story.bid(offered("Özdemir", "10.00"), arrival=DEADLINE + 90, admitted=True)
    story.bid(outcome="late", arrival=DEADLINE + 300)
    story.paper(offered("Papier OHG", "3.00"), kind="paper")
    story.paper({}, kind="sample")
    minutes = story.minutes(
        replace(HEADING, remarks={6: "Ausfall des Empfangsdienstes"}),
        contributions=[
            Contribution(group="custodians", index=2, account="ab" * 20, at=DEADLINE + 700, organisation="X:2")
        ],
        incidents=[
            Incident(
                author="cd" * 20, at=DEADLINE - 30, received_at=DEADLINE + 20, failure="EnvelopeTooLarge", detail="x"
            )
        ],
    )
    text = text_of(minutes_pdf(minutes))
    expected = [
        "Niederschrift über die Öffnung der Angebote", "§ 14 VOB/A", "Vertraulich, darf nicht veröffentlicht werden",
        "Stadt Musterbach", "Grundschule am Bach: Sanierung des Daches", "ocds-x-1", "Rathaus Musterbach, Zimmer 12",
        "01.12.2026, 12:00:00 MEZ (11:00:00 UTC)", "01.12.2026, 12:10:00 MEZ", "Anna Amtmann", "Bernd Brückner",
        OFFICER_ONE.hex(), "Dachbau Sauer GmbH", "184.350,00 €", "2,5 %", "1.234.567,125 €", "Nebenangebot NA-7",
        "9,50 €", "Hauptstraße 1, 59999", "P1", "Angebot auf Papier", "P2",
        "Muster oder Probe", "11:59:55 MEZ", "12:00:40 MEZ", "verspätet, zugelassen",
        "verspätet, nicht zugelassen", "ContentUnreadable", "Verwahrer 2 (X:2): 1", "EnvelopeTooLarge", "Seite 1 von",
        "20261", HEADING.ledger.hex(), digest("process").hex(), digest("outage").hex(),
        story.acts[-1].outcomes[3].evidence.hex(), "Unterschriften",
    ]  # fmt: skip
    assert [each for each in expected if squeezed(each) not in text] == []


@pytest.mark.parametrize("name", NASTY)
def test_print_minutes_markup_in_a_name_is_only_text(name: str) -> None:
    """A tenderer's name reaches the template as data: nothing of it is evaluated, and it stands there as it is."""
    values = offered(name, "1.00", variant=name) | {"tenderers/0002": organisation(name)}
    values["tenderers/0001"]["address"] = {"streetAddress": name}
    minutes = one(values, authority=name, title=name, place=name, names={OFFICER_ONE.hex(): name}, remarks={0: name})
    text = text_of(minutes_pdf(minutes))
    assert text.count(squeezed(name)) >= 6
    assert "root:" not in text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Bau \u202etarG\u202c", "Bau [U+202E]tarG[U+202C]"),
        ("שלום", "[U+05E9][U+05DC][U+05D5][U+05DD]"),
        ("Dach 😀 漢字", "Dach [U+1F600] [U+6F22][U+5B57]"),
        ("a\u0336\u0336\u0336", "a\u0336[U+0336][U+0336]"),
        (" \u0301x", "[U+0301]x"),
        ("null\x00 \x07 \ue000 \uffff", "null[U+0000] [U+0007] [U+E000] [U+FFFF]"),
        ("Dach\xadbau", "Dach[U+00AD]bau"),
        ("zwei\nZeilen\t\tund\u2028mehr", "zwei Zeilen und mehr"),
        ("Zoe\u0308 Łęcka-Șahin Þór", "Zoë Łęcka-Șahin Þór"),
    ],
)
def test_print_text_odd_characters_are_shown_by_their_number(name: str, printed: str) -> None:
    """Neither direction, nor piled marks, nor a character without a glyph gets onto the paper; names do."""
    assert printed_text(name).replace("\u200b", "") == printed
    assert squeezed(printed) in text_of(minutes_pdf(one(offered(name, "1.00"))))


def test_print_text_every_character_that_passes_has_a_glyph() -> None:
    """PDF/A takes no text without one, so a single name could keep the minutes from being made."""
    passing = [chr(code) for code in range(sys.maxunicode + 1) if PRINTABLE.match(chr(code))]
    marked = [f"a{chr(code)}" for code in range(0x300, 0x370)]
    assert len(passing) > 1_200
    values = {f"tenderers/{at + 1:04}": {"name": "x " + " ".join(passing[at::19])} for at in range(19)}
    values |= {"tenderers/0020": {"name": " ".join(marked)}}
    text = text_of(minutes_pdf(one(values)))
    composed = (unicodedata.normalize("NFC", each) for each in passing)
    assert [each for each in composed if PRINTABLE.match(each) and squeezed(each) not in text] == []


def test_print_minutes_endless_names_and_members_stay_on_the_paper() -> None:
    """Sixteen megabytes can stand in a bid; on paper a name is cut and says so, and a consortium is counted."""
    values = offered("W" * 300, "1" * 30 + "." + "1" * 30)
    values |= {f"tenderers/{number:04}": organisation("Mitglied " * 500) for number in range(2, 400)}
    story = Story()
    story.bid(values)
    found = pages(minutes_pdf(story.minutes()))
    assert len(found) <= 8
    assert "und379weitere" in text_of(minutes_pdf(story.minutes()))
    assert text_of(minutes_pdf(story.minutes())).count("W" * 8) >= 300 // 8


def test_print_minutes_many_bids_break_over_pages_with_repeated_heads() -> None:
    """Thirty bids: every one is there, and each page of the table says what its columns are."""
    story = Story()
    for number in range(30):
        story.bid(offered(f"Bieter {number} GmbH", f"{1000 + number}.00"))
    found = pages(minutes_pdf(story.minutes()))
    text = "\n".join(found)
    assert [number for number in range(30) if f"Bieter {number} GmbH" not in text] == []
    lots = [page for page in found if re.search(r"Bieter \d+ GmbH", page)]
    assert len(lots) >= 2
    assert all("Endbetrag netto" in page and "Bemerkung" in page for page in lots)
    assert f"Seite {len(found)} von {len(found)}" in found[-1]


def test_print_minutes_empty_lists_say_so() -> None:
    """A file shows that nobody was late, instead of leaving it open."""
    text = text_of(minutes_pdf(Story().minutes()))
    assert "EsgingkeinAngebotein." in text
    assert text.count("Keine.") == 6


def test_print_minutes_without_a_name_leaves_a_line_for_it() -> None:
    """What nobody typed is written by hand."""
    assert "Name:____" in text_of(minutes_pdf(one(offered("Sauer", "1.00"), names={})))


def test_print_minutes_twice_gives_the_same_bytes_and_no_clock() -> None:
    """The creation date is that of the newest act; title, language and standard are in the file."""
    minutes = one(offered("Sauer GmbH", "1.00"))
    pdf = minutes_pdf(minutes)
    assert pdf == minutes_pdf(minutes)
    made = datetime.fromtimestamp(minutes.made_at, UTC)
    assert f"/CreationDate(D:{made:%Y%m%d%H%M%S}Z)".encode() in pdf
    assert b"/Lang(de-DE)" in pdf
    assert b"/MarkInfo<</Marked true" in pdf
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf


def test_print_result_has_what_tenderers_may_see_and_no_more() -> None:
    """Names, sums, discounts; no variant's sum, no officer, no account."""
    story = Story()
    story.bid(offered("Sauer GmbH", "184350.00", discount="2.5"))
    story.bid(offered("Sauer GmbH", "171000.00", variant="NA-1"))
    minutes = story.minutes()
    text = text_of(result_pdf(minutes))
    assert [each for each in ("SauerGmbH", "184.350,00€", "2,5%") if each not in text] == []
    assert [each for each in ("171.000", "Amtmann", OFFICER_ONE.hex(), "Unterschriften") if each in text] == []
    assert result_pdf(minutes) == result_pdf(minutes)
    with pytest.raises(OpeningResultForbidden):
        result_pdf(replace(minutes, rule=ProcedureRule.VGV))


@pytest.mark.parametrize(
    ("amount", "currency", "printed"),
    [
        ("1234.5", "EUR", "1.234,50\u00a0€"),
        ("0", "EUR", "0,00\u00a0€"),
        ("999", "EUR", "999,00\u00a0€"),
        ("1000000.005", "EUR", "1.000.000,005\u00a0€"),
        ("-12345.67", "CHF", "−12.345,67\u00a0CHF"),
        ("123456789012345678901234567890.123456789", "EUR", "123.456.789.012.345.678.901.234.567.890,123456789\u00a0€"),
    ],
)
def test_print_amount_is_exact(amount: str, currency: str, printed: str) -> None:
    """German notation of the same number; nothing passes through a float."""
    assert printed_amount(amount, currency) == printed


def test_print_percent_and_moment_in_german() -> None:
    """Winter and summer time, a UTC date that is another, and seconds that are no date."""
    assert printed_percent("2.5") == "2,5\u00a0%"
    assert printed_percent("10") == "10\u00a0%"
    assert printed_moment(DEADLINE) == "01.12.2026, 12:00:00 MEZ (11:00:00\u00a0UTC)"
    summer = int(datetime(2026, 7, 1, 22, 30, tzinfo=UTC).timestamp())
    assert printed_moment(summer) == "02.07.2026, 00:30:00 MESZ (01.07.2026, 22:30:00\u00a0UTC)"
    assert printed_moment(2**64 - 1) == "Sekunde 18446744073709551615 seit 1970"
    assert printed_digest("ab" * 6) == "abababab|abab"
