"""Handing in a sealed bid: what is taken, what is refused by name, and what a promise is worth."""

from __future__ import annotations

import base64
import hashlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import envelopes as uploads
from ledger.chain.acts import AmendTender, CommitBid, Promise
from ledger.chain.identifiers import incident_digest, promise_digest
from ledger.chain.node.server import NodeServer
from ledger.chain.record import ZERO
from ledger.chain.round_terms import terms_of_round
from ledger.index.sync import Synchroniser
from ledger.sealing.envelope import Header
from ledger.store.envelopes import DAY
from tests.api.receiving import (
    BYTES,
    DEADLINE,
    OCID,
    OTHER_RECEIVER,
    RECEIVER,
    TUS,
    Desk,
    address_of,
    name_of,
    open_round,
    receiving_town,
    served_desk,
)
from tests.api.test_free_option import commit, commitment_of
from tests.index.town import signer
from tests.node_command import NODE
from tests.waiting import wait_until

START_OF_CONTENT = 14 * 32 + 6 * 128


def test_upload_in_pieces_after_a_lost_connection_goes_on_where_it_was(desk: Desk) -> None:
    """A connection that breaks half-way loses nothing that came; the promise binds what the contract recomputes."""
    bid = desk.seal()
    begun = desk.begin(bid.data)
    assert (begun.status_code, begun.headers["upload-offset"]) == (201, "0")
    assert begun.headers["location"] == address_of(bid.data)
    assert desk.where(bid.data).headers["upload-expires"].endswith("GMT")
    lose_connection(desk, bid.data, 40_000)
    wait_until(lambda: desk.where(bid.data).headers["upload-offset"] == "40000")
    assert desk.begin(bid.data).headers["upload-offset"] == "40000"
    for start, end in ((40_000, 50_000), (50_000, None)):
        sent = desk.send(bid.data, start, end)
        assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(end or len(bid.data)))
    done = desk.where(bid.data)
    assert (done.headers["upload-offset"], done.headers["upload-length"]) == (str(len(bid.data)),) * 2
    assert "upload-expires" not in done.headers
    assert done.headers["cache-control"] == "no-store"
    digest = hashlib.sha256(bid.data).digest()
    told = desk.promise(digest).json()
    arrived = desk.services.envelopes.arrived(digest)
    assert arrived is not None
    assert (told["commitment"], told["author"]) == (f"0x{arrived.commitment.hex()}", f"0x{arrived.author.hex()}")
    assert told["deliverBy"] == told["arrivedAt"] + DAY
    assert told["receiver"] == f"0x{RECEIVER.hex()}"
    chain = desk.town.chain
    signed = promise_digest(
        chain.chain_id, chain.ledger, desk.town.process(OCID), 1, arrived.commitment, arrived.author,
        told["arrivedAt"], told["deliverBy"],
    )  # fmt: skip
    assert told["signature"] == "0x" + signer("receiver 1").sign_digest(signed).hex()


def lose_connection(desk: Desk, data: bytes, sent: int) -> None:
    """Say that all is coming, send a part, and vanish."""
    with begun_sending(desk, data, sent):
        pass


def begun_sending(desk: Desk, data: bytes, sent: int) -> socket.socket:
    """A connection on which all is announced and a part is sent."""
    url = desk.client.base_url
    told = {**BYTES, "Upload-Offset": "0", "Content-Length": str(len(data)), "Host": url.host}
    head = f"PATCH {address_of(data)} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items())
    assert url.port is not None
    connection = socket.create_connection((url.host, url.port))
    connection.sendall(head.encode() + b"\r\n" + data[:sent])
    return connection


