"""Letters of the buyer to tenderers of a round, which these fetch with their receipt: what is missing, questions on a
bid, its validity (§ 56, § 15(5) VgV; § 16a, § 15 VOB/A).

Confidential: nobody is shown another's letter. What was sent, and when it was first fetched, is on the audit trail.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from ledger.errors import LettersTooMany
from ledger.store.audit import AuditTrail
from ledger.store.state import State
from ledger.store.tables import letters

SENT: Final = "send letter"
FETCHED: Final = "fetch letter"
"""Actions on the audit trail; their subject is the process."""

MOST: Final = 10_000
"""Letters of a round."""


def _now() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Letter:
    """``recipient`` and ``sender`` are accounts (20 bytes), times are seconds since 1970.

    ``answer_round``: the round in which an answer can be handed in, sealed as a bid is; ``read_at``: when the tenderer
    first fetched it.
    """

    number: int
    recipient: bytes
    sender: bytes
    at: int
    subject: str
    text: str
    answer_round: int | None
    read_at: int | None


class Letters:
    """The letters of a round in one state database. ``clock`` gives seconds since 1970: when a letter is sent and
    fetched. The audit trail has a clock of its own, which nobody sets."""

    def __init__(self, state: State, process_id: bytes, round_number: int, clock: Callable[[], int] = _now) -> None:
        self._state, self._process_id, self._round, self._clock = state, process_id, round_number, clock

    def send(self, recipient: bytes, sender: bytes, subject: str, text: str, answer_round: int | None) -> int:
        """Keep a letter, and give its number; durable when this returns. Raises LettersTooMany."""
        row = {
            "process_id": self._process_id, "round": self._round, "recipient": recipient, "sender": sender,
            "at": self._clock(), "subject": subject, "text": text, "answer_round": answer_round,
        }  # fmt: skip
        with self._state.writing() as connection:
            count = connection.execute(select(func.count()).select_from(letters).where(self._of_round())).scalar()
            if count is not None and count >= MOST:
                raise LettersTooMany(process_id=self._process_id, round=self._round, most=MOST)
            number = int(connection.execute(insert(letters).values(**row).returning(letters.c.number)).scalar_one())
            content = hashlib.sha256(f"{subject}\n{text}".encode()).hexdigest()
            self._note(connection, sender, SENT, number=number, to="0x" + recipient.hex(), sha256=content)
        return number

    def fetch(self, recipient: bytes) -> list[Letter]:
        """The letters to a tenderer, the oldest first; from now on they count as fetched."""
        own = and_(self._of_round(), letters.c.recipient == recipient)
        with self._state.writing() as connection:
            new = connection.execute(select(letters.c.number).where(own, letters.c.read_at.is_(None))).scalars().all()
            if new:
                now = self._clock()
                connection.execute(update(letters).where(letters.c.number.in_(new)).values(read_at=now))
                self._note(connection, recipient, FETCHED, numbers=list(new))
            return _found(connection, own)  # here, so that no letter is told that was not marked

    def sent(self) -> list[Letter]:
        """All letters of the round, for the buyer."""
        with self._state.reading() as connection:
            return _found(connection, self._of_round())

    def _of_round(self) -> ColumnElement[bool]:
        return and_(letters.c.process_id == self._process_id, letters.c.round == self._round)

    def _note(self, connection: Any, actor: bytes, action: str, **detail: Any) -> None:
        subject = "0x" + self._process_id.hex()
        AuditTrail(connection).add("0x" + actor.hex(), action, subject, round=self._round, **detail)


def _found(connection: Connection, condition: ColumnElement[bool]) -> list[Letter]:
    rows = connection.execute(select(letters).where(condition).order_by(letters.c.number)).mappings().all()
    return [Letter(**{name: row[name] for name in Letter.__slots__}) for row in rows]
