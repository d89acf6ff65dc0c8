"""Transactions that were taken to be handed to the ledger's nodes, until it is known what became of them.

One is durable here before it is answered, and stays ``waiting`` until a block has it or it can no longer count.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.errors import CommitmentWithoutEnvelope
from ledger.store.state import State
from ledger.store.tables import envelopes, relayed

AT_ONCE: Final = 500


class RelayState(StrEnum):
    """Where a transaction is: on its way, in a block, or refused for good."""

    WAITING = "waiting"
    RECORDED = "recorded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Relayed:
    """One transaction: ``hash`` 32 bytes, ``account`` its signer. ``commitment``: that it commits, None of other acts.

    Times are seconds since 1970; ``problem`` is JSON, of a refused one.
    """

    hash: bytes
    raw: bytes
    account: bytes
    nonce: int
    commitment: bytes | None
    expires: int
    received_at: int
    settled_at: int | None = None
    state: RelayState = RelayState.WAITING
    problem: str | None = None


class RelayBook:
    """The transactions of one relay; safe for several processes."""

    def __init__(self, state: State) -> None:
        self._state = state

    def take(self, transaction: Relayed) -> Relayed:
        """Keep it, durably; what is kept if it was taken before. Raises CommitmentWithoutEnvelope.

        In one step with the look at the envelope, which is then not removed while the transaction waits.
        """
        values = {name: getattr(transaction, name) for name in Relayed.__slots__}
        try:
            with self._state.writing() as connection:
                if transaction.commitment is not None:
                    there = select(envelopes.c.digest).where(
                        envelopes.c.commitment == transaction.commitment, envelopes.c.whole
                    )
                    if connection.execute(there).first() is None:
                        raise CommitmentWithoutEnvelope(commitment=transaction.commitment)
                connection.execute(insert(relayed).values(**values))
        except IntegrityError:
            found = self.find(transaction.hash)
            assert found is not None
            return found
        return transaction

    def find(self, hash: bytes) -> Relayed | None:
        """The transaction with that hash."""
        with self._state.reading() as connection:
            row = connection.execute(select(relayed).where(relayed.c.hash == hash)).one_or_none()
        return None if row is None else _read(row)

    def waiting(self) -> list[Relayed]:
        """Those on their way, oldest first, as many as are looked at in one go."""
        on_its_way = relayed.c.state == RelayState.WAITING
        order = relayed.c.received_at, relayed.c.account, relayed.c.nonce
        with self._state.reading() as connection:
            rows = connection.execute(select(relayed).where(on_its_way).order_by(*order).limit(AT_ONCE))
            return [_read(row) for row in rows]

    def last_nonce(self, account: bytes) -> int | None:
        """The highest number of the account among those on their way."""
        own = relayed.c.account == account, relayed.c.state == RelayState.WAITING
        with self._state.reading() as connection:
            found = connection.execute(select(func.max(relayed.c.nonce)).where(*own)).scalar()
        return None if found is None else int(found)

    def settle(self, hash: bytes, state: RelayState, at: int, problem: str | None = None) -> None:
        """What became of it; told once."""
        this = relayed.c.hash == hash, relayed.c.state == RelayState.WAITING
        with self._state.writing() as connection:
            connection.execute(update(relayed).where(*this).values(state=state, settled_at=at, problem=problem))


def _read(row: Row[tuple[object, ...]]) -> Relayed:
    values = {name: getattr(row, name) for name in Relayed.__slots__}
    return Relayed(**{**values, "state": RelayState(row.state)})
