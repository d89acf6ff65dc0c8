"""Following a chain's headers: whose votes change whose seals count, and from which block on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import pytest

from ledger.errors import (
    BlockHashMismatch,
    EvidenceRefused,
    HeaderNotNext,
    PolicyInvalid,
    QuorumMissing,
    SealForeign,
    ValidatorsDiffer,
)
from ledger.evidence.verify.following import Position, advance, begin, follow
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.qbft import Vote
from ledger.evidence.verify.validators import ValidatorRange
from tests.evidence.qbft_network import Validator, accounts, genesis, next_block, nodes, propose, sealed, with_field

EPOCH = 1000
FOUR = nodes(4)
NEWCOMER = nodes(1, start=30)[0]


def raw(text: str) -> bytes:
    """Bytes of a JSON-RPC hex string."""
    return bytes.fromhex(text[2:])


def add(one: Validator) -> Vote:
    """A vote to add a node."""
    return Vote(one.account, add=True)


def remove(one: Validator) -> Vote:
    """A vote to remove a node."""
    return Vote(one.account, add=False)


class Chain:
    """A network's chain that grows, followed as it grows."""

    def __init__(self, validators: Sequence[Validator], epoch: int = EPOCH) -> None:
        self.headers = [genesis(validators)]
        self.epoch = epoch
        self.position = begin(self.headers[0], self.headers[0].block_hash)

    def grow(
        self, validators: Sequence[Validator], vote: Vote | None = None, proposer: Validator | None = None
    ) -> None:
        """A block by these validators, sealed by all; it must be the accepted next one."""
        header = sealed(propose(self.headers[-1], validators, proposer, vote=vote), validators)
        self.position = advance(self.position, header, self.epoch)
        self.headers.append(header)

    def ranges(self) -> list[ValidatorRange]:
        """What following it from the start gives."""
        return list(follow(self.headers[1:], begin(self.headers[0], self.headers[0].block_hash), self.epoch))


def test_follow_the_recorded_chain_gives_its_validators(qbft: Any) -> None:
    """A real network added a validator by votes in 8, 9, 10 and removed it by votes in 29, 31, 32."""
    known = [tuple(raw(account) for account in each) for each in qbft("validators")]
    for headers in qbft("raw_headers").values():
        read = [read_header(raw(each)) for each in headers]
        found = list(follow(read[1:], begin(read[0], raw(qbft("blocks")[0]["hash"])), 30_000))
        assert [(one.first, one.last) for one in found] == [(1, 10), (11, 32), (33, None)]
        in_force = [one.accounts for one in found for _ in range(one.first, (one.last or 74) + 1)]
        assert in_force == known[1:]
        assert len(list(groupby(in_force))) == 3


def test_follow_the_recorded_chain_without_a_vote_is_refused(qbft: Any) -> None:
    """With the votes forgotten at block 9 the added validator has nothing behind it."""
    read = [read_header(raw(each)) for each in qbft("raw_headers")["node2"]]
    with pytest.raises(ValidatorsDiffer) as refused:
        list(follow(read[1:], begin(read[0], read[0].block_hash), 9))
    assert refused.value.values["block"] == 11


def test_follow_reads_one_header_at_a_time_and_gives_changes_at_once() -> None:
    """A chain of years must not be held."""
    chain = Chain(FOUR)
    for number in range(3):
        chain.grow(FOUR, add(NEWCOMER), FOUR[number])
    taken: list[int] = []

    def reading() -> Iterator[Header]:
        for header in chain.headers[1:]:
            taken.append(header.number)
            yield header
        pytest.fail("read further than asked")

    ranges = follow(reading(), begin(chain.headers[0], chain.headers[0].block_hash), EPOCH)
    assert next(ranges) == ValidatorRange(1, 3, accounts(FOUR))
    assert taken == [1, 2, 3]


