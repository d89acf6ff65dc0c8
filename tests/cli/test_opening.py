"""Closing, releasing, contributing and opening from the command line, against a real server on this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ledger.chain.identifiers import organisation_id
from ledger.chain.registry import ChangePeople, Person
from ledger.chain.signers import KeySigner, KeystoreSigner
from ledger.cli.keys import key_path, sealing_key_path
from ledger.cli.remote import Remote
from ledger.opening.false_share import read_false
from ledger.opening.opened import read_opened
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.contribution import contribute
from ledger.sealing.opening import open_share
from ledger.settings import Settings
from ledger.store.contributions import Contributions, Given
from ledger.terms import Role
from tests.cli.conftest import PASSPHRASE, Called, Siegel
from tests.cli.notices import SCHEME, write
from tests.cli.opening_desk import CUSTODIANS, OFFICERS, Desk, Tender, opened_desk
from tests.index.town import signer
from tests.sealing.actors import LETTER, VALUES


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One machine for all tests; each has a procedure of its own."""
    with opened_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


class People:
    """Who types."""

    def __init__(self, siegel: Siegel, tender: Tender) -> None:
        self._siegel, self.tender = siegel, tender

    @property
    def desk(self) -> Desk:
        """The machine."""
        return self.tender.desk

    def officer(self, *arguments: object, json: bool = True) -> Called:
        """Somebody of the buyer."""
        return self._siegel(*arguments, *(["--json"] if json else []), home=self.desk.home)

    def opening(self, what: str, name: str, *more: object) -> Called:
        """``siegel opening`` of this procedure."""
        return self.officer("opening", what, self.tender.id, *more, "--as", name, "--server", self.desk.url)

    def close(self, name: str, *more: object) -> Called:
        """``siegel round close`` of this procedure."""
        return self.officer("round", "close", self.tender.id, "--as", name, "--server", self.desk.url, *more)

    def custodian(self, name: str, what: str, *more: object) -> Called:
        """Some custodian's machine."""
        return self._siegel("custodian", what, *more, "--json", home=self.desk.custodians[name])

    def release(self, name: str, *more: object) -> Called:
        """A custodian releases this procedure's round."""
        asked = (self.tender.id, "--policy", self.desk.policy, "--server", self.desk.url)
        return self.custodian(name, "release", *asked, *more)

    def closed(self) -> None:
        """Two officers close, each from what it sees; witnesses see it."""
        self.tender.pass_deadline()
        assert self.close("officer-one").exit_code == 0
        assert self.close("officer-two").data["acts"][0]["name"] == "RoundClosed"
        self.desk.publish()

    def contributed(self) -> None:
        """Two officers and two custodians bring their shares."""
        for name in CUSTODIANS[:2]:
            assert (done := self.release(name)).exit_code == 0, done.out
        for officer in OFFICERS[:2]:
            assert (done := self.opening("contribute", officer)).exit_code == 0, done.out

    def opened(self) -> Any:
        """What stands in the officers' home."""
        folder = self.desk.home / "opened" / self.tender.process_id.hex() / "1"
        return folder, read_opened(folder / "round.json")


@pytest.fixture
def people(siegel: Siegel, desk: Desk) -> People:
    """A new procedure, and who takes part in it."""
    return People(siegel, desk.tender())


def error(called: Called) -> str:
    """The name of a failure."""
    return str(called.data["error"])


def test_open_a_round_from_close_to_finish(people: People) -> None:
    """Two bids, a third whose envelope is missing, a late one; at the end every bid has its outcome and two officers
    have what was in them."""
    tender = people.tender
    tender.bid("bidder 1")
    tender.bid("bidder 2", values={"lots/1/value": {"amount": "5.00", "currency": "EUR"}}, files=())
    tender.bid("bidder 3", here=False)
    tender.pass_deadline()
    tender.bid("bidder 4")
    first = people.close("officer-one")
    assert first.exit_code == 0, first.out
    assert "Envelopes here: 2 (1, 2)" in first.err
    assert "Envelopes missing: 1 (3)" in first.err
    assert "Late and not admitted: 1 (4)" in first.err
    assert first.data["acts"] == []
    assert people.close("officer-two").data["acts"][0]["name"] == "RoundClosed"
    people.desk.publish()
    people.contributed()
    one = people.opening("finish", "officer-one")
    assert (one.exit_code, one.data["acts"], one.data["state"]) == (0, [], "closed")
    two = people.opening("finish", "officer-two")
    assert (two.data["acts"][0]["name"], two.data["state"]) == ("BidsOpened", "opened")
    assert [each["outcome"] for each in two.data["outcomes"]] == ["opened", "opened", "missing"]
    folder, made = people.opened()
    assert [bid.outcome for bid in made.bids] == ["opened", "opened", "missing", "late"]
    assert made.bids[0].values == VALUES
    assert (folder / "documents" / "0" / "0002").read_bytes() == LETTER


