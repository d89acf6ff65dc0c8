"""The page that verifies: built as recorded, and used in a real browser, from a file and from a server."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.evidence.verify.policy import read_policy
from scripts.write_refusal_words import FILE, refusal_words
from tests.attacks.draft import control
from tests.chain.nodes import ROOT
from tests.evidence.bundles import Proving, manifest_of
from tests.verifier.peer import COUNTS, agreed, build_command, policy_bytes

STATIC = ROOT / "explorer/static"
PAGE = STATIC / "vendor/verifier.html"
WORDS = json.loads((ROOT / "ledger/evidence/verify/words.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def address() -> str:
    """Of the page; where branches are counted, of the one that counts them."""
    return (build_command().with_name("verifier.html") if COUNTS else PAGE).as_uri()


@contextmanager
def opened(browser: Browser, address: str, locale: str) -> Iterator[Page]:
    """The page from a file; it asks nobody for anything else, and says nothing to the console."""
    context = browser.new_context(locale=locale, viewport={"width": 320, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    failures: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: failures.append(message.text))
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(address)
    yield page
    assert asked == [address]
    assert failures == []
    if COUNTS:
        counts = page.evaluate("globalThis.__coverage__")
        Path(COUNTS, f"{uuid.uuid4()}.json").write_text(json.dumps(counts), "utf-8")
    context.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page in German."""
    with opened(browser, address, "de-DE") as found:
        yield found


@pytest.fixture
def english(browser: Browser, address: str) -> Iterator[Page]:
    """The page in English."""
    with opened(browser, address, "en-GB") as found:
        yield found


@pytest.fixture
def policy(proving: Proving, tmp_path: Path) -> Path:
    """The town's policy as a file."""
    path = tmp_path / "policy.json"
    path.write_bytes(policy_bytes(proving.policy))
    return path


def choose(page: Page, bundle: bytes, policy: Path) -> None:
    """Both files, and the button."""
    page.set_input_files("#bundle", {"name": "bundle.zip", "mimeType": "application/zip", "buffer": bundle})
    page.set_input_files("#policy", policy)
    page.get_by_role("button", name="Prüfen").click()


