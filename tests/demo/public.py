"""Everything of the served demo that anybody can have, and what of the bids stands in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx

from ledger.cli.demo.canaries import Search
from ledger.cli.demo.school_run import OCID
from ledger.cli.demo.sealed_checks import LIVE, process_path
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.supplement import NUMBER
from ledger.cli.demo.town import BUYER

LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')
FEEDS = (
    "/api/v1/feed.atom",
    "/api/v1/records.jsonl",
    "/api/v1/releases.jsonl",
    "/api/v1/processes.csv",
    "/api/v1/processes?limit=200",
    "/api/v1/organisations",
    "/api/v1/statistics",
    "/api/v1/status",
    "/api/v1/openapi.json",
    f"/api/v1/organisations/0x{Stage.organisation(BUYER).hex()}/evidence",
    "/checkpoint",
    "/healthz",
    "/readyz",
    "/metrics",
)
OF_A_PROCESS = ("", "/acts", "/rounds", "/releases", "/record", "/evidence", "/rounds/1/sealing")
BESIDE_FILTERS = {"lang", "facets", "limit", "v"}
MOST = 1_000
TILE = 256
"""So many entries are in one file of the log (C2SP tlog-tiles)."""


def addresses(client: httpx.Client) -> Iterator[tuple[str, bytes]]:
    """Everything that a visitor comes to from the start page, in both languages, and what programs ask."""
    of_bids = [f"/api/v1/processes/{process_path(ocid)}{part}" for ocid in (OCID, LIVE) for part in OF_A_PROCESS]
    of_bids.append(f"/api/v1/processes/{process_path(OCID)}/rounds/{NUMBER}/sealing")
    waiting, seen = ["/", "/?lang=en", *FEEDS, *of_bids, *_of_acts(client), *_of_the_log(client)], set[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        assert len(seen) < MOST
        answer = client.get(path)
        assert answer.status_code == 200, path
        yield path, answer.content
        yield f"{path}, headers", repr(answer.headers.raw).encode()
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            waiting += filter(_is_followed, map(html.unescape, LINK.findall(answer.text)))
    assert {f"/processes/{process_path(ocid)}" for ocid in (OCID, LIVE)} <= seen


def _of_acts(client: httpx.Client) -> Iterator[str]:
    """What the relay tells about all that was sent to the processes with bids, and about whoever sent it."""
    for ocid in (OCID, LIVE):
        for act in client.get(f"/api/v1/processes/{process_path(ocid)}/acts").json()["acts"]:
            yield f"/api/v1/transactions/{act['transactionHash']}"
            yield f"/api/v1/accounts/{act['first']}"


def _of_the_log(client: httpx.Client) -> Iterator[str]:
    """Its entries, and the lowest of its hashes."""
    size = int(client.get("/checkpoint").text.splitlines()[1])
    for first in range(0, size, TILE):
        width = "" if size - first >= TILE else f".p/{size - first}"
        yield from (f"/tile/{level}/{first // TILE:03}{width}" for level in ("entries", "0"))


def _is_followed(path: str) -> bool:
    """Lists are looked at with one filter at a time: with two they have nothing that they do not have with one."""
    return len(parse_qs(urlsplit(path).query).keys() - BESIDE_FILTERS) < 2


def found_in_public(url: str, search: Search) -> dict[str, str]:
    """Each canary that stands somewhere, and one address where it does."""
    found: dict[str, str] = {}
    with httpx.Client(base_url=url, timeout=60) as client:
        for path, content in addresses(client):
            found |= dict.fromkeys(search.found_in(content), path)
    return found
