"""The synchroniser is killed in the middle of its work, again and again, and the index is whole each time; a rebuild
that is killed leaves the index as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from ledger.index import schema
from ledger.index.check import check
from ledger.index.database import Index
from ledger.index.sync import Synchroniser
from tests.index.town import anvil_town, release

KILLS = (  # acts that are enough for a transaction, where in it, and when it gets there for the how-manieth time
    (1, "sync.insert_many", 3),
    (7, "sync.derive_processes", 1),
    (7, "sync.insert_many", 4),
    (7, "writer.insert_many", 3),
    (7, "sync.derive_organisations", 2),
    (1, "writer._keep_copies", 2),
    (7, "sync._forget_blocks", 4),
)

SCRIPT = """
import sys
from pathlib import Path
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment
from ledger.index.database import Index
from ledger.index import sync, writer
from ledger.store import ObjectStore

url, deployment, store, index_url, work, enough, place, number = sys.argv[1:]
chain = Chain.connect(url, Deployment.load(Path(deployment)))
index = Index.open(index_url)
reached = 0

def at(module, name):
    original = getattr(module, name)
    def wrapped(*arguments, **named):
        global reached
        result = original(*arguments, **named)
        if f"{module.__name__.rpartition('.')[2]}.{name}" == place:
            reached += 1
            if reached == int(number):
                print("here", flush=True)
                sys.stdin.read()  # until killed
        return result
    setattr(module, name, wrapped)

for name in ("insert_many", "derive_processes", "derive_organisations", "_forget_blocks"):
    at(sync, name)
for name in ("insert_many", "_keep_copies"):
    at(writer, name)
synchroniser = sync.Synchroniser(index, chain, ObjectStore(Path(store)), batch=3, enough=int(enough))
print(getattr(synchroniser, work)(), flush=True)
"""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_run_killed_in_the_middle_of_batches_index_whole(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """Killed after raw acts, between batches whose derivation is put off, in the middle of it and before the commit:
    every run finds a whole index and goes on, and the last one gives what an undisturbed run gives."""
    new_postgres: Callable[[], str] | None = None
    if database == "postgresql":
        new_postgres = request.getfixturevalue("new_postgres")
    killed_url = new_postgres() if new_postgres else f"sqlite:///{tmp_path / 'killed.sqlite'}"
    with anvil_town(tmp_path / "town") as town:
        for number in range(1, 21):
            ocid = f"ocds-a2ef3d-{number % 4}"
            town.notice(ocid, town.keep(release(ocid, number)))
        town.chain.deployment.save(tmp_path / "deployment.json")
        command = [sys.executable, "-c", SCRIPT, town.chain.transport.url, str(tmp_path / "deployment.json")]
        command += [str(town.store.folder), killed_url, "run_once"]
        cursors = []
        for enough, place, number in KILLS:
            _kill_at([*command, str(enough), place, str(number)])
            index = Index.open(killed_url)
            cursors.append(_require_whole(index))
            index.close()
        assert cursors == sorted(cursors)
        assert 0 < cursors[0] < cursors[-1] < town.chain.block_number()
        finished = subprocess.run([*command, "7", "nowhere", "0"], check=True, capture_output=True, text=True)
        assert finished.stdout.startswith("Progress(")
        index = Index.open(killed_url)
        assert check(index, town.chain, town.store) == ()
        killed = index.digest()
        index.close()
        undisturbed = Index.open(f"sqlite:///{tmp_path / 'undisturbed.sqlite'}")
        Synchroniser(undisturbed, town.chain, town.store).run_once()
        assert undisturbed.digest() == killed
        undisturbed.close()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("enough", "place", "number"),
    [(7, "sync.insert_many", 1), (1, "sync.derive_processes", 3), (7, "writer.insert_many", 3)],
)
def test_rebuild_killed_in_the_middle_old_index_stays(
    tmp_path: Path, database: str, enough: int, place: str, number: int, request: pytest.FixtureRequest
) -> None:
    """Killed after the old rows are gone and some new ones are there: the index is the old one, to the last row."""
    url = f"sqlite:///{tmp_path / 'index.sqlite'}" if database == "sqlite" else request.getfixturevalue("postgres_url")
    with anvil_town(tmp_path / "town") as town:
        for turn in range(1, 9):
            ocid = f"ocds-a2ef3d-{turn % 4}"
            town.notice(ocid, town.keep(release(ocid, turn)))
        town.chain.deployment.save(tmp_path / "deployment.json")
        index = Index.open(url)
        Synchroniser(index, town.chain, town.store).run_once()
        right = index.digest()
        with index.writing() as connection:  # so that old and new can be told apart
            connection.execute(update(schema.processes).values(title="as it was"))
        old = index.digest()
        command = [sys.executable, "-c", SCRIPT, town.chain.transport.url, str(tmp_path / "deployment.json")]
        command += [str(town.store.folder), url, "rebuild"]
        _kill_at([*command, str(enough), place, str(number)])
        assert index.digest() == old
        subprocess.run([*command, "7", "nowhere", "0"], check=True, capture_output=True)
        assert index.digest() == right
        index.close()


def _kill_at(command: list[str]) -> None:
    """Run until the place is reached inside a transaction, then SIGKILL; a run that never gets there just ends."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said == "here\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def _require_whole(index: Index) -> int:
    """No act beyond the cursor, no process without its acts; the block of the cursor."""
    with index.reading() as connection:
        cursor = connection.execute(select(schema.cursor.c.block_number)).scalar_one_or_none() or 0
        highest = connection.execute(select(func.max(schema.acts.c.block_number))).scalar_one() or 0
        assert highest <= cursor
        acts, processes = schema.acts, schema.processes
        counted = select(acts.c.process_id, func.count()).where(acts.c.process_id != bytes(32))
        held = {row[0]: row[1] for row in connection.execute(counted.group_by(acts.c.process_id))}
        told = {row[0]: row[1] for row in connection.execute(select(processes.c.process_id, processes.c.acts))}
        assert held == told
    return cursor
