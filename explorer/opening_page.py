"""The page on which officers close and open a round: one file, the same for every process (``docs/opening.md``)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.page_file import OPENING_PAGE


def routes() -> list[Route]:
    """``/opening/{processId}/{round}``; the page itself reads its address and says whether there is such a round."""

    def serve(_request: Request) -> Response:
        return OPENING_PAGE.answer(OPENING_PAGE.policy)

    return [Route("/opening/{process}/{round:int}", serve)]
