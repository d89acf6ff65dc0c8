"""Prepared releases onto the ledger: in batches, each once, also after a crash.

Order of a crash: a batch is signed, written into the book of nonces, handed in, then noted in the outbox. Whatever
happens in between, the next import first brings to an end what was signed, then asks the ledger what it recorded,
and only sends the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, TypeVar

from ledger.chain.acts import Notice, PublishNotices
from ledger.chain.client import Chain
from ledger.chain.record import ZERO
from ledger.chain.sending import Submitted
from ledger.chain.signers import Signer
from ledger.cli.importing.handing_in import hand_in
from ledger.cli.importing.kinds import notice_kind
from ledger.store.audit import AuditTrail
from ledger.store.outbox import Outbox
from ledger.store.releases import PreparedRelease, ReleaseStore
from ledger.terms import NoticeKind

MOST_NOTICES: Final = 100
"""In one call (``ITenderLedger.sol``)."""

MOST_UNDER_WAY: Final = 16
"""Batches handed in and not yet recorded: enough to fill blocks, few enough to look over after a crash."""

GAS_OF_NOTICE: Final = 140_000
"""More than the dearest notice uses (``contracts/gas/acts.json``: 128,834 with all that a transaction costs)."""

VALID_SECONDS: Final = 3600

Item = TypeVar("Item")


def anchor(
    chain: Chain,
    releases: ReleaseStore,
    organisation_id: bytes,
    signer: Signer,
    now: Callable[[], int],
    advance: Callable[[int], None],
    *,
    tried: bool = False,
) -> int:
    """Anchors all notices that wait, oldest first; how many. ``advance`` is told of each batch that is recorded;
    ``now`` tells the chain's present second. ``tried``: the like of them was accepted before, and none is tried out.

    Raises what sending raises; what was recorded until then stays, and the rest waits for the next time.
    """
    anchored = 0
    waiting = releases.waiting(organisation_id)
    # Who is told that a notice is embargoed must find it so, or disclosed since, never the other way round.
    embargoed = {embargo.digest for embargo in releases.embargoed()}
    under_way: deque[tuple[Sequence[PreparedRelease], Submitted]] = deque()

    def note_oldest() -> int:
        batch, submitted = under_way.popleft()
        _note(batch, chain.recorded(submitted).transaction_hash, releases, organisation_id, signer)
        advance(len(batch))
        return len(batch)

    try:
        for number, batch in enumerate(_chunks(waiting, MOST_NOTICES)):
            if len(under_way) == MOST_UNDER_WAY:
                anchored += note_oldest()
            # Running a batch is what costs. The first is tried out before anything is signed, so what the ledger
            # refuses at all is told by name; the others are alike, and the node runs each of them once.
            gas = gas_of(batch) if number or tried else None
            notices = tuple(_notice(release, embargoed) for release in batch)
            act = PublishNotices(organisation_id, now() + VALID_SECONDS, notices)
            keys = [release.key for release in batch]
            under_way.append((batch, hand_in(chain, releases.state, act, keys, signer, gas=gas)))
    finally:
        # Also when one was refused: what is on its way is brought to its end and noted.
        while under_way:
            anchored += note_oldest()
    return anchored


def gas_of(batch: Sequence[PreparedRelease]) -> int | None:
    """What a batch may use; None: find out by trying."""
    return GAS_OF_NOTICE * len(batch)


def _note(
    batch: Sequence[PreparedRelease],
    transaction_hash: bytes,
    releases: ReleaseStore,
    organisation_id: bytes,
    signer: Signer,
) -> None:
    with releases.state.writing() as connection:
        Outbox(connection).mark_recorded([release.key for release in batch], transaction_hash)
        transaction, subject = "0x" + transaction_hash.hex(), "0x" + organisation_id.hex()
        trail = AuditTrail(connection)
        trail.add(f"0x{signer.account.hex()}", "import", subject, notices=len(batch), transaction=transaction)


def _notice(release: PreparedRelease, embargoed: Collection[bytes]) -> Notice:
    kind = NoticeKind.EMBARGOED if release.digest in embargoed else notice_kind(release.tags)
    return Notice(release.ocid, kind, release.digest, release.source_digest or ZERO)


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
