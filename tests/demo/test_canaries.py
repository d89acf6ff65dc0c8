"""Of a sealed bid exactly that is public which the buyer discloses: on pages, in answers, feeds, bundles and metrics.

Every field of every bid of the demo has texts that nothing else has, and a salt of its own.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import itertools
import json
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ledger.cli.demo import school_run as story
from ledger.cli.demo import seeding, supplement, tenderers
from ledger.cli.demo.calendar import stamp
from ledger.cli.demo.canaries import Search, canaries_of
from ledger.cli.demo.running import application, for_a_while, node_answers
from ledger.cli.demo.school_run import OCID, PRICES
from ledger.cli.demo.sealed_checks import (
    OFFER,
    bid_is_handed_in_now,
    canaries_of_the_story,
    exactly_the_disclosed_is_public,
    process_path,
    require_exactly,
    told_by_the_award,
)
from ledger.cli.demo.seeding import open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.supplement import DECLARATION, SUBJECT, TITLE
from ledger.cli.demo.town import BUSES, BUYER, COACHES, WHEELS
from ledger.cli.demo.visitor import Visitor
from ledger.errors import CheckFailed
from ledger.sealing.bid import Bid
from ledger.store.letters import Letters
from tests.cli.conftest import Siegel
from tests.demo.public import found_in_public
from tests.waiting import wait_until

AWARDED = {COACHES.name, COACHES.street}
"""What the award's notice tells of the bid that won; its own sum is not the bid's, in which a mistake was corrected."""


@dataclass
class Undecided:
    """A stopped town in which bids and an answer are opened and nothing is awarded; ``bids`` as they were sealed, the
    answer among them, and the ``letters`` that were sent."""

    home: Path
    bids: list[tuple[Bid, bytes]] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)

    @property
    def canaries(self) -> set[str]:
        """Of all fields of all bids, with their disclosures and salts, what is in their documents, and each line of the
        letters."""
        found = {document.decode() for _, document in self.bids}
        for subject, text in self.letters:
            found |= {subject, *text.splitlines()}
        for bid, _ in self.bids:
            values = {str(each.name): each.value for each in bid.fields}
            found |= set(canaries_of(values, [each.text for each in bid.fields]))
        return found


@pytest.fixture(scope="module")
def undecided(tmp_path_factory: pytest.TempPathFactory) -> Undecided:
    """The demo's story up to the evening before the award."""
    made, seal = Undecided(tmp_path_factory.mktemp("undecided") / "home"), tenderers.seal
    send = Letters.send

    def noted(stage: Stage, process: bytes, deadline: int, bid: Bid, document: bytes, **more: Any) -> Any:
        made.bids.append((bid, document))
        return seal(stage, process, deadline, bid, document, **more)

    def kept(letters: Letters, recipient: bytes, sender: bytes, subject: str, text: str, answer_round: int) -> int:
        made.letters.append((subject, text))
        return send(letters, recipient, sender, subject, text, answer_round)

    def until_the_award(stage: Stage, home: Path) -> Any:
        return itertools.takewhile(lambda moment: moment < stage.ago(13), story.school_run(stage, home))

    with (
        mock.patch.object(story, "seal", noted),
        mock.patch.object(supplement, "seal", noted),
        mock.patch.object(Letters, "send", kept),
        mock.patch.object(seeding, "school_run", until_the_award),
        open_demo(made.home, tampering=False, procedures=0),
    ):
        pass
    return made


@contextmanager
def visited(home: Path) -> Iterator[Visitor]:
    """Somebody who looks at a town that is served."""
    with open_demo(home) as demo, node_answers(demo), for_a_while(application(demo)) as url:
        visitor = Visitor(demo, url)
        try:
            yield visitor
        finally:
            visitor.web.close()


def found_by(visitor: Visitor, search: Search) -> dict[str, str]:
    """In public, by canary."""
    return found_in_public(str(visitor.web.base_url), search)


