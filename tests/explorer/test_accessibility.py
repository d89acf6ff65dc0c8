"""Every page, in both languages, wide and narrow, in a real browser: axe, console, origin, width, weight, keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.explorer.site import ALTERED, AWARDED, CHANGED, OBSERVED, OPEN, Site

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
WIDE, NARROW = 1280, 390
SMALLEST, BETWEEN = 320, 800  # WCAG 1.4.10 asks for 320; at 800 tables stand as tables on little room
FIRST_LOAD = 150_000

PATHS = (
    "/",
    "/?q=nothing+matches",
    "/?q=Schulen&mode=sealed&year=2026",
    "/?silentDays=90",
    "/organisations",
    "/findings",
    "/findings?kind=moved",
    "/statistics",
    "/check",
    "/lookup",
    "/lookup?digest=zz",
    "/lookup?digest=" + "ff" * 32,
    "/status",
    "/imprint",
    "/privacy",
    "/accessibility",
    "/problems",
    "/problems/ReleaseConflict",
    "/nowhere",
)


def visitor(browser: Browser, width: int, **more: Any) -> BrowserContext:
    """A reader with a screen of that width."""
    return browser.new_context(viewport={"width": width, "height": 900}, **more)


def violations(page: Page) -> list[str]:
    """What axe finds, with the elements it finds it in."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((found) => found.violations)")
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]


CUT = """() => {
    const read = (element) => !element.closest("svg, .kern-sr-only, .skip, .table--blocks thead");
    const named = (element) => `${element.tagName.toLowerCase()}.${element.className}`;
    const found = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
    document.querySelectorAll("details").forEach((folded) => { folded.open = true; });
    for (const element of [...document.querySelectorAll("body *")].filter(read)) {
        const {clientWidth, scrollWidth} = element;
        if (clientWidth && scrollWidth > clientWidth) {
            found.push(`${named(element)}: ${scrollWidth} > ${clientWidth}`);
        } else if (element.getBoundingClientRect().right > innerWidth + 1) {
            found.push(`${named(element)}: beyond the screen`);
        }
    }
    return found;
}"""


def cut(page: Page) -> list[str]:
    """What is not read without scrolling sideways, unfolded parts too: elements wider than their room or the screen."""
    found: list[str] = page.evaluate(CUT)
    return found


def addresses(site: Site) -> list[str]:
    """One address for each kind of page."""
    (row,) = site.services.queries.processes_by_ocid(OPEN)
    act = site.services.queries.acts(row.process_id)[0]
    found = [f"/organisations/0x{row.organisation_id.hex()}", f"/lookup?digest={act.digest.hex()}"]
    found += [
        f"/lookup?digest={artifact.digest.hex()}" for artifact in site.services.queries.artifacts(site.town.buyer)
    ]
    found += [f"{site.page(ocid)}/verification" for ocid in (OPEN, AWARDED)]
    return [*PATHS, *found, *(site.page(ocid) for ocid in (OPEN, AWARDED, OBSERVED, ALTERED, CHANGED))]


def inspect(page: Page, url: str, origin: str) -> list[str]:
    """Everything that is wrong with the page at ``url``."""
    wrong: list[str] = []

    def console(message: Any) -> None:
        # Chromium itself reports the status of an error page as a console error.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            wrong.append(f"console: {message.text}")

    def leaves(request: Request) -> None:
        if not request.url.startswith((origin, "data:")):
            wrong.append(f"request to {request.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("request", leaves)
    page.goto(url, wait_until="load")
    wrong += violations(page)
    wrong += cut(page)
    page.close()
    return wrong


@pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (NARROW, "de")])
def test_every_page_is_accessible_and_stays_at_home(browser: Browser, site: Site, width: int, language: str) -> None:
    """No axe violation, no console error, no request to elsewhere, no sideways scrolling.

    Both widths and both languages, German with its long words on the narrow screen.
    """
    with visitor(browser, width, extra_http_headers={"accept-language": language}) as context:
        wrong = {path: inspect(context.new_page(), site.url + path, site.url) for path in addresses(site)}
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("width", [SMALLEST, BETWEEN])
def test_every_page_is_read_without_scrolling_sideways(
    browser: Browser, site: Site, altered_site: Site, width: int
) -> None:
    """Nothing is cut on the smallest screen, nor where tables have just room to be tables; the alarm's page neither."""
    with visitor(browser, width, locale="de-DE") as context:
        page = context.new_page()
        wrong = {}
        for address in (*(site.url + path for path in addresses(site)), altered_site.url + altered_site.page(ALTERED)):
            page.goto(address)
            wrong[address] = cut(page)
    assert {address: found for address, found in wrong.items() if found} == {}


