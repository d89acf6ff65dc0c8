"""Sending under concurrency, over losses and replacements, and against refusals, on both nodes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.chain.acts import Notice, PublishNotices
from ledger.chain.client import Chain, Recorded
from ledger.chain.identifiers import process_id
from ledger.chain.nonces import NonceBook
from ledger.chain.rpc import Transport, to_hex
from ledger.chain.sending import Sender
from ledger.errors import (
    ActExpired,
    GroundMissing,
    NodeRefused,
    NodeUnreachable,
    ReceiptTimeout,
    RoleMissing,
    SiegelError,
    TransactionFailed,
    TransactionReplaced,
)
from ledger.terms import NoticeKind
from tests.chain.nodes import anvil
from tests.chain.town import BUYER, Town, actor, digest, settle


def notice(town: Town, ocid: str) -> PublishNotices:
    """The first notice of a process."""
    return PublishNotices(BUYER, town.expires, (Notice(ocid, NoticeKind.CALL, digest("release")),))


def nonce_of(town: Town, name: str) -> int:
    """How many transactions of the person are in blocks."""
    answer = town.chain.transport.request("eth_getTransactionCount", [to_hex(actor(name).account), "latest"])
    return int(answer, 16)


@pytest.mark.parametrize("books", ["one", "each"])
def test_send_from_many_threads_with_one_key_records_each_act_once(town: Town, tmp_path: Path, books: str) -> None:
    """Threads share a book, or have one each on the same file, as processes would."""
    before, officer = nonce_of(town, "officer_one"), actor("officer_one")
    threads, each = 6, 5
    done: list[Recorded] = []
    failed: list[Exception] = []
    chains = [
        Chain.connect(town.node.transport, town.chain.deployment, nonces=tmp_path / "sent.sqlite")
        for _ in range(threads)
    ]

    def act(number: int) -> None:
        chain = chains[0] if books == "one" else chains[number]
        try:
            done.extend([chain.send(notice(town, f"ocds-{books}-{number}-{turn}"), officer) for turn in range(each)])
        except SiegelError as error:
            failed.append(error)

    running = [threading.Thread(target=act, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert failed == []
    ocids = {f"ocds-{books}-{number}-{turn}" for number in range(threads) for turn in range(each)}
    assert {record.process_id for one in done for record in one.records} == {process_id(BUYER, one) for one in ocids}
    assert nonce_of(town, "officer_one") == before + threads * each
    town.pass_to(town.now + 1_000)


def test_send_all_records_every_act_in_order(town: Town) -> None:
    """Several may share a block."""
    recorded = town.chain.send_all([notice(town, f"ocds-all-{number}") for number in range(5)], actor("officer_one"))
    found = [record.process_id for one in recorded for record in one.records]
    assert found == [process_id(BUYER, f"ocds-all-{number}") for number in range(5)]
    town.pass_to(town.now + 1_000)


def test_send_what_is_refused_uses_no_nonce(town: Town) -> None:
    """The simulation refuses it before anything is signed."""
    before = nonce_of(town, "outsider")
    with pytest.raises(RoleMissing):
        town.chain.send(notice(town, "ocds-refused"), actor("outsider"))
    assert nonce_of(town, "outsider") == before


class Broken:
    """A way to a node on which ``failure`` happens in place of handing in the next transaction."""

    def __init__(self, transport: Transport, failure: SiegelError, *, after: bool = False) -> None:
        self.url, self._transport, self._failure, self._after = "broken", transport, failure, after
        self.broken = True

    def request(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_sendRawTransaction" and self.broken:
            self.broken = False
            if self._after:
                self._transport.request(method, params)
            raise self._failure
        return self._transport.request(method, params)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("after", [False, True], ids=["before it arrived", "after it arrived"])
def test_send_after_a_lost_connection_hands_in_the_identical_bytes_again(town: Town, after: bool) -> None:
    """The caller saw NodeUnreachable; whether it had arrived or not, the act is recorded exactly once."""
    way = Broken(town.node.transport, NodeUnreachable(url="broken", reason="cut"), after=after)
    chain, officer = Chain.connect(way, town.chain.deployment), actor("officer_one")
    before = nonce_of(town, "officer_one")
    with pytest.raises(NodeUnreachable):
        chain.send(notice(town, f"ocds-cut-{after}"), officer)
    chain.send(notice(town, f"ocds-next-{after}"), officer)
    assert nonce_of(town, "officer_one") == before + 2
    for ocid in (f"ocds-cut-{after}", f"ocds-next-{after}"):
        assert chain.process(process_id(BUYER, ocid)).sequence == 1
    town.pass_to(town.now + 1_000)


class Died(BaseException):
    """The process ends here: no handler of ours runs any more, the node lives on."""


class Dying:
    """A way to a node on which the process dies right after the transaction was handed in."""

    url = "dying"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def request(self, method: str, params: Sequence[Any]) -> Any:
        answer = self._transport.request(method, params)
        if method == "eth_sendRawTransaction":
            raise Died
        return answer

    def close(self) -> None:
        pass


@pytest.mark.parametrize("mined", [True, False], ids=["after the first was mined", "while the first waits"])
def test_send_again_after_a_crash_records_the_act_once(still: Still, tmp_path: Path, mined: bool) -> None:
    """It was handed in when the process died; whoever repeats it is told what became of the first."""
    town, tell = still
    book, act, officer = tmp_path / "sent.sqlite", notice(town, "ocds-crash"), actor("officer_one")
    dying = Chain.connect(Dying(town.chain.transport), town.chain.deployment, nonces=book)
    with pytest.raises(Died):
        dying.submit(act, officer)
    dying.close()
    before = nonce_of(town, "officer_one")
    if mined:
        tell("evm_mine")
    again = Chain.connect(town.chain.transport, town.chain.deployment, nonces=book, receipt_timeout=10)
    submitted = again.submit(act, officer)
    tell("evm_mine")
    assert [record.process_id for record in again.recorded(submitted).records] == [process_id(BUYER, "ocds-crash")]
    assert again.process(process_id(BUYER, "ocds-crash")).sequence == 1
    assert nonce_of(town, "officer_one") == before + 1
    again.close()


def test_send_another_act_after_a_crash_waits_until_the_first_is_in_a_block(still: Still, tmp_path: Path) -> None:
    """Else it would be simulated on a state without the first; a node without blocks is named after its time."""
    town, tell = still
    book, officer = tmp_path / "sent.sqlite", actor("officer_one")
    dying = Chain.connect(Dying(town.chain.transport), town.chain.deployment, nonces=book)
    with pytest.raises(Died):
        dying.submit(notice(town, "ocds-first"), officer)
    dying.close()
    later = Chain.connect(town.chain.transport, town.chain.deployment, nonces=book, receipt_timeout=0.2)
    with pytest.raises(ReceiptTimeout):
        later.submit(notice(town, "ocds-second"), officer)
    tell("evm_setAutomine", True)
    tell("evm_mine")
    assert later.send(notice(town, "ocds-second"), officer).records
    later.close()


def test_send_again_after_a_time_out_records_the_act_once(still: Still) -> None:
    """In the same process, too: the second attempt awaits the first's transaction."""
    town, tell = still
    act, hashes = notice(town, "ocds-impatient"), []
    for _ in range(2):
        with pytest.raises(ReceiptTimeout) as late:
            town.chain.send(act, actor("officer_one"))
        hashes.append(late.value.values["transaction"])
    tell("evm_mine")
    assert [town.chain.send(act, actor("officer_one")).transaction_hash] * 2 == hashes
    assert town.chain.process(process_id(BUYER, "ocds-impatient")).sequence == 1