def test_append_slow_bytes_are_kept_and_the_connection_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds a connection open without sending gets an end; the bytes that came count."""
    monkeypatch.setattr(uploads, "PIECE_SECONDS", 0.3)
    bid = desk.seal()
    desk.begin(bid.data)
    answer = b""
    with begun_sending(desk, bid.data, 20_000) as connection:
        while piece := connection.recv(65_536):  # until the other side ends it
            answer += piece
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"type":"/problems/UploadTooSlow"' in answer
    assert desk.where(bid.data).headers["upload-offset"] == "20000"


def test_append_to_no_upload_or_elsewhere_is_refused_before_a_byte_is_waited_for(desk: Desk) -> None:
    """An outsider who announces bytes and sends none takes nobody's turn with what is no upload."""
    bid = desk.seal()
    with begun_sending(desk, bid.data, 0) as connection:
        connection.settimeout(20)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 404 ")
    desk.begin(bid.data)
    desk.send(bid.data, 0, 10_000)
    with begun_sending(desk, bid.data, 0) as connection:
        connection.settimeout(20)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 409 ")


def test_hand_in_with_the_usual_client_goes_on_where_it_broke_off(desk: Desk, tmp_path: Path) -> None:
    """tus-js-client, which the sealing page uses, finds the upload again by the envelope's digest."""

    def upload(data: bytes, *more: str) -> str:
        (tmp_path / "bid").write_bytes(data)
        given = [f"{desk.client.base_url}/api/v1/envelopes", str(tmp_path / "bid"), "30000", *more]
        script = Path(__file__).with_name("upload.cjs")
        return subprocess.run([NODE, str(script), *given], check=True, capture_output=True, text=True).stdout

    bid = desk.seal()
    assert upload(bid.data, "break") == "broke off at 30000\n"
    assert desk.where(bid.data).headers["upload-offset"] == "30000"
    assert upload(bid.data) == f"handed in at {address_of(bid.data)}\n"
    assert desk.promise(hashlib.sha256(bid.data).digest()).status_code == 200
    assert upload(bid.data) == f"handed in at {address_of(bid.data)}\n"
    other = desk.seal(desk.town.bidder_two, round=7)
    assert '"type":"/problems/RoundTakesNothing"' in upload(other.data)


def test_append_at_a_wrong_offset_is_refused_with_the_right_one(desk: Desk) -> None:
    """409, as tus demands, and nothing changes."""
    bid = desk.seal()
    desk.begin(bid.data)
    desk.send(bid.data, 0, 10_000)
    for offset in (0, 9_999, 10_001):
        refused = desk.send(bid.data, offset)
        assert (refused.status_code, name_of(refused)) == (409, "UploadOffsetDiffers")
        assert refused.json()["expected"] == 10_000
    assert desk.where(bid.data).headers["upload-offset"] == "10000"


def test_upload_of_what_is_not_announced_so_is_refused_by_name(desk: Desk) -> None:
    """Version, type, size, digest, and uploads that nobody began."""
    bid, other = desk.seal(), desk.seal(desk.town.bidder_two)
    client, address = desk.client, address_of(bid.data)
    assert name_of(desk.send(bid.data)) == "UploadUnknown"
    assert desk.where(bid.data).status_code == 404
    assert name_of(client.post("/api/v1/envelopes", headers={"Upload-Length": "5", "Upload-Metadata": "digest eA=="}))
    assert desk.begin(bid.data).status_code == 201
    assert name_of(desk.begin(bid.data, len(bid.data) - 1)) == "UploadSizeDiffers"
    assert name_of(desk.begin(other.data, 2**31 + 1)) == "EnvelopeTooLarge"
    assert name_of(desk.begin(other.data, 0)) == "EnvelopeMalformed"
    empty = client.patch(address, headers={**BYTES, "Upload-Offset": "0"}, content=b"")
    assert (empty.status_code, empty.headers["upload-offset"]) == (204, "0")
    wrong = {**BYTES, "Upload-Offset": "0"}
    for changed, expected, status in (
        ({"Tus-Resumable": "0.2.2"}, "TusVersionUnsupported", 412),
        ({"Content-Type": "text/plain"}, "UploadTypeUnsupported", 415),
        ({"Upload-Offset": "-1"}, "InvalidParameter", 400),
    ):
        answer = client.patch(address, headers={**wrong, **changed}, content=b"x")
        assert (answer.status_code, name_of(answer)) == (status, expected)
    for metadata in (b"x", b"name eA==", b"digest !!", b"digest eA==", b"digest \xe9"):
        told = [(b"Tus-Resumable", b"1.0.0"), (b"Upload-Length", b"5"), (b"Upload-Metadata", metadata)]
        announced = client.post("/api/v1/envelopes", headers=told)
        assert (announced.status_code, name_of(announced)) in ((400, "InvalidParameter"), (400, "InvalidDigest"))
    beyond = client.patch(address, headers=wrong, content=bid.data + b"!")
    assert (beyond.status_code, name_of(beyond)) == (413, "UploadBeyondEnd")
    assert client.get(address, headers=TUS).status_code == 405


