"""Checking a file and looking up a digest without JavaScript."""

from __future__ import annotations

import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from api.claims import MOST_PROCESSES, claims
from explorer import check_pages
from explorer.check_pages import FORM_BYTES, MAX_BYTES, SENT_AT_ONCE
from ledger.index.queries import Queries
from ledger.index.rows import ProcessRow
from tests.explorer.site import ALTERED, BID_PAGE, OPEN, PDF, REPORT, Site, text_of


def check(reader: httpx.Client, name: str, content: bytes) -> httpx.Response:
    """Send a file with the form."""
    return reader.post("/check", files={"file": (name, content)})


def test_recorded_notice_is_recognised_and_leads_to_its_process(reader: httpx.Client, site: Site) -> None:
    """The very file of a notice is found, with procedure and act, at an address that can be kept."""
    answer = check(reader, "notice.json", site.release_bytes(OPEN))
    page = text_of(answer.text)
    assert "Das ist genau die Datei einer festgehaltenen Veröffentlichung" in page
    assert site.page(OPEN) in answer.text
    assert answer.url.path == "/lookup"


def test_registered_page_is_recognised_with_who_registered_it(reader: httpx.Client, site: Site) -> None:
    """Whoever kept the page that seals bids sees that it is the registered one, by whom, under which name, and when."""
    answer = check(reader, "bid.html", BID_PAGE)
    page = text_of(answer.text)
    assert "Das ist genau eine Seite, deren Prüfwert hinterlegt wurde" in page
    assert "Hinterlegt als bid-page-111" in page
    assert "Achten Sie darauf, von wem sie ist" in page
    assert "Von Stadt Musterlingen Festgehalten 7. Januar 2026" in page
    assert f'href="/organisations/0x{site.town.buyer.hex()}"' in answer.text
    changed = text_of(check(reader, "bid.html", BID_PAGE.replace(b"versiegeln", b"verraten")).text)
    assert "Nicht in diesem Register festgehalten" in changed


def test_report_of_an_audit_is_recognised(reader: httpx.Client) -> None:
    """A report that an auditor anchored is found by its file."""
    assert "Das ist genau ein Prüfbericht, der verankert wurde" in text_of(check(reader, "r.json", REPORT).text)


def test_organisation_shows_what_it_registered(reader: httpx.Client, site: Site) -> None:
    """Each with its name, its check value that leads to the finding, and when; whoever registered nothing has none."""
    answer = reader.get(f"/organisations/0x{site.town.buyer.hex()}")
    page = text_of(answer.text)
    assert "Hinterlegte Dateien und Prüfberichte" in page
    for content, title in ((BID_PAGE, "Seite: bid-page-111"), (REPORT, "Prüfbericht Festgehalten")):
        digest = hashlib.sha256(content).hexdigest()
        assert title in page
        assert reader.get(f"/lookup?digest={digest}").status_code == 200
        assert f'href="/lookup?digest={digest}"' in answer.text
    observer = text_of(reader.get(f"/organisations/0x{site.town.observer.hex()}").text)
    assert "Hinterlegte Dateien" not in observer


def test_finding_outside_processes_of_an_observation_names_the_observer(reader: httpx.Client, site: Site) -> None:
    """An act outside processes has no procedure to lead to; its organisation is named instead."""
    (seen, *_) = site.services.queries.findings().items
    answer = reader.get(f"/lookup?digest={seen.observation.hex()}")
    assert f'href="/organisations/0x{site.town.observer.hex()}"' in answer.text


def test_document_named_by_a_notice_is_recognised(reader: httpx.Client) -> None:
    """A document that a release names by its digest is found as well."""
    assert "Nicht in diesem Register" not in check(reader, "bill.pdf", PDF).text


def test_altered_notice_is_told_with_both_values(reader: httpx.Client, site: Site) -> None:
    """A copy in which one value was changed is recognised as an altered notice; the change is shown."""
    content = site.release_bytes(ALTERED).replace(b"24900.5", b"29900.5")
    page = text_of(check(reader, "notice.json", content).text)
    assert "Diese Datei wurde verändert" in page
    assert "Geschätzter Auftragswert /tender/value/amount Festgehalten 24900.5 Jetzt 29900.5" in page


