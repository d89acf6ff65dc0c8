"""What the bid's account signs: transactions and incidents as others read them, promises as the ledger does."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import rlp
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak

from ledger.chain.acts import CommitBid, Promise, WithdrawBid
from ledger.chain.codec import encode_call
from ledger.chain.record import ZERO
from ledger.chain.signers import KeySigner
from scripts.write_problem_words import FILE, OF_PROMISES_FILE, REVERTS_FILE, of_promises, problem_words, reverts
from tests.bid.peer import Refused, peer
from tests.bid.tender import CHAIN_ID, DEADLINE, LEDGER, PROCESS, RECEIVER, hexed, sealing

KEY = b"\x05" * 32
BIDDER = KeySigner(KEY)
COMMITMENT = b"\x0c" * 32
ARRIVED = DEADLINE - 60


def commit(**more: Any) -> dict[str, Any]:
    """A transaction of the page."""
    given = {
        "chainId": str(CHAIN_ID),
        "ledger": LEDGER.hex(),
        "nonce": "3",
        "key": KEY.hex(),
        "processId": PROCESS.hex(),
        "round": "1",
        "commitment": COMMITMENT.hex(),
        "expires": str(ARRIVED + 86_400),
        **more,
    }
    found: dict[str, Any] = peer().ask("commit", **given)
    return found


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 300])
@pytest.mark.parametrize("supersedes", [ZERO, b"\x09" * 32])
def test_commit_is_the_call_that_the_library_encodes_and_signed_by_the_account(nonce: int, supersedes: bytes) -> None:
    """Byte for byte as other signers sign, also where a number is zero or has a leading bit."""
    signature = b"\x07" * 65
    promised = {
        "receiver": RECEIVER.hex(),
        "signature": signature.hex(),
        "arrivedAt": str(ARRIVED),
        "deliverBy": str(ARRIVED + 86_400),
    }
    made = commit(supersedes=supersedes.hex(), promised=promised, nonce=str(nonce))
    expires = ARRIVED + 86_400
    act = CommitBid(PROCESS, 1, COMMITMENT, supersedes, expires, Promise(RECEIVER, ARRIVED, expires, signature))
    assert made["call"] == encode_call(act).hex()
    fields = {"chainId": CHAIN_ID, "nonce": nonce, "gas": 1_000_000, "gasPrice": 0, "value": 0}
    assert made["raw"] == BIDDER.sign_transaction({**fields, "to": LEDGER, "data": bytes.fromhex(made["call"])}).hex()
    assert bytes.fromhex(Account.recover_transaction("0x" + made["raw"])[2:]) == BIDDER.account
    assert made["account"] == BIDDER.account.hex()


def test_commit_made_twice_is_the_same_and_another_key_s_can_have_a_short_r() -> None:
    """Whoever repeats a step hands in the same bytes; numbers in RLP have no zeros in front."""
    assert commit() == commit()
    for number in range(1, 600):
        key = number.to_bytes(32)
        raw = bytes.fromhex(commit(key=key.hex())["raw"])
        *_, r, s = rlp.decode(raw)
        if len(r) < 32 or len(s) < 32:
            assert bytes.fromhex(Account.recover_transaction(raw)[2:]) == KeySigner(key).account
            return
    pytest.fail("no short signature among so many")


def test_withdrawal_is_the_call_that_the_library_encodes() -> None:
    """The same account, another function."""
    assert commit()["call"] == encode_call(WithdrawBid(PROCESS, 1, COMMITMENT, ARRIVED + 86_400)).hex()


def promise(signer: KeySigner, **changes: Any) -> dict[str, Any]:
    """A receiver's answer, signed over what it says."""
    types = ["bytes32", "uint256", "address", "bytes32", "uint256", "bytes32", "address", "uint256", "uint256"]
    said = {"commitment": COMMITMENT, "round": 1, "arrivedAt": ARRIVED, "deliverBy": ARRIVED + 86_400, **changes}
    given = [said["commitment"], BIDDER.account, said["arrivedAt"], said["deliverBy"]]
    label = keccak(b"siegel/1 promise")
    digest = keccak(encode(types, [label, CHAIN_ID, LEDGER, PROCESS, said["round"], *given]))
    return {
        "receiver": hexed(said.get("receiver", RECEIVER)),
        "processId": hexed(PROCESS),
        "round": said["round"],
        "commitment": hexed(said["commitment"]),
        "author": hexed(BIDDER.account),
        "arrivedAt": said["arrivedAt"],
        "deliverBy": said["deliverBy"],
        "signature": hexed(signer.sign_digest(digest)),
    }


