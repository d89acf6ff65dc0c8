"""The page of the demo's sealed procedure, as somebody reads it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from ledger.chain.identifiers import process_id
from ledger.cli.demo.minuting import MINUTES, NAMES, PRINTED
from ledger.cli.demo.running import application, for_a_while, node_answers
from ledger.cli.demo.school_run import OCID
from ledger.cli.demo.sealed_checks import process_path
from ledger.cli.demo.seeding import open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.supplement import NUMBER
from ledger.cli.demo.town import BUYER
from ledger.opening.opened import opened_folder
from tests.cli.conftest import Siegel
from tests.demo.public import LINK
from tests.explorer.site import text_of


def test_bid_whose_block_came_later_than_its_arrival_is_shown_with_both_clocks(town: Path) -> None:
    """In the table and among the acts: what the receiver promised, and since when the ledger has it. Of bids that
    nobody promised there is one clock, and the late one is called late."""
    with open_demo(town, tampering=False, procedures=0) as demo, for_a_while(application(demo)) as url:
        bids = httpx.get(f"{url}/api/v1/processes/{process_path(OCID)}/rounds").json()["rounds"][0]["bids"]
        page = text_of(httpx.get(f"{url}/processes/{process_path(OCID)}").text)
    promised = [bid["arrival"] != bid["time"] for bid in bids]
    assert promised == [False, False, False, False, False, True, False]
    assert page.count("vom Empfangsdienst bestätigt; im Register am") == 1
    assert page.count("wie ein Empfangsdienst bestätigt hat, und steht seit") == 1
    assert page.count("nach der Frist") == 1


def test_confidential_document_is_named_by_its_check_value_and_not_offered(town: Path) -> None:
    """The criteria can be downloaded; of the evaluation, which the award's notice names, everybody has the check value
    only."""
    with open_demo(town, tampering=False, procedures=0) as demo, for_a_while(application(demo)) as url:
        page = httpx.get(f"{url}/processes/{process_path(OCID)}").text
        links = [link for link in LINK.findall(page) if "/documents/" in link]
        assert [httpx.get(url + link).status_code for link in links] == [200]
    assert re.search(r"Wertung .{0,12}Prüfwert 0x[0-9a-f]{64} Nicht öffentlich;", text_of(page))


def test_round_of_answers_is_told_as_one_and_its_minutes_can_be_written_again(
    siegel: Siegel, town: Path, tmp_path: Path
) -> None:
    """What came in it is an answer, among the acts and in its table, and neither counts as a bid. Whoever types what
    the officers typed gets their minutes, byte for byte."""
    with open_demo(town) as demo, node_answers(demo), for_a_while(application(demo)) as url:
        page = text_of(httpx.get(f"{url}/processes/{process_path(OCID)}?lang=de").text)
        given = ("--round", NUMBER, "--rule", "vgv", "--purpose", "documents")
        officers = [f"--officer={key}={name}" for key, name in NAMES.items()]
        files = ("--out", tmp_path / PRINTED, "--data", tmp_path / MINUTES)
        done = siegel("opening", "minutes", OCID, *given, *officers, *files, home=town)
    assert done.exit_code == 0, done.out
    left = opened_folder(town, process_id(Stage.organisation(BUYER), OCID), NUMBER)
    assert [(tmp_path / name).read_bytes() == (left / name).read_bytes() for name in (MINUTES, PRINTED)] == [True, True]
    acts, _, rounds = page.partition("Angebotsrunden")
    told = acts[acts.index("Runde 2 beginnt:") : acts.index("Zuschlagsentscheidung bekanntgegeben")]
    assert told.count("Antwort Nr. 1 der Runde 2 ist am") == 1
    assert told.count("Antworten geöffnet") == 1
    assert "Angebot" not in told
    of_answers = rounds[rounds.index("Runde 2: Nachforderungen und Aufklärung") : rounds.index("Die Rangfolge")]
    assert "Antwort Nr. Eingang" in of_answers
    assert "Angebot Nr. Eingang" not in of_answers
