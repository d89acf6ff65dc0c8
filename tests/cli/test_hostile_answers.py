"""A server that answers with nonsense: whoever asks it gets a failure with a name, and no traceback."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from ledger.chain.identifiers import key_set_id, process_id
from ledger.chain.registry import KeySet, Recipient
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.asked import ask
from ledger.cli.bidding.incident import report
from ledger.cli.bidding.looking import _bid
from ledger.cli.bidding.relaying import recorded
from ledger.cli.custodian.service import _named
from ledger.cli.language import say_error
from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import Remote, _refusal
from ledger.cli.values import shown_moment
from ledger.errors import DeadlineNotLater, EnvelopeForeign, ServerAnswerUnusable, ServerUnreachable
from ledger.evidence.receipt import Receipt
from ledger.opening.facts import Bid

FULL: dict[str, Any] = {
    "group": "officers", "index": 1, "name": None, "readyAt": None, "ready": False, "challenge": None,
}  # fmt: skip


class Answering(Remote):
    """A server that answers everything with the same JSON."""

    def __init__(self, content: Any) -> None:
        super().__init__("http://127.0.0.1:9")
        self.content = json.dumps(content).encode()

    def request(self, method: str, address: str, **sent: Any) -> httpx.Response:
        """The same, whatever is asked."""
        return httpx.Response(200, content=self.content, request=httpx.Request(method, self.url + address))


@pytest.mark.parametrize("wrong", [{"group": []}, {"index": -1}, {"index": 0}, {"index": 10**9}])
def test_rehearsal_with_a_recipient_that_is_none_is_named(wrong: dict[str, Any]) -> None:
    """An unattended custodian goes on after it, and says what the server answered."""
    with Answering({"recipients": [{**FULL, **wrong}]}) as remote:
        served = RoundServer(remote, KeySigner.generate(), 1, bytes(20), bytes(32), 1)
        with pytest.raises(ServerAnswerUnusable):
            served.rehearsal()


def test_problem_with_a_value_called_self_is_the_failure_that_it_names() -> None:
    """No name of a value keeps a failure from being told."""
    content = {"type": "https://example.org/problems/EnvelopeForeign", "self": 1, "field": "author"}
    headers = {"content-type": "application/problem+json"}
    found = _refusal("http://127.0.0.1:9", httpx.Response(422, headers=headers), json.dumps(content).encode())
    assert (type(found), found.values) == (EnvelopeForeign, {"field": "author"})


def test_deadline_beyond_every_calendar_is_told_as_a_number() -> None:
    """64 bits hold moments that no calendar has: a buyer's round can end in one."""
    assert str(2**64 - 1) in say_error(DeadlineNotLater(deadline=2**64 - 1, latest=1_800_000_000))


@pytest.mark.parametrize("content", [{}, [], 1, {"number": "x", "tenderers": "x"}, {"number": 1.5, "tenderers": -1}])
def test_answer_to_what_an_officer_sends_that_is_none_is_named(content: Any) -> None:
    """A letter, and a result that is told."""
    with Answering(content) as remote:
        served = RoundServer(remote, KeySigner.generate(), 1, bytes(20), bytes(32), 1)
        sending: list[Callable[[], int]] = [
            lambda: served.tell_result({}), lambda: served.write(bytes(20), "", "", None),
        ]  # fmt: skip
        for send in sending:
            with pytest.raises(ServerAnswerUnusable):
                send()


@pytest.mark.parametrize("size", ["²", "9" * 5000])
def test_size_of_an_envelope_that_is_none_ends_the_reading(size: str) -> None:
    """Whether that is the whole envelope, its digest says."""
    bid = Bid(0, bytes(20), bytes(32), 10, 10, False)
    with Remote("http://127.0.0.1:9") as remote:
        told = httpx.Response(206, headers=[(b"content-range", f"bytes 0-0/{size}".encode())], content=b"x")
        remote._client = httpx.Client(transport=httpx.MockTransport(lambda _: told))
        served = RoundServer(remote, KeySigner.generate(), 1, bytes(20), bytes(32), 1)
        with served.envelope(bid) as envelope:
            assert envelope.read() == b"x"


@pytest.mark.parametrize(
    ("process", "content"),
    [
        ("00" * 32, {"rounds": 5}),
        ("00" * 32, {"rounds": [{"round": "x"}, {"round": 1}]}),
        ("ocds-x-1", {"processes": [{"processId": "\0"}]}),
    ],
)
def test_round_that_is_none_is_named(process: str, content: Any) -> None:
    """Before anything is sealed for it."""
    with Answering(content) as remote, pytest.raises(ServerAnswerUnusable):
        ask(remote, process, None)


