"""``siegel opening paper``: bids on paper from their registration to minutes, ranking and evidence, on a real node."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger.opening.opened import FILE
from tests.cli.conftest import Called, Siegel
from tests.cli.notices import release, write
from tests.cli.opening_desk import Desk
from tests.cli.test_opening import People, desk, error
from tests.opening.minuted import offered

__all__ = ["desk"]

LOT = {
    "id": "1", "title": "Winterdienst", "variants": True, "method": "lowestPrice", "priceWeight": None, "criteria": [],
    "ties": [],
}  # fmt: skip
CRITERIA = json.dumps({
    "format": "siegel-criteria/1", "currency": "EUR", "mainBids": 1, "lots": [LOT], "requirements": [
        {"id": "own-staff", "title": "Eigenes Personal", "description": None, "dataType": "boolean", "required": True,
         "lots": []},
    ], "documents": [],
}).encode()  # fmt: skip
PAPER, SAMPLE = 2**31, 2**31 + 1


def offer(amount: str = "90.00", **more: Any) -> dict[str, Any]:
    """What stands on the paper."""
    said = {
        "tenderers": [{"name": "Räumdienst Papier e. K."}],
        "lots": {"1": {"value": {"amount": amount, "currency": "EUR"}, "discount": {"percentage": "2.50"}}},
        "requirementResponses": {"own-staff": True},
    }
    return {**said, **more}


def moment(seconds: int) -> str:
    """As it is typed."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


class Office(People):
    """Two officers with a home each, once the opening is done."""

    other: Path

    def register(self, folder: Path, *more: object) -> None:
        """Something came on paper."""
        record = folder / "receipt.txt"
        record.write_text("Eingangsvermerk")
        done = self.officer("bid", "register", self.tender.id, "--arrival", moment(self.desk.now() - 1),
                            "--record", record, "--together-with", "officer-two", *more)  # fmt: skip
        assert done.exit_code == 0, done.err

    def finished(self, folder: Path) -> None:
        """All is opened; what one officer's home has of it, the other's has as well."""
        self.closed()
        self.contributed()
        done = self.opening("finish", "officer-one", "--together-with", "officer-two")
        assert (done.exit_code, done.data["state"]) == (0, "opened"), done.err
        self.other = folder / "other"
        shutil.copytree(self.desk.home, self.other)

    def paper(self, *more: object, home: Path | None = None, json: bool = True) -> Called:
        """``siegel opening paper`` of this procedure."""
        form = ["--json"] if json else []
        return self._siegel("opening", "paper", self.tender.id, *more, *form, home=home or self.desk.home)

    def file(self, home: Path | None = None) -> Path:
        """``round.json``."""
        return (home or self.desk.home) / "opened" / self.tender.process_id.hex() / "1" / FILE

    def minutes(self, home: Path, out: Path) -> bytes:
        """The minutes as JSON."""
        done = self._siegel("opening", "minutes", self.tender.id, "--rule", "vob-a", "--out", out.with_suffix(".pdf"),
                            "--data", out, home=home)  # fmt: skip
        assert done.exit_code == 0, done.err
        return out.read_bytes()


@pytest.fixture
def office(siegel: Siegel, desk: Desk, tmp_path: Path) -> Office:
    """One sealed bid, one on paper and a sample, registered and opened."""
    made = Office(siegel, desk.tender(criteria=CRITERIA))
    made.tender.bid("bidder 1", values=offered("Sauer GmbH", "100.00", lot="1"), files=())
    made.register(tmp_path)
    made.register(tmp_path)
    made.finished(tmp_path)
    return made


