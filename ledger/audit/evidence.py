"""Fetches evidence bundles, has them verified under the policy, and keeps in the book what they prove."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import ZipFile

from ledger.audit.asking import Server
from ledger.audit.book import Book, ProvenOrganisation, ProvenProcess, ProvenRelease
from ledger.audit.findings import Finding, FindingKind
from ledger.audit.notices import Published, facts_of
from ledger.audit.shown import json_digest, record_digest, shown_release
from ledger.audit.standing import deadline_of, phase_of
from ledger.chain.record import ZERO, ActRecord
from ledger.errors import ObservationUnreadable, ServerAnswerUnusable, ServerRefuses, SiegelError
from ledger.evidence.verify.checkpoint import read_checkpoint
from ledger.evidence.verify.header import Header
from ledger.evidence.verify.manifest import LARGEST_FILE
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.report import Report, Step, Verdict
from ledger.evidence.verify.statute_row import digest, own_arguments
from ledger.evidence.verify.verifier import verify
from ledger.ocds.observation import read_observation
from ledger.terms import Act, NoticeKind

IN_MEMORY: Final = 2**20

_UNPROVEN: Final = {
    "process": FindingKind.PROCESS_UNPROVEN,
    "organisation": FindingKind.ORGANISATION_UNPROVEN,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """An organisation by what its id is the digest of."""

    id: bytes
    scheme: str
    identifier: str


@dataclass(slots=True)
class Taken:
    """What came of a bundle: ``header`` of the proven block where it was verified; ``shown``, of a process alone, what
    is to be shown of its releases, by digest; ``finding`` what is wrong. It is in the book if there is no finding."""

    header: Header | None = None
    processes: list[bytes] = field(default_factory=list)
    shown: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    finding: Finding | None = None


class EvidenceAudit:
    """Takes bundles of one server into the book, verified under one policy. Files lie in ``folder`` meanwhile."""

    def __init__(self, server: Server, policy: Policy, book: Book) -> None:
        self._server, self._policy, self._book = server, policy, book
        self.checkpoints: dict[tuple[str, int], tuple[bytes, bytes]] = {}
        """The checkpoints that bundles carried: by origin and size the root, and the note."""

    def organisation(self, organisation: Identity, least: int) -> Taken:
        """Prove an organisation's list and all its processes, for block ``least`` or a later one.

        Raises ServerUnreachable."""
        return self._take("organisation", organisation.id, organisation, least)

    def process(self, process_id: bytes, organisation: Identity, least: int) -> Taken:
        """Prove one process. Raises as ``organisation``."""
        return self._take("process", process_id, organisation, least)

    def _take(self, kind: str, id: bytes, organisation: Identity, least: int) -> Taken:
        where = {kind: id}
        paths = {"process": f"/api/v1/processes/0x{id.hex()}", "organisation": f"/api/v1/organisations/0x{id.hex()}"}
        with tempfile.NamedTemporaryFile(dir=self._book.folder, prefix="evidence-") as file:
            stream: BinaryIO = file  # type: ignore[assignment]  # a file in every respect but its class
            try:
                self._server.save(f"{paths[kind]}/evidence", stream, LARGEST_FILE)
            except (ServerRefuses, ServerAnswerUnusable) as refusal:
                return Taken(finding=Finding(FindingKind.EVIDENCE_WITHHELD, where, refusal=refusal))
            proven = Proven()
            report = verify(stream, self._policy, proven)
            if not report.verified:
                return Taken(finding=_refused(kind, where, report))
            if report.subject != (kind, id):
                got = None if report.subject is None else report.subject[1]
                return Taken(finding=Finding(_UNPROVEN[kind], {**where, "step": "format"}, id, got))
            other = next(
                (one.organisation_id for one in proven.processes.values() if one.organisation_id != organisation.id),
                None,
            )
            if other is not None:
                return Taken(finding=Finding(_UNPROVEN[kind], {**where, "step": "acts"}, organisation.id, other))
            assert report.block is not None
            if report.block < least:
                return Taken(finding=Finding(FindingKind.EVIDENCE_BEHIND, where, least, report.block))
            with ZipFile(Path(file.name)) as archive:
                return self._keep(archive, proven, report.block, organisation, where)

    def _keep(
        self, archive: ZipFile, proven: Proven, block: int, organisation: Identity, where: Mapping[str, bytes]
    ) -> Taken:
        header = proven.headers[block]
        logged = self._book.logged_hashes(block)
        if logged and header.block_hash not in logged:
            finding = Finding(
                FindingKind.EVIDENCE_OF_OTHER_HISTORY, {**where, "block": block}, min(logged), header.block_hash
            )
            return Taken(header, finding=finding)
        split = self._checkpoints(archive, where)
        if split is not None:
            return Taken(header, finding=split)
        bundle = _Verified(archive, proven, self._policy.ledger.account, organisation)
        taken = Taken(header)
        try:
            with self._book.writing():
                for process, releases in bundle.processes(block):
                    self._require_grown(process, proven.processes[process.id].heads)
                    self._book.keep_process(process, releases)
                    taken.processes.append(process.id)
                if "organisation" in where:
                    self._keep_list(bundle, organisation.id, header, taken.processes)
        except _Rewritten as rewritten:
            return Taken(header, finding=rewritten.finding)
        except _Unreadable as unreadable:
            kind = _UNPROVEN["organisation" if "organisation" in where else "process"]
            values = {**where, "step": Step.RELEASES.value}
            return Taken(header, finding=Finding(kind, values, refusal=unreadable.refusal))
        taken.shown = bundle.shown
        return taken

    def _checkpoints(self, archive: ZipFile, where: Mapping[str, bytes]) -> Finding | None:
        """Two bundles cannot carry two trees of one size."""
        if self._policy.log is None:
            return None
        for name in archive.namelist():
            if name.startswith("checkpoints/") and len(name) == len("checkpoints/") + 12:
                note = archive.read(name)
                read = read_checkpoint(note, self._policy.log.trust)
                root, other = self.checkpoints.setdefault((read.origin, read.size), (read.root, note))
                if root != read.root:
                    values = {**where, "log": read.origin, "size": read.size}
                    return Finding(FindingKind.SPLIT_VIEW, values, root, read.root, notes=(other, note))
        return None

    def _keep_list(self, bundle: _Verified, organisation_id: bytes, header: Header, listed: Sequence[bytes]) -> None:
        there = set(listed)
        for before in self._book.processes(organisation_id):
            if before.id not in there:  # whatever stood in the list once stands there for ever
                where = {"process": before.id, "ocid": before.ocid, "block": before.block}
                raise _Rewritten(Finding(FindingKind.HISTORY_REWRITTEN, where, before.head, None))
        for document, findings in bundle.observations():
            self._book.keep_observation(organisation_id, document, findings)
        head = bundle.head(organisation_id)
        self._book.keep_organisation(ProvenOrganisation(organisation_id, header.number, header.time, head))

    def _require_grown(self, proven: ProvenProcess, heads: Sequence[bytes]) -> None:
        """What was proven of a process before is the beginning of what is proven now (its heads, act by act)."""
        before = self._book.process(proven.id)
        if before is None:
            return
        then = heads[min(before.acts, len(heads) - 1)]
        if then != before.head:
            where = {"process": proven.id, "ocid": proven.ocid, "block": before.block}
            raise _Rewritten(Finding(FindingKind.HISTORY_REWRITTEN, where, before.head, then))


class _Rewritten(Exception):
    """What a bundle proves contradicts what was proven before; nothing of it is kept."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding


