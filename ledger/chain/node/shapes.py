"""How blocks, transactions, receipts and logs look in JSON (Ethereum JSON-RPC, execution-apis)."""

from __future__ import annotations

from typing import Any

import rlp
from eth.abc import SignedTransactionAPI
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.receipts import PragueReceiptBuilder
from eth_hash.auto import keccak

from ledger.chain.node.pool import Received
from ledger.chain.node.schema import BlockRow, LogRow, TransactionRow

Json = dict[str, Any]


def quantity(value: int) -> str:
    return hex(value)


def data(value: bytes) -> str:
    return "0x" + value.hex()


def block(header: Any, size: int, transactions: list[Any]) -> Json:
    """A block; ``transactions`` as hashes or whole, ``size`` in bytes.

    ``header`` is of Prague: py-evm's interface for headers lacks the fields that came with it.
    """
    return {
        "number": quantity(header.block_number),
        "hash": data(header.hash),
        "parentHash": data(header.parent_hash),
        "nonce": data(header.nonce),
        "sha3Uncles": data(header.uncles_hash),
        "logsBloom": data(header.bloom.to_bytes(256, "big")),
        "transactionsRoot": data(header.transaction_root),
        "stateRoot": data(header.state_root),
        "receiptsRoot": data(header.receipt_root),
        "miner": data(header.coinbase),
        "difficulty": quantity(header.difficulty),
        "totalDifficulty": "0x0",
        "extraData": data(header.extra_data),
        "size": quantity(size),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "timestamp": quantity(header.timestamp),
        "mixHash": data(header.mix_hash),
        "baseFeePerGas": quantity(header.base_fee_per_gas),
        "withdrawalsRoot": data(header.withdrawals_root),
        "withdrawals": [],
        "blobGasUsed": quantity(header.blob_gas_used),
        "excessBlobGas": quantity(header.excess_blob_gas),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "requestsHash": data(header.requests_hash),
        "transactions": transactions,
        "uncles": [],
    }


def decoded(raw: bytes) -> SignedTransactionAPI:
    return PragueVM.get_transaction_builder().decode(raw)


def _body(key: bytes, raw: bytes, sender: bytes) -> Json:
    transaction: Any = decoded(raw)  # py-evm's interface says Optional where a signed one has a value
    kind = raw[0] if raw[0] < 0x80 else 0
    shape: Json = {
        "type": quantity(kind),
        "hash": data(key),
        "from": data(sender),
        "to": data(transaction.to) if transaction.to else None,
        "nonce": quantity(transaction.nonce),
        "gas": quantity(transaction.gas),
        "gasPrice": "0x0",
        "value": quantity(transaction.value),
        "input": data(transaction.data),
        "chainId": quantity(transaction.chain_id),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
    }
    if kind == 0:
        shape["v"] = quantity(transaction.v)
        return shape
    shape["v"] = shape["yParity"] = quantity(transaction.y_parity)
    shape["accessList"] = [
        {"address": data(account), "storageKeys": [data(key.to_bytes(32, "big")) for key in keys]}
        for account, keys in transaction.access_list
    ]
    if kind == 2:
        shape["maxFeePerGas"] = quantity(transaction.max_fee_per_gas)
        shape["maxPriorityFeePerGas"] = quantity(transaction.max_priority_fee_per_gas)
    return shape


def transaction(row: TransactionRow, block_hash: bytes) -> Json:
    """A transaction in a block."""
    return {
        **_body(row.hash, row.raw, row.sender),
        "blockHash": data(block_hash),
        "blockNumber": quantity(row.block_number),
        "transactionIndex": quantity(row.position),
    }


def waiting(received: Received) -> Json:
    """A transaction that is in no block yet."""
    nowhere = {"blockHash": None, "blockNumber": None, "transactionIndex": None}
    return {**_body(received.hash, received.raw, received.sender), **nowhere}


def log(row: LogRow, block_row: BlockRow) -> Json:
    return {
        "address": data(row.address),
        "topics": [data(topic) for topic in row.topics],
        "data": data(row.data),
        "blockNumber": quantity(row.block_number),
        "blockHash": data(block_row.hash),
        "blockTimestamp": quantity(block_row.time),
        "transactionHash": data(row.tx),
        "transactionIndex": quantity(row.position),
        "logIndex": quantity(row.place),
        "removed": False,
    }


def receipt(row: TransactionRow, block_row: BlockRow) -> Json:
    """A transaction's receipt with its logs."""
    found = PragueReceiptBuilder.decode(row.receipt)
    signed = decoded(row.raw)
    place = {
        "transactionHash": data(row.hash),
        "transactionIndex": quantity(row.position),
        "blockHash": data(block_row.hash),
        "blockNumber": quantity(row.block_number),
    }
    created = None if signed.to else data(keccak(rlp.encode([row.sender, signed.nonce]))[12:])
    return {
        **place,
        "type": quantity(row.raw[0] if row.raw[0] < 0x80 else 0),
        "status": "0x1" if found.state_root == b"\x01" else "0x0",
        "from": data(row.sender),
        "to": data(signed.to) if signed.to else None,
        "contractAddress": created,
        "gasUsed": quantity(row.gas_used),
        "cumulativeGasUsed": quantity(found.gas_used),
        "effectiveGasPrice": "0x0",
        "logsBloom": data(found.bloom.to_bytes(256, "big")),
        "logs": [
            {
                **place,
                "address": data(entry.address),
                "topics": [data(topic.to_bytes(32, "big")) for topic in entry.topics],
                "data": data(entry.data),
                "blockTimestamp": quantity(block_row.time),
                "logIndex": quantity(row.first_log + index),
                "removed": False,
            }
            for index, entry in enumerate(found.logs)
        ],
    }
