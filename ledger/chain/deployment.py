"""Which chain, and where on it: the file ``deployment.json`` of a home, and putting new smart contracts on a chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eth_abi.abi import encode

from ledger.chain.blocks import read_block
from ledger.chain.compiled import compiled
from ledger.chain.nonces import NonceBook
from ledger.chain.rpc import Node, Transport, from_hex, to_int, transport_to
from ledger.chain.sending import Sender
from ledger.errors import DeploymentUnreadable

if TYPE_CHECKING:
    from ledger.chain.signers import Signer


@dataclass(frozen=True)
class Deployment:
    """Accounts of registry and ledger (20 bytes) on the chain with this id and genesis hash; ``block`` has the first.

    No act of the ledger is in an earlier block than ``block``.
    """

    chain_id: int
    genesis_hash: bytes
    registry: bytes
    ledger: bytes
    block: int

    @classmethod
    def load(cls, path: Path) -> Deployment:
        """Read the file. Raises DeploymentUnreadable."""
        try:
            given = json.loads(path.read_text("utf-8"))
            deployment = cls(
                chain_id=int(given["chainId"]),
                genesis_hash=_bytes(given["genesisHash"], 32),
                registry=_bytes(given["registry"], 20),
                ledger=_bytes(given["ledger"], 20),
                block=int(given["block"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DeploymentUnreadable(path=str(path), reason=f"{type(error).__name__}: {error}") from error
        return deployment

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        content = {
            "chainId": self.chain_id,
            "genesisHash": "0x" + self.genesis_hash.hex(),
            "registry": "0x" + self.registry.hex(),
            "ledger": "0x" + self.ledger.hex(),
            "block": self.block,
        }
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        unfinished.replace(path)


def deploy(
    target: str | Node | Transport,
    signer: Signer,
    governors: Sequence[bytes],
    *,
    threshold: int,
    delay: int,
    nonces: Path | None = None,
    receipt_timeout: float = 30.0,
) -> Deployment:
    """Put a new registry and a new ledger on a chain, sent by ``signer``.

    ``governors`` are accounts (20 bytes) of which ``threshold`` must agree; they are obeyed after ``delay`` seconds.
    Raises GovernorsInvalid, and what sending raises.
    """
    with closing(transport_to(target)) as transport:
        chain_id = to_int(transport.request("eth_chainId", []), "eth_chainId")
        with closing(NonceBook(chain_id, nonces)) as book:
            sender = Sender(transport, chain_id, book)
            arguments = encode(["address[]", "uint8", "uint64"], [sorted(governors), threshold, delay])
            registry, block = _create(sender, signer, "OrganisationRegistry", arguments, receipt_timeout)
            ledger, _ = _create(sender, signer, "TenderLedger", encode(["address"], [registry]), receipt_timeout)
        genesis = read_block(transport.request("eth_getBlockByNumber", ["0x0", False]))
    return Deployment(chain_id, genesis.hash, registry, ledger, block)


def _create(sender: Sender, signer: Signer, name: str, arguments: bytes, timeout: float) -> tuple[bytes, int]:
    """Account and block of a new smart contract."""
    method = "eth_getTransactionReceipt"
    receipt = sender.receipt(sender.submit(signer, None, compiled(name).bytecode + arguments), timeout)
    return from_hex(receipt.get("contractAddress"), method, 20), to_int(receipt.get("blockNumber"), method)


def _bytes(value: str, size: int) -> bytes:
    found = bytes.fromhex(value.removeprefix("0x"))
    if len(found) != size:
        raise ValueError(value)
    return found
