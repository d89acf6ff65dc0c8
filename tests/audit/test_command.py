"""``siegel audit`` as a person calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.audit import downloads
from ledger.audit.findings import FindingKind
from ledger.audit.words import _WORDS
from ledger.cli import app
from tests.audit.conftest import Audits
from tests.audit.liar import Liar
from tests.explorer.site import OBSERVED, OPEN


def call(*arguments: object) -> tuple[int, str, str]:
    """Exit code and what was said."""
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"SIEGEL_LANGUAGE": "en"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def policy(honest: Audits, tmp_path: Path) -> Path:
    """The policy as a file."""
    path = tmp_path / "policy.json"
    path.write_bytes(honest.raw)
    return path


def test_audit_command_honest_server_exits_zero_and_reports(
    honest: Audits, policy: Path, folder: Path, tmp_path: Path
) -> None:
    """Both files say who was audited, what was told besides, and what was not shown."""
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    code, out, _ = call("audit", honest.site.url, "--policy", policy, "--folder", folder, "-o", page, "-o", data)
    assert code == 0, out
    assert "Nothing found" in out
    assert "no whole organisation" in out
    report = json.loads(data.read_text())
    assert (report["format"], report["clean"], report["server"]) == ("siegel-audit/1", True, honest.site.url)
    assert OPEN in {each["ocid"] for each in report["silent"]}
    assert [(each["kind"], each["ocid"]) for each in report["observed"]] == [
        ("changed", OBSERVED),
        ("vanished", OBSERVED),
    ]
    html = page.read_text()
    assert '<html lang="en">' in html
    assert "default-src 'none'" in html
    assert OPEN in html


def test_audit_command_finding_exits_one_says_whose_fault_and_escapes_what_others_wrote(
    honest: Audits, liar: Liar, policy: Path, folder: Path, tmp_path: Path
) -> None:
    """What a server writes into its lists runs neither in the page nor at the terminal."""
    evil = "<script>alert(1)</script>\x1b[2J"

    def more(page: dict[str, list[dict[str, str]]]) -> object:
        row = {**page["processes"][0], "processId": "0x" + "ab" * 32, "ocid": evil, "title": evil}
        return {**page, "processes": [*page["processes"], row]}

    liar.about("/api/v1/processes?limit=200&sort", more)
    html = tmp_path / "r.html"
    code, out, _ = call("audit", liar.url, "--policy", policy, "--folder", folder, "-o", html, "--language", "de")
    assert code == 1
    assert "Verfahren erfunden" in out
    assert "Wessen Fehler das wäre: des Betreibers" in out
    assert "\x1b" not in out
    assert "<script>" not in html.read_text()
    assert "&lt;script&gt;" in html.read_text()


def lines(what: str, number: int) -> Callable[[list[Any]], list[Any]]:
    """So many invented lines more in a file."""
    return lambda found: [*found, *({"ocid": f"ocds-a2ef3d-{what}-{each}", "id": "1"} for each in range(number))]


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "weitere Zeilen, die zu nichts passten"), ("en", "further lines that fitted nothing")],
)
def test_audit_command_more_wrong_lines_than_are_kept_counts_the_others(
    honest: Audits, liar: Liar, policy: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    """Of four invented releases and three records one each is a finding; the report says that there are more."""
    monkeypatch.setattr(downloads, "MOST_KEPT", 1)
    liar.about_lines("/api/v1/releases.jsonl", lines("releases", 4))
    liar.about_lines("/api/v1/records.jsonl", lines("records", 3))
    page, data = folder.parent / "r.html", folder.parent / "r.json"
    files = ("--folder", folder, "-o", page, "-o", data, "--language", language)
    assert call("audit", liar.url, "--policy", policy, *files)[0] == 1
    report = json.loads(data.read_text())
    assert [each["kind"] for each in report["findings"]] == ["releaseExtra", "recordExtra"]
    assert report["counts"]["untold"] == 5
    assert words in page.read_text()


def test_audit_command_every_field_of_its_report_stands_in_the_documentation(
    honest: Audits, liar: Liar, policy: Path, folder: Path
) -> None:
    """Those of the whole, and those of a finding."""
    liar.about_lines("/api/v1/releases.jsonl", lines("releases", 1))
    data = folder.parent / "r.json"
    assert call("audit", liar.url, "--policy", policy, "--folder", folder, "-o", data)[0] == 1
    report = json.loads(data.read_text())
    text = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")
    table = text.partition("| field of the JSON")[2].partition("##")[0]
    (finding,) = report["findings"]
    assert {*report, *finding} <= set(re.findall(r"`(\w+)`", table))


def test_audit_command_that_cannot_run_exits_two(honest: Audits, policy: Path, folder: Path, tmp_path: Path) -> None:
    """No server, another ledger's, no policy, a report of no known form: each by its name, and no report is written."""
    content = json.loads(policy.read_text())
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content | {"ledger": {**content["ledger"], "account": "11" * 20}}))
    url = honest.site.url
    for arguments, name in (
        (("ftp://example.org", "--policy", policy, "--folder", folder), "ServerUnreachable"),
        ((url, "--policy", other, "--folder", tmp_path / "f"), "ServerAnswerUnusable"),
        ((url, "--policy", other, "--folder", folder), "AuditFolderUnusable"),
        ((url, "--policy", tmp_path / "none.json", "--folder", folder), "FileUnusable"),
        ((url, "--policy", policy, "--folder", folder, "-o", "r.pdf"), "ArgumentInvalid"),
    ):
        code, out, err = call("audit", *arguments, "-o", tmp_path / "r.json")
        assert (code, f"[{name}]" in err) == (2, True), out + err
        assert not (tmp_path / "r.json").exists()


def test_words_every_finding_has_its_words_in_both_languages_and_stands_in_the_documentation() -> None:
    """No kind without a title, a meaning and whose fault it would be; none that is not documented."""
    assert set(_WORDS["findings"]) == {kind.value for kind in FindingKind}
    for words in _WORDS["findings"].values():
        assert words.keys() == {"title", "meaning", "fault"}
        assert all(texts.keys() == {"de", "en"} and all(texts.values()) for texts in words.values())
    text = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")
    table = text[text.index("| | found where |") : text.index("| field of the JSON")]
    assert set(re.findall(r"`(\w+)`", table)) == {kind.value for kind in FindingKind}