def test_paper_from_registration_to_minutes_and_ranking(office: Office, tmp_path: Path) -> None:
    """Two officers enter the same in two homes: equal bytes, equal minutes, and the paper bid has its place."""
    bid = write(tmp_path / "bid.json", offer())
    for home in (office.desk.home, office.other):
        first = office.paper("--bid", "P1", "--offer", bid, home=home)
        assert (first.exit_code, first.data["missing"]) == (0, [SAMPLE]), first.err
        second = office.paper("--bid", "P2", "--kind", "sample", home=home)
        assert (second.exit_code, second.data["missing"]) == (0, [])
    assert office.file().read_bytes() == office.file(office.other).read_bytes()
    one, two = (office.minutes(home, tmp_path / f"{n}.json") for n, home in enumerate((office.desk.home, office.other)))
    assert one == two
    assert (tmp_path / "0.pdf").read_bytes() == (tmp_path / "1.pdf").read_bytes()
    minuted = json.loads(one)
    assert [(bid["bid"], bid["kind"]) for bid in minuted["bids"]] == [(0, None), (PAPER, "paper"), (SAMPLE, "sample")]
    amounts = [(each["bid"], each["offer"]["amount"]) for each in minuted["lots"][0]["offers"]]
    assert amounts == [(0, "100.00"), (PAPER, "90.00")]
    ranked = office.officer("rank", office.tender.id)
    assert ranked.exit_code == 0, ranked.err
    entries = ranked.data["rankings"][0]["entries"]
    assert [(entry["bid"], entry["price"]) for entry in entries] == [(PAPER, "351/4"), (0, "100")]
    # Who finishes once more, as after a later act, keeps what was entered.
    before = office.file().read_bytes()
    assert office.opening("finish", "officer-three").exit_code == 0
    assert office.file().read_bytes() == before


def test_paper_in_an_anchored_evaluation_is_ranked_by_whoever_has_the_evidence(office: Office, tmp_path: Path) -> None:
    """The evaluation states what was entered, the award anchors it, and the verifier ranks from the file alone."""
    bid, evaluation = write(tmp_path / "bid.json", offer()), tmp_path / "evaluation.json"
    early = office.paper("--bid", "P1", "--offer", bid, "--evaluation", evaluation)
    assert (early.exit_code, early.data["evaluation"], evaluation.exists()) == (0, None, False)
    done = office.paper("--bid", "P2", "--kind", "sample", "--evaluation", evaluation)
    assert done.data["evaluation"] == str(evaluation)
    stated = json.loads(evaluation.read_bytes())["onPaper"]
    assert [(each["bid"], each["kind"], len(each["lots"])) for each in stated] == [
        (PAPER, "paper", 1),
        (SAMPLE, "sample", 0),
    ]
    assert office.officer("rank", office.tender.id, "--evaluation", evaluation).exit_code == 0
    award = write(tmp_path / "award.json", release(2, "award", ocid=office.tender.ocid))
    announced = office.officer("award", "announce", office.tender.id, "--lot", "1", "--bid", "P1", "--release", award,
                               "--ground", evaluation, "--together-with", "officer-two")  # fmt: skip
    assert announced.exit_code == 0, announced.err
    office.desk.publish()
    bundle = tmp_path / "shown.zip"
    written = office.officer("evidence", office.tender.id, "--opened", office.file(), "--evaluation", evaluation,
                             "--out", bundle)  # fmt: skip
    assert written.exit_code == 0, written.err
    found = office.officer("verify", bundle, "--policy", office.desk.policy)
    assert found.exit_code == 0, found.err
    (ranking,) = (step for step in found.data["steps"] if step["step"] == "ranking")
    assert (ranking["verdict"], [note["note"] for note in ranking["notes"]]) == (
        "passed", ["bidsEntered", "ranked", "placedByPrice", "placedByPrice"],
    )  # fmt: skip
    assert ranking["notes"][1]["values"]["order"] == [PAPER, 0]


def test_rank_with_another_price_than_the_evaluation_states_is_refused(office: Office, tmp_path: Path) -> None:
    """Of an officer who lowers the price at home after the award the evaluation that both anchored is the witness."""
    bid, evaluation = write(tmp_path / "bid.json", offer()), tmp_path / "evaluation.json"
    assert office.paper("--bid", "P2", "--kind", "sample").exit_code == 0
    assert office.paper("--bid", "P1", "--offer", bid, "--evaluation", evaluation).exit_code == 0
    lower = write(tmp_path / "lower.json", offer("80.00"))
    assert office.paper("--bid", "P1", "--offer", lower, "--replace").exit_code == 0
    refused = office.officer("rank", office.tender.id, "--evaluation", evaluation)
    assert error(refused) == "EvaluationInvalid"
    assert "P1" in refused.data["values"]["reason"]
    office.desk.publish()
    shown = office.officer("evidence", office.tender.id, "--opened", office.file(), "--evaluation", evaluation,
                           "--out", tmp_path / "shown.zip")  # fmt: skip
    assert error(shown) == "EvaluationInvalid"