def test_altered_notice_is_told_although_the_store_is_altered_alike(altered_site: Site) -> None:
    """When the store holds the altered file itself, the check still names what was recorded."""
    (row,) = altered_site.services.queries.processes_by_ocid(ALTERED)
    (release,) = altered_site.services.queries.releases(row.process_id)
    content = altered_site.services.store.get_unverified(release.digest)
    with httpx.Client(base_url=altered_site.url, headers={"accept-language": "de"}) as reader:
        page = text_of(check(reader, "notice.json", content).text)
    assert "Festgehalten 24900.5 Jetzt 29900.5" in page


def test_file_of_very_many_names_is_answered_after_a_bounded_search(reader: httpx.Client, site: Site) -> None:
    """A file of thousands of made-up names asks the index for the first ones only, whatever stands behind them."""
    asked: list[str] = []
    services = site.services

    class Counting(Queries):
        def processes_by_ocid(self, ocid: str, *, now: int | None = None) -> tuple[ProcessRow, ...]:
            asked.append(ocid)
            return super().processes_by_ocid(ocid, now=now)

    releases = [{"ocid": f"ocds-{number}", "id": "1"} for number in range(15_000)]
    data = json.dumps({"releases": releases}).encode()
    found = claims(replace(services, queries=Counting(services.index)), data)
    assert (found.found, found.complete) == ((), False)
    assert len(asked) == MOST_PROCESSES


def test_file_that_names_a_notice_over_and_over_is_compared_once(site: Site) -> None:
    """Repetitions cost nothing; an altered twin cannot hide behind the right one."""
    right = json.loads(site.release_bytes(ALTERED))
    wrong = json.loads(site.release_bytes(ALTERED).replace(b"24900.5", b"29900.5"))
    found = claims(site.services, json.dumps({"releases": [right] * 500 + [wrong] * 500}).encode())
    assert [bool(claim.changes) for claim in found.found] == [False, True]
    assert found.complete


def test_file_with_long_names_above_many_values_is_not_compared(reader: httpx.Client, site: Site) -> None:
    """Written out, the places of its values would need terabytes; a long value alone is compared and shown cut off."""
    content = json.loads(site.release_bytes(ALTERED))
    bomb = {**content, "x" * 1_000_000: [1] * 1_000_000}
    assert claims(site.services, json.dumps(bomb).encode()).found == ()
    content["tender"]["title"] = "Kies " * 500_000
    answer = check(reader, "notice.json", json.dumps(content).encode())
    assert "Diese Datei wurde verändert" in text_of(answer.text)
    assert len(answer.text) < 50_000


def test_file_that_names_nul_is_no_notice(site: Site) -> None:
    """PostgreSQL refuses NUL in text; a file with it is a file without notices."""
    assert claims(site.services, b'{"ocid": "\\u0000", "id": "1"}').found == ()


def test_file_name_is_sent_nowhere_else(reader: httpx.Client, site: Site) -> None:
    """The address of the finding, which is kept and sent on, names the check value alone; a name in an address is no
    finding and is not shown as one."""
    answer = check(reader, "Kündigung-Beispiel.json", site.release_bytes(OPEN))
    assert answer.url.params.keys() == {"digest"}
    assert "Beispiel" not in answer.text
    page = reader.get("/lookup", params={"digest": answer.url.params["digest"], "name": "other.pdf"})
    assert "other.pdf" not in text_of(page.text)


def test_more_forms_than_are_taken_at_once_are_told_to_wait(site: Site) -> None:
    """Whoever begins forms and does not end them cannot fill disk or memory, and is told by name."""
    place = urlsplit(site.url)
    head = f"POST /check HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: multipart/form-data; boundary=x\r\n"
    begun = [socket.create_connection((place.hostname, place.port), timeout=20) for _ in range(SENT_AT_ONCE)]
    try:
        for connection in begun:
            connection.sendall(f"{head}content-length: 1000\r\n\r\n--x\r\n".encode())
        # A connection is served in the order of its bytes, so one more answer means that those above are under way.
        assert httpx.get(site.url + "/check").status_code == 200
        answer = httpx.post(site.url + "/check", files={"file": ("a", b"a")})
        assert (answer.status_code, "ServiceBusy" in answer.text) == (503, True)
    finally:
        for connection in begun:
            connection.close()
    while httpx.post(site.url + "/check", files={"file": ("a", b"a")}).status_code == 503:
        pass  # whoever goes away makes room


