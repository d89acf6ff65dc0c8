"""Contributions are signed: what servers, colleagues and outsiders can do with one, and what a liar leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.registry import Person, ReplacePeople
from ledger.chain.registry_acts import registry_of
from ledger.chain.signers import KeySigner
from ledger.errors import (
    ContributionUnsigned,
    FalseShareUnproven,
    OtherChain,
    ShareNotHeld,
    SharesTooFew,
    SiegelError,
)
from ledger.opening.contributors import Contributors
from ledger.opening.counting import Brought, Count
from ledger.opening.false_share import FalseShare, keep_false, read_false, show_false
from ledger.opening.proven_false_share import prove_false
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing import hpke
from ledger.sealing.context import Group
from ledger.sealing.contribution import contribute
from ledger.sealing.sealing import Sealed
from ledger.terms import Role
from tests.chain.signatures import mirrored
from tests.index.town import signer
from tests.opening.rounds import HandedIn, Round, World, key_of
from tests.sealing.actors import digest

OFFICERS, CUSTODIANS = Group.OFFICERS, Group.CUSTODIANS


@pytest.fixture
def closed(round_: Round) -> Round:
    """Two bids; two officers and two custodians brought true shares, and a third of each can."""
    round_.bid("bidder 1")
    round_.bid("bidder 2")
    round_.close()
    round_.bring_all()
    return round_


def lie(round_: Round, number: int, group: Group, index: int, what: str = "a lie") -> bytes:
    """A contribution of another share than was sealed: anybody can make it."""
    return contribute(round_.bids[number].sealed.header, round_.key_set, group, index, digest(what)).encoded()


def place(round_: Round, number: int, group: Group, index: int) -> int:
    """Where the contribution stands in the server's list."""
    wanted = (round_.bids[number].commitment, group, index)
    return next(at for at, one in enumerate(round_.brought) if (one.commitment, one.group, one.index) == wanted)


def told(count: Count) -> list[tuple[int, Group, int, str]]:
    """What does not count, and why."""
    return [(false.bid, false.group, false.index, false.why) for false in count.false]


def ends(count: Count) -> list[str]:
    """The outcomes' names."""
    return [found.outcome.outcome.name.lower() for found in count.found]


def test_swapped_contribution_is_left_out_and_nobodys_doing(closed: Round, tmp_path: Path) -> None:
    """The server puts a false share in the place of officer one's and names officer one: with its own signature, with
    officer one's over the true one, with none. It is named as unsigned, and nothing is kept against officer one."""
    at = place(closed, 0, OFFICERS, 1)
    honest, data = closed.brought[at], lie(closed, 0, OFFICERS, 1)
    closed.bring(OFFICERS, 3)
    servers = SignedContribution.by(signer("the operator"), data).signature
    for signature in (servers, honest.given.signature, b"", bytes(65)):
        closed.brought[at] = replace(honest, given=SignedContribution(data, signature))
        count = closed.count(tmp_path, 2)
        assert (ends(count), told(count)) == (["opened", "opened"], [(0, OFFICERS, 1, "ContributionUnsigned")])
        assert count.false[0].evidence is None


def test_contributions_that_the_server_made_never_get_into_the_search(closed: Round, tmp_path: Path) -> None:
    """It replaces every one of a bid: shares are missing, not false, and no seed is looked for among them."""
    closed.brought = []
    for group in Group:
        for index in (1, 2, 3):
            closed.give(0, group, index, lie(closed, 0, group, index), by=signer("the operator"))
            closed.brought[-1] = replace(closed.brought[-1], account=closed.account_of(group, index))
    count = closed.count(tmp_path)
    assert count.unfinished[0].values == {"group": "officers", "threshold": 2, "given": 0}
    assert {why for *_, why in told(count)} == {"ContributionUnsigned"}


def test_false_one_behind_a_true_one_does_not_take_its_place(closed: Round, tmp_path: Path) -> None:
    """A server that lists both of the same share only makes a name."""
    closed.give(0, OFFICERS, 1, lie(closed, 0, OFFICERS, 1), by=signer("the operator"))
    closed.brought[-1] = replace(closed.brought[-1], account=closed.account_of(OFFICERS, 1))
    count = closed.count(tmp_path)
    assert (ends(count), told(count)) == (["opened", "opened"], [(0, OFFICERS, 1, "ContributionUnsigned")])