def test_sealed_bids_leave_nothing_in_public_before_the_award(
    undecided: Undecided, caplog: pytest.LogCaptureFixture
) -> None:
    """Seven bids of a round that was opened, whatever became of them, a letter to one of them and the answer, and a bid
    that was handed in a moment ago."""
    caplog.set_level(logging.DEBUG)
    search = Search({*undecided.canaries, *canaries_of(OFFER)})
    assert (len(undecided.bids), len(PRICES), len(undecided.letters)) == (8, 7, 1)
    assert {*PRICES, "1187654.32", SUBJECT, TITLE, DECLARATION.decode(), WHEELS.name} <= search.canaries
    for bid, _ in undecided.bids:
        assert {each.salt for each in bid.fields} <= search.canaries
    with visited(undecided.home) as visitor:
        bid_is_handed_in_now(visitor)
        found = found_by(visitor, search)
    assert found == {}
    assert search.found_in(caplog.text.encode()) == set()
    # A search that would be content with anything is none: what is not there has to be missed.
    with pytest.raises(CheckFailed, match=f": {COACHES.street}; .*: {COACHES.name}"):
        require_exactly(found, AWARDED)


def test_guess_at_a_bid_is_not_confirmed(undecided: Undecided) -> None:
    """Neither a search nor the lookup of a file answers otherwise to what is in a bid or an answer."""
    with visited(undecided.home) as visitor:
        for bid, document in undecided.bids:
            values = {str(each.name): each.value for each in bid.fields}
            for guess in canaries_of(values):
                assert visitor.web.get("/api/v1/processes", params={"q": guess}).json()["total"] == 0
            digest = hashlib.sha256(document).hexdigest()
            assert visitor.json(f"/api/v1/lookup/{digest}")["found"] == []


