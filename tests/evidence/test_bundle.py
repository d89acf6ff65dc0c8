"""Bundles of real processes on a real chain: what verifies, and at which step a forgery fails."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator

import pytest

from ledger.chain.acts import EraseFields, RecordObservation
from ledger.chain.record import ZERO
from ledger.errors import ActMisplaced, ProcessUnknown
from ledger.evidence.bundle import write_process_bundle
from ledger.evidence.log.places import place_of
from ledger.evidence.verify import archive
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.series import pack_act, read_series, split_acts, split_list
from ledger.evidence.verify.verifier import verify
from ledger.ocds.digest import new_salt
from ledger.store import StoreClass
from ledger.terms import NoticeKind
from tests.evidence.bundles import (
    OCID,
    OTHER,
    SEALED,
    Proving,
    entries_of,
    failed_step,
    manifest_of,
    proving_town,
    remade,
)
from tests.evidence.log_actors import Signer
from tests.index.town import release
from tests.verifier.peer import result_of


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proving]:
    """One town for all: the tests only add to it."""
    with proving_town(tmp_path_factory.mktemp("proving")) as found:
        yield found


@pytest.fixture(scope="module")
def bundle(proving: Proving) -> bytes:
    """Of the anchored process."""
    return proving.process()


def verdicts(proving: Proving, made: bytes) -> dict[Step, Verdict]:
    """How each step ended."""
    return {result.step: result.verdict for result in proving.verified(made).results}


@pytest.mark.parametrize("ocid", [OCID, OTHER, SEALED])
def test_verify_bundle_of_a_process_verified(proving: Proving, ocid: str) -> None:
    """Every step that this policy can show passes; the report says of which block it speaks."""
    report = proving.verified(proving.process(ocid))
    assert {result.step: result.refusal for result in report.results if result.verdict is Verdict.FAILED} == {}
    assert report.verified
    header = proving.town.chain.block(proving.town.chain.block_number())
    assert (report.block, report.time) == (header.number, header.time)
    assert report.subject == ("process", proving.town.process(ocid))


def test_verify_bundle_of_an_organisation_verified(proving: Proving) -> None:
    """All processes of its list, and nothing of anybody else."""
    made = proving.organisation(proving.town.buyer)
    assert proving.verified(made).verified
    names = [name for name in entries_of(made) if name.startswith("acts/process-")]
    assert names == sorted(f"acts/process-{proving.town.process(ocid).hex()}" for ocid in (OCID, OTHER, SEALED))


def test_verify_observed_process_verified_as_the_observers(proving: Proving) -> None:
    """The same ocid, another process: its roles are those of the observer."""
    made = proving.process(OCID, proving.town.observer)
    assert proving.verified(made).verified
    assert f"acts/roles-{proving.town.observer.hex()}" in entries_of(made)
    assert f"acts/roles-{proving.town.buyer.hex()}" not in entries_of(made)


def test_verify_bundle_that_comes_byte_by_byte_verified(proving: Proving, bundle: bytes) -> None:
    """As through a pipe that gives less than it was asked for."""

    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1, size or 0))

    assert verify(Trickle(bundle), proving.policy) == verify(io.BytesIO(bundle), proving.policy)
    assert verify(Trickle(bundle), proving.policy).verified
    assert failed_step(verify(Trickle(bundle[:-1]), proving.policy)) is Step.FORMAT


def test_verify_bundle_of_more_bytes_than_any_can_have_refused(
    proving: Proving, bundle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, and before any entry is read; the limit is put to where this bundle is, for want of four GiB."""
    monkeypatch.setattr(archive, "LARGEST_FILE", len(bundle))
    assert verify(io.BytesIO(bundle), proving.policy).verified
    monkeypatch.setattr(archive, "LARGEST_FILE", len(bundle) - 1)
    report = verify(stream := io.BytesIO(bundle), proving.policy)
    assert failed_step(report) is Step.FORMAT
    assert report.results[0].refusal is not None
    assert report.results[0].refusal.name == "BundleMalformed"
    assert report.results[0].refusal.values["offset"] == len(bundle) - 1
    assert bundle[stream.tell() :].startswith(b"PK\x03\x04")


def test_bundle_is_a_zip_named_by_its_manifest(proving: Proving, bundle: bytes) -> None:
    """Anybody's tools unpack it; releases are readable as they are; the identity is the manifest's digest."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as unpacked:
        assert unpacked.testzip() is None
        names = unpacked.namelist()
    assert names[0] == "manifest.json"
    assert names[1:] == sorted(names[1:])
    entries = entries_of(bundle)
    identity = hashlib.sha256(entries["manifest.json"]).digest()
    assert proving.verified(bundle).identity == manifest_of(bundle).identity == identity
    releases = [json.loads(data) for name, data in entries.items() if name.startswith("releases/")]
    assert {found["ocid"] for found in releases} == {OCID}
    assert [data for name, data in entries.items() if name.startswith("documents/")] == [b"Leistungsverzeichnis"]


def test_bundle_made_again_same_bytes(proving: Proving) -> None:
    """There is one valid byte sequence for what it holds."""
    assert proving.process() == proving.process()


def test_bundle_of_an_unknown_process_refused(proving: Proving) -> None:
    """Nothing is written for what nobody recorded."""
    out = io.BytesIO()
    with pytest.raises(ProcessUnknown):
        write_process_bundle(proving.sources, bytes(32), out)
    assert out.getvalue() == b""


def test_remade_without_change_verified(proving: Proving, bundle: bytes) -> None:
    """The forger's tools alone change nothing: what they forge fails for what is forged."""
    assert remade(bundle, {}) == bundle