def test_signed_contribution_of_another_bid_does_not_count(closed: Round, tmp_path: Path) -> None:
    """Officer one's own, signed, to the bid beside: it names the bid that it is for."""
    other = closed.brought[place(closed, 1, OFFICERS, 1)]
    closed.brought[place(closed, 0, OFFICERS, 1)] = replace(other, commitment=closed.bids[0].commitment)
    count = closed.count(tmp_path)
    assert told(count) == [(0, OFFICERS, 1, "ContributionForeign")]
    assert isinstance(count.unfinished[0], SharesTooFew)
    assert count.false[0].evidence is None


def test_signed_contribution_of_another_round_does_not_count(world: World, closed: Round, tmp_path: Path) -> None:
    """The same bidder, officers and shares' holders, in another procedure."""
    elsewhere = world.round()
    elsewhere.bid("bidder 1")
    elsewhere.close()
    elsewhere.bring_all()
    at = place(closed, 0, CUSTODIANS, 1)
    other = elsewhere.brought[place(elsewhere, 0, CUSTODIANS, 1)]
    closed.brought[at] = replace(other, commitment=closed.bids[0].commitment)
    assert told(closed.count(tmp_path)) == [(0, CUSTODIANS, 1, "ContributionForeign")]


def test_contribution_signed_by_a_colleague_does_not_count(closed: Round, tmp_path: Path) -> None:
    """Officer two signs officer one's share, as itself or in officer one's name; a custodian's officer an officer's."""
    at = place(closed, 0, OFFICERS, 1)
    honest = closed.brought[at]
    for colleague in (closed.signer_of(OFFICERS, 2), closed.signer_of(CUSTODIANS, 1)):
        signed = SignedContribution.by(colleague, honest.given.contribution)
        closed.brought[at] = replace(honest, account=colleague.account, given=signed)
        assert told(closed.count(tmp_path)) == [(0, OFFICERS, 1, "ShareNotHeld")]
        closed.brought[at] = replace(honest, given=signed)
        assert told(closed.count(tmp_path)) == [(0, OFFICERS, 1, "ContributionUnsigned")]


def test_contribution_filed_under_another_recipient_does_not_count(closed: Round, tmp_path: Path) -> None:
    """Officer two's, signed by officer two, as officer one's."""
    at = place(closed, 0, OFFICERS, 1)
    closed.brought[at] = replace(closed.brought[place(closed, 0, OFFICERS, 2)], index=1)
    assert told(closed.count(tmp_path)) == [(0, OFFICERS, 1, "ShareNotHeld")]


