"""The JSON-RPC methods: what each takes and answers. ``docs/node.md`` lists them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import rlp
from eth.abc import BlockHeaderAPI, StateAPI

from ledger.chain.node import arguments, logs, shapes
from ledger.chain.node.calls import Simulation, next_header
from ledger.chain.node.network import NetworkMethods
from ledger.chain.node.proofs import account_proof
from ledger.chain.node.schema import BlockRow, TransactionRow
from ledger.errors import RpcError

if TYPE_CHECKING:
    from ledger.chain.node.node import EmbeddedNode

_NEWEST = ("latest", "pending", "safe", "finalized")
_NO_BLOCK, _NO_METHOD = -32000, -32601


class Methods(NetworkMethods):
    """The methods over one node. A method's name is its JSON-RPC name."""

    def __init__(self, node: EmbeddedNode) -> None:
        super().__init__(node)
        self._store = node.store
        names = [name for name in dir(self) if name.startswith(("eth_", "net_", "web3_", "debug_", "txpool_"))]
        self._named: dict[str, Callable[..., Any]] = {name: getattr(self, name) for name in names}

    def answer(self, method: str, params: Any) -> Any:
        """The result. Raises :class:`RpcError`, -32601 for an unknown method."""
        found = self._named.get(method)
        if found is None:
            raise RpcError(_NO_METHOD, f"the method {method} does not exist or is not available")
        return found(params if params is not None else [])

    # Blocks

    def _header(self, key: bytes) -> BlockHeaderAPI:
        return self._node.header(key)

    def _find(self, value: Any) -> BlockRow | None:
        """The block of a tag, number, hash or EIP-1898 object; None if there is none."""
        if isinstance(value, dict):
            if "blockHash" in value:
                return self._store.block_by_hash(arguments.hash32(value["blockHash"], "blockHash"))
            value = value.get("blockNumber")
        if value is None or value in _NEWEST:
            return self._block_row(self._node.head.block_number)
        if value == "earliest":
            return self._block_row(0)
        if isinstance(value, str) and len(value) == 66:
            return self._store.block_by_hash(arguments.hash32(value))
        number = arguments.quantity(value, "block")
        return self._block_row(number) if number <= self._node.head.block_number else None

    def _block_row(self, number: int) -> BlockRow:
        return self._store.existing_block(number)

    def _at(self, value: Any) -> BlockHeaderAPI:
        """The header of an existing block; the newest from memory."""
        if value is None or value in _NEWEST:
            return self._node.head
        row = self._find(value)
        if row is None:
            raise RpcError(_NO_BLOCK, f"header not found: block {value!r:.80} does not exist")
        return self._header(row.hash)

    def _block(self, row: BlockRow | None, full: Any) -> dict[str, Any] | None:
        if row is None:
            return None
        rows = self._store.transactions(row)
        header = self._header(row.hash)
        size = len(rlp.encode(header)) + sum(len(one.raw) for one in rows)
        whole = [shapes.transaction(one, row.hash) if full else shapes.data(one.hash) for one in rows]
        return shapes.block(header, size, whole)

    def eth_blockNumber(self, params: Any) -> str:
        arguments.take(params, 0, 0)
        return shapes.quantity(self._node.head.block_number)

    def eth_getBlockByNumber(self, params: Any) -> Any:
        tag, full = arguments.take(params, 1, 2)
        return self._block(self._find(tag), full)

    def eth_getBlockByHash(self, params: Any) -> Any:
        key, full = arguments.take(params, 1, 2)
        return self._block(self._store.block_by_hash(arguments.hash32(key)), full)

    def eth_getBlockTransactionCountByNumber(self, params: Any) -> Any:
        row = self._find(arguments.take(params, 1, 1)[0])
        return None if row is None else shapes.quantity(row.transactions)

    def eth_getBlockTransactionCountByHash(self, params: Any) -> Any:
        row = self._store.block_by_hash(arguments.hash32(arguments.take(params, 1, 1)[0]))
        return None if row is None else shapes.quantity(row.transactions)

    # Transactions

    def eth_getTransactionByHash(self, params: Any) -> Any:
        key = arguments.hash32(arguments.take(params, 1, 1)[0])
        received = self._node.waiting(key)
        row = self._mined(key)
        if row is not None:
            return shapes.transaction(row, self._of(row).hash)
        return shapes.waiting(received) if received else None

    def _mined(self, key: bytes) -> TransactionRow | None:
        """A transaction in a block that everybody can already ask for; a moment earlier it still waits."""
        row = self._store.transaction(key)
        return row if row is not None and row.block_number <= self._node.head.block_number else None

    def _of(self, row: TransactionRow) -> BlockRow:
        return self._block_row(row.block_number)

    def eth_getTransactionByBlockNumberAndIndex(self, params: Any) -> Any:
        tag, index = arguments.take(params, 2, 2)
        return self._by_index(self._find(tag), index)

    def eth_getTransactionByBlockHashAndIndex(self, params: Any) -> Any:
        key, index = arguments.take(params, 2, 2)
        return self._by_index(self._store.block_by_hash(arguments.hash32(key)), index)

    def _by_index(self, row: BlockRow | None, index: Any) -> Any:
        position = arguments.quantity(index, "index")
        if row is None or position >= row.transactions:
            return None
        return shapes.transaction(self._store.transactions(row)[position], row.hash)

    def eth_getTransactionReceipt(self, params: Any) -> Any:
        row = self._mined(arguments.hash32(arguments.take(params, 1, 1)[0]))
        if row is None:
            return None
        return shapes.receipt(row, self._of(row))

    def eth_getBlockReceipts(self, params: Any) -> Any:
        row = self._find(arguments.take(params, 1, 1)[0])
        if row is None:
            return None
        return [shapes.receipt(one, row) for one in self._store.transactions(row)]

    def eth_sendRawTransaction(self, params: Any) -> str:
        raw = arguments.data(arguments.take(params, 1, 1)[0], "transaction")
        return shapes.data(self._node.send(raw))

    def eth_getLogs(self, params: Any) -> Any:
        (value,) = arguments.take(params, 1, 1)
        if not isinstance(value, dict):
            raise RpcError(arguments.INVALID, "filter: expected an object")
        accounts, topics = logs.read_conditions(value)
        if value.get("blockHash") is not None:
            row = self._find({"blockHash": value["blockHash"]})
            if row is None:
                raise RpcError(_NO_BLOCK, "unknown block")
            first = last = row.number
        else:
            first = self._bound(value.get("fromBlock"), "fromBlock")
            last = self._bound(value.get("toBlock"), "toBlock")
            if first > last:
                raise RpcError(arguments.INVALID, f"fromBlock {first} is after toBlock {last}")
        rows = logs.find(self._store, logs.Filter(first, last, accounts, topics))
        blocks = {number: self._block_row(number) for number in {row.block_number for row in rows}}
        return [shapes.log(row, blocks[row.block_number]) for row in rows]

    def _bound(self, value: Any, name: str) -> int:
        head = self._node.head.block_number
        if value is None or value in _NEWEST:
            return head
        if value == "earliest":
            return 0
        number = arguments.quantity(value, name)
        if number > head:
            raise RpcError(arguments.INVALID, f"{name} {number} is beyond the newest block {head}")
        return number

    # State

    def _state(self, tag: Any) -> StateAPI:
        return self._node.machine.state(self._at(tag))

    def eth_getBalance(self, params: Any) -> str:
        account, tag = arguments.take(params, 1, 2)
        return shapes.quantity(self._state(tag).get_balance(arguments.account(account)))

    def eth_getCode(self, params: Any) -> str:
        account, tag = arguments.take(params, 1, 2)
        return shapes.data(self._state(tag).get_code(arguments.account(account)))

    def eth_getStorageAt(self, params: Any) -> str:
        account, key, tag = arguments.take(params, 2, 3)
        slot = int.from_bytes(arguments.storage_key(key), "big")
        value = self._state(tag).get_storage(arguments.account(account), slot)
        return shapes.data(value.to_bytes(32, "big"))

    def eth_getTransactionCount(self, params: Any) -> str:
        account, tag = arguments.take(params, 1, 2)
        sender = arguments.account(account)
        if tag == "pending":
            return shapes.quantity(self._node.next_nonce(sender))
        return shapes.quantity(self._state(tag).get_nonce(sender))

    def eth_getProof(self, params: Any) -> Any:
        account, keys, tag = arguments.take(params, 2, 3)
        if not isinstance(keys, list):
            raise RpcError(arguments.INVALID, "storage keys: expected a list")
        given = [(key, arguments.storage_key(key)) for key in arguments.items(keys, "storage keys")]
        return account_proof(self._store, self._at(tag), arguments.account(account), given)

    def _simulation(self, call: Any, tag: Any) -> Simulation:
        head = self._node.head
        header = next_header(head, self._node.clock.now()) if tag is None or tag in _NEWEST else self._at(tag)
        return Simulation(self._node.machine, header, call)

    def eth_call(self, params: Any) -> str:
        call, tag = arguments.take(params, 1, 2)
        return shapes.data(self._simulation(call, tag).call())

    def eth_estimateGas(self, params: Any) -> str:
        call, tag = arguments.take(params, 1, 2)
        return shapes.quantity(self._simulation(call, tag).estimate())

    def eth_feeHistory(self, params: Any) -> Any:
        count, newest, percentiles = arguments.take(params, 2, 3)
        # Some clients send the count as a number.
        wanted = count if type(count) is int else arguments.quantity(count, "blockCount")
        if wanted < 1 or not isinstance(percentiles, list | None):
            raise RpcError(arguments.INVALID, "blockCount: expected at least 1; rewardPercentiles: expected a list")
        arguments.items(percentiles or [], "rewardPercentiles")
        last = self._bound(newest, "newestBlock")
        first = max(0, last + 1 - min(wanted, 1024))
        used = []
        for number in range(first, last + 1):
            header = self._at(shapes.quantity(number))
            used.append(header.gas_used / header.gas_limit)
        answer = {
            "oldestBlock": shapes.quantity(first),
            "baseFeePerGas": ["0x0"] * (len(used) + 1),
            "baseFeePerBlobGas": ["0x1"] * (len(used) + 1),
            "blobGasUsedRatio": [0.0] * len(used),
            "gasUsedRatio": used,
        }
        if percentiles:
            answer["reward"] = [["0x0"] * len(percentiles) for _ in used]
        return answer

    # Raw encodings

    def debug_getRawHeader(self, params: Any) -> str:
        return shapes.data(rlp.encode(self._at(arguments.take(params, 1, 1)[0])))

    def debug_getRawReceipts(self, params: Any) -> list[str]:
        header = self._at(arguments.take(params, 1, 1)[0])
        rows = self._store.transactions(self._block_row(header.block_number))
        return [shapes.data(row.receipt) for row in rows]

    def debug_getRawTransaction(self, params: Any) -> str | None:
        key = arguments.hash32(arguments.take(params, 1, 1)[0])
        received = self._node.waiting(key)
        row = self._store.transaction(key)
        return shapes.data(row.raw) if row else shapes.data(received.raw) if received else None
