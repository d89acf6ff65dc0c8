"""Whether others are shown the same log, by another server or in bundles: the same leaves as far as both go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledger.audit.asking import Server
from ledger.audit.book import Book
from ledger.audit.findings import Finding, FindingKind
from ledger.audit.growth import Growth
from ledger.audit.served_log import Signed, entries, origins, read_signed
from ledger.errors import EvidenceRefused, ServerAnswerUnusable, ServerRefuses
from ledger.evidence.verify.merkle import leaf_hash
from ledger.evidence.verify.policy import LogPolicy


@dataclass(frozen=True, slots=True)
class Compared:
    """A log at the second server: the size it signed there, None if it could not be compared; and what is wrong."""

    origin: str
    size: int | None
    finding: Finding | None = None


def compare(server: Server, log: LogPolicy, book: Book) -> list[Compared]:
    """Each log of the policy that was audited. Raises ServerUnreachable."""
    found = []
    for origin, path in origins(log):
        if book.tree(origin) is None:
            continue
        where = {"log": origin, "server": server.url}
        try:
            signed = read_signed(server, log, origin, path)
            found.append(_compared(server, book, origin, path, signed))
        except EvidenceRefused as refusal:
            found.append(Compared(origin, None, Finding(FindingKind.CHECKPOINT_REFUSED, where, refusal=refusal)))
        except (ServerRefuses, ServerAnswerUnusable) as refusal:
            found.append(Compared(origin, None, Finding(FindingKind.LOG_MISSING, where, refusal=refusal)))
    return found


def carried(book: Book, checkpoints: Mapping[tuple[str, int], tuple[bytes, bytes]]) -> Iterator[Finding]:
    """Checkpoints that bundles carried (root and note, by origin and size) against the logs that were audited: nobody
    shall be given evidence from another tree than the one that is published."""
    for origin in sorted({origin for origin, _ in checkpoints}):
        wanted = {size: found for (of, size), found in checkpoints.items() if of == origin and size}
        tree, growth = book.tree(origin), Growth()
        for leaf in book.leaves(origin):
            growth.add(leaf.leaf)
            root, note = wanted.pop(growth.size, (b"", b""))
            if root and root != growth.root:
                where = {"log": origin, "size": growth.size}
                notes = (note, b"" if tree is None else tree.note)
                yield Finding(FindingKind.SPLIT_VIEW, where, growth.root, root, notes=notes)
        for size, (root, note) in wanted.items():
            notes = (note, b"" if tree is None else tree.note)
            yield Finding(FindingKind.SPLIT_VIEW, {"log": origin, "size": size}, None, root, notes=notes)


def _compared(server: Server, book: Book, origin: str, path: str, signed: Signed) -> Compared:
    """The smaller tree must be the beginning of the larger one: the same leaves give both roots."""
    ours = book.tree(origin)
    assert ours is not None
    size = signed.checkpoint.size
    growth = Growth()
    for leaf in book.leaves(origin, 0, min(ours.size, size)):
        growth.add(leaf.leaf)
    for entry in entries(server, path, ours.size, size) if size > ours.size else ():
        growth.add(leaf_hash(entry))
    if growth.root == signed.checkpoint.root:
        return Compared(origin, size)
    place = _first_differing(server, book, origin, path, min(ours.size, size))
    where = {"log": origin, "server": server.url, "size": size, "ours": ours.size, "place": place}
    finding = Finding(
        FindingKind.SPLIT_VIEW, where, growth.root, signed.checkpoint.root, notes=(ours.note, signed.note)
    )
    return Compared(origin, size, finding)


def _first_differing(server: Server, book: Book, origin: str, path: str, size: int) -> int | None:
    """Place of the first leaf that the second server has otherwise; None if it does not show one."""
    try:
        for leaf, entry in zip(book.leaves(origin, 0, size), entries(server, path, 0, size), strict=False):
            if leaf.leaf != leaf_hash(entry):
                return leaf.place
    except (ServerRefuses, ServerAnswerUnusable):
        return None
    return None