def altered(data: bytes, at: int) -> bytes:
    """One bit."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda given: replace(given, contribution=altered(given.contribution, 13 * 32 + 5)),
        lambda given: replace(given, contribution=altered(given.contribution, 13 * 32 + 100)),
        lambda given: replace(given, signature=altered(given.signature, 3)),
        lambda given: replace(given, signature=mirrored(given.signature)),
        lambda given: replace(given, signature=given.signature[:64] + bytes([given.signature[64] - 27])),
        lambda given: replace(given, signature=given.signature + b"\0"),
        lambda given: replace(given, signature=given.signature[:64]),
    ],
    ids=["enc", "ciphertext", "signature", "mirrored s", "v from 0", "a byte more", "a byte less"],
)
def test_altered_contribution_or_signature_does_not_count(
    closed: Round, tmp_path: Path, change: Callable[[SignedContribution], SignedContribution]
) -> None:
    """There is one signature of one account over the bytes as they were sent."""
    at = place(closed, 0, CUSTODIANS, 3)
    closed.brought[at] = replace(closed.brought[at], given=change(closed.brought[at].given))
    assert told(closed.count(tmp_path)) == [(0, CUSTODIANS, 3, "ContributionUnsigned")]


def test_nobody_signs_as_account_zero(closed: Round, tmp_path: Path) -> None:
    """What no key signed is not of the account that stands for nobody."""
    at = place(closed, 0, CUSTODIANS, 1)
    nobody = SignedContribution(closed.brought[at].given.contribution, bytes(65))
    closed.brought[at] = replace(closed.brought[at], account=bytes(20), given=nobody)
    assert told(closed.count(tmp_path)) == [(0, CUSTODIANS, 1, "ContributionUnsigned")]
    with pytest.raises(ContributionUnsigned):
        nobody.require_by(bytes(20))


# A false share that is signed


def lied(round_: Round, folder: Path, group: Group, index: int, officer: int = 2) -> dict[str, Any]:
    """Somebody signs a false share, the bid opens with the others, and an officer has what shows it."""
    round_.give(0, group, index, lie(round_, 0, group, index))
    round_.bring(OFFICERS, 3)
    round_.bring(CUSTODIANS, 2)
    count = round_.count(folder, officer)
    assert (ends(count), told(count)) == (["opened", "opened"], [(0, group, index, "SealsDiffer")])
    (path,) = keep_false(folder, [false.evidence for false in count.false if false.evidence is not None])
    assert path.parent == folder / "false-shares"
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@pytest.mark.parametrize(("group", "index"), [(OFFICERS, 1), (CUSTODIANS, 3)])
def test_false_share_that_is_signed_is_shown_to_anybody(
    closed: Round, tmp_path: Path, group: Group, index: int
) -> None:
    """Without a key: the account, the commitment, and whose share it was; each of two officers can write it."""
    commitment = closed.bids[0].commitment
    holder = (closed.key_set.officers if group is OFFICERS else closed.key_set.custodians)[index - 1].holder
    for officer in (2, 3):
        document = lied(closed, tmp_path / str(officer), group, index, officer)
        found = read_false(document, closed.town.buyer, closed.key_set)
        assert found == FalseShare(closed.account_of(group, index), commitment, group, index, holder)
    assert closed.bids[0].sealed.seed.hex() not in json.dumps(document)


def test_false_share_given_to_one_officer_alone_is_shown_by_that_one(closed: Round, tmp_path: Path) -> None:
    """Custodian three seals the true share to officer one and a false one to officer two."""
    true = closed.brought[place(closed, 0, CUSTODIANS, 3)].given.contribution
    at, each = 13 * 32, 4 * 32
    mixed = true[: at + each] + lie(closed, 0, CUSTODIANS, 3)[at + each : at + 2 * each] + true[at + 2 * each :]
    closed.give(0, CUSTODIANS, 3, mixed)
    closed.bring(CUSTODIANS, 2)
    assert closed.count(tmp_path / "one", 1).false == []
    (false,) = closed.count(tmp_path / "two", 2).false
    assert false.evidence is not None
    assert read_false(false.evidence, closed.town.buyer, closed.key_set).index == 3


# Against evidence


def test_false_share_is_shown_against_a_bundle_and_a_policy(closed: Round, tmp_path: Path) -> None:
    """Somebody with neither key nor node: bid, account and holder; a custodian's officer by the registry's acts."""
    policy = closed.world.policy()
    for group, index in ((OFFICERS, 1), (CUSTODIANS, 3)):
        document = lied(closed, tmp_path / group.name, group, index)
        found, bid = prove_false(document, closed.bundle(), policy)
        assert (bid.number, found.account) == (0, closed.account_of(group, index))
        closed.brought = []
        closed.bring_all()


def test_false_share_that_no_officer_of_the_custodian_signed_is_not_the_custodians(
    closed: Round, tmp_path: Path
) -> None:
    """Officer one's own node would not have counted it; whoever reads the file does not, either."""
    document = lied(closed, tmp_path, CUSTODIANS, 3)
    outsider = signer("an outsider")
    signed = SignedContribution.by(outsider, bytes.fromhex(document["contribution"]))
    forged = document | {"account": outsider.account.hex(), "signature": signed.signature.hex()}
    assert read_false(forged, closed.town.buyer, closed.key_set).account == outsider.account
    with pytest.raises(ShareNotHeld):
        prove_false(forged, closed.bundle(), closed.world.policy())


