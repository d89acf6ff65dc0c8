"""What holds for the repository as a whole."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_read_lock_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    """Python packages are fixed by version and digest, and no place to fetch them from is named."""
    text = lock.read_text()
    requirements = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert requirements
    for requirement in requirements:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==", requirement), requirement.splitlines()[0]
        assert "--hash=sha256:" in requirement, requirement.splitlines()[0]
    assert "://" not in text


def test_read_package_lock_every_package_has_integrity_and_no_address() -> None:
    """npm's lock file holds versions and digests only."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        if name:
            assert "integrity" in package, name
            assert "resolved" not in package, name


def test_read_dev_lock_versions_are_those_of_runtime() -> None:
    """What is tested is what is run: the two lock files agree wherever both name a package."""
    versions = [
        dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ \\]+)", path.read_text(), re.MULTILINE))
        for path in (ROOT / "requirements/runtime.txt", ROOT / "requirements/dev.txt")
    ]
    runtime, dev = versions
    assert runtime
    assert {name: dev.get(name) for name in runtime} == runtime


def test_list_files_none_is_called_utils() -> None:
    """A file's name says its one job."""
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [path for path in committed_files() if path.stem in vague or path.parent.name in vague] == []