@pytest.mark.parametrize(
    ("altered", "expected"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "ContentAltered"),
        (lambda data: data[: 9 * 32] + bytes([data[9 * 32] ^ 1]) + data[9 * 32 + 1 :], "EnvelopeAltered"),
        (lambda data: data[:-1], "EnvelopeMalformed"),
        (lambda data: data + b"\0", "EnvelopeMalformed"),
        (lambda data: data[:500], "EnvelopeMalformed"),
        (lambda data: b"%PDF" + data[4:], "EnvelopeMalformed"),
    ],
    ids=["flipped bit", "another root", "cut off", "longer", "only a header", "no envelope"],
)
def test_upload_altered_envelope_is_refused_and_forgotten(
    desk: Desk, altered: Callable[[bytes], bytes], expected: str
) -> None:
    """By the name of the first thing that is wrong; no promise for it, and the right bytes can come."""
    bid = desk.seal()
    wrong = altered(bid.data)
    assert desk.begin(bid.data, len(wrong)).status_code == 201
    told = {**BYTES, "Upload-Offset": "0"}
    refused = desk.client.patch(address_of(bid.data), headers=told, content=wrong)
    assert (refused.status_code, name_of(refused)) == (422, expected)
    assert desk.where(bid.data).status_code == 404
    digest = hashlib.sha256(bid.data).digest()
    assert name_of(desk.promise(digest)) == "EnvelopeMissing"
    assert desk.hand_in(bid) == digest
    assert desk.promise(digest).status_code == 200


@pytest.mark.parametrize(
    ("changed", "expected", "field"),
    [
        ({"chain_id": 1}, "EnvelopeForeign", "chainId"),
        ({"ledger": b"\x01" * 20}, "EnvelopeForeign", "ledger"),
        ({"process_id": b"\x02" * 32}, "RoundTakesNothing", None),
        ({"round": 2}, "RoundTakesNothing", None),
        ({"key_set": b"\x03" * 32}, "EnvelopeForeign", "keySet"),
        ({"not_before": DEADLINE + 1}, "EnvelopeForeign", "notBefore"),
    ],
)
def test_upload_envelope_for_something_else_is_refused_with_its_header(
    desk: Desk, changed: dict[str, Any], expected: str, field: str | None
) -> None:
    """As soon as the header is there, before the other bytes are."""
    bid = desk.seal(**changed)
    desk.begin(bid.data)
    assert desk.send(bid.data, 0, 400).status_code == 204
    refused = desk.send(bid.data, 400, START_OF_CONTENT)
    assert name_of(refused) == expected
    assert refused.json().get("field") == field
    assert desk.where(bid.data).status_code == 404


def test_upload_for_a_round_of_other_receivers_is_refused(desk: Desk) -> None:
    """This one's promises would not count there."""
    open_round(desk.town, "ocds-a2ef3d-elsewhere", (OTHER_RECEIVER,))
    bid = desk.seal(process_id=desk.town.process("ocds-a2ef3d-elsewhere"))
    desk.begin(bid.data)
    assert name_of(desk.send(bid.data)) == "ReceiverNotNamed"


