"""``siegel policy`` names the custodians of the ledger, and ``siegel verify`` those of a round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.evidence.verify.policy import read_policy
from tests.attacks.draft import control
from tests.cli.conftest import Siegel, make_key_set
from tests.cli.opening_desk import Desk, opened_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A home with a log, whose key set three custodians have accepted."""
    with opened_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


def test_policy_names_the_custodians_who_accepted_and_says_to_compare_them(
    siegel: Siegel, desk: Desk, tmp_path: Path
) -> None:
    """Each with its place in a register and its key, in the file and on the screen; or none, if one wants any."""
    file, other = tmp_path / "policy.json", tmp_path / "any.json"
    called = siegel("policy", "--name", "Musterbach", "-o", file, home=desk.home)
    assert called.exit_code == 0, called.err
    custodians = read_policy(file.read_bytes()).custodians
    assert custodians is not None
    assert [(each.organisation_id, each.key) for each in custodians] == [
        (each.holder, each.key) for each in desk.keys.custodians
    ]
    assert "Custodians: 3. Compare each key" in called.out
    for each in custodians:
        assert f"   {each.name}: 0x{each.key.hex()}" in called.out
        assert each.name.count(":") == 1
    assert "without custodians" not in called.out
    called = siegel("policy", "--name", "Musterbach", "-o", other, "--any-custodians", home=desk.home)
    assert (called.exit_code, "Custodians" in called.out) == (0, False)
    assert "custodians" not in json.loads(other.read_text())


def test_policy_beside_key_sets_without_custodians_says_which_rounds_will_fail(
    siegel: Siegel, desk: Desk, home: Path, tmp_path: Path
) -> None:
    """By the id of the key set; on a ledger with no custodians at all the policy says nothing of them."""
    alone = make_key_set(desk.home, tmp_path)
    called = siegel("policy", "--name", "Musterbach", "-o", tmp_path / "policy.json", home=desk.home)
    assert f"will fail under this policy: {alone}" in called.out
    make_key_set(home, tmp_path)
    assert siegel("log", "init", "--origin", "log.example", home=home).exit_code == 0
    called = siegel("policy", "--name", "Musterbach", "-o", tmp_path / "other.json", home=home)
    assert (called.exit_code, "ustodians" in called.out) == (0, False)
    assert "custodians" not in json.loads((tmp_path / "other.json").read_text())


def test_verify_tells_the_custodians_of_a_round_by_the_policys_names(siegel: Siegel, tmp_path: Path) -> None:
    """And under a policy that lacks one, which one it is and with which key; 1 is the exit code."""
    bundle, policy = control("sealed.trusted")
    file, trusted = tmp_path / "bundle.zip", tmp_path / "policy.json"
    file.write_bytes(bundle)
    trusted.write_bytes(policy)
    done = siegel("verify", file, "--policy", trusted, "--json")
    content = json.loads(policy)
    (note,) = (each for each in done.data["steps"][8]["notes"] if each["note"] == "custodiansTrusted")
    expected = [["0x" + each["organisationId"], each["name"]] for each in content["custodians"]]
    assert (done.exit_code, note["values"]["custodians"]) == (0, expected)
    assert content["custodians"][0]["name"] in siegel("verify", file, "--policy", trusted).out
    taken = content["custodians"].pop()
    trusted.write_text(json.dumps(content))
    done = siegel("verify", file, "--policy", trusted)
    assert (done.exit_code, f"key 0x{taken['key']}" in done.out) == (1, True)
    assert "[CustodianUnknown]" in done.out
    trusted.write_text(json.dumps(content | {"custodians": []}))
    done = siegel("--language", "de", "verify", file, "--policy", trusted)
    assert (done.exit_code, "erwartet wird eine Liste von Verwahrern" in done.err) == (2, True)
