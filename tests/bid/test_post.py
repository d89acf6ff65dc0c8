"""Letters of the buyer, the answer to one, and the opening's result, in a real browser with a receipt."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect

from ledger.evidence.receipt import read_receipt, write_receipt
from tests.bid.answered_town import PostDesk, answered_town, offer
from tests.bid.tender import CRITERIA, DOCUMENT
from tests.bid.tenderer import PASSPHRASE, PDF, listened, save
from tests.bid.test_page import contents, violations
from tests.cli.conftest import Called, Siegel, siegel

__all__ = ["siegel"]

HOSTILE = '<img src=x onerror="document.title=1"><b id="bold">fett</b>'
TURNED = "Rechnung \u202egnp.exe"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostDesk]:
    """One town; each test writes letters of its own."""
    with answered_town(tmp_path_factory.mktemp("town")) as desk:
        yield desk


def open_receipt(page: Page, desk: PostDesk, name: str = "bidder 1") -> None:
    """On the page of the round that is over."""
    page.goto(desk.page)
    page.set_input_files("#receipt", desk.handed[name].receipt)
    page.fill("#receipt-passphrase", PASSPHRASE)
    page.click("#read-post")
    expect(page.locator("#post-title")).to_be_focused(timeout=60_000)


def test_letter_is_fetched_by_a_button_and_counts_as_read(
    context: BrowserContext, desk: PostDesk, tmp_path: Path
) -> None:
    """Opening the receipt fetches nothing; the button does, and the letter has its lines and its date."""
    page, said = listened(context)
    desk.write("bidder 1", "Nachforderung", "Bitte das Preisblatt.\n\nMit freundlichen Grüßen")
    desk.write("bidder 2", "An jemand anderen", "Nichts für Sie.")
    before = desk.read_times()[-2:]
    open_receipt(page, desk)
    assert desk.read_times()[-2:] == before == [None, None]
    expect(page.locator("#fetch-letters")).to_have_text("Briefe abholen (gelten dann als gelesen)")
    page.click("#fetch-letters")
    letter = page.locator(".letter").first
    expect(letter.locator("h3")).to_have_text("Nachforderung")
    assert letter.locator(".written").inner_text() == "Bitte das Preisblatt.\n\nMit freundlichen Grüßen"
    expect(page.locator("#post")).not_to_contain_text("Nichts für Sie")
    mine, others = desk.read_times()[-2:]
    assert mine is not None
    assert others is None
    with page.expect_download() as download:
        page.click("#save-letters")
    download.value.save_as(tmp_path / "letters.txt")
    assert "Bitte das Preisblatt.\n\nMit freundlichen" in (tmp_path / "letters.txt").read_text()
    assert said == []


def test_letter_with_markup_and_turned_text_is_shown_as_it_was_written(context: BrowserContext, desk: PostDesk) -> None:
    """No element comes of it, no script runs, and what turns the direction of writing is seen."""
    page, said = listened(context)
    desk.write("bidder 1", TURNED, HOSTILE)
    open_receipt(page, desk)
    page.click("#fetch-letters")
    letter = page.locator(".letter").first
    expect(letter.locator("h3")).to_have_text("Rechnung [U+202E]gnp.exe")
    expect(letter.locator(".written")).to_have_text(HOSTILE)
    expect(page.locator("#bold, .letter img")).to_have_count(0)
    expect(page).to_have_title("Erweiterung der Grundschule – Post und Ergebnis – Vergabesiegel")
    assert said == []


def fill_answer(page: Page) -> None:
    """A file and a name; from the step after that of the main bid."""
    page.click("#next")
    expect(page.locator("#answer-months")).to_be_visible()
    expect(page.locator("#content")).not_to_contain_text("Angebotssumme")
    page.click("#next")
    page.fill("#tenderers-0-name", "Bau & Söhne GmbH")
    page.click("#next")
    page.set_input_files("#slot-bill", {"name": "preisblatt.pdf", "mimeType": PDF, "buffer": b"Preise"})
    page.click("#next")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#passphrase-again", PASSPHRASE)


def hand_in(page: Page, path: Path) -> Path:
    """Sealed, receipted, committed."""
    expect(page.locator("#seal")).to_have_text("Antwort versiegeln")
    page.click("#seal")
    expect(page.locator("#save")).to_be_visible(timeout=60_000)
    save(page, path)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Ihre Antwort ist abgegeben", timeout=60_000)
    return save(page, path)


def test_letter_is_answered_in_its_round_with_the_bid_of_the_open_receipt(
    context: BrowserContext, desk: PostDesk, tmp_path: Path
) -> None:
    """The link says until when; the answer names the main bid, is sealed as every bid is, and stands on the ledger."""
    page, said = listened(context)
    desk.write("bidder 1", "Nachforderung", "Bitte das Preisblatt.", answer_round=2)
    open_receipt(page, desk)
    page.click("#fetch-letters")
    letter = page.locator(".letter").first
    expect(letter).to_contain_text("Die Vergabestelle erwartet eine Antwort bis")
    letter.get_by_role("link", name="Auf „Nachforderung“ antworten").click()
    expect(page.locator("#step-title")).to_contain_text("Schritt 1 von 6: Angebot")
    assert page.url == desk.page.removesuffix("1") + "2"
    mine = desk.handed["bidder 1"]
    expect(page.locator("#main-bid")).to_have_value(mine.commitment.hex())
    expect(page.locator("#main-bid-told")).to_have_text("Übernommen aus der Quittung der Runde 1.")
    expect(page.locator("#post")).to_have_count(0)
    # An answer has an account of its own (ADR 138).
    expect(page.locator("#replace")).to_have_count(1)
    expect(page.locator("#beside")).to_have_count(0)
    fill_answer(page)
    receipt = read_receipt(hand_in(page, tmp_path / "answer.zip"))
    assert contents(receipt, tmp_path / "opened") == {
        "mainBid": mine.commitment.hex(),
        "tenderers/0001": {"name": "Bau & Söhne GmbH"},
        "preisblatt.pdf": b"Preise",
    }
    assert receipt.round == 2
    assert ("BidCommitted", receipt.commitment) in desk.bids()
    assert said == []
    page.go_back()
    expect(page.locator("#read-post")).to_be_visible()
    assert page.url == desk.page


def test_answer_takes_the_main_bid_from_its_receipt_without_a_passphrase(
    context: BrowserContext, desk: PostDesk, tmp_path: Path
) -> None:
    """Whoever comes by the link alone chooses the file; the answer's own receipt is refused for it."""
    page = context.new_page()
    page.goto(desk.page.removesuffix("1") + "2")
    page.click("#next")
    expect(page.locator("#summary")).to_contain_text("Nennen Sie die Bindung des Angebots")
    page.set_input_files("#main-receipt", desk.handed["bidder 2"].receipt)
    expect(page.locator("#main-bid")).to_have_value(desk.handed["bidder 2"].commitment.hex(), timeout=30_000)
    fill_answer(page)
    own = hand_in(page, tmp_path / "answer.zip")
    page.click("#back")
    page.set_input_files("#main-receipt", own)
    expect(page.locator("#main-bid-told")).to_contain_text("gehört zu einer Antwort in dieser Runde", timeout=30_000)
    page.set_input_files("#main-receipt", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK" + bytes(99)})
    expect(page.locator("#main-bid-told")).to_contain_text("Quittung", timeout=30_000)
    expect(page.locator("#main-bid")).to_have_value(desk.handed["bidder 2"].commitment.hex())


def test_receipt_that_was_made_to_name_another_bid_names_none(
    context: BrowserContext, desk: PostDesk, tmp_path: Path
) -> None:
    """The envelope in the file says which commitment it has: nobody is led to answer for somebody else's bid."""
    forged = tmp_path / "forged.zip"
    mine, other = desk.handed["bidder 1"], desk.handed["bidder 2"]
    with forged.open("wb") as out:
        write_receipt(replace(read_receipt(mine.receipt), commitment=other.commitment), out)
    page = context.new_page()
    page.goto(desk.page.removesuffix("1") + "2")
    page.set_input_files("#main-receipt", forged)
    expect(page.locator("#main-bid-told")).to_contain_text("beschädigt", timeout=30_000)
    expect(page.locator("#main-bid")).to_have_value("")
    page.goto(desk.page)
    page.set_input_files("#receipt", forged)
    page.fill("#receipt-passphrase", PASSPHRASE)
    page.click("#read-post")
    expect(page.locator("#receipt-told")).to_contain_text("beschädigt", timeout=30_000)
    expect(page.locator("#post")).to_have_count(0)


def test_process_page_leads_to_letters_and_to_the_round_of_answers(desk: PostDesk) -> None:
    """Whoever bid finds the page again after the deadline."""
    html = httpx.get(f"{desk.url}/processes/0x{desk.process.hex()}", params={"lang": "de"}).text
    links = dict(re.findall(r'href="(/bid/[^"]+)">(?:<span class="kern-label">)?([^<]+)<', html))
    path = desk.page.removeprefix(desk.url)
    assert links == {
        path: "Für Bieter: mit der Quittung des Angebots Post und Ergebnis lesen",
        path.removesuffix("1") + "2": "Antwort auf einen Brief abgeben",
    }


def test_link_does_not_lose_what_is_being_typed(context: BrowserContext, desk: PostDesk) -> None:
    """In the open round the browser asks before it leaves, and nothing is thrown away without a word."""
    page = context.new_page()
    desk.write("bidder 1", "Frage", "Bitte antworten.", answer_round=2)
    page.goto(desk.page.removesuffix("1") + "2")
    page.click("#opening")
    page.set_input_files("#receipt", desk.handed["bidder 1"].receipt)
    page.fill("#receipt-passphrase", PASSPHRASE)
    page.click("#read-post")
    expect(page.locator("#post-title")).to_be_focused(timeout=60_000)
    page.click("#fetch-letters")
    expect(page.locator(".letter").first).to_be_visible()
    page.fill("#main-bid", "begonnen")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.locator(".letter a").first.click()
    expect(page.locator("#main-bid")).to_have_value("begonnen")
    assert asked == ["beforeunload"]


def lie(page: Page, what: str, change: Callable[[dict[str, Any]], Any]) -> None:
    """A server that answers something else to whoever has the receipt."""

    def answer(route: Route) -> None:
        told = route.fetch().json()
        changed = change(told)
        body = changed if isinstance(changed, str) else json.dumps(changed or told)
        route.fulfill(body=body, content_type="application/json")

    page.route(f"**/rounds/1/{what}", answer)


@pytest.mark.parametrize(
    ("round_number", "told"),
    [(1, "dort werden keine Antworten angenommen"), (7, "Bis wann, sagt der Server")],
)
def test_round_that_takes_no_answers_is_said_so(
    context: BrowserContext, desk: PostDesk, round_number: int, told: str
) -> None:
    """A server can name any number: a round of bids gets no link, one that is not there is not promised."""
    page = context.new_page()
    desk.write("bidder 1", "Frage", "Bitte antworten.", answer_round=2)

    def named(told: dict[str, Any]) -> None:
        told["letters"][-1]["answerRound"] = round_number

    lie(page, "letters", named)
    open_receipt(page, desk)
    page.click("#fetch-letters")
    letter = page.locator(".letter").first
    expect(letter).to_contain_text(told)
    expect(letter.locator("a")).to_have_count(0 if round_number == 1 else 1)


def first(told: dict[str, Any], **change: Any) -> dict[str, Any]:
    """The first letter changed."""
    return {"letters": [{**told["letters"][0], **change}]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: first(told, recipient="0x" + "ab" * 20), "Briefe an jemand anderen"),
        (lambda told: first(told, at=10**15), "nicht zu verstehen"),
        (lambda told: "[" * 100_000, "nicht zu verstehen"),
        (lambda told: '{"letters": "' + "x" * 18_000_000 + '"}', "viel mehr geantwortet"),
    ],
)
def test_server_that_answers_foreign_or_malformed_letters_is_refused(
    context: BrowserContext, desk: PostDesk, change: Callable[[dict[str, Any]], Any], sentence: str
) -> None:
    """By name, in words; not one of them is shown, also where others are of the right form."""
    desk.write("bidder 1", "Nachforderung", "Bitte das Preisblatt.")
    page = context.new_page()
    lie(page, "letters", change)
    open_receipt(page, desk)
    page.click("#fetch-letters")
    expect(page.locator("#letters-told")).to_contain_text(sentence, timeout=60_000)
    expect(page.locator(".letter")).to_have_count(0)