def test_paper_entered_otherwise_a_second_time_is_refused(office: Office, tmp_path: Path) -> None:
    """The same again changes nothing; another price takes its place only when that is said."""
    bid = write(tmp_path / "bid.json", offer())
    assert office.paper("--bid", "P1", "--offer", bid).exit_code == 0
    before = office.file().read_bytes()
    assert office.paper("--bid", "p1", "--offer", bid).exit_code == 0
    other = write(tmp_path / "other.json", offer("80.00"))
    assert error(office.paper("--bid", "P1", "--offer", other)) == "PaperBidEntered"
    assert error(office.paper("--bid", "P1", "--kind", "sample")) == "PaperBidEntered"
    assert office.file().read_bytes() == before
    assert (
        office.paper("--bid", "P1", "--offer", other, "--replace").data["values"]["lots/1/value"]["amount"] == "80.00"
    )
    assert office.paper("--bid", "P1", "--offer", bid, "--replace").exit_code == 0
    assert office.file().read_bytes() == before


def test_paper_that_lacks_something_is_entered_only_if_that_is_said(office: Office, tmp_path: Path) -> None:
    """As when sealing; but what came on paper came as it is, and is minuted as it is."""
    bid = write(tmp_path / "bid.json", offer(requirementResponses={}))
    refused = office.paper("--bid", "P1", "--offer", bid)
    assert (error(refused), refused.data["values"]["missing"]) == ("BidIncomplete", "requirementResponses/own-staff")
    done = office.paper("--bid", "P1", "--offer", bid, "--incomplete", json=False)
    assert done.exit_code == 0, done.err
    assert "requirementResponses/own-staff" in done.out
    assert "Not entered yet: P2" in done.out
    foreign = write(tmp_path / "foreign.json", offer(lots={"9": {"value": {"amount": "1", "currency": "EUR"}}}))
    assert "lots/9" in office.paper("--bid", "P1", "--offer", foreign).data["values"]["missing"]


def test_paper_with_what_does_not_fit_is_refused(office: Office, tmp_path: Path) -> None:
    """Sealed bids, unknown numbers, what is no offer; nothing is written."""
    bid, no_bid = write(tmp_path / "bid.json", offer()), write(tmp_path / "no-bid.json", {"tenderers": []})
    before = office.file().read_bytes()
    for name, *given in (
        ("ArgumentInvalid", "--bid", "1", "--offer", bid),
        ("ArgumentInvalid", "--bid", "P3", "--offer", bid),
        ("ArgumentInvalid", "--bid", PAPER, "--offer", bid),
        ("ArgumentMissing", "--bid", "P1"),
        ("ArgumentInvalid", "--bid", "P1", "--offer", tmp_path / "none.json"),
        ("OfferInvalid", "--bid", "P1", "--offer", no_bid),
        ("ArgumentInvalid", "--bid", "P1", "--kind", "sample", "--offer", bid),
        ("ArgumentInvalid", "--bid", "P1", "--kind", "fax", "--offer", bid),
        ("RoundForbids", "--bid", "P1", "--kind", "sample", "--round", "2"),
        ("CriteriaInvalid", "--bid", "P1", "--offer", bid, "--criteria", no_bid),
    ):
        assert error(office.paper(*given)) == name, given
    assert office.file().read_bytes() == before


def test_paper_into_an_evaluation_of_another_round_writes_nothing(office: Office, tmp_path: Path) -> None:
    """Neither the evaluation nor what the opening left behind."""
    evaluation = tmp_path / "evaluation.json"
    bid = write(tmp_path / "bid.json", offer())
    assert office.paper("--bid", "P2", "--kind", "sample").exit_code == 0
    assert office.paper("--bid", "P1", "--offer", bid, "--evaluation", evaluation).exit_code == 0
    write(evaluation, {**json.loads(evaluation.read_bytes()), "round": 2})
    before = office.file().read_bytes(), evaluation.read_bytes()
    other = write(tmp_path / "other.json", offer("80.00"))
    refused = office.paper("--bid", "P1", "--offer", other, "--replace", "--evaluation", evaluation)
    assert error(refused) == "EvaluationInvalid"
    assert (office.file().read_bytes(), evaluation.read_bytes()) == before


