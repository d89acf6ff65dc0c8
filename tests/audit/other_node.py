"""A node whose answers are changed on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ledger.chain.rpc import Transport

Change = Callable[[str, Any], Any]


class OtherNode:
    """The town's node, some answers changed."""

    url = "other"

    def __init__(self, transport: Transport, change: Change) -> None:
        self._transport, self._change = transport, change

    def request(self, method: str, params: Sequence[Any]) -> Any:
        return self._change(method, self._transport.request(method, params))

    def close(self) -> None:
        pass
