"""Parts of the verifier in Python that read bytes, held to the answers of the one in TypeScript as in ``both.py``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ledger.evidence.verify import abi, checkpoint, der, header, merkle, rlp, trie
from ledger.evidence.verify.checkpoint import Checkpoint, LogTrust
from ledger.evidence.verify.header import Header
from ledger.evidence.verify.logged import Inclusion, read_inclusion
from ledger.terms import Argument
from tests.verifier.both import same


def decode(data: bytes) -> rlp.Item:
    """As ``rlp.decode``."""
    return same(
        lambda: rlp.decode(data),
        lambda item: {"encoded": rlp.encode(item).hex()},
        {"part": "rlp", "data": data.hex()},
    )


def read_sequence(data: bytes) -> list[der.Item]:
    """The values in a SEQUENCE, as ``der.read`` and ``der.items`` find them."""
    return same(
        lambda: der.items(der.read(data, der.SEQUENCE).content),
        lambda items: {"values": [item.encoded.hex() for item in items]},
        {"part": "der", "data": data.hex()},
    )


def read_numbers(data: bytes) -> list[int]:
    """The numbers in a SEQUENCE of them."""
    return same(
        lambda: [der.integer(item) for item in der.items(der.read(data, der.SEQUENCE).content)],
        lambda numbers: {"numbers": numbers},
        {"part": "numbers", "data": data.hex()},
    )


def read_header(raw: bytes) -> Header:
    """As ``header.read_header``; the same hash."""
    return same(
        lambda: _hashed(header.read_header(raw)),
        lambda found: {"hash": found.block_hash.hex()},
        {"part": "header", "data": raw.hex()},
    )


def read_detail(arguments: Sequence[Argument], detail: bytes) -> tuple[Any, ...]:
    """As ``abi.reader``."""
    task = {"part": "detail", "data": detail.hex(), "arguments": list(map(_argument, arguments))}
    return same(lambda: abi.reader(arguments)(detail), lambda _: {}, task)


def read(root: bytes, path: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """As ``trie.read``, for paths that are digests."""
    task = {"part": "proof", "root": root.hex(), "path": path.hex(), "nodes": [node.hex() for node in nodes]}
    return same(
        lambda: trie.read(root, path, nodes),
        lambda value: {"value": None if value is None else value.hex()},
        task if len(path) == 32 else None,
    )


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """As ``merkle.verify_inclusion``, of what an entry of a bundle can hold; that entry is read, too."""
    if not 0 <= index < 2**64 or size >= 2**64 or any(len(each) != 32 for each in proof):
        merkle.verify_inclusion(leaf, index, size, proof, root)
        return
    entry = Inclusion(size, index, tuple(proof)).encoded()

    def verified() -> None:
        found = read_inclusion(entry)
        merkle.verify_inclusion(leaf, found.index, found.size, found.hashes, root)

    task = {"part": "inclusion", "data": entry.hex(), "leaf": leaf.hex(), "root": root.hex()}
    same(verified, lambda _: {}, task)


def read_checkpoint(note: bytes, trust: LogTrust) -> Checkpoint:
    """As ``checkpoint.read_checkpoint``; and the same bytes of the log alone."""

    def said(found: Checkpoint) -> dict[str, Any]:
        times = sorted(each.time for each in found.cosignatures)
        alone = checkpoint.of_log_alone(note).hex()
        return {"alone": alone, "size": found.size, "root": found.root.hex(), "times": times}

    return same(
        lambda: checkpoint.read_checkpoint(note, trust),
        said,
        {"part": "checkpoint", "data": note.hex(), "policy": {"text": json.dumps(_policy(trust))}},
    )


def _hashed(found: Header) -> Header:
    """Read as far as its hash needs, which may refuse the extra data."""
    assert found.block_hash
    return found


def _argument(argument: Argument) -> dict[str, Any]:
    said: dict[str, Any] = {"name": argument.name, "type": argument.abi_type}
    if argument.term is not None:
        said["enum"] = argument.term.__name__
    if argument.components:
        said["components"] = list(map(_argument, argument.components))
    return said


def _policy(trust: LogTrust) -> dict[str, Any]:
    ledger, registry = ({"account": digits * 20, "codeHash": "33" * 32} for digits in ("11", "22"))
    return {
        "format": "siegel-policy/1",
        "name": "a log",
        "chainId": "1",
        "genesisHash": "00" * 32,
        "ledger": ledger,
        "registry": registry,
        "consensus": {"kind": "single"},
        "log": {
            "logs": list(map(str, trust.logs)),
            "witnesses": list(map(str, trust.witnesses)),
            "threshold": 0,
            "maxLogDelay": 1,
        },
        "timestamps": None,
    }
