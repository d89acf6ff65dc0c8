"""Nothing that a person can type or set is undocumented, in either language."""

from __future__ import annotations

import ast
import dataclasses
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ledger.errors
from ledger.chain.acts import LedgerAct
from ledger.chain.registry import RegistryAct
from ledger.cli import wrong_calls
from ledger.cli.acts.fields import FIELDS, SUBJECTS
from ledger.cli.acts.structures import STRUCTURES
from ledger.cli.acts.table import GROUPS
from ledger.cli.demo.checks import CHECKS
from ledger.cli.language import messages
from ledger.index import findings
from ledger.settings import Settings

ROOT = Path(ledger.errors.__file__).parent.parent
CLI = ROOT / "ledger" / "cli"
UNTRANSLATED = {"{seen}", "ok"}


def test_documentation_pages_are_what_commands_and_settings_say() -> None:
    """Both pages are written anew in a process of its own, in English, and equal the committed ones."""
    script = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('d', sys.argv[1]);"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module);"
        "sys.stdout.write(module.commands_page() + '\\0' + module.settings_page())"
    )
    command = [sys.executable, "-c", script, str(ROOT / "scripts" / "document_commands.py")]
    written = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split("\0")
    committed = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("commands.md", "settings.md")]
    assert written == committed, "run: python scripts/document_commands.py"


def test_settings_page_names_every_setting() -> None:
    """Also those within tables."""
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        for each in inner or [""]:
            assert f"`{name}.{each}`" in page if inner else f"`{name}`" in page


def said_in(tree: ast.AST) -> Iterator[str]:
    """Texts that a module gives to ``say``, ``group``, ``root`` and parameters."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = {"say": 0, "group": 0, "root": 0, "Parameter": 1, "number_field": 1, "moment_field": 1}
            position = place.get(node.func.id, 1 if node.func.id == "digest_field" else None)
            if position is not None and len(node.args) > position:
                text = node.args[position]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def help_texts(tree: ast.AST) -> Iterator[str]:
    """First paragraphs of functions that are registered as commands."""
    registered = {
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Call)
        and isinstance(node.func.func, ast.Name)
        and node.func.func.id == "command"
        and isinstance(node.args[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in registered and (text := ast.get_docstring(node)):
            yield " ".join(text.split("\n\n")[0].split())


def all_messages() -> set[str]:
    """Every message id that the command line can say."""
    found: set[str] = set()
    for path in CLI.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(said_in(tree), help_texts(tree))
    found.update(GROUPS.values(), SUBJECTS.values(), findings.SENTENCES, (name for name, _ in CHECKS))
    found.add(findings.QUOTED)
    found.update(findings.POINTERS.values(), findings.LABELS.values(), findings.TABLES.values())
    for field in (*FIELDS.values(), *STRUCTURES.values()):
        found.update(parameter.help for parameter in field.parameters)
    for base in (LedgerAct, RegistryAct):
        for call in base.__subclasses__():
            found.update(each.name for each in dataclasses.fields(call))  # type: ignore[arg-type]
    found.update(wrong_calls.SENTENCES, wrong_calls.REASONS)
    errors = vars(ledger.errors).values()
    found.update(
        each.sentence for each in errors if isinstance(each, type) and issubclass(each, ledger.errors.SiegelError)
    )
    return found - UNTRANSLATED


def test_catalogue_every_message_has_a_german_sentence() -> None:
    """No English sentence shows up between German ones."""
    assert sorted(all_messages() - set(messages("de"))) == []


def test_catalogue_translations_use_the_same_values() -> None:
    """A translation that lacks a value would hide it; one with another would fail when it is said."""

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    german = messages("de")
    for message in all_messages():
        assert fields(german[message]) == fields(message), message
