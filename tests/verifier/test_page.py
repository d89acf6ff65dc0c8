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
    expect(page.locator("#result")).to_contain_text(f"Es spricht von Block {report.block} vom")
    expect(page.locator("#result")).to_contain_text("Dass wahr ist, was veröffentlicht wurde.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="English").click()
    expect(verdict).to_have_text("The bundle is verified.")
    expect(page.get_by_role("status")).to_have_text("The bundle is verified.")
    expect(page.locator("#result")).to_contain_text("There is no round in this file that this asks about.")
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


def test_page_in_german_sets_apart_what_stays_english(page: Page, policy: Path) -> None:
    """The reason within a malformed file is for those who know the format, and says its language."""
    choose(page, b"nothing of the kind, " * 1000, policy)
    expect(page.locator(".failed")).to_contain_text(
        "Kein Prüfpaket des Formats siegel-bundle/1, bei Byte 0 (technisch: it does not begin with manifest.json). "
        "[BundleMalformed]"
    )
    assert page.locator(".failed [lang=en]").inner_text() == "it does not begin with manifest.json"


def test_page_names_what_differs_from_the_policy_in_its_language(page: Page, bundle: bytes, policy: Path) -> None:
    """A chain, an account and a code are called as people call them."""
    content = json.loads(policy.read_text())
    for change, told in (
        ({"chainId": "7"}, ("Die Kennung der Kette ist", "The chain id is")),
        ({"genesisHash": "11" * 32}, ("Der Prüfwert des ersten Blocks (Genesis) ist", "The genesis hash is")),
        ({"ledger": content["ledger"] | {"account": "22" * 20}}, ("Das Konto des Registers ist", "The account of the")),
        ({"registry": content["registry"] | {"codeHash": "33" * 32}}, ("Der Prüfwert des Codes", "The code hash is")),
    ):
        policy.write_text(json.dumps(content | change))
        page.get_by_role("button", name="Deutsch").click()
        choose(page, bundle, policy)
        for language, words in zip(("Deutsch", "English"), told, strict=True):
            page.get_by_role("button", name=language).click()
            expect(page.locator(".failed")).to_contain_text(words)


def status_in(page: Page, german: str, english: str) -> None:
    """What the line under the form says, before and after the language is switched."""
    expect(page.get_by_role("status")).to_have_text(german)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("status")).to_have_text(english)


def test_page_forgets_the_verdict_when_a_file_is_chosen(page: Page, bundle: bytes, policy: Path) -> None:
    """A verdict names its files, and never stands beside others."""
    for field in ("#bundle", "#policy"):
        choose(page, bundle, policy)
        expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")
        expect(page.locator("#result")).to_contain_text(
            "die Datei bundle.zip unter der Vertrauensgrundlage in policy.json"
        )
        page.set_input_files(field, policy)
        expect(page.locator("#result")).to_be_empty()
        expect(page.get_by_role("status")).to_be_empty()
    choose(page, bundle, policy)
    expect(page.locator("#verdict")).to_be_visible()
    page.dispatch_event("#bundle", "cancel")  # all that comes when the same path is chosen again
    expect(page.locator("#result")).to_be_empty()


def test_page_shows_no_verdict_on_a_file_that_was_exchanged_meanwhile(page: Page, bundle: bytes, policy: Path) -> None:
    """The verification that runs is of the file before."""
    page.set_input_files("#bundle", {"name": "bundle.zip", "mimeType": "application/zip", "buffer": bundle})
    page.set_input_files("#policy", policy)
    said = page.evaluate(
        """async () => {
            document.querySelector("form").requestSubmit();
            document.getElementById("bundle").dispatchEvent(new Event("change"));
            const said = [];
            const watch = new MutationObserver(() => said.push(document.body.innerText));
            watch.observe(document.body, {subtree: true, childList: true, characterData: true});
            await new Promise((resolve) => setTimeout(resolve, 1500));
            return said;
        }"""
    )
    assert said == []