def test_form_that_arrives_too_slowly_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that stops in the middle is answered by name, and its place is free again."""
    monkeypatch.setattr(check_pages, "SECONDS", 0.2)
    place = urlsplit(site.url)
    head = f"POST /check HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: multipart/form-data; boundary=x\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall(f"{head}content-length: 1000\r\n\r\n--x\r\n".encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"RequestTooSlow" in answer


def test_notice_written_differently_is_told_from_an_altered_one(reader: httpx.Client, site: Site) -> None:
    """The same values with other spaces are not called altered."""
    content = json.dumps(json.loads(site.release_bytes(ALTERED)), indent=3).encode()
    page = text_of(check(reader, "notice.json", content).text)
    assert "Gleicher Inhalt, andere Datei" in page


def test_unknown_file_is_not_recorded(reader: httpx.Client) -> None:
    """A file nobody recorded is said to be just that."""
    answer = check(reader, "letter.txt", b"hello")
    assert "Nicht in diesem Register festgehalten" in text_of(answer.text)
    assert hashlib.sha256(b"hello").hexdigest() in answer.text


def test_check_without_file_asks_for_one(reader: httpx.Client) -> None:
    """The form sent empty says what is missing, beside the field."""
    answer = reader.post("/check", files={"file": ("", b"")})
    assert answer.status_code == 400
    assert "Bitte wählen Sie zuerst eine Datei aus" in answer.text


def test_file_beyond_the_limit_is_refused_by_name(reader: httpx.Client) -> None:
    """A file that is too large is refused with the failure's name, not read."""
    answer = check(reader, "film.bin", bytes(MAX_BYTES + FORM_BYTES))
    assert answer.status_code == 413
    assert "FileTooLarge" in answer.text


def test_form_of_unknown_length_is_refused_before_it_is_read(reader: httpx.Client) -> None:
    """A form that streams without end cannot fill the disk."""

    def endless() -> Iterator[bytes]:
        yield b"--x\r\n"

    answer = reader.post("/check", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413


def test_form_that_cannot_be_read_asks_for_a_file(reader: httpx.Client) -> None:
    """Garbage instead of a form is answered like an empty form."""
    answer = reader.post("/check", content=b"garbage", headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400
    assert "Bitte wählen Sie zuerst eine Datei aus" in answer.text


def test_lookup_names_release_act_block_and_transaction(reader: httpx.Client, site: Site) -> None:
    """Whatever digest a reader holds, the page says what it is."""
    (row,) = site.services.queries.processes_by_ocid(OPEN)
    act = site.services.queries.acts(row.process_id)[0]
    assert act.release is not None
    for value, sentence in (
        (act.release, "Das ist eine Veröffentlichung, wie das Register sie festhält"),
        (act.digest, "Das ist ein Vorgang eines Verfahrens"),
        (act.block_hash, "Das ist ein Block der Kette"),
        (act.transaction_hash, "Das ist die Transaktion"),
    ):
        assert sentence in text_of(reader.get("/lookup", params={"digest": "0x" + value.hex()}).text)


def test_lookup_of_what_is_no_digest_says_what_is_expected(reader: httpx.Client) -> None:
    """A mistyped value is refused beside the field, and kept in it."""
    answer = reader.get("/lookup", params={"digest": "zz"})
    assert answer.status_code == 400
    assert "Erwartet werden 64 Zeichen" in answer.text
    assert 'value="zz"' in answer.text


def test_markup_in_names_and_queries_is_shown_as_text(reader: httpx.Client) -> None:
    """Nothing a reader sends becomes markup."""
    bad = '"><script>alert(1)</script>'
    pages = (
        reader.get("/lookup", params={"digest": bad}).text,
        reader.get("/", params={"q": bad}).text,
        reader.get("/" + bad).text,
    )
    assert all("<script>alert" not in page for page in pages)