def test_thousands_of_letters_are_bounded(context: BrowserContext, desk: PostDesk) -> None:
    """The newest are shown, and it is said how many there are."""
    desk.write("bidder 1", "Nachforderung", "Bitte das Preisblatt.")
    page = context.new_page()
    lie(page, "letters", lambda told: {"letters": [{**told["letters"][0], "number": n} for n in range(1, 3001)]})
    open_receipt(page, desk)
    page.click("#fetch-letters")
    expect(page.locator("#letters-shown")).to_contain_text("die neuesten 200 von 3000 Briefen")
    expect(page.locator(".letter")).to_have_count(200)
    expect(page.locator("#letter-3000")).to_be_visible()


OFFERS = [
    offer("Bau & Söhne GmbH", "Zweite KG", discount="2.5", variants=1),
    offer("<b>Erdbau</b> \u202eHbmG", amount="viel"),
]


COLUMNS = ["Bieter", "Summe", "Nachlass", "Nebenangebote"]


def cells(rows: Locator) -> list[list[str]]:
    """What stands in a table's rows, without the columns' names."""
    texts = "(all) => all.map((one) => one.lastChild.data)"
    return [row.locator("td").evaluate_all(texts) for row in rows.all()[1:]]


def test_result_is_shown_to_whose_bid_was_opened(context: BrowserContext, desk: PostDesk, tmp_path: Path) -> None:
    """A table for each lot with tenderers, sums, place; what is no number stays as it was written."""
    page, said = listened(context)
    lots: list[Any] = [{"id": "L1", "title": "Rohbau", "offers": OFFERS}, {"id": "L2", "title": "Dach", "offers": []}]
    desk.tell(lots)
    open_receipt(page, desk)
    page.click("#fetch-result")
    table = page.get_by_role("table", name="Los L1: Rohbau")
    rows = table.get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(0).get_by_role("columnheader")).to_have_text([*COLUMNS, "Rang nach Preis"])
    assert cells(rows) == [
        ["Bau & Söhne GmbH, Zweite KG", "148.500,00 EUR", "2,5 %, also 144.787,50", "1", "1"],
        ["<b>Erdbau</b> [U+202E]HbmG", "viel EUR", "–", "0", "Summe unlesbar"],
    ]
    expect(page.locator("#result-shown")).to_contain_text("Für dieses Los liegt kein Angebot vor.")
    expect(page.locator("#result-shown")).to_contain_text("§ 14(6) VOB/A")
    with page.expect_download() as download:
        page.click("#save-result")
    download.value.save_as(tmp_path / "result.json")
    assert json.loads((tmp_path / "result.json").read_text()) == desk.result(lots)
    page.get_by_role("button", name="English").click()
    expect(table.or_(page.get_by_role("table", name="Lot L1: Rohbau"))).to_contain_text("148,500.00 EUR")
    assert said == []


