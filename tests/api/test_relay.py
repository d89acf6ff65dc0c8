"""The relay: what it takes, what it refuses by name, and that nothing it took is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rlp
from rlp.codec import length_prefix

from api.buckets import Buckets
from api.relay import GRACE, Relay
from ledger.chain.acts import (
    CommitBid,
    LotTerms,
    Notice,
    PublishNotices,
    PublishTender,
    RevokeApproval,
    RoundTerms,
    TenderTerms,
    WithdrawBid,
)
from ledger.chain.client import Chain
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import lot_id
from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO
from ledger.errors import NodeUnreachable
from ledger.store.relayed import RelayBook
from ledger.terms import NoticeKind, RoundKind
from tests.api.receiving import DEADLINE, OCID, RECEIVER, Desk, name_of, receiving_town, served_desk
from tests.index.town import DAY, signer
from tests.waiting import wait_until


class Flaky:
    """A node that takes no transactions while it is ``away``, and forgets those it took."""

    def __init__(self, transport: Any) -> None:
        self._transport, self.away, self.asked = transport, False, 0
        self.url = transport.url

    def request(self, method: str, params: Any) -> Any:
        if method == "eth_sendRawTransaction":
            self.asked += 1
            if self.away:
                raise NodeUnreachable(url=self.url, reason="gone")
        return self._transport.request(method, params)

    def close(self) -> None:
        pass


def relay_of(desk: Desk, transport: Any = None, **limits: int) -> Relay:
    """A relay over the same book, as after a restart."""
    town, services = desk.town, desk.services
    chain = town.chain if transport is None else Chain.connect(transport, town.chain.deployment)
    assert town.clock is not None
    return Relay(chain, RelayBook(services.state), services.envelopes, town.clock.now, **limits)


def test_relay_bid_is_recorded_and_told_with_its_act(desk: Desk) -> None:
    """The same bytes again give the same answer, before and after; the account's next number counts it."""
    raw = desk.committing(desk.hand_in(desk.seal()))
    account = desk.town.bidder_one.account.hex()
    assert desk.fate(raw)["state"] == "unknown"
    first = desk.relay(raw)
    assert first.status_code == 202
    told = first.json()
    assert (told["hash"], told["account"], told["nonce"]) == (f"0x{keccak(raw).hex()}", f"0x{account}", 0)
    assert (told["chainId"], told["ledger"]) == (desk.town.chain.chain_id, f"0x{desk.town.chain.ledger.hex()}")
    assert desk.client.get(f"/api/v1/accounts/{account}").json()["nonce"] == 1
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    assert desk.relay(raw).json() == told
    fate = desk.fate(raw)
    (act,) = fate["acts"]
    assert (act["act"], act["processId"]) == ("BidCommitted", f"0x{desk.town.process(OCID).hex()}")
    assert fate["problem"] is None
    assert fate["block"] is not None


def test_relay_withdrawal_is_for_commitments_of_the_round(desk: Desk) -> None:
    """One's own; of a commitment that is not there nothing is tried."""
    town = desk.town
    raw = desk.committing(desk.hand_in(desk.seal()))
    desk.relay(raw)
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    commitment = bytes.fromhex(desk.fate(raw)["acts"][0]["subject"][2:])
    act = WithdrawBid(town.process(OCID), 1, commitment, town.expires())
    others = desk.relay(desk.sign(act, town.bidder_two))
    assert (others.status_code, name_of(others)) == (404, "CommitmentUnknown")
    own = desk.sign(act, town.bidder_one, nonce=1)
    assert desk.relay(own).status_code == 202
    wait_until(lambda: desk.fate(own)["state"] == "recorded")


def test_relay_commitment_without_its_envelope_or_of_another_s_is_refused(desk: Desk) -> None:
    """Many commitments and one envelope that is delivered later do not come by way of a receiver. To whom it does not
    belong nothing tells whether it is here: commitments are public, and which bids have arrived is not."""
    digest, another = desk.hand_in(desk.seal()), desk.town.bidder_two
    here = desk.committing(digest, another)
    nothing = desk.committing(digest, another, commitment=b"\x09" * 32)
    elsewhere = [desk.committing(digest, process_id=b"\x02" * 32), desk.committing(digest, round=2)]
    members = set(desk.relay(nothing).json())
    for raw in (here, nothing, *elsewhere):
        refused = desk.relay(raw)
        assert (refused.status_code, name_of(refused)) == (409, "CommitmentWithoutEnvelope")
        assert set(refused.json()) == members
    assert desk.services.state is not None
    assert RelayBook(desk.services.state).waiting() == []


