"""The page that verifies a process: what it says, what it says it cannot, and what it costs."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from api import verifications
from api.verifications import Verification, Verifications
from explorer import verification_page
from explorer.refusals import refusal_sentence
from ledger.chain.acts import EraseFields
from ledger.errors import LogMissing, NodeUnreachable, OtherChain, ProcessUnknown, StampsTooFew, VerificationTooLarge
from ledger.evidence.bundle import Sources, write_process_bundle
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.verifier import verify
from ledger.index.findings import DifferenceKind
from ledger.index.sync import Synchroniser
from ledger.store import StoreClass
from ledger.terms import NoticeKind
from tests.explorer.site import ALTERED, AWARDED, CHANGED, OBSERVED, OPEN, Site, served, text_of
from tests.explorer.test_accessibility import NARROW, cut, violations, visitor
from tests.index.town import release
from tests.waiting import wait_until

Make = Callable[..., Verifications]
SUBJECT = 14 * 32 - 1
"""The last byte of the last field of a record."""


def address(site: Site, ocid: str) -> str:
    """Of the page."""
    return f"{site.page(ocid)}/verification"


def told(site: Site, ocid: str, language: str = "de") -> str:
    """What is read there."""
    answer = httpx.get(site.url + address(site, ocid), headers={"accept-language": language})
    assert answer.status_code == 200
    return text_of(answer.text)


def process_of(site: Site, ocid: str) -> bytes:
    """Its process id."""
    (row,) = site.services.queries.processes_by_ocid(ocid)
    return row.process_id


@pytest.fixture
def make(site: Site) -> Iterator[Make]:
    """Verifications of the site's town in a test's own hands, with some of what they work with exchanged."""
    services, made = site.services, list[Verifications]()

    def new(**changed: Any) -> Verifications:
        sources = replace(services.evidence, **changed)
        made.append(Verifications(sources, services.queries, services.checks, "test"))
        return made[-1]

    yield new
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same town after a second erasure; then two notices that are in the index and not in the log, of which the
    second was disclosed after it was indexed."""
    with served(tmp_path_factory.mktemp("ahead")) as site:
        town, services = site.town, site.services
        town.jointly(EraseFields(town.call(OPEN, ground=b"\x07" * 32), 1, b"\x09" * 32))
        Synchroniser(services.index, town.chain, services.store).run_once()
        Publisher(services.settings.log_dir, town.chain, services.index).publish()
        town.notice(ALTERED, town.keep(release(ALTERED, 2)))
        late = town.keep(release(OBSERVED, 2), StoreClass.CONFIDENTIAL)
        town.notice(OBSERVED, late, NoticeKind.EMBARGOED, organisation=town.observer)
        Synchroniser(services.index, town.chain, services.store).run_once()
        services.store.reclassify(late, StoreClass.PUBLIC)
        yield site


@contextmanager
def answering(own: Verifications) -> Iterator[None]:
    """The pages ask these."""
    asked = own.of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Verifications, "of", lambda _self, process_id: asked(process_id))
        yield


@pytest.mark.parametrize("ocid", [OPEN, AWARDED, OBSERVED, CHANGED])
def test_every_process_is_verified_and_its_page_leads_there(site: Site, ocid: str) -> None:
    """First what it does not prove, then the eleven steps in words."""
    html = httpx.get(site.url + site.page(ocid), headers={"accept-language": "de"}).text
    assert f'href="{address(site, ocid)}"' in html
    page = told(site, ocid)
    places = [
        page.index(part)
        for part in (
            "Diese Seite führt der Betreiber",
            "Was diese Prüfung nicht beweist",
            "Bestanden, soweit es der Betreiber sagt",
            "1. Format",
            "3. Block und Siegel",
            "Nur das Protokoll selbst sagt",
            "nicht beweisbar 6. Zustand",
            "9. Regeltafel",
            "11. Wertung",
            "Wiederholen Sie es ohne uns",
            "So zitieren Sie es",
        )
    ]
    assert places == sorted(places)
    assert ("Ein Beobachter hat dieses Verfahren festgehalten" in page) == (ocid == OBSERVED)
    assert "Alteration" not in told(site, ocid, "en")


