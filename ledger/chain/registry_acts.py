"""The registry's acts, from a node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.chain.logs import read_logs
from ledger.chain.record import ACT_RECORDED, ActRecord, decode_log

if TYPE_CHECKING:
    from ledger.chain.client import Chain


def registry_of(chain: Chain) -> list[ActRecord]:
    """All acts of the registry, in the order in which they came."""
    logs = read_logs(chain.transport, (chain.registry,), chain.deployment.block, chain.block_number(), [ACT_RECORDED])
    return [decode_log(log.topics, log.data) for log in logs]
