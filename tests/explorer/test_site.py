"""Legal pages, status, failures, static files, and what every page has."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

import explorer
from explorer.legal_pages import REQUIRED, missing
from ledger.errors import NodeRefused, NodeUnreachable, ObjectAltered, SiegelError
from tests.explorer.site import OPEN, Site, open_services, serving, text_of

STATIC = Path(explorer.__file__).parent / "static"


@pytest.mark.parametrize("page", REQUIRED)
def test_legal_page_names_the_settings_that_are_missing(reader: httpx.Client, site: Site, page: str) -> None:
    """An operator who filled in nothing is told which settings the page needs."""
    text = reader.get(f"/{page}").text
    assert missing(site.services.settings.operator, page)
    for setting in missing(site.services.settings.operator, page):
        assert f">{setting}<" in text


def test_legal_pages_of_a_named_operator_are_complete(site: Site, tmp_path: Path) -> None:
    """With all settings filled in the notice is gone and the values stand there, on every page's footer as well."""
    operator = {
        "name": "Stadt Musterlingen",
        "postal_address": "Markt 1\n12345 Musterlingen",
        "represented_by": "die Bürgermeisterin",
        "email": "vergabe@musterlingen.example",
        "phone": "01234 5",
        "accessibility_contact": "barrierefrei@musterlingen.example",
        "accessibility_date": "2026-03-01",
        "accessibility_barriers": "Keine bekannt.\nGeprüft von uns selbst im Februar 2026.",
        "enforcement_body": "Durchsetzungsstelle des Landes",
        "log_retention": "Netzadressen werden nach sieben Tagen gelöscht.",
        "privacy_contact": "datenschutz@musterlingen.example",
        "supervisory_authority": "Landesbeauftragte für Datenschutz",
    }
    with (
        open_services(tmp_path, site.town.chain, operator=operator) as services,
        serving(services) as url,
    ):
        pages = {page: httpx.get(f"{url}/{page}?lang=de").text for page in REQUIRED}
    assert not any("noch nicht ausgefüllt" in page for page in pages.values())
    assert all("Betrieben von Stadt Musterlingen." in page for page in pages.values())
    assert "12345 Musterlingen" in pages["imprint"]
    assert "Landesbeauftragte für Datenschutz" in pages["privacy"]
    assert "Netzadressen werden nach sieben Tagen gelöscht." in pages["privacy"]
    for text in ("1. März 2026", "Keine bekannt.<br>Geprüft von uns", "Durchsetzungsstelle des Landes"):
        assert text in pages["accessibility"]
    assert 'href="mailto:barrierefrei@musterlingen.example"' in pages["accessibility"]


def test_status_page_tells_head_lag_chain_and_ledger(reader: httpx.Client, site: Site) -> None:
    """What somebody needs to ask another node stands on the status page."""
    html = reader.get("/status").text
    page = text_of(html)
    deployment = site.services.deployment
    assert "Die Seiten sind auf dem Stand der Kette" in page
    assert "Rückstand 0 Blöcke" in page
    for value in (deployment.ledger, deployment.registry, deployment.genesis_hash):
        assert "0x" + value.hex() in html
    assert str(deployment.chain_id) in page


def test_page_of_a_chain_that_does_not_answer_says_it_was_not_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a node the process is still shown, with the plain warning that nothing was compared."""

    def unreachable(_services: Any, _process_id: bytes) -> Any:
        raise NodeUnreachable(url="http://node", reason="refused")

    monkeypatch.setattr(type(site.services), "check_process", unreachable)
    page = text_of(httpx.get(site.url + site.page(OPEN), params={"lang": "de"}).text)
    assert "konnte soeben nicht mit dem Register verglichen werden" in page
    assert "Der Knoten der Kette antwortet nicht." in page
    assert "http://node" not in page
    assert "Nichts wurde verändert" not in page


def test_unforeseen_failure_is_a_page_without_details(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug answers 500 as a page that gives nothing away."""

    def broken(_services: Any) -> Any:
        raise RuntimeError("secret detail")  # noqa: TRY003

    monkeypatch.setattr(type(site.services), "status", broken)
    answer = httpx.get(site.url + "/status", params={"lang": "de"})
    assert answer.status_code == 500
    assert "InternalFailure" in answer.text
    assert "secret detail" not in answer.text
    assert "connection" not in answer.headers


