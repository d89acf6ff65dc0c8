"""Collecting time stamps from real authorities on loopback: what is sent, what is kept, and what a failure does."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.errors import SettingInvalid, TimestampAuthorityFailed
from ledger.evidence import timestamp_request
from ledger.evidence.timestamp_request import Authority as Asked
from ledger.evidence.timestamp_request import request_timestamp
from ledger.evidence.timestamps import Timestamps
from ledger.evidence.verify import der
from ledger.evidence.verify.signed_data import read_signed_data
from ledger.evidence.verify.timestamp import strict_form, verify_timestamp
from tests.evidence.tsa import NOW, Authority, Holder, Service, certify, serving, sign_token, stamper
from tests.waiting import wait_until

CHECKPOINT = "fictional.example/log\n7\nAAAA\n\n— signature\n".encode()
DIGEST = hashlib.sha256(CHECKPOINT).hexdigest()
ROOT = certify("Fictional Root")
MIDDLE = certify("Fictional Middle", ROOT)
FIRST = stamper("First Time", MIDDLE)
SECOND = stamper("Second Time", ROOT)
FAST = {"first_pause": 0.1, "longest_pause": 0.2}


@pytest.fixture(autouse=True)
def without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy could not reach what answers on this machine only."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def first() -> Iterator[Service]:
    """An authority that sends its whole path along."""
    with serving(Authority(FIRST, [MIDDLE, ROOT])) as service:
        yield service


@pytest.fixture
def second() -> Iterator[Service]:
    """Another one under the same root."""
    with serving(Authority(SECOND)) as service:
        yield service


def asked(name: str, service: Service | str, root: Holder = ROOT) -> Asked:
    """An authority as the settings name it."""
    return Asked(name, service if isinstance(service, str) else service.url, (root.der,))


@contextmanager
def running(timestamps: Timestamps) -> Iterator[Timestamps]:
    """Collecting, until the end of the block."""
    timestamps.start()
    try:
        yield timestamps
    finally:
        timestamps.stop()


def nothing_waits(timestamps: Timestamps) -> bool:
    """Whether every authority has stamped everything."""
    return all(one.checkpoints == 0 for one in timestamps.backlog())


def free_port() -> int:
    """A port where nobody answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


# --- one request


def test_request_sends_the_digest_and_a_nonce_and_nothing_else(first: Service) -> None:
    """RFC 3161's request for SHA-256, with the certificate asked for; two requests differ in the nonce alone."""
    for _ in range(2):
        request_timestamp(asked("first", first), CHECKPOINT)
    nonces = []
    for headers, body in first.received:
        parts = der.items(der.read(body, der.SEQUENCE).content)
        algorithm = der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"), der.encode(der.NULL))
        imprint = der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTETS, bytes.fromhex(DIGEST)))
        nonces.append(der.integer(parts[2]))
        assert [part.encoded for part in parts] == [
            der.encode_integer(1),
            imprint,
            parts[2].encoded,
            der.encode(der.BOOLEAN, b"\xff"),
        ]
        allowed = {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
        assert {name.lower() for name in headers} <= allowed
        assert headers["Content-Type"] == "application/timestamp-query"
        assert headers["User-Agent"] == "siegel"
    assert nonces[0] != nonces[1]


def test_request_gives_a_stamp_that_verifies_offline(first: Service) -> None:
    """In the strict form, with the nonce of the request."""
    stamp, said = request_timestamp(asked("first", first), CHECKPOINT)
    assert stamp == strict_form(stamp, [ROOT.der])
    assert verify_timestamp(stamp, CHECKPOINT, [ROOT.der]) == said
    assert said.certificate == FIRST.der


def _replayed(query: bytes) -> tuple[int, bytes]:
    return 200, Authority(FIRST, [MIDDLE]).stamp(CHECKPOINT)


def _other_bytes(query: bytes) -> tuple[int, bytes]:
    return 200, Authority(FIRST, [MIDDLE]).reply(query.replace(bytes.fromhex(DIGEST), bytes(32)))


def _foreign(query: bytes) -> tuple[int, bytes]:
    return 200, Authority(stamper("Foreign", certify("Fictional Root"))).reply(query)


def _refusal(query: bytes) -> tuple[int, bytes]:
    return 200, Authority(FIRST, settings={"digests": "sha512"}).reply(query)


def _in_two_hours(query: bytes) -> tuple[int, bytes]:
    answer = Authority(FIRST).reply(query)
    content = read_signed_data(der.items(der.read(answer, der.SEQUENCE).content)[1].encoded).content
    start = content.index(b"\x18\x0f20") + 2
    later = (NOW + timedelta(hours=2)).strftime("%Y%m%d%H%M%SZ").encode()
    return 200, sign_token(content[:start] + later + content[start + 15 :], FIRST, [MIDDLE])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda query: (500, b""), "status 500"),
        (lambda query: (302, b""), "status 302"),
        (lambda query: (200, b""), "MalformedDer"),
        (lambda query: (200, b"<html>Maintenance</html>"), "MalformedDer"),
        (lambda query: (200, bytes(70_000)), "more than 65536 bytes"),
        (_replayed, "another request"),
        (_other_bytes, "TimestampImprint"),
        (_foreign, "TimestampForeign"),
        (_refusal, "status 2"),
        (_in_two_hours, "another time than the one here"),
    ],
)
def test_request_answered_by_something_else_fails_by_name(
    first: Service, answer: Callable[[bytes], tuple[int, bytes]], why: str
) -> None:
    """Nothing is kept that would not stand up in a verifier, or that nobody asked for."""
    first.answer = answer
    with pytest.raises(TimestampAuthorityFailed, match=why) as failed:
        request_timestamp(asked("first", first), CHECKPOINT)
    assert failed.value.values["authority"] == "first"


