"""Rehearsals before an opening: who showed that the own sealing key opens, and when.

Of a challenge only what is sealed is kept, and the SHA-256 of what is in it. It is gone with the first answer, right or
wrong, so that nothing is learned by trying and no answer counts twice.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, insert, select, update

from ledger.errors import RehearsalRefused
from ledger.sealing.context import Group
from ledger.sealing.rehearsal import Challenge
from ledger.store.audit import AuditTrail
from ledger.store.state import State
from ledger.store.tables import rehearsals

READY, REFUSED = "rehearse", "rehearse in vain"
"""The actions on the audit trail; their subject is the process."""

_OF: Final = rehearsals.c


class Rehearsals:
    """The rehearsals of one round in a state database."""

    def __init__(self, state: State, process_id: bytes, round_number: int) -> None:
        self._state, self._process_id, self._round = state, process_id, round_number

    def challenge(self, group: Group, index: int, deadline: int, make: Callable[[], Challenge]) -> bytes:
        """The sealed challenge (113 bytes) that stands for a recipient; made if there is none, or if the round had
        another deadline when it was made."""
        with self._state.writing() as connection:
            where = self._where(group, index)
            row = connection.execute(select(rehearsals).where(where)).one_or_none()
            if row is not None and row.challenge is not None and row.deadline == deadline:
                return bytes(row.challenge)
            made = make()
            values: dict[str, Any] = {
                "deadline": deadline, "challenge": made.sealed, "opened": made.opened, "made_at": int(time.time()),
            }  # fmt: skip
            if row is not None:
                connection.execute(update(rehearsals).where(where).values(values))
            else:
                of = {"process_id": self._process_id, "round": self._round, "group": int(group), "index": index}
                connection.execute(insert(rehearsals), {**of, **values})
            return made.sealed

    def answer(self, group: Group, index: int, account: bytes, opened: bytes) -> int:
        """Compare what an account opened with what was sealed; since when the recipient is ready (seconds since 1970),
        durable when this returns. Raises RehearsalRefused, also if no challenge stands: each is good for one answer."""
        now, where = int(time.time()), self._where(group, index)
        with self._state.writing() as connection:
            row = connection.execute(select(rehearsals).where(where)).one_or_none()
            wanted = None if row is None else row.opened
            is_right = wanted is not None and hmac.compare_digest(hashlib.sha256(opened).digest(), wanted)
            answered: dict[str, Any] = {"challenge": None, "opened": None}
            if is_right:
                answered["ready_at"] = now
            connection.execute(update(rehearsals).where(where).values(answered))
            AuditTrail(connection).add(
                "0x" + account.hex(),
                READY if is_right else REFUSED,
                "0x" + self._process_id.hex(),
                round=self._round,
                group=group.name.lower(),
                index=index,
            )
        if not is_right:
            raise RehearsalRefused(group=group.name.lower(), index=index)
        return now

    def ready(self) -> dict[tuple[Group, int], int]:
        """When each recipient that ever was ready last showed it, by group and index."""
        query = select(_OF["group"], _OF["index"], _OF.ready_at).where(self._of_round(), _OF.ready_at.is_not(None))
        with self._state.reading() as connection:
            return {(Group(group), index): at for group, index, at in connection.execute(query)}

    def _where(self, group: Group, index: int) -> ColumnElement[bool]:
        return and_(self._of_round(), _OF["group"] == int(group), _OF["index"] == index)

    def _of_round(self) -> ColumnElement[bool]:
        return and_(_OF.process_id == self._process_id, _OF.round == self._round)
