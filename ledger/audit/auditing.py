"""One audit from beginning to end (``docs/auditing.md``): the log, the evidence, the lists and files, a node, a second
server. Each part writes what it proved into the book; what is wrong goes into the outcome, and ends no other part.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.audit import downloads, judging, lists, pulls, split_view
from ledger.audit.asking import Server
from ledger.audit.book import Book, ProvenProcess
from ledger.audit.evidence import EvidenceAudit, Identity, Taken
from ledger.audit.findings import Finding, FindingKind, Open
from ledger.audit.lists import Listed
from ledger.audit.log_audit import LogAudit
from ledger.audit.node import NodeAudit, NodeSaid
from ledger.audit.pages import id_of, rows_of
from ledger.audit.pulls import Observed
from ledger.chain.rpc import Transport
from ledger.errors import OtherChain, ServerAnswerUnusable, ServerRefuses
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.statute_row import digest

SETTLED: Final = "settled"
LAST: Final = "last"
EPOCH_LENGTH: Final = 30_000
"""Blocks until votes on validators lapse, where a genesis file says nothing (Besu)."""


def subject_of(policy: Policy) -> dict[str, str]:
    """What a book is of: one chain and its smart contracts, whichever server shows them."""
    return {
        "genesis": policy.genesis_hash.hex(),
        "ledger": policy.ledger.account.hex(),
        "registry": policy.registry.account.hex(),
    }


@dataclass(frozen=True, slots=True)
class LogState:
    """A log as far as it was audited: its size, root (32 bytes), how many leaves this audit added, and who cosigned."""

    origin: str
    size: int
    root: bytes
    added: int
    witnesses: tuple[str, ...]


@dataclass(slots=True)
class Audited:
    """What an audit came to. ``block`` and ``time`` (seconds) of the newest proven block; ``since`` the same of the
    audit before. ``counts`` by what was counted."""

    server: str
    policy: str
    began: int
    ended: int = 0
    second: str | None = None
    block: int | None = None
    time: int | None = None
    since: dict[str, Any] | None = None
    logs: list[LogState] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    silent: list[ProvenProcess] = field(default_factory=list)
    observed: list[Observed] = field(default_factory=list)
    node: NodeSaid | None = None


class Audit:
    """An audit of ``server`` under ``policy``, into ``book``.

    ``whole``: prove all anew, also organisations of which the log's blocks show that they did nothing since.
    ``tell`` hears what is being done. ``now`` in seconds since 1970.
    """

    def __init__(
        self,
        server: Server,
        policy: Policy,
        book: Book,
        *,
        second: Server | None = None,
        node: Transport | None = None,
        epoch_length: int = EPOCH_LENGTH,
        whole: bool = False,
        now: Callable[[], float] = time.time,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._server, self._policy, self._book = server, policy, book
        self._second, self._node, self._epoch_length, self._whole = second, node, epoch_length, whole
        self._now, self._tell = now, tell
        self._evidence = EvidenceAudit(server, policy, book)
        self._identities: dict[bytes, Identity] = {}
        self._headers: dict[int, bytes] = {}
        self._refused: set[bytes] = set()  # processes whose evidence was refused: told once
        self._unlisted: set[bytes] = set()  # organisations whose list is not proven: what they did may be missing here
        self._out = Audited(server.url, policy.name, int(now()), second=None if second is None else second.url)

    def run(self) -> Audited:
        """Audit once. Raises ServerUnreachable; ServerAnswerUnusable and ServerRefuses if the server does not even
        list organisations, or is of another ledger; NodeUnreachable; OSError for the folder."""
        out = self._out
        out.since = self._book.position(LAST)
        organisations = self._organisations()
        self._tell("log")
        findings, left_open = self._follow()
        out.findings += findings
        out.open += left_open
        self._tell("evidence")
        for identity in organisations:
            self._prove(identity)
        self._tell("lists")
        self._safely(self._compare_lists)
        self._safely(self._compare_pulls)
        self._require_logged()
        if self._node is not None:
            self._tell("node")
            settled = int(self._book.position(SETTLED) or 0)
            out.node = NodeAudit(self._node, self._policy, self._book).compare(
                self._headers, set(self._identities), settled, self._epoch_length
            )
            out.findings += out.node.findings
            out.open += out.node.open
        else:
            out.open.append(Open("noNode"))
        self._compare_second()
        self._conclude()
        return out

    def _organisations(self) -> list[Identity]:
        answer = self._server.json("/api/v1/organisations")
        for name, called, trusted in (
            ("chainId", "chain id", self._policy.chain_id),
            ("ledger", "ledger", "0x" + self._policy.ledger.account.hex()),
        ):
            if answer.get(name) != trusted:
                reason = f"its {called} is {answer.get(name)!s:.80}, the policy trusts {trusted}"
                raise ServerAnswerUnusable(url=self._server.url, reason=reason)
        rows = answer.get("organisations")
        for row in rows if isinstance(rows, list) else ():
            id, scheme, identifier = (row.get(name) for name in ("organisationId", "scheme", "identifier"))
            known = id_of(id)
            if known is None or known != digest(str(scheme), str(identifier)):
                where = {"organisation": known, "step": "format"}
                self._out.findings.append(Finding(FindingKind.ORGANISATION_UNPROVEN, where, known, str(id)[:100]))
                self._unlisted |= set() if known is None else {known}
                continue
            self._identities[known] = Identity(known, str(scheme), str(identifier))
        for gone in set(self._book.organisations()) - self._identities.keys():
            self._out.findings.append(Finding(FindingKind.ORGANISATION_OMITTED, {"organisation": gone}))
        self._out.counts["organisations"] = len(self._identities)
        return list(self._identities.values())

    def _follow(self) -> tuple[list[Finding], list[Open]]:
        """The logs; behind the newest leaf that enough witnesses saw, evidence must not stay."""
        if self._policy.log is None:
            return [], [Open("noLog")]
        followed = LogAudit(self._server, self._policy, self._policy.log, self._book, now=self._now).follow()
        self._out.logs = [
            LogState(
                each.origin,
                each.signed.checkpoint.size,
                each.signed.checkpoint.root,
                each.added,
                tuple(one.witness for one in each.signed.checkpoint.cosignatures),
            )
            for each in followed
            if each.signed is not None
        ]
        living = followed[-1]
        newest = self._book.newest_leaf()
        if living.signed is not None and living.signed.cosigned and newest is not None:
            self._book.set_position(SETTLED, max(newest[0], int(self._book.position(SETTLED) or 0)))
        unwitnessed = [] if self._policy.log.threshold else [Open("noWitnesses")]
        findings = [finding for each in followed for finding in each.findings]
        return findings, [left for each in followed for left in each.open] + unwitnessed

    def _prove(self, identity: Identity) -> None:
        least = int(self._book.position(SETTLED) or 0)
        before = self._book.organisation(identity.id)
        follows = bool(self._out.logs) and not any(
            one.kind is not FindingKind.CHECKPOINT_UNWITNESSED and "log" in one.where for one in self._out.findings
        )
        if before is not None and follows and not self._whole and self._book.is_untouched(identity.id):
            self._book.carry(identity.id, least)
            self._count("carried")
            return
        least = max(least, 0 if before is None else before.block)
        taken = self._evidence.organisation(identity, least)
        if taken.finding is None:
            self._took(taken)
            self._count("proven")
        else:
            self._unlisted.add(identity.id)
            self._one_by_one(identity, taken.finding)

    def _one_by_one(self, identity: Identity, refused: Finding) -> None:
        """An organisation's evidence is refused: which of its processes is to blame?"""
        found, asked = list[Finding](), 0
        too_large = refused.refusal is not None and refused.refusal.values.get("problem") == "BundleTooLarge"
        least = int(self._book.position(SETTLED) or 0)
        for row in self._rows(f"&sort=published&buyer=0x{identity.id.hex()}"):
            id = id_of(row.get("processId"))
            known = None if id is None else self._book.process(id)
            if id is None or (too_large and known is not None and 0 < least <= known.block):
                continue  # whoever was killed goes on here
            asked += 1
            taken = self._evidence.process(id, identity, least)
            if taken.finding is None:
                self._took(taken)
            else:
                taken.finding.where.setdefault("ocid", str(row.get("ocid"))[:200])
                self._refused.add(id)
                found.append(taken.finding)
        self._out.findings += found
        where = {"organisation": identity.id, "identifier": identity.identifier}
        if too_large:
            self._out.open.append(Open("listTooLarge", where))
        elif len(found) == asked and found and all(isinstance(one.refusal, OtherChain) for one in found):
            self._out.open.append(Open("listOfOther", where))
        elif found:
            self._out.open.append(Open("listUnproven", {**where, "refused": len(found), "asked": asked}))
        else:
            self._out.findings.append(refused)

    def _rows(self, query: str) -> Iterator[dict[str, Any]]:
        try:
            yield from rows_of(self._server, lists.PATH, "processes", query)
        except (ServerRefuses, ServerAnswerUnusable) as refusal:
            self._unread(refusal)

    def _compare_lists(self) -> None:
        book, now = self._book, int(self._now())
        listed = lists.read_list(self._server, book, now)
        releases = downloads.read_releases(self._server, book)
        records = downloads.read_records(self._server, book, self._identities)
        unfit = judging.unfit(book, releases, records)
        shown: dict[bytes, dict[str, Any]] = {}
        before = {id: book.process(id) for id in listed.differing}
        for id in unfit.processes(book) | listed.differing.keys():
            shown |= self._again(id)
        found = [*listed.findings, *self._unknown(listed)]
        for id, row in listed.differing.items():
            was, is_ = before[id], book.process(id)
            if was is not None and is_ is not None and id not in self._refused:
                found += lists.changed(row, was, is_, now)
        found += lists.omitted(self._server, book, listed)
        told = (*self._out.findings, *found)
        refused = {one.where.get("ocid") for one in told if one.where.get("process") in self._refused}
        found += self._founded(judging.judged(book, unfit, self._identities, shown, refused))
        self._out.findings += found
        # Of a process whose evidence is refused the book may have an older state.
        known = {finding.where.get("process") for finding in found} | self._refused
        self._out.silent, hidden = lists.silence(self._server, book, now)
        self._out.findings += [finding for finding in hidden if finding.where["process"] not in known]
        self._out.counts |= {
            "rows": listed.rows,
            "releases": releases.lines,
            "releaseErrors": len(releases.problems),
            "records": records.lines,
            "recordErrors": len(records.problems),
        }
        if untold := releases.untold + records.untold:
            self._out.counts["untold"] = untold
            self._out.open.append(Open("linesUntold", {"number": untold}))

    def _founded(self, found: list[Finding]) -> Iterator[Finding]:
        """Without what may be of a process that is unknown only because an organisation's list is not proven."""
        for finding in found:
            is_extra = finding.kind in (FindingKind.RELEASE_EXTRA, FindingKind.RECORD_EXTRA)
            if is_extra and self._unlisted and not self._book.processes_of(finding.where["ocid"]):
                self._out.open.append(Open("linesUnproven", {"ocid": finding.where["ocid"]}))
            else:
                yield finding

    def _again(self, id: bytes) -> dict[bytes, dict[str, Any]]:
        """Prove a process anew; what is to be shown of its releases."""
        proven = self._book.process(id)
        identity = None if proven is None else self._identities.get(proven.organisation)
        if proven is None or identity is None:
            return {}
        taken = self._evidence.process(id, identity, proven.block)
        self._count("again")
        if taken.finding is None:
            self._took(taken)
        elif id not in self._refused:
            taken.finding.where.setdefault("ocid", proven.ocid)
            self._out.findings.append(taken.finding)
            self._refused.add(id)
        return taken.shown

    def _unknown(self, listed: Listed) -> Iterator[Finding]:
        """Rows of processes that no evidence of an organisation held: new since, invented, or of refused evidence."""
        for id, row in listed.unknown.items():
            organisation = id_of(row.get("organisationId"))
            identity = self._identities.get(organisation or b"")
            if id in self._refused or (identity is None and organisation in self._unlisted):
                continue  # the evidence was refused, which is told already
            least = int(self._book.position(SETTLED) or 0)
            taken = self._evidence.process(id, identity, least) if len(id) == 32 and identity is not None else None
            if taken is None or (taken.finding is not None and _is_unknown(taken.finding)):
                yield lists.invented(id, row)
            elif taken.finding is not None:
                taken.finding.where.setdefault("ocid", str(row.get("ocid"))[:200])
                self._refused.add(id)
                yield taken.finding
            else:
                self._took(taken)

    def _compare_pulls(self) -> None:
        found = pulls.compare(self._server, self._book, self._unlisted)
        if found.findings or found.open:
            # An observer may have recorded something since.
            observers = {id for id, _, _ in self._book.observations()} | found.observers
            for organisation in (observers & self._identities.keys()) - self._unlisted:
                block = self._book.organisation(organisation)
                taken = self._evidence.organisation(self._identities[organisation], 0 if block is None else block.block)
                if taken.finding is None:
                    self._took(taken)
                else:
                    self._unlisted.add(organisation)
                    self._out.findings.append(taken.finding)
            found = pulls.compare(self._server, self._book, self._unlisted)
        self._out.findings += found.findings
        self._out.open += found.open
        self._out.observed = pulls.standing(self._book)
        self._out.open += pulls.unread(self._book)

    def _require_logged(self) -> None:
        """Blocks that evidence speaks of and that came after the log was read are in the log now."""
        if self._policy.log is None or not self._out.logs:
            return
        if any(not self._book.logged_hashes(block) for block in self._headers):
            findings, _ = self._follow()
            self._out.findings += [one for one in findings if one not in self._out.findings]
        for block, hash in self._headers.items():
            if hash not in self._book.logged_hashes(block):
                self._out.findings.append(Finding(FindingKind.EVIDENCE_OF_OTHER_HISTORY, {"block": block}, None, hash))
        self._out.findings += split_view.carried(self._book, self._evidence.checkpoints)

    def _compare_second(self) -> None:
        if self._second is None or self._policy.log is None:
            self._out.open.append(Open("noSecond"))
            return
        self._tell("second")
        compared = split_view.compare(self._second, self._policy.log, self._book)
        self._out.findings += [one.finding for one in compared if one.finding is not None]

    def _conclude(self) -> None:
        out, book = self._out, self._book
        blocks = [*self._headers, *filter(None, (book.position(SETTLED),))]
        out.block = max(blocks, default=None)
        out.time = book.proven_time()
        out.counts |= {"processes": book.count("processes"), "anchored": book.count("releases")}
        out.ended = int(self._now())
        book.set_position(LAST, {"block": out.block, "time": out.time, "ended": out.ended})

    def _took(self, taken: Taken) -> None:
        assert taken.header is not None
        self._headers[taken.header.number] = taken.header.block_hash

    def _count(self, what: str) -> None:
        self._out.counts[what] = self._out.counts.get(what, 0) + 1

    def _safely(self, part: Callable[[], None]) -> None:
        """What the server refuses to give ends this part alone."""
        try:
            part()
        except (ServerRefuses, ServerAnswerUnusable) as refusal:
            self._unread(refusal)

    def _unread(self, refusal: ServerRefuses | ServerAnswerUnusable) -> None:
        where = {"url": refusal.values["url"]}
        self._out.findings.append(Finding(FindingKind.LIST_WITHHELD, where, refusal=refusal))


def _is_unknown(finding: Finding) -> bool:
    """Whether the server itself says that there is no such process."""
    return finding.refusal is not None and finding.refusal.values.get("problem") == "ProcessUnknown"
