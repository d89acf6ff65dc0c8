"""Evidence over the API: what is downloaded verifies without the server."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from api import downloads
from ledger.chain.identifiers import process_id
from ledger.chain.record import ZERO
from ledger.evidence.bundle import _proof
from ledger.evidence.log.publisher import Publisher
from ledger.evidence.policy import policy_of
from ledger.evidence.verify.header import read_header
from ledger.evidence.verify.policy import Policy, read_policy
from ledger.evidence.verify.proofs import prove_state, write_proofs
from ledger.ocds.observation import read_observation
from tests.api.conftest import Api
from tests.explorer.site import OPEN
from tests.verifier.peer import agreed


@pytest.fixture(scope="module")
def trusted(api: Api) -> Policy:
    """The policy of the chain that is served and logged."""
    services = api.site.services
    Publisher(services.settings.log_dir, services.chain, services.index).publish()
    return read_policy(json.dumps(policy_of(services.chain, "test", services.settings.log_dir)).encode())


def test_evidence_of_a_process_verifies(api: Api, trusted: Policy) -> None:
    """The very bytes of the answer, and nothing else."""
    answer = api.client.get(f"/api/v1/processes/0x{api.site.town.process(OPEN).hex()}/evidence")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert ".zip" in answer.headers["content-disposition"]
    report = agreed(answer.content, trusted)
    assert report.verified
    assert report.subject == ("process", api.site.town.process(OPEN))


def test_evidence_of_an_organisation_verifies(api: Api, trusted: Policy) -> None:
    """All processes of the buyer."""
    buyer = api.site.town.buyer
    answer = api.client.get(f"/api/v1/organisations/0x{buyer.hex()}/evidence")
    report = agreed(answer.content, trusted)
    assert report.verified
    assert report.subject == ("organisation", buyer)


def test_evidence_of_an_observer_holds_what_its_pulls_saw(api: Api, trusted: Policy) -> None:
    """The documents that acts outside processes name belong to the bundle."""
    observer = api.site.town.observer
    answer = api.client.get(f"/api/v1/organisations/0x{observer.hex()}/evidence")
    report = agreed(answer.content, trusted)
    assert report.verified, report
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        documents = [archive.read(name) for name in archive.namelist() if name.startswith("documents/")]
    findings = [found.kind for data in documents for found in read_observation(data).findings]
    assert sorted(findings) == ["changed", "vanished"]


def test_evidence_of_more_heads_than_a_node_answers_at_once_is_proven(api: Api) -> None:
    """An organisation of any size: here 1,200 heads, of series that have none but for two."""
    town = api.site.town
    block = town.chain.block_number()
    series = [town.process(OPEN), town.buyer, *(number.to_bytes(32, "big") for number in range(1_198))]
    entry = write_proofs([_proof(town.chain, town.chain.ledger, series, block)])
    state = prove_state(read_header(town.chain.raw_header(block)), entry)
    assert {head for (_, id), head in state.heads.items() if id not in series[:2]} == {ZERO}
    assert [state.heads[town.chain.ledger, id] for id in series[:2]] == town.chain.heads(series[:2], block=block)
    assert len(state.heads) == 1_200


def test_evidence_of_nobody_is_a_problem(api: Api) -> None:
    """Named before the download begins; its place is given back."""
    nobody = process_id(bytes(32), "ocds-nobody-1")
    for _ in range(2 * downloads.AT_ONCE):
        answer = api.client.get(f"/api/v1/processes/0x{nobody.hex()}/evidence")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/ProcessUnknown")
    assert (
        api.client.get(f"/api/v1/organisations/0x{nobody.hex()}/evidence").json()["type"]
        == "/problems/OrganisationUnknown"
    )
