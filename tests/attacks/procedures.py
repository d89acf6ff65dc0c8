"""What happened in the town of the controls: procedures that the real contracts accepted, always the same ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.chain.acts import (
    AmendTender,
    AnnounceAward,
    BidOutcome,
    CloseRound,
    CommitBid,
    ConcludeContract,
    EraseFields,
    ExcludeBid,
    InformLosers,
    LotTerms,
    Notice,
    OpenBids,
    PublishNotices,
    PublishTender,
    RoundTerms,
    TenderTerms,
)
from ledger.chain.identifiers import bid_commitment, lot_id, organisation_id
from ledger.chain.node import DevelopmentClock, EmbeddedNode
from ledger.chain.node.genesis import create
from ledger.chain.record import ZERO, ActRecord
from ledger.chain.registry import AdmitOrganisation, Person
from ledger.chain.signers import KeySigner
from ledger.evaluation.criteria import read_criteria
from ledger.evaluation.evaluation import read_evaluation
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import rank
from ledger.evidence.bundle import ShownEntry
from ledger.evidence.verify.ranked import write_rankings
from ledger.evidence.verify.shown_bid import write_shown_bid
from ledger.ocds.digest import new_salt
from ledger.ocds.disclosure import conceal
from ledger.ocds.json_text import write_json
from ledger.sealing.bid import Bid
from ledger.store import ReleaseStore, StoreClass
from ledger.terms import NoticeKind, OrganisationKind, Outcome, Role, RoundKind
from tests.chain.town import digest
from tests.index.town import DAY, START, Town, release, signer

SEALED, NOTICES = "ocds-a2ef3d-town-hall", "ocds-a2ef3d-fire-station"
REDACTED, ERASED = "ocds-a2ef3d-school", "ocds-a2ef3d-playground"
CHAIN_ID = 4_711_000_000_001
DEADLINE = START + 32 * DAY
LOT, OTHER_LOT = sorted((lot_id("L1"), lot_id("L2")))


@contextmanager
def small_town(folder: Path) -> Iterator[Town]:
    """The embedded chain with a buyer and custodians; random bytes are whoever's calls this."""
    create(folder / "chain", genesis_time=START - 60, chain_id=CHAIN_ID)
    clock = DevelopmentClock(START)
    with EmbeddedNode.open(folder / "chain", clock=clock) as node:
        town = Town(node, folder, clock)
        town.accept_key_set()
        yield town


