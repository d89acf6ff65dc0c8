"""The bidder's page where no receiver's relay takes the bid: its transaction goes to a node of the chain, over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from ledger.chain.acts import CommitBid
from ledger.chain.codec import encode_call
from ledger.chain.keccak import keccak
from ledger.chain.reverts import decode_revert
from ledger.chain.signed_calls import SignedCall, read_signed_call
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.receipt_file import keep_receipt
from ledger.evidence.receipt import open_secret, read_receipt
from tests.bid.peer import peer
from tests.bid.tenderer import PASSPHRASE, listened, require_handed_in, save, seal
from tests.bid.test_page import come_back, committed, fill, hand_in, opened, violations
from tests.bid.test_variant import hand_in_variant
from tests.bid.town import RECEIVERS, Desk, town_with_node

FULL = json.dumps({"type": "/problems/ReceiverFull", "status": 507, "detail": "No room."})
BUSY = json.dumps({"type": "/problems/RelayBusy", "status": 429, "retryAfter": 60, "detail": "Too many."})
SOME = "0x" + "12" * 32
EMPTY_RECEIPT: dict[str, Any] = {"status": "0x1", "blockNumber": "0x1", "logs": []}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One town; each test hands in bids of its own."""
    with town_with_node(tmp_path_factory.mktemp("town")) as desk:
        yield desk


def sealed(context: BrowserContext, desk: Desk, path: Path) -> tuple[Page, list[str]]:
    """A page with a bid that is sealed and saved, and not sent."""
    page, said = listened(context)
    page.goto(desk.page)
    fill(page)
    seal(page, path)
    return page, said


def refuse(page: Page, what: str, body: str, status: int = 422) -> None:
    """Every receiver refuses this."""
    page.route(what, lambda route: route.fulfill(status=status, body=body))


def lying(page: Page, desk: Desk, **answers: Callable[[Any], Any]) -> list[tuple[str, list[Any]]]:
    """The node's answers to these methods are altered; gives all that it is asked, with the parameters."""
    asked: list[tuple[str, list[Any]]] = []

    def answer(route: Route) -> None:
        given = json.loads(route.request.post_data or "{}")
        asked.append((given["method"], given["params"]))
        told = route.fetch()
        change = answers.get(given["method"])
        content = told.json()
        route.fulfill(response=told, json=content if change is None else change(content))

    page.route(f"{desk.node}/", answer)
    return asked


def result(value: Any) -> Callable[[Any], Any]:
    """Always this result."""
    return lambda told: {"jsonrpc": "2.0", "id": 1, "result": value}


def call_in(desk: Desk, receipt: Path) -> SignedCall:
    """The transaction that a receipt holds."""
    raw = read_receipt(receipt).transaction
    assert raw is not None
    chain = desk.town.chain
    return read_signed_call(raw, chain.chain_id, chain.ledger, chain.registry)