def read(answer: dict[str, Any]) -> str:
    """Who signed it, as the page finds."""
    given = {"commitment": COMMITMENT.hex(), "author": BIDDER.account.hex()}
    found: dict[str, str] = peer().ask("promise", answer=answer, terms=sealing(), **given)
    return found["signer"]


def test_promise_names_the_account_that_signed_it() -> None:
    """As the ledger recovers it."""
    receiver = KeySigner(b"\x08" * 32)
    assert read(promise(receiver)) == receiver.account.hex()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"commitment": b"\x0d" * 32}, "commitment"),
        ({"round": 2}, "round"),
        ({"receiver": b"\x0e" * 32}, "receiver"),
        ({"deliverBy": ARRIVED - 1}, "deliverBy"),
        ({"deliverBy": ARRIVED + 86_401}, "deliverBy"),
    ],
)
def test_promise_of_something_else_is_refused(changes: dict[str, Any], what: str) -> None:
    """A promise for another bid, round or receiver would be worth nothing later."""
    with pytest.raises(Refused) as refused:
        read(promise(KeySigner(b"\x08" * 32), **changes))
    assert (refused.value.error, refused.value.values) == ("PromiseWrong", {"what": what})


def test_promise_with_a_broken_signature_is_refused() -> None:
    """Upper half, another v, too short."""
    honest = promise(KeySigner(b"\x08" * 32))
    signature = honest["signature"]
    for broken in (signature[:-2] + "00", signature[:66] + "f" * 64 + signature[-2:], signature[:-2]):
        with pytest.raises(Refused) as refused:
            read({**honest, "signature": broken})
        assert refused.value.values == {"what": "signature"}


def test_incident_is_signed_by_the_account_over_what_it_says() -> None:
    """Anybody can recover the account from the record alone; a long detail is cut where a character ends."""
    detail = "Empfang: ServerSilent; " + "ä" * 600
    given = {"author": BIDDER.account.hex(), "key": KEY.hex(), "at": ARRIVED, "failure": "ServerSilent"}
    record = peer().ask("incident", terms=sealing(), detail=detail, **given)
    assert record["detail"] == detail[:500]
    what = hashlib.sha256(
        json.dumps([record["failure"], record["detail"]], ensure_ascii=False, separators=(",", ":")).encode()
    ).digest()
    types = ["bytes32", "uint256", "address", "bytes32", "uint256", "address", "uint256", "bytes32"]
    label = keccak(b"siegel/1 incident")
    digest = keccak(encode(types, [label, CHAIN_ID, LEDGER, PROCESS, 1, BIDDER.account, record["at"], what]))
    signed = Account.recover_message(encode_defunct(primitive=digest), signature=record["signature"])
    assert bytes.fromhex(signed[2:]) == BIDDER.account


def test_problem_words_are_those_of_the_errors() -> None:
    """``python scripts/write_problem_words.py`` writes them."""
    assert FILE.read_text("utf-8") == problem_words()
    assert REVERTS_FILE.read_text("utf-8") == reverts()


def test_page_tries_another_promise_after_the_same_refusals_as_the_command() -> None:
    """Each of them is known to the page by its selector, so that a node's answer gives its name."""
    names = json.loads(OF_PROMISES_FILE.read_text("utf-8"))
    assert OF_PROMISES_FILE.read_text("utf-8") == of_promises()
    assert set(names) <= {each["name"] for each in json.loads(REVERTS_FILE.read_text("utf-8")).values()}


def test_calendar_file_has_the_deadline_in_universal_time_and_short_lines() -> None:
    """RFC 5545: CRLF, 75 octets a line, text escaped."""
    summary = "Angebotsfrist: Straßenbau, 2. Abschnitt; Höhe\\Tiefe " + "ü" * 60
    given = {"uid": "a-1", "deadline": DEADLINE, "made": ARRIVED, "address": "https://vergabe.example/bid/0x00/1"}
    text = peer().ask("calendar", summary=summary, **given)["text"]
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = text.replace("\r\n ", "")
    assert "DTSTART:20270115T080000Z" in unfolded
    assert "SUMMARY:Angebotsfrist: Straßenbau\\, 2. Abschnitt\\; Höhe\\\\Tiefe " + "ü" * 60 + "\r\n" in unfolded
    assert unfolded.count("BEGIN:VALARM") == 2
