"""Manifests, proofs and lists that are none, each different in one thing from those of a bundle that verifies."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger.chain import heads
from ledger.chain.keccak import keccak
from ledger.evidence.verify import rlp
from ledger.evidence.verify.archive import local_header
from ledger.evidence.verify.manifest import MOST_ENTRIES, Entry
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.report import Verdict
from ledger.evidence.verify.verifier import verify
from tests.attacks.container import manifest_text
from tests.attacks.draft import control, take_apart
from tests.verifier.peer import agreed

PROOFS = "blocks/000000000042/proofs"
Proofs = list[Any]
"""Of the ledger and of the registry: account, nodes, and heads (series and nodes), as RLP has them."""


def _heads(proofs: Proofs) -> Proofs:
    return proofs[1][2]  # type: ignore[no-any-return]


def _put(at: Callable[[Proofs], Any], place: int, value: Callable[[Any], Any]) -> Callable[[Proofs], None]:
    """Another value in one place of a list in the proofs."""

    def change(proofs: Proofs) -> None:
        held = at(proofs)
        held[place] = value(held[place])

    return change


MALFORMED: dict[str, Callable[[Proofs], None]] = {
    "an account that is no list": _put(lambda proofs: proofs, 0, lambda proof: proof[0]),
    "an account without its heads": lambda proofs: proofs[0].pop(),
    "an account with more than heads": lambda proofs: proofs[0].append([]),
    "an account of 19 bytes": _put(lambda proofs: proofs[0], 0, lambda account: account[1:]),
    "nodes that are no list": _put(lambda proofs: proofs[0], 1, lambda nodes: nodes[0]),
    "a node that is a list": _put(lambda proofs: proofs[0][1], 0, lambda node: [node]),
    "heads that are no list": _put(lambda proofs: proofs[0], 2, lambda _: b""),
    "a head that is no list": _put(_heads, 0, lambda head: head[0]),
    "a head without its nodes": lambda proofs: _heads(proofs)[0].pop(),
    "a head with more than nodes": lambda proofs: _heads(proofs)[0].append(b""),
    "a series of 31 bytes": _put(lambda proofs: _heads(proofs)[0], 0, lambda series: series[1:]),
    "a node of a head that is a list": _put(lambda proofs: _heads(proofs)[0][1], 0, lambda node: [node]),
    "heads in another order": lambda proofs: _heads(proofs).reverse(),
    "a head twice": lambda proofs: _heads(proofs).append(_heads(proofs)[-1]),
    "an account twice": lambda proofs: proofs.append(proofs[-1]),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_verify_proofs_malformed_in_one_thing_refused_at_state(change: Callable[[Proofs], None]) -> None:
    """Nothing else of the bundle is different, and there is one way to write what it proves."""
    draft = take_apart(*control("notices.qbft"))
    proofs: Proofs = rlp.decode_list(draft.entries[PROOFS])
    assert rlp.encode(proofs) == draft.entries[PROOFS]
    change(proofs)
    draft.entries[PROOFS] = rlp.encode(proofs)
    assert _refused(draft.packed()) == ("state", "MalformedRlp")


OTHERWISE: dict[str, tuple[str, str]] = {
    "a chain below none": ('"chainId":"', '"chainId":"-'),
    "a chain of 21 digits": ('"chainId":"', '"chainId":"12345678'),
    "a block below none": ('"block":42', '"block":-42'),
    "a block of thirteen digits": ('"block":42', '"block":1000000000000'),
    "a block that is true": ('"block":42', '"block":true'),
    "a genesis hash of 33 bytes": ('"genesisHash":"', '"genesisHash":"00'),
    "an account of 21 bytes": ('"ledger":"', '"ledger":"00'),
    "a subject of another kind": ('"kind":"process"', '"kind":"bid"'),
    "a subject of 33 bytes": ('"subject":{"id":"', '"subject":{"id":"00'),
    "entries that are no list": ('"entries":[', '"entries":7,"was":['),
    "an entry of another name": ('"name":"blocks/000000000042/header"', '"name":"blocks/42/header"'),
    "an entry with a digest of 33 bytes": (
        '"name":"blocks/000000000042/header","sha256":"', '"name":"blocks/000000000042/header","sha256":"00',
    ),
    "a header of more than 64 KiB": ('"size":938', '"size":65537'),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), OTHERWISE.values(), ids=OTHERWISE)
def test_verify_manifest_malformed_in_one_thing_refused_at_format(old: str, new: str) -> None:
    """In its one encoding, and the file around it in its right form."""
    assert _refused(manifest_text(control("notices.qbft")[0], old, new)) == ("format", "ManifestInvalid")


def test_verify_manifest_with_more_entries_than_a_zip_can_count_refused_at_format() -> None:
    """One more than 65,533 beside the manifest, all as they should be: 65,535 in an end record announces ZIP64."""
    entries = tuple(Entry(f"blocks/{number:012}/header", "header", 1, bytes(32)) for number in range(MOST_ENTRIES + 1))
    raw = replace(take_apart(*control("notices.qbft")).original, entries=entries).raw
    file = local_header("manifest.json", zlib.crc32(raw), len(raw)) + raw
    assert _refused(file) == ("format", "ManifestInvalid")


ID, ACT = b"\x00", b"\x01"


NO_ITEM = {
    "another kind": b"\x02" + bytes(32),
    "another kind alone": b"\xff",
    "no id": ID,
    "a short id": ID + bytes(31),
    "no act": ACT,
    "a short act": ACT + bytes(220),
    "an act without its details": ACT + bytes(220) + b"\x01",
}


@pytest.mark.parametrize("behind", NO_ITEM.values(), ids=NO_ITEM)
def test_verify_list_with_something_that_is_no_item_refused_at_acts(behind: bytes) -> None:
    """Behind the items of a list that are all there."""
    draft = take_apart(*control("organisation.qbft"))
    draft.entries[draft.named("acts/list-*")] += behind
    assert _refused(draft.packed()) == ("acts", "EntryInvalid")


def test_verify_blocks_of_earlier_acts_fold_no_act_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each item of each series is folded once, however many earlier blocks the bundle has."""
    bundle, policy = control("sealed.qbft")
    folded = 0

    def counting(head: bytes, item: bytes) -> bytes:
        nonlocal folded
        folded += 1
        return keccak(head + item)

    monkeypatch.setattr(heads, "next_head", counting)
    proven = Proven()
    assert verify(io.BytesIO(bundle), read_policy(policy), proven).verified
    assert proven.earlier
    items = sum(map(len, proven.roles.values())) + sum(len(each.records) for each in proven.processes.values())
    assert folded == items


def _refused(bundle: bytes) -> tuple[str, str]:
    """The step that failed and the refusal, the same of both verifiers."""
    report = agreed(bundle, read_policy(control("notices.qbft")[1]))
    (failed,) = [result for result in report.results if result.verdict is Verdict.FAILED]
    assert failed.refusal is not None
    return failed.step, failed.refusal.name
