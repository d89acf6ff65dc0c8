"""What neither the controls of the attacks nor their forgeries have: notes and absences, alike in both verifiers."""

from __future__ import annotations

import json
from typing import Any

from ledger.chain.codec import decode_detail
from ledger.chain.keccak import keccak
from ledger.evidence.verify import rlp
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Report, Step
from ledger.evidence.verify.series import split_acts
from ledger.terms import Outcome
from tests.attacks import acts, entries
from tests.attacks.actors import LOG
from tests.attacks.container import manifest_text
from tests.attacks.draft import CONTROLS, Draft, control, take_apart
from tests.attacks.refit import header_of, refit, relog
from tests.evidence.bundles import entries_of
from tests.evidence.log_actors import body
from tests.evidence.log_data import read
from tests.evidence.qbft_network import with_field
from tests.verifier.peer import agreed, peer, result_of

PROCESS, BUYER = "acts/process-*", "acts/roles-35c1*"
PROOFS = "blocks/000000000042/proofs"


def drafted(name: str) -> Draft:
    """A control to be altered."""
    return take_apart(*control(name))


def judged(draft: Draft) -> Report:
    """What both say of it."""
    return agreed(draft.packed(), read_policy(json.dumps(draft.policy).encode()))


def test_statute_without_an_envelope_flagged_without_a_ground() -> None:
    """Nobody gives a ground for what is not there; the officers' word stands for it."""
    draft = drafted("sealed.qbft")
    acts.alter(draft, PROCESS, 7, detail={"present": [0b0111]})
    for number in range(12, 7, -1):
        acts.omit(draft, PROCESS, number)
    refit(draft)
    (note,) = [
        note for note in result_of(judged(draft), Step.STATUTE).notes if note.values.get("flag") == "EnvelopesMissing"
    ]
    assert note.name == "flag"
    assert (note.values["act"], note.values["bids"]) == (7, (3,))


def test_statute_without_custodians_flagged() -> None:
    """Officers alone can read the bids at any time. The ledger allows such a key set, and whoever reads is told."""
    draft = drafted("sealed.qbft")
    acts.name_key_set(draft, BUYER, 2, {"key_set.custodian_threshold": 0, "key_set.custodians": []})
    for number in (5, 4, 3):
        acts.omit(draft, BUYER, number)
    for number in (1, 2, *range(7, 13)):
        acts.alter(draft, PROCESS, number, {"roles": 2})
    refit(draft)
    told = judged(draft)
    assert told.verified
    (note,) = [
        note for note in result_of(told, Step.STATUTE).notes if note.values.get("flag") == "KeySetWithoutCustodians"
    ]
    assert (note.name, note.values["act"], note.values["round"]) == ("flag", 1, 1)


def test_statute_one_envelope_opened_as_two_bids_flagged() -> None:
    """An accomplice commits to what another one sealed, and the officers call both opened. The ledger takes it, for it
    has no envelopes; one bidRoot under two bids is what nobody gets who seals."""
    draft = drafted("sealed.qbft")
    name = draft.named(PROCESS)
    _, sealed, *_ = decode_detail(read(split_acts(name, draft.entries[name])[7]))["outcomes"]
    fields = {field: "0x" + sealed[field].hex() for field in ("content", "evidence")}
    acts.end(draft, PROCESS, commit=5, opening=8, outcome=Outcome.OPENED, fields=fields)
    refit(draft)
    told = judged(draft)
    assert told.verified
    (note,) = [note for note in result_of(told, Step.STATUTE).notes if note.values.get("flag") == "BidRootRepeated"]
    assert (note.name, note.values["act"], note.values["bids"]) == ("flag", 8, (1, 2))


def test_releases_without_an_ocid_foreign() -> None:
    """It says of no process that it is one of it."""
    draft = drafted("notices.qbft")
    acts.anchor(draft, PROCESS, 3, "releases/835aec*", '{"tender":{}}')
    refit(draft)
    refusal = result_of(judged(draft), Step.RELEASES).refusal
    assert refusal is not None
    assert (refusal.name, refusal.values["got"]) == ("ReleaseForeign", "none")


def test_releases_of_a_tender_left_out_missing() -> None:
    """Only a notice can be under embargo."""
    draft = drafted("sealed.qbft")
    name = draft.named(PROCESS)
    tender, *_ = split_acts(name, draft.entries[name])
    entries.leave_out(draft, f"releases/{read(tender).release.hex()}")
    refusal = result_of(judged(draft), Step.RELEASES).refusal
    assert refusal is not None
    assert refusal.name == "EntryMissing"


def test_log_with_a_checkpoint_that_nothing_needs_unexpected() -> None:
    """Signed by the log, and of another size."""
    draft = drafted("notices.single")
    text = body(LOG.name, 1, bytes(32))
    draft.entries["checkpoints/000000000001"] = text + b"\n" + LOG.line(text)
    refusal = result_of(judged(draft), Step.LOG).refusal
    assert refusal is not None
    assert refusal.name == "EntryUnexpected"


def test_state_of_an_account_that_is_not_there_refused() -> None:
    """The proof is a good one, and shows that there is none."""
    draft = drafted("notices.single")
    proofs: Any = rlp.decode_list(draft.entries[PROOFS])
    root = rlp.decode_list(proofs[0][1][0])
    free = next(number for number in range(1000) if root[keccak(number.to_bytes(20, "big"))[0] >> 4] == b"")
    proofs.append([free.to_bytes(20, "big"), proofs[0][1][:1], []])
    draft.entries[PROOFS] = rlp.encode(sorted(proofs))
    refusal = result_of(judged(draft), Step.STATE).refusal
    assert refusal is not None
    assert refusal.name == "AccountAbsent"


def test_state_with_an_account_of_other_fields_refused() -> None:
    """What the trie holds at the account's place is no account."""
    draft = drafted("notices.single")
    ledger = draft.original.ledger
    held = rlp.encode([b"", b"", bytes(32)])
    leaf = rlp.encode([b"\x20" + keccak(ledger), held])
    draft.entries[PROOFS] = rlp.encode([[ledger, [leaf], []]])
    relog(draft, with_field(header_of(draft, draft.original.block), 3, keccak(leaf)))
    refusal = result_of(judged(draft), Step.STATE).refusal
    assert refusal is not None
    assert refusal.name == "MalformedRlp"


def test_manifest_whose_entries_are_no_list_refused() -> None:
    """Nothing can be counted in a number."""
    bundle, policy = control("notices.single")
    (_, raw), *_ = entries_of(bundle).items()
    written = json.dumps(json.loads(raw)["entries"], separators=(",", ":"), sort_keys=True)
    report = agreed(manifest_text(bundle, f'"entries":{written}', '"entries":7'), read_policy(policy))
    refusal = result_of(report, Step.FORMAT).refusal
    assert refusal is not None
    assert refusal.name == "ManifestInvalid"


def test_command_reads_files_and_changes_bytes_of_them() -> None:
    """For comparing in large numbers: the file is sent once."""
    bundle, policy = (str(CONTROLS / name) for name in ("notices.single.zip", "single.policy.json"))
    assert peer().ask(bundle=bundle, policy=policy)["verified"]
    for task in ({"changes": [[0, 0]]}, {"length": 1000}):
        assert not peer().ask(bundle=bundle, policy=policy, **task)["verified"]
    assert peer().ask(bundle=bundle, policy=policy)["verified"]