def test_upload_asks_for_the_round_s_terms_where_the_index_has_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first envelope of a round does not wait until years of blocks were searched; what is believed is the chain's
    own log, and a lying index costs time only."""
    services, node, asked = desk.services, desk.town.chain.transport, list[tuple[str, str]]()

    def request(method: str, params: Any) -> Any:
        if method == "eth_getLogs":
            asked.append((params[0]["fromBlock"], params[0]["toBlock"]))
        return original(method, params)

    original = node.request
    Synchroniser(services.index, desk.town.chain, services.store).run_once()
    monkeypatch.setattr(node, "request", request)
    desk.hand_in(desk.seal())
    (opened,) = (act.block_number for act in services.queries.acts(desk.town.process(OCID)))
    assert asked == [(hex(opened), hex(opened))]
    for lie in (opened - 1, opened + 1_000_000):
        terms = terms_of_round(desk.town.chain, desk.town.process(OCID), 1, lie)
        assert terms is not None
        assert terms.receivers == (RECEIVER,)


def test_upload_sealed_before_the_deadline_moved_is_taken(desk: Desk) -> None:
    """A deadline only ever moves to later; custodians wait for the later one all the same."""
    town = desk.town
    bid = desk.seal()
    town.chain.send(AmendTender(town.call(OCID, release=b"\x0e" * 32), 1, DEADLINE + DAY), town.publisher)
    assert desk.promise(desk.hand_in(bid)).status_code == 200
    later = desk.seal(town.bidder_two, not_before=DEADLINE + DAY)
    assert desk.promise(desk.hand_in(later)).status_code == 200


def test_upload_after_the_deadline_is_taken_until_the_close(desk: Desk) -> None:
    """Late bids are kept sealed, with the time they came; after the close nothing is, but promises made stay."""
    before, late = desk.seal(), desk.seal(desk.town.bidder_two)
    digest = desk.hand_in(before)
    unpromised = desk.hand_in(desk.seal(signer("bidder 3")))
    half = desk.seal(signer("bidder 4"))
    desk.begin(half.data)
    desk.send(half.data, 0, 50_000)
    made = desk.promise(digest)
    desk.town.advance_to(DEADLINE + 60)
    assert desk.promise(desk.hand_in(late)).json()["arrivedAt"] > DEADLINE
    desk.close()
    refused = desk.send(half.data, 50_000)
    assert (refused.status_code, name_of(refused)) == (409, "RoundTakesNothing")
    assert refused.json()["state"] == "opened"  # there is no bid to wait for
    new = desk.seal(signer("bidder 5"))
    desk.begin(new.data)
    assert name_of(desk.send(new.data)) == "RoundTakesNothing"
    assert name_of(desk.promise(unpromised)) == "RoundTakesNothing"
    assert desk.promise(digest).json() == made.json()


def test_promise_asked_again_after_a_restart_is_the_same_and_makes_a_late_commitment_timely(
    tmp_path: Path,
) -> None:
    """Arrived before the deadline, committed after it: the ledger counts the arrival."""
    with receiving_town(tmp_path) as town:
        town.advance_to(DEADLINE - 600)
        with served_desk(tmp_path, town) as desk:
            digest = desk.hand_in(desk.seal())
            first = desk.promise(digest).json()
            assert desk.promise(digest).json() == first
        town.advance_to(DEADLINE + 3_600)
        with served_desk(tmp_path, town) as desk:
            assert desk.promise(digest).json() == first
            raw = desk.committing(digest)
            taken = desk.relay(raw)
            assert taken.status_code == 202, taken.text
            wait_until(lambda: desk.fate(raw)["state"] == "recorded")
            told = desk.fate(raw)
            (act,) = told["acts"]
            assert (act["act"], act["subject"], act["arrival"]) == (
                "BidCommitted", first["commitment"], first["arrivedAt"],
            )  # fmt: skip
            assert act["arrival"] <= DEADLINE < act["time"] == told["time"]


def test_promise_of_what_is_not_whole_is_refused(desk: Desk) -> None:
    """No word is given for bytes that are not here."""
    bid = desk.seal()
    digest = hashlib.sha256(bid.data).digest()
    assert (desk.promise(digest).status_code, name_of(desk.promise(digest))) == (404, "EnvelopeMissing")
    desk.begin(bid.data)
    desk.send(bid.data, 0, len(bid.data) - 1)
    refused = desk.promise(digest)
    assert (refused.status_code, name_of(refused)) == (409, "EnvelopeUnfinished")
    for body in (b"{", b"[]", b'{"envelope": 5}', b'{"envelope": "0x12"}'):
        assert name_of(desk.client.post("/api/v1/promises", content=body)) == "InvalidParameter"
    assert name_of(desk.client.post("/api/v1/promises", content=bytes(5_000))) == "BodyTooLarge"


_KILLED = """
import os, signal, sys
from pathlib import Path
from api.receiver import Receiver
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment
from ledger.chain.signers import KeySigner
from ledger.store import State
from ledger.store.envelopes import EnvelopeStore

