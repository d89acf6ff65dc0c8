"""What was prepared here and stands on the ledger by now, whoever brought it there, is struck off the outbox.

An act can be recorded without this home's knowing: a command was interrupted after sending, or the second officer
executed a proposal from a home of one's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.chain.record import ACT_RECORDED, decode_log

_DIGEST_BYTES: Final = 32
"""What an entry's arguments begin with: the digest of its release, or of what its act is about."""

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.store.state import State


def settle_recorded(chain: Chain, state: State, organisation_id: bytes | None = None) -> int:
    """Marks as recorded what the ledger holds, of one organisation or of all; how many that were."""
    from ledger.store.outbox import Outbox

    done = recorded_here(chain, state, organisation_id)
    if not done:
        return 0
    with state.writing() as connection:
        for key, transaction in done.items():
            Outbox(connection).mark_recorded([key], transaction)
    return len(done)


def recorded_here(chain: Chain, state: State, organisation_id: bytes | None = None) -> dict[str, bytes]:
    """Keys of what waits in the outbox although the ledger holds it, with the transactions that brought it there.

    Reads the ledger only if something waits.
    """
    from ledger.store.outbox import Outbox

    with state.reading() as connection:
        waiting = {entry.arguments[:_DIGEST_BYTES]: entry for entry in Outbox(connection).waiting(organisation_id)}
    if not waiting:
        return {}
    done: dict[str, bytes] = {}
    for log in chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED]):
        record = decode_log(log.topics, log.data)
        entry = waiting.get(record.release) or waiting.get(record.subject)
        if entry is not None and entry.organisation_id == record.organisation_id:
            done[entry.key] = log.transaction_hash
    return done
