"""What the command line's framework says by itself: in one language, and harmless to a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.cli.language import speaking
from tests.cli.conftest import Siegel, start_siegel, type_at_terminal

RED, BACKWARDS = "\x1b[31m", "\u202e"


def said(home: Path, *arguments: object, language: str) -> tuple[int, str]:
    """Exit code and both outputs of a call."""
    with start_siegel(home, *arguments, SIEGEL_LANGUAGE=language) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out + err


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Aufruf: ", "Argumente:", "Optionen:", "Zeigt diese Hilfe.", "[nötig]", "[Vorgabe: 1]"]),
        ("en", ["Usage: ", "Arguments:", "Options:", "Show this message and exit.", "[required]", "[default: 1]"]),
    ],
)
def test_help_is_in_one_language(tmp_path: Path, language: str, words: list[str]) -> None:
    """The framework's headings and notes, too."""
    code, told = said(tmp_path, "bid", "exclude", "--help", language=language)
    assert code == 0
    assert [word for word in words if word not in told] == []
    code, program = said(tmp_path, "--help", language=language)
    assert (code, {"de": "Befehle:", "en": "Commands:"}[language] in program) == (0, True)
    foreign = {
        "de": ("Usage", "Options", "Commands", "Arguments", "required", "default", "Show ", "Install "),
        "en": ("Aufruf",),
    }
    assert [word for word in foreign[language] if word in told + program] == []


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("key", "list", f"{RED}{BACKWARDS}"),
        ("key", "list", f"--{RED}{BACKWARDS}"),
        (f"{RED}{BACKWARDS}",),
        ("serve", "--port", f"{RED}{BACKWARDS}"),
        ("index", "status", f"--json={RED}{BACKWARDS}"),
        ("key", "new"),
    ],
)
def test_wrong_call_is_refused_without_steering_the_terminal(
    tmp_path: Path, arguments: tuple[str, ...], language: str
) -> None:
    """What was typed, or pasted from a mail, is repeated with its odd characters by number."""
    code, told = said(tmp_path, *arguments, language=language)
    assert (code, {"de": "Fehler: ", "en": "Error: "}[language] in told) == (2, True)
    assert "\x1b" not in told
    assert BACKWARDS not in told


@pytest.mark.parametrize(
    ("arguments", "english", "german"),
    [
        (("verify", "x.zip"), "Missing option '--policy'.", "Es fehlt die Option '--policy'."),
        (("verify",), "Missing argument 'FILE'.", "Es fehlt die Angabe 'FILE'."),
        (("verify", "--nix"), "No such option: --nix", "Diese Option gibt es nicht: --nix"),
        (
            ("verify", "--polic"),
            "No such option: --polic (Possible options: --policy)",
            "Diese Option gibt es nicht: --polic (möglich: --policy)",
        ),
        (("log", "nix"), "No such command 'nix'.", "Den Befehl 'nix' gibt es nicht."),
        (
            ("verfy",),
            "No such command 'verfy'. Did you mean 'verify'?",
            "Den Befehl 'verfy' gibt es nicht. Meinten Sie 'verify'?",
        ),
        (
            ("verify", "a", "b", "c", "--policy", "p"),
            "Got unexpected extra argument(s) (b c)",
            "Diese Angaben sind zu viel: b c",
        ),
        (
            ("verify", "--policy"),
            "Option '--policy' requires an argument.",
            "Die Option '--policy' braucht einen Wert.",
        ),
        (
            ("verify", "--json=3"),
            "Option '--json' does not take a value.",
            "Die Option '--json' nimmt keinen Wert.",
        ),
        (
            ("pull", "--days", "999"),
            "Invalid value for '--days': Input should be less than or equal to 400",
            "'--days' kann nicht so lauten: höchstens 400 ist möglich",
        ),
        (
            ("serve", "--port", "x"),
            "Invalid value for '--port': Input should be a valid integer, unable to parse string as an integer",
            "'--port' kann nicht so lauten: erwartet wird eine ganze Zahl",
        ),
    ],
)
def test_wrong_call_is_refused_in_one_language(
    siegel: Siegel, arguments: tuple[str, ...], english: str, german: str
) -> None:
    """What the framework says in English alone is said in German, too."""
    for language, sentence in (("en", f"Error: {english}"), ("de", f"Fehler: {german}")):
        token = speaking.set(language)
        try:
            told = siegel(*arguments)
        finally:
            speaking.reset(token)
        assert (told.exit_code, told.err.splitlines()[-1]) == (2, sentence)


def test_group_without_a_command_shows_its_help(tmp_path: Path) -> None:
    """As the program itself does."""
    assert [said(tmp_path, *words, language="en")[0] for words in ((), ("key",), ("--help",))] == [2, 2, 0]


def test_question_with_a_foreign_name_does_not_steer_the_terminal(home: Path, tmp_path: Path) -> None:
    """The name of a backup stands in the question for its passphrase."""
    file = tmp_path / f"{BACKWARDS}{RED}.age"
    code, screen = type_at_terminal(home, "backup", file, typed=("of the backup", "of the backup"))
    assert code == 0, screen
    assert "[U+202E][U+001B][31m.age" in screen
    assert BACKWARDS not in screen
    assert RED not in screen
