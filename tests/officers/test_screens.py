"""What the officers' page looks like in each state: axe, width, keyboard, policy, and where it is linked."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from explorer.page_file import OPENING_PAGE
from scripts.write_problem_words import OF_OPENING, OPENING_FILE, problem_words
from tests.chain.nodes import ROOT
from tests.cli.conftest import PASSPHRASE, Siegel
from tests.cli.opening_desk import Tender
from tests.explorer.test_accessibility import AXE, cut
from tests.index.town import DAY
from tests.officers.officer import LONG, Arriving, Officer, unlock
from tests.officers.opening_town import OpeningTown

STATIC = ROOT / "explorer/static"


def violations(page: Page) -> list[str]:
    """What axe finds, with the elements it finds it in, and what is not read without scrolling sideways."""
    page.evaluate(AXE + "; 0")
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((found) => found.violations)")
    return [*(f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found), *cut(page)]


class Seen:
    """Violations by the place where they were found, in both languages on a wide and a narrow screen."""

    def __init__(self) -> None:
        self.wrong: dict[str, list[str]] = {}

    def __call__(self, officer: Officer, place: str) -> None:
        """Look at what is on the screen."""
        page = officer.page
        for language in ("English", "Deutsch"):
            page.get_by_role("button", name=language).click()
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                self.wrong[f"{place}, {language}, {width}"] = violations(page)

    def require_none(self) -> None:
        """All in order."""
        assert {place: found for place, found in self.wrong.items() if found} == {}


def test_every_state_is_accessible_on_every_screen(
    town: OpeningTown, tender: Tender, arriving: Arriving, siegel: Siegel
) -> None:
    """From the rehearsal to the recorded outcome, with troubles and without."""
    see = Seen()
    tender.bid("bidder 1")
    tender.bid("bidder 2", here=False)
    tender.pass_deadline()
    tender.bid("bidder 3")
    one, two = arriving("officer-one"), arriving("officer-two")
    see(one, "close, first")
    one.page.click("#close")
    one.done("Vorgeschlagen")
    see(one, "close, waiting")
    two.look()
    see(two, "close, second")
    two.page.click("#close")
    two.done("Die Runde ist geschlossen")
    see(two, "closed")
    town.release(tender, ("custodian-1", "custodian-2", "custodian-3"))
    town.lie(tender, 1)
    two.contribute()
    two.page.click("#open")
    two.done("Nicht alle Angebote lassen sich schon öffnen")
    see(two, "unfinished")
    one.look()
    one.contribute()
    two.open()
    see(two, "found")
    two.page.click("#record")
    two.done("Vorgeschlagen")
    one.open()
    one.page.click("#record")
    one.done("Das Ergebnis steht im Register")
    see(one, "opened")
    one.page.click("#forget")
    one.page.click("#unlock")
    one.done("Bitte wählen Sie beide Dateien")
    see(one, "keys")
    see.require_none()


def test_admission_and_giving_up_are_accessible(
    town: OpeningTown, tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """A late bid without its envelope and one that is admitted; a bid that is given up, asked for and proposed."""
    see = Seen()
    tender.bid("bidder 1")
    tender.pass_deadline()
    tender.bid("bidder 2")
    tender.bid("bidder 3", here=False)
    ground = tmp_path / "ground.pdf"
    ground.write_bytes(b"%PDF-1.7 The receiver failed.")
    one, two = arriving("officer-one"), arriving("officer-two")
    for officer, says in ((one, "Die Begründung ist gewählt"), (two, "dieselbe Begründung")):
        officer.look()
        see(officer, f"{officer.name}, late")
        officer.page.check("#admit-1")
        see(officer, f"{officer.name}, ticked")
        officer.page.set_input_files("#ground", ground)
        officer.done(says)
        see(officer, f"{officer.name}, grounded")
        officer.page.click("#close")
        officer.done("Vorgeschlagen" if officer is one else "Die Runde ist geschlossen")
        see(officer, f"{officer.name}, sent")
    one.look()
    for officer in (one, two):
        officer.look()
        officer.page.click("#open")
        officer.done("Nicht alle Angebote lassen sich schon öffnen")
        for number in (0, 1):
            officer.page.click(f"#give-up-{number}")
            see(officer, f"{officer.name}, asked for {number}")
            officer.page.click("#give-up-yes")
        see(officer, f"{officer.name}, given up")
        officer.page.click("#record")
        officer.done("Vorgeschlagen" if officer is one else "Das Ergebnis steht im Register")
        see(officer, f"{officer.name}, recorded")
    see.require_none()


def test_officer_admits_and_gives_up_by_keyboard_alone(
    town: OpeningTown, tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """Each box by Space, each button by Enter; the question takes the focus, and the answer gives it on."""
    tender.pass_deadline()
    tender.bid("bidder 1")
    one, two = arriving("officer-one"), arriving("officer-two")
    ground = tmp_path / "ground.pdf"
    ground.write_bytes(b"%PDF-1.7 The receiver failed.")

    def press(officer: Officer, identifier: str, key: str = "Enter") -> None:
        page = officer.page
        for _ in range(40):
            if page.evaluate("document.activeElement.id") == identifier:
                page.keyboard.press(key)
                return
            page.keyboard.press("Tab")
        raise AssertionError(identifier)

    press(one, "admit-0", "Space")
    expect(one.page.locator("#admit-0")).to_be_focused()
    with one.page.expect_file_chooser() as chooser:
        press(one, "ground")
    chooser.value.set_files(ground)
    one.done("Die Begründung ist gewählt")
    press(one, "close")
    one.done("Vorgeschlagen")
    two.look()
    with two.page.expect_download():
        press(two, "fetch-ground-0")
    two.done("übernommen")
    press(two, "admit-0", "Space")
    press(two, "close")
    two.done("Die Runde ist geschlossen")
    press(two, "open")
    two.done("Nicht alle Angebote")
    press(two, "give-up-0")
    expect(two.page.locator("#give-up-ask")).to_be_focused()
    press(two, "give-up-yes")
    two.done("ohne Öffnung verzeichnet")
    expect(two.page.locator("#told")).to_be_focused()
    press(two, "record")
    two.done("Vorgeschlagen")


def test_proposal_that_differs_and_the_round_before_its_deadline_are_accessible(
    town: OpeningTown, tender: Tender, arriving: Arriving, siegel: Siegel
) -> None:
    """The states in which nothing can be done."""
    see = Seen()
    tender.bid("bidder 1")
    see(arriving("officer-three", town.tender(3 * DAY)), "before the deadline")
    tender.pass_deadline()
    where = (tender.id, "--server", town.url, "--json", "--as", "officer-one")
    assert siegel("round", "close", *where, "--counted", 1, "--present", "", home=town.desk.home).exit_code == 0
    see(arriving("officer-two"), "differs")
    see.require_none()


def test_round_that_is_none_is_told(town: OpeningTown, tender: Tender, browser: Browser) -> None:
    """An address that names nothing, and a round that the process does not have."""
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{town.url}/opening/nothing/1")
        expect(page.locator("#refusal")).to_contain_text("This address names no procedure and round.")
        page.goto(f"{town.url}/opening/{tender.id}/7")
        expect(page.locator("#refusal")).to_contain_text("RoundUnknown")
        assert violations(page) == []


def test_officer_opens_keys_and_proposes_by_keyboard_alone(town: OpeningTown, tender: Tender, browser: Browser) -> None:
    """Each field is reached by Tab, each button works by Enter; what came of it takes the focus."""
    tender.bid("bidder 1")
    tender.pass_deadline()
    with browser.new_context(locale="de-DE") as context:
        page = context.new_page()
        # As long as somebody listens, no dialogue of the system takes a choice away.
        page.on("filechooser", lambda chooser: None)
        page.goto(town.page(tender))
        expect(page.locator("#unlock")).to_be_visible()

        def reach(identifier: str) -> None:
            for _ in range(40):
                if page.evaluate("document.activeElement.id") == identifier:
                    return
                page.keyboard.press("Tab")
            raise AssertionError(identifier)

        for identifier, file in zip(("keystore", "sealing"), town.files("officer-one"), strict=True):
            reach(identifier)
            with page.expect_file_chooser() as chooser:
                page.keyboard.press("Enter")
            chooser.value.set_files(file)
        reach("passphrase")
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text("Nachgesehen", timeout=LONG)
        expect(page.locator("#told")).to_be_focused()
        reach("close")
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text("Vorgeschlagen", timeout=LONG)
        expect(page.locator("#told")).to_be_focused()
        expect(page.locator("#close-step")).to_contain_text("1 von 2")


def test_keys_are_forgotten_on_leaving_the_page(town: OpeningTown, tender: Tender, arriving: Arriving) -> None:
    """Whoever comes back by the browser's own button finds the form, and no passphrase in it."""
    one = arriving("officer-one")
    assert len(one.page.workers) == 1
    # As a browser leaves a page that it keeps for the way back.
    leaving = "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))"
    one.page.evaluate(leaving)
    expect(one.page.locator("#unlock")).to_be_visible()
    expect(one.page.locator("#look")).to_have_count(0)
    assert one.page.workers == []
    unlock(one, town.files(one.name))

    def left(route: Route) -> None:
        """In the middle of something: nothing failed then."""
        one.page.evaluate(leaving)
        route.continue_()

    one.page.route("**/proposals", left)
    one.page.click("#look")
    one.done("Die Schlüssel sind vergessen")
    one.page.unroute("**/proposals")
    unlock(one, town.files(one.name))
    one.page.goto(town.url)
    one.page.go_back()
    expect(one.page.locator("#unlock")).to_be_visible()
    expect(one.page.locator("#passphrase")).to_have_value("")
    expect(one.page.locator("#open-as")).to_have_count(0)


