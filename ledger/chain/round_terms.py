"""What a round was opened with, read from the acts of its process: the ledger itself keeps no list of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from ledger.chain.acts import RoundTerms
from ledger.chain.client import Chain
from ledger.chain.codec import decode_detail
from ledger.chain.record import ActRecord
from ledger.errors import BlockUnknown
from ledger.terms import Act, RoundKind

OPENING: Final = (Act.TENDER_PUBLISHED, Act.ROUND_OPENED)
"""The acts that open rounds."""


def terms_of_round(chain: Chain, process_id: bytes, number: int, block: int | None = None) -> RoundTerms | None:
    """The terms with which a round was opened, or None if it was not; the deadline can have moved since.

    ``block``: where that act is said to stand; the chain is asked, and all of it if the act is not there or nothing is
    said. Raises as asking the node does.
    """
    if block is not None:
        with suppress(BlockUnknown):
            found = _terms(chain.acts_of(process_id, block), number)
            if found is not None:
                return found
    return _terms(chain.acts_of(process_id), number)


def _terms(acts: Iterable[ActRecord], number: int) -> RoundTerms | None:
    for record in acts:
        if record.act not in OPENING or record.round != number:
            continue
        terms = decode_detail(record)["terms"]
        found = terms["round"] if record.act == Act.TENDER_PUBLISHED else terms
        return RoundTerms(
            RoundKind(found["kind"]), found["deadline"], found["key_set"], found["invited"], tuple(found["receivers"])
        )
    return None
