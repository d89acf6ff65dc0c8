"""Every function of the smart contracts is a command, and the commands say what they are."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import typer.main

from ledger.chain.acts import LedgerAct
from ledger.chain.compiled import compiled
from ledger.chain.registry import RegistryAct
from ledger.cli import app
from ledger.cli.acts.table import COMMANDS, GROUPS


def all_commands() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""

    def below(words: str, command: Any) -> Iterator[tuple[str, Any]]:
        for name, each in getattr(command, "commands", {}).items():
            if getattr(each, "commands", None):
                yield from below(f"{words} {name}", each)
            else:
                yield f"{words} {name}", each

    return below("siegel", typer.main.get_command(app))


def test_table_every_function_that_changes_something_has_one_command() -> None:
    """Nothing that the smart contracts can do is out of reach, and nothing is there twice."""
    calls = [each.call for each in COMMANDS]
    assert len(set(calls)) == len(calls)
    for base, contract in ((LedgerAct, "TenderLedger"), (RegistryAct, "OrganisationRegistry")):
        functions = {
            entry["name"]
            for entry in compiled(contract).abi
            if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
        }
        assert {call.function for call in calls if issubclass(call, base)} == functions


def test_table_groups_are_those_of_the_help() -> None:
    """Every group of acts has a sentence."""
    assert {each.group for each in COMMANDS} == set(GROUPS)


def test_commands_each_has_help_and_an_example_that_it_understands() -> None:
    """The example's options are the command's own."""
    for words, command in all_commands():
        assert command.help and len(command.help) > 10, words
        _, _, example = command.epilog.partition(": ")
        typed = shlex.split(example)
        assert typed[: len(words.split())] == words.split(), example
        options = {option for parameter in command.params for option in parameter.opts}
        assert {each for each in typed if each.startswith("--")} <= options, words


def test_commands_each_takes_home_json_and_language() -> None:
    """The common options stand behind every command."""
    for words, command in all_commands():
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--home", "--json", "--language"} <= options, words
