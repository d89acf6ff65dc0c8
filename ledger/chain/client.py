"""One chain with its ledger and registry: what the other parts ask of it, and the acts they send.

Works alike on the embedded node in this process and on any node given by RPC URL (py-evm, anvil, Besu).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ledger.chain import record
from ledger.chain.acts import LedgerAct
from ledger.chain.blocks import BlockInfo, header_rlp, read_block
from ledger.chain.codec import encode_call
from ledger.chain.deployment import Deployment
from ledger.chain.heads import head_slot
from ledger.chain.logs import RawLog, read_log, read_logs
from ledger.chain.nonces import NonceBook
from ledger.chain.record import ActRecord, Proposal, decode_log, decode_proposal
from ledger.chain.registry import RegistryAct
from ledger.chain.reverts import named_refusal
from ledger.chain.rpc import Node, Transport, from_hex, request_all, to_hex, to_int, transport_to
from ledger.chain.sending import Sender, Submitted
from ledger.chain.views import ProcessView, RoundView, decode_view, encode_view
from ledger.errors import BlockUnknown, NoCodeAtAccount, NodeAnswerMalformed, NodeRefused, RegistryMismatch, WrongChain
from ledger.terms import ProcessState, RoundKind, RoundState

if TYPE_CHECKING:
    from ledger.chain.signers import Signer

Act = LedgerAct | RegistryAct
State = TypeVar("State", bound=IntEnum)

_STORAGE = "eth_getStorageAt"


@dataclass(frozen=True)
class Recorded:
    """What a transaction brought about: acts on the record, and proposals that await a second person.

    ``hash`` and ``block_hash`` are 32 bytes. A joint act's first call has one proposal and no record.
    """

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    records: tuple[ActRecord, ...]
    proposals: tuple[Proposal, ...]


class StateProof(NamedTuple):
    """eth_getProof's nodes from the root down: of the account, and of each slot in the order asked."""

    account_proof: tuple[bytes, ...]
    storage_proofs: tuple[tuple[bytes, ...], ...]


