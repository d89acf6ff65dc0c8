"""The officers' page in a real browser, against a real server and chain: two officers, two browsers, one round."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Route, expect

from ledger.opening.opened import read_opened
from ledger.opening.opened_check import check_opened
from ledger.opening.round_acts import RoundAct, of_round
from ledger.terms import Outcome, RoundState
from tests.cli.conftest import PASSPHRASE, Siegel
from tests.cli.opening_desk import Tender
from tests.index.town import DAY
from tests.officers.officer import BID, CANARY, Arriving, Officer, closed
from tests.officers.opening_town import OpeningTown
from tests.sealing.actors import DRAWING, VALUES


def test_two_officers_close_contribute_and_open_a_round(
    town: OpeningTown, tender: Tender, arriving: Arriving, tmp_path: Path
) -> None:
    """From the rehearsal to the outcome; nothing of a bid, and no key, leaves either browser."""
    tender.bid("bidder 1", values=BID, files=())
    tender.bid("bidder 2")
    tender.bid("bidder 3", here=False)
    one, two = arriving("officer-one"), arriving("officer-two")
    for officer in (one, two):
        officer.page.click("#rehearse")
        officer.done("Ihr Siegelschlüssel öffnet")
    expect(two.page.locator("#content")).to_contain_text("Vertreterinnen und Vertreter: 2 bereit, 2 nötig")
    expect(two.page.locator("#enough")).to_contain_text("noch nicht genug")
    tender.pass_deadline()
    tender.bid("bidder 4")
    one.look()
    expect(one.page.locator("#here")).to_have_text("2 (Angebot 1, 2)")
    expect(one.page.locator("#missing")).to_have_text("1 (Angebot 3)")
    expect(one.page.locator("#late")).to_have_text("1 (Angebot 4)")
    one.page.click("#close")
    one.done("Vorgeschlagen")
    expect(one.page.locator("#close-step")).to_contain_text("1 von 2: Ihr Vorschlag")
    expect(one.page.locator("#close")).to_have_count(0)
    two.look()
    expect(two.page.locator("#close-step")).to_contain_text("1 von 2: Konto 0x")
    expect(two.page.locator("#close")).to_have_text("Zustimmen und ausführen (2 von 2)")
    two.page.click("#close")
    two.done("Die Runde ist geschlossen")
    one.look()
    town.release(tender)
    for officer in (one, two):
        officer.contribute()
    expect(two.page.locator("#contributed")).to_contain_text("Verwahrer: 2 haben beigetragen, 2 nötig")
    one.open()
    expect(one.page.locator("#bids")).to_contain_text("271.828,18 EUR")
    expect(one.page.locator("#bids")).to_contain_text(f"{CANARY} Bau GmbH")
    with one.page.expect_download() as download:
        one.page.click("#file-1-0001")
    assert download.value.suggested_filename == "angebot-2-0001.pdf"
    assert Path(download.value.path()).read_bytes() == DRAWING
    one.page.click("#record")
    one.done("Vorgeschlagen")
    expect(one.page.locator("#record-step")).to_contain_text("1 von 2: Ihr Vorschlag")
    two.open()
    expect(two.page.locator("#record-step")).to_contain_text("1 von 2: Konto 0x")
    two.page.click("#record")
    two.done("Das Ergebnis steht im Register")
    facts = town.facts(tender)
    assert facts.state is RoundState.OPENED
    assert [facts.ended(bid) for bid in facts.bids] == [
        Outcome.OPENED, Outcome.OPENED, Outcome.MISSING, Outcome.LATE,
    ]  # fmt: skip
    with two.page.expect_download() as download:
        two.page.click("#save-round")
    made = read_opened(Path(download.value.path()))
    chain = town.desk.chain
    check_opened(made, facts, of_round([RoundAct(1, each) for each in chain.acts_of(tender.process_id)], 1))
    assert made.bids[0].values == BID
    assert made.bids[1].values == VALUES
    for officer in (one, two):
        assert officer.said == []
        require_silent(officer, town)


def require_silent(officer: Officer, town: OpeningTown) -> None:
    """No request has content of a bid, a passphrase or a key in it, and all stay at the origin; nothing is stored."""
    keystore, sealing = (path.read_text() for path in town.files(officer.name))
    secret = [CANARY, "271828", "warranty", PASSPHRASE, keystore[40:90], sealing.splitlines()[2]]
    for request in officer.sent:
        assert request.url.startswith((town.url, "blob:", "data:"))
        told = f"{request.url} {request.all_headers()} {request.post_data or ''}"
        assert [word for word in secret if word in told] == []
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert officer.page.evaluate(stored) == '[{},{},""]'
    assert officer.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


def test_one_officer_in_the_browser_and_one_on_the_command_line_execute_the_same_acts(
    town: OpeningTown, tender: Tender, arriving: Arriving, siegel: Siegel
) -> None:
    """Close: proposed on the command line. Outcomes: proposed in the browser. Each is the same to the byte."""
    tender.bid("bidder 1")
    tender.pass_deadline()
    where = (tender.id, "--server", town.url, "--json")
    first = siegel("round", "close", *where, "--as", "officer-one", home=town.desk.home)
    assert first.exit_code == 0, first.out
    two = arriving("officer-two")
    expect(two.page.locator("#close-step")).to_contain_text("1 von 2: Konto 0x")
    two.page.click("#close")
    two.done("Die Runde ist geschlossen")
    town.release(tender)
    two.contribute()
    assert siegel("opening", "contribute", *where, "--as", "officer-one", home=town.desk.home).exit_code == 0
    two.open()
    two.page.click("#record")
    two.done("Vorgeschlagen")
    finished = siegel("opening", "finish", *where, "--as", "officer-one", home=town.desk.home)
    assert finished.data["acts"][0]["name"] == "BidsOpened", finished.out
    assert town.facts(tender).state is RoundState.OPENED


def test_one_officer_twice_closes_nothing(town: OpeningTown, tender: Tender, arriving: Arriving) -> None:
    """In a second browser there is no button; and a server that calls the proposal another's is found out by the
    ledger."""
    tender.bid("bidder 1")
    tender.pass_deadline()
    one = arriving("officer-one")
    one.page.click("#close")
    one.done("Vorgeschlagen")
    again = arriving("officer-one")
    expect(again.page.locator("#close-step")).to_contain_text("1 von 2: Ihr Vorschlag")
    expect(again.page.locator("#close")).to_have_count(0)

    def another(route: Route) -> None:
        told = route.fetch().json()
        told["proposals"][0]["account"] = "0x" + "11" * 20
        route.fulfill(json=told)

    again.page.route("**/proposals", another)
    again.look()
    again.page.click("#close")
    again.done("AlreadyApproved")
    assert town.facts(tender).state is RoundState.OPEN


def test_proposal_of_something_else_is_told_and_not_agreed_to(
    town: OpeningTown, tender: Tender, arriving: Arriving, siegel: Siegel
) -> None:
    """Officer one says that no envelope is here; the second one's page sees one and says what differs.

    It can be proposed beside that, and a third officer who finds the same executes it.
    """
    tender.bid("bidder 1")
    tender.pass_deadline()
    where = (tender.id, "--server", town.url, "--json", "--as", "officer-one")
    done = siegel("round", "close", *where, "--counted", 1, "--present", "", home=town.desk.home)
    assert done.exit_code == 0, done.out
    two = arriving("officer-two")
    expect(two.page.locator("#close-step")).to_contain_text("hat etwas anderes vorgeschlagen")
    expect(two.page.locator("#close-step")).to_contain_text("present: 1 / –")
    expect(two.page.locator("#close")).to_have_count(0)
    two.page.click("#close-despite")
    two.done("Vorgeschlagen")
    assert town.facts(tender).state is RoundState.OPEN
    three = arriving("officer-three")
    three.page.click("#close")
    three.done("Die Runde ist geschlossen")
    closing = town.facts(tender).closing
    assert closing is not None
    assert closing.present == (1,)


def test_envelope_that_goes_between_looking_and_clicking_sends_nothing(
    town: OpeningTown, tender: Tender, arriving: Arriving
) -> None:
    """What is sent is what was on the screen."""
    tender.bid("bidder 1")
    tender.pass_deadline()
    one = arriving("officer-one")
    expect(one.page.locator("#here")).to_have_text("1 (Angebot 1)")

    def withheld(route: Route) -> None:
        told = route.fetch().json()
        told["envelopes"][0]["envelope"] = None
        route.fulfill(json=told)

    one.page.route("**/envelopes", withheld)
    one.page.click("#close")
    one.done("Inzwischen hat sich etwas geändert")
    expect(one.page.locator("#missing")).to_have_text("1 (Angebot 1)")
    assert [request for request in one.sent if request.url.endswith("/transactions")] == []


def test_close_before_the_deadline_is_not_offered_and_refused_by_the_ledger(
    town: OpeningTown, tender: Tender, arriving: Arriving
) -> None:
    """A server whose clock is a day ahead of its ledger lets it be tried: only the ledger's counts."""
    tender.bid("bidder 1")
    waiting = arriving("officer-one", town.tender(3 * DAY))
    expect(waiting.page.locator("#content")).to_contain_text("sobald die Angebotsfrist abgelaufen ist")
    expect(waiting.page.locator("#close")).to_have_count(0)
    expect(waiting.page.locator("#open")).to_have_count(0)
    one = arriving("officer-one")
    one.page.click("#close")
    one.done("RoundForbids")