def test_keys_go_with_a_worker_that_fails(town: OpeningTown, tender: Tender, arriving: Arriving) -> None:
    """The page says so and asks for them again; with them it goes on."""
    tender.bid("bidder 1")
    one = arriving("officer-one")
    one.page.evaluate("""() => {
        const Started = Worker;
        Worker = function (address) { return globalThis.failing = new Started(address); };
    }""")
    one.page.click("#forget")
    unlock(one, town.files(one.name))
    one.page.evaluate("""() => {
        failing.postMessage = () => failing.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    }""")
    one.page.click("#look")
    one.done("out of memory")
    expect(one.page.locator("#open-as")).to_have_count(0)
    assert one.page.workers == []
    unlock(one, town.files(one.name))
    # Whoever does nothing meanwhile learns of it with the next step.
    one.page.evaluate("failing.dispatchEvent(new ErrorEvent('error', { message: 'killed' }))")
    one.page.click("#look")
    one.done("Die Schlüssel sind vergessen")
    expect(one.page.locator("#unlock")).to_be_visible()


def test_page_has_the_recorded_check_value_and_its_own_policy(town: OpeningTown, tender: Tender) -> None:
    """Served as it was built; connections to its origin alone; the process page leads to it."""
    answer = httpx.get(town.page(tender))
    digest = hashlib.sha256(answer.content).hexdigest()
    assert digest == OPENING_PAGE.digest().hex()
    assert (STATIC / "opening.sha256").read_text() == f"{digest}  vendor/opening.html\n"
    assert digest in (ROOT / "docs/release-notes.md").read_text()
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["connect-src"] == "'self'"
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["worker-src"] == "blob:"
    assert "unsafe" not in answer.headers["content-security-policy"]
    process = httpx.get(f"{town.url}/processes/{tender.id}").text
    assert f"/opening/{tender.id}/1" in process
    assert digest in process.replace("\u200b", "").replace("<wbr>", "")


