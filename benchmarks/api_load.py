"""Asks one server over a few connections that are kept open, as fast as it answers."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 4
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Answer:
    """``size``: bytes of the body."""

    status: int
    headers: Mapping[str, str]
    size: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What one question at a time over each connection gave; ``took`` in seconds each, ``processor``: seconds that the
    serving process worked for all."""

    seconds: float
    took: Sequence[float]
    processor: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds

    def milliseconds(self, percent: int) -> float:
        """So many per cent of the answers took no longer."""
        return statistics.quantiles(self.took, n=100, method="inclusive")[percent - 1] * 1_000

    @property
    def work(self) -> float:
        """Milliseconds of processor time for an answer."""
        return self.processor * 1_000 / len(self.took)


class Server:
    """A server by its address, and the process that serves."""

    def __init__(self, url: str, process: int) -> None:
        place = urlsplit(url)
        assert place.hostname is not None
        self._host, self._port, self.process = place.hostname, place.port, process

    def processor(self) -> float:
        """Seconds of processor time that the process has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self, kind: str = "VmRSS") -> float:
        """MiB; ``VmHWM``: the most there were."""
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1_024

    def ask(self, path: str, headers: str = "", *, keep: bool = True) -> Answer:
        """One answer; without ``keep`` its body is only counted."""

        async def once() -> Answer:
            reader, writer = await asyncio.open_connection(self._host, self._port)
            try:
                return await self._exchange(reader, writer, self._request(path, headers), keep=keep)
            finally:
                writer.close()

        return asyncio.run(once())

    def load(self, paths: Sequence[str], seconds: float, *, headers: Sequence[str] = ("",), status: int = 200) -> Load:
        """Ask for these paths in turn, each first once aside. Every answer must have this status."""
        requests = [self._request(path, header) for path, header in zip(paths, cycle(headers), strict=False)]
        return asyncio.run(self._load(requests, seconds, status))

    async def _load(self, requests: Sequence[bytes], seconds: float, status: int) -> Load:
        connections = [await asyncio.open_connection(self._host, self._port) for _ in range(CONNECTIONS)]
        took: list[float] = []

        async def use(number: int, asked: Iterator[bytes], until: float) -> None:
            reader, writer = connections[number]
            for request in asked:
                began = time.perf_counter()
                answer = await self._exchange(reader, writer, request)
                took.append(time.perf_counter() - began)
                assert answer.status == status, (request, answer.status, answer.body)
                if time.perf_counter() > until:
                    return

        await asyncio.gather(*(use(n, iter(requests[n::CONNECTIONS]), float("inf")) for n in range(CONNECTIONS)))
        took.clear()
        worked, began = self.processor(), time.perf_counter()
        in_turn = cycle(requests)
        await asyncio.gather(*(use(n, in_turn, began + seconds) for n in range(CONNECTIONS)))
        load = Load(time.perf_counter() - began, took, self.processor() - worked)
        for _, writer in connections:
            writer.close()
        return load

    def _request(self, path: str, headers: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{headers}\r\n".encode()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, *, keep: bool = True
    ) -> Answer:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        if headers.get("transfer-encoding") != "chunked":
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            return Answer(status, headers, len(body), body)
        size, pieces = 0, []
        while length := int(await reader.readline(), 16):
            piece = await reader.readexactly(length + 2)
            size += length
            if keep:
                pieces.append(piece[:-2])
        await reader.readline()
        return Answer(status, headers, size, b"".join(pieces))
