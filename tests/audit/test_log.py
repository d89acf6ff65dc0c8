"""The transparency log as an auditor sees it: it grows, or it is found out."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.audit import log_audit
from ledger.audit.asking import Server
from ledger.audit.auditing import Audited, subject_of
from ledger.audit.book import Leaf, opened
from ledger.audit.findings import Finding, FindingKind
from ledger.audit.growth import Growth
from ledger.audit.log_audit import LogAudit
from ledger.audit.served_log import origins
from ledger.chain.identifiers import organisation_id
from ledger.chain.rpc import transport_to
from ledger.evidence.bundle import write_organisation_bundle
from ledger.evidence.log.folder import CHECKPOINT, KEY, VERIFIER_KEY, LogFolder, create_log, living_log, signed_note
from ledger.evidence.log.writer import writing
from ledger.evidence.verify.checkpoint import LogTrust
from ledger.evidence.verify.header import Header, read_header
from ledger.evidence.verify.merkle import EMPTY_ROOT, leaf_hash
from ledger.evidence.verify.policy import LogPolicy
from ledger.evidence.verify.verifier_key import LOG, WITNESS, VerifierKey
from tests.audit.conftest import ORIGIN, Audits
from tests.audit.liar import Liar
from tests.audit.other_node import OtherNode
from tests.evidence import naive_tree


def only(done: Audited, kind: FindingKind) -> Finding:
    """The one thing that was found."""
    assert [finding.kind for finding in done.findings] == [kind], done.findings
    return done.findings[0]


def leaves_of(log: LogFolder) -> list[bytes]:
    """All of them."""
    return [log.leaf(place) for place in range(log.newest().size)]


def another_log(real: LogFolder, folder: Path, leaves: Sequence[bytes]) -> LogFolder:
    """What an operator with the log's key can make: other leaves under the same name."""
    folder.mkdir()
    for name in (KEY, VERIFIER_KEY):
        shutil.copy(real.folder / name, folder / name)
    (folder / CHECKPOINT).write_bytes(signed_note(real.private_key(), real.verifier_key, 0, EMPTY_ROOT))
    made = LogFolder(folder)
    with writing(made) as writer:
        writer.append(list(leaves))
    return made


def show(liar: Liar, log: LogFolder) -> None:
    """Serve this log instead of the honest one."""

    def lie(asked: str, _: bytes) -> bytes | tuple[int, bytes] | None:
        if asked == "/checkpoint":
            return log.newest().note
        if asked.startswith("/tile/"):
            found = log.served(asked.removeprefix("/tile/"))
            return (404, b"") if found is None else found
        return None

    liar.lies.append(lie)


def rewritten(leaves: list[bytes]) -> list[bytes]:
    """The same blocks, one of them with other extra data."""
    changed = read_header(leaves[5])
    return [*leaves[:5], changed.with_extra_data(b"later"), *leaves[6:]]


@pytest.fixture
def real(honest: Audits) -> LogFolder:
    """The log of the honest server."""
    return living_log(honest.site.services.settings.log_dir)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 300])
