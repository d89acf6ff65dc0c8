"""That a block's header stands in the transparency log, and when enough witnesses had seen it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.errors import CosignaturesTooFew, CosignedEarly, CosignedLate, InclusionMalformed
from ledger.evidence.verify.checkpoint import Checkpoint
from ledger.evidence.verify.merkle import LARGEST, leaf_hash, verify_inclusion

CLOCK_TOLERANCE: Final = 60
"""Seconds by which a witness's clock may lag behind the validators' (``docs/bundle-1.md``)."""


@dataclass(frozen=True)
class Inclusion:
    """The ``inclusion`` entry of a bundle: where a leaf stands in the tree of ``size``, and the hashes to prove it."""

    size: int
    index: int
    hashes: tuple[bytes, ...]

    def encoded(self) -> bytes:
        """The entry's bytes."""
        return self.size.to_bytes(8, "big") + self.index.to_bytes(8, "big") + b"".join(self.hashes)


def read_inclusion(entry: bytes) -> Inclusion:
    """Read an ``inclusion`` entry. Raises InclusionMalformed."""
    if len(entry) < 16 or len(entry) % 32 != 16:
        raise InclusionMalformed(reason=f"{len(entry)} bytes are not two numbers and hashes")
    size, index = int.from_bytes(entry[:8], "big"), int.from_bytes(entry[8:16], "big")
    if not index < size <= LARGEST:
        raise InclusionMalformed(reason=f"there is no leaf {index} in a tree of {size}")
    return Inclusion(size, index, tuple(entry[at : at + 32] for at in range(16, len(entry), 32)))


def cosigned_at(
    leaf: bytes, block_time: int, inclusion: bytes, checkpoint: Checkpoint, *, threshold: int, max_log_delay: int
) -> int | None:
    """The second at which ``threshold`` witnesses had cosigned a tree that holds ``leaf``.

    ``leaf`` are the header's bytes that the block hash covers (``Header.hashed``), ``block_time`` its time,
    ``inclusion`` the bundle's entry, ``max_log_delay`` in seconds. It is the ``threshold``-th of the cosignatures'
    times, ascending, so that fewer dishonest witnesses than that cannot make it earlier than an honest one says.
    With a threshold of 0 only the log's own signature counts, which has no time: None.

    Raises InclusionMalformed, MerkleProofMalformed, NotIncluded; CosignaturesTooFew; CosignedLate; CosignedEarly.
    """
    read = read_inclusion(inclusion)
    if read.size != checkpoint.size:
        raise InclusionMalformed(reason=f"it is for a tree of {read.size}, the checkpoint has {checkpoint.size}")
    verify_inclusion(leaf_hash(leaf), read.index, read.size, read.hashes, checkpoint.root)
    if threshold == 0:
        return None
    times = sorted(each.time for each in checkpoint.cosignatures)
    if len(times) < threshold:
        raise CosignaturesTooFew(expected=threshold, got=len(times))
    moment = times[threshold - 1]
    if moment - block_time > max_log_delay:
        raise CosignedLate(delay=moment - block_time, allowed=max_log_delay)
    if block_time - moment > CLOCK_TOLERANCE:
        raise CosignedEarly(ahead=block_time - moment, allowed=CLOCK_TOLERANCE)
    return moment
