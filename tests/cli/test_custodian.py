"""The unattended custodian: rehearsals before the deadline, shares after the close, an alarm if it is silent."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.acts import CancelTender, Reinstate
from ledger.chain.identifiers import organisation_id
from ledger.cli.custodian.service import Service
from ledger.cli.custodian.work import Custodian, read_state
from ledger.cli.remote import Remote
from ledger.cli.session import Session
from ledger.opening.release import ProvenRound
from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import SCHEME
from tests.cli.opening_desk import Desk, Tender, opened_desk
from tests.cli.test_opening import People, error

NAME = "custodian-1"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A machine of its own: the service looks at all rounds that there are."""
    with opened_desk(tmp_path) as made:
        yield made


@pytest.fixture
def people(siegel: Siegel, desk: Desk) -> People:
    """A new procedure, and who takes part in it."""
    return People(siegel, desk.tender())


def serving(desk: Desk, *more: str) -> tuple[str, ...]:
    """How the service is called."""
    return ("custodian", "serve", "--policy", str(desk.policy), "--server", desk.url, "--every", "1s", *more)


class Looking:
    """The service in this process, one look at a time."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.home = desk, desk.custodians[NAME]

    def look(self, times: int = 1) -> bool:
        """Whether the last look left nothing undone."""
        done = False
        with self.service(1) as service:
            for _ in range(times):
                done = service.look()
        return done

    @contextmanager
    def service(self, pause: int) -> Iterator[Service]:
        """One that looks as often as it is told; ``pause``: seconds until it tries again what was in vain."""
        with (
            Session.begin(home=self.home, json=True, language="en") as session,
            Custodian.opened(session, self.desk.policy, self.desk.url, None, without_witnesses=False) as custodian,
        ):
            yield Service(custodian, organisation_id(SCHEME, NAME), session, pause)


def test_serve_releases_after_the_close_and_writes_it_down(people: People) -> None:
    """In a process of its own, with the passphrase it was started with; ended by SIGTERM as by its supervisor."""
    desk, tender = people.desk, people.tender
    tender.bid("bidder 1")
    tender.bid("bidder 2")
    people.closed()
    process = start_siegel(desk.custodians[NAME], *serving(desk))
    assert process.stdout is not None
    lines: list[str] = []
    while not any("released" in line for line in lines):
        lines.append(process.stdout.readline())
        assert lines[-1], process.stderr.read() if process.stderr else ""
    assert lines[-1].startswith("2 shares are released of process " + tender.id)
    busy = people.release(NAME)
    assert error(busy) == "CustodianBookUnusable"
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    process.communicate()
    status = people.custodian(NAME, "status")
    assert (status.exit_code, status.data["done"]) == (0, [f"{tender.process_id.hex()}/1"])
    assert [entry["did"] for entry in people.custodian(NAME, "log").data["entries"]] == ["released", "released"]


def test_serve_answers_rehearsals_while_the_round_is_open(people: People) -> None:
    """The officers see a custodian in green who did nothing by hand, and its book knows the deadline."""
    desk = people.desk
    desk.publish()
    assert Looking(desk).look(2)
    shown = people.opening("rehearse", "officer-one").data["recipients"]
    green = [each for each in shown if each["group"] == "custodians" and each["ready"]]
    assert len(green) == 1
    book = json.loads((desk.custodians[NAME] / "custodian" / "book.json").read_text())
    assert list(book["deadlines"].values()) == [people.tender.deadline]


def test_serve_round_that_is_not_proven_is_told_and_tried_again(people: People) -> None:
    """The server says that it is closed, and no witness has seen it yet: no release, no success; then both."""
    desk, tender = people.desk, people.tender
    desk.publish()
    tender.bid("bidder 1")
    tender.pass_deadline()
    for name in ("officer-one", "officer-two"):
        assert people.close(name).exit_code == 0
    assert people.officer("index", "run", "--once").exit_code == 0
    looking = Looking(desk)
    assert not looking.look()
    assert people.custodian(NAME, "status").exit_code == 1
    assert "RoundClosed" in read_state(desk.custodians[NAME] / "custodian").last_failure
    desk.publish()
    assert looking.look()
    assert people.custodian(NAME, "status").exit_code == 0


def test_serve_nothing_is_released_twice(people: People) -> None:
    """A round that is done is left alone, also by the next process."""
    people.tender.bid("bidder 1")
    people.closed()
    looking = Looking(people.desk)
    assert looking.look(2)
    assert looking.look()
    assert len(people.custodian(NAME, "log").data["entries"]) == 1


def test_serve_envelope_that_the_server_lost_is_tried_again(people: People) -> None:
    """A bid whose header does not come is not given up, and the alarm says which."""
    tender: Tender = people.tender
    tender.bid("bidder 1", here=False)
    tender.pass_deadline()
    for name in ("officer-one", "officer-two"):
        assert people.close(name, "--counted", 1, "--present", "1").exit_code == 0
    people.desk.publish()
    assert not Looking(people.desk).look()
    assert read_state(people.desk.custodians[NAME] / "custodian").done == []


def test_serve_what_was_in_vain_while_open_delays_no_release(people: People) -> None:
    """Nobody had witnessed the open round, so it is to be looked at again in an hour; it closes before, and is released
    at once."""
    people.tender.bid("bidder 1")
    assert people.officer("index", "run", "--once").exit_code == 0
    with Looking(people.desk).service(3600) as service:
        assert service.look()
        people.closed()
        assert service.look()
    assert [entry["did"] for entry in people.custodian(NAME, "log").data["entries"]] == ["released"]


def test_serve_many_open_rounds_keep_no_closed_one_waiting(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed rounds are looked at first, and the evidence of an open one is not fetched anew with every look."""
    people.desk.publish()
    fetched, asked, look_at = list[bytes](), list[object](), Custodian.look_at

    def counted(custodian: Custodian, process_id: bytes, number: int) -> ProvenRound:
        fetched.append(process_id)
        return look_at(custodian, process_id, number)

    def noted(remote: Remote, path: str, **query: str | int) -> dict[str, Any]:
        asked.append(query.get("state"))
        return ask(remote, path, **query)

    ask = Remote.ask
    monkeypatch.setattr(Custodian, "look_at", counted)
    monkeypatch.setattr(Remote, "ask", noted)
    assert Looking(people.desk).look(3)
    assert fetched == [people.tender.process_id]
    assert asked[:2] == ["closed", "open"]


