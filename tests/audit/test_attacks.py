"""What an operator may do to those who look: each is found by its name, and nothing else is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.audit.auditing import Audited
from ledger.audit.findings import Finding, FindingKind
from tests.audit.conftest import Audits
from tests.audit.liar import Liar
from tests.explorer.site import ALTERED, AWARDED, CHANGED, OBSERVED, OPEN, alter_notice

PROCESSES, RELEASES, RECORDS = "/api/v1/processes?", "/api/v1/releases.jsonl", "/api/v1/records.jsonl"
FINDINGS, ORGANISATIONS = "/api/v1/findings", "/api/v1/organisations"


def only(done: Audited, kind: FindingKind) -> Finding:
    """The one thing that was found."""
    assert [finding.kind for finding in done.findings] == [kind], done.findings
    return done.findings[0]


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("title", "Beschaffung von Kies", "title"),
        ("value_amount", "29900.5", "valueAmount"),
        ("deadline", 1_999_999_999, "deadline"),
        ("head", b"\x01" * 32, "head"),
        ("phase", "cancelled", "status"),
    ],
)
def test_audit_altered_row_is_named_with_its_field(
    honest: Audits, folder: Path, column: str, value: Any, field: str
) -> None:
    """A value changed in the database alone: of which process, what is proven, what is shown."""
    process = honest.site.town.process(ALTERED)
    with closing(sqlite3.connect(honest.site.folder / "index.sqlite")) as index:
        where = "WHERE process_id = ?"
        (was,) = index.execute(f"SELECT {column} FROM processes {where}", (process,)).fetchone()
        try:
            index.execute(f"UPDATE processes SET {column} = ? {where}", (value, process))
            index.commit()
            done = honest.audit(folder)
        finally:
            index.execute(f"UPDATE processes SET {column} = ? {where}", (was, process))
            index.commit()
    differing = [finding for finding in done.findings if finding.kind is FindingKind.PROCESS_DIFFERS]
    assert [finding.where["process"] for finding in done.findings] == [process] * len(done.findings)
    assert field in {finding.where["field"] for finding in differing}
    assert len(differing) == len(done.findings) == (2 if column == "deadline" else 1)


def test_audit_altered_file_of_a_release_is_named(honest: Audits, folder: Path) -> None:
    """The server itself says that it cannot show it; the audit says of which process that is."""
    path, intact = alter_notice(honest.site.services)
    try:
        finding = only(honest.audit(folder), FindingKind.RELEASE_WITHHELD)
    finally:
        path.write_bytes(intact)
    assert (finding.where["ocid"], finding.where["release"]) == (ALTERED, f"{ALTERED}-01")
    assert finding.got == "ObjectAltered"


def test_audit_release_swapped_in_the_files_is_named_with_what_it_said(
    honest: Audits, liar: Liar, folder: Path
) -> None:
    """Both files agree with each other and with no anchored digest."""

    def dearer(content: Any) -> Any:
        text = json.dumps(content).replace("24900.5", "29900.5")
        return json.loads(text)

    for path in (RELEASES, RECORDS):
        liar.about_lines(path, lambda lines: [dearer(line) for line in lines])
    finding = only(honest.audit(folder, url=liar.url), FindingKind.RELEASE_ALTERED)
    assert finding.where["release"] == f"{ALTERED}-01"
    assert finding.expected == {"tender/value/amount": 24900.5}
    assert finding.got == {"tender/value/amount": 29900.5}


def test_audit_record_swapped_alone_is_named(honest: Audits, liar: Liar, folder: Path) -> None:
    """The compiled release says something that no release says."""

    def closed(lines: list[Any]) -> list[Any]:
        for line in lines:
            if line["ocid"] == CHANGED:
                line["compiledRelease"]["tender"]["title"] = "Garten"
        return lines

    liar.about_lines(RECORDS, closed)
    assert only(honest.audit(folder, url=liar.url), FindingKind.RECORD_ALTERED).where["ocid"] == CHANGED


def test_audit_record_that_hides_its_observer_is_named(honest: Audits, liar: Liar, folder: Path) -> None:
    """What somebody else recorded would pass for the buyer's own."""

    def hidden(lines: list[Any]) -> list[Any]:
        for line in lines:
            parties = line["compiledRelease"]["parties"]
            line["compiledRelease"]["parties"] = [each for each in parties if "observer" not in each.get("roles", ())]
        return lines

    liar.about_lines(RECORDS, hidden)
    assert only(honest.audit(folder, url=liar.url), FindingKind.RECORD_ALTERED).where["ocid"] == OBSERVED


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda lines: [line for line in lines if line.get("id") != f"{CHANGED}-02"], FindingKind.RELEASE_MISSING),
        (lambda lines: [*lines, {**lines[-1], "id": "invented", "ocid": CHANGED}], FindingKind.RELEASE_EXTRA),
        (lambda lines: [*lines, next(line for line in lines if line.get("id") == f"{CHANGED}-02")],
         FindingKind.RELEASE_EXTRA),
    ],
    ids=["missing", "invented", "twice"],
)  # fmt: skip
def test_audit_release_missing_or_extra_in_the_file_is_named(
    honest: Audits, liar: Liar, folder: Path, change: Any, kind: FindingKind
) -> None:
    """The file of all releases has exactly those that are anchored and not under embargo."""
    liar.about_lines(RELEASES, change)
    finding = only(honest.audit(folder, url=liar.url), kind)
    assert finding.where["ocid"] == CHANGED