def test_page_names_the_chosen_files_in_the_command(page: Page, bundle: bytes, policy: Path) -> None:
    """Each as one word of a command line, whatever is in its name."""
    for name, word in (
        ("process-1.zip", "process-1.zip"),
        ("Bahnhof's Vergabe.zip", r"'Bahnhof'\''s Vergabe.zip'"),
        ("-rf.zip", "./-rf.zip"),
    ):
        page.set_input_files("#bundle", {"name": name, "mimeType": "application/zip", "buffer": bundle})
        page.set_input_files("#policy", policy)
        page.get_by_role("button", name="Prüfen").click()
        expect(page.locator("pre")).to_have_text(f"siegel verify {word} --policy policy.json")


@pytest.mark.parametrize("field", ["#bundle", "#policy"])
def test_page_leaves_the_hint_outside_the_focus_frame(page: Page, field: str) -> None:
    """Whoever uses the keyboard reads the line above the field."""
    page.locator(field).focus()
    hint, frame = page.locator(f"{field}-hint").bounding_box(), page.locator(field).bounding_box()
    assert hint is not None
    assert frame is not None
    width, offset = (
        page.locator(field).evaluate(f"(field) => parseFloat(getComputedStyle(field).outline{part})")
        for part in ("Width", "Offset")
    )
    assert frame["y"] - width - offset >= hint["y"] + hint["height"]


def test_page_without_a_policy_asks_for_it_and_refuses_a_bad_one(page: Page, bundle: bytes, tmp_path: Path) -> None:
    """Nothing is verified without one."""
    page.set_input_files("#bundle", {"name": "bundle.zip", "mimeType": "application/zip", "buffer": bundle})
    page.get_by_role("button", name="Prüfen").click()
    expect(page.get_by_role("status")).to_have_text("Bitte wählen Sie beide Dateien.")
    expect(page.locator("#policy")).to_be_focused()
    (tmp_path / "bad.json").write_text("{}")
    choose(page, bundle, tmp_path / "bad.json")
    expect(page.locator("#verdict")).to_have_text("Die Vertrauensgrundlage ist nicht brauchbar.")


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """These files, by name, on the page."""
    dropped = page.evaluate_handle(
        """(parts) => {
            const transfer = new DataTransfer();
            for (const [name, data] of parts) {
                transfer.items.add(new File([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))], name));
            }
            return transfer;
        }""",
        [[name, base64.b64encode(data).decode()] for name, data in files],
    )
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})


@pytest.mark.parametrize("names", [("policy.json", "any.zip"), ("policy", "proof.bin"), ("any.zip", "policy.json")])
def test_page_takes_dropped_files_by_what_they_are(
    page: Page, bundle: bytes, policy: Path, names: tuple[str, str]
) -> None:
    """A ZIP is the bundle, JSON the policy, in whichever order and under whichever name."""
    drop(page, (names[0], policy.read_bytes()), (names[1], bundle))
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")


def test_page_takes_dropped_files_without_content_by_their_names(page: Page) -> None:
    """So that it is said of each what is wrong with it."""
    drop(page, ("empty.ZIP", b""), ("empty.JSON", b""))
    expect(page.locator("#verdict")).to_have_text("Die Vertrauensgrundlage ist nicht brauchbar.")
    expect(page.locator("#result")).to_contain_text("Mit der Datei empty.JSON lässt sich empty.ZIP nicht prüfen.")
    expect(page.locator("#result")).to_contain_text("nicht verwendbar (technisch: no JSON at")


@pytest.mark.parametrize("what", ["bundles", "policies"])
def test_page_takes_none_of_two_dropped_files_of_one_kind(page: Page, bundle: bytes, policy: Path, what: str) -> None:
    """Which of them was meant, nobody knows."""
    data = bundle if what == "bundles" else policy.read_bytes()
    drop(page, ("one", data), ("other", data))
    status_in(
        page,
        "Gebraucht wird je eine Datei: ein Prüfpaket oder eine Quittung (ZIP), und eine Vertrauensgrundlage (JSON). "
        "Von den abgelegten Dateien wurde keine übernommen.",
        "One file of each kind is needed: an evidence bundle or a receipt (ZIP), and a trust policy (JSON). "
        "None of the dropped files was taken.",
    )
    assert page.evaluate("document.querySelectorAll('input')[0].files.length") == 0


