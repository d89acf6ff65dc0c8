"""``siegel bid seal | submit | status | withdraw`` against a served town with a receiver, from outside any home."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.chain.acts import CommitBid
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import incident_digest, promise_digest
from ledger.chain.keccak import keccak
from ledger.chain.rpc import HttpTransport, to_hex
from ledger.chain.signers import KeySigner, signer_of
from ledger.cli import remote
from ledger.cli.bidding import handing_in, through_node, uploading
from ledger.cli.bidding.receipt_file import keep_receipt
from ledger.cli.connection import running_node
from ledger.evidence.receipt import open_secret, read_receipt, write_receipt
from ledger.settings import Settings
from tests.cli.conftest import PASSPHRASE, Called, Siegel, call, make_key_set, speak_english
from tests.cli.notices import OCID, release, write
from tests.cli.test_running import running
from tests.waiting import wait_until

DEADLINE = f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%dT%H:%M}+00:00"
"""Near enough for a call to end with it."""
CRITERIA = {
    "format": "siegel-criteria/1",
    "currency": "EUR",
    "mainBids": 1,
    "lots": [
        {"id": "LOT-0001", "title": "Winterdienst", "variants": False, "method": "lowestPrice", "priceWeight": None,
         "criteria": [], "ties": ["lot"]}
    ],
    "requirements": [
        {"id": "staff", "title": "Personal", "description": None, "dataType": "integer", "required": True, "lots": []}
    ],
    "documents": [
        {"id": "prices", "title": "Preisblatt", "description": None, "required": True, "lots": [],
         "documentType": None, "mostBytes": None}
    ],
}  # fmt: skip
OFFER: dict[str, Any] = {
    "tenderers": [{"name": "Räumdienst Beispiel GmbH"}],
    "lots": {"LOT-0001": {"value": {"amount": "91250.50", "currency": "EUR"}}},
    "requirementResponses": {"staff": 12},
    "documents": [{"file": "prices.pdf", "requirement": "prices"}],
}


@dataclass
class Bidder:
    """A tenderer with a folder and no home; ``url`` is the town's server."""

    siegel: Siegel
    folder: Path
    url: str
    home: Path
    """The town's, not the tenderer's."""

    @property
    def node(self) -> str:
        """Where the town's chain answers, in a process beside its server."""
        url = running_node(Settings.load(self.home))
        assert url is not None
        return url

    def seal(self, name: str = "receipt.zip", *more: object, **changed: Any) -> Called:
        """A bid sealed into a receipt."""
        (self.folder / "prices.pdf").write_bytes(b"%PDF prices" * 1000)
        offer = write(self.folder / "bid.json", OFFER | changed)
        out = self.folder / name
        return self.siegel("bid", "seal", OCID, "--server", self.url, "--bid", offer, "-o", out, "--json", *more)

    def run(self, what: str, name: str = "receipt.zip", *servers: str) -> Called:
        """One of the other commands, on a receipt."""
        named = [part for url in servers or (self.url,) for part in ("--server", url)]
        return self.siegel("bid", what, self.folder / name, *named, "--json")

    def bids(self, name: str = "receipt.zip") -> list[dict[str, Any]]:
        """The bids of this tenderer, by the account in a receipt, as the server shows them once it has read the newest
        block."""
        wait_until(lambda: httpx.get(f"{self.url}/api/v1/status", timeout=60).json()["status"]["lagBlocks"] == 0)
        author = "0x" + read_receipt(self.folder / name).author.hex()
        base = f"{self.url}/api/v1/processes"
        (process,) = httpx.get(base, params={"ocid": OCID}, timeout=60).json()["processes"]
        rounds = httpx.get(f"{base}/{process['processId']}/rounds", timeout=60).json()["rounds"]
        return [bid for bid in rounds[0]["bids"] if bid["author"] == author]


