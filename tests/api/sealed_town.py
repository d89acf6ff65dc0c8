"""A served town with sealed procedures: a key set with custodians, sealed bids, their envelopes, a close."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from api.services import Services
from ledger.chain.acts import (
    CloseRound,
    CommitBid,
    LotTerms,
    Promise,
    PublishTender,
    RegisterExternalBid,
    RoundTerms,
    TenderTerms,
)
from ledger.chain.identifiers import (
    access_digest,
    bid_commitment,
    key_set_id,
    lot_id,
    organisation_id,
    promise_digest,
)
from ledger.chain.record import ZERO
from ledger.chain.registry import KeySet, Person, Recipient
from ledger.chain.signers import KeySigner
from ledger.index.sync import Synchroniser
from ledger.sealing.context import Context, Group
from ledger.terms import OrganisationKind, Role, RoundKind
from tests.chain.town import digest, sealing_key
from tests.explorer.site import open_services, serving
from tests.index.town import DAY, START, Town, embedded_town, signer
from tests.sealing.actors import Envelope, sealed_bid

OPEN, CLOSED, CLOSING = "ocds-a2ef3d-open", "ocds-a2ef3d-closed", "ocds-a2ef3d-closing"
DEADLINE: Final = START + 2 * DAY
RECEIVER: Final = organisation_id("DE-LEITWEG", "receiver")
CLERK: Final = signer("clerk")
OUTSIDER: Final = signer("outsider")
CUSTODIANS: Final = tuple(signer(f"custodian {number}") for number in (1, 2, 3))


@dataclass
class SealedTown:
    """Three procedures with the same bids: one open, one closed, one whose close one officer has proposed."""

    town: Town
    services: Services
    client: httpx.Client
    keys: KeySet
    bids: dict[str, list[Envelope]]

    # Asking

    def path(self, ocid: str, what: str, round: int = 1) -> str:
        """An address below a round."""
        return f"/api/v1/processes/0x{self.town.process(ocid).hex()}/rounds/{round}/{what}"

    def signed(self, who: KeySigner, ocid: str, *, round: int = 1, ahead: int = 300, **other: Any) -> dict[str, str]:
        """The header that somebody signs for a round; ``other`` is signed in the place of what is true."""
        expires = int(time.time()) + ahead
        chain = self.town.chain
        true: dict[str, Any] = {
            "chain_id": chain.chain_id, "ledger": chain.ledger, "process": self.town.process(ocid),
            "round_number": round, "account": who.account, "expires": expires,
        }  # fmt: skip
        signature = who.sign_digest(access_digest(**(true | other)))
        return authorization(who.account, expires, signature)

    def get(self, who: KeySigner, ocid: str, what: str, **headers: str) -> httpx.Response:
        """Somebody asks for something of a round."""
        return self.client.get(self.path(ocid, what), headers=self.signed(who, ocid) | headers)

    def post(self, who: KeySigner, ocid: str, what: str, body: Any) -> httpx.Response:
        """Somebody sends something."""
        return self.client.post(self.path(ocid, what), headers=self.signed(who, ocid), json=body)

    # Acting

    def holder(self, group: Group, index: int) -> KeySigner:
        """Who acts for the recipient with this index."""
        if group is Group.OFFICERS:
            wanted = self.keys.officers[index - 1].holder
            return next(each for each in self.town.officers if each.account.rjust(32, b"\0") == wanted)
        wanted = self.keys.custodians[index - 1].holder
        return next(CUSTODIANS[n - 1] for n in (1, 2, 3) if organisation_id("DE-LEITWEG", f"custodian-{n}") == wanted)

    def take_in(self) -> None:
        """Let the index follow the chain to its head."""
        Synchroniser(self.services.index, self.town.chain, self.services.store).run_once()

    def commitment(self, ocid: str, envelope: Envelope) -> bytes:
        """What stands on the chain for an envelope."""
        header, chain = envelope.header, self.town.chain
        return bid_commitment(
            chain.chain_id, chain.ledger, self.town.process(ocid), 1, header.context.author, header.bid_root,
            header.rest_digest,
        )  # fmt: skip

    def seal(self, ocid: str, author: KeySigner, round: int = 1) -> Envelope:
        """A bid of the author."""
        chain = self.town.chain
        context = Context(
            chain.chain_id, chain.ledger, self.town.process(ocid), round, author.account, self.town.key_set, DEADLINE
        )  # fmt: skip
        return sealed_bid(context=context, key_set=self.keys)

    def store(self, envelope: Envelope) -> bytes:
        """Hand in an envelope; its digest."""
        store = self.services.envelopes
        digest = hashlib.sha256(envelope.data).digest()
        store.begin(digest, len(envelope.data))
        store.append(digest, 0, envelope.data)
        return store.complete(digest).digest

    def commit(self, ocid: str, author: KeySigner, commitment: bytes, *, promised: bool = False) -> None:
        """Put a commitment on the chain."""
        chain, process, promise = self.town.chain, self.town.process(ocid), Promise()
        if promised:
            at = chain.block(chain.block_number()).time
            word = promise_digest(chain.chain_id, chain.ledger, process, 1, commitment, author.account, at, at + DAY)
            promise = Promise(RECEIVER, at, at + DAY, CLERK.sign_digest(word))
        chain.send(CommitBid(process, 1, commitment, ZERO, self.town.expires(), promise), author)

    def tender(self, ocid: str, deadline: int = DEADLINE) -> None:
        """Publish a procedure with one round."""
        round_terms = RoundTerms(RoundKind.BIDS, deadline, self.town.key_set, receivers=(RECEIVER,))
        terms = TenderTerms(
            ocid=ocid, lots=(LotTerms(lot_id("L1")),), minimum_standstill=10 * DAY, round=round_terms
        )  # fmt: skip
        self.town.jointly(PublishTender(self.town.buyer, self.town.expires(), digest(ocid), terms))

    def bid(self, ocid: str) -> None:
        """Bidder one's bid with a promise, bidder two's without; a third whose envelope never came; an outsider's copy
        of bidder one's commitment; and a bid on paper."""
        one, two, three = (self.seal(ocid, signer(f"bidder {number}")) for number in (1, 2, 3))
        self.bids[ocid] = [one, two, three]
        self.store(one)
        self.store(two)
        self.commit(ocid, self.town.bidder_one, self.commitment(ocid, one), promised=True)
        self.commit(ocid, self.town.bidder_two, self.commitment(ocid, two))
        self.commit(ocid, signer("bidder 3"), self.commitment(ocid, three))
        self.commit(ocid, OUTSIDER, self.commitment(ocid, one))
        chain = self.town.chain
        arrival = chain.block(chain.block_number()).time
        self.town.jointly(RegisterExternalBid(self.town.call(ocid), 1, arrival, digest("paper")))

    def close(self, ocid: str) -> CloseRound:
        """The act that closes a round with the envelopes of bids 0 and 1."""
        return CloseRound(self.town.call(ocid), 1, 4, (0b11,), (0,))


