"""Two real nodes for tests, the embedded chain and anvil. Both start a good month ago and take the time they get."""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ledger.chain.node import DevelopmentClock, EmbeddedNode, genesis
from ledger.chain.rpc import HttpTransport, LocalTransport, Transport

ROOT = Path(__file__).parents[2]
LONG_AGO = int(time.time()) - 40 * 86_400
"""A second a good month ago: seconds enough for every story."""


class TimedNode(Protocol):
    """A node whose next block's time can be set."""

    name: str
    transport: Transport

    def pass_to(self, second: int) -> None:
        """The next block, and calls until then, have this time; it is later than every block's."""


class Embedded:
    """The embedded chain in this process, on a development clock."""

    name = "py-evm"

    def __init__(self, node: EmbeddedNode, clock: DevelopmentClock) -> None:
        self.node, self.clock = node, clock
        self.transport: Transport = LocalTransport(node)

    def pass_to(self, second: int) -> None:
        self.clock.advance_to(second)


class Anvil:
    """anvil in a process of its own; one block for each transaction."""

    name = "anvil"

    def __init__(self, url: str) -> None:
        self.url = url
        self.transport: Transport = HttpTransport(url)

    def pass_to(self, second: int) -> None:
        # The first moves the clock that calls see, the second fixes the next block's time to the second.
        self.transport.request("evm_setTime", [second])
        self.transport.request("evm_setNextBlockTimestamp", [second])


@contextmanager
def embedded(folder: Path, *, chain_id: int | None = None, since: int = LONG_AGO) -> Iterator[Embedded]:
    """A new embedded chain in ``folder``."""
    genesis.create(folder, genesis_time=since, chain_id=chain_id)
    clock = DevelopmentClock(since + 1)
    with EmbeddedNode.open(folder, clock=clock) as node:
        yield Embedded(node, clock)


@contextmanager
def anvil(*arguments: str, chain_id: int = 20_261, since: int = LONG_AGO) -> Iterator[Anvil]:
    """A new anvil on a free port of the loopback; gas costs nothing there, too."""
    command = [str(ROOT / "node_modules/.bin/anvil"), "--host", "127.0.0.1", "--port", "0", "--accounts", "1"]
    command += ["--chain-id", str(chain_id), "--base-fee", "0", "--gas-price", "0", "--timestamp", str(since)]
    command += ["--hardfork", "prague", *arguments]
    with (
        # Past states go to the disk, and anvil would leave them in the home of whoever runs it.
        tempfile.TemporaryDirectory(prefix="anvil-") as folder,
        subprocess.Popen([*command, "--cache-path", folder], stdout=subprocess.PIPE, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            listening = None
            for line in process.stdout:
                listening = re.search(r"Listening on (\S+)", line)
                if listening:
                    break
            assert listening is not None, "anvil did not start"
            # anvil writes a line for each request; a full pipe would stop it.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            node = Anvil(f"http://{listening[1]}")
            yield node
            node.transport.close()
        finally:
            process.terminate()


class Counting:
    """A way to a node, which notes what is asked."""

    url = "embedded"

    def __init__(self, inner: Any) -> None:
        self.inner, self.asked = inner, list[tuple[str, Any]]()

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Ask, and remember it."""
        self.asked.append((method, params))
        return self.inner.request(method, params)

    def close(self) -> None:
        """It is its owner's to close."""