@dataclass
class Story:
    """The acts, until and after the closing of a round of bids."""

    town: Town
    releases: ReleaseStore
    watcher: KeySigner = field(default_factory=lambda: signer("watcher"))
    bids: list[Bid] = field(default_factory=list)
    criteria: bytes = b""
    evaluation: bytes = ZERO

    @property
    def observer(self) -> bytes:
        """Whoever observes, with people of its own."""
        return organisation_id("DE-HRB", "0815")

    @property
    def custodian(self) -> bytes:
        """An organisation without any process."""
        return organisation_id("DE-LEITWEG", "custodian-1")

    def until_closing(self) -> None:
        """Notices, what was concealed and erased, and the round of bids up to its end."""
        person = (Person(self.watcher.account, Role.PUBLISHER),)
        admit = AdmitOrganisation("DE-HRB", "0815", int(OrganisationKind.OBSERVER), person, self.town.expires())
        self.town.chain.send(admit, self.town.governor)
        self._notices()
        self._redacted()
        self._erased()
        self._bids()

    def after_closing(self) -> None:
        """Opening, an exclusion, the evaluation, an award, the standstill, the contract."""
        town = self.town
        opened = tuple(self._outcome(number) for number in range(4))
        town.jointly(OpenBids(town.call(SEALED), 1, 0, opened))
        town.jointly(ExcludeBid(town.call(SEALED, ground=digest("no licence")), LOT, 1, 1))
        award = town.jointly(AnnounceAward(town.call(SEALED, release=self._decision()), LOT, 1, 3))
        number, now = award.records[0].sequence, town.chain.block(town.chain.block_number()).time
        letters = town.call(SEALED, release=self._release(SEALED, 4))
        town.chain.send(InformLosers(letters, number, now, now + 11 * DAY), town.publisher)
        town.advance_to(now + 11 * DAY + 3600)
        town.jointly(ConcludeContract(town.call(SEALED, release=self._release(SEALED, 5)), number, digest("contract")))

    def shown(self, records: Sequence[ActRecord]) -> list[ShownEntry]:
        """What auditors see of the bids that were opened, and the ranking that the buyer says followed."""
        process_id, criteria = records[0].process_id, read_criteria(self.criteria)
        _, salt, written = self.town.store.whole(self.evaluation)
        evaluation, opened = read_evaluation(written, criteria), (1, 2, 3)
        bids = [SubmittedBid(number, _values(self.bids[number])) for number in opened]
        rankings = [rank(criteria, lot.id, bids, evaluation, {(1, "L1")}) for lot in criteria.lots]
        return [
            *(ShownEntry(f"bids/{self._commitment(number).hex()}", _whole(self.bids[number])) for number in opened),
            ShownEntry(f"evaluations/{self.evaluation.hex()}", written, salt or b""),
            ShownEntry(f"rankings/{1:012}.{process_id.hex()}", write_rankings(rankings)),
        ]

    def _notices(self) -> None:
        document = self.town.store.put(StoreClass.PUBLIC, b"Leistungsverzeichnis\n", salt=new_salt())
        for number in (1, 2, 3):
            found = release(NOTICES, number)
            if number == 1:
                found["tender"]["documents"] = [{"id": "1", "digest": document.hex()}]
            self.town.notice(NOTICES, self.town.keep(found), NoticeKind.CALL if number == 1 else NoticeKind.CORRECTION)
            self.town.advance_to(START + number * DAY)
        notice = Notice(NOTICES, NoticeKind.CALL, self._release(NOTICES, 1))
        self.town.chain.send(PublishNotices(self.observer, self.town.expires(), (notice,)), self.watcher)

    def _redacted(self) -> None:
        """Name and address of a person are concealed, and the name disclosed."""
        found, (name, _) = _with_concealed_person(REDACTED, 1)
        self.town.notice(REDACTED, self._adopted(found, [name.text]))

    def _erased(self) -> None:
        """The first notice was erased as a whole, of the second one field."""
        whole = self._release(ERASED, 1)
        self.town.notice(ERASED, whole)
        found, (name, address) = _with_concealed_person(ERASED, 2)
        self.town.notice(ERASED, self._adopted(found, [address.text]), NoticeKind.CORRECTION)
        wish = self.town.store.put(StoreClass.PUBLIC, b"Antrag auf Loeschung\n", salt=new_salt())
        self.town.jointly(EraseFields(self.town.call(ERASED, ground=wish), 1, whole))
        self.town.jointly(EraseFields(self.town.call(ERASED, ground=wish), 2, digest(name.text)))
        self.town.store.reclassify(whole, StoreClass.ERASABLE)
        self.town.store.erase(whole, "Art. 17 DSGVO")

    def _bids(self) -> None:
        town = self.town
        self.bids = [_offer(number, amount) for number, (_, amount, _) in enumerate(self._handed_in())]
        self.criteria = write_json(_CRITERIA)
        terms = TenderTerms(
            ocid=SEALED,
            lots=(LotTerms(LOT), LotTerms(OTHER_LOT)),
            minimum_standstill=10 * DAY,
            criteria=town.store.put(StoreClass.PUBLIC, self.criteria),
            round=RoundTerms(RoundKind.BIDS, DEADLINE - 2 * DAY, town.key_set),
        )
        town.jointly(PublishTender(town.buyer, town.expires(), self._release(SEALED, 1), terms))
        later = town.call(SEALED, release=self._release(SEALED, 2))
        town.chain.send(AmendTender(later, 1, DEADLINE), town.publisher)
        for number, (author, _, before) in enumerate(self._handed_in()):
            superseded = ZERO if before is None else self._commitment(before)
            act = CommitBid(town.process(SEALED), 1, self._commitment(number), superseded, town.expires())
            town.chain.send(act, author)
        town.advance_to(DEADLINE + 3600)
        town.jointly(CloseRound(town.call(SEALED), 1, 4, (0b1111,), (0,)))

    def _handed_in(self) -> tuple[tuple[KeySigner, str, int | None], ...]:
        """Author and sum of each bid, and which one it supersedes."""
        one, two, three = self.town.bidder_one, self.town.bidder_two, signer("bidder 3")
        return (one, "90000", None), (two, "80000", None), (three, "95000", None), (one, "85000", 0)

    def _commitment(self, number: int) -> bytes:
        author, amount, _ = self._handed_in()[number]
        chain = self.town.chain
        root, rest = self.bids[number].root, digest(f"rest of {amount}")
        return bid_commitment(chain.chain_id, chain.ledger, self.town.process(SEALED), 1, author.account, root, rest)

    def _outcome(self, number: int) -> BidOutcome:
        author, amount, _ = self._handed_in()[number]
        if number == 0:
            return BidOutcome(Outcome.SUPERSEDED, author.account, self._commitment(0), ZERO)
        return BidOutcome(Outcome.OPENED, author.account, self.bids[number].root, digest(f"rest of {amount}"))

    def _decision(self) -> bytes:
        """The award's release, which anchors the evaluation."""
        written = _evaluation(self.town.process(SEALED), self.criteria)
        self.evaluation = self.town.store.put(StoreClass.CONFIDENTIAL, written, salt=new_salt())
        found = release(SEALED, 3)
        found["tender"]["documents"] = [{"id": "evaluation", "digest": self.evaluation.hex()}]
        return self.town.keep(found)

    def _release(self, ocid: str, number: int) -> bytes:
        return self.town.keep(release(ocid, number))

    def _adopted(self, found: dict[str, Any], disclosed: list[str]) -> bytes:
        kept, _ = self.releases.adopt(write_json(found), new_salt(), disclosed, self.town.buyer, "NoticePublished")
        return kept.digest


