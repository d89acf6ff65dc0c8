"""The unattended custodian: rehearsals before the deadline, shares after the close, an alarm if it is silent."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ledger.chain.acts import CancelTender, Reinstate
from ledger.chain.identifiers import organisation_id
from ledger.cli.custodian.service import Service
from ledger.cli.custodian.work import Custodian, read_state, write_state
from ledger.cli.opening.server import RoundServer
from ledger.cli.remote import Remote
from ledger.cli.session import Session
from ledger.errors import BidNotHere, ProcessUnknown
from ledger.opening.facts import Bid
from ledger.opening.release import ProvenRound
from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import SCHEME
from tests.cli.opening_desk import CUSTODIANS, OFFICERS, Desk, Tender, opened_desk
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
    def service(self, pause: int, overdue_after: int = 3 * 86_400) -> Iterator[Service]:
        """One that looks as often as it is told; ``pause``: seconds until it tries again what was in vain,
        ``overdue_after``: from a deadline on until it must have been shown the close."""
        with (
            Session.begin(home=self.home, json=True, language="en") as session,
            Custodian.opened(session, self.desk.policy, self.desk.url, None, without_witnesses=False) as custodian,
        ):
            yield Service(custodian, organisation_id(SCHEME, NAME), session, pause, overdue_after)


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
    assert status.data["awaited"] == []
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


# Servers that hide


def hide(monkeypatch: pytest.MonkeyPatch, listed: Callable[[str], list[dict[str, Any]]]) -> None:
    """The server lists these rounds in each state, whatever is true."""

    def ask(_: Remote, path: str, **query: str | int) -> dict[str, Any]:
        assert path == "/rounds"
        return {"rounds": listed(str(query["state"])), "nextCursor": None}

    monkeypatch.setattr(Remote, "ask", ask)


def named(people: People) -> dict[str, Any]:
    """A round in the server's list."""
    return {"processId": people.tender.id, "round": 1}


def always_open(people: People) -> Callable[[str], list[dict[str, Any]]]:
    """A server that hides every close."""
    return lambda state: [named(people)] if state == "open" else []


def last_failure(people: People) -> str:
    """What the service wrote down last."""
    return read_state(people.desk.custodians[NAME] / "custodian").last_failure


def awaited(people: People) -> list[tuple[str, bool]]:
    """What ``status`` says is to do yet, by process, and whether it is overdue after three days."""
    told = people.custodian(NAME, "status").data["awaited"]
    return [(each["processId"], each["overdue"]) for each in told]


@pytest.fixture
def seen(people: People) -> People:
    """The custodian has seen the round proven while it was open."""
    people.tender.bid("bidder 1")
    people.desk.publish()
    assert Looking(people.desk).look()
    assert awaited(people) == [(people.tender.id, False)]
    return people