def test_false_share_is_not_shown_against_evidence_of_something_else(
    world: World, closed: Round, tmp_path: Path
) -> None:
    """Of another process or chain, of a policy that the bundle does not satisfy; a bid that nobody committed; an open
    round."""
    document, policy = lied(closed, tmp_path, CUSTODIANS, 3), closed.world.policy()
    elsewhere = world.round()
    elsewhere.bid("bidder 1")
    with pytest.raises(FalseShareUnproven, match="another process"):
        prove_false(document, elsewhere.bundle(), policy)
    with pytest.raises(FalseShareUnproven, match="not verified"):
        prove_false(document, closed.bundle(), replace(policy, genesis_hash=digest("another chain")))
    with pytest.raises(OtherChain):
        prove_false(document, closed.bundle(), replace(policy, chain_id=7))
    made = elsewhere.make("bidder 2")
    uncommitted = of(elsewhere, made, CUSTODIANS, 3)
    with pytest.raises(FalseShareUnproven, match="commits"):
        prove_false(uncommitted, elsewhere.bundle(), policy)
    still_open = of(elsewhere, elsewhere.bids[0], CUSTODIANS, 3)
    with pytest.raises(FalseShareUnproven, match="not closed"):
        prove_false(still_open, elsewhere.bundle(), policy)
    another = closed.make("bidder 1", round=2)
    with pytest.raises(FalseShareUnproven, match="no round 2"):
        prove_false(of(closed, another, CUSTODIANS, 3), closed.bundle(), policy)


def of(round_: Round, made: HandedIn, group: Group, index: int) -> dict[str, Any]:
    """What shows a false share of any envelope, by officer two."""
    header, by = made.sealed.header, round_.signer_of(group, index)
    data = contribute(header, round_.key_set, group, index, digest("a lie")).encoded()
    signed = SignedContribution.by(by, data)
    return show_false(header, round_.key_set, made.sealed.seed, signed, by.account, 2, key_of(OFFICERS, 2))


def test_true_share_is_not_shown_to_be_false(closed: Round, tmp_path: Path) -> None:
    """An officer who wants to blame an honest custodian has its true contribution, the seed and the own key."""
    document = lied(closed, tmp_path, CUSTODIANS, 3)
    honest: Brought = closed.brought[place(closed, 0, CUSTODIANS, 3)]
    true = honest.given
    header, seed = closed.bids[0].sealed.header, closed.bids[0].sealed.seed
    key = key_of(OFFICERS, 2)
    shown = show_false(header, closed.key_set, seed, true, honest.account, 2, key)
    forged: list[dict[str, Any]] = [
        shown,
        {**document, "contribution": shown["contribution"], "signature": shown["signature"]},
        {**document, "contribution": shown["contribution"]},
        {**shown, "point": digest("another point").hex()},
        {**shown, "ephemeral": digest("another key").hex()},
        show_false(header, closed.key_set, digest("another seed"), true, honest.account, 2, key),
    ]
    for each in forged:
        with pytest.raises((FalseShareUnproven, ContributionUnsigned)):
            read_false(each, closed.town.buyer, closed.key_set)


def test_false_share_is_not_shown_with_a_message_that_the_tenderer_made_open_in_two_ways(
    closed: Round, tmp_path: Path
) -> None:
    """Tenderer and officer together blame an honest custodian: what is sealed to it opens to something else under an
    ephemeral key that is not the message's own."""
    document = lied(closed, tmp_path, CUSTODIANS, 3)
    header, custodian = closed.bids[0].sealed.header, closed.key_set.custodians[2]
    ikm = digest("another ephemeral key")
    _, point = hpke.exchanged_again(custodian.key, ikm)
    enc = header.custodians[2][:65]
    cipher, nonce = hpke._schedule(point, enc, custodian.key, header.info(CUSTODIANS, 3, custodian.holder))
    double = replace(
        header, custodians=(*header.custodians[:2], enc + cipher.encrypt(nonce, digest("not what it opened"), None))
    )
    data = contribute(double, closed.key_set, CUSTODIANS, 3, digest("a lie"))
    signed = SignedContribution.by(closed.signer_of(CUSTODIANS, 3), data.encoded())
    point = hpke.exchanged(key_of(OFFICERS, 2), data.sealed[1])
    forged = document | {
        "commitment": closed.commitment(closed.bids[0].author.account, Sealed(double, b"")).hex(),
        "header": double.encoded().hex(), "contribution": signed.contribution.hex(),
        "signature": signed.signature.hex(), "ephemeral": ikm.hex(), "point": point.hex(),
    }  # fmt: skip
    with pytest.raises(FalseShareUnproven, match="ephemeral"):
        read_false(forged, closed.town.buyer, closed.key_set)