def points_for_the_roof() -> bytes:
    """The town's criteria, but that the second lot is ranked by points."""
    changed = copy.deepcopy(CRITERIA)
    quality = {"id": "quality", "title": "Konzept", "weight": "40", "mostPoints": "5"}
    changed["lots"][1] |= {"method": "weightedPoints", "priceWeight": "60", "criteria": [quality]}
    return json.dumps(changed).encode()


def give_criteria(page: Page, document: bytes, named: bytes | None) -> None:
    """A server with other criteria, whose digest the round's terms name, or another, or none."""
    told = named and {"digest": "0x" + hashlib.sha256(named).hexdigest(), "document": None}

    def sealing(route: Route) -> None:
        route.fulfill(body=json.dumps(route.fetch().json() | {"criteria": told}), content_type="application/json")

    page.route("**/sealing", sealing)
    page.route("**/documents/*", lambda route: route.fulfill(body=document))


PLACED = [
    offer("Erste", amount="150.00"), offer("Zweite", amount="300", discount="50"), offer("Dritte", amount="100"),
    offer("Vierte", amount="1e2"), offer("Fünfte", amount="9" * 60), offer("Sechste") | {"amount": None},
    offer("Siebte", amount="0.01") | {"currency": "CHF"}, offer("Achte", amount="-5"),
    offer("Neunte", amount="1", discount="100.1"),
]  # fmt: skip


