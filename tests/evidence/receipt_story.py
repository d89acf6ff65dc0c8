"""The story of the vectors of ``siegel-receipt/1``: sealed bids that real contracts accepted, in time and late."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eth_abi.abi import encode

from ledger.chain.abi import types, values
from ledger.chain.acts import (
    BidOutcome,
    CancelTender,
    CloseRound,
    CommitBid,
    LotTerms,
    OpenBids,
    Promise,
    PublishTender,
    RoundTerms,
    TenderTerms,
    WithdrawBid,
)
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import bid_commitment, key_set_id, lot_id, organisation_id, process_id, promise_digest
from ledger.chain.record import ZERO
from ledger.chain.registry import AdmitOrganisation, KeySet, Person, Recipient, ReplacePeople
from ledger.chain.signers import KeySigner
from ledger.evidence.receipt import seal_secret
from ledger.evidence.verify.receipt_entries import Promised
from ledger.sealing.bid import Bid
from ledger.sealing.context import Context
from ledger.sealing.envelope import Header
from ledger.sealing.sealing import seal
from ledger.store import ReleaseStore, State
from ledger.terms import OrganisationKind, Outcome, Role, RoundKind
from tests.attacks.make_controls import Kept
from tests.attacks.procedures import CHAIN_ID, Story, small_town
from tests.attacks.sealed_chain import SealedChain
from tests.chain.town import digest, sealing_key
from tests.evidence.receipts import PASSPHRASE
from tests.index.town import DAY, START, Town, release, signer

OCID, OTHER, EMPTY = "ocds-a2ef3d-gym", "ocds-a2ef3d-bridge", "ocds-a2ef3d-well"
DEADLINE = START + 10 * DAY
RECEIVER, STRANGER = (organisation_id("DE-LEITWEG", f"receiver-{number}") for number in (1, 2))
CLERK, FORMER, CLERK_ELSEWHERE = (signer(name) for name in ("clerk", "former clerk", "clerk elsewhere"))
COUNTED = ("first", "replacement", "plain", "withdrawn", "own keys", "too long", "last minute")
"""The bids in time, in their order."""
REWORKED = 4  # log2 of scrypt's N: the tests open many


@dataclass
class Handing:
    """A sealed bid, and what its tenderer has of it."""

    town: Town
    author: KeySigner
    header: Header
    envelope: bytes
    seed: bytes
    key_set: KeySet
    supersedes: bytes = ZERO
    chain_id: int = CHAIN_ID
    ocid: str = OCID

    @property
    def commitment(self) -> bytes:
        """What stands on the chain."""
        process, rest = self.town.process(self.ocid), self.header.rest_digest
        root, author = self.header.bid_root, self.author.account
        return bid_commitment(self.chain_id, self.town.chain.ledger, process, 1, author, root, rest)

    def promise(self, arrived_at: int, clerk: KeySigner = CLERK, receiver: bytes = RECEIVER, days: int = 1) -> Promise:
        """Signed by whoever it is."""
        terms = (
            self.town.process(self.ocid),
            1,
            self.commitment,
            self.author.account,
            arrived_at,
            arrived_at + days * DAY,
        )
        message = promise_digest(self.chain_id, self.town.chain.ledger, *terms)
        return Promise(receiver, arrived_at, arrived_at + days * DAY, clerk.sign_digest(message))

    def call(self, promise: Promise | None = None, **given: Any) -> CommitBid:
        """The act."""
        expires = DEADLINE + 20 * DAY
        act = CommitBid(
            self.town.process(self.ocid), 1, self.commitment, self.supersedes, expires, promise or Promise()
        )
        return replace(act, **given)

    def commit(self, promise: Promise | None = None) -> None:
        """It stands on the chain."""
        self.town.chain.send(self.call(promise), self.author)

    def transaction(self, call: CommitBid, signed_by: KeySigner | None = None, **given: Any) -> bytes:
        """As it would be handed in; its nonce is not what matters."""
        fields = {"chainId": self.chain_id, "nonce": 0, "gas": 1_000_000, "gasPrice": 0, "value": 0} | given
        fields = {name: value for name, value in fields.items() if value is not None}
        fields |= {"to": fields.get("to", self.town.chain.ledger), "data": fields.get("data", encode_call(call))}
        return (signed_by or self.author).sign_transaction(fields)

    def secret(self, seed: bytes | None = None, key: bytes | None = None) -> bytes:
        """Its seed and its account's key, or others."""
        return seal_secret(seed or self.seed, key or key_of(self.author), PASSPHRASE, REWORKED)

    def fields(self, **given: Any) -> dict[str, Any]:
        """Of ``receipt.json``."""
        buyer = self.town.buyer
        return {
            "author": self.author.account.hex(), "chainId": str(self.chain_id), "commitment": self.commitment.hex(),
            "ledger": self.town.chain.ledger.hex(), "ocid": self.ocid, "organisationId": buyer.hex(),
            "processId": process_id(buyer, self.ocid).hex(), "round": 1, "supersedes": self.supersedes.hex(), **given,
        }  # fmt: skip


