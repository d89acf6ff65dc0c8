"""Evidence that is refused proves nothing, and accuses nobody of what it would have proven."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.auditing import Audited
from ledger.audit.findings import FindingKind
from ledger.audit.shown import shown_release
from ledger.errors import DisclosureInvalid, ServerAnswerUnusable
from ledger.evidence.verify.policy import Policy, read_policy
from tests.audit.conftest import Audits
from tests.audit.liar import Liar
from tests.explorer.site import AWARDED, CHANGED, OBSERVED, OPEN

UNPROVEN = {FindingKind.PROCESS_UNPROVEN, FindingKind.ORGANISATION_UNPROVEN}
PROCESSES, RELEASES, RECORDS = "/api/v1/processes?limit=200&sort", "/api/v1/releases.jsonl", "/api/v1/records.jsonl"


def other_code(honest: Audits) -> Policy:
    """The policy of a ledger at the same account with another code."""
    content = json.loads(honest.raw)
    return read_policy(json.dumps(content | {"ledger": {**content["ledger"], "codeHash": "11" * 32}}).encode())


def opened(done: Audited) -> dict[str, list[dict[str, Any]]]:
    """What could not be shown: the values by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in done.open:
        found.setdefault(each.name, []).append(each.values)
    return found


def without_evidence(liar: Liar, organisation: bytes, kept: Sequence[bytes] = ()) -> None:
    """The evidence of the organisation and of all processes but those kept is broken."""

    def broken(asked: str, body: bytes) -> bytes | None:
        told = [f"/api/v1/processes/0x{id.hex()}/evidence" for id in kept]
        ours = asked == f"/api/v1/organisations/0x{organisation.hex()}/evidence" or asked.startswith(
            "/api/v1/processes/"
        )
        return body[:-200] if ours and asked.endswith("/evidence") and asked not in told else None

    liar.lies.append(broken)


def test_audit_under_another_ledgers_policy_calls_nothing_invented(honest: Audits, tmp_path: Path) -> None:
    """All evidence is refused, so that nothing is proven; and nothing is said against the observations told."""
    done = honest.audit(tmp_path, policy=other_code(honest))
    assert {finding.kind for finding in done.findings} <= UNPROVEN
    left = opened(done)
    assert len({values["observation"] for values in left["observationUnproven"]}) == 2
    assert len(left["listOfOther"]) == 2
    assert "listUnproven" not in left


def test_audit_observation_of_nobody_is_invented_where_others_evidence_is_refused(
    honest: Audits, liar: Liar, tmp_path: Path
) -> None:
    """What an organisation recorded whose list is proven is known, whatever is unknown of others."""
    buyer, observer = honest.site.town.buyer, honest.site.town.observer
    without_evidence(liar, buyer)
    row = {"observation": "0x" + "ab" * 32, "finding": "vanished", "day": "2026-01-05", "ocid": OBSERVED,
           "releaseId": "x"}  # fmt: skip

    def more(page: Any) -> Any:
        said = [{**row, "organisationId": "0x" + each.hex(), "day": day}
                for each, day in ((observer, "2026-01-06"), (buyer, "2026-01-07"))]  # fmt: skip
        return {**page, "findings": [*page["findings"], *said]}

    liar.about("/api/v1/findings", more)
    done = honest.audit(tmp_path, url=liar.url)
    invented = [one for one in done.findings if one.kind is FindingKind.OBSERVATION_INVENTED]
    assert [one.where["day"] for one in invented] == ["2026-01-06"]
    assert [values["organisation"] for values in opened(done)["observationUnproven"]] == [buyer]


def test_audit_observer_whose_evidence_is_refused_when_looked_at_again_is_told_so(
    honest: Audits, liar: Liar, folder: Path
) -> None:
    """An observation newer than the book may be true: without evidence it is unproven."""
    observer = "0x" + honest.site.town.observer.hex()
    row = {"observation": "0x" + "ab" * 32, "organisationId": observer, "finding": "vanished", "day": "2026-01-05",
           "ocid": OBSERVED, "releaseId": "x"}  # fmt: skip
    liar.about("/api/v1/findings", lambda page: {**page, "findings": [*page["findings"], row]})
    without_evidence(liar, honest.site.town.observer)
    done = honest.audit(folder, url=liar.url)
    assert [finding.kind for finding in done.findings] == [FindingKind.ORGANISATION_UNPROVEN]
    assert len(opened(done)["observationUnproven"]) == 1


def test_audit_new_process_whose_evidence_is_refused_is_unproven_not_invented(
    honest: Audits, liar: Liar, tmp_path: Path
) -> None:
    """The list for the organisation lacks it, the list of all has it, and its evidence is broken."""
    buyer, hidden = honest.site.town.buyer, honest.site.town.process(AWARDED)
    others = [honest.site.town.process(ocid) for ocid in (OPEN, CHANGED)]
    without_evidence(liar, buyer, others)

    def fewer(page: Any) -> Any:
        return {**page, "processes": [row for row in page["processes"] if row["ocid"] != AWARDED]}

    liar.about(f"{PROCESSES}=published&buyer=0x{buyer.hex()}", fewer)
    done = honest.audit(tmp_path, url=liar.url)
    assert {finding.kind for finding in done.findings} == {FindingKind.PROCESS_UNPROVEN}
    (finding,) = (one for one in done.findings if one.where["process"] == hidden)
    assert (finding.where["ocid"], finding.where["step"]) == (AWARDED, "format")
    (values,) = opened(done)["listUnproven"]
    assert (values["refused"], values["asked"]) == (2, 4)