def test_verify_every_flipped_byte_refused(proving: Proving, bundle: bytes) -> None:
    """No byte of the file is free: each 97th is flipped, and those of all ZIP headers and of the manifest."""
    manifest = len(entries_of(bundle)["manifest.json"])
    places = {*range(0, len(bundle), 97), *range(43 + manifest + 30), *range(len(bundle) - 400, len(bundle))}
    for place in sorted(places)[:: 1 if len(places) < 3000 else 3]:
        forged = bundle[:place] + bytes([bundle[place] ^ 1 << place % 8]) + bundle[place + 1 :]
        assert not proving.verified(forged).verified, place


def test_verify_header_that_nobody_logged_fails_at_log(proving: Proving, bundle: bytes) -> None:
    """Anybody can make a chain in which the same contracts say something else; only the log's key says whose it is."""
    entries, block = entries_of(bundle), manifest_of(bundle).block
    assert failed_step(proving.verified(remade(bundle, {f"blocks/{block:012}/inclusion": None}))) is Step.LOG
    name = next(name for name in entries if name.startswith("checkpoints/"))
    body = entries[name].split(b"\n\n")[0] + b"\n"
    forged = body + b"\n" + Signer("log.example/musterlingen", 1, "not the town's").line(body)
    assert failed_step(proving.verified(remade(bundle, {name: forged}))) is Step.LOG


@pytest.mark.parametrize("added", [b"\x00", b"PK\x03\x04"])
def test_verify_trailing_or_leading_bytes_refused(proving: Proving, bundle: bytes, added: bytes) -> None:
    """Nothing stands before or behind."""
    for forged in (bundle + added, added + bundle, bundle[:-1], b""):
        assert failed_step(proving.verified(forged)) is Step.FORMAT


def test_verify_act_omitted_fails_at_acts(proving: Proving, bundle: bytes) -> None:
    """The last act left out; and the middle one; and two in another order."""
    name = f"acts/process-{proving.town.process(OCID).hex()}"
    acts = split_acts(name, entries_of(bundle)[name])
    for forged in (acts[:-1], [acts[0], acts[2]], [acts[1], acts[0], acts[2]], [*acts, acts[2]]):
        report = proving.verified(remade(bundle, {name: b"".join(map(pack_act, forged))}))
        assert failed_step(report) is Step.ACTS
        assert not report.verified


def test_verify_release_swapped_fails_at_format(proving: Proving, bundle: bytes) -> None:
    """Other bytes under the anchored digest."""
    name = next(name for name in entries_of(bundle) if name.startswith("releases/"))
    forged = remade(bundle, {name: entries_of(bundle)[name].replace(b"Feuerwache", b"Feuerwehr!")})
    report = proving.verified(forged)
    assert failed_step(report) is Step.FORMAT
    assert report.results[0].refusal is not None
    assert report.results[0].refusal.name == "EntryAltered"


def test_verify_release_left_out_fails_at_releases(proving: Proving, bundle: bytes) -> None:
    """What was anchored and is public has to be produced; the acts themselves still verify."""
    name = next(name for name in entries_of(bundle) if name.startswith("releases/"))
    found = verdicts(proving, remade(bundle, {name: None}))
    assert found[Step.RELEASES] is Verdict.FAILED
    assert found[Step.STATUTE] is Verdict.PASSED


def test_verify_foreign_release_fails_at_releases(proving: Proving, bundle: bytes) -> None:
    """A release of another process, with its salt, belongs to nothing here."""
    foreign = entries_of(other := proving.process(OTHER))
    name = next(name for name in foreign if name.startswith("releases/"))
    salt = next(entry.salt for entry in manifest_of(other).entries if entry.name == name)
    forged = remade(bundle, {name: foreign[name]}, salts={name: salt})
    assert failed_step(proving.verified(forged)) is Step.RELEASES


def test_verify_other_chain_fails_at_policy(proving: Proving, bundle: bytes) -> None:
    """A bundle that says that it speaks of another chain, ledger or registry."""
    for field in ({"chain_id": 1}, {"genesis_hash": bytes(32)}, {"ledger": bytes(20)}, {"registry": b"\x01" * 20}):
        assert failed_step(proving.verified(remade(bundle, {}, **field))) is Step.POLICY


