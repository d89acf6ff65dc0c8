"""From a letter to the opened answer: a supplement round of a procedure whose bids are opened, on one machine."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest

from ledger.chain.registry import AdmitOrganisation, Person
from ledger.evidence.receipt import read_receipt
from ledger.opening.opened import FILE, opened_folder, read_opened
from ledger.terms import OrganisationKind, Role
from tests.cli.conftest import Called, Siegel
from tests.cli.notices import SCHEME, UID, write
from tests.cli.opening_desk import CUSTODIANS, OFFICERS, Tender, cosign
from tests.index.town import signer
from tests.officers.opening_town import OpeningTown, opening_town
from tests.opening.minuted import offered, organisation
from tests.opening.test_minutes_pdf import squeezed, text_of
from tests.waiting import wait_until

HOUR = 3600
LETTER = "Bitte reichen Sie die Referenzliste nach (§ 56 VgV)."
REFERENCES = b"%PDF references"


@dataclass
class Clock:
    """This process's, so many seconds ahead; it never goes back."""

    ahead: float = 0.0


@dataclass
class Asked:
    """Who types: round 1 of the procedure is opened, round 2 takes answers for an hour of the wall clock."""

    siegel: Siegel
    town: OpeningTown
    tender: Tender
    folder: Path
    deadline: int
    clock: Clock

    @property
    def home(self) -> Path:
        """The buyer's."""
        return self.town.desk.home

    def officer(self, group: str, what: str, *more: object, as_: str | None = None, round: int = 2) -> Called:
        """A command of the buyer on this procedure, at the server."""
        who = ("--as", as_) if as_ else ()
        where = ("--server", self.town.url, "--round", round, *who, "--json")
        return self.siegel(group, what, self.tender.id, *more, *where, home=self.home)

    def letter(self, bid: int, answer_round: int) -> Called:
        """Somebody of the buyer asks for what is missing from a bid."""
        text = self.folder / "letter.txt"
        text.write_text(LETTER, "utf-8")
        told = ("--bid", bid, "--subject", "Nachforderung", "--text", text, "--answer-round", answer_round)
        return self.officer("opening", "letter", *told, round=1)

    def bidder(self, what: str, receipt: Path, *more: object) -> Called:
        """A command of a tenderer, with its receipt."""
        return self.siegel("bid", what, receipt, *more, "--server", self.town.url, "--json")

    def answer(self, name: str, main_bid: str, who: str, **more: Any) -> Path:
        """Seal an answer and hand it in; its receipt."""
        (self.folder / "references.pdf").write_bytes(REFERENCES)
        content = {
            "tenderers": [organisation(who)], "mainBid": main_bid, "documents": [{"file": "references.pdf"}], **more,
        }  # fmt: skip
        offer, receipt = write(self.folder / f"{name}.json", content), self.folder / f"{name}.zip"
        sealed = self.siegel(
            "bid", "seal", self.tender.id, "--round", 2, "--server", self.town.url, "--bid", offer, "-o", receipt
        )
        assert sealed.exit_code == 0, sealed.err
        done = self.bidder("submit", receipt)
        assert done.exit_code == 0, done.out
        return receipt

    def pass_deadline(self) -> None:
        """By the machine's clock, which commands, server and custodians have, and by the ledger's."""
        self.clock.ahead += self.deadline + 60 - time.time()
        self.town.desk.clock.advance_to(self.deadline + 10)

    def opened(self) -> Called:
        """Closed by two officers, released by two custodians, opened by the first; what that one was told."""
        for name in OFFICERS[:2]:
            assert (done := self.officer("round", "close", as_=name)).exit_code == 0, done.out
        witnessed(self.town)
        for name in CUSTODIANS[:2]:
            asked = (self.tender.id, "--round", 2, "--policy", self.town.desk.policy, "--server", self.town.url)
            done = self.siegel("custodian", "release", *asked, "--json", home=self.town.desk.custodians[name])
            assert done.exit_code == 0, done.out
        for name in OFFICERS[:2]:
            assert (done := self.officer("opening", "contribute", as_=name)).exit_code == 0, done.out
        first = self.officer("opening", "finish", as_="officer-one")
        assert (first.exit_code, first.data["state"]) == (0, "closed"), first.out
        assert self.officer("opening", "finish", as_="officer-two").data["state"] == "opened"
        return first

    def minutes(self, *more: object, out: str = "minutes.pdf") -> Called:
        """The minutes of the round of answers."""
        return self.siegel(
            "opening", "minutes", self.tender.id, "--round", 2, "--rule", "vgv", "--out", self.folder / out, *more,
            home=self.home,
        )  # fmt: skip