def test_send_what_the_node_refuses_for_good_leaves_no_gap(town: Town) -> None:
    """A refused transaction gives its nonce back."""
    refusal = NodeRefused(method="eth_sendRawTransaction", code=-32000, message="txpool is full", data=None)
    chain, officer = Chain.connect(Broken(town.node.transport, refusal), town.chain.deployment), actor("officer_one")
    before = nonce_of(town, "officer_one")
    with pytest.raises(NodeRefused, match="txpool is full"):
        chain.send(notice(town, "ocds-full"), officer)
    chain.send(notice(town, "ocds-room"), officer)
    assert nonce_of(town, "officer_one") == before + 1
    town.pass_to(town.now + 1_000)


def test_submit_the_same_bytes_again_is_no_failure(town: Town) -> None:
    """Every node has other words for it: already known, already imported, Known transaction."""
    submitted = town.chain.submit(notice(town, "ocds-again"), actor("officer_one"))
    town.chain._sender._hand_in(submitted.sent)
    assert town.chain.recorded(submitted).records
    town.pass_to(town.now + 1_000)


# What only a node can show that makes blocks when told


Still = tuple[Town, Callable[..., Any]]


@pytest.fixture
def still() -> Iterator[Still]:
    """A town on an anvil that makes no blocks any more until told, and the means to tell it."""
    with anvil() as node:
        town = settle(node)
        town.do("officer_one", notice(town, "ocds-before"))
        node.transport.request("evm_setAutomine", [False])
        yield (
            replace(town, chain=Chain.connect(node.transport, town.chain.deployment, receipt_timeout=0.2)),
            (lambda method, *params: node.transport.request(method, params)),
        )