folder, url, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
chain = Chain.connect(url, Deployment.load(folder / "deployment.json"))
envelopes = EnvelopeStore(folder / "store", State(f"sqlite:///{folder / 'state.sqlite'}"))
receiver = Receiver(chain, envelopes, KeySigner(b"\\1" * 32), bytes.fromhex(sys.argv[4]), lambda: at)
bid, digest = (folder / "bid").read_bytes(), bytes.fromhex(sys.argv[5])
envelopes.complete = lambda digest, fits: os.kill(os.getpid(), signal.SIGKILL)
receiver.begin(digest, len(bid))
receiver.append(digest, 0, bid)
"""


def test_promise_after_a_kill_between_last_byte_and_promise_tells_the_byte_s_time(desk: Desk) -> None:
    """kill -9 once the last byte is durable: nothing is lost, and the arrival is that byte's."""
    bid, town = desk.seal(), desk.town
    digest, at = hashlib.sha256(bid.data).digest(), town.clock.now()  # type: ignore[union-attr]
    (desk.folder / "bid").write_bytes(bid.data)
    town.chain.deployment.save(desk.folder / "deployment.json")
    server = NodeServer(town.node, "127.0.0.1", 0, ())
    try:
        given = [str(desk.folder), server.url, str(at), RECEIVER.hex(), digest.hex()]
        killed = subprocess.run([sys.executable, "-c", _KILLED, *given], check=False)
    finally:
        server.stop()
    assert killed.returncode == -signal.SIGKILL
    town.advance_to(at + 600)
    assert desk.where(bid.data).headers["upload-offset"] == str(len(bid.data))
    assert desk.services.envelopes.arrived(digest) is None
    assert desk.promise(digest).json()["arrivedAt"] == at


def test_upload_beyond_the_quota_of_a_round_is_refused_unless_committed(tmp_path: Path) -> None:
    """Bytes that no commitment names have a limit; those of a commitment on the ledger come in all the same."""
    with receiving_town(tmp_path) as town, served_desk(tmp_path, town, round_bytes=2 * 2**20) as desk:
        digests = [desk.hand_in(desk.seal(signer(f"bidder {number}"))) for number in (1, 2)]
        third = desk.seal(signer("bidder 3"))
        desk.begin(third.data)
        refused = desk.send(third.data)
        assert (refused.status_code, name_of(refused)) == (507, "ReceiverFull")
        assert desk.where(third.data).status_code == 404
        # Whoever commits first, by any node, has a place.
        store = desk.services.envelopes
        act = CommitBid(town.process(OCID), 1, commitment_of(third), ZERO, town.expires(), Promise())
        town.chain.send(act, signer("bidder 3"))
        assert desk.promise(desk.hand_in(third)).status_code == 200
        # One that is relayed and recorded makes room for the next.
        raw = desk.committing(digests[0], signer("bidder 1"))
        assert desk.relay(raw).status_code == 202
        wait_until(lambda: desk.fate(raw)["state"] == "recorded")
        assert desk.services.receiver is not None
        desk.services.receiver.sweep()
        assert store.unnamed_bytes(town.process(OCID), 1) == 2**20
        desk.services.receiver.sweep()
        assert desk.hand_in(desk.seal(signer("bidder 4")))


