"""Where the story is played: a home with an own chain whose clock starts in the past, and everybody's keys."""

from __future__ import annotations

import hashlib
import heapq
import itertools
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.receiver import Receiver
from explorer.page_file import OPENING_PAGE, VERIFIER_PAGE
from ledger.chain.acts import Call, LedgerAct, Notice, PublishNotices, RegisterArtifact
from ledger.chain.client import Chain, Recorded
from ledger.chain.identifiers import key_set_id, organisation_id, process_id
from ledger.chain.node import DevelopmentClock
from ledger.chain.record import ZERO
from ledger.chain.registry import (
    AcceptKeySet,
    AdmitOrganisation,
    KeySet,
    Person,
    Recipient,
    RegisterKeySet,
    RegistryAct,
)
from ledger.chain.signers import KeySigner
from ledger.cli.demo.calendar import HOUR, Calendar
from ledger.cli.demo.pinning import PINNED_PAGE, pinned_page
from ledger.cli.demo.town import BUYER, CUSTODIANS, ON_THE_LEDGER, Body
from ledger.ocds.digest import new_salt
from ledger.ocds.privacy import policy_named
from ledger.store.objects import StoreClass
from ledger.store.outbox import Outbox
from ledger.store.releases import ReleaseStore, notice_key
from ledger.terms import ArtifactKind, NoticeKind

_ENOUGH_GAS: Final = 10_000_000
"""More than any act of the story uses, and less than a block takes."""

Story = Generator[int, None, None]
"""A procedure told in order; it yields the moment (seconds since 1970) at which it goes on."""


