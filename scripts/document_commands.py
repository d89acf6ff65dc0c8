"""Writes ``docs/commands.md`` and ``docs/settings.md`` from the commands and settings themselves.

A test holds that the committed pages are what this writes, so that neither can be forgotten.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The pages are in English; what a command says is chosen when its module is loaded.
os.environ["SIEGEL_LANGUAGE"] = "en"

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ledger.cli import app
from ledger.settings import Settings

DOCS = Path(__file__).parent.parent / "docs"

COMMANDS_HEAD = """# Commands

`siegel --help` and `siegel COMMAND --help` say the same, in German unless `--language en` or `SIEGEL_LANGUAGE=en` is
set. This page is written by `python scripts/document_commands.py`.

Every command takes `--home DIR` (or `SIEGEL_HOME`), `--json` and `--language de|en`, before or behind its name.

| exit code | meaning |
|---|---|
| 0 | done, and all is well |
| 1 | it ran and the answer is bad news (a difference, a refused file), or something was refused (a named failure) |
| 2 | it could not begin: called wrongly, or the home, a key, a passphrase or a setting is not usable |
| 130 | interrupted |

A failure is one sentence and its name, `[NotRipe]` for example: the same name as in the smart contract, in Python and
in the API. With `--json` it is `{"error": name, "sentence": ..., "values": {...}}`.

**Keys.** `--as NAME` chooses the key that acts (`keys/NAME.json`). Its passphrase comes from `SIEGEL_PASSPHRASE_FILE`
(first line), else `SIEGEL_PASSPHRASE`, else it is asked for. The keys that `siegel init` makes share one passphrase
until `siegel key passphrase NAME` gives each its own.

**Two people.** An act of two officers is sent with `--together-with NAME` if both keys are at this desk, or proposed
with `--propose FILE`: the first half is recorded on the ledger, and the file, which can be mailed, carries the call and
the releases and documents it names. `siegel approve FILE --as NAME` checks that the file is what the first officer
sent, shows what it will do (with `--save DIR` also what is enclosed), and executes it. The governors' acts work alike
where more than one must agree or a delay runs. A second officer needs a home of one's own: the town sends its
`deployment.json`, which is public, and `siegel join` makes the home.

**A sealed procedure, step by step.** `key-set register` (once; custodians answer with `key-set accept`), `notice
publish` as often as there is something to say (also for questions and answers, `--kind clarification`), `tender
publish`, `bid register` for bids on paper, `round close` after the deadline, `opening record` if envelopes are there,
`bid exclude` where the law says so, `rank` for the order that follows, `award announce` for each lot, `award inform`
when the letters are sent, `contract conclude` after the standstill, later `contract modify` and `contract complete`.
Each that needs two officers says so in its help.

`tender publish --standstill` has to be said: above the EU thresholds ten days if the letters to the losers go out
electronically and fifteen if they go by post, from the day after the dispatch (GWB § 134); below them federal law
asks for none (`0s`), a Land or a Satzung may. It is fixed with the terms.
Where a release states a tender period or lots, deadline and lots of the act must be the same (TermsContradictRelease);
the ledger holds digests and cannot see it, and other software can still record it.

**Files in JSON.** `key-set register --set`: `{"officerThreshold": 2, "custodianThreshold": 2, "officers": [{"holder":
"0x... account", "key": "0x04... from siegel key sealing"}, ...], "custodians": [{"holder": "0x... organisation id",
"key": "0x04..."}, ...]}`, with one more officer and custodian than the thresholds say at least; without custodians
`"custodianThreshold": 0` and an empty list, which approval and pages label. `opening record --outcomes`: a list of
`{"outcome": "opened", "author": "0x...", "content": "0x... root of the bid", "evidence": "0x... digest of the rest"}`,
one for each bid in order; other outcomes are `cover` (content: salt), `unreadable` (content: the commitment, evidence:
digest of what proves it), and those that follow from the acts (`superseded`, `withdrawn`, `missing`, `late`,
`returned`; content: the commitment). `opening revise --outcome` is one of these. `bid commit --promise`: `{"receiver":
"0x... organisation id", "arrivedAt": seconds, "deliverBy": seconds, "signature": "0x... 65 bytes"}`.

