"""The rules of a receiver: what it takes in, when, and what it promises (``docs/handing-in.md``).

Nothing here knows HTTP. What is answered is durable: bytes in the store, promises and reports in the state.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ledger.chain.acts import Promise, RoundTerms
from ledger.chain.client import Chain
from ledger.chain.identifiers import commitment_of, incident_digest, promise_digest
from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.chain.round_terms import terms_of_round
from ledger.chain.signers import KeySigner, signer_of
from ledger.errors import (
    EnvelopeAltered,
    EnvelopeForeign,
    EnvelopeMalformed,
    EnvelopeMissing,
    EnvelopeRefused,
    EnvelopeTooLarge,
    EnvelopeUnfinished,
    IncidentUnsigned,
    InvalidParameter,
    ReceiverFull,
    ReceiverNotNamed,
    ReceiverUnauthorised,
    RoundTakesNothing,
    UploadUnknown,
)
from ledger.sealing.envelope import Header
from ledger.store.envelopes import DAY, Arrived, EnvelopeStore, Upload
from ledger.store.incidents import Incident, IncidentBook
from ledger.terms import Act, OrganisationKind, ProcessState, Role, RoundState

LARGEST: Final = 2 * 2**30
ROUND_BYTES: Final = 20 * 2**30
UNFINISHED: Final = 200
MOST_DETAIL: Final = 500
"""Characters of a report."""
_KNOWN_ROUNDS: Final = 10_000
_PROBLEM: Final = re.compile(r"[A-Za-z]{1,80}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one envelope, bytes of a round that no commitment names yet, and most unfinished uploads."""

    envelope: int = LARGEST
    round_bytes: int = ROUND_BYTES
    unfinished: int = UNFINISHED


