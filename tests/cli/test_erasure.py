"""Erasing by two officers: what they agreed on is gone in both homes, nothing else is, and all still verifies."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import explorer
from api.app import create_app
from ledger.cli.acts.erasure import Erasure
from ledger.cli.connection import connect, load_deployment
from ledger.settings import Settings
from ledger.store import ObjectStore, ReleaseStore, State
from tests.cli.conftest import Called, Siegel
from tests.cli.notices import OCID, package, release, write

NAME, PHONE = "/parties/0/contactPoint/name", "/parties/0/contactPoint/telephone"
CLERK = "Frau Beispiel"


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    """Why something is erased."""
    path = tmp_path / "reasons.txt"
    path.write_text("Art. 17 DSGVO")
    return path


@pytest.fixture
def published(siegel: Siegel, home: Path, tmp_path: Path) -> Path:
    """The home with an imported release that names a clerk."""
    done = siegel("import", write(tmp_path / "package.json", package(release(1))), home=home)
    assert done.exit_code == 0, done.out
    return home


@pytest.fixture
def theirs(published: Path, tmp_path: Path) -> Path:
    """The second officer's home on the same chain, with a store and a state of its own that hold nothing yet."""
    copy = tmp_path / "theirs"
    shutil.copytree(published, copy)
    for name in ("chain", "store"):
        shutil.rmtree(copy / name)
    (copy / "state.sqlite").unlink()
    (copy / "chain").symlink_to(published / "chain")
    return copy


def erase(siegel: Siegel, home: Path, ground: Path, *arguments: object) -> Called:
    """``siegel process erase`` of the imported release."""
    return siegel("process", "erase", OCID, "--ref", 1, "--ground", ground, *arguments, home=home)


def digest_of_release(home: Path) -> bytes:
    """The first release of the home."""
    with sqlite3.connect(home / "state.sqlite") as connection:
        (digest,) = connection.execute("SELECT digest FROM releases ORDER BY position LIMIT 1").fetchone()
    return bytes(digest)


def erasable(home: Path) -> set[str]:
    """The places that this home can still show and erase."""
    settings = Settings.load(home)
    state = State(settings.state_url)
    try:
        releases = ReleaseStore(ObjectStore(settings.store_dir), state)
        return {field.path for field in releases.erasable_fields(digest_of_release(home))}
    finally:
        state.close()


def findings(siegel: Siegel, home: Path) -> dict[str, Any]:
    """What the doctor says of erasing."""
    said = siegel("doctor", "--json", home=home).data["findings"]
    found: dict[str, Any] = next(each for each in said if each["check"] == "erasures")
    return found


def require_clean(siegel: Siegel, home: Path) -> None:
    """Index and releases are what the ledger says."""
    assert siegel("index", "run", "--once", home=home).exit_code == 0
    checked = siegel("index", "check", home=home)
    assert checked.exit_code == 0, checked.out


@pytest.fixture
def reader(published: Path) -> Iterator[Callable[[], TestClient]]:
    """Somebody who reads API and pages of the home, opened when first used."""
    with ExitStack() as closing:
        settings = Settings.load(published)

        def client() -> TestClient:
            chain = connect(settings, load_deployment(settings), closing)
            return closing.enter_context(TestClient(create_app(settings, chain=chain, pages=explorer.mount)))

        yield client


def test_erase_nothing_chosen_tells_what_can_be_erased(siegel: Siegel, published: Path) -> None:
    """Without a choice nothing is sent; the places are told in words, with what stands there."""
    said = siegel("process", "erase", OCID, "--ref", 1, "--propose", published / "never.json", home=published)
    assert (said.exit_code, "[ErasureUnchosen]" in said.err) == (1, True)
    assert f"{NAME} (organisation 1, contact point, name) = {CLERK}" in said.err
    assert PHONE in said.err
    assert not (published / "never.json").exists()


def test_erase_at_one_desk_page_shows_it_blacked_out_and_digests_hold(
    siegel: Siegel, published: Path, ground: Path, reader: Callable[[], TestClient]
) -> None:
    """The chosen field and the original are gone, the other field stays, and page, API and index agree."""
    require_clean(siegel, published)
    done = erase(siegel, published, ground, "--field", NAME, "--together-with", "officer-two")
    assert done.exit_code == 0, done.err
    assert "Erased here for good: 1 fields." in done.out
    assert "Erased here for good: the original file." in done.out
    assert erasable(published) == {PHONE}
    require_clean(siegel, published)
    assert findings(siegel, published)["ok"]
    left = [path for path in published.rglob("*") if path.is_file() and CLERK.encode() in path.read_bytes()]
    assert left == []
    digest, web = digest_of_release(published), reader()
    answer = web.get(f"/api/v1/releases/0x{digest.hex()}")
    salt = bytes.fromhex(answer.headers["Siegel-Salt"].removeprefix("0x"))
    assert hashlib.sha256(salt + answer.content).digest() == digest
    process = web.get("/api/v1/processes").json()
    page = web.get(f"/processes/{process['processes'][0]['processId']}", headers={"Accept-Language": "de"}).text
    assert "geschwärzt" in page
    assert CLERK not in page


