"""Auditing again: from where one was, whatever stopped it, and at the cost of what is new."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ledger.audit.auditing import subject_of
from ledger.audit.book import BOOK, opened
from ledger.audit.findings import FindingKind
from ledger.errors import AuditFolderUnusable, ServerUnreachable
from tests.audit.conftest import Audits
from tests.audit.liar import Liar
from tests.explorer.site import ALTERED


def test_audit_again_after_nothing_changed_asks_for_no_evidence(honest: Audits, liar: Liar, folder: Path) -> None:
    """Only checkpoint, last leaves, lists and files; and it says how far the audit before went."""
    done = honest.audit(folder, url=liar.url)
    assert (done.findings, liar.evidence_asked()) == ([], [])
    assert done.counts["carried"] == done.counts["organisations"] == 5
    assert done.logs[0].added == 0
    assert done.since is not None
    assert (done.since["block"], done.block) == (42, 42)


def test_audit_again_whole_proves_all_anew(honest: Audits, liar: Liar, folder: Path) -> None:
    """For who does not trust what headers say."""
    done = honest.audit(folder, url=liar.url, whole=True)
    assert (done.findings, len(liar.evidence_asked())) == ([], 5)


def test_audit_history_that_was_proven_otherwise_before_is_named(honest: Audits, folder: Path) -> None:
    """What is proven now must go on from what was proven then, whoever signed it."""
    with closing(sqlite3.connect(folder / BOOK)) as book:
        book.execute("UPDATE processes SET head = ? WHERE ocid = ?", (b"\x01" * 32, ALTERED))
        book.commit()
    done = honest.audit(folder, whole=True)
    assert done.findings[0].kind is FindingKind.HISTORY_REWRITTEN
    assert {finding.where.get("ocid") for finding in done.findings} == {ALTERED}


def test_audit_process_gone_from_a_list_that_had_it_is_named(honest: Audits, folder: Path) -> None:
    """Whatever was proven to stand in an organisation's list stands there for ever, whoever signed the shorter one."""
    gone = "ocds-a2ef3d-gone"
    with closing(sqlite3.connect(folder / BOOK)) as book:
        book.execute(
            "INSERT INTO processes (id, organisation, ocid, block, acts, head, facts, record) "
            "SELECT ?, organisation, ?, block, acts, head, facts, NULL FROM processes WHERE ocid = ?",
            (b"\x01" * 32, gone, ALTERED),
        )
        book.commit()
    finding = honest.audit(folder, whole=True).findings[0]
    assert finding.kind is FindingKind.HISTORY_REWRITTEN
    assert (finding.where["process"], finding.where["ocid"], finding.got) == (b"\x01" * 32, gone, None)


def test_audit_server_dies_in_the_midst_and_the_next_goes_on(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """What was proven is not asked for again."""

    def dead(asked: str, _: bytes) -> tuple[int, bytes] | None:
        return (503, b"") if len(liar.evidence_asked()) > 3 else None

    liar.lies.append(dead)
    first = honest.audit(tmp_path, url=liar.url).findings
    assert {finding.kind for finding in first} == {FindingKind.EVIDENCE_WITHHELD, FindingKind.LIST_WITHHELD}
    proven = set(liar.evidence_asked()[:3])
    liar.lies.clear()
    liar.asked.clear()
    assert honest.audit(tmp_path, url=liar.url).findings == []
    assert len(liar.evidence_asked()) == 2
    assert proven.isdisjoint(liar.evidence_asked())


def test_audit_killed_at_any_request_goes_on(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """SIGKILL while a request is open, first in the log, then in the evidence."""
    policy = tmp_path / "policy.json"
    policy.write_bytes(honest.raw)
    command = [sys.executable, "-m", "ledger.cli", "audit", liar.url, "--policy", str(policy), "--json",
               "--folder", str(tmp_path / "folder")]  # fmt: skip
    known = {name: value for name, value in os.environ.items() if not name.startswith("SIEGEL_")}
    known["XDG_DATA_HOME"] = str(tmp_path)
    proven = set[str]()
    for place in ("/tile/entries", "/evidence"):
        reached = threading.Event()

        killed = threading.Event()

        def stop(
            asked: str,
            _: bytes,
            place: str = place,
            reached: threading.Event = reached,
            killed: threading.Event = killed,
        ) -> None:
            if place in asked and (place != "/evidence" or len(liar.evidence_asked()) > 2):
                reached.set()
                killed.wait(timeout=60)

        liar.asked.clear()
        liar.lies[:] = [stop]
        running = subprocess.Popen(command, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert reached.wait(timeout=60)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=60)
        killed.set()
        assert proven.isdisjoint(liar.evidence_asked())
        proven |= set(liar.evidence_asked()[:-1] if place == "/evidence" else liar.evidence_asked())
    liar.lies.clear()
    liar.asked.clear()
    assert honest.audit(tmp_path / "folder", url=liar.url).findings == []
    assert proven.isdisjoint(liar.evidence_asked())
    assert len(proven | set(liar.evidence_asked())) == 5


def test_audit_folder_of_another_chain_or_in_use_is_refused(honest: Audits, folder: Path) -> None:
    """Two histories in one book would prove nothing."""
    trusted = subject_of(honest.policy)
    with pytest.raises(AuditFolderUnusable), opened(folder, trusted | {"ledger": "00" * 20}):
        pass
    with opened(folder, trusted), pytest.raises(AuditFolderUnusable), opened(folder, trusted):
        pass
    (folder / BOOK).write_bytes(b"no database" * 1000)
    with pytest.raises(AuditFolderUnusable), opened(folder, trusted):
        pass


def test_audit_server_that_is_not_there_is_told(honest: Audits, tmp_path: Path) -> None:
    """Nothing was audited, and no report says otherwise."""
    with pytest.raises(ServerUnreachable):
        honest.audit(tmp_path, url="http://127.0.0.1:9")


def test_audit_goes_on_with_what_is_new(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """One notice more than at the audit before: only its organisation is proven anew."""
    shutil.copytree(honest.before, tmp_path / "f")
    done = honest.audit(tmp_path / "f", url=liar.url, node=True)
    assert done.findings == []
    assert liar.evidence_asked() == [f"/api/v1/organisations/0x{honest.site.town.buyer.hex()}/evidence"]
    assert (done.logs[0].added, done.counts["carried"], done.counts["processes"]) == (1, 4, 6)
    assert done.node is not None
    assert done.node.acts == 1


def test_audit_old_evidence_passed_off_as_new_is_named(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """The log has gone on; evidence that leaves the newest act out is of an older block."""
    liar.lies.append(lambda asked, _: honest.old if asked.endswith("/evidence") and "organisations" in asked else None)
    shutil.copytree(honest.before, tmp_path / "f")
    finding = honest.audit(tmp_path / "f", url=liar.url).findings[0]
    assert (finding.kind, finding.expected, finding.got) == (FindingKind.EVIDENCE_BEHIND, 42, 41)
