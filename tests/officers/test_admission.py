"""Late bids that two officers admit with one ground, in browsers and on the command line."""

from __future__ import annotations

import hashlib
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from ledger.terms import Outcome
from tests.cli.conftest import Siegel
from tests.cli.opening_desk import Tender
from tests.officers.officer import LONG, Arriving, Officer
from tests.officers.opening_town import OpeningTown

GROUND = b"%PDF-1.7 The receiver failed from ten to twelve o'clock."


def prepared(tender: Tender) -> None:
    """Bid 1 in time, 2 late, 3 late and without its envelope, 4 late."""
    tender.bid("bidder 1")
    tender.pass_deadline()
    tender.bid("bidder 2")
    tender.bid("bidder 3", here=False)
    tender.bid("bidder 4")


def grounded(page: Page, path: Path, says: str) -> None:
    """Choose a ground."""
    page.set_input_files("#ground", path)
    expect(page.locator("#told")).to_contain_text(says, timeout=LONG)


def written(folder: Path, content: bytes = GROUND, name: str = "ground.pdf") -> Path:
    """A file of somebody's."""
    path = folder / name
    path.write_bytes(content)
    return path


def proposed(one: Officer, path: Path) -> None:
    """The first officer admits bid 2."""
    one.look()
    one.page.check("#admit-1")
    grounded(one.page, path, "Die Begründung ist gewählt")
    one.page.click("#close")
    one.done("Vorgeschlagen")


def sent(officer: Officer) -> list[str]:
    """What was handed in to the relay."""
    return [request.url for request in officer.sent if request.url.endswith("/transactions")]