def test_import_grown_package_brings_nothing_back_that_was_erased(
    siegel: Siegel, published: Path, ground: Path, tmp_path: Path
) -> None:
    """The platform exports the old release again beside a new one; what was erased from it stays erased."""
    assert erase(siegel, published, ground, "--field", NAME, "--together-with", "officer-two").exit_code == 0
    second = release(2, "award")
    second["parties"][0]["contactPoint"] = {"name": "Herr Anders"}
    grown = write(tmp_path / "grown.json", package(release(1), second))
    again = siegel("import", grown, "--json", home=published)
    assert (again.exit_code, again.data["anchored"]) == (0, 1)
    assert [path for path in published.rglob("*") if path.is_file() and CLERK.encode() in path.read_bytes()] == []
    assert erasable(published) == {PHONE}
    require_clean(siegel, published)


def test_erase_keeping_the_original_is_a_choice(siegel: Siegel, published: Path, ground: Path) -> None:
    """Whoever needs the original says so; by default it goes with the field, which stands in it, too."""
    kept = erase(siegel, published, ground, "--field", NAME, "--keep-original", "--together-with", "officer-two")
    assert "original" not in kept.out
    assert [path for path in published.rglob("*") if path.is_file() and CLERK.encode() in path.read_bytes()]


def test_approve_erasure_in_another_home_erases_there_and_the_first_home_follows(
    siegel: Siegel, published: Path, theirs: Path, ground: Path, tmp_path: Path
) -> None:
    """The second officer sees the places; the first home is told what is left, and erases it by one command."""
    file = tmp_path / "erasure.json"
    assert erase(siegel, published, ground, "--field", NAME, "--propose", file).exit_code == 0
    assert erasable(published) == {NAME, PHONE}
    assert findings(siegel, published)["ok"]
    assert CLERK.encode() not in b"".join(
        base64.b64decode(each["content"]) for each in json.loads(file.read_text())["enclosed"]
    )
    shown = siegel("approve", file, "--as", "officer-two", home=theirs)
    assert NAME in shown.out
    assert PHONE not in shown.out
    assert "cannot be compared" in shown.out
    done = siegel("approve", file, "--as", "officer-two", "--yes", home=theirs)
    assert done.exit_code == 0, done.err
    sick = findings(siegel, published)
    assert (sick["ok"], sick["advice"]) == (False, "siegel process erase-recorded")
    assert siegel("process", "erase-recorded", home=published).exit_code == 0
    assert erasable(published) == {PHONE}
    assert findings(siegel, published)["ok"]
    require_clean(siegel, published)


def test_erase_interrupted_after_recording_goes_on_by_command(
    siegel: Siegel, published: Path, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between act and erasing leaves the field, which the doctor tells and the command erases."""

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ReleaseStore, "erase_fields", crash)
        assert erase(siegel, published, ground, "--all", "--together-with", "officer-two").exit_code == 130
    assert erasable(published) == {NAME, PHONE}
    assert not findings(siegel, published)["ok"]
    assert "2 fields" in siegel("process", "erase-recorded", home=published).out
    assert erasable(published) == set()
    assert "gone here" in siegel("process", "erase-recorded", home=published).out
    require_clean(siegel, published)


@pytest.mark.parametrize(
    ("said", "instead"),
    [(b"/telephone", b"/faxNumber"), (b'"original":"00', b'"original":"11'), (b'"release":"', b'"release":"11')],
)
def test_approve_erasure_of_something_else_than_was_published_there_is_refused(
    siegel: Siegel,
    published: Path,
    ground: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: bytes,
    instead: bytes,
) -> None:
    """A harmless place for another field, a foreign original and a foreign release are noticed before the approval."""
    honest = Erasure.as_bytes
    file = tmp_path / "erasure.json"
    with monkeypatch.context() as patch:
        patch.setattr(Erasure, "as_bytes", lambda self: honest(self).replace(said, instead))
        assert erase(siegel, published, ground, "--field", PHONE, "--keep-original", "--propose", file).exit_code == 0
    refused = siegel("approve", file, "--as", "officer-two", "--yes", home=published)
    assert (refused.exit_code, "[ErasureForeign]" in refused.err) == (1, True)
    assert erasable(published) == {NAME, PHONE}


def test_erase_unknown_place_or_without_ground_is_refused(siegel: Siegel, published: Path, ground: Path) -> None:
    """A typing error erases nothing, and nothing is erased without a reason."""
    wrong = erase(siegel, published, ground, "--field", "/parties/0/name", "--together-with", "officer-two")
    assert (wrong.exit_code, "[ArgumentInvalid]" in wrong.err) == (2, True)
    bare = siegel(
        "process", "erase", OCID, "--ref", 1, "--all", "--together-with", "officer-two", home=published
    )  # fmt: skip
    assert (bare.exit_code, "--ground" in bare.err) == (2, True)
    assert erasable(published) == {NAME, PHONE}


def test_erase_with_letter_second_officer_gets_it_with_the_list(
    siegel: Siegel, published: Path, theirs: Path, ground: Path, tmp_path: Path
) -> None:
    """The letter is named by the list, and the list by the act, so it counts as enclosed rightly."""
    letter, file = tmp_path / "letter.txt", tmp_path / "erasure.json"
    letter.write_text("please")
    assert erase(siegel, published, ground, "--all", "--request", letter, "--propose", file).exit_code == 0
    done = siegel("approve", file, "--as", "officer-two", "--yes", home=theirs)
    assert done.exit_code == 0, done.err
    assert "letter.txt" in done.out
