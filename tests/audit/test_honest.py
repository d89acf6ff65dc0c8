"""A server that shows what its ledger proves: nothing is found, and what is found out is told."""

from __future__ import annotations

from pathlib import Path

from tests.audit.conftest import Audits


def test_audit_honest_server_finds_nothing(honest: Audits, tmp_path: Path) -> None:
    """All of it, with a node beside: every process, release, record, finding and block is as proven."""
    done = honest.audit(tmp_path, node=True)
    assert done.findings == []
