"""The list of organisations and the page of one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import digest_of
from explorer import links
from explorer.render import Renderer
from ledger.index.rows import ProcessFilter

PAGE_SIZE = 20


def routes(renderer: Renderer) -> list[Route]:
    """List and single pages."""

    def organisations(request: Request) -> Response:
        values = {"organisations": renderer.services.queries.organisations()}
        return renderer.page(request, "organisations.html", values, data_url=f"{links.API}/organisations")

    def organisation(request: Request) -> Response:
        organisation_id = digest_of(request.path_params["organisation_id"])
        queries = renderer.services.queries
        found = queries.organisation(organisation_id)
        cursor = request.query_params.get("cursor") or None
        page = queries.processes(ProcessFilter(organisation_id=organisation_id), cursor, PAGE_SIZE)
        address = links.organisation_page(organisation_id)
        values = {
            "organisation": found,
            "page": page,
            "sums": queries.organisation_sums(organisation_id),
            "artifacts": queries.artifacts(organisation_id),
            "acts": queries.organisation_acts(organisation_id),
            "first_page": address if cursor else None,
            "next_page": links.with_query(address, {"cursor": page.next_cursor}) if page.next_cursor else None,
        }
        return renderer.page(request, "organisation.html", values, data_url=links.api_organisation(organisation_id))

    return [Route("/organisations", organisations), Route("/organisations/{organisation_id}", organisation)]
