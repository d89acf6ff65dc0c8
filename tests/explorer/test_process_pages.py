"""The list of processes and the page of one, read without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from ledger.chain.acts import CancelTender
from ledger.chain.identifiers import lot_id
from ledger.index.rows import KeySetRow
from ledger.index.sync import Synchroniser
from tests.explorer.site import ALTERED, AWARDED, OBSERVED, OPEN, Site, open_services, serving, text_of
from tests.index.town import DAY, START, embedded_town, release


def test_start_page_tells_status_and_mode_of_each_process(reader: httpx.Client, site: Site) -> None:
    """Every process stands in the list with its buyer, where it stands and how it is recorded."""
    page = text_of(reader.get("/").text)
    assert "5 Verfahren" in page
    assert "Erweiterung der Grundschule" in page
    for word in ("Beobachtet", "Verankert", "Versiegelt", "Wartefrist läuft"):
        assert word in page


def test_search_by_word_and_mode_narrows_the_list(reader: httpx.Client) -> None:
    """Words and choices of the form narrow the list, and a search without result says so."""
    assert "1 Verfahren" in text_of(reader.get("/", params={"q": "streusalz"}).text)
    assert "1 Verfahren" in text_of(reader.get("/", params={"mode": "sealed"}).text)
    assert "Kein Verfahren passt" in text_of(reader.get("/", params={"q": "no such thing"}).text)


@pytest.mark.parametrize("query", ["q=%00", "status=nonsense", "mode=nonsense", "q=" + "x" * 3000, "cursor="])
def test_start_page_with_strange_parameters_is_still_a_page(reader: httpx.Client, query: str) -> None:
    """Whatever stands in the address, the start page answers."""
    assert reader.get(f"/?{query}").status_code == 200


def test_cursor_of_another_list_is_refused_by_name(reader: httpx.Client) -> None:
    """A cursor that this list did not give out is a named failure, shown as a page."""
    answer = reader.get("/?cursor=abc")
    assert answer.status_code == 400
    assert "InvalidCursor" in answer.text
    assert "gehört nicht zu dieser Liste" in answer.text


def test_timeline_names_act_actor_time_and_deadline(reader: httpx.Client, site: Site) -> None:
    """Each act of a sealed process is one sentence with who did it by role, in order."""
    page = text_of(reader.get(site.page(AWARDED)).text)
    said = [
        "Ausschreibung veröffentlicht",
        "Versiegeltes Angebot eingegangen",
        "Angebot auf Papier erfasst",
        "Einreichung geschlossen",
        "Angebote geöffnet",
        "Zuschlagsentscheidung bekanntgegeben",
        "Unterlegene Bieter informiert",
    ]
    places = [page.index(title) for title in said]
    assert places == sorted(places)
    assert "Erste Runde: Angebote bis 7. Januar 2026, 09:00 Uhr MEZ" in page
    assert "Gemeinsam durch zwei Personen, die den Auftraggeber vertreten" in page
    assert "Durch den Bieter, der bis zur Öffnung geheim bleibt" in page
    assert "Nichts wurde verändert" in page


def test_moments_carry_the_exact_second_in_utc(reader: httpx.Client, site: Site) -> None:
    """A deadline is read in local time and stands in the markup to the second in UTC."""
    page = reader.get(site.page(AWARDED)).text
    assert (
        '<time datetime="2026-01-07T08:00:00Z">7. Januar 2026, 09:00 Uhr <span class="zone">MEZ</span></time>' in page
    )


def test_standstill_names_its_end_and_the_award(reader: httpx.Client, site: Site) -> None:
    """A process under standstill says until when the buyer must wait, and for which bid it decided."""
    page = text_of(reader.get(site.page(AWARDED)).text)
    assert "Die Wartefrist läuft bis" in page
    assert "Glanz & Sohn GmbH" in page or "Glanz &amp; Sohn GmbH" in page
    assert "312.500,00" in page


def test_lots_are_listed_with_what_was_decided_about_each(reader: httpx.Client, site: Site) -> None:
    """Of a process with several lots a reader sees how far each one is."""
    page = text_of(reader.get(site.page(AWARDED)).text)
    lots = page.partition("Lose Los Was beschafft wird Stand")[2]
    one, other = ("0x" + lot_id(name).hex() for name in ("L1", "L2"))
    assert f"{one} – bekanntgegeben, Vertrag nicht geschlossen ( Vorgang 6 ) {other} – noch keine Entscheidung " in lots
    assert "Lose Los Was beschafft wird Stand" not in text_of(reader.get(site.page(OPEN)).text)


def test_rounds_of_a_cancelled_process_await_nothing(tmp_path: Path) -> None:
    """After the cancellation no round reads as if it were still to be closed and opened."""
    with embedded_town(tmp_path) as town, open_services(tmp_path, town.chain) as services:
        town.accept_key_set()
        town.tender(OPEN, town.keep(release(OPEN)), START + 2 * DAY)
        town.jointly(CancelTender(town.call(OPEN, ground=b"\x01" * 32, release=town.keep(release(OPEN, 2)))))
        Synchroniser(services.index, town.chain, services.store).run_once()
        (row,) = services.queries.processes_by_ocid(OPEN)
        with serving(services) as url:
            answer = httpx.get(f"{url}/processes/0x{row.process_id.hex()}", headers={"accept-language": "de"})
    page = text_of(answer.text)
    assert "Geschlossen nein; das Verfahren wurde aufgehoben Geöffnet nein; das Verfahren wurde aufgehoben" in page
    assert "noch nicht" not in page


def test_erased_fields_are_shown_as_redacted_and_the_ground_stands_out(reader: httpx.Client, site: Site) -> None:
    """Erased fields are announced, not passed over, and the act that erased them shows its ground."""
    html = reader.get(site.page(OPEN)).text
    page = text_of(html)
    assert "2 Felder sind geschwärzt; der Rest der Veröffentlichung bleibt nachweisbar." in page
    assert page.count("Kontakt eines Beteiligten /parties/0/contactPoint") == 2
    assert "Erika" not in html
    assert "Felder der Veröffentlichung zu Vorgang 1 wurden gelöscht" in page
    assert "Mit Begründung." in page
    assert "0x" + "07" * 32 in page


def test_embargoed_notice_is_announced_without_its_content(reader: httpx.Client, site: Site) -> None:
    """A notice under embargo is shown as recorded, without title and download."""
    html = reader.get(site.page(OPEN)).text
    assert "festgehalten, noch nicht öffentlich" in html
    assert html.count("/api/v1/releases/0x") == 1


def test_observed_process_says_that_the_buyer_takes_no_part(reader: httpx.Client, site: Site) -> None:
    """Who recorded an observed process is plain at once."""
    page = text_of(reader.get(site.page(OBSERVED)).text)
    assert "er selbst ist nicht beteiligt" in page
    assert "DE-HRB 4711" in page
    assert "durch den Beobachter, nicht durch den Auftraggeber selbst" in page.replace("Durch den B", "durch den B")


def test_downloads_of_the_page_are_the_recorded_bytes(reader: httpx.Client, site: Site) -> None:
    """What the page offers for download is the anchored release and the anchored document."""
    html = reader.get(site.page(OPEN)).text
    (notice,) = set(re.findall(r'href="(/api/v1/releases/0x[0-9a-f]{64})"', html))
    (document,) = set(re.findall(r'href="(/api/v1/documents/0x[0-9a-f]{64})"', html))
    assert reader.get(notice).content == site.release_bytes(OPEN)
    assert reader.get(document).content.startswith(b"%PDF")


def test_altered_process_says_what_it_was_and_what_it_is_now(altered_site: Site) -> None:
    """An altered notice and an altered row raise an alarm with the recorded and the present value."""
    with httpx.Client(base_url=altered_site.url, headers={"accept-language": "de"}) as reader:
        html = reader.get(altered_site.page(ALTERED)).text
        page = text_of(html)
        assert "Abweichung gefunden" in page
        assert "Geschätzter Auftragswert /tender/value/amount Festgehalten 24900.5 Jetzt 29900.5" in page
        assert "Festgehalten Beschaffung von Streusalz Jetzt Beschaffung von Kies" in page
        assert "Nachträglich verändert" in page
        assert 'role="alert"' in html
        assert "Abweichung gefunden" not in reader.get(altered_site.page(OPEN)).text


def test_altered_fact_says_so_where_it_is_read(altered_site: Site) -> None:
    """Who reads only the heading or the facts sees there that the value is not the recorded one, and which was."""
    with httpx.Client(base_url=altered_site.url, headers={"accept-language": "de"}) as reader:
        page = text_of(reader.get(altered_site.page(ALTERED)).text)
        assert "Beschaffung von Kies verändert Festgehalten: Beschaffung von Streusalz" in page
        assert "29.900,50 € verändert Festgehalten: 24900.5" in page
        untouched = text_of(reader.get(altered_site.page(OPEN)).text)
        assert "verändert Festgehalten" not in untouched


def test_alarm_speaks_english_to_english_readers(altered_site: Site) -> None:
    """The alarm is translated like everything else."""
    with httpx.Client(base_url=altered_site.url) as reader:
        page = text_of(reader.get(altered_site.page(ALTERED) + "?lang=en").text)
        assert "Estimated value /tender/value/amount Recorded 24900.5 Now 29900.5" in page


def test_unknown_process_is_a_page_with_the_failures_name(reader: httpx.Client) -> None:
    """An address of no process answers 404 as a page."""
    answer = reader.get("/processes/0x" + "00" * 32)
    assert answer.status_code == 404
    assert "ProcessUnknown" in answer.text
    assert reader.get("/processes/nonsense").status_code == 400


def test_every_page_links_its_own_json(reader: httpx.Client, site: Site) -> None:
    """The JSON that a page names answers, and it is about the same thing."""
    (row,) = site.services.queries.processes_by_ocid(OPEN)
    digest = "0x" + row.process_id.hex()
    organisation = "/organisations/0x" + row.organisation_id.hex()
    for page in ("/", site.page(OPEN), "/organisations", organisation, "/status", f"/lookup?digest={digest}"):
        (link,) = re.findall(r'<link rel="alternate" type="application/json" href="([^"]+)"', reader.get(page).text)
        answer = reader.get(link)
        assert answer.status_code == 200, link
        assert answer.headers["content-type"] == "application/json"


def test_search_of_very_many_words_links_json_that_answers(reader: httpx.Client) -> None:
    """The page leaves out words beyond the twentieth; its JSON is the same search."""
    page = reader.get("/", params={"q": " ".join(f"w{number}" for number in range(40))}).text
    (link,) = re.findall(r'<link rel="alternate" type="application/json" href="([^"]+)"', page)
    assert reader.get(link.replace("&amp;", "&")).json()["total"] == 0


def test_organisation_page_lists_its_processes_and_its_own_acts(reader: httpx.Client, site: Site) -> None:
    """Who may act was recorded as well; the page says it in the words of the statute table."""
    page = text_of(reader.get("/organisations/0x" + site.town.buyer.hex()).text)
    assert "Auftraggeber" in page
    assert "DE-LEITWEG 05-0000-11" in page
    assert "Beschaffung von Streusalz" in page
    assert "Eine Organisation wurde mit ihren ersten Personen zugelassen." in page
    assert "Ein Schlüsselsatz wurde hinterlegt." in page
    assert "Wyposażenie" not in page


def test_round_says_who_can_open_its_bids(reader: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers see whether somebody outside keeps the buyer from reading early, and a set without custodians says so."""
    assert "2 von 3 Vertretern des Auftraggebers gemeinsam mit 2 von 3 Verwahrern" in text_of(
        reader.get(site.page(AWARDED)).text
    )
    (key_set,) = site.services.queries.key_sets(site.town.buyer)
    alone = {key_set: KeySetRow(2, 3, 0, 0)}
    monkeypatch.setattr(type(site.services.queries), "key_sets", lambda *_: alone)
    page = text_of(reader.get(site.page(AWARDED)).text)
    assert "ohne Verwahrer 2 von 3 Vertretern des Auftraggebers; niemand außerhalb hindert sie" in page
