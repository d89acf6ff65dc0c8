"""A custodian is shown a chain of its own: the same until yesterday, but for the act that moved the deadline."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.acts import AmendTender
from ledger.chain.client import Chain
from ledger.errors import ChainForked, DeadlineWentBack
from ledger.evidence.bundle import Sources
from ledger.evidence.log.cosignatures import CosignatureBook
from ledger.evidence.log.folder import LogFolder, create_log, logs_of
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.policy import read_policy
from ledger.index.database import Index
from ledger.opening.memory import Memory
from ledger.opening.release import prove_round, release_round, remember
from ledger.opening.release_log import ReleaseLog
from ledger.sealing.context import Group
from ledger.store import ReleaseStore, State
from tests.evidence.bundles import Proving
from tests.index.town import Town, anvil_town
from tests.index.town import release as notice
from tests.opening.rounds import WITNESSES, World, key_of


class AnvilClock:
    """Sets the time of anvil's next block."""

    def __init__(self, town: Town) -> None:
        self._transport = town.node

    def now(self) -> int:
        """Time of the newest block."""
        return int(self._transport.request("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)

    def advance_to(self, second: int) -> None:
        """Let time pass."""
        self._transport.request("evm_setTime", [second])
        self._transport.request("evm_setNextBlockTimestamp", [second])


@contextmanager
def anvil_world(folder: Path) -> Iterator[World]:
    """A town on a node whose chain can be set back."""
    with anvil_town(folder) as town:
        # anvil gives blocks of one second the same time; ours strictly increase.
        town.node.request("anvil_setBlockTimestampInterval", [1])
        clock: Any = AnvilClock(town)
        town.clock = clock
        town.accept_key_set()
        state = State(f"sqlite:///{folder / 'state.sqlite'}")
        state.migrate()
        with closing(Index.open(f"sqlite:///{folder / 'index.sqlite'}")) as index, closing(state):
            logs = folder / "witnessed"
            log = create_log(logs, "log.example/vergabe")
            for each in WITNESSES:
                CosignatureBook(logs).add(each.verifier_key, "http://127.0.0.1:9")
            sources = Sources(town.chain, index, town.store, ReleaseStore(town.store, state), logs)
            policy = read_policy(json.dumps(policy_of(town.chain, "anvil", logs)).encode())
            yield World(Proving(town, sources, policy), log, logs)


def _forked(world: World, folder: Path) -> World:
    """The same operator's other chain, with an index and a log that begin where the fork does; its key is the log's."""
    town = world.town
    town.chain = Chain.connect(town.node, town.chain.deployment)
    index = Index.open(f"sqlite:///{folder / 'forked.sqlite'}")
    logs = folder / "forked"
    log: LogFolder = logs_of(logs)[0]
    sources = replace(world.proving.sources, chain=town.chain, index=index, logs=logs)
    return World(Proving(town, sources, world.proving.policy), log, logs)


@pytest.mark.parametrize(("acts", "why"), [(1, DeadlineWentBack), (2, ChainForked)])
def test_release_on_a_fork_with_an_earlier_deadline_is_refused(tmp_path: Path, acts: int, why: type[Exception]) -> None:
    """The custodian saw the deadline moved. The operator goes back, leaves that act out, has two officers close at the
    earlier deadline, and finds witnesses who cosign that, too. The bundle verifies; the custodian's book does not."""
    with anvil_world(tmp_path) as world:
        town, round_ = world.town, world.round()
        round_.bid("bidder 1")
        world.publish()
        shutil.copytree(world.folder, tmp_path / "forked")
        before = town.node.request("evm_snapshot", [])
        later = round_.deadline + 100_000
        for number in range(acts):
            amend = AmendTender(
                town.call(round_.ocid, release=town.keep(notice(round_.ocid, 2 + number))), 1, later + number
            )
            town.chain.send(amend, town.publisher)
        policy, book = world.policy(), tmp_path / "book.json"
        remember(Memory(book), prove_round(round_.bundle(), policy, round_.process_id, 1), key_of(Group.CUSTODIANS, 1))
        assert town.node.request("evm_revert", [before])
        other = _forked(world, tmp_path)
        forked = replace(round_, world=other)
        forked.close()
        bundle = forked.bundle()
        assert prove_round(bundle, policy, round_.process_id, 1).sealed.facts.closing is not None
        bundle.seek(0)
        log = ReleaseLog(tmp_path / "releases.jsonl")
        with pytest.raises(why):
            release_round(
                bundle, policy, round_.process_id, 1, key_of(Group.CUSTODIANS, 1), forked.header_of, Memory(book), log,
                later,
            )  # fmt: skip
        assert [entry["why"] for entry in log.read()] == [why.__name__]
        other.proving.sources.index.close()