def test_result_shows_places_by_price_and_points_only_where_they_follow(
    context: BrowserContext, desk: PostDesk
) -> None:
    """Equals share a place; what is no sum has none, and pushes nobody off the page. Where points decide there is no
    place, and for a lot that the criteria do not have nothing."""
    page, said = listened(context)
    give_criteria(page, points_for_the_roof(), points_for_the_roof())
    desk.tell([{"id": lot, "title": None, "offers": PLACED} for lot in ("L1", "L2", "L9")])
    open_receipt(page, desk)
    page.click("#fetch-result")
    by_price, by_points, unknown = (page.get_by_role("table", name=f"Los {lot}") for lot in ("L1", "L2", "L9"))
    expect(by_price.get_by_role("columnheader")).to_have_text([*COLUMNS, "Rang nach Preis"])
    places = ["3", "3", "2", "Summe unlesbar", "5", "keine Summe", "andere Währung", "1", "Nachlass unlesbar"]
    assert [row[-1] for row in cells(by_price.get_by_role("row"))] == places
    expect(by_points.get_by_role("columnheader")).to_have_text([*COLUMNS, "Punkte für den Preis"])
    points = ["30", "30", "60", *places[3:4], "0", *places[5:7], "Preis nicht über null", places[8]]
    assert [row[-1] for row in cells(by_points.get_by_role("row"))] == points
    expect(unknown.get_by_role("columnheader")).to_have_text(COLUMNS)
    for told in ("und er entscheidet nichts", "deshalb steht hier kein Rang", "steht nicht in den Zuschlagskriterien"):
        expect(page.locator("#result-shown")).to_contain_text(told)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
    assert said == []