def test_flag_is_shown_with_its_act_and_who(site: Site) -> None:
    """An erasure rests on a ground; the act is a link, the actors are roles."""
    html = httpx.get(site.url + address(site, OPEN), headers={"accept-language": "de"}).text
    assert f'href="{site.page(OPEN)}#step-2">Vorgang 2: Felder geschwärzt</a>' in html
    page = text_of(html).partition("Was noch zu beurteilen bleibt")[2]
    assert "Angaben wurden gelöscht" in page
    assert "gemeinsam durch zwei Personen, die den Auftraggeber vertreten" in page
    assert "0x" + "07" * 32 in page
    assert "Was noch zu beurteilen bleibt" not in told(site, OBSERVED)


def test_citation_names_exactly_the_file_that_is_downloaded(site: Site) -> None:
    """Title, buyer, OCID, block, chain, day, steps, permalink; the identity is that of the bundle."""
    services, process_id = site.services, process_of(site, AWARDED)
    path = f"/api/v1/processes/0x{process_id.hex()}/evidence"
    html = httpx.get(site.url + address(site, AWARDED), headers={"accept-language": "en"}).text
    assert f'href="{path}"' in html
    content = policy_of(services.chain, "reader", services.settings.log_dir)
    report = verify(io.BytesIO(httpx.get(site.url + path).content), read_policy(json.dumps(content).encode()))
    assert report.verified
    assert report.identity is not None
    citation = text_of("<main " + html.partition('<blockquote class="citation"')[2].partition("</blockquote>")[0])
    for part in (
        f"OCID {AWARDED}",
        f"as of block {report.block} of chain {services.deployment.chain_id}, ",
        "7 January 2026",
        f"manifest SHA-256 {report.identity.hex()}.",
        "of eleven steps passed: 1, 2, 3, 4, 6, 7, 8, 9, 10; not provable: 5, 11.",
        f"{site.url}{site.page(AWARDED)}",
    ):
        assert part in citation, part


