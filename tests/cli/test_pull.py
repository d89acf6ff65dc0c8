"""What a notice service published, and what became of it: seen once, told once, proven by the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ledger.chain.record import ACT_RECORDED, ActRecord, decode_log
from ledger.cli.connection import connect, load_deployment
from ledger.cli.importing import organisation_of
from ledger.cli.pulling.chosen import is_chosen, may_hold, needles
from ledger.errors import NodeUnreachable
from ledger.ocds.observation import read_observation
from ledger.ocds.privacy import policy_named
from ledger.settings import Settings
from ledger.store import ObjectStore, ReleaseStore, State
from ledger.store.sources import keep_source
from ledger.terms import Act
from tests.cli.conftest import Called, Siegel
from tests.cli.notice_service import NoticeService, notice_service
from tests.cli.notices import BUYER_NAME, UID, release

NEIGHBOUR = "Kreis Beispielland"


def day(back: int) -> str:
    """A day of the past in Germany."""
    return (datetime.now(ZoneInfo("Europe/Berlin")).date() - timedelta(days=back)).isoformat()


def notice(number: int, ocid: str = "ocds-other0-1", **more: Any) -> dict[str, Any]:
    """A notice of the neighbour."""
    return release(number, ocid=ocid, uid="0599-9", name=NEIGHBOUR, **more)


@pytest.fixture
def service(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NoticeService]:
    """A notice service that this home pulls from, three days back."""
    with notice_service() as service:
        monkeypatch.setenv("SIEGEL_PULL__SERVICE", service.url)
        monkeypatch.setenv("SIEGEL_PULL__EXPORT", "ocds.zip")
        monkeypatch.setenv("SIEGEL_PULL__DAYS", "3")
        monkeypatch.setenv("SIEGEL_PULL__BUYERS", json.dumps([NEIGHBOUR]))
        yield service


def records(home: Path) -> list[ActRecord]:
    """All acts on the ledger, in its order."""
    settings = Settings.load(home)
    with ExitStack() as closing:
        chain = connect(settings, load_deployment(settings), closing)
        logs = list(chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED]))
    return [decode_log(log.topics, log.data) for log in logs if log.account == chain.ledger]


def observations(home: Path) -> list[Any]:
    """The observations on the ledger, as read from the store by the digests of their acts."""
    store = ObjectStore(Settings.load(home).store_dir)
    found = [record.subject for record in records(home) if record.act == Act.OBSERVATION_RECORDED]
    return [read_observation(store.get(digest)) for digest in found]


def pulled(siegel: Siegel, home: Path, *more: str) -> Called:
    """A pull as an observer."""
    return siegel("pull", "--observer", "--json", *more, home=home)


def kinds(called: Called) -> list[tuple[str, str]]:
    """What a pull found, and of which notice."""
    return [(finding["kind"], finding["releaseId"]) for finding in called.data["findings"]]


def test_pull_twice_a_day_is_one_act(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """The chosen buyer's notices are anchored, one act says what was seen; the same again says nothing."""
    service.publish(day(1), notice(1), release(1))
    service.publish(day(2), notice(1, "ocds-other0-2"))
    first = pulled(siegel, home)
    assert (first.exit_code, first.data["anchored"], first.data["findings"]) == (0, 2, []), first.out
    assert first.data["missing"] == [day(3)]
    before = records(home)
    again = pulled(siegel, home)
    assert (again.exit_code, again.data["anchored"], again.data["recorded"]) == (0, 0, [])
    assert records(home) == before
    (observation,) = observations(home)
    assert [(each.day, [n.ocid for n in each.notices]) for each in observation.days] == [
        (day(2), ["ocds-other0-2"]),
        (day(1), ["ocds-other0-1"]),
    ]
    anchored = {record.release for record in before if record.act == Act.NOTICE_PUBLISHED}
    assert {notice.release for each in observation.days for notice in each.notices} == anchored


