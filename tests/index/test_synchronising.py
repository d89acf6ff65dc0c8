"""What comes from the chain into the index, in which pieces, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, update

from ledger.chain.client import Chain
from ledger.chain.logs import RawLog
from ledger.errors import ActsIncomplete, IndexBelongsElsewhere, IndexUnreachable, SequenceBroken, SettingInvalid
from ledger.index import schema
from ledger.index.database import Index
from ledger.index.organisations import Kinds
from ledger.index.queries import Queries
from ledger.index.rows import Condition, Status
from ledger.index.sync import Synchroniser
from ledger.index.writer import derive_organisations
from ledger.store import State, StoreClass
from ledger.terms import NoticeKind, OrganisationKind
from tests.index.town import DAY, START, Town, embedded_town, release

OCID = "ocds-a2ef3d-fire-station"


def publish(town: Town, ocid: str = OCID, number: int = 1, **tender: Any) -> bytes:
    """Keep and anchor one release of the buyer; its digest."""
    digest = town.keep(release(ocid, number, **tender))
    town.notice(ocid, digest)
    return digest


def test_run_published_notices_processes_listed(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """What the buyer and an observer publish is listed with what the releases say."""
    publish(town)
    digest = publish(town, number=2, value={"amount": 300000.50, "currency": "EUR"})
    town.notice(OCID, town.keep(release(OCID, 3, title="Feuerwache, gesehen")), organisation=town.observer)
    progress = synchroniser.run_once()
    assert (progress.from_block, progress.acts) == (town.chain.deployment.block, 6)
    queries = Queries(index)
    own, observed = queries.process(town.process(OCID)), queries.process(town.process(OCID, town.observer))
    assert (own.mode, own.title, own.value_amount, own.acts) == ("anchored", "Neubau der Feuerwache", "300000.5", 2)
    assert (own.buyer_name, own.buyer_identifier) == ("Stadt Musterlingen", "DE-LEITWEG:05-0000-11")
    assert own.head == town.chain.head(own.process_id)
    assert (observed.mode, observed.title) == ("observed", "Feuerwache, gesehen")
    assert observed.organisation_id == town.observer
    assert [row.release_id for row in queries.releases(own.process_id)] == [f"{OCID}-01", f"{OCID}-02"]
    assert queries.releases(own.process_id)[1].digest == digest
    assert {row.process_id for row in queries.processes_by_ocid(OCID)} == {own.process_id, observed.process_id}


def test_run_again_without_new_blocks_nothing_changes(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """Running again reads nothing twice."""
    publish(town)
    synchroniser.run_once()
    before = index.digest()
    progress = synchroniser.run_once()
    assert (progress.acts, progress.to_block - progress.from_block) == (0, -1)
    assert index.digest() == before


def test_run_with_later_acts_same_digest_as_from_scratch(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """An index that grew act by act equals one that was made in one go."""
    for number in range(1, 4):
        publish(town, number=number, title=f"Fassung {number}")
        synchroniser.run_once()
    grown = index.digest()
    synchroniser.rebuild()
    assert index.digest() == grown


def test_run_in_batches_of_any_size_same_digest(town: Town, new_postgres: Callable[[], str], tmp_path: Path) -> None:
    """Neither the size of batches, nor how many of them make a transaction, nor the database shows in the content."""
    for number in range(1, 3):
        publish(town, number=number)
        publish(town, f"{OCID}-{number}")
    town.accept_key_set()
    town.tender("ocds-a2ef3d-school", town.keep(release("ocds-a2ef3d-school")), START + 10 * DAY)
    digests = set()
    for batch, enough in ((1, 1), (1, 5), (3, 4), (10_000, 10_000)):
        for url in (f"sqlite:///{tmp_path / f'{batch}-{enough}'}.sqlite", new_postgres()):
            index = Index.open(url)
            Synchroniser(index, town.chain, town.store, batch=batch, enough=enough).run_once()
            digests.add(index.digest())
            index.close()
    assert len(digests) == 1


def test_rebuild_reader_meanwhile_sees_the_old_index_whole(town: Town, index: Index) -> None:
    """While an index is made anew, nobody is shown an empty or half one."""
    for number in range(1, 5):
        publish(town, f"{OCID}-{number}")
    synchroniser = Synchroniser(index, town.chain, town.store, batch=2)
    synchroniser.run_once()
    right = index.digest()
    with index.writing() as connection:
        connection.execute(update(schema.processes).values(title="as it was"))
    old = index.digest()
    read, seen = synchroniser.reader.read_acts, []

    def looked_at(first: int, last: int) -> list[dict[str, Any]]:
        seen.append((index.digest(), Queries(index).processes().total))
        return read(first, last)

    synchroniser.reader.read_acts = looked_at  # type: ignore[method-assign]
    progress = synchroniser.rebuild()
    assert len(seen) > 3
    assert set(seen) == {(old, 4)}
    assert index.digest() == right
    assert (progress.from_block, progress.to_block) == (town.chain.deployment.block, town.chain.block_number())


def test_run_two_synchronisers_on_one_index_no_act_twice(town: Town, index: Index) -> None:
    """Two processes may follow into the same index; the slower one finds its batch done and goes on."""
    one, two = (Synchroniser(index, town.chain, town.store) for _ in range(2))
    publish(town)
    one.run_once()
    publish(town, number=2)
    read = two.reader.read_acts

    def overtaken(first: int, last: int) -> list[dict[str, Any]]:
        acts = read(first, last)
        one.run_once()
        return acts

    two.reader.read_acts = overtaken  # type: ignore[method-assign]
    two.run_once()
    assert Queries(index).process(town.process(OCID)).acts == 2


class Forgetful:
    """A chain whose node leaves out the acts that ``lost`` picks."""

    def __init__(self, chain: Chain, lost: Callable[[RawLog], bool]) -> None:
        self._chain, self._lost = chain, lost

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def logs(self, first: int, last: int, topics: Sequence[bytes] = ()) -> Iterator[RawLog]:
        """All logs but the lost ones."""
        return (log for log in self._chain.logs(first, last, topics) if not self._lost(log))


def test_run_node_leaves_out_last_act_refused(town: Town, index: Index) -> None:
    """The head on the chain shows that an act is missing; nothing of the batch is stored."""
    publish(town)
    Synchroniser(index, town.chain, town.store).run_once()
    publish(town, number=2)
    block = town.chain.block_number()
    before = index.digest()
    forgetful: Any = Forgetful(town.chain, lambda log: log.block_number == block)
    publish(town, number=3)
    with pytest.raises(SequenceBroken) as refusal:
        Synchroniser(index, forgetful, town.store).run_once()
    assert (refusal.value.values["expected"], refusal.value.values["got"]) == (2, 3)
    assert index.digest() == before
    Synchroniser(index, town.chain, town.store).run_once()
    assert Queries(index).process(town.process(OCID)).acts == 3


def test_run_node_leaves_out_newest_of_two_acts_refused(town: Town, index: Index) -> None:
    """Without a gap in the sequences it is the head that tells."""
    publish(town)
    publish(town, number=2)
    block = town.chain.block_number()
    forgetful: Any = Forgetful(town.chain, lambda log: log.block_number == block)
    with pytest.raises(ActsIncomplete) as refusal:
        Synchroniser(index, forgetful, town.store).run_once()
    assert refusal.value.values["expected"] == town.chain.head(town.process(OCID))
    assert Queries(index).processes().total == 0


def test_run_node_leaves_out_organisation_refused(town: Town, index: Index) -> None:
    """An act of the registry that is left out is noticed by the head of the organisation's roles."""
    admitted = town.chain.deployment.block + 2
    forgetful: Any = Forgetful(town.chain, lambda log: log.block_number == admitted)
    publish(town)
    with pytest.raises(ActsIncomplete) as refusal:
        Synchroniser(index, forgetful, town.store).run_once()
    assert refusal.value.values["process_id"] == town.buyer


