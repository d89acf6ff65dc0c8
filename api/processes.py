"""Contracting processes: the list, each with its acts, rounds, releases and record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import DigestText, Using, answer, camel, digest_of, ocds_answer, plain
from api.packages import package_info, shown_releases
from ledger.errors import InvalidParameter
from ledger.index.rows import ProcessFilter, ProcessRow, Sort, Status
from ledger.index.words import parts
from ledger.ocds.package import record, record_package, release_package

router = APIRouter(tags=["processes"])

FAR = 2**53
"""Times are JSON numbers that every reader counts exactly."""

MOST_WORDS = 20
"""Each word of a search costs the database something."""


@router.get("/processes", summary="Processes that fit")
def processes(
    request: Request,
    services: Using,
    q: Annotated[
        str | None,
        Query(description="words and quoted phrases, all of which must occur", max_length=500),
    ] = None,
    ocid: Annotated[str | None, Query(max_length=128)] = None,
    buyer: Annotated[str | None, Query(description="organisation id of the buyer or observer", max_length=80)] = None,
    buyer_name: Annotated[str | None, Query(alias="buyerName", max_length=200)] = None,
    status: Status | None = None,
    mode: Annotated[str | None, Query(pattern="^(observed|anchored|sealed)$")] = None,
    method: Annotated[str | None, Query(description="OCDS procurementMethod", max_length=100)] = None,
    cpv: Annotated[str | None, Query(description="first digits of the CPV code", pattern=r"^[0-9-]{1,10}$")] = None,
    year: Annotated[int | None, Query(description="of the first publication", ge=1, le=9999)] = None,
    place: Annotated[str | None, Query(description="locality or region, exactly", max_length=200)] = None,
    silent_days: Annotated[
        int | None,
        Query(alias="silentDays", description="deadline passed so many days ago, and no result", ge=0, le=36_500),
    ] = None,
    published_from: Annotated[int | None, Query(alias="publishedFrom", ge=0, le=FAR)] = None,
    published_to: Annotated[int | None, Query(alias="publishedTo", ge=0, le=FAR)] = None,
    facets: Annotated[bool, Query(description="with counts of what the search can be narrowed to")] = False,
    sort: Sort = Sort.UPDATED,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """One page; ``nextCursor`` and ``next`` lead to the following one and are null on the last."""
    words = parts(q or "")
    if len(words) > MOST_WORDS:
        raise InvalidParameter(parameter="q", value=q, why=f"it has more than {MOST_WORDS} different words")
    wanted = ProcessFilter(
        q=" ".join(words) or None,
        ocid=ocid,
        organisation_id=None if buyer is None else digest_of(buyer),
        status=status,
        mode=mode,
        cpv=cpv,
        method=method,
        year=year,
        place=place,
        buyer_name=buyer_name,
        silent_days=silent_days,
        published_from=published_from,
        published_to=published_to,
        sort=sort,
    )
    page = services.queries.processes(wanted, cursor, limit)
    following = None
    if page.next_cursor is not None:
        url = request.url.include_query_params(cursor=page.next_cursor)
        following = f"{url.path}?{url.query}"
    content = {
        "total": page.total,
        "processes": [process_json(row) for row in page.items],
        "nextCursor": page.next_cursor,
        "next": following,
    }
    if facets:
        content["facets"] = {camel(facet.name): plain(facet) for facet in services.queries.facets(wanted)}
    return answer(request, content)


@router.get("/processes/{processId}", summary="One process")
def process(request: Request, services: Using, processId: DigestText) -> Response:
    """Its state, lots, awards, suspensions and anchored releases."""
    process_id = digest_of(processId)
    content = process_json(services.queries.process(process_id)) | {
        "lots": plain(services.queries.lots(process_id)),
        "awards": plain(services.queries.awards(process_id)),
        "suspensions": plain(services.queries.suspensions(process_id)),
        "anchoredReleases": plain(services.queries.releases(process_id)),
    }
    return answer(request, content)


@router.get("/processes/{processId}/acts", summary="All acts of a process in their order")
def acts(request: Request, services: Using, processId: DigestText) -> Response:
    """Each with the data of its event, of which ``digest`` is the keccak256; their fold is ``head``."""
    process_id = digest_of(processId)
    row = services.queries.process(process_id)
    return answer(request, {"head": plain(row.head), "acts": plain(services.queries.acts(process_id))})


@router.get("/processes/{processId}/rounds", summary="Rounds of a sealed process with their bids")
def rounds(request: Request, services: Using, processId: DigestText) -> Response:
    """Bids are commitments and outcomes; nothing of their content is here."""
    return answer(request, {"rounds": plain(services.queries.rounds(digest_of(processId)))})


@router.get("/processes/{processId}/releases", summary="OCDS release package of a process")
def releases(request: Request, services: Using, processId: DigestText) -> Response:
    """All disclosed releases, fields that may be shown in their places."""
    row = services.queries.process(digest_of(processId))
    shown = shown_releases(services, row.process_id)
    return ocds_answer(request, release_package(shown, package_info(request, services, row)))


@router.get("/processes/{processId}/record", summary="OCDS record package of a process")
def process_record(request: Request, services: Using, processId: DigestText) -> Response:
    """Its releases and the compiled release."""
    row = services.queries.process(digest_of(processId))
    shown = shown_releases(services, row.process_id)
    records = [record(shown)] if shown else []
    return ocds_answer(request, record_package(records, package_info(request, services, row)))


def process_json(row: ProcessRow) -> dict[str, Any]:
    """A process with links to what belongs to it."""
    content: dict[str, Any] = plain(row)
    base = f"/api/v1/processes/{content['processId']}"
    content["links"] = {
        "self": base,
        **{name: f"{base}/{name}" for name in ("acts", "rounds", "releases", "record")},
        "organisation": f"/api/v1/organisations/{content['organisationId']}",
        "page": f"/processes/{content['processId']}",
    }
    return content
