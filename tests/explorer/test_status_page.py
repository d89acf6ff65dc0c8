"""What the status page says about the comparison of what is stored with the ledger."""

from __future__ import annotations

import time
from dataclasses import replace

import httpx
import pytest

from api.comparison import Comparison, ComparisonStatus, Pass
from api.services import Services, StampingStatus
from explorer.status_page import LOG_PATIENCE
from ledger.evidence.log.progress import LogProgress
from tests.explorer.site import ALTERED, OPEN, Site


def page(site: Site, path: str = "/status") -> str:
    """The page in German, white space as a reader sees it."""
    return " ".join(httpx.get(site.url + path, headers={"accept-language": "de"}).text.split())


def test_alteration_that_nobody_looked_for_is_named_on_status_page_and_list(altered_site: Site) -> None:
    """The index took the notice in before it was changed and counts none; comparing all in turn finds it."""
    services = altered_site.services
    assert services.status().problems == 0
    comparison = services.comparison
    while comparison.status().last is None:
        comparison.round()
    html = page(altered_site)
    address = altered_site.page(ALTERED)
    assert "In 1 Verfahren ist heute etwas anderes gespeichert, als festgehalten wurde." in html
    assert f'<li><a class="link" href="{address}">' in html
    assert "Verfahren mit Abweichungen, soweit geprüft</dt><dd>1</dd>" in html
    assert "Veröffentlichungen, die beim Einlesen verändert waren oder fehlten</dt><dd>0</dd>" in html
    row = page(altered_site, "/").partition(f'href="{address}"')[2].partition('<li class="row">')[0]
    assert "Abweichung gefunden" in row


def test_status_page_says_how_far_the_comparison_is(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not started, begun, once through, and once through with failures: each said as it is."""

    def told(status: ComparisonStatus) -> str:
        monkeypatch.setattr(Comparison, "status", lambda _self: status)
        return page(site)

    status = site.services.comparison.status()
    assert "prüft dieser Dienst nicht; nur, wenn eine Seite geöffnet wird" in told(status)
    begun = replace(status, since=1_790_000_000, compared=2)
    html = told(begun)
    assert "noch nicht seit dem Start des Dienstes am <time" in html
    assert "21. September 2026" in html
    assert f"2 von {site.services.status().processes} Verfahren" in html
    html = told(replace(begun, last=Pass(1_790_000_500, 4, 0)))
    assert "21. September 2026" in html
    assert "· 4 Verfahren" in html
    assert "nicht geprüft werden" not in html
    html = told(replace(begun, last=Pass(1_790_000_500, 3, 1)))
    assert "<strong>1 Verfahren konnte nicht geprüft werden</strong>" in html


def test_status_page_names_a_few_of_many_and_none_that_is_gone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was rolled back since has no page; a store that is gone must not fill the page."""
    (row,) = site.services.queries.processes_by_ocid(OPEN)
    status = replace(site.services.comparison.status(), differing=4_711, processes=(b"\1" * 32, row.process_id))
    monkeypatch.setattr(Comparison, "status", lambda _self: status)
    html = page(site)
    assert f'href="{site.page(OPEN)}"' in html
    assert "… und 4710 weitere Verfahren" in html
    assert "In 4711 Verfahren ist heute" in html


def test_status_page_warns_of_a_log_that_stands_still(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the time that an act waits, or by a failure's name; a log that is just a little behind is no alarm."""
    now = int(time.time())
    progress = LogProgress("vergabe.example", 12, 40, now - 9000, 0, None, 11, None)

    def told(status: LogProgress | None, *stamping: StampingStatus) -> str:
        monkeypatch.setattr(Services, "log_progress", lambda _self: status)
        monkeypatch.setattr(Services, "stamping", lambda _self: list(stamping))
        return page(site)

    alarm = "Das Transparenzprotokoll steht still"
    html = told(progress)
    assert alarm not in html
    assert "11 von 12 Blöcken" in html
    assert "kein auswärtiger Dienst wird gefragt" in html
    html = told(replace(progress, waiting_blocks=1, waiting_since=now - LOG_PATIENCE + 60))
    assert (alarm in html, "1 · seit" in html) == (False, True)
    assert alarm in told(replace(progress, waiting_blocks=1, waiting_since=now - LOG_PATIENCE - 60))
    html = told(replace(progress, failure="ChainLeftLog"), StampingStatus("first", 3, now - 500, "x"))
    assert alarm in html
    assert "ChainLeftLog" in html
    assert "3 stehen noch aus" in html
    assert "Der Dienst gibt zurzeit keine" in html
    assert "Hier gibt es kein Transparenzprotokoll" in told(None)
    monkeypatch.setattr(Services, "log_progress", lambda _self: progress)
    metrics = httpx.get(site.url + "/metrics").text
    assert "siegel_log_size 12.0" in metrics
    assert "siegel_log_failing 0.0" in metrics
    assert "siegel_log_waiting_since" not in metrics
