"""An act that stands in the outbox, on its way to the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.acts import LedgerAct
from ledger.chain.client import Chain
from ledger.chain.sending import Submitted
from ledger.chain.signers import Signer
from ledger.errors import SiegelError
from ledger.store.outbox import Outbox
from ledger.store.state import State


def hand_in(
    chain: Chain, state: State, act: LedgerAct, keys: Sequence[str], signer: Signer, *, gas: int | None = None
) -> Submitted:
    """Sends the act that carries these entries of the outbox, and notes there that it is sent or why it was refused.

    Raises what sending raises.
    """
    try:
        submitted = chain.submit(act, signer, gas=gas)
    except SiegelError as error:
        with state.writing() as connection:
            Outbox(connection).mark_failed(keys, error.name)
        raise
    with state.writing() as connection:
        Outbox(connection).mark_sent(keys, submitted.sent.hash)
    return submitted