@pytest.fixture(scope="module")
def town(made_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and home of a town with an open round that names a receiver, which the same server is."""
    folder = tmp_path_factory.mktemp("town")
    home = folder / "home"
    shutil.copytree(made_home, home)
    with pytest.MonkeyPatch.context() as monkeypatch:
        speak_english(monkeypatch)
        make_key_set(home, folder)
        keys = {name: call("key", "new", name, "--json", home=home) for name in ("receiver", "centre-1", "centre-2")}
        people = [
            f"{made.data['account']}={'publisher' if name == 'receiver' else 'officer'}" for name, made in keys.items()
        ]
        admitted = call(
            "registry", "admit", "--scheme", "DE-LEITWEG", "--identifier", "centre", "--kinds", "receiver",
            *(part for each in people for part in ("--person", each)), home=home,
        )  # fmt: skip
        assert admitted.exit_code == 0, admitted.err
        tender = release()["tender"] | {"lots": [{"id": "LOT-0001", "title": "Winterdienst"}]}
        published = call(
            "tender", "publish", "--release", write(folder / "tender.json", release(tender=tender)),
            "--deadline", DEADLINE, "--standstill", "10d", "--criteria", write(folder / "criteria.json", CRITERIA),
            "--receiver", "DE-LEITWEG:centre", "--together-with", "officer-two", home=home,
        )  # fmt: skip
        assert published.exit_code == 0, published.err
        toml = home / "siegel.toml"
        named = '[receiver]\nscheme = "DE-LEITWEG"\nuid = "centre"\n'
        toml.write_text(toml.read_text("utf-8").replace("[receiver]\n", named), "utf-8")
        assert call("index", "run", "--once", home=home).exit_code == 0
    with running(home, "serve", "--port", "0") as (_, url):
        yield url, home


@pytest.fixture
def bidder(siegel: Siegel, town: tuple[str, Path], tmp_path: Path) -> Bidder:
    """Somebody who wants to bid."""
    return Bidder(siegel, tmp_path, *town)


def test_bid_handed_in_replaced_and_withdrawn(bidder: Bidder) -> None:
    """The whole way of a bid: sealed without a word to anybody, on the ledger once submitted, replaced by its account,
    withdrawn; each step again is no harm."""
    sealed = bidder.seal()
    assert sealed.exit_code == 0, sealed.err
    assert bidder.bids() == []
    assert bidder.run("status").exit_code == 1
    handed_in = bidder.run("submit")
    assert handed_in.exit_code == 0, handed_in.err
    assert handed_in.data["arrivedAt"] <= handed_in.data["time"]
    (bid,) = bidder.bids()
    assert bid["commitment"] == sealed.data["commitment"]
    assert (bid["arrival"], bid["late"]) == (handed_in.data["arrivedAt"], False)
    again = bidder.run("submit")
    assert again.data["transaction"] == handed_in.data["transaction"]
    assert len(bidder.bids()) == 1

    assert bidder.seal("second.zip", "--replaces", bidder.folder / "receipt.zip").exit_code == 0
    assert bidder.run("submit", "second.zip").exit_code == 0
    first, second = bidder.bids()
    assert (first["superseded"], second["supersedes"], second["author"]) == (True, bid["commitment"], bid["author"])
    withdrawn = bidder.run("withdraw", "second.zip")
    assert withdrawn.exit_code == 0, withdrawn.err
    assert [each["withdrawn"] for each in bidder.bids()] == [False, True]
    assert bidder.run("status", "second.zip").data["bid"]["withdrawn"] is True


def test_bid_beside_another_is_of_the_same_account_and_takes_nobody_s_place(bidder: Bidder) -> None:
    """A variant: both stand on the ledger, so that it is known whose it is; withdrawing one leaves the other."""
    assert bidder.seal().exit_code == 0
    beside = ("--beside", bidder.folder / "receipt.zip")
    sealed = bidder.seal("variant.zip", *beside)
    assert sealed.exit_code == 0, sealed.err
    for name in ("variant.zip", "receipt.zip"):
        done = bidder.run("submit", name)
        assert done.exit_code == 0, done.err
    variant, main = bidder.bids()
    assert variant["commitment"] == sealed.data["commitment"]
    assert (main["author"], main["supersedes"]) == (variant["author"], None)
    assert bidder.run("withdraw", "variant.zip").exit_code == 0
    assert [(each["superseded"], each["withdrawn"]) for each in bidder.bids()] == [(False, True), (False, False)]
    refused = bidder.seal("both.zip", *beside, "--replaces", bidder.folder / "receipt.zip")
    assert (refused.exit_code, "--beside" in str(refused.data)) == (2, True)


@pytest.mark.parametrize("changes", [{"chain_id": 1}, {"ledger": b"\x01" * 20}, {"round": 2}])
@pytest.mark.parametrize("option", ["--beside", "--replaces"])
def test_bid_beside_or_replacing_one_of_another_ledger_or_round_is_refused(
    bidder: Bidder, changes: dict[str, Any], option: str
) -> None:
    """Its account has no bid here; nothing is sealed."""
    assert bidder.seal().exit_code == 0
    receipt = read_receipt(bidder.folder / "receipt.zip")
    with (bidder.folder / "other.zip").open("wb") as out:
        write_receipt(replace(receipt, **changes), out)
    refused = bidder.seal("variant.zip", option, bidder.folder / "other.zip")
    assert (refused.exit_code, json.loads(refused.out)["error"]) == (1, "ReceiptOfOtherRound")
    assert not (bidder.folder / "variant.zip").exists()


def test_bid_receipt_holds_envelope_secret_promise_and_transaction(bidder: Bidder) -> None:
    """What the tenderer keeps is complete, and the secret opens with the passphrase alone."""
    bidder.seal()
    bidder.run("submit")
    receipt = read_receipt(bidder.folder / "receipt.zip")
    assert receipt.promise is not None
    assert receipt.transaction is not None
    seed, account = open_secret(receipt.secret, PASSPHRASE)
    assert (len(seed), len(account)) == (32, 32)
    assert b"91250.50" not in (bidder.folder / "receipt.zip").read_bytes()


def test_status_where_no_proof_can_be_had_yet_says_so(bidder: Bidder) -> None:
    """Whoever verified the receipt at once would read that it proves nothing."""
    bidder.seal()
    bidder.run("submit")
    assert len(bidder.bids()) == 1
    behind = json.dumps({"type": "/problems/EvidenceNotYet", "process": "0x00", "block": 1}).encode()
    headers = {"content-type": "application/problem+json"}
    with instead(bidder.url, "/evidence", lambda _: httpx.Response(409, headers=headers, content=behind)) as url:
        told = bidder.siegel("bid", "status", bidder.folder / "receipt.zip", "--server", url)
    assert "No proof of it can be had yet" in told.out


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"requirementResponses": {}}, "requirementResponses/staff"),
        ({"requirementResponses": {"staff": "twelve"}}, "requirementResponses/staff"),
        ({"requirementResponses": {"staff": 1, "more": 1}}, "requirementResponses/more"),
        ({"documents": []}, "documents: prices"),
        ({"lots": {"LOT-0002": {"value": {"amount": "1", "currency": "EUR"}}}}, "lots/LOT-0002"),
        ({"lots": {"LOT-0001": {"value": {"amount": "1", "currency": "CHF"}}}}, "lots/LOT-0001/value/currency"),
        ({"lots": {}}, "lots"),
    ],
)
def test_seal_what_the_tender_does_not_ask_or_misses_is_refused_before_anything_is_written(
    bidder: Bidder, changed: dict[str, Any], missing: str
) -> None:
    """Better said now than at the opening."""
    refused = bidder.seal(**changed)
    assert (refused.exit_code, json.loads(refused.out)["error"]) == (1, "BidIncomplete")
    assert missing in json.loads(refused.out)["values"]["missing"]
    assert not (bidder.folder / "receipt.zip").exists()


def test_post_letter_of_the_buyer_is_fetched_with_the_receipt(bidder: Bidder, tmp_path: Path) -> None:
    """An officer writes to a bid; its tenderer reads it, and the officer sees that it was fetched."""
    bidder.seal()
    bidder.run("submit")
    assert bidder.run("post").data["letters"] == []
    (bid,) = bidder.bids()
    text = tmp_path / "letter.txt"
    text.write_text("Bitte reichen Sie das Preisblatt nach (§ 56 VgV).", "utf-8")
    written = bidder.siegel(
        "opening", "letter", OCID, "--bid", bid["bid"] + 1, "--subject", "Nachforderung", "--text", text,
        "--server", bidder.url, home=bidder.home,
    )  # fmt: skip
    assert written.exit_code == 0, written.err
    (letter,) = bidder.run("post").data["letters"]
    assert (letter["subject"], letter["text"], letter["answerRound"]) == (
        "Nachforderung",
        text.read_text("utf-8"),
        None,
    )
    assert letter["readAt"] is not None
    refused = bidder.run("result")
    assert (refused.exit_code, json.loads(refused.out)["error"]) == (1, "AccessForbidden")


def test_submit_next_receiver_is_taken_where_one_is_away(bidder: Bidder) -> None:
    """The first address answers nobody; the bid is handed in all the same, and no record of a failure is left."""
    bidder.seal()
    assert bidder.run("submit", "receipt.zip", "http://127.0.0.1:9", bidder.url).exit_code == 0
    assert len(bidder.bids()) == 1
    assert list(bidder.folder.glob("*-incident-*")) == []


def test_submit_receiver_that_hangs_is_followed_by_the_next(bidder: Bidder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the announcement of the envelope and says nothing: it is asked twice, as a connection may be lost."""
    monkeypatch.setattr(remote, "hurried", lambda _deadline, _now, others: 0.5 if others else 60.0)
    bidder.seal()
    asked: list[str] = []
    done = threading.Event()

    class Hanging(Passing):
        url = bidder.url

        def do_POST(self) -> None:
            asked.append(self.path)
            done.wait(60)

    with passing(Hanging) as hanging:
        submitted = bidder.run("submit", "receipt.zip", hanging, bidder.url)
        done.set()
    assert submitted.exit_code == 0, submitted.err
    assert asked == ["/api/v1/envelopes"] * 2
    assert len(bidder.bids()) == 1


@pytest.mark.parametrize(
    ("left", "others", "patience"), [(120, 1, 30), (120, 2, 20), (3, 2, 2), (86_400, 2, 60), (120, 0, 60), (-5, 2, 60)]
)
def test_hurried_server_may_take_a_part_of_what_is_left(left: int, others: int, patience: float) -> None:
    """Twice that, with the second try, is what each may take of the time to the deadline; enough for an answer."""
    assert remote.hurried(1_000_000 + left, 1_000_000, others) == patience


def test_submit_none_takes_it_leaves_a_signed_record(bidder: Bidder) -> None:
    """Both clocks are in it once a receiver can be told; before, the tenderer's own signed word."""
    bidder.seal()
    with instead(bidder.url, "", lambda _: httpx.Response(500)) as broken:
        failed = bidder.run("submit", "receipt.zip", "http://127.0.0.1:9", broken)
    assert (failed.exit_code, json.loads(failed.out)["error"]) == (1, "HandingInFailed")
    (record,) = bidder.folder.glob("*-incident-*.json")
    told = json.loads(record.read_text())
    host = broken.removeprefix("http://")
    assert told["failure"] == "ServerUnreachable"
    assert told["detail"] == f"127.0.0.1:9: ServerUnreachable; {host}: ServerRefuses"
    receipt = read_receipt(bidder.folder / "receipt.zip")
    signed = incident_digest(
        receipt.chain_id, receipt.ledger, receipt.process_id, receipt.round, receipt.author, told["at"],
        told["failure"], told["detail"],
    )  # fmt: skip
    assert signer_of(signed, bytes.fromhex(told["signature"][2:])) == receipt.author
    assert "receivedAt" not in told
    taken = httpx.post(f"{bidder.url}/api/v1/incidents", json=told, timeout=60)
    assert (taken.status_code, taken.json()["receivedAt"] >= told["at"]) == (200, True)
    assert bidder.run("submit").exit_code == 0


def test_submit_wrong_passphrase_sends_nothing(bidder: Bidder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds a receipt can neither hand it in nor take it back."""
    bidder.seal()
    monkeypatch.setenv("SIEGEL_PASSPHRASE", "a wrong one")
    refused = bidder.run("submit")
    assert (refused.exit_code, json.loads(refused.out)["error"]) == (1, "WrongPassphrase")
    assert bidder.bids() == []


def test_submit_goes_on_where_a_lost_connection_ended(bidder: Bidder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what has arrived nothing is sent twice."""
    monkeypatch.setattr(uploading, "PIECE", 4096)
    monkeypatch.setattr(uploading, "TRIES", 2)
    bidder.seal()
    with going_away(bidder.url, after=3) as (url, sent):
        failed = bidder.run("submit", "receipt.zip", url)
        assert failed.exit_code == 1
        assert bidder.run("submit").exit_code == 0
    assert sent == [0, 4096, 8192]
    assert len(bidder.bids()) == 1


def test_submit_promised_by_a_receiver_that_went_away_is_committed_by_another(bidder: Bidder) -> None:
    """The promise is worth what it was; the envelope is brought to the one that commits."""
    bidder.seal()
    with lacking(bidder.url, until=None) as url:
        failed = bidder.run("submit", "receipt.zip", url)
    assert (failed.exit_code, json.loads(failed.out)["error"]) == (1, "HandingInFailed")
    (record,) = bidder.folder.glob("*-incident-*.json")
    assert json.loads(record.read_text())["failure"] == "CommitmentWithoutEnvelope"
    promise = read_receipt(bidder.folder / "receipt.zip").promise
    assert promise is not None
    assert bidder.bids() == []
    with lacking(bidder.url, until="/envelopes") as url:
        handed_in = bidder.run("submit", "receipt.zip", url)
    assert handed_in.exit_code == 0, handed_in.err
    assert [bid["arrival"] for bid in bidder.bids()] == [promise.arrived_at]


def test_submit_promise_that_a_receiver_made_up_does_not_bind_the_next(bidder: Bidder) -> None:
    """Signed by somebody who is no receiver: the ledger refuses it, and the next receiver promises for itself."""
    bidder.seal()
    receipt = read_receipt(bidder.folder / "receipt.zip")
    nobody = KeySigner(b"\x05" * 32)

    def lie(said: dict[str, Any]) -> None:
        signed = promise_digest(
            receipt.chain_id, receipt.ledger, receipt.process_id, 1, receipt.commitment, receipt.author,
            said["arrivedAt"], said["deliverBy"],
        )  # fmt: skip
        said["signature"] = "0x" + nobody.sign_digest(signed).hex()

    with lying(bidder.url, lie, of="/promises") as url:
        assert bidder.run("submit", "receipt.zip", url).exit_code == 1
    made_up = read_receipt(bidder.folder / "receipt.zip").promise
    handed_in = bidder.run("submit")
    assert handed_in.exit_code == 0, handed_in.err
    kept = read_receipt(bidder.folder / "receipt.zip").promise
    assert made_up is not None
    assert kept is not None
    assert kept.signature != made_up.signature
    assert [bid["arrival"] for bid in bidder.bids()] == [kept.arrived_at]


def test_submit_with_a_promise_that_is_over_the_block_s_time_is_the_arrival(bidder: Bidder) -> None:
    """A receiver gives the same promise ever after; before the deadline its age keeps no bid out."""
    bidder.seal()
    receipt = read_receipt(bidder.folder / "receipt.zip")

    def over(said: dict[str, Any]) -> None:
        said["deliverBy"] = said["arrivedAt"] - 1
        signed = promise_digest(
            receipt.chain_id, receipt.ledger, receipt.process_id, 1, receipt.commitment, receipt.author,
            said["arrivedAt"], said["deliverBy"],
        )  # fmt: skip
        said["signature"] = "0x" + KeySigner(b"\x05" * 32).sign_digest(signed).hex()

    with lying(bidder.url, over, of="/promises") as url:
        handed_in = bidder.run("submit", "receipt.zip", url)
    assert handed_in.exit_code == 0, handed_in.err
    (bid,) = bidder.bids()
    assert bid["arrival"] == bid["time"] == handed_in.data["arrivedAt"]


def test_submit_number_that_a_receiver_made_up_does_not_bind_the_next(bidder: Bidder) -> None:
    """A receiver that names a wrong number for the transaction keeps no bid from going by another one."""
    bidder.seal()
    with lying(bidder.url, lambda said: said.update(nonce=7), of="/accounts/") as url:
        handed_in = bidder.run("submit", "receipt.zip", url, bidder.url)
    assert handed_in.exit_code == 0, handed_in.err
    assert len(bidder.bids()) == 1


def test_submit_whatever_one_receiver_answers_the_next_one_is_asked(bidder: Bidder) -> None:
    """No answer of a receiver that wants to spoil ends the command: a bid goes by the next one."""
    problem = {"content-type": "application/problem+json"}

    def failing(**said: Any) -> Callable[[httpx.Response], httpx.Response]:
        return lambda _: httpx.Response(409, headers=problem, content=json.dumps(said).encode())

    def saying(**said: Any) -> Callable[[httpx.Response], httpx.Response]:
        return lambda answer: httpx.Response(200, content=json.dumps(answer.json() | said).encode())

    bidder.seal()
    with ExitStack() as receivers:
        spoiling = [
            receivers.enter_context(instead(bidder.url, of, answer))
            for of, answer in (
                ("/sealing", saying(round=2)),
                ("/envelopes", failing(type="/problems/UploadsTooMany", self=1)),
                ("/envelopes", failing(type="/problems/RpcError")),
                ("/envelopes", lambda _: httpx.Response(201, headers=[(b"Upload-Offset", b"\xb2")])),
                ("/promises", saying(receiver=5)),
                ("/promises", saying(arrivedAt=10**40)),
                ("/transactions", saying(hash="0x" + "00" * 32)),
                ("/transactions/", saying(state="recorded", block=None)),
            )
        ]
        handed_in = bidder.run("submit", "receipt.zip", *spoiling, bidder.url)
    assert handed_in.exit_code == 0, handed_in.err
    assert [url for url in spoiling if f"{url}: " not in handed_in.err] == []
    assert len(bidder.bids()) == 1


@pytest.mark.parametrize(
    ("lie", "name"),
    [
        (lambda said: said["keySet"]["officers"][0].update(key="0x04" + "11" * 64), "KeySetDiffers"),
        (lambda said: said["keySet"].update(officerThreshold=1), "KeySetDiffers"),
        (lambda said: said.update(ocid="ocds-test00-2"), "ServerAnswerUnusable"),
        (lambda said: said.update(organisationId="0x" + "22" * 32), "ServerAnswerUnusable"),
        (lambda said: said.pop("deadline"), "ServerAnswerUnusable"),
    ],
)
def test_seal_server_that_lies_about_the_round_is_refused(bidder: Bidder, lie: Any, name: str) -> None:
    """Nothing is sealed to another key set than the one that the round names, or for another procedure."""
    with lying(bidder.url, lie) as url:
        honest = bidder.url
        bidder.url = url
        refused = bidder.seal()
        bidder.url = honest
    assert json.loads(refused.out)["error"] == name
    assert not (bidder.folder / "receipt.zip").exists()


def refusing_receiver(url: str, of: str) -> Any:
    """A receiver that takes nothing of this kind."""
    problem = {"type": "/problems/ReceiverFull", "status": 507}
    headers = {"content-type": "application/problem+json"}
    return instead(url, of, lambda _: httpx.Response(507, headers=headers, content=json.dumps(problem).encode()))


def through(bidder: Bidder, what: str, server: str, *nodes: str) -> Called:
    """With this receiver alone, and nodes."""
    named = [part for url in nodes for part in ("--node", url)]
    return bidder.siegel("bid", what, bidder.folder / "receipt.zip", "--server", server, *named, "--json")


def test_submit_by_a_node_where_the_relay_refuses_counts_with_the_promise(bidder: Bidder) -> None:
    """The receiver has the envelope and promised; the town's real node takes the transaction, over HTTP. It can be
    withdrawn the same way."""
    bidder.seal()
    with refusing_receiver(bidder.url, "/transactions") as url:
        assert json.loads(through(bidder, "submit", url).out)["error"] == "HandingInFailed"
        done = through(bidder, "submit", url, bidder.node)
        assert done.exit_code == 0, done.err
        assert done.data["node"] == bidder.node
        receipt = read_receipt(bidder.folder / "receipt.zip")
        assert receipt.promise is not None
        (bid,) = bidder.bids()
        assert bid["arrival"] == receipt.promise.arrived_at == done.data["arrivedAt"]
        assert through(bidder, "submit", url, bidder.node).data["transaction"] == done.data["transaction"]
        withdrawn = through(bidder, "withdraw", url, bidder.node)
        assert (withdrawn.exit_code, withdrawn.data["node"]) == (0, bidder.node)
        again = through(bidder, "withdraw", url, bidder.node)
    assert (again.exit_code, json.loads(again.out)["error"]) == (1, "CommitmentGone")
    assert [each["withdrawn"] for each in bidder.bids()] == [True]


def test_submit_without_any_receiver_is_committed_and_not_called_handed_in(bidder: Bidder) -> None:
    """It counts by the block's time; what lacks is named, with a signed record, and the same command delivers it."""
    bidder.seal()
    with refusing_receiver(bidder.url, "/envelopes") as url:
        for _ in range(2):
            lacking = through(bidder, "submit", url, bidder.node)
            assert (lacking.exit_code, json.loads(lacking.out)["error"]) == (1, "EnvelopeUndelivered")
    values = json.loads(lacking.out)["values"]
    assert (values["node"], values["failure"], Path(values["record"]).exists()) == (bidder.node, "ReceiverFull", True)
    (bid,) = bidder.bids()
    assert (bid["arrival"], bid["late"]) == (bid["time"], False)
    committed = read_receipt(bidder.folder / "receipt.zip")
    done = bidder.run("submit")
    assert done.exit_code == 0, done.err
    assert (done.data["arrivedAt"], done.data["node"]) == (bid["time"], None)
    receipt = read_receipt(bidder.folder / "receipt.zip")
    assert receipt.promise is not None
    assert receipt.transaction == committed.transaction
    assert len(bidder.bids()) == 1


@pytest.mark.parametrize("promised", [True, False])
def test_submit_older_copy_of_a_receipt_finds_what_was_signed_before_its_account_went_on(
    bidder: Bidder, promised: bool
) -> None:
    """With a promise, or by a node without one; then a variant took the account's next number. Who asks, a node or a
    receiver, finds the bid, and nothing is signed anew."""
    commitment = bidder.seal().data["commitment"]
    path = bidder.folder / "receipt.zip"
    older = path.read_bytes()
    with refusing_receiver(bidder.url, "/envelopes") as url:
        if promised:
            assert bidder.run("submit").exit_code == 0
        else:
            assert json.loads(through(bidder, "submit", url, bidder.node).out)["error"] == "EnvelopeUndelivered"
        transaction = read_receipt(path).transaction
        bidder.seal("variant.zip", "--beside", path)
        assert bidder.run("submit", "variant.zip").exit_code == 0
        path.write_bytes(older)
        if not promised:
            lacking = through(bidder, "submit", url, bidder.node)
            assert json.loads(lacking.out)["error"] == "EnvelopeUndelivered", lacking.err
            assert read_receipt(path).transaction == transaction
            path.write_bytes(older)
    done = bidder.run("submit")
    assert done.exit_code == 0, done.err
    receipt = read_receipt(path)
    assert (receipt.transaction, receipt.promise is None) == (transaction, False)
    assert [each["commitment"] for each in bidder.bids()].count(commitment) == 1


@pytest.mark.parametrize(("days", "seconds"), [(20, 20 * 86_400), (40, 86_400), (-1, 86_400)])
def test_submit_call_without_a_promise_ends_with_the_deadline_if_the_ledger_takes_that(
    bidder: Bidder, monkeypatch: pytest.MonkeyPatch, days: int, seconds: int
) -> None:
    """It refuses what ends in more than 30 days; and after the deadline nothing ends with it any more."""
    bidder.seal()
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: now)
    (act,) = handing_in._acts(read_receipt(bidder.folder / "receipt.zip"), now + days * 86_400)
    assert act.expires == now + seconds


def test_submit_promise_that_was_made_up_does_not_keep_a_bid_from_the_node(bidder: Bidder) -> None:
    """The ledger refuses it, so the bid goes without; nobody's word is left then that the envelope is there."""
    bidder.seal()
    receipt = read_receipt(bidder.folder / "receipt.zip")

    def lie(said: dict[str, Any]) -> None:
        signed = promise_digest(
            receipt.chain_id, receipt.ledger, receipt.process_id, 1, receipt.commitment, receipt.author,
            said["arrivedAt"], said["deliverBy"],
        )  # fmt: skip
        said["signature"] = "0x" + KeySigner(b"\x05" * 32).sign_digest(signed).hex()

    with lying(bidder.url, lie, of="/promises") as url:
        lacking = through(bidder, "submit", url, bidder.node)
    assert json.loads(lacking.out)["error"] == "EnvelopeUndelivered"
    assert read_receipt(bidder.folder / "receipt.zip").promise is None
    assert len(bidder.bids()) == 1


@pytest.mark.parametrize("sent", [False, True])
def test_submit_transaction_that_can_count_no_more_is_signed_anew_for_the_node(bidder: Bidder, sent: bool) -> None:
    """It expired, before a node got it or in a block that refused it: neither binds the bid."""
    bidder.seal()
    path = bidder.folder / "receipt.zip"
    receipt = read_receipt(path)
    _, account = open_secret(receipt.secret, PASSPHRASE)
    act = CommitBid(receipt.process_id, 1, receipt.commitment, receipt.supersedes, 1)
    raw = KeySigner(account).sign_transaction(
        {"chainId": receipt.chain_id, "nonce": 0, "gas": 10**6, "gasPrice": 0, "value": 0, "data": encode_call(act),
         "to": receipt.ledger}
    )  # fmt: skip
    keep_receipt(path, replace(receipt, transaction=raw))
    if sent:
        node = HttpTransport(bidder.node)
        node.request("eth_sendRawTransaction", [to_hex(raw)])
        wait_until(lambda: node.request("eth_getTransactionReceipt", [to_hex(keccak(raw))]) is not None)
        node.close()
    with refusing_receiver(bidder.url, "/envelopes") as url:
        lacking = through(bidder, "submit", url, bidder.node)
    assert json.loads(lacking.out)["error"] == "EnvelopeUndelivered", lacking.err
    assert read_receipt(path).transaction != raw
    assert len(bidder.bids()) == 1


def result(value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Always this result."""
    return lambda told: {"jsonrpc": "2.0", "id": 1, "result": value}


@pytest.mark.parametrize(
    ("method", "lie", "name"),
    [
        ("eth_chainId", result("0x1"), "WrongChain"),
        ("eth_chainId", lambda told: ["<!doctype html>"], "NodeAnswerMalformed"),
        ("eth_chainId", result("0x" + "0" * 2**24), "ServerAnswerUnusable"),
        ("eth_getTransactionCount", result(hex(2**60)), "NodeAnswerMalformed"),
        ("eth_getTransactionCount", result("0x7"), "NodeRefused"),
        ("eth_sendRawTransaction", result("0x" + "12" * 32), "NodeAnswerMalformed"),
        ("eth_estimateGas", lambda told: {"error": {"code": -32000, "message": "no room"}}, "NodeRefused"),
        (
            "eth_estimateGas",
            lambda told: {"error": {"code": 3, "data": "0x05b62375" + (2).to_bytes(32).hex() + (1).to_bytes(32).hex()}},
            "TooLate",
        ),
        ("eth_getTransactionReceipt", lambda told: told["result"].update(logs=[]) or told, "NodeAnswerMalformed"),
        (
            "eth_getTransactionReceipt",
            lambda told: [log.update(topics=[]) for log in told["result"]["logs"]] and told,
            "NodeAnswerMalformed",
        ),
    ],
)
def test_submit_lying_node_is_named_and_the_next_one_is_asked(bidder: Bidder, method: str, lie: Any, name: str) -> None:
    """Of another chain, absurd, without end, refusing, or of a block without the act: nothing is claimed, and the
    honest node takes the bid all the same, once."""
    bidder.seal()

    class Lying(Passing):
        url = bidder.node

        def ask(self) -> httpx.Response:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {"content-type": "application/json"}
            told = httpx.post(self.url, content=body, headers=headers, timeout=60).json()
            # Of a transaction that no block has yet there is nothing to lie about.
            if json.loads(body)["method"] == method and told.get("result", "") is not None:
                told = lie(told)
            return httpx.Response(200, headers=headers, content=json.dumps(told).encode())

    with passing(Lying) as node, refusing_receiver(bidder.url, "/envelopes") as url:
        failed = through(bidder, "submit", url, node)
        told = json.loads(failed.out)
        assert (failed.exit_code, told["error"], told["values"]["failure"]) == (1, "HandingInFailed", name)
        lacking = through(bidder, "submit", url, bidder.node)
    assert json.loads(lacking.out)["error"] == "EnvelopeUndelivered"
    assert len(bidder.bids()) == 1


@pytest.mark.parametrize("status", [302, 403, 502])
def test_submit_node_that_leads_elsewhere_or_refuses_all_is_told(bidder: Bidder, status: int) -> None:
    """No redirect is followed."""
    bidder.seal()
    away = {"location": f"{bidder.node}/", "content-type": "text/html"}
    with (
        instead(bidder.node, "/", lambda _: httpx.Response(status, headers=away, content=b"<html>")) as node,
        refusing_receiver(bidder.url, "/envelopes") as url,
    ):
        failed = through(bidder, "submit", url, node)
    assert json.loads(failed.out)["values"]["failure"] == "ServerRefuses"
    assert bidder.bids() == []


def test_submit_hanging_node_is_given_up(bidder: Bidder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the question and says nothing."""
    monkeypatch.setattr(through_node, "_PATIENCE", 0.5)
    bidder.seal()
    done = threading.Event()

    class Hanging(Passing):
        def do_POST(self) -> None:
            done.wait(60)

    with passing(Hanging) as node, refusing_receiver(bidder.url, "/envelopes") as url:
        failed = through(bidder, "submit", url, node)
        done.set()
    assert json.loads(failed.out)["values"]["failure"] == "ServerUnreachable"


@contextmanager
def passing(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server that stands before the town's own one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Passing(BaseHTTPRequestHandler):
    """Hands each request on to ``url`` and its answer back."""

    url = ""

    def do_GET(self) -> None:
        self.answer(self.changed(self.ask()))

    do_POST = do_PATCH = do_HEAD = do_DELETE = do_GET

    def ask(self) -> httpx.Response:
        """What the town's server answers."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        return httpx.request(self.command, self.url + self.path, headers=headers, content=body, timeout=60)

    def changed(self, answer: httpx.Response) -> httpx.Response:
        """What is said instead."""
        return answer

    def answer(self, answer: httpx.Response) -> None:
        """To whoever asked."""
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def going_away(url: str, after: int) -> Iterator[tuple[str, list[int]]]:
    """Hands on so many pieces of an upload, then only cuts connections; at which offsets pieces came."""
    sent: list[int] = []

    class Going(Passing):
        def do_GET(self) -> None:
            if len(sent) == after:
                self.close_connection = True
                return
            if self.command == "PATCH":
                sent.append(int(self.headers["upload-offset"]))
            super().do_GET()

        do_POST = do_PATCH = do_HEAD = do_DELETE = do_GET

    Going.url = url
    with passing(Going) as address:
        yield address, sent


@contextmanager
def lacking(url: str, until: str | None) -> Iterator[str]:
    """A receiver that says of each bid that its envelope is not there, until something is sent to ``until``."""
    seen: list[str] = []

    class Lacking(Passing):
        def ask(self) -> httpx.Response:
            seen.append(self.path.rpartition("/v1")[2])
            if seen[-1] != "/transactions" or until in seen:
                return super().ask()
            self.rfile.read(int(self.headers["content-length"]))
            problem = {"type": "/problems/CommitmentWithoutEnvelope", "commitment": "0x00"}
            content = json.dumps(problem).encode()
            return httpx.Response(409, headers={"content-type": "application/problem+json"}, content=content)

    Lacking.url = url
    with passing(Lacking) as address:
        yield address


@contextmanager
def lying(url: str, lie: Any, of: str = "/sealing") -> Iterator[str]:
    """Changes what the town's server says of the round, or of what else has ``of`` in its address."""

    def changed(answer: httpx.Response) -> httpx.Response:
        said = answer.json()
        lie(said)
        return httpx.Response(200, headers={"content-type": "application/json"}, content=json.dumps(said).encode())

    with instead(url, of, changed) as address:
        yield address


@contextmanager
def instead(url: str, of: str, changed: Callable[[httpx.Response], httpx.Response]) -> Iterator[str]:
    """Answers otherwise than the town's server where the address has ``of`` in it."""

    class Lying(Passing):
        def changed(self, answer: httpx.Response) -> httpx.Response:
            return changed(answer) if of in self.path else answer

    Lying.url = url
    with passing(Lying) as address:
        yield address
