"""The built files follow from the sources alone: whoever builds them again gets the same bytes."""

from __future__ import annotations

from pathlib import Path

from tests.chain.nodes import ROOT
from tests.node_command import build
from tests.sealing.peer import COUNTS, build_command


def built(folder: Path, which: str) -> dict[str, bytes]:
    """What comes out, by name."""
    build("build_sealing.mjs", which, str(folder))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_build_module_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither the hour nor the place is in them."""
    one, two = (built(tmp_path / name, "--module") for name in ("one", "two"))
    assert list(one) == ["sealing.js"]
    assert one == two
    assert str(ROOT).encode() not in one["sealing.js"]


def test_build_command_anew_gives_what_was_built_before(tmp_path: Path) -> None:
    """The command of the other tests; where its sources stand is in the map beside it, by their way from there."""
    before = build_command()
    again = built(tmp_path, "--counted" if COUNTS else "--command")
    assert again["command.mjs"] == before.read_bytes()
    assert again["sources.sha256"] == before.with_name("sources.sha256").read_bytes()
    assert COUNTS or str(ROOT).encode() not in again["command.mjs"]  # a count is of a place
