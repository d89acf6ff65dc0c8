"""``siegel opening minutes`` on a real chain, after real bids were opened."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.deployment import Deployment
from ledger.chain.identifiers import incident_digest
from ledger.cli.home import create_home
from ledger.opening.opened import FILE, opened_folder
from ledger.opening.round_file import opened_round
from ledger.opening.signed_contribution import SignedContribution
from tests.cli.conftest import Called, Siegel, siegel
from tests.index.town import signer
from tests.opening.minuted import offered
from tests.opening.rounds import opened_world
from tests.opening.test_minutes_pdf import text_of

__all__ = ["siegel"]

OCID = "ocds-a2ef3d-round-1"
SERVERS_ANSWER = "contributions.json"


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
        answer = [
            {
                "commitment": one.commitment.hex(), "group": one.group.name.lower(), "index": one.index,
                "at": 1_767_700_000, "account": "0x" + one.account.hex(),
                "contribution": "0x" + one.given.contribution.hex(), "signature": "0x" + one.given.signature.hex(),
            }
            for one in round_.brought
        ]  # fmt: skip
        (home / SERVERS_ANSWER).write_text(json.dumps({"contributions": answer}))
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


def reported(home: Path, **other: Any) -> dict[str, Any]:
    """A tenderer's report of a failure as the server gives it, signed for the round of the home or another one."""
    deployment, who = Deployment.load(home / "deployment.json"), signer("bidder 1")
    said: dict[str, Any] = {
        "process": bytes.fromhex(round_file(home).parts[-3]), "round_number": 1, "author": who.account,
        "at": 1_767_600_000, "failure": "RelayBusy", "detail": "", **other,
    }  # fmt: skip
    signature = who.sign_digest(incident_digest(deployment.chain_id, deployment.ledger, **said))
    return {
        "processId": "0x" + said["process"].hex(), "round": said["round_number"], "author": "0x" + said["author"].hex(),
        "at": said["at"], "failure": said["failure"], "detail": said["detail"], "signature": "0x" + signature.hex(),
        "receivedAt": 1_767_600_001, "receipt": "0x" + "00" * 65,
    }  # fmt: skip


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
    shares, failures = home / SERVERS_ANSWER, home.parent / "failures.json"
    failures.write_text(json.dumps([reported(home)]))
    made = minutes(siegel, home, "--contributions", shares, "--incidents", failures)
    assert made.exit_code == 0, made.err
    text = text_of((home.parent / "minutes.pdf").read_bytes())
    given = json.loads(shares.read_text())["contributions"]
    account = next(each["account"][2:] for each in given if (each["group"], each["index"]) == ("custodians", 3))
    expected = ("Verwahrer3(DE-LEITWEG:custodian-", account, "RelayBusy", signer("bidder 1").account.hex())
    assert [each for each in expected if each not in text] == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"account": "0x" + "ab" * 20}, "ContributionUnsigned"),
        ({"signature": "0x" + "00" * 65}, "ContributionUnsigned"),
        ({"index": 2}, "ContributionForeign"),
        ({"group": "custodians"}, "ContributionForeign"),
    ],
)
def test_opening_minutes_name_nobody_as_contributor_who_did_not_sign(
    siegel: Siegel, home: Path, change: dict[str, Any], name: str
) -> None:
    """A server that says that somebody else contributed, or another share, is not believed."""
    given = json.loads((home / SERVERS_ANSWER).read_text())["contributions"]
    assert (given[0]["group"], given[0]["index"]) == ("officers", 1)
    given[0] |= change
    shares = home.parent / "shares.json"
    shares.write_text(json.dumps({"contributions": given}))
    refused = minutes(siegel, home, "--contributions", shares)
    assert (refused.exit_code, f"[{name}]" in refused.err) == (1, True)
    assert not (home.parent / "minutes.pdf").exists()


def test_opening_minutes_take_no_contribution_of_another_procedure(siegel: Siegel, home: Path) -> None:
    """Signed by the same people, elsewhere."""
    given = json.loads((home / SERVERS_ANSWER).read_text())["contributions"]
    who, data = signer("somebody"), bytes.fromhex(given[-1]["contribution"][2:])
    elsewhere = data[: 4 * 32] + bytes(32) + data[5 * 32 :]
    signed = SignedContribution.by(who, elsewhere)
    given[-1] |= {
        "account": who.account.hex(), "contribution": elsewhere.hex(), "signature": signed.signature.hex(),
    }  # fmt: skip
    shares = home.parent / "shares.json"
    shares.write_text(json.dumps({"contributions": given}))
    refused = minutes(siegel, home, "--contributions", shares)
    assert (refused.exit_code, "[ContributionForeign]" in refused.err) == (1, True)


def signed_anew(given: dict[str, Any], name: str, data: bytes) -> dict[str, Any]:
    """The entry with other bytes, signed by the account of this name."""
    who = signer(name)
    signature = SignedContribution.by(who, data).signature
    return given | {"account": who.account.hex(), "contribution": data.hex(), "signature": signature.hex()}


def zeroed(data: bytes, word: int) -> bytes:
    """With nothing in one of its words."""
    return data[: word * 32] + bytes(32) + data[(word + 1) * 32 :]


