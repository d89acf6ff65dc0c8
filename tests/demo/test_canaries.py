"""What is in a sealed bid is nowhere in public: not on a page, in an answer, a feed, a bundle, a metric or the log."""

from __future__ import annotations

import gzip
import html
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ledger.chain.identifiers import process_id
from ledger.cli.demo.running import application, for_a_while
from ledger.cli.demo.school_run import OCID, PRICES
from ledger.cli.demo.sealed_checks import contents_of, forms_of
from ledger.cli.demo.seeding import open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import BUSES, BUYER, COACHES
from ledger.opening.opened import OpenedRound, opened_folder, read_opened

LINK = re.compile(r'(?:href|src)="(/[^"#]*)"')
FEEDS = ("/api/v1/feed.atom", "/api/v1/records.jsonl", "/api/v1/releases.jsonl", "/api/v1/processes.csv", "/metrics")


def addresses(client: httpx.Client) -> Iterator[tuple[str, bytes]]:
    """Everything that a visitor comes to from the start page, in both languages, and what programs ask."""
    process = "0x" + process_id(Stage.organisation(BUYER), OCID).hex()
    base = f"/api/v1/processes/{process}"
    asked = [
        f"{base}{part}" for part in ("", "/acts", "/rounds", "/releases", "/record", "/evidence", "/rounds/1/sealing")
    ]
    waiting, seen = ["/", "/?lang=en", *FEEDS, *asked], set[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen or len(seen) > 600:
            continue
        seen.add(path)
        answer = client.get(path)
        yield path, answer.content
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += map(html.unescape, LINK.findall(answer.text))
    assert f"/processes/{process}" in seen


def readable(content: bytes) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)


def test_sealed_bids_leave_nothing_in_public(town: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Every value and disclosure of every bid, raw, escaped, localised, in base64 and as plain digest, is looked for
    wherever a visitor comes; only what the award discloses is found."""
    caplog.set_level(logging.DEBUG)
    opened: OpenedRound = read_opened(
        opened_folder(town, process_id(Stage.organisation(BUYER), OCID), 1) / "round.json"
    )
    # The award names its supplier, as every award does.
    disclosed = json.dumps([COACHES.party("supplier"), BUSES.party()], ensure_ascii=False) + "DE-HRB EUR text/plain"
    secrets = {*PRICES, *(each for each in contents_of(opened) if each not in disclosed)}
    assert len(secrets) > 20
    looked = 0
    with (
        open_demo(town) as demo,
        for_a_while(application(demo)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        for path, content in addresses(client):
            looked += 1
            for part in readable(content):
                found = [secret for secret in secrets for form in forms_of(secret) if form in part]
                assert found == [], path
    assert looked > 60
    said = caplog.text.encode()
    assert [secret for secret in secrets for form in forms_of(secret) if form in said] == []


def test_canaries_are_found_where_a_bid_is_disclosed(town: Path) -> None:
    """The search finds what is there: in the officers' own folder each of them stands."""
    folder = opened_folder(town, process_id(Stage.organisation(BUYER), OCID), 1)
    content = (folder / "round.json").read_bytes()
    for secret in (PRICES[2], PRICES[4], PRICES[5]):
        assert any(form in content for form in forms_of(secret))
