"""Follows a QBFT chain header by header and says whose seals count for which blocks.

Validators vote in the headers that they propose (EEA QBFT specification; Besu's block header validator selection).
A vote counts once for each proposer and account, the last one; more than half of the validators in force decide, and
the change holds from the next block on. A block whose number the epoch length divides drops all votes, its own too.
What a header declares is never believed: it must be what the votes led to.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from ledger.errors import BlockHashMismatch, HeaderNotNext, PolicyInvalid
from ledger.evidence.verify import qbft
from ledger.evidence.verify.consensus import check_seals
from ledger.evidence.verify.header import Header
from ledger.evidence.verify.validators import ValidatorRange


@dataclass(frozen=True)
class Position:
    """What must be known after a block to follow on: its ``number``, ``block_hash`` and ``time`` (seconds), the
    ``validators`` of the next block, and the ``votes`` that still count: account, proposer, whether to add."""

    number: int
    block_hash: bytes
    time: int
    validators: tuple[bytes, ...]
    votes: frozenset[tuple[bytes, bytes, bool]] = frozenset()


def begin(genesis: Header, genesis_hash: bytes) -> Position:
    """The position after block 0, whose hash covers the validators that it declares.

    Raises BlockHashMismatch, MalformedRlp, MalformedHeader, HeaderNotNext for any other block.
    """
    if genesis.number != 0:
        raise HeaderNotNext(block=genesis.number, field="number", expected=0, got=genesis.number)
    if genesis.block_hash != genesis_hash:
        raise BlockHashMismatch(expected=genesis_hash, got=genesis.block_hash)
    declared = qbft.read_extra_data(genesis.extra_data).validators
    return Position(0, genesis_hash, genesis.time, tuple(sorted(set(declared))))


def follow(headers: Iterable[Header], start: Position, epoch_length: int) -> Generator[ValidatorRange, None, Position]:
    """The ranges of validators after ``start``, each as soon as its last block was read, the last without an end.

    ``headers`` are read one after the other and not kept; ``epoch_length`` (blocks) is that of the genesis file.
    Returns the position to follow on from. Raises as ``advance``.
    """
    position, first = start, start.number + 1
    for header in headers:
        following = advance(position, header, epoch_length)
        if following.validators != position.validators:
            yield ValidatorRange(first, header.number, position.validators)
            first = header.number + 1
        position = following
    yield ValidatorRange(first, None, position.validators)
    return position


def advance(position: Position, header: Header, epoch_length: int) -> Position:
    """The position after ``header``, the next block.

    Raises HeaderNotNext (parent, number, time), PolicyInvalid for an epoch without blocks, and as ``check_seals``.
    """
    if epoch_length < 1:
        raise PolicyInvalid(field="epochLength", reason="a whole number from 1 was expected")
    _check_next(position, header)
    check_seals(header, position.validators)
    validators, votes = _counted(position, header, epoch_length)
    return Position(header.number, header.block_hash, header.time, validators, votes)


def _check_next(position: Position, header: Header) -> None:
    for field, expected, got in (
        ("number", position.number + 1, header.number),
        ("parentHash", position.block_hash, header.parent_hash),
    ):
        if got != expected:
            raise HeaderNotNext(block=header.number, field=field, expected=expected, got=got)
    if header.time <= position.time:
        later = f"more than {position.time}"
        raise HeaderNotNext(block=header.number, field="timestamp", expected=later, got=header.time)


def _counted(
    position: Position, header: Header, epoch_length: int
) -> tuple[tuple[bytes, ...], frozenset[tuple[bytes, bytes, bool]]]:
    """Validators and votes after this header's vote."""
    validators, votes = position.validators, position.votes
    if header.number % epoch_length == 0:
        return validators, frozenset()
    vote = qbft.read_extra_data(header.extra_data).vote
    if vote is None:
        return validators, votes
    account, proposer = vote.recipient, header.beneficiary
    votes = (votes - {(account, proposer, not vote.add)}) | {(account, proposer, vote.add)}
    if 2 * sum(one[0] == account and one[2] == vote.add for one in votes) <= len(validators):
        return validators, votes
    # What was decided is over; who is removed has no say in what is open, either.
    votes = frozenset(one for one in votes if one[0] != account and (vote.add or one[1] != account))
    decided = {*validators, account} if vote.add else {*validators} - {account}
    return tuple(sorted(decided)), votes
