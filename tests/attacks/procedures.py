"""What happened in the town of the controls: procedures that the real contracts accepted, always the same ones."""

from __future__ import annotations

from collections.abc import Iterator
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
from ledger.chain.record import ZERO
from ledger.chain.registry import AdmitOrganisation, Person
from ledger.chain.signers import KeySigner
from ledger.ocds.digest import new_salt
from ledger.ocds.disclosure import conceal
from ledger.ocds.json_text import write_json
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
        """Opening, an exclusion, an award, the standstill, the contract."""
        town = self.town
        opened = tuple(self._outcome(number) for number in range(4))
        town.jointly(OpenBids(town.call(SEALED), 1, 0, opened))
        town.jointly(ExcludeBid(town.call(SEALED, ground=digest("no licence")), LOT, 1, 1))
        award = town.jointly(AnnounceAward(town.call(SEALED, release=self._release(SEALED, 3)), LOT, 1, 3))
        number, now = award.records[0].sequence, town.chain.block(town.chain.block_number()).time
        letters = town.call(SEALED, release=self._release(SEALED, 4))
        town.chain.send(InformLosers(letters, number, now, now + 11 * DAY), town.publisher)
        town.advance_to(now + 11 * DAY + 3600)
        town.jointly(ConcludeContract(town.call(SEALED, release=self._release(SEALED, 5)), number, digest("contract")))

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
        terms = TenderTerms(
            ocid=SEALED,
            lots=(LotTerms(LOT), LotTerms(OTHER_LOT)),
            minimum_standstill=10 * DAY,
            criteria=digest("price 60, quality 40"),
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
        """Author and content of each bid, and which one it supersedes."""
        one, two, three = self.town.bidder_one, self.town.bidder_two, signer("bidder 3")
        return (one, "90,000", None), (two, "80,000", None), (three, "95,000", None), (one, "85,000", 0)

    def _commitment(self, number: int) -> bytes:
        author, content, _ = self._handed_in()[number]
        chain = self.town.chain
        root, rest = digest(content), digest(f"rest of {content}")
        return bid_commitment(chain.chain_id, chain.ledger, self.town.process(SEALED), 1, author.account, root, rest)

    def _outcome(self, number: int) -> BidOutcome:
        author, content, _ = self._handed_in()[number]
        if number == 0:
            return BidOutcome(Outcome.SUPERSEDED, author.account, self._commitment(0), ZERO)
        return BidOutcome(Outcome.OPENED, author.account, digest(content), digest(f"rest of {content}"))

    def _release(self, ocid: str, number: int) -> bytes:
        return self.town.keep(release(ocid, number))

    def _adopted(self, found: dict[str, Any], disclosed: list[str]) -> bytes:
        kept, _ = self.releases.adopt(write_json(found), new_salt(), disclosed, self.town.buyer, "NoticePublished")
        return kept.digest


def _with_concealed_person(ocid: str, number: int) -> tuple[dict[str, Any], list[Any]]:
    found = release(ocid, number)
    contact = {"name": "Frau Beispiel", "email": "beispiel@musterlingen.example"}
    found["parties"][0]["contactPoint"], made = conceal(contact, ["name", "email"])
    return found, made
