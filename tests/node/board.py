"""The small contract of these tests (``contracts/Board.sol``), and people who sign for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eth_abi.abi import decode, encode
from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ledger.chain.node import EmbeddedNode

_COMPILED = json.loads((Path(__file__).parent / "contracts" / "Board.json").read_text())
ABI: list[dict[str, Any]] = _COMPILED["abi"]
BYTECODE: str = _COMPILED["bytecode"]
POSTED = keccak(text="Posted(bytes32,address,uint256)")
NOTE_TAKEN = keccak(text="NoteTaken(bytes32,uint256)")[:4]


def call_data(signature: str, *values: Any) -> str:
    """Calldata of a function given as ``name(type,...)``."""
    kinds = signature[signature.index("(") + 1 : -1]
    return "0x" + (keccak(text=signature)[:4] + encode(kinds.split(",") if kinds else [], values)).hex()


def note(number: int) -> bytes:
    """The ``number``-th note: 32 bytes, none zero."""
    return keccak(number.to_bytes(32, "big"))


def word(hexed: str) -> int:
    """A call's answer as a number."""
    found: int = decode(["uint256"], bytes.fromhex(hexed[2:]))[0]
    return found


class Signer:
    """Somebody with a fresh key, no coin, and a count of what was signed."""

    def __init__(self, chain_id: int) -> None:
        self._key = Account.create()
        self.address: str = self._key.address
        self.chain_id, self.nonce = chain_id, 0

    def sign(self, to: str | None, data: str, *, legacy: bool = False, **changed: Any) -> str:
        """The next transaction, signed; ``changed`` fields as given, ``nonce`` among them."""
        fields: dict[str, Any] = {"nonce": self.nonce, "gas": 1_000_000, "value": 0, "data": data}
        fields |= {"chainId": self.chain_id}
        fields |= {"gasPrice": 0} if legacy else {"type": 2, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0}
        if to is not None:
            fields["to"] = to_checksum_address(to)
        if "nonce" not in changed:
            self.nonce += 1
        signed: str = self._key.sign_transaction(fields | changed).raw_transaction.to_0x_hex()
        return signed

    def post(self, board: str, number: int, **changed: Any) -> str:
        """A signed transaction that posts the ``number``-th note."""
        return self.sign(board, call_data("post(bytes32)", note(number)), **changed)


def send(node: EmbeddedNode, raw: str) -> str:
    """Hand in a signed transaction; its hash."""
    key: str = node.request("eth_sendRawTransaction", [raw])
    return key


def deploy(node: EmbeddedNode, author: Signer) -> str:
    """Create a board and return its account; needs a development clock, or a block already made when asked."""
    key = send(node, author.sign(None, BYTECODE))
    account: str = node.request("eth_getTransactionReceipt", [key])["contractAddress"]
    return account


def statuses(node: EmbeddedNode, keys: Sequence[str]) -> list[str]:
    """The receipts' statuses."""
    return [node.request("eth_getTransactionReceipt", [key])["status"] for key in keys]