@dataclass
class Stage:
    """``now`` is the moment at which the demo is made; the story ends there. ``sealing_keys`` of officers and
    custodians by the names of their keys; ``receiver`` is of the town's computing centre, by the story's clock."""

    chain: Chain
    clock: DevelopmentClock
    keys: Mapping[str, KeySigner]
    sealing_keys: Mapping[str, ec.EllipticCurvePrivateKey]
    releases: ReleaseStore
    receiver: Receiver
    now: int
    recipients: KeySet = field(init=False)

    @property
    def key_set(self) -> bytes:
        """Id of the town's key set."""
        return key_set_id(self.organisation(BUYER), self.recipients)

    def play(self, stories: Iterable[Callable[[Stage], Story]]) -> None:
        """Plays all stories at once, always going on with the one whose turn is earliest, as it is in a town hall."""
        order = itertools.count()
        waiting: list[tuple[int, int, Story]] = []
        for story in (tell(self) for tell in stories):
            heapq.heappush(waiting, (next(story), next(order), story))
        while waiting:
            moment, _, story = heapq.heappop(waiting)
            self.clock.advance_to(min(moment, self.now))
            try:
                heapq.heappush(waiting, (next(story), next(order), story))
            except StopIteration:
                continue

    def ago(self, days: int, clock: str = "10:00") -> int:
        """The moment so many days before today, at that time of the town's day; a negative number lies ahead."""
        return Calendar(self.now).ago(days, clock)

    def send(self, act: LedgerAct | RegistryAct, *keys: str) -> Recorded:
        """Sends an act by each of these keys in turn; what the last call brought about."""
        return [self.send_by(act, self.keys[key]) for key in keys][-1]

    def send_by(self, act: LedgerAct | RegistryAct, signer: KeySigner) -> Recorded:
        """Sends an act by whoever has this key."""
        # Nothing is tried out before: running an act is what takes time, and a refusal is told by name all the same.
        return self.chain.recorded(self.chain.submit(act, signer, gas=_ENOUGH_GAS))

    def alone(self, act: LedgerAct | RegistryAct) -> Recorded:
        """By the town's publisher."""
        return self._noted(self.send(act, "publisher"))

    def together(self, act: LedgerAct | RegistryAct) -> Recorded:
        """By two of the town's officers."""
        return self._noted(self.send(act, "officer-one", "officer-two"))

    def call(self, ocid: str, *, ground: str = "", release: bytes = ZERO) -> Call:
        """What nearly every act of the town begins with; ``ground`` is the text of the reasons."""
        process = process_id(self.organisation(BUYER), ocid)
        return Call(process, self.expires, self.document(ground) if ground else ZERO, release)

    def notice(self, body: Body, release: dict[str, Any], kind: NoticeKind, *, ref: int = 0) -> Recorded:
        """Anchors one release as a notice, by the body's publisher."""
        digest = self.release(body, release, "NoticePublished")
        act = PublishNotices(self.organisation(body), self.expires, (Notice(release["ocid"], kind, digest, ref=ref),))
        return self._noted(self.send(act, "publisher" if body is BUYER else "observer"))

    def release(self, body: Body, release: dict[str, Any], act: str) -> bytes:
        """Makes a release durable and gives the digest that the act names."""
        prepared, _ = self.releases.prepare(release, self.organisation(body), policy_named("standard"), act=act)
        return prepared.digest

    def document(self, text: str) -> bytes:
        """The digest of a text that only the entitled may read."""
        return self.confidential(text.encode())

    def confidential(self, content: bytes) -> bytes:
        """The digest of a document that only the entitled may read."""
        return self.releases.store.put(StoreClass.CONFIDENTIAL, content, salt=new_salt())

    def publish(self, content: bytes) -> bytes:
        """The digest of a document that everybody may read."""
        return self.releases.store.put(StoreClass.PUBLIC, content)

    @property
    def expires(self) -> int:
        """An hour from the clock's present."""
        return self.clock.now() + HOUR

    @staticmethod
    def organisation(body: Body) -> bytes:
        """The body's id on the ledger."""
        return organisation_id(body.scheme, body.uid)

    def open_town_hall(self) -> None:
        """Admits everybody and registers the key set under which the town's bids will be sealed, and the pages that
        verify its evidence and take bids in."""
        for body in ON_THE_LEDGER:
            people = [Person(self.keys[key].account, int(roles)) for key, roles in body.people]
            ordered = tuple(sorted(people, key=lambda person: person.account))
            admission = AdmitOrganisation(body.scheme, body.uid, int(body.kinds), ordered, self.expires)
            self.send(admission, "governor")
        public = {name: _public(key) for name, key in self.sealing_keys.items()}
        officers = [name for name in public if name.startswith("officer")]
        self.recipients = KeySet(
            officer_threshold=2,
            custodian_threshold=2,
            officers=_in_order(Recipient(self.keys[name].account.rjust(32, b"\0"), public[name]) for name in officers),
            custodians=_in_order(Recipient(self.organisation(b), public[b.people[0][0]]) for b in CUSTODIANS),
        )
        town = self.organisation(BUYER)
        self.together(RegisterKeySet(town, self.recipients, self.expires))
        for body in CUSTODIANS:
            self.send(AcceptKeySet(self.key_set, self.organisation(body), self.expires), body.people[0][0])
        bid_page = hashlib.sha256(pinned_page(self.chain, town)).digest()
        for name, digest in (
            (VERIFIER_PAGE.name, VERIFIER_PAGE.digest()),
            (PINNED_PAGE, bid_page),
            (OPENING_PAGE.name, OPENING_PAGE.digest()),
        ):
            self.together(RegisterArtifact(town, self.expires, digest, ArtifactKind.PAGE, name))

    def _noted(self, recorded: Recorded) -> Recorded:
        with self.releases.state.writing() as connection:
            outbox = Outbox(connection)
            for record in recorded.records:
                if record.release != ZERO:
                    outbox.mark_recorded(
                        [notice_key(record.organisation_id, record.release)], recorded.transaction_hash
                    )
        return recorded


def _in_order(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    # The registry takes each holder once, in ascending order.
    return tuple(sorted(recipients, key=lambda recipient: recipient.holder))


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
