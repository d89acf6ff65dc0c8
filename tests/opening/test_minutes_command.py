"""``siegel opening minutes`` on a real chain, after real bids were opened."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from ledger.cli.home import create_home
from ledger.opening.opened import FILE, opened_folder
from ledger.opening.round_file import opened_round
from tests.cli.conftest import Called, Siegel, siegel
from tests.opening.minuted import offered
from tests.opening.rounds import opened_world
from tests.opening.test_minutes_pdf import text_of

__all__ = ["siegel"]

OCID = "ocds-a2ef3d-round-1"


@pytest.fixture(scope="module")
def opened_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An officer's home after the opening of two bids; copied for each test, never used itself."""
    folder, home = tmp_path_factory.mktemp("world"), tmp_path_factory.mktemp("homes") / "home"
    publisher = {"name": "Stadt Musterlingen", "scheme": "DE-LEITWEG", "uid": "05-0000-11"}
    create_home(home, {"language": "en", "publisher": publisher})
    with opened_world(folder) as world:
        round_ = world.round()
        round_.bid("bidder 1", offered("Sauer GmbH", "184350.50", lot="1", discount="2"), ())
        round_.bid("bidder 2", offered("Nowak e. K.", "179999.00", lot="1"), ())
        round_.close()
        round_.bring_all()
        count = round_.count(opened_folder(home, round_.process_id, 1))
        round_.record([found.outcome for found in count.found])
        opened_round(round_.sealed, count.found).write(opened_folder(home, round_.process_id, 1) / FILE)
        round_.town.chain.deployment.save(home / "deployment.json")
    for name in ("chain", "store"):
        shutil.copytree(folder / name, home / name)
    shutil.copy(folder / "state.sqlite", home / "state.sqlite")
    return home


@pytest.fixture
def home(opened_home: Path, tmp_path: Path) -> Path:
    """A home of one's own."""
    return Path(shutil.copytree(opened_home, tmp_path / "home"))


def minutes(siegel: Siegel, home: Path, *arguments: object, rule: str = "vob-a", out: str = "minutes.pdf") -> Called:
    """The command, writing beside the home."""
    return siegel("opening", "minutes", OCID, "--rule", rule, "--out", home.parent / out, *arguments, home=home)


def round_file(home: Path) -> Path:
    """``round.json`` of the home."""
    return next((home / "opened").glob(f"*/1/{FILE}"))


def test_opening_minutes_writes_what_was_in_the_bids_for_the_owner_alone(siegel: Siegel, home: Path) -> None:
    """PDF, JSON, and the extract for tenderers in both forms; the names are those that were typed."""
    made = minutes(siegel, home, "--data", home.parent / "m.json", "--result", home.parent / "r.json",
                   "--result", home.parent / "r.pdf", "--place", "Rathaus", "--remark", "2=mit Mustern")  # fmt: skip
    assert made.exit_code == 0, made.err
    text = text_of((home.parent / "minutes.pdf").read_bytes())
    for expected in ("SauerGmbH", "184.350,50€", "179.999,00€", "NeubauderFeuerwache", "Rathaus", "Name:____"):
        assert expected in text
    data = json.loads((home.parent / "m.json").read_bytes())
    assert [bid["outcome"] for bid in data["bids"]] == ["opened", "opened"]
    assert [bid["remark"] for bid in data["bids"]] == [None, "mit Mustern"]
    officers = [officer["account"] for officer in data["officers"]]
    assert len(officers) == 2
    assert all(f"--officer 0x{account}=NAME" in made.out for account in officers)
    result = json.loads((home.parent / "r.json").read_bytes())
    assert [offer["amount"] for offer in result["lots"][0]["offers"]] == ["184350.50", "179999.00"]
    assert "SauerGmbH" in text_of((home.parent / "r.pdf").read_bytes())
    modes = {stat.S_IMODE((home.parent / name).stat().st_mode) for name in ("minutes.pdf", "m.json", "r.json", "r.pdf")}
    assert modes == {0o600}


