"""How many envelopes an account reads at once, and what becomes of a reader who takes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api import downloads
from api.app import app_of
from ledger.chain.signers import KeySigner
from tests.api.sealed_town import CLOSED, SealedTown


class Reader:
    """An officer who asks for an envelope and takes pieces of it only when let."""

    def __init__(self, town: SealedTown, who: KeySigner, *, asks_for: str = "bytes=0-70000") -> None:
        what = f"envelopes/{town.commitment(CLOSED, town.bids[CLOSED][0]).hex()}"
        headers = town.signed(who, CLOSED) | {"Range": asks_for}
        self.scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": town.path(CLOSED, what), "raw_path": town.path(CLOSED, what).encode(),
            "query_string": b"", "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        self.begun, self.let, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.status, self.body = 0, b""

    async def read(self, app: FastAPI) -> Reader:
        """Ask, and read to the end."""
        await app(self.scope, self._receive, self._send)
        return self

    async def read_at_once(self, app: FastAPI) -> Reader:
        """The same, without waiting for anything."""
        self.let.set()
        return await self.read(app)

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.begun.set()
        await self.let.wait()
        self.body += message["body"]


@pytest.fixture
def app(town: SealedTown) -> FastAPI:
    """The town's application, of which no account reads more than two at once."""
    receiver = town.services.settings.receiver.model_copy(update={"downloads_of_account": 2})
    settings = town.services.settings.model_copy(update={"receiver": receiver})
    return app_of(replace(town.services, settings=settings, metrics=CollectorRegistry()))


def test_get_more_envelopes_at_once_than_an_account_may_is_refused_until_one_is_read(
    town: SealedTown, app: FastAPI
) -> None:
    """Also in parts; another officer is not kept waiting, and what is being read goes on to its end."""
    one, two, data = town.town.officer_one, town.town.officer_two, town.bids[CLOSED][0].data

    async def story() -> None:
        readers = [Reader(town, one), Reader(town, one, asks_for="bytes=5-")]
        reading = [asyncio.create_task(reader.read(app)) for reader in readers]
        for reader in readers:
            await reader.begun.wait()
        refused = await Reader(town, one, asks_for="bytes=0-31").read_at_once(app)
        assert (refused.status, b"/problems/ServiceBusy" in refused.body) == (503, True)
        other = await Reader(town, two).read_at_once(app)
        assert (other.status, other.body) == (206, data[:70_001])
        readers[0].let.set()
        assert (await reading[0]).body == data[:70_001]
        next_one = await Reader(town, one, asks_for="bytes=0-31").read_at_once(app)
        assert (next_one.status, next_one.body) == (206, data[:32])
        readers[1].let.set()
        assert (await reading[1]).body == data[5:]

    asyncio.run(story())


def test_get_by_a_reader_who_goes_away_gives_the_turns_back(town: SealedTown, app: FastAPI) -> None:
    """A browser that was closed in the middle keeps nobody from reading."""

    async def story() -> None:
        for _ in range(3):
            reader = Reader(town, town.town.officer_one)
            reading = asyncio.create_task(reader.read(app))
            await reader.begun.wait()
            reader.gone.set()
            await reading
            assert reader.body == b""

    asyncio.run(story())


def test_get_by_a_reader_who_takes_nothing_is_cut_off(
    town: SealedTown, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that went to sleep would keep its turns for ever."""
    monkeypatch.setattr(downloads, "PATIENCE", 0.01)

    async def story() -> None:
        for _ in range(3):
            reader = await Reader(town, town.town.officer_one).read(app)
            assert (reader.status, reader.body) == (206, b"")

    asyncio.run(story())


def test_get_without_such_a_range_takes_no_turn(town: SealedTown, app: FastAPI) -> None:
    """What is refused is over at once."""

    async def story() -> None:
        for _ in range(3):
            assert (
                await Reader(town, town.town.officer_one, asks_for="bytes=99999999-").read_at_once(app)
            ).status == 416

    asyncio.run(story())