@pytest.mark.parametrize(
    ("document", "named", "why"),
    [
        (points_for_the_roof(), DOCUMENT, "Das sind nicht die Zuschlagskriterien der Ausschreibung"),
        (DOCUMENT, None, "Die Ausschreibung nennt keine Zuschlagskriterien."),
    ],
)
def test_result_by_criteria_that_the_terms_do_not_name_has_no_places(
    context: BrowserContext, desk: PostDesk, document: bytes, named: bytes | None, why: str
) -> None:
    """Whoever can swap the criteria could make another tenderer the first; the sums are shown, and why no place is."""
    page = context.new_page()
    give_criteria(page, document, named)
    desk.tell([{"id": "L1", "title": None, "offers": PLACED}])
    open_receipt(page, desk)
    page.click("#fetch-result")
    expect(page.locator("#no-places")).to_contain_text(f"Ein Rang nach Preis wird nicht berechnet. {why}")
    expect(page.get_by_role("columnheader")).to_have_text(COLUMNS)


def test_result_is_refused_by_name_to_whose_bid_was_not_opened(context: BrowserContext, desk: PostDesk) -> None:
    """An unreadable bid is no ticket to look in."""
    desk.tell([{"id": "L1", "title": "Rohbau", "offers": OFFERS}])
    page = context.new_page()
    open_receipt(page, desk, "bidder 2")
    page.click("#fetch-result")
    told = "Das Ergebnis ist nur für Bieter dieser Runde, deren Angebot geöffnet wurde."
    expect(page.locator("#result-told")).to_contain_text(told)
    expect(page.locator("#result-told")).to_contain_text("nicht so beteiligt, dass es das dürfte")
    expect(page.locator("#result-told")).to_contain_text("[AccessForbidden]")
    expect(page.locator("table")).to_have_count(0)


def test_result_that_is_not_there_is_said_in_words(context: BrowserContext, desk: PostDesk) -> None:
    """Under VgV and UVgO there is none."""
    page = context.new_page()
    missing = {
        "type": "/problems/OpeningResultMissing", "status": 404, "title": "OpeningResultMissing",
        "detail": "Tenderers are not told.", "round": 1, "process_id": "0x" + desk.process.hex(),
    }  # fmt: skip
    page.route("**/rounds/1/result", lambda route: route.fulfill(status=404, json=missing))
    open_receipt(page, desk)
    page.click("#fetch-result")
    expect(page.locator("#result-told")).to_contain_text("hat die Vergabestelle den Bietern kein Ergebnis mitgeteilt")
    expect(page.locator("#result-told")).to_contain_text("[OpeningResultMissing]")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda told: told["result"].update(processId="ab" * 32), "nicht das Ergebnis dieser Öffnung"),
        (lambda told: told["result"].update(lots=[{"id": "L1", "title": None, "offers": [7]}]), "nicht zu verstehen"),
    ],
)
def test_result_of_another_opening_or_of_no_form_is_not_shown(
    context: BrowserContext, desk: PostDesk, change: Callable[[dict[str, Any]], Any], sentence: str
) -> None:
    """By name, in words."""
    desk.tell([{"id": "L1", "title": "Rohbau", "offers": OFFERS}])
    page = context.new_page()
    lie(page, "result", change)
    open_receipt(page, desk)
    page.click("#fetch-result")
    expect(page.locator("#result-told")).to_contain_text(sentence)
    expect(page.locator("#result-shown")).to_have_count(0)