@pytest.mark.parametrize("committed_at", [0, 10])
def test_upload_header_of_a_committed_bid_opens_the_quota_once_only(tmp_path: Path, committed_at: int) -> None:
    """Invented digests, for each the bytes of one's own bid but the last: one has the place of the commitment, all
    others count, also where the ledger is seen to have it only later."""
    with receiving_town(tmp_path) as town, served_desk(tmp_path, town, round_bytes=2 * 2**20) as desk:
        bid, store, receiver = desk.seal(), desk.services.envelopes, desk.services.receiver
        assert receiver is not None
        for number in range(20):
            if number == committed_at:
                commit(desk, bid)
                receiver.sweep()
            begin_falsely(desk, bid.data, number)
            assert len(list(store.folder.glob("*/*"))) <= 3
            assert store.unnamed_bytes(town.process(OCID), 1) <= 2 * 2**20
        assert desk.promise(desk.hand_in(bid)).status_code == 200


def test_upload_of_a_committed_bid_is_not_kept_out_by_whoever_has_its_header(tmp_path: Path) -> None:
    """The quota is full, and somebody has announced another digest with the bid's header first: the true envelope
    comes in all the same, and is not driven out again."""
    with receiving_town(tmp_path) as town, served_desk(tmp_path, town, round_bytes=2 * 2**20) as desk:
        bid, store = desk.seal(), desk.services.envelopes
        commit(desk, bid)
        begin_falsely(desk, bid.data, 0)
        for number in (1, 2):
            desk.hand_in(desk.seal(signer(f"outsider {number}")))
        desk.begin(bid.data)
        for start, end in ((0, 10_000), (10_000, None)):
            assert desk.send(bid.data, start, end).status_code == 204
        refused = begin_falsely(desk, bid.data, 3)
        assert (refused.status_code, name_of(refused)) == (507, "ReceiverFull")
        assert desk.promise(hashlib.sha256(bid.data).digest()).status_code == 200
        assert len(list(store.folder.glob("*/*"))) == 3


def test_upload_that_has_its_place_outlasts_a_newcomer_beyond_the_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's header comes, and counts until it is refused, while the last bytes are on their way."""
    with receiving_town(tmp_path) as town, served_desk(tmp_path, town, round_bytes=2_300_000) as desk:
        desk.hand_in(desk.seal(signer("bidder 1")))
        bid, newcomer, store = desk.seal(), desk.seal(signer("bidder 3")).data, desk.services.envelopes
        desk.begin(bid.data)
        assert desk.send(bid.data, 0, 10_000).status_code == 204
        append, other = store.append, hashlib.sha256(newcomer).digest()

        def beside(*given: Any, clock: Callable[[], int]) -> int:
            store.begin(other, len(newcomer))
            append(other, 0, newcomer, clock=clock)
            store.describe(other, lambda header, size: False)
            return append(*given, clock=clock)

        monkeypatch.setattr(store, "append", beside)
        assert desk.send(bid.data, 10_000).status_code == 204
        assert store.unnamed_bytes(town.process(OCID), 1) > 2_300_000
        monkeypatch.undo()
        assert desk.promise(hashlib.sha256(bid.data).digest()).status_code == 200