def test_page_says_which_dropped_file_is_of_neither_kind(page: Page, bundle: bytes, policy: Path) -> None:
    """Nothing is taken, and the verdict before is gone."""
    choose(page, bundle, policy)
    expect(page.locator("#verdict")).to_be_visible()
    drop(page, ("any.zip", bundle), ("notes.txt", b"Dear all"), ("page.html", b"<!doctype html>"))
    status_in(
        page,
        "notes.txt, page.html: weder ein Prüfpaket oder eine Quittung (ZIP) noch eine Vertrauensgrundlage (JSON). "
        "Von den abgelegten Dateien wurde keine übernommen.",
        "notes.txt, page.html: neither an evidence bundle or a receipt (ZIP) nor a trust policy (JSON). "
        "None of the dropped files was taken.",
    )
    expect(page.locator("#result")).to_be_empty()
    assert page.evaluate("document.getElementById('bundle').files[0].name") == "bundle.zip"


def test_page_takes_the_later_of_two_drops(page: Page) -> None:
    """While the first files are still looked at, others come."""
    page.evaluate(
        """() => {
            for (const name of ["first.txt", "second.txt"]) {
                const dataTransfer = new DataTransfer();
                dataTransfer.items.add(new File(["Dear all"], name));
                document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true}));
            }
        }"""
    )
    expect(page.get_by_role("status")).to_contain_text("second.txt: weder")


def test_page_says_that_files_look_swapped(page: Page, bundle: bytes, policy: Path) -> None:
    """Or that there are two of one kind: nobody has to know how JSON begins."""
    trust = policy.read_bytes()
    for chosen, told in (
        ((trust, bundle), "Die beiden Dateien sind anscheinend vertauscht: a sieht aus wie eine Vertrauensgrundlage"),
        (
            (bundle, bundle),
            "b sieht aus wie ein Prüfpaket oder eine Quittung (ZIP), nicht wie eine Vertrauensgrundlage (JSON).",
        ),
        (
            (trust, trust),
            "a sieht aus wie eine Vertrauensgrundlage (JSON), nicht wie ein Prüfpaket oder eine Quittung (ZIP).",
        ),
    ):
        for field, name, data in (("#bundle", "a", chosen[0]), ("#policy", "b", chosen[1])):
            page.set_input_files(field, {"name": name, "mimeType": "application/octet-stream", "buffer": data})
        page.get_by_role("button", name="Prüfen").click()
        expect(page.locator("#result")).to_contain_text(told)
        expect(page.locator(".good")).to_have_count(0)
    assert "no JSON" not in page.locator("#result").inner_text()


def choose_control(page: Page, name: str, folder: Path) -> Path:
    """A control of the attacks with its policy, both as files; gives the bundle's."""
    bundle, policy = folder / "bundle.zip", folder / "policy.json"
    for path, data in zip((bundle, policy), control(name), strict=True):
        path.write_bytes(data)
    page.set_input_files("#bundle", bundle)
    page.set_input_files("#policy", policy)
    return bundle


def test_page_computes_the_ranking_again(page: Page, tmp_path: Path) -> None:
    """For whoever may see the bids: each place, from the file alone, in figures as people write them."""
    choose_control(page, "shown.qbft", tmp_path)
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")
    bids, ranking = page.locator(".step").nth(9), page.locator(".step").nth(10)
    expect(bids).to_contain_text("(3 geöffnet, 1 ersetzt)")
    expect(ranking).to_contain_text("Los L1, Platz 1: Angebot 4, 92,000 Punkte bei 85000,00 EUR.")
    expect(ranking).to_contain_text("Los L2, Platz 2: Angebot 3, 8312,50 EUR.")
    page.get_by_role("button", name="English").click()
    expect(ranking).to_contain_text("Lot L1, place 1: bid 4, 92.000 points at 85000.00 EUR.")


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