def test_table_on_a_phone_names_each_value_and_remains_a_table(browser: Browser, site: Site) -> None:
    """Rows stand as blocks, each value behind the name of its column; for a screen reader it is the table it was."""
    organisation = next(path for path in addresses(site) if path.startswith("/organisations/"))
    paths = {site.page(AWARDED): 1, site.page(CHANGED): 1, organisation: 2}
    with visitor(browser, NARROW, locale="de-DE") as context:
        page = context.new_page()
        for path, least in paths.items():
            page.goto(site.url + path)
            tables = page.locator(".table--blocks")
            assert tables.count() >= least, path
            for table in tables.all():
                names = table.get_by_role("columnheader").all_text_contents()
                for row in table.locator("tbody").get_by_role("row").all():
                    assert row.evaluate("(row) => getComputedStyle(row).display") == "block"
                    titles = row.get_by_role("rowheader").count()
                    told = row.locator("td[data-column]")
                    read = "(cells) => cells.map((cell) => getComputedStyle(cell, '::before').content)"
                    assert told.evaluate_all(read) == [f'"{name}" / ""' for name in names[titles:]], path
                    assert told.count() == row.get_by_role("cell").filter(visible=True).count(), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_alarm_is_accessible_in_light_and_dark(browser: Browser, altered_site: Site, width: int, scheme: Any) -> None:
    """The alarm's colours hold in both schemes, also on the list."""
    with visitor(browser, width, color_scheme=scheme) as context:
        paths = (altered_site.page(ALTERED), altered_site.page(OPEN), "/", "/check")
        wrong = {path: inspect(context.new_page(), altered_site.url + path, altered_site.url) for path in paths}
    assert {path: found for path, found in wrong.items() if found} == {}


def test_result_of_an_altered_file_is_accessible(browser: Browser, site: Site, tmp_path: Path) -> None:
    """The page that says what was altered in a file, reached without JavaScript."""
    file = tmp_path / "notice.json"
    file.write_bytes(site.release_bytes(ALTERED).replace(b"24900.5", b"29900.5"))
    with visitor(browser, NARROW, java_script_enabled=False, locale="de-DE") as context:
        page = context.new_page()
        page.goto(site.url + "/check")
        assert "wird mit ihrem Namen an diesen Server gesendet" in page.inner_text("#where")
        page.set_input_files("#file", file)
        page.click("form button")
        assert "Diese Datei wurde verändert" in page.inner_text("main")
        address = page.content()
    with visitor(browser, NARROW) as context:
        page = context.new_page()
        page.set_content(address)
        assert violations(page) == []


def test_file_is_hashed_in_the_browser_and_never_sent(browser: Browser, site: Site, tmp_path: Path) -> None:
    """With JavaScript only the digest travels, and the page says so."""
    file = tmp_path / "notice.json"
    file.write_bytes(site.release_bytes(OPEN))
    sent: list[str] = []
    with visitor(browser, WIDE, locale="de-DE") as context:
        page = context.new_page()
        page.on("request", lambda request: sent.append(request.method))
        page.goto(site.url + "/check")
        assert "Die Datei und ihr Name bleiben auf Ihrem Gerät" in page.inner_text("#where")
        assert "an diesen Server" not in page.inner_text("#where")
        page.set_input_files("#file", file)
        page.click("form button")
        page.wait_for_url("**/lookup?*")
        assert "genau die Datei einer festgehaltenen Veröffentlichung" in page.inner_text("main")
    assert set(sent) == {"GET"}