def test_close_twice_by_the_same_officer_is_refused(people: People) -> None:
    """One person alone closes nothing."""
    people.tender.bid("bidder 1")
    people.tender.pass_deadline()
    assert people.close("officer-one").exit_code == 0
    assert error(people.close("officer-one")) == "AlreadyApproved"


def test_close_with_other_arguments_than_proposed_is_not_sent(people: People) -> None:
    """Officer one says that no envelope is here; officer two sees one, is told so, and nothing is frozen."""
    people.tender.bid("bidder 1")
    people.tender.pass_deadline()
    assert people.close("officer-one", "--counted", 1, "--present", "").exit_code == 0
    refused = people.close("officer-two")
    assert error(refused) == "ProposalDiffers"
    assert refused.data["values"]["difference"] == "present: 1 / –"


def test_close_admitting_a_late_bid_needs_a_ground_and_the_same_file(people: People, tmp_path: Path) -> None:
    """The excuse goes to the second officer with the proposal."""
    people.tender.bid("bidder 1")
    people.tender.pass_deadline()
    people.tender.bid("bidder 2")
    assert error(people.close("officer-one", "--admit", "2")) == "GroundMissing"
    assert error(people.close("officer-one", "--admit", "1")) == "AdmissionInvalid"
    ground = tmp_path / "ground.txt"
    ground.write_text("the receiver failed")
    done = people.close("officer-one", "--admit", "2", "--ground", ground, "--together-with", "officer-two")
    assert done.data["acts"][0]["name"] == "RoundClosed"


def test_close_admitting_at_two_desks_takes_the_same_file_and_no_other(people: People, tmp_path: Path) -> None:
    """The second officer gives the file, too; another one is refused by name, and so is one that came to nobody.

    A third officer can go on despite a ground that is another.
    """
    people.tender.bid("bidder 1")
    people.tender.pass_deadline()
    people.tender.bid("bidder 2")
    ground, copy, other = (tmp_path / name for name in ("ground.txt", "copy.txt", "other.txt"))
    for path, text in ((ground, "the line was cut"), (copy, "the line was cut"), (other, "we know the tenderer")):
        path.write_text(text)
    admit = ("--admit", "2", "--ground")
    store = people.desk.services.store
    assert error(people.close("officer-one", "--admit", "1", "--ground", ground)) == "AdmissionInvalid"
    assert store.lookup(hashlib.sha256(ground.read_bytes()).digest()) == []
    assert people.close("officer-one", *admit, ground).data["acts"] == []
    assert error(people.close("officer-two", *admit, other)) == "GroundDiffers"
    assert store.lookup(hashlib.sha256(other.read_bytes()).digest()) == []
    assert error(people.close("officer-two")) == "ProposalDiffers"
    assert people.close("officer-two", *admit, other, "--despite").data["acts"] == []
    done = people.close("officer-three", *admit, copy)
    assert done.data["acts"][0]["name"] == "RoundClosed", done.out
    (named,) = store.lookup(hashlib.sha256(ground.read_bytes()).digest())
    assert done.data["acts"][0]["ground"] == "0x" + named.hex()


def test_close_with_a_ground_that_the_server_does_not_have_is_refused(people: People, tmp_path: Path) -> None:
    """Officer one typed a digest: nobody can compare that with a file."""
    people.tender.pass_deadline()
    people.tender.bid("bidder 1")
    ground = tmp_path / "ground.txt"
    ground.write_text("the receiver failed")
    digest = "0x" + "12" * 32
    assert people.close("officer-one", "--admit", "1", "--ground", digest).exit_code == 0
    assert error(people.close("officer-two", "--admit", "1", "--ground", ground)) == "GroundNotHere"