def test_run_after_organisation_row_was_altered_made_right_from_all_acts(town: Town, index: Index) -> None:
    """The row that a batch goes on from is not believed against the head on the chain."""
    publish(town)
    synchroniser = Synchroniser(index, town.chain, town.store)
    synchroniser.run_once()
    with index.writing() as connection:
        connection.execute(update(schema.organisations).values(list_head=bytes(32), kinds=0))
    publish(town, "ocds-a2ef3d-next")
    synchroniser.run_once()
    assert Queries(index).organisation(town.buyer).kinds == ("buyer",)
    grown = Queries(index).organisation(town.buyer)
    synchroniser.rebuild()
    assert Queries(index).organisation(town.buyer) == grown


def test_run_index_of_another_ledger_refused(town: Town, index: Index, tmp_path: Path) -> None:
    """Acts of two ledgers are never mixed in one index."""
    Synchroniser(index, town.chain, town.store).run_once()
    with embedded_town(tmp_path / "elsewhere") as other, pytest.raises(IndexBelongsElsewhere):
        Synchroniser(index, other.chain, other.store).run_once()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b'{"tender": NaN}', "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_run_unparsable_release_marked_as_problem(town: Town, index: Index, data: bytes, problem: str) -> None:
    """Whatever bytes somebody anchored, indexing goes on and says what is wrong with them."""
    bad = town.store.put(StoreClass.PUBLIC, data, salt=bytes(32))
    town.notice(OCID, bad)
    publish(town, number=2)
    Synchroniser(index, town.chain, town.store).run_once()
    queries = Queries(index)
    row = queries.releases(town.process(OCID))[0]
    assert row.condition is Condition.UNREADABLE
    assert problem in (row.problem or "")
    process = queries.process(town.process(OCID))
    assert (process.problems, process.title) == (1, "Neubau der Feuerwache")