def witnessed(town: OpeningTown) -> None:
    """All that stands on the ledger is in the log, and the witnesses saw it at once."""
    desk = town.desk
    newest = desk.chain.block_number()

    def is_logged() -> bool:
        log = httpx.get(f"{town.url}/api/v1/status").json()["log"]
        return log["lastBlock"] is not None and log["lastBlock"] >= newest

    wait_until(is_logged, seconds=60)
    cosign(desk.services.settings.log_dir, desk.log, desk.now() + 5)


def typed(moment: int) -> str:
    """As people type it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    """Nobody waits an hour for the answers' deadline."""
    made, wall = Clock(), time.time
    with mock.patch.object(time, "time", lambda: wall() + made.ahead):
        yield made


@pytest.fixture(scope="module")
def town(clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpeningTown]:
    """Its server is a receiver that the ledger knows."""
    with opening_town(tmp_path_factory.mktemp("town")) as made:
        desk = made.desk
        names = ("receiver", "officer of the receiver", "another officer of the receiver")
        people = [
            Person(signer(name).account, Role.PUBLISHER if name == "receiver" else Role.OFFICER) for name in names
        ]
        people.sort(key=lambda each: each.account)
        kind = int(OrganisationKind.RECEIVER)
        admitted = AdmitOrganisation(SCHEME, f"{UID}-receiver", kind, tuple(people), int(time.time()))
        desk.chain.send(admitted, desk.key("governor"))
        yield made


@pytest.fixture
def asked(town: OpeningTown, clock: Clock, siegel: Siegel, tmp_path: Path) -> Asked:
    """Two bids are opened, and the buyer opens a round for answers."""
    tender = town.tender()
    tender.bid("bidder 1", values=offered("Sauer GmbH", "100.00", lot="1"), files=())
    tender.bid("bidder 2", values=offered("Nowak e. K.", "90.00", lot="1"), files=())
    # The first tender's deadline was yesterday; a later one's is not over yet.
    clock.ahead += max(0, tender.deadline + 60 - time.time())
    town.desk.clock.advance_to(tender.deadline + 60)
    deadline = int(time.time()) + HOUR
    made = Asked(siegel, town, tender, tmp_path, deadline, clock)
    for name in OFFICERS[:2]:
        assert made.officer("round", "close", as_=name, round=1).exit_code == 0
    witnessed(town)
    town.release(tender)
    for name in OFFICERS[:2]:
        assert made.officer("opening", "contribute", as_=name, round=1).exit_code == 0
    for name in OFFICERS[:2]:
        assert made.officer("opening", "finish", as_=name, round=1).exit_code == 0
    witnessed(town)
    town.desk.clock.advance_to(int(time.time()))
    opened = siegel(
        "round", "open", tender.id, "--kind", "supplement", "--deadline", typed(deadline), "--receiver",
        f"{SCHEME}:{UID}-receiver", "--together-with", "officer-two", "--json", home=town.desk.home,
    )  # fmt: skip
    assert opened.exit_code == 0, opened.err + opened.out
    sealing = f"{town.url}/api/v1/processes/{tender.id}/rounds/2/sealing"
    wait_until(lambda: httpx.get(sealing).status_code == 200)
    return made


def test_answer_to_a_letter_is_sealed_closed_released_opened_and_minuted(asked: Asked) -> None:
    """The tenderer of bid 2 answers with its receipt; a rival names the same bid, and somebody a bid that is none. The
    officers are told to which bid each belongs and that it is only what the answer says, and so are the minutes."""
    sent = asked.letter(2, 2)
    assert sent.exit_code == 0, sent.out
    mine = asked.tender.receipt(1, asked.folder / "main.zip")
    (letter,) = asked.bidder("post", mine).data["letters"]
    assert (letter["text"], letter["answerRound"]) == (LETTER, 2)
    commitment = read_receipt(mine).commitment.hex()
    answer = asked.answer("answer", commitment, "Nowak e. K.")
    asked.answer("rival", commitment, "Sauer GmbH", lots={"1": {"value": {"amount": "80.00", "currency": "EUR"}}})
    asked.answer("lost", "ab" * 32, "Irrtum AG")
    asked.pass_deadline()
    told = asked.opened()
    found = [each["mainBid"] for each in told.data["outcomes"]]
    named = {"stated": commitment, "bids": [{"round": 1, "bid": 1, "outcome": "opened"}]}
    assert found == [named, named, {"stated": "ab" * 32, "bids": []}]
    assert asked.letter(2, 2).data["error"] == "AnswerRoundUnfit"
    made = asked.minutes("--purpose", "documents", "--data", asked.folder / "minutes.json")
    assert made.exit_code == 0, made.err
    folder = opened_folder(asked.home, asked.tender.process_id, 2)
    read = read_opened(folder / FILE)
    assert read.bids[0].author == read_receipt(answer).author
    assert read.bids[0].values is not None
    assert read.bids[0].values["mainBid"] == commitment
    assert (folder / "documents" / "0" / "0001").read_bytes() == REFERENCES
    require_told(asked)


