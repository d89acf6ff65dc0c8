"""JSON-RPC methods whose answer does not depend on any block: the chain's id, no keys, fees of zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.chain.node import shapes

if TYPE_CHECKING:
    from ledger.chain.node.node import EmbeddedNode

CLIENT = "siegel-node/1"


class NetworkMethods:
    """A method's name is its JSON-RPC name; parameters are ignored."""

    def __init__(self, node: EmbeddedNode) -> None:
        self._node = node

    def eth_chainId(self, params: Any) -> str:
        return shapes.quantity(self._node.chain_id)

    def net_version(self, params: Any) -> str:
        return str(self._node.chain_id)

    def net_listening(self, params: Any) -> bool:
        return True

    def net_peerCount(self, params: Any) -> str:
        return "0x0"

    def web3_clientVersion(self, params: Any) -> str:
        return CLIENT

    def eth_syncing(self, params: Any) -> bool:
        return False

    def eth_accounts(self, params: Any) -> list[str]:
        """None: the node holds no keys, and eth_sendTransaction does not exist."""
        return []

    def eth_gasPrice(self, params: Any) -> str:
        return "0x0"

    def eth_maxPriorityFeePerGas(self, params: Any) -> str:
        return "0x0"

    def eth_blobBaseFee(self, params: Any) -> str:
        return "0x1"

    def txpool_status(self, params: Any) -> dict[str, str]:
        return {"pending": shapes.quantity(self._node.waiting_count), "queued": "0x0"}