def test_opening_minutes_in_two_homes_are_the_same_bytes(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Both officers type the same names, in any order, each in the own home."""
    data = home.parent / "m.json"
    assert minutes(siegel, home, "--data", data).exit_code == 0
    accounts = [officer["account"] for officer in json.loads(data.read_bytes())["officers"]]
    names = [("--officer", f"0x{account}=Person {number}") for number, account in enumerate(accounts)]
    other = Path(shutil.copytree(home, tmp_path / "other" / "home"))
    one = minutes(siegel, home, *names[0], *names[1], "--data", data)
    two = minutes(siegel, other, *names[1], *names[0], "--data", other.parent / "m.json")
    assert (one.exit_code, two.exit_code) == (0, 0), one.err + two.err
    assert "--officer" not in one.out
    for name in ("minutes.pdf", "m.json"):
        assert (home.parent / name).read_bytes() == (other.parent / name).read_bytes()


@pytest.mark.parametrize("rule", ["vgv", "uvgo"])
def test_opening_minutes_result_outside_vob_a_writes_nothing(siegel: Siegel, home: Path, rule: str) -> None:
    """Tenderers have no claim to it there; a mistyped rule leaves no file that somebody then sends."""
    refused = minutes(siegel, home, "--result", home.parent / "r.json", rule=rule)
    assert (refused.exit_code, "[OpeningResultForbidden]" in refused.err) == (1, True)
    assert not (home.parent / "r.json").exists()
    assert not (home.parent / "minutes.pdf").exists()
    assert minutes(siegel, home, rule=rule).exit_code == 0


def test_opening_minutes_of_a_price_altered_in_the_home_writes_nothing(siegel: Siegel, home: Path) -> None:
    """Another field's text, well formed, is not the one whose digest two officers recorded."""
    from ledger.ocds.disclosure import make_disclosure, read_disclosure

    opened = json.loads(round_file(home).read_bytes())
    texts = opened["bids"][0]["disclosures"]
    at = next(n for n, text in enumerate(texts) if read_disclosure(text).name == "lots/1/value")
    texts[at] = make_disclosure("lots/1/value", {"amount": "1.00", "currency": "EUR"}).text
    round_file(home).write_text(json.dumps(opened))
    refused = minutes(siegel, home)
    assert (refused.exit_code, "[OpenedRoundContradictsLedger]" in refused.err) == (1, True)
    assert not (home.parent / "minutes.pdf").exists()


def test_opening_minutes_without_an_opening_in_this_home_are_refused(siegel: Siegel, home: Path) -> None:
    """Who did not open has nothing to write down."""
    round_file(home).unlink()
    refused = minutes(siegel, home)
    assert (refused.exit_code, "[OpenedRoundUnreadable]" in refused.err) == (1, True)


def test_opening_minutes_with_the_servers_answers_name_contributors_and_incidents(siegel: Siegel, home: Path) -> None:
    """Both lists as the server gives them."""
    share = {
        "commitment": "00" * 32,
        "group": "custodians",
        "index": 3,
        "account": "0x" + "ab" * 20,
        "at": 1_767_700_000,
    }
    failure = {"author": "0x" + "cd" * 20, "at": 1_767_600_000, "receivedAt": 1_767_600_001, "failure": "RelayBusy"}
    shares, failures = home.parent / "shares.json", home.parent / "failures.json"
    shares.write_text(json.dumps({"contributions": [share]}))
    failures.write_text(json.dumps([failure]))
    made = minutes(siegel, home, "--contributions", shares, "--incidents", failures)
    assert made.exit_code == 0, made.err
    text = text_of((home.parent / "minutes.pdf").read_bytes())
    assert [
        each for each in ("Verwahrer3(DE-LEITWEG:custodian-", "ab" * 20, "RelayBusy", "cd" * 20) if each not in text
    ] == []


@pytest.mark.parametrize(
    ("argument", "typed"),
    [
        ("--rule", "vol-a"),
        ("--officer", "Anna Amtmann"),
        ("--officer", "0x12=Anna"),
        ("--officer", f"0x{'12' * 20}=Somebody Else"),
        ("--remark", "first=late"),
        ("--remark", "3=there are two bids, 1 and 2"),
        ("--remark", "0=nobody counts from 0"),
        ("--remark", "P1=there is none on paper"),
        ("--incidents", {"incidents": [{"at": 1}]}),
        ("--contributions", "no list"),
    ],
)
def test_opening_minutes_mistyped_could_not_begin(siegel: Siegel, home: Path, argument: str, typed: Any) -> None:
    """The option is named, and nothing is written."""
    if argument in ("--incidents", "--contributions"):
        file = home.parent / "given.json"
        file.write_text(json.dumps(typed))
        typed = file
    refused = minutes(siegel, home, argument, typed)
    assert (refused.exit_code, argument in refused.err) == (2, True)
    assert not (home.parent / "minutes.pdf").exists()
