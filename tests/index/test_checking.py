"""What was altered behind the ledger's back, and whether the check says exactly that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, update

from ledger.chain.acts import RegisterArtifact, RegisterExternalBid
from ledger.errors import IndexNotReady, ProcessUnknown
from ledger.index import schema
from ledger.index.check import Difference, DifferenceKind, check, check_process
from ledger.index.compare import OBSERVED_COLUMNS
from ledger.index.database import Index
from ledger.index.findings import LABELS, SENTENCES, TABLES
from ledger.index.sync import Synchroniser
from ledger.ocds.digest import new_salt
from ledger.ocds.importer import read_file
from ledger.store import StoreClass
from ledger.terms import ArtifactKind, NoticeKind
from tests.index.town import DAY, START, Town, release
from tests.ocds.notices import notice

STATION, SCHOOL, BRIDGE = "ocds-a2ef3d-station", "ocds-a2ef3d-school", "ocds-a2ef3d-bridge"


@pytest.fixture
def digests(town: Town, index: Index) -> Iterator[dict[str, bytes]]:
    """Three processes, five releases, all indexed; the digests of the releases by their id."""
    found = {}
    for ocid, count in ((STATION, 2), (SCHOOL, 2)):
        for number in range(1, count + 1):
            digest = town.keep(release(ocid, number, lots=[{"id": "L1", "title": "Rohbau"}]))
            town.notice(ocid, digest)
            found[f"{ocid}-{number:02}"] = digest
    town.accept_key_set()
    found[f"{BRIDGE}-01"] = town.keep(release(BRIDGE, lots=[{"id": "L1", "title": "Pfeiler"}]))
    town.tender(BRIDGE, found[f"{BRIDGE}-01"], START + 10 * DAY)
    Synchroniser(index, town.chain, town.store).run_once()
    yield found


def alter(town: Town, digest: bytes, old: bytes, new: bytes) -> None:
    """Change a stored release without anybody noticing at once."""
    path = town.store.path(digest)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def set_row(index: Index, table: Table, ocid_or_id: bytes, **values: Any) -> None:
    """Change the rows of a process."""
    with index.writing() as connection:
        assert connection.execute(update(table).where(table.c.process_id == ocid_or_id).values(**values)).rowcount


def both(town: Town, index: Index, process_id: bytes) -> tuple[Difference, ...]:
    """The findings of the full check, which must be those of the process's own check."""
    found = check(index, town.chain, town.store)
    assert found == check_process(index, town.chain, town.store, process_id)
    return found


