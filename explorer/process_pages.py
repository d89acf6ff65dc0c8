"""The list of processes and the page of one process."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import digest_of
from api.processes import MOST_WORDS
from explorer import links
from explorer.process_view import view
from explorer.render import Renderer
from ledger.index.rows import ProcessFilter, Status
from ledger.index.words import parts

PAGE_SIZE = 20
LONGEST_SEARCH = 200
"""As in the form."""


def routes(renderer: Renderer) -> list[Route]:
    """Start page with the list, and one page a process."""

    def start(request: Request) -> Response:
        chosen = {name: request.query_params.get(name, "").strip() for name in ("q", "status", "mode")}
        # A NUL cannot stand in PostgreSQL text; no title contains one, so leaving it out changes no answer.
        chosen["q"] = chosen["q"][:LONGEST_SEARCH].replace("\0", "")
        words = " ".join(parts(chosen["q"])[:MOST_WORDS])
        wanted = ProcessFilter(
            q=words or None,
            status=Status(chosen["status"]) if chosen["status"] in set(Status) else None,
            mode=chosen["mode"] if chosen["mode"] in ("observed", "anchored", "sealed") else None,
        )
        cursor = request.query_params.get("cursor") or None
        found = renderer.services.queries.processes(wanted, cursor, PAGE_SIZE)
        asked = {name: value for name, value in chosen.items() if value}
        values = {
            "page": found,
            "chosen": chosen,
            "longest": LONGEST_SEARCH,
            "searching": bool(asked),
            "first_page": f"/?{urlencode(asked)}" if cursor else None,
            "next_page": f"/?{urlencode({**asked, 'cursor': found.next_cursor})}" if found.next_cursor else None,
        }
        same = {**asked, **({"q": words} if words else {}), **({"cursor": cursor} if cursor else {})}
        address = links.api_processes(same)
        return renderer.page(request, "start.html", values, data_url=address)

    def process(request: Request) -> Response:
        process_id = digest_of(request.path_params["process_id"])
        values = {"process": view(renderer.services, process_id)}
        return renderer.page(request, "process.html", values, data_url=links.api_process(process_id))

    return [Route("/", start), Route("/processes/{process_id}", process)]