def test_server_that_withholds_or_swaps_an_envelope_is_named_and_nothing_is_recorded(
    town: OpeningTown, tender: Tender, arriving: Arriving
) -> None:
    """The bid waits; no tenderer is called unreadable for it."""
    for number in (1, 2, 3):
        tender.bid(f"bidder {number}")
    one, two = arriving("officer-one"), arriving("officer-two")
    closed(tender, one, two)
    town.release(tender)
    for officer in (one, two):
        officer.contribute()
    commitments = [bid.commitment.hex() for bid in town.facts(tender).bids]
    page = one.page
    page.route(f"**/envelopes/0x{commitments[0]}", lambda route: route.fulfill(status=404, body="{}"))
    page.route(f"**/envelopes/0x{commitments[1]}", lambda route: route.fulfill(body=tender.data[2]))
    page.click("#open")
    one.done("Nicht alle Angebote lassen sich schon öffnen")
    expect(page.locator("#unfinished")).to_contain_text("Angebot 1: Der Server lehnt ab: [HTTP 404]")
    expect(page.locator("#unfinished")).to_contain_text("Zu Angebot 2 liefert der Server einen anderen Umschlag")
    expect(page.locator("#record")).to_have_count(0)
    expect(page.locator("#save-round")).to_have_count(0)


