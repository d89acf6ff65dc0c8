"""Finding procedures on the start page, what notices changed, and what an organisation's procedures add up to."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from explorer.search_view import PARAMETERS, Search
from ledger.index.rows import ProcessFilter, Status
from tests.explorer.site import CHANGED, OBSERVED, OPEN, Site


def page(site: Site, path: str, language: str = "de") -> str:
    """The HTML of a page."""
    answer = httpx.get(site.url + path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    return answer.text


def seen(html: str) -> str:
    """What a reader reads, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def facet_links(html: str) -> list[tuple[str, int]]:
    """Address and count of each value that can be chosen."""
    narrow = html.partition('class="facets"')[2].partition("</nav>")[0]
    found = re.findall(r'<li><a href="([^"]+)".*?muted">([\d.]+)</span>', narrow, re.DOTALL)
    return [(unescape(address), int(count)) for address, count in found]


@pytest.mark.parametrize("start", ["/", "/?q=Feuerwache", "/?status=evaluation&mode=anchored"])
def test_start_each_facet_leads_to_as_many_procedures_as_it_says(site: Site, start: str) -> None:
    """Counts are no decoration: following a link shows that many, and another click leads back."""
    links = facet_links(page(site, start))
    assert len(links) > 3
    for address, count in links:
        asked = dict(parse_qsl(urlsplit(address).query))
        found = httpx.get(site.url + "/api/v1/processes", params=asked).json()["total"]
        shown = page(site, address)
        if f'href="{address}" aria-current="true"'.replace("&", "&amp;") not in page(site, start):
            assert found == count, address
            assert f">{count} Verfahren<" in shown


def test_start_words_inflected_and_in_compounds_found(site: Site) -> None:
    """Who looks for Schulen finds the Grundschule, and nothing else."""
    html = page(site, "/?q=Schulen")
    assert site.page(OPEN) in html
    assert site.page(OBSERVED) not in html
    assert site.page(CHANGED) not in html


def test_start_chips_take_one_filter_away(site: Site) -> None:
    """Each chosen value is a link without it, and the form keeps what was chosen."""
    html = page(site, "/?q=Schule&mode=anchored&year=2026")
    chips = [unescape(address) for address in re.findall(r'class="chip" href="([^"]+)"', html)]
    assert chips == ["/?mode=anchored&year=2026", "/?q=Schule&year=2026", "/?q=Schule&mode=anchored"]
    assert '<input type="hidden" name="year" value="2026">' in html
    assert "/api/v1/processes?q=Schule&amp;mode=anchored&amp;year=2026&amp;facets=true" in html


def test_start_silent_procedures_listed_with_one_sentence(site: Site) -> None:
    """Who never told a result is found by a link on the start page; who did is not."""
    assert 'href="/?silentDays=90"' in page(site, "/")
    html = page(site, "/?silentDays=90")
    assert "Die Frist ist vor mehr als 90 Tagen abgelaufen" in seen(html)
    assert site.page(OPEN) in html
    assert site.page(CHANGED) not in html
    assert "Verstummt" in seen(page(site, site.page(OPEN)))


@pytest.mark.parametrize(
    "query",
    ["status=nonsense", "mode=x", "cpv=ab", "year=zz", "year=0", "year=99999999999999999999", "silentDays=-1",
     "silentDays=9999999", "year=²", "place=%00", "q=%00", "method=&buyerName="],
)  # fmt: skip
def test_start_value_that_no_list_has_left_out(site: Site, query: str) -> None:
    """A mistyped address shows the whole list, not a failure."""
    assert seen(page(site, f"/?{query}")).count("Neueste Verfahren") == 1


def test_search_read_every_parameter_fills_its_field() -> None:
    """The address of a page and that of the API say the same."""
    given = {"q": "Schule Brücke", "status": "open", "mode": "sealed", "method": "direct", "cpv": "45", "year": "2026",
             "place": "Musterlingen", "buyerName": "Stadt", "silentDays": "30"}  # fmt: skip
    search = Search.read(given)
    assert set(given) == set(PARAMETERS)
    assert search.filter == ProcessFilter(
        q="schule brücke".replace("ü", "u"), status=Status.OPEN, mode="sealed", method="direct", cpv="45", year=2026,
        place="Musterlingen", buyer_name="Stadt", silent_days=30,
    )  # fmt: skip
    assert dict(parse_qsl(urlsplit(search.address()).query)) == given
    assert "place" not in search.address(place=None)


def test_process_page_says_what_a_notice_changed(site: Site) -> None:
    """From when to when, in local time and the reader's language; which lot; and nothing twice."""
    german = seen(page(site, site.page(CHANGED)))
    assert "Frist: vorher: 3. Mai 2026, 12:00 Uhr MESZ → jetzt: 10. Mai 2026, 12:00 Uhr MESZ" in german
    assert "Titel eines Loses ( L2 ): vorher: Dach → jetzt: Dach und Fassade" in german
    assert german.count("Was diese Bekanntmachung geändert hat") == 3
    english = seen(page(site, site.page(CHANGED), "en"))
    assert "Deadline: before: 3 May 2026, 12:00 CEST → now: 10 May 2026, 12:00 CEST" in english


def test_process_page_tells_amounts_from_estimate_to_modification(site: Site) -> None:
    """Each amount with its change, and the ground that the notice gives."""
    german = seen(page(site, site.page(CHANGED)))
    told = german.partition("Von der Schätzung bis zum Endwert")[2].partition("Was wann geschah")[0]
    assert re.findall(r"\+?[\d.]+,\d\d", told) == [
        "250.000,00", "240.000,00", "255.500,00", "+15.500,00",
    ]  # fmt: skip
    assert "Gründung tiefer als geplant" in told
    assert "Ein Direktauftrag geht an ein Unternehmen" in german


def test_organisation_page_and_its_data_tell_the_same_sums(site: Site) -> None:
    """Awarded sums, share of direct awards, suppliers."""
    identity = "0x" + site.town.buyer.hex()
    data = httpx.get(f"{site.url}/api/v1/organisations/{identity}").json()["sums"]
    assert data["awarded"] == [{"currency": "EUR", "amount": "552500", "processes": 2}]
    assert (data["processes"], data["direct"]) == (4, 1)
    assert [(item["name"], item["awarded"][0]["amount"]) for item in data["suppliers"]] == [
        ("Glanz & Sohn GmbH", "312500"), ("Turmbau GmbH", "240000"),
    ]  # fmt: skip
    text = seen(page(site, f"/organisations/{identity}"))
    assert "552.500,00 € (in 2 Verfahren" in text.replace("( ", "(")
    assert "1 von 4 Verfahren" in text


def test_statistics_page_tells_the_numbers_of_its_data(site: Site) -> None:
    """Each number stands in a table beside its bar, and the searches behind them find as many."""
    data = httpx.get(f"{site.url}/api/v1/statistics").json()
    assert data["processes"] == 5
    assert {item["method"]: item["processes"] for item in data["methods"]} == {"open": 4, "direct": 1}
    html = page(site, "/statistics")
    assert html.count("<rect") == sum(len(data[name]) for name in ("months", "methods", "statuses", "divisions"))
    assert "Direktauftrag 1" in seen(html).replace("direktauftrag", "Direktauftrag")
    for address, count in re.findall(r'href="(/\?[^"]+)">.*?numbers">([\d.]+)</td>', html, re.DOTALL):
        assert f">{count} Verfahren<" in page(site, unescape(address))
