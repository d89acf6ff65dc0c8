"""Whole lists to take away: complete, each once, honest about what cannot be shown, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from api import bulk, downloads
from ledger.store import StoreClass
from tests.api.conftest import Api
from tests.explorer.site import AWARDED, OBSERVED, OPEN
from tests.index.town import release


def lines(api: Api, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """The lines of a bulk file."""
    answer = api.get(path, params=parameters)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jsonl"), answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def table(api: Api, path: str, **parameters: Any) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    answer = api.get(path, params=parameters)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    text = answer.content.decode("utf-8-sig")
    assert "\r\n" in text
    return list(csv.DictReader(io.StringIO(text)))


def test_releases_every_disclosed_one_stands_there_once_as_in_its_package(api: Api) -> None:
    """Fields that may be shown in their places, erased ones as digests, embargoed releases left out."""
    packed = []
    for process in api.get("/processes?limit=200").json()["processes"]:
        packed += api.client.get(process["links"]["releases"]).json()["releases"]
    found = lines(api, "/releases.jsonl")
    assert sorted(found, key=lambda each: str(each["id"])) == sorted(packed, key=lambda each: str(each["id"]))
    assert "Erika" not in str(found)


def test_records_are_those_of_the_processes(api: Api) -> None:
    """One line for each process with a disclosed release."""
    found = {each["ocid"]: each for each in lines(api, "/records.jsonl")}
    for ocid in (OPEN, AWARDED, OBSERVED):
        (record,) = api.get(f"{api.process(ocid)}/record").json()["records"]
        assert found[ocid] == record


def test_bulk_files_take_the_parameters_of_the_list(api: Api) -> None:
    """What can be searched can be taken away."""
    assert [each["ocid"] for each in lines(api, "/releases.jsonl", mode="observed")] == [OBSERVED]
    assert [each["ocid"] for each in lines(api, "/records.jsonl", q="sohn glanz")] == [AWARDED]
    assert [each["ocid"] for each in table(api, "/processes.csv", mode="observed")] == [OBSERVED]
    assert lines(api, "/releases.jsonl", publishedTo=0) == []


def test_bulk_files_longer_than_a_piece_are_whole(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces follow one another without a gap or a repetition."""
    monkeypatch.setattr("ledger.index.exports.PIECE", 1)
    ocids = [each["ocid"] for each in table(api, "/processes.csv")]
    assert len(ocids) == len(set(ocids)) == api.get("/processes").json()["total"]


def test_releases_altered_and_odd_ones_are_told_in_their_place(api: Api) -> None:
    """The file goes on; the line says which release of which process, and shows nothing of it."""
    town, services = api.site.town, api.site.services
    digest = town.keep(release("ocds-a2ef3d-bulk-altered"))
    town.notice("ocds-a2ef3d-bulk-altered", digest)
    odd = services.store.put(StoreClass.PUBLIC, b'{"ocid": "ocds-a2ef3d-bulk-odd", "date": 7}', salt=bytes(32))
    town.notice("ocds-a2ef3d-bulk-odd", odd)
    api.take_in()
    file = town.store.path(digest)
    intact = file.read_bytes()
    file.write_bytes(intact.replace(b"250000", b"950000"))
    try:
        for path in ("/releases.jsonl", "/records.jsonl"):
            found = {each["ocid"]: each for each in lines(api, path)}
            told = found["ocds-a2ef3d-bulk-altered"]
            assert (told["type"], told["digest"]) == ("/problems/ObjectAltered", "0x" + digest.hex())
            assert told["processId"] == "0x" + town.process("ocds-a2ef3d-bulk-altered").hex()
            assert "950000" not in json.dumps(told)
            assert found[OBSERVED]["ocid"] == OBSERVED
        assert found["ocds-a2ef3d-bulk-odd"]["type"] == "/problems/ReleaseUnreadable"
    finally:
        file.write_bytes(intact)


def test_processes_as_csv_say_what_the_list_says(api: Api) -> None:
    """Same values under the same names; moments as people's programs read them."""
    rows = {row["processId"]: row for row in table(api, "/processes.csv")}
    for process in api.get("/processes?limit=200").json()["processes"]:
        row = rows[process["processId"]]
        for name in ("ocid", "mode", "status", "title", "buyerName", "valueAmount", "organisationId"):
            assert row[name] == (process[name] or ""), name
        assert row["lastTime"].endswith("Z")
        assert api.client.get(row["page"]).status_code == 200


def test_csv_texts_that_a_spreadsheet_would_calculate_are_texts(api: Api) -> None:
    """A title is written by strangers and opened in an office."""
    town = api.site.town
    title = '=HYPERLINK("https://example.org","Rechnung")'
    town.notice("ocds-a2ef3d-formula", town.keep(release("ocds-a2ef3d-formula", title=title)))
    api.take_in()
    (row,) = table(api, "/processes.csv", ocid="ocds-a2ef3d-formula")
    assert row["title"] == "'" + title
    assert [bulk._cell(value) for value in ("-5", "-5.50", "-x", "\tx", "@x", "+49", None, True, 7)] == [
        "-5", "-5.50", "'-x", "'\tx", "'@x", "'+49", None, "true", 7,
    ]  # fmt: skip


def test_organisations_as_csv(api: Api) -> None:
    """All of the registry."""
    names = {row["organisationId"] for row in table(api, "/organisations.csv")}
    assert names == {each["organisationId"] for each in api.get("/organisations").json()["organisations"]}


def test_bulk_files_more_at_once_than_are_given_are_refused(api: Api) -> None:
    """Long answers must not keep others from theirs; each that ends, or is broken off, makes room."""
    for _ in range(downloads.AT_ONCE):
        assert downloads._slots.acquire(blocking=False)
    try:
        answer = api.get("/releases.jsonl")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/DownloadsBusy")
        assert api.get("/processes").status_code == 200
        assert api.client.head("/api/v1/releases.jsonl").status_code == 200
    finally:
        for _ in range(downloads.AT_ONCE):
            downloads._slots.release()
    for _ in range(2 * downloads.AT_ONCE):
        assert api.get("/releases.jsonl").status_code == 200
    for _ in range(downloads.AT_ONCE):
        with api.client.stream("GET", "/api/v1/releases.jsonl") as answer:
            assert answer.status_code == 200
    # The server learns in its own time that nobody listens any more.
    taken = [downloads._slots.acquire(timeout=30) for _ in range(downloads.AT_ONCE)]
    for _ in filter(None, taken):
        downloads._slots.release()
    assert all(taken)