def require_told(asked: Asked) -> None:
    """In print and as data: the heading of a round of answers, no lots and prices but the one that nobody asked for."""
    text = text_of((asked.folder / "minutes.pdf").read_bytes())
    data = json.loads((asked.folder / "minutes.json").read_bytes())
    expected = [
        "Niederschrift über die Öffnung der Antworten (Nachforderung)", "§ 56 VgV; Niederschrift nach § 8 VgV",
        "Ablauf der Antwortfrist", "Antwort zu, nach eigener Angabe", "Angebot 2 der Runde 1",
        "Zu diesem Angebot kamen 2 Antworten",
        "zu keinem Angebot dieses Verfahrens", "Nowak e. K.", "references.pdf", "Danach war nicht gefragt",
    ]  # fmt: skip
    assert [each for each in expected if squeezed(each) not in text] == []
    unexpected = ["Öffnung der Angebote", "Aufstellung der Angebote", "Los 1:", "Endbetrag netto"]
    assert [each for each in unexpected if squeezed(each) in text] == []
    assert (data["kind"], data["purpose"], data["lots"], data["law"]["result"]) == (
        "supplement", "documents", [], None,
    )  # fmt: skip
    assert [each["mainBid"]["bids"] for each in data["answers"]] == [
        *[[{"round": 1, "bid": 1, "outcome": "opened"}]] * 2, [],
    ]  # fmt: skip
    (file,) = data["answers"][0]["files"]
    assert (file["title"], file["size"]) == ("references.pdf", len(REFERENCES))


def test_finish_tells_people_to_which_bid_an_answer_belongs(asked: Asked) -> None:
    """By number, as people count, and whose word it is; two answers to one bid are worth a question."""
    mine = asked.tender.receipt(0, asked.folder / "main.zip")
    commitment = read_receipt(mine).commitment.hex()
    asked.answer("answer", commitment, "Sauer GmbH")
    asked.answer("rival", commitment, "Sauer GmbH")
    asked.answer("lost", "cd" * 32, "Irrtum AG")
    asked.pass_deadline()
    asked.opened()
    said = asked.siegel(
        "opening", "finish", asked.tender.id, "--round", 2, "--as", "officer-one", "--server", asked.town.url,
        home=asked.home,
    )  # fmt: skip
    result = asked.minutes("--result", asked.folder / "result.json")
    assert (result.exit_code, "[OpeningResultForbidden]" in result.err) == (1, True)
    told = asked.minutes("--rule", "vob-a", "--result", asked.folder / "result.json")
    assert (told.exit_code, "[AnswersNotTold]" in told.err) == (1, True)
    assert not (asked.folder / "minutes.pdf").exists()
    foreign = asked.minutes("--purpose", "price")
    assert (foreign.exit_code, "--purpose" in foreign.err) == (2, True)
    for expected in (
        "Answer 1: to bid 1 of round 1, as it says itself",
        "Answer 2 is one of 2 to that bid: ask its tenderer.",
        f"Answer 3: to no bid of this process; it names {'cd' * 32}",
    ):
        assert expected in said.out
    assert "Answer 3 is one of" not in said.out


def test_letter_naming_a_round_that_takes_no_answers_is_refused(asked: Asked) -> None:
    """Before anything is sent: the round of bids, and one that was never opened."""
    for named, error in ((1, "AnswerRoundUnfit"), (3, "RoundUnknown")):
        refused = asked.letter(1, named)
        assert (refused.exit_code, refused.data["error"]) == (1, error)
    assert asked.bidder("post", asked.tender.receipt(0, asked.folder / "main.zip")).data["letters"] == []