def test_run_release_with_wrong_types_and_odd_text_indexed(town: Town, index: Index) -> None:
    """Fields of a wrong type count as absent; text that a database refuses is stored without it."""
    odd = release(OCID, title="NUL \x00 und halbes Paar \ud800 im Titel")
    odd["tender"]["value"] = {"amount": "viel", "currency": ["EUR"]}
    odd["tender"]["items"] = [None, 7, {"classification": {"scheme": "CPV", "id": "45216121-8"}}]
    odd["parties"], odd["awards"], odd["tag"] = "keine", [{"suppliers": {"name": 3}}], {"tender": True}
    data = json.dumps(odd).encode()
    town.notice(OCID, town.store.put(StoreClass.PUBLIC, data, salt=bytes(32)))
    Synchroniser(index, town.chain, town.store).run_once()
    row = Queries(index).process(town.process(OCID))
    assert (row.value_amount, row.value_currency, row.cpv, row.suppliers) == (None, None, "45216121-8", ())
    assert row.title == "NUL \ufffd und halbes Paar ? im Titel"


def test_run_embargoed_release_hidden_until_disclosed(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """An embargoed release is anchored and unread; once disclosed it is taken in without any new act."""
    digest = town.keep(release(OCID), StoreClass.CONFIDENTIAL)
    town.notice(OCID, digest, NoticeKind.EMBARGOED)
    synchroniser.run_once()
    queries = Queries(index)
    (row,) = queries.releases(town.process(OCID))
    assert (row.condition, row.title, row.plain_digest) == (Condition.EMBARGOED, None, None)
    assert queries.process(town.process(OCID)).title is None
    town.store.reclassify(digest, StoreClass.PUBLIC)
    assert synchroniser.run_once().acts == 0
    (row,) = queries.releases(town.process(OCID))
    assert (row.condition, row.title) == (Condition.INTACT, "Neubau der Feuerwache")
    assert queries.process(town.process(OCID)).title == "Neubau der Feuerwache"


def test_run_missing_release_taken_in_when_it_arrives(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """A digest can be anchored before the bytes are here; until then it is a problem that the list shows."""
    digest = town.keep(release(OCID))
    path = town.store.path(digest)
    kept = path.read_bytes()
    path.unlink()
    town.notice(OCID, digest)
    synchroniser.run_once()
    queries = Queries(index)
    assert queries.releases(town.process(OCID))[0].condition is Condition.MISSING
    assert queries.process(town.process(OCID)).problems == index.status().problems == 1
    assert queries.process(town.process(OCID)).status is Status.UNKNOWN
    path.write_bytes(kept)
    synchroniser.run_once()
    assert queries.process(town.process(OCID)).problems == index.status().problems == 0


def test_run_with_confirmations_newest_blocks_wait(town: Town, index: Index) -> None:
    """With two confirmations the two newest blocks are not indexed yet."""
    publish(town)
    head = town.chain.block_number()
    assert Synchroniser(index, town.chain, town.store, confirmations=2).run_once().to_block == head - 2
    status = index.status(town.chain)
    assert (status.lag_blocks, status.head_block, status.indexed_block) == (2, head, head - 2)
    assert status.lag_seconds == town.chain.block(head).time - town.chain.block(head - 2).time


def test_open_index_on_a_server_that_is_down_fails_by_name() -> None:
    """A sentence instead of a traceback, and no password in it."""
    with pytest.raises(IndexUnreachable) as failed:
        Index.open("postgresql+psycopg://siegel:secret@127.0.0.1:1/index")
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://siegel:secret@127.0.0.1:secret/index",
        "postgresql+psycopg://siegel:a@secret@127.0.0.1/index",
        "nothing://siegel:secret@127.0.0.1/index",
        "secret",
    ],
)
@pytest.mark.parametrize(("opened", "setting"), [(Index.open, "index_url"), (State, "state_url")])
def test_open_database_at_an_address_that_is_none_names_the_setting(
    opened: Callable[[str], object], setting: str, url: str
) -> None:
    """What was taken for a port or a host may be a part of the password, so it is not told."""
    with pytest.raises(SettingInvalid) as failed:
        opened(url)
    assert failed.value.values["setting"] == setting
    assert "secret" not in f"{failed.value} {failed.value.values}"