def key_of(author: KeySigner) -> bytes:
    """The private key of an actor."""
    return bytes(author._account.key)


def detail_of(key_set: KeySet) -> bytes:
    """``abi.encode(keySet)``."""
    return encode([f"({','.join(types(KeySet))})"], [values(key_set)])


def entry_of(promise: Promise) -> bytes:
    """A promise as an entry."""
    return Promised(promise.receiver, promise.arrived_at, promise.deliver_by, promise.signature).encoded()


class Making:
    """The story of the vectors, and the files that come of it."""

    def __init__(self, town: Town, kept: Kept) -> None:
        self.town, self.kept = town, kept
        self.files: dict[str, bytes] = {}
        self.accepted: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.key_set, self.own_keys = self._key_sets()

    def tell(self) -> None:
        """Receivers, a tender, bids in time and late, close and opening; a proof before and one after."""
        self._receivers()
        self._tenders()
        self.bids = bids = self._bids()
        arrived = START + 5 * DAY
        self.town.advance_to(arrived + 60)
        bids["first"].commit()
        bids["replacement"].supersedes = bids["first"].commitment
        self.promise = bids["replacement"].promise(arrived)
        bids["replacement"].commit(self.promise)
        for name in ("plain", "withdrawn", "own keys", "too long", "returned", "missing"):
            bids[name].commit()
        withdrawn = bids["withdrawn"]
        withdraw = WithdrawBid(self.town.process(OCID), 1, withdrawn.commitment, self.town.expires())
        self.town.chain.send(withdraw, withdrawn.author)
        self.files["open.proof.zip"] = self._proof(OCID)
        self.last_minute = bids["last minute"].promise(DEADLINE - 5)
        self.town.advance_to(DEADLINE + 3600)
        bids["last minute"].commit(self.last_minute)
        bids["late"].commit()
        bids["late besides"].commit()
        self._close()
        self.files["closing.proof.zip"] = self._proof(OCID)
        self.files["cancelled.proof.zip"] = self._proof(OTHER)
        self.files["empty.proof.zip"] = self._proof(EMPTY)
        self._open()
        self.files["closed.proof.zip"] = self._proof(OCID)
        self.files["policy.json"] = self.kept.policy("Stadt Musterlingen", stamps=False)
        for name, bid in bids.items():
            self.files[f"{name.replace(' ', '-')}.envelope"] = bid.envelope

    def accept(self, name: str, bid: str, *says: str, proof: str | None = "closed", **given: Any) -> None:
        """A receipt of a bid that both verifiers accept, with what they say of it."""
        handing = self.bids[bid]
        entries: dict[str, Any] = {
            "envelope": {"file": f"{bid.replace(' ', '-')}.envelope"},
            "key-set": {"hex": detail_of(handing.key_set).hex()},
            "secret": {"hex": handing.secret().hex()},
        }
        promise: Promise | None = given.get("promise")
        if promise is not None:
            entries["promise"] = {"hex": entry_of(promise).hex()}
        if proof is not None:
            entries["proof"] = {"file": f"{proof}.proof.zip"}
        if "transaction" in given:
            entries["transaction"] = {"hex": given["transaction"].hex()}
        case = {"name": name, "fields": handing.fields(), "entries": entries, "verified": proof is not None}
        self.accepted.append(
            {**case, "says": list(says)} | ({"opens": True} if {"secretOpens", "secretFits"} & set(says) else {})
        )

    def refuse(self, name: str, of: str, step: str, error: str, **given: Any) -> None:
        """A receipt that both refuse at this step by this name."""
        case = {"name": name, "of": of, "step": step, "error": error}
        if "entries" in given:
            changed: Mapping[str, bytes | str | None] = given.pop("entries")
            given["entries"] = {
                entry: None if data is None else {"file": data} if isinstance(data, str) else {"hex": data.hex()}
                for entry, data in changed.items()
            }
        self.refused.append(case | given)

    def _key_sets(self) -> tuple[KeySet, KeySet]:
        keys = [sealing_key(f"recipient {number}") for number in range(6)]
        officers = sorted(bytes(12) + who.account for who in self.town.officers)
        custodians = sorted(organisation_id("DE-LEITWEG", f"custodian-{number}") for number in (1, 2, 3))
        whole = KeySet(
            2, 2,
            tuple(Recipient(who, keys[number]) for number, who in enumerate(officers)),
            tuple(Recipient(who, keys[3 + number]) for number, who in enumerate(custodians)),
        )  # fmt: skip
        assert key_set_id(self.town.buyer, whole) == self.town.key_set
        own = tuple(Recipient(who, sealing_key(f"own {number}")) for number, who in enumerate(officers))
        return whole, replace(whole, officers=own)

    def _receivers(self) -> None:
        town = self.town
        for number, people in ((1, (CLERK, FORMER)), (2, (CLERK_ELSEWHERE,))):
            persons = sorted((Person(who.account, Role.PUBLISHER) for who in people), key=lambda each: each.account)
            kind = int(OrganisationKind.RECEIVER)
            admit = AdmitOrganisation("DE-LEITWEG", f"receiver-{number}", kind, tuple(persons), town.expires())
            town.chain.send(admit, town.governor)
        removed = (Person(FORMER.account, Role(0)),)
        town.chain.send(ReplacePeople(RECEIVER, digest("left the house"), removed, town.expires()), town.governor)

    def _tenders(self) -> None:
        town = self.town
        for ocid in (OCID, OTHER, EMPTY):
            terms = TenderTerms(
                ocid=ocid, lots=(LotTerms(lot_id("L1")),), minimum_standstill=10 * DAY,
                round=RoundTerms(RoundKind.BIDS, DEADLINE, town.key_set, receivers=(RECEIVER,)),
            )  # fmt: skip
            town.jointly(PublishTender(town.buyer, town.expires(), town.keep(release(ocid, 1)), terms))

    def _bids(self) -> dict[str, Handing]:
        names = ("first", "plain", "withdrawn", "last minute", "late", "late besides")
        made = {name: self._seal(name, signer(f"bidder {number}")) for number, name in enumerate(names, 11)}
        made["replacement"] = self._seal("replacement", made["first"].author)
        made["own keys"] = self._seal("own keys", signer("bidder 21"), key_set=self.own_keys)
        made["too long"] = self._seal("too long", signer("bidder 22"), not_before=DEADLINE + 1)
        made["returned"] = self._seal("returned", signer("bidder 24"), ocid=OTHER)
        made["missing"] = self._seal("missing", signer("bidder 25"), ocid=EMPTY)
        made["elsewhere"] = self._seal("elsewhere", signer("bidder 23"), chain_id=CHAIN_ID + 1)
        return made

    def _seal(
        self, name: str, author: KeySigner, *, key_set: KeySet | None = None, not_before: int = DEADLINE,
        chain_id: int = CHAIN_ID, ocid: str = OCID,
    ) -> Handing:  # fmt: skip
        keys = key_set or self.key_set
        ids = self.town.process(ocid), 1, author.account, key_set_id(self.town.buyer, keys), not_before
        out = io.BytesIO()
        bid = Bid.of({"lots/L1/value": {"amount": f"{len(name)}00.00", "currency": "EUR"}})
        sealed = seal(
            bid, [], Context(chain_id, self.town.chain.ledger, *ids), keys, out, seed=digest(f"seed of {name}")
        )
        return Handing(
            self.town, author, sealed.header, out.getvalue(), sealed.seed, keys, chain_id=chain_id, ocid=ocid
        )

    def _close(self) -> None:
        """One round with its envelopes, one without any; and a process is cancelled."""
        town = self.town
        town.jointly(CloseRound(town.call(OCID), 1, len(COUNTED), (0b111_1111,), (0,)))
        town.jointly(CloseRound(town.call(EMPTY), 1, 1, (0,), (0,)))
        reason = town.call(OTHER, ground=digest("no money"), release=town.keep(release(OTHER, 2)))
        town.jointly(CancelTender(reason))

    def _open(self) -> None:
        outcomes = {"first": Outcome.SUPERSEDED, "withdrawn": Outcome.WITHDRAWN, "plain": Outcome.UNREADABLE}
        recorded = []
        for name in COUNTED:
            bid, outcome = self.bids[name], outcomes.get(name, Outcome.OPENED)
            content, evidence = bid.commitment, ZERO
            if outcome is Outcome.OPENED:
                content, evidence = bid.header.bid_root, bid.header.rest_digest
            elif outcome is Outcome.UNREADABLE:
                evidence = digest("why")
            recorded.append(BidOutcome(outcome, bid.author.account, content, evidence))
        self.town.jointly(OpenBids(self.town.call(OCID), 1, 0, tuple(recorded)))

    def _proof(self, ocid: str) -> bytes:
        self.kept.publish()
        return self.kept.bundle(ocid, stamps=False)


@contextmanager
def told() -> Iterator[Making]:
    """The story, told."""
    with tempfile.TemporaryDirectory() as name, small_town(folder := Path(name)) as town:
        state = State(f"sqlite:///{folder / 'state.sqlite'}")
        state.migrate()
        story = Story(town, ReleaseStore(town.store, state))
        kept = Kept.begin(SealedChain(town.chain).as_chain, story, folder / "sealed")
        making = Making(town, kept)
        making.tell()
        yield making
        kept.index.close()
        state.close()
