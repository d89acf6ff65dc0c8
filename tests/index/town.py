"""A town on a chain of its own: a buyer with three officers, an observer, and the acts they perform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.chain.acts import Call, LedgerAct, LotTerms, Notice, PublishNotices, PublishTender, RoundTerms, TenderTerms
from ledger.chain.client import Chain, Recorded
from ledger.chain.deployment import deploy
from ledger.chain.identifiers import key_set_id, lot_id, organisation_id, process_id
from ledger.chain.node import DevelopmentClock, EmbeddedNode
from ledger.chain.node.genesis import create
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
from ledger.ocds.digest import new_salt
from ledger.store import ObjectStore, StoreClass
from ledger.terms import NoticeKind, OrganisationKind, Role, RoundKind
from tests.chain.nodes import anvil
from tests.chain.town import sealing_key

START = 1_767_600_000  # 2026-01-05 08:00 UTC, a Monday morning
DAY = 86_400


def signer(name: str) -> KeySigner:
    """The named actor's key, the same in every run."""
    return KeySigner(account_key(name))


def account_key(name: str) -> bytes:
    """That key, 32 bytes."""
    return name.encode().rjust(32, b"\x01")


class Town:
    """Buyer, observer and custodian, their people, and what they publish."""

    def __init__(self, node: Any, folder: Path, clock: DevelopmentClock | None = None) -> None:
        self.clock = clock
        self.node = node
        self.store = ObjectStore(folder / "store")
        self.publisher, self.governor = signer("publisher"), signer("governor")
        self.officer_one, self.officer_two, self.officer_three = (signer(f"officer {n}") for n in (1, 2, 3))
        self.bidder_one, self.bidder_two = signer("bidder 1"), signer("bidder 2")
        deployment = deploy(node, self.governor, [self.governor.account], threshold=1, delay=0)
        self.chain = Chain.connect(node, deployment)
        self.officers = (self.officer_one, self.officer_two, self.officer_three)
        officers = [Person(key.account, Role.OFFICER) for key in self.officers]
        self.buyer = organisation_id("DE-LEITWEG", "05-0000-11")
        self.observer = organisation_id("DE-HRB", "4711")
        people = (*officers, Person(self.publisher.account, Role.PUBLISHER))
        self._admit("DE-LEITWEG", "05-0000-11", OrganisationKind.BUYER, people)
        self._admit("DE-HRB", "4711", OrganisationKind.OBSERVER, people)
        self.key_set = ZERO

    def _admit(self, scheme: str, identifier: str, kind: int, people: tuple[Person, ...]) -> None:
        ordered = tuple(sorted(people, key=lambda person: person.account))
        self.chain.send(AdmitOrganisation(scheme, identifier, int(kind), ordered, self.expires()), self.governor)

    def expires(self) -> int:
        """A moment by which a call made now must be recorded."""
        newest = self.chain.block(self.chain.block_number()).time
        return max(newest, self.clock.now() if self.clock else 0) + 20 * DAY

    def keep(self, release: dict[str, Any], kind: StoreClass = StoreClass.PUBLIC) -> bytes:
        """Store a release; its digest."""
        return self.store.put(kind, json.dumps(release, ensure_ascii=False).encode(), salt=new_salt())

    def process(self, ocid: str, organisation: bytes | None = None) -> bytes:
        """The process id of an ocid, by default the buyer's."""
        return process_id(organisation or self.buyer, ocid)

    def notice(
        self,
        ocid: str,
        digest: bytes,
        kind: NoticeKind = NoticeKind.CALL,
        *,
        organisation: bytes | None = None,
        original: bytes = ZERO,
        ref: int = 0,
    ) -> Recorded:
        """Publish one notice."""
        notice = Notice(ocid, kind, digest, original, ref)
        act = PublishNotices(organisation or self.buyer, self.expires(), (notice,))
        return self.chain.send(act, self.publisher)

    def jointly(self, act: LedgerAct | RegistryAct) -> Recorded:
        """A joint act: officer one proposes, officer two executes."""
        self.chain.send(act, self.officer_one)
        return self.chain.send(act, self.officer_two)

    def call(self, ocid: str, *, ground: bytes = ZERO, release: bytes = ZERO) -> Call:
        """What nearly every act is called with."""
        return Call(self.process(ocid), self.expires(), ground, release)

    def accept_key_set(self) -> bytes:
        """A key set of three officers and three custodians, accepted by all; its id."""
        custodians = []
        for number in (1, 2, 3):
            person = Person(signer(f"custodian {number}").account, Role.OFFICER)
            second = Person(signer(f"deputy {number}").account, Role.OFFICER)
            identifier = f"custodian-{number}"
            self._admit("DE-LEITWEG", identifier, OrganisationKind.CUSTODIAN, (person, second))
            custodians.append(organisation_id("DE-LEITWEG", identifier))
        keys = [sealing_key(f"recipient {n}") for n in range(6)]
        officers = sorted(bytes(12) + who.account for who in self.officers)
        key_set = KeySet(
            2, 2,
            tuple(Recipient(who, keys[n]) for n, who in enumerate(officers)),
            tuple(Recipient(who, keys[3 + n]) for n, who in enumerate(sorted(custodians))),
        )  # fmt: skip
        act = RegisterKeySet(self.buyer, key_set, self.expires())
        self.chain.send(act, self.officer_one)
        self.chain.send(act, self.officer_two)
        self.key_set = key_set_id(self.buyer, key_set)
        for number, custodian in enumerate(custodians, 1):
            self.chain.send(AcceptKeySet(self.key_set, custodian, self.expires()), signer(f"custodian {number}"))
        return self.key_set

    def tender(self, ocid: str, digest: bytes, deadline: int, lots: tuple[str, ...] = ("L1",)) -> Recorded:
        """Publish a sealed tender with one round of bids and ten days of standstill."""
        terms = TenderTerms(
            ocid=ocid,
            lots=tuple(LotTerms(lot_id(lot)) for lot in lots),
            minimum_standstill=10 * DAY,
            round=RoundTerms(RoundKind.BIDS, deadline, self.key_set),
        )
        return self.jointly(PublishTender(self.buyer, self.expires(), digest, terms))

    def advance_to(self, second: int) -> None:
        """Let time pass."""
        assert self.clock is not None
        self.clock.advance_to(second)