def test_relay_expired_call_has_the_contract_s_name(desk: Desk) -> None:
    """What the contract would refuse now is not taken."""
    now = desk.town.clock.now()  # type: ignore[union-attr]
    refused = desk.relay(desk.committing(desk.hand_in(desk.seal()), expires=now - 1))
    assert (refused.status_code, name_of(refused)) == (409, "ActExpired")


def test_relay_notice_of_a_stranger_is_refused_and_of_a_publisher_taken(desk: Desk) -> None:
    """Who may act is the contract's to say."""
    town = desk.town
    notice = Notice("ocds-a2ef3d-notice", NoticeKind.CALL, b"\x05" * 32)
    act = PublishNotices(town.buyer, town.expires(), (notice,))
    stranger = desk.relay(desk.sign(act, signer("stranger")))
    assert stranger.status_code in (401, 403)
    assert name_of(stranger) == "RoleMissing"
    nonce = desk.client.get(f"/api/v1/accounts/{town.publisher.account.hex()}").json()["nonce"]
    raw = desk.sign(act, town.publisher, nonce=nonce)
    assert desk.relay(raw).status_code == 202
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"chainId": 1}, "TransactionElsewhere"),
        ({"to": b"\x07" * 20}, "TransactionElsewhere"),
        ({"value": 1}, "TransactionMalformed"),
        ({"gasPrice": 1}, "TransactionMalformed"),
        ({"gas": 2**24 + 1}, "TransactionMalformed"),
        ({"gas": 30_000}, "OutOfGas"),
        ({"nonce": 5}, "NonceAhead"),
        ({"data": b"\x01\x02\x03\x04"}, "CallMalformed"),
    ],
)
def test_relay_transaction_of_another_kind_is_refused_by_name(
    desk: Desk, changed: dict[str, Any], expected: str
) -> None:
    """Chain, smart contract, price, value, gas, number, call."""
    raw = desk.committing(desk.hand_in(desk.seal()))
    town = desk.town
    told = desk.services.envelopes.of_round(town.process(OCID), 1)[0]
    act = CommitBid(town.process(OCID), 1, told.commitment, ZERO, town.expires())
    assert name_of(desk.relay(desk.sign(act, town.bidder_one, **changed))) == expected
    assert desk.fate(raw)["state"] == "unknown"


def test_relay_bytes_that_are_no_transaction_are_refused(desk: Desk) -> None:
    """Nothing falls over; typed transactions are read as legacy ones are."""
    raw = desk.committing(desk.hand_in(desk.seal()))
    for wrong in (b"", b"\x03" + raw, raw[:-1], raw + b"\0", b"\xc0", b"\x02\xc0", bytes(131_073), b"\xf8\xff"):
        assert name_of(desk.relay(wrong)) == "TransactionMalformed"
    flipped = raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:]  # another signature: of somebody else, or of nobody
    assert name_of(desk.relay(flipped)) in ("CommitmentWithoutEnvelope", "TransactionMalformed")
    for body in (b"{", b'{"raw": 1}', b'{"raw": "0xzz"}'):
        assert name_of(desk.client.post("/api/v1/transactions", content=body)) == "InvalidParameter"
    chain, told = desk.town.chain, desk.services.envelopes.of_round(desk.town.process(OCID), 1)[0]
    act = CommitBid(desk.town.process(OCID), 1, told.commitment, ZERO, desk.town.expires())
    typed = desk.town.bidder_one.sign_transaction(
        {
            "chainId": chain.chain_id, "nonce": 0, "gas": 1_000_000, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0,
            "value": 0, "to": chain.ledger, "data": encode_call(act),
        }
    )  # fmt: skip
    assert typed[0] == 2
    assert desk.relay(typed).status_code == 202


def test_relay_list_within_lists_is_refused_by_name(desk: Desk) -> None:
    """An outsider nests lists deeper than a program can follow: that is no failure of the receiver."""
    nested: Any = []
    for _ in range(400):
        nested = [nested]
    deep = rlp.encode(nested)
    for _ in range(600):
        deep = length_prefix(len(deep), 0xC0) + deep
    rest = [b"\x01", b"", b"", b"", b"\x01", desk.town.chain.ledger, b"", b""]
    fields = b"".join(map(rlp.encode, rest)) + deep + b"".join(map(rlp.encode, (b"", b"\x01", b"\x01")))
    raw = b"\x02" + length_prefix(len(fields), 0xC0) + fields
    assert name_of(desk.relay(raw)) == "TransactionMalformed"


