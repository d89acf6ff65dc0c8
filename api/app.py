"""The web application: JSON under ``/api/v1`` and, where mounted, the pages of the explorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.settings import Settings


def create_app(settings: Settings, *, chain: Chain | None = None, follow: bool = True) -> FastAPI:
    """The application for one home folder.

    ``chain``: a chain that is open already (an embedded node runs in one process only); by default the one of the
    settings is opened at start and closed at the end. ``follow``: keep the index up with the chain in a thread of its
    own. ``app.state.services`` holds the :class:`api.services.Services`.
    """
    raise NotImplementedError
