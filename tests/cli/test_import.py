"""OCDS files onto the ledger: each release once, whatever happens in between."""

from __future__ import annotations

import json
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.record import ACT_RECORDED, decode_log
from ledger.cli.connection import connect, load_deployment
from ledger.cli.importing.kinds import notice_kind
from ledger.errors import NodeUnreachable
from ledger.settings import Settings
from ledger.store import Outbox
from ledger.terms import Act, NoticeKind
from tests.cli.conftest import Siegel, start_siegel
from tests.cli.notices import BUYER_NAME, UID, package, release, write
from tests.ocds.notices import PREFIX, PROCEDURE, notice


def anchored(home: Path) -> list[bytes]:
    """The release digests of all notices on the ledger, in its order."""
    settings = Settings.load(home)
    with ExitStack() as closing:
        chain = connect(settings, load_deployment(settings), closing)
        logs = list(chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED]))
    records = [decode_log(log.topics, log.data) for log in logs if log.account == chain.ledger]
    return [record.release for record in records if record.act == Act.NOTICE_PUBLISHED]


def test_import_twice_second_anchors_nothing(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Giving the same files again changes nothing."""
    file = write(tmp_path / "package.json", package(release(1), release(2, "award"), release(3, ocid="ocds-test00-2")))
    first = siegel("import", file, "--json", home=home)
    assert (first.exit_code, first.data["anchored"]) == (0, 3)
    again = siegel("import", file, "--json", home=home)
    assert (again.exit_code, again.data["anchored"], again.data["files"][0]["known"]) == (0, 0, 3)
    assert len(anchored(home)) == len(set(anchored(home))) == 3
    siegel("index", "run", "--once", home=home)
    assert siegel("index", "check", home=home).exit_code == 0


def test_import_many_releases_are_anchored_in_order_of_their_dates(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """More than fit into one call, from files in any order."""
    later = [release(2, ocid=f"ocds-test00-{number}") for number in range(110)]
    sooner = [release(1, ocid=f"ocds-test00-{number}") for number in range(110)]
    files = [write(tmp_path / "a.json", package(*later)), write(tmp_path / "b.json", package(*sooner))]
    done = siegel("import", *files, "--json", home=home)
    assert (done.exit_code, done.data["anchored"]) == (0, 220)
    siegel("index", "run", "--once", home=home)
    assert siegel("index", "check", home=home).exit_code == 0
    assert len(set(anchored(home))) == 220


def test_import_foreign_buyer_is_refused_with_the_way_out(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """What is not the buyer's own is anchored by an observer only; the rest of the files is anchored all the same."""
    foreign = write(
        tmp_path / "foreign.json", release(1, ocid="ocds-other0-1", uid="0599-9", name="Kreis Beispielland")
    )
    own = write(tmp_path / "own.json", release(1))
    refused = siegel("import", foreign, own, home=home)
    assert refused.exit_code == 1
    assert "Kreis Beispielland" in refused.out
    assert "[BuyerForeign]" in refused.out
    assert "--observer" in refused.out
    assert len(anchored(home)) == 1
    observed = siegel("import", "--observer", foreign, "--json", home=home)
    assert (observed.exit_code, observed.data["anchored"]) == (0, 1)


@pytest.mark.parametrize(
    ("uid", "name", "taken"),
    [("0599-9", BUYER_NAME, False), ("0599-9", "Kreis", False)],
)
def test_import_buyer_of_same_name_and_other_identifier_is_foreign(
    siegel: Siegel, home: Path, tmp_path: Path, uid: str, name: str, taken: bool
) -> None:
    """A register's identifier decides; a name is only what people call somebody."""
    file = write(tmp_path / "file.json", release(1, uid=uid, name=name))
    assert (siegel("import", "--dry-run", file, home=home).exit_code == 0) is taken


def test_import_dry_run_writes_nothing(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Only what would be done is said."""
    before = sorted(path.name for path in home.iterdir())
    said = siegel("import", "--dry-run", write(tmp_path / "file.json", release()), "--json", home=home)
    assert (said.exit_code, said.data["anchored"], said.data["files"][0]["new"]) == (0, None, 1)
    assert sorted(path.name for path in home.iterdir()) == before
    assert anchored(home) == []


def test_import_file_that_is_no_ocds_is_refused_and_the_rest_taken(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Each file gets its own account."""
    (tmp_path / "in").mkdir()
    for name, content in (("empty.json", b""), ("list.json", b"[1]"), ("latin.json", b'{"a": "\xfc"}')):
        (tmp_path / "in" / name).write_bytes(content)
    write(tmp_path / "in" / "good.json", release())
    done = siegel("import", tmp_path / "in", "--json", home=home)
    assert (done.exit_code, done.data["anchored"], done.data["filesWithRefusals"]) == (1, 1, 3)
    reasons = {Path(each["path"]).name: [r["error"] for r in each["refused"]] for each in done.data["files"]}
    assert reasons["empty.json"] == ["FileEmpty"]


def test_import_missing_path_is_told_before_anything_is_done(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """A typing error in a path is not a file without releases."""
    told = siegel("import", write(tmp_path / "good.json", release()), tmp_path / "gone.json", home=home)
    assert (told.exit_code, "gone.json" in told.err) == (2, True)
    assert anchored(home) == []


def test_import_zip_and_json_lines_give_the_releases_of_the_folder(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """However notices are packed, they are the same releases; each member, each line is its own original."""
    made = [release(number, ocid=f"ocds-test00-{number}") for number in range(1, 4)]
    folder = tmp_path / "in"
    folder.mkdir()
    for number, each in enumerate(made):
        write(folder / f"{number}.json", each)
    (folder / "readme.txt").write_text("no notice")
    with zipfile.ZipFile(tmp_path / "packed.data", "w") as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, file.name)
        packed.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    lines = tmp_path / "lines.data"
    lines.write_text("\r\n".join([json.dumps(each) for each in made] + ["{"]), encoding="utf-8-sig")

    done = siegel("import", tmp_path / "packed.data", "--json", home=home).data
    assert (done["anchored"], done["totals"]["passedOver"], done["totals"]["documents"]) == (3, 1, 4)
    first = done["files"][0]
    assert (first["member"], first["line"], first["new"]) == ("0.json", None, 1)
    assert done["totals"]["reasons"] == {"ArchiveNested": 1}
    again = siegel("import", lines, folder, "--json", home=home)
    assert (again.exit_code, again.data["anchored"], again.data["totals"]["known"]) == (1, 0, 6)
    assert [(each["line"], each["refused"][0]["error"]) for each in again.data["files"] if each["refused"]] == [
        (4, "JsonInvalid")
    ]
    for each in [done["totals"], *[file["sums"] for file in done["files"]]]:
        assert each["leaves"] == each["mapped"] + each["repaired"] + each["unused"] + each["refused"]
    with zipfile.ZipFile(tmp_path / "packed.data") as packed:
        member = packed.read("0.json")
    (tmp_path / "member").write_bytes(member)
    siegel("index", "run", "--once", home=home)
    assert siegel("check", tmp_path / "member", "--json", home=home).data["known"] is True


def test_import_many_files_people_read_sums_and_reasons(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Ten thousand refusals of one kind are one line with three examples; --json has them all."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.json").write_bytes(b"" if number % 2 else b"[1]")
    said = siegel("import", "--dry-run", folder, home=home)
    assert said.exit_code == 1
    assert "refused 20 times: FileEmpty" in said.out
    assert "refused 20 times: NotOcds" in said.out
    assert said.out.count("and 17 more; --json tells all") == 2
    assert len(said.out.splitlines()) < 15
    told = siegel("import", "--dry-run", folder, "--json", home=home).data
    assert (len(told["files"]), told["totals"]["reasons"]) == (40, {"FileEmpty": 20, "NotOcds": 20})


def test_import_dry_run_tells_new_known_and_conflicting(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Exactly what the import then does, with the places at which a conflict lies."""
    siegel("import", write(tmp_path / "known.json", release(1)), home=home)
    changed = {**release(1), "date": "2026-11-02T10:00:00+01:00"}
    files = [write(tmp_path / "known.json", release(1)), write(tmp_path / "changed.json", changed)]
    files.append(write(tmp_path / "new.json", release(2, "award")))
    tried = siegel("import", "--dry-run", *files, "--json", home=home).data
    done = siegel("import", *files, "--json", home=home).data
    for told in (tried, done):
        counted = [(each["new"], each["known"], each["conflicting"]) for each in told["files"]]
        assert counted == [(0, 1, 0), (0, 0, 1), (1, 0, 0)]
        assert "differs at /date" in told["files"][1]["refused"][0]["why"]
    assert (tried["anchored"], done["anchored"]) == (None, 1)


@pytest.mark.parametrize("step", ["mark_sent", "mark_recorded"])
def test_import_cut_off_after_signing_goes_on_and_anchors_once(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever was handed in before a crash is found on the ledger, not sent again."""
    file = write(tmp_path / "package.json", package(release(1), release(2, "award")))

    class Crash(BaseException):
        pass

    def crash(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as during:
        during.setattr(Outbox, step, crash)
        with pytest.raises(Crash):
            siegel("import", file, home=home)
    again = siegel("import", file, "--json", home=home)
    assert (again.exit_code, again.data["anchored"]) == (0, 0)
    assert len(anchored(home)) == len(set(anchored(home))) == 2


def test_import_node_fails_at_once_next_import_anchors(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was prepared and never handed in is sent the next time, also without its file."""
    file = write(tmp_path / "one.json", release(1))

    def unreachable(*_: Any, **__: Any) -> None:
        raise NodeUnreachable(url="x", reason="down")

    with monkeypatch.context() as during:
        during.setattr("ledger.chain.client.Chain.submit", unreachable)
        failed = siegel("import", file, home=home)
        assert (failed.exit_code, "[NodeUnreachable]" in failed.err) == (1, True)
    other = write(tmp_path / "two.json", release(2, "award"))
    assert siegel("import", other, "--json", home=home).data["anchored"] == 2


def test_import_two_at_once_each_release_is_anchored_once(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """Two calls on a chain that is served: the second waits for the first."""
    from ledger.chain.node import EmbeddedNode
    from ledger.chain.node.server import serve

    file = write(tmp_path / "package.json", package(*(release(1, ocid=f"ocds-test00-{n}") for n in range(40))))
    settings = Settings.load(home)
    with EmbeddedNode.open(settings.chain_dir) as node:
        server = serve(node)
        calls = [start_siegel(home, "import", file, SIEGEL_RPC_URL=server.url) for _ in range(2)]
        codes = [call.wait() for call in calls if call.communicate()]
        server.stop()
    assert codes == [0, 0]
    assert len(anchored(home)) == len(set(anchored(home))) == 40


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (["planning"], NoticeKind.PLANNING),
        (["tender"], NoticeKind.CALL),
        (["tenderUpdate"], NoticeKind.CORRECTION),
        (["tender", "award"], NoticeKind.AWARD),
        (["award", "contract"], NoticeKind.CONTRACT),
        (["contractAmendment"], NoticeKind.MODIFICATION),
        (["tenderCancellation"], NoticeKind.OTHER),
        (["compiled"], NoticeKind.OTHER),
    ],
)
def test_notice_kind_of_tags_is_the_latest_stage(tags: list[str], kind: NoticeKind) -> None:
    """A release with several tags is what weighs most for its reader."""
    assert notice_kind(tags) is kind


def test_import_observer_real_files_of_four_countries(siegel: Siegel, home: Path, test_data: Path) -> None:
    """Real files in one call: what can be used is anchored and checks, the rest is refused with a reason."""
    done = siegel("import", "--observer", test_data / "ocds" / "real-examples", "--json", home=home)
    assert done.exit_code == 1
    files = done.data["files"]
    countries = {
        Path(each["path"]).relative_to(test_data / "ocds" / "real-examples").parts[0] for each in files if each["new"]
    }
    assert countries == {"australia", "paraguay", "uk-contracts-finder", "ukraine"}
    assert done.data["anchored"] == sum(each["new"] for each in files) == len(set(anchored(home)))
    assert all(each["new"] + each["known"] + len(each["refused"]) > 0 or each["unused"] for each in files)
    assert all(refusal["error"] and refusal["why"] for each in files for refusal in each["refused"])
    assert sum(len(each["repaired"]) for each in files) > 0
    siegel("index", "run", "--once", home=home)
    assert siegel("index", "check", home=home).exit_code == 0
    original = next(each["path"] for each in files if each["new"])
    found = siegel("check", original, "--json", home=home)
    assert (found.exit_code, json.loads(found.out)["known"]) == (0, True)


def test_import_eforms_notice_needs_the_prefix_and_the_own_buyer(
    siegel: Siegel, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a prefix it is refused with the way out; with it, the town's own notice is anchored, another's is not."""
    file = tmp_path / "notice.xml"
    file.write_text(notice().replace("05999001-0001-20", UID), "utf-8")
    unset = siegel("import", file, home=home)
    assert unset.exit_code == 1
    assert "[OcidPrefixMissing]" in unset.out
    monkeypatch.setenv("SIEGEL_OCID_PREFIX", PREFIX)
    dry = siegel("import", "--dry-run", file, "--json", home=home)
    assert (dry.exit_code, dry.data["files"][0]["new"]) == (0, 1)
    done = siegel("import", file, "--json", home=home)
    assert (done.exit_code, done.data["anchored"]) == (0, 1)
    report = done.data["files"][0]
    assert report["leaves"] == report["mapped"] + len(report["repaired"]) + len(report["unused"])
    foreign = tmp_path / "foreign.xml"
    foreign.write_text(notice(procedure=PROCEDURE.replace("5d1b", "5d1c")), "utf-8")
    assert "[BuyerForeign]" in siegel("import", foreign, home=home).out
    siegel("index", "run", "--once", home=home)
    assert siegel("index", "check", home=home).exit_code == 0


def test_import_of_one_release_is_told_as_one(siegel: Siegel, home: Path, tmp_path: Path) -> None:
    """In both languages; of none there are many."""
    file = write(tmp_path / "one.json", package(release(1)))
    english, german = siegel("import", file, home=home), siegel("--language", "de", "import", file, home=home)
    assert "1 file: 1 release new, 0 known before, 1 anchored now." in english.out
    assert "1 Datei: 0 Veröffentlichungen neu, 1 schon bekannt, 0 jetzt verankert." in german.out