def test_send_without_a_block_raises_receipt_timeout_and_can_be_awaited_later(still: Still) -> None:
    """The exception names the transaction and the seconds; nothing is lost by it."""
    town, tell = still
    submitted = town.chain.submit(notice(town, "ocds-slow"), actor("officer_one"))
    with pytest.raises(ReceiptTimeout) as late:
        town.chain.recorded(submitted)
    assert late.value.values == {"transaction": submitted.sent.hash, "seconds": 0.2}
    tell("evm_mine")
    assert town.chain.recorded(submitted).records


def test_send_what_the_node_forgets_is_handed_in_again(still: Still) -> None:
    """Pools do not survive when all nodes die; the identical bytes come again, and nothing is signed anew."""
    town, tell = still
    submitted = town.chain.submit(notice(town, "ocds-lost"), actor("officer_one"))
    tell("anvil_dropTransaction", to_hex(submitted.sent.hash))
    tell("evm_setAutomine", True)
    recorded = town.chain.recorded(submitted, timeout=30)
    assert recorded.transaction_hash == submitted.sent.hash
    assert len(recorded.records) == 1


def test_send_after_the_node_forgot_several_hands_them_in_in_order(still: Still) -> None:
    """The next act of the same key brings the lost ones with it, so no gap holds it up."""
    town, tell = still
    lost = [town.chain.submit(notice(town, f"ocds-lost-{number}"), actor("officer_one")) for number in range(3)]
    for submitted in lost:
        tell("anvil_dropTransaction", to_hex(submitted.sent.hash))
    tell("evm_setAutomine", True)
    assert town.chain.send(notice(town, "ocds-after"), actor("officer_one")).records
    for submitted in lost:
        assert town.chain.recorded(submitted).records


def test_send_what_another_program_replaced_raises_transaction_replaced(still: Still) -> None:
    """Without a price the second transaction of a nonce silently takes the place of the first."""
    town, tell = still
    submitted = town.chain.submit(notice(town, "ocds-replaced"), actor("officer_one"))
    tell("anvil_dropTransaction", to_hex(submitted.sent.hash))
    raw = actor("officer_one").sign_transaction(
        {
            "chainId": town.chain.chain_id,
            "nonce": submitted.sent.nonce,
            "gas": 21_000,
            "gasPrice": 0,
            "value": 0,
            "data": b"",
            "to": bytes(20),
        }
    )
    tell("eth_sendRawTransaction", to_hex(raw))
    tell("evm_mine")
    with pytest.raises(TransactionReplaced) as replaced:
        town.chain.recorded(submitted, timeout=30)
    assert replaced.value.values == {
        "transaction": submitted.sent.hash,
        "account": actor("officer_one").account,
        "nonce": submitted.sent.nonce,
    }


