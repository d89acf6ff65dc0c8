"""Somebody who represents the buyer, with a browser of the own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.cli.conftest import PASSPHRASE
from tests.cli.opening_desk import Tender

LONG = 60_000
CANARY = "Kanarienvogel"
BID: dict[str, Any] = {
    "lots/1/value": {"amount": "271828.18", "currency": "EUR"},
    "tenderers/0001": {"name": f"{CANARY} Bau GmbH"},
    "requirementResponses/warranty": {"value": f"{CANARY} Antwort"},
}


@dataclass
class Officer:
    """Somebody with a browser of the own, and all that left it."""

    name: str
    page: Page
    said: list[str] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)

    def look(self) -> None:
        """See what is new."""
        self.page.click("#look")
        self.done("Nachgesehen")

    def done(self, words: str) -> None:
        """Something came to its end with these words."""
        expect(self.page.locator("#told")).to_contain_text(words, timeout=LONG)

    def contribute(self) -> None:
        """The own shares of all bids."""
        self.page.click("#contribute")
        self.done("beigetragen")

    def open(self) -> None:
        """All bids, on the screen."""
        self.page.click("#open")
        self.done("Alle Angebote sind geöffnet")


Arriving = Callable[..., Officer]


def arrive(context: BrowserContext, name: str, address: str) -> Officer:
    """Somebody opens the page, and all that is said and sent is noted."""
    officer = Officer(name, context.new_page())
    page = officer.page
    page.on("console", lambda message: officer.said.append(message.text))
    page.on("pageerror", lambda error: officer.said.append(str(error)))
    page.on("request", lambda request: officer.sent.append(request))
    page.goto(address)
    return officer


def unlock(officer: Officer, files: tuple[Path, Path], passphrase: str = PASSPHRASE) -> None:
    """Choose both files, keystore and sealing key, and type the passphrase."""
    keystore, sealing = files
    page = officer.page
    page.set_input_files("#keystore", keystore)
    page.set_input_files("#sealing", sealing)
    page.fill("#passphrase", passphrase)
    page.click("#unlock")
    expect(page.locator("#open-as")).to_be_visible(timeout=LONG)
    officer.done("Nachgesehen")


def close(one: Officer, two: Officer) -> None:
    """The first proposes, the second sees exactly that and executes."""
    one.look()
    one.page.click("#close")
    one.done("Vorgeschlagen")
    two.look()
    two.page.click("#close")
    two.done("Die Runde ist geschlossen")
    one.look()


def closed(tender: Tender, one: Officer, two: Officer) -> None:
    """Two officers close as soon as the deadline has passed."""
    tender.pass_deadline()
    close(one, two)


def record(one: Officer, two: Officer) -> None:
    """The first opens and proposes what became of the bids, the second opens, finds the same and executes."""
    one.open()
    one.page.click("#record")
    one.done("Vorgeschlagen")
    two.open()
    two.page.click("#record")
    two.done("Das Ergebnis steht im Register")
