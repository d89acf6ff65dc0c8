"""Whole lists to take away: releases and records as JSON Lines, processes and organisations as CSV.

They are streamed, a piece at a time, so their memory does not grow with the list. A release that cannot be shown does
not break the file off and is not left out in silence: its line is a problem (RFC 9457) that names process and digest.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.answers import Using, plain
from api.described import TEXT, content
from api.downloads import downloaded
from api.observer import observer_of
from api.packages import address_of, made_record
from api.problems import told_problem
from api.process_filter import Wanted
from api.services import Services
from ledger.errors import ReleaseUnreadable, SiegelError
from ledger.index.exports import Export, exported
from ledger.index.rows import OrganisationRow, ProcessRow

router = APIRouter(tags=["bulk"])

JSON_LINES = "application/jsonl"
CSV = "text/csv; charset=utf-8; header=present"
BOM = "\ufeff"
"""Without it the office programs of Windows take UTF-8 for something else."""

_CALCULATED = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

PROCESS_COLUMNS: dict[str, Callable[[ProcessRow], Any]] = {
    "processId": lambda row: row.process_id,
    "ocid": lambda row: row.ocid,
    "mode": lambda row: row.mode,
    "status": lambda row: row.status.value,
    "title": lambda row: row.title,
    "buyerName": lambda row: row.buyer_name,
    "buyerIdentifier": lambda row: row.buyer_identifier,
    "organisationId": lambda row: row.organisation_id,
    "procurementMethod": lambda row: row.procurement_method,
    "procurementCategory": lambda row: row.procurement_category,
    "cpv": lambda row: row.cpv,
    "valueAmount": lambda row: row.value_amount,
    "valueCurrency": lambda row: row.value_currency,
    "awardAmount": lambda row: row.award_amount,
    "awardCurrency": lambda row: row.award_currency,
    "suppliers": lambda row: "; ".join(row.suppliers),
    "deadline": lambda row: _moment(row.deadline),
    "firstTime": lambda row: _moment(row.first_time),
    "lastTime": lambda row: _moment(row.last_time),
    "suspended": lambda row: row.suspended,
    "exceptions": lambda row: row.exceptions,
    "acts": lambda row: row.acts,
    "releases": lambda row: row.releases,
    "problems": lambda row: row.problems,
}

ORGANISATION_COLUMNS: dict[str, Callable[[OrganisationRow], Any]] = {
    "organisationId": lambda row: row.organisation_id,
    "name": lambda row: row.name,
    "scheme": lambda row: row.scheme,
    "identifier": lambda row: row.identifier,
    "kinds": lambda row: "; ".join(row.kinds),
    "suspended": lambda row: row.suspended,
    "processes": lambda row: row.processes,
    "lastTime": lambda row: _moment(row.last_time),
}


@router.get("/releases.jsonl", summary="All releases of the processes that fit", responses=content(JSON_LINES, TEXT))
def releases(request: Request, services: Using, wanted: Wanted) -> Response:
    """One release a line, with disclosed fields in place; process after process, each in the order of its acts."""
    lines = (_line(line) for piece in exported(services.index, wanted) for line in _releases(services, piece))
    return downloaded(request, lines, JSON_LINES, "releases.jsonl")


@router.get("/records.jsonl", summary="Records of the processes that fit", responses=content(JSON_LINES, TEXT))
def records(request: Request, services: Using, wanted: Wanted) -> Response:
    """One OCDS record a line: the disclosed releases of a process, and the compiled release."""
    lines = (_line(line) for piece in exported(services.index, wanted) for line in _records(services, piece))
    return downloaded(request, lines, JSON_LINES, "records.jsonl")


@router.get("/processes.csv", summary="The processes that fit as a table", responses=content(CSV, TEXT))
def processes(request: Request, services: Using, wanted: Wanted) -> Response:
    """One process a row, with the address of its page; moments in UTC, amounts as published."""
    columns = {
        **PROCESS_COLUMNS,
        "page": lambda row: address_of(request, services, f"/processes/0x{row.process_id.hex()}"),
    }
    rows = (each.process for piece in exported(services.index, wanted) for each in piece)
    return downloaded(request, _table(columns, rows), CSV, "processes.csv")


@router.get("/organisations.csv", summary="All organisations as a table", responses=content(CSV, TEXT))
def organisations(request: Request, services: Using) -> Response:
    """One organisation a row, by name."""
    return downloaded(request, _table(ORGANISATION_COLUMNS, services.queries.organisations()), CSV, "organisations.csv")


def _releases(services: Services, piece: Sequence[Export]) -> Iterator[dict[str, Any]]:
    for process, shown in _shown(services, piece):
        for digest, found in shown:
            yield found if isinstance(found, dict) else _problem(process, digest, found)


def _records(services: Services, piece: Sequence[Export]) -> Iterator[dict[str, Any]]:
    for process, shown in _shown(services, piece):
        # A record that lacked a release would pass for the whole truth.
        failed = next(((digest, found) for digest, found in shown if not isinstance(found, dict)), None)
        if failed is not None:
            yield _problem(process, *failed)
            continue
        try:
            if shown:
                releases = [found for _, found in shown if isinstance(found, dict)]
                yield made_record(releases, observer_of(services, process))
        except ReleaseUnreadable as error:
            yield _problem(process, shown[-1][0], error)


def _shown(
    services: Services, piece: Sequence[Export]
) -> Iterator[tuple[ProcessRow, list[tuple[bytes, dict[str, Any] | SiegelError]]]]:
    """Each process with its releases, or why one cannot be shown."""
    contents = services.releases.shown_many([digest for each in piece for digest in each.releases])
    for each in piece:
        yield each.process, list(islice(contents, len(each.releases)))


def _problem(process: ProcessRow, digest: bytes, error: SiegelError) -> dict[str, Any]:
    named = {"ocid": process.ocid, "processId": plain(process.process_id), "digest": plain(digest)}
    return {**told_problem(error), **named}


def _line(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)


def _table(columns: dict[str, Callable[[Any], Any]], rows: Iterable[Any]) -> Iterator[bytes]:
    """RFC 4180. Texts that a spreadsheet would calculate get an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write(BOM)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value(row)) for value in columns.values()])
        if text.tell() > 2**16:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    value = plain(value)
    if isinstance(value, str) and value.startswith(_CALCULATED) and not _NUMBER.fullmatch(value):
        return "'" + value
    return value


def _moment(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return str(seconds)
