"""One round on the demo's own open tender, from a bid of 20 MiB to its proven outcome: a real browser for each person.

Nobody waits nine days for the deadline: the town is made with this process's clock ten days behind, and the clock goes
to the present once the bid is in. Node, server and ledger go by it and see ten days pass; the browsers have always had
the true time, and the commands, which have processes of their own, have it, too.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from ledger.chain.identifiers import process_id
from ledger.cli.demo.running import application, for_a_while
from ledger.cli.demo.sealed_checks import LIVE
from ledger.cli.demo.seeding import Demo, open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import BUYER, CUSTODIANS
from ledger.cli.keys import key_path, sealing_key_path
from ledger.evidence.log.folder import LogFolder
from ledger.evidence.policy import policy_of
from tests.bid.tenderer import MIB, PIECE, Line, choose_passphrase, listened, require_handed_in, save, seal
from tests.bid.tenderer import PASSPHRASE as RECEIPT_PASSPHRASE
from tests.cli.conftest import start_siegel
from tests.cli.opening_desk import cosign, know_witnesses
from tests.officers.officer import Officer, arrive, close, record, unlock
from tests.waiting import wait_until

DAY: Final = 86_400
AGO: Final = 10 * DAY
"""The tender takes bids for nine days more when the town is made."""
SIZES: Final = (13 * MIB, 6 * MIB, MIB)
"""Of the bid's files: 20 MiB together."""
HALF_WAY: Final = 2 * PIECE
"""Where the piece begins that has the middle of the envelope in it."""


@dataclass
class WholeRound:
    """What each person does, in order; each step waits until it is done and fails if it is not.

    ``past`` is closed when the ten days are over; ``arriving`` gives somebody new a browser context; ``policy`` is what
    everybody trusts; ``files`` are the bid's. ``said`` is what the tenderer's console said, ``found`` the answer of
    ``siegel verify``.
    """

    demo: Demo
    url: str
    folder: Path
    past: ExitStack
    arriving: Callable[[], BrowserContext]
    policy: Path
    files: list[Path]
    tenderer: Page = field(init=False)
    line: Line = field(init=False)
    said: list[str] = field(init=False)
    officers: list[Officer] = field(default_factory=list)
    found: Any = None

    @property
    def process_id(self) -> bytes:
        """The tender's process."""
        return process_id(Stage.organisation(BUYER), LIVE)

    @property
    def receipt(self) -> Path:
        """The tenderer's, as it was saved last."""
        return self.folder / "receipt.zip"

    def seal(self) -> None:
        """The tenderer fills the form in, seals, and saves the receipt."""
        prices, *further = self.files
        page, self.said = listened(self.arriving())
        page.goto(f"{self.url}/bid/0x{self.process_id.hex()}/1")
        page.check("#lot-LOT-0001")
        page.click("#next")
        page.fill("#amount-LOT-0001", "1.187.654,32")
        page.check("#answer-exclusion")
        page.click("#next")
        page.fill("#tenderers-0-name", "Rohbau Probe GmbH")
        page.click("#next")
        page.set_input_files("#slot-prices", prices)
        page.set_input_files("#slot", further)
        page.click("#next")
        choose_passphrase(page)
        seal(page, self.receipt)
        self.tenderer = page

    def send_until_the_line_breaks(self) -> None:
        """Half of the envelope arrives."""
        self.line = Line(self.tenderer, HALF_WAY)
        self.tenderer.click("#send")
        self.line.wait_until_broken()

    def go_on(self) -> None:
        """The line is there again, and the page sends the rest by itself."""
        with self.tenderer.expect_request(lambda asked: asked.url.endswith("/promises"), timeout=60_000):
            self.line.mend()

    def take_the_receipt(self) -> None:
        """Promise, commitment on the ledger, and the receipt with both."""
        require_handed_in(self.tenderer)
        save(self.tenderer, self.receipt)

    def pass_deadline(self) -> None:
        """Ten days go by."""
        self.past.close()

    def unlock(self) -> None:
        """Two officers open the page, each in a browser context of the own, with the own keys."""
        settings, passphrase = self.demo.settings, self.passphrase
        for name in ("officer-one", "officer-two"):
            officer = arrive(self.arriving(), name, f"{self.url}/opening/0x{self.process_id.hex()}/1")
            unlock(officer, (key_path(settings, name), sealing_key_path(settings, name)), passphrase)
            self.officers.append(officer)

    def close(self) -> None:
        """One officer proposes, the other finds the same and executes."""
        close(*self.officers)

    def release(self) -> None:
        """Two custodians verify a bundle of the close that witnesses saw, and release."""
        self._be_witnessed()
        for body in CUSTODIANS[:2]:
            told = self._siegel(
                "custodian", "release", f"0x{self.process_id.hex()}", "--policy", self.policy, "--server", self.url,
                "--as", body.people[0][0],
            )  # fmt: skip
            assert told == {"released": 1, "refused": {}}

    def contribute(self) -> None:
        """Both officers hand in the own shares."""
        for officer in self.officers:
            officer.contribute()

    def open(self) -> None:
        """Both officers open, find the same, and record it."""
        record(*self.officers)

    def verify(self) -> None:
        """The tenderer takes the newest proof into the receipt and verifies it."""
        self._be_witnessed()
        self._siegel("bid", "status", self.receipt, "--server", self.url, "--policy", self.policy)
        passphrase = self.folder / "passphrase"
        passphrase.write_text(RECEIPT_PASSPHRASE + "\n", "utf-8")
        self.found = self._siegel("verify", self.receipt, "--policy", self.policy, "--passphrase-file", passphrase)

    @property
    def passphrase(self) -> str:
        """Of all keys of the demo."""
        return (self.demo.settings.home / "passphrase").read_text("utf-8")

    def _be_witnessed(self) -> None:
        """All that stands on the ledger is in the log, and the witnesses saw it."""
        newest = self.demo.chain.block_number()

        def is_logged() -> bool:
            log = httpx.get(f"{self.url}/api/v1/status").json()["log"]
            return log["lastBlock"] is not None and log["lastBlock"] >= newest

        wait_until(is_logged, seconds=60)
        logs = self.demo.settings.log_dir
        cosign(logs, LogFolder(logs / "1"), int(time.time()))

    def _siegel(self, *arguments: object) -> Any:
        """The answer of a command that has to succeed, in a process of its own."""
        process = start_siegel(self.demo.settings.home, *arguments, "--json", SIEGEL_PASSPHRASE=self.passphrase)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, out + err
        return json.loads(out)