def test_page_verifies_a_bundle_and_says_so_in_both_languages(
    page: Page, proving: Proving, bundle: bytes, policy: Path
) -> None:
    """All steps, identity, block, and what it does not prove; nothing is asked of any network."""
    report = proving.verified(bundle)
    assert report.identity is not None
    choose(page, bundle, policy)
    verdict = page.locator("#verdict")
    expect(verdict).to_have_text("Das Prüfpaket besteht die Prüfung.")
    expect(verdict).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Das Prüfpaket besteht die Prüfung.")
    assert page.locator(".step").count() == 11
    expect(page.locator("#result")).to_contain_text(report.identity.hex())
    expect(page.locator("#result")).to_contain_text(f"Es spricht für Block {report.block} vom")
    expect(page.locator("#result")).to_contain_text("Dass wahr ist, was veröffentlicht wurde.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="English").click()
    expect(verdict).to_have_text("The bundle is verified.")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_page_says_which_step_failed_and_whose_fault_it_would_be(page: Page, bundle: bytes, policy: Path) -> None:
    """One bit of the last byte but a hundred."""
    choose(page, bundle[:-100] + bytes([bundle[-100] ^ 1]) + bundle[-99:], policy)
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung NICHT.")
    failed = page.locator(".failed")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("[BundleMalformed]")
    expect(failed).to_contain_text("Wer die Datei hergestellt oder weitergegeben hat")
    assert page.locator(".notChecked").count() == 10


def test_page_with_another_ledgers_policy_blames_nobody(page: Page, bundle: bytes, policy: Path) -> None:
    """The code of the contract is another one than the policy trusts: the reader may have taken the wrong policy."""
    content = json.loads(policy.read_text())
    policy.write_text(json.dumps(content | {"ledger": {**content["ledger"], "codeHash": "11" * 32}}))
    choose(page, bundle, policy)
    failed = page.locator(".failed")
    expect(failed).to_contain_text("[OtherChain]")
    expect(failed).to_contain_text("Niemandes, wenn die Datei von einem anderen Register")


def test_page_without_a_policy_asks_for_it_and_refuses_a_bad_one(page: Page, bundle: bytes, tmp_path: Path) -> None:
    """Nothing is verified without one."""
    page.set_input_files("#bundle", {"name": "bundle.zip", "mimeType": "application/zip", "buffer": bundle})
    page.get_by_role("button", name="Prüfen").click()
    expect(page.get_by_role("status")).to_have_text("Bitte wählen Sie beide Dateien.")
    expect(page.locator("#policy")).to_be_focused()
    (tmp_path / "bad.json").write_text("{}")
    choose(page, bundle, tmp_path / "bad.json")
    expect(page.locator("#verdict")).to_have_text("Die Vertrauensgrundlage ist nicht brauchbar.")


def test_page_takes_dropped_files_by_their_names(page: Page, bundle: bytes, policy: Path) -> None:
    """A ZIP is the bundle, JSON the policy, in whichever order."""
    parts = [("policy.json", policy.read_bytes()), ("any.zip", bundle)]
    dropped = page.evaluate_handle(
        """(parts) => {
            const transfer = new DataTransfer();
            for (const [name, data] of parts) {
                transfer.items.add(new File([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))], name));
            }
            return transfer;
        }""",
        [[name, base64.b64encode(data).decode()] for name, data in parts],
    )
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")


def choose_control(page: Page, name: str, folder: Path) -> Path:
    """A control of the attacks with its policy, both as files; gives the bundle's."""
    bundle, policy = folder / "bundle.zip", folder / "policy.json"
    for path, data in zip((bundle, policy), control(name), strict=True):
        path.write_bytes(data)
    page.set_input_files("#bundle", bundle)
    page.set_input_files("#policy", policy)
    return bundle


def test_page_in_english_names_an_organisation(english: Page, tmp_path: Path) -> None:
    """What the bundle speaks of, in the language of the browser."""
    choose_control(english, "organisation.qbft", tmp_path)
    english.get_by_role("button", name="Verify").click()
    expect(english.locator("#verdict")).to_have_text("The bundle is verified.")
    expect(english.locator(".facts")).to_contain_text("Organisation")
    expect(english.locator(".facts")).to_contain_text(manifest_of(control("organisation.qbft")[0]).subject_id.hex())


def test_page_tells_each_flag_in_words(page: Page, tmp_path: Path) -> None:
    """What a reader must still judge, not what the program calls it."""
    bundle, policy = control("sealed.qbft")
    report = agreed(bundle, read_policy(policy))
    flags = {str(note.values["flag"]) for result in report.results for note in result.notes if "flag" in note.values}
    assert flags
    choose_control(page, "sealed.qbft", tmp_path)
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")
    for flag in flags:
        expect(page.locator("#result")).to_contain_text(WORDS["flags"][flag]["de"])


def test_page_without_any_file_asks_for_the_bundle_first(page: Page) -> None:
    """Then for the policy."""
    page.get_by_role("button", name="Prüfen").click()
    expect(page.get_by_role("status")).to_have_text("Bitte wählen Sie beide Dateien.")
    expect(page.locator("#bundle")).to_be_focused()


def test_page_says_that_a_file_cannot_be_read(page: Page, tmp_path: Path) -> None:
    """It was there when it was chosen, and is there no more."""
    choose_control(page, "notices.qbft", tmp_path)
    assert page.evaluate("document.getElementById('policy').files[0].size") > 0
    (tmp_path / "policy.json").unlink()
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung NICHT.")
    expect(page.locator("#result")).to_contain_text("Die Datei konnte nicht gelesen werden")
    assert page.locator(".step").count() == 0


def test_page_refuses_a_file_larger_than_a_bundle_unread(page: Page, tmp_path: Path) -> None:
    """A bundle that verifies, and zeros behind it up to four GiB."""
    with choose_control(page, "notices.qbft", tmp_path).open("r+b") as file:
        file.truncate(2**32 - 1)
    page.set_input_files("#bundle", tmp_path / "bundle.zip")
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator(".failed")).to_contain_text("larger than a bundle can be. [BundleMalformed]")


def test_page_with_one_dropped_file_waits_for_the_other(page: Page, tmp_path: Path) -> None:
    """And of a drop that holds no files nothing comes."""
    page.dispatch_event("body", "drop")
    policy = control("notices.qbft")[1].decode()
    dropped = page.evaluate_handle(
        """(text) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "policy.json"));
            return transfer;
        }""",
        policy,
    )
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    assert page.evaluate("document.getElementById('policy').files[0].text()") == policy
    expect(page.get_by_role("status")).to_be_empty()
    assert page.locator("#verdict").count() == 0


def test_page_is_the_recorded_one_and_forbids_all_but_itself() -> None:
    """Its digest, and a policy that names its script and style by theirs."""
    html = PAGE.read_text("utf-8")
    expected, _ = (STATIC / "verifier.sha256").read_text().split()
    assert hashlib.sha256(PAGE.read_bytes()).hexdigest() == expected
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', html)
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["default-src"] == directives["connect-src"] == "'none'"
    for element, directive in (("script", "script-src"), ("style", "style-src")):
        ((text),) = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert not re.search(r'\b(src|href)="', html)


def test_refusal_words_are_those_of_the_errors() -> None:
    """Both languages; ``python scripts/write_refusal_words.py`` writes them."""
    assert FILE.read_text("utf-8") == refusal_words()
