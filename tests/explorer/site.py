"""A served site over a real town: embedded chain, store, state, index, API and pages, on a port of the loopback."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

import explorer
from api.app import app_of
from api.server import address, bind, configured
from api.services import Services
from ledger.chain.acts import (
    AnchorAudit,
    AnnounceAward,
    BidOutcome,
    CloseRound,
    CommitBid,
    EraseFields,
    InformLosers,
    OpenBids,
    RecordObservation,
    RegisterArtifact,
    RegisterExternalBid,
)
from ledger.chain.client import Chain
from ledger.chain.identifiers import bid_commitment, lot_id
from ledger.chain.record import ZERO
from ledger.chain.registry import ChangePeople, Person
from ledger.evidence.log.folder import create_log
from ledger.evidence.log.publisher import Publisher
from ledger.index.sync import Synchroniser
from ledger.ocds.differences import Change
from ledger.ocds.digest import new_salt
from ledger.ocds.observation import Finding, FindingKind, Observation
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings
from ledger.store import StoreClass
from ledger.terms import ArtifactKind, NoticeKind, Outcome, Role
from tests.index.town import DAY, START, Town, embedded_town, release, signer

OPEN, AWARDED, OBSERVED, ALTERED = (f"ocds-a2ef3d-{name}" for name in ("school", "cleaning", "bridge", "salt"))
CHANGED = "ocds-a2ef3d-tower"
PDF = b"%PDF-1.7 bill of quantities"
BID_PAGE = b"<!doctype html><title>Angebot versiegeln</title>"
REPORT = b'{"format": "a report of an audit"}'


@dataclass(frozen=True)
class Site:
    """A town whose pages are served at ``url``."""

    url: str
    town: Town
    services: Services
    folder: Path

    def page(self, ocid: str) -> str:
        """Address of a process's page."""
        (row,) = self.services.queries.processes_by_ocid(ocid)
        return f"/processes/0x{row.process_id.hex()}"

    def release_bytes(self, ocid: str, place: int = 0) -> bytes:
        """The anchored bytes of a process's release."""
        (row,) = self.services.queries.processes_by_ocid(ocid)
        return self.services.store.get(self.services.queries.releases(row.process_id)[place].digest)


