"""How every command of ``siegel`` is registered, called and answered.

One place gives all commands their common options, their help in two languages with an example, their two forms of
answer, and the way failures are told:

==== ============================================================================
code meaning
==== ============================================================================
0    done, and all is well
1    it ran and the answer is bad news, or something was refused (a named failure)
2    it could not begin: called wrongly, or home, key, passphrase or setting is not usable
130  interrupted
==== ============================================================================
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli import framework
from ledger.cli.answer import Answer, as_json
from ledger.cli.language import say, say_error, speaking
from ledger.cli.session import Session
from ledger.errors import (
    ArgumentInvalid,
    AuditFolderUnusable,
    BackupPassphraseMissing,
    BackupPassphraseReused,
    DeploymentMissing,
    EmbargoPast,
    EmbargoTooLong,
    FileUnusable,
    HomeMissing,
    HomeVersionUnknown,
    KeyUnknown,
    NewPassphraseMissing,
    PassphraseMissing,
    PolicyInvalid,
    ServerAnswerUnusable,
    ServerRefuses,
    ServerUnreachable,
    SettingInvalid,
    SiegelError,
)
from ledger.ocds.odd_characters import visible

Command = Callable[..., Answer | None]

COULD_NOT_RUN: Final = (
    ArgumentInvalid,
    AuditFolderUnusable,
    BackupPassphraseMissing,
    BackupPassphraseReused,
    DeploymentMissing,
    EmbargoPast,
    EmbargoTooLong,
    FileUnusable,
    HomeMissing,
    HomeVersionUnknown,
    KeyUnknown,
    NewPassphraseMissing,
    PassphraseMissing,
    PolicyInvalid,
    ServerAnswerUnusable,
    ServerRefuses,
    ServerUnreachable,
    SettingInvalid,
)


def group(help: str) -> typer.Typer:
    """A group of commands; ``help`` is the English message id."""
    return typer.Typer(
        cls=framework.Group, help=say(help), no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )


def command(
    app: typer.Typer, name: str, *, example: str, help: str | None = None, could_not: tuple[type[SiegelError], ...] = ()
) -> Callable[[Command], Command]:
    """Registers a function as ``siegel ... name``.

    The function takes the ``Session`` first, then its own arguments as Typer reads them, and returns an ``Answer`` (or
    ``None`` if it said all there is while it ran). The first paragraph of its docstring is its help. ``could_not``:
    failures that mean for this command that it could not run, beside those that mean it for all.
    """

    def register(function: Command) -> Command:
        spoken = say(help or first_paragraph(function))

        @functools.wraps(function)
        def run(context: typer.Context, home: Path | None, json: bool, language: str | None, **arguments: Any) -> None:
            common = context.find_root().params
            _answer(
                function,
                home=home or common.get("home"),
                json=json or bool(common.get("json")),
                language=language or common.get("language"),
                arguments=arguments,
                could_not=(*COULD_NOT_RUN, *could_not),
            )

        _sign(run, function)
        epilog = f"{say('Example:')} {example}"
        app.command(name, cls=framework.Command, help=spoken, epilog=epilog, no_args_is_help=False)(run)
        return function

    return register


def first_paragraph(function: Command) -> str:
    """The help text of a command: the first paragraph of its docstring, on one line."""
    return " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())


def _answer(
    function: Command,
    *,
    home: Path | None,
    json: bool,
    language: str | None,
    arguments: dict[str, Any],
    could_not: tuple[type[SiegelError], ...],
) -> None:
    try:
        with Session.begin(home=home, json=json, language=language) as session:
            answer = function(session, **arguments)
            if answer is None:
                return
            typer.echo(as_json(answer.data) if json else "\n".join(map(visible, answer.lines)))
    except SiegelError as error:
        _tell_failure(error, json)
        raise typer.Exit(2 if isinstance(error, could_not) else 1) from error
    except OSError as error:
        _tell_failure(FileUnusable(path=error.filename or "?", why=error.strerror or str(error)), json)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        typer.echo(say("Interrupted."), err=True)
        raise typer.Exit(130) from None
    finally:
        speaking.set(None)
    if answer.exit_code:
        raise typer.Exit(answer.exit_code)


def _tell_failure(error: SiegelError, json: bool) -> None:
    if json:
        typer.echo(as_json({"error": error.name, "sentence": say_error(error), "values": error.values}))
    else:
        typer.echo(f"{visible(say_error(error))} [{error.name}]", err=True)


HomeOption = Annotated[Path | None, typer.Option("--home", help=say("folder of all that is written (SIEGEL_HOME)"))]
JsonOption = Annotated[bool, typer.Option("--json", help=say("answer as JSON"))]
LanguageOption = Annotated[str | None, typer.Option("--language", metavar="de|en", help=say("language of messages"))]


def _sign(run: Callable[..., None], function: Command) -> None:
    """Gives ``run`` the signature that Typer shall see: the function's own arguments, then the common options."""
    own = inspect.signature(function, eval_str=True).parameters
    parameters = [
        inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *[p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in list(own.values())[1:]],
        *(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=option, default=default)
            for name, option, default in (
                ("home", HomeOption, None),
                ("json", JsonOption, False),
                ("language", LanguageOption, None),
            )
        ),
    ]
    run.__signature__ = inspect.Signature(parameters, return_annotation=None)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    # functools.wraps left a way to the function, which would show Typer the signature without the common options.
    del run.__wrapped__  # type: ignore[attr-defined]


def root(help: str) -> typer.Typer:
    """The program itself, which takes the common options before a command, too."""
    app = typer.Typer(
        cls=framework.Group, help=say(help), no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )

    @app.callback()
    def common(home: HomeOption = None, json: JsonOption = False, language: LanguageOption = None) -> None:
        pass

    return app
