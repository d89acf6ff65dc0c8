"""Takes the pictures of docs/screenshots that show sealed bids:

    .venv/bin/python -m scripts.take_sealed_screenshots

The tenderer's pages come from the demo's open tender, the officers' from a round with bids of every kind. Papers are
printed, and ``pdftoppm`` (Debian: poppler-utils) makes pictures of the PDF files.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page

from ledger.chain.record import NOBODY, ZERO
from ledger.opening.minutes import Contribution, Incident, Minutes
from ledger.opening.minutes_pdf import minutes_pdf, result_pdf
from ledger.terms import Act, Outcome
from scripts.take_screenshots import SCREENS, TARGET
from tests.bid.tenderer import choose_passphrase, require_handed_in, save, seal
from tests.chromium import launched
from tests.demo.whole_round import WholeRound, whole_round
from tests.officers.officer import Officer, arrive, unlock
from tests.officers.opening_town import OpeningTown, opening_town
from tests.opening.minuted import DEADLINE, HEADING, Story, offered, organisation
from tests.sealing.actors import digest

DOTS: Final = 150  # per inch, of a sheet of paper


def main() -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        folder = Path(name)
        papers()
        with whole_round(folder / "round", browser) as round_:
            tenderer(round_, folder)
        with opening_town(folder / "opening") as town:
            officers(town, browser)
    for picture in sorted(TARGET.glob("*.png")):
        print(f"{picture.stat().st_size:>8} {picture.name}")


def screens(page: Page, name: str, *wanted: str) -> None:
    """The page as it stands, on each of the screens."""
    before = page.viewport_size
    for screen in wanted or SCREENS:
        page.set_viewport_size({"width": SCREENS[screen], "height": 844})
        page.screenshot(path=TARGET / f"{name}-{screen}.png", full_page=True)
    if before is not None:
        page.set_viewport_size(before)


def sheets(pdf: bytes, name: str) -> None:
    """Each page of a paper; the only one of one has no number."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-png", "-r", str(DOTS), "-", f"{folder}/page"], input=pdf, check=True)
        made = sorted(Path(folder).iterdir())
        for number, page in enumerate(made, 1):
            TARGET.joinpath(f"{name}-{number}.png" if len(made) > 1 else f"{name}.png").write_bytes(page.read_bytes())


def papers() -> None:
    """Minutes of an opening in which everything happened that can, and what its tenderers are told."""
    minutes = _minutes()
    sheets(minutes_pdf(minutes), "minutes")
    sheets(result_pdf(minutes), "opening-result")


