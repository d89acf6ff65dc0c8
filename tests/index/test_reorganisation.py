"""A chain that is reorganised: what the index forgets and what it reads again, on anvil."""

from __future__ import annotations

import pytest

from ledger.chain.rpc import to_hex
from ledger.index.database import Index
from ledger.index.queries import Queries
from ledger.index.sync import Synchroniser
from tests.index.town import Town, release

OCID = "ocds-a2ef3d-bridge"


def publish(town: Town, count: int) -> None:
    """Anchor releases 1 to ``count`` of the process, one block each, later ones with a title of their own."""
    for number in range(1, count + 1):
        town.notice(OCID, town.keep(release(OCID, number % 20 + 1, title=f"Brücke, Fassung {number}")))


def reorganise(town: Town, depth: int) -> None:
    """Replace the newest ``depth`` blocks by empty ones."""
    town.chain.transport.request("anvil_reorg", [depth, []])


@pytest.mark.parametrize(("depth", "batch"), [(1, 2_000), (20, 2_000), (20, 3)])
def test_run_after_reorganisation_index_as_made_from_scratch(
    reorganising: Town, index: Index, depth: int, batch: int
) -> None:
    """The acts of the blocks that are gone are gone from every table, and what is left has the contract's head; whether
    they came in one batch or in several transactions."""
    town = reorganising
    publish(town, 25)
    synchroniser = Synchroniser(index, town.chain, town.store, batch=batch, enough=7)
    synchroniser.run_once()
    queries, process_id = Queries(index), town.process(OCID)
    assert queries.process(process_id).acts == 25
    head = town.chain.block_number()
    reorganise(town, depth)
    assert town.chain.block_number() == head
    progress = synchroniser.run_once()
    assert progress.rolled_back_to is not None
    assert progress.rolled_back_to <= head - depth
    row = queries.process(process_id)
    assert row.acts == len(queries.acts(process_id)) == len(queries.releases(process_id)) == 25 - depth
    assert queries.releases(process_id)[-1].title == f"Brücke, Fassung {25 - depth}"
    assert row.head == town.chain.head(process_id)
    status = index.status()
    assert (status.processes, status.acts, status.releases) == (1, 28 - depth, 25 - depth)
    assert status.problems == 0
    rolled_back = index.digest()
    synchroniser.rebuild()
    assert index.status() == status
    assert index.digest() == rolled_back


def test_run_after_other_acts_took_their_place_new_ones_indexed(reorganising: Town, sqlite_index: Index) -> None:
    """Blocks replaced by blocks with other acts: the index holds the others."""
    town = reorganising
    publish(town, 3)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    before = [row.transaction_hash for row in Queries(sqlite_index).acts(town.process(OCID))]
    reorganise(town, 2)
    town.notice("ocds-a2ef3d-tunnel", town.keep(release("ocds-a2ef3d-tunnel")))
    synchroniser.run_once()
    queries = Queries(sqlite_index)
    # The node may carry a dropped transaction into a later block; the contract says how many acts there are now.
    acts = queries.acts(town.process(OCID))
    assert len(acts) == town.chain.process(town.process(OCID)).sequence < 3
    assert acts[0].transaction_hash == before[0]
    assert queries.process(town.process("ocds-a2ef3d-tunnel")).acts == 1


def test_run_after_process_vanished_no_row_of_it_is_left(reorganising: Town, sqlite_index: Index) -> None:
    """A process all of whose acts are gone is in no table, and its organisation counts one less."""
    town = reorganising
    publish(town, 1)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    queries = Queries(sqlite_index)
    (found,) = queries.releases(town.process(OCID))
    reorganise(town, 1)
    synchroniser.run_once()
    assert queries.processes().total == 0
    assert queries.release(found.digest) == ()
    assert queries.lookup(found.digest) == ()
    assert queries.organisation(town.buyer).processes == 0


def test_run_while_chain_moves_batch_is_read_again(reorganising: Town, sqlite_index: Index) -> None:
    """A reorganisation between reading logs and storing them drops the batch; the second reading counts."""
    town = reorganising
    publish(town, 3)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    read = synchroniser.reader.read_acts
    readings = []

    def interrupted(first: int, last: int) -> list[dict[str, object]]:
        acts = read(first, last)
        readings.append(len(acts))
        if len(readings) == 1:
            reorganise(town, 2)
        return acts

    synchroniser.reader.read_acts = interrupted  # type: ignore[method-assign]
    synchroniser.run_once()
    assert readings[0] - readings[1] == 2
    assert Queries(sqlite_index).process(town.process(OCID)).acts == 1


@pytest.mark.parametrize("depth", [1, 20])
def test_run_chain_reorganised_between_batches_of_a_transaction_read_again(
    reorganising: Town, index: Index, depth: int
) -> None:
    """One batch is being stored and the next one read when the blocks of both are replaced: nothing of them stays."""
    town = reorganising
    publish(town, 25)
    synchroniser = Synchroniser(index, town.chain, town.store, batch=3, enough=1_000)
    read = synchroniser.reader.read_acts
    readings = []

    def interrupted(first: int, last: int) -> list[dict[str, object]]:
        acts = read(first, last)
        readings.append((first, last))
        if len(readings) == 8:
            reorganise(town, depth)
        return acts

    synchroniser.reader.read_acts = interrupted  # type: ignore[method-assign]
    synchroniser.run_once()
    assert len(readings) > 8
    row = Queries(index).process(town.process(OCID))
    assert (row.acts, row.head) == (25 - depth, town.chain.head(town.process(OCID)))
    followed = index.digest()
    synchroniser.rebuild()
    assert index.digest() == followed


def test_run_on_shorter_chain_rolled_back(reorganising: Town, sqlite_index: Index) -> None:
    """A node that was set back to an earlier block: the index follows it there."""
    town = reorganising
    publish(town, 1)
    snapshot = town.chain.transport.request("evm_snapshot", [])
    publish(town, 3)
    synchroniser = Synchroniser(sqlite_index, town.chain, town.store)
    synchroniser.run_once()
    assert town.chain.transport.request("evm_revert", [snapshot]) is True
    progress = synchroniser.run_once()
    assert progress.rolled_back_to == town.chain.block_number()
    assert Queries(sqlite_index).process(town.process(OCID)).acts == 1
    assert to_hex(Queries(sqlite_index).process(town.process(OCID)).head) == to_hex(town.chain.head(town.process(OCID)))
