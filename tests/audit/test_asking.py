"""A server that answers slowly, endlessly, elsewhere, or not at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial

import httpx
import pytest

from ledger.audit import asking
from ledger.audit.asking import Server
from ledger.errors import ServerAnswerUnusable, ServerRefuses, ServerUnreachable


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A socket that gives one answer after another, whatever is asked, the last one for ever; and what was asked."""
    asked: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(65_536))
                    connection.sendall(answers[min(len(asked), len(answers)) - 1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join()


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An answer after which the connection ends."""
    head = "\r\n".join((f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"))
    return head.encode() + b"\r\n\r\n" + body


def test_ask_busy_server_waits_as_it_says_and_asks_again() -> None:
    """429 and 503 are no refusals; what it says about waiting is heeded, up to a minute."""
    pauses: list[float] = []
    busy = http("429 Too Many Requests", b"", "Retry-After: 7"), http("503 Service Unavailable")
    longer = http("503 Service Unavailable", b"", "Retry-After: 86400")
    told: list[tuple[str, float, int]] = []
    answers = (*busy, longer, http("200 OK", b"{}"))
    with (
        answering(*answers) as (url, _),
        Server(url, pause=pauses.append, waiting=lambda *each: told.append((str(each[0]), *each[1:]))) as server,
    ):
        assert server.json("/x") == {}
    assert pauses == [7.0, 2.0, 60.0]
    sentences = [f"The server answers {url}/x with {code}." for code in (429, 503, 503)]
    assert told == list(zip(sentences, pauses, (2, 3, 4), strict=True))


def test_ask_server_that_stays_busy_is_given_up_by_name() -> None:
    """After six tries."""
    with answering(http("503 Service Unavailable")) as (url, asked), Server(url, pause=lambda _: None) as server:
        with pytest.raises(ServerRefuses) as refused:
            server.get("/x", 10)
        assert (refused.value.values["code"], len(asked)) == (503, asking.TRIES)


def test_ask_server_that_leads_elsewhere_is_refused_and_nobody_else_asked() -> None:
    """Its own other addresses are followed, but not for ever; another host is never asked."""
    with answering(http("200 OK", b"secret")) as (elsewhere, asked):
        away = http("302 Found", b"", f"Location: {elsewhere}/y")
        with answering(away) as (url, _), Server(url) as server, pytest.raises(ServerAnswerUnusable):
            server.get("/x", 10)
        assert asked == []
    with (
        answering(http("302 Found", b"", "Location: /y"), http("200 OK", b"here")) as (url, asked),
        Server(url) as server,
    ):
        assert server.get("/x", 10) == b"here"
        assert asked[1].startswith(b"GET /y ")
    with answering(http("302 Found", b"", "Location: /y")) as (url, asked), Server(url) as server:
        with pytest.raises(ServerAnswerUnusable):
            server.get("/x", 10)
        assert len(asked) == asking.REDIRECTS + 1


def test_ask_server_that_leads_from_https_to_http_is_refused_and_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without TLS anybody on the way could answer in the name of the same host."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://vergabe.example/x"})
        return httpx.Response(200, stream=httpx.ByteStream(b"whoever is on the way"))

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(answer)))
    with Server("https://vergabe.example") as server, pytest.raises(ServerAnswerUnusable):
        server.get("/x", 100)
    assert asked == ["https://vergabe.example/x"]


def test_ask_too_long_or_broken_answers_are_refused() -> None:
    """More bytes than such an answer can have; no JSON; JSON of another kind; nested without end."""
    with (
        answering(http("200 OK", b"12345678901")) as (url, _),
        Server(url) as server,
        pytest.raises(ServerAnswerUnusable),
    ):
        server.get("/x", 10)
    for body in (b"<html>", b"[]", b"[" * 100_000, b"\xff"):
        with answering(http("200 OK", body)) as (url, _), Server(url) as server, pytest.raises(ServerAnswerUnusable):
            server.json("/x")


def test_ask_server_that_breaks_off_is_unreachable() -> None:
    """Less than it promised, every time; and one that drips is not waited for."""
    broken = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    with answering(broken) as (url, asked), Server(url, pause=lambda _: None) as server:
        with pytest.raises(ServerUnreachable):
            server.get("/x", 1000)
        assert len(asked) == asking.TRIES


def test_ask_server_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute an answer must have come at a thousand bytes a second."""
    monkeypatch.setattr(asking, "PATIENCE", -10.0)
    with answering(http("200 OK", b"slow")) as (url, _), Server(url) as server, pytest.raises(ServerUnreachable):
        server.get("/x", 1000)


def test_ask_server_that_drips_its_headers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes soon enough after the one before; the next answer is taken all the same."""
    monkeypatch.setattr(asking, "BEGINNING", 0.3)
    over = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not over.wait(0.02):
                    connection.sendall(b"0")
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(http("200 OK", b"at last"))

        thread = threading.Thread(target=serve)
        thread.start()
        told: list[str] = []
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with Server(address, pause=lambda _: over.set(), waiting=lambda *each: told.append(str(each[0]))) as server:
            assert server.get("/x", 1000) == b"at last"
        thread.join()
    assert len(told) == 1
    assert "does not begin" in told[0]


def test_ask_refusal_names_its_problem() -> None:
    """The failure's one name, if the server gives one."""
    problem = http("404 Not Found", b'{"type": "/problems/ProcessUnknown"}', "Content-Type: application/problem+json")
    with answering(problem) as (url, _), Server(url) as server, pytest.raises(ServerRefuses) as refused:
        server.get("/x", 1000)
    assert (refused.value.values["code"], refused.value.values["problem"]) == (404, "ProcessUnknown")
    assert str(refused.value).endswith("/x with 404 ProcessUnknown.")
