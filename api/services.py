"""What API and pages work with, made once at start and never changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.index.check import Difference, check_process
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import IndexStatus

if TYPE_CHECKING:
    from ledger.index.follower import Follower

    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment
    from ledger.settings import Settings
    from ledger.store import ObjectStore, State


@dataclass(frozen=True, slots=True)
class Services:
    """The open parts of one installation.

    ``queries`` answers from the index; ``store`` gives the bytes behind digests and refuses altered ones; ``chain``
    is the node. ``follower`` keeps the index up with the chain while serving; ``None`` where somebody else does.
    """

    settings: Settings
    deployment: Deployment
    chain: Chain
    index: Index
    queries: Queries
    store: ObjectStore
    state: State
    follower: Follower | None = None

    def status(self) -> IndexStatus:
        """How far the index is behind the chain's head, read now."""
        return self.index.status(self.chain)

    def check_process(self, process_id: bytes) -> Sequence[Difference]:
        """What of one process in index and store differs from the chain; empty means nothing does.

        Cheap enough for a page: one head is read from the chain, the process's own acts and releases are recomputed.
        """
        return check_process(self.index, self.chain, self.store, process_id)
