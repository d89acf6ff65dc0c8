"""Prepared releases onto the ledger: in batches, each once, also after a crash.

Order of a crash: a batch is signed, written into the book of nonces, handed in, then noted in the outbox. Whatever
happens in between, the next import first brings to an end what was signed, then asks the ledger what it recorded,
and only sends the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from ledger.chain.acts import Notice, PublishNotices
from ledger.chain.client import Chain
from ledger.chain.record import ZERO
from ledger.chain.sending import Submitted
from ledger.chain.signers import Signer
from ledger.cli.importing.kinds import notice_kind
from ledger.errors import SiegelError
from ledger.store.audit import AuditTrail
from ledger.store.outbox import Outbox
from ledger.store.releases import PreparedRelease, ReleaseStore

MOST_NOTICES: Final = 100
"""In one call (``ITenderLedger.sol``)."""

MOST_UNDER_WAY: Final = 16
"""Batches handed in before the first is awaited: enough to fill blocks, few enough to look over after a crash."""

VALID_SECONDS: Final = 3600

Item = TypeVar("Item")


def anchor(
    chain: Chain,
    releases: ReleaseStore,
    organisation_id: bytes,
    signer: Signer,
    now: int,
    advance: Callable[[int], None],
) -> int:
    """Anchors all notices that wait, oldest first; how many. ``advance`` is told of each batch that is recorded.

    Raises what sending raises; what was recorded until then stays, and the rest waits for the next time.
    """
    anchored = 0
    waiting = releases.waiting(organisation_id)
    for group in _chunks(list(_chunks(waiting, MOST_NOTICES)), MOST_UNDER_WAY):
        under_way: list[tuple[Sequence[PreparedRelease], Submitted]] = []
        try:
            for batch in group:
                submitted = _submit(chain, releases, organisation_id, signer, now, batch)
                under_way.append((batch, submitted))
        finally:
            # Also when one was refused: what is on its way is brought to its end and noted.
            for batch, submitted in under_way:
                recorded = chain.recorded(submitted)
                with releases.state.writing() as connection:
                    keys = [release.key for release in batch]
                    Outbox(connection).mark_recorded(keys, recorded.transaction_hash)
                    transaction = "0x" + recorded.transaction_hash.hex()
                    subject = "0x" + organisation_id.hex()
                    trail = AuditTrail(connection)
                    trail.add(
                        f"0x{signer.account.hex()}", "import", subject, notices=len(batch), transaction=transaction
                    )
                anchored += len(batch)
                advance(len(batch))
    return anchored


def _submit(
    chain: Chain,
    releases: ReleaseStore,
    organisation_id: bytes,
    signer: Signer,
    now: int,
    batch: Sequence[PreparedRelease],
) -> Submitted:
    notices = tuple(
        Notice(release.ocid, notice_kind(release.tags), release.digest, release.source_digest or ZERO)
        for release in batch
    )
    keys = [release.key for release in batch]
    try:
        submitted = chain.submit(PublishNotices(organisation_id, now + VALID_SECONDS, notices), signer)
    except SiegelError as error:
        with releases.state.writing() as connection:
            Outbox(connection).mark_failed(keys, error.name)
        raise
    with releases.state.writing() as connection:
        Outbox(connection).mark_sent(keys, submitted.sent.hash, submitted.sent.raw)
    return submitted


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