def test_wrong_address_and_wrong_method_are_pages(reader: httpx.Client) -> None:
    """404 and 405 are pages with a way back."""
    assert "Diese Seite gibt es nicht" in reader.get("/nowhere").text
    answer = reader.post("/status")
    assert answer.status_code == 405
    assert "MethodNotAllowed" in answer.text


@pytest.mark.parametrize(
    ("status", "failure", "german", "english"),
    [
        (503, NodeUnreachable(url="http://node", reason="x"), "in einigen Minuten", "in a few minutes"),
        (502, NodeRefused(method="x", code=1, message="x"), "in einigen Minuten", "in a few minutes"),
        (500, RuntimeError("x"), "sagen Sie es dem Betreiber", "tell the operator"),
        (500, ObjectAltered(digest=b"1" * 32, actual=b"2" * 32), "sagen Sie es dem Betreiber", "tell the operator"),
    ],
)
def test_page_of_a_failure_says_what_to_do(
    site: Site, monkeypatch: pytest.MonkeyPatch, status: int, failure: Exception, german: str, english: str
) -> None:
    """In the same dress as all pages, in both languages, with the failure's name and a way back."""

    def failing(_services: Any) -> Any:
        raise failure

    monkeypatch.setattr(type(site.services), "status", failing)
    for language, remedy in (("de", german), ("en", english)):
        answer = httpx.get(f"{site.url}/status", params={"lang": language})
        assert answer.status_code == status
        assert remedy in text_of(answer.text)
        assert f'<html lang="{language}">' in answer.text
        assert 'href="/accessibility#feedback"' in answer.text
        assert (failure.name if isinstance(failure, SiegelError) else "InternalFailure") in answer.text
    problem = httpx.get(f"{site.url}/api/v1/status")
    assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")


def test_links_of_an_odd_address_stay_on_this_site(site: Site) -> None:
    """An address with two slashes does not make the language switch lead to another host."""
    with httpx.Client() as client:
        answer = client.send(httpx.Request("GET", site.url + "//elsewhere.example/"))
    assert answer.status_code == 404
    assert 'href="//' not in answer.text


def test_pages_have_neither_inline_style_nor_inline_script(reader: httpx.Client, site: Site) -> None:
    """The content security policy needs no exception."""
    for path in ("/", site.page(OPEN), "/check", "/lookup", "/status", "/privacy"):
        answer = reader.get(path)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.text)


def test_every_page_has_skip_link_statement_and_contact(reader: httpx.Client, site: Site) -> None:
    """Footer and skip link are on every page, error pages too."""
    for path in ("/", site.page(OPEN), "/check", "/nowhere", "/imprint"):
        page = reader.get(path).text
        assert '<a class="skip" href="#content">' in page
        assert 'href="/accessibility"' in page
        assert 'href="/accessibility#feedback"' in page


def test_static_files_with_a_version_are_kept_for_ever(reader: httpx.Client) -> None:
    """An address that names its version can be cached; the version is that of the content."""
    page = reader.get("/").text
    for address in re.findall(r'href="(/static/[^"]+)"', page):
        answer = reader.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert address.endswith(hashlib.sha256(answer.content).hexdigest()[:12])
    assert "immutable" not in reader.get("/static/siegel.css").headers.get("cache-control", "")


def test_third_party_files_have_the_recorded_digests() -> None:
    """What set-up builds is what was recorded: a changed font or style sheet does not slip in."""
    for line in (STATIC / "vendor.sha256").read_text().splitlines():
        expected, name = line.split()
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == expected


def test_verifier_page_is_served_under_its_own_policy(site: Site) -> None:
    """The file as it is built; its header allows its own script alone, and no connection."""
    answer = httpx.get(f"{site.url}/verifier.html")
    assert answer.content == (STATIC / "vendor/verifier.html").read_bytes()
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"script-src 'sha256-[^']+';", policy)
    own = policy.removesuffix("; frame-ancestors 'none'")
    assert f'content="{own}"' in answer.text


def test_verifier_page_runs_where_it_is_served(site: Site, browser: Browser) -> None:
    """The header does not take away what the page's own policy allows."""
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.goto(f"{site.url}/verifier.html")
        expect(page.get_by_role("heading", level=1)).to_contain_text("verify an evidence bundle")
