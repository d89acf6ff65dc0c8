"""The chain of a town as validators would have kept it: the same blocks and states, sealed by a quorum (QBFT).

The states are those that the contracts left in the embedded chain, so all proofs are real; only who made the blocks is
told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, cast

from ledger.chain.blocks import BlockInfo
from ledger.chain.client import Chain
from ledger.chain.logs import RawLog
from ledger.evidence.verify import qbft, rlp
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.qbft import Vote
from tests.attacks.actors import FOUNDERS, JOINING
from tests.evidence.qbft_network import VANITY, Validator, accounts, sealed

PARENT, BENEFICIARY, DIFFICULTY, TIMESTAMP, EXTRA_DATA, MIX_HASH = 0, 2, 7, 11, 12, 13


def qbft_header(
    raw: bytes, parent: bytes, validators: Sequence[Validator], proposer: Validator, vote: Vote | None = None
) -> Header:
    """The header ``raw`` as these validators would have proposed it, without seals."""
    fields = rlp.decode_list(raw)
    fields[PARENT], fields[BENEFICIARY], fields[DIFFICULTY] = parent, proposer.account, b"\x01"
    fields[EXTRA_DATA] = qbft.ExtraData(VANITY, accounts(validators), vote, 0, ()).encoded()
    fields[MIX_HASH] = qbft.MIX_HASH
    return read_header(rlp.encode(fields))


class SealedChain:
    """As ``Chain``, for whoever only reads. ``joined``: from which block on there is a fifth validator, by vote."""

    def __init__(self, chain: Chain, joined: int | None = None) -> None:
        self._chain = chain
        self._votes = {} if joined is None else dict(zip(range(joined - 3, joined), FOUNDERS, strict=False))
        self._joined = joined
        self.header = cache(self._header)
        self.deployment = replace(chain.deployment, genesis_hash=self.header(0).block_hash)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    @property
    def as_chain(self) -> Chain:
        """For readers' signatures."""
        return cast(Chain, self)

    def validators(self, number: int) -> tuple[Validator, ...]:
        """In force for a block."""
        return (*FOUNDERS, JOINING) if self._joined is not None and number >= self._joined else FOUNDERS

    def raw_header(self, number: int) -> bytes:
        return self.header(number).raw

    def block_hash(self, number: int) -> bytes:
        return self.header(number).block_hash

    def block(self, number: int) -> BlockInfo:
        parent = self.header(number - 1).block_hash if number else bytes(32)
        return replace(self._chain.block(number), hash=self.header(number).block_hash, parent_hash=parent)

    def logs(self, from_block: int, to_block: int, topics: Sequence[bytes] = ()) -> Iterator[RawLog]:
        for log in self._chain.logs(from_block, to_block, topics):
            yield log._replace(block_hash=self.block_hash(log.block_number))

    def _header(self, number: int) -> Header:
        raw, validators = self._chain.raw_header(number), self.validators(number)
        if number == 0:
            return qbft_header(raw, bytes(32), validators, validators[0])
        votes: Mapping[int, Validator] = self._votes
        vote = Vote(JOINING.account, True) if number in votes else None
        proposer = votes.get(number, validators[number % len(validators)])
        header = qbft_header(raw, self.header(number - 1).block_hash, validators, proposer, vote)
        return sealed(header, validators[: -(-2 * len(validators) // 3)])
