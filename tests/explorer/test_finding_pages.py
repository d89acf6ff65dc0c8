"""What pulls found, as readers see it: the list, the process page, the evidence."""

from __future__ import annotations

import re

import httpx

from tests.explorer.site import OBSERVED, Site, text_of


def test_list_names_notice_day_and_what_was_changed(reader: httpx.Client, site: Site) -> None:
    """A vanished and a changed notice, the latest first, with the old and the new deadline."""
    html = reader.get("/findings").text
    page = text_of(html)
    assert "2 Funde" in page
    assert page.index("Verschwunden bemerkt") < page.index("Still geändert bemerkt")
    assert f"Bekanntmachung {OBSERVED}-01, Daten vom 5. Januar 2026." in page
    assert re.search(r"Frist: vorher: 20\. Januar 2026.*→ jetzt: 25\. Januar 2026", page), page
    assert "Titel: geändert; wie, sagen die Dateien" in page
    assert "vorher: 250.000 → jetzt: 199.000,5" in page
    assert f'href="{site.page(OBSERVED)}#pulls"' in html


def test_list_is_narrowed_by_kind(reader: httpx.Client) -> None:
    """By an address that can be kept; a kind that is none is left out."""
    assert "1 Fund" in text_of(reader.get("/findings?kind=vanished").text)
    assert "Nichts dergleichen wurde gefunden" in text_of(reader.get("/findings?kind=moved").text)
    assert "2 Funde" in text_of(reader.get("/findings?kind=nonsense").text)


def test_process_page_is_flagged_and_links_the_evidence(reader: httpx.Client, site: Site) -> None:
    """At the top, and below with the record of the pull, the recorded notice and the files."""
    html = reader.get(site.page(OBSERVED)).text
    page = text_of(html)
    assert page.index("Bekanntmachung: Verschwunden") < page.index("Das Wichtigste"), page
    assert "Bekanntmachung: Still geändert" in page
    section = html.partition('id="pulls"')[2].partition("</section>")[0]
    files = re.findall(r'href="(/api/v1/documents/0x[0-9a-f]{64})"', section)
    answers = [httpx.get(site.url + address) for address in files]
    assert {answer.status_code for answer in answers} == {200, 404}  # the first file is none of this town's store
    assert sum(b"siegel/1 observation" in answer.content for answer in answers) == 2
    assert sum(b"as it is now" in answer.content for answer in answers) == 2


def test_start_page_leads_to_the_list(reader: httpx.Client) -> None:
    """Citizens who do not know what to look for find it."""
    assert 'href="/findings"' in reader.get("/").text


def test_changed_file_that_somebody_holds_is_recognised(reader: httpx.Client, site: Site) -> None:
    """The check of a file says that a pull found exactly this one."""
    sent = {"file": ("notice.json", b'{"the file": "as it is now"}')}
    page = text_of(reader.post("/check", files=sent, follow_redirects=True).text)
    assert "Diese Datei fand ein Abruf" in page
    assert OBSERVED in page


def test_record_of_a_pull_is_looked_up_without_a_process(reader: httpx.Client, site: Site) -> None:
    """It belongs to no procedure, and the page does not invent one."""
    (newest, _) = site.services.queries.findings().items
    html = reader.get(f"/lookup?digest={newest.observation.hex()}").text
    assert "Protokoll dessen, was ein Abruf" in text_of(html)
    assert 'href="/processes/0x0000' not in html


def test_api_lists_findings_and_process_has_its_own(site: Site) -> None:
    """The same as data, with links; narrowed by kind and observer."""
    found = httpx.get(f"{site.url}/api/v1/findings").json()
    assert [(each["finding"], each["stands"]) for each in found["findings"]] == [("vanished", True), ("changed", True)]
    changed = found["findings"][1]
    moved = {"was": "2026-01-20T10:00:00Z", "now": "2026-01-25T10:00:00Z"}
    assert changed["changes"][0] == {"field": "tender/tenderPeriod/endDate", "entry": [], **moved}
    process = httpx.get(site.url + changed["links"]["process"]).json()
    assert process["findings"] == found["findings"]
    assert httpx.get(f"{site.url}/api/v1/findings?kind=vanished&limit=1").json()["total"] == 1
    assert httpx.get(f"{site.url}/api/v1/findings?observer=0x{'00' * 32}").json()["total"] == 0
    assert httpx.get(f"{site.url}/api/v1/findings?kind=nonsense").status_code == 400
    first = httpx.get(f"{site.url}/api/v1/findings?limit=1").json()
    second = httpx.get(site.url + first["next"]).json()
    assert first["findings"] + second["findings"] == found["findings"]
    assert second["next"] is None