def test_rehearse_tells_who_can_open(people: People) -> None:
    """Amber until enough of both groups have shown it."""
    first = people.opening("rehearse", "officer-one")
    assert (first.exit_code, first.data["answered"], first.data["enough"]) == (1, 1, False)
    ready = [each["ready"] for each in first.data["recipients"] if each["group"] == "officers"]
    assert sum(ready) == 1
    shown = people.officer(
        "opening", "rehearse", people.tender.id, "--as", "officer-two", "--server", people.desk.url, json=False
    )
    assert "Officers: 2 ready, 2 are needed" in shown.out
    assert "amber" in shown.out
    assert "green" in shown.out
    # By their own ledger's word, in the key set's order.
    names = [each["name"] for each in first.data["recipients"]]
    holders = [each.holder for each in people.desk.keys.custodians]
    known = {organisation_id(SCHEME, name): f"{SCHEME}:{name}" for name in CUSTODIANS}
    assert names == [None] * len(OFFICERS) + [known[holder] for holder in holders]
    assert all(f"  {index}. {known[holder]} amber (never)" in shown.out for index, holder in enumerate(holders, 1))


def test_release_before_the_close_is_refused(people: People) -> None:
    """A custodian who is asked before two officers closed gives nothing, and writes it down."""
    people.tender.bid("bidder 1")
    people.tender.pass_deadline()
    people.desk.publish()
    assert error(people.release("custodian-1")) == "CloseNotProven"
    entry = people.custodian("custodian-1", "log").data["entries"][-1]
    assert (entry["did"], entry["why"], entry["processId"]) == (
        "refused", "CloseNotProven", people.tender.process_id.hex(),
    )  # fmt: skip


def test_release_twice_is_two_entries_in_the_log(people: People) -> None:
    """What leaves is written down each time."""
    people.tender.bid("bidder 1")
    people.closed()
    before = len(people.custodian("custodian-3", "log").data["entries"])
    for _ in range(2):
        assert people.release("custodian-3").data == {"released": 1, "refused": {}}
    entries = people.custodian("custodian-3", "log").data["entries"][before:]
    assert [(entry["did"], entry["bid"]) for entry in entries] == [("released", 0), ("released", 0)]


def test_finish_without_custodians_is_refused(people: People) -> None:
    """Two officers alone open nothing, and no bid is called unreadable."""
    people.tender.bid("bidder 1")
    people.closed()
    for officer in OFFICERS:
        assert people.opening("contribute", officer).exit_code == 0
    refused = people.opening("finish", "officer-one")
    assert error(refused) == "OpeningUnfinished"
    assert people.desk.chain.round(people.tender.process_id, 1).opened == 0


def test_finish_and_contribute_before_the_close_are_refused(people: People) -> None:
    """Nothing is asked of a round that is open."""
    people.tender.bid("bidder 1")
    assert error(people.opening("finish", "officer-one")) == "RoundForbids"
    assert error(people.opening("contribute", "officer-one")) == "RoundForbids"


def test_finish_another_outcome_than_proposed_is_not_sent(people: People, tmp_path: Path) -> None:
    """Officer one records a readable bid as unreadable; officer two finds it readable, and does not agree."""
    commitment = people.tender.bid("bidder 1")
    people.closed()
    people.contributed()
    author = people.tender.authors[0].account
    lie = {"outcome": "unreadable", "author": "0x" + author.hex(), "content": "0x" + commitment.hex(),
           "evidence": "0x" + "11" * 32}  # fmt: skip
    outcomes = write(tmp_path / "outcomes.json", [lie])
    proposed = people.officer(
        "opening", "record", people.tender.id, "--outcomes", outcomes, "--propose", tmp_path / "p.json"
    )
    assert proposed.exit_code == 0, proposed.out
    refused = people.opening("finish", "officer-two")
    assert error(refused) == "ProposalDiffers"
    assert refused.data["values"]["difference"].startswith("outcomes bid 1: outcome: ")
    assert people.desk.chain.round(people.tender.process_id, 1).opened == 0
    # The other two agree all the same.
    assert people.opening("finish", "officer-two", "--despite").data["state"] == "closed"
    assert people.opening("finish", "officer-three").data["state"] == "opened"