def test_result_with_thousands_of_offers_is_bounded(context: BrowserContext, desk: PostDesk) -> None:
    """The first ones are shown with how many there are; a consortium of a hundred is counted, a long name is cut."""
    crowd = offer(*(f"Mitglied {number}" for number in range(100)))
    lots = [
        {"id": "L1", "title": "Rohbau", "offers": [crowd, *[offer("x" * 500)] * 2999]},
        {"id": "L2", "title": "Dach", "offers": [offer("A")] * 1000},
    ]
    page = context.new_page()
    desk.tell([{"id": "L1", "title": "Rohbau", "offers": OFFERS}])
    lie(page, "result", lambda told: {"result": desk.result(lots)})
    open_receipt(page, desk)
    page.click("#fetch-result")
    cut = "Gezeigt werden 500 von 4000 Angeboten. Die Datei hat alle."
    expect(page.locator("#result-cut")).to_have_text(cut, timeout=60_000)
    expect(page.locator("tbody tr")).to_have_count(500)
    expect(page.locator("tbody tr").first).to_contain_text("Mitglied 9, und 90 weitere")
    longest = page.evaluate("Math.max(...[...document.querySelectorAll('td')].map((one) => one.textContent.length))")
    assert longest < 400


@pytest.mark.parametrize(("width", "locale", "other"), [(1280, "en-GB", "Deutsch"), (390, "de-DE", "English")])
def test_post_result_and_answer_are_accessible_by_keyboard_on_every_screen(
    browser: Browser, desk: PostDesk, width: int, locale: str, other: str
) -> None:
    """No violation in either language, nor sideways scrolling; all of it without a mouse."""
    desk.write("bidder 1", "Nachforderung", "Bitte das Preisblatt.", answer_round=2)
    desk.tell([{"id": "L1", "title": "Rohbau", "offers": OFFERS}])
    wrong: dict[str, list[str]] = {}
    viewport: Any = {"width": width, "height": 900}
    with browser.new_context(locale=locale, viewport=viewport) as context:
        page = context.new_page()
        page.goto(desk.page)
        wrong["closed"] = violations(page)
        page.set_input_files("#receipt", desk.handed["bidder 1"].receipt)
        page.fill("#receipt-passphrase", PASSPHRASE)
        page.focus("#read-post")
        page.keyboard.press("Enter")
        expect(page.locator("#post-title")).to_be_focused(timeout=60_000)
        for button, shown in (("fetch-letters", ".letter"), ("fetch-result", "table")):
            reach(page, button)
            page.keyboard.press("Enter")
            expect(page.locator(shown).first).to_be_visible()
            assert page.evaluate("document.activeElement.id") == button
        wrong["post and result"] = violations(page)
        page.get_by_role("button", name=other).click()
        wrong["in the other language"] = violations(page)
        link = page.locator(".letter a").first.get_attribute("id") or ""
        page.focus("#fetch-letters")
        reach(page, link)
        page.keyboard.press("Enter")
        expect(page.locator("#step-title")).to_be_focused()
        for field in ("#main-receipt", "#answer-months", "#tenderers-0-name", "#slot", "#seal"):
            expect(page.locator(field)).to_be_visible()
            if field == "#tenderers-0-name":
                page.fill(field, "Bau GmbH")
            if field == "#slot":
                page.click("#next")
                expect(page.locator("#summary")).to_be_focused()
                wrong["nothing answered"] = violations(page)
                page.set_input_files(field, {"name": "a.pdf", "mimeType": PDF, "buffer": b"a"})
            wrong[field] = violations(page)
            page.click("#seal" if field == "#seal" else "#next")
        expect(page.locator("#summary")).to_be_focused()
    assert {place: found for place, found in wrong.items() if found} == {}


def reach(page: Page, identifier: str) -> None:
    """By Tab alone."""
    for _ in range(80):
        if page.evaluate("document.activeElement.id") == identifier:
            return
        page.keyboard.press("Tab")
    raise AssertionError(identifier)


@pytest.fixture
def bid_result(siegel: Siegel, desk: PostDesk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Called]:
    """The command of a tenderer without a home, with the receipt of the bid that was opened."""
    monkeypatch.setenv("SIEGEL_PASSPHRASE", PASSPHRASE)
    return lambda *more: siegel("bid", "result", desk.handed["bidder 1"].receipt, "--server", desk.url, *more)