def test_award_discloses_who_the_supplier_is_and_nothing_else(
    siegel: Siegel, town: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same search in the same places finds the two texts that the award tells, of more than eighty; also when
    tenderers were let see the names and sums of the opening, which their receipts show them."""
    caplog.set_level(logging.DEBUG)
    with visited(town) as visitor:
        result = tmp_path / "result.json"
        minutes = ("--rule", "vob-a", "--out", tmp_path / "minutes.pdf", "--result", result)
        done = siegel("opening", "minutes", OCID, *minutes, home=town)
        assert done.exit_code == 0, done.out
        assert Search(PRICES).found_in(result.read_bytes()) == {PRICES[2], PRICES[4], PRICES[5]}
        done = siegel(
            "opening", "tell", OCID, "--result", result, "--server", visitor.web.base_url, "--json", home=town
        )
        assert (done.exit_code, done.data["tenderers"]) == (0, 3), done.out
        search = Search(canaries_of_the_story(visitor))
        assert told_by_the_award(visitor) == AWARDED
        found = found_by(visitor, search)
        assert exactly_the_disclosed_is_public(visitor).split()[0] == "2"
    assert len(search.canaries) > 80
    require_exactly(found, AWARDED)
    assert search.found_in(caplog.text.encode()) == set()
    for more in (PRICES[4], BUSES.name):
        with pytest.raises(CheckFailed, match=f"^[a-z]+: {more}"):
            require_exactly(found, {*AWARDED, more})
    for one in AWARDED:
        with pytest.raises(CheckFailed, match=f"{found[one]}: {one}"):
            require_exactly(found, AWARDED - {one})


def test_embargoed_notice_discloses_what_it_tells_when_the_embargo_ends(
    siegel: Siegel, town: Path, tmp_path: Path
) -> None:
    """Anchored it tells nothing of the bid in it; disclosed it tells that, and nothing else of the same bid. The check
    of ``siegel demo`` knows nothing of it and says what is there too much."""
    (tmp_path / "notice.json").write_text(json.dumps(notice_of_a_bid()), "utf-8")
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="seconds")
    with visited(town) as visitor:
        search = Search(canaries_of_the_story(visitor))
        releases = f"/api/v1/processes/{process_path(OCID)}"
        before = len(visitor.json(releases)["anchoredReleases"])
        publish = ("--release", tmp_path / "notice.json", "--kind", "embargoed", "--embargo-until", until)
        done = siegel("notice", "publish", *publish, "--json", home=town)
        assert done.exit_code == 0, done.out
        wait_until(lambda: len(visitor.json(releases)["anchoredReleases"]) > before)
        address = f"/api/v1/releases/{visitor.json(releases)['anchoredReleases'][-1]['digest']}"
        assert visitor.web.get(address).status_code != 200
        require_exactly(found_by(visitor, search), AWARDED)
        exactly_the_disclosed_is_public(visitor)

        done = siegel("disclose", OCID, "--early", "TED 712345-2026", "--json", home=town)
        assert (done.exit_code, len(done.data["disclosed"])) == (0, 1), done.out
        wait_until(lambda: visitor.web.get(address).status_code == 200)
        require_exactly(found_by(visitor, search), {*AWARDED, BUSES.name, BUSES.street, PRICES[2]})
        with pytest.raises(CheckFailed) as refused:
            exactly_the_disclosed_is_public(visitor)
        assert all(f": {told}" in str(refused.value) for told in (BUSES.name, BUSES.street, PRICES[2]))
        assert len(str(refused.value).split("; ")) == 3


def notice_of_a_bid() -> dict[str, Any]:
    """Who handed in the bid that was second, and for how much."""
    return {
        "ocid": OCID,
        "id": f"{OCID}-bids",
        "date": stamp(int(datetime.now(UTC).timestamp())),
        "tag": ["awardUpdate"],
        "initiationType": "tender",
        "language": "de",
        "parties": [BUYER.party("buyer"), BUSES.party("tenderer")],
        "buyer": BUYER.reference(),
        "bids": {
            "details": [
                {
                    "id": "1",
                    "status": "valid",
                    "tenderers": [BUSES.reference()],
                    "value": {"amount": float(PRICES[2]), "currency": "EUR"},
                }
            ]
        },
    }


FIRM, AMOUNT = "Sauber & Söhne KG", "651247.31"


def zipped(content: bytes) -> bytes:
    """In an archive, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("canary", "content"),
    [
        (FIRM, f"von {FIRM},".encode()),
        (FIRM, json.dumps({"name": FIRM}).encode()),
        (FIRM, b"<td>Sauber &amp; S\xc3\xb6hne KG</td>"),
        (FIRM, b"?q=Sauber+%26+S%C3%B6hne+KG&"),
        (FIRM, b"?q=Sauber%20%26%20S%C3%B6hne%20KG&"),
        (FIRM, FIRM.encode().hex().encode()),
        (FIRM, hashlib.sha256(FIRM.encode()).hexdigest().encode()),
        (AMOUNT, b'{"amount": 651247.31}'),
        (AMOUNT, "651.247,31 €".encode()),
        (AMOUNT, "651\N{NARROW NO-BREAK SPACE}247,31".encode()),
        (AMOUNT, b"&euro;651,247.31"),
        (AMOUNT, b"651247,31"),
        *((FIRM, base64.b64encode(b"x" * before + FIRM.encode() + b"y")) for before in range(3)),
        *((FIRM, base64.urlsafe_b64encode(b"x" * before + FIRM.encode() + b"?>")) for before in range(3)),
        *((AMOUNT, base64.b64encode(b"x" * before + b"651.247,31" + b"y")) for before in range(3)),
        (AMOUNT, gzip.compress(b"651.247,31")),
        (AMOUNT, zipped(b'{"amount": 651247.31}')),
        (AMOUNT, zipped(zipped(gzip.compress(base64.b64encode(b"xx651247.31"))))),
    ],
)
def test_search_finds_a_canary_in_every_form(canary: str, content: bytes) -> None:
    """That one, and no other; and it misses what is one letter or figure beside it."""
    assert Search([FIRM, AMOUNT]).found_in(content) == {canary}
    assert Search(["Sauber & Söhne AG", "651274.31"]).found_in(content) == set()
