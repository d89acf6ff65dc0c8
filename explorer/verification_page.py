"""The page that verifies a process: the steps, what they do not prove, how to repeat them, how to cite them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import digest_of, is_held, tag_of
from api.services import Services
from api.verifications import Verification
from explorer import links
from explorer.language import Language
from explorer.refusals import refusal_sentence
from explorer.render import Renderer
from ledger.errors import EvidenceNotYet, EvidenceRefused, LogMalformed, LogMissing, SiegelError, VerificationTooLarge
from ledger.evidence.verify.report import REQUIRED, Note, Report, Result, Step, Verdict
from ledger.evidence.verify.words import fault_words, flag_words, note_words, step_words, verdict_words
from ledger.index.findings import DifferenceKind
from ledger.index.rows import ActRow, ProcessRow

TONES: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.PASSED: ("success", "check"),
    Verdict.FAILED: ("danger", "cross"),
    Verdict.NOT_PROVABLE: ("plain", "pause"),
    Verdict.NOT_CHECKED: ("plain", "pause"),
}
"""Colour and sign of a verdict; neither stands without its word."""

MOST_FLAGS: Final = 200


@dataclass(frozen=True, slots=True)
class StepView:
    """A step in the words of one language. ``notes`` are sentences without the flags, which stand apart."""

    number: int
    title: str
    question: str
    verdict: str
    tone: str
    icon: str
    required: bool
    refusal: str | None
    refusal_name: str | None
    fault: str
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that a reader must still judge: of which act, and the digest of the ground, if one is stated."""

    words: str
    act: ActRow | None
    sequence: int
    ground: bytes | None


def routes(renderer: Renderer) -> list[Route]:
    """One page a process."""
    services = renderer.services

    def page(request: Request) -> Response:
        process_id = digest_of(request.path_params["process_id"])
        row = services.queries.process(process_id)
        language = renderer.language(request)
        found, failure = _verification(services, process_id)
        report = None if found is None else found.report
        values = {
            "row": row,
            "verification": found,
            "why_not": _why_not(failure),
            "failure": failure,
            "refusal": None if failure is None else refusal_sentence(failure, language),
            "limits": failure.values if isinstance(failure, VerificationTooLarge) else None,
            "steps": [] if report is None else [_step(result, language) for result in report.results],
            "passed": _numbers(report, Verdict.PASSED),
            "unproven": _numbers(report, Verdict.NOT_PROVABLE),
            "failed": None if report is None else _first_failed(report, language),
            "flags": _flags(services, row, report, language),
            "altered": _altered(services, process_id),
            "behind": report is not None and (report.block or 0) < row.last_block,
            "permalink": _permalink(services, request, row),
            "file": f"process-{process_id.hex()}.zip",
            "one_operator": report is not None and _has_note(report, "oneOperator"),
        }
        response = renderer.page(request, "verification.html", values)
        tag = tag_of(bytes(response.body))
        if is_held(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers={"etag": tag, **_kept_headers(response)})
        response.headers["etag"] = tag
        return response

    return [Route("/processes/{process_id}/verification", page)]


def _kept_headers(response: Response) -> dict[str, str]:
    return {name: response.headers[name] for name in ("cache-control", "vary") if name in response.headers}


def _verification(services: Services, process_id: bytes) -> tuple[Verification | None, SiegelError | None]:
    try:
        return services.verifications.of(process_id), None
    except SiegelError as error:
        return None, error


def _why_not(failure: SiegelError | None) -> str:
    """Which of the template's explanations fits."""
    if isinstance(failure, EvidenceRefused | LogMalformed):
        return "unusable"
    kinds = {LogMissing: "no-log", EvidenceNotYet: "not-yet", VerificationTooLarge: "too-large"}
    return "waiting" if failure is None else kinds.get(type(failure), "failure")


def _step(result: Result[Step], language: Language) -> StepView:
    tone, icon = TONES[result.verdict]
    refusal = result.refusal
    return StepView(
        number=result.number,
        title=step_words(result.step, "title", language),
        question=step_words(result.step, "question", language),
        verdict=verdict_words(result.verdict, language),
        tone=tone,
        icon=icon,
        required=result.step in REQUIRED,
        refusal=None if refusal is None else refusal_sentence(refusal, language),
        refusal_name=None if refusal is None else refusal.name,
        fault=fault_words(result.step, refusal, language),
        notes=[note_words(note, language) for note in result.notes if not _is_flag(note)],
    )


def _numbers(report: Report | None, verdict: Verdict) -> str:
    """The numbers of the steps that ended so."""
    results = () if report is None else report.results
    return ", ".join(str(result.number) for result in results if result.verdict is verdict)


def _first_failed(report: Report, language: Language) -> str | None:
    for result in report.results:
        if result.verdict is Verdict.FAILED:
            return f"{result.number}. {step_words(result.step, 'title', language)}"
    return None


def _is_flag(note: Note) -> bool:
    return note.name in ("flag", "flagWithGround")


def _has_note(report: Report, name: str) -> bool:
    return any(note.name == name for result in report.results for note in result.notes)


def _flags(services: Services, row: ProcessRow, report: Report | None, language: Language) -> Sequence[Flag]:
    results = () if report is None else report.results
    notes = [note for one in results if one.step is Step.STATUTE for note in one.notes if _is_flag(note)]
    if not notes:
        return ()
    acts = {act.sequence: act for act in services.queries.acts(row.process_id)}
    return [
        Flag(
            flag_words(note.values["flag"], language),
            acts.get(note.values["act"]),
            note.values["act"],
            note.values.get("ground"),
        )
        for note in notes[:MOST_FLAGS]
    ]


def _altered(services: Services, process_id: bytes) -> int:
    """How much of what pages and store say of the process is not what was recorded."""
    try:
        found = services.check_process(process_id)
    except SiegelError:
        return 0  # the page of the process says that it could not be compared
    return sum(each.kind is not DifferenceKind.ROW_OUTDATED for each in found)


def _permalink(services: Services, request: Request, row: ProcessRow) -> str:
    address = services.settings.public_url or str(request.base_url).rstrip("/")
    return address + links.process_page(row.process_id)
