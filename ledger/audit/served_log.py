"""What a server gives of a transparency log: checkpoint and leaves (C2SP ``tlog-checkpoint``, ``tlog-tiles``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.audit.asking import Server
from ledger.errors import ServerAnswerUnusable, ServerRefuses
from ledger.evidence.log.tiles import ENTRIES, LARGEST_ENTRY, WIDTH, Tile
from ledger.evidence.verify.checkpoint import MOST_BYTES, Checkpoint, read_checkpoint
from ledger.evidence.verify.policy import LogPolicy

_SUCCESSOR = re.compile(r"/([2-9]|[1-9][0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as a server gave it; ``cosigned``: enough witnesses of the policy signed it."""

    note: bytes
    checkpoint: Checkpoint
    cosigned: bool


def origins(policy: LogPolicy) -> list[tuple[str, str]]:
    """The policy's logs, each with the path below which a server has it: the first at the root, then ``/2`` ..."""
    names = [key.name for key in policy.trust.logs]
    first = min(names, key=len)
    found = []
    for name in names:
        rest = name.removeprefix(first)
        found.append((name, rest if name.startswith(first) and _SUCCESSOR.fullmatch(rest) else ""))
    return found


def read_signed(server: Server, policy: LogPolicy, origin: str, path: str) -> Signed:
    """The checkpoint that a server gives. Raises as ``Server.get`` and ``read_checkpoint``, LogUnknown among it."""
    note = server.get(f"{path}/checkpoint", MOST_BYTES)
    checkpoint = read_checkpoint(note, policy.trust)
    if checkpoint.origin != origin:
        raise ServerAnswerUnusable(url=f"{server.url}{path}/checkpoint", reason=f"it is of {checkpoint.origin}")
    return Signed(note, checkpoint, len(checkpoint.cosignatures) >= policy.threshold)


def entries(server: Server, path: str, first: int, size: int) -> Iterator[bytes]:
    """The leaves from place ``first`` on of the tree of ``size``. Raises as ``Server.get``, ServerAnswerUnusable."""
    for index in range(first // WIDTH, -(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        found = _bundle(server, path, Tile(ENTRIES, index, width))
        yield from found[max(0, first - index * WIDTH) :]


def _bundle(server: Server, path: str, tile: Tile) -> list[bytes]:
    most = WIDTH * (LARGEST_ENTRY + 2)
    try:
        content = server.get(f"{path}/tile/{tile.path}", most)
    except ServerRefuses as refused:
        if refused.values["code"] != 404 or tile.width == WIDTH:
            raise
        # A narrower bundle goes when the whole one is there, which begins with the same.
        tile_path = Tile(ENTRIES, tile.index).path
        content = server.get(f"{path}/tile/{tile_path}", most)
    found, at = list[bytes](), 0
    while len(found) < tile.width:
        length = int.from_bytes(content[at : at + 2], "big")
        entry = content[at + 2 : at + 2 + length]
        if len(entry) != length or at + 2 > len(content):
            reason = f"it ends within entry {len(found)}"
            raise ServerAnswerUnusable(url=f"{server.url}{path}/tile/{tile.path}", reason=reason)
        found.append(entry)
        at += 2 + length
    return found
