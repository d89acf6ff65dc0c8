"""What came of a verification, of a bundle or of a receipt: for people as lines, for programs as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.cli.language import current_language, say, say_error
from ledger.cli.values import shown_moment

if TYPE_CHECKING:
    from ledger.evidence.verify.receipt import ReceiptReport
    from ledger.evidence.verify.report import Note, Report, Result


def report_data(report: Report) -> dict[str, Any]:
    """Of a bundle."""
    return {
        "verified": report.verified,
        "identity": report.identity,
        "policy": report.policy,
        "subject": None if report.subject is None else {"kind": report.subject[0], "id": report.subject[1]},
        "block": report.block,
        "time": report.time,
        "steps": [_step_data(result) for result in report.results],
    }


def _step_data(result: Result[Any]) -> dict[str, Any]:
    refusal = result.refusal
    return {
        "number": result.number,
        "step": result.step.value,
        "verdict": result.verdict.value,
        "refusal": None
        if refusal is None
        else {"error": refusal.name, "sentence": say_error(refusal), "values": refusal.values},
        "notes": [_note_data(note) for note in result.notes],
    }


def _note_data(note: Note) -> dict[str, Any]:
    return {"note": note.name, "values": note.values}


def receipt_data(report: ReceiptReport) -> dict[str, Any]:
    """Of a receipt; ``proof`` is that of the bundle in it."""
    handed = report.handed
    return {
        "verified": report.verified,
        "identity": report.identity,
        "policy": report.policy,
        "receipt": None
        if handed is None
        else {
            "chainId": str(handed.chain_id),
            "ledger": handed.ledger,
            "organisationId": handed.organisation_id,
            "ocid": handed.ocid,
            "processId": handed.process_id,
            "round": handed.round,
            "author": handed.author,
            "commitment": handed.commitment,
            "supersedes": handed.supersedes,
        },
        "steps": [_step_data(result) for result in report.results],
        "says": [_note_data(note) for note in report.says],
        "proof": None if report.proof is None else report_data(report.proof),
    }


def report_lines(report: Report, file: Path) -> list[str]:
    """Of a bundle."""
    lines = [*_steps(report.results), *_spoken(report)]
    values = {"file": file, "policy": report.policy}
    if report.verified:
        return [*lines, say("{file} is verified under the policy {policy}.", **values)]
    return [*lines, say("{file} is NOT verified under the policy {policy}.", **values)]


def receipt_lines(report: ReceiptReport, file: Path) -> list[str]:
    """Of a receipt: its steps, those of the bundle in it, and what it proves."""
    from ledger.evidence.verify.words import note_words

    lines = _steps(report.results)
    if report.proof is not None:
        inner = [*_steps(report.proof.results), *_spoken(report.proof)]
        lines += [say("The evidence bundle in the receipt:"), *(f"    {line}" for line in inner)]
    language, values = current_language(), {"file": file, "policy": report.policy}
    lines += [say("What this receipt says:"), *(f"    {note_words(note, language)}" for note in report.says)]
    if report.verified:
        return [*lines, say("The receipt {file} is verified under the policy {policy}.", **values)]
    return [*lines, say("The receipt {file} is NOT verified under the policy {policy}.", **values)]


def _steps(results: Sequence[Result[Any]]) -> list[str]:
    from ledger.evidence.verify.words import fault_words, note_words, step_words, verdict_words

    language = current_language()
    lines = []
    for result in results:
        title, verdict = step_words(result.step, "title", language), verdict_words(result.verdict, language)
        lines.append(f"{result.number:>2}. {title}: {verdict}")
        if result.refusal is not None:
            lines.append(f"    {say_error(result.refusal)} [{result.refusal.name}]")
            fault = fault_words(result.step, result.refusal, language)
            lines.append("    " + say("Whose fault it would be: {fault}", fault=fault))
        lines += [f"    {note_words(note, language)}" for note in result.notes]
    return lines


def _spoken(report: Report) -> list[str]:
    """Its name, and of what it speaks."""
    lines = []
    if report.identity is not None:
        lines.append(say("Identity: {identity}", identity=report.identity.hex()))
    if report.time is not None:
        lines.append(
            say("It speaks of block {block} of {time}, not of now.", block=report.block, time=shown_moment(report.time))
        )
    return lines
