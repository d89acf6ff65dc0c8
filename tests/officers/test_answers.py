"""The answers of a supplement round on the officers' page: to which bid each belongs, and whose word that is."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from ledger.evidence.receipt import read_receipt
from tests.cli.test_supplement import Asked, asked, clock, town
from tests.officers.officer import arrive, unlock
from tests.officers.test_screens import Seen

__all__ = ["asked", "clock", "town"]

WITHOUT_MAIN_BIDS = """() => {
    const copy = document.querySelector("main").cloneNode(true);
    copy.querySelectorAll(".main-bid").forEach((each) => each.remove());
    return [...copy.querySelectorAll("*")].map((each) => each.children.length ? "" : each.textContent).join("\\n");
}"""


def test_answers_say_to_which_bid_they_belong_and_that_it_is_their_word(asked: Asked, browser: Browser) -> None:
    """By number as on the command line; of two to one bid, and of one to none, it is said. Nothing else on the page
    speaks of bids."""
    commitment = read_receipt(asked.tender.receipt(1, asked.folder / "main.zip")).commitment.hex()
    asked.answer("answer", commitment, "Nowak e. K.")
    asked.answer("rival", commitment, "Sauer GmbH")
    asked.answer("lost", "ab" * 32, "Irrtum AG")
    asked.pass_deadline()
    asked.opened()
    with browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900}) as context:
        two = arrive(context, "officer-two", f"{asked.town.url}/opening/{asked.tender.id}/2")
        unlock(two, asked.town.files("officer-two"))
        expect(two.page).to_have_title("Öffnung der Antworten – Vergabesiegel")
        two.page.click("#open")
        two.done("Alle Antworten sind geöffnet")
        expect(two.page.locator("h1")).to_have_text("Öffnung der Antworten")
        expect(two.page.locator("h2")).to_contain_text(["Antworten öffnen", "Für die Niederschrift"])
        for language, of_bids in (("English", r"\b[Bb]ids?\b"), ("Deutsch", "Angebot")):
            two.page.get_by_role("button", name=language).click()
            said = two.page.evaluate(WITHOUT_MAIN_BIDS)
            assert [line for line in said.splitlines() if re.search(of_bids, line)] == []
        first, second, third = two.page.locator("#bids .bid").all()
        expect(first.locator("h3")).to_have_text("Antwort 1: geöffnet")
        for answer in (first, second):
            expect(answer.locator("dt").first).to_have_text("Gehört nach eigener Angabe zu")
            expect(answer.locator(".main-bid li")).to_have_text([
                "Angebot 2 der Runde 1",
                "Zu diesem Angebot kamen 2 Antworten. Fragen Sie den Bieter, bevor Sie sich auf eine verlassen.",
            ])  # fmt: skip
            expect(answer.locator("dt").nth(1)).to_have_text("Bieter, nach eigener Angabe")
            expect(answer).not_to_contain_text(commitment)
        expect(third.locator(".main-bid li")).to_have_text(
            [f"keinem Angebot dieses Verfahrens; genannt ist {'ab' * 32}"]
        )
        with two.page.expect_download() as download:
            two.page.click("#file-0-0001")
        assert download.value.suggested_filename == "antwort-1-0001.pdf"
        see = Seen()
        see(two, "answers")
        see.require_none()
        assert two.said == []
