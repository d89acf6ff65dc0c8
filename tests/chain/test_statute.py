"""Contract, Python and ``ledger/statute.json`` say the same."""

from __future__ import annotations

import json
import re
from enum import IntEnum, IntFlag
from pathlib import Path

import pytest

import ledger.terms as terms
from ledger.chain import acts, registry
from ledger.chain.abi import Function
from ledger.terms import STATUTE, Act, OrganisationKind, Role, label
from tests.chain.nodes import ROOT
from tests.chain.town import Town

TABLE = json.loads((ROOT / "ledger/statute.json").read_text("utf-8"))
ENUMS: list[type[IntEnum]] = [
    value
    for value in vars(terms).values()
    if isinstance(value, type) and issubclass(value, IntEnum) and value.__module__ == terms.__name__
]


def snake(name: str) -> str:
    """``logKey`` and ``NoticePublished`` as members are written."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


@pytest.mark.parametrize("name", TABLE["enums"])
def test_every_enum_of_the_table_has_the_same_members_in_python(name: str) -> None:
    """Names, order and numbers."""
    members = [(member.name, member.value) for member in getattr(terms, name)]
    assert members == [(snake(word), number) for number, word in enumerate(TABLE["enums"][name])]


def test_every_enum_of_the_interface_has_the_same_members_in_the_table() -> None:
    """Read from the Solidity source, which is written by hand."""
    source = (ROOT / "contracts/src/ITenderLedger.sol").read_text("utf-8")
    found = {
        name: [word.strip().upper() for word in body.split(",")]
        for name, body in re.findall(r"enum (\w+) \{([^}]*)\}", source)
    }
    assert found == {name: [word.upper() for word in words] for name, words in TABLE["enums"].items()}


def test_roles_and_kinds_are_the_table_s_bits() -> None:
    """Bits by name."""
    assert {role.name: role.value for role in Role} == {snake(name): bit for name, bit in TABLE["roles"].items()}
    kinds = {kind.name: kind.value for kind in OrganisationKind}
    assert kinds == {snake(name): bit for name, bit in TABLE["kinds"].items()}


def test_every_act_of_the_table_is_a_member_and_has_a_function() -> None:
    """One name and number, and one dataclass for its function on its contract."""
    assert {(act.name, act.value) for act in Act} == {(snake(each["name"]), each["number"]) for each in TABLE["acts"]}
    functions = {
        (call.contract, call.function)
        for base in (acts.LedgerAct, registry.RegistryAct)
        for call in base.__subclasses__()
    }
    for entry in STATUTE.values():
        assert (entry.contract, entry.function) in functions


def test_the_table_s_rules_are_the_contracts_words(town: Town) -> None:
    """``statute()`` of both contracts, on both nodes, word for word."""
    for contract in ("ledger", "registry"):
        rules = [entry.rule for entry in STATUTE.values() if entry.contract == contract]
        assert town.chain.view("statute", of=contract) == tuple(rules)


def test_the_table_s_rule_words_say_what_its_fields_say() -> None:
    """The bits are named in the table itself; here the ones that Python relies on."""
    bits = TABLE["ruleBits"]
    for entry in STATUTE.values():
        assert entry.rule & 0xFF == entry.act
        assert bool(entry.rule >> bits["joint"] & 1) is entry.joint
        assert bool(entry.rule >> bits["release"] & 1) is entry.release
        assert bool(entry.rule >> bits["groundMust"] & 1) is (entry.ground == "must")
        assert bool(entry.rule >> bits["groundMay"] & 1) is (entry.ground == "may")
        for role in ("publisher", "officer", "evaluator", "auditor"):
            held = {"reviewBody": "officer", "custodian": "officer"}
            assert bool(entry.rule >> bits[role] & 1) is (role in {held.get(who, who) for who in entry.who})


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_term_has_a_label_in_both_languages(language: str) -> None:
    """A term without a label would break a page."""
    for term in ENUMS:
        for member in term:
            assert label(member, language)
    for flags in (Role, OrganisationKind):
        for flag in flags:
            assert label(flag, language)
    assert label(Role.PUBLISHER | Role.OFFICER, "en") == "publisher, officer"
    with pytest.raises(KeyError):
        label(Act.NOTICE_PUBLISHED, "fr")


def test_no_label_is_left_over() -> None:
    """A label without a term is a term that was renamed."""
    labels = json.loads((Path(terms.__file__).parent / "terms.json").read_text("utf-8"))
    known: dict[str, set[str]] = {
        term.__name__: {str(member.name).lower() for member in term}
        for term in vars(terms).values()
        if isinstance(term, type) and issubclass(term, (IntEnum, IntFlag)) and term not in (IntEnum, IntFlag)
    }
    assert {name: set(words) for name, words in labels.items()} == known


def test_every_argument_of_a_dataclass_is_documented_by_its_name() -> None:
    """Base classes are no calls."""
    assert not hasattr(Function, "function")
    for base in (acts.LedgerAct, registry.RegistryAct):
        for call in base.__subclasses__():
            assert call.__doc__