def test_growth_gives_the_root_of_the_tree(size: int) -> None:
    """Leaf by leaf, and when it goes on from its right edge, as the tree made of all at once."""
    hashes = [leaf_hash(bytes([number % 256, number // 256])) for number in range(size)]
    growth = Growth()
    for number, hash in enumerate(hashes):
        growth = Growth(growth.size, growth.edge)
        growth.add(hash)
        assert growth.size == number + 1
    assert growth.root == naive_tree.root([bytes([number % 256, number // 256]) for number in range(size)])


def test_audit_rewritten_log_is_named_with_the_block_and_both_notes(
    honest: Audits, real: LogFolder, liar: Liar, folder: Path
) -> None:
    """A block that was audited is another one now: both signed notes are evidence, and the old one stays."""
    before = real.newest().note
    made = another_log(real, folder.parent / "1", rewritten(leaves_of(real)))
    show(liar, made)
    for _ in range(2):  # found again, as long as it is so
        finding = next(one for one in honest.audit(folder, url=liar.url).findings if one.where.get("log") == ORIGIN)
        assert finding.kind is FindingKind.LOG_REWRITTEN
        assert finding.where["place"] == 5
        assert finding.notes == (before, made.newest().note)
    assert honest.audit(folder).findings == []


def test_audit_shrunk_log_is_named(honest: Audits, real: LogFolder, liar: Liar, folder: Path) -> None:
    """An old copy of the log, signed long ago."""
    made = another_log(real, folder.parent / "1", leaves_of(real)[:-2])
    show(liar, made)
    finding = next(one for one in honest.audit(folder, url=liar.url).findings if one.where.get("log") == ORIGIN)
    assert (finding.kind, finding.expected, finding.got) == (FindingKind.LOG_SHRUNK, 33, 31)


def test_audit_log_shown_to_auditors_alone_contradicts_the_bundles(
    honest: Audits, real: LogFolder, liar: Liar, tmp_path: Path
) -> None:
    """At the first audit there is nothing to compare a log with but the checkpoints in bundles, and the node."""
    show(liar, another_log(real, tmp_path / "1", leaves_of(real)[1:]))
    kinds = {one.kind for one in honest.audit(tmp_path / "f", url=liar.url, node=True).findings}
    assert kinds == {FindingKind.SPLIT_VIEW, FindingKind.LEAF_MISSING}


def test_audit_two_bundles_with_two_trees_of_one_size_are_named_with_both_notes(
    honest: Audits, real: LogFolder, liar: Liar, tmp_path: Path
) -> None:
    """All evidence carries the tree that is served, but for a custodian's, which carries another one."""
    made = another_log(real, tmp_path / "1", rewritten(leaves_of(real)))
    custodian, other = organisation_id("DE-LEITWEG", "custodian-1"), io.BytesIO()
    write_organisation_bundle(replace(honest.site.services.evidence, logs=tmp_path), custodian, other)
    path = f"/api/v1/organisations/0x{custodian.hex()}/evidence"
    liar.lies.append(lambda asked, _: other.getvalue() if asked == path else None)
    finding = only(honest.audit(tmp_path / "f", url=liar.url), FindingKind.SPLIT_VIEW)
    assert finding.where == {"organisation": custodian, "log": ORIGIN, "size": 33}
    assert (finding.expected, finding.got) == (real.newest().root, made.newest().root)
    assert finding.notes == (real.newest().note, made.newest().note)


def test_audit_block_without_a_leaf_is_told_once_however_many_acts_it_has(
    honest: Audits, real: LogFolder, liar: Liar, tmp_path: Path
) -> None:
    """A node that has two acts in the block which the log leaves out."""
    show(liar, another_log(real, tmp_path / "1", leaves_of(real)[1:]))
    left_out = read_header(leaves_of(real)[0]).number

    def twice(method: str, answer: Any) -> Any:
        if method != "eth_getLogs":
            return answer
        found = [log for log in answer if int(log["blockNumber"], 16) == left_out]
        assert len(found) == 1
        again = [{**log, "logIndex": hex(int(log["logIndex"], 16) + 1)} for log in found]
        return sorted([*answer, *again], key=lambda log: (int(log["blockNumber"], 16), int(log["logIndex"], 16)))

    node = OtherNode(transport_to(honest.site.town.node), twice)
    done = honest.audit(tmp_path / "f", url=liar.url, node=node)
    assert [one.where for one in done.findings if one.kind is FindingKind.LEAF_MISSING] == [{"block": left_out}]


@pytest.mark.parametrize("other", [rewritten, lambda leaves: rewritten(leaves)[:-1], lambda leaves: leaves[:-1]])
def test_audit_split_view_between_two_servers_is_named(
    honest: Audits, real: LogFolder, liar: Liar, folder: Path, other: Callable[[list[bytes]], list[bytes]]
) -> None:
    """Two signed notes of which neither tree is the beginning of the other; a server that is merely behind is none."""
    made = another_log(real, folder.parent / "1", other(leaves_of(real)))
    show(liar, made)
    done = honest.audit(folder, second=liar.url)
    if made.newest().size == 32 and leaves_of(made) == leaves_of(real)[:32]:
        assert done.findings == []
        return
    finding = only(done, FindingKind.SPLIT_VIEW)
    assert finding.where["place"] == 5
    assert finding.notes == (real.newest().note, made.newest().note)


def test_audit_second_server_that_is_ahead_is_compared_from_there(
    honest: Audits, real: LogFolder, liar: Liar, folder: Path
) -> None:
    """Its further leaves are read, and must give its root on top of ours."""
    last = read_header(leaves_of(real)[-1])
    further = last.with_extra_data(b"further")
    ahead = another_log(real, folder.parent / "1", [*leaves_of(real), further])
    show(liar, ahead)
    assert honest.audit(folder, second=liar.url).findings == []
    shutil.rmtree(folder.parent / "1")
    liar.lies.clear()
    show(liar, another_log(real, folder.parent / "1", [*rewritten(leaves_of(real)), further]))
    assert only(honest.audit(folder, second=liar.url), FindingKind.SPLIT_VIEW).where["size"] == 34


def test_audit_checkpoint_of_another_key_is_refused(honest: Audits, liar: Liar, folder: Path) -> None:
    """The name alone says nothing."""
    made = create_log(folder.parent / "log", ORIGIN)
    show(liar, made)
    finding = next(one for one in honest.audit(folder, url=liar.url).findings if one.where.get("log") == ORIGIN)
    assert finding.kind is FindingKind.CHECKPOINT_REFUSED
    assert finding.refusal is not None
    assert finding.refusal.name == "LogSignatureInvalid"


def test_audit_entries_that_do_not_give_the_root_are_named(
    honest: Audits, real: LogFolder, liar: Liar, tmp_path: Path
) -> None:
    """The checkpoint is right, what is shown below it is not."""
    made = another_log(real, tmp_path / "1", rewritten(leaves_of(real)))
    liar.lies.append(
        lambda asked, _: made.served(asked.removeprefix("/tile/")) if asked.startswith("/tile/entries") else None
    )
    found = honest.audit(tmp_path / "f", url=liar.url).findings
    assert found[0].kind is FindingKind.ENTRIES_CONTRADICT
    assert (found[0].expected, found[0].got) == (real.newest().root, made.newest().root)


def test_audit_leaves_out_of_order_are_named(honest: Audits, real: LogFolder, liar: Liar, tmp_path: Path) -> None:
    """Signed by the log, and no chain has them so."""
    leaves = leaves_of(real)
    show(liar, another_log(real, tmp_path / "1", [*leaves[:3], leaves[4], leaves[3], *leaves[5:]]))
    found = honest.audit(tmp_path / "f", url=liar.url).findings
    assert found[0].kind is FindingKind.LEAF_UNUSABLE
    assert found[0].refusal is not None
    assert found[0].refusal.name == "HeaderNotNext"


def test_audit_log_that_is_not_there_is_named(honest: Audits, liar: Liar, folder: Path) -> None:
    """Who has no log any more has lost what kept it honest."""
    liar.lies.append(lambda asked, _: (404, b"{}") if asked == "/checkpoint" else None)
    found = honest.audit(folder, url=liar.url).findings
    assert [(one.kind, one.where) for one in found] == [(FindingKind.LOG_MISSING, {"log": ORIGIN})]


def test_audit_stopped_while_reading_the_log_goes_on(
    honest: Audits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaves that were read stay, apart from those that a signed tree is known to have, until it is."""
    monkeypatch.setattr(log_audit, "AT_ONCE", 8)
    seen: list[int] = []
    real = LogAudit._require_next

    def stopped(self: LogAudit, header: Header, last: Leaf | None) -> None:
        seen.append(header.number)
        if len(seen) == 20:
            raise KeyboardInterrupt
        real(self, header, last)

    monkeypatch.setattr(LogAudit, "_require_next", stopped)
    with pytest.raises(KeyboardInterrupt):
        honest.audit(tmp_path)
    assert honest.audit(tmp_path).findings == []
    assert len(seen) == 20 + 33 - 16
    assert len(set(seen)) == 33


def test_follow_checkpoint_that_too_few_witnesses_signed(honest: Audits, folder: Path) -> None:
    """Within the policy's delay it stays open; after that somebody holds something up."""
    trusted = honest.policy
    assert trusted.log is not None
    witness = VerifierKey("witness.example", WITNESS, bytes(32))
    log = replace(trusted.log, trust=replace(trusted.log.trust, witnesses=(witness,)), threshold=1)
    with opened(folder, subject_of(trusted)) as book, Server(honest.site.url) as server:
        newest = book.newest_leaf()
        assert newest is not None
        due = newest[1] + log.max_log_delay
        (young,) = LogAudit(server, trusted, log, book, now=lambda: due).follow()
        (late,) = LogAudit(server, trusted, log, book, now=lambda: due + 1).follow()
    assert (young.findings, [each.name for each in young.open]) == ([], ["checkpointYoung"])
    assert [each.kind for each in late.findings] == [FindingKind.CHECKPOINT_UNWITNESSED]


def test_origins_successors_stand_below_their_number() -> None:
    """``FIRST/2`` is served at ``/2``, as docs/log.md says."""
    keys = tuple(VerifierKey(name, LOG, bytes(32)) for name in ("log.example/town", "log.example/town/2"))
    policy = LogPolicy(LogTrust(keys, ()), 0, 60)
    assert origins(policy) == [("log.example/town", ""), ("log.example/town/2", "/2")]
