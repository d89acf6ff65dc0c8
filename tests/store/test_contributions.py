"""Contributions and rehearsals in the state database, on both databases."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import KeySetDiffers, RehearsalRefused, ShareUnopenable
from ledger.sealing import envelope, hpke
from ledger.sealing.context import Context, Group
from ledger.sealing.opening import open_share
from ledger.sealing.rehearsal import Challenge, challenge, open_challenge, rehearsal_context
from ledger.store import AuditTrail, State
from ledger.store.contributions import CONTRIBUTED, Contributions, Given
from ledger.store.rehearsals import READY, REFUSED, Rehearsals
from tests.sealing.actors import CONTEXT, DEADLINE, KEY_SET, NAMES, Envelope, digest, private_key, recipient, sealed_bid

PROCESS, ROUND = CONTEXT.process_id, 1
OFFICER_ONE, OFFICER_TWO = b"\x01" * 20, b"\x02" * 20
ROOF, WINDOWS = b"\x0a" * 32, b"\x0b" * 32
REHEARSAL = rehearsal_context(CONTEXT.chain_id, CONTEXT.ledger, PROCESS, ROUND, CONTEXT.key_set, DEADLINE)


@pytest.fixture
def contributions(state: State) -> Contributions:
    """Nothing was contributed yet."""
    return Contributions(state)


@pytest.fixture
def rehearsals(state: State) -> Rehearsals:
    """Nobody rehearsed yet."""
    return Rehearsals(state, PROCESS, ROUND)


def given(commitment: bytes, group: Group, index: int, content: bytes) -> Given:
    """A contribution, and a signature that nobody looks at here."""
    return Given(commitment, group, index, content, digest(content.hex()) + bytes(33))


def lines(state: State) -> list[tuple[str, str, str]]:
    """Actor, action and subject of the audit trail, which holds."""
    with state.reading() as connection:
        trail = AuditTrail(connection)
        trail.verify()
        return [(entry.actor, entry.action, entry.subject) for entry in trail.entries()]


def test_take_a_share_again_latest_counts_and_both_are_on_the_trail(state: State, contributions: Contributions) -> None:
    """Officer one contributes, then once more; the trail names both by their digests."""
    for content in (b"first", b"second"):
        contributions.take(PROCESS, ROUND, OFFICER_ONE, [given(ROOF, Group.OFFICERS, 1, content)])
    (kept,) = contributions.of_round(PROCESS, ROUND)
    assert (kept.commitment, kept.group, kept.index) == (ROOF, Group.OFFICERS, 1)
    assert (kept.account, kept.contribution) == (OFFICER_ONE, b"second")
    assert kept.signature == given(ROOF, Group.OFFICERS, 1, b"second").signature
    with state.reading() as connection:
        found = [entry.detail for entry in AuditTrail(connection).entries("0x" + ROOF.hex())]
    assert [each["sha256"] for each in found] == [hashlib.sha256(each).hexdigest() for each in (b"first", b"second")]
    assert [(each["group"], each["index"], each["round"]) for each in found] == [("officers", 1, ROUND)] * 2


def test_take_the_same_again_leaves_one_line(state: State, contributions: Contributions) -> None:
    """Whoever got no answer asks again: nothing new happened."""
    for _ in range(2):
        contributions.take(PROCESS, ROUND, OFFICER_ONE, [given(ROOF, Group.OFFICERS, 1, b"share")])
    assert lines(state) == [("0x" + OFFICER_ONE.hex(), CONTRIBUTED, "0x" + ROOF.hex())]


def test_take_the_same_from_another_account_is_a_new_contribution(state: State, contributions: Contributions) -> None:
    """Two officers of one custodian give the same bytes: who gave what counts is told."""
    for account in (OFFICER_ONE, OFFICER_TWO):
        contributions.take(PROCESS, ROUND, account, [given(ROOF, Group.CUSTODIANS, 1, b"share")])
    assert [kept.account for kept in contributions.of_round(PROCESS, ROUND)] == [OFFICER_TWO]
    assert len(lines(state)) == 2


def test_take_several_of_which_one_fails_keeps_none(state: State, contributions: Contributions) -> None:
    """What comes together is kept together or not at all, on the trail as well."""

    def several() -> Iterator[Given]:
        yield given(ROOF, Group.OFFICERS, 1, b"share")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        contributions.take(PROCESS, ROUND, OFFICER_ONE, several())
    assert contributions.of_round(PROCESS, ROUND) == []
    assert lines(state) == []


def test_list_contributions_of_a_round_names_no_other(contributions: Contributions) -> None:
    """By commitment, group and index; those of another round or process stay there."""
    shares = [given(WINDOWS, Group.OFFICERS, 1, b"w"), given(ROOF, Group.CUSTODIANS, 2, b"c")]
    contributions.take(PROCESS, ROUND, OFFICER_ONE, [*shares, given(ROOF, Group.OFFICERS, 3, b"o")])
    contributions.take(PROCESS, ROUND + 1, OFFICER_ONE, shares)
    contributions.take(ROOF, ROUND, OFFICER_ONE, shares)
    found = [(kept.commitment, kept.group, kept.index) for kept in contributions.of_round(PROCESS, ROUND)]
    assert found == [(ROOF, Group.OFFICERS, 3), (ROOF, Group.CUSTODIANS, 2), (WINDOWS, Group.OFFICERS, 1)]
    (of_windows,) = contributions.of_round(PROCESS, ROUND, WINDOWS)
    assert (of_windows.commitment, of_windows.contribution) == (WINDOWS, b"w")


def make(group: Group = Group.OFFICERS, index: int = 1, context: Context = REHEARSAL) -> Challenge:
    """A challenge to one of the actors."""
    return challenge(context, KEY_SET, group, index)


def opened(sealed: bytes, group: Group = Group.OFFICERS, index: int = 1, context: Context = REHEARSAL) -> bytes:
    """What the recipient finds in it."""
    return open_challenge(context, KEY_SET, group, index, sealed, private_key(NAMES[group][index - 1]))


def test_answer_a_challenge_with_its_bytes_makes_ready(state: State, rehearsals: Rehearsals) -> None:
    """An officer and a custodian with the same index are two."""
    for group in Group:
        sealed = rehearsals.challenge(group, 1, DEADLINE, lambda group=group: make(group))  # type: ignore[misc]
        rehearsals.answer(group, 1, OFFICER_ONE, opened(sealed, group))
    assert set(rehearsals.ready()) == {(Group.OFFICERS, 1), (Group.CUSTODIANS, 1)}
    assert lines(state) == [("0x" + OFFICER_ONE.hex(), READY, "0x" + PROCESS.hex())] * 2


def test_ask_for_a_challenge_again_gives_the_same_until_it_is_answered(rehearsals: Rehearsals) -> None:
    """Asking alone wears out nothing."""
    first = rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make)
    assert rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make) == first
    rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, opened(first))
    assert rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make) != first


def test_answer_wrongly_is_refused_noted_and_uses_the_challenge_up(state: State, rehearsals: Rehearsals) -> None:
    """Nobody gets ready by guessing, and the right answer comes too late then."""
    sealed = rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make)
    for answer in (bytes(32), opened(sealed)):
        with pytest.raises(RehearsalRefused):
            rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, answer)
    assert rehearsals.ready() == {}
    assert [action for _, action, _ in lines(state)] == [REFUSED, REFUSED]
    assert rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make) != sealed


def test_answer_the_same_challenge_twice_is_refused_and_stays_ready(rehearsals: Rehearsals) -> None:
    """Whoever overheard an answer cannot give it again."""
    answer = opened(rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make))
    at = rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, answer)
    with pytest.raises(RehearsalRefused):
        rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, answer)
    assert rehearsals.ready() == {(Group.OFFICERS, 1): at}


def test_answer_without_a_challenge_is_refused(rehearsals: Rehearsals) -> None:
    """There is nothing to open yet, or only what was sealed to somebody else."""
    answer = opened(rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make))
    with pytest.raises(RehearsalRefused):
        rehearsals.answer(Group.OFFICERS, 2, OFFICER_TWO, answer)
    assert rehearsals.ready() == {}


def test_answer_at_the_same_time_counts_once(rehearsals: Rehearsals) -> None:
    """Of two that send the same answer one is refused, whoever comes first."""
    answer = opened(rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make))
    refused: list[RehearsalRefused] = []

    def give() -> None:
        try:
            rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, answer)
        except RehearsalRefused as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=give) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert set(rehearsals.ready()) == {(Group.OFFICERS, 1)}


def test_ask_after_the_deadline_moved_gives_a_challenge_of_the_new_one(rehearsals: Rehearsals) -> None:
    """A challenge is bound to the round as it stands, or its recipient could not open it."""
    first = rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make)
    rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, opened(first))
    rehearsals.challenge(Group.OFFICERS, 1, DEADLINE, make)
    moved = rehearsal_context(CONTEXT.chain_id, CONTEXT.ledger, PROCESS, ROUND, CONTEXT.key_set, DEADLINE + 60)
    second = rehearsals.challenge(Group.OFFICERS, 1, DEADLINE + 60, lambda: make(context=moved))
    assert set(rehearsals.ready()) == {(Group.OFFICERS, 1)}
    rehearsals.answer(Group.OFFICERS, 1, OFFICER_ONE, opened(second, context=moved))


def test_open_a_challenge_with_what_it_is_not_bound_to_is_refused() -> None:
    """Another key, index, group, deadline, round, process, ledger, chain or key set."""
    sealed = make().sealed
    assert len(opened(sealed)) == 32
    with pytest.raises(ShareUnopenable):
        open_challenge(REHEARSAL, KEY_SET, Group.OFFICERS, 1, sealed, private_key("officer two"))
    for group, index in ((Group.OFFICERS, 2), (Group.CUSTODIANS, 1)):
        with pytest.raises(ShareUnopenable):
            open_challenge(REHEARSAL, KEY_SET, group, index, sealed, private_key("officer one"))
    others: dict[str, Any] = {
        "chain_id": CONTEXT.chain_id + 1, "ledger": bytes(20), "process_id": bytes(32), "round": ROUND + 1,
        "key_set": bytes(32), "not_before": DEADLINE + 1,
    }  # fmt: skip
    for field, other in others.items():
        changed = replace(REHEARSAL, **{field: other})
        with pytest.raises(ShareUnopenable):
            opened(sealed, context=changed)


def test_open_a_share_given_out_as_a_challenge_is_refused() -> None:
    """A server that sends a bid's share in the rehearsal, before the deadline, does not get it opened; nor the other
    way round."""
    bid: Envelope = sealed_bid()
    (share, *_) = bid.header.officers
    for context in (REHEARSAL, bid.header.context):
        with pytest.raises(ShareUnopenable):
            opened(share, context=context)
    key: ec.EllipticCurvePrivateKey = private_key("officer one")
    assert len(open_share(bid.header, KEY_SET, Group.OFFICERS, 1, key)) == 32


def test_open_under_the_tag_of_shares_is_refused() -> None:
    """A challenge's ``info`` is the twelve words of the text, and its tag alone keeps what is sealed as a share out."""
    officer = KEY_SET.officers[0]
    words = REHEARSAL.words(bytes(32)) + (1 << 8 | 1).to_bytes(32, "big") + officer.holder
    info = b"siegel/1 rehearsal".ljust(32, b"\0") + words
    assert opened(hpke.seal(officer.key, info, bytes(32))) == bytes(32)
    assert hpke.unseal(private_key("officer one"), info, make().sealed) is not None
    as_a_share = envelope.info(REHEARSAL.words(bytes(32)), Group.OFFICERS, 1, officer.holder)
    assert as_a_share[32:] == words
    with pytest.raises(ShareUnopenable):
        opened(hpke.seal(officer.key, as_a_share, bytes(32)))


def test_make_a_challenge_under_a_key_off_the_curve_is_refused() -> None:
    """The registry checks the form of keys only; before the deadline there is time for another set."""
    off = replace(recipient("officer one", bytes(32)), key=b"\x04" + bytes(63) + b"\x01")
    key_set = replace(KEY_SET, officers=(off, *KEY_SET.officers[1:]))
    with pytest.raises(KeySetDiffers):
        challenge(REHEARSAL, key_set, Group.OFFICERS, 2)
