"""What API and pages work with, made once at start and never changed afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from prometheus_client import CollectorRegistry

from api.checks import Checks
from api.comparison import Comparison
from api.receiver import Limits, Receiver
from api.receiver_keeper import ReceiverKeeper
from api.relay import Relay
from api.told import name
from api.verifications import Verifications
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment
from ledger.chain.identifiers import organisation_id
from ledger.chain.round_terms import OPENING
from ledger.chain.signers import KeySigner
from ledger.errors import (
    ObjectErased,
    ObjectMissing,
    ReceiverMissing,
    ReleaseEmbargoed,
    SiegelError,
    TimestampAuthorityFailed,
)
from ledger.evidence.authorities import timestamps_of
from ledger.evidence.bundle import Sources
from ledger.evidence.log.keeper import LogKeeper
from ledger.evidence.log.progress import LogProgress, log_progress
from ledger.evidence.timestamps import Timestamps
from ledger.index.check import Difference, check_process
from ledger.index.database import Index
from ledger.index.follower import Follower
from ledger.index.queries import Queries
from ledger.index.rows import Found, IndexStatus
from ledger.index.sync import Synchroniser
from ledger.settings import Settings
from ledger.store import DueDisclosures, ObjectStore, ReleaseStore, State, StoreClass
from ledger.store.envelopes import EnvelopeStore
from ledger.store.relayed import RelayBook
from ledger.terms import STATUTE


@dataclass(frozen=True, slots=True)
class StampingStatus:
    """An authority's backlog: checkpoints that wait for its stamp, and since when the oldest does (seconds since 1970).
    ``failure`` is a name alone: everybody may ask."""

    authority: str
    waiting: int
    since: int | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Services:
    """The open parts of one installation.

    ``queries`` answers from the index; ``store`` gives the bytes behind digests and refuses altered ones;
    ``releases`` knows embargoes and disclosed fields; ``checks`` compares with the chain,
    ``comparison`` does so with all processes in turn; ``evidence`` is what bundles are made of, ``verifications``
    verify them for pages; ``chain`` is the node; ``metrics`` counts what is asked.
    ``follower`` ends embargoes that are due and keeps the index up with the chain while serving; ``None`` where
    somebody else does. ``keeper`` publishes the transparency log, feeds its witnesses and has it stamped, where there
    is a log. ``timestamps`` are of the authorities of the settings, where they name any. ``envelopes`` are those that
    were handed in. ``receiver`` and ``relay`` take in what tenderers hand in, where this installation is a receiver;
    ``receiver_keeper`` looks after it while serving.
    """

    settings: Settings
    deployment: Deployment
    chain: Chain
    index: Index
    queries: Queries
    store: ObjectStore
    state: State
    releases: ReleaseStore
    checks: Checks
    comparison: Comparison
    evidence: Sources
    verifications: Verifications
    envelopes: EnvelopeStore
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    follower: Follower | None = None
    keeper: LogKeeper | None = None
    timestamps: Timestamps | None = None
    receiver: Receiver | None = None
    relay: Relay | None = None
    receiver_keeper: ReceiverKeeper | None = None

    @classmethod
    def open(
        cls,
        settings: Settings,
        chain: Chain,
        *,
        follow: bool = True,
        receiver: KeySigner | None = None,
        clock: Callable[[], int] = lambda: int(time.time()),
    ) -> Services:
        """Open index, store and state of the settings; the follower is made, not started.

        ``receiver``: the key that promises for the receiver of the settings; ``clock``: what it goes by.
        """
        state = State(settings.state_url)
        state.migrate()
        index = Index.open(settings.index_url)
        store = ObjectStore(settings.store_dir)
        queries = Queries(index)
        releases = ReleaseStore(store, state)
        synchroniser = Synchroniser(index, chain, store, confirmations=settings.confirmations)
        follower = Follower(synchroniser, settings.poll_interval, before=DueDisclosures(releases, "siegel serve"))
        keeper, timestamps = None, timestamps_of(settings)
        if settings.log_dir.is_dir():
            keeper = LogKeeper(
                settings.log_dir,
                chain,
                index,
                settings.poll_interval,
                timestamps=timestamps,
                stamp_interval=settings.timestamps.interval,
            )
        checks = Checks(partial(check_process, index, chain, store), queries, store)
        envelopes = EnvelopeStore(settings.store_dir, state)
        receiving = _receiving(settings, chain, envelopes, receiver, clock, queries)
        evidence = Sources(chain, index, store, releases, settings.log_dir, timestamps)
        return cls(
            settings=settings,
            deployment=chain.deployment,
            chain=chain,
            index=index,
            queries=queries,
            store=store,
            state=state,
            releases=releases,
            checks=checks,
            comparison=Comparison(checks, queries.process_after),
            evidence=evidence,
            verifications=Verifications(evidence, queries, checks, settings.publisher.name or "siegel policy"),
            follower=follower if follow else None,
            keeper=keeper if follow else None,
            timestamps=timestamps,
            envelopes=envelopes,
            receiver=receiving[0] if receiving else None,
            relay=receiving[1] if receiving else None,
            receiver_keeper=ReceiverKeeper(*receiving, settings.poll_interval) if receiving and follow else None,
        )

    def require_receiver(self) -> Receiver:
        """Raises ReceiverMissing where nothing can be handed in."""
        if self.receiver is None:
            raise ReceiverMissing()
        return self.receiver

    def require_relay(self) -> Relay:
        """Raises ReceiverMissing where nothing can be handed in."""
        if self.relay is None:
            raise ReceiverMissing()
        return self.relay

    def close(self) -> None:
        """Stop following and let go of the databases; the chain belongs to whoever opened it."""
        self.comparison.stop()
        self.verifications.close()
        if self.receiver_keeper is not None:
            self.receiver_keeper.stop()
        if self.keeper is not None:
            self.keeper.stop()
        if self.follower is not None:
            self.follower.stop()
        self.index.close()
        self.state.close()

    def status(self) -> IndexStatus:
        """How far the index is behind the chain's head, read now.

        ``last_error`` is a failure's name alone: everybody may ask, and its values can name the node's address.
        """
        status = self.index.status(self.chain, told=name)
        followed = self.follower.failure if self.follower is not None else None
        return status if followed is None else replace(status, last_error=name(followed))

    def log_progress(self) -> LogProgress | None:
        """How far the transparency log is; None where there is none."""
        failed = self.keeper.failure if self.keeper is not None else None
        return log_progress(self.settings.log_dir, self.index, None if failed is None else name(failed))

    def stamping(self) -> list[StampingStatus]:
        """What the time-stamping authorities have not stamped yet."""
        if self.timestamps is None:
            return []
        return [
            StampingStatus(
                one.authority,
                one.checkpoints,
                None if one.since is None else int(one.since),
                None if one.failure is None else TimestampAuthorityFailed.__name__,
            )
            for one in self.timestamps.backlog()
        ]

    def lookup(self, digest: bytes) -> tuple[Found, ...]:
        """All that a digest names; also the plain SHA-256 of an imported original that somebody holds.

        What is embargoed stays unknown, or a guess could be confirmed.
        """
        found = list(self.queries.lookup(digest))
        for anchored in self.store.lookup(digest):
            if self._is_open(anchored):
                found += [entry for entry in self.queries.lookup(anchored) if entry.kind != "release"]
        return tuple(dict.fromkeys(found))

    def check_process(self, process_id: bytes) -> Sequence[Difference]:
        """What of one process in index and store differs from the chain, not older than a few seconds; empty means
        nothing does."""
        return self.checks.of(process_id)

    def _is_open(self, digest: bytes) -> bool:
        """Whether it may be said that somebody's file is this object."""
        try:
            self.releases.require_disclosed_original(digest)
            return self.store.kind(digest) is not StoreClass.CONFIDENTIAL
        except (ObjectMissing, ObjectErased, ReleaseEmbargoed):
            return False


def _receiving(
    settings: Settings, chain: Chain, envelopes: EnvelopeStore, signer: KeySigner | None, clock: Callable[[], int],
    queries: Queries,
) -> tuple[Receiver, Relay] | None:  # fmt: skip
    given = settings.receiver
    if signer is None or not given.uid:
        return None
    limits = Limits(given.largest_envelope, given.round_bytes, given.unfinished)
    here = organisation_id(given.scheme, given.uid)
    receiver = Receiver(chain, envelopes, signer, here, clock, limits, partial(_opened_in, queries))
    relay = Relay(
        chain,
        RelayBook(envelopes.state),
        envelopes,
        clock,
        per_minute=given.relays_per_minute,
        per_minute_of_account=given.relays_per_minute_of_account,
    )
    return receiver, relay


def _opened_in(queries: Queries, process_id: bytes, round: int) -> int | None:
    """The block in which a round was opened, as far as the index knows it."""
    opening = {STATUTE[act].name for act in OPENING}
    with suppress(SiegelError):
        acts = queries.acts(process_id)
        return next((act.block_number for act in acts if act.act in opening and act.round == round), None)
    return None