def test_audit_process_left_out_of_the_list_is_named(honest: Audits, liar: Liar, folder: Path) -> None:
    """Wherever one looks for it."""
    liar.about(PROCESSES, without(AWARDED))
    assert only(honest.audit(folder, url=liar.url), FindingKind.PROCESS_OMITTED).where["ocid"] == AWARDED


def test_audit_invented_process_in_the_list_is_named(honest: Audits, liar: Liar, folder: Path) -> None:
    """A row that looks like all others, under an id that no act has."""

    def more(page: Any) -> Any:
        row = {**page["processes"][0], "processId": "0x" + "ab" * 32, "ocid": "ocds-a2ef3d-ghost", "title": "Geist"}
        return {**page, "processes": [*page["processes"], row]}

    liar.about(PROCESSES + "limit=200&sort", more)
    finding = only(honest.audit(folder, url=liar.url), FindingKind.PROCESS_INVENTED)
    assert (finding.where["ocid"], finding.where["process"]) == ("ocds-a2ef3d-ghost", b"\xab" * 32)


def test_audit_process_listed_twice_is_named(honest: Audits, liar: Liar, folder: Path) -> None:
    """A list that is longer than it should be counts wrong."""
    liar.about(
        PROCESSES + "limit=200&sort", lambda page: {**page, "processes": page["processes"] + page["processes"][:1]}
    )
    only(honest.audit(folder, url=liar.url), FindingKind.PROCESS_TWICE)


@pytest.mark.parametrize("hidden", [True, False], ids=["hidden", "invented"])
def test_audit_list_of_silent_procedures_that_is_wrong_is_named(
    honest: Audits, liar: Liar, folder: Path, hidden: bool
) -> None:
    """Which procedures are silent the auditor knows without the server."""

    def other(page: Any) -> Any:
        rows = page["processes"]
        return {**page, "processes": without(OPEN)(page)["processes"] if hidden else [*rows, awarded]}

    awarded = {"processId": "0x" + honest.site.town.process(AWARDED).hex()}
    liar.about(PROCESSES + "limit=200&silentDays", other)
    done = honest.audit(folder, url=liar.url)
    finding = only(done, FindingKind.SILENCE_HIDDEN if hidden else FindingKind.SILENCE_INVENTED)
    assert finding.where["ocid"] == (OPEN if hidden else AWARDED)
    assert {each.ocid for each in done.silent} == {OPEN, ALTERED, OBSERVED}


@pytest.mark.parametrize("hidden", [True, False], ids=["omitted", "invented"])
def test_audit_list_of_pulls_findings_that_is_wrong_is_named(
    honest: Audits, liar: Liar, folder: Path, hidden: bool
) -> None:
    """A vanished notice that is not told, or one that nobody saw vanish."""

    def other(page: Any) -> Any:
        rows = page["findings"]
        kept = [row for row in rows if row["finding"] != "vanished"]
        return {**page, "findings": kept if hidden else [*rows, {**rows[0], "releaseId": "another"}]}

    liar.about(FINDINGS, other)
    done = honest.audit(folder, url=liar.url)
    finding = only(done, FindingKind.OBSERVATION_OMITTED if hidden else FindingKind.OBSERVATION_INVENTED)
    assert finding.where["ocid"] == OBSERVED
    assert [(each.kind, each.ocid) for each in done.observed] == [("changed", OBSERVED), ("vanished", OBSERVED)]


