"""What the store or a release says of itself counts only as far as the acts say so, too; and no act stops the index."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ledger.chain.acts import AnnounceAward, CloseRound, ConcludeContract, EraseFields, RegisterExternalBid
from ledger.chain.identifiers import lot_id
from ledger.index.check import DifferenceKind, check
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.rows import Condition, Status
from ledger.index.sync import Synchroniser
from ledger.store import StoreClass
from tests.index.test_synchronising import OCID, publish
from tests.index.town import DAY, START, Town, release

OTHER = "ocds-a2ef3d-other"


def test_check_public_release_moved_among_the_confidential_is_found(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """Who moves a published file out of sight does not make it an embargoed one."""
    digest = publish(town)
    synchroniser.run_once()
    town.store.reclassify(digest, StoreClass.CONFIDENTIAL)
    (found,) = check(index, town.chain, town.store)
    assert (found.kind, found.release) == (DifferenceKind.DOCUMENT_MISSING, digest)
    synchroniser.rebuild()
    (row,) = Queries(index).releases(town.process(OCID))
    assert (row.condition, row.problem) == (Condition.MISSING, "kept among the confidential files")


def test_check_tombstone_without_an_act_is_found(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """A file that says it was erased counts as erased only if two officers recorded it."""
    digest = publish(town)
    synchroniser.run_once()
    town.store.reclassify(digest, StoreClass.ERASABLE)
    town.store.erase(digest, "nobody's decision")
    found = check(index, town.chain, town.store)
    assert [each.kind for each in found] == [DifferenceKind.DOCUMENT_MISSING]
    town.jointly(EraseFields(town.call(OCID, ground=b"\x07" * 32), 1, digest))
    synchroniser.run_once()
    (row,) = Queries(index).releases(town.process(OCID))
    assert (row.condition, row.problem) == (Condition.ERASED, "erased by act 2")
    assert check(index, town.chain, town.store) == ()


def test_run_release_of_another_process_is_not_shown_as_one_of_this(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """The chain cannot see whose release a digest is; the index reads it and says so."""
    publish(town)
    town.notice(OCID, town.keep(release(OTHER, 2, title="Something else")))
    synchroniser.run_once()
    queries = Queries(index)
    own, foreign = queries.releases(town.process(OCID))
    assert (own.condition, foreign.condition) == (Condition.INTACT, Condition.FOREIGN)
    assert foreign.problem == f"it says {OTHER}"
    assert (foreign.title, queries.process(town.process(OCID)).title) == (None, "Neubau der Feuerwache")
    assert queries.process(town.process(OCID)).problems == index.status().problems == 0  # nothing was altered


def test_run_deadline_at_the_end_of_64_bits_is_indexed(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """The contract takes any second; a database of signed numbers shows the last one that it can hold."""
    town.accept_key_set()
    town.tender(OCID, town.keep(release(OCID)), 2**64 - 1)
    synchroniser.run_once()
    (found,) = Queries(index).rounds(town.process(OCID))
    assert found.deadline == 2**63 - 1
    assert Queries(index).process(town.process(OCID)).status is Status.OPEN
    assert check(index, town.chain, town.store) == ()


def test_run_award_released_again_in_part_keeps_the_rest(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """A later release that only changes an award's status does not take away its value and supplier (OCDS merging)."""
    award = {
        "id": "A1",
        "status": "pending",
        "value": {"amount": 312500, "currency": "EUR"},
        "suppliers": [{"id": "P2", "name": "Glanz & Sohn GmbH"}],
    }
    for number, entry in ((1, award), (2, {"id": "A1", "status": "active", "value": {"currency": "CHF"}})):
        content: dict[str, Any] = {**release(OCID, number), "tag": ["award"], "awards": [entry]}
        town.notice(OCID, town.store.put(StoreClass.PUBLIC, json.dumps(content).encode(), salt=bytes(32)))
    synchroniser.run_once()
    row = Queries(index).process(town.process(OCID))
    assert (row.award_amount, row.award_currency, row.suppliers) == ("312500", "CHF", ("Glanz & Sohn GmbH",))


def test_status_one_lot_concluded_the_other_open_is_under_evaluation(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """A procedure is concluded when every lot is decided, not when the first one is."""
    town.accept_key_set()
    town.tender(OCID, town.keep(release(OCID)), START + DAY, ("L1", "L2"))
    town.advance_to(START + DAY)
    arrival = town.chain.block(town.chain.block_number()).time
    town.jointly(RegisterExternalBid(town.call(OCID), 1, arrival, b"\x0c" * 32))
    town.advance_to(START + DAY + 60)
    town.jointly(CloseRound(town.call(OCID), 1, 0, (), ()))
    statuses = []
    for number, lot in enumerate(("L1", "L2"), 2):
        digest = town.keep({**release(OCID, number), "tag": ["award"]})
        call = town.call(OCID, ground=b"\x01" * 32, release=digest)
        award = town.jointly(AnnounceAward(replace(call, ground=bytes(32)), lot_id(lot), 1, 2**31)).records[0].sequence
        town.jointly(ConcludeContract(replace(call, release=town.keep(release(OCID, number + 4))), award))
        synchroniser.run_once()
        statuses.append(Queries(index).process(town.process(OCID)).status)
    assert statuses == [Status.EVALUATION, Status.CONCLUDED]
