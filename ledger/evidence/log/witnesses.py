"""Asks a witness to cosign the log's newest checkpoint (C2SP tlog-witness, ``add-checkpoint``).

Nothing that a witness answers is believed: a cosignature is verified, a size is only where the next proof begins.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

import httpx

from ledger.errors import (
    EvidenceRefused,
    LogBehindWitness,
    WitnessAnswerUnusable,
    WitnessRefusesLog,
    WitnessRefusesTree,
    WitnessUnreachable,
)
from ledger.evidence.cut_off import cut_off_after
from ledger.evidence.log.cosignatures import CosignatureBook, Witness
from ledger.evidence.log.folder import LogFolder, SignedTree
from ledger.evidence.outgoing import way_to
from ledger.evidence.verify.checkpoint import checkpoint_body, cosigned_time, read_signature_line, signature_line
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.logged import CLOCK_TOLERANCE

TIMEOUT: Final = 10.0
"""Seconds for each step of a request; for the whole of it three times as many."""
_MOST_BYTES: Final = 65_536
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes


def feed(log: LogFolder, book: CosignatureBook, witness: Witness, timeout: float = TIMEOUT) -> bool:
    """Have the newest checkpoint cosigned and keep the cosignature; False if there is nothing to do.

    Raises WitnessUnreachable; WitnessRefusesLog, which does not know the log or its key; WitnessRefusesTree if it saw
    another tree: the log was rewritten; LogBehindWitness if it saw a larger one: the log is an old copy;
    WitnessAnswerUnusable. Each is kept in the book as well.
    """
    tree = log.newest()
    if tree.size == 0 or book.has(log.origin, tree.size, witness.name):
        return False
    try:
        _feed(log, book, witness, tree, timeout)
    except (
        WitnessUnreachable,
        WitnessRefusesLog,
        WitnessRefusesTree,
        WitnessAnswerUnusable,
        LogBehindWitness,
    ) as error:
        book.fail(log.origin, witness.name, error)
        raise
    return True


def _feed(log: LogFolder, book: CosignatureBook, witness: Witness, tree: SignedTree, timeout: float) -> None:
    held = book.held(log.origin, witness.name)
    # The second time it is known what the witness holds; a third time it would be making fun of us.
    for _ in range(2):
        old = min(held, tree.size)
        answer = _post(witness, _request(log, old, tree), timeout)
        match answer.status:
            case 200:
                moment, line = _cosignature(log, tree, witness, answer.body)
                book.record(log.origin, tree, witness.name, moment, line)
                return
            case 409:
                held = _held(witness, answer.body)
                book.hold(log.origin, witness.name, held)
                if held > tree.size:
                    raise LogBehindWitness(witness=witness.name, held=held, size=tree.size)
            case 422:
                raise WitnessRefusesTree(witness=witness.name, old=old, size=tree.size)
            case 403 | 404:
                raise WitnessRefusesLog(witness=witness.name, origin=log.origin, code=answer.status)
            case other:
                raise WitnessAnswerUnusable(witness=witness.name, reason=f"HTTP {other}")
    raise WitnessAnswerUnusable(witness=witness.name, reason=f"it holds {held}, and says so again when told")


def _request(log: LogFolder, old: int, tree: SignedTree) -> bytes:
    proof = "".join(base64.b64encode(each).decode() + "\n" for each in log.consistency(old, tree.size))
    return f"old {old}\n{proof}\n".encode() + tree.note


def _post(witness: Witness, request: bytes, timeout: float) -> _Answer:
    """Whoever answers byte by byte is cut off, and so is whoever answers without end."""
    client = httpx.Client(timeout=timeout, **way_to(witness.url))
    with client, cut_off_after(3 * timeout, client) as late:
        try:
            with client.stream("POST", f"{witness.url}/add-checkpoint", content=request) as response:
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        raise WitnessAnswerUnusable(witness=witness.name, reason=f"more than {_MOST_BYTES} bytes")
                return _Answer(response.status_code, body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = "its answer does not end" if late.is_set() else str(error) or type(error).__name__
            raise WitnessUnreachable(witness=witness.name, url=witness.url, reason=reason) from error


def _held(witness: Witness, body: bytes) -> int:
    found = _SIZE.fullmatch(body)
    if found is None:
        raise WitnessAnswerUnusable(witness=witness.name, reason="409 without the size it holds")
    return int(found[1])


def _cosignature(log: LogFolder, tree: SignedTree, witness: Witness, body: bytes) -> tuple[int, bytes]:
    """Time and line of the cosignature by the witness's key; it may sign with others besides."""
    text = checkpoint_body(log.origin, tree.size, tree.root)
    try:
        for line in body.splitlines():
            name, blob = read_signature_line(line)
            if name == witness.name and blob[:4] == witness.key.id:
                moment = cosigned_time(witness.key, text, blob)
                break
        else:
            raise WitnessAnswerUnusable(witness=witness.name, reason="no cosignature by its key")
    except EvidenceRefused as error:
        raise WitnessAnswerUnusable(witness=witness.name, reason=str(error)) from error
    # The first cosignature is kept for good, and one from before the block would be worth nothing.
    ahead = read_header(log.leaf(tree.size - 1)).time - moment
    if ahead > CLOCK_TOLERANCE:
        raise WitnessAnswerUnusable(
            witness=witness.name, reason=f"its clock is {ahead} seconds behind the chain's, or the chain's is ahead"
        )
    return moment, signature_line(name, blob)
