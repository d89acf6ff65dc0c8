"""What the framework (Typer, with its own copy of Click) says by itself: headings of the help, and calls it refuses.

It knows one language and repeats what was typed as it is. Here it speaks the language of the command line, and what
was typed cannot steer the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer._click import HelpFormatter
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError
from typer.core import TyperCommand, TyperGroup

from ledger.cli.language import say
from ledger.cli.wrong_calls import spoken
from ledger.ocds.odd_characters import visible


class _Formatter(HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or say("Usage: "))

    def write_heading(self, heading: str) -> None:
        # "Arguments", "Options" and "Commands" have their sentences in the catalogue.
        super().write_heading(say(heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().write_dl([(term, _spoken(text)) for term, text in rows], *args, **kwargs)


def _spoken(text: str) -> str:
    """An option's help, behind which the framework writes ``[default: 1]`` and ``[required]``."""
    help, there, extra = text.rpartition("  [")
    if not there:
        return say(text)
    parts = (
        say("default: {value}", value=part.removeprefix("default: ")) if part.startswith("default: ") else say(part)
        for part in extra.removesuffix("]").split("; ")
    )
    return f"{help}  [{'; '.join(parts)}]"


class _Context(typer.Context):
    formatter_class = _Formatter


class Command(TyperCommand):
    """A command whose help is in one language."""

    context_class = _Context


class Group(TyperGroup):
    """A group of commands, or the program itself."""

    context_class = _Context

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the program to its end, ``SystemExit``; here alone the framework's refusals are shown."""
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except NoArgsIsHelpError as error:
            typer.echo(error.format_message(), err=True)
            code = error.exit_code
        except ClickException as error:
            _tell(error)
            code = error.exit_code
        except typer.Abort:
            typer.echo(say("Interrupted."), err=True)
            code = 1
        sys.exit(code or 0)


def _tell(error: ClickException) -> None:
    context = error.ctx if isinstance(error, UsageError) else None
    if context is not None:
        typer.echo(context.get_usage(), err=True)
        typer.echo(say("Try '{command}' for help.", command=f"{context.command_path} --help") + "\n", err=True)
    typer.echo(visible(say("Error: {what}", what=spoken(error.format_message()))), err=True)