def test_false_share_with_anything_altered_is_not_shown(closed: Round, tmp_path: Path) -> None:
    """Another account, bid, officer or key set; a member that is none."""
    document = lied(closed, tmp_path, OFFICERS, 1)
    other: KeySigner = closed.signer_of(OFFICERS, 2)
    data = bytes.fromhex(document["contribution"])
    resigned = SignedContribution.by(other, data).signature.hex()
    second = closed.bids[1].sealed.header.encoded().hex()
    changes: list[tuple[dict[str, Any], type[SiegelError]]] = [
        ({"account": other.account.hex()}, ContributionUnsigned),
        ({"account": other.account.hex(), "signature": resigned}, ShareNotHeld),
        ({"signature": mirrored(bytes.fromhex(document["signature"])).hex()}, ContributionUnsigned),
        ({"header": second}, FalseShareUnproven),
        ({"header": document["header"] + "00"}, FalseShareUnproven),
        ({"commitment": closed.bids[1].commitment.hex()}, FalseShareUnproven),
        ({"officer": 1}, FalseShareUnproven),
        ({"officer": 0}, FalseShareUnproven),
        ({"officer": 4}, FalseShareUnproven),
        ({"officer": "2"}, FalseShareUnproven),
        ({"point": "zz"}, FalseShareUnproven),
        ({"commitment": None}, FalseShareUnproven),
        ({"format": "siegel-unreadable/1"}, FalseShareUnproven),
    ]
    for change, refusal in changes:
        with pytest.raises(refusal):
            read_false({**document, **change}, closed.town.buyer, closed.key_set)
    with pytest.raises(FalseShareUnproven):
        read_false({}, closed.town.buyer, closed.key_set)
    with pytest.raises(FalseShareUnproven):
        read_false(document, closed.town.buyer, replace(closed.key_set, officers=closed.key_set.officers[::-1]))


# For the minutes


def test_contributors_of_a_custodian_were_its_officers_after_the_close(round_: Round, tmp_path: Path) -> None:
    """One left before the close, one after it; one came before the last bid was opened, one afterwards, and brings it
    anew."""
    town = round_.town
    index = next(n for n in (1, 2, 3) if round_.account_of(CUSTODIANS, n) == signer("custodian 1").account)
    holder = round_.key_set.custodians[index - 1].holder

    def replace_people(**roles: Role) -> None:
        town.advance_to(round_.world.now() + 10)
        people = (Person(signer(name.replace("_", " ")).account, role) for name, role in roles.items())
        ordered = tuple(sorted(people, key=lambda person: person.account))
        town.chain.send(ReplacePeople(holder, digest("ground"), ordered, town.expires()), town.governor)

    round_.bid("bidder 1")
    replace_people(deputy_1=Role(0))
    round_.close()
    round_.bring_all()
    replace_people(custodian_1=Role(0), successor=Role.OFFICER)
    round_.record([found.outcome for found in round_.count(tmp_path).found])
    replace_people(custodian_1=Role.OFFICER, successor=Role(0), latecomer=Role.OFFICER)
    contributors = Contributors(round_.sealed, registry_of(town.chain))
    data = contribute(round_.bids[0].sealed.header, round_.key_set, CUSTODIANS, index, digest("a share")).encoded()
    found = {}
    for name in ("custodian 1", "successor", "deputy 1", "latecomer", "custodian 2", "officer 1"):
        who = signer(name)
        try:
            by = contributors.contribution(CUSTODIANS, index, who.account, 7, SignedContribution.by(who, data))
            found[name] = str(by.organisation)
        except ShareNotHeld as refusal:
            found[name] = refusal.name
    assert found == {
        "custodian 1": "DE-LEITWEG:custodian-1", "successor": "DE-LEITWEG:custodian-1",
        "latecomer": "DE-LEITWEG:custodian-1", "deputy 1": "ShareNotHeld",
        "custodian 2": "ShareNotHeld", "officer 1": "ShareNotHeld",
    }  # fmt: skip
