"""Whatever a stranger puts into an address, a header or a form, no answer is a failure of the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.explorer.site import OPEN, Site

ODD = ["", "\0", "\ufeff", "%", "..", "0x", "'; drop table acts; --", "ä" * 300, "x " * 2000, "9" * 400, "../" * 80]
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
PAGES = ["/", "/organisations", "/check", "/lookup", "/status", "/imprint", "/privacy", "/accessibility"]
NAMES = ["q", "status", "mode", "cursor", "lang", "digest", "name", "v"]
FOLDERS = ["/processes/", "/organisations/", "/static/", "/extension/siegel/", "/problems/", "/api/v1/", "/"]
RELAXED = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def stranger(site: Site) -> Iterator[httpx.Client]:
    """A client without cookies or preferences."""
    with httpx.Client(base_url=site.url) as client:
        yield client


@pytest.mark.parametrize("words", [1_500, 5_000])
def test_search_for_very_many_words_answers_a_page(stranger: httpx.Client, words: int) -> None:
    """Each word is a condition in the database, which takes about a thousand."""
    assert stranger.get("/", params={"q": "a " * words}).status_code == 200


def test_address_of_long_names_is_not_found(stranger: httpx.Client) -> None:
    """A name too long for the file system is a name that does not exist."""
    for folder in FOLDERS:
        answer = stranger.get(folder + "x" * 5_000)
        assert 400 <= answer.status_code < 500, folder


@RELAXED
@given(st.sampled_from(PAGES), st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=4))
def test_query_of_any_text_never_fails(stranger: httpx.Client, page: str, query: dict[str, str]) -> None:
    """Every page with every parameter it knows, and with those of the others."""
    assert stranger.get(page, params=query).status_code < 500


@RELAXED
@given(st.sampled_from(FOLDERS), TEXTS, st.sampled_from(["", "/acts", "/record", "?q=%ff", "//"]))
def test_path_of_any_text_never_fails(stranger: httpx.Client, folder: str, name: str, rest: str) -> None:
    """Names that are none, in every folder that looks something up."""
    assert stranger.get(folder + quote(name, safe="/") + rest).status_code < 500


@RELAXED
@given(st.data())
def test_api_described_parameters_with_any_text_never_fail(stranger: httpx.Client, site: Site, data: Any) -> None:
    """Every operation of the API's own description, each parameter with text, numbers or a digest that exists."""
    (row,) = site.services.queries.processes_by_ocid(OPEN)
    paths = {path: said for path, said in _description(site.url)["paths"].items() if "get" in said}
    path = data.draw(st.sampled_from(sorted(paths)))
    values = st.one_of(TEXTS, st.integers().map(str), st.just(row.process_id.hex()), st.just("updated"))
    query = {}
    for parameter in paths[path]["get"].get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(data.draw(values), safe=""))
        elif data.draw(st.booleans()):
            query[parameter["name"]] = data.draw(values)
    assert stranger.get(path, params=query).status_code < 500


def _description(url: str, known: dict[str, Any] = {}) -> Any:  # noqa: B006
    if url not in known:
        known[url] = httpx.get(f"{url}/api/v1/openapi.json").json()
    return known[url]


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=nonsense",
        "multipart/form-data; boundary=" + "x" * 5_000,
        "application/x-www-form-urlencoded",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"file=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff\x00"\r\n\r\n\xff\r\n--x--\r\n',
        b"--x\r\nContent-Disposition: nonsense\r\n\r\n\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + b"a" * 2_000_000,
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"[" * 200_000 + b"\r\n--x--\r\n",
    ],
)
def test_form_of_any_kind_never_fails(stranger: httpx.Client, kind: str, body: bytes) -> None:
    """Forms without a boundary, in an unknown encoding, cut off, with a broken name."""
    assert stranger.post("/check", content=body, headers={"content-type": kind}).status_code < 500


@pytest.mark.parametrize(
    "content",
    [
        b'["' + b'\\"' * 200_000,
        b'["' + b"\\" * 200_001,
        b'"' * 200_000,
        b"[1e" + b"9" * 100_000 + b"]",
        b"[" + b"9" * 100_000 + b"]",
        b'{"releases": [' * 60 + b"]}" * 60,
        b'{"ocid": "\\u0000", "id": "\\ud800"}',
        b'{"ocid": "ocds-a2ef3d-salt", "id": "ocds-a2ef3d-salt-01", "a": 1e400, "b": -0, "c": {"": null}}',
    ],
)
def test_file_made_to_cost_time_is_answered_soon(stranger: httpx.Client, content: bytes) -> None:
    """Texts that never end, numbers beyond all measure, deep nests: read once, refused or compared, never a failure."""
    answer = stranger.post("/check", files={"file": ("a.json", content)}, timeout=20)
    assert answer.status_code < 400


@pytest.mark.parametrize("name", ["cookie", "accept-language", "if-none-match", "range", "host", "accept-encoding"])
@pytest.mark.parametrize("value", [b"\xff\xfe", b"language=\xff; =; ;", b"a;q=nan, b;q=1e999", b"," * 5_000, b'"'])
def test_header_of_any_bytes_never_fails(site: Site, name: str, value: bytes) -> None:
    """Bytes as a broken or hostile client sends them, without a library that would refuse to."""
    place = urlsplit(site.url)
    host = b"" if name == "host" else b"host: x\r\n"
    for path in (b"/", b"/api/v1/processes", b"/static/siegel.css"):
        with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
            head = b"GET " + path + b" HTTP/1.1\r\n" + host + name.encode() + b": " + value
            connection.sendall(head + b"\r\nconnection: close\r\n\r\n")
            status = connection.makefile("rb").readline().split()[1]
        assert int(status) < 500, path
