"""Takes the screenshots of docs/screenshots from a running demo: start it with ``siegel demo``, then

    .venv/bin/python scripts/take_screenshots.py http://127.0.0.1:8000 DEMO_HOME

Each page is taken on a wide and on a narrow screen, in German and in light colours, so that pictures of two days can
be compared.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
from playwright.sync_api import FloatRect, Page, sync_playwright

TARGET = Path(__file__).parents[1] / "docs" / "screenshots"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
LONGEST = 2_600  # pixels; more of a long page makes a picture that nobody looks at
SCREENS = {"desktop": 1280, "phone": 390}
BEGIN = {"differences": "#timeline"}
"""Where a picture begins, if what it is to show stands far down its page."""
TOP = "(element) => element.getBoundingClientRect().top + scrollY - 24"


def main() -> None:
    """Take all pictures."""
    arguments = argparse.ArgumentParser(description="take the screenshots of docs/screenshots from a running demo")
    arguments.add_argument("url", help="address of the demo")
    arguments.add_argument("home", type=Path, help="home folder of the demo, which holds the files to try")
    arguments.add_argument("--also", nargs=2, metavar=("NAME", "ADDRESS"), help="one more page, of any installation")
    given = arguments.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for screen, width in SCREENS.items():
            context = browser.new_context(viewport={"width": width, "height": 844}, locale="de-DE")
            page = context.new_page()
            for name in visit(page, given.url, given.home, given.also):
                height = page.evaluate("document.documentElement.scrollHeight")
                top = page.locator(BEGIN[name]).evaluate(TOP) if name in BEGIN else 0
                clip: FloatRect = {"x": 0, "y": top, "width": width, "height": min(LONGEST, height - top)}
                page.screenshot(path=TARGET / f"{name}-{screen}.png", full_page=True, clip=clip)
            context.close()
        browser.close()
    for picture in sorted(TARGET.glob("*.png")):
        print(f"{picture.stat().st_size:>8} {picture.name}")


def visit(page: Page, url: str, home: Path, also: tuple[str, str] | None) -> Iterator[str]:
    """Go from page to page; the name of each picture once its page stands."""
    page.goto(url, wait_until="networkidle")
    yield "start"
    page.goto(f"{url}/?status=evaluation&cpv=45", wait_until="networkidle")
    yield "search"
    page.goto(url + process(url, status="standstill"), wait_until="networkidle")
    yield "process"
    page.goto(url + process(url, status="standstill") + "/verification", wait_until="networkidle")
    yield "verification"
    page.goto(url + corrected(url), wait_until="networkidle")
    yield "differences"
    page.goto(url + organisation(url), wait_until="networkidle")
    yield "organisation"
    page.goto(f"{url}/?silentDays=90", wait_until="networkidle")
    yield "silent"
    page.goto(f"{url}/?method=direct", wait_until="networkidle")
    yield "direct"
    page.goto(url + "/statistics", wait_until="networkidle")
    yield "statistics"
    page.goto(url + "/findings", wait_until="networkidle")
    yield "findings"
    page.goto(url + vanished(url), wait_until="networkidle")
    yield "vanished"
    page.goto(url + process(url, mode="observed"), wait_until="networkidle")
    yield "observed"
    page.goto(url + tampered(url), wait_until="networkidle")
    yield "tampered"
    page.goto(url + tampered(url) + "/verification", wait_until="networkidle")
    yield "verification-altered"
    page.goto(url + "/check", wait_until="networkidle")
    yield "check"
    altered = next(file for file in sorted((home / "try").iterdir()) if file.name.startswith("as-altered"))
    page.set_input_files("#file", altered)
    page.click("form button")
    page.click("#send")
    page.wait_for_load_state("networkidle")
    yield "check-altered"
    page.goto(url + "/status", wait_until="networkidle")
    yield "status"
    if also is not None:
        page.goto(also[1], wait_until="networkidle")
        yield also[0]


def process(url: str, **wanted: str) -> str:
    """Page of the first process of that kind."""
    found = httpx.get(f"{url}/api/v1/processes", params=wanted).json()["processes"]
    return str(found[0]["links"]["page"])


def organisation(url: str) -> str:
    """Page of the organisation with most processes."""
    found = httpx.get(f"{url}/api/v1/organisations").json()["organisations"]
    return str(max(found, key=lambda each: each["processes"])["links"]["page"])


def vanished(url: str) -> str:
    """Page of a process of which a notice vanished."""
    found = httpx.get(f"{url}/api/v1/findings", params={"kind": "vanished"}).json()["findings"]
    return str(found[0]["links"]["page"]).partition("#")[0]


def tampered(url: str) -> str:
    """Page of the process that raises the alarm; waits until all have been compared once."""
    for _ in range(300):
        comparison = httpx.get(f"{url}/api/v1/status").json()["comparison"]
        if comparison["last"] is not None:
            return f"/processes/{comparison['processes'][0]}"
        time.sleep(1)
    raise TimeoutError(url)


@cache
def corrected(url: str) -> str:
    """Page of the town's process whose notices changed most; not the observed one, which has a picture of its own."""
    found = httpx.get(f"{url}/api/v1/processes", params={"mode": "anchored", "limit": 200}).json()["processes"]
    pages = [str(row["links"]["page"]) for row in found]
    return max(pages, key=lambda page: httpx.get(url + page).text.count('class="changes__title"'))


if __name__ == "__main__":
    main()