def test_send_beside_a_foreign_pending_transaction_does_not_replace_it(still: Still) -> None:
    """A wallet with the same key has one waiting: ours goes behind it."""
    town, tell = still
    foreign = Chain.connect(town.chain.transport, town.chain.deployment)
    first = foreign.submit(notice(town, "ocds-wallet"), actor("officer_one"))
    second = town.chain.submit(notice(town, "ocds-ours"), actor("officer_one"))
    assert second.sent.nonce == first.sent.nonce + 1
    tell("evm_mine")
    assert foreign.recorded(first).records
    assert town.chain.recorded(second).records


def test_send_what_fails_only_in_its_block_raises_the_contract_s_name(still: Still) -> None:
    """It passes the simulation, but the block comes when the call has expired."""
    town, tell = still
    late = PublishNotices(BUYER, town.now + 60, notice(town, "ocds-late").notices)
    submitted = town.chain.submit(late, actor("officer_one"))
    town.pass_to(town.now + 61)
    tell("evm_mine")
    with pytest.raises(ActExpired) as refused:
        town.chain.recorded(submitted)
    assert refused.value.values == {"expires": late.expires, "time": town.now}


class Told:
    """A node that answers with a failed receipt, and says the reason in it or nowhere."""

    url = "told"

    def __init__(self, receipt: dict[str, Any]) -> None:
        self._receipt = receipt

    def request(self, method: str, params: Sequence[Any]) -> Any:
        return {"eth_getTransactionReceipt": self._receipt, "eth_call": "0x"}[method]

    def close(self) -> None:
        pass


def test_a_failed_receipt_with_besu_s_revert_reason_is_named_by_it(still: Still) -> None:
    """With --revert-reason-enabled Besu says it in the receipt."""
    town, _ = still
    submitted = town.chain.submit(notice(town, "ocds-failed"), actor("officer_one"))
    failed = {"status": "0x0", "blockNumber": "0x7"}
    reason = {"revertReason": to_hex(keccak(b"GroundMissing(uint8)")[:4] + (5).to_bytes(32, "big"))}
    with pytest.raises(GroundMissing):
        Sender(Told({**failed, **reason}), town.chain.chain_id, NonceBook(1)).receipt(submitted, 1)
    with pytest.raises(TransactionFailed) as unknown:
        Sender(Told(failed), town.chain.chain_id, NonceBook(1)).receipt(submitted, 1)
    assert unknown.value.values == {"transaction": submitted.sent.hash, "block": 7}


class Besu(Told):
    """A Besu that refuses a transaction in its recorded words, and knows its hash or not."""

    def __init__(self, error: dict[str, Any], known: bool) -> None:
        super().__init__({})
        self._error, self._known = error, known

    def request(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_sendRawTransaction":
            raise NodeRefused(method=method, code=self._error["code"], message=self._error["message"], data=None)
        found = {"hash": params[0]} if self._known else None
        return {"eth_estimateGas": "0x5208", "eth_getTransactionCount": "0x7", "eth_getTransactionByHash": found}[
            method
        ]


def test_every_recorded_refusal_of_besu_gives_the_nonce_back_unless_it_is_known_already(test_data: Path) -> None:
    """Nonce too low, too distant, too much gas, too little, another chain, malformed: and "Known transaction"."""
    answers = json.loads((test_data / "qbft/rpc_answers.json").read_text())
    refusals = [
        recorded["response"]["error"]
        for recorded in answers
        if recorded["request"]["method"] == "eth_sendRawTransaction" and "error" in recorded["response"]
    ]
    assert len(refusals) == 7
    officer = actor("officer_one")
    for error in refusals:
        book = NonceBook(20_261)
        with pytest.raises(NodeRefused) as refused:
            Sender(Besu(error, known=False), 20_261, book).submit(officer, bytes(20), b"")
        assert refused.value.values["message"] == error["message"]
        assert book.unsettled(officer.account) == []
        submitted = Sender(Besu(error, known=True), 20_261, book).submit(officer, bytes(20), b"")
        assert book.unsettled(officer.account) == [submitted.sent]
        book.close()