def text_of(html: str) -> str:
    """What is read, spaces evened out."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2].partition("</main>")[0]).split())


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[Site]:
    """A town with one process of each kind, indexed, logged and served."""
    create_log(folder / "log", "vergabe.example")
    with embedded_town(folder) as town, open_services(folder, town.chain, **settings) as services:
        live(town, services)
        Synchroniser(services.index, town.chain, services.store).run_once()
        Publisher(services.settings.log_dir, town.chain, services.index).publish()
        with serving(services) as url:
            yield Site(url, town, services, folder)


@contextmanager
def open_services(folder: Path, chain: Chain, **settings: Any) -> Iterator[Services]:
    """Everything API and pages work with, over an open chain."""
    with closing(Services.open(Settings.load(home=folder, **settings), chain, follow=False)) as services:
        yield services


@contextmanager
def serving(services: Services) -> Iterator[str]:
    """The application on a free port; its address."""
    with bind("127.0.0.1", 0) as listening:
        server = uvicorn.Server(configured(app_of(services, pages=explorer.mount)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join()


def live(town: Town, services: Services) -> None:
    """What happens in the town: an observed, an open anchored, an awarded sealed process, and one to be altered."""
    standard = policy_named("standard")

    def prepare(content: dict[str, Any], **more: Any) -> bytes:
        return services.releases.prepare(content, town.buyer, standard, **more)[0].digest

    bridge = release(OBSERVED, title="Wyposażenie pracowni – dostawa mikroskopów")
    anchored = prepare(bridge)
    town.notice(OBSERVED, anchored, organisation=town.observer)
    pulled(town, services, anchored)
    open_process(town, services, prepare)
    awarded_process(town, prepare)
    salt = release(ALTERED, title="Beschaffung von Streusalz", value={"amount": 24900.5, "currency": "EUR"})
    town.notice(ALTERED, prepare(salt))
    changed_process(town, prepare)
    registered(town)


def registered(town: Town) -> None:
    """The buyer registers a page, with a name that has no place to break, and its auditor anchors a report."""
    page, report = hashlib.sha256(BID_PAGE).digest(), hashlib.sha256(REPORT).digest()
    name = "bid-page-" + "1" * 119
    town.jointly(RegisterArtifact(town.buyer, town.expires(), page, ArtifactKind.PAGE, name))
    auditor = signer("auditor")
    town.jointly(ChangePeople(town.buyer, (Person(auditor.account, Role.AUDITOR),), town.expires()))
    town.chain.send(AnchorAudit(town.buyer, town.expires(), report), auditor)


def pulled(town: Town, services: Services, anchored: bytes) -> None:
    """An observer's pull found the notice of the observed process changed, the next one that it vanished."""
    was = Change("tender/tenderPeriod/endDate", (), "2026-01-20T10:00:00Z", "2026-01-25T10:00:00Z")
    title, price = Change("tender/title", (), None, None), Change("tender/value/amount", (), 250000, 199000.5)
    file = services.store.put(StoreClass.ERASABLE, b'{"the file": "as it is now"}', salt=new_salt())
    named = ("2026-01-05", OBSERVED, f"{OBSERVED}-01", anchored)
    changed = Finding(FindingKind.CHANGED, *named, was=b"\x51" * 32, now=file, changes=(was, title, price))
    previous = None
    for found in (changed, Finding(FindingKind.VANISHED, *named, was=file)):
        seen = Observation("https://notices.invalid", "ocds.zip", ("Stadt",), START, previous, findings=(found,))
        previous = services.store.put(StoreClass.PUBLIC, seen.write(), salt=new_salt())
        town.chain.send(RecordObservation(town.observer, town.expires(), previous), town.publisher)


def changed_process(town: Town, prepare: Any) -> None:
    """A direct award: its deadline moved, a lot was renamed, the contract became dearer than the award."""
    title = "Übungsturm der Feuerwache"
    lots = [{"id": "L1", "title": "Rohbau"}, {"id": "L2", "title": "Dach"}]

    def told(number: int, tag: str, end: str, **more: Any) -> Any:
        period = {"endDate": f"2026-05-{end}T10:00:00Z"}
        content = release(CHANGED, number, title=title, tenderPeriod=period, lots=lots, procurementMethod="direct")
        return prepare({**content, "tag": [tag], **more})

    town.notice(CHANGED, told(1, "tender", "03"))
    lots[1] = {"id": "L2", "title": "Dach und Fassade"}
    town.notice(CHANGED, told(2, "tenderUpdate", "10"))
    suppliers = [{"id": "P3", "name": "Turmbau GmbH"}]
    award = {**AWARD, "id": "A7", "value": {"amount": 240000, "currency": "EUR"}, "suppliers": suppliers}
    town.notice(CHANGED, told(3, "award", "10", awards=[award]), NoticeKind.AWARD)
    changed = [{"id": "1", "rationale": "Gründung tiefer als geplant"}]
    contract = {"id": "C7", "awardID": "A7", "status": "active", "value": {"amount": 255500, "currency": "EUR"}}
    contracts = [{**contract, "amendments": changed}]
    town.notice(
        CHANGED, told(4, "contractAmendment", "10", awards=[award], contracts=contracts), NoticeKind.MODIFICATION
    )