def test_follow_returns_where_to_go_on() -> None:
    """Two pieces give what the whole gives, open votes included."""
    chain = Chain(FOUR)
    for proposer in FOUR[:3]:
        chain.grow(FOUR, add(NEWCOMER), proposer)
    chain.grow([*nodes(4), NEWCOMER], None, FOUR[0])

    def piece(headers: Iterable[Header], start: Position) -> Iterator[ValidatorRange]:
        ends.append((yield from follow(headers, start, EPOCH)))

    ends = [begin(chain.headers[0], chain.headers[0].block_hash)]
    first = list(piece(chain.headers[1:3], ends[-1]))
    assert len(ends[-1].votes) == 2
    rest = list(piece(chain.headers[3:], ends[-1]))
    assert first == [ValidatorRange(1, None, accounts(FOUR))]
    assert rest == [
        ValidatorRange(3, 3, accounts(FOUR)),
        ValidatorRange(4, None, accounts([*FOUR, NEWCOMER])),
    ]
    assert ends[-1] == chain.position


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4)])
def test_votes_of_more_than_half_add_a_validator_from_the_next_block(count: int, needed: int) -> None:
    """Half is not enough."""
    many = nodes(count)
    chain = Chain(many)
    for proposer in many[: needed - 1]:
        chain.grow(many, add(NEWCOMER), proposer)
    assert chain.position.validators == accounts(many)
    chain.grow(many, add(NEWCOMER), many[needed - 1])
    assert chain.position.validators == accounts([*many, NEWCOMER])
    assert chain.position.votes == frozenset()
    with pytest.raises(ValidatorsDiffer):
        chain.grow(many)
    chain.grow([*many, NEWCOMER])


@pytest.mark.parametrize(("count", "needed"), [(2, 2), (3, 2), (4, 3), (5, 3)])
def test_votes_of_more_than_half_remove_a_validator_from_the_next_block(count: int, needed: int) -> None:
    """The block with the deciding vote is still sealed by all."""
    many = nodes(count)
    chain = Chain(many)
    for proposer in many[:needed]:
        chain.grow(many, remove(many[-1]), proposer)
    assert chain.position.validators == accounts(many[:-1])
    chain.grow(many[:-1], None, many[0])


def test_votes_of_one_proposer_count_once() -> None:
    """A validator that repeats itself decides nothing alone."""
    chain = Chain(FOUR)
    for _ in range(5):
        chain.grow(FOUR, add(NEWCOMER), FOUR[0])
    assert chain.position.validators == accounts(FOUR)
    assert len(chain.position.votes) == 1


def test_votes_turned_round_count_for_the_new_opinion_only() -> None:
    """The last vote of a proposer for an account replaces the one before."""
    chain = Chain(FOUR)
    chain.grow(FOUR, add(NEWCOMER), FOUR[0])
    chain.grow(FOUR, add(NEWCOMER), FOUR[1])
    chain.grow(FOUR, remove(NEWCOMER), FOUR[0])
    chain.grow(FOUR, add(NEWCOMER), FOUR[2])
    assert chain.position.validators == accounts(FOUR)
    chain.grow(FOUR, add(NEWCOMER), FOUR[0])
    assert chain.position.validators == accounts([*FOUR, NEWCOMER])


def test_votes_for_different_accounts_do_not_add_up() -> None:
    """Three votes for three newcomers are one each."""
    chain = Chain(FOUR)
    for proposer, newcomer in zip(FOUR, nodes(4, start=60), strict=True):
        chain.grow(FOUR, add(newcomer), proposer)
    assert chain.position.validators == accounts(FOUR)


def test_votes_of_who_was_removed_count_no_longer() -> None:
    """The removed one's word in open questions goes with it; the others' stays."""
    five = nodes(5)
    chain = Chain(five)
    chain.grow(five, add(NEWCOMER), five[4])
    chain.grow(five, add(NEWCOMER), five[0])
    for proposer in five[:3]:
        chain.grow(five, remove(five[4]), proposer)
    assert chain.position.votes == frozenset({(NEWCOMER.account, five[0].account, True)})
    four = five[:4]
    chain.grow(four, add(NEWCOMER), five[1])
    assert chain.position.validators == accounts(four)
    chain.grow(four, add(NEWCOMER), five[2])
    assert chain.position.validators == accounts([*four, NEWCOMER])


def test_votes_for_what_is_so_already_change_nothing_and_are_used_up() -> None:
    """Besu counts them, too."""
    chain = Chain(FOUR)
    for proposer in FOUR[:3]:
        chain.grow(FOUR, add(FOUR[3]), proposer)
    for proposer in FOUR[:3]:
        chain.grow(FOUR, remove(NEWCOMER), proposer)
    assert chain.position.validators == accounts(FOUR)
    assert chain.position.votes == frozenset()
    assert chain.ranges() == [ValidatorRange(1, None, accounts(FOUR))]