def test_altered_file_is_sent_only_when_the_reader_asks_for_it(browser: Browser, site: Site, tmp_path: Path) -> None:
    """A digest nobody recorded is said so in place; the comparison with the file is a step of its own."""
    file = tmp_path / "notice.json"
    file.write_bytes(site.release_bytes(ALTERED).replace(b"24900.5", b"29900.5"))
    sent: list[str] = []
    with visitor(browser, NARROW, locale="de-DE") as context:
        page = context.new_page()
        page.on("request", lambda request: sent.append(request.method))
        page.goto(site.url + "/check")
        page.set_input_files("#file", file)
        page.click("form button")
        page.wait_for_selector("#unknown:focus")
        assert "Nicht in diesem Register festgehalten" in page.inner_text("#unknown")
        assert violations(page) == []
        assert cut(page) == []
        assert set(sent) == {"GET"}
        page.click("#send")
        page.wait_for_load_state("networkidle")
        assert "Diese Datei wurde verändert" in page.inner_text("main")
        assert violations(page) == []
        assert cut(page) == []
    assert sent.count("POST") == 1


def test_first_load_is_light(browser: Browser, site: Site) -> None:
    """A first visit transfers less than 150 kB, fonts and style sheets included."""
    with visitor(browser, WIDE) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[int] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        page.goto(site.url + site.page(AWARDED), wait_until="networkidle")
    assert len(sizes) >= 5
    assert sum(sizes) < FIRST_LOAD


def test_page_is_read_and_operated_by_keyboard_alone(browser: Browser, site: Site) -> None:
    """The skip link comes first and works; the focus is visible; a search can be made without a mouse."""
    with visitor(browser, WIDE, locale="de-DE") as context:
        page = context.new_page()
        page.goto(site.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Zum Inhalt springen"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("Streusalz")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=Streusalz**")
        page.focus(".row__title a")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width == "4px"
        page.keyboard.press("Enter")
        page.wait_for_url("**/processes/**")
        page.focus("details.more summary")
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('details.more').open")


def test_everything_can_be_read_without_javascript(browser: Browser, site: Site) -> None:
    """With JavaScript off the timeline, the technical details and the language switch work."""
    with visitor(browser, NARROW, java_script_enabled=False, locale="de-DE") as context:
        page = context.new_page()
        page.goto(site.url + site.page(AWARDED))
        assert page.locator(".act").count() == 7
        page.click("#step-1 summary")
        assert "Transaktion" in page.inner_text("#step-1")
        page.click("text=English")
        assert page.get_attribute("html", "lang") == "en"
        page.goto(site.url)
        assert page.get_attribute("html", "lang") == "en"


def test_process_page_on_paper_tells_everything(browser: Browser, site: Site) -> None:
    """Printed without backgrounds: what is folded is there, what one can only click is not, nothing is white."""
    with visitor(browser, 794, locale="de-DE") as context:
        page = context.new_page()
        page.goto(site.url + site.page(AWARDED))
        assert not page.is_visible("#step-1 dl")
        page.emulate_media(media="print")
        assert page.is_visible("#step-1 dl")
        assert page.is_visible("#verify ~ dl")
        assert not any(element.is_visible() for element in page.query_selector_all("nav, form, .skip"))
        colours = page.evaluate("[...document.querySelectorAll('.tag')].map((tag) => getComputedStyle(tag).color)")
        assert set(colours) == {"rgb(0, 0, 0)"}
        width, paper = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= paper