@pytest.mark.parametrize("headers", [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_request_that_is_answered_in_drips_ends_after_its_time(headers: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes soon enough after the one before, and they would go on for twenty seconds."""
    monkeypatch.setattr(timestamp_request, "_MOST_SECONDS", 0.3)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(headers)
                for _ in range(400):
                    connection.sendall(b"0")
                    if over.wait(0.05):
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        try:
            with pytest.raises(TimestampAuthorityFailed, match=r"within 0\.3 seconds"):
                request_timestamp(asked("first", f"http://127.0.0.1:{listening.getsockname()[1]}/"), CHECKPOINT)
        finally:
            over.set()
            thread.join()
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "no address", "ftp://127.0.0.1/", "http://[::1"])
def test_request_of_nobody_fails_by_name(url: str) -> None:
    """No answer, or no address."""
    with pytest.raises(TimestampAuthorityFailed):
        request_timestamp(asked("first", url.format(port=free_port())), CHECKPOINT)


# --- collecting


def test_collect_keeps_a_stamp_of_each_authority(tmp_path: Path, first: Service, second: Service) -> None:
    """Named by the digests of the checkpoint and of the authority's certificate."""
    timestamps = Timestamps(tmp_path, [asked("first", first), asked("second", second)], **FAST)
    assert timestamps.stamps_of(CHECKPOINT) == {}
    with running(timestamps):
        timestamps.add(CHECKPOINT)
        wait_until(lambda: nothing_waits(timestamps))
    stamps = timestamps.stamps_of(CHECKPOINT)
    assert set(stamps) == {hashlib.sha256(one.der).hexdigest() for one in (FIRST, SECOND)}
    for stamp in stamps.values():
        verify_timestamp(stamp, CHECKPOINT, [ROOT.der])
    names = sorted(path.name.split(".")[0] for path in (tmp_path / "stamps" / DIGEST).iterdir())
    assert names == ["first", "second"]


def test_collect_keeps_the_first_stamp(tmp_path: Path, first: Service) -> None:
    """Neither asking again nor a new start replaces it."""
    timestamps = Timestamps(tmp_path, [asked("first", first)], **FAST)
    with running(timestamps):
        timestamps.add(CHECKPOINT)
        wait_until(lambda: nothing_waits(timestamps))
        kept = timestamps.stamps_of(CHECKPOINT)
        timestamps.add(CHECKPOINT)
        assert nothing_waits(timestamps)
    again = Timestamps(tmp_path, [asked("first", first)], **FAST)
    with running(again):
        again.add(CHECKPOINT)
        again.add(b"another checkpoint")
        wait_until(lambda: nothing_waits(again))
    assert again.stamps_of(CHECKPOINT) == kept
    assert len(first.received) == 2


def test_collect_after_a_crash_before_the_waiting_ended_keeps_the_stamp(tmp_path: Path, first: Service) -> None:
    """The stamp was durable, the checkpoint still waits: nobody is asked again."""
    timestamps = Timestamps(tmp_path, [asked("first", first)], **FAST)
    with running(timestamps):
        timestamps.add(CHECKPOINT)
        wait_until(lambda: nothing_waits(timestamps))
    (tmp_path / "waiting" / "first" / DIGEST).write_bytes(CHECKPOINT)
    again = Timestamps(tmp_path, [asked("first", first)], **FAST)
    assert again.backlog()[0].checkpoints == 1
    with running(again):
        wait_until(lambda: nothing_waits(again))
    assert len(first.received) == 1


def test_collect_with_one_authority_down_goes_on_with_the_other(tmp_path: Path, first: Service) -> None:
    """The one that is down is visible with its reason, and gets all that waits when it is back."""
    port = free_port()
    down = asked("down", f"http://127.0.0.1:{port}/")
    timestamps = Timestamps(tmp_path, [down, asked("first", first)], **FAST)
    with running(timestamps):
        for number in range(3):
            timestamps.add(CHECKPOINT + bytes([number]))
        wait_until(lambda: timestamps.backlog()[1].checkpoints == 0)
        wait_until(lambda: timestamps.backlog()[0].failure is not None)
        backlog = timestamps.backlog()[0]
        assert (backlog.authority, backlog.checkpoints) == ("down", 3)
        assert backlog.since is not None
        assert "ConnectError" in (backlog.failure or "")
        with serving(Authority(SECOND), port):
            wait_until(lambda: nothing_waits(timestamps))
    assert timestamps.backlog()[0].failure is None
    for number in range(3):
        assert len(timestamps.stamps_of(CHECKPOINT + bytes([number]))) == 2


def test_collect_from_an_authority_that_answers_nonsense_pauses_longer_and_longer(
    tmp_path: Path, first: Service
) -> None:
    """Twice as long each time up to the longest; nothing of what it said is kept."""
    first.answer = lambda query: (200, b"nonsense")
    timestamps = Timestamps(tmp_path, [asked("first", first)], first_pause=0.1, longest_pause=0.4)
    with running(timestamps):
        timestamps.add(CHECKPOINT)
        wait_until(lambda: len(first.moments) >= 5)
        assert timestamps.stamps_of(CHECKPOINT) == {}
        first.answer = None
        wait_until(lambda: nothing_waits(timestamps))
    pauses = [later - before for before, later in zip(first.moments, first.moments[1:], strict=False)]
    for pause, least in zip(pauses, (0.1, 0.2, 0.4, 0.4), strict=False):
        assert pause >= least
    assert len(timestamps.stamps_of(CHECKPOINT)) == 1


def test_collect_asks_no_sooner_for_a_new_checkpoint_while_an_authority_is_down(
    tmp_path: Path, first: Service, second: Service
) -> None:
    """Whoever publishes often must not make a failing authority a target; and stopping does not wait for the pause."""
    first.answer = lambda query: (503, b"")
    timestamps = Timestamps(tmp_path, [asked("first", first), asked("second", second)], first_pause=3600)
    with running(timestamps):
        timestamps.add(CHECKPOINT)
        wait_until(lambda: timestamps.backlog()[0].failure is not None)
        for number in range(3):
            timestamps.add(CHECKPOINT + bytes([number]))
            wait_until(lambda: timestamps.backlog()[1].checkpoints == 0)
    assert timestamps.backlog()[0].checkpoints == 4
    assert (len(first.received), len(second.received)) == (1, 4)


def test_collect_goes_on_where_a_stopped_one_ended(tmp_path: Path, first: Service) -> None:
    """What was added is durable before anybody collects."""
    Timestamps(tmp_path, [asked("first", first)]).add(CHECKPOINT)
    later = Timestamps(tmp_path, [asked("first", first)], **FAST)
    with running(later):
        wait_until(lambda: nothing_waits(later))
    assert len(later.stamps_of(CHECKPOINT)) == 1


def test_stop_ends_after_the_request_that_is_under_way(tmp_path: Path, first: Service) -> None:
    """Its stamp is kept; what waits goes on waiting."""
    arrived, answered = threading.Event(), threading.Event()

    def slowly(query: bytes) -> tuple[int, bytes]:
        arrived.set()
        assert answered.wait(20)
        return 200, first.authority.reply(query)

    first.answer = slowly
    timestamps = Timestamps(tmp_path, [asked("first", first)], **FAST)
    timestamps.add(CHECKPOINT)
    timestamps.add(b"another checkpoint")
    timestamps.start()
    assert arrived.wait(20)
    stopping = threading.Thread(target=timestamps.stop)
    stopping.start()
    wait_until(lambda: timestamps._collectors[0]._stopping.is_set())
    answered.set()
    stopping.join()
    assert timestamps.backlog()[0].checkpoints == 1
    assert len(first.received) == 1


def test_collect_what_another_process_added(tmp_path: Path, first: Service) -> None:
    """It is found without being told."""
    timestamps = Timestamps(tmp_path, [asked("first", first)], **FAST)
    with running(timestamps):
        Timestamps(tmp_path, [asked("first", first)]).add(CHECKPOINT)
        wait_until(lambda: len(timestamps.stamps_of(CHECKPOINT)) == 1)


def test_collect_on_a_disk_that_fails_goes_on_waiting(tmp_path: Path, first: Service) -> None:
    """A stamp that cannot be kept is asked for again when it can."""
    timestamps = Timestamps(tmp_path, [asked("first", first)], **FAST)
    in_the_way = tmp_path / "stamps"
    in_the_way.write_bytes(b"")
    with running(timestamps):
        timestamps.add(CHECKPOINT)
        wait_until(lambda: timestamps.backlog()[0].failure is not None)
        assert timestamps.backlog()[0].checkpoints == 1
        in_the_way.unlink()
        wait_until(lambda: nothing_waits(timestamps))
    assert len(timestamps.stamps_of(CHECKPOINT)) == 1


@pytest.mark.parametrize("names", [["one", "one"], ["../one"], ["One"], [""], ["a.b"], ["x" * 41]])
def test_authorities_without_names_of_their_own_are_refused(tmp_path: Path, names: list[str]) -> None:
    """Names become names of files."""
    with pytest.raises(SettingInvalid):
        Timestamps(tmp_path, [asked(name, "http://127.0.0.1/") for name in names])