def test_page_that_the_reader_holds_is_not_sent_again(site: Site) -> None:
    """One ETag for each state and language."""
    url = site.url + address(site, CHANGED)
    first = httpx.get(url, headers={"accept-language": "de"})
    held = httpx.get(url, headers={"accept-language": "de", "if-none-match": first.headers["etag"]})
    assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", first.headers["etag"])
    assert held.headers["vary"] == "Accept-Language, Cookie"
    other = httpx.get(url, headers={"accept-language": "en", "if-none-match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(("path", "status"), [("0x" + "ff" * 32, 404), ("zz", 400)])
def test_verification_of_nothing_is_a_page_of_its_own(reader: httpx.Client, path: str, status: int) -> None:
    """As everywhere."""
    assert reader.get(f"/processes/{path}/verification").status_code == status


def test_altered_store_and_row_are_said_though_the_file_passes(altered_site: Site) -> None:
    """The bundle is made of the chain and the index's intact copy: what is shown here today is another thing."""
    page = told(altered_site, ALTERED)
    assert page.index("An 3 Stellen ist hier heute etwas anderes gespeichert") < page.index("Bestanden, soweit")
    assert "Alteration found" not in told(altered_site, OBSERVED, "en")


@contextmanager
def altered_act(site: Site, ocid: str, place: int) -> Iterator[None]:
    """One bit of an act's record in the index is another, as long as the block goes on."""
    process_id, database = process_of(site, ocid), site.folder / "index.sqlite"
    query = "select rowid, data from acts where process_id = ? and sequence = 2"
    with closing(sqlite3.connect(database)) as connection, connection:
        row, data = connection.execute(query, (process_id,)).fetchone()
        forged = bytearray(data)
        forged[place] ^= 1
        connection.execute("update acts set data = ? where rowid = ?", (bytes(forged), row))
    try:
        yield
    finally:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("update acts set data = ? where rowid = ?", (data, row))
        # The town is shared: nothing of this is to be remembered.
        checks = site.services.checks
        checks._made(process_id, checks.files(process_id))
        site.services.verifications._kept.pop(process_id, None)


def test_altered_act_fails_at_its_step_and_is_shown(altered_site: Site, browser: Browser) -> None:
    """Expected, got, whose fault; no citation. The page is accessible, narrow."""
    with altered_act(altered_site, AWARDED, SUBJECT):
        page = told(altered_site, AWARDED)
        assert "Nicht bestanden: 7. Vorgänge" in page
        assert "Die vorliegenden Vorgänge führen zum Kettenende" in page
        assert "Wessen Fehler es wäre: Des Betreibers: ein Vorgang fehlt, ist verändert" in page
        assert "nicht geprüft" in page
        assert "So zitieren Sie es" not in page
        with visitor(browser, NARROW, locale="de-DE") as context:
            opened = context.new_page()
            opened.goto(altered_site.url + address(altered_site, AWARDED))
            assert violations(opened) == []
            assert cut(opened) == []


def test_act_that_is_none_any_more_leaves_no_file_to_verify(altered_site: Site) -> None:
    """Nothing is passed over: it is said, by name."""
    with altered_act(altered_site, CHANGED, 0):
        page = told(altered_site, CHANGED)
    assert "Aus dem, was hier gespeichert ist, lässt sich keine Datei machen" in page
    assert "LogMalformed" in page


def test_without_a_log_the_page_says_why_nothing_can_be_proven(site: Site, make: Make, tmp_path: Path) -> None:
    """And what a reader and the operator can do about it."""
    own = make(logs=tmp_path)
    with pytest.raises(LogMissing):
        own.of(process_of(site, OPEN))
    with answering(own):
        page = told(site, OPEN)
    assert "Hier lässt sich nichts beweisen" in page
    assert "siegel log init" in page
    assert "Wiederholen Sie es ohne uns" in page
    assert "So zitieren Sie es" not in page


def test_failure_of_the_node_is_said_and_asked_again(site: Site, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment later it may work again; what failed is not kept as a result."""

    class Down:
        def __getattr__(self, name: str) -> Any:
            raise NodeUnreachable(url="http://10.0.0.1:8545", reason="down")

    own = make(chain=Down())
    monkeypatch.setattr(verifications, "UNSETTLED_SECONDS", 0.0)
    with answering(own):
        page = told(site, OPEN)
    assert "Es kann zurzeit nicht geprüft werden" in page
    assert "10.0.0.1" not in page
    own._sources = site.services.evidence
    own._history = make()._history
    assert isinstance(own.of(process_of(site, OPEN)), Verification)


@pytest.mark.parametrize(("limit", "said"), [("MOST_ACTS", "2 Vorgänge"), ("MOST_BYTES", "2 B,")])
def test_too_large_process_is_not_verified_here(
    site: Site, make: Make, monkeypatch: pytest.MonkeyPatch, limit: str, said: str
) -> None:
    """The page says how to do it elsewhere; of the bundle nothing is written."""
    monkeypatch.setattr(verifications, limit, 2)
    own = make()
    with pytest.raises(VerificationTooLarge):
        own.of(process_of(site, OPEN))
    with answering(own):
        page = told(site, OPEN)
    assert "Zu groß, um auf einer Seite geprüft zu werden" in page
    assert said in page


def test_result_is_kept_until_a_file_of_the_process_is_touched(
    site: Site, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same object, then another."""
    own, process_id = make(), process_of(site, OPEN)
    first = own.of(process_id)
    assert own.of(process_id) is first
    files = site.services.checks.files(process_id)
    monkeypatch.setattr(site.services.checks.__class__, "files", lambda _self, _id: (*files, None))
    assert own.of(process_id) is not first


def test_result_without_the_newest_act_is_kept_for_a_moment_only(ahead: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as the log has it, it belongs to the result; of a process without a new act nothing can change."""
    monkeypatch.setattr(verifications, "UNSETTLED_SECONDS", 0.0)
    services = ahead.services
    with closing(Verifications(services.evidence, services.queries, services.checks, "test")) as own:
        for ocid, kept in ((ALTERED, False), (CHANGED, True)):
            first = own.of(process_of(ahead, ocid))
            assert first is not None
            assert first.report.verified
            assert (own.of(process_of(ahead, ocid)) is first) == kept


def test_page_says_that_the_newest_act_is_not_in_it_yet(ahead: Site) -> None:
    """Of a process that has one, and of no other."""
    sentence = "Die neuesten Vorgänge dieses Verfahrens sind noch nicht darin"
    assert sentence in told(ahead, ALTERED)
    assert sentence not in told(ahead, CHANGED)


def test_release_that_arrived_since_it_was_indexed_is_no_alteration(ahead: Site) -> None:
    """The next run of the index takes it in."""
    found = ahead.services.check_process(process_of(ahead, OBSERVED))
    assert {each.kind for each in found} == {DifferenceKind.ROW_OUTDATED}
    assert "Alteration found" not in told(ahead, OBSERVED, "en")


def test_page_shows_no_more_flags_than_a_page_holds(ahead: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two erasures the first, if one is as many as it holds."""

    def flagged() -> list[str]:
        return re.findall(r'#step-(\d+)">Vorgang', httpx.get(url, headers={"accept-language": "de"}).text)

    url = ahead.url + address(ahead, OPEN)
    assert flagged() == ["2", "4"]
    monkeypatch.setattr(verification_page, "MOST_FLAGS", 1)
    assert flagged() == ["2"]


def test_long_verification_keeps_nobody_waiting(site: Site, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made once for all, one after the other; who comes meanwhile is told so, and a crowd is not queued."""
    going, made = threading.Event(), list[bytes]()

    def slowly(sources: Sources, process_id: bytes, *rest: Any, **more: Any) -> Any:
        made.append(process_id)
        assert going.wait(20)
        return write_process_bundle(sources, process_id, *rest, **more)

    monkeypatch.setattr(verifications, "write_process_bundle", slowly)
    monkeypatch.setattr(verifications, "WAIT_SECONDS", 0.05)
    own, process_id = make(), process_of(site, OPEN)
    assert own.of(process_id) is None
    with answering(own):
        page = told(site, OPEN)
    assert "Es wird gerade geprüft" in page
    assert own.of(process_of(site, AWARDED)) is None
    assert made == [process_id]
    with pytest.raises(ProcessUnknown):
        own.of(b"\xff" * 32)
    monkeypatch.setattr(verifications, "QUEUED", 2)
    assert own.of(process_of(site, CHANGED)) is None
    assert own._jobs.keys() == {process_id, process_of(site, AWARDED)}
    going.set()
    monkeypatch.setattr(verifications, "WAIT_SECONDS", 20.0)
    assert isinstance(own.of(process_id), Verification)
    wait_until(lambda: len(made) == 2)
    assert isinstance(own.of(process_of(site, AWARDED)), Verification)
    assert made == [process_id, process_of(site, AWARDED)]


def test_browser_verifier_is_linked_and_there(site: Site, reader: httpx.Client) -> None:
    """Whoever has no program gets the page that verifies by itself."""
    assert 'href="/verifier.html"' in reader.get(address(site, OPEN)).text
    assert reader.get("/verifier.html").status_code == 200


def test_refusal_is_said_in_the_language_of_the_page() -> None:
    """From the one catalogue that has all of them."""
    error = StampsTooFew(size=7, expected=2, got=1)
    assert refusal_sentence(error, "de") == "Den Prüfpunkt über 7 Blätter haben 1 Dienste gestempelt, nötig sind 2."
    assert refusal_sentence(error, "en") == str(error)
    other = OtherChain(what="the chain id", got=7, expected=8)
    assert refusal_sentence(other, "de") == "Die Kennung der Kette ist 7, die Vertrauensgrundlage sagt 8."
