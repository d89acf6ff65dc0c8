"""Questions to the index, answered with the frozen rows of :mod:`ledger.index.rows`.

Every method reads in one transaction of its own and is safe to call from many threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.index.rows import (
    ActRow,
    AwardRow,
    Condition,
    Found,
    IndexStatus,
    LotRow,
    OrganisationRow,
    Page,
    ProcessFilter,
    ProcessRow,
    ReleaseRow,
    RoundRow,
    Sort,
    Status,
    SuspensionRow,
)

if TYPE_CHECKING:
    from ledger.index.database import Index

__all__ = [
    "ActRow", "AwardRow", "Condition", "Found", "IndexStatus", "LotRow", "OrganisationRow", "Page", "ProcessFilter",
    "ProcessRow", "Queries", "ReleaseRow", "RoundRow", "Sort", "Status", "SuspensionRow",
]  # fmt: skip

MAX_LIMIT = 200


class Queries:
    """Read access to an index.

    ``now`` in some methods is the moment for which statuses that follow from dates are derived, in seconds; the
    default is the wall clock.
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    def processes(
        self,
        filter: ProcessFilter = ProcessFilter(),
        cursor: str | None = None,
        limit: int = 50,
        *,
        now: int | None = None,
    ) -> Page[ProcessRow]:
        """Processes that pass ``filter``, at most ``limit`` (1 to 200) of them, after ``cursor``.

        Raises ``InvalidCursor`` for a cursor that this list did not give out.
        """
        raise NotImplementedError

    def process(self, process_id: bytes, *, now: int | None = None) -> ProcessRow:
        """One process; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def processes_by_ocid(self, ocid: str) -> tuple[ProcessRow, ...]:
        """All processes under one ocid: a buyer's and an observer's may share it."""
        raise NotImplementedError

    def acts(self, process_id: bytes) -> tuple[ActRow, ...]:
        """All acts of a process in their order; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def releases(self, process_id: bytes) -> tuple[ReleaseRow, ...]:
        """All anchored releases of a process in the order of their acts; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def release(self, digest: bytes) -> tuple[ReleaseRow, ...]:
        """Every act's row that anchors this release digest (usually one); empty if none does."""
        raise NotImplementedError

    def rounds(self, process_id: bytes) -> tuple[RoundRow, ...]:
        """The rounds of a sealed process with their bids; empty for the other modes; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def lots(self, process_id: bytes) -> tuple[LotRow, ...]:
        """The lots of a sealed process; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def awards(self, process_id: bytes) -> tuple[AwardRow, ...]:
        """The awards of a sealed process in the order of their announcement; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def suspensions(self, process_id: bytes) -> tuple[SuspensionRow, ...]:
        """The suspensions of a process, lifted ones too; raises ``ProcessUnknown``."""
        raise NotImplementedError

    def organisations(self) -> tuple[OrganisationRow, ...]:
        """All organisations by name."""
        raise NotImplementedError

    def organisation(self, organisation_id: bytes) -> OrganisationRow:
        """One organisation; raises ``OrganisationUnknown``."""
        raise NotImplementedError

    def lookup(self, digest: bytes) -> tuple[Found, ...]:
        """All that a 32-byte digest names; empty if nothing does."""
        raise NotImplementedError

    def status(self) -> IndexStatus:
        """How far the index is."""
        raise NotImplementedError