@contextmanager
def anvil_town(folder: Path) -> Iterator[Town]:
    """A town on anvil, a node that can reorganise its chain; it starts on the same morning."""
    with anvil(since=START) as node:
        yield Town(node.transport, folder)


def release(ocid: str, number: int = 1, *, title: str = "Neubau der Feuerwache", **tender: Any) -> dict[str, Any]:
    """A small release of a fictional town."""
    return {
        "ocid": ocid,
        "id": f"{ocid}-{number:02}",
        "date": f"2026-01-{4 + number:02}T09:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "de",
        "parties": [
            {"id": "P1", "name": "Stadt Musterlingen", "roles": ["buyer"],
             "identifier": {"scheme": "DE-LEITWEG", "id": "05-0000-11"}}
        ],
        "buyer": {"id": "P1", "name": "Stadt Musterlingen"},
        "tender": {
            "id": "T1", "title": title, "status": "active", "procurementMethod": "open",
            "value": {"amount": 250000, "currency": "EUR"},
            "tenderPeriod": {"endDate": "2026-01-20T10:00:00Z"},
            **tender,
        },
    }  # fmt: skip


@contextmanager
def embedded_town(folder: Path) -> Iterator[Town]:
    """A town on the embedded chain, its clock beginning on a Monday morning."""
    create(folder / "chain", genesis_time=START - 60)
    clock = DevelopmentClock(START)
    with EmbeddedNode.open(folder / "chain", clock=clock) as node:
        yield Town(node, folder, clock)