def test_bid_goes_to_the_node_with_the_promise_where_the_relays_refuse(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """The envelope and its promise are there, no relay takes the transaction: the real node does, from another origin.
    The page says whose word it is; the receipt holds what was sent, and the evidence proves it."""
    page, said = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/transactions", BUSY, 429)
    page.click("#send")
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Abgegeben, sagt der Knoten 127.0.0.1", timeout=60_000)
    expect(outcome).to_be_focused()
    expect(outcome).to_contain_text("sagt bisher nur er")
    assert violations(page) == []
    desk.publish_evidence()
    expect(page.locator("#save-again")).to_contain_text("Prüfpaket", timeout=40_000)
    path = save(page, tmp_path / "receipt.zip")
    receipt = read_receipt(path)
    assert receipt.promise is not None
    assert committed(desk, receipt) == ["BidCommitted"]
    act = call_in(desk, path).act
    assert isinstance(act, CommitBid)
    assert act.promise == receipt.promise
    assert [line for line in said if "429" not in line] == []


def test_bid_without_any_receiver_is_committed_and_not_called_handed_in(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """All receivers refuse the envelope: the commitment counts by its block's time, the page says what lacks, and with
    the receipt the envelope is delivered later; nothing is committed twice."""
    page, _ = sealed(context, desk, tmp_path / "early.zip")
    refuse(page, "**/api/v1/envelopes", FULL)
    page.click("#send")
    failure = page.locator("#failure")
    expect(failure).to_contain_text("Noch nicht abgegeben: Der Umschlag fehlt", timeout=60_000)
    expect(failure).to_be_focused()
    expect(failure).to_contain_text("Das wäre rechtzeitig.")
    expect(failure).to_contain_text("kein Empfangsdienst hat zugesagt")
    expect(failure).to_contain_text("ReceiverFull")
    expect(page.locator("#outcome")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("button", name="English").click()
    expect(failure).to_contain_text("Not handed in yet: the envelope is missing")
    page.get_by_role("button", name="Deutsch").click()
    path = save(page, tmp_path / "receipt.zip")
    receipt, call = read_receipt(path), call_in(desk, path)
    assert receipt.promise is None
    assert isinstance(call.act, CommitBid)
    assert (call.act.promise.receiver, call.act.expires) == (bytes(32), desk.deadline)
    assert committed(desk, receipt) == ["BidCommitted"]
    _, arrival, _ = desk.town.chain.view("bidOf", desk.process, 1, receipt.commitment, receipt.author)
    assert arrival <= desk.deadline
    # Once more in vain: it stands there already.
    page.click("#send")
    expect(failure).to_contain_text("Der Umschlag fehlt", timeout=60_000)
    assert committed(desk, receipt) == ["BidCommitted"]

    again = come_back(context, desk, path, "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    again.click("#send")
    require_handed_in(again)
    expect(again.locator("#outcome")).not_to_contain_text("sagt der Knoten")
    complete = read_receipt(save(again, tmp_path / "complete.zip"))
    assert complete.promise is not None
    assert complete.promise.receiver in RECEIVERS
    assert complete.transaction == receipt.transaction
    assert committed(desk, receipt) == ["BidCommitted"]
    assert desk.services.receiver is not None
    assert desk.services.receiver.is_committed(receipt.commitment)


def test_envelope_is_delivered_with_the_receipt_from_before_anything_was_sent(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Whoever did not save it again has no transaction in it: the same bytes are found on the ledger all the same."""
    page, _ = sealed(context, desk, tmp_path / "early.zip")
    refuse(page, "**/api/v1/envelopes", FULL)
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("Der Umschlag fehlt", timeout=60_000)
    again = come_back(context, desk, tmp_path / "early.zip", "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    again.click("#send")
    require_handed_in(again)
    assert committed(desk, read_receipt(tmp_path / "early.zip")) == ["BidCommitted"]


def test_bid_without_a_promise_is_found_after_its_account_went_on(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """Its transaction came by a node, its receipt is the one from before, and a variant has the account's next number:
    the node finds it where no receiver answers, and else a receiver; nothing is signed anew."""
    main = tmp_path / "main.zip"
    page, _ = sealed(context, desk, main)
    refuse(page, "**/api/v1/envelopes", FULL)
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("Der Umschlag fehlt", timeout=60_000)
    page.close(run_before_unload=False)
    hand_in_variant(context, desk, main, tmp_path / "variant.zip")
    again = come_back(context, desk, main, "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    again.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))
    again.click("#send")
    expect(again.locator("#failure")).to_contain_text("Der Umschlag fehlt", timeout=60_000)
    again = come_back(context, desk, main, "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    again.click("#send")
    require_handed_in(again)
    path = save(again, tmp_path / "complete.zip")
    act = call_in(desk, path).act
    assert isinstance(act, CommitBid)
    assert (call_in(desk, path).nonce, act.promise.receiver) == (0, bytes(32))
    assert read_receipt(path).promise is not None
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_same_bytes_at_a_relay_and_a_node_count_once(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """The relay took the transaction and its answer was lost; the node has it in a block: nothing is signed anew."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    sent: list[str] = []

    def lost(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["raw"])
        route.fetch()
        route.abort("connectionreset")

    page.route(f"{desk.url}/api/v1/transactions", lost)
    page.route(f"{desk.other}/**", lambda route: route.abort("connectionrefused"))
    asked = lying(page, desk)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Abgegeben, sagt der Knoten", timeout=60_000)
    path = save(page, tmp_path / "receipt.zip")
    assert sent == ["0x" + (read_receipt(path).transaction or b"").hex()]
    assert "eth_sendRawTransaction" not in [method for method, _ in asked]
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_transaction_that_the_node_has_already_is_no_failure(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """It refuses bytes that it knows, in words of its own; the receipt for them comes only later."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/transactions", BUSY, 429)
    looks: list[Any] = []

    def later(told: Any) -> Any:
        looks.append(told)
        return told if len(looks) > 1 else {**told, "result": None}

    def known(told: Any) -> Any:
        return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "Known transaction"}}

    # Each of the two relays was given one; the first look is for the last of them, before anything is sent.
    lying(page, desk, eth_sendRawTransaction=known, eth_getTransactionReceipt=later)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("Abgegeben, sagt der Knoten", timeout=60_000)
    path = save(page, tmp_path / "receipt.zip")
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


@pytest.mark.parametrize("sent", [False, True])
def test_transaction_that_can_count_no_more_is_signed_anew(
    context: BrowserContext, desk: Desk, tmp_path: Path, sent: bool
) -> None:
    """It expired, before the node got it or in a block that refused it: neither binds the bid."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    page.close(run_before_unload=False)
    receipt, chain = read_receipt(tmp_path / "receipt.zip"), desk.town.chain
    _, account = open_secret(receipt.secret, PASSPHRASE)
    act = CommitBid(receipt.process_id, 1, receipt.commitment, receipt.supersedes, 1)
    raw = KeySigner(account).sign_transaction(
        {"chainId": chain.chain_id, "nonce": 0, "gas": 10**6, "gasPrice": 0, "value": 0, "data": encode_call(act),
         "to": chain.ledger}
    )  # fmt: skip
    keep_receipt(tmp_path / "receipt.zip", replace(receipt, transaction=raw))
    if sent:
        desk.town.node.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    again = come_back(context, desk, tmp_path / "receipt.zip", "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    refuse(again, "**/api/v1/envelopes", FULL)
    again.click("#send")
    expect(again.locator("#failure")).to_contain_text("Der Umschlag fehlt", timeout=60_000)
    assert call_in(desk, save(again, tmp_path / "again.zip")).nonce == int(sent)
    assert committed(desk, receipt) == ["BidCommitted"]


def test_bid_is_withdrawn_by_the_node(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """All receivers are away once the page is there; once more is refused by name, in German."""
    path = hand_in(opened(context, desk), tmp_path / "receipt.zip")
    receipt = read_receipt(path)
    for told in ("Zurückgezogen, sagt der Knoten", "wurde schon zurückgezogen oder ersetzt"):
        page = come_back(context, desk, path, "#withdraw")
        expect(page.locator("#send")).to_have_text("Jetzt zurückziehen", timeout=60_000)
        page.route("**/api/v1/**", lambda route: route.abort("connectionrefused"))
        page.click("#send")
        expect(page.locator("#outcome, #failure")).to_contain_text(told, timeout=60_000)
    assert committed(desk, receipt) == ["BidCommitted", "BidWithdrawn"]


HTML = "<!doctype html><title>Wartung</title>"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"eth_chainId": result("0x1")}, "gehört zu einer anderen Kette (1, nicht"),
        ({"eth_chainId": result("12")}, "nicht zu verstehen"),
        ({"eth_chainId": result("0x" + "f" * 2_000_000)}, "viel mehr geantwortet"),
        ({"eth_getTransactionCount": result("0xffffffffffff")}, "nicht zu verstehen"),
        ({"eth_sendRawTransaction": result(SOME)}, "nicht zu verstehen"),
        (
            {"eth_call": lambda told: {"error": {"code": -32000, "message": "no <b>room</b> \u202e"}}},
            "nimmt die Anfrage nicht an: no <b>room</b> [U+202E]",
        ),
        (
            {"eth_call": lambda told: {"error": {"code": 3, "data": revert("TooLate(uint64,uint64)", 2, 1)}}},
            "Eingegangen um 1. Januar 1970 um 01:00:02",
        ),
        (
            {"eth_getTransactionReceipt": lambda told: told and {**told, "result": EMPTY_RECEIPT | hash_of(told)}},
            "nicht zu verstehen",
        ),
    ],
)
def test_lying_node_is_refused_by_name(
    context: BrowserContext, desk: Desk, tmp_path: Path, answers: dict[str, Callable[[Any], Any]], told: str
) -> None:
    """Of another chain, absurd, without end, or refusing: the page says so and claims nothing."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/envelopes", FULL)
    lying(page, desk, **answers)
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text(told, timeout=60_000)
    expect(page.locator("#failure-title")).to_have_text("Es ist noch nicht abgeschlossen")


def hash_of(told: Any) -> dict[str, Any]:
    """The transaction that a receipt is of; of none the answer stays none."""
    return {"transactionHash": (told.get("result") or {}).get("transactionHash")}


def revert(error: str, *values: int) -> str:
    """The data of a smart contract's refusal."""
    return "0x" + keccak(error.encode())[:4].hex() + "".join(value.to_bytes(32, "big").hex() for value in values)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [(200, HTML, "nicht zu verstehen"), (502, HTML, "HTTP 502"), (302, "", "antwortet nicht")],
)
def test_node_that_answers_a_page_or_leads_elsewhere_is_told(
    context: BrowserContext, desk: Desk, tmp_path: Path, status: int, body: str, told: str
) -> None:
    """No redirect is followed."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/envelopes", FULL)
    headers = {"Location": f"{desk.url}/", "Access-Control-Allow-Origin": desk.url, "Content-Type": "text/html"}
    page.route(f"{desk.node}/", lambda route: route.fulfill(status=status, body=body, headers=headers))
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text(told, timeout=60_000)
    assert committed(desk, read_receipt(tmp_path / "receipt.zip")) == []


def test_hanging_node_is_given_up(context: BrowserContext, desk: Desk, tmp_path: Path) -> None:
    """After as long as a receiver has."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/envelopes", FULL)
    page.route(f"{desk.node}/", lambda route: None)
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text(re.compile(r"127\.0\.0\.1:\d+ antwortet nicht"), timeout=60_000)


def test_node_that_names_a_number_too_high_does_not_bind_the_next_try(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """A number that does not follow would wait for ever: where it is the honest node's turn, its own is signed."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/envelopes", FULL)
    lying(page, desk, eth_getTransactionCount=result("0x7"))
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("nonce too high", timeout=60_000)
    page.unroute(f"{desk.node}/")
    page.click("#send")
    expect(page.locator("#failure")).to_contain_text("Der Umschlag fehlt", timeout=60_000)
    path = save(page, tmp_path / "receipt.zip")
    assert call_in(desk, path).nonce == 0
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


def test_node_that_lies_of_a_block_is_named_as_the_one_who_says_so(
    context: BrowserContext, desk: Desk, tmp_path: Path
) -> None:
    """It swallows the transaction and shows a receipt with a fitting log: the page only says that it says so."""
    page, _ = sealed(context, desk, tmp_path / "receipt.zip")
    refuse(page, "**/api/v1/transactions", BUSY, 429)
    commitment = read_receipt(tmp_path / "receipt.zip").commitment.hex()
    ledger = "0x" + desk.town.chain.ledger.hex()

    def answer(route: Route) -> None:
        given = json.loads(route.request.post_data or "{}")
        sent = given["params"]
        told: Any
        match given["method"]:
            case "eth_chainId":
                told = hex(desk.town.chain.chain_id)
            case "eth_getTransactionReceipt":
                log = {"address": ledger, "data": f"0x{commitment}"}
                told = {"transactionHash": sent[0], "status": "0x1", "blockNumber": "0x9", "logs": [log]}
            case "eth_getBlockByNumber":
                told = {"number": "0x9", "timestamp": hex(desk.deadline - 1)}
        headers = {"Access-Control-Allow-Origin": desk.url}
        route.fulfill(json={"jsonrpc": "2.0", "id": 1, "result": told}, headers=headers)

    page.route(f"{desk.node}/", answer)
    page.click("#send")
    expect(page.locator("#outcome")).to_contain_text("sagt der Knoten", timeout=60_000)
    expect(page.locator("#outcome")).to_contain_text("Dass sie dort steht, sagt bisher nur er.")
    expect(page.locator("#outcome")).not_to_contain_text("Es steht im Register")
    path = save(page, tmp_path / "receipt.zip")
    assert committed(desk, read_receipt(path)) == []
    # Nothing is lost: the receipt goes on, to whoever takes it.
    again = come_back(context, desk, path, "#go-on")
    expect(again.locator("#send")).to_be_visible(timeout=60_000)
    again.click("#send")
    require_handed_in(again)
    assert committed(desk, read_receipt(path)) == ["BidCommitted"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_the_ledger_refuses_has_the_same_name_and_values_as_here(language: str) -> None:
    """Each error that a bid can meet; what is none, or cut off, is none."""
    known = json.loads(Path("explorer/client/bid/reverts.json").read_text())
    assert {"TooLate", "ActExpired", "RoundForbids", "CommitmentKnown", "KindMissing"} <= {
        each["name"] for each in known.values()
    }
    for selector, each in known.items():
        data = "0x" + selector + "".join((7 + at).to_bytes(32, "big").hex() for at in range(len(each["parameters"])))
        expected = decode_revert(bytes.fromhex(data[2:]))
        found = peer().ask("revert", data=data, language=language)
        values = {
            name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in expected.values.items()
        }
        assert (found["name"], found["values"]) == (expected.name, values)
        assert "undefined" not in found["told"]
        assert peer().ask("revert", data={"data": data}, language=language) == found
        for odd in (data + "00", data[:-2], "0x", data.replace(selector, "00000000"), None, 3):
            assert peer().ask("revert", data=odd, language=language) is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_moment_beyond_the_calendar_in_a_refusal_is_told_as_the_number(language: str) -> None:
    """A node may say anything: no refusal keeps the page from telling it."""
    known = json.loads(Path("explorer/client/bid/reverts.json").read_text())
    told = {}
    for selector, each in known.items():
        data = "0x" + selector + "ff" * 32 * len(each["parameters"])
        told[each["name"]] = peer().ask("revert", data=data, language=language)["told"]
    for name in ("ActExpired", "ArrivalInFuture", "TooLate"):
        assert str(2**256 - 1) in told[name]


def test_commitment_without_a_promise_is_what_the_ledger_s_own_codec_writes() -> None:
    """Byte for byte; a call without a promise has none of its members."""
    told = peer().ask(
        "commit", chainId="7", ledger="22" * 20, nonce="0", key="11" * 32, processId="01" * 32, round="1",
        commitment="02" * 32, supersedes="00" * 32, expires="99", promised=None,
    )  # fmt: skip
    assert told["call"] == encode_call(CommitBid(b"\x01" * 32, 1, b"\x02" * 32, bytes(32), 99)).hex()