def _minutes() -> Minutes:
    story = Story(ground=digest("outage"))
    first = story.bid(outcome="superseded", arrival=DEADLINE - 80_000)
    main = story.bid(offered("Dachbau Sauer GmbH", "184350.00", discount="2.5"), supersedes=first)
    both = offered("Holz & Ziegel Nowak e. K.", "179999.90") | offered("", "12400.00", lot="LOT-0002")
    story.bid(both | {"tenderers/0001": organisation("Holz & Ziegel Nowak e. K.")})
    story.bid(offered("Dachbau Sauer GmbH", "171000.00", variant="NA-1"), beside=main)
    story.bid(offered("Zimmerei Łęcka", "1234567.125"))
    second = {"tenderers/0002": organisation("Blitzschutz Mitte AG")}
    story.bid(offered("Elektro Şahin GmbH & Co. KG", "11980.55", lot="LOT-0002") | second)
    withdrawn = story.bid(outcome="withdrawn")
    story.record(
        Act.BID_WITHDRAWN,
        DEADLINE - 100,
        bid=withdrawn.bid,
        subject=withdrawn.commitment,
        first=withdrawn.author,
        second=NOBODY,
    )
    story.bid(outcome="unreadable", evidence={"refusal": "ContentUnreadable"})
    missing = story.bid(outcome="missing")
    story.bid(offered("Spenglerei Kühn", "188000"), arrival=DEADLINE - 5, block_time=DEADLINE + 40)
    excused = story.bid(offered("Dach und Wand Özdemir", "190500"), arrival=DEADLINE + 90, admitted=True)
    story.bid(outcome="late", arrival=DEADLINE + 300)
    paper = story.paper(offered("Bedachungen Alt OHG", "201000"))
    story.close()
    found = {"outcome": Outcome.OPENED, "author": missing.author, "content": digest("content"), "evidence": ZERO}
    story.record(Act.OUTCOME_REVISED, DEADLINE + 90_000, {"outcome": found}, bid=missing.bid, ground=digest("receipt"))
    failure = Incident(
        author=(excused.author or b"").hex(), at=DEADLINE - 30, received_at=DEADLINE + 20,
        failure="ReceiverUnreachable", detail="Verbindung dreimal abgebrochen, zuletzt beim letzten Stück",
    )  # fmt: skip
    told = {
        excused.bid: "Angabe des Bieters: Ausfall des Empfangsdienstes ab 11:58 Uhr",
        paper.bid: "mit einem Musterziegel",
    }
    return story.minutes(
        replace(HEADING, remarks=told),
        contributions=[
            Contribution(
                group=group, index=index, account=digest(f"{group} {index}")[:20].hex(), at=DEADLINE + 700 + index,
                organisation=organisation,
            )
            for group, index, organisation in (
                ("custodians", 1, "DE-LEITWEG:05999002-0001-31"), ("custodians", 2, "DE-LEITWEG:05999003-0001-42"),
                ("officers", 1, None), ("officers", 2, None),
            )
            for _ in range(7)
        ],
        incidents=[failure],
    )  # fmt: skip


def tenderer(round_: WholeRound, folder: Path) -> None:
    """The form, what was entered, and the receipt on paper."""
    page = round_.arriving().new_page()
    page.goto(f"{round_.url}/bid/0x{round_.process_id.hex()}/1")
    page.check("#lot-LOT-0001")
    page.click("#next")
    page.fill("#amount-LOT-0001", "1.187.654,32")
    page.check("#answer-exclusion")
    screens(page, "bid-form")
    page.click("#next")
    page.fill("#tenderers-0-name", "Rohbau Probe GmbH")
    page.click("#next")
    page.set_input_files("#slot-prices", round_.files[2])
    page.click("#next")
    choose_passphrase(page)
    screens(page, "bid-summary", "desktop")
    seal(page, folder / "receipt.zip")
    page.click("#send")
    require_handed_in(page)
    save(page, folder / "receipt.zip")
    sheets(page.pdf(format="A4"), "bid-receipt-print")


def officers(town: OpeningTown, browser: Browser) -> None:
    """The close that somebody else proposed, and the bids once they are open."""
    tender = town.tender()
    offer = offered("Beispiel Bau GmbH", "151200.50", discount="1.5")
    tender.bid("Beispiel Bau", values=offer, files=())
    tender.bid("Dachdeckerei Beispiel")
    tender.bid("nobody handed in", here=False)
    tender.pass_deadline()
    tender.bid("late")
    with _arriving(browser, town, town.page(tender)) as (one, two):
        one.look()
        one.page.click("#close")
        one.done("Vorgeschlagen")
        two.look()
        screens(two.page, "opening-close")
        two.page.click("#close")
        two.done("Die Runde ist geschlossen")
        town.release(tender)
        one.look()
        one.contribute()
        two.contribute()
        one.open()
        one.page.click("#record")
        one.done("Vorgeschlagen")
        two.open()
        screens(two.page, "opening-bids", "desktop")


@contextmanager
def _arriving(browser: Browser, town: OpeningTown, address: str) -> Iterator[list[Officer]]:
    contexts: list[BrowserContext] = []
    found = []
    for name in ("officer-one", "officer-two"):
        contexts.append(browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 844}))
        officer = arrive(contexts[-1], name, address)
        unlock(officer, town.files(name))
        found.append(officer)
    yield found
    for context in contexts:
        context.close()


if __name__ == "__main__":
    main()