def open_process(town: Town, services: Services, prepare: Any) -> None:
    """Two notices, one with a redacted contact, a document, and one notice under embargo."""
    digest = services.store.put(StoreClass.PUBLIC, PDF)
    document = {"id": "D1", "title": "Leistungsverzeichnis", "format": "application/pdf", "digest": digest.hex()}
    elsewhere = {"id": "D2", "title": "Bekanntmachung im Amtsblatt", "url": "https://example.org/notice"}
    content = release(OPEN, title="Erweiterung der Grundschule", documents=[document, elsewhere])
    content["parties"][0]["contactPoint"] = {"name": "Erika Beispiel", "email": "erika@example.org"}
    first = prepare(content)
    town.notice(OPEN, first)
    redaction = services.releases.redactions
    assert redaction(first) == []
    # The subject is the digest of the list of fields; the release's own would erase all of it.
    town.jointly(EraseFields(town.call(OPEN, ground=b"\x07" * 32), 1, b"\x08" * 32))
    with services.state.reading() as connection:
        texts = connection.exec_driver_sql("select sd_digest from disclosures").scalars().all()
    services.releases.erase_fields(first, list(texts), "Art. 17 GDPR")
    town.notice(OPEN, prepare(release(OPEN, 2), embargo_until=START + 3 * DAY), NoticeKind.EMBARGOED)


def awarded_process(town: Town, prepare: Any) -> None:
    """A sealed process with a sealed bid and one on paper, closed, opened, awarded, under standstill."""
    key_set = town.accept_key_set()
    assert key_set != ZERO
    deadline = START + 2 * DAY
    tender = prepare(release(AWARDED, title="Reinigung der Grundschulen"))
    town.tender(AWARDED, tender, deadline, ("L1", "L2"))
    bidder = town.bidder_one
    root, rest = b"\x0a" * 32, b"\x0b" * 32
    commitment = bid_commitment(
        town.chain.chain_id, town.chain.ledger, town.process(AWARDED), 1, bidder.account, root, rest
    )
    town.chain.send(CommitBid(town.process(AWARDED), 1, commitment, ZERO, town.expires()), bidder)
    arrival = town.chain.block(town.chain.block_number()).time
    town.jointly(RegisterExternalBid(town.call(AWARDED), 1, arrival, b"\x0c" * 32))
    town.advance_to(deadline + 60)
    town.jointly(CloseRound(town.call(AWARDED), 1, 1, (1,), (0,)))
    outcome = BidOutcome(Outcome.OPENED, bidder.account, root, rest)
    town.jointly(OpenBids(town.call(AWARDED), 1, 0, (outcome,)))
    award = prepare({**release(AWARDED, 2), "tag": ["award"], "awards": [AWARD]})
    call = town.call(AWARDED, release=award)
    announced = town.jointly(AnnounceAward(call, lot_id("L1"), 1, 0)).records[0].sequence
    now = town.chain.block(town.chain.block_number()).time
    town.chain.send(InformLosers(town.call(AWARDED), announced, now, now + 400 * DAY), town.publisher)


AWARD = {
    "id": "A1",
    "title": "Zuschlag Los 1",
    "status": "active",
    "date": "2026-01-08T09:00:00Z",
    "value": {"amount": 312500, "currency": "EUR"},
    "suppliers": [{"id": "P2", "name": "Glanz & Sohn GmbH"}],
}


def alter_notice(services: Services) -> tuple[Path, bytes]:
    """Change the stored notice of one process behind the ledger's back; its file, and what it held before."""
    (row,) = services.queries.processes_by_ocid(ALTERED)
    (found,) = services.queries.releases(row.process_id)
    path = services.store.path(found.digest)
    intact = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(intact.replace(b"24900.5", b"29900.5"))
    return path, intact


def alter(site: Site) -> None:
    """Change the stored notice and the database's row of one process behind the ledger's back."""
    alter_notice(site.services)
    (row,) = site.services.queries.processes_by_ocid(ALTERED)
    with sqlite3.connect(site.folder / "index.sqlite") as connection:
        query = "update processes set title = 'Beschaffung von Kies', value_amount = '29900.5' where process_id = ?"
        connection.execute(query, (row.process_id,))