def test_audit_evidence_of_one_process_altered_names_the_process(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """The organisation's evidence is refused for it; the process is found, and what cannot be shown now is said."""

    def swapped(asked: str, body: bytes) -> bytes | None:
        return body.replace(b"Streusalz", b"Streugold") if asked.endswith("/evidence") else None

    liar.lies.append(swapped)
    done = honest.audit(tmp_path, url=liar.url)
    finding = only(done, FindingKind.PROCESS_UNPROVEN)
    assert (finding.where["process"], finding.where["step"]) == (honest.site.town.process(ALTERED), "format")
    assert finding.refusal is not None
    assert finding.refusal.name == "EntryAltered"
    assert "listUnproven" in {each.name for each in done.open}


def test_audit_evidence_of_an_organisation_withheld_is_named(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """Every process by itself is proven, and nothing shows that these are all."""
    path = f"/api/v1/organisations/0x{honest.site.town.buyer.hex()}/evidence"
    liar.lies.append(lambda asked, _: (404, b"{}") if asked == path else None)
    finding = only(honest.audit(tmp_path, url=liar.url), FindingKind.EVIDENCE_WITHHELD)
    assert finding.where["organisation"] == honest.site.town.buyer


def test_audit_evidence_of_a_process_given_as_the_organisations_is_named(
    honest: Audits, liar: Liar, tmp_path: Path
) -> None:
    """It verifies, and says nothing of what else stands in the list."""
    buyer, process = honest.site.town.buyer, honest.site.town.process(OPEN)
    given = httpx.get(f"{honest.site.url}/api/v1/processes/0x{process.hex()}/evidence", timeout=60).content
    path = f"{ORGANISATIONS}/0x{buyer.hex()}/evidence"
    liar.lies.append(lambda asked, _: given if asked == path else None)
    finding = only(honest.audit(tmp_path, url=liar.url), FindingKind.ORGANISATION_UNPROVEN)
    assert finding.where == {"organisation": buyer, "step": "format"}
    assert (finding.expected, finding.got) == (buyer, process)


def test_audit_evidence_of_another_process_of_the_buyer_is_named(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """The one that was asked for stays unproven, though all that came verifies."""
    buyer, process, other = honest.site.town.buyer, *map(honest.site.town.process, (OPEN, AWARDED))
    given = httpx.get(f"{honest.site.url}/api/v1/processes/0x{other.hex()}/evidence", timeout=60).content
    path = f"{ORGANISATIONS}/0x{buyer.hex()}/evidence"
    liar.lies.append(lambda asked, _: (404, b"{}") if asked == path else None)
    liar.lies.append(lambda asked, _: given if asked == f"/api/v1/processes/0x{process.hex()}/evidence" else None)
    finding = only(honest.audit(tmp_path, url=liar.url), FindingKind.PROCESS_UNPROVEN)
    assert (finding.where["ocid"], finding.where["step"]) == (OPEN, "format")
    assert (finding.expected, finding.got) == (process, other)


def test_audit_process_of_another_organisation_passed_off_as_ones_own_is_named(
    honest: Audits, liar: Liar, tmp_path: Path
) -> None:
    """The evidence of the process is true, and says whose it is."""
    buyer, observed = honest.site.town.buyer, honest.site.town.process(OBSERVED, honest.site.town.observer)
    path = f"/api/v1/organisations/0x{buyer.hex()}/evidence"
    liar.lies.append(lambda asked, _: (404, b"{}") if asked == path else None)

    def lent(page: Any) -> Any:
        row = {**page["processes"][0], "processId": "0x" + observed.hex(), "ocid": OBSERVED}
        return {**page, "processes": [*page["processes"], row]}

    liar.about(f"{PROCESSES}limit=200&sort=published&buyer=0x{buyer.hex()}", lent)
    finding = only(honest.audit(tmp_path, url=liar.url), FindingKind.PROCESS_UNPROVEN)
    assert (finding.where["process"], finding.where["step"]) == (observed, "acts")
    assert (finding.expected, finding.got) == (buyer, honest.site.town.observer)


def test_audit_whole_organisation_left_out_is_named_by_a_node(honest: Audits, liar: Liar, tmp_path: Path) -> None:
    """Without a node that cannot be seen, and the audit says so."""
    observer = "0x" + honest.site.town.observer.hex()

    def others(page: Any) -> Any:
        return {**page, "organisations": [row for row in page["organisations"] if row["organisationId"] != observer]}

    liar.about(ORGANISATIONS, others)
    liar.about(PROCESSES, without(OBSERVED))
    liar.about(FINDINGS, lambda page: {**page, "findings": []})
    for path in (RELEASES, RECORDS):
        liar.about_lines(path, lambda lines: [line for line in lines if line["ocid"] != OBSERVED])
    unseen = honest.audit(tmp_path / "without", url=liar.url)
    assert (unseen.findings, "noNode" in {each.name for each in unseen.open}) == ([], True)
    finding = only(honest.audit(tmp_path / "with", url=liar.url, node=True), FindingKind.ORGANISATION_OMITTED)
    assert finding.where["organisation"] == honest.site.town.observer
    seen = tmp_path / "seen"
    honest.audit(seen)
    gone = honest.audit(seen, url=liar.url).findings
    assert FindingKind.ORGANISATION_OMITTED in {each.kind for each in gone}


def without(ocid: str) -> Any:
    """A page of processes without one."""
    return lambda page: {**page, "processes": [row for row in page["processes"] if row["ocid"] != ocid]}