**Values.** Times are `2026-12-01T12:00+01:00` (local time without an offset), durations `90s`, `30m`, `12h`, `10d`,
bids `3`, on paper `P1`: they count from 1 here as on pages and in minutes, but from 0 in acts and JSON
([ADR 0132](adr/0132-people-count-bids-from-1.md)). Where a document is asked for, a file or a digest can be given;
a file is stored, salted, for the entitled only. The one exception are a tender's criteria: `tender publish --criteria
FILE` takes a document of [`siegel-criteria/1`](criteria-1.md), compares its lots with those of the terms and makes it
public. A process is its id or the organisation's ocid.
"""

SETTINGS_HEAD = """# Settings

Each setting is read from `siegel.toml` in the home folder, from the environment (`SIEGEL_` and its name in capitals)
and from flags, in rising order. Entries of tables are written `SIEGEL_OPERATOR__NAME`. An unknown name in `siegel.toml`
is refused; `siegel doctor` tells unknown variables. `siegel init` writes a `siegel.toml` that names all of them. Paths
that are not absolute lie below the home. This page is written by `python scripts/document_commands.py`.

`SIEGEL_PASSPHRASE` (of the keys) and `SIEGEL_BACKUP_PASSPHRASE` (of backups, another one) are no settings: they hold
passphrases for scripts and are never written anywhere. A file serves instead: `passphrase_file` for the keys,
`--passphrase-file` for backups.
"""


def commands_page() -> str:
    """``docs/commands.md``."""
    lines = [COMMANDS_HEAD]
    program = typer.main.get_command(app)
    for name, command in program.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        if below:
            lines += [f"## siegel {name}", "", str(command.help), ""]
            for inner, each in below.items():
                lines += _command(f"siegel {name} {inner}", each, "###")
        else:
            lines += _command(f"siegel {name}", command, "##")
    return "\n".join(lines).rstrip() + "\n"


def _command(words: str, command: Any, heading: str) -> Iterator[str]:
    _, _, example = command.epilog.partition(": ")
    yield from (f"{heading} {words}", "", str(command.help), "", f"    {example}", "")
    rows = [parameter for parameter in command.params if not _is_common(parameter)]
    if rows:
        yield from ("| argument or option | meaning |", "|---|---|")
        yield from (f"| {_shown(parameter)} | {_meaning(parameter)} |" for parameter in rows)
        yield ""


def _is_common(parameter: Any) -> bool:
    return parameter.name in ("home", "json", "language")


def _shown(parameter: Any) -> str:
    metavar = str(parameter.metavar or "").replace("|", "\\|")
    if parameter.param_type_name == "argument":
        return f"`{metavar}`"
    return f"`{parameter.opts[0]}{' ' + metavar if metavar else ''}`"


def _meaning(parameter: Any) -> str:
    default = "" if parameter.default in (None, False, (), "") else f" (default `{parameter.default}`)"
    return str(parameter.help).replace("|", "\\|") + default + (", **needed**" if parameter.required else "")


_TABLE = ("| setting | default | meaning |", "|---|---|---|")


def settings_page() -> str:
    """``docs/settings.md``."""
    lines = [SETTINGS_HEAD, *_TABLE]
    tables: list[str] = []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            tables += ["", f"## [{name}]", "", str(kind.__doc__).strip().replace("``", "`"), "", *_TABLE]
            tables += [_setting(f"{name}.{inner}", each) for inner, each in kind.model_fields.items()]
        else:
            lines.append(_setting(name, field))
    return "\n".join([*lines, *tables]) + "\n"


def _setting(name: str, field: FieldInfo) -> str:
    empty = field.default in (None, "", PydanticUndefined, Path())
    return f"| `{name}` | {'' if empty else f'`{field.default}`'} | {field.description} |"


if __name__ == "__main__":
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
