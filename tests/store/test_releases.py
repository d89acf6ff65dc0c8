"""Releases between making and anchoring: durable first, shown as far as they may be, erased for good."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.errors import (
    DisclosureUnknown,
    EmbargoDiffers,
    EmbargoTooLate,
    ObjectAltered,
    ObjectErased,
    ReleaseConflict,
    ReleaseEmbargoed,
    ReleaseInvalid,
    ReleaseTooLarge,
    SaltMissing,
)
from ledger.ocds import releases as of_releases
from ledger.ocds.digest import plain_digest, salted_digest
from ledger.ocds.disclosure import make_disclosure, read_disclosure, strip
from ledger.ocds.json_text import read_json, write_json
from ledger.ocds.privacy import DisclosurePolicy, conceal_personal, policy_named
from ledger.store import DueDisclosures, ObjectStore, Outbox, OutboxStatus, ReleaseStore, State, StoreClass
from ledger.store.tables import disclosures
from tests.ocds.examples import example_release
from tests.store.conftest import BUYER, OBSERVER


def _digest_of(text: str) -> str:
    return read_disclosure(text).digest


def test_prepare_release_makes_everything_durable_that_the_act_names(
    releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """Object, salt, disclosures and outbox entry are there; the digest is that of salt and stored bytes."""
    prepared, is_new = releases.prepare(example_release(), BUYER, policy)
    assert is_new
    data = releases.stored_bytes(prepared.digest)
    assert salted_digest(releases.salt(prepared.digest), data) == prepared.digest
    assert releases.store.salt(prepared.digest) == releases.salt(prepared.digest)
    assert b"Erika" not in data
    assert releases.shown(prepared.digest) == example_release()
    assert releases.waiting(BUYER) == [prepared]
    assert releases.waiting(OBSERVER) == []
    assert prepared.status is OutboxStatus.PREPARED
    with releases.state.reading() as connection:
        entry = Outbox(connection).get(prepared.key)
    assert entry is not None
    assert (entry.act, entry.arguments) == ("NoticePublished", prepared.digest)


def test_prepare_release_again_yields_the_earlier_one(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """The same release of the same organisation exists once; another organisation's is its own."""
    first, _ = releases.prepare(example_release(), BUYER, policy)
    assert releases.prepare(example_release(), BUYER, policy) == (first, False)
    other, is_new = releases.prepare(example_release(), OBSERVER, policy)
    assert is_new
    assert other.digest != first.digest
    with releases.state.writing() as connection:
        Outbox(connection).mark_recorded([first.key], b"\x07" * 32)
    again, is_new = releases.prepare(example_release(), BUYER, policy)
    assert (again.digest, again.status, again.transaction, is_new) == (
        first.digest,
        OutboxStatus.RECORDED,
        b"\x07" * 32,
        False,
    )
    assert releases.waiting(BUYER) == []