@pytest.mark.parametrize(("group", "index"), [("custodians", 3), ("officers", 2)])
@pytest.mark.parametrize("name", ["somebody", "officer 3", "custodian 1"])
def test_opening_minutes_name_nobody_as_contributor_who_does_not_hold_the_share(
    siegel: Siegel, home: Path, group: str, index: int, name: str
) -> None:
    """The server has the holder's contribution, and signs it by a key of its own; so do colleagues of the holder."""
    given = json.loads((home / SERVERS_ANSWER).read_text())["contributions"]
    one = next(each for each in given if (each["group"], each["index"]) == (group, index))
    assert signer(name).account.hex() != one["account"][2:]
    shares = home.parent / "shares.json"
    shares.write_text(json.dumps([signed_anew(one, name, bytes.fromhex(one["contribution"][2:]))]))
    refused = minutes(siegel, home, "--contributions", shares)
    assert (refused.exit_code, "[ShareNotHeld]" in refused.err) == (1, True), refused.err
    assert not (home.parent / "minutes.pdf").exists()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda data: zeroed(data, 2), "ContributionForeign"),
        (lambda data: zeroed(data, 3), "ContributionForeign"),
        (lambda data: zeroed(data, 7), "ContributionForeign"),
        (lambda data: zeroed(data, 6), "CommitmentUnknown"),
        (lambda data: zeroed(data, 9), "CommitmentUnknown"),
        (lambda data: zeroed(data, 10), "CommitmentUnknown"),
        (lambda data: data[: 13 * 32], "ContributionMalformed"),
    ],
    ids=["chain", "ledger", "key set", "author", "bid root", "rest digest", "no sealed part"],
)
def test_opening_minutes_take_no_contribution_to_no_bid_of_the_round(
    siegel: Siegel, home: Path, change: Callable[[bytes], bytes], refusal: str
) -> None:
    """Also of the share's holder, who can have signed anything elsewhere."""
    given = json.loads((home / SERVERS_ANSWER).read_text())["contributions"]
    one = next(each for each in given if (each["group"], each["index"]) == ("custodians", 3))
    names = (f"custodian {number}" for number in (1, 2, 3))
    holder = next(name for name in names if signer(name).account.hex() == one["account"][2:])
    shares = home.parent / "shares.json"
    shares.write_text(json.dumps([signed_anew(one, holder, change(bytes.fromhex(one["contribution"][2:])))]))
    refused = minutes(siegel, home, "--contributions", shares)
    assert (refused.exit_code, f"[{refusal}]" in refused.err) == (1, True), refused.err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"signature": "0x" + "00" * 65}, "[IncidentUnsigned]"),
        ({"author": "0x" + "cd" * 20}, "[IncidentUnsigned]"),
        ({"failure": "WrongPassphrase"}, "[IncidentUnsigned]"),
        ({"processId": "0x" + "99" * 32}, "--incidents"),
        ({"round": 7}, "--incidents"),
        ({"author": "Sauer GmbH"}, "--incidents"),
        ({"at": "abc"}, "--incidents"),
        ({"at": None}, "--incidents"),
        ({"at": 10**30}, "--incidents"),
        ({"receivedAt": "later"}, "--incidents"),
    ],
)
def test_opening_minutes_take_no_report_that_no_tenderer_signed(
    siegel: Siegel, home: Path, change: dict[str, Any], told: str
) -> None:
    """Whatever the server calls a tenderer's report; nor one of another round, which is told as such."""
    failures = home.parent / "failures.json"
    failures.write_text(json.dumps({"incidents": [reported(home) | change]}))
    refused = minutes(siegel, home, "--incidents", failures)
    assert (refused.exit_code, told in refused.err) == (1 if told.startswith("[") else 2, True), refused.err
    assert not (home.parent / "minutes.pdf").exists()


@pytest.mark.parametrize("other", [{"process": bytes(32)}, {"round_number": 2}])
def test_opening_minutes_take_no_report_of_another_round(siegel: Siegel, home: Path, other: dict[str, Any]) -> None:
    """A tenderer signed it, elsewhere; the server calls it one of this round."""
    failures = home.parent / "failures.json"
    of_this = {name: reported(home)[name] for name in ("processId", "round")}
    failures.write_text(json.dumps([reported(home, **other) | of_this]))
    assert "[IncidentUnsigned]" in minutes(siegel, home, "--incidents", failures).err


@pytest.mark.parametrize("index", [-600, -255, 256, 10**90, 1.0, True, "1"])
def test_opening_minutes_index_of_no_share_could_not_begin(siegel: Siegel, home: Path, index: object) -> None:
    """One of them names officer one's share, by another group."""
    given = json.loads((home / SERVERS_ANSWER).read_text())["contributions"][0]
    shares = home.parent / "shares.json"
    shares.write_text(json.dumps([given | {"index": index, "group": "custodians" if index == -255 else "officers"}]))
    refused = minutes(siegel, home, "--contributions", shares)
    assert (refused.exit_code, "--contributions" in refused.err) == (2, True), refused.err


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
        ("--contributions", [{"group": "officers", "index": 1, "account": "0x" + "ab" * 20, "at": 1}]),
        (
            "--contributions",
            [{"group": "thieves", "index": 1, "account": "", "at": 1, "contribution": "", "signature": ""}],
        ),
        (
            "--contributions",
            [{"group": "officers", "index": 1, "account": "zz", "at": 1, "contribution": "", "signature": ""}],
        ),
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
