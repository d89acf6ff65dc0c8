"""Every act of the statute table that a process can hold, as a sentence in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from explorer.act_words import DETAILED, NOTICE_TITLES, PLAIN, TITLES, TITLES_OF_LOT
from explorer.actors import BIDDERS, PUBLISHED
from explorer.formats import Formats
from explorer.language import Language, catalogue
from explorer.sentences import Sentences
from explorer.submission_words import ANSWERS
from ledger.index.rows import ActRow
from ledger.index.sync import Synchroniser
from ledger.terms import STATUTE, RoundKind
from tests.chain.nodes import anvil
from tests.chain.story import OCID, tell
from tests.chain.town import BUYER, settle
from tests.explorer.site import open_services, serving, text_of

COMPOSED = {"BidCommitted", "ExternalBidRegistered", "ProcessSuspended", "Reinstated"}
"""Acts whose sentence is composed from the act's record alone."""

OF_PROCESSES = {entry.name: entry for entry in STATUTE.values() if entry.series == "process"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page of a process in which every act happened; of its releases only the digests exist."""
    folder = tmp_path_factory.mktemp("story")
    with anvil() as node:
        town = settle(node)
        tell(town)
        with open_services(folder, town.chain) as services:
            Synchroniser(services.index, town.chain, services.store).run_once()
            processes = services.queries.processes_by_ocid(OCID)
            (row,) = (row for row in processes if row.organisation_id == BUYER)
            with serving(services) as url:
                yield f"{url}/processes/0x{row.process_id.hex()}"


def test_every_act_of_the_statute_has_its_words() -> None:
    """Titles, sentences and actors cover exactly the acts that the table lists for processes."""
    assert set(TITLES) == set(OF_PROCESSES)
    assert set(PLAIN) | DETAILED | COMPOSED == set(OF_PROCESSES)
    assert {name for name, entry in OF_PROCESSES.items() if entry.who == ("publisher",)} == PUBLISHED
    assert {name for name, entry in OF_PROCESSES.items() if entry.who == ("bidder",)} == BIDDERS


OF_ANSWERS: dict[str, dict[str, Any]] = {
    "RoundOpened": {"terms": {"kind": RoundKind.SUPPLEMENT, "deadline": 3}},
    "RoundResumed": {"deadline": 3},
    "BidCommitted": {},
    "BidWithdrawn": {},
    "ExternalBidRegistered": {},
    "RoundClosed": {"counted": 2},
    "BidsOpened": {"outcomes": [{}, {}]},
    "OutcomeRevised": {},
    "BidExcluded": {},
    "BidReadmitted": {},
}
"""Acts that a round of answers can have, with their own arguments."""


@pytest.mark.parametrize(("language", "bid", "answer"), [("de", "Angebot", "Antwort"), ("en", "bid", "answer")])
def test_act_of_a_round_of_answers_never_calls_an_answer_a_bid(language: Language, bid: str, answer: str) -> None:
    """In its title and its sentence, whoever handed it in and whatever became of it; also where there was none."""
    told = Sentences(catalogue(language), Formats(language), ANSWERS)
    rows = [act_row(name, detail) for name, detail in OF_ANSWERS.items()]
    rows += [act_row("BidCommitted", {}, arrival=1), act_row("RoundClosed", {"counted": 0})]
    rows.append(act_row("BidsOpened", {"outcomes": []}))
    for row in rows:
        text = f"{told.title(row)}: {told.sentence(row)}"
        assert re.search(rf"\b{bid}", text, re.IGNORECASE) is None, text
        assert answer in text or answer.capitalize() in text or row.act == "RoundOpened", text
        assert "%(" not in text
    of_rounds = {name for name, entry in OF_PROCESSES.items() if "round" in entry.record}
    assert of_rounds - OF_ANSWERS.keys() == {"TenderPublished", "TenderAmended", "AwardAnnounced", "Remanded"}


def act_row(name: str, detail: dict[str, Any], arrival: int = 2) -> ActRow:
    """An act of round 2 and, if it is of one, of its first bid."""
    return ActRow(
        process_id=bytes(32), organisation_id=bytes(32), act=name, number=0, sequence=1, roles=0, time=2,
        first=bytes(20), second=None, lot=None, round=2, bid=0, ref=None, arrival=arrival, ground=None, release=None,
        subject=None, detail=detail, digest=bytes(32), data=b"", block_number=1, block_hash=bytes(32),
        transaction_hash=bytes(32), log_index=0,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_page_of_a_long_story_tells_every_act(told: str, language: str) -> None:
    """Each act of the story is on the page with its sentence, none of them unreadable."""
    speak = catalogue("de" if language == "de" else "en").gettext
    html = httpx.get(told, params={"lang": language}).text
    page = text_of(html)
    # In the story only lots are suspended and set back; one lot and the whole process are reinstated.
    titles = {**TITLES, **TITLES_OF_LOT, "NoticePublished": NOTICE_TITLES["planning"]}
    assert speak(TITLES["Reinstated"]) in page
    for name, title in titles.items():
        assert speak(title) in page, name
    assert page.count("?.") == 0
    assert "cannot be read" not in page
    assert "lässt sich nicht lesen" not in page
    assert not re.search(r"%\(\w+\)s", page)


def test_exceptions_stand_out_with_their_ground(told: str) -> None:
    """An early conclusion is flagged on its act and in the table of awards; bids have one outcome each."""
    page = text_of(httpx.get(told, params={"lang": "de"}).text)
    assert "Ausnahme: Der Vertrag wurde vor Ablauf der Wartefrist" in page
    assert "vorzeitig, mit Begründung" in page
    assert "durch ein späteres Angebot ersetzt" in page
    assert "verspätet, bleibt versiegelt" in page
    assert "Durch eine Nachprüfungsstelle." in page
    assert "hinfällig, das Verfahren wurde zurückversetzt" in page


def test_releases_that_nobody_holds_are_said_to_be_missing(told: str) -> None:
    """A digest on the chain without a file in the store raises the alarm."""
    page = text_of(httpx.get(told, params={"lang": "de"}).text)
    assert "Abweichung gefunden" in page
    assert "fehlt im Speicher" in page


def test_many_findings_are_folded_after_the_first(told: str) -> None:
    """The key facts stay near the top of a page whose files are all gone; no finding is left out."""
    html = httpx.get(told, params={"lang": "de"}).text
    alarm = html.partition('role="alert"')[2].partition('id="facts"')[0]
    first, _, folded = alarm.partition("<details")
    count = int(re.findall(r"Die übrigen Befunde zeigen \((\d+)\)", folded)[0])
    assert (first.count("fehlt im Speicher"), folded.count("fehlt im Speicher")) == (5, count)