@pytest.mark.parametrize("name", ["words.json", "refusal_words.json"])
def test_words_of_the_page_stand_in_both_languages_with_the_same_values(name: str) -> None:
    """A sentence that lacks a value in one language would show a hole."""
    words = json.loads((ROOT / "explorer/client/opening" / name).read_text("utf-8"))
    for key, sentences in words.items():
        assert set(sentences) == {"de", "en"}, key
        values = [set(re.findall(r"{(\w+)}", sentences[language])) for language in ("de", "en")]
        assert values[0] == values[1], key


@pytest.mark.parametrize("name", ["words.json", "refusal_words.json"])
def test_what_speaks_of_bids_speaks_of_answers_in_a_round_of_answers(name: str) -> None:
    """No sentence is forgotten, none of those that take its place speaks of bids; what is said of the bid to which an
    answer belongs stays."""
    words = json.loads((ROOT / "explorer/client/opening" / name).read_text("utf-8"))

    def of_bids(key: str) -> bool:
        said = {language: re.sub(r"{\w+}", "", words[key][language]) for language in ("de", "en")}
        return bool(re.search(r"\bAngebot", said["de"]) or re.search(r"\b[Bb]ids?\b", said["en"]))

    others = {key for key in words if key.endswith("_answer")}
    assert {key for key in others if of_bids(key)} == set()
    assert {key.removesuffix("_answer") for key in others} <= set(words)
    kept = {"mainBidOpened", "mainBidOther", "mainBidUnknown", "mainBidShared"}
    assert {key for key in words if of_bids(key) and f"{key}_answer" not in words} <= kept


def test_problem_words_are_those_of_the_errors() -> None:
    """``python scripts/write_problem_words.py`` writes them."""
    assert OPENING_FILE.read_text("utf-8") == problem_words(OF_OPENING)