def test_prepare_other_content_under_the_same_id_is_refused(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """A release is immutable; a changed one needs an id of its own."""
    releases.prepare(example_release(), BUYER, policy)
    changed = example_release()
    changed["parties"][0]["contactPoint"]["email"] = "other@musterbach.example"
    with pytest.raises(ReleaseConflict):
        releases.prepare(changed, BUYER, policy)


def test_prepare_release_the_standard_rejects_stores_nothing(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """What is published passes the standard's checker, so what would not is refused before it is stored."""
    with pytest.raises(ReleaseInvalid):
        releases.prepare({**example_release(), "extra": 1}, BUYER, policy)
    assert list(releases.store.digests()) == []
    assert releases.waiting(BUYER) == []


def test_prepare_release_larger_than_evidence_can_hold_stores_nothing(
    releases: ReleaseStore, policy: DisclosurePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, of the release and of what is concealed of it; one that another installation made, too."""
    concealed, made = conceal_personal(example_release(), policy)
    data, texts = write_json(concealed), [each.text for each in made]
    sizes = sorted([len(data), sum(len(text) + 1 for text in texts)])
    for limit in (sizes[0] - 1, sizes[1] - 1):
        monkeypatch.setattr(of_releases, "MAX_RELEASE_BYTES", limit)
        with pytest.raises(ReleaseTooLarge):
            releases.prepare(example_release(), BUYER, policy)
        with pytest.raises(ReleaseTooLarge):
            releases.adopt(data, bytes(32), texts, BUYER, "NoticePublished")
    assert releases.waiting(BUYER) == []
    monkeypatch.setattr(of_releases, "MAX_RELEASE_BYTES", sizes[1])
    assert releases.prepare(example_release(), BUYER, policy)[1]


def test_prepare_crash_before_the_state_leaves_nothing_to_sign(
    releases: ReleaseStore, policy: DisclosurePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object without its state is an orphan nobody signs; trying again makes a new one."""
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "prepare", _crash)
        with pytest.raises(KeyboardInterrupt):
            releases.prepare(example_release(), BUYER, policy)
    (orphan,) = releases.store.digests()
    assert releases.waiting(BUYER) == []
    with pytest.raises(SaltMissing):
        releases.salt(orphan)
    prepared, is_new = releases.prepare(example_release(), BUYER, policy)
    assert is_new
    assert prepared.digest != orphan


def _crash(*_arguments: Any) -> bool:
    raise KeyboardInterrupt


def test_prepare_same_release_by_two_at_once_yields_one(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """Two importers of the same file agree on one digest."""
    outcomes: list[tuple[bytes, bool]] = []
    start = threading.Barrier(4)

    def prepare() -> None:
        start.wait()
        prepared, is_new = releases.prepare(example_release(), BUYER, policy)
        outcomes.append((prepared.digest, is_new))

    threads = [threading.Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({digest for digest, _ in outcomes}) == 1
    assert sorted(is_new for _, is_new in outcomes) == [False, False, False, True]


def test_waiting_releases_come_by_moment_not_by_text(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """Time zones count; ties keep the order of preparation."""
    dates = ["2026-03-01T10:00:00+02:00", "2026-03-01T09:00:00Z", "2026-03-01T08:00:00Z", "2026-03-01T07:59:59.999Z"]
    for number, date in enumerate(dates):
        releases.prepare({**example_release(), "id": str(number), "date": date}, BUYER, policy)
    assert [prepared.release_id for prepared in releases.waiting(BUYER)] == ["3", "0", "2", "1"]


def test_erase_fields_one_field_leaves_digest_valid_and_rest_shown(
    releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """The erased field is blacked out, all others stay, and the stored bytes still give the anchored digest."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy)
    before = releases.stored_bytes(prepared.digest)
    email = next(text for text in releases.disclosures(prepared.digest) if read_disclosure(text).name == "email")
    releases.erase_fields(prepared.digest, [_digest_of(email)], "DSGVO Art. 17")
    releases.erase_fields(prepared.digest, [_digest_of(email)], "again")
    assert releases.stored_bytes(prepared.digest) == before
    assert salted_digest(releases.salt(prepared.digest), before) == prepared.digest
    expected = example_release()
    del expected["parties"][0]["contactPoint"]["email"]
    assert strip(releases.shown(prepared.digest)) == expected
    (redaction,) = releases.redactions(prepared.digest)
    assert (redaction.path, redaction.digest) == ("/parties/0/contactPoint", _digest_of(email))
    with releases.state.reading() as connection:
        query = select(disclosures).where(disclosures.c.sd_digest == _digest_of(email))
        row = connection.execute(query).one()
    assert (row.text, row.ground) == (None, "DSGVO Art. 17")


def test_erasable_fields_name_each_place_until_it_is_erased(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """Officers choose what to erase by its place in the release."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy)
    fields = {field.path: field.digest for field in releases.erasable_fields(prepared.digest)}
    assert "/parties/0/contactPoint/email" in fields
    assert "/awards/0/suppliers/0/name" in fields
    releases.erase_fields(prepared.digest, [fields["/awards/0/suppliers/0/name"]], "DSGVO Art. 17")
    left = {field.path for field in releases.erasable_fields(prepared.digest)}
    assert left == set(fields) - {"/awards/0/suppliers/0/name"}


def test_erase_release_leaves_its_digest_and_nothing_else(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """A name in a description makes the whole release personal; an import does not bring it back."""
    release = example_release()
    release["tender"]["description"] = "Rückfragen an Erika Muster, Zimmer 7"
    prepared, _ = releases.prepare(release, BUYER, policy)
    data = releases.stored_bytes(prepared.digest)
    for _ in range(2):
        releases.erase_release(prepared.digest, "DSGVO Art. 17")
    with pytest.raises(ObjectErased, match="DSGVO"):
        releases.shown(prepared.digest)
    with pytest.raises(SaltMissing):
        releases.salt(prepared.digest)
    assert releases.disclosures(prepared.digest) == []
    assert releases.store.lookup(plain_digest(data)) == []
    with pytest.raises(ObjectErased):
        releases.prepare(release, BUYER, policy)
    files = [path for path in releases.store.folder.rglob("*") if path.is_file()]
    assert [path.suffix for path in files] == [".erased"]


def test_erase_fields_of_another_release_is_refused(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """Only a release's own fields can be erased through it, all or none."""
    first, _ = releases.prepare(example_release(), BUYER, policy)
    second, _ = releases.prepare(example_release(), OBSERVER, policy)
    own, foreign = releases.disclosures(first.digest)[0], releases.disclosures(second.digest)[0]
    with pytest.raises(DisclosureUnknown):
        releases.erase_fields(first.digest, [_digest_of(own), _digest_of(foreign)], "x")
    assert len(releases.redactions(first.digest)) == 0


def test_prepare_again_after_an_erasure_is_still_the_same_release(
    releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """Importing the file once more does not bring erased fields back, and other content is still a conflict."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy)
    every = [_digest_of(text) for text in releases.disclosures(prepared.digest)]
    releases.erase_fields(prepared.digest, every, "DSGVO Art. 17")
    assert releases.prepare(example_release(), BUYER, policy)[1] is False
    assert releases.disclosures(prepared.digest) == []
    changed = example_release()
    changed["tender"]["title"] = "Other"
    with pytest.raises(ReleaseConflict):
        releases.prepare(changed, BUYER, policy)
    with pytest.raises(ReleaseConflict):
        releases.prepare({**example_release(), "contracts": [{"id": "1", "awardID": "1"}]}, BUYER, policy)


def test_erase_fields_on_sqlite_leaves_no_trace_in_any_file(tmp_path: Path, policy: DisclosurePolicy) -> None:
    """Neither database, nor its log, nor the store holds the erased text in any form."""
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    state.migrate()
    releases = ReleaseStore(ObjectStore(tmp_path / "store"), state)
    prepared, _ = releases.prepare(example_release(), BUYER, policy)
    texts = releases.disclosures(prepared.digest)
    salts_and_texts = [text.encode() for text in texts]
    assert _found(tmp_path, salts_and_texts) == set(salts_and_texts)
    releases.erase_fields(prepared.digest, [_digest_of(text) for text in texts], "DSGVO Art. 17")
    assert _found(tmp_path, salts_and_texts) == set()


def _found(folder: Path, needles: list[bytes]) -> set[bytes]:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {needle for needle in needles if any(needle in content for content in contents)}


def test_embargoed_release_is_anchored_but_not_shown_until_it_ends(
    releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """VgV section 40(3): digest and act exist at dispatch, the bytes are for nobody before the end of the embargo."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy, embargo_until=1_900_000_000)
    assert releases.waiting(BUYER) == [prepared]
    for question in (releases.stored_bytes, releases.shown, releases.redactions):
        with pytest.raises(ReleaseEmbargoed, match="2030-03-17"):
            question(prepared.digest)
    assert releases.store.kind(prepared.digest) is StoreClass.CONFIDENTIAL
    assert [each.digest for each in releases.embargoed()] == [prepared.digest]
    assert releases.embargoed(due_at=1_899_999_999) == []
    assert releases.embargoed(due_at=1_900_000_000) == releases.embargoed()
    assert releases.end_embargo(prepared.digest, actor="a clerk", why="TED 1-2026")
    assert not releases.end_embargo(prepared.digest, actor="a clerk", why="TED 1-2026")
    assert releases.shown(prepared.digest) == example_release()
    assert releases.store.kind(prepared.digest) is StoreClass.PUBLIC
    assert releases.embargoed() == []


def test_due_disclosures_one_that_cannot_be_shown_keeps_no_other_back(
    releases: ReleaseStore, policy: DisclosurePolicy, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged file is told once, however often it is tried, and disclosed as soon as the right bytes are back."""
    damaged, whole, later = (
        releases.prepare({**example_release(), "id": name}, BUYER, policy, embargo_until=until)[0].digest
        for name, until in (("damaged", 1_700_000_000), ("whole", 1_700_000_001), ("later", 4_000_000_000))
    )
    path = releases.store.path(damaged)
    right = path.read_bytes()
    path.write_bytes(right + b" ")
    disclose = DueDisclosures(releases, "siegel serve")
    for _ in range(3):
        disclose()
    assert releases.store.kind(whole) is StoreClass.PUBLIC
    assert [each.digest for each in releases.embargoed()] == [damaged, later]
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warned) == 1
    assert "damaged" in warned[0]
    path.write_bytes(right)
    disclose()
    assert [each.digest for each in releases.embargoed()] == [later]
    assert releases.shown(damaged)["id"] == "damaged"


def test_embargo_of_a_release_that_was_erased_meanwhile_ends(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """There is nothing left to withhold, and nothing comes back."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy, embargo_until=1_700_000_000)
    releases.erase_release(prepared.digest, "DSGVO Art. 17")
    assert releases.end_embargo(prepared.digest, actor="a clerk", why="due")
    assert releases.embargoed() == []
    with pytest.raises(ObjectErased):
        releases.stored_bytes(prepared.digest)


def test_prepare_known_release_with_another_embargo_is_refused(
    releases: ReleaseStore, policy: DisclosurePolicy
) -> None:
    """Nobody is told that something is withheld that is public, or the other way round."""
    releases.prepare(example_release(), BUYER, policy)
    with pytest.raises(EmbargoTooLate):
        releases.prepare(example_release(), BUYER, policy, embargo_until=1_900_000_000)
    hidden = {**example_release(), "id": "hidden"}
    first, _ = releases.prepare(hidden, BUYER, policy, embargo_until=1_900_000_000)
    assert releases.prepare(hidden, BUYER, policy, embargo_until=1_900_000_000) == (first, False)
    for other in (None, 1_900_000_001):
        with pytest.raises(EmbargoDiffers):
            releases.prepare(hidden, BUYER, policy, embargo_until=other)
    releases.end_embargo(first.digest, actor="a clerk", why="TED 1-2026")
    assert releases.prepare(hidden, BUYER, policy) == (first, False)


def test_shown_altered_object_is_refused(releases: ReleaseStore, policy: DisclosurePolicy) -> None:
    """Someone with access to the disk changes the winner's amount: the store says what it was and what it is."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy)
    path = releases.store.path(prepared.digest)
    path.write_bytes(path.read_bytes().replace(b"12000.5", b"99000.5"))
    with pytest.raises(ObjectAltered) as caught:
        releases.shown(prepared.digest)
    assert caught.value.values["actual"] == plain_digest(path.read_bytes())
    assert read_json(releases.store.get_unverified(prepared.digest))["tender"]["value"]["amount"] == 99000.5
    with pytest.raises(ObjectAltered):
        releases.prepare(example_release(), BUYER, policy)


_IMPORTER = """
import sys
from pathlib import Path
from ledger.ocds.privacy import policy_named
from ledger.store import ObjectStore, ReleaseStore, State
from tests.ocds.examples import example_release
home = Path(sys.argv[1])
releases = ReleaseStore(ObjectStore(home / "store"), State(f"sqlite:///{home / 'state.sqlite'}"))
for number in range(100_000):
    prepared, _ = releases.prepare({**example_release(), "id": str(number)}, b"\\x01" * 32, policy_named("standard"))
    print(prepared.digest.hex(), flush=True)
"""


def test_prepare_killed_process_loses_nothing_it_has_answered(tmp_path: Path, policy: DisclosurePolicy) -> None:
    """After kill -9 every release that was given out is there, whole, with salt and disclosures; and work goes on."""
    state = State(f"sqlite:///{tmp_path / 'state.sqlite'}")
    state.migrate()
    process = subprocess.Popen([sys.executable, "-c", _IMPORTER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    answered = [bytes.fromhex(process.stdout.readline().strip()) for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    answered += [bytes.fromhex(line.strip()) for line in process.stdout if len(line.strip()) == 64]
    process.wait()
    releases = ReleaseStore(ObjectStore(tmp_path / "store"), state)
    waiting = [prepared.digest for prepared in releases.waiting(BUYER)]
    assert set(answered) <= set(waiting)
    for number, digest in enumerate(waiting):
        assert releases.shown(digest) == {**example_release(), "id": str(number)}
        assert salted_digest(releases.salt(digest), releases.stored_bytes(digest)) == digest
    prepared, is_new = releases.prepare({**example_release(), "id": str(len(waiting))}, BUYER, policy)
    assert is_new
    assert write_json(releases.shown(prepared.digest)) == write_json({**example_release(), "id": str(len(waiting))})
    state.close()


def test_prepare_policy_none_conceals_nothing(releases: ReleaseStore) -> None:
    """Under the policy none the stored bytes are the release as it came."""
    prepared, _ = releases.prepare(example_release(), BUYER, policy_named("none"))
    assert read_json(releases.stored_bytes(prepared.digest)) == example_release()
    assert releases.disclosures(prepared.digest) == []


def test_adopt_release_of_a_colleague_keeps_digest_and_disclosures(
    releases: ReleaseStore, policy: DisclosurePolicy, tmp_path: Path
) -> None:
    """What comes with a proposal is the same release in the second officer's home, with what is concealed in it."""
    made, _ = releases.prepare(example_release(), BUYER, policy, act="TenderPublished")
    data, salt, texts = releases.store.get(made.digest), releases.salt(made.digest), releases.disclosures(made.digest)
    state = State(f"sqlite:///{tmp_path / 'colleague.sqlite'}")
    state.migrate()
    colleague = ReleaseStore(ObjectStore(tmp_path / "colleague"), state)
    with pytest.raises(DisclosureUnknown):
        colleague.adopt(data, salt, [make_disclosure("name", "x").text], BUYER, "TenderPublished")
    with pytest.raises(ReleaseInvalid):
        colleague.adopt(b'{"ocid":"x","date":"2026-03-01T10:00:00Z"}', salt, [], BUYER, "TenderPublished")
    adopted, is_new = colleague.adopt(data, salt, texts, BUYER, "TenderPublished")
    assert (adopted.digest, is_new) == (made.digest, True)
    assert colleague.adopt(data, salt, texts, BUYER, "TenderPublished") == (adopted, False)
    assert colleague.shown(adopted.digest) == example_release()
    assert colleague.waiting(BUYER) == []
    with pytest.raises(ReleaseConflict):
        colleague.adopt(data, b"t" * 32, texts, BUYER, "TenderPublished")
    state.close()
