"""The list of processes and the page of one process."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import digest_of
from explorer import links
from explorer.process_view import view
from explorer.render import Renderer
from explorer.search_view import LONGEST_SEARCH, Search

PAGE_SIZE = 20


def routes(renderer: Renderer) -> list[Route]:
    """Start page with the list, and one page a process."""

    def start(request: Request) -> Response:
        search = Search.read(request.query_params)
        cursor = request.query_params.get("cursor") or None
        queries = renderer.services.queries
        found = queries.processes(search.filter, cursor, PAGE_SIZE)
        values = {
            "page": found,
            "search": search,
            "groups": search.groups(queries.facets(search.filter)),
            "longest": LONGEST_SEARCH,
            "first_page": search.address() if cursor else None,
            "next_page": search.address(cursor=found.next_cursor) if found.next_cursor else None,
        }
        address = links.api_processes({**search.same, "facets": "true", **({"cursor": cursor} if cursor else {})})
        return renderer.page(request, "start.html", values, data_url=address)

    def process(request: Request) -> Response:
        process_id = digest_of(request.path_params["process_id"])
        values = {"process": view(renderer.services, process_id)}
        return renderer.page(request, "process.html", values, data_url=links.api_process(process_id))

    return [Route("/", start), Route("/processes/{process_id}", process)]
