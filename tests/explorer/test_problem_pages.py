"""The registry of problems: a page for people, JSON for programs, at the same address."""

from __future__ import annotations

import httpx

from tests.explorer.site import Site

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "de"}


def test_type_of_a_problem_leads_a_reader_to_its_page(site: Site) -> None:
    """And a program to what the page says, as data."""
    problem = httpx.get(f"{site.url}/api/v1/processes?cursor=abc").json()
    page = httpx.get(site.url + problem["type"], headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1" in page.text
    assert problem["type"].rpartition("/")[2] in page.text
    data = httpx.get(site.url + problem["type"])
    assert data.json()["type"] == problem["type"]
    assert "Accept" in page.headers["vary"]
    assert data.headers["vary"] == "Accept"


def test_registry_lists_every_problem(site: Site) -> None:
    """Each with a link, and in the reader's language around it."""
    data = httpx.get(f"{site.url}/problems")
    assert data.headers["vary"] == "Accept"
    listed = data.json()["problems"]
    page = httpx.get(f"{site.url}/problems", headers=BROWSER).text
    assert "Fehler der Schnittstelle" in page
    assert all(f'href="{each["type"]}"' in page for each in listed)


def test_problem_that_is_none_is_a_page_that_says_so(site: Site) -> None:
    """As every other address that leads nowhere."""
    answer = httpx.get(f"{site.url}/problems/Nonsense", headers=BROWSER)
    assert (answer.status_code, "<html" in answer.text) == (404, True)
    assert httpx.get(f"{site.url}/problemsome", headers=BROWSER).status_code == 404
    assert httpx.head(f"{site.url}/problems", headers=BROWSER).headers["content-type"].startswith("text/html")
