"""Witnesses that answer slowly, without end, wrongly or with lies: nothing is believed, nothing is held up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ledger.errors import (
    LogBehindWitness,
    SiegelError,
    VerifierKeyMalformed,
    WitnessAnswerUnusable,
    WitnessExists,
    WitnessRefusesLog,
    WitnessRefusesTree,
    WitnessUnknown,
    WitnessUnreachable,
)
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, SignedTree, create_log
from ledger.evidence.log.keeper import feed_all
from ledger.evidence.log.witnesses import feed
from ledger.evidence.log.writer import writing
from tests.evidence.log_actors import Signer, body
from tests.evidence.test_log_folder import ORIGIN
from tests.evidence.written_chain import Written

NOW = int(time.time())
CHAIN = Written([NOW - 9 + number for number in range(9)])
HONEST, SLOW = Signer("honest.example", 4), Signer("slow.example", 4)

Reply = Callable[[BaseHTTPRequestHandler, bytes], None]


def says(status: int, content: bytes, **headers: str) -> Reply:
    """Always the same answer."""

    def reply(handler: BaseHTTPRequestHandler, _request: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def signs(moment: int = NOW, before: bytes = b"") -> Reply:
    """A cosignature for whatever comes, after other lines."""

    def reply(handler: BaseHTTPRequestHandler, request: bytes) -> None:
        text = request.split(b"\n\n")[1] + b"\n"
        says(200, before + HONEST.line(text, moment))(handler, request)

    return reply


@contextmanager
def witness(reply: Reply) -> Iterator[str]:
    """The address of one that replies so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # whoever is cut off does not complain

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


@pytest.fixture
def log(tmp_path: Path) -> LogFolder:
    """A log of three leaves."""
    log = create_log(tmp_path / "log", ORIGIN)
    with writing(log) as writer:
        writer.append(CHAIN.raw[:3])
    return log


def asked(log: LogFolder, reply: Reply, signer: Signer = HONEST, timeout: float = 5.0) -> CosignatureBook:
    """Ask a witness that replies so."""
    book = CosignatureBook(log.folder.parent)
    with witness(reply) as url:
        feed(log, book, book.add(signer.verifier_key, url), timeout)
    return book


TEXT_OF_ANOTHER = body(ORIGIN, 3, bytes(32))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (says(200, b""), WitnessAnswerUnusable),
        (says(200, b"hello"), WitnessAnswerUnusable),
        (says(200, HONEST.line(TEXT_OF_ANOTHER, NOW)), WitnessAnswerUnusable),
        (says(200, SLOW.line(TEXT_OF_ANOTHER, NOW)), WitnessAnswerUnusable),
        (says(200, b"\xff\n"), WitnessAnswerUnusable),
        (says(200, b"x" * 70_000), WitnessAnswerUnusable),
        (signs(NOW - 3_600), WitnessAnswerUnusable),
        (says(204, b""), WitnessAnswerUnusable),
        (says(302, b"", Location="http://127.0.0.1:1/"), WitnessAnswerUnusable),
        (says(400, b"no"), WitnessAnswerUnusable),
        (says(500, b"no"), WitnessAnswerUnusable),
        (says(403, b"no"), WitnessRefusesLog),
        (says(404, b"no"), WitnessRefusesLog),
        (says(422, b"no"), WitnessRefusesTree),
        (says(409, b"4\n"), LogBehindWitness),
        (says(409, b"9223372036854775807\n"), LogBehindWitness),
        (says(409, b"2\n"), WitnessAnswerUnusable),
        (says(409, b"0\n"), WitnessAnswerUnusable),
        (says(409, b"-1\n"), WitnessAnswerUnusable),
        (says(409, b"two\n"), WitnessAnswerUnusable),
        (says(409, b""), WitnessAnswerUnusable),
    ],
)
def test_feed_wrong_answers_are_named_and_nothing_is_kept(
    log: LogFolder, reply: Reply, error: type[SiegelError]
) -> None:
    """Each by its own name, in the book as well."""
    with pytest.raises(error):
        asked(log, reply)
    book = CosignatureBook(log.folder.parent)
    (feeding,) = book.feedings(ORIGIN)
    assert feeding.failure is not None
    assert (feeding.failure.name, feeding.cosigned) == (error.__name__, 0)
    assert book.largest(ORIGIN) is None
    # Right again, whatever was said before, it is asked as if nothing had been.
    book.remove(HONEST.name)
    assert asked(log, signs()).feedings(ORIGIN)[0].failure is None