class _Unreadable(Exception):
    """A release that was verified cannot be read as everybody may see it; nothing of the bundle is kept."""

    def __init__(self, refusal: SiegelError) -> None:
        super().__init__()
        self.refusal = refusal


class _Verified:
    """What a bundle says that was verified, as a book has it; texts are read when they are asked for."""

    def __init__(self, archive: ZipFile, proven: Proven, ledger: bytes, organisation: Identity) -> None:
        self._archive, self._proven, self._ledger, self._organisation = archive, proven, ledger, organisation
        self.shown: dict[bytes, dict[str, Any]] = {}
        self._names = set(archive.namelist())

    def head(self, series: bytes) -> bytes:
        """Of a process, or of an organisation's list."""
        return self._proven.heads[self._ledger, series]

    def processes(self, block: int) -> Iterator[tuple[ProvenProcess, list[ProvenRelease]]]:
        """Each process with its releases, one after the other."""
        ids = sorted(self._proven.processes)
        for id in ids:
            proven, releases, shown = self._process(id, block)
            # Of one process it is kept, to say what was altered; of a whole organisation it would be too much.
            self.shown = shown if len(ids) == 1 else {}
            yield proven, releases

    def _process(self, id: bytes, block: int) -> tuple[ProvenProcess, list[ProvenRelease], dict[bytes, dict[str, Any]]]:
        records, procedure = self._proven.processes[id].records, self._proven.procedures[id]
        releases, published, shown = list[ProvenRelease](), list[Published](), dict[bytes, dict[str, Any]]()
        contents = []
        whole = True
        for record in records:
            if record.release == ZERO:
                continue
            found = self._release(record.release)
            if found is None:
                why = "embargoed" if _is_embargoed(record) else "erased"
                whole &= why == "embargoed"
                releases.append(ProvenRelease(record.release, record.sequence, "", None, why))
                continue
            data, content = found
            published.append(Published(record.time, record.sequence, data))
            contents.append(content)
            name, digest_ = str(content.get("id", "")), json_digest(content)
            shown[digest_] = content
            releases.append(ProvenRelease(record.release, record.sequence, name, digest_, None))
        facts = facts_of(published)
        facts |= {
            "ocid": procedure.ocid,
            "mode": procedure.mode,
            "acts": len(records),
            "releases": len(releases),
            "firstTime": records[0].time,
            "lastTime": records[-1].time,
            "suspended": bool(procedure.suspensions),
        }
        if procedure.sealed:
            facts |= {"deadline": deadline_of(procedure), "phase": phase_of(procedure)}
        observer = self._organisation if procedure.observed else None
        record_ = record_digest(contents, None if observer is None else f"{observer.scheme}-{observer.identifier}")
        proven = ProvenProcess(
            id,
            self._organisation.id,
            procedure.ocid,
            block,
            len(records),
            self.head(id),
            facts,
            record_ if whole else None,
        )
        return proven, releases, shown

    def _release(self, digest_: bytes) -> tuple[bytes, dict[str, Any]] | None:
        """Anchored bytes, and what is shown of them; None if the bundle has it not."""
        name = f"releases/{digest_.hex()}"
        if name not in self._names:
            return None
        data, texts = self._archive.read(name), f"disclosures/{digest_.hex()}"
        disclosed = self._archive.read(texts).decode("ascii").splitlines() if texts in self._names else []
        try:
            return data, shown_release(data, disclosed)
        except SiegelError as refusal:
            raise _Unreadable(refusal) from refusal

    def observations(self) -> Iterator[tuple[bytes, list[dict[str, str]] | None]]:
        """The documents of pulls that the list names: digest and findings, None if nobody can read it here."""
        for item in self._proven.lists[self._organisation.id]:
            if not isinstance(item, bytes) and item.act == Act.OBSERVATION_RECORDED:
                yield item.subject, self._observed(item.subject)

    def _observed(self, digest_: bytes) -> list[dict[str, str]] | None:
        name = f"documents/{digest_.hex()}"
        if name not in self._names:
            return None
        try:
            observation = read_observation(self._archive.read(name))
        except ObservationUnreadable:
            return None
        return [
            {
                "kind": each.kind.value,
                "day": each.day,
                "ocid": each.ocid,
                "releaseId": each.release_id,
                "process": digest(self._organisation.id, each.ocid).hex(),
            }
            for each in observation.findings
        ]


def _is_embargoed(record: ActRecord) -> bool:
    return record.act == Act.NOTICE_PUBLISHED and own_arguments("process", record)[0] == NoticeKind.EMBARGOED


def _refused(kind: str, where: Mapping[str, bytes], report: Report) -> Finding:
    """The first step that failed, else the first required one that did not pass."""
    failed = next((one for one in report.results if one.verdict is Verdict.FAILED), None)
    if failed is None:
        failed = next(one for one in report.results if one.verdict is not Verdict.PASSED)
    return Finding(_UNPROVEN[kind], {**where, "step": failed.step.value}, refusal=failed.refusal)