def test_relay_access_list_is_refused_for_no_node_would_take_it(desk: Desk) -> None:
    """Its gas is not in what the act needs: taken, it would wait here for as long as its call counts."""
    desk.hand_in(desk.seal())
    town = desk.town
    (told,) = desk.services.envelopes.of_round(town.process(OCID), 1)
    act = CommitBid(town.process(OCID), 1, told.commitment, ZERO, town.expires())
    listed = [{"address": "0x" + "11" * 20, "storageKeys": ["0x" + "22" * 32] * 500}]
    fields = {
        "chainId": town.chain.chain_id, "nonce": 0, "gas": 400_000, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0,
        "value": 0, "to": town.chain.ledger, "data": encode_call(act), "accessList": listed,
    }  # fmt: skip
    raw = town.bidder_one.sign_transaction(fields)
    assert name_of(desk.relay(raw)) == "TransactionMalformed"
    assert RelayBook(desk.services.state).waiting() == []


def test_relay_revocation_which_has_no_expiry_is_taken_and_given_up_after_a_day(desk: Desk) -> None:
    """An officer takes back the own approval by the relay; while no node has it, it waits a day and no longer."""
    town = desk.town
    bids = RoundTerms(RoundKind.BIDS, DEADLINE, town.key_set, ZERO, (RECEIVER,))
    terms = TenderTerms(
        ocid="ocds-a2ef3d-second", lots=(LotTerms(lot_id("L1")),), minimum_standstill=10 * DAY, round=bids
    )
    tender = PublishTender(town.buyer, town.expires(), b"\x0d" * 32, terms)
    (proposed,) = town.chain.send(tender, town.officer_one).proposals
    number = desk.client.get(f"/api/v1/accounts/{town.officer_one.account.hex()}").json()["nonce"]
    revoked = desk.sign(RevokeApproval(proposed.key), town.officer_one, nonce=number)
    node = Flaky(town.chain.transport)
    node.away = True
    relay = relay_of(desk, node)
    taken = relay.take(revoked)
    assert desk.fate(revoked)["state"] == "waiting"
    town.advance_to(taken.expires + GRACE + 1)
    relay.run_once()
    assert desk.fate(revoked)["problem"]["type"] == "/problems/ActExpired"
    node.away = False
    town.chain.transport.request("eth_sendRawTransaction", ["0x" + revoked.hex()])
    wait_until(lambda: desk.fate(revoked)["state"] == "recorded")


def test_relay_another_transaction_with_a_used_number_is_refused(desk: Desk) -> None:
    """A replayed one is the same bytes; other bytes with the same number are told that it is used."""
    digest = desk.hand_in(desk.seal())
    raw = desk.committing(digest)
    assert desk.relay(raw).status_code == 202
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    again = desk.relay(desk.committing(digest, expires=desk.town.expires() - 5))
    assert (again.status_code, name_of(again)) == (409, "NonceUsed")
    assert again.json()["next"] == 1
    assert desk.relay(raw).status_code == 202


def test_relay_direct_transaction_that_is_in_a_block_is_told_as_recorded(desk: Desk) -> None:
    """A transaction can go to any node instead; the relay says what became of it, also if it never carried it."""
    raw = desk.committing(desk.hand_in(desk.seal()))
    desk.town.chain.transport.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    assert desk.fate(raw)["acts"][0]["act"] == "BidCommitted"
    assert desk.relay(raw).status_code == 202


def test_relay_node_away_what_was_taken_is_handed_in_after_a_restart(desk: Desk) -> None:
    """The answer is durable: another process hands in the same bytes, until they stand in a block."""
    raw = desk.committing(desk.hand_in(desk.seal()))
    node = Flaky(desk.town.chain.transport)
    node.away = True
    taken = relay_of(desk, node).take(raw)
    assert relay_of(desk, node).take(raw) == taken
    assert desk.fate(raw)["state"] == "waiting"
    assert desk.client.get(f"/api/v1/accounts/{desk.town.bidder_one.account.hex()}").json()["nonce"] == 1
    restarted = relay_of(desk, node)
    with pytest.raises(NodeUnreachable):
        restarted.run_once()
    node.away = False
    restarted.run_once()
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    restarted.run_once()
    assert RelayBook(desk.services.state).waiting() == []


