"""Who signs what in the controls, and what a forger can sign who has won them over: keys from fixed seeds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from tests.evidence.log_actors import FIRST, SECOND, THIRD, Signer
from tests.evidence.qbft_network import Validator, nodes
from tests.evidence.tsa import TIME_STAMPING, Holder, certify

LOG = Signer("log.example/vergabe", 1)
ELSEWHERE = Signer("log.example/vergabe", 1, "a log that a stranger keeps under the same name")
WITNESSES = (FIRST, SECOND, THIRD)
UNKNOWN = Signer("witness.example/w2-unknown", 4)
SIGNERS = {"first": FIRST, "second": SECOND, "third": THIRD, "unknown": UNKNOWN, "log": LOG, "elsewhere": ELSEWHERE}

FOUNDERS = tuple(nodes(4))
"""The validators from block 1 on."""
JOINING = Validator(50)
"""The one who joins by vote in the control ``voted``; elsewhere an outsider."""
STRANGERS = tuple(nodes(4, start=70))
"""Validators of nobody's chain but their own."""

VALID = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@cache
def authority(name: str) -> tuple[Holder, Holder]:
    """The named authority's root and its certificate for time stamps, always the same."""
    number = sum(name.encode())
    above, own = (ec.derive_private_key(1_000_003 * number + step, ec.SECP256R1()) for step in (1, 2))
    root = certify(f"Root of {name}", valid=VALID, key=above, serial=number)
    stamper = certify(
        f"Stamper of {name}",
        root,
        authority=False,
        extensions=[TIME_STAMPING],
        valid=VALID,
        key=own,
        serial=number + 1,
    )
    return root, stamper


TRUSTED = ("Authority One", "Authority Two")
"""The authorities of the controls' policies."""
