"""Imports: each release once, originals kept and erasable, interrupted ones go on, real files included."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import FileEmpty, ObjectErased, OcidPrefixMissing, ReleaseConflict, ReleaseTooLarge, SaltMissing
from ledger.ocds import releases as of_releases
from ledger.ocds.digest import plain_digest, salted_digest
from ledger.ocds.json_text import read_json
from ledger.ocds.privacy import DisclosurePolicy, policy_named
from ledger.store import ObjectStore, Outbox, ReleaseStore, State, StoreClass
from ledger.store.importing import ImportedDocument, files_of, prepare_import, try_import
from ledger.store.sources import erase_source, keep_source
from ledger.store.tables import imports, sources
from tests.ocds.examples import example_release
from tests.ocds.notices import LATER_NOTICE, PREFIX, PROCEDURE, notice
from tests.store.conftest import BUYER, OBSERVER


def _write(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files: the later release first by name, a package with the earlier one, and an empty file."""
    folder = tmp_path / "notices"
    award = {**example_release(), "id": "award", "tag": ["award"], "date": "2026-05-01T10:00:00Z"}
    _write(folder / "a.json", award)
    _write(folder / "sub" / "b.json", {"publisher": {"name": "x"}, "releases": [example_release()]})
    (folder / "c.json").write_bytes(b"")
    (folder / "ignored.txt").write_text("no notice")
    return folder


