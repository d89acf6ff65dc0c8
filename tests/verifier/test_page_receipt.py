"""The page that verifies, given a receipt: what it proves in plain words, and nothing leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.evidence.receipts import FOLDER, PASSPHRASE, accepted, cases, receipt_of
from tests.verifier.test_page import address, opened

__all__ = ["address"]
POLICY = FOLDER / "policy.json"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page in German; it asks nobody for anything."""
    with opened(browser, address, "de-DE") as found:
        yield found


def verify(page: Page, receipt: bytes, passphrase: str | None = None, policy: Path = POLICY) -> None:
    """Both files, the passphrase where there is one, and the button."""
    page.set_input_files("#bundle", {"name": "quittung.zip", "mimeType": "application/zip", "buffer": receipt})
    page.set_input_files("#policy", policy)
    if passphrase is not None:
        page.get_by_label("Passwort der Quittung").fill(passphrase)
    page.get_by_role("button", name="Prüfen").click()
    page.locator("#verdict").wait_for()


def refused(name: str) -> bytes:
    """The refused receipt of that name."""
    (case,) = (each for each in cases("refused") if each["name"] == name)
    return receipt_of(case)


def test_page_says_what_a_receipt_proves_in_both_languages(page: Page) -> None:
    """When it arrived and by whose clock, that it is in time and opens; the steps of receipt and bundle."""
    verify(page, receipt_of(accepted("in-time")), PASSPHRASE)
    expect(page.locator("#verdict")).to_have_text("Die Quittung besteht die Prüfung.")
    says = page.locator(".says")
    expect(says).to_contain_text("steht als Vorgang 3 vom 10. Januar 2026 um 08:01:01 UTC im Register.")
    expect(says).to_contain_text(
        "Eingegangen ist es am 10. Januar 2026 um 08:00:00 UTC, nach der Uhr des Empfangsdienstes"
    )
    expect(says).to_contain_text("Das ist rechtzeitig: Die Frist ist der 15. Januar 2026 um 08:00:00 UTC.")
    expect(says).to_contain_text("nicht von jetzt: das Angebot wurde geöffnet.")
    expect(says).to_contain_text("Mit Quittung und Passwort lässt sich das Angebot öffnen")
    assert page.locator(".step").count() == 6 + 11
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="English").click()
    expect(page.locator("#verdict")).to_have_text("The receipt is verified.")
    expect(says).to_contain_text("That is in time: the deadline is January 15, 2026 at 8:00:00")


def test_page_tells_a_late_receipt_as_late_also_beside_a_promise(page: Page) -> None:
    """The promise is the receiver's word, and the ledger does not have it."""
    verify(page, receipt_of(accepted("late-besides")))
    expect(page.locator(".says .bad")).to_have_text(
        "Das ist ZU SPÄT: Die Frist war der 15. Januar 2026 um 08:00:00 UTC."
    )
    expect(page.locator(".says")).to_contain_text("im Register zählt sie darum nicht")
    expect(page.locator(".says")).not_to_contain_text("rechtzeitig")


def test_page_says_that_a_receipt_without_proof_proves_no_handing_in(page: Page) -> None:
    """Not verified, and what is missing."""
    verify(page, receipt_of(accepted("no-proof")))
    expect(page.locator("#verdict")).to_have_text("Die Quittung besteht die Prüfung NICHT.")
    expect(page.locator(".says")).to_contain_text("Dazu fehlt ein Prüfpaket, in dem es steht.")
    assert page.locator(".step").count() == 6


def test_page_names_what_a_forged_receipt_is_refused_for(page: Page) -> None:
    """The step, the name, and whose fault it would be; times as people write them."""
    verify(page, refused("promise-for-two-days"))
    failed = page.locator(".failed")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("[PromiseTooLong]")
    expect(failed).to_contain_text("Die Zusage gilt bis 17. Januar 2026 um 07:59:00 UTC")
    expect(failed).to_contain_text("Des Empfangsdienstes, der mehr zugesagt hat, als er darf.")
    expect(page.locator(".says")).to_have_text(
        "So, wie sie ist, beweist diese Quittung nichts: Ein Schritt ist fehlgeschlagen."
    )


def test_page_refuses_a_receipt_that_is_no_file_of_the_kind(page: Page) -> None:
    """Nothing is said of a bid, and there are no facts but the policy's."""
    verify(page, refused("bytes-behind-the-end"))
    expect(page.locator(".failed")).to_contain_text("[ReceiptMalformed]")
    expect(page.locator(".facts div")).to_have_count(2)


def test_page_asks_for_a_passphrase_for_receipts_only_and_forgets_it_with_the_file(page: Page) -> None:
    """What was typed for one file is not tried on another; a verdict goes with the passphrase it is about."""
    secret = page.locator("#secret")
    expect(secret).to_be_hidden()
    verify(page, receipt_of(accepted("in-time")), "not it")
    expect(page.locator(".failed")).to_contain_text("[WrongPassphrase]")
    expect(page.locator(".says .bad")).to_have_text("Öffnen lässt sich das Angebot so nicht: siehe Schritt 6.")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("#passphrase").blur()
    expect(page.locator("#verdict")).to_have_count(0)
    page.set_input_files("#bundle", FOLDER / "closed.proof.zip")
    expect(secret).to_be_hidden()
    assert page.locator("#passphrase").input_value() == ""
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")
    page.set_input_files("#bundle", [])
    expect(secret).to_be_hidden()


def test_page_shows_a_time_that_nobody_lives_to_see_as_the_number_it_is(page: Page) -> None:
    """Whoever forges a promise writes any number."""
    case = accepted("nothing-but-the-bid")
    for number in (5, 2**63):
        promise = "11" * 32 + f"{number:064x}" + f"{number + 1:064x}" + f"{65:064x}" + "22" * 64 + "1b"
        receipt = receipt_of(case | {"entries": case["entries"] | {"promise": {"hex": promise}}})
        verify(page, receipt)
        expect(page.locator(".says")).to_contain_text(f"dass der Umschlag am {number} ganz da war")


def test_page_takes_a_dropped_receipt_and_says_which_files_look_swapped(page: Page) -> None:
    """It goes where a bundle goes."""
    data = receipt_of(accepted("late"))
    page.evaluate(
        """([receipt, policy]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(receipt)], "quittung.zip"));
            transfer.items.add(new File([policy], "policy.json"));
            document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer }));
        }""",
        [list(data), POLICY.read_text("utf-8")],
    )
    expect(page.locator("#verdict")).to_have_text("Die Quittung besteht die Prüfung.")
    expect(page.locator("#secret")).to_be_visible()
    page.set_input_files("#policy", {"name": "x.zip", "mimeType": "application/zip", "buffer": data})
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Die Vertrauensgrundlage ist nicht brauchbar.")
    expect(page.locator("#result")).to_contain_text("x.zip sieht aus wie ein Prüfpaket oder eine Quittung (ZIP)")