class Receiver:
    """Takes envelopes in for the rounds that name ``organisation_id`` (32 bytes), and promises by ``signer``.

    ``clock`` gives seconds since 1970; ``opened_in`` the block in which a round is said to be opened, None if nothing
    is known: then the whole chain is searched. Thread safe. Every method raises as asking the chain does, and
    StoreFull.
    """

    def __init__(
        self,
        chain: Chain,
        envelopes: EnvelopeStore,
        signer: KeySigner,
        organisation_id: bytes,
        clock: Callable[[], int],
        limits: Limits = Limits(),
        opened_in: Callable[[bytes, int], int | None] = lambda process_id, round: None,
    ) -> None:
        self.organisation_id, self.limits, self.envelopes = organisation_id, limits, envelopes
        self._chain, self._signer, self._clock, self._opened_in = chain, signer, clock, opened_in
        self._incidents = IncidentBook(envelopes.state)
        self._terms: dict[tuple[bytes, int], RoundTerms] = {}
        self._looked: tuple[int, int] | None = None  # the newest blocks of the last two looks for bids
        self._tidied = 0
        self._guard = threading.Lock()

    # Envelopes

    def begin(self, digest: bytes, size: int) -> int:
        """Announce an envelope by its SHA-256; how many of its bytes are here.

        Raises EnvelopeTooLarge, EnvelopeMalformed for no bytes, UploadSizeDiffers, UploadsTooMany.
        """
        if size <= 0:
            raise EnvelopeMalformed(position=0, reason="it has no bytes")
        if size > self.limits.envelope:
            raise EnvelopeTooLarge(size=size, most=self.limits.envelope)
        return self.envelopes.begin(digest, size, most=self.limits.unfinished, clock=self._clock)

    def upload(self, digest: bytes) -> Upload:
        """Where an upload is. Raises UploadUnknown."""
        found = self.envelopes.upload(digest)
        if found is None:
            raise UploadUnknown(digest=digest)
        return found

    def expires(self, upload: Upload) -> int:
        """When an unfinished upload is forgotten at the latest if nothing more comes."""
        return upload.changed_at + DAY

    def append(self, digest: bytes, offset: int, data: bytes) -> int:
        """Add bytes; the new offset. With the header's last byte that is checked, with the last one the digests are.

        What does not fit is forgotten, and raises EnvelopeRefused's kinds, RoundTakesNothing or ReceiverNotNamed.
        Raises as EnvelopeStore.append, and ReceiverFull.
        """
        self._require_room(self.upload(digest), len(data))
        end = self.envelopes.append(digest, offset, data, clock=self._clock)
        self._look(digest)
        return end

    def discard(self, digest: bytes) -> None:
        """Forget an unfinished upload. Raises EnvelopeArrived for a whole envelope."""
        self.envelopes.discard(digest)

    # Promises

    def promise(self, digest: bytes) -> Arrived:
        """The promise for a whole envelope: made once, durable before it is told, and the same ever after.

        Raises EnvelopeMissing, EnvelopeUnfinished; RoundTakesNothing after the close, if none was made before.
        """
        upload = self.envelopes.upload(digest)
        if upload is None:
            raise EnvelopeMissing(digest=digest)
        if upload.held != upload.size:
            raise EnvelopeUnfinished(held=upload.held, size=upload.size)
        if not upload.whole:
            self._look(digest)  # the process ended, or the chain did not answer, right after the last byte
        arrived = self.envelopes.arrived(digest)
        if arrived is None:
            raise EnvelopeMissing(digest=digest)
        if arrived.signature is not None:
            return arrived
        self._require_open(arrived.process_id, arrived.round)
        deliver_by = arrived.arrived_at + DAY
        signature = self._signer.sign_digest(
            promise_digest(
                self._chain.chain_id, self._chain.ledger, arrived.process_id, arrived.round, arrived.commitment,
                arrived.author, arrived.arrived_at, deliver_by,
            )
        )  # fmt: skip
        return self.envelopes.keep_promise(digest, self.organisation_id, deliver_by, signature)

    # Incidents

    def report(
        self, process_id: bytes, round: int, author: bytes, at: int, failure: str, detail: str, signature: bytes
    ) -> Incident:
        """Keep what a tenderer reports of a failure, and acknowledge it; the same report, the same answer.

        Raises InvalidParameter, IncidentUnsigned, IncidentsTooMany, RoundTakesNothing for a round that never was.
        """
        if not _PROBLEM.fullmatch(failure):
            raise InvalidParameter(parameter="failure", value=failure[:80], why="it is no problem's name")
        if len(detail) > MOST_DETAIL:
            raise InvalidParameter(parameter="detail", value="…", why=f"it has more than {MOST_DETAIL} characters")
        if "\0" in detail:  # PostgreSQL keeps no such text
            raise InvalidParameter(parameter="detail", value="…", why="it has a character of the number zero")
        where = self._chain.chain_id, self._chain.ledger, process_id, round, author, at, failure, detail
        digest = incident_digest(*where)
        if signer_of(digest, signature) != author:
            raise IncidentUnsigned(author=author)
        if (known := self._incidents.find(digest)) is not None:
            return known
        if self._chain.round(process_id, round).state is RoundState.NONE:
            raise RoundTakesNothing(processId=process_id, round=round, state="none")
        now = self._clock()
        receipt = self._signer.sign_digest(incident_digest(*where, received_at=now))
        return self._incidents.keep(
            Incident(digest, process_id, round, author, at, failure, detail, signature, now, receipt)
        )

    # From time to time

    def sweep(self) -> None:
        """See which envelopes are committed by now, and remove what nobody waits for: uploads that stand still for a
        day, envelopes that no commitment followed on within a day after their promise was due, and once a day what a
        crash left behind."""
        now = self._clock()
        self._note_committed()
        self.envelopes.remove_uncommitted(now - DAY, self.is_committed)
        self.envelopes.remove_unfinished(now - DAY)
        if now >= self._tidied + DAY:
            self.envelopes.remove_orphans()
            self._tidied = now

    def _note_committed(self) -> None:
        """Read the bids since the last look but one, at first since the oldest round opened that an unnamed envelope is
        for. So each bid is read twice: the first time its envelope may just be coming in, and not be known yet."""
        newest = self._chain.block_number()
        if self._looked is None:
            rounds = self.envelopes.unnamed_rounds()
            opened = [self._opened_in(*each) or self._chain.deployment.block for each in rounds]
            self._looked = (min(opened, default=newest + 1) - 1,) * 2
        bids = set()
        for log in self._chain.logs(self._looked[0] + 1, newest, [ACT_RECORDED]):
            if log.account == self._chain.ledger and log.topics[3][31] == Act.BID_COMMITTED:
                record = decode_log(log.topics, log.data)
                bids.add((record.process_id, record.round, record.subject, record.first))
        self.envelopes.note_committed(bids)
        self._looked = self._looked[1], newest

    def is_committed(self, commitment: bytes) -> bool:
        """Whether the ledger has the commitment of an envelope that is here."""
        found = self.envelopes.of_commitment(commitment)
        return found is not None and self._has_bid(found.process_id, found.round, commitment, found.author)

    # Inside

    def _look(self, digest: bytes) -> None:
        """Check what has come so far; what does not fit is refused and forgotten."""
        try:
            is_new = self.envelopes.describe(digest, self._require_fitting)
            upload = self.upload(digest)
            if is_new:  # who has a place keeps it, whoever else is counted just now
                self._require_room(upload, 0)
            if upload.held == upload.size and not upload.whole:
                header = self.envelopes.read_header(digest)
                self._require_open(header.context.process_id, header.context.round)
                self.envelopes.complete(digest, self._require_fitting)
        except (EnvelopeAltered, EnvelopeRefused, RoundTakesNothing, ReceiverNotNamed, ReceiverFull):
            self.envelopes.discard(digest)
            raise

    def _require_fitting(self, header: Header, size: int) -> bool:
        """Whether the ledger has the commitment already, of an envelope that may come here."""
        context, chain = header.context, self._chain
        _require("chainId", chain.chain_id, context.chain_id)
        _require("ledger", chain.ledger, context.ledger)
        deadline = self._require_open(context.process_id, context.round)
        terms = self._terms_of(context.process_id, context.round)
        if self.organisation_id not in terms.receivers:
            raise ReceiverNotNamed(
                processId=context.process_id, round=context.round, organisationId=self.organisation_id
            )
        _require("keySet", terms.key_set, context.key_set)
        # A deadline only ever moves to later: sealed before, an envelope has an earlier one.
        if context.not_before > deadline:
            raise EnvelopeForeign(field="notBefore", expected=deadline, got=context.not_before)
        length = len(header.encoded()) + header.content_size
        if length != size:
            why = "cut off" if size < length else "bytes after the end"
            raise EnvelopeMalformed(position=min(size, length), reason=why)
        return self._has_bid(context.process_id, context.round, commitment_of(header), context.author)

    def _require_open(self, process_id: bytes, round: int) -> int:
        """The round's present deadline. Late envelopes are taken, too, until the round is closed."""
        state = self._chain.process(process_id).state
        if state is not ProcessState.ACTIVE:
            raise RoundTakesNothing(processId=process_id, round=round, state=f"of a process that is {_word(state)}")
        found = self._chain.round(process_id, round)
        if found.state is not RoundState.OPEN:
            raise RoundTakesNothing(processId=process_id, round=round, state=_word(found.state))
        return found.deadline

    def _require_room(self, upload: Upload, more: int) -> None:
        """For ``more`` bytes of an upload whose header was looked at. Where there is none, a commitment on the
        ledger has one place nevertheless."""
        process_id, round, most = upload.process_id, upload.round, self.limits.round_bytes
        if process_id is None or round is None or self.envelopes.unnamed_bytes(process_id, round) + more <= most:
            return
        if not (upload.committed and self.envelopes.claim_place(upload.digest)):
            raise ReceiverFull(processId=process_id, round=round, most=most)

    def _terms_of(self, process_id: bytes, round: int) -> RoundTerms:
        """Read once: they never change, but for the deadline."""
        key = (process_id, round)
        found = self._terms.get(key)
        if found is None:
            found = terms_of_round(self._chain, process_id, round, self._opened_in(process_id, round))
            if found is None:
                raise RoundTakesNothing(processId=process_id, round=round, state="none")
            with self._guard:
                if len(self._terms) >= _KNOWN_ROUNDS:
                    self._terms.clear()
                self._terms[key] = found
        return found

    def _has_bid(self, process_id: bytes, round: int, commitment: bytes, author: bytes) -> bool:
        _, arrival, _ = self._chain.view("bidOf", process_id, round, commitment, author)
        return bool(arrival)


def require_authority(chain: Chain, organisation_id: bytes, account: bytes, key: str) -> None:
    """Raises ReceiverUnauthorised unless the ledger would believe a promise of that account now, as ``commitBid`` asks
    for it: a publisher of an organisation of the kind receiver."""
    roles, kinds, _ = chain.view("authority", organisation_id, account, of="registry")
    if not (roles & Role.PUBLISHER and kinds & OrganisationKind.RECEIVER):
        raise ReceiverUnauthorised(key=key, account=account, organisation=organisation_id)


def promise_of(arrived: Arrived) -> Promise:
    """The promise that was made for an envelope, as ``commitBid`` takes it; none if there is none."""
    if arrived.receiver is None or arrived.deliver_by is None or arrived.signature is None:
        return Promise()
    return Promise(arrived.receiver, arrived.arrived_at, arrived.deliver_by, arrived.signature)


def _require(field: str, expected: object, got: object) -> None:
    if got != expected:
        raise EnvelopeForeign(field=field, expected=expected, got=got)


def _word(state: ProcessState | RoundState) -> str:
    return state.name.lower()
