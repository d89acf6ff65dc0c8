"""Follows the transparency logs of a policy at a server, from the checkpoint that was audited last on.

Every leaf is read, in order, and hashed into the tree. So no proof of consistency is needed to see that the log only
grew: the leaves that were audited and those that follow must give the root that the log signed now. Until they do,
what was read is kept apart in the book, and a reader that is killed goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from ledger.audit.asking import Server
from ledger.audit.bloom import bits_of, bloom_of, can_hold
from ledger.audit.book import AuditedTree, Book, Leaf
from ledger.audit.findings import Finding, FindingKind, Open
from ledger.audit.growth import Growth
from ledger.audit.served_log import Signed, entries, origins, read_signed
from ledger.errors import (
    EvidenceRefused,
    HeaderNotNext,
    ServerAnswerUnusable,
    ServerRefuses,
    ValidatorsDiffer,
    ValidatorsUnknown,
)
from ledger.evidence.verify import qbft
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.merkle import EMPTY_ROOT, leaf_hash
from ledger.evidence.verify.policy import LogPolicy, Policy

AT_ONCE: Final = 4_096
"""Leaves that are kept in one transaction."""

_NOTHING: Final = AuditedTree(0, EMPTY_ROOT, b"", ())


@dataclass(slots=True)
class Followed:
    """What following a log came to: its checkpoint (None if it is not to be believed), how many leaves came to those
    audited before, what is wrong and what stays open."""

    origin: str
    signed: Signed | None = None
    added: int = 0
    findings: list[Finding] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)


class LogAudit:
    """Follows the logs of one policy at one server into the book; ``now`` in seconds since 1970."""

    def __init__(
        self, server: Server, policy: Policy, log: LogPolicy, book: Book, *, now: Callable[[], float] = time.time
    ) -> None:
        self._server, self._policy, self._log, self._book, self._now = server, policy, log, book, now

    def follow(self) -> list[Followed]:
        """All logs of the policy, the living one last. Raises ServerUnreachable alone: all else is a finding."""
        found = [self._follow(origin, path) for origin, path in origins(self._log)]
        for each in found[:-1]:
            # A predecessor's files are there as long as its operator keeps them; the living log must be.
            if any(one.kind is FindingKind.LOG_MISSING for one in each.findings):
                each.findings = [one for one in each.findings if one.kind is not FindingKind.LOG_MISSING]
                each.open.append(Open("predecessorGone", {"log": each.origin}))
        contradicting = next(self._book.contradictions(), None)
        if contradicting is not None and found:
            found[-1].findings.append(Finding(FindingKind.LOGS_CONTRADICT, {"block": contradicting}))
        return found

    def _follow(self, origin: str, path: str) -> Followed:
        result, where = Followed(origin), {"log": origin}
        try:
            signed = read_signed(self._server, self._log, origin, path)
        except EvidenceRefused as refusal:
            result.findings.append(Finding(FindingKind.CHECKPOINT_REFUSED, where, refusal=refusal))
            return result
        except (ServerRefuses, ServerAnswerUnusable) as refusal:
            result.findings.append(Finding(FindingKind.LOG_MISSING, where, refusal=refusal))
            return result
        known, size = self._book.tree(origin) or _NOTHING, signed.checkpoint.size
        if size < known.size:
            notes = (known.note, signed.note)
            result.findings.append(Finding(FindingKind.LOG_SHRUNK, where, known.size, size, notes=notes))
            return result
        try:
            wrong = self._grown(origin, path, known, signed) or self._unwitnessed(origin, signed)
        except EvidenceRefused as refusal:
            wrong = Finding(FindingKind.LEAF_UNUSABLE, where, refusal=refusal)
        except (ServerRefuses, ServerAnswerUnusable) as refusal:
            wrong = Finding(FindingKind.LOG_MISSING, where, refusal=refusal)
        if wrong is not None:
            result.findings.append(wrong)
        if wrong is None or wrong.kind is FindingKind.CHECKPOINT_UNWITNESSED:
            result.signed, result.added = signed, size - known.size
            if not signed.cosigned and wrong is None:
                result.open.append(Open("checkpointYoung", {"log": origin, "size": size}))
        return result

    def _grown(self, origin: str, path: str, known: AuditedTree, signed: Signed) -> Finding | None:
        """Read the leaves that are new, and keep the tree if they give its root; else what is wrong with it."""
        checkpoint = signed.checkpoint
        # What somebody read before who was killed may be of another tree than this one.
        for resumed in (True, False):
            if not resumed:
                self._forget(origin)
            growth = self._read(origin, path, known, checkpoint.size)
            if growth.root == checkpoint.root:
                tree = AuditedTree(checkpoint.size, growth.root, signed.note, growth.edge)
                with self._book.writing():
                    self._book.adopt(_reading(origin), origin)
                    self._book.keep_tree(origin, tree, ())
                return None
        self._forget(origin)
        return self._disagreement(origin, path, known, signed)

    def _read(self, origin: str, path: str, known: AuditedTree, size: int) -> Growth:
        apart = _reading(origin)
        begun = self._book.tree(apart)
        if begun is None or not known.size <= begun.size <= size:
            self._forget(origin)
            begun = known
        growth = Growth(begun.size, begun.edge)
        last = self._last(apart, begun.size) or self._last(origin, begun.size)
        bits = {id: bits_of(id) for id in self._book.organisations()}
        coming = entries(self._server, path, growth.size, size)
        while taken := list(islice(coming, AT_ONCE)):
            leaves = []
            with self._book.writing():
                for entry in taken:
                    header = read_header(entry)
                    self._require_next(header, last)
                    self._touch(header, bits)
                    last = Leaf(growth.size, header.number, header.time, header.block_hash, leaf_hash(entry))
                    growth.add(last.leaf)
                    leaves.append(last)
                self._book.keep_tree(apart, AuditedTree(growth.size, growth.root, b"", growth.edge), leaves)
        return growth

    def _last(self, log: str, size: int) -> Leaf | None:
        return next(self._book.leaves(log, size - 1, size), None)

    def _forget(self, origin: str) -> None:
        with self._book.writing():
            self._book.forget_log(_reading(origin))

    def _touch(self, header: Header, bits: Mapping[bytes, int]) -> None:
        bloom = bloom_of(header)
        for id, wanted in bits.items():
            if can_hold(bloom, wanted):
                self._book.touch(id, header.number)

    def _require_next(self, header: Header, last: Leaf | None) -> None:
        """Blocks and their times ascend, and a header declares the validators that the policy names: no leaf has seals.

        Raises HeaderNotNext, ValidatorsDiffer, MalformedRlp, MalformedHeader.
        """
        if last is not None:
            for field_, got, before in (
                ("number", header.number, last.block),
                ("timestamp", header.time, last.time),
            ):
                if got <= before:
                    raise HeaderNotNext(block=header.number, field=field_, expected=f"more than {before}", got=got)
        if self._policy.consensus.is_single or header.number == 0:
            return
        try:
            expected = self._policy.consensus.validators_of(header.number)
        except ValidatorsUnknown:
            return  # whoever verifies a bundle of this block will say so
        got_ = qbft.read_extra_data(header.extra_data).validators if header.is_qbft else ()
        if got_ != expected:
            raise ValidatorsDiffer(block=header.number, expected=_shown(expected), got=_shown(got_))

    def _unwitnessed(self, origin: str, signed: Signed) -> Finding | None:
        """A tree whose last block is older than witnesses may take, and that too few of them signed."""
        newest = self._last(origin, signed.checkpoint.size)
        if signed.cosigned or newest is None or self._now() - newest.time <= self._log.max_log_delay:
            return None
        got = len(signed.checkpoint.cosignatures)
        where = {"log": origin, "block": newest.block, "time": newest.time}
        return Finding(FindingKind.CHECKPOINT_UNWITNESSED, where, self._log.threshold, got, notes=(signed.note,))

    def _disagreement(self, origin: str, path: str, known: AuditedTree, signed: Signed) -> Finding:
        """Which leaf is another one than was audited; or that the leaves served now are not those that were signed."""
        growth, stored = Growth(), self._book.leaves(origin)
        differing: tuple[Leaf, Header] | None = None
        for entry in entries(self._server, path, 0, signed.checkpoint.size):
            hash, before = leaf_hash(entry), next(stored, None)
            if differing is None and before is not None and before.leaf != hash:
                differing = before, read_header(entry)
            growth.add(hash)
        if growth.root != signed.checkpoint.root or differing is None:
            values = {"log": origin, "size": signed.checkpoint.size}
            return Finding(
                FindingKind.ENTRIES_CONTRADICT, values, signed.checkpoint.root, growth.root, notes=(signed.note,)
            )
        before, now = differing
        return Finding(
            FindingKind.LOG_REWRITTEN,
            {"log": origin, "place": before.place, "block": before.block},
            before.block_hash,
            now.block_hash,
            notes=(known.note, signed.note),
        )


def _reading(origin: str) -> str:
    """Under which name leaves stand in the book of which it is not known yet whether a signed tree has them."""
    return f"{origin} reading"


def _shown(accounts: Sequence[bytes]) -> str:
    return ", ".join("0x" + account.hex() for account in accounts)
