"""A town whose open round takes sealed bids, served with two receivers on the loopback, by the wall clock."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from api.services import Services
from ledger.chain.acts import LotTerms, PublishTender, RoundTerms, TenderTerms
from ledger.chain.identifiers import lot_id, organisation_id
from ledger.chain.node.server import NodeServer
from ledger.chain.record import ZERO
from ledger.chain.registry import AdmitOrganisation, Person
from ledger.chain.registry_acts import registry_of
from ledger.evidence.custodians import accepted_custodians
from ledger.evidence.log.folder import create_log
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.custodians import Custodian
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.index.sync import Synchroniser
from ledger.settings import Settings
from ledger.store import StoreClass
from ledger.terms import OrganisationKind, Role, RoundKind
from tests.api.receiving import officers
from tests.bid.tender import DOCUMENT
from tests.evidence.test_timestamps import free_port
from tests.explorer.site import serving
from tests.index.town import DAY, Town, embedded_town, release, signer

OCID = "ocds-a2ef3d-school"
RECEIVERS = tuple(organisation_id("DE-HRB", f"receiver-{number}") for number in (1, 2))


@dataclass
class Desk:
    """The town, its services, and where they are served."""

    town: Town
    services: Services
    url: str
    other: str
    """Origin of the other receiver."""
    deadline: int
    node: str = field(default="", kw_only=True)
    """Address of the node that takes transactions, if one is served."""

    @property
    def process(self) -> bytes:
        """The process with the open round."""
        return self.town.process(OCID)

    @property
    def page(self) -> str:
        """Where a bid is handed in."""
        return f"{self.url}/bid/0x{self.process.hex()}/1"

    def bids(self) -> list[tuple[str, bytes]]:
        """What tenderers recorded of the round, with the commitment, in order."""
        Synchroniser(self.services.index, self.town.chain, self.services.store).run_once()
        acts = self.services.queries.acts(self.process)
        return [(act.act, act.subject or b"") for act in acts if act.act in ("BidCommitted", "BidWithdrawn")]

    def publish_evidence(self) -> None:
        """The index follows, and the log publishes what is new: evidence of it can be had then."""
        Synchroniser(self.services.index, self.town.chain, self.services.store).run_once()
        Publisher(self.services.settings.log_dir, self.town.chain, self.services.index).publish()

    def policy(self) -> Policy:
        """What somebody trusts who checks a receipt."""
        content = policy_of(self.town.chain, "the tests'", self.services.settings.log_dir)
        return read_policy(json.dumps(content).encode())

    def custodians(self) -> tuple[Custodian, ...]:
        """Those who accepted a key set, as an auditor knows them."""
        return accepted_custodians(registry_of(self.town.chain)).custodians

    def uploads(self) -> int:
        """How many envelopes, whole or not, are here."""
        with self.services.state.reading() as connection:
            found: int = connection.exec_driver_sql("select count(*) from envelopes").scalar_one()
        return found


@contextmanager
def bidding_town(folder: Path, seconds_ago: int = 0) -> Iterator[Town]:
    """Two receivers are admitted and a key set is accepted, so many seconds before now."""
    with embedded_town(folder) as town:
        town.advance_to(int(time.time()) - seconds_ago)
        for number in (1, 2):
            person = Person(signer(f"receiver {number}").account, Role.PUBLISHER)
            kind = int(OrganisationKind.RECEIVER)
            act = AdmitOrganisation("DE-HRB", f"receiver-{number}", kind, (*officers(number), person), town.expires())
            people = tuple(sorted(act.people, key=lambda each: each.account))
            town.chain.send(replace(act, people=people), town.governor)
        town.accept_key_set()
        yield town


@contextmanager
def served_town(folder: Path, seconds_ago: int = 0) -> Iterator[Desk]:
    """With one open round for bids, whose criteria are public; the other receiver takes bids in for it, too. Its
    deadline can come within a test if the town's clock is more than a day behind."""
    with bidding_town(folder, seconds_ago) as town:
        create_log(folder / "log", "vergabe.example")
        deadline = publish(town)
        with served(town, folder / "other", 2) as (_, other):
            told = {"scheme": "DE-HRB", "uid": "receiver-2", "name": "Empfangsdienst Süd", "url": other}
            with served(town, folder, 1, receivers=[told]) as (services, url):
                yield Desk(town, services, url, other, deadline)


@contextmanager
def town_with_node(folder: Path) -> Iterator[Desk]:
    """The same, and the embedded node is served over HTTP to the pages of both receivers."""
    with bidding_town(folder) as town:
        create_log(folder / "log", "vergabe.example")
        deadline, port = publish(town), free_port()
        node = f"http://127.0.0.1:{port}"
        with served(town, folder / "other", 2, nodes=[node]) as (_, other):
            told = {"scheme": "DE-HRB", "uid": "receiver-2", "name": "Empfangsdienst Süd", "url": other}
            with served(town, folder, 1, receivers=[told], nodes=[node]) as (services, url):
                # `serve` refuses the tests' clock, which is never ahead of the wall's here.
                server = NodeServer(town.node, "127.0.0.1", port, [url, other])
                yield Desk(town, services, url, other, deadline, node=node)
                server.stop()


@contextmanager
def served(town: Town, folder: Path, number: int, **settings: Any) -> Iterator[tuple[Services, str]]:
    """The pages and the receiver of that number, over a folder of their own."""
    given = Settings.load(home=folder, receiver={"scheme": "DE-HRB", "uid": f"receiver-{number}"}, **settings)
    assert town.clock is not None
    folder.mkdir(exist_ok=True)
    key = signer(f"receiver {number}")
    with closing(Services.open(given, town.chain, follow=False, receiver=key, clock=town.clock.now)) as services:
        Synchroniser(services.index, town.chain, services.store).run_once()
        with serving(services) as url:
            yield services, url


def publish(town: Town) -> int:
    """A tender for two lots, its bids due in a day; gives the deadline."""
    criteria = town.store.put(StoreClass.PUBLIC, DOCUMENT)
    lots = [{"id": "L1", "title": "Rohbau"}, {"id": "L2", "title": "Dach"}]
    notice = town.keep(release(OCID, title="Erweiterung der Grundschule", lots=lots))
    assert town.clock is not None
    deadline = town.clock.now() + DAY
    terms = TenderTerms(
        ocid=OCID,
        lots=tuple(sorted((LotTerms(lot_id(lot["id"])) for lot in lots), key=lambda each: each.lot)),
        minimum_standstill=10 * DAY,
        criteria=criteria,
        round=RoundTerms(RoundKind.BIDS, deadline, town.key_set, ZERO, tuple(sorted(RECEIVERS))),
    )
    town.jointly(PublishTender(town.buyer, town.expires(), notice, terms))
    return deadline
