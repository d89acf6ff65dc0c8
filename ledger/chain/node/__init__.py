"""The embedded chain: py-evm on SQLite, durable, with a zero gas price and its own genesis (docs/node.md)."""

from ledger.chain.node.clock import Clock, DevelopmentClock, WallClock
from ledger.chain.node.node import EmbeddedNode
from ledger.errors import RpcError

__all__ = ["Clock", "DevelopmentClock", "EmbeddedNode", "RpcError", "WallClock"]
