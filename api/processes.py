"""Contracting processes: the list, each with its acts, rounds, releases and record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import DigestText, Using, answer, camel, digest_of, index_answer, ocds_answer, plain
from api.described import ADDRESS, ANY_OBJECT, HEX, TEXT, content, list_of, object_of, ours, schema_of
from api.findings import FINDING, finding_json
from api.observer import observer_of
from api.packages import made_record, package_info, shown_releases
from api.paging import described_list, listed
from api.process_filter import Wanted
from ledger.index.rows import ActRow, AwardRow, LotRow, ProcessRow, ReleaseRow, RoundRow, SuspensionRow
from ledger.ocds.package import record_package, release_package

router = APIRouter(tags=["processes"])

PROCESS = schema_of(ProcessRow)["properties"] | {
    "links": object_of(dict.fromkeys(("self", "acts", "rounds", "releases", "record", "organisation", "page"), ADDRESS))
}
FACET = object_of(
    {
        "name": TEXT,
        "values": list_of(object_of({"value": TEXT, "count": {"type": "integer"}, "chosen": {"type": "boolean"}})),
        "more": {"type": "boolean"},
    }
)
LIST = described_list("processes", PROCESS)
FACETS = {"type": "object", "additionalProperties": FACET}
ONE = PROCESS | {
    "lots": list_of(schema_of(LotRow)),
    "awards": list_of(schema_of(AwardRow)),
    "suspensions": list_of(schema_of(SuspensionRow)),
    "anchoredReleases": list_of(schema_of(ReleaseRow)),
    "findings": list_of(object_of(FINDING)),
}
ACTS = {"head": HEX, "acts": list_of(schema_of(ActRow))}
ROUNDS = {"rounds": list_of(schema_of(RoundRow))}
AROUND = dict.fromkeys(("uri", "version", "publishedDate"), TEXT) | {"extensions": list_of(TEXT)}
RELEASES = content("application/json", object_of(AROUND | {"releases": list_of(ANY_OBJECT)}))
RECORD = content("application/json", object_of(AROUND | {"records": list_of(ANY_OBJECT)}))


@router.get("/processes", summary="Processes that fit", responses=ours(LIST | {"facets": FACETS}, optional=("facets",)))
def processes(
    request: Request,
    services: Using,
    wanted: Wanted,
    facets: Annotated[bool, Query(description="with counts of what the search can be narrowed to")] = False,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """One page; ``nextCursor`` and ``next`` lead to the following one and are null on the last."""
    page = services.queries.processes(wanted, cursor, limit)
    found = listed(request, "processes", page, process_json)
    if facets:
        found["facets"] = {camel(facet.name): plain(facet) for facet in services.queries.facets(wanted)}
    # Silence goes by another clock than statuses.
    return index_answer(request, found) if wanted.silent_days is None else answer(request, found)


@router.get("/processes/{processId}", summary="One process", responses=ours(ONE))
def process(request: Request, services: Using, processId: DigestText) -> Response:
    """Its state, lots, awards, suspensions, anchored releases, and what pulls found about these."""
    whole = services.queries.whole_process(digest_of(processId))
    found = process_json(whole.row) | {
        "lots": plain(whole.lots),
        "awards": plain(whole.awards),
        "suspensions": plain(whole.suspensions),
        "anchoredReleases": plain(whole.releases),
        "findings": [finding_json(row) for row in whole.findings],
    }
    return index_answer(request, found)


@router.get("/processes/{processId}/acts", summary="All acts of a process in their order", responses=ours(ACTS))
def acts(request: Request, services: Using, processId: DigestText) -> Response:
    """Each with the data of its event, of which ``digest`` is the keccak256; their fold is ``head``."""
    process_id = digest_of(processId)
    row = services.queries.process(process_id)
    return index_answer(request, {"head": plain(row.head), "acts": plain(services.queries.acts(process_id))})


@router.get("/processes/{processId}/rounds", summary="Rounds of a sealed process", responses=ours(ROUNDS))
def rounds(request: Request, services: Using, processId: DigestText) -> Response:
    """Bids are commitments and outcomes; nothing of their content is here."""
    return index_answer(request, {"rounds": plain(services.queries.rounds(digest_of(processId)))})


@router.get("/processes/{processId}/releases", summary="OCDS release package of a process", responses=RELEASES)
def releases(request: Request, services: Using, processId: DigestText) -> Response:
    """All disclosed releases, fields that may be shown in their places."""
    row = services.queries.process(digest_of(processId))
    shown = shown_releases(services, row.process_id)
    return ocds_answer(request, release_package(shown, package_info(request, services, row)))


@router.get("/processes/{processId}/record", summary="OCDS record package of a process", responses=RECORD)
def process_record(request: Request, services: Using, processId: DigestText) -> Response:
    """Its releases and the compiled release."""
    row = services.queries.process(digest_of(processId))
    shown = shown_releases(services, row.process_id)
    records = [made_record(shown, observer_of(services, row))] if shown else []
    return ocds_answer(request, record_package(records, package_info(request, services, row)))


def process_json(row: ProcessRow) -> dict[str, Any]:
    """A process with links to what belongs to it."""
    found: dict[str, Any] = plain(row)
    base = f"/api/v1/processes/{found['processId']}"
    found["links"] = {
        "self": base,
        **{name: f"{base}/{name}" for name in ("acts", "rounds", "releases", "record")},
        "organisation": f"/api/v1/organisations/{found['organisationId']}",
        "page": f"/processes/{found['processId']}",
    }
    return found
