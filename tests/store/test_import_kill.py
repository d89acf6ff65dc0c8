"""The import is killed between any two of its steps: the next one finishes it, and the store holds nothing unnamed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ledger.ocds.privacy import policy_named
from ledger.store import ObjectStore, ReleaseStore, State
from ledger.store.importing import prepare_import
from ledger.store.tables import imports, outbox, releases, salts, sources
from ledger.store.unfinished import clear_unfinished, noted
from tests.ocds.examples import example_release
from tests.store.conftest import OBSERVER

SCRIPT = """
import sys
from pathlib import Path
from ledger.ocds.privacy import policy_named
from ledger.store import ObjectStore, ReleaseStore, State, importing, intake, objects

url, store, folder, place, number = sys.argv[1:]
importing.BATCH_RELEASES = 4
reached = 0

def at(owner, name, told):
    original = getattr(owner, name)
    def wrapped(*arguments, **named):
        global reached
        result = original(*arguments, **named)
        if told == place:
            reached += 1
            if reached == int(number):
                print("here", flush=True)
                sys.stdin.read()  # until killed
        return result
    setattr(owner, name, wrapped)

at(objects, "touch_all", "before objects")
at(ObjectStore, "put_all", "before rows")
at(intake, "insert_releases", "in the transaction")
at(intake.Intake, "_write", "after the commit")
releases = ReleaseStore(ObjectStore(Path(store)), State(url))
for _ in importing.prepare_import([Path(folder)], releases, bytes.fromhex("02" * 32), policy_named("standard")):
    pass
"""


def folder_of_notices(folder: Path) -> Path:
    """Ten releases: six files, a package, and lines; one file is refused, one has something to repair."""
    folder.mkdir()
    made = [{**example_release(), "id": str(number)} for number in range(10)]
    made[3]["tender"]["title"] = 4711
    for number in range(6):
        (folder / f"{number}.json").write_text(json.dumps(made[number]))
    (folder / "6.json").write_text(json.dumps({"releases": made[6:8]}))
    (folder / "8.jsonl").write_text("\n".join(map(json.dumps, made[8:])))
    (folder / "9.json").write_text("{")
    return folder


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("place", ["before objects", "before rows", "in the transaction", "after the commit"])
def test_prepare_import_killed_anywhere_next_one_finishes_and_leaves_no_orphan(
    tmp_path: Path, place: str, number: int
) -> None:
    """Every release is there once, and every object is named by a row: no original is left that nobody could erase."""
    folder, url = folder_of_notices(tmp_path / "in"), f"sqlite:///{tmp_path / 'state.sqlite'}"
    state = State(url)
    state.migrate()
    command = [sys.executable, "-c", SCRIPT, url, str(tmp_path / "store"), str(folder), place, str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    kept = ReleaseStore(ObjectStore(tmp_path / "store"), state)
    done = list(prepare_import([folder], kept, OBSERVER, policy_named("standard")))
    assert sum(len(each.new) + len(each.known) for each in done) == 10
    assert [release.release_id for release in kept.waiting(OBSERVER)] == [str(number) for number in range(10)]
    with state.reading() as connection:
        named = set(connection.scalars(select(salts.c.digest))) | set(
            connection.scalars(select(imports.c.report_digest))
        )
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in (releases, outbox, sources)]
    assert set(kept.store.digests()) == named
    assert counts == [10, 10, 9]
    assert list((tmp_path / "store" / "unfinished").iterdir()) == []
    for release in kept.waiting(OBSERVER):
        assert release.source_digest is not None
        assert kept.shown(release.digest)["id"] == release.release_id
        kept.store.get(release.source_digest)
    state.close()


def test_clear_unfinished_of_a_batch_that_is_under_way_is_left_alone(releases: ReleaseStore) -> None:
    """Another machine that shares the store may be writing it just now."""
    digest = bytes(32)
    with noted(releases.store, [digest]):
        assert clear_unfinished(releases.store, releases.state) == 0
        assert len(list((releases.store.folder / "unfinished").iterdir())) == 1
    assert list((releases.store.folder / "unfinished").iterdir()) == []