def test_prepare_import_folder_gives_releases_by_date_over_all_files(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """The names of files do not matter for the order; what could not be used is reported by file."""
    outcomes = {done.path.name: done for done in prepare_import([folder], releases, BUYER, policy)}
    assert list(outcomes) == ["a.json", "c.json", "b.json"]
    assert [release.release_id for release in releases.waiting(BUYER)] == ["2026-0001-tender", "award"]
    assert [type(refusal.error) for refusal in outcomes["c.json"].report.refused] == [FileEmpty]
    assert [unused.path for unused in outcomes["b.json"].report.unused] == ["/publisher"]
    assert all(done.report.is_complete for done in outcomes.values())


def test_prepare_import_again_yields_nothing_new(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """The second time everything is known, nothing is stored and nothing waits twice."""
    list(prepare_import([folder], releases, BUYER, policy))
    objects, waiting = list(releases.store.digests(StoreClass.PUBLIC)), releases.waiting(BUYER)
    again = [done for done in prepare_import([folder], releases, BUYER, policy) if done.path.name != "c.json"]
    assert [(len(done.new), len(done.known)) for done in again] == [(0, 1), (0, 1)]
    assert list(releases.store.digests(StoreClass.PUBLIC)) == objects
    assert releases.waiting(BUYER) == waiting


def test_prepare_import_original_is_kept_salted_and_erasable(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """The bytes of the file are found by their plain digest, and belong to the act as a salted digest."""
    list(prepare_import([folder / "a.json"], releases, BUYER, policy))
    (prepared,) = releases.waiting(BUYER)
    data = (folder / "a.json").read_bytes()
    assert prepared.source_digest is not None
    assert releases.store.get(prepared.source_digest) == data
    assert releases.store.kind(prepared.source_digest) is StoreClass.ERASABLE
    assert releases.store.lookup(plain_digest(data)) == [prepared.source_digest]
    assert salted_digest(releases.salt(prepared.source_digest), data) == prepared.source_digest


def test_prepare_import_by_two_organisations_are_two_releases(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """An observer anchors what the buyer has anchored, too; both are kept apart."""
    list(prepare_import([folder], releases, BUYER, policy))
    list(prepare_import([folder], releases, OBSERVER, policy))
    buyers = {prepared.digest for prepared in releases.waiting(BUYER)}
    observers = {prepared.digest for prepared in releases.waiting(OBSERVER)}
    assert len(buyers) == len(observers) == 2
    assert not buyers & observers


def test_prepare_import_interrupted_between_batches_goes_on(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was prepared and not recorded waits; the rest is prepared the next time."""
    monkeypatch.setattr("ledger.store.importing.BATCH_RELEASES", 1)
    running = prepare_import([folder], releases, BUYER, policy)
    next(running)
    assert [release.release_id for release in releases.waiting(BUYER)] == ["award"]
    with releases.state.writing() as connection:
        Outbox(connection).mark_recorded([releases.waiting(BUYER)[0].key], b"\x07" * 32)
    list(prepare_import([folder], releases, BUYER, policy))
    assert [release.release_id for release in releases.waiting(BUYER)] == ["2026-0001-tender"]


def test_prepare_import_changed_release_is_refused_and_the_rest_taken(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """A release that was changed without a new id is a named problem, counted in full; its neighbour is taken."""
    list(prepare_import([folder], releases, BUYER, policy))
    changed = example_release()
    changed["tender"]["title"] = "Changed silently"
    path = _write(folder / "d.json", {"releases": [changed, {**example_release(), "id": "new"}]})
    (done,) = prepare_import([path], releases, BUYER, policy)
    assert [(refusal.path, type(refusal.error)) for refusal in done.report.refused] == [
        ("/releases/0", ReleaseConflict)
    ]
    assert str(done.report.refused[0].error).endswith(": it differs at /tender/title from what came in b.json.")
    assert [prepared.release_id for prepared in done.new] == ["new"]
    assert done.report.is_complete


def test_prepare_import_release_too_large_is_refused_and_the_rest_taken(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no bundle could prove is not anchored; its neighbour is."""
    long = example_release()
    long["tender"]["description"] = "x" * 20_000
    path = _write(folder / "d.json", {"releases": [long, {**example_release(), "id": "short"}]})
    monkeypatch.setattr(of_releases, "MAX_RELEASE_BYTES", 20_000)
    (done,) = prepare_import([path], releases, BUYER, policy)
    assert [(refusal.path, type(refusal.error)) for refusal in done.report.refused] == [
        ("/releases/0", ReleaseTooLarge)
    ]
    assert [prepared.release_id for prepared in done.new] == ["short"]


def test_prepare_import_release_not_admitted_is_refused(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """A caller can refuse releases by a named failure of its own."""

    def admit(found: object) -> None:
        raise ReleaseConflict(ocid="x", release_id="y")

    outcomes = list(prepare_import([folder / "a.json"], releases, BUYER, policy, admit=admit))
    assert [type(refusal.error) for refusal in outcomes[0].report.refused] == [ReleaseConflict]
    assert list(releases.store.digests(StoreClass.PUBLIC)) == []


def test_try_import_says_what_would_be_done_and_keeps_nothing(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """Known, new and conflicting are told apart, also between files of the same call, and no row or file appears."""
    list(prepare_import([folder / "a.json"], releases, BUYER, policy))
    changed = example_release()
    changed["tender"]["title"] = "Changed"
    _write(folder / "z.json", changed)
    before = sorted(releases.store.folder.rglob("*")), releases.waiting(BUYER)
    told = list(try_import([folder], releases, BUYER, policy))
    said = {done.path.name: (len(done.new), len(done.known), len(done.report.refused)) for done in told}
    assert said == {"a.json": (0, 1, 0), "b.json": (1, 0, 0), "c.json": (0, 0, 1), "z.json": (0, 0, 1)}
    assert (sorted(releases.store.folder.rglob("*")), releases.waiting(BUYER)) == before


def test_files_of_folders_and_files_come_sorted_and_named_ones_always(folder: Path) -> None:
    """Folders give their JSON files in order of names; a file that is named is taken whatever its ending."""
    named = folder / "ignored.txt"
    assert [path.name for path in files_of([named, folder])] == ["ignored.txt", "a.json", "c.json", "b.json"]


def test_erase_source_leaves_no_original_and_no_report_that_quotes_it(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """Original, salt, plain digest and reports are gone; the release stays valid, and a new import changes nothing."""
    release = example_release()
    release["tender"]["unknown"] = "Erika Muster, Zimmer 7"
    release["tender"]["title"] = 4711
    path = _write(folder / "e.json", release)
    list(prepare_import([path], releases, BUYER, policy))
    (prepared,) = releases.waiting(BUYER)
    assert prepared.source_digest is not None
    with releases.state.reading() as connection:
        report = bytes(connection.execute(select(imports.c.report_digest)).scalar_one())
    assert read_json(releases.store.get(report))["repaired"][0]["was"] == 4711
    for _ in range(2):
        erase_source(releases, prepared.source_digest, "DSGVO Art. 17")
    for digest in (prepared.source_digest, report):
        with pytest.raises(ObjectErased):
            releases.store.get(digest)
    with pytest.raises(SaltMissing):
        releases.salt(prepared.source_digest)
    assert releases.store.lookup(plain_digest(path.read_bytes())) == []
    with releases.state.reading() as connection:
        assert connection.execute(select(sources.c.plain_sha256)).scalars().all() == [None]
    assert releases.shown(prepared.digest)["tender"]["title"] == "4711"
    (again,) = prepare_import([path], releases, BUYER, policy)
    assert (again.new, again.known) == ([], [prepared])
    assert list(releases.store.digests(StoreClass.ERASABLE)) == []


def test_keep_source_by_two_at_once_keeps_one(releases: ReleaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another import has kept the same file between question and answer, its digest counts and ours is erased."""
    put = ObjectStore.put
    digests: list[bytes] = []

    def put_late(store: ObjectStore, kind: StoreClass, data: bytes, *, salt: bytes | None = None) -> bytes:
        monkeypatch.setattr(ObjectStore, "put", put)
        digests.append(keep_source(data, releases, BUYER))
        return put(store, kind, data, salt=salt)

    monkeypatch.setattr(ObjectStore, "put", put_late)
    assert keep_source(b"a file", releases, BUYER) == digests[0]
    assert keep_source(b"a file", releases, BUYER) == digests[0]
    assert list(releases.store.digests()) == digests


def test_prepare_import_by_two_at_once_keeps_original_and_release_once(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If another import has kept the same between question and answer, its digests count and ours leave no trace."""
    put_all = ObjectStore.put_all
    other: list[ImportedDocument] = []

    def put_late(store: ObjectStore, objects: Any) -> list[bytes]:
        monkeypatch.setattr(ObjectStore, "put_all", put_all)
        other.extend(prepare_import([folder / "a.json"], releases, BUYER, policy))
        return put_all(store, objects)

    monkeypatch.setattr(ObjectStore, "put_all", put_late)
    (ours,) = prepare_import([folder / "a.json"], releases, BUYER, policy)
    assert (ours.new, ours.known) == ([], other[0].new)
    assert releases.waiting(BUYER) == other[0].new
    assert list(releases.store.digests(StoreClass.PUBLIC)) == [other[0].new[0].digest]
    originals = releases.store.lookup(plain_digest((folder / "a.json").read_bytes()))
    assert originals == [other[0].new[0].source_digest]


def test_prepare_import_later_state_of_a_compiled_release_is_kept_beside_the_earlier(
    tmp_path: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """A compiled release is no release but a state; publishers keep its id while the state moves on."""
    first = {**example_release(), "tag": ["compiled"]}
    later = {**first, "date": "2026-04-01T10:00:00+01:00"}
    later["tender"] = {**first["tender"], "title": "Malerarbeiten, zweiter Teil"}
    record = {"ocid": first["ocid"], "releases": [{"url": "https://example.org/1", "date": "2026-01-01"}]}
    files = [
        _write(tmp_path / "1.json", first),
        _write(tmp_path / "2.json", {"records": [{**record, "compiledRelease": later}]}),
        _write(tmp_path / "3.json", {**later, "tender": first["tender"]}),
    ]
    for _ in range(2):
        done = list(prepare_import(files, releases, BUYER, policy))
        assert [type(each.error) for each in done[2].report.refused] == [ReleaseConflict]
        assert done[1].report.refused == []
        (repair,) = done[1].report.repaired
        assert (repair.path, repair.now) == (
            "/records/0/compiledRelease/id",
            f"{first['id']}-2026-04-01T10:00:00+01:00",
        )
        assert all(each.report.is_complete for each in done)
    assert [(each.release_id, each.date) for each in releases.waiting(BUYER)] == [
        (first["id"], first["date"]),
        (repair.now, later["date"]),
    ]


def test_prepare_import_refused_again_is_not_written_down_again(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """A second call does nothing at all: no row, no object."""
    list(prepare_import([folder], releases, BUYER, policy))

    def rows() -> int:
        with releases.state.reading() as connection:
            return len(connection.execute(select(imports.c.number)).all())

    before = rows(), list(releases.store.digests())
    list(prepare_import([folder], releases, BUYER, policy))
    assert (rows(), list(releases.store.digests())) == before
    assert before[0] == 3


def test_prepare_import_file_that_cannot_be_opened_is_refused_and_the_rest_taken(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """A link to nowhere is one refusal, not the end."""
    (folder / "gone.json").symlink_to(folder / "nowhere")
    told = list(prepare_import([folder / "gone.json", folder / "a.json"], releases, BUYER, policy))
    assert [[each.error.name for each in done.report.refused] for done in told] == [["FileUnusable"], []]
    assert [len(done.new) for done in told] == [0, 1]


def test_prepare_import_contradictory_dates_are_kept_and_told(
    folder: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """What was published is anchored as it was; the report says what cannot be."""
    wrong = {**example_release(), "id": "wrong", "date": "2906-03-01T10:00:00Z"}
    wrong["tender"]["tenderPeriod"] = {"startDate": "2026-04-01T10:00:00Z", "endDate": "2026-03-01T10:00:00Z"}
    (done,) = prepare_import([_write(folder / "w.json", wrong)], releases, BUYER, policy)
    assert [prepared.release_id for prepared in done.new] == ["wrong"]
    assert [each.path for each in done.report.contradictory] == ["/date", "/tender/tenderPeriod"]
    assert done.report.as_json()["contradictory"][0]["why"] == "the release is dated in the future"


def test_erase_source_of_a_line_leaves_the_other_lines(
    tmp_path: Path, releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """Of JSON Lines each line is an original by itself; of a package the whole file is, for all its releases."""
    made = [{**example_release(), "id": str(number)} for number in range(4)]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(map(json.dumps, made[:2])))
    package = _write(tmp_path / "b.json", {"releases": made[2:]})
    list(prepare_import([lines, package], releases, BUYER, policy))
    sources_of = [prepared.source_digest for prepared in releases.waiting(BUYER)]
    assert len(set(sources_of)) == 3
    assert sources_of[2] == sources_of[3]
    assert sources_of[0] is not None
    assert sources_of[1] is not None
    assert releases.store.get(sources_of[1]) == json.dumps(made[1]).encode()
    erase_source(releases, sources_of[0], "DSGVO Art. 17")
    with pytest.raises(ObjectErased):
        releases.store.get(sources_of[0])
    assert releases.store.get(sources_of[1])
    (again, *_) = prepare_import([lines], releases, BUYER, policy)
    assert (again.new, len(again.known)) == ([], 1)
    assert releases.store.lookup(plain_digest(json.dumps(made[0]).encode())) == []


def test_prepare_import_real_files_packed_give_the_same_releases(test_data: Path, tmp_path: Path) -> None:
    """A folder, a ZIP of it, and its files as lines: the same releases, the same refusals of content."""
    files = sorted((test_data / "ocds").rglob("*.json"))
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in files:
            packed.write(file, file.relative_to(test_data))
    texts = [json.dumps(json.loads(file.read_bytes()), ensure_ascii=False) for file in files if file.stat().st_size]
    (tmp_path / "lines").write_text("\n".join(texts), encoding="utf-8")
    outcomes = []
    for given in (test_data / "ocds", tmp_path / "packed", tmp_path / "lines"):
        state = State(f"sqlite:///{tmp_path / 'state'}-{given.name}.sqlite")
        state.migrate()
        releases = ReleaseStore(ObjectStore(tmp_path / f"store-{given.name}"), state)
        done = list(prepare_import([given], releases, OBSERVER, policy_named("none")))
        assert all(each.report.is_complete for each in done)
        reasons = Counter(refusal.error.name for each in done for refusal in each.report.refused)
        waiting = [(each.ocid, each.release_id, each.date) for each in releases.waiting(OBSERVER)]
        contents = [releases.store.get(each.digest) for each in releases.waiting(OBSERVER)]
        outcomes.append((sorted(waiting), sorted(contents), reasons["ReleaseConflict"]))
        state.close()
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert len(outcomes[0][0]) == 103


def test_prepare_import_real_files_in_one_call(test_data: Path, tmp_path: Path) -> None:
    """All real files: anchored ones verify, refused ones have reasons, the second time nothing is new."""
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    state.migrate()
    releases = ReleaseStore(ObjectStore(tmp_path / "store"), state)
    policy = policy_named("standard")
    outcomes = list(prepare_import([test_data / "ocds"], releases, OBSERVER, policy))
    assert all(done.report.is_complete for done in outcomes)
    reasons = {type(refusal.error) for done in outcomes for refusal in done.report.refused}
    assert reasons == {FileEmpty, ReleaseConflict}
    waiting = releases.waiting(OBSERVER)
    assert len(waiting) > 90
    assert len({prepared.ocid.partition("-")[2].partition("-")[0] for prepared in waiting}) >= 5
    for prepared in waiting:
        data = releases.stored_bytes(prepared.digest)
        assert salted_digest(releases.salt(prepared.digest), data) == prepared.digest
        assert releases.shown(prepared.digest)["id"] == prepared.release_id
    again = list(prepare_import([test_data / "ocds"], releases, OBSERVER, policy))
    assert sum(len(done.new) for done in again) == 0
    assert releases.waiting(OBSERVER) == waiting
    state.close()


def test_prepare_import_eforms_notice_takes_the_prefix_and_conceals(
    releases: ReleaseStore, policy: DisclosurePolicy, tmp_path: Path
) -> None:
    """XML beside JSON in one folder, whatever the files are called; the second time it is known."""
    (tmp_path / "call.xml").write_text(notice(), "utf-8")
    (tmp_path / "odd.json").write_text(notice(identifier=LATER_NOTICE), "utf-8")
    outcomes = list(prepare_import([tmp_path], releases, BUYER, policy, ocid_prefix=PREFIX))
    assert [done.report.refused for done in outcomes] == [[], []]
    waiting = releases.waiting(BUYER)
    assert [each.ocid for each in waiting] == [f"{PREFIX}-{PROCEDURE}"] * 2
    anchored = releases.store.get(waiting[0].digest)
    assert b"Erika" not in anchored
    assert "Malerarbeiten Grundschule" in anchored.decode()
    again = list(prepare_import([tmp_path], releases, BUYER, policy, ocid_prefix=PREFIX))
    assert [len(done.new) for done in again] == [0, 0]
    (unset,) = try_import([tmp_path / "call.xml"], releases, BUYER, policy)
    assert [type(each.error) for each in unset.report.refused] == [OcidPrefixMissing]


def test_prepare_import_real_notices_refuses_the_invalid_under_any_name(
    releases: ReleaseStore, policy: DisclosurePolicy, test_data: Path, tmp_path: Path
) -> None:
    """All real notices in one call, and copies of the invalid ones under names of valid ones."""
    for number, path in enumerate(sorted((test_data / "eforms").glob("INVALID*"))):
        (tmp_path / f"cn_24_{number}.xml").write_bytes(path.read_bytes())
    paths = [test_data / "eforms", tmp_path]
    outcomes = list(prepare_import(paths, releases, OBSERVER, policy, ocid_prefix=PREFIX))
    refused = [done.path.name for done in outcomes if done.report.refused]
    assert len(refused) == 6
    assert {each.error.name for done in outcomes for each in done.report.refused} == {"NoticeIncomplete"}
    assert len(releases.waiting(OBSERVER)) == len(outcomes) - 6 == 16
    assert all(done.report.is_complete for done in outcomes)
