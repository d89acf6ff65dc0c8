"""``siegel doctor``: what is wrong with a home, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.doctor.finding import Finding
from ledger.cli.language import say, say_count
from ledger.cli.session import Session


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "doctor", example="siegel doctor")(doctor)


def doctor(session: Session) -> Answer:
    """Look over the home, say what is wrong and what to do; exit code 1 if anything is.

    Nothing is changed. Notes are things still to do, such as the pages that an operator fills in: nothing is broken.
    """
    findings = list(examine(session))
    sick = [finding for finding in findings if not finding.ok]
    lines = [line for finding in findings for line in _lines(finding)]
    counted = say_count(len(sick), "{count} thing is wrong.", "{count} things are wrong.")
    lines.append(counted if sick else say("All is well."))
    return Answer({"findings": findings}, lines, exit_code=1 if sick else 0)


def examine(session: Session) -> Iterator[Finding]:
    """All checks, cheap ones first; a check that finds something does not stop the others."""
    from ledger.cli.doctor import home_checks, ledger_checks

    settings = session.require_home()
    for check in home_checks.CHECKS:
        yield from check(settings)
    for look in ledger_checks.CHECKS:
        yield from look(session)


def _lines(finding: Finding) -> Iterator[str]:
    level = say("WRONG") if not finding.ok else say("note") if finding.advice else say("ok")
    yield f"{level:<6} {finding.check}: {finding.sentence}"
    if finding.advice:
        yield "       " + say("What to do: {advice}", advice=finding.advice)
