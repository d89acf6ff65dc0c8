"""A receiver over a real chain: a town with an open sealed round that names it, and tenderers who hand in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.services import Services
from ledger.chain.acts import CloseRound, CommitBid, LotTerms, Promise, PublishTender, RoundTerms, TenderTerms
from ledger.chain.codec import encode_call
from ledger.chain.identifiers import lot_id, organisation_id
from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO
from ledger.chain.registry import AdmitOrganisation, Person
from ledger.chain.signers import KeySigner
from ledger.sealing.context import Context
from ledger.settings import Settings
from ledger.terms import OrganisationKind, Role, RoundKind
from tests.explorer.site import serving
from tests.index.town import DAY, START, Town, embedded_town, signer
from tests.sealing.actors import Envelope, sealed_bid

OCID = "ocds-a2ef3d-sealed"
DEADLINE = START + 2 * DAY
RECEIVER = organisation_id("DE-HRB", "receiver-1")
OTHER_RECEIVER = organisation_id("DE-HRB", "receiver-2")
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


@dataclass
class Desk:
    """A receiver that is served: its ``client`` asks it as tenderers do."""

    town: Town
    services: Services
    client: httpx.Client
    folder: Path

    def seal(self, bidder: KeySigner | None = None, **changed: Any) -> Envelope:
        """A sealed bid for the open round; ``changed``: another context."""
        town = self.town
        context = Context(
            town.chain.chain_id, town.chain.ledger, town.process(OCID), 1,
            (bidder or town.bidder_one).account, town.key_set, DEADLINE,
        )  # fmt: skip
        return sealed_bid(context=replace(context, **changed))

    def begin(self, data: bytes, size: int | None = None) -> httpx.Response:
        """Announce an envelope."""
        digest = base64.b64encode(hashlib.sha256(data).hexdigest().encode()).decode()
        told = {**TUS, "Upload-Length": str(len(data) if size is None else size), "Upload-Metadata": f"digest {digest}"}
        return self.client.post("/api/v1/envelopes", headers=told)

    def send(self, data: bytes, start: int = 0, end: int | None = None) -> httpx.Response:
        """Hand in bytes of an envelope that was announced."""
        told = {**BYTES, "Upload-Offset": str(start)}
        return self.client.patch(address_of(data), headers=told, content=data[start:end])

    def where(self, data: bytes) -> httpx.Response:
        """Where its upload is."""
        return self.client.head(address_of(data), headers=TUS)

    def hand_in(self, bid: Envelope) -> bytes:
        """A whole envelope; its digest."""
        assert self.begin(bid.data).status_code == 201
        assert self.send(bid.data).status_code == 204
        return hashlib.sha256(bid.data).digest()

    def promise(self, digest: bytes) -> httpx.Response:
        """Ask for the promise."""
        return self.client.post("/api/v1/promises", json={"envelope": digest.hex()})

    def committing(self, digest: bytes, bidder: KeySigner | None = None, **changed: Any) -> bytes:
        """The signed transaction that commits a promised envelope."""
        told = self.promise(digest).json()
        promised = Promise(_bytes(told["receiver"]), told["arrivedAt"], told["deliverBy"], _bytes(told["signature"]))
        commitment = _bytes(told["commitment"])
        expires = self.town.expires()
        act = CommitBid(self.town.process(OCID), 1, commitment, ZERO, expires, promised)
        return self.sign(replace(act, **changed), bidder or self.town.bidder_one)

    def sign(self, act: Any, bidder: KeySigner, *, nonce: int = 0, **changed: Any) -> bytes:
        """A signed transaction that carries an act."""
        chain = self.town.chain
        fields = {
            "chainId": chain.chain_id, "nonce": nonce, "gas": 1_000_000, "gasPrice": 0, "value": 0,
            "to": chain.ledger, "data": encode_call(act),
        }  # fmt: skip
        return bidder.sign_transaction({**fields, **changed})

    def relay(self, raw: bytes) -> httpx.Response:
        """Hand a transaction to the relay."""
        return self.client.post("/api/v1/transactions", json={"raw": "0x" + raw.hex()})

    def fate(self, raw: bytes) -> dict[str, Any]:
        """What became of it."""
        found: dict[str, Any] = self.client.get(f"/api/v1/transactions/{keccak(raw).hex()}").json()
        return found

    def close(self) -> None:
        """The round is closed a day after its deadline."""
        town = self.town
        town.advance_to(DEADLINE + DAY + 60)
        bids = town.chain.round(town.process(OCID), 1).bids
        words = (1,) if bids else ()
        town.jointly(CloseRound(town.call(OCID), 1, bids, words, (0,) * len(words)))


def address_of(data: bytes) -> str:
    """Where an envelope is handed in."""
    return f"/api/v1/envelopes/{hashlib.sha256(data).hexdigest()}"


def name_of(answer: httpx.Response) -> str:
    """The failure's name; it is told as all problems are, to pages of others, too."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    told = answer.json()
    assert told["status"] == answer.status_code
    return str(told["type"]).removeprefix("/problems/")


@contextmanager
def receiving_town(folder: Path) -> Iterator[Town]:
    """A town whose open round names the receiver."""
    with embedded_town(folder) as town:
        for number in (1, 2):
            person = Person(signer(f"receiver {number}").account, Role.PUBLISHER)
            kind = int(OrganisationKind.RECEIVER)
            act = AdmitOrganisation("DE-HRB", f"receiver-{number}", kind, (*officers(number), person), town.expires())
            people = tuple(sorted(act.people, key=lambda each: each.account))
            town.chain.send(replace(act, people=people), town.governor)
        town.accept_key_set()
        open_round(town, OCID, (RECEIVER,))
        yield town


def officers(number: int) -> tuple[Person, Person]:
    """The two officers every organisation needs."""
    one, two = (signer(f"receiver {number} officer {each}").account for each in (1, 2))
    return Person(one, Role.OFFICER), Person(two, Role.OFFICER)


def open_round(town: Town, ocid: str, receivers: tuple[bytes, ...]) -> None:
    """A sealed tender with one round of bids."""
    terms = TenderTerms(
        ocid=ocid,
        lots=(LotTerms(lot_id("L1")),),
        minimum_standstill=10 * DAY,
        round=RoundTerms(RoundKind.BIDS, DEADLINE, town.key_set, ZERO, receivers),
    )
    town.jointly(PublishTender(town.buyer, town.expires(), b"\x0d" * 32, terms))


@contextmanager
def served_desk(folder: Path, town: Town, **settings: Any) -> Iterator[Desk]:
    """The receiver of that town, served; begun again over the same folder, it goes on."""
    given = Settings.load(home=folder, receiver={"scheme": "DE-HRB", "uid": "receiver-1", **settings})
    assert town.clock is not None
    opened = Services.open(given, town.chain, follow=False, receiver=signer("receiver 1"), clock=town.clock.now)
    with closing(opened) as services, serving(services) as url, httpx.Client(base_url=url) as client:
        yield Desk(town, services, client, folder)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A receiver with an open round."""
    with receiving_town(tmp_path) as town, served_desk(tmp_path, town) as desk:
        yield desk


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
