"""A receiver whose disk is full while a bid is handed in by the command, and another one that has room."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest

from ledger.cli.bidding import uploading
from ledger.cli.remote import Remote
from ledger.evidence.receipt import pieces_of, read_receipt
from tests.bid.town import OCID, RECEIVERS, Desk, served_town
from tests.cli.conftest import Siegel
from tests.cli.notices import write

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = 64 * 1024
OFFER = {
    "tenderers": [{"name": "Bau & Söhne GmbH"}],
    "lots": {"L1": {"value": {"amount": "148500.00", "currency": "EUR"}}},
    "requirementResponses": {"listed": True, "months": 60},
    "documents": [{"file": "bill.pdf", "requirement": "bill"}],
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A town with two served receivers."""
    with served_town(tmp_path_factory.mktemp("town")) as desk:
        yield desk


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch, store: Path, room: int) -> Iterator[None]:
    """Simulated: files of this store get so many bytes more, then the system has no room (ENOSPC)."""
    pwrite, left = os.pwrite, [room]

    def limited(descriptor: int, data: bytes, offset: int) -> int:
        if not Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(store):
            return pwrite(descriptor, data, offset)
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = pwrite(descriptor, data[: left[0]], offset)
        left[0] -= written
        return written

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", limited)
        yield


def sealed(siegel: Siegel, desk: Desk, folder: Path) -> Path:
    """A bid with a file of three pieces."""
    (folder / "bill.pdf").write_bytes(b"%PDF prices " * (3 * PIECE // 12))
    receipt = folder / "receipt.zip"
    made = siegel("bid", "seal", OCID, "--server", desk.url, "--bid", write(folder / "bid.json", OFFER), "-o", receipt)
    assert made.exit_code == 0, made.err
    return receipt


def test_patch_to_a_receiver_without_room_is_refused_by_name_and_goes_on_with_room(
    siegel: Siegel, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was durable before counts, nothing of the piece that did not fit does, and no promise is given for it."""
    envelope = b"".join(pieces_of(read_receipt(sealed(siegel, desk, tmp_path)).envelope))
    digest = hashlib.sha256(envelope).hexdigest()
    named = {"Upload-Length": str(len(envelope)), "Upload-Metadata": f"digest {b64encode(digest.encode()).decode()}"}
    with httpx.Client(base_url=f"{desk.url}/api/v1", headers=TUS, timeout=60) as receiver:

        def send(offset: int, end: int | None = None) -> httpx.Response:
            headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            return receiver.patch(f"/envelopes/{digest}", headers=headers, content=envelope[offset:end])

        def held() -> int:
            return int(receiver.head(f"/envelopes/{digest}").headers["Upload-Offset"])

        assert receiver.post("/envelopes", headers=named).status_code == 201
        with full(monkeypatch, desk.services.settings.store_dir, room=PIECE + 1000):
            assert send(0, PIECE).status_code == 204
            refused = send(PIECE)
            assert (refused.status_code, refused.headers["content-type"]) == (507, "application/problem+json")
            assert refused.json()["type"].endswith("/StoreFull")
            assert held() == PIECE
            assert receiver.post("/promises", json={"envelope": digest}).status_code == 409
        assert held() == PIECE
        assert send(PIECE).status_code == 204
        assert receiver.post("/promises", json={"envelope": digest}).json()["receiver"] == "0x" + RECEIVERS[0].hex()


def test_submit_next_receiver_is_taken_where_one_has_no_room(
    siegel: Siegel, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, the full one leaves a record of that name and nothing on the ledger; the next one hands in."""
    monkeypatch.setattr(uploading, "PIECE", PIECE)
    path = sealed(siegel, desk, tmp_path)
    with full(monkeypatch, desk.services.settings.store_dir, room=PIECE + 1000):
        failed = siegel("bid", "submit", path, "--server", desk.url, "--json")
        assert (failed.exit_code, json.loads(failed.out)["error"]) == (1, "HandingInFailed")
        (record,) = tmp_path.glob("*-incident-*.json")
        assert json.loads(record.read_text())["failure"] == "StoreFull"
        assert desk.bids() == []
        assert read_receipt(path).promise is None
        done = siegel("bid", "submit", path, "--server", desk.url, "--server", desk.other, "--json")
    assert done.exit_code == 0, done.err
    receipt = read_receipt(path)
    assert receipt.promise is not None
    assert receipt.promise.receiver == RECEIVERS[1]
    assert desk.bids() == [("BidCommitted", receipt.commitment)]


def test_submit_goes_on_where_a_receiver_had_no_room_once_there_is_some(
    siegel: Siegel, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The piece that was durable is not sent again, and the one that was refused is."""
    monkeypatch.setattr(uploading, "PIECE", PIECE)
    path = sealed(siegel, desk, tmp_path)
    sent = patched(monkeypatch)
    with full(monkeypatch, desk.services.settings.store_dir, room=PIECE + 1000):
        assert siegel("bid", "submit", path, "--server", desk.url).exit_code == 1
    assert sent == [0, PIECE]
    done = siegel("bid", "submit", path, "--server", desk.url, "--json")
    assert done.exit_code == 0, done.err
    assert sent[2:4] == [PIECE, 2 * PIECE]
    assert ("BidCommitted", read_receipt(path).commitment) in desk.bids()


def patched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From which bytes the command sends pieces from now on."""
    sent: list[int] = []
    send = uploading._sent

    def noted(server: Remote, address: str, envelope: BinaryIO, offset: int, end: int) -> int:
        sent.append(offset)
        return send(server, address, envelope, offset, end)

    monkeypatch.setattr(uploading, "_sent", noted)
    return sent
