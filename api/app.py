"""The web application: JSON under ``/api/v1`` and, where given, the pages of the explorer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from fastapi import FastAPI

from api import (
    bulk,
    contributions,
    described,
    envelopes,
    evidence,
    extension,
    feed,
    findings,
    grounds,
    health,
    incidents,
    key_sets,
    letters,
    log,
    lookup,
    metrics,
    openings,
    organisations,
    preflight,
    problems,
    processes,
    promises,
    proposals,
    rehearsals,
    releases,
    results,
    rounds,
    sealing_info,
    statistics,
    transactions,
)
from api.answer_cache import CachedAnswers
from api.downloads import Readers
from api.head import HeadAsGet
from api.headers import AnswerHeaders
from api.services import Services
from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment
from ledger.chain.signers import KeySigner
from ledger.settings import Settings

PREFIX = "/api/v1"

Pages = Callable[[FastAPI, Services], None]


def create_app(
    settings: Settings,
    *,
    chain: Chain | None = None,
    pages: Pages | None = None,
    follow: bool = True,
    receiver: KeySigner | None = None,
) -> FastAPI:
    """The application for one home folder; index, store and state are opened here and closed with the application.

    ``chain``: a chain that is open already and stays so; by default the one of the settings is opened here (an
    embedded chain can be open in one process only). ``pages``: mounts the pages, as ``explorer.mount`` does.
    ``follow``: keep the index up with the chain in a thread of its own. ``receiver``: the key of the settings'
    receiver; without it nothing can be handed in. ``app.state.services`` holds the
    :class:`api.services.Services`.
    """
    closing = ExitStack()
    with ExitStack() as unfinished:
        unfinished.callback(closing.close)
        services = Services.open(settings, chain or _open_chain(settings, closing), follow=follow, receiver=receiver)
        closing.callback(services.close)
        unfinished.pop_all()
    return app_of(services, pages=pages, closing=closing)


def app_of(services: Services, *, pages: Pages | None = None, closing: ExitStack | None = None) -> FastAPI:
    """The application over services that are open; ``closing`` is closed when the application ends."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if services.follower is not None:
            services.follower.start()
            services.comparison.start()
            if services.keeper is not None:
                services.keeper.start()
        if services.receiver_keeper is not None:
            services.receiver_keeper.start()
        try:
            yield
        finally:
            if services.receiver_keeper is not None:
                services.receiver_keeper.stop()
            if services.keeper is not None:
                services.keeper.stop()
            services.comparison.stop()
            if services.follower is not None:
                services.follower.stop()
            if closing is not None:
                closing.close()

    app = FastAPI(
        title="Vergabesiegel",
        version="1",
        description="Public procurement that anyone can check: processes, releases and the acts that anchor them.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the usual documentation pages load scripts from elsewhere; docs/api.md is ours
        redoc_url=None,
        license_info={"name": "data licence", "url": services.settings.license_url or None},
        lifespan=lifespan,
        responses=described.PROBLEMS,
    )
    app.state.services = services
    app.state.turns = envelopes.Turns()
    app.state.readers = Readers(services.settings.receiver.downloads_of_account)
    app.add_middleware(CachedAnswers, index=services.index, queries=services.queries)
    app.add_middleware(HeadAsGet)
    app.add_middleware(metrics.Requests, registry=services.metrics)
    app.add_middleware(
        AnswerHeaders,
        chain_id=services.deployment.chain_id,
        ledger=services.deployment.ledger,
        license_url=services.settings.license_url,
    )
    problems.install(app)
    # The bulk files before the single things: their names would pass for digests.
    for part in (
        bulk, feed, evidence, processes, releases, organisations, key_sets, rounds, sealing_info, findings, statistics,
        lookup, health, openings, contributions, rehearsals, proposals, results, letters, grounds,
    ):  # fmt: skip
        app.include_router(part.router, prefix=PREFIX)
    for part in (envelopes, promises, transactions, incidents, preflight):
        app.include_router(part.router, prefix=PREFIX)
    for probes in (health.probes, metrics.router):
        app.include_router(probes, prefix=PREFIX)
        app.include_router(probes, include_in_schema=False)  # probes look for them at the root
    app.include_router(log.router)
    app.include_router(extension.router)
    app.include_router(problems.router)
    app.include_router(problems.nothing_else, prefix="/api")
    if pages is not None:
        pages(app, services)
    return app


def _open_chain(settings: Settings, closing: ExitStack) -> Chain:
    deployment = Deployment.load(settings.deployment_path)
    if settings.rpc_url is not None:
        return Chain.connect(settings.rpc_url, deployment, receipt_timeout=settings.receipt_timeout)
    from ledger.chain.node import EmbeddedNode  # py-evm takes a second to import; a node by address does without

    node = closing.enter_context(EmbeddedNode.open(settings.chain_dir))
    return Chain.connect(node, deployment, receipt_timeout=settings.receipt_timeout)