def test_status_counts_no_table(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """Whoever asks how far the index is does not make the database count all there is."""
    publish(town)
    publish(town, number=2)
    publish(town, f"{OCID}-2")
    synchroniser.run_once()
    asked: list[str] = []
    with index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    event.listen(*listening)
    status = index.status()
    event.remove(*listening)
    assert (status.processes, status.acts, status.releases, status.problems) == (2, 6, 3, 0)
    assert [query for query in asked if " FROM " in query.replace("\n", " ")] == [
        query for query in asked if " FROM cursor" in query.replace("\n", " ")
    ]


def test_derive_organisation_reads_only_what_came_since(town: Town, index: Index, synchroniser: Synchroniser) -> None:
    """What one block costs must not grow with all that an organisation ever did: the database goes by an index."""
    publish(town)
    synchroniser.run_once()
    asked: list[tuple[str, Any]] = []
    with index.writing() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        event.listen(*listening)
        derive_organisations(connection, synchroniser.place, [town.buyer], since=town.chain.block_number())
        event.remove(*listening)
        of_acts = [query for query in asked if "FROM acts" in query[0]]
        assert len(of_acts) == 2
        for query in of_acts:
            plan = explained(connection, query[0], query[1])
            assert "ix_acts_organisation_id_block_number" in plan, plan
        (naming,) = [query for query in asked if "FROM processes" in query[0].replace("\n", " ")]
        assert "ix_processes_named" in explained(connection, *naming)


def test_read_acts_outside_processes_goes_by_their_own_index(
    town: Town, index: Index, synchroniser: Synchroniser
) -> None:
    """Who was admitted as what, and an organisation's own acts, are found without going through its processes' acts."""
    town.accept_key_set()
    publish(town)
    synchroniser.run_once()
    asked: list[tuple[str, Any]] = []
    queries = Queries(index)
    with index.reading() as connection:
        listening = (connection.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        event.listen(*listening)
        assert Kinds(connection).at(town.buyer, town.chain.block_number()) == OrganisationKind.BUYER
        assert len(queries.organisation_acts(town.buyer)) == 5
        event.remove(*listening)
        of_acts = [query for query in asked if "FROM acts" in query[0].replace("\n", " ")]
        assert len(of_acts) == 2
        for query in of_acts:
            assert "ix_acts_outside" in explained(connection, *query)


def explained(connection: Connection, query: str, values: Any) -> str:
    """How the database would go about a query as the driver was given it. PostgreSQL plans by statistics and would
    read a table of a few rows as a whole, so it is told not to where there is another way."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query, values)
        return "\n".join(row.detail for row in rows)
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(row[0] for row in connection.exec_driver_sql("EXPLAIN " + query, values))