def test_paper_into_a_file_that_is_not_the_ledgers_is_refused(office: Office, tmp_path: Path) -> None:
    """An officer moved the arrival at home, or copied the file of another round."""
    bid = write(tmp_path / "bid.json", offer())
    content = json.loads(office.file().read_bytes())
    content["bids"][1]["arrival"] -= 60
    write(office.file(), content)
    assert error(office.paper("--bid", "P1", "--offer", bid)) == "OpenedRoundContradictsLedger"
    content["bids"][1] |= {"arrival": content["bids"][1]["arrival"] + 60, "kind": "fax"}
    write(office.file(), content)
    assert error(office.paper("--bid", "P1", "--offer", bid)) == "OpenedRoundUnreadable"


def test_paper_of_a_page_s_round_file_is_entered(office: Office, tmp_path: Path) -> None:
    """The officers' page writes no values of bids on paper, without spaces; the command fills them in. The other
    officer typed the members in another order."""
    content = json.loads(office.file().read_bytes())
    office.file().write_text(json.dumps(content, separators=(",", ":")))
    said = offer()
    turned = said | {
        "lots": {"1": {"value": {"currency": "EUR", "amount": "90.00"}, "discount": {"percentage": "2.50"}}}
    }
    for home, typed in ((office.desk.home, said), (office.other, turned)):
        bid = write(tmp_path / "bid.json", typed)
        assert office.paper("--bid", "P1", "--offer", bid, home=home).exit_code == 0
    assert office.file().read_bytes() == office.file(office.other).read_bytes()


def test_paper_of_a_round_without_sealed_bids_needs_no_opening(siegel: Siegel, desk: Desk, tmp_path: Path) -> None:
    """All came on paper: the round is opened with its close, and there is nothing to finish. Before, nothing is
    entered: paper lies closed until then (§ 14 VOB/A)."""
    office = Office(siegel, desk.tender())
    office.register(tmp_path)
    bid = write(tmp_path / "bid.json", offer())
    assert error(office.paper("--bid", "P1", "--offer", bid)) == "RoundForbids"
    office.closed()
    assert office.paper("--bid", "P1", "--offer", bid).exit_code == 0
    minuted = json.loads(office.minutes(desk.home, tmp_path / "minutes.json"))
    assert [each["name"] for each in minuted["bids"][0]["tenderers"]] == ["Räumdienst Papier e. K."]


def test_paper_before_this_home_opened_the_sealed_bids_is_refused(siegel: Siegel, desk: Desk, tmp_path: Path) -> None:
    """What the opening leaves behind is made by the opening."""
    office = Office(siegel, desk.tender(criteria=CRITERIA))
    office.tender.bid("bidder 1", values=offered("Sauer GmbH", "100.00", lot="1"), files=())
    office.register(tmp_path)
    office.closed()
    bid = write(tmp_path / "bid.json", offer())
    assert error(office.paper("--bid", "P1", "--offer", bid)) == "OpenedRoundUnreadable"


def test_paper_as_an_answer_names_its_main_bid(siegel: Siegel, desk: Desk, tmp_path: Path) -> None:
    """In a supplement round nothing is asked a second time; which bid it belongs to must stand there."""
    office = Office(siegel, desk.tender(criteria=CRITERIA))
    office.closed()
    deadline = desk.now() + 600
    opened = office.officer("round", "open", office.tender.id, "--kind", "supplement", "--deadline", moment(deadline),
                            "--together-with", "officer-two")  # fmt: skip
    assert opened.exit_code == 0, opened.err
    office.register(tmp_path, "--round", 2)
    desk.clock.advance_to(deadline + 10)
    for name in ("officer-one", "officer-two"):
        assert (done := office.close(name, "--round", 2)).exit_code == 0, done.err
    said = {"tenderers": offer()["tenderers"]}
    bid = write(tmp_path / "bid.json", said)
    refused = office.paper("--bid", "P1", "--offer", bid, "--round", 2)
    assert (error(refused), refused.data["values"]["missing"]) == ("BidIncomplete", "mainBid")
    named = write(tmp_path / "named.json", {**said, "mainBid": "5a" * 32})
    assert office.paper("--bid", "P1", "--offer", named, "--round", 2).exit_code == 0