def test_verify_other_header_fails_at_state(proving: Proving, bundle: bytes) -> None:
    """The proof belongs to one block: an earlier one's header, under this block's number, does not fit it; and with all
    that the log says of the earlier one the proof is still of another state."""
    block = manifest_of(bundle).block
    earlier = block - 2  # between them is the first half of a joint act, which is not logged
    name = f"blocks/{block:012}/header"
    before = proving.town.chain.raw_header(earlier)
    assert failed_step(proving.verified(remade(bundle, {name: before}))) is Step.HEADER
    entries = entries_of(bundle)
    place = place_of(proving.sources.logs, read_header(before), threshold=0)
    moved: dict[str, bytes | None] = {
        name: None,
        f"blocks/{block:012}/proofs": None,
        f"blocks/{block:012}/inclusion": None,
        f"blocks/{earlier:012}/header": before,
        f"blocks/{earlier:012}/inclusion": place.inclusion.encoded(),
        f"checkpoints/{place.inclusion.size:012}": place.checkpoint,
        f"blocks/{earlier:012}/proofs": entries[f"blocks/{block:012}/proofs"],
    }
    assert failed_step(proving.verified(remade(bundle, moved, block=earlier))) is Step.STATE


def test_verify_process_left_out_of_a_list_fails_at_acts(proving: Proving) -> None:
    """A buyer's process cannot be passed over: the list names it, and the list is proven whole."""
    made = proving.organisation(proving.town.buyer)
    hidden = proving.town.process(OTHER)
    series = f"acts/list-{proving.town.buyer.hex()}"
    shortened = entries_of(made)[series].replace(b"\x00" + hidden, b"")
    without = {f"acts/process-{hidden.hex()}": None, series: shortened}
    assert failed_step(proving.verified(remade(made, without))) is Step.STATE  # its head is still proven
    assert failed_step(proving.verified(remade(made, {series: shortened}))) is Step.ACTS


def test_verify_erased_release_not_provable_and_verified(proving: Proving) -> None:
    """What an act says was erased is told as such; everything else stays proven. Without the act it is missing."""
    town, ocid = proving.town, "ocds-a2ef3d-erased"
    digest = town.keep(release(ocid, 1))
    town.notice(ocid, digest)
    ground = town.store.put(StoreClass.PUBLIC, b"Antrag auf Loeschung")
    town.jointly(EraseFields(town.call(ocid, ground=ground), 1, digest))
    proving.index()
    town.store.reclassify(digest, StoreClass.ERASABLE)
    town.store.erase(digest, "Art. 17 DSGVO")
    report = proving.verified(made := proving.process(ocid))
    assert report.verified
    step = result_of(report, Step.RELEASES)
    assert step.verdict is Verdict.NOT_PROVABLE
    assert [note.name for note in step.notes] == ["erased"]
    assert step.notes[0].values == {"release": digest, "act": 1, "by": 2}
    assert f"releases/{digest.hex()}" not in entries_of(made)


def test_verify_embargoed_release_not_provable_and_verified(proving: Proving) -> None:
    """A notice that waits for its day is anchored, and not in the bundle."""
    town, ocid = proving.town, "ocds-a2ef3d-embargoed"
    digest = town.keep(release(ocid, 1), StoreClass.CONFIDENTIAL)
    town.notice(ocid, digest, NoticeKind.EMBARGOED)
    report = proving.verified(made := proving.process(ocid))
    assert report.verified
    step = result_of(report, Step.RELEASES)
    assert [note.name for note in step.notes] == ["embargoed"]
    assert f"releases/{digest.hex()}" not in entries_of(made)


def test_verify_bundle_of_an_organisation_with_an_act_of_its_own_verified(proving: Proving) -> None:
    """An observation stands on the observer's list, not in a process; what it is about is among the documents."""
    town = proving.town
    content = b"Befunde eines Abrufs\n" * 100_000  # two MiB, so that it is read in pieces
    findings = town.store.put(StoreClass.PUBLIC, content, salt=new_salt())
    town.chain.send(RecordObservation(town.observer, town.expires(), findings), town.publisher)
    report = proving.verified(made := proving.organisation(town.observer))
    assert report.verified
    assert report.subject == ("organisation", town.observer)
    entries = entries_of(made)
    items = split_list("", entries[f"acts/list-{town.observer.hex()}"])
    assert [len(item) > 32 for item in items] == [False, True]
    assert entries[name := f"documents/{findings.hex()}"] == content
    releases = result_of(report, Step.RELEASES)
    assert releases.notes == ()
    assert failed_step(proving.verified(remade(made, {name: b"b" + content[1:]}))) is Step.FORMAT


def test_series_act_later_than_its_block_refused(proving: Proving, bundle: bytes) -> None:
    """What a block proves has happened by then: to the second, and not one later."""
    name = f"acts/process-{proving.town.process(OCID).hex()}"
    acts = split_acts(name, entries_of(bundle)[name])
    times = [record.time for record in read_series(name, acts, process_id=ZERO, organisation_id=ZERO, latest=2**63)]
    read_series(name, acts, process_id=ZERO, organisation_id=ZERO, latest=times[-1])
    with pytest.raises(ActMisplaced) as refused:
        read_series(name, acts, process_id=ZERO, organisation_id=ZERO, latest=times[-1] - 1)
    assert refused.value.values["position"] == len(acts)
