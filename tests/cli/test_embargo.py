"""Notices under embargo (VgV section 40(3)): anchored when they are sent to TED, told to nobody before it is over."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.cli.connection import connect, load_deployment
from ledger.settings import Settings
from ledger.store import ObjectStore, ReleaseStore, State
from ledger.terms import NoticeKind
from tests.cli.conftest import Called, Siegel, start_siegel
from tests.cli.notice_service import notice_service
from tests.cli.notices import OCID, package, release, write
from tests.cli.test_import import anchored
from tests.cli.test_pull import day
from tests.cli.test_running import running
from tests.explorer.site import open_services, serving
from tests.waiting import wait_until

SECRET = "Quastenflosser"
SENTENCE = f"Neubau des Aquariums für einen {SECRET}"


def secret(number: int = 1, *tags: str, ocid: str = OCID) -> dict[str, Any]:
    """A release that says what nobody may know yet."""
    return release(number, *tags, ocid=ocid, tender={"id": "1", "title": SENTENCE, "status": "active"})


def in_hours(hours: float) -> str:
    """A moment with its offset."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


UNTIL = in_hours(48)


def embargo(siegel: Siegel, home: Path, *files: Path) -> Called:
    """Import files under an embargo of 48 hours."""
    done = siegel("import", *files, "--embargo-until", UNTIL, "--json", home=home)
    assert done.exit_code == 0, done.out
    return done


def let_pass(home: Path, ocid: str = "%") -> None:
    """As if the embargoes of these ocids had ended an hour ago."""
    with closing(sqlite3.connect(home / "state.sqlite")) as state, state:
        digests = "SELECT digest FROM releases WHERE ocid LIKE ?"
        state.execute(f"UPDATE embargoes SET until = ? WHERE digest IN ({digests})", (int(time.time()) - 3600, ocid))


