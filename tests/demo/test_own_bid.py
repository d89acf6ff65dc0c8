"""A bid on the demo's open tender, opened with its receipt, and fields of it shown to others who trust nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ledger.chain.identifiers import process_id
from ledger.cli.demo.running import application, for_a_while, node_answers
from ledger.cli.demo.sealed_checks import LIVE, OFFER
from ledger.cli.demo.seeding import POLICY, open_demo
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import BUYER
from tests.cli.conftest import Called, Siegel
from tests.waiting import wait_until

PRICE = "lots/LOT-0001/value"


@dataclass
class Tenderer:
    """With a receipt of a bid that was handed in, and evidence of the procedure from before and after."""

    siegel: Siegel
    folder: Path
    policy: Path

    def run(self, *arguments: object) -> Called:
        """A command about the own bid."""
        return self.siegel("bid", *arguments, "--json")

    def shown(self, evidence: str, file: str = "price.json") -> Called:
        """What somebody else finds out."""
        proof = self.folder / evidence
        return self.run("shown", self.folder / file, "--bundle", proof, "--policy", self.policy)


@pytest.fixture
def tenderer(siegel: Siegel, town: Path, tmp_path: Path) -> Iterator[Tenderer]:
    """Who hands in a bid while the town is served."""
    bundle = f"/api/v1/processes/0x{process_id(Stage.organisation(BUYER), LIVE).hex()}/evidence"
    with open_demo(town) as demo, node_answers(demo), for_a_while(application(demo)) as url:
        (tmp_path / "prices.txt").write_text("Preisblatt", "utf-8")
        (tmp_path / "bid.json").write_text(json.dumps(OFFER), "utf-8")
        (tmp_path / "before.zip").write_bytes(httpx.get(url + bundle, timeout=60).content)
        made = Tenderer(siegel, tmp_path, town / POLICY)
        sealing = ("--policy", made.policy, "--bid", tmp_path / "bid.json", "-o", tmp_path / "receipt.zip")
        sealed = made.run("seal", LIVE, "--server", url, *sealing)
        assert sealed.exit_code == 0, sealed.out
        assert made.run("submit", tmp_path / "receipt.zip", "--server", url).exit_code == 0

        def has_proof() -> bool:
            """The log has got as far as the block of the bid."""
            return made.run("status", tmp_path / "receipt.zip", "--server", url).data["provenBlock"] is not None

        wait_until(has_proof, seconds=60)
        (tmp_path / "after.zip").write_bytes(httpx.get(url + bundle, timeout=60).content)
    yield made


def test_own_bid_opens_and_single_fields_are_proven_to_others(tenderer: Tenderer) -> None:
    """With the server gone: the receipt is verified, the bid opens from it, and a stranger who has the shown price, a
    bundle and a policy knows that it is the price that was committed, and nothing more."""
    folder = tenderer.folder
    verified = tenderer.siegel("verify", folder / "receipt.zip", "--policy", tenderer.policy)
    assert verified.exit_code == 0, verified.out
    opened = tenderer.run("open", folder / "receipt.zip", "-o", folder / "opened")
    assert opened.exit_code == 0, opened.out
    values = json.loads((folder / "opened" / "bid.json").read_text("utf-8"))
    assert values[PRICE] == OFFER["lots"]["LOT-0001"]["value"]
    assert (folder / "opened" / "0001").read_text("utf-8") == "Preisblatt"
    again = tenderer.run("open", folder / "receipt.zip", "-o", folder / "opened")
    assert (again.exit_code, json.loads(again.out)["error"]) == (2, "ArgumentInvalid")

    shown = ("disclose", folder / "receipt.zip", "--field", PRICE, "-o", folder / "price.json")
    assert tenderer.run(*shown).exit_code == 0
    assert "Rohbau Probe GmbH" not in (folder / "price.json").read_text("utf-8")
    found = tenderer.shown("after.zip")
    assert found.exit_code == 0, found.out
    assert found.data["fields"] == {PRICE: values[PRICE]}


def test_shown_field_of_a_bid_that_the_evidence_lacks_or_altered_is_refused(tenderer: Tenderer) -> None:
    """A bundle from before the bid does not have it; an altered bundle or field proves nothing."""
    folder = tenderer.folder
    tenderer.run("disclose", folder / "receipt.zip", "--field", PRICE, "-o", folder / "price.json")
    early = tenderer.shown("before.zip")
    assert (early.exit_code, json.loads(early.out)["error"]) == (1, "DisclosedNotCommitted")
    bundle = bytearray((folder / "after.zip").read_bytes())
    bundle[len(bundle) // 2] ^= 1
    (folder / "altered.zip").write_bytes(bundle)
    altered = tenderer.shown("altered.zip")
    assert (altered.exit_code, json.loads(altered.out)["error"]) == (1, "TermsUnproven")
    other = json.loads((folder / "price.json").read_text())
    other["digests"][0] = "11" * 32
    (folder / "other.json").write_text(json.dumps(other))
    refused = tenderer.shown("after.zip", "other.json")
    assert (refused.exit_code, json.loads(refused.out)["error"]) == (1, "FieldUnproven")
