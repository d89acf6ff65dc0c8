"""Bids that two officers record without opening them, in browsers and on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from ledger.opening.found import given_up
from ledger.opening.opened import read_opened
from ledger.terms import Outcome, RoundState
from tests.cli.conftest import Siegel
from tests.cli.opening_desk import Tender
from tests.officers.officer import Arriving, Officer, closed
from tests.officers.opening_town import OpeningTown


@pytest.fixture
def officers(town: OpeningTown, tender: Tender, arriving: Arriving) -> tuple[Officer, Officer]:
    """Two officers after the close; the shares of bid 1 are false, bid 2 opens."""
    tender.bid("bidder 1")
    tender.bid("bidder 2")
    one, two = arriving("officer-one"), arriving("officer-two")
    closed(tender, one, two)
    town.release(tender)
    for officer in (one, two):
        officer.contribute()
    for index in (1, 2, 3):
        town.lie(tender, index)
    return one, two


def unfinished(officer: Officer) -> None:
    """Open, and see that bid 1 does not."""
    officer.page.click("#open")
    officer.done("Nicht alle Angebote lassen sich schon öffnen")
    expect(officer.page.locator("#unfinished")).to_contain_text("Angebot 1:")
    expect(officer.page.locator("#record")).to_have_count(0)


def give_up(officer: Officer) -> None:
    """The choice, which is asked for twice."""
    officer.page.click("#give-up-0")
    expect(officer.page.locator("#give-up-ask")).to_be_focused()
    expect(officer.page.locator("#give-up-ask")).to_contain_text("Quittung des Bieters")
    officer.page.click("#give-up-yes")
    officer.done("Angebot 1 wird ohne Öffnung verzeichnet")


def test_two_officers_give_up_a_bid_and_the_other_is_opened(
    town: OpeningTown, tender: Tender, officers: tuple[Officer, Officer]
) -> None:
    """Taken back until it is proposed; the second one has to make the same choice, and is told of the first one's."""
    one, two = officers
    unfinished(one)
    one.page.click("#give-up-0")
    one.page.click("#give-up-no")
    expect(one.page.locator("#give-up-0")).to_be_focused()
    expect(one.page.locator("#record")).to_have_count(0)
    give_up(one)
    expect(one.page.locator("#record")).to_be_visible()
    one.page.click("#take-back-0")
    expect(one.page.locator("#record")).to_have_count(0)
    give_up(one)
    one.page.click("#record")
    one.done("Vorgeschlagen")
    expect(one.page.locator("#given-up")).to_be_visible()
    expect(one.page.locator("#take-back-0")).to_have_count(0)
    two.page.click("#look")
    two.done("Nachgesehen")
    expect(two.page.locator("#without-proposed-0")).to_contain_text("ohne Öffnung zu verzeichnen: Angebot 1")
    unfinished(two)
    expect(two.page.locator("#record-step")).to_have_count(0)
    give_up(two)
    expect(two.page.locator("#record-step")).to_contain_text("1 von 2: Konto 0x")
    two.page.click("#record")
    two.done("Das Ergebnis steht im Register")
    facts = town.facts(tender)
    assert facts.state is RoundState.OPENED
    assert [facts.ended(bid) for bid in facts.bids] == [Outcome.UNREADABLE, Outcome.OPENED]
    with two.page.expect_download() as download:
        two.page.click("#save-round")
    made = read_opened(Path(download.value.path()))
    assert (made.bids[0].outcome, made.bids[0].evidence) == ("unreadable", given_up(facts.bids[0]).evidence)
    assert one.said == two.said == []


def test_bid_that_one_gives_up_and_the_other_opens_is_not_agreed_to(
    town: OpeningTown, tender: Tender, arriving: Arriving
) -> None:
    """The second officer is told which bid it is, and has nothing to click but what she found herself."""
    tender.bid("bidder 1")
    one, two = arriving("officer-one"), arriving("officer-two")
    closed(tender, one, two)
    for officer in (one, two):
        officer.contribute()
    unfinished(one)
    give_up(one)
    one.page.click("#record")
    one.done("Vorgeschlagen")
    town.release(tender)
    two.look()
    two.open()
    expect(two.page.locator("#without-proposed-0")).to_contain_text("Hier lässt sich öffnen: Angebot 1")
    expect(two.page.locator("#record-step")).to_contain_text("hat etwas anderes vorgeschlagen")
    expect(two.page.locator("#record-step")).to_contain_text("outcomes bid 1: outcome")
    expect(two.page.locator("#give-up-0")).to_have_count(0)
    expect(two.page.locator("#record")).to_have_count(0)
    one.open()
    expect(one.page.locator("#given-up")).to_have_count(0)
    assert town.facts(tender).state is RoundState.CLOSED


@pytest.mark.parametrize("first", ["page", "command"])
def test_page_and_command_give_up_the_same_in_either_order(
    town: OpeningTown, tender: Tender, officers: tuple[Officer, Officer], siegel: Siegel, first: str
) -> None:
    """The same outcome and the same evidence; who does not give it up on the command line sends nothing."""
    one, _ = officers

    def finish(*more: object) -> str:
        where = (tender.id, "--server", town.url, "--json", "--as", "officer-two")
        done = siegel("opening", "finish", *where, *more, home=town.desk.home)
        return str(done.data["acts"][0]["name"] if done.data.get("acts") else done.data.get("error", ""))

    if first == "command":
        assert finish("--without", 1) == ""
    unfinished(one)
    give_up(one)
    one.page.click("#record")
    if first == "command":
        one.done("Das Ergebnis steht im Register")
    else:
        one.done("Vorgeschlagen")
        assert finish() == "OpeningUnfinished"
        assert finish("--without", 1) == "BidsOpened"
    facts = town.facts(tender)
    assert [facts.ended(bid) for bid in facts.bids] == [Outcome.UNREADABLE, Outcome.OPENED]