def test_check_untouched_index_and_store_nothing_differs(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """Nothing was altered, nothing is reported."""
    assert check(index, town.chain, town.store) == ()
    for ocid in (STATION, SCHOOL, BRIDGE):
        assert check_process(index, town.chain, town.store, town.process(ocid)) == ()


def test_check_each_release_altered_in_turn_names_exactly_that_one(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """One altered document after the other: exactly its process and release are named, with both values."""
    for release_id, digest in digests.items():
        path = town.store.path(digest)
        intact = path.read_bytes()
        alter(town, digest, b"250000", b"950000")
        (found,) = check(index, town.chain, town.store)
        assert (found.kind, found.release, found.release_id) == (DifferenceKind.DOCUMENT_ALTERED, digest, release_id)
        assert found.process_id == town.process(str(found.ocid))
        assert release_id.startswith(str(found.ocid))
        assert (found.where, found.was, found.now, found.source) == ("/tender/value/amount", "250000", "950000", "copy")
        assert "250000" in found.text()
        assert "950000" in found.text()
        assert digest.hex() in found.text()
        path.write_bytes(intact)
    assert check(index, town.chain, town.store) == ()


def test_check_row_and_document_altered_alike_both_told(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """Whoever alters the database row and the document to the same value is caught twice."""
    process_id = town.process(SCHOOL)
    alter(town, digests[f"{SCHOOL}-02"], b"250000", b"950000")
    set_row(index, schema.processes, process_id, value_amount="950000")
    document, row = both(town, index, process_id)
    assert document.text().startswith(f"The document of release {SCHOOL}-02 of process {SCHOOL} was altered")
    assert "was “250000”, now it says “950000”" in document.text()
    assert (row.where, row.was, row.now) == ("processes.value_amount", "250000", "950000")
    assert row.text() == (
        f"The database says “950000” for “estimated value” of process {SCHOOL}; "
        f"according to release {SCHOOL}-02 it was “250000”."
    )


def test_check_every_column_altered_in_turn_is_found(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """There is no column of a derived table, and none of the recorded acts, that can be altered unnoticed."""
    town.jointly(_external_bid(town))
    town.jointly(RegisterArtifact(town.buyer, town.expires(), b"\x09" * 32, ArtifactKind.PAGE, "page"))
    Synchroniser(index, town.chain, town.store).run_once()
    tried = set()
    for table in (*schema.DERIVED, schema.acts):
        with index.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(table)).all()]
        if not rows:
            assert table in (
                schema.awards,
                schema.suspensions,
                *schema.OF_OBSERVATIONS,
            )  # test_observations tries these
            continue
        before = max(rows, key=lambda row: sum(value is not None for value in row.values()))
        keys = [column.name for column in table.primary_key.columns]
        where = [table.c[key] == before[key] for key in keys]
        for column in table.columns:
            if column.name in keys or column.name in OBSERVED_COLUMNS.get(table.name, ()):
                continue
            forged = _other(before[column.name], column.type.python_type)
            with index.writing() as connection:
                connection.execute(update(table).where(*where).values({column.name: forged}))
            found = check(index, town.chain, town.store)
            assert f"{table.name}.{column.name}" in {item.where for item in found}
            with index.writing() as connection:
                connection.execute(update(table).where(*where).values({column.name: before[column.name]}))
            tried.add((table.name, column.name))
    assert check(index, town.chain, town.store) == ()
    assert len(tried) > 100


def _external_bid(town: Town) -> Any:
    return RegisterExternalBid(town.call(BRIDGE), 1, START, b"\x07" * 32)


def _other(value: Any, kind: type) -> Any:
    """A value of the same type that is not the same."""
    if kind is bytes:
        return bytes(reversed(value or b"\x01\x02")) + b"\x01"
    if kind is bool:
        return not value
    return (value or 0) + 1 if kind is int else f"{value}x"


def test_check_deleted_and_invented_rows_told(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """A release that is hidden from the lists, and one that nobody anchored."""
    process_id = town.process(STATION)
    table = schema.releases
    with index.writing() as connection:
        connection.execute(delete(table).where(table.c.process_id == process_id, table.c.sequence == 1))
        row = dict(connection.execute(select(table).where(table.c.process_id == process_id)).one()._mapping)
        connection.execute(insert(table), {**row, "sequence": 9})
    missing, invented = both(town, index, process_id)
    assert (missing.kind, missing.where, missing.sequence) == (DifferenceKind.ROW_MISSING, "releases", 1)
    assert (invented.kind, invented.where, invented.sequence) == (DifferenceKind.ROW_UNEXPECTED, "releases", 9)
    assert STATION in missing.text()


def test_check_invented_process_told(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """A process that only the database knows."""
    table = schema.processes
    with index.writing() as connection:
        row = dict(connection.execute(select(table).where(table.c.ocid == STATION)).one()._mapping)
        connection.execute(insert(table), {**row, "process_id": b"\x09" * 32, "ocid": "ocds-a2ef3d-ghost"})
    (found,) = check(index, town.chain, town.store)
    assert (found.kind, found.ocid) == (DifferenceKind.ROW_UNEXPECTED, "ocds-a2ef3d-ghost")


def test_check_deleted_act_told(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """An act deleted from the database: the head on the chain tells, and the full check names the act."""
    process_id = town.process(STATION)
    with index.writing() as connection:
        acts = schema.acts
        connection.execute(delete(acts).where(acts.c.process_id == process_id, acts.c.sequence == 2))
    (told, *_) = check_process(index, town.chain, town.store, process_id)
    assert told.kind is DifferenceKind.CHAIN_DIFFERS
    assert told.was == town.chain.head(process_id).hex()
    (missing,) = check(index, town.chain, town.store)
    assert (missing.kind, missing.where, missing.ocid, missing.sequence) == (
        DifferenceKind.ROW_MISSING, "acts", STATION, 2,
    )  # fmt: skip


def test_check_missing_document_told(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """A deleted document is named; the row is still right, because the index has a verified copy."""
    digest = digests[f"{STATION}-01"]
    town.store.path(digest).unlink()
    (found,) = both(town, index, town.process(STATION))
    assert (found.kind, found.release) == (DifferenceKind.DOCUMENT_MISSING, digest)


def test_check_document_turned_into_garbage_told(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """Bytes that are no JSON any more."""
    digest = digests[f"{STATION}-01"]
    alter(town, digest, b"{", b"\x00")
    (found,) = both(town, index, town.process(STATION))
    assert "can no longer be read" in found.text()


def test_check_document_rewritten_without_other_values_told(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """White space is enough: the bytes are what was anchored."""
    digest = digests[f"{STATION}-01"]
    alter(town, digest, b'"tender": {', b'"tender":  {')
    (found,) = both(town, index, town.process(STATION))
    assert "its values read the same" in found.text()
    assert (found.was, found.now) == (digest.hex(), found.values["actual"])


def test_check_document_and_copy_altered_told_without_values(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """Somebody found the copy in the database, too: it is not believed, and the check says what it cannot say."""
    digest = digests[f"{SCHOOL}-02"]
    alter(town, digest, b"250000", b"950000")
    with index.writing() as connection:
        copies = schema.copies
        forged = json.dumps(release(SCHOOL, 2, value={"amount": 1, "currency": "EUR"})).encode()
        connection.execute(update(copies).where(copies.c.digest == digest).values(bytes=forged))
    (found,) = both(town, index, town.process(SCHOOL))
    assert (found.kind, found.release) == (DifferenceKind.DOCUMENT_ALTERED, digest)
    assert "no intact copy is left" in found.text()


def test_check_imported_document_and_copy_altered_original_tells(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """Without a copy the imported file, verified by its own digest, still says what it was."""
    ocid = "ocds-a2ef3d-imported"
    published = release(ocid)
    original = town.store.put(StoreClass.ERASABLE, json.dumps(published).encode(), salt=new_salt())
    digest = town.keep(published)
    town.notice(ocid, digest, NoticeKind.CALL, original=original)
    Synchroniser(index, town.chain, town.store).run_once()
    alter(town, digest, b"250000", b"950000")
    with index.writing() as connection:
        connection.execute(delete(schema.copies))
    (found,) = both(town, index, town.process(ocid))
    assert (found.source, found.where, found.was, found.now) == (
        "original", "/tender/value/amount", "250000", "950000",
    )  # fmt: skip


def test_check_imported_eforms_notice_altered_original_tells(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """The notice of an imported release is read with the prefix that its ocid has, whatever the setting is now."""
    data = notice().encode()
    (found,) = read_file(data, ocid_prefix="ocds-a2ef3d").releases
    original = town.store.put(StoreClass.ERASABLE, data, salt=new_salt())
    digest = town.keep(found.release)
    town.notice(found.ocid, digest, NoticeKind.CALL, original=original)
    Synchroniser(index, town.chain, town.store).run_once()
    alter(town, digest, b"Malerarbeiten Grundschule", b"Malerarbeiten Hauptschule")
    with index.writing() as connection:
        connection.execute(delete(schema.copies))
    (difference,) = both(town, index, town.process(found.ocid))
    assert (difference.source, difference.where, difference.was) == (
        "original", "/tender/title", "Malerarbeiten Grundschule",
    )  # fmt: skip


def test_rebuild_after_alteration_copy_still_tells_what_it_was(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """Rebuilding does not throw away the evidence: verified copies of altered releases stay."""
    alter(town, digests[f"{SCHOOL}-02"], b"250000", b"950000")
    Synchroniser(index, town.chain, town.store).rebuild()
    (found,) = both(town, index, town.process(SCHOOL))
    assert (found.was, found.now) == ("250000", "950000")


def test_check_release_disclosed_since_told_as_outdated(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """A release disclosed after the last run is no alteration; the next run takes it in."""
    ocid = "ocds-a2ef3d-embargoed"
    digest = town.keep(release(ocid), StoreClass.CONFIDENTIAL)
    town.notice(ocid, digest, NoticeKind.EMBARGOED)
    synchroniser = Synchroniser(index, town.chain, town.store)
    synchroniser.run_once()
    assert check(index, town.chain, town.store) == ()
    town.store.reclassify(digest, StoreClass.PUBLIC)
    (found,) = both(town, index, town.process(ocid))
    assert (found.kind, found.release) == (DifferenceKind.ROW_OUTDATED, digest)
    synchroniser.run_once()
    assert check(index, town.chain, town.store) == ()


def test_check_damaged_release_under_embargo_is_told_without_its_values(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """The page of its process runs the same check: damage to a disk must not publish what is withheld."""
    ocid = "ocds-a2ef3d-embargoed"
    content = release(ocid, title="Quastenflosser")
    digest = town.keep(content, StoreClass.CONFIDENTIAL)
    original = town.store.put(StoreClass.ERASABLE, json.dumps(content).encode(), salt=bytes(32))
    town.notice(ocid, digest, NoticeKind.EMBARGOED, original=original)
    Synchroniser(index, town.chain, town.store).run_once()
    path = town.store.path(digest)
    path.write_bytes(path.read_bytes().replace(b"Quastenflosser", b"Quastenflossen"))
    (found,) = (each for each in both(town, index, town.process(ocid)) if each.kind is DifferenceKind.DOCUMENT_ALTERED)
    assert "Quasten" not in str(found) + found.text(str)


@pytest.mark.parametrize("copy", ["kept", "deleted"])
def test_check_disclosed_release_hidden_again_told_as_missing(
    town: Town, index: Index, digests: dict[str, bytes], copy: str
) -> None:
    """An embargo ends once: who moves the file back takes a published release away."""
    ocid = "ocds-a2ef3d-embargoed"
    digest = town.keep(release(ocid), StoreClass.CONFIDENTIAL)
    town.notice(ocid, digest, NoticeKind.EMBARGOED)
    town.store.reclassify(digest, StoreClass.PUBLIC)
    synchroniser = Synchroniser(index, town.chain, town.store)
    synchroniser.run_once()
    town.store.reclassify(digest, StoreClass.CONFIDENTIAL)
    if copy == "deleted":
        with index.writing() as connection:
            connection.execute(delete(schema.copies).where(schema.copies.c.digest == digest))
    (found,) = both(town, index, town.process(ocid))
    assert (found.kind, found.release) == (DifferenceKind.DOCUMENT_MISSING, digest)
    if copy == "kept":
        town.notice(ocid, town.keep(release(ocid, 2)))
        synchroniser.run_once()
        (found,) = both(town, index, town.process(ocid))
        assert (found.kind, found.release) == (DifferenceKind.DOCUMENT_MISSING, digest)


def test_check_index_that_never_ran_refused(town: Town, index: Index) -> None:
    """There is nothing to compare yet, which is not the same as nothing being wrong."""
    with pytest.raises(IndexNotReady):
        check(index, town.chain, town.store)


def test_check_unknown_process_refused(town: Town, index: Index, digests: dict[str, bytes]) -> None:
    """Neither the chain nor the index knows it."""
    with pytest.raises(ProcessUnknown):
        check_process(index, town.chain, town.store, bytes(31) + b"\x01")


def test_text_translated_template_and_labels_in_the_other_language(
    town: Town, index: Index, digests: dict[str, bytes]
) -> None:
    """A finding speaks the reader's language, its labels included."""
    set_row(index, schema.processes, town.process(SCHOOL), value_amount=None)
    (found,) = both(town, index, town.process(SCHOOL))
    german = {
        found.sentence: "Datenbank: {now} als „{label}“ von {ocid}; Veröffentlichung {release_id}: {was}.",
        "estimated value": "geschätzter Wert",
        "nothing": "nichts",
        "“{value}”": "»{value}«",
    }
    assert found.text(lambda message: german.get(message, message)) == (
        f"Datenbank: nichts als „geschätzter Wert“ von {SCHOOL}; Veröffentlichung {SCHOOL}-02: »250000«."
    )
    assert found.sentence in SENTENCES
    assert {found.values["label"], found.values["table"]} <= {*LABELS.values(), *TABLES.values()}