def test_relay_waiting_transaction_that_can_no_longer_count_is_given_up_by_name(desk: Desk) -> None:
    """Expired while no node had it, or overtaken by another one with its number; and the envelope waited with it."""
    town = desk.town
    now = town.clock.now()  # type: ignore[union-attr]
    node = Flaky(town.chain.transport)
    node.away = True
    relay = relay_of(desk, node)
    expiring = desk.committing(desk.hand_in(desk.seal()), expires=now + 500)
    overtaken = desk.committing(desk.hand_in(desk.seal(town.bidder_two)), town.bidder_two)
    for raw in (expiring, overtaken):
        relay.take(raw)
    notice = PublishNotices(town.buyer, town.expires(), (Notice("x", NoticeKind.CALL, b"\x05" * 32),))
    other = desk.sign(notice, town.bidder_two)
    town.chain.transport.request("eth_sendRawTransaction", ["0x" + other.hex()])
    wait_until(lambda: desk.fate(other)["state"] == "refused")
    town.advance_to(now + 500 + GRACE + 1)
    relay.run_once()
    for raw, name in ((expiring, "ActExpired"), (overtaken, "NonceUsed")):
        fate = desk.fate(raw)
        assert (fate["state"], fate["problem"]["type"]) == ("refused", f"/problems/{name}")
        assert desk.relay(raw).status_code == 202
    assert RelayBook(desk.services.state).waiting() == []


def test_relay_transaction_refused_in_its_block_has_the_contract_s_name(desk: Desk) -> None:
    """The ledger would have recorded it when it was taken, and refuses it when it comes."""
    node = Flaky(desk.town.chain.transport)
    node.away = True
    relay, digest = relay_of(desk, node), desk.hand_in(desk.seal())
    raw = desk.committing(digest)
    relay.take(raw)
    desk.town.advance_to(desk.promise(digest).json()["deliverBy"] + 60)
    node.away = False
    relay.run_once()
    wait_until(lambda: desk.fate(raw)["state"] == "refused")
    assert desk.fate(raw)["problem"]["type"] == "/problems/PromiseExpired"
    relay.run_once()
    assert RelayBook(desk.services.state).waiting() == []


def test_relay_commitment_that_stands_already_is_refused_by_the_contract_s_name(desk: Desk) -> None:
    """A second transaction for the same bid would only fail."""
    raw = desk.committing(desk.hand_in(desk.seal()))
    assert desk.relay(raw).status_code == 202
    wait_until(lambda: desk.fate(raw)["state"] == "recorded")
    (told,) = desk.services.envelopes.of_round(desk.town.process(OCID), 1)
    act = CommitBid(desk.town.process(OCID), 1, told.commitment, ZERO, desk.town.expires())
    twice = desk.relay(desk.sign(act, desk.town.bidder_one, nonce=1))
    assert (twice.status_code, name_of(twice)) == (409, "CommitmentKnown")


def test_relay_many_of_one_account_or_of_all_are_asked_to_wait(tmp_path: Path) -> None:
    """429 and when to come again; calls that are refused when tried do not use up what bids may take."""
    with (
        receiving_town(tmp_path) as town,
        served_desk(tmp_path, town, relays_per_minute=2, relays_per_minute_of_account=3) as desk,
    ):
        digest = desk.hand_in(desk.seal())
        empty = [desk.relay(desk.committing(digest, commitment=bytes([n] * 32))) for n in range(1, 5)]
        assert [name_of(each) for each in empty] == ["CommitmentWithoutEnvelope"] * 3 + ["RelayBusy"]
        assert empty[3].status_code == 429
        assert 0 < int(empty[3].headers["retry-after"]) <= 20
        assert empty[3].json()["retryAfter"] == int(empty[3].headers["retry-after"])
        act = PublishNotices(town.buyer, town.expires(), (Notice("x", NoticeKind.CALL, b"\x05" * 32),))
        tried = [name_of(desk.relay(desk.sign(act, signer(f"stranger {n}")))) for n in range(4)]
        assert tried == ["RoleMissing"] * 2 + ["RelayBusy"] * 2
        raw = desk.committing(desk.hand_in(desk.seal(town.bidder_two)), town.bidder_two)
        assert desk.relay(raw).status_code == 202


def test_bucket_fills_again_with_time() -> None:
    """So many a minute, and as many at once after a pause, each for itself."""
    now = [0.0]
    buckets = Buckets(2, lambda: now[0])
    assert [buckets.take("a"), buckets.take("a"), buckets.take("b")] == [0, 0, 0]
    assert buckets.take("a") == 30
    now[0] = 20.0
    assert buckets.take("a") == 10
    now[0] = 30.0
    assert buckets.take("a") == 0
    now[0] = 10_000.0
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 30]