def test_bid_result_says_places_by_the_criteria_that_the_round_names(
    bid_result: Callable[..., Called], desk: PostDesk, tmp_path: Path
) -> None:
    """In their order as they were told, exact for programs; a name that goes on in the next line gets no place there.
    A copy of the criteria does as well, another one does not."""
    turned = [*OFFERS, offer("Hochbau\n   1. Andere", amount="144787.50"), offer("Letzte", amount="139990")]
    lots: list[Any] = [
        {"id": "L1", "title": "Rohbau", "offers": turned},
        {"id": "L9", "title": None, "offers": OFFERS[:1]},
    ]
    desk.tell(lots)
    done = bid_result()
    assert done.exit_code == 0, done.err
    assert done.out.splitlines() == [
        "Erweiterung der Grundschule (ocds-a2ef3d-school), § 14(6) VOB/A",
        "L1 Rohbau: lowest price",
        "   2. Bau & Söhne GmbH, Zweite KG; 148500.00 EUR; discount 2.5 %; variants: 1; price 144787.50",
        "    – <b>Erdbau</b> [U+202E]HbmG; viel EUR; no place: its amount is no decimal text",
        "   2. Hochbau 1. Andere; 144787.50 EUR; price 144787.50",
        "   1. Letzte; 139990 EUR; price 139990.00",
        "  Places by the sums as they were told, unchecked: corrections, exclusions and variants can change them. They"
        " decide nothing.",
        "L9",
        "   Bau & Söhne GmbH, Zweite KG; 148500.00 EUR; discount 2.5 %; variants: 1",
        "  No places are computed: the criteria do not have this lot.",
    ]
    (tmp_path / "criteria.json").write_bytes(DOCUMENT)
    data = bid_result("--criteria", tmp_path / "criteria.json", "--json").data
    assert data["lots"] == lots
    assert data["priceOrder"]["criteria"] == "0x" + hashlib.sha256(DOCUMENT).hexdigest()
    (order,) = data["priceOrder"]["lots"]
    assert [(each["place"], each["price"]) for each in order["offers"]] == [
        (2, "289575/2"), (None, None), (2, "289575/2"), (1, "139990"),
    ]  # fmt: skip
    (tmp_path / "criteria.json").write_bytes(points_for_the_roof())
    refused = bid_result("--criteria", tmp_path / "criteria.json")
    assert (refused.exit_code, "[CriteriaForeign]" in refused.err, refused.out) == (1, True, "")
    (tmp_path / "policy.json").write_text("{}")
    refused = bid_result("--policy", tmp_path / "policy.json")
    assert (refused.exit_code, "[PolicyUnreadable]" in refused.err, refused.out) == (2, True, "")


def test_bid_result_without_criteria_says_sums_and_why_there_are_no_places(
    bid_result: Callable[..., Called], desk: PostDesk, tmp_path: Path
) -> None:
    """The server has lost the document; the result is as it was told."""
    desk.tell([{"id": "L1", "title": "Rohbau", "offers": OFFERS[:1]}])
    document = desk.services.store.path(hashlib.sha256(DOCUMENT).digest())
    away = document.rename(tmp_path / "away")
    try:
        told, data = bid_result().out.splitlines(), bid_result("--json").data
    finally:
        away.rename(document)
    assert told[1:3] == ["L1 Rohbau", "   Bau & Söhne GmbH, Zweite KG; 148500.00 EUR; discount 2.5 %; variants: 1"]
    assert told[3].startswith("No places are computed: ")
    assert (data["priceOrder"]["criteria"], data["priceOrder"]["lots"]) == (None, [])


def test_bid_result_of_another_opening_is_refused_and_ten_thousand_offers_are_placed(
    bid_result: Callable[..., Called], desk: PostDesk
) -> None:
    """The server keeps what officers give it, also of another ledger."""
    lots = [{"id": "L1", "title": None, "offers": [offer("A", amount=str(10_000 - each)) for each in range(10_000)]}]
    with desk.officer() as server:
        server.tell_result(desk.result(lots) | {"ledger": "ab" * 20})
        refused = bid_result()
        assert (refused.exit_code, "[ResultForeign]" in refused.err, refused.out) == (1, True, "")
        server.tell_result(desk.result(lots))
    (order,) = bid_result("--json").data["priceOrder"]["lots"]
    assert [each["place"] for each in order["offers"]] == list(range(10_000, 0, -1))
