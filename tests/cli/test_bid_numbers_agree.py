"""One number for one bid wherever people meet it: what they type, the terminal, pages, minutes. Programs get the
ledger's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.acts import BidOutcome, Call, CloseRound, ExcludeBid, OpenBids
from ledger.cli.acts.words import describe_call
from ledger.cli.language import speaking
from ledger.opening.opened import read_opened
from ledger.terms import Outcome
from tests.cli.conftest import Called, Siegel
from tests.cli.opening_desk import CUSTODIANS, OFFICERS, Desk, Tender, opened_desk
from tests.opening.minuted import offered
from tests.opening.test_minutes_pdf import text_of

ROW = re.compile(r'<tr role="row">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td.*?>(.*?)</td>", re.DOTALL)
MARK = re.compile(r"<.*?>|\s+")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A buyer, its custodians and a server."""
    with opened_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


class Officers:
    """Two of the buyer's people at their terminals."""

    def __init__(self, siegel: Siegel, desk: Desk, tender: Tender) -> None:
        self._siegel, self._desk, self.tender = siegel, desk, tender

    def say(self, *words: object, name: str = OFFICERS[0]) -> Called:
        """A command about the procedure; it must succeed."""
        first, second, *more = words
        done = self._siegel(first, second, self.tender.id, *more, "--as", name, home=self._desk.home)
        assert done.exit_code == 0, done.err
        return done

    def both(self, *words: object) -> Called:
        """The same at both desks, one after the other."""
        one, two = (self.say(*words, name=name) for name in OFFICERS[:2])
        assert [line for line in one.out.splitlines() if line.startswith("Bid ")] == [
            line for line in two.out.splitlines() if line.startswith("Bid ")
        ]
        return two


@pytest.fixture
def officers(siegel: Siegel, desk: Desk, tmp_path: Path) -> Officers:
    """A round after its opening: two bids, one whose envelope is missing, one that came late, and one on paper."""
    tender = desk.tender()
    made, paper = Officers(siegel, desk, tender), tmp_path / "paper.txt"
    paper.write_text("from the mail room")
    tender.bid("bidder 1", values=offered("Sauer GmbH", "184350.50", lot="1"), files=())
    tender.bid("bidder 2", values=offered("Nowak e. K.", "179999.00", lot="1"), files=())
    tender.bid("bidder 3", here=False)
    desk.clock.advance_to(tender.deadline - 30)
    arrival = datetime.fromtimestamp(tender.deadline - 60, UTC).isoformat()
    made.say("bid", "register", "--arrival", arrival, "--record", paper, "--together-with", "officer-two")
    tender.pass_deadline()
    tender.bid("bidder 4")
    closed = made.both("round", "close", "--server", desk.url)
    assert re.findall(r"(here|missing|admitted): (.*)", closed.out) == [
        ("here", "2 (1, 2)"), ("missing", "1 (3)"), ("admitted", "1 (4)"),
    ]  # fmt: skip
    desk.publish()
    for name in CUSTODIANS[:2]:
        asked = ("--policy", desk.policy, "--server", desk.url)
        released = siegel("custodian", "release", tender.id, *asked, home=desk.custodians[name])
        assert "Bid 3: Bid 3 is not released: it is missing.\nBid 4: Bid 4 is not" in released.out
        log = siegel("custodian", "log", home=desk.custodians[name]).out
        assert re.findall(r"bid (\w+) (\w+)", log)[-4:] == [
            ("1", "released"), ("2", "released"), ("3", "refused"), ("4", "refused"),
        ]  # fmt: skip
    for name in OFFICERS[:2]:
        made.say("opening", "contribute", "--server", desk.url, name=name)
    finished = made.both("opening", "finish", "--server", desk.url)
    assert "Bid 1: opened\nBid 2: opened\nBid 3: envelope missing\n" in finished.out
    return made


