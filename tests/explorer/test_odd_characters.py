"""Foreign text with characters that one cannot see, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ledger.index.sync import Synchroniser
from ledger.ocds.odd_characters import visible
from tests.explorer.site import Site, open_services, serving
from tests.explorer.test_accessibility import WIDE, violations, visitor
from tests.index.town import embedded_town, release

OCID = "ocds-a2ef3d-odd"
ODD = "\u202egnp.exe\u2066 \x1b[31mRechnung\x9b \u200bMuster\ufeff"
SHOWN = "[U+202E]gnp.exe[U+2066] [U+001B][31mRechnung[U+009B] [U+200B]Muster[U+FEFF]"


@pytest.fixture(scope="module")
def odd_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town with one notice whose title, buyer, document, address and id hold such characters."""
    folder = tmp_path_factory.mktemp("odd")
    document = {"id": f"D{ODD}", "title": ODD, "url": f"https://example.org/{ODD}", "format": ODD}
    content = release(OCID, title=ODD, documents=[document])
    content["buyer"]["name"] = content["parties"][0]["name"] = ODD
    content["id"] = ODD
    with embedded_town(folder) as town, open_services(folder, town.chain) as services:
        town.notice(OCID, town.keep(content))
        Synchroniser(services.index, town.chain, services.store).run_once()
        with serving(services) as url:
            yield Site(url, town, services, folder)


def test_odd_characters_in_foreign_text_are_shown_by_number(browser: Browser, odd_site: Site) -> None:
    """Title, buyer, document and window title show them; none is left on any page, in texts or attributes."""
    (row,) = odd_site.services.queries.processes_by_ocid(OCID)
    organisation = f"/organisations/0x{row.organisation_id.hex()}"
    with visitor(browser, WIDE, locale="de-DE") as context:
        page = context.new_page()
        for path in (odd_site.page(OCID), "/", organisation, "/organisations", "/?q=%E2%80%AE%C2%9B", "/%E2%80%AE"):
            page.goto(odd_site.url + path)
            assert visible(page.content()) == page.content(), path
            assert violations(page) == []
        page.goto(odd_site.url + odd_site.page(OCID))
        assert page.inner_text("h1") == SHOWN
        assert SHOWN in page.inner_text("main > p.muted")
        assert SHOWN in (page.text_content("section:has(#documents)") or "")
        assert page.title().startswith(SHOWN)


def test_odd_characters_in_a_files_name_are_shown_by_number(browser: Browser, odd_site: Site) -> None:
    """Also the name of a file that the reader was sent by somebody."""
    altered = odd_site.release_bytes(OCID).replace(b"250000", b"950000")
    with visitor(browser, WIDE, java_script_enabled=False, locale="de-DE") as context:
        page = context.new_page()
        page.goto(odd_site.url + "/check")
        name = "Rechnung\u202egnp.json"
        page.set_input_files("#file", {"name": name, "mimeType": "application/json", "buffer": altered})
        page.click("form button")
        assert "Rechnung[U+202E]gnp.json" in page.inner_text("main")
        assert visible(page.content()) == page.content()


def test_name_from_right_to_left_leaves_the_amount_beside_it_in_place(browser: Browser, odd_site: Site) -> None:
    """Letters that are written from right to left are no odd characters, but they turn a number that follows them."""
    services, ocid = odd_site.services, "ocds-a2ef3d-hebrew"
    content = release(ocid, title="Schulmöbel")
    content["buyer"]["name"] = content["parties"][0]["name"] = "\u05e2\u05d9\u05e8 12"
    odd_site.town.notice(ocid, odd_site.town.keep(content))
    Synchroniser(services.index, services.chain, services.store).run_once()
    with visitor(browser, WIDE, locale="de-DE") as context:
        page = context.new_page()
        page.goto(odd_site.url + "/?q=Schulm%C3%B6bel")
        name, amount = page.locator(".row__facts bdi"), page.locator(".row__facts .numbers")
        left, right = name.bounding_box(), amount.bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] < right["x"]
        # The separator stands between them, so the amount does not touch the name.
        assert right["x"] - left["x"] - left["width"] > 5


def test_visible_ordinary_text_of_all_languages_stays_as_it_is() -> None:
    """Umlauts, Greek, Arabic, line ends, soft hyphens and emoji are no odd characters."""
    text = "Straßenbau\tΑθήνα\r\nمدرسة Silben\u00adtrennung 🏫 \u00a0–"
    assert visible(text) == text
    assert visible("a\ud800b") == "a[U+D800]b"