def authorization(account: bytes, expires: int, signature: bytes) -> dict[str, str]:
    """The header's one form."""
    value = f"Siegel account=0x{account.hex()}, expires={expires}, signature=0x{signature.hex()}"
    return {"Authorization": value}


def private_key(keys: KeySet, group: Group, index: int) -> ec.EllipticCurvePrivateKey:
    """The sealing key of a recipient of the town's key set."""
    number = index - 1 + (0 if group is Group.OFFICERS else len(keys.officers))
    secret = int.from_bytes(digest(f"sealing key of recipient {number}")) >> 8
    return ec.derive_private_key(secret, ec.SECP256R1())


def key_set_of(town: Town) -> KeySet:
    """The one that the town registers."""
    officers = sorted(each.account.rjust(32, b"\0") for each in town.officers)
    custodians = sorted(organisation_id("DE-LEITWEG", f"custodian-{number}") for number in (1, 2, 3))
    keys = [sealing_key(f"recipient {number}") for number in range(6)]
    of = [Recipient(holder, keys[number]) for number, holder in enumerate([*officers, *custodians])]
    found = KeySet(2, 2, tuple(of[:3]), tuple(of[3:]))
    assert key_set_id(town.buyer, found) == town.key_set
    return found


@contextmanager
def sealed_town(folder: Path) -> Iterator[SealedTown]:
    """The town, served."""
    with (
        embedded_town(folder) as town,
        open_services(folder, town.chain) as services,
        serving(services) as url,
        httpx.Client(base_url=url) as client,
    ):
        town.accept_key_set()
        town._admit("DE-LEITWEG", "receiver", OrganisationKind.RECEIVER, (Person(CLERK.account, Role.PUBLISHER),))
        made = SealedTown(town, services, client, key_set_of(town), {})
        for ocid in (CLOSED, CLOSING):
            made.tender(ocid)
            made.bid(ocid)
        made.tender(OPEN, START + 20 * DAY)
        made.bid(OPEN)
        town.advance_to(DEADLINE + 60)
        town.jointly(made.close(CLOSED))
        town.chain.send(made.close(CLOSING), town.officer_one)
        made.take_in()
        yield made
