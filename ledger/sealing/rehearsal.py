"""Show before the deadline that a sealing key opens what is sealed to it (``docs/opening.md``, the rehearsal).

A challenge is sealed under a tag of its own. So whoever opens challenges with ``open_challenge`` never opens a share of
a bid for a server that gives one out as a challenge.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import ShareUnopenable
from ledger.sealing.context import Context, Group, KeySet, position, recipients_of
from ledger.sealing.envelope import require_usable
from ledger.sealing.hpke import seal, unseal
from ledger.sealing.words import ACCOUNT, WORD, number, tag

_MAGIC: Final = tag("siegel/1 rehearsal")
NOBODY: Final = bytes(ACCOUNT)


@dataclass(frozen=True, slots=True)
class Challenge:
    """``sealed`` has 113 bytes; ``opened`` is the SHA-256 of the 32 random bytes in it, which are kept nowhere."""

    sealed: bytes
    opened: bytes


def rehearsal_context(
    chain_id: int, ledger: bytes, process_id: bytes, round_number: int, key_set: bytes, deadline: int
) -> Context:
    """What a challenge is bound to: the round as it stands, and no bid."""
    return Context(chain_id, ledger, process_id, round_number, NOBODY, key_set, deadline)


def challenge(context: Context, key_set: KeySet, group: Group, index: int) -> Challenge:
    """A new one for this recipient. Raises KeySetDiffers for a key set that nobody can seal to."""
    require_usable(key_set)
    recipient, plain = recipients_of(key_set, group)[index - 1], secrets.token_bytes(WORD)
    sealed = seal(recipient.key, _info(context, group, index, recipient.holder), plain)
    return Challenge(sealed, hashlib.sha256(plain).digest())


def open_challenge(
    context: Context, key_set: KeySet, group: Group, index: int, sealed: bytes, key: ec.EllipticCurvePrivateKey
) -> bytes:
    """The 32 bytes in it, for the recipient with this index. Raises ShareUnopenable."""
    recipients = recipients_of(key_set, group)
    holder = recipients[index - 1].holder if 0 < index <= len(recipients) else None
    found = None if holder is None else unseal(key, _info(context, group, index, holder), sealed)
    if found is None:
        raise ShareUnopenable(group=group.name.lower(), index=index)
    return found


def _info(context: Context, group: Group, index: int, holder: bytes) -> bytes:
    return _MAGIC + context.words(bytes(WORD)) + number(position(group, index)) + holder
