"""The way to the chain: a node by its address, the running node of this home, or the embedded chain opened here.

Only one process can hold the embedded chain. Whoever does says in ``chain/node.json`` where it answers, so that other
commands work while it runs; the lock, not that file, decides who holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from ledger.cli.home import replace_file
from ledger.errors import ChainInUse, DeploymentMissing
from ledger.settings import Settings

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment
    from ledger.chain.node import EmbeddedNode


def load_deployment(settings: Settings) -> Deployment:
    """Raises ``DeploymentMissing``, ``DeploymentUnreadable``."""
    from ledger.chain.deployment import Deployment

    if not settings.deployment_path.exists():
        raise DeploymentMissing(home=settings.home)
    return Deployment.load(settings.deployment_path)


def connect(settings: Settings, deployment: Deployment, closing: ExitStack) -> Chain:
    """The chain with the deployed smart contracts; what is opened for it is closed by ``closing``."""
    chain = connect_to(open_node(settings, closing), settings, deployment)
    closing.callback(chain.close)
    return chain


def connect_to(target: str | EmbeddedNode, settings: Settings, deployment: Deployment) -> Chain:
    """The chain behind a node; all processes of the home share one book of nonces."""
    from ledger.chain.client import Chain

    return Chain.connect(
        target, deployment, nonces=settings.home / "nonces.sqlite", receipt_timeout=settings.receipt_timeout
    )


def open_node(settings: Settings, closing: ExitStack) -> str | EmbeddedNode:
    """The address of a node that runs, else the embedded one, opened. Raises ``ChainInUse`` and as its ``open``."""
    if settings.rpc_url is not None:
        return settings.rpc_url
    from ledger.chain.node import EmbeddedNode

    try:
        return closing.enter_context(EmbeddedNode.open(settings.chain_dir))
    except ChainInUse as busy:
        url = _announced_by(settings, str(busy.values.get("process")))
        if url is None:
            raise
        return url


@contextmanager
def announced(settings: Settings, url: str, process: int) -> Iterator[None]:
    """Says where ``process``, which holds the chain, answers for it."""
    path = settings.chain_dir / "node.json"
    replace_file(path, json.dumps({"url": url, "process": str(process)}).encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_node(settings: Settings) -> str | None:
    """The address at which the process that holds the embedded chain answers; None if none holds it or says so."""
    from ledger.chain.node.mark import holder

    process = holder(settings.chain_dir)
    return None if process is None else _announced_by(settings, process)


def _announced_by(settings: Settings, process: str) -> str | None:
    try:
        found = json.loads((settings.chain_dir / "node.json").read_text(encoding="utf-8"))
        return str(found["url"]) if found["process"] == process else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
