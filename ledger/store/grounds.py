"""Grounds of closes: documents that say why late bids are admitted, handed in by officers before they propose.

The document lies salted among the confidential objects, as one that is named on the command line; here stands whose
round it is for, so that nobody gets another buyer's by its digest, which the ledger shows to all.
"""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import ColumnElement, and_, func, insert, select

from ledger.errors import GroundNotHere, GroundsTooMany
from ledger.ocds.digest import SALT_LENGTH, plain_digest
from ledger.store.audit import AuditTrail
from ledger.store.objects import ObjectStore, StoreClass
from ledger.store.state import State
from ledger.store.tables import grounds

GIVEN: Final = "give ground"
"""The action on the audit trail; its subject is the process."""

MOST: Final = 100
"""Grounds of a round."""


class Grounds:
    """The grounds of one round."""

    def __init__(self, state: State, store: ObjectStore, process_id: bytes, round_number: int) -> None:
        self._state, self._store = state, store
        self._process_id, self._round = process_id, round_number

    def keep(self, account: bytes, salted: bytes) -> bytes:
        """Keep what an officer gave, ``salted``: 32 bytes of salt, then the document. Its digest (32 bytes), that of
        all of it; durable when this returns. Given again, nothing changes.

        Raises GroundsTooMany.
        """
        digest = plain_digest(salted)
        with self._state.writing() as connection:
            if connection.execute(select(grounds.c.at).where(self._is(digest))).first() is not None:
                return digest
            count = connection.execute(select(func.count()).select_from(grounds).where(self._of_round())).scalar()
            if count is not None and count >= MOST:
                raise GroundsTooMany(process_id=self._process_id, round=self._round, most=MOST)
            # The document first: what stands in the table is there, whatever happens in between.
            self._store.put(StoreClass.CONFIDENTIAL, salted[SALT_LENGTH:], salt=salted[:SALT_LENGTH])
            row = {"process_id": self._process_id, "round": self._round, "digest": digest}
            connection.execute(insert(grounds), {**row, "account": account, "at": int(time.time())})
            subject = "0x" + self._process_id.hex()
            AuditTrail(connection).add(
                "0x" + account.hex(), GIVEN, subject, round=self._round, digest="0x" + digest.hex()
            )
        return digest

    def get(self, digest: bytes) -> bytes:
        """Salt and document, as they were given. Raises GroundNotHere; ObjectAltered if they were altered here."""
        with self._state.reading() as connection:
            known = connection.execute(select(grounds.c.at).where(self._is(digest))).first()
        if known is None:
            raise GroundNotHere(round=self._round, digest=digest)
        _, salt, document = self._store.whole(digest)
        return (salt or b"") + document

    def _of_round(self) -> ColumnElement[bool]:
        return and_(grounds.c.process_id == self._process_id, grounds.c.round == self._round)

    def _is(self, digest: bytes) -> ColumnElement[bool]:
        return and_(self._of_round(), grounds.c.digest == digest)
