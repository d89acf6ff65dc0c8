"""What failed when tenderers handed in, as they reported it and as it was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Row, func, insert, select

from ledger.errors import IncidentsTooMany
from ledger.store.state import State
from ledger.store.tables import incidents

MOST_OF_ROUND: Final = 2_000
MOST_OF_ACCOUNT: Final = 20


@dataclass(frozen=True, slots=True)
class Incident:
    """One report: ``digest`` is what ``author`` signed, ``receipt`` the receiver's signature with ``received_at``.

    Times are seconds since 1970, ``at`` by the tenderer's clock.
    """

    digest: bytes
    process_id: bytes
    round: int
    author: bytes
    at: int
    failure: str
    detail: str
    signature: bytes
    received_at: int
    receipt: bytes


class IncidentBook:
    """The reports of one receiver; safe for several processes."""

    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, digest: bytes) -> Incident | None:
        """The report that was signed so."""
        with self._state.reading() as connection:
            row = connection.execute(select(incidents).where(incidents.c.digest == digest)).one_or_none()
        return None if row is None else _read(row)

    def of_round(self, process_id: bytes, round: int) -> list[Incident]:
        """All reports of a round, oldest first."""
        of_it = incidents.c.process_id == process_id, incidents.c.round == round
        query = select(incidents).where(*of_it).order_by(incidents.c.received_at, incidents.c.digest)
        with self._state.reading() as connection:
            return [_read(row) for row in connection.execute(query)]

    def keep(self, incident: Incident) -> Incident:
        """Keep it, durably; what is kept if the same was reported before. Raises IncidentsTooMany."""
        of_round = incidents.c.process_id == incident.process_id, incidents.c.round == incident.round
        with self._state.writing() as connection:
            this = select(incidents).where(incidents.c.digest == incident.digest)
            if (row := connection.execute(this).one_or_none()) is not None:
                return _read(row)
            for most, further in ((MOST_OF_ROUND, ()), (MOST_OF_ACCOUNT, (incidents.c.author == incident.author,))):
                counted = select(func.count()).select_from(incidents).where(*of_round, *further)
                if connection.execute(counted).scalar_one() >= most:
                    raise IncidentsTooMany(most=most)
            values = {name: getattr(incident, name) for name in Incident.__slots__}
            connection.execute(insert(incidents).values(**values))
        return incident


def _read(row: Row[tuple[object, ...]]) -> Incident:
    return Incident(**{name: getattr(row, name) for name in Incident.__slots__})
