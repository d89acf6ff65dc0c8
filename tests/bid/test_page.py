"""The bidder's page in a real browser, against a real server and chain: from the form to the receipt."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, FileChooser, Page, Route, expect

from ledger.evidence.receipt import Receipt, open_secret, pieces_of, read_receipt
from ledger.evidence.verify.receipt import verify_receipt
from ledger.sealing.bid import Document
from ledger.sealing.envelope import read_header
from ledger.sealing.opening import open_content
from tests.bid.tenderer import (
    PASSPHRASE,
    PDF,
    PIECE,
    Line,
    choose_passphrase,
    listened,
    lose_answers,
    require_handed_in,
    save,
    seal,
)
from tests.bid.town import OCID, RECEIVERS, Desk, served_town
from tests.chain.nodes import ROOT
from tests.cli.conftest import call
from tests.explorer.test_accessibility import AXE, cut
from tests.waiting import wait_until

STATIC = ROOT / "explorer/static"
BILL = bytes(range(256)) * 20
LARGE = bytes(range(256)) * 70_000  # 17.9 MB


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One town; each test hands in bids of its own."""
    with served_town(tmp_path_factory.mktemp("town")) as desk:
        yield desk


def opened(context: BrowserContext, desk: Desk) -> Page:
    """The page with its form."""
    page = context.new_page()
    page.goto(desk.page)
    expect(page.locator("#step-title")).to_be_visible()
    return page


def fill(page: Page, bill: bytes = BILL) -> None:
    """A complete bid for lot 1 with three files, ready to be sealed."""
    page.check("#lot-L1")
    page.click("#next")
    page.fill("#amount-L1", "1.234.567,80")
    page.check("#answer-listed")
    page.fill("#answer-months", "60")
    page.click("#next")
    page.fill("#tenderers-0-name", "Bau & Söhne GmbH")
    page.click("#next")
    page.set_input_files("#slot-bill", {"name": "lv.pdf", "mimeType": PDF, "buffer": bill})
    further: Any = [{"name": f"anlage {number}.pdf", "mimeType": PDF, "buffer": b"x" * number} for number in (1, 2)]
    page.set_input_files("#slot", further)
    page.click("#next")
    choose_passphrase(page)


def hand_in(page: Page, path: Path) -> Path:
    """All of it, with small files; the receipt as it is at the end."""
    fill(page)
    seal(page, path)
    page.click("#send")
    require_handed_in(page)
    return save(page, path)


def come_back(context: BrowserContext, desk: Desk, receipt: Path, button: str) -> Page:
    """Open the page anew with a receipt."""
    page = opened(context, desk)
    page.click("#opening")
    page.set_input_files("#receipt", receipt)
    page.fill("#receipt-passphrase", PASSPHRASE)
    page.click(button)
    return page


def committed(desk: Desk, receipt: Receipt) -> list[str]:
    """What the ledger has of a bid."""
    return [act for act, commitment in desk.bids() if commitment == receipt.commitment]


