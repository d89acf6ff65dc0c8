"""Which key set a new round takes when none is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.chain.record import ACT_RECORDED, ZERO, decode_log
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.chain.client import Chain


def newest_key_set(chain: Chain, organisation_id: bytes) -> bytes:
    """The organisation's key set that was registered last among those that are ready; zero if there is none.

    Zero is refused by the ledger with ``KeySetNotReady``, which tells more than a refusal here could.
    """
    found = [
        record.subject
        for log in chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED])
        if log.account == chain.registry
        and (record := decode_log(log.topics, log.data)).act == Act.KEY_SET_REGISTERED
        and record.organisation_id == organisation_id
    ]
    ready = (each for each in reversed(found) if chain.view("keySetReady", organisation_id, each, of="registry"))
    return next(ready, ZERO)
