"""``siegel audit`` as a person calls it."""

from __future__ import annotations

import ast
import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.audit import asking, differences, downloads
from ledger.audit.book import BOOK
from ledger.audit.findings import FindingKind
from ledger.audit.words import _WORDS
from ledger.cli import app
from tests.audit.conftest import Audits
from tests.audit.liar import Liar
from tests.explorer.site import AWARDED, CHANGED, OBSERVED, OPEN


def call(*arguments: object) -> tuple[int, str, str]:
    """Exit code and what was said."""
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"SIEGEL_LANGUAGE": "en"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def unused_port() -> int:
    """At which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


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


def test_audit_command_says_places_and_values_in_words_of_both_languages(
    honest: Audits, liar: Liar, policy: Path, folder: Path, tmp_path: Path
) -> None:
    """No key of the JSON, no failure by its name, and the proven digest where it is known."""
    digest, actual = (
        honest.site.services.queries.releases(honest.site.town.process(CHANGED))[1].digest,
        "0x" + "ab" * 32,
    )

    def lied(page: Any) -> Any:
        rows = page["processes"]
        return {**page, "processes": [{**row, "status": "open"} if row["ocid"] == AWARDED else row for row in rows]}

    def withheld(lines: list[Any]) -> list[Any]:
        problem = {"type": "/problems/ObjectAltered", "ocid": CHANGED, "digest": "0x" + digest.hex(), "actual": actual,
                   "processId": "0x" + honest.site.town.process(CHANGED).hex()}  # fmt: skip
        return [problem if line.get("id") == f"{CHANGED}-02" else line for line in lines]

    liar.about("/api/v1/processes?limit=200&sort", lied)
    liar.about_lines("/api/v1/releases.jsonl", withheld)
    said = {
        "de": (
            "Angabe: Stand",
            "Bewiesen: Zuschlag entschieden / Wartefrist läuft; gezeigt: offen",
            "Veröffentlichung: ",
            "Prüfwert: 0x",
        ),
        "en": ("field: status", "Proven: awarded / standstill; shown: open", "release: ", "digest: 0x"),
    }
    for language, sentences in said.items():
        page, data = tmp_path / f"{language}.html", tmp_path / f"{language}.json"
        code, out, _ = call("audit", liar.url, "--policy", policy, "--folder", folder, "-o", page, "-o", data,
                            "--language", language)  # fmt: skip
        assert code == 1
        assert [each for each in sentences if each not in out] == []
        assert "ObjectAltered" not in out
        (finding,) = (one for one in json.loads(data.read_text())["findings"] if one["kind"] == "releaseWithheld")
        assert (finding["expected"], finding["got"]) == ("0x" + digest.hex(), "ObjectAltered")
        sentence = finding["refusal"]["sentence"]
        assert digest.hex() in sentence and actual[2:] in sentence
        label, shown = ("Bewiesen", "gezeigt") if language == "de" else ("Proven", "shown")
        assert f"{label}: 0x{digest.hex()}; {shown}: {sentence}" in out
        html = page.read_text()
        assert "ObjectAltered" not in html
        assert sentence in html and f"<dd>0x{digest.hex()}</dd>" in html


def test_audit_command_again_says_of_both_times_which_it_is(
    honest: Audits, policy: Path, folder: Path, tmp_path: Path
) -> None:
    """The block of the audit before with its own time, and when that audit was."""
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    call("audit", honest.site.url, "--policy", policy, "--folder", folder, "-o", page, "-o", data)
    since = json.loads(data.read_text())["since"]
    block, audited = (
        datetime.fromtimestamp(since[name], UTC).strftime("%Y-%m-%d %H:%M:%S") for name in ("time", "ended")
    )
    assert block != audited
    assert f"{since['block']} ({block} UTC), audited on {audited} UTC" in page.read_text()


def test_audit_command_unreachable_server_tells_of_its_tries_and_leaves_no_folder(
    honest: Audits, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a minute of silence looks like a program that hangs."""
    monkeypatch.setattr(asking, "TRIES", 2)
    url, folder = f"http://127.0.0.1:{unused_port()}", tmp_path / "new" / "folder"
    arguments = ("audit", url, "--policy", policy, "--folder", folder)
    for language, again in (
        ("en", "Asking again in 1 s (try 2)"),
        ("de", "Neuer Versuch in 1 s (der 2.)"),
    ):
        code, out, err = call(*arguments, "--language", language)
        assert (code, "[ServerUnreachable]" in err) == (2, True)
        assert again in err
        assert again not in out
        assert len([line for line in err.splitlines() if url in line]) == 2
        assert not folder.parent.exists()


