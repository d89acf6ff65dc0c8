"""The neighbour town that takes no part: what its two pulls left on the ledger."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.cli.demo.neighbour import CHANGED_OCID, VANISHED_OCID
from ledger.cli.demo.seeding import Demo, open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import OBSERVER
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.ocds.observation import FindingKind, Observation, read_observation
from ledger.store import ObjectStore
from ledger.terms import Act


@pytest.fixture
def demo(town: Path) -> Iterator[Demo]:
    """A town of one's own, running."""
    with open_demo(town) as opened:
        yield opened


def observations(demo: Demo) -> list[Observation]:
    """What the association anchored of its pulls, oldest first."""
    logs = demo.chain.logs(demo.chain.deployment.block, demo.chain.block_number(), [ACT_RECORDED])
    records = [decode_log(log.topics, log.data) for log in logs if log.account == demo.chain.ledger]
    found = [record for record in records if record.act == Act.OBSERVATION_RECORDED]
    assert {record.organisation_id for record in found} == {Stage.organisation(OBSERVER)}
    return [read_observation(ObjectStore(demo.settings.store_dir).get(record.subject)) for record in found]


def test_neighbour_two_pulls_find_one_notice_vanished_and_one_changed(demo: Demo) -> None:
    """The second observation follows the first, on the chain's own time, and tells exactly these two."""
    first, second = observations(demo)
    assert (first.findings, first.previous) == ((), None)
    assert second.previous is not None
    assert demo.chain.block(demo.chain.block_number()).time > second.pulled > first.pulled
    told = {(finding.kind, finding.ocid) for finding in second.findings}
    assert told == {(FindingKind.VANISHED, VANISHED_OCID), (FindingKind.CHANGED, CHANGED_OCID)}


def test_neighbour_changed_notice_gives_bidders_less_time(demo: Demo) -> None:
    """Both files are kept; they differ in the deadline alone."""
    store = ObjectStore(demo.settings.store_dir)
    (changed,) = [found for each in observations(demo) for found in each.findings if found.ocid == CHANGED_OCID]
    assert changed.was is not None
    assert changed.now is not None
    (was,), (now,) = (json.loads(store.get(digest))["releases"] for digest in (changed.was, changed.now))
    assert now["tender"]["tenderPeriod"].pop("endDate") < was["tender"]["tenderPeriod"].pop("endDate")
    assert now == was


def test_neighbour_notices_are_observed_and_no_others(demo: Demo) -> None:
    """Those of the buyer that was asked for; its own correction, too. Another buyer's in the same export is not."""
    index = Index.open(demo.settings.index_url)
    try:
        rows = {row.ocid: row for row in Queries(index).processes(limit=200).items}
    finally:
        index.close()
    pulled = {ocid: row for ocid, row in rows.items() if not ocid.startswith("ocds-demo00-")}
    assert {(ocid, row.releases) for ocid, row in pulled.items()} == {
        ("ocds-demo10-2026-01", 2),
        (VANISHED_OCID, 1),
        (CHANGED_OCID, 1),
        ("ocds-demo10-2026-04", 2),
    }
    assert {(row.mode, row.buyer_name) for row in pulled.values()} == {("observed", "Stadt Drübenau")}


def test_neighbour_notice_service_is_gone_when_the_town_is_made(demo: Demo) -> None:
    """Nothing of it listens any more."""
    (service,) = {each.service for each in observations(demo)}
    address = urlsplit(service)
    assert address.hostname == "127.0.0.1"
    with closing(socket.socket()) as asking:
        assert asking.connect_ex((address.hostname, address.port)) != 0
