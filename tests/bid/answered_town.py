"""A town whose round of bids is opened, and which asks one tenderer for an answer in a round that is open now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth_abi.abi import encode

from ledger.chain.abi import types, values
from ledger.chain.acts import (
    BidOutcome,
    CloseRound,
    CommitBid,
    LotTerms,
    OpenBids,
    OpenRound,
    Promise,
    PublishTender,
    RoundTerms,
    TenderTerms,
)
from ledger.chain.identifiers import bid_commitment, lot_id
from ledger.chain.record import ZERO
from ledger.chain.registry import AdmitOrganisation, KeySet, Person
from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import Remote
from ledger.evidence.receipt import Receipt, seal_secret, write_receipt
from ledger.sealing.context import Context
from ledger.store import StoreClass
from ledger.terms import OrganisationKind, Outcome, Role, RoundKind
from tests.api.receiving import officers
from tests.api.sealed_town import key_set_of
from tests.bid.tender import DOCUMENT
from tests.bid.tenderer import PASSPHRASE
from tests.bid.town import OCID, RECEIVERS, Desk, served
from tests.index.town import DAY, START, Town, account_key, embedded_town, release, signer
from tests.sealing.actors import Envelope, digest, sealed_bid

DEADLINE: Final = START + 2 * DAY
NAMES: Final = ("bidder 1", "bidder 2")


@dataclass
class Handed:
    """A bid that was handed in before the deadline, with its receipt."""

    receipt: Path
    account: bytes
    commitment: bytes


@dataclass
class PostDesk(Desk):
    """Round 1 is opened, bidder one's bid and not bidder two's; round 2 takes answers, its deadline is ``deadline``."""

    handed: dict[str, Handed]

    @contextmanager
    def officer(self) -> Iterator[RoundServer]:
        """Officer one at the server, for round 1."""
        chain = self.town.chain
        with Remote(self.url) as remote:
            yield RoundServer(remote, self.town.officer_one, chain.chain_id, chain.ledger, self.process, 1)

    def write(self, to: str, subject: str, text: str, answer_round: int | None = None) -> None:
        """A letter of the buyer."""
        with self.officer() as server:
            server.write(self.handed[to].account, subject, text, answer_round)

    def read_times(self) -> list[int | None]:
        """When the letters were first fetched, the oldest first."""
        with self.officer() as server:
            return [letter.read_at for letter in server.letters()]

    def result(self, lots: list[dict[str, Any]]) -> dict[str, Any]:
        """What tenderers may see, as ``siegel opening minutes --result`` writes it."""
        chain = self.town.chain
        return {
            "format": "siegel-opening-result/1", "source": "§ 14(6) VOB/A", "authority": "Stadt Musterlingen",
            "title": "Erweiterung der Grundschule", "ocid": OCID, "processId": self.process.hex(), "round": 1,
            "deadline": DEADLINE, "openedAt": DEADLINE + 600, "chainId": chain.chain_id, "ledger": chain.ledger.hex(),
            "lots": lots,
        }  # fmt: skip

    def tell(self, lots: list[dict[str, Any]]) -> None:
        """Officers let tenderers see this."""
        with self.officer() as server:
            server.tell_result(self.result(lots))


def offer(*names: str, amount: str = "148500.00", discount: str | None = None, variants: int = 0) -> dict[str, Any]:
    """One of a result."""
    tenderers = [{"name": name, "address": None} for name in names]
    return {
        "tenderers": tenderers, "amount": amount, "currency": "EUR", "discount": discount, "variants": variants
    }  # fmt: skip


@contextmanager
def answered_town(folder: Path) -> Iterator[PostDesk]:
    """It all happened in January, but the round of answers, which is open by the wall clock."""
    with embedded_town(folder) as town:
        person = Person(signer("receiver 1").account, Role.PUBLISHER)
        people = tuple(sorted((*officers(1), person), key=lambda each: each.account))
        kind = int(OrganisationKind.RECEIVER)
        town.chain.send(AdmitOrganisation("DE-HRB", "receiver-1", kind, people, town.expires()), town.governor)
        town.accept_key_set()
        publish(town)
        bids = [seal(town, name) for name in NAMES]
        handed = {name: hand_in(town, name, bid, folder) for name, bid in zip(NAMES, bids, strict=True)}
        open_all(town, bids, handed)
        town.advance_to(int(time.time()))
        deadline = int(time.time()) + DAY
        terms = RoundTerms(RoundKind.SUPPLEMENT, deadline, town.key_set, digest("invited"), RECEIVERS[:1])
        town.jointly(OpenRound(town.call(OCID), terms))
        with served(town, folder, 1) as (services, url):
            yield PostDesk(town, services, url, "", deadline, handed)


def publish(town: Town) -> None:
    """A tender for two lots."""
    criteria = town.store.put(StoreClass.PUBLIC, DOCUMENT)
    lots = [{"id": "L1", "title": "Rohbau"}, {"id": "L2", "title": "Dach"}]
    notice = town.keep(release(OCID, title="Erweiterung der Grundschule", lots=lots))
    terms = TenderTerms(
        ocid=OCID,
        lots=tuple(sorted((LotTerms(lot_id(lot["id"])) for lot in lots), key=lambda each: each.lot)),
        minimum_standstill=10 * DAY,
        criteria=criteria,
        round=RoundTerms(RoundKind.BIDS, DEADLINE, town.key_set, ZERO, RECEIVERS[:1]),
    )
    town.jointly(PublishTender(town.buyer, town.expires(), notice, terms))


def seal(town: Town, name: str) -> Envelope:
    """Somebody's bid."""
    chain = town.chain
    author = signer(name).account
    context = Context(chain.chain_id, chain.ledger, town.process(OCID), 1, author, town.key_set, DEADLINE)
    return sealed_bid(context=context, key_set=key_set_of(town))


def hand_in(town: Town, name: str, bid: Envelope, folder: Path) -> Handed:
    """The commitment on the chain, and the receipt on the bidder's disk."""
    chain, process, key_set, who = town.chain, town.process(OCID), key_set_of(town), signer(name)
    header = bid.header
    commitment = bid_commitment(
        chain.chain_id, chain.ledger, process, 1, who.account, header.bid_root, header.rest_digest
    )  # fmt: skip
    chain.send(CommitBid(process, 1, commitment, ZERO, town.expires(), Promise()), who)
    path = folder / f"{name}.zip"
    receipt = Receipt(
        chain_id=chain.chain_id, ledger=chain.ledger, organisation_id=town.buyer, ocid=OCID, process_id=process,
        round=1, author=who.account, commitment=commitment, envelope=bid.data,
        key_set_detail=encode([f"({','.join(types(KeySet))})"], [values(key_set)]),
        secret=seal_secret(bid.sealed.seed, account_key(name), PASSPHRASE),
    )  # fmt: skip
    with path.open("wb") as out:
        write_receipt(receipt, out)
    return Handed(path, who.account, commitment)


def open_all(town: Town, bids: list[Envelope], handed: dict[str, Handed]) -> None:
    """After the deadline: bidder one's bid opens, bidder two's is unreadable."""
    one, two = handed.values()
    town.advance_to(DEADLINE + 60)
    town.jointly(CloseRound(town.call(OCID), 1, 2, (0b11,), (0,)))
    header = bids[0].header
    outcomes = (
        BidOutcome(Outcome.OPENED, one.account, header.bid_root, header.rest_digest),
        BidOutcome(Outcome.UNREADABLE, two.account, two.commitment, digest("evidence")),
    )
    town.jointly(OpenBids(town.call(OCID), 1, 0, outcomes))