def test_read_one_round_everywhere_a_bid_has_one_number(
    officers: Officers, siegel: Siegel, desk: Desk, tmp_path: Path
) -> None:
    """A clerk excludes the bid that page and minutes call 2, and writes a remark on it: it is the same tenderer's. What
    programs read is one less."""
    tender, reason = officers.tender, tmp_path / "reason.txt"
    reason.write_text("documents are missing")
    officers.say("bid", "exclude", "--bid", "2", "--ground", reason, "--together-with", "officer-two")
    pdf, data = tmp_path / "minutes.pdf", tmp_path / "minutes.json"
    written = siegel("opening", "minutes", tender.id, "--rule", "vob-a", "--out", pdf, "--data", data,
                     "--remark", "2=bei Nowak", "--remark", "P1=im Umschlag", home=desk.home)  # fmt: skip
    assert written.exit_code == 0, written.err

    # On the page of the process: the number, how it came, what became of it.
    desk.publish()
    page = httpx.get(f"{desk.url}/processes/{tender.id}?lang=en").text
    rows = [[MARK.sub("", cell) for cell in CELL.findall(row)] for row in ROW.findall(page)]
    bids = {row[0]: row[-1] for row in rows if len(row) == 4}
    assert bids == {
        "1": "opened", "2": "opened,excluded", "3": "nothandedin", "4": "late,stayssealed", "P1": "openedwiththeothers",
    }  # fmt: skip
    assert "Bid no. 2 was excluded" in page

    # In the minutes: whose bid it is, which were not opened, and the act that brought it.
    text = text_of(pdf.read_bytes())
    for said in ("zählenab1,aufPapierabP1", "1SauerGmbH", "2Nowake.K.", "3Umschlagfehlt", "4verspätet", "P1ohneAngabe"):
        assert said in text
    assert re.findall(r"Nr\.(P?\d)", text) == ["1", "2", "3", "P1", "4"]

    # Data, files and acts have the ledger's number.
    minuted = {bid["bid"]: bid for bid in json.loads(data.read_bytes())["bids"]}
    assert list(minuted) == [0, 1, 2, 3, FIRST_EXTERNAL_BID]
    assert (minuted[1]["tenderers"][0]["name"], minuted[1]["remark"]) == ("Nowak e. K.", "bei Nowak")
    assert minuted[FIRST_EXTERNAL_BID]["remark"] == "im Umschlag"
    folder = desk.home / "opened" / tender.process_id.hex() / "1"
    assert [bid.bid for bid in read_opened(folder / "round.json").bids] == list(minuted)
    shown = httpx.get(f"{desk.url}/api/v1/processes/{tender.id}/rounds").json()["rounds"][0]["bids"]
    assert [bid["bid"] for bid in shown if bid["excluded"]] == [1]


def test_type_a_number_that_people_do_not_count_is_refused(officers: Officers, siegel: Siegel, desk: Desk) -> None:
    """A 0 is the ledger's, and 5 is nobody's; neither gives up a bid nor writes to a tenderer."""
    tender = officers.tender
    for typed, why in (("0", "counted from 1"), ("5", "no such bid"), ("P1", "no such bid"), ("paper:0", "from P1")):
        for words in (
            ("opening", "finish", tender.id, "--without", typed),
            ("opening", "remedy", tender.id, typed, "receipt.zip", "--ground", "0x" + "11" * 32),
            ("opening", "letter", tender.id, "--bid", typed, "--subject", "s", "--text", __file__),
        ):
            refused = siegel(*words, home=desk.home)
            assert (refused.exit_code, why in refused.err) == (2, True), refused.err


@pytest.fixture
def english() -> Iterator[None]:
    """As in a command of somebody who reads English."""
    token = speaking.set("en")
    yield
    speaking.reset(token)


@pytest.mark.usefixtures("english")
def test_agree_to_an_act_on_a_bid_both_numbers_are_told() -> None:
    """Whoever agrees sees which bid it is, also the ledger's 0, and what will stand in the ledger's data."""
    made = Call(bytes(32), 1_796_122_800)
    lines = {bid: describe_call(ExcludeBid(made, bytes(32), 1, bid), {}) for bid in (0, 2, FIRST_EXTERNAL_BID)}
    assert "  bid: 1 (in the ledger's data 0)" in lines[0]
    assert "  bid: 3 (in the ledger's data 2)" in lines[2]
    assert "  bid: P1 (in the ledger's data 2147483648)" in lines[FIRST_EXTERNAL_BID]


@pytest.mark.usefixtures("english")
def test_agree_to_close_and_open_bids_are_told_by_number() -> None:
    """Not as a bitmap, and not by the place in a list that begins with a later bid."""
    made = Call(bytes(32), 1_796_122_800)
    closing = describe_call(CloseRound(made, 1, 258, (0b101, 0b10), (0, 0)), {})
    assert ("  present: 1, 3, 258" in closing, any(line.startswith("  admitted") for line in closing)) == (True, False)
    found = BidOutcome(Outcome.OPENED, bytes(20), b"c" * 32)
    opening = describe_call(OpenBids(made, 1, 2, (found, found)), {})
    assert "  start: 3 (in the ledger's data 2)" in opening
    assert [line for line in opening if line.endswith("outcome: opened")] == [
        "  outcomes 3, outcome: opened", "  outcomes 4, outcome: opened",
    ]  # fmt: skip
