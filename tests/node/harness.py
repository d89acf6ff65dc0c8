"""eth-tester over the embedded chain: the unit tests' harness runs on the same blocks, rules and storage.

``web3.EthereumTesterProvider(harness_over(node))`` works as it does over eth-tester's own chain, except that the gas
price is zero, that nothing is ever taken back (no snapshots), and that block times obey the node's development clock.
"""

from __future__ import annotations

from typing import Any

from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.blocks import PragueBlock
from eth.vm.forks.prague.receipts import PragueReceiptBuilder
from eth_hash.auto import keccak
from eth_keys import keys  # type: ignore[attr-defined]
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import BlockNotFound, TransactionNotFound
from eth_tester.exceptions import ValidationError as Refused

from ledger.chain.node import DevelopmentClock, EmbeddedNode, RpcError
from ledger.chain.node.calls import next_header
from ledger.chain.node.schema import BlockRow
from ledger.chain.node.shapes import decoded

ACCOUNTS = 5


def harness_over(node: EmbeddedNode) -> EthereumTester:
    """eth-tester over an open node with a development clock."""
    return EthereumTester(NodeBackend(node))


class NodeChain:
    """What eth-tester asks py-evm's chain for, answered from the node."""

    def __init__(self, node: EmbeddedNode) -> None:
        self._node, self._store = node, node.store
        self.chain_id = node.chain_id
        self.chaindb = self

    @property
    def header(self) -> BlockHeaderAPI:
        """The context of the next block; its state is that of the newest."""
        return next_header(self._node.head, self._node.clock.now())

    def get_block(self) -> PragueBlock:
        return PragueBlock(self.header, transactions=[], uncles=[], withdrawals=[])

    def get_vm(self, at_header: BlockHeaderAPI | None = None) -> PragueVM:
        return self._node.machine.vm(self.header if at_header is None else at_header)[0]

    def get_transaction_builder(self) -> Any:
        return PragueVM.get_transaction_builder()

    def create_unsigned_transaction(self, **fields: Any) -> Any:
        return PragueVM.create_unsigned_transaction(**fields)

    def get_canonical_block_by_number(self, number: int) -> PragueBlock:
        return self._block(self._store.block(number), number)

    def get_canonical_block_header_by_number(self, number: int) -> BlockHeaderAPI:
        return self.get_canonical_block_by_number(number).header

    def get_block_by_hash(self, key: bytes) -> PragueBlock:
        return self._block(self._store.block_by_hash(key), key)

    def _block(self, row: BlockRow | None, asked: object) -> PragueBlock:
        if row is None:
            raise BlockNotFound(asked)
        transactions = [decoded(one.raw) for one in self._store.transactions(row)]
        return PragueBlock(self._node.header(row.hash), transactions=transactions, uncles=[], withdrawals=[])

    def get_receipts(self, header: BlockHeaderAPI, _decoder: object) -> tuple[Any, ...]:
        """py-evm's name for the receipts of a block."""
        rows = self._store.transactions(self._store.existing_block(header.block_number))
        return tuple(PragueReceiptBuilder.decode(row.receipt) for row in rows)

    def place(self, key: bytes) -> tuple[PragueBlock, SignedTransactionAPI, int]:
        """Block, transaction and position, found by hash without a scan."""
        row = self._store.transaction(key)
        if row is None:
            raise TransactionNotFound(key)
        block = self.get_canonical_block_by_number(row.block_number)
        return block, block.transactions[row.position], row.position

    def apply_transaction(self, transaction: SignedTransactionAPI) -> None:
        """Hand in a signed transaction; with a development clock it is in a block when this returns."""
        try:
            self._node.send(transaction.encode())
        except RpcError as refused:
            raise Refused(refused.message) from refused

    def make_empty_block(self) -> None:
        self._node.make_empty_block()

    def advance_to(self, second: int) -> None:
        clock = self._node.clock
        assert isinstance(clock, DevelopmentClock)
        clock.advance_to(second)

    def estimate_gas(self, transaction: Any, at_header: BlockHeaderAPI | None = None) -> int:
        """As eth_estimateGas estimates."""
        call = {"from": "0x" + transaction.sender.hex(), "input": "0x" + transaction.data.hex()}
        if transaction.to:
            call["to"] = "0x" + transaction.to.hex()
        block = [] if at_header is None else [hex(at_header.block_number)]
        return int(self._node.request("eth_estimateGas", [call, *block]), 16)


class NodeBackend(PyEVMBackend):  # type: ignore[misc]
    """eth-tester's backend, with the node's chain in the place of its own. Made for one node, never reset."""

    def __init__(self, node: EmbeddedNode) -> None:
        self._mined_ahead = 0
        self.chain = NodeChain(node)
        # Known keys, on a chain that nobody else's signatures are good for.
        self.account_keys = tuple(
            keys.PrivateKey(keccak(f"{node.chain_id} {number}".encode())) for number in range(ACCOUNTS)
        )

    def reset_to_genesis(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("the embedded chain never goes back")

    def revert_to_snapshot(self, snapshot: Any) -> None:
        raise NotImplementedError("the embedded chain never goes back")

    def _sent(self, key: bytes) -> bytes:
        self._mined_ahead += 1
        return key

    def send_raw_transaction(self, raw_transaction: bytes) -> bytes:
        return self._sent(super().send_raw_transaction(raw_transaction))

    def send_signed_transaction(self, signed_transaction: Any, block_number: Any = "latest") -> bytes:
        return self._sent(super().send_signed_transaction(signed_transaction, block_number))

    def send_transaction(self, transaction: Any) -> bytes:
        return self._sent(super().send_transaction(self._at_no_price(transaction)))

    @staticmethod
    def _at_no_price(transaction: dict[str, Any]) -> dict[str, Any]:
        free = {name: value for name, value in transaction.items() if name != "gas_price"}
        return {**free, "max_fee_per_gas": 0, "max_priority_fee_per_gas": 0}

    def call(self, transaction: dict[str, Any], block_number: Any = "latest") -> bytes:
        result: bytes = super().call(self._at_no_price({"gas": 10_000_000, **transaction}), block_number)
        return result

    def estimate_gas(self, transaction: dict[str, Any], block_number: Any = "latest") -> int:
        result: int = super().estimate_gas(self._at_no_price(transaction), block_number)
        return result

    def mine_blocks(self, num_blocks: int = 1, coinbase: bytes = b"") -> list[bytes]:
        """eth-tester mines after every transaction; the node has done so already, so that one is only named."""
        found: list[bytes] = []
        for _ in range(num_blocks):
            if self._mined_ahead:
                self._mined_ahead = 0
            else:
                self.chain.make_empty_block()
            found.append(self.chain.get_canonical_block_by_number(self.chain.get_block().number - 1).hash)
        return found

    def time_travel(self, to_timestamp: int) -> int:
        self.chain.advance_to(to_timestamp)
        self.mine_blocks()
        return to_timestamp

    def get_transaction_by_hash(self, transaction_hash: bytes) -> Any:
        from eth_tester.backends.pyevm.serializers import serialize_transaction

        return serialize_transaction(*self.chain.place(transaction_hash), is_pending=False)

    def get_transaction_receipt(self, transaction_hash: bytes) -> Any:
        from eth_tester.backends.pyevm.serializers import serialize_transaction_receipt

        block, transaction, position = self.chain.place(transaction_hash)
        receipts = self.chain.get_receipts(block.header, None)
        return serialize_transaction_receipt(block, receipts, transaction, position, False, self.chain.get_vm())
