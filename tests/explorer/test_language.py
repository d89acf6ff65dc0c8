"""Languages, catalogues and how dates, money and digests are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import explorer
from explorer.failures import SENTENCES
from explorer.formats import Formats, digest, short
from explorer.language import LANGUAGES, Language, catalogue, choose
from explorer.places import COLUMNS
from ledger import errors
from ledger.index import findings
from tests.explorer.site import Site

ROOT = Path(explorer.__file__).parent
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "ngettext_noop": (1, 2)}


def message_ids() -> set[str]:
    """Every message of code and templates, as pybabel extracts them."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated_with_its_placeholders(language: Language) -> None:
    """No message is missing, empty, fuzzy or superfluous in a catalogue, and placeholders are kept."""
    with (ROOT / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        messages = {
            message.id[0] if isinstance(message.id, tuple) else message.id: message
            for message in read_po(file, locale=language)
            if message.id
        }
    assert set(messages) == message_ids()
    for key, message in messages.items():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.fuzzy, key
        for text in strings:
            assert text, key
            assert placeholders(str(text)) == placeholders(str(key)), key


def placeholders(text: str) -> set[str]:
    """What will be filled in, in both notations."""
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def test_sentences_of_failures_are_those_of_their_classes() -> None:
    """A page's sentence for a failure is the one of its class, so it is translated."""
    for name, sentence in SENTENCES.items():
        assert getattr(errors, name).sentence == sentence


def test_columns_that_checks_name_have_plain_words() -> None:
    """Every column the index knows a label for has one on the page."""
    assert set(findings.LABELS) <= set(COLUMNS)


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "expected"),
    [
        ("en", "de", "de", "en"),
        (None, "en", "de", "en"),
        (None, None, "en-GB,en;q=0.9,de;q=0.8", "en"),
        (None, None, "fr, de-DE;q=0.5, en;q=0.7", "en"),
        (None, None, "en;q=0, de;q=0.1", "de"),
        (None, None, "en;q=much", "de"),
        ("fr", "xx", "fr", "de"),
        (None, None, "", "de"),
    ],
)
def test_language_is_the_address_then_the_cookie_then_the_browser(
    query: str | None, cookie: str | None, accepted: str, expected: str
) -> None:
    """What a reader asked for last counts most; German where nobody says anything."""
    assert choose(query, cookie, accepted, "de") == expected


def test_chosen_language_is_kept_by_one_cookie_and_nothing_else(site: Site) -> None:
    """Choosing a language sets one cookie; reading without a choice sets none."""
    with httpx.Client(base_url=site.url, headers={"accept-language": "de"}) as reader:
        assert not reader.get("/").cookies
        answer = reader.get("/privacy?lang=en")
        assert dict(answer.cookies) == {"language": "en"}
        assert answer.headers["content-language"] == "en"
        assert '<html lang="en">' in reader.get("/imprint").text
        assert '<html lang="de">' in reader.get("/imprint?lang=de").text


def test_switch_of_language_keeps_the_search(site: Site) -> None:
    """The link to the other language leads to the same results."""
    page = httpx.get(site.url + "/?q=Streusalz&mode=anchored", headers={"accept-language": "de"}).text
    assert 'href="/?q=Streusalz&amp;mode=anchored&amp;lang=en"' in page


def test_moments_are_local_time_with_zone_in_summer_and_winter() -> None:
    """The zone is written out and changes with the season; the exact time is UTC."""
    summer = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert "1. Juli 2026, 12:00 Uhr" in Formats("de").moment(summer)
    assert "MESZ" in Formats("de").moment(summer)
    assert 'datetime="2026-07-01T10:00:00Z"' in Formats("en").moment(summer)
    winter = int(datetime(2026, 1, 1, 12, 0, 7, tzinfo=UTC).timestamp())
    assert "1. Januar 2026, 13:00:07 Uhr" in Formats("de").moment(winter)
    assert "1 January 2026, 13:00:07" in Formats("en").moment(winter)


@given(st.integers(min_value=0, max_value=2**64 - 1), st.sampled_from(LANGUAGES))
def test_every_second_the_chain_can_name_is_shown(seconds: int, language: Language) -> None:
    """A deadline of 64 bits never breaks a page, however absurd."""
    written = Formats(language)
    assert written.moment(seconds)
    assert written.day(seconds)


@pytest.mark.parametrize(
    ("amount", "currency", "german"),
    [
        ("24900.50", "EUR", "24.900,50\u00a0€"),
        ("1000000", "PYG", "1.000.000\u00a0PYG"),
        ("12.5", None, "12,5"),
        ("not a number", "EUR", "not a number"),
    ],
)
def test_money_is_written_as_people_write_it(amount: str, currency: str | None, german: str) -> None:
    """Amounts have separators and currency; what is no number stays as it is."""
    assert Formats("de").money(amount, currency) == german


@pytest.mark.parametrize(
    ("octets", "text"), [(0, "0\u00a0B"), (999, "999\u00a0B"), (4120, "4,1\u00a0kB"), (5 * 10**7, "50\u00a0MB")]
)
def test_sizes_have_the_unit_people_read(octets: int, text: str) -> None:
    """Sizes are decimal, as file managers show them."""
    assert Formats("de").size(octets) == text


def test_digests_are_whole_where_compared_and_short_where_recognised() -> None:
    """The short form shows both ends; the long one everything."""
    value = bytes(range(32))
    assert digest(value) == "0x" + value.hex()
    assert short(value) == "00010203…1c1d1e1f"


def test_plural_follows_the_number() -> None:
    """One block, two blocks."""
    german = catalogue("de")
    assert german.ngettext("%(shown)s block", "%(shown)s blocks", 1) == "%(shown)s Block"
    assert german.ngettext("%(shown)s block", "%(shown)s blocks", 2) == "%(shown)s Blöcke"
