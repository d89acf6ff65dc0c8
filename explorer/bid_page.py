"""The page on which bids are handed in: one file, the same bytes for every process (``docs/handing-in.md``); as it is
built, or the operator's copy that knows custodians."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.page_file import PageFile
from explorer.render import Renderer

_CONNECTIONS: Final = re.compile(r"connect-src [^;]+")


def routes(renderer: Renderer) -> list[Route]:
    """``/bid/{processId}/{round}``; the page itself reads its address and says whether there is such a round."""
    page = renderer.bid_page

    def serve(_request: Request) -> Response:
        settings = renderer.services.settings
        return page.answer(policy(page, (*(receiver.url for receiver in settings.receivers), *settings.nodes)))

    return [Route("/bid/{process}/{round:int}", serve)]


def policy(page: PageFile, urls: Iterable[str]) -> str:
    """The page's own policy, which cannot know receivers and nodes, with connections to those and to its origin."""
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls)}
    return _CONNECTIONS.sub(" ".join(["connect-src 'self'", *sorted(origins)]), page.policy)