def test_audit_command_node_that_does_not_answer_exits_two_and_goes_on_later(
    honest: Audits, policy: Path, tmp_path: Path
) -> None:
    """It is no finding against the server; what was proven stays."""
    node, folder = f"http://127.0.0.1:{unused_port()}", tmp_path / "f"
    code, _, err = call("audit", honest.site.url, "--policy", policy, "--folder", folder, "--node", node)
    assert (code, "[NodeUnreachable]" in err) == (2, True)
    assert (folder / BOOK).exists()


def test_audit_command_under_another_ledgers_policy_says_why_and_blames_nobody_for_sure(
    honest: Audits, policy: Path, tmp_path: Path
) -> None:
    """The auditor may have taken the wrong policy."""
    content = json.loads(policy.read_text())
    policy.write_text(json.dumps(content | {"ledger": {**content["ledger"], "codeHash": "11" * 32}}))
    code, out, _ = call("audit", honest.site.url, "--policy", policy, "--folder", tmp_path / "f")
    assert code == 1
    assert "Observation invented" not in out
    assert "step of the verification: State" in out
    assert "Whose fault it would be: nobody's, if the policy is of another ledger" in out
    assert "all evidence was refused, because it is not of the chain and the smart contracts" in out


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
    assert ("linesUntold", {"number": 5}) in [(each["name"], each["values"]) for each in report["open"]]
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
    assert not (tmp_path / "f").exists()


def test_words_every_finding_has_its_words_in_both_languages_and_stands_in_the_documentation() -> None:
    """No kind without a title, a meaning and whose fault it would be; none that is not documented."""
    assert set(_WORDS["findings"]) == {kind.value for kind in FindingKind}
    for words in _WORDS["findings"].values():
        assert words.keys() == {"title", "meaning", "fault"}
    texts = [*_WORDS["faults"].values(), *_WORDS["keys"].values(), *_WORDS["open"].values(), *_WORDS["report"].values()]
    texts += [text for words in _WORDS["values"].values() for text in words.values()]
    assert all(text.keys() == {"de", "en"} and all(text.values()) for text in texts)
    for words in _WORDS["findings"].values():
        assert all(texts.keys() == {"de", "en"} and all(texts.values()) for texts in words.values())
    text = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")
    table = text[text.index("| | found where |") : text.index("| field of the JSON")]
    assert set(re.findall(r"`(\w+)`", table)) == {kind.value for kind in FindingKind}


def keys_of_places() -> Iterator[str]:
    """Keys under which the audit says where a finding is: of dictionaries that are called so or given to findings."""
    for path in Path(differences.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made: list[ast.expr | None] = []
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("where", "values", "result, where"):
                made = [node.value]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding":
                made = list(node.args[1:2])
            elif isinstance(node, ast.FunctionDef) and node.name == "where_of":
                made = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            for each in (inner for top in made if top is not None for inner in ast.walk(top)):
                if isinstance(each, ast.Dict):
                    yield from (str(key.value) for key in each.keys if isinstance(key, ast.Constant))


def test_words_every_key_of_a_place_and_every_compared_field_has_its_word() -> None:
    """A reader of the report sees no name of the JSON."""
    found = set(keys_of_places())
    assert {"process", "ocid", "log", "place", "provenActs", "url"} <= found
    fields = {*differences._AS_PROVEN, *differences._AMOUNTS, "head", "organisationId", "status"}
    named = {"observation", "found", "day", "ocid", "release"}
    assert (found - {"identifier", "refused", "asked"}) | fields | named == set(_WORDS["keys"])
