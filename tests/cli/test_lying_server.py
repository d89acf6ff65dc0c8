"""A server that tells officers something else than the ledger, or nothing that can be read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import Remote
from ledger.errors import EnvelopesDiffer, GroundDiffers, ServerAnswerUnusable
from ledger.opening.facts import Bid, RoundFacts
from tests.index.town import signer
from tests.sealing.actors import digest

ONE, TWO = (
    Bid(number, digest(f"author {number}")[:20], digest(f"commitment {number}"), 10, 10, False) for number in (0, 1)
)
FACTS = RoundFacts(digest("process"), 1, key_set=digest("key set"), deadline=100, bids=[ONE, TWO])


def told(bid: Bid, *, here: bool = True, **other: Any) -> dict[str, Any]:
    """A bid in the server's list."""
    envelope = {"digest": None, "size": None, "arrivedAt": None} if here else None
    true = {"bid": bid.number, "commitment": "0x" + bid.commitment.hex(), "author": "0x" + bid.author.hex()}
    return true | {"envelope": envelope} | other


@contextmanager
def answering(answer: bytes) -> Iterator[RoundServer]:
    """The round on a server that gives this answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with Remote(f"http://127.0.0.1:{server.server_address[1]}") as remote:
            yield RoundServer(remote, signer("officer"), 1, digest("ledger")[:20], FACTS.process_id, 1)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def listing(*bids: Mapping[str, Any]) -> bytes:
    """The answer to ``envelopes``."""
    return json.dumps({"envelopes": bids}).encode()


def test_list_of_the_ledgers_bids_says_whose_envelopes_are_here() -> None:
    """What is not here is missing, and what came after the own look at the ledger changes nothing."""
    newer = Bid(2, digest("author 2")[:20], digest("commitment 2"), 10, 10, False)
    with answering(listing(told(ONE), told(TWO, here=False), told(newer))) as served:
        assert served.here(FACTS) == {(ONE.commitment, ONE.author)}


@pytest.mark.parametrize(
    "bids",
    [
        [told(ONE)],
        [told(ONE), told(TWO, author="0x" + ONE.author.hex())],
        [told(ONE), told(TWO, commitment="0x" + ONE.commitment.hex())],
        [told(TWO) | {"bid": 0}, told(ONE) | {"bid": 1}],
        [],
    ],
)
def test_list_of_other_bids_than_the_ledgers_is_refused(bids: list[dict[str, Any]]) -> None:
    """A server that leaves a bid out, or calls it another's, does not make officers close without it."""
    with answering(listing(*bids)) as served, pytest.raises(EnvelopesDiffer):
        served.here(FACTS)


@pytest.mark.parametrize("answer", [b"", bytes(32), bytes(32) + b"We know the tenderer."])
def test_ground_that_is_another_than_the_proposed_one_is_refused(answer: bytes) -> None:
    """What the second officer reads is what the first one named."""
    with answering(answer) as served, pytest.raises(GroundDiffers):
        served.ground(digest("ground"))


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"[]", b"{}", b"no JSON", b'{"envelopes": null}', b'{"envelopes": [1]}', b'{"envelopes": [{}]}',
        b'{"envelopes": [{"bid": 0, "commitment": "zz", "author": "", "envelope": null}]}',
        b'{"envelopes": [{"bid": [], "commitment": "", "author": "", "envelope": null}]}',
        b'{"contributions": [{"commitment": "00", "group": "thieves", "index": 1, "account": "", "contribution": ""}]}',
        b'{"contributions": [{"commitment": "", "group": "officers", "index": 1, "account": "", "contribution": ""}]}',
        json.dumps({"contributions": [{"commitment": "", "group": "officers", "index": 1, "account": "00" * 20,
                                       "contribution": ""}]}).encode(),
        b'{"recipients": [{"group": "officers", "index": "x"}]}',
    ],
)  # fmt: skip
def test_answer_that_is_none_is_told_as_the_servers(answer: bytes) -> None:
    """Whatever it sends: a named failure, and no trace of our own."""
    with answering(answer) as served:
        for ask in (lambda: served.here(FACTS), lambda: served.contributions([ONE]), served.rehearsal):
            with pytest.raises(ServerAnswerUnusable):
                ask()