class Chain:
    """A chain; ``ledger`` and ``registry`` are accounts (20 bytes). Thread safe."""

    def __init__(self, transport: Transport, deployment: Deployment, book: NonceBook, receipt_timeout: float) -> None:
        """Use ``connect``."""
        self.transport, self.deployment = transport, deployment
        self.chain_id, self.ledger, self.registry = deployment.chain_id, deployment.ledger, deployment.registry
        self._accounts = {"ledger": self.ledger, "registry": self.registry}
        self._receipt_timeout, self._book = receipt_timeout, book
        self._sender = Sender(transport, self.chain_id, book, receipt_timeout)

    @classmethod
    def connect(
        cls,
        target: str | Node | Transport,
        deployment: Deployment,
        *,
        nonces: Path | None = None,
        receipt_timeout: float = 30.0,
    ) -> Chain:
        """Reach the chain of ``deployment`` by RPC URL or through the embedded node of this process.

        ``nonces``: file of the nonce book that all processes with the same keys share; None: in memory.
        ``receipt_timeout`` in seconds. Raises as ``check_deployment``.
        """
        transport = transport_to(target)
        try:
            check_deployment(transport, deployment)
        except BaseException:
            transport.close()
            raise
        return cls(transport, deployment, NonceBook(deployment.chain_id, nonces), receipt_timeout)

    def close(self) -> None:
        """Let go of connections and of the nonce book; an embedded node stays its owner's to close."""
        self.transport.close()
        self._book.close()

    # Blocks and logs

    def block_number(self) -> int:
        """Number of the newest block."""
        return to_int(self.transport.request("eth_blockNumber", []), "eth_blockNumber")

    def block(self, number: int) -> BlockInfo:
        """A block by number. Raises BlockUnknown."""
        return read_block(self._block(number))

    def now(self) -> int:
        """The present second, not before the newest block: calls are judged by the chain's clock, which stands still
        while nothing happens."""
        return max(int(time.time()), self.block(self.block_number()).time)

    def block_hash(self, number: int) -> bytes:
        """A block's hash as the node says it. Raises BlockUnknown."""
        return self.block(number).hash

    def raw_header(self, number: int) -> bytes:
        """RLP of a block's header, with the seals that this node keeps. Raises BlockUnknown."""
        return header_rlp(self._block(number))

    def logs(self, from_block: int, to_block: int, topics: Sequence[bytes] = ()) -> Iterator[RawLog]:
        """Logs of ledger and registry in blocks from - to, both inclusive. Raises BlockUnknown beyond the newest block.

        ``topics``: any of these as first topic, for example ``codec.ACT_RECORDED``; empty: every event.
        """
        return read_logs(self.transport, (self.ledger, self.registry), from_block, to_block, topics)

    def acts_of(self, process_id: bytes, block: int | None = None) -> Iterator[ActRecord]:
        """All acts of one process up to the newest block, in their order; or those of one ``block``: all of them
        are looked for in the whole chain, which takes the longer the older it is. Raises BlockUnknown."""
        first, last = (self.deployment.block, self.block_number()) if block is None else (block, block)
        topics = (record.ACT_RECORDED,)
        for log in read_logs(self.transport, (self.ledger,), first, last, topics, process_id):
            yield decode_log(log.topics, log.data)

    def proof(self, account: bytes, slots: Sequence[bytes], block: int) -> StateProof:
        """Proof of an account and of storage slots (32 bytes each) after a block. Raises BlockUnknown.

        What it proves is for ``ledger.evidence`` to say.
        """
        method = "eth_getProof"
        answer = self._at(block, method, [to_hex(account), [to_hex(slot) for slot in slots]])
        try:
            # Besu answers sorted, without repetitions, and with keys that lack leading zeros.
            by_slot = {int(entry["key"], 16): _nodes(entry["proof"]) for entry in answer["storageProof"]}
            found = tuple(by_slot[int.from_bytes(slot, "big")] for slot in slots)
            return StateProof(_nodes(answer["accountProof"]), found)
        except (KeyError, TypeError, ValueError) as error:
            raise NodeAnswerMalformed(method=method, reason=f"no proof: {error!r:.200}") from error

    def _block(self, number: int) -> dict[str, Any]:
        answer = self.transport.request("eth_getBlockByNumber", [hex(number), False])
        if answer is None:
            raise BlockUnknown(block=number)
        if not isinstance(answer, dict) or to_int(answer.get("number"), "eth_getBlockByNumber") != number:
            raise NodeAnswerMalformed(method="eth_getBlockByNumber", reason=f"it is not block {number}")
        return answer

    def _at(self, block: int | None, method: str, params: list[Any]) -> Any:
        """Ask about the state after a block. Of one that is not there yet Besu says null, and others refuse."""
        try:
            answer = self.transport.request(method, [*params, "latest" if block is None else hex(block)])
        except NodeRefused:
            if block is not None:
                self._require_block(block)
            raise
        if answer is None:
            raise BlockUnknown(block=block)
        return answer

    def _require_block(self, number: int) -> None:
        if number > self.block_number():
            raise BlockUnknown(block=number) from None

    # Acts

    def simulate(self, act: Act, account: bytes) -> int:
        """Gas the act would use now if ``account`` sent it. Raises the named exception if it would be refused."""
        return self._sender.simulate(account, self._accounts[act.contract], encode_call(act))

    def send(self, act: Act, signer: Signer) -> Recorded:
        """Send an act and wait until it is in a block.

        Raises the exception with the contract's own name if it is refused; ReceiptTimeout, TransactionReplaced,
        TransactionFailed, NodeRefused, NodeUnreachable.
        """
        return self.recorded(self.submit(act, signer))

    def submit(
        self, act: Act, signer: Signer, *, signing: Callable[[], None] | None = None, gas: int | None = None
    ) -> Submitted:
        """Send an act without waiting; ``recorded`` waits. For many acts that do not depend on each other.

        ``signing`` is called before anything is signed: what fails earlier leaves nothing that could be recorded.
        ``gas``: what it may use, from a caller who simulated the like of it; then a refusal is told by ``recorded``.
        """
        return self._sender.submit(signer, self._accounts[act.contract], encode_call(act), signing, gas)

    def recorded(self, submitted: Submitted, timeout: float | None = None) -> Recorded:
        """Wait for what was submitted, at most ``timeout`` seconds (by default the chain's). Raises as ``send``."""
        receipt = self._sender.receipt(submitted, self._receipt_timeout if timeout is None else timeout)
        method = "eth_getTransactionReceipt"
        listed = receipt.get("logs")
        if not isinstance(listed, list):
            raise NodeAnswerMalformed(method=method, reason="a receipt without logs")
        logs = [read_log(entry) for entry in listed]
        logs = [log for log in logs if log.account in (self.ledger, self.registry)]
        return Recorded(
            transaction_hash=submitted.sent.hash,
            block_number=to_int(receipt.get("blockNumber"), method),
            block_hash=from_hex(receipt.get("blockHash"), method, 32),
            records=tuple(decode_log(log.topics, log.data) for log in logs if record.ACT_RECORDED in log.topics[:1]),
            proposals=tuple(
                decode_proposal(log.topics, log.data) for log in logs if record.ACT_PROPOSED in log.topics[:1]
            ),
        )

    def settle(self, account: bytes) -> None:
        """Wait until nothing that the account signed, in whatever process, is on its way. Raises ReceiptTimeout."""
        self._sender.settle(account, self._receipt_timeout)

    def send_all(self, acts: Iterable[Act], signer: Signer) -> list[Recorded]:
        """Send acts of one signer in order, then wait for all: several share a block."""
        return [self.recorded(submitted) for submitted in [self.submit(act, signer) for act in acts]]

    # Questions

    def view(self, name: str, *arguments: Any, of: str = "ledger", block: int | None = None) -> Any:
        """Ask the ``ledger`` or the ``registry`` a question of its interface, after a block (None: the newest).

        One value, or a tuple of several; accounts as 20 bytes. Raises CallMalformed, BlockUnknown.
        """
        call = {"to": to_hex(self._accounts[of]), "data": to_hex(encode_view(of, name, arguments))}
        try:
            answer = self._at(block, "eth_call", [call])
        except NodeRefused as refusal:
            raise named_refusal(refusal) from refusal
        return decode_view(of, name, from_hex(answer, "eth_call"))

    def process(self, process_id: bytes) -> ProcessView:
        """A process as it stands; its state is NONE if it is unknown."""
        organisation_id, state, *numbers = self.view("processOf", process_id)
        return ProcessView(organisation_id, _named(ProcessState, state), *numbers)

    def round(self, process_id: bytes, number: int) -> RoundView:
        """A round as it stands; its state is NONE if there is none with this number."""
        kind, state, *numbers = self.view("roundOf", process_id, number)
        return RoundView(_named(RoundKind, kind), _named(RoundState, state), *numbers)

    def head(self, series_id: bytes, *, of: str = "ledger", block: int | None = None) -> bytes:
        """Head (32 bytes) of a series as the node says it; zero if it has no items, or before there is a ledger.

        Read from its storage slot: the index asks for thousands, and running the contract costs ten times as much.
        """
        return self.stored(head_slot(series_id), of=of, block=block)

    def stored(self, slot: bytes, *, of: str = "ledger", block: int | None = None) -> bytes:
        """The word (32 bytes) in a storage slot of the ledger or registry; zero if nothing was written there."""
        return _word(self._at(block, _STORAGE, [to_hex(self._accounts[of]), to_hex(slot)]))

    def heads(self, series_ids: Sequence[bytes], *, of: str = "ledger", block: int) -> list[bytes]:
        """As ``head``, for many series after one block, in their order."""
        account = to_hex(self._accounts[of])
        asked = [[account, to_hex(head_slot(series_id)), hex(block)] for series_id in series_ids]
        try:
            answers = request_all(self.transport, _STORAGE, asked)
        except NodeRefused:
            self._require_block(block)
            raise
        if None in answers:
            raise BlockUnknown(block=block)
        return [_word(answer) for answer in answers]


