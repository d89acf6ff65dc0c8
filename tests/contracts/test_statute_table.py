"""The statute table agrees with the contracts' interface and with the sentences in ``ledger/errors.py``."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ledger import errors
from tests.contracts.statute_table import ACTS, ROOT, TABLE, abi_type, rule_word

ABI = {
    contract: json.loads((ROOT / f"ledger/chain/artifacts/{name}.json").read_text("utf-8"))["abi"]
    for contract, name in (("ledger", "TenderLedger"), ("registry", "OrganisationRegistry"))
}
FUNCTIONS = {
    (contract, entry["name"]): entry for contract, abi in ABI.items() for entry in abi if entry["type"] == "function"
}
ERRORS = {entry["name"]: entry for abi in ABI.values() for entry in abi if entry["type"] == "error"}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act["name"])
def test_rule_word_says_what_the_fields_say(act: dict[str, Any]) -> None:
    """Who, joint, ground, release and states are each one bit; `statute()` returns the same words."""
    assert int(act["rule"], 16) == rule_word(act)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act["name"])
def test_detail_holds_arguments_of_the_function(act: dict[str, Any]) -> None:
    """A detail's parameter is one of the function's (or of the notice's), with the same name and type; of a governors'
    act those who approved are the last."""
    inputs = FUNCTIONS[(act["contract"], act["function"])]["inputs"]
    known = {(each["name"], abi_type(each)) for each in inputs}
    for each in inputs:
        if "components" in each:
            known |= {(part["name"], abi_type(part)) for part in each["components"]}
    found = [(each["name"], abi_type(each)) for each in act["detail"]]
    if act["who"] == ["governors"]:
        assert found.pop() == ("approvers", "address[]")
    assert set(found) <= known


def test_record_is_the_event_s_struct() -> None:
    """Fourteen static fields in the table's order."""
    for abi in ABI.values():
        event = next(entry for entry in abi if entry["type"] == "event" and entry["name"] == "ActRecorded")
        record = next(each for each in event["inputs"] if each["name"] == "record")
        assert [{"name": each["name"], "type": each["type"]} for each in record["components"]] == TABLE["record"]


def test_numbers_and_names_occur_once() -> None:
    """The number of an act is its identity for ever."""
    assert len({act["number"] for act in ACTS}) == len({act["name"] for act in ACTS}) == len(ACTS)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_has_its_python_class(name: str) -> None:
    """The same name, and a sentence that shows every value and nothing else."""
    failure = getattr(errors, name)
    assert issubclass(failure, errors.SiegelError)
    shown = set(re.findall(r"\{(\w+)(?:![rs])?\}", failure.sentence))
    assert shown == {each["name"] for each in ERRORS[name]["inputs"]}


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_is_provoked_by_a_forge_test(name: str) -> None:
    """An error that no test provokes is an untested refusal."""
    tests = "".join(path.read_text("utf-8") for path in sorted((ROOT / "contracts/test").glob("*.t.sol")))
    assert f".{name}.selector" in tests


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act["name"])
def test_gas_of_every_act_is_committed(act: dict[str, Any]) -> None:
    """The forge tests measure it; a joint act has a figure for each of the two officers."""
    measured = json.loads((ROOT / "contracts/gas/acts.json").read_text("utf-8"))
    figures = [name for name in measured if name == act["name"] or name.startswith(f"{act['name']},")]
    assert len(figures) >= (2 if act["joint"] else 1)