def test_serve_round_that_is_reinstated_is_released_after_all(people: People) -> None:
    """Cancelled after the close, its bids are returned and there is nothing to do, and no alarm; a review body sets the
    cancellation aside, and the next process releases without anybody's hand."""
    tender, looking = people.tender, Looking(people.desk)
    tender.bid("bidder 1")
    people.closed()
    tender.jointly(CancelTender, "TenderCancelled", 2)
    people.desk.publish()
    assert looking.look(2)
    tender.jointly(Reinstate, "Reinstated", 3)
    people.desk.publish()
    assert looking.look()
    entries = people.custodian(NAME, "log").data["entries"]
    assert [(entry["did"], entry.get("why")) for entry in entries] == [
        ("refused", "BidNotReleased"),
        ("released", None),
    ]


def test_release_after_the_book_was_lost_is_refused(people: People) -> None:
    """The log shows that there was a memory: whoever makes it go away does not get a custodian that knows nothing."""
    people.tender.bid("bidder 1")
    people.closed()
    assert people.release(NAME).exit_code == 0
    (people.desk.custodians[NAME] / "custodian" / "book.json").unlink()
    assert error(people.release(NAME)) == "CustodianBookUnusable"


def test_serve_silent_server_raises_the_alarm(desk: Desk) -> None:
    """Nothing answers: it says so loudly, and ends with code 1 for whatever keeps it running."""
    arguments = ("custodian", "serve", "--policy", str(desk.policy), "--server", "http://127.0.0.1:9", "--every", "1s")
    process = start_siegel(desk.custodians[NAME], *arguments, "--alarm-after", "0s")
    _, err = process.communicate()
    assert process.returncode == 1
    assert "CUSTODIAN: The server at http://127.0.0.1:9" in err
    assert "[CustodianSilent]" in err


def test_status_shown_to_people_says_when_and_why(people: People, siegel: Siegel) -> None:
    """Two lines, and the bad news aside."""
    found = siegel("custodian", "status", home=people.desk.custodians[NAME])
    assert (found.exit_code, found.out.strip()) == (1, "Last success: never")
    assert "silent since never" in found.err
    nothing = siegel("custodian", "log", home=people.desk.custodians[NAME])
    assert nothing.out.strip() == "Nothing was released or refused here."
    people.tender.bid("bidder 1")
    people.closed()
    assert people.release(NAME).exit_code == 0
    assert "bid 1 released" in siegel("custodian", "log", home=people.desk.custodians[NAME]).out


def test_backup_keeps_what_a_custodian_remembers(people: People, siegel: Siegel, tmp_path: Path) -> None:
    """A restored custodian still knows what it saw and released; officers, what they opened."""
    people.tender.bid("bidder 1")
    people.closed()
    people.contributed()
    assert people.opening("finish", "officer-one").exit_code == 0
    home, back = people.desk.custodians[NAME], tmp_path / "back"
    assert siegel("backup", tmp_path / "custodian.age", home=home).exit_code == 0
    assert siegel("restore", tmp_path / "custodian.age", home=back).exit_code == 0
    for name in ("book.json", "releases.jsonl"):
        assert (back / "custodian" / name).read_bytes() == (home / "custodian" / name).read_bytes()
    officers = tmp_path / "officers"
    assert siegel("backup", tmp_path / "home.age", home=people.desk.home).exit_code == 0
    assert siegel("restore", tmp_path / "home.age", home=officers).exit_code == 0
    place = Path("opened") / people.tender.process_id.hex() / "1"
    for name in ("round.json", "documents/0/0002"):
        assert (officers / place / name).read_bytes() == (people.desk.home / place / name).read_bytes()
