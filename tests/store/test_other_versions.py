"""Files that an earlier version of this software took in, read again by this one: known, whatever it makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import EmbargoTooLate, ReleaseConflict
from ledger.ocds.digest import plain_digest
from ledger.ocds.importer import read_file
from ledger.ocds.privacy import DisclosurePolicy
from ledger.store import ReleaseStore, StoreClass
from ledger.store.importing import ImportedDocument, prepare_import, try_import
from ledger.store.releases import PreparedRelease
from ledger.store.sources import erase_source, keep_source
from ledger.store.tables import sources
from tests.ocds.examples import example_release
from tests.ocds.notices import PREFIX, notice
from tests.store.conftest import BUYER


def second() -> dict[str, Any]:
    """Another release of the same process."""
    return {**example_release(), "id": "award", "tag": ["award"], "date": "2026-05-01T10:00:00Z"}


def write(path: Path, *found: dict[str, Any], **around: Any) -> Path:
    """A release package."""
    path.write_text(json.dumps({"releases": list(found), **around}), "utf-8")
    return path


def older(release: dict[str, Any]) -> dict[str, Any]:
    """What a version made of it that knew fewer fields."""
    tender = {name: value for name, value in release["tender"].items() if name != "title"}
    return {**release, "tender": tender}


class Earlier:
    """Takes releases in as another version would have done, from files it keeps."""

    def __init__(self, releases: ReleaseStore, policy: DisclosurePolicy) -> None:
        self._releases, self._policy = releases, policy

    def take(self, file: Path, release: dict[str, Any], path: str) -> PreparedRelease:
        """One release of a file."""
        original = keep_source(file.read_bytes(), self._releases, BUYER)
        made, is_new = self._releases.prepare(release, BUYER, self._policy, source_digest=original, source_path=path)
        assert is_new
        return made

    def now(self, file: Path, **how: Any) -> ImportedDocument:
        """The outcome of this version's import, which the trial foretold."""
        (tried,) = try_import([file], self._releases, BUYER, self._policy, **how)
        (done,) = prepare_import([file], self._releases, BUYER, self._policy, **how)
        for each in (tried, done):
            assert each.report.is_complete
        assert tried.known == done.known
        assert [each.release_id for each in tried.new] == [each.release_id for each in done.new]
        assert [str(each.error) for each in tried.report.refused] == [str(each.error) for each in done.report.refused]
        return done


@pytest.fixture
def earlier(releases: ReleaseStore, policy: DisclosurePolicy) -> Earlier:
    """Another version."""
    return Earlier(releases, policy)


def test_import_of_a_file_that_an_earlier_version_read_otherwise_is_known(
    releases: ReleaseStore, earlier: Earlier, tmp_path: Path
) -> None:
    """What was anchored stays; the same file is no conflict, only because more of it is understood now."""
    file = write(tmp_path / "package.json", example_release())
    taken = earlier.take(file, older(example_release()), "/releases/0")
    before = list(releases.store.digests())
    done = earlier.now(file)
    assert (done.new, done.known, done.report.refused) == ([], [taken], [])
    assert list(releases.store.digests()) == before
    assert releases.waiting(BUYER) == [taken]


def test_import_of_a_notice_in_xml_that_an_earlier_version_read_otherwise_is_known(
    earlier: Earlier, releases: ReleaseStore, policy: DisclosurePolicy, tmp_path: Path
) -> None:
    """Its ocid comes from a setting, which the original does not name."""
    file = tmp_path / "notice.xml"
    file.write_text(notice(), "utf-8")
    (tried,) = try_import([file], releases, BUYER, policy, ocid_prefix=PREFIX)
    (found,) = read_file(file.read_bytes(), ocid_prefix=PREFIX).releases
    assert len(tried.new) == 1
    taken = earlier.take(file, older(found.release), "")
    assert earlier.now(file, ocid_prefix=PREFIX).known == [taken]
    other = tmp_path / "other.xml"
    other.write_text(notice() + "\n<!-- sent again -->", "utf-8")
    assert earlier.now(other, ocid_prefix=PREFIX).known == [taken]