def check_deployment(target: str | Node | Transport, deployment: Deployment) -> None:
    """Compare a deployment with what the node serves: chain, smart contracts, and the registry the ledger obeys.

    Raises WrongChain, NoCodeAtAccount, RegistryMismatch; NodeUnreachable, NodeAnswerMalformed.
    """
    transport = transport_to(target)
    chain_id = to_int(transport.request("eth_chainId", []), "eth_chainId")
    if chain_id != deployment.chain_id:
        raise WrongChain(what="the chain id", got=chain_id, expected=deployment.chain_id)
    genesis = read_block(transport.request("eth_getBlockByNumber", ["0x0", False])).hash
    if genesis != deployment.genesis_hash:
        raise WrongChain(what="the genesis hash", got=genesis, expected=deployment.genesis_hash)
    for account in (deployment.registry, deployment.ledger):
        if from_hex(transport.request("eth_getCode", [to_hex(account), "latest"]), "eth_getCode") == b"":
            raise NoCodeAtAccount(account=account)
    question = {"to": to_hex(deployment.ledger), "data": to_hex(encode_view("ledger", "registry", ()))}
    try:
        answer = transport.request("eth_call", [question, "latest"])
    except NodeRefused as refusal:
        raise named_refusal(refusal) from refusal
    obeyed = decode_view("ledger", "registry", from_hex(answer, "eth_call"))
    if obeyed != deployment.registry:
        raise RegistryMismatch(got=deployment.registry, expected=obeyed)


def _word(answer: Any) -> bytes:
    return to_int(answer, _STORAGE).to_bytes(32, "big")


def _named(states: type[State], number: int) -> State:
    try:
        return states(number)
    except ValueError as error:
        raise NodeAnswerMalformed(method="eth_call", reason=f"{number} is no {states.__name__}") from error


def _nodes(given: list[str]) -> tuple[bytes, ...]:
    nodes = tuple(from_hex(node, "eth_getProof") for node in given)
    # Some nodes send the empty trie's root, which proves nothing that the storage root does not say.
    return () if nodes == (b"\x80",) else nodes
