"""What happened last among the processes that fit, as an Atom feed (RFC 4287) to subscribe to.

Each entry is the latest act of a process: when the next one comes, it is a new entry, so that a reader is told.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final
from xml.etree import ElementTree

from fastapi import APIRouter, Query, Request, Response

from api.answers import REVALIDATE, Using, bytes_answer, services_of
from api.described import TEXT, content
from api.packages import address_of
from api.paging import next_address
from api.process_filter import Wanted
from ledger.index.rows import ProcessRow
from ledger.ocds.odd_characters import visible

router = APIRouter(tags=["feed"])

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
ENTRIES: Final = 50

_NOT_IN_XML = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}  # controls are made visible before


@router.get("/feed.atom", summary="Latest acts of the processes that fit", responses=content(MEDIA_TYPE, TEXT))
def feed(
    request: Request,
    services: Using,
    wanted: Wanted,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """Takes the parameters of ``/processes``; so there is a feed for each search and each buyer. Older entries are
    reached by the link ``next`` (RFC 5005)."""
    page = services.queries.processes(wanted, cursor, ENTRIES)
    root = ElementTree.Element("feed", {"xmlns": ATOM})
    here = address_of(request, services, _address(request))
    first = request.url.remove_query_params("cursor")
    _add(root, "id", address_of(request, services, _tail(first.path, first.query)))
    _add(root, "title", _title(request, services.settings.operator.name or services.settings.publisher.name))
    _add(root, "updated", _moment(max((row.last_time for row in page.items), default=0)))
    author = ElementTree.SubElement(root, "author")
    _add(author, "name", services.settings.operator.name or services.settings.publisher.name or "Vergabesiegel")
    _link(root, "self", here, MEDIA_TYPE)
    shown = _tail("/", request.url.remove_query_params(["cursor", "sort"]).query)
    _link(root, "alternate", address_of(request, services, shown), "text/html")
    if (following := next_address(request, page)) is not None:
        _link(root, "next", address_of(request, services, following), MEDIA_TYPE)
    if services.settings.license_url:
        _link(root, "license", services.settings.license_url, None)  # RFC 4946
    for row in page.items:
        _entry(root, request, row)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return bytes_answer(request, body, MEDIA_TYPE, cache=REVALIDATE)


def _entry(root: ElementTree.Element, request: Request, row: ProcessRow) -> None:
    services = services_of(request)
    page = address_of(request, services, f"/processes/0x{row.process_id.hex()}")
    entry = ElementTree.SubElement(root, "entry")
    _add(entry, "id", f"{page}#step-{row.acts}")
    _add(entry, "title", row.title or row.ocid)
    _add(entry, "updated", _moment(row.last_time))
    _add(entry, "published", _moment(row.last_time))
    _link(entry, "alternate", f"{page}#step-{row.acts}", "text/html")
    record = address_of(request, services, f"/api/v1/processes/0x{row.process_id.hex()}/record")
    _link(entry, "related", record, "application/json")
    for term in (row.status.value, row.mode):
        ElementTree.SubElement(entry, "category", {"term": term})
    told = [row.buyer_name, row.ocid, row.status.value, row.mode]
    if row.deadline is not None:
        told.append(f"deadline {_moment(row.deadline)}")
    if row.value_amount is not None:
        told.append(f"{row.value_amount} {row.value_currency or ''}".rstrip())
    _add(entry, "summary", " · ".join(filter(None, told)))


def _title(request: Request, name: str) -> str:
    asked = [f"{key}={value}" for key, value in request.query_params.multi_items() if key not in ("cursor", "sort")]
    return " · ".join(filter(None, ("Vergabesiegel", name, *asked)))


def _address(request: Request) -> str:
    return _tail(request.url.path, request.url.query)


def _tail(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = visible(text).translate(_NOT_IN_XML)


def _link(parent: ElementTree.Element, relation: str, address: str, media_type: str | None) -> None:
    given = {"rel": relation, "href": address} | ({"type": media_type} if media_type else {})
    ElementTree.SubElement(parent, "link", given)


def _moment(seconds: int) -> str:
    """RFC 3339; moments that no calendar of ours knows are the last one it does."""
    return datetime.fromtimestamp(min(seconds, _LAST), UTC).isoformat().replace("+00:00", "Z")


_LAST: Final = 253_402_300_799