def test_feed_takes_the_line_of_the_witnesses_key_among_others(log: LogFolder) -> None:
    """A witness may sign with several keys; the others' lines are not kept."""
    newer = Signer(HONEST.name, 6)
    tree = log.newest()
    before = newer.line(body(ORIGIN, 3, tree.root), NOW) + SLOW.line(body(ORIGIN, 3, tree.root), NOW)
    kept = asked(log, signs(before=before)).cosigned(ORIGIN, 3)
    assert kept is not None
    assert kept.note == tree.note + HONEST.line(body(ORIGIN, 3, tree.root), NOW)


@pytest.mark.parametrize("begin", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_feed_whoever_answers_byte_by_byte_is_cut_off_and_holds_up_nobody(log: LogFolder, begin: bytes) -> None:
    """One is done at once while the other still drips, its answer or already its headers."""

    def drip(handler: BaseHTTPRequestHandler, _request: bytes) -> None:
        handler.wfile.write(begin)
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    book = CosignatureBook(log.folder.parent)
    with witness(drip) as slow_url, witness(signs()) as url:
        book.add(SLOW.verifier_key, slow_url)
        book.add(HONEST.verifier_key, url)
        began = time.monotonic()
        asking = threading.Thread(target=feed_all, args=(log, book, 0.5))
        asking.start()
        while not book.has(ORIGIN, 3, HONEST.name):
            assert time.monotonic() - began < 1.5
        assert asking.is_alive(), "the slow one is still being asked"
        asking.join(20)
        assert time.monotonic() - began < 5
    assert [each.failure and each.failure.name for each in book.feedings(ORIGIN)] == [None, "WitnessUnreachable"]


def test_feed_nobody_there_is_unreachable_since_the_first_time(log: LogFolder) -> None:
    """The moment of the first failure stays while it lasts."""
    book = CosignatureBook(log.folder.parent)
    with witness(signs()) as url:
        pass
    known = book.add(HONEST.verifier_key, url)
    since = set()
    for _ in range(2):
        with pytest.raises(WitnessUnreachable):
            feed(log, book, known, 0.5)
        failure = book.feedings(ORIGIN)[0].failure
        assert failure is not None
        since.add(failure.since)
        time.sleep(1.1)
    assert len(since) == 1


def test_feed_an_empty_log_asks_nobody(tmp_path: Path) -> None:
    """There is nothing to see yet."""
    log = create_log(tmp_path / "log", ORIGIN)
    book = CosignatureBook(log.folder.parent)
    assert not feed(log, book, book.add(HONEST.verifier_key, "http://127.0.0.1:1"), 0.5)


def test_book_knows_each_witness_and_key_once(tmp_path: Path) -> None:
    """Neither one name with two keys nor one key with two names, and no log's key."""
    (tmp_path / "log").mkdir()
    book = CosignatureBook(tmp_path / "log")
    book.add(HONEST.verifier_key, "http://127.0.0.1:1/")
    for key, error in (
        (HONEST.verifier_key, WitnessExists),
        (Signer(HONEST.name, 4, "newer").verifier_key, WitnessExists),
        (Signer("alias.example", 4, HONEST.name).verifier_key, VerifierKeyMalformed),
        (Signer("log.example", 1).verifier_key, VerifierKeyMalformed),
    ):
        with pytest.raises(error):
            book.add(key, "http://127.0.0.1:1")
    assert [(each.name, each.url) for each in book.witnesses()] == [(HONEST.name, "http://127.0.0.1:1")]
    book.remove(HONEST.name)
    with pytest.raises(WitnessUnknown):
        book.remove(HONEST.name)


def test_earliest_is_the_smallest_tree_that_enough_of_these_witnesses_signed(tmp_path: Path) -> None:
    """Whoever else signed does not count, and none is had where too few did."""
    (tmp_path / "log").mkdir()
    book = CosignatureBook(tmp_path / "log")
    for size, names in ((3, "a"), (5, "bx"), (7, "abx"), (9, "ab")):
        for name in reversed(names):
            book.record("o", SignedTree(size, bytes(32), b"note %d\n" % size), name, 1000 + size, name.encode() + b"\n")
    found = [book.earliest("o", index, threshold=2, witnesses=("a", "b")) for index in (0, 6, 7, 8, 9)]
    assert [each and each.size for each in found] == [7, 7, 9, 9, None]
    assert found[0] is not None
    assert found[0].note == b"note 7\na\nb\nx\n"
    one = book.earliest("o", 2, threshold=1, witnesses=("a", "b"))
    anyone = book.earliest("o", 3, threshold=2)
    assert one is not None
    assert anyone is not None
    assert (one.size, anyone.size) == (3, 5)
    assert book.earliest("o", 0, threshold=4) is None
    assert book.earliest("other", 0, threshold=1) is None
