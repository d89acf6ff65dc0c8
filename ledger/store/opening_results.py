"""What the tenderers of a round may see of its opening (§ 14(6) VOB/A), as officers gave it; for nobody else.

The latest counts. Each one that came is on the audit trail, by its digest.
"""

from __future__ import annotations

import hashlib
import time
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, insert, select

from ledger.store.audit import AuditTrail
from ledger.store.state import State
from ledger.store.tables import opening_results

TOLD: Final = "tell opening's result"
"""The action on the audit trail; its subject is the process."""


class OpeningResults:
    """The results in one state database."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, process_id: bytes, round_number: int, account: bytes, content: bytes) -> None:
        """Keep what an officer gave; durable when this returns."""
        row = {"process_id": process_id, "round": round_number}
        given = {"account": account, "at": int(time.time()), "content": content}
        with self._state.writing() as connection:
            connection.execute(delete(opening_results).where(_of(process_id, round_number)))
            connection.execute(insert(opening_results), {**row, **given})
            digest = hashlib.sha256(content).hexdigest()
            AuditTrail(connection).add(
                "0x" + account.hex(), TOLD, "0x" + process_id.hex(), round=round_number, sha256=digest
            )

    def of_round(self, process_id: bytes, round_number: int) -> bytes | None:
        """The latest, as it was given; None if there is none."""
        query = select(opening_results.c.content).where(_of(process_id, round_number))
        with self._state.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else bytes(found)


def _of(process_id: bytes, round_number: int) -> ColumnElement[bool]:
    return and_(opening_results.c.process_id == process_id, opening_results.c.round == round_number)