def test_import_of_a_grown_package_after_another_version_takes_only_what_is_new(
    releases: ReleaseStore, earlier: Earlier, tmp_path: Path
) -> None:
    """Other bytes, the same releases: their original, read now, says what the package says now."""
    taken = earlier.take(write(tmp_path / "monday.json", example_release()), older(example_release()), "/releases/0")
    done = earlier.now(write(tmp_path / "tuesday.json", example_release(), second()))
    assert ([each.release_id for each in done.new], done.known, done.report.refused) == (["award"], [taken], [])


def test_import_of_a_file_that_was_refused_in_part_looks_at_that_part_again(
    releases: ReleaseStore, earlier: Earlier, tmp_path: Path
) -> None:
    """The other part is known."""
    file = write(tmp_path / "package.json", example_release(), second())
    taken = earlier.take(file, older(example_release()), "/releases/0")
    done = earlier.now(file)
    assert ([each.release_id for each in done.new], done.known) == (["award"], [taken])
    assert done.new[0].source_digest == taken.source_digest
    broken = {**second(), "id": "broken", "date": "never"}
    file = write(tmp_path / "broken.json", example_release(), broken)
    done = earlier.now(file)
    assert (done.new, done.known, len(done.report.refused)) == ([], [taken], 1)


def test_import_of_a_file_whose_release_gets_another_id_now_is_known(earlier: Earlier, tmp_path: Path) -> None:
    """Else the same notice would stand on the ledger twice."""
    file = write(tmp_path / "package.json", example_release(), second())
    taken = earlier.take(file, {**example_release(), "id": "as it was called"}, "/releases/0")
    done = earlier.now(file)
    assert ([each.release_id for each in done.new], done.known) == (["award"], [taken])


def test_import_of_a_file_that_is_refused_now_and_was_taken_is_known(earlier: Earlier, tmp_path: Path) -> None:
    """A stricter version takes nothing back."""
    file = write(tmp_path / "package.json", {**example_release(), "date": "never"}, second())
    taken = earlier.take(file, example_release(), "/releases/0")
    done = earlier.now(file)
    assert ([each.release_id for each in done.new], done.known, done.report.refused) == (["award"], [taken], [])
    assert [each.why for each in done.report.unused if each.path == "/releases/0"] == ["an earlier version took it in"]


def test_import_of_another_text_under_the_same_name_is_still_refused(earlier: Earlier, tmp_path: Path) -> None:
    """Whoever gives another file cannot rewrite a release, whatever version took it in."""
    earlier.take(write(tmp_path / "first.json", example_release()), older(example_release()), "/releases/0")
    changed = example_release()
    changed["tender"]["title"] = "Something else"
    (refusal,) = earlier.now(write(tmp_path / "changed.json", changed)).report.refused
    assert isinstance(refusal.error, ReleaseConflict)


def test_import_of_a_file_whose_original_was_erased_brings_nothing_back(
    releases: ReleaseStore, earlier: Earlier, tmp_path: Path
) -> None:
    """Nothing is left to recognise it by, and it is not kept again."""
    file = write(tmp_path / "package.json", example_release())
    taken = earlier.take(file, older(example_release()), "/releases/0")
    assert taken.source_digest is not None
    erase_source(releases, taken.source_digest, "DSGVO Art. 17")
    (refusal,) = earlier.now(file).report.refused
    assert isinstance(refusal.error, ReleaseConflict)
    with releases.state.reading() as connection:
        assert connection.execute(select(sources.c.plain_sha256)).scalars().all() == [None]
    assert plain_digest(file.read_bytes()) not in map(plain_digest, map(releases.store.get, releases.store.digests()))
    assert {*releases.store.digests(StoreClass.PUBLIC)} == {taken.digest}


def test_import_under_embargo_of_a_known_file_is_refused_all_the_same(earlier: Earlier, tmp_path: Path) -> None:
    """It is public, however it is recognised."""
    file = write(tmp_path / "package.json", example_release())
    earlier.take(file, older(example_release()), "/releases/0")
    (refusal,) = earlier.now(file, embargo_until=2_000_000_000).report.refused
    assert isinstance(refusal.error, EmbargoTooLate)
