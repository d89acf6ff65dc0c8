"""The Containerfile, as far as it can be checked without building it."""

from __future__ import annotations

import re
import tomllib

from tests.house.test_repository import ROOT, committed_files

LINES = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


def copied() -> list[str]:
    """What the image takes from the folder in which it is built."""
    words = [line.split() for line in LINES if line.startswith(("COPY ", "ADD "))]
    return [source for line in words for source in line[1:-1]]


def test_build_context_holds_what_is_copied_and_nothing_else() -> None:
    """Keys and homes that lie beside the sources are not sent to the builder."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert sorted(rules[1:]) == sorted(f"!{source}" for source in copied())


def test_copied_files_are_committed_or_made_by_make_wheel() -> None:
    """A file that was renamed would be noticed only when somebody builds the image."""
    committed = {path.relative_to(ROOT).as_posix() for path in committed_files()}
    assert set(copied()) - committed == {"dist/*.whl"}
    assert re.search(r"^wheel:.*\n\t.* -m build --wheel", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_image_starts_a_program_of_the_wheel_with_a_python_that_it_runs_on() -> None:
    """Both are named in pyproject.toml as well."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (program,) = re.findall(r'^ENTRYPOINT \["(.+)"\]$', "\n".join(LINES), re.MULTILINE)
    assert program in project["scripts"]
    (version,) = re.findall(r"^FROM python:([\d.]+)", "\n".join(LINES), re.MULTILINE)
    assert f">={version}" in project["requires-python"]