STEPS: Final[tuple[tuple[str, Callable[[WholeRound], None]], ...]] = (
    ("fill the form in, seal, save the receipt", WholeRound.seal),
    ("send until the connection is lost", WholeRound.send_until_the_line_breaks),
    ("go on to the last byte", WholeRound.go_on),
    ("promise, commitment, save the receipt", WholeRound.take_the_receipt),
    ("pass the deadline", WholeRound.pass_deadline),
    ("two officers unlock their keys", WholeRound.unlock),
    ("two officers close", WholeRound.close),
    ("two custodians release", WholeRound.release),
    ("two officers contribute", WholeRound.contribute),
    ("two officers open and record", WholeRound.open),
    ("take the proof and verify the receipt", WholeRound.verify),
)


@contextmanager
def whole_round(folder: Path, browser: Browser) -> Iterator[WholeRound]:
    """The town, served, as it was ten days ago."""
    with ExitStack() as closing:
        past = closing.enter_context(ExitStack())
        past.enter_context(_clock_behind(AGO))
        demo = closing.enter_context(open_demo(folder / "town", tampering=False, procedures=0))
        logs, policy = demo.settings.log_dir, folder / "policy.json"
        know_witnesses(logs)
        # The story is two months long, and its witnesses came today.
        policy.write_text(json.dumps(policy_of(demo.chain, BUYER.name, logs, max_log_delay=1000 * DAY)))
        url = closing.enter_context(for_a_while(application(demo)))

        def arriving() -> BrowserContext:
            made = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
            return closing.enter_context(made)

        yield WholeRound(demo, url, folder, past, arriving, policy, _files(folder))


def _files(folder: Path) -> list[Path]:
    made = [folder / f"{name}.pdf" for name in ("Preisblatt", "Pläne", "Erläuterung")]
    for path, size in zip(made, SIZES, strict=True):
        path.write_bytes(os.urandom(size))
    return made


@contextmanager
def _clock_behind(seconds: int) -> Iterator[None]:
    wall = time.time
    with mock.patch.object(time, "time", lambda: wall() - seconds):
        yield