def test_votes_are_dropped_at_the_epoch_with_those_of_its_block() -> None:
    """A block that the epoch length divides starts anew; its own vote is not counted."""
    chain = Chain(FOUR, epoch=3)
    chain.grow(FOUR, add(NEWCOMER), FOUR[0])
    chain.grow(FOUR, add(NEWCOMER), FOUR[1])
    chain.grow(FOUR, add(NEWCOMER), FOUR[2])
    assert chain.position.validators == accounts(FOUR)
    assert chain.position.votes == frozenset()
    chain.grow(FOUR, add(NEWCOMER), FOUR[2])
    chain.grow(FOUR, add(NEWCOMER), FOUR[3])
    assert len(chain.position.votes) == 2
    chain.grow(FOUR, None, FOUR[0])
    assert chain.position.votes == frozenset()


def test_follow_with_another_epoch_length_than_the_chains_is_refused() -> None:
    """Who follows with a wrong length notices where a change depends on it."""
    chain = Chain(FOUR)
    for proposer in FOUR[:3]:
        chain.grow(FOUR, add(NEWCOMER), proposer)
    chain.grow([*FOUR, NEWCOMER], None, FOUR[0])
    start = begin(chain.headers[0], chain.headers[0].block_hash)
    with pytest.raises(ValidatorsDiffer):
        list(follow(chain.headers[1:], start, 2))
    with pytest.raises(PolicyInvalid):
        list(follow(chain.headers[1:], start, 0))


def test_follow_a_self_declared_set_is_refused() -> None:
    """A quorum of the set in force may seal it: without votes the set does not change."""
    chain = Chain(FOUR)
    chain.grow(FOUR)
    more = [*FOUR, NEWCOMER]
    for signers in (FOUR, more):
        forged = sealed(propose(chain.headers[-1], more, FOUR[0]), signers)
        with pytest.raises(ValidatorsDiffer):
            advance(chain.position, forged, EPOCH)
    chain.grow(FOUR)


def test_follow_seals_of_the_set_before_a_change_is_refused() -> None:
    """From the next block on the removed one's seal is foreign, and the rest must be a quorum."""
    chain = Chain(FOUR)
    for proposer in FOUR[:3]:
        chain.grow(FOUR, remove(FOUR[3]), proposer)
    header = propose(chain.headers[-1], FOUR[:3], FOUR[0])
    with pytest.raises(SealForeign):
        advance(chain.position, sealed(header, FOUR), EPOCH)
    with pytest.raises(QuorumMissing):
        advance(chain.position, sealed(header, FOUR[:1]), EPOCH)
    advance(chain.position, sealed(header, FOUR[:2]), EPOCH)


def test_follow_a_header_of_another_place_is_refused() -> None:
    """Left out, repeated, of a fork, or not later than its parent."""
    chain = Chain(FOUR)
    chain.grow(FOUR)
    last = chain.headers[-1]
    skipped = next_block(next_block(last, FOUR), FOUR)
    fork = next_block(sealed(propose(chain.headers[0], FOUR, time=99), FOUR), FOUR)
    for header, field in (
        (skipped, "number"),
        (last, "number"),
        (fork, "parentHash"),
        (sealed(propose(last, FOUR, time=last.time), FOUR), "timestamp"),
        (sealed(with_field(propose(last, FOUR), 8, b"\x01"), FOUR), "number"),
    ):
        with pytest.raises(HeaderNotNext) as refused:
            advance(chain.position, header, EPOCH)
        assert refused.value.values["field"] == field
    advance(chain.position, sealed(propose(last, FOUR, time=last.time + 1), FOUR), EPOCH)


def test_follow_a_chain_whose_last_validator_voted_itself_out_ends() -> None:
    """Nobody is left who could seal, so nobody's seals are accepted."""
    alone = nodes(1)
    chain = Chain(alone)
    chain.grow(alone, remove(alone[0]))
    assert chain.position.validators == ()
    for signers in ([], alone):
        with pytest.raises(EvidenceRefused):
            advance(chain.position, sealed(propose(chain.headers[-1], alone), signers), EPOCH)


def test_begin_with_another_genesis_is_refused() -> None:
    """The first validators are trusted because the hash covers them."""
    start = genesis(FOUR)
    assert begin(start, start.block_hash) == Position(0, start.block_hash, 0, accounts(FOUR))
    with pytest.raises(BlockHashMismatch):
        begin(genesis(FOUR[:3]), start.block_hash)
    first = next_block(start, FOUR)
    with pytest.raises(HeaderNotNext):
        begin(first, first.block_hash)