def test_page_names_the_custodians_whom_the_policy_trusts(page: Page, tmp_path: Path) -> None:
    """By the names that the policy gives them, in both languages."""
    choose_control(page, "sealed.trusted", tmp_path)
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Das Prüfpaket besteht die Prüfung.")
    named = [each["name"] for each in json.loads(control("sealed.trusted")[1])["custodians"]]
    statute = page.locator(".step").nth(8)
    expect(statute).to_contain_text(f"mit denselben Schlüsseln: {', '.join(named)}.")
    page.get_by_role("button", name="English").click()
    expect(statute).to_contain_text(f"with the same keys: {', '.join(named)}.")


def test_page_says_whose_fault_an_unknown_custodian_is(page: Page, tmp_path: Path) -> None:
    """The one whom the policy lacks, with its key, and that it can also be the policy that is too old."""
    content = json.loads(control("sealed.trusted")[1])
    taken = content["custodians"].pop()
    policy = tmp_path / "policy.json"
    policy.write_text(json.dumps(content))
    choose(page, control("sealed.trusted")[0], policy)
    failed = page.locator(".failed")
    expect(failed).to_contain_text("[CustodianUnknown]")
    expect(failed).to_contain_text(taken["organisationId"])
    expect(failed).to_contain_text(taken["key"])
    expect(failed).to_contain_text("Niemandes, wenn Ihre Vertrauensgrundlage älter ist")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_page_without_any_file_asks_for_the_bundle_first(page: Page) -> None:
    """Then for the policy."""
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#bundle")).to_be_focused()
    status_in(page, "Bitte wählen Sie beide Dateien.", "Please choose both files.")


@pytest.mark.parametrize("name", ["bundle.zip", "policy.json"])
def test_page_says_that_a_file_cannot_be_read_and_nothing_was_verified(page: Page, tmp_path: Path, name: str) -> None:
    """It was changed after it was chosen; that says nothing about what is in it."""
    choose_control(page, "notices.qbft", tmp_path)
    assert page.evaluate("[...document.querySelectorAll('input[type=file]')].every((input) => input.files[0].size > 0)")
    (tmp_path / name).write_bytes(b"{}")
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("#verdict")).to_have_text("Eine Datei konnte nicht gelesen werden. Geprüft wurde nichts.")
    expect(page.locator("#result")).to_contain_text(f"Der Browser konnte {name} nicht lesen.")
    expect(page.locator("#result [lang=en]")).not_to_be_empty()
    assert page.locator(".step").count() == 0
    status_in(
        page,
        "Eine Datei konnte nicht gelesen werden. Geprüft wurde nichts.",
        "A file could not be read. Nothing was verified.",
    )
    expect(page.locator("#result")).to_contain_text("Perhaps the file was changed, moved or deleted")


def test_page_refuses_a_file_larger_than_a_bundle_unread(page: Page, tmp_path: Path) -> None:
    """A bundle that verifies, and zeros behind it up to four GiB."""
    with choose_control(page, "notices.qbft", tmp_path).open("r+b") as file:
        file.truncate(2**32 - 1)
    page.set_input_files("#bundle", tmp_path / "bundle.zip")
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator(".failed")).to_contain_text("larger than a bundle can be). [BundleMalformed]")


def test_page_with_one_dropped_file_waits_for_the_other(page: Page, tmp_path: Path) -> None:
    """And of a drop that holds no files nothing comes."""
    page.dispatch_event("body", "drop")
    policy = control("notices.qbft")[1].decode()
    drop(page, ("policy.json", policy.encode()))
    expect(page.locator("#policy")).to_have_value(re.compile(r"policy\.json$"))
    assert page.evaluate("document.getElementById('policy').files[0].text()") == policy
    expect(page.get_by_role("status")).to_be_empty()
    assert page.locator("#verdict").count() == 0


def test_page_is_the_recorded_one_and_forbids_all_but_itself() -> None:
    """Its digest, and a policy that names its script and style by theirs."""
    html = PAGE.read_text("utf-8")
    expected, _ = (STATIC / "verifier.sha256").read_text().split()
    assert hashlib.sha256(PAGE.read_bytes()).hexdigest() == expected
    assert f"| `verifier.html` | `{expected}` |" in (ROOT / "docs/release-notes.md").read_text()
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
