"""Observations onto the ledger, each once, also after a crash.

As with notices: what is signed stands in the book of nonces, what is recorded is looked up on the ledger before
anything is sent again.
"""

from __future__ import annotations

from ledger.chain.acts import RecordObservation
from ledger.chain.client import Chain
from ledger.chain.signers import Signer
from ledger.cli.importing.anchoring import VALID_SECONDS
from ledger.cli.importing.handing_in import hand_in
from ledger.store.audit import AuditTrail
from ledger.store.observations import ObservationBook
from ledger.store.outbox import Outbox
from ledger.store.state import State


def record_waiting(chain: Chain, state: State, book: ObservationBook, signer: Signer, now: int) -> list[bytes]:
    """Records all observations that wait, oldest first; their digests.

    Raises what sending raises; what was recorded until then stays, and the rest waits for the next pull.
    """
    done = []
    for entry in book.waiting():
        digest = entry.arguments
        act = RecordObservation(entry.organisation_id, now + VALID_SECONDS, digest)
        submitted = hand_in(chain, state, act, [entry.key], signer)
        recorded = chain.recorded(submitted)
        with state.writing() as connection:
            Outbox(connection).mark_recorded([entry.key], recorded.transaction_hash)
            transaction = "0x" + recorded.transaction_hash.hex()
            AuditTrail(connection).add(
                "0x" + signer.account.hex(), "pull", "0x" + digest.hex(), service=book.service, transaction=transaction
            )
        done.append(digest)
    return done