def _offer(number: int, amount: str) -> Bid:
    """A bid for both lots; the second one is cheaper, and the third grants a discount on it."""
    values: dict[str, Any] = {
        "tenderers/0001": {"name": f"Bieter {number}"},
        "lots/L1/value": {"amount": amount, "currency": "EUR"},
        "lots/L2/value": {"amount": amount[:-1], "currency": "EUR"},
    }
    return Bid.of(values | ({"lots/L2/discount": {"percentage": "12.5"}} if number == 2 else {}))


def _values(bid: Bid) -> dict[str, Any]:
    return {field.name or "": field.value for field in bid.fields}


def _whole(bid: Bid) -> bytes:
    return write_shown_bid(field.text for field in bid.fields)


def _evaluation(process_id: bytes, criteria: bytes) -> bytes:
    points = {1: "5", 2: "7.5", 3: "8"}
    return write_json({
        "format": "siegel-evaluation/1",
        "processId": process_id.hex(),
        "round": 1,
        "criteria": hashlib.sha256(criteria).hexdigest(),
        "bids": [
            {
                "bid": bid, "lot": "L1", "value": None, "discount": None,
                "points": [{"criterion": "quality", "points": given, "reason": "as described"}],
            }
            for bid, given in points.items()
        ],
        "draws": [],
    })  # fmt: skip


def _lot(lot: str, method: str, **criteria: Any) -> dict[str, Any]:
    return {
        "id": lot, "title": f"Los {lot}", "variants": False, "method": method, "priceWeight": None, "criteria": [],
        "ties": ["price", "lot"], **criteria,
    }  # fmt: skip


_QUALITY = {"id": "quality", "title": "Güte", "weight": "40", "mostPoints": "10"}
_CRITERIA = {
    "format": "siegel-criteria/1", "currency": "EUR", "mainBids": 1, "requirements": [], "documents": [],
    "lots": [
        _lot("L1", "weightedPoints", priceWeight="60", criteria=[_QUALITY]),
        _lot("L2", "lowestPrice"),
    ],
}  # fmt: skip


def _with_concealed_person(ocid: str, number: int) -> tuple[dict[str, Any], list[Any]]:
    found = release(ocid, number)
    contact = {"name": "Frau Beispiel", "email": "beispiel@musterlingen.example"}
    found["parties"][0]["contactPoint"], made = conceal(contact, ["name", "email"])
    return found, made