def test_audit_lines_of_a_process_that_is_hidden_with_refused_evidence_are_unproven(
    honest: Audits, liar: Liar, tmp_path: Path
) -> None:
    """Nobody can say whether they are anchored as long as the organisation's list is not proven."""
    town = honest.site.town
    without_evidence(liar, town.buyer, [town.process(ocid) for ocid in (OPEN, CHANGED)])
    hidden = {"ocds-a2ef3d-later", "ocds-a2ef3d-salt", AWARDED}
    liar.about("/api/v1/processes", lambda page: {
        **page, "processes": [row for row in page["processes"] if row["ocid"] not in hidden]
    })  # fmt: skip
    done = honest.audit(tmp_path, url=liar.url)
    assert [finding.kind for finding in done.findings] == [FindingKind.ORGANISATION_UNPROVEN]
    assert {values["ocid"] for values in opened(done)["linesUnproven"]} == hidden


def test_audit_row_that_went_on_with_refused_evidence_is_not_called_altered(
    honest: Audits, liar: Liar, folder: Path
) -> None:
    """The book has an older state of it, which is no measure of the list now."""

    def later(page: Any) -> Any:
        rows = page["processes"]
        return {**page, "processes": [{**row, "acts": 9} if row["ocid"] == CHANGED else row for row in rows]}

    liar.about(f"{PROCESSES}=published", later)
    without_evidence(liar, b"")
    done = honest.audit(folder, url=liar.url)
    assert [(one.kind, one.where["ocid"]) for one in done.findings] == [(FindingKind.PROCESS_UNPROVEN, CHANGED)]


def test_audit_silence_of_a_process_with_refused_evidence_is_not_called_hidden(
    honest: Audits, liar: Liar, folder: Path
) -> None:
    """It may have had a result since it was last proven."""

    def later(page: Any) -> Any:
        rows = page["processes"]
        return {**page, "processes": [{**row, "acts": 9} if row["ocid"] == OPEN else row for row in rows]}

    def broken(page: Any) -> Any:
        return {**page, "processes": [row for row in page["processes"] if row["ocid"] != OPEN]}

    liar.about(f"{PROCESSES}=published", later)
    liar.about("/api/v1/processes?limit=200&silentDays", broken)
    without_evidence(liar, b"")
    done = honest.audit(folder, url=liar.url)
    assert [(one.kind, one.where["ocid"]) for one in done.findings] == [(FindingKind.PROCESS_UNPROVEN, OPEN)]


def test_audit_release_that_cannot_be_read_ends_only_its_process(
    honest: Audits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundle verifies, and what is to be shown of one release cannot be made: the report says of which process."""

    def failing(data: bytes, disclosures: Sequence[str]) -> dict[str, Any]:
        if CHANGED.encode() in data:
            raise DisclosureInvalid(reason="no digest fits")
        return shown_release(data, disclosures)

    monkeypatch.setattr("ledger.audit.evidence.shown_release", failing)
    done = honest.audit(tmp_path)
    (finding,) = done.findings
    assert (finding.kind, finding.where["ocid"], finding.where["step"]) == (
        FindingKind.PROCESS_UNPROVEN,
        CHANGED,
        "releases",
    )
    assert isinstance(finding.refusal, DisclosureInvalid)


def test_audit_release_of_an_organisation_that_cannot_be_read_is_the_organisations(
    honest: Audits, liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no process can be named, because the server lists none of them."""

    def failing(data: bytes, disclosures: Sequence[str]) -> dict[str, Any]:
        raise DisclosureInvalid(reason="no digest fits")

    monkeypatch.setattr("ledger.audit.evidence.shown_release", failing)
    liar.about("/api/v1/processes", lambda page: {**page, "processes": []})
    findings = honest.audit(tmp_path, url=liar.url).findings
    told = {(one.kind, one.where.get("step"), type(one.refusal)) for one in findings}
    assert told == {(FindingKind.ORGANISATION_UNPROVEN, "releases", DisclosureInvalid)}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("chainId", "1", "its chain id is 1, the policy trusts "), ("ledger", "0x" + "11" * 20, "its ledger is 0x1111")],
)
def test_audit_server_of_another_ledger_is_told_by_what_differs(
    honest: Audits, liar: Liar, tmp_path: Path, field: str, value: str, told: str
) -> None:
    """Chain or account, each with both values."""
    liar.about("/api/v1/organisations", lambda page: {**page, field: value})
    with pytest.raises(ServerAnswerUnusable) as refused:
        honest.audit(tmp_path, url=liar.url)
    assert told in str(refused.value)
    assert str(json.loads(honest.raw)[field] if field == "chainId" else honest.policy.ledger.account.hex()) in str(
        refused.value
    )


def test_audit_counts_lines_that_show_something_and_errors_apart(honest: Audits, liar: Liar, folder: Path) -> None:
    """A line that says why a release is not shown is no release."""
    before = honest.audit(folder, url=liar.url).counts
    assert (before["releaseErrors"], before["recordErrors"]) == (0, 0)

    def failing(lines: list[Any]) -> list[Any]:
        problem = {"type": "/problems/ObjectAltered", "ocid": CHANGED, "digest": "0x" + "ab" * 32}
        return [problem, *lines[1:]]

    for path in (RELEASES, RECORDS):
        liar.about_lines(path, failing)
    after = honest.audit(folder, url=liar.url).counts
    for name, errors in (("releases", "releaseErrors"), ("records", "recordErrors")):
        assert (after[name], after[errors]) == (before[name] - 1, 1)