@contextmanager
def asking(home: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    """Somebody who asks API and pages; and the digests that stand on the ledger for everybody to see."""
    settings = Settings.load(home)
    with ExitStack() as closing_:
        chain = connect(settings, load_deployment(settings), closing_)
        records = [decode_log(log.topics, log.data) for log in chain.logs(0, chain.block_number(), [ACT_RECORDED])]
        services = closing_.enter_context(open_services(home, chain))
        url = closing_.enter_context(serving(services))
        client = closing_.enter_context(httpx.Client(base_url=url, timeout=60))
        named = {
            value for each in records for value in (each.process_id, each.organisation_id, each.release, each.subject)
        }
        yield client, ["0x" + value.hex() for value in sorted(named) if any(value)]


def everything(client: httpx.Client, digests: list[str]) -> dict[str, str]:
    """Whatever is answered to GET, by address: each path of the API's description and each page, with each digest."""
    described = client.get("/api/v1/openapi.json").json()["paths"]
    paths = [
        *described,
        *(path.removeprefix("/api/v1") for path in described),
        "/",
        "/metrics",
        "/status",
        "/statistics",
    ]
    paths += ["/lookup?digest={digest}", "/check", "/processes/{digest}", "/organisations", "/organisations/{digest}"]
    asked = {re.sub(r"\{\w+\}", digest, path) for path in paths for digest in digests}
    return {path: client.get(path).text for path in sorted(asked)}


def posted(client: httpx.Client, data: bytes) -> str:
    """What the form for checking a file finds out about one; its digest is taken out."""
    answer = client.post("/check", files={"file": ("x.json", data)}, follow_redirects=True)
    return answer.text.replace(hashlib.sha256(data).hexdigest(), "")


def rebuilt(siegel: Siegel, home: Path) -> str:
    """Digest of the index once made anew."""
    return str(siegel("index", "rebuild", "--json", home=home).data["digest"])


def in_step(siegel: Siegel, home: Path) -> None:
    """The index follows, differs in nothing, and is the same when made anew."""
    assert siegel("index", "run", "--once", home=home).exit_code == 0
    checked = siegel("index", "check", home=home)
    assert checked.exit_code == 0, checked.out
    settings = Settings.load(home)
    from ledger.index.database import Index

    with closing(Index.open(settings.index_url)) as index:
        before = "0x" + index.digest().hex()
    assert rebuilt(siegel, home) == before


def trail(home: Path) -> list[tuple[str, str]]:
    """Who disclosed what, as the audit trail says."""
    with closing(sqlite3.connect(home / "state.sqlite")) as state:
        lines = state.execute("SELECT actor, detail FROM audit WHERE action = 'disclose' ORDER BY number").fetchall()
    return [(actor, json.loads(detail)["why"]) for actor, detail in lines]


def test_embargoed_notice_is_betrayed_by_no_answer_and_shown_by_all_after_it(
    siegel: Siegel, home: Path, tmp_path: Path
) -> None:
    """Asked by everybody who holds the chain's digests, the file itself, or a guess; then it is disclosed."""
    file = write(tmp_path / "call.json", secret())
    told = embargo(siegel, home, file)
    assert told.data["anchored"] == 1
    in_step(siegel, home)
    stranger = json.dumps(secret(ocid="ocds-test00-9")).encode()
    with asking(home) as (client, digests):
        answers = everything(client, digests)
        assert len(answers) > 60
        assert [path for path, text in answers.items() if SECRET in text] == []
        api = {path: text for path, text in answers.items() if path.startswith("/api/")}
        refused = [path.split("/")[3] for path, text in api.items() if '"/problems/ReleaseEmbargoed"' in text]
        assert refused == ["documents", "documents", "releases"]  # the release as both, its original as a document
        assert client.get("/api/v1/processes", params={"q": SECRET}).json()["total"] == 0
        for path in ("/api/v1/releases.jsonl", "/api/v1/records.jsonl"):
            assert client.get(path).text == ""
        # Who holds the file learns no more from asking about it than who holds any other.
        (row,) = client.get("/api/v1/processes").json()["processes"]
        assert (row["title"], row["buyerName"], row["ocid"]) == (None, None, OCID)
        plain = hashlib.sha256(file.read_bytes()).hexdigest()
        assert client.get(f"/api/v1/lookup/{plain}").json()["found"] == []
        assert posted(client, file.read_bytes()) == posted(client, stranger)
        assert row["processId"] not in posted(client, file.read_bytes())

    disclosed = siegel("disclose", OCID, "--early", "TED 712345-2026", "--json", home=home)
    assert (disclosed.exit_code, len(disclosed.data["disclosed"])) == (0, 1)
    assert trail(home) == [("siegel disclose", "TED 712345-2026")]
    in_step(siegel, home)
    with asking(home) as (client, digests):
        answers = everything(client, digests)
        shown = {path for path, text in answers.items() if SECRET in text}
        for part in ("", "/record", "/releases"):
            assert f"/api/v1{row['links']['self'].removeprefix('/api/v1')}{part}" in shown
        assert {
            "/",
            row["links"]["page"],
            "/api/v1/feed.atom",
            "/api/v1/releases.jsonl",
            "/api/v1/processes.csv",
        } <= shown
        assert client.get("/api/v1/processes", params={"q": SECRET}).json()["total"] == 1
        assert client.get(f"/api/v1/lookup/{plain}").json()["found"] != []
        documents = [client.get(path).content for path in shown if path.startswith("/api/v1/documents/")]
        assert file.read_bytes() in documents


def test_embargoed_notice_is_called_so_on_the_ledger(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """The act tells neither kind nor stage of the notice, and names the original like every import."""
    embargo(siegel, home, write(tmp_path / "award.json", package(secret(1), secret(2, "award"))))
    settings = Settings.load(home)
    with ExitStack() as closing_:
        chain = connect(settings, load_deployment(settings), closing_)
        logs = list(chain.logs(0, chain.block_number(), [ACT_RECORDED]))
    digests = anchored(home)
    assert len(digests) == 2
    of_notices = [log.data for log in logs if decode_log(log.topics, log.data).release in digests]
    kinds = {int.from_bytes(data[15 * 32 + 32 : 15 * 32 + 64]) for data in of_notices}
    assert kinds == {NoticeKind.EMBARGOED}


@pytest.mark.parametrize(
    ("moment", "more", "name"),
    [
        ("2026-11-30T12:00", (), "ArgumentInvalid"),
        ("tomorrow", (), "ArgumentInvalid"),
        ("2099-11-30", (), "ArgumentInvalid"),
        ("2026-11-01T12:00+01:00", (), "EmbargoPast"),
        ("2099-11-30T12:00+01:00", (), "EmbargoTooLong"),
        (UNTIL, ("--observer",), "ArgumentInvalid"),
    ],
)
def test_import_embargo_until_a_moment_that_cannot_be_is_refused_by_name(
    siegel: Siegel, home: Path, tmp_path: Path, moment: str, more: tuple[str, ...], name: str
) -> None:
    """Before anything is read: a notice that is public by mistake cannot be called back."""
    file = write(tmp_path / "call.json", secret())
    for tried in ((), ("--dry-run",)):
        told = siegel("import", file, "--embargo-until", moment, *more, *tried, home=home)
        assert (told.exit_code, f"[{name}]" in told.err) == (2, True), told.err
    assert anchored(home) == []
    assert not (home / "store").exists() or not any((home / "store").rglob("*.salted"))


def test_import_embargo_twice_anchors_once_and_other_embargoes_are_refused(
    siegel: Siegel, home: Path, tmp_path: Path
) -> None:
    """What is withheld stays so until its moment, what is public stays public, and nobody is told otherwise."""
    hidden, public = (
        write(tmp_path / "hidden.json", secret()),
        write(tmp_path / "public.json", release(ocid="ocds-test00-2")),
    )
    assert siegel("import", public, home=home).exit_code == 0
    dry = siegel("import", hidden, "--embargo-until", UNTIL, "--dry-run", "--json", home=home)
    assert (dry.exit_code, dry.data["totals"]["new"], len(anchored(home))) == (0, 1, 1)
    embargo(siegel, home, hidden)
    again = embargo(siegel, home, hidden)
    assert (again.data["anchored"], again.data["totals"]["known"]) == (0, 1)
    assert siegel("import", hidden, "--json", home=home).data["totals"]["known"] == 1
    other = siegel("import", hidden, "--embargo-until", in_hours(50), home=home)
    assert (other.exit_code, "[EmbargoDiffers]" in other.out) == (1, True)
    late = siegel("import", public, "--embargo-until", UNTIL, home=home)
    assert (late.exit_code, "[EmbargoTooLate]" in late.out) == (1, True)
    assert len(anchored(home)) == 2
    assert len(siegel("disclose", "--json", home=home).data["embargoed"]) == 1


def test_import_part_of_a_known_original_under_embargo_withholds_the_original(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of which one notice was refused is public; once that notice comes under embargo, the file is not."""
    other = secret(ocid="ocds-test00-2")
    other["parties"][0]["identifier"]["id"] = other["parties"][0]["id"] = other["buyer"]["id"] = "0599-9"
    file = write(tmp_path / "both.json", package(release(), other))
    assert siegel("import", file, home=home).exit_code == 1
    plain = hashlib.sha256(file.read_bytes()).hexdigest()
    siegel("index", "run", "--once", home=home)
    with asking(home) as (client, _):
        (found,) = client.get(f"/api/v1/lookup/{plain}").json()["found"]
        assert client.get(f"/api/v1/documents/{found['digest']}").status_code == 200
    monkeypatch.setenv("SIEGEL_PUBLISHER__UID", "0599-9")
    settings = Settings.load(home)
    with closing(State(settings.state_url)) as state:
        releases = ReleaseStore(ObjectStore(settings.store_dir), state)
        source = bytes.fromhex(found["digest"][2:])
        until = int(time.time()) + 3600
        releases.prepare(other, b"\x01" * 32, _policy(), source_digest=source, embargo_until=until)
    with asking(home) as (client, _):
        assert client.get(f"/api/v1/lookup/{plain}").json()["found"] == []
        assert client.get(f"/api/v1/documents/{found['digest']}").json()["type"] == "/problems/ReleaseEmbargoed"


def _policy() -> Any:
    from ledger.ocds.privacy import policy_named

    return policy_named("standard")


def test_disclose_shows_what_is_due_and_nothing_else(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """By itself only after the moment; before it for one process, with a ground; each once."""
    files = [write(tmp_path / f"{n}.json", secret(ocid=f"ocds-test00-{n}")) for n in (1, 2, 3)]
    embargo(siegel, home, *files)
    nothing = siegel("disclose", "--json", home=home)
    assert (nothing.exit_code, nothing.data["disclosed"], len(nothing.data["embargoed"])) == (0, [], 3)
    assert "[ReleaseEmbargoed]" in siegel("disclose", "ocds-test00-2", home=home).err
    assert "[EmbargoUnknown]" in siegel("disclose", "ocds-test00-7", "--early", "TED 1-2026", home=home).err
    assert "[EmbargoUnknown]" in siegel("disclose", "ocds-test00-2", "--release", "x", "--early", "x", home=home).err
    for wrong in (("--early", "TED 1-2026"), ("--release", "x"), ("ocds-test00-2", "--early", " ")):
        assert siegel("disclose", *wrong, home=home).exit_code == 2
    assert trail(home) == []
    let_pass(home, "ocds-test00-1")
    dry = siegel("disclose", "--dry-run", "--json", home=home)
    assert [each["ocid"] for each in dry.data["disclosed"]] == ["ocds-test00-1"]
    assert trail(home) == []
    done = siegel("disclose", home=home)
    assert done.exit_code == 0
    assert "ocds-test00-1-1 of ocds-test00-1 is disclosed." in done.out
    assert done.out.count("is under embargo until") == 2
    assert siegel("disclose", "--json", home=home).data["disclosed"] == []
    siegel("index", "run", "--once", home=home)
    with asking(home) as (client, _):
        titles = {each["ocid"]: each["title"] for each in client.get("/api/v1/processes").json()["processes"]}
        processes = {each["ocid"]: each["processId"] for each in client.get("/api/v1/processes").json()["processes"]}
    assert titles == {"ocds-test00-1": SENTENCE, "ocds-test00-2": None, "ocds-test00-3": None}
    early = siegel("disclose", processes["ocds-test00-2"], "--early", "TED 2-2026", home=home)
    assert early.exit_code == 0, early.err
    assert trail(home) == [("siegel disclose", "due"), ("siegel disclose", "TED 2-2026")]


class Crash(BaseException):
    """The process ends here."""


def crash(*_: Any, **__: Any) -> None:
    """Instead of going on."""
    raise Crash


@pytest.mark.parametrize(
    "step",
    ["ledger.store.objects.ObjectStore._write", "ledger.store.objects.ObjectStore._drop_plain_entries",
     "ledger.store.objects.sync", "ledger.store.releases.AuditTrail.add"],
)  # fmt: skip
def test_disclose_cut_off_at_any_step_next_call_finishes_once(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever of the object has moved, the embargo ends once, and nothing is left where it was."""
    embargo(siegel, home, write(tmp_path / "call.json", secret()))
    let_pass(home)
    with monkeypatch.context() as during:
        during.setattr(step, crash)
        with pytest.raises(Crash):
            siegel("disclose", home=home)
    assert trail(home) == []
    assert siegel("disclose", home=home).exit_code == 0
    assert trail(home) == [("siegel disclose", "due")]
    assert not [path for path in (home / "store" / "confidential").rglob("*") if path.is_file()]
    in_step(siegel, home)
    with asking(home) as (client, _):
        assert client.get("/api/v1/processes", params={"q": SECRET}).json()["total"] == 1


def test_import_under_embargo_cut_off_before_anchoring_is_still_under_it(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next import anchors what waits as what it is, also without its file and its option."""
    with monkeypatch.context() as during:
        during.setattr("ledger.chain.client.Chain.submit", crash)
        with pytest.raises(Crash):
            siegel("import", write(tmp_path / "call.json", secret()), "--embargo-until", UNTIL, home=home)
    assert anchored(home) == []
    siegel("import", write(tmp_path / "other.json", release(ocid="ocds-test00-2")), home=home)
    assert len(anchored(home)) == 2
    in_step(siegel, home)
    with asking(home) as (client, digests):
        assert [path for path, text in everything(client, digests).items() if SECRET in text] == []


def test_serve_discloses_by_itself_when_the_moment_comes(home: Path, tmp_path: Path) -> None:
    """Nobody has to remember: the notice is on the pages, and nobody but the clock was asked."""
    file = write(tmp_path / "call.json", secret())
    with start_siegel(home, "import", file, "--embargo-until", UNTIL) as importing:
        out, err = importing.communicate(timeout=120)
        assert importing.returncode == 0, out + err
    with running(home, "serve", "--port", "0") as (_, url):
        wait_until(lambda: httpx.get(f"{url}/api/v1/processes", timeout=60).json()["total"] == 1, seconds=60)
        assert SECRET not in httpx.get(f"{url}/", timeout=60).text
        let_pass(home)
        wait_until(lambda: SECRET in httpx.get(f"{url}/", timeout=60).text, seconds=60)
    assert trail(home) == [("siegel serve", "due")]


def test_doctor_names_a_notice_that_is_withheld_too_long(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Where nothing serves and nobody discloses, somebody has to be told."""

    def findings() -> list[tuple[bool, str]]:
        said = siegel("doctor", "--json", home=home).data["findings"]
        return [(each["ok"], each["sentence"]) for each in said if each["check"] == "embargoes"]

    embargo(siegel, home, write(tmp_path / "call.json", secret()))
    assert findings() == [(True, "1 notice is under embargo, no longer than it lasts.")]
    let_pass(home)
    ((is_well, sentence),) = findings()
    assert (is_well, OCID in sentence) == (False, True)
    siegel("disclose", home=home)
    assert findings() == [(True, "0 notices are under embargo, none longer than it lasts.")]


def test_pull_that_finds_the_notice_published_ends_its_embargo(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the national service shows is no secret any more; a notice that says something else is not it."""
    embargo(siegel, home, write(tmp_path / "call.json", secret()))
    with notice_service() as service:
        monkeypatch.setenv("SIEGEL_PULL__SERVICE", service.url)
        monkeypatch.setenv("SIEGEL_PULL__EXPORT", "ocds.zip")
        monkeypatch.setenv("SIEGEL_PULL__DAYS", "1")
        service.publish(day(1), release(1))
        assert siegel("pull", "--json", home=home).data["disclosed"] == []
        service.publish(day(1), secret())
        pulled = siegel("pull", "--json", home=home)
        assert (pulled.data["disclosed"], pulled.data["anchored"]) == ([{"ocid": OCID, "release": f"{OCID}-1"}], 0)
        assert siegel("pull", "--json", home=home).data["disclosed"] == []
    assert trail(home) == [("siegel pull", f"published in the export of {day(1)}")]
    in_step(siegel, home)


def test_notice_published_as_embargoed_needs_the_moment(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A notice that is called embargoed and stands on every page would help nobody."""
    file = write(tmp_path / "call.json", secret())
    for wrong in (("--kind", "embargoed"), ("--kind", "call", "--embargo-until", UNTIL)):
        told = siegel("notice", "publish", "--release", file, *wrong, home=home)
        assert (told.exit_code, "--embargo-until" in told.err) == (2, True)
    done = siegel("notice", "publish", "--release", file, "--kind", "embargoed", "--embargo-until", UNTIL, home=home)
    assert done.exit_code == 0, done.err
    in_step(siegel, home)
    with asking(home) as (client, digests):
        assert [path for path, text in everything(client, digests).items() if SECRET in text] == []
    assert siegel("disclose", OCID, "--early", "TED 1-2026", home=home).exit_code == 0
    siegel("index", "run", "--once", home=home)
    with asking(home) as (client, _):
        assert client.get("/api/v1/processes", params={"q": SECRET}).json()["total"] == 1
