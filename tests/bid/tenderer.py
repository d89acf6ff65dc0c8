"""What a tenderer does in the browser: seal, save the receipt, and lose the connection on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.waiting import wait_until

PASSPHRASE: Final = "vier Wörter sind genug"
PDF: Final = "application/pdf"
MIB: Final = 2**20
PIECE: Final = 4 * MIB
"""As much as the page sends at once."""


def listened(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and what its console says: a breach of its policy, or an error of its own."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def choose_passphrase(page: Page) -> None:
    """The receipt's."""
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#passphrase-again", PASSPHRASE)


def save(page: Page, path: Path) -> Path:
    """The receipt as it is now."""
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(path)
    return path


def seal(page: Page, path: Path) -> Path:
    """Seal, and save the receipt."""
    page.click("#seal")
    expect(page.locator("#save")).to_be_visible(timeout=60_000)
    return save(page, path)


def require_handed_in(page: Page) -> None:
    """Wait until the page says so."""
    expect(page.locator("#outcome")).to_contain_text("Ihr Angebot ist abgegeben", timeout=60_000)


def lose_answers(page: Page, address: str) -> None:
    """What is sent there arrives, and no answer to it comes back."""

    def lost(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(address, lost)


@dataclass
class Line:
    """The tenderer's line to the receiver: it breaks when the piece that begins at byte ``breaks_at`` is sent, and
    nothing comes through until it is mended. ``offsets``: where the pieces began that were sent, the lost one, too."""

    page: Page
    breaks_at: int
    offsets: list[int] = field(default_factory=list)
    is_broken: bool = False
    lost: int = 0

    def __post_init__(self) -> None:
        self.page.route("**/api/v1/envelopes/*", self._sent)

    def wait_until_broken(self) -> None:
        """Until the page has noticed, and tried again at least once in vain."""
        wait_until(lambda: self.page.evaluate("true") and self.lost > 1, seconds=60)

    def mend(self) -> None:
        """From now on all comes through."""
        self.is_broken, self.breaks_at = False, -1

    def _sent(self, route: Route) -> None:
        if route.request.method == "PATCH":
            self.offsets.append(int(route.request.headers["upload-offset"]))
            self.is_broken = self.is_broken or self.offsets[-1] == self.breaks_at
        if self.is_broken:
            self.lost += 1
            route.abort("connectionreset")
        else:
            route.continue_()
