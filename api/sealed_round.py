"""A round for sealed bids: what the ledger says of it now, and the key set that it was opened with.

What can change is asked of the ledger each time. The key set is frozen with the round; it is read from the index, and
its id follows from its content.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.services import Services
from ledger.chain.identifiers import key_set_id
from ledger.chain.registry import KeySet, Recipient
from ledger.errors import IndexNotReady, KeySetUnknown, ProcessUnknown, RoundNotClosed, RoundUnknown
from ledger.index.rows import WholeKeySet
from ledger.terms import ProcessState, RoundKind, RoundState


@dataclass(frozen=True, slots=True)
class SealedRound:
    """``organisation_id`` is the buyer; ``kind`` never changes; ``state``, ``deadline`` and ``bids`` (how many were
    committed) are the ledger's of this moment."""

    process_id: bytes
    number: int
    organisation_id: bytes
    kind: RoundKind
    state: RoundState
    deadline: int
    bids: int
    key_set: WholeKeySet

    @property
    def is_closed(self) -> bool:
        """Whether it is frozen which envelopes are there."""
        return self.state in (RoundState.CLOSED, RoundState.OPENED)

    def require_closed(self) -> None:
        """Raises RoundNotClosed."""
        if not self.is_closed:
            raise RoundNotClosed(process_id=self.process_id, round=self.number)


def sealed_round(services: Services, process_id: bytes, number: int) -> SealedRound:
    """Raises ProcessUnknown, RoundUnknown; IndexNotReady if the ledger has the round and the index has not;
    KeySetUnknown if the index has another key set than the round."""
    process, live = services.chain.process(process_id), services.chain.round(process_id, number)
    if process.state is ProcessState.NONE:
        raise ProcessUnknown(process_id=process_id)
    if live.state is RoundState.NONE:
        raise RoundUnknown(process_id=process_id, round=number)
    key_set = _key_set(services, process_id, number, process.organisation_id)
    return SealedRound(
        process_id, number, process.organisation_id, live.kind, live.state, live.deadline, live.bids, key_set
    )  # fmt: skip


def _key_set(services: Services, process_id: bytes, number: int, organisation_id: bytes) -> WholeKeySet:
    try:
        wanted = services.queries.round(process_id, number).key_set
    except (ProcessUnknown, RoundUnknown):
        status = services.status()
        why = "it has not read the round yet"
        raise IndexNotReady(indexed=status.indexed_block, head=status.head_block, why=why) from None
    if wanted is None:
        raise KeySetUnknown(keySet=bytes(32))
    found = services.queries.key_set(wanted)
    officers, custodians = (
        tuple(Recipient(each.holder, each.key) for each in group) for group in (found.officers, found.custodians)
    )
    content = KeySet(found.officer_threshold, found.custodian_threshold, officers, custodians)
    if key_set_id(organisation_id, content) != wanted:
        raise KeySetUnknown(keySet=wanted)
    return found