def test_finish_many_bids_asks_for_no_longer_answer_than_for_one(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever hands in thousands of bids makes the contributions of the round longer than any answer that is read: the
    opening goes on bid by bid."""
    for number in range(1, 5):
        people.tender.bid(f"bidder {number}", values={}, files=())
    people.closed()
    people.contributed()
    monkeypatch.setattr("ledger.cli.remote.MOST_BYTES", 12_000)
    done = people.opening("finish", "officer-one", "--together-with", "officer-two")
    assert (done.exit_code, done.data.get("state")) == (0, "opened")


def test_finish_at_one_desk_opens_at_once(people: People) -> None:
    """Both officers sit together."""
    people.tender.bid("bidder 1")
    people.closed()
    people.contributed()
    done = people.opening("finish", "officer-one", "--together-with", "officer-two")
    assert (done.exit_code, done.data["state"]) == (0, "opened")


def test_finish_giving_up_a_bid_says_so(people: People) -> None:
    """No custodian came: two officers go on without the bid, and its evidence says why."""
    people.tender.bid("bidder 1")
    people.closed()
    for officer in OFFICERS[:2]:
        assert people.opening("contribute", officer).exit_code == 0
    assert people.opening("finish", "officer-one", "--without", 1).exit_code == 0
    assert people.opening("finish", "officer-two", "--without", 1).data["state"] == "opened"
    _, made = people.opened()
    assert made.bids[0].outcome == "unreadable"
    assert made.bids[0].evidence["refusal"] == "SharesTooFew"


def swap(people: People, group: Group, index: int, given: SignedContribution, account: bytes) -> None:
    """The operator writes another contribution to the first bid over the one that came."""
    commitment = people.desk.services.queries.rounds(people.tender.process_id)[0].bids[0].commitment
    row = Given(commitment, group, index, given.contribution, given.signature)
    Contributions(people.desk.services.state).take(people.tender.process_id, 1, account, [row])


def false_share(people: People, group: Group, index: int) -> bytes:
    """A contribution of something else than was sealed."""
    return contribute(people.tender.sealed[0].header, people.desk.keys, group, index, bytes(32)).encoded()


def officer_of(people: People, index: int) -> KeySigner:
    """Whose share it is."""
    holder = people.desk.keys.officers[index - 1].holder
    keys = (people.desk.key(name) for name in OFFICERS)
    return next(key for key in keys if key.account == holder[12:])


def test_finish_names_a_contribution_that_the_server_made(people: People) -> None:
    """The operator replaces officer one's share: it does not count, and is not called that officer's doing."""
    people.tender.bid("bidder 1")
    people.closed()
    people.contributed()
    assert people.opening("contribute", "officer-three").exit_code == 0
    operator, officer = signer("operator"), officer_of(people, 1)
    swap(people, Group.OFFICERS, 1, SignedContribution.by(operator, false_share(people, Group.OFFICERS, 1)),
         officer.account)  # fmt: skip
    done = people.opening("finish", "officer-two", "--together-with", "officer-three")
    assert (done.exit_code, done.data["state"]) == (0, "opened")
    assert done.data["falseContributions"] == [
        {"bid": 0, "group": "officers", "index": 1, "account": "0x" + officer.account.hex(),
         "why": "ContributionUnsigned", "evidence": None},
    ]  # fmt: skip
    assert not (people.opened()[0] / "false-shares").exists()


def test_finish_keeps_what_shows_that_a_signed_share_is_false(people: People, siegel: Siegel, tmp_path: Path) -> None:
    """Officer one lies and signs it: the bid opens with the others, and the file shows everybody who it was, also
    somebody without a home who has the evidence and a policy."""
    people.tender.bid("bidder 1")
    people.closed()
    people.contributed()
    assert people.opening("contribute", "officer-three").exit_code == 0
    liar = officer_of(people, 1)
    given = SignedContribution.by(liar, false_share(people, Group.OFFICERS, 1))
    swap(people, Group.OFFICERS, 1, given, liar.account)
    asked = ("opening", "finish", people.tender.id, "--as", "officer-two", "--server", people.desk.url)
    shown = people.officer(*asked, json=False)
    assert shown.exit_code == 0
    (path,) = (people.opened()[0] / "false-shares").iterdir()
    assert f"0x{liar.account.hex()} signed that, as {path} shows." in shown.out
    found = read_false(json.loads(path.read_bytes()), people.desk.buyer, people.desk.keys)
    assert (found.account, found.group, found.index) == (liar.account, Group.OFFICERS, 1)
    people.desk.publish()
    proof = tmp_path / "proof.zip"
    with Remote(people.desk.url) as remote:
        proof.write_bytes(remote.request("GET", f"/api/v1/processes/{people.tender.id}/evidence").content)
    repeating = ("opening", "false-share", path, "--bundle", proof, "--policy", people.desk.policy)
    repeated = siegel(*repeating, "--json")
    assert (repeated.exit_code, repeated.data["bid"], repeated.data["index"]) == (0, 0, 1)
    said = f"Account 0x{liar.account.hex()} signed a false share to bid 1: share 1 of the officers."
    assert siegel(*repeating).out.strip() == said
    path.write_text(path.read_text().replace("siegel-false-share/1", "siegel-false-share/2"))
    assert error(siegel(*repeating, "--json")) == "FalseShareUnproven"
    path.write_text("[]")
    assert error(siegel(*repeating, "--json")) == "FalseShareUnproven"


def test_finish_does_not_count_a_share_that_a_custodians_former_officer_signed(people: People) -> None:
    """The deputy of custodian three left; the server takes its share all the same, and the own node knows better."""
    people.tender.bid("bidder 1")
    people.closed()
    for officer in OFFICERS[:2]:
        assert people.opening("contribute", officer).exit_code == 0
    name, desk = CUSTODIANS[2], people.desk
    custodian, deputy = organisation_id(SCHEME, name), signer(f"deputy of {name}")
    index = next(at for at, each in enumerate(desk.keys.custodians, 1) if each.holder == custodian)
    settings = Settings.load(desk.custodians[name])
    changes = (Person(deputy.account, Role(0)), Person(signer("successor").account, Role.OFFICER))
    left = ChangePeople(custodian, tuple(sorted(changes, key=lambda each: each.account)), int(time.time()))
    for key in (KeystoreSigner.load(key_path(settings, "custodian"), PASSPHRASE), deputy):
        desk.chain.send(left, key)
    assert people.release(CUSTODIANS[0]).exit_code == 0
    header = people.tender.sealed[0].header
    seal_key = load_pem_private_key(sealing_key_path(settings, "custodian").read_bytes(), PASSPHRASE.encode())
    share = open_share(header, desk.keys, Group.CUSTODIANS, index, seal_key)  # type: ignore[arg-type]
    data = contribute(header, desk.keys, Group.CUSTODIANS, index, share).encoded()
    swap(people, Group.CUSTODIANS, index, SignedContribution.by(deputy, data), deputy.account)
    refused = people.opening("finish", "officer-one")
    assert error(refused) == "OpeningUnfinished"
    assert "ShareNotHeld" in refused.err
    assert people.release(name).exit_code == 0
    assert people.opening("finish", "officer-one").exit_code == 0


def test_sealing_keys_stay_where_they_are(people: People) -> None:
    """A custodian's key opens nothing from another's home, and its passphrase is asked for like any other's."""
    people.tender.bid("bidder 1")
    people.closed()
    wrong = people.desk.custodians["custodian-2"] / "keys" / "custodian.sealing.pem"
    right = wrong.read_bytes()
    wrong.write_bytes((people.desk.home / "keys" / "officer-one.sealing.pem").read_bytes())
    try:
        assert error(people.release("custodian-2")) == "RecipientUnknown"
    finally:
        wrong.write_bytes(right)


def test_status_of_a_custodian_that_never_ran_is_bad_news(people: People) -> None:
    """Exit code 1, for whatever watches."""
    found = people.custodian("custodian-1", "status")
    assert (found.exit_code, found.data["lastSuccess"]) == (1, None)
    assert json.loads(found.out)


def test_remedy_with_the_receipt_opens_the_bid(people: People, tmp_path: Path) -> None:
    """The custodians are gone: the tenderer's receipt opens what two officers had given up."""
    tender = people.tender
    tender.bid("bidder 1")
    people.closed()
    for officer in OFFICERS[:2]:
        assert people.opening("finish", officer, "--without", 1).exit_code == 0
    ground = tmp_path / "minutes.txt"
    ground.write_text("custodians gone")
    receipt = tender.receipt(0, tmp_path / "receipt.zip")
    done = people.officer(
        "opening", "remedy", tender.id, 1, receipt, "--ground", ground, "--together-with", "officer-two"
    )
    assert done.exit_code == 0, done.out
    assert done.data["acts"][0]["name"] == "OutcomeRevised"
    folder, made = people.opened()
    assert (made.bids[0].outcome, made.bids[0].values) == ("opened", VALUES)
    assert (folder / "documents" / "0" / "0002").read_bytes() == LETTER
    # Counting once more finds the shares still missing, and takes nothing away.
    assert people.opening("finish", "officer-one", "--without", 1).data["state"] == "opened"
    assert people.opened()[1] == made


def test_remedy_that_is_recorded_gives_a_third_officer_the_bid(people: People, tmp_path: Path) -> None:
    """Two officers opened it with the receipt, and whoever evaluates has another home: the receipt opens it there, too,
    and nothing is sent."""
    tender = people.tender
    tender.bid("bidder 1")
    people.closed()
    for officer in OFFICERS[:2]:
        assert people.opening("finish", officer, "--without", 1).exit_code == 0
    receipt = tender.receipt(0, tmp_path / "receipt.zip")
    asked = ("opening", "remedy", tender.id, 1, receipt, "--ground", "0x" + "11" * 32)
    assert people.officer(*asked, "--together-with", "officer-two").exit_code == 0
    shutil.rmtree(people.opened()[0])
    done = people.officer(*asked, "--together-with", "officer-two")
    assert (done.exit_code, done.data.get("acts")) == (0, [])
    assert people.opened()[1].bids[0].values == VALUES


def test_remedy_says_whose_shares_were_false_where_too_many_were(people: People, tmp_path: Path) -> None:
    """Two of three officers lie and sign it, so no choice of shares gives a seed and nobody is blamed. The receipt
    opens the bid, and its seed shows who lied."""
    tender = people.tender
    tender.bid("bidder 1")
    people.closed()
    people.contributed()
    assert people.opening("contribute", "officer-three").exit_code == 0
    liars = [officer_of(people, index) for index in (1, 2)]
    for index, liar in enumerate(liars, 1):
        given = SignedContribution.by(liar, false_share(people, Group.OFFICERS, index))
        swap(people, Group.OFFICERS, index, given, liar.account)
    assert error(people.opening("finish", "officer-one")) == "OpeningUnfinished"
    for officer in OFFICERS[:2]:
        done = people.opening("finish", officer, "--without", 1)
        assert (done.exit_code, done.data["falseContributions"]) == (0, [])
    receipt = tender.receipt(0, tmp_path / "receipt.zip")
    asked = ("opening", "remedy", tender.id, 1, receipt, "--ground", "0x" + "11" * 32, "--as", "officer-three")
    quiet = people.officer(*asked, "--together-with", "officer-two")
    assert (quiet.exit_code, quiet.data["falseContributions"]) == (0, [])
    done = people.officer(*asked, "--server", people.desk.url)
    found = {(each["index"], each["account"], each["why"]) for each in done.data["falseContributions"]}
    assert found == {(index, "0x" + liar.account.hex(), "SealsDiffer") for index, liar in enumerate(liars, 1)}
    files = (people.opened()[0] / "false-shares").iterdir()
    shown = [read_false(json.loads(path.read_bytes()), people.desk.buyer, people.desk.keys) for path in files]
    assert {each.account for each in shown} == {liar.account for liar in liars}


def test_remedy_with_another_seed_is_refused(people: People, tmp_path: Path) -> None:
    """A receipt whose seed does not give the sealed shares opens nothing."""
    tender = people.tender
    tender.bid("bidder 1")
    people.closed()
    for officer in OFFICERS[:2]:
        assert people.opening("finish", officer, "--without", 1).exit_code == 0
    receipt = tender.receipt(0, tmp_path / "receipt.zip", seed=bytes(32))
    asked = ("opening", "remedy", tender.id, 1, receipt, "--ground", "0x" + "11" * 32)
    refused = people.officer(*asked, "--together-with", "officer-two")
    assert error(refused) == "SealsDiffer"
    assert error(people.officer("opening", "remedy", tender.id, 2, receipt, *asked[-2:])) == "ArgumentInvalid"


def test_finish_in_several_acts_goes_on_where_the_other_officer_stopped(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More bids than fit into one act: whoever executes one proposes the next."""
    monkeypatch.setattr("ledger.cli.opening.finishing.MOST_OUTCOMES", 2)
    for number in (1, 2, 3):
        people.tender.bid(f"bidder {number}")
    people.closed()
    people.contributed()
    steps = [people.opening("finish", officer).data for officer in (*OFFICERS[:2], OFFICERS[0])]
    assert [step["state"] for step in steps] == ["closed", "closed", "opened"]
    assert people.desk.chain.round(people.tender.process_id, 1).opened == 3
    people.desk.publish()
    assert [bid.outcome for bid in people.opened()[1].bids] == ["opened"] * 3