@pytest.mark.parametrize(
    "changed",
    [{"chainId": -1}, {"chainId": "1"}, {"chainId": 2**64}, {"deadline": 2**64}, {"limits": {"envelope": "x"}}],
)
def test_terms_with_a_number_that_is_none_are_named(changed: dict[str, Any]) -> None:
    """What no header of an envelope could say, or no size be compared with."""
    key_set = KeySet(1, 0, (Recipient(bytes(32), bytes(65)),), ())
    found, of = process_id(bytes(32), "ocds-x-1"), key_set_id(bytes(32), key_set)
    terms: dict[str, Any] = {
        "chainId": 1, "ledger": "00" * 20, "organisationId": "00" * 32, "processId": found.hex(), "ocid": "ocds-x-1",
        "title": None, "round": 1, "kind": "bids", "state": "open", "deadline": 1, "receivers": [], "now": 1,
        "keySet": {"id": of.hex(), "officerThreshold": 1, "custodianThreshold": 0, "custodians": [],
                   "officers": [{"holder": "00" * 32, "key": "00" * 65}]},
    }  # fmt: skip
    with Answering(terms) as remote:
        assert ask(remote, found.hex(), 1).chain_id == 1
    with Answering({**terms, **changed}) as remote, pytest.raises(ServerAnswerUnusable):
        ask(remote, found.hex(), 1)


def test_fate_of_a_transaction_that_is_none_is_named() -> None:
    """It neither counts as refused, for then it would be signed anew, nor breaks anything."""
    for content in ({}, {"state": "lost"}, {"state": "recorded", "block": "x", "time": 1}):
        with Answering(content) as remote, pytest.raises(ServerAnswerUnusable):
            recorded(remote, bytes(32))


@pytest.mark.parametrize("changed", [{"bid": "x"}, {"arrival": None}, {"outcome": []}])
def test_bid_that_cannot_be_told_is_named(changed: dict[str, Any]) -> None:
    """What became of it would be told with a traceback."""
    receipt = Receipt(
        chain_id=1, ledger=bytes(20), organisation_id=bytes(32), ocid="ocds-x-1", process_id=bytes(32), round=1,
        author=bytes(20), commitment=bytes(32), envelope=b"", key_set_detail=b"", secret=b"",
    )  # fmt: skip
    row = {"bid": 0, "commitment": "0x" + "00" * 32, "author": "0x" + "00" * 20, "arrival": 1, "outcome": "pending"}
    with Answering({"rounds": [{"round": 1, "bids": [row | changed]}]}) as remote, pytest.raises(ServerAnswerUnusable):
        _bid(remote, receipt)


def test_answer_to_an_incident_changes_nothing_of_the_tenderers_record() -> None:
    """The tenderer's signature stays what the tenderer signed; the receiver's clock and signature stand beside it."""
    own = {"at": 1, "failure": "ServerRefuses", "detail": "", "signature": "0x01"}
    with Answering({"at": "/../x", "failure": "none", "receivedAt": 2, "signature": "0x02"}) as remote:
        assert report(remote, own) == {**own, "receivedAt": 2, "receipt": "0x02"}
    with Answering({"receivedAt": "now"}) as remote, pytest.raises(ServerAnswerUnusable):
        report(remote, own)


@pytest.mark.parametrize("wrong", [{"processId": "00"}, {"round": "1"}, {"round": -1}, {"processId": None}])
def test_round_of_a_custodian_that_is_none_is_named(wrong: dict[str, Any]) -> None:
    """An unattended custodian says what the server answered."""
    with pytest.raises(ServerAnswerUnusable):
        _named("http://127.0.0.1:9/rounds", {"processId": "0x" + "00" * 32, "round": 1} | wrong)


@pytest.mark.parametrize("is_gzip", [True, False])
def test_answer_that_is_compressed_although_nobody_asked_is_read(is_gzip: bool) -> None:
    """Between a server and its reader may stand others; what only says that it is compressed is named."""
    content = b'{"a": 1}'
    stream = httpx.ByteStream(gzip.compress(content) if is_gzip else content)
    with Remote("http://127.0.0.1:9") as remote:
        told = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)
        remote._client = httpx.Client(transport=httpx.MockTransport(lambda _: told))
        with nullcontext() if is_gzip else pytest.raises(ServerUnreachable):
            assert remote.ask("/x") == {"a": 1}


def test_moment_beyond_every_calendar_is_written_as_a_number() -> None:
    """A receiver can say of a block what it likes."""
    assert [shown_moment(moment) for moment in (2**64 - 1, -(2**64))] == [str(2**64 - 1), str(-(2**64))]