def test_swapped_header_gets_no_share(town: OpeningTown, tender: Tender, arriving: Arriving) -> None:
    """Whoever asks for a share of one bid under another's commitment gets none, and the page says so."""
    for number in (1, 2):
        tender.bid(f"bidder {number}")
    one, two = arriving("officer-one"), arriving("officer-two")
    closed(tender, one, two)
    first = town.facts(tender).bids[0].commitment.hex()
    header = tender.sealed[1].header.encoded()
    one.page.route(f"**/envelopes/0x{first}/header", lambda route: route.fulfill(body=header))
    one.page.click("#contribute")
    one.done("1 Schlüsselteile sind beigetragen. Angebot 1: Zu Angebot 1 liefert der Server einen anderen Umschlag")


def test_false_contribution_is_named_and_the_bid_opens_with_others(
    town: OpeningTown, tender: Tender, arriving: Arriving
) -> None:
    """A custodian that lies makes only a name."""
    tender.bid("bidder 1")
    one, two = arriving("officer-one"), arriving("officer-two")
    closed(tender, one, two)
    town.release(tender, ("custodian-1", "custodian-2", "custodian-3"))
    town.lie(tender, 1)
    for officer in (one, two):
        officer.contribute()
    one.open()
    expect(one.page.locator("#false")).to_contain_text("Angebot 1, Verwahrer, Nummer 1 – DE-LEITWEG custodian-")
    expect(one.page.locator("#false")).to_contain_text("SealsDiffer")
    expect(one.page.locator("#bids")).to_contain_text("Angebot 1: geöffnet")


def test_altered_acts_and_other_peoples_keys_are_refused(town: OpeningTown, tender: Tender, arriving: Arriving) -> None:
    """An act that is left out is found by the head; keys of two people are not one officer's."""
    tender.bid("bidder 1")
    one = arriving("officer-one")

    def shortened(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "acts": told["acts"][:-1]})

    one.page.route("**/acts", shortened)
    one.page.click("#look")
    one.done("andere Vorgänge, als ihr Kettenende sagt")
    one.page.unroute("**/acts")
    one.page.route("**/acts", lambda route: route.fulfill(body="<html>", content_type="text/html"))
    one.page.click("#look")
    one.done("Unverständlichem (JSON)")
    one.page.unroute("**/acts")

    def ready_beyond_the_calendar(route: Route) -> None:
        told = route.fetch().json()
        told["recipients"][0]["readyAt"] = 2**53 - 1
        route.fulfill(json=told)

    one.page.route("**/rehearsal", ready_beyond_the_calendar)
    one.page.click("#look")
    one.done("Unverständlichem (moment)")
    one.page.click("#forget")
    one.done("Die Schlüssel sind vergessen")
    one.page.set_input_files("#keystore", town.files("officer-one")[0])
    one.page.set_input_files("#sealing", town.files("officer-two")[1])
    one.page.fill("#passphrase", PASSPHRASE)
    one.page.click("#unlock")
    one.done("gehören verschiedenen Personen")
    one.page.fill("#passphrase", "ein anderes")
    one.page.click("#unlock")
    one.done("Das Passwort passt nicht zu dem Siegelschlüssel")
