"""What a tenderer takes away from the page: receipt, sheet, calendar, record of a failure; and what works offline."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Route, expect

from ledger.chain.identifiers import incident_digest
from ledger.chain.signers import signer_of
from ledger.evidence.receipt import read_receipt
from ledger.evidence.verify.receipt import verify_receipt
from tests.bid import qr_reading
from tests.bid.tenderer import PASSPHRASE, listened, require_handed_in, save, seal
from tests.bid.test_page import committed, fill, opened, violations
from tests.bid.town import Desk, served_town
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One town; each test hands in bids of its own."""
    with served_town(tmp_path_factory.mktemp("town")) as desk:
        yield desk


def dismissed(page: Page) -> list[str]:
    """The kind of the next question the browser asks, which is answered with no."""
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", dismiss)
    return asked


def stays_on_closing(page: Page) -> bool:
    """Whether the browser asks somebody who closes the tab, and they stay; without a question it is closed."""
    asked = dismissed(page)
    beside = page.context.new_page()
    page.close(run_before_unload=True)
    wait_until(lambda: beside.evaluate("true") and (bool(asked) or page.is_closed()))
    beside.close()
    assert asked in ([], ["beforeunload"])
    return bool(asked)


def test_newest_receipt_that_is_not_saved_is_not_lost_without_a_question(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Asked before the tab closes once the bid is handed in, and again when the proof came; not after saving."""
    page = opened(context, desk)
    fill(page)
    seal(page, tmp_path / "early.zip")
    page.click("#send")
    require_handed_in(page)
    expect(page.locator("#save-state")).to_contain_text("Noch nicht gespeichert")
    assert stays_on_closing(page)
    dialogs = dismissed(page)
    page.click("#back")
    assert dialogs == ["confirm"]
    promised = read_receipt(save(page, tmp_path / "promised.zip"))
    assert promised.transaction is not None
    expect(page.locator("#save-state")).to_have_text("Gespeichert. Bitte prüfen Sie, ob die Datei da ist.")
    expect(page.locator("#save")).to_be_focused()
    assert violations(page) == []
    desk.publish_evidence()
    expect(page.locator("#save-again")).to_contain_text("Prüfpaket", timeout=40_000)
    assert violations(page) == []
    assert stays_on_closing(page)
    save(page, tmp_path / "proven.zip")
    assert not stays_on_closing(page)


def test_proof_is_kept_only_whole_and_with_the_bid_in_it(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """No answer that can be read, a broken connection, a bundle that is older: the server is asked again. One that
    gives a cut bundle is not: the next would be no better. The bid stays handed in, what comes at last proves it."""
    desk.publish_evidence()
    evidence = f"{desk.url}/api/v1/processes/{desk.process.hex()}/evidence"
    older = httpx.get(evidence).content
    page, said = listened(context)
    page.add_init_script(
        """const whole = Response.prototype.blob;
        Response.prototype.blob = function () {
            return this.headers.has("broken") ? Promise.reject(new TypeError("network error")) : whole.call(this);
        };"""
    )
    page.goto(desk.page)
    expect(page.locator("#step-title")).to_be_visible()
    fill(page)
    seal(page, tmp_path / "early.zip")
    faults = ["broken", "older"]
    cut: list[str] = []
    cors = {"access-control-allow-origin": desk.url}

    def answer(route: Route) -> None:
        if not faults:
            route.continue_()
            return
        fault = faults.pop()
        route.fulfill(body=older if fault == "older" else b"", headers={fault: ""})

    def other(route: Route) -> None:
        cut.append(route.request.url)
        route.fulfill(body=older[: len(older) // 2], headers=cors)

    looked = iter(["{}", "null"])
    page.route("**/evidence", answer)
    page.route("**/lookup/*", lambda route: route.fulfill(body=next(looked, '{"found": [1]}')))
    page.route(f"{desk.other}/**/lookup/*", lambda route: route.fulfill(body='{"found": [1]}', headers=cors))
    page.route(f"{desk.other}/**/evidence", other)
    page.click("#send")
    require_handed_in(page)
    wait_until(lambda: page.evaluate("true") and len(faults) < 2)
    desk.publish_evidence()
    expect(page.locator("#save-again")).to_contain_text("Prüfpaket", timeout=60_000)
    assert (faults, len(cut), said) == ([], 1, [])
    with save(page, tmp_path / "receipt.zip").open("rb") as stream:
        assert verify_receipt(stream, desk.policy(), PASSPHRASE).verified


def test_bid_that_was_saved_after_handing_in_closes_without_a_question(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Nobody has to wait for the proof, which can be had later, too."""
    page = opened(context, desk)
    fill(page)
    seal(page, tmp_path / "early.zip")
    page.click("#send")
    require_handed_in(page)
    save(page, tmp_path / "receipt.zip")
    assert not stays_on_closing(page)


def test_bid_is_filled_in_and_sealed_without_network_and_handed_in_later(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Once loaded, the page asks nobody for anything until it sends."""
    page = opened(context, desk)
    context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
    fill(page)
    path = seal(page, tmp_path / "receipt.zip")
    assert asked == []
    context.set_offline(False)
    page.click("#send")
    require_handed_in(page)
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_code_on_the_printed_receipt_leads_to_the_commitment(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Read from the picture as it is printed, by a reader that knows the standard and not the library."""
    page = opened(context, desk)
    fill(page)
    commitment = read_receipt(seal(page, tmp_path / "receipt.zip")).commitment.hex()
    page.click("#send")
    require_handed_in(page)
    page.emulate_media(media="print")
    assert qr_reading.read(modules(page)) == f"{desk.url}/lookup?digest={commitment}"


def modules(page: Page) -> list[list[bool]]:
    """The squares of the code, looked at in the middle of each; around them are four light ones."""
    code = page.locator("#sheet svg.squares")
    size = int((code.get_attribute("viewBox") or "").split()[2])
    picture = base64.b64encode(code.screenshot(scale="css")).decode()
    beside = page.context.new_page()
    rows: list[list[bool]] = beside.evaluate(
        """async ([picture, size]) => {
            const bytes = Uint8Array.from(atob(picture), (each) => each.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
            const drawing = new OffscreenCanvas(image.width, image.height).getContext("2d");
            drawing.drawImage(image, 0, 0);
            const at = (place, length) => Math.floor((place + 0.5) * length / size);
            const isDark = (x, y) => drawing.getImageData(at(x, image.width), at(y, image.height), 1, 1).data[1] < 128;
            const all = [...Array(size).keys()];
            return all.map((y) => all.map((x) => isDark(x, y)));
        }""",
        [picture, size],
    )
    beside.close()
    inner = [row[4:-4] for row in rows[4:-4]]
    assert sum(map(sum, rows)) == sum(map(sum, inner))
    return inner


def test_calendar_file_has_deadline_title_and_two_reminders(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """As a calendar reads it (RFC 5545): the moment in universal time, a day and an hour before it."""
    page = opened(context, desk)
    with page.expect_download() as download:
        page.click("#calendar")
    assert download.value.suggested_filename == "frist.ics"
    download.value.save_as(tmp_path / "deadline.ics")
    lines = (tmp_path / "deadline.ics").read_bytes().decode().replace("\r\n ", "").split("\r\n")
    members = [line.partition(":")[::2] for line in lines if line]
    named = dict(members)
    assert datetime.strptime(named["DTSTART"], "%Y%m%dT%H%M%S%z").timestamp() == desk.deadline
    assert named["SUMMARY"] == "Angebotsfrist: Erweiterung der Grundschule"
    assert named["URL"] == desk.page
    assert [value for name, value in members if name == "BEGIN"] == ["VCALENDAR", "VEVENT", "VALARM", "VALARM"]
    assert [value for name, value in members if name == "END"] == ["VALARM", "VALARM", "VEVENT", "VCALENDAR"]
    assert [value for name, value in members if name == "TRIGGER"] == ["-P1D", "-PT1H"]
    assert [value for name, value in members if name == "ACTION"] == ["DISPLAY", "DISPLAY"]


def test_failure_that_no_receiver_takes_is_saved_with_a_signature(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """One refuses the connection, the other never answers the report: the record has the tenderer's clock, what each of
    them did, and a signature that a receiver acknowledges later."""
    page = opened(context, desk)
    fill(page)
    receipt = read_receipt(seal(page, tmp_path / "receipt.zip"))
    busy = json.dumps({"type": "/problems/RelayBusy", "status": 429, "detail": "Busy."})

    def other(route: Route) -> None:
        # The report is never answered.
        if not route.request.url.endswith("/incidents"):
            route.fulfill(status=429, body=busy, headers={"access-control-allow-origin": desk.url})

    page.route(f"{desk.url}/api/**", lambda route: route.abort("connectionrefused"))
    page.route(f"{desk.other}/**", other)
    began = int(time.time())
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("antwortet nicht", timeout=60_000)
    ended = time.time()
    with page.expect_download(timeout=60_000) as download:
        page.click("#report")
    download.value.save_as(tmp_path / "incident.json")
    expect(page.locator("#incident")).to_contain_text("gespeichert")
    expect(page.locator("#incident")).not_to_contain_text("gemeldet")
    kept = json.loads((tmp_path / "incident.json").read_text())
    assert kept["answer"] is None
    record = kept["incident"]
    assert began <= record["at"] <= ended
    host = desk.url.removeprefix("http://")
    assert (record["failure"], record["detail"]) == (
        "ServerSilent",
        f"{host}: ServerSilent; Empfangsdienst Süd: RelayBusy",
    )
    digest = incident_digest(
        receipt.chain_id, receipt.ledger, receipt.process_id, receipt.round, receipt.author, record["at"],
        record["failure"], record["detail"],
    )  # fmt: skip
    assert signer_of(digest, bytes.fromhex(record["signature"][2:])) == receipt.author
    taken = httpx.post(f"{desk.other}/api/v1/incidents", json=record)
    assert (taken.status_code, taken.json()["receivedAt"] >= record["at"]) == (200, True)