def test_serve_close_that_the_server_does_not_list_is_released_by_the_bundle(
    seen: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It calls the round open for ever, or lists it nowhere: what counts is the bundle."""
    seen.closed()
    hide(monkeypatch, always_open(seen))
    assert Looking(seen.desk).look()
    assert [entry["did"] for entry in seen.custodian(NAME, "log").data["entries"]] == ["released"]
    assert (awaited(seen), Looking(seen.desk).look()) == ([], True)
    hide(monkeypatch, lambda _: [])
    assert Looking(seen.desk).look()


def test_serve_close_called_open_whose_envelope_is_withheld_raises_the_alarm_at_once(
    seen: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evidence shows the close, the list calls the round open, and no header comes: nothing that may wait."""
    seen.closed()
    hide(monkeypatch, always_open(seen))

    def withheld(_: RoundServer, bid: Bid) -> bytes:
        raise BidNotHere(round=1, commitment=bid.commitment)

    monkeypatch.setattr(RoundServer, "header_of", withheld)
    assert not Looking(seen.desk).look()
    assert "No envelope of a bid of round 1" in last_failure(seen)
    assert awaited(seen) == [(seen.tender.id, False)]


def test_serve_hidden_round_is_released_by_the_bundle(seen: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server lists it nowhere any more, and still gives its evidence."""
    seen.closed()
    hide(monkeypatch, lambda _: [])
    assert Looking(seen.desk).look()
    assert [entry["did"] for entry in seen.custodian(NAME, "log").data["entries"]] == ["released"]


def test_serve_close_that_the_server_hides_altogether_raises_the_alarm(
    seen: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """List and evidence stay as they were before the close. Some time after the deadline, by the own clock, that is a
    failure, and the next process knows it, too; with the close shown at last it releases, and all is well."""
    evidence = io.BytesIO()
    with Remote(seen.desk.url) as remote:
        path = f"/api/v1/processes/{seen.tender.id}/evidence"
        evidence.write(remote.request("GET", path).content)
    seen.closed()

    @contextmanager
    def old(_: Custodian, process_id: bytes) -> Iterator[BinaryIO]:
        yield io.BytesIO(evidence.getvalue())

    with monkeypatch.context() as lying:
        hide(lying, always_open(seen))
        lying.setattr(Custodian, "_bundle", old)
        assert Looking(seen.desk).look()
        for _ in range(2):
            with Looking(seen.desk).service(1, overdue_after=3600) as service:
                assert not service.look()
        assert "no close was shown to this custodian" in last_failure(seen)
        assert seen.tender.id in last_failure(seen)
        status = seen.custodian(NAME, "status", "--overdue-after", "1h", "--alarm-after", "1d")
        assert (status.exit_code, status.data["awaited"][0]["overdue"]) == (1, True)
        assert seen.custodian(NAME, "status", "--overdue-after", "2d", "--alarm-after", "1d").exit_code == 0
    with Looking(seen.desk).service(1, overdue_after=3600) as service:
        assert service.look()
    assert awaited(seen) == []
    assert seen.custodian(NAME, "status", "--overdue-after", "1h").exit_code == 0


def test_serve_round_that_vanishes_from_the_list_raises_the_alarm(
    seen: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open by its evidence, and listed nowhere, also if the evidence does not come: at once, long before it is overdue.
    A server that lists it again is believed."""
    with monkeypatch.context() as lying:
        hide(lying, lambda _: [])
        for _ in range(2):
            assert not Looking(seen.desk).look()
            assert "does not list round 1" in last_failure(seen)

        def nothing(_: Custodian, process_id: bytes, number: int) -> ProvenRound:
            raise ProcessUnknown(process_id=process_id)

        lying.setattr(Custodian, "look_at", nothing)
        assert not Looking(seen.desk).look()
        assert "does not list round 1" in last_failure(seen)
        assert "There is no process" in last_failure(seen)
    assert Looking(seen.desk).look()


def test_serve_round_beyond_a_list_that_is_cut_off_is_no_alarm(seen: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more rounds than are looked at not all are listed: the known one is looked at all the same."""
    monkeypatch.setattr("ledger.cli.custodian.service.MOST_ROUNDS", 200)

    def ask(_: Remote, path: str, **query: str | int) -> dict[str, Any]:
        return {"rounds": [], "nextCursor": "more"}

    monkeypatch.setattr(Remote, "ask", ask)
    assert Looking(seen.desk).look()


def test_serve_round_that_others_opened_is_no_alarm(seen: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server hid the close, two other custodians were enough, and now the evidence says that it is over."""
    seen.closed()
    for name in CUSTODIANS[1:]:
        assert seen.release(name).exit_code == 0
    for officer in OFFICERS[:2]:
        assert seen.opening("contribute", officer).exit_code == 0
    for officer in OFFICERS[:2]:
        assert seen.opening("finish", officer).exit_code == 0
    seen.desk.publish()
    hide(monkeypatch, lambda _: [])
    with Looking(seen.desk).service(1, overdue_after=3600) as service:
        assert service.look()
    assert awaited(seen) == []


def test_serve_round_of_a_cancelled_process_is_no_alarm(seen: People) -> None:
    """It stays open for ever, and nobody is to close it."""
    seen.tender.jointly(CancelTender, "TenderCancelled", 2)
    seen.desk.publish()
    with Looking(seen.desk).service(1, overdue_after=3600) as service:
        assert service.look()
    assert awaited(seen) == []


def test_serve_round_that_is_never_proven_raises_the_alarm(people: People) -> None:
    """A server that lists a round and gives evidence that no witness saw is waited for, but not for ever."""
    people.tender.bid("bidder 1")
    assert people.officer("index", "run", "--once").exit_code == 0
    folder = people.desk.custodians[NAME] / "custodian"
    with Looking(people.desk).service(1, overdue_after=3600) as service:
        assert service.look()
    state = read_state(folder)
    (name,) = state.unproven
    state.unproven[name] -= 3601
    write_state(folder, state)
    with Looking(people.desk).service(1, overdue_after=3600) as service:
        assert not service.look()
    assert people.tender.id in last_failure(people)
    people.desk.publish()
    with Looking(people.desk).service(1, overdue_after=2 * 86_400) as service:
        assert service.look()
    assert read_state(folder).unproven == {}


def test_serve_overdue_round_ends_the_process_with_code_1(seen: People) -> None:
    """Whatever keeps it running raises the alarm, and reads why."""
    process = start_siegel(
        seen.desk.custodians[NAME], *serving(seen.desk, "--overdue-after", "1h", "--alarm-after", "0s")
    )
    _, err = process.communicate()
    assert process.returncode == 1
    assert "no close was shown to this custodian" in err
    assert "[CustodianSilent]" in err


def test_dismiss_ends_the_alarm_and_not_the_release(seen: People) -> None:
    """Nobody closes it, and its operator knows; that stands in the log. Closed all the same, it is released."""
    assert seen.custodian(NAME, "dismiss", seen.tender.id, "--round", 2).data == {"dismissed": False}
    assert seen.custodian(NAME, "dismiss", seen.tender.id).data == {"dismissed": True}
    with Looking(seen.desk).service(1, overdue_after=3600) as service:
        assert service.look()
    assert awaited(seen) == []
    assert [entry["did"] for entry in seen.custodian(NAME, "log").data["entries"]] == ["dismissed"]
    seen.closed()
    assert Looking(seen.desk).look()
    assert [entry["did"] for entry in seen.custodian(NAME, "log").data["entries"]] == ["dismissed", "released"]


def test_release_by_hand_of_an_open_round_makes_it_known(people: People) -> None:
    """Whoever hears of a round in another way asks for it once, and the service looks for it from then on."""
    people.tender.bid("bidder 1")
    people.desk.publish()
    assert error(people.release(NAME)) == "CloseNotProven"
    assert awaited(people) == [(people.tender.id, False)]


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