def test_two_officers_admit_a_late_bid_with_the_same_file(
    town: OpeningTown, tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """The second sees which bid, and of which ground; her own copy of the file gives the same call. Bids in time and
    without their bytes cannot be ticked."""
    prepared(tender)
    one, two = arriving("officer-one"), arriving("officer-two")
    page = one.page
    expect(page.locator("#admission input[type=checkbox]")).to_have_count(2)
    expect(page.locator("#admit-0")).to_have_count(0)
    expect(page.locator("p#admit-2")).to_contain_text("Angebot 3")
    expect(page.locator("p#admit-2")).to_contain_text("Der Umschlag fehlt; es kann nicht zugelassen werden.")
    expect(page.locator("label[for=admit-1]")).to_contain_text("Angebot 2: eingegangen")
    proposed(one, written(tmp_path))
    expect(page.locator("#close-step")).to_contain_text("1 von 2: Ihr Vorschlag")
    two.look()
    expect(two.page.locator("#proposed-0")).to_contain_text("hat vorgeschlagen, zuzulassen: Angebot 2")
    expect(two.page.locator("#close-step")).to_contain_text("hat etwas anderes vorgeschlagen")
    expect(two.page.locator("#close")).to_have_count(0)
    two.page.check("#admit-1")
    grounded(two.page, written(tmp_path, name="my copy.pdf"), "dieselbe Begründung")
    expect(two.page.locator("#close-step")).to_contain_text("1 von 2: Konto 0x")
    two.page.click("#close")
    two.done("Die Runde ist geschlossen")
    facts = town.facts(tender)
    assert facts.closing is not None
    assert (facts.closing.counted, facts.closing.admitted, facts.closing.present) == (2, (2,), (3,))
    assert [facts.follows(bid) for bid in facts.bids] == [Outcome.NONE, Outcome.NONE, Outcome.LATE, Outcome.LATE]
    (closed,) = [each for each in town.desk.chain.acts_of(tender.process_id) if each.ground != bytes(32)]
    assert closed.ground in town.services.store.lookup(hashlib.sha256(GROUND).digest())
    for officer in (one, two):
        assert officer.said == []
    assert [request.url for request in two.sent if GROUND.decode() in (request.post_data or "")] == []


def test_second_officer_fetches_the_ground_reads_and_adopts_it(
    town: OpeningTown, tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """It is saved as the very file; one that the server gives instead is refused by name."""
    prepared(tender)
    one, two = arriving("officer-one"), arriving("officer-two")
    proposed(one, written(tmp_path))
    two.look()
    page = two.page
    page.route("**/grounds/0x*", lambda route: route.fulfill(body=bytes(32) + b"%PDF-1.7 Something else."))
    page.click("#fetch-ground-0")
    two.done("GroundDiffers")
    page.unroute("**/grounds/0x*")
    with page.expect_download() as download:
        page.click("#fetch-ground-0")
    assert Path(download.value.path()).read_bytes() == GROUND
    assert download.value.suggested_filename.startswith("begruendung-")
    assert download.value.suggested_filename.endswith(".pdf")
    page.check("#admit-1")
    page.click("#close")
    two.done("Die Runde ist geschlossen")


def test_admission_without_a_ground_sends_nothing(tender: Tender, arriving: Arriving, tmp_path: Path) -> None:
    """By name; an empty file is none either."""
    prepared(tender)
    one = arriving("officer-one")
    one.page.check("#admit-1")
    expect(one.page.locator("#close-step")).to_contain_text("Bitte wählen Sie zuerst die Begründung")
    one.page.click("#close")
    one.done("GroundMissing")
    grounded(one.page, written(tmp_path, b""), "GroundMissing")
    assert sent(one) == []


def test_ground_of_another_file_is_refused_by_name_and_not_agreed_to(
    town: OpeningTown, tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """Nor other bids with the same ground, which is told; a third officer can agree to what is proposed beside it."""
    prepared(tender)
    one, two = arriving("officer-one"), arriving("officer-two")
    proposed(one, written(tmp_path, b"We know the tenderer.", "knows.txt"))
    two.look()
    two.page.check("#admit-1")
    grounded(two.page, written(tmp_path), "GroundDiffers")
    expect(two.page.locator("#close-step")).to_contain_text("hat etwas anderes vorgeschlagen")
    expect(two.page.locator("#close-step")).to_contain_text("ground: 0x")
    expect(two.page.locator("#close")).to_have_count(0)
    two.page.click("#close-despite")
    two.done("Vorgeschlagen")
    three = arriving("officer-three")
    three.page.check("#admit-1")
    three.page.check("#admit-3")
    grounded(three.page, written(tmp_path, name="again.pdf"), "dieselbe Begründung")
    expect(three.page.locator("#close-step")).to_contain_text("hat etwas anderes vorgeschlagen")
    three.page.uncheck("#admit-3")
    expect(three.page.locator("#close-step")).to_contain_text("1 von 2: Konto 0x")
    three.page.click("#close")
    three.done("Die Runde ist geschlossen")


def test_admitted_bid_whose_envelope_goes_before_the_click_sends_nothing(
    tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """It is named, and not ticked any more."""
    prepared(tender)
    one = arriving("officer-one")
    one.page.check("#admit-1")
    grounded(one.page, written(tmp_path), "Die Begründung ist gewählt")

    def withheld(route: Route) -> None:
        told = route.fetch().json()
        told["envelopes"][1]["envelope"] = None
        route.fulfill(json=told)

    one.page.route("**/envelopes", withheld)
    one.page.click("#close")
    one.done("Angebot 2 kann nicht zugelassen werden: sein Umschlag liegt nicht vor. (AdmissionInvalid)")
    expect(one.page.locator("p#admit-1")).to_be_visible()
    assert sent(one) == []


def test_page_and_command_admit_the_same_in_either_order(
    town: OpeningTown, arriving: Arriving, siegel: Siegel, tmp_path: Path
) -> None:
    """Proposed on the page and executed on the command line, and the other way round; each has a file of the own."""
    first, second = town.tender(), town.tender()
    for tender in (first, second):
        prepared(tender)
    mine, yours = written(tmp_path), written(tmp_path, name="theirs.pdf")

    def close(tender: Tender, *ground: object) -> str:
        where = (tender.id, "--server", town.url, "--json", "--as", "officer-two", "--admit", "2", "--ground")
        done = siegel("round", "close", *where, *ground, home=town.desk.home)
        return str(done.data["acts"][0]["name"] if done.data.get("acts") else done.data.get("error", ""))

    proposed(arriving("officer-one", first), mine)
    assert close(first, written(tmp_path, b"We know the tenderer.", "knows.txt")) == "GroundDiffers"
    assert close(first, yours) == "RoundClosed"
    assert close(second, yours) == ""
    one = arriving("officer-one", second)
    expect(one.page.locator("#proposed-0")).to_contain_text("zuzulassen: Angebot 2")
    one.page.check("#admit-1")
    grounded(one.page, mine, "dieselbe Begründung")
    one.page.click("#close")
    one.done("Die Runde ist geschlossen")
    for tender in (first, second):
        closing = town.facts(tender).closing
        assert closing is not None
        assert closing.admitted == (2,)