def test_pull_after_a_notice_vanished_says_so_once(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """It is a finding with the file as evidence, linked to the observation before; when it comes back, too."""
    service.publish(day(1), notice(1), notice(1, "ocds-other0-2"))
    pulled(siegel, home)
    service.publish(day(1), notice(1))
    gone = pulled(siegel, home)
    assert kinds(gone) == [("vanished", "ocds-other0-2-1")]
    assert kinds(pulled(siegel, home)) == []
    service.publish(day(1), notice(1), release(1))  # the export is another one, and has somebody else's notice
    assert kinds(pulled(siegel, home)) == []
    service.publish(day(1), notice(1), notice(1, "ocds-other0-2"))
    assert kinds(pulled(siegel, home)) == [("reappeared", "ocds-other0-2-1")]
    first, second, third = observations(home)
    (vanished,) = second.findings
    listed = {notice.ocid: notice for notice in first.days[0].notices}["ocds-other0-2"]
    assert (vanished.was, vanished.release, second.days) == (listed.original, listed.release, ())
    assert b"ocds-other0-2" in ObjectStore(Settings.load(home).store_dir).get(vanished.was)
    digests = [record.subject for record in records(home) if record.act == Act.OBSERVATION_RECORDED]
    assert [each.previous for each in (first, second, third)] == [None, *digests[:2]]


def test_pull_after_a_notice_was_changed_keeps_both_files(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """The anchored release stays; what it was silently changed to is kept, told once, and again when it is undone."""
    service.publish(day(1), notice(1))
    pulled(siegel, home)
    changed = notice(1, tender={"id": "1", "title": "Winterdienst", "value": {"amount": 9000, "currency": "EUR"}})
    service.publish(day(1), changed)
    found = pulled(siegel, home)
    assert (found.exit_code, kinds(found), found.data["anchored"]) == (0, [("changed", "ocds-other0-1-1")], 0)
    assert kinds(pulled(siegel, home)) == []
    service.publish(day(1), notice(1))
    assert kinds(pulled(siegel, home)) == [("restored", "ocds-other0-1-1")]
    (finding,) = observations(home)[1].findings
    store = ObjectStore(Settings.load(home).store_dir)
    assert b'"amount": 1000' in store.get(finding.was)
    assert b'"amount": 9000' in store.get(finding.now)
    told = {change.field: (change.was, change.now) for change in finding.changes}
    assert told["tender/value/amount"] == (1000, 9000)
    assert observations(home)[2].findings[0].changes == ()


def test_pull_document_for_good_holds_no_text_that_can_name_a_person(
    siegel: Siegel, home: Path, service: NoticeService
) -> None:
    """What was changed is named; texts, in which a person can stand, are left to the files, which can be erased."""
    service.publish(day(1), notice(1))
    pulled(siegel, home)
    secret = "Erika Mustermann"
    tender = {"id": "1", "title": f"Winterdienst {secret}", "status": "cancelled", "description": secret}
    award = {"id": "7", "status": "active", "suppliers": [{"id": "X", "name": secret}]}
    service.publish(day(1), notice(1, tender=tender, awards=[award]))
    assert kinds(pulled(siegel, home)) == [("changed", "ocds-other0-1-1")]
    (finding,) = observations(home)[1].findings
    told = {change.field: (change.was, change.now) for change in finding.changes}
    assert told["tender/title"] == told["awards/suppliers/name"] == (None, None)
    assert told["tender/status"][1] == "cancelled"
    document = [record.subject for record in records(home) if record.act == Act.OBSERVATION_RECORDED][1]
    data = ObjectStore(Settings.load(home).store_dir).get(document)
    assert secret.encode() not in data
    assert b"Mustermann" not in data


def test_pull_notice_in_another_form_is_no_change(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """Order of fields and blanks are the service's business."""
    service.publish(day(1), notice(1))
    pulled(siegel, home)
    service.publish(day(1), dict(reversed(notice(1).items())))
    again = pulled(siegel, home)
    assert (kinds(again), again.data["recorded"]) == ([], [])


def test_pull_notice_of_another_day_is_moved_or_added(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """A notice that stands in another day's export has not vanished; one that comes late to a day is told."""
    service.publish(day(1), notice(1))
    service.publish(day(2))
    pulled(siegel, home)
    service.publish(day(1), notice(1, "ocds-other0-2"))
    service.publish(day(2), notice(1))
    found = pulled(siegel, home)
    assert sorted(kinds(found)) == [("added", "ocds-other0-2-1"), ("moved", "ocds-other0-1-1")]
    assert kinds(pulled(siegel, home)) == []


def test_pull_day_that_is_gone_or_broken_concludes_nothing(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """A service that fails has not withdrawn its notices; the other days are read all the same."""
    service.publish(day(1), notice(1))
    service.publish(day(2), notice(1, "ocds-other0-2"))
    pulled(siegel, home)
    service.publish(day(2), notice(1, "ocds-other0-2"), notice(1, "ocds-other0-3"))
    for status, body, error in (
        (404, b"", "ExportMissing"),
        (500, b"", "ServiceRefused"),
        (302, b"", "ServiceRefused"),
        (200, b"no archive", "ExportBroken"),
        (200, service.export(day(1))[:-30], "ExportBroken"),
    ):
        service.answers[day(1)] = (status, body)
        found = pulled(siegel, home)
        assert [each["error"] for each in found.data["failures"]] == [error]
        assert found.exit_code == 1
        assert "vanished" not in found.out
    assert len(observations(home)) == 2
    del service.answers[day(1)]
    assert kinds(pulled(siegel, home)) == []


def test_pull_service_that_is_down_is_named_once(siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every day waits for the same silence."""
    monkeypatch.setenv("SIEGEL_PULL__SERVICE", "http://127.0.0.1:9/api/notice-exports")
    found = pulled(siegel, home, "--buyer", NEIGHBOUR)
    assert (found.exit_code, [each["error"] for each in found.data["failures"]]) == (1, ["ServiceUnreachable"])
    assert observations(home) == []


def test_pull_service_on_this_machine_is_asked_without_a_proxy(
    siegel: Siegel, home: Path, service: NoticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy reaches what answers on the loopback only; any other address goes through it."""
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    service.publish(day(1), notice(1))
    assert pulled(siegel, home).data["anchored"] == 1
    monkeypatch.setenv("SIEGEL_PULL__SERVICE", service.url.replace("127.0.0.1", "service.example"))
    found = pulled(siegel, home)
    assert [each["error"] for each in found.data["failures"]] == ["ServiceUnreachable"]


def test_pull_interrupted_before_recording_goes_on(
    siegel: Siegel, home: Path, service: NoticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen is durable before it is sent, and is sent once, whether or not the answer arrived."""
    from ledger.chain.client import Chain

    service.publish(day(1), notice(1))
    real = Chain.recorded

    def cut_off(self: Chain, submitted: Any, timeout: float | None = None) -> Any:
        done = real(self, submitted, timeout)
        if any(record.act == Act.OBSERVATION_RECORDED for record in done.records):
            raise NodeUnreachable(url="-", reason="cut off after the act was recorded")
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Chain, "recorded", cut_off)
        assert pulled(siegel, home).data["error"] == "NodeUnreachable"
    again = pulled(siegel, home)
    assert (again.exit_code, again.data["recorded"]) == (0, [])
    assert len(observations(home)) == 1


def test_pull_own_buyer_needs_no_observer(siegel: Siegel, home: Path, service: NoticeService) -> None:
    """The town's own notices are anchored as its own; others' are not even looked for."""
    service.publish(day(1), release(1), notice(1))
    own = siegel("pull", "--json", home=home)
    assert (own.exit_code, own.data["anchored"], own.data["refused"]) == (0, 1, [])
    foreign = siegel("pull", "--json", "--buyer", NEIGHBOUR, home=home)
    assert (foreign.exit_code, [each["error"] for each in foreign.data["refused"]]) == (1, ["BuyerForeign"])


def test_pull_without_a_buyer_is_refused(siegel: Siegel, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole country's notices are nobody's wish."""
    refused = pulled(siegel, home)
    assert (refused.exit_code, refused.data["error"]) == (2, "ArgumentMissing")


def test_pull_notice_of_which_something_was_erased_does_not_come_back(
    siegel: Siegel, home: Path, service: NoticeService, tmp_path: Path
) -> None:
    """Looking at the service again brings back no erased name, changed or not."""
    service.publish(day(1), release(1))
    assert siegel("pull", "--json", home=home).data["anchored"] == 1
    ground = tmp_path / "ground.pdf"
    ground.write_bytes(b"%PDF-1.7 request under Art. 17")
    erased = siegel(
        "process", "erase", "ocds-test00-1", "--ref", "1", "--all", "--ground", ground,
        "--together-with", "officer-two", "--json", home=home,
    )  # fmt: skip
    assert erased.exit_code == 0, erased.out
    service.publish(day(1), release(1, contracts=[{"id": "1", "awardID": "1", "title": "Vertrag"}]))
    found = siegel("pull", "--json", home=home)
    assert kinds(found) == [("changed", "ocds-test00-1-1")]
    held = b"".join(path.read_bytes() for path in Settings.load(home).store_dir.rglob("*") if path.is_file())
    assert b"Frau Beispiel" not in held


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (BUYER_NAME, True),
        ("stadt  MUSTERBACH ", True),
        (UID, True),
        (f"DE-LEITWEG:{UID}", True),
        (f"DE-HRB:{UID}", False),
        ("Musterbach", False),
    ],
)
def test_choose_buyer_by_name_or_number(chosen: str, expected: bool) -> None:
    """A part of a name is another name."""
    assert is_chosen(release(1), [chosen]) is expected


@pytest.mark.parametrize("name", ["Stadt Köln", "Große Kreisstadt Weiß & Söhne", "STADT MÜNCHEN", "Ü", "A\u0308 Dorf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "ascii"])
def test_sift_files_none_of_the_buyer_is_passed_over(name: str, encoding: str) -> None:
    """Whatever the spelling and the encoding: a file that names the buyer is read."""
    for spelling in (name, name.upper(), name.casefold(), name.replace(" ", "\n  ")):
        found = release(1, name=spelling)
        data = json.dumps(found, ensure_ascii=encoding == "ascii").encode(encoding)
        sought = needles([name])
        assert is_chosen(found, [name])
        assert sought is None or may_hold(data, sought)


def test_sift_files_of_others_are_passed_over() -> None:
    """Which is what it is for."""
    sought = needles(["Stadt Köln", UID])
    assert sought is not None
    assert not may_hold(json.dumps(notice(1)).encode(), sought)


def test_pull_after_another_version_s_import_finds_no_change(
    siegel: Siegel, home: Path, service: NoticeService
) -> None:
    """What this version makes of a notice is not what the service did to it."""
    file = json.dumps(notice(1), ensure_ascii=False).encode()
    older = {name: value for name, value in notice(1)["tender"].items() if name != "title"}
    settings = Settings.load(home)
    with closing(State(settings.state_url)) as state:
        state.migrate()
        releases, organisation = ReleaseStore(ObjectStore(settings.store_dir), state), organisation_of(settings, True)
        original = keep_source(file, releases, organisation)
        how: Any = {"source_digest": original, "source_path": ""}
        releases.prepare({**notice(1), "tender": older}, organisation, policy_named("standard"), **how)
    service.publish(day(1), notice(1))
    assert kinds(pulled(siegel, home)) == []
    service.publish(day(1), dict(reversed(notice(1).items())))
    assert kinds(pulled(siegel, home)) == []
    service.publish(day(1), notice(1, tender={"id": "1", "title": "Winterdienst", "status": "cancelled"}))
    assert kinds(pulled(siegel, home)) == [("changed", "ocds-other0-1-1")]
