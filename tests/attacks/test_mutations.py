"""Flips all over a valid bundle: the format is canonical, so all verifiers refuse every one, at the same step."""

from __future__ import annotations

import pytest

from tests.attacks.mutate import mutants, run


def test_flips_of_the_file_all_refused_at_format() -> None:
    """The manifest fixes every byte. ``python -m tests.attacks.mutate 10000`` asks for more."""
    found = run("file", 300)
    assert found.mutants == 300
    assert (found.survivors, found.disagreements) == ([], [])
    assert all(set(steps) == {"format"} for steps in found.steps.values())


def test_flips_inside_repacked_entries_all_refused_at_the_same_step() -> None:
    """The forger made everything around the flip fit; every step has something to refuse."""
    found = run("repacked", 100)
    assert (found.survivors, found.disagreements) == ([], [])
    for steps in found.steps.values():
        assert {"policy", "header", "log", "timestamps", "state", "acts", "releases"} <= set(steps)


@pytest.mark.parametrize("of", ["organisation.qbft", "sealed.qbft", "redacted.qbft"])
def test_flips_inside_lists_rounds_and_disclosures_all_refused_at_the_same_step(of: str) -> None:
    """What the bundle of notices does not have."""
    found = run("repacked", 60, of)
    assert (found.survivors, found.disagreements) == ([], [])


def test_flips_of_the_policy_judged_the_same() -> None:
    """A reader's policy may be another one and still trust this chain; both verifiers then think so."""
    assert run("policy", 100).disagreements == []


@pytest.mark.parametrize("kind", ["file", "repacked", "policy"])
def test_mutants_are_the_same_each_time(kind: str) -> None:
    """A number names a mutant: what is found once can be looked at again."""
    first, second = ([mutant.pair for mutant in mutants(kind, 12)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 12
