"""keccak-256 as the chain uses it, by the faster of the two libraries that eth-hash knows.

``eth_hash.auto`` prefers the other one, at 20 µs a digest to less than 2; an index takes several for each act.
"""

from __future__ import annotations

from eth_hash.backends.pysha3 import keccak256 as keccak

__all__ = ["keccak"]
