"""``siegel check`` and ``siegel lookup`` of what stands outside processes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ledger.store import ObjectStore
from tests.cli.conftest import Siegel

PAGE = b"<!doctype html><title>Angebot versiegeln</title>"


@pytest.fixture
def page(siegel: Siegel, home: Path, tmp_path: Path) -> Path:
    """A page that two officers registered, indexed."""
    page = tmp_path / "bid.html"
    page.write_bytes(PAGE)
    words = ("artifact", "register", "--kind", "page", "--name", "bid-page", "--file", page)
    done = siegel(*words, "--together-with", "officer-two", home=home)
    assert done.exit_code == 0, done.err
    siegel("index", "run", "--once", home=home)
    return page


def test_check_registered_page_is_told_with_who_registered_it(siegel: Siegel, home: Path, page: Path) -> None:
    """By name, organisation, act and time, in both languages; the digest alone finds the same."""
    english, german = siegel("check", page, home=home), siegel("--language", "de", "check", page, home=home)
    assert (english.exit_code, german.exit_code) == (0, 0), english.out + english.err
    assert "page bid-page: act 1 (ArtifactRegistered) of DE-LEITWEG " in english.out
    assert "Seite bid-page: Vorgang 1 (ArtifactRegistered) von DE-LEITWEG " in german.out
    found = siegel("lookup", hashlib.sha256(PAGE).hexdigest(), "--json", home=home)
    (told,) = found.data["found"]
    assert (found.exit_code, told["kind"], told["name"]) == (0, "page", "bid-page")
    assert siegel("check", page, "--json", home=home).data["known"] is True


def test_register_file_nothing_of_it_is_kept(siegel: Siegel, home: Path, page: Path) -> None:
    """The digest is that of the file alone, so that everybody who has it recognises it; the home keeps no copy."""
    digest = hashlib.sha256(PAGE).digest()
    assert not ObjectStore(home / "store").exists(digest)
    assert PAGE not in (path.read_bytes() for path in (home / "store").rglob("*") if path.is_file())


def test_check_page_with_one_letter_changed_is_not_recorded(siegel: Siegel, home: Path, page: Path) -> None:
    """Whoever was handed another page than the registered one is told."""
    page.write_bytes(PAGE.replace(b"versiegeln", b"versiegelN"))
    told = siegel("check", page, home=home)
    assert (told.exit_code, "is not recorded on the ledger" in told.out) == (1, True)