def begin_falsely(desk: Desk, data: bytes, number: int) -> httpx.Response:
    """Announce a digest of nothing, and send the bytes of an envelope but the last."""
    digest = hashlib.sha256(bytes([number])).hexdigest()
    metadata = "digest " + base64.b64encode(digest.encode()).decode()
    told = {**TUS, "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
    assert desk.client.post("/api/v1/envelopes", headers=told).status_code == 201
    told = {**BYTES, "Upload-Offset": "0"}
    return desk.client.patch(f"/api/v1/envelopes/{digest}", headers=told, content=data[:-1])


def test_upload_begun_anew_while_the_chain_is_asked_is_not_described_by_other_bytes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header of a bid that fits, sent under another envelope's digest; while it is compared, a second connection
    gives that upload up and begins it anew. What comes then is compared by its own header."""
    bid, other = desk.seal(), desk.seal(key_set=b"\x77" * 32)
    while len(bid.data) != len(other.data):
        bid = desk.seal()
    commit(desk, bid)
    receiver = desk.services.receiver
    assert receiver is not None
    fitting = receiver._require_fitting

    def begin_anew() -> None:
        with httpx.Client(base_url=desk.client.base_url) as client:
            assert client.delete(address_of(other.data), headers=TUS).status_code == 204
        assert desk.begin(other.data).status_code == 201

    second = threading.Thread(target=begin_anew)

    def slowly(*given: Any) -> bool:
        found = fitting(*given)
        second.start()
        second.join(1)
        return found

    desk.begin(other.data)
    with monkeypatch.context() as patched:
        patched.setattr(receiver, "_require_fitting", slowly)
        told = {**BYTES, "Upload-Offset": "0"}
        desk.client.patch(address_of(other.data), headers=told, content=bid.data[:10_000])
    second.join()
    refused = desk.send(other.data)
    assert (refused.status_code, name_of(refused)) == (422, "EnvelopeForeign")
    assert name_of(desk.promise(hashlib.sha256(other.data).digest())) == "EnvelopeMissing"


def test_upload_begun_anew_before_its_digest_is_compared_is_not_taken_for_the_one_that_fitted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bid that fits, sent whole under another envelope's digest; before the digests are compared, a second connection
    gives it up, begins anew and sends the other one."""
    bid, other = desk.seal(), desk.seal(key_set=b"\x77" * 32)
    while len(bid.data) != len(other.data):
        bid = desk.seal()
    store, digest = desk.services.envelopes, hashlib.sha256(other.data).digest()
    read_header = store.read_header

    def begin_anew(asked: bytes) -> Header:
        found = read_header(asked)
        store.discard(asked)
        store.begin(asked, len(other.data))
        store.append(asked, 0, other.data)
        return found

    desk.begin(other.data)
    with monkeypatch.context() as patched:
        patched.setattr(store, "read_header", begin_anew)
        told = {**BYTES, "Upload-Offset": "0"}
        refused = desk.client.patch(address_of(other.data), headers=told, content=bid.data)
    assert (refused.status_code, name_of(refused)) == (422, "EnvelopeForeign")
    assert name_of(desk.promise(digest)) == "EnvelopeMissing"


def test_begin_too_many_uploads_is_refused_for_now(tmp_path: Path) -> None:
    """An outsider who announces much and sends nothing keeps others out for ten minutes at most."""
    with receiving_town(tmp_path) as town, served_desk(tmp_path, town, unfinished=2) as desk:
        bids = [desk.seal(signer(f"bidder {number}")) for number in range(3)]
        assert [desk.begin(bid.data).status_code for bid in bids[:2]] == [201, 201]
        refused = desk.begin(bids[2].data)
        assert (refused.status_code, name_of(refused)) == (503, "UploadsTooMany")
        town.advance_to(town.clock.now() + 601)  # type: ignore[union-attr]
        assert desk.begin(bids[2].data).status_code == 201


def test_give_up_forgets_an_unfinished_upload_and_no_whole_one(desk: Desk) -> None:
    """Termination of tus."""
    bid = desk.seal()
    desk.begin(bid.data)
    desk.send(bid.data, 0, 100)
    address = address_of(bid.data)
    assert desk.client.delete(address, headers=TUS).status_code == 204
    assert name_of(desk.client.delete(address, headers=TUS)) == "UploadUnknown"
    desk.hand_in(bid)
    assert name_of(desk.client.delete(address, headers=TUS)) == "EnvelopeArrived"


def test_sweep_removes_what_no_commitment_followed_on_within_a_day_after_the_promise(desk: Desk) -> None:
    """And leaves what is committed."""
    kept, gone = desk.hand_in(desk.seal()), desk.hand_in(desk.seal(desk.town.bidder_two))
    raw = desk.committing(kept)
    desk.relay(raw)
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    due = desk.promise(gone).json()["deliverBy"]
    receiver = desk.services.receiver
    assert receiver is not None
    desk.town.advance_to(due + DAY)
    receiver.sweep()
    assert desk.services.envelopes.arrived(gone) is not None
    desk.town.advance_to(due + DAY + 1)
    receiver.sweep()
    assert desk.services.envelopes.arrived(gone) is None
    assert desk.services.envelopes.arrived(kept) is not None


def test_preflight_of_another_site_s_page_allows_what_uploads_need(desk: Desk) -> None:
    """A page served by the buyer hands in here, and reads where the upload is."""
    asked = {"Origin": "https://vergabe.example", "Access-Control-Request-Method": "PATCH"}
    for path in ("/envelopes", address_of(b"x").removeprefix("/api/v1"), "/promises", "/transactions", "/incidents"):
        told = desk.client.options(f"/api/v1{path}", headers=asked)
        assert told.status_code == 204, path
        assert told.headers["access-control-allow-origin"] == "*"
        assert {"PATCH", "POST", "HEAD", "DELETE"} <= set(told.headers["access-control-allow-methods"].split(", "))
        allowed = told.headers["access-control-allow-headers"].lower()
        for name in ("tus-resumable", "upload-offset", "upload-length", "upload-metadata", "content-type"):
            assert name in allowed
    offered = desk.client.options("/api/v1/envelopes").headers
    assert (offered["tus-version"], offered["tus-max-size"]) == ("1.0.0", str(2**31))
    assert offered["tus-extension"] == "creation,expiration,termination"
    exposed = desk.begin(desk.seal().data).headers["access-control-expose-headers"]
    assert {"Location", "Upload-Offset", "Upload-Length", "Retry-After"} <= set(exposed.split(", "))
    assert "access-control-allow-credentials" not in offered


def test_hand_in_where_there_is_no_receiver_is_told(desk: Desk) -> None:
    """An installation without a receiver's key takes nothing."""
    bid = desk.seal()
    services = desk.services
    object.__setattr__(services, "receiver", None)
    object.__setattr__(services, "relay", None)
    assert (desk.begin(bid.data).status_code, name_of(desk.begin(bid.data))) == (404, "ReceiverMissing")
    for path in ("promises", "transactions", "incidents"):
        assert name_of(desk.client.post(f"/api/v1/{path}", json={})) == "ReceiverMissing"


def test_report_incident_is_acknowledged_once(desk: Desk) -> None:
    """Signed by the bid's account and then by the receiver with its own time; the same report, the same answer."""
    town = desk.town
    at, detail = 1_767_600_500, "Verbindung nach 5 Minuten: „Zeitüberschreitung“"
    where = (town.chain.chain_id, town.chain.ledger, town.process(OCID), 1, town.bidder_one.account, at)
    said = ("UploadTooSlow", detail)
    report = {
        "processId": town.process(OCID).hex(), "round": 1, "author": town.bidder_one.account.hex(), "at": at,
        "failure": said[0], "detail": detail,
        "signature": town.bidder_one.sign_digest(incident_digest(*where, *said)).hex(),
    }  # fmt: skip
    first = desk.client.post("/api/v1/incidents", json=report)
    assert first.status_code == 200, first.text
    told = first.json()
    receipt = signer("receiver 1").sign_digest(incident_digest(*where, *said, told["receivedAt"]))
    assert told["signature"] == "0x" + receipt.hex()
    town.advance_to(told["receivedAt"] + 50)
    assert desk.client.post("/api/v1/incidents", json=report).json() == told
    for changed, name in (
        ({"detail": detail + "!"}, "IncidentUnsigned"),
        ({"author": town.bidder_two.account.hex()}, "IncidentUnsigned"),
        ({"signature": "00" * 65}, "IncidentUnsigned"),
        ({"failure": "<script>"}, "InvalidParameter"),
        ({"detail": "x" * 501}, "InvalidParameter"),
        ({"detail": "x\0"}, "InvalidParameter"),
        ({"round": -1}, "InvalidParameter"),
    ):
        assert name_of(desk.client.post("/api/v1/incidents", json={**report, **changed})) == name
    elsewhere = (*where[:3], 2, *where[4:])
    signed = town.bidder_one.sign_digest(incident_digest(*elsewhere, *said)).hex()
    refused = desk.client.post("/api/v1/incidents", json={**report, "round": 2, "signature": signed})
    assert name_of(refused) == "RoundTakesNothing"
