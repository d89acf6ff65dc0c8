"""The extra data of a QBFT header: RLP[vanity, [validators], vote, round, [seals]] (Besu, EEA QBFT specification)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import MalformedHeader
from ledger.evidence.verify import rlp

MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")

# Besu writes "remove" as zero, which RLP encodes as the byte 0x80.
_ADD, _REMOVE = b"\xff", b""


@dataclass(frozen=True)
class Vote:
    """A proposer's vote to ``add`` (or remove) the validator ``recipient`` (20 bytes)."""

    recipient: bytes
    add: bool


@dataclass(frozen=True)
class ExtraData:
    """Extra data, read: ``validators`` are accounts (20 bytes), ``seals`` are r || s || v (65 bytes).

    A header declares its own validators; which ones are in force only a policy can say.
    """

    vanity: bytes
    validators: tuple[bytes, ...]
    vote: Vote | None
    round: int
    seals: tuple[bytes, ...]

    def without_seals(self) -> bytes:
        """Encoding that a seal signs within the header: the real round, no seals."""
        return self._encoded(self.round, ())

    def without_round_and_seals(self) -> bytes:
        """Encoding that the block hash covers within the header."""
        return self._encoded(0, ())

    def encoded(self) -> bytes:
        """The whole encoding."""
        return self._encoded(self.round, self.seals)

    def _encoded(self, round_number: int, seals: tuple[bytes, ...]) -> bytes:
        vote: tuple[bytes, ...] = ()
        if self.vote is not None:
            vote = (self.vote.recipient, _ADD if self.vote.add else _REMOVE)
        size = (round_number.bit_length() + 7) // 8
        return rlp.encode([self.vanity, self.validators, vote, round_number.to_bytes(size, "big"), seals])


def read_extra_data(data: bytes) -> ExtraData:
    """Read extra data; raises MalformedRlp or MalformedHeader."""
    fields = rlp.decode_list(data)
    if len(fields) != 5:
        raise MalformedHeader(reason=f"QBFT extra data of {len(fields)} fields")
    vanity, validators, vote, round_number, seals = fields
    if not isinstance(validators, list) or not isinstance(seals, list) or not isinstance(vote, list):
        raise MalformedHeader(reason="QBFT validators, vote and seals must be lists")
    return ExtraData(
        vanity=rlp.fixed(vanity, 32),
        validators=tuple(rlp.fixed(validator, 20) for validator in validators),
        vote=_vote(vote),
        round=rlp.integer(round_number, 4),
        seals=tuple(rlp.fixed(seal, 65) for seal in seals),
    )


def _vote(vote: list[rlp.Item]) -> Vote | None:
    if not vote:
        return None
    if len(vote) != 2 or vote[1] not in (_ADD, _REMOVE):
        raise MalformedHeader(reason="a QBFT vote that neither adds nor removes")
    return Vote(recipient=rlp.fixed(vote[0], 20), add=vote[1] == _ADD)
