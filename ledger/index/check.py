"""Does the index, and do the stored objects, still say what the chain says?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.index.database import Index
    from ledger.store import ObjectStore


class DifferenceKind(StrEnum):
    """What kind of thing differs."""

    DOCUMENT_ALTERED = "documentAltered"  # stored bytes do not give the digest on the chain
    DOCUMENT_MISSING = "documentMissing"  # anchored and disclosed, not in the store
    ROW_ALTERED = "rowAltered"  # a value in the index is not the one that chain and releases give
    ROW_MISSING = "rowMissing"  # the index lacks a row
    ROW_UNEXPECTED = "rowUnexpected"  # the index has a row that nothing on the chain gives
    CHAIN_DIFFERS = "chainDiffers"  # the recorded acts do not give the head that the contract holds


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding. ``process_id``, ``ocid``, ``release`` (its digest), ``release_id`` say whose.

    ``where`` names the place: for a row ``table.column``, for a document the JSON pointer (RFC 6901) or "". ``was``
    is the value according to chain or intact release, ``now`` the value found; both as text, ``None`` when unknown.
    ``source`` says where ``was`` comes from: ``release``, ``copy`` (verified copy in the index), ``original``
    (verified imported file), ``index``, ``chain``.
    """

    kind: DifferenceKind
    process_id: bytes | None
    ocid: str | None
    sequence: int | None
    release: bytes | None
    release_id: str | None
    where: str
    was: str | None
    now: str | None
    source: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = lambda message: message) -> str:
        """The finding as one sentence; ``translate`` turns the English template into another language's."""
        return translate(self.sentence).format_map(self.values)


def check_process(index: Index, chain: Chain, store: ObjectStore, process_id: bytes) -> tuple[Difference, ...]:
    """Differences of one process; raises ``ProcessUnknown``."""
    raise NotImplementedError


def check(index: Index, chain: Chain, store: ObjectStore) -> tuple[Difference, ...]:
    """All differences of index and store from the chain."""
    raise NotImplementedError