def test_bid_is_handed_in_and_its_receipt_proves_it(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """Eighteen megabytes in three files; all of it is in the receipt, which verifies; nothing broke the policy."""
    page, said = listened(context)
    page.goto(desk.page)
    fill(page, LARGE)
    early = read_receipt(seal(page, tmp_path / "early.zip"))
    assert (early.promise, early.transaction) == (None, None)
    assert committed(desk, early) == []
    page.click("#send")
    require_handed_in(page)
    expect(page.locator("#outcome")).to_be_focused()
    desk.publish_evidence()
    expect(page.locator("#save-again")).to_contain_text("Prüfpaket", timeout=40_000)
    path = save(page, tmp_path / "receipt.zip")
    assert said == []
    receipt = read_receipt(path)
    assert committed(desk, receipt) == ["BidCommitted"]
    with path.open("rb") as stream:
        report = verify_receipt(stream, desk.policy(), PASSPHRASE)
    assert report.verified, [(result.step, result.verdict) for result in report.results]
    assert contents(receipt, tmp_path / "opened") == {
        "lots/L1/value": {"amount": "1234567.80", "currency": "EUR"},
        "requirementResponses/listed": {"value": True},
        "requirementResponses/months": {"value": "60"},
        "tenderers/0001": {"name": "Bau & Söhne GmbH"},
        "lv.pdf": LARGE,
        "anlage 1.pdf": b"x",
        "anlage 2.pdf": b"xx",
    }


def contents(receipt: Receipt, folder: Path, *, documents: bool = False) -> dict[str, Any]:
    """What is in a bid: values by their fields' names, files by their titles."""
    envelope = io.BytesIO(b"".join(pieces_of(receipt.envelope)))
    header = read_header(envelope)
    titles: list[str] = []
    folder.mkdir()

    def sink(document: Document) -> BinaryIO:
        titles.append(document.value["title"])
        return (folder / titles[-1]).open("wb")

    seed, _ = open_secret(receipt.secret, PASSPHRASE)
    bid = open_content(header, seed, envelope, sink)
    named = {str(field.name): field.value for field in bid.fields}
    values = {name: value for name, value in named.items() if documents or not name.startswith("documents/")}
    return {**values, **{title: (folder / title).read_bytes() for title in titles}}


def test_broken_connection_goes_on_by_itself_where_it_was(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """Nothing comes through from the second piece on, then all does; what came before it is not sent again."""
    page = opened(context, desk)
    fill(page, LARGE)
    seal(page, tmp_path / "receipt.zip")
    line = Line(page, breaks_at=PIECE)
    page.click("#send")
    line.wait_until_broken()
    line.mend()
    require_handed_in(page)
    assert line.offsets == [0, PIECE, PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE]


def test_closed_page_goes_on_with_the_receipt(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """The browser is gone half-way; another one with the file sends only what lacks."""
    page = opened(context, desk)
    fill(page, LARGE)
    path = seal(page, tmp_path / "receipt.zip")
    offsets: list[int] = []

    def noted(route: Route) -> None:
        is_piece = route.request.method == "PATCH"
        if is_piece:
            offsets.append(int(route.request.headers["upload-offset"]))
        # The second piece is never answered.
        if not is_piece or len(offsets) != 2:
            route.continue_()

    page.route("**/api/v1/envelopes/*", noted)
    page.click("#send")
    while len(offsets) < 2:
        page.wait_for_timeout(50)
    page.close(run_before_unload=False)
    again = come_back(context, desk, path, "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    again.route("**/api/v1/envelopes/*", noted)
    again.click("#send")
    require_handed_in(again)
    # What was under way when the browser was closed may have arrived.
    assert offsets[2] in (PIECE, 2 * PIECE)
    assert offsets[2:] == list(range(offsets[2], len(LARGE), PIECE))


def test_lost_answer_of_the_relay_does_not_hand_in_twice(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """It took the transaction, but nobody was told: the failure is reported, and the next try finds it there."""
    page = opened(context, desk)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    sent: list[str] = []

    def lost(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fetch()
        route.abort("connectionreset")

    page.route(f"{desk.url}/api/v1/transactions", lost)
    page.route(f"{desk.other}/**", lambda route: route.abort("connectionrefused"))
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("antwortet nicht", timeout=60_000)
    expect(page.locator("#failure")).to_be_focused()
    with page.expect_download() as download:
        page.click("#report")
    download.value.save_as(tmp_path / "incident.json")
    told = json.loads((tmp_path / "incident.json").read_text())
    assert told["incident"]["failure"] == "ServerSilent"
    assert told["answer"]["receivedAt"] >= told["incident"]["at"]
    expect(page.locator("#incident")).to_contain_text("gemeldet")
    with page.expect_event("dialog") as dialog:
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.click("#back")
    assert "kann schon abgegeben sein" in dialog.value.message
    expect(page.locator("#failure")).to_be_visible()
    page.unroute(f"{desk.url}/api/v1/transactions")
    page.on(
        "request", lambda asked: sent.append(asked.post_data or "") if asked.url.endswith("/transactions") else None
    )
    page.click("#send")
    require_handed_in(page)
    assert len(sent) == 1
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_lost_answer_of_one_server_is_found_at_the_next(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """Whoever asks the other one for the same transaction is told that it stands in a block."""
    page = opened(context, desk)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    lose_answers(page, f"{desk.url}/api/v1/transactions")
    page.click("#send")
    require_handed_in(page)
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_server_that_tells_a_block_without_a_time_is_not_taken_at_its_word(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """The page could not show such a block; it asks the next server, and tells what it was answered."""
    page = opened(context, desk)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    headers = {"Access-Control-Allow-Origin": desk.url}
    beyond, never = ({"state": "recorded", "block": 7, "time": time} for time in (2**53 - 1, "soon"))
    page.route(f"{desk.url}/api/v1/transactions/*", lambda route: route.fulfill(json=beyond, headers=headers))
    page.route(f"{desk.other}/api/v1/transactions/*", lambda route: route.fulfill(json=never, headers=headers))
    page.click("#send")
    failure = page.locator("#failure")
    expect(failure).to_contain_text("nicht zu verstehen", timeout=60_000)
    expect(failure).not_to_contain_text("Unvorhergesehenes")
    page.unroute(f"{desk.url}/api/v1/transactions/*")
    page.click("#send")
    require_handed_in(page)
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_refusing_receiver_is_followed_by_the_next(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """The first one is full; the other one, of another origin that the policy lists, takes the bid and promises."""
    page, said = listened(context)
    page.goto(desk.page)
    expect(page.locator("#more")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("Dasselbe sagen auch: Empfangsdienst Süd")
    full = json.dumps({"type": "/problems/ReceiverFull", "status": 507, "detail": "No room."})
    page.route(f"{desk.url}/api/v1/envelopes", lambda route: route.fulfill(status=422, body=full))
    receipt = read_receipt(hand_in(page, tmp_path / "receipt.zip"))
    assert receipt.promise is not None
    assert receipt.promise.receiver == RECEIVERS[1]
    assert committed(desk, receipt) == ["BidCommitted"]
    assert [line for line in said if "422" not in line] == []


@pytest.mark.parametrize("what", ["rounds/1/sealing", "promises", "accounts/*"])
def test_receiver_whose_proxy_answers_a_page_is_followed_by_the_next(
    context: BrowserContext, desk: Desk, tmp_path: Path, what: str
) -> None:
    """With status 200 and no word of ours, as under maintenance."""
    page = opened(context, desk)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    page.route(f"{desk.url}/api/v1/**/{what}", lambda route: route.fulfill(body="<h1>Wartung</h1>"))
    page.click("#send")
    require_handed_in(page)
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_page_whose_other_receiver_answers_no_terms_opens_and_names_it(context: BrowserContext, desk: Desk) -> None:
    """Its proxy answers a page: nothing is contradicted, and nothing was compared."""
    page = context.new_page()
    page.route(
        f"{desk.other}/**/sealing",
        lambda route: route.fulfill(body="<h1>Wartung</h1>", headers={"access-control-allow-origin": desk.url}),
    )
    page.goto(desk.page)
    expect(page.locator("#content")).to_contain_text("Nicht erreichbar und nicht verglichen: Empfangsdienst Süd")
    expect(page.locator("#step-title")).to_be_visible()


def test_receiver_that_hangs_just_before_the_deadline_is_followed_by_the_next(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """It gets less patience than usual, so that the other one comes in time; by the page's clock, which is set."""
    page = opened(context, desk)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    page.route(f"{desk.url}/api/v1/promises", lambda route: None)
    page.clock.set_system_time(desk.deadline - 18)
    page.click("#send")
    require_handed_in(page)
    assert page.evaluate("Date.now()") < desk.deadline * 1000
    receipt = read_receipt(save(page, path))
    assert receipt.promise is not None
    assert receipt.promise.receiver == RECEIVERS[1]


def test_bid_is_replaced_and_then_withdrawn_with_its_receipt(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """The form is as it was, files included; the new bid supersedes the old one, by the same account."""
    first = hand_in(opened(context, desk), tmp_path / "first.zip")
    page = come_back(context, desk, first, "#replace")
    expect(page.locator("#replace-not")).to_be_visible(timeout=60_000)
    expect(page.locator("#lot-L1")).to_be_checked()
    page.click("#next")
    expect(page.locator("#amount-L1")).to_have_value("1234567,80")
    page.fill("#amount-L1", "1.200.000")
    page.click("#step-files")
    expect(page.locator("#content")).to_contain_text("lv.pdf")
    page.click("#step-seal")
    choose_passphrase(page)
    second = seal(page, tmp_path / "second.zip")
    page.click("#send")
    require_handed_in(page)
    old, new = read_receipt(first), read_receipt(second)
    assert new.supersedes == old.commitment
    assert new.author == old.author
    found = contents(new, tmp_path / "opened")
    assert found["lots/L1/value"]["amount"] == "1200000"
    assert found["lv.pdf"] == BILL
    assert committed(desk, new) == ["BidCommitted"]
    page = come_back(context, desk, second, "#withdraw")
    expect(page.locator("#send")).to_have_text("Jetzt zurückziehen", timeout=60_000)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("zurückgezogen", timeout=60_000)
    assert committed(desk, new) == ["BidCommitted", "BidWithdrawn"]


def test_bid_of_the_command_is_replaced_with_all_that_it_says_of_a_firm(
    context: BrowserContext, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the form does not ask is shown with the firm, and sealed again."""
    firm = {
        "name": "Dachdeckerei Beispiel GmbH",
        "identifier": {"scheme": "DE-HRB", "id": "1234"},
        "contactPoint": {"telephone": "+49 30 1"},
        "roles": ["tenderer"],
        "details": {"employees": 12, "turnover": 1e-7},
    }
    (tmp_path / "lv.pdf").write_bytes(BILL)
    offer = {
        "tenderers": [firm],
        "lots": {"L1": {"value": {"amount": "148500.00", "currency": "EUR"}}},
        "requirementResponses": {"listed": True, "months": 60},
        "documents": [{"file": "lv.pdf", "requirement": "bill", "pages": 2}, {"file": "lv.pdf", "requirement": "roof"}],
    }
    (tmp_path / "bid.json").write_text(json.dumps(offer))
    monkeypatch.setenv("SIEGEL_PASSPHRASE", PASSPHRASE)
    receipt = tmp_path / "receipt.zip"
    sealed = call("bid", "seal", OCID, "--server", desk.url, "--bid", tmp_path / "bid.json", "-o", receipt)
    assert sealed.exit_code == 0, sealed.err
    page = come_back(context, desk, receipt, "#replace")
    expect(page.locator("#replace-not")).to_be_visible(timeout=60_000)
    expect(page.locator("#altered")).to_have_text(
        "Nicht unverändert übernommen: tenderers/0001.details.turnover: 1e-07"
    )
    page.click("#step-firms")
    kept = page.locator("#tenderers-0-kept")
    expect(kept).to_contain_text("DE-HRB")
    expect(kept).to_contain_text("telephone: +49 30 1")
    expect(kept.get_by_role("button")).to_have_text("Bei Dachdeckerei Beispiel GmbH weglassen")
    assert violations(page) == []
    page.click("#step-files")
    expect(page.locator("#kept-0")).to_contain_text("pages: 2")
    expect(page.locator("#detach-1")).to_be_visible()
    assert violations(page) == []
    page.click("#step-seal")
    choose_passphrase(page)
    found = contents(read_receipt(seal(page, tmp_path / "second.zip")), tmp_path / "opened", documents=True)
    assert found["tenderers/0001"] == firm | {"details": {"employees": 12, "turnover": "1e-07"}}
    first = {"title": "lv.pdf", "format": "application/pdf", "requirement": "bill", "pages": 2}
    assert {name: found["documents/0001"][name] for name in first} == first
    assert found["documents/0002"]["requirement"] == "roof"
    assert found["requirementResponses/months"] == {"value": "60"}


def test_typed_form_outlasts_the_withdrawal_of_an_earlier_bid(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Nobody loses a new bid by withdrawing the old one, in vain or not, and replacing that one asks first."""
    receipt = hand_in(opened(context, desk), tmp_path / "receipt.zip")
    page = opened(context, desk)
    fill(page)

    def bring(button: str) -> None:
        page.click("#opening")
        page.set_input_files("#receipt", receipt)
        page.fill("#receipt-passphrase", PASSPHRASE)
        page.click(button)

    def require_typed() -> None:
        expect(page.locator("#step-title")).to_be_visible()
        page.click("#step-answers")
        expect(page.locator("#amount-L1")).to_have_value("1.234.567,80")
        expect(page.locator("#replace-not")).to_have_count(0)

    with page.expect_event("dialog", timeout=60_000) as dialog:
        page.once("dialog", lambda dialog: dialog.dismiss())
        bring("#replace")
    assert dialog.value.message.startswith("Was Sie hier eingegeben haben, geht verloren")
    require_typed()
    bring("#withdraw")
    page.route("**/sealing", lambda route: route.abort())
    page.click("#send", timeout=60_000)
    expect(page.locator("#failure")).to_be_visible(timeout=60_000)
    page.click("#back")
    require_typed()
    page.unroute("**/sealing")
    bring("#withdraw")
    page.click("#send", timeout=60_000)
    expect(page.locator("#outcome")).to_contain_text("zurückgezogen", timeout=60_000)
    page.click("#back")
    require_typed()


def test_receipt_with_another_passphrase_or_of_another_kind_is_refused(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Each with a sentence, beside the field."""
    page = opened(context, desk)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    page = opened(context, desk)
    page.click("#opening")
    page.click("#go-on")
    expect(page.locator("#receipt-told")).to_contain_text("Bitte wählen Sie zuerst die Quittung")
    page.set_input_files("#receipt", path)
    page.fill("#receipt-passphrase", "ein anderes Passwort")
    page.click("#go-on")
    expect(page.locator("#receipt-told")).to_contain_text("Passwort passt nicht", timeout=60_000)
    page.set_input_files("#receipt", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK" + bytes(200)})
    page.click("#go-on")
    expect(page.locator("#receipt-told")).to_contain_text("Quittung", timeout=60_000)
    expect(page.locator("#receipt-told")).not_to_contain_text("Passwort passt nicht")


def test_rehearsal_uploads_all_but_a_byte_and_leaves_nothing(context: BrowserContext, desk: Desk) -> None:
    """Marked on the screen; no promise is asked for, no transaction is handed in."""
    page = opened(context, desk)
    before = (desk.uploads(), desk.bids())
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    fill(page, LARGE)
    page.click("#rehearse")
    expect(page.locator("#banner")).to_have_text("Probe – kein Angebot", timeout=60_000)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Probe – kein Angebot", timeout=60_000)
    assert (desk.uploads(), desk.bids()) == before
    methods = [method for method, url in asked if "/envelopes" in url]
    assert methods == ["POST", "HEAD", *["PATCH"] * 5, "DELETE"]
    assert [url for _, url in asked if url.endswith(("/promises", "/transactions"))] == []
    page.click("#back")
    page.click("#seal")
    expect(page.locator("#save")).to_be_visible(timeout=60_000)
    expect(page.locator("#banner")).to_have_count(0)


def test_failed_rehearsal_leads_back_to_the_form(context: BrowserContext, desk: Desk) -> None:
    """It has no receipt: what was typed is nowhere else."""
    page = opened(context, desk)
    fill(page)
    page.click("#rehearse")
    expect(page.locator("#banner")).to_be_visible(timeout=60_000)
    page.route("**/api/v1/envelopes**", lambda route: route.fulfill(status=413))
    page.click("#send")
    expect(page.locator("#failure")).to_be_visible(timeout=60_000)
    page.click("#back")
    expect(page.locator("#banner")).to_have_count(0)
    page.click("#step-answers")
    expect(page.locator("#amount-L1")).to_have_value("1.234.567,80")


@pytest.mark.parametrize(
    "first",
    [
        'throw new Error("no worker just now")',
        """
            const made = new Started(address);
            made.terminate();
            setTimeout(() => made.dispatchEvent(new ErrorEvent("error", { message: "no worker just now" })));
            return made
        """,
    ],
    ids=["at once", "later"],
)
def test_worker_that_does_not_start_at_first_starts_at_the_next_click(
    context: BrowserContext, desk: Desk, first: str
) -> None:
    """The browser lets the page name its worker's policy once only; no bid ends with that."""
    context.add_init_script(f"""
        const Started = Worker;
        Worker = function (address) {{
            Worker = Started;
            {first};
        }};
    """)
    page = opened(context, desk)
    fill(page)
    page.click("#seal")
    expect(page.locator("#trouble")).to_contain_text("no worker just now")
    page.click("#seal")
    expect(page.locator("#save")).to_be_visible(timeout=60_000)


def lie(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """A server that tells something else of the round."""

    def answer(route: Route) -> None:
        told = route.fetch().json()
        change(told)
        route.fulfill(json=told)

    page.route("**/rounds/1/sealing", answer)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda told: told["keySet"].update(officers=told["keySet"]["officers"][::-1]),
            "Der Schlüsselsatz ist nicht der",
        ),
        (lambda told: told["keySet"]["custodians"][0].update(identifier="custodian-9"), "ist nicht die Organisation"),
        (lambda told: told.update(ocid="ocds-a2ef3d-other"), "antwortet mit einem anderen Verfahren"),
    ],
)
def test_lying_server_is_refused_with_a_sentence(
    context: BrowserContext, desk: Desk, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    """There is no form then, so nobody types a price."""
    page = context.new_page()
    lie(page, change)
    page.goto(desk.page)
    expect(page.locator("#refusal")).to_contain_text(sentence)
    expect(page.locator("#step-title")).to_have_count(0)


@pytest.mark.parametrize(
    ("key", "told"), [(None, "in der Liste, die in dieser Seite fest enthalten ist"), ("04" + "11" * 64, "unbekannt")]
)
def test_copy_of_the_page_with_pins_knows_its_custodians(
    context: BrowserContext, desk: Desk, key: str | None, told: str
) -> None:
    """A list in the file, which is no script: with another key than the round's there is no form."""
    page, said = listened(context)
    sealing = httpx.get(f"{desk.url}/api/v1/processes/0x{desk.process.hex()}/rounds/1/sealing").json()
    pins = [
        {"holder": each["holder"][2:], "key": key or each["key"][2:], "name": each["identifier"]}
        for each in sealing["keySet"]["custodians"]
    ]

    def pinned(route: Route) -> None:
        answer = route.fetch()
        block = f'id="pins">{json.dumps(pins)}<'
        route.fulfill(response=answer, body=answer.text().replace('id="pins">null<', block))

    page.route(desk.page, pinned)
    page.goto(desk.page)
    expect(page.locator("#content")).to_contain_text(told)
    expect(page.locator("#step-title")).to_have_count(0 if key else 1)
    # A page that a test fulfils is of no address, and may not ask the other receiver on the loopback.
    assert [line for line in said if "Content Security Policy" in line] == []


def test_round_that_takes_no_bids_any_more_has_no_form(context: BrowserContext, desk: Desk) -> None:
    """Whoever has a receipt can still read what came of it; nobody types a price."""
    page = context.new_page()
    lie(page, lambda told: told.update(state="closed"))
    page.goto(desk.page)
    expect(page.locator("#over")).to_contain_text("nimmt keine Angebote mehr an")
    expect(page.locator("h1")).to_have_text("Post und Ergebnis")
    expect(page.locator("#read-post")).to_be_visible()
    for absent in ("#step-title", "#go-on", "#replace", "#withdraw", "#calendar"):
        expect(page.locator(absent)).to_have_count(0)


def test_server_that_tells_another_deadline_is_contradicted_by_the_other(context: BrowserContext, desk: Desk) -> None:
    """Whoever believed it would come too late."""
    page = context.new_page()

    def answer(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "deadline": told["deadline"] + 3600})

    page.route(f"{desk.url}/**/sealing", answer)
    page.goto(desk.page)
    expect(page.locator("#refusal")).to_contain_text("Einer der Server irrt oder lügt")


def test_server_that_changes_its_terms_after_sealing_gets_nothing(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Compared again before the first byte."""
    page = opened(context, desk)
    fill(page)
    seal(page, tmp_path / "receipt.zip")
    before = desk.uploads()
    lie(page, lambda told: told.update(deadline=told["deadline"] - 60))
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("Einer der Server irrt oder lügt", timeout=60_000)
    assert desk.uploads() == before
    # Nothing was signed, so nobody is asked; a question would be answered with no.
    page.click("#back")
    page.click("#step-answers")
    expect(page.locator("#amount-L1")).to_have_value("1.234.567,80")


def test_policy_of_the_page_lists_the_receivers_and_nothing_else(desk: Desk) -> None:
    """By the header; and the process page leads to it, with its check value."""
    answer = httpx.get(desk.page)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["connect-src"] == f"'self' {desk.other}"
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["worker-src"] == "blob:"
    assert "unsafe" not in str(policy)
    digest = hashlib.sha256(answer.content).hexdigest()
    assert digest in (STATIC / "bid.sha256").read_text()
    assert f"| `bid.html` | `{digest}` |" in (ROOT / "docs/release-notes.md").read_text()
    process = httpx.get(f"{desk.url}/processes/0x{desk.process.hex()}").text
    assert desk.page.removeprefix(desk.url) in process
    assert digest in process.replace("\u200b", "").replace("<wbr>", "")


STEPS = ("#lot-L1", "#amount-L1", "#tenderers-0-name", "#slot-bill", "#passphrase")


def violations(page: Page) -> list[str]:
    """What axe finds, with the elements it finds it in, and what is not read without scrolling sideways."""
    page.evaluate(AXE + "; 0")
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((found) => found.violations)")
    return [*(f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found), *cut(page)]


@pytest.mark.parametrize(
    ("width", "scheme", "locale", "other"),
    [(1280, "light", "en-GB", "Deutsch"), (320, "dark", "de-DE", "English")],
)
def test_every_step_is_accessible_on_every_screen(
    browser: Browser, desk: Desk, width: int, scheme: Any, locale: str, other: str
) -> None:
    """No violation in either language, errors shown, light and dark, nor sideways scrolling at 320 pixels."""
    wrong: dict[str, list[str]] = {}
    viewport: Any = {"width": width, "height": 900}
    with browser.new_context(locale=locale, viewport=viewport, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto(f"{desk.url}/processes/0x{desk.process.hex()}")
        wrong["the process's page"] = violations(page)
        page.locator(f"a[href='{desk.page.removeprefix(desk.url)}']").click()
        for number, field in enumerate(STEPS):
            page.locator(".way li").nth(number).get_by_role("button").or_(page.locator("#step-title")).first.click()
            expect(page.locator(field)).to_be_visible()
            if number == 0:
                page.check(field)
            page.click("#seal" if number == 4 else "#next")
            if number > 0:
                expect(page.locator("#summary")).to_be_focused()
            wrong[f"{field} with errors"] = violations(page)
        page.click("#opening")
        page.get_by_role("button", name=other).click()
        wrong["the other language"] = violations(page)
    assert {place: found for place, found in wrong.items() if found} == {}


LINES = """(text) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(text);
        if (at < 0 || walker.currentNode.parentElement.closest("script")) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + text.length);
        found.push(new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size);
    }
    return found;
}"""
"""On how many lines a text stands, in each place in which the page shows it."""


def test_sealed_and_done_steps_are_accessible_and_the_sheet_is_one_page(
    browser: Browser, desk: Desk, tmp_path: Path
) -> None:
    """On a narrow screen, where the procedure's number stays on one line, to be copied by eye; on paper there is the
    receipt alone, with a code that leads to the commitment."""
    with browser.new_context(locale="de-DE", viewport={"width": 390, "height": 900}) as context:
        page = opened(context, desk)
        fill(page)
        path = seal(page, tmp_path / "receipt.zip")
        assert violations(page) == []
        page.click("#send")
        require_handed_in(page)
        assert violations(page) == []
        assert page.evaluate(LINES, OCID) == [1, 1]
        commitment = read_receipt(path).commitment.hex()
        expect(page.locator("#sheet")).to_contain_text(f"/lookup?digest={commitment}")
        sheet = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", sheet)) == 1
        page.emulate_media(media="print")
        assert page.locator("header, nav, #terms-title").evaluate_all(
            "(all) => all.every((one) => !one.checkVisibility())"
        )


def test_bid_is_handed_in_by_keyboard_alone(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """Each field is reached by Tab, each button works by Enter; focus moves to what comes next."""
    page = opened(context, desk)
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))

    def reach(identifier: str) -> None:
        for _ in range(80):
            if page.evaluate("document.activeElement.id") == identifier:
                return
            page.keyboard.press("Tab")
        raise AssertionError(identifier)

    def press(identifier: str, key: str = "Enter") -> None:
        reach(identifier)
        page.keyboard.press(key)

    def write(identifier: str, text: str) -> None:
        reach(identifier)
        page.keyboard.type(text)

    press("lot-L1", "Space")
    press("next")
    assert page.evaluate("document.activeElement.id") == "step-title"
    write("amount-L1", "99,90")
    press("answer-listed", "Space")
    write("answer-months", "24")
    page.keyboard.press("Enter")
    write("tenderers-0-name", "Ein-Personen-Betrieb")
    page.keyboard.press("Enter")
    press("slot-bill", "Space")
    wait_until(lambda: page.evaluate("true") and bool(choosers))
    choosers[0].set_files({"name": "lv.pdf", "mimeType": PDF, "buffer": BILL})
    expect(page.locator("#detach-0")).to_be_visible()
    press("next")
    write("passphrase", PASSPHRASE)
    write("passphrase-again", PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.locator("#save")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        press("save")
    download.value.save_as(tmp_path / "receipt.zip")
    expect(page.locator("#send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_be_focused(timeout=60_000)
    assert committed(desk, read_receipt(tmp_path / "receipt.zip")) == ["BidCommitted"]
