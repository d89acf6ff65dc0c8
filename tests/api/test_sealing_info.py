"""What people and programs find out about a round and its key set before they seal a bid."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.services import Services
from ledger.chain.acts import LotTerms, PublishTender, RoundTerms, TenderTerms
from ledger.chain.identifiers import key_set_id, lot_id, organisation_id
from ledger.chain.registry import KeySet, Person, Recipient, RetireKeySet
from ledger.index.sync import Synchroniser
from ledger.ocds.digest import new_salt
from ledger.settings import Settings
from ledger.store import StoreClass
from ledger.terms import OrganisationKind, Role, RoundKind
from tests.api import receiving
from tests.api.conftest import Api
from tests.api.receiving import open_round, receiving_town
from tests.explorer.site import AWARDED, OBSERVED, serving
from tests.index.town import DAY, START, Town, release, signer

CRITERIA = {"format": "siegel-criteria/1", "currency": "EUR", "mainBids": 1, "lots": [], "documents": []}
RECEIVER = organisation_id("DE-LEITWEG", "receiver-1")


def tendered(api: Api, ocid: str, criteria: bytes, receivers: tuple[bytes, ...] = ()) -> str:
    """A sealed tender with these criteria; the path of its round."""
    town = api.site.town
    digest = town.keep(release(ocid, title="Turnhalle"))
    terms = TenderTerms(
        ocid=ocid,
        lots=(LotTerms(lot_id("L1")),),
        criteria=criteria,
        round=RoundTerms(RoundKind.BIDS, START + 60 * DAY, town.key_set, receivers=receivers),
    )
    town.jointly(PublishTender(town.buyer, town.expires(), digest, terms))
    api.take_in()
    return f"{api.process(ocid)}/rounds/1/sealing"


@pytest.fixture(scope="module")
def asked(api: Api) -> str:
    """A round with public criteria and a receiver."""
    town = api.site.town
    criteria = town.store.put(StoreClass.PUBLIC, json.dumps(CRITERIA).encode())
    admit_receiver(town)
    return tendered(api, "ocds-a2ef3d-gym", criteria, (RECEIVER,))


def admit_receiver(town: Town) -> None:
    """A receiver with two officers."""
    people = tuple(Person(signer(f"receiver {number}").account, Role.OFFICER) for number in (1, 2))
    town._admit("DE-LEITWEG", "receiver-1", OrganisationKind.RECEIVER, people)


def hexed(value: bytes) -> str:
    """As the API writes bytes."""
    return "0x" + value.hex()


def key_set_of(said: dict[str, Any]) -> KeySet:
    """The key set of an answer, as a tenderer's program makes it."""

    def recipients(name: str) -> tuple[Recipient, ...]:
        return tuple(
            Recipient(bytes.fromhex(each["holder"][2:]), bytes.fromhex(each["key"][2:])) for each in said[name]
        )

    return KeySet(
        said["officerThreshold"], said["custodianThreshold"], recipients("officers"), recipients("custodians")
    )


def test_ask_open_round_all_that_sealing_needs_is_told(api: Api, asked: str) -> None:
    """Chain, process, round, key set, receivers, criteria and clock; the key set's content gives its id."""
    town, before = api.site.town, int(time.time())
    answer = api.get(asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    said = answer.json()
    key_set, now = said.pop("keySet"), said.pop("now")
    assert said == {
        "chainId": town.chain.chain_id,
        "ledger": hexed(town.chain.ledger),
        "organisationId": hexed(town.buyer),
        "processId": hexed(town.process("ocds-a2ef3d-gym")),
        "ocid": "ocds-a2ef3d-gym",
        "title": "Turnhalle",
        "round": 1,
        "kind": "bids",
        "state": "open",
        "deadline": START + 60 * DAY,
        "receivers": [{"organisationId": hexed(RECEIVER), "name": "DE-LEITWEG receiver-1", "url": None, "here": False}],
        "nodes": [],
        "criteria": {"digest": hexed(_digest(CRITERIA)), "document": CRITERIA},
        "limits": {"envelope": None},
    }
    assert before <= now <= int(time.time())
    assert key_set["id"] == hexed(town.key_set) == hexed(key_set_id(town.buyer, key_set_of(key_set)))
    assert [each["identifier"] for each in key_set["custodians"]] == [
        f"custodian-{number}" for number in sorted((1, 2, 3), key=_custodian)
    ]
    assert all(each["acceptedTime"] >= START and each["scheme"] == "DE-LEITWEG" for each in key_set["custodians"])


def _digest(content: Any) -> bytes:
    return hashlib.sha256(json.dumps(content).encode()).digest()


def _custodian(number: int) -> bytes:
    return organisation_id("DE-LEITWEG", f"custodian-{number}")


@pytest.mark.parametrize("public_url", [None, "https://vergabe.example"])
def test_ask_at_a_receiver_it_and_the_others_are_told(tmp_path: Path, public_url: str | None) -> None:
    """Where the round's receivers take bids in: this server by its public address, if it has one, others as the
    settings say. A name of the settings counts where releases give none, and else the place in a register. The limit
    is this server's."""
    other = {"scheme": "DE-HRB", "uid": "receiver-2", "name": "Zweiter Empfang", "url": "https://second.example"}
    stranger = {**other, "uid": "receiver-3", "url": "https://third.example"}
    with receiving_town(tmp_path) as town:
        open_round(town, "ocds-a2ef3d-port", (receiving.RECEIVER, receiving.OTHER_RECEIVER))
        settings = Settings.load(
            home=tmp_path,
            public_url=public_url,
            receiver={"scheme": "DE-HRB", "uid": "receiver-1", "largest_envelope": 2**20},
            receivers=[other, stranger],
            nodes=["https://node.example/rpc"],
        )
        opened = Services.open(settings, town.chain, follow=False, receiver=signer("receiver 1"))
        with closing(opened) as services, serving(services) as url:
            Synchroniser(services.index, services.chain, services.store).run_once()
            process = f"{url}/api/v1/processes/{town.process('ocds-a2ef3d-port').hex()}"
            said = httpx.get(f"{process}/rounds/1/sealing").json()
    assert said["limits"] == {"envelope": 2**20}
    assert said["nodes"] == ["https://node.example/rpc"]
    assert {each["organisationId"]: (each["name"], each["url"], each["here"]) for each in said["receivers"]} == {
        hexed(receiving.RECEIVER): ("DE-HRB receiver-1", public_url, True),
        hexed(receiving.OTHER_RECEIVER): ("Zweiter Empfang", "https://second.example", False),
    }


def test_ask_twice_clock_of_the_second_answer_is_its_own(api: Api, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenderer's program sets its clock by the answer: none that was kept from before is given."""
    first = api.get(asked).json()["now"]
    monkeypatch.setattr("api.sealing_info.time.time", lambda: first + 3_600.5)
    assert api.get(asked).json()["now"] == first + 3_600


def test_ask_opened_round_state_is_told(api: Api) -> None:
    """A round that is over says so; a tender without criteria has none."""
    said = api.get(f"{api.process(AWARDED)}/rounds/1/sealing").json()
    assert (said["state"], said["criteria"], said["receivers"]) == ("opened", None, [])


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (StoreClass.CONFIDENTIAL, json.dumps(CRITERIA | {"mainBids": 2}).encode()),
        (StoreClass.ERASABLE, json.dumps(CRITERIA | {"mainBids": 3}).encode()),
        (StoreClass.PUBLIC, b"%PDF-1.7"),
        (StoreClass.PUBLIC, b"[1]"),
        (StoreClass.PUBLIC, b'{"pad": "' + b"x" * 2**22 + b'"}'),
        (None, b""),
    ],
    ids=["confidential", "erasable", "no json", "no object", "too long", "not here"],
)
def test_ask_criteria_that_cannot_be_told_digest_alone(
    api: Api, kind: StoreClass | None, content: bytes, request: pytest.FixtureRequest
) -> None:
    """What is not public stays unsaid, and nothing that an officer names as criteria keeps a bidder from asking."""
    digest = b"\x77" * 32 if kind is None else api.site.town.store.put(kind, content)
    ocid = f"ocds-a2ef3d-{request.node.callspec.id.replace(' ', '-')}"
    said = api.get(tendered(api, ocid, digest)).json()
    assert said["criteria"] == {"digest": hexed(digest), "document": None}


def test_ask_altered_criteria_digest_alone(api: Api) -> None:
    """Whoever changes the stored document behind the ledger's back changes no bidder's form."""
    store = api.site.town.store
    digest = store.put(StoreClass.PUBLIC, json.dumps(CRITERIA | {"mainBids": 4}).encode(), salt=new_salt())
    path = tendered(api, "ocds-a2ef3d-altered-criteria", digest)
    assert api.get(path).json()["criteria"]["document"]["mainBids"] == 4
    file = store.path(digest)
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b'"mainBids": 4', b'"mainBids": 9'))
    assert api.get(path).json()["criteria"]["document"] is None


@pytest.mark.parametrize(
    ("ocid", "number", "status", "name"),
    [
        (AWARDED, "2", 404, "RoundUnknown"),
        (OBSERVED, "1", 404, "RoundUnknown"),
        (None, "1", 404, "ProcessUnknown"),
        (AWARDED, "0", 400, "InvalidParameter"),
        (AWARDED, str(2**63), 400, "InvalidParameter"),
        (AWARDED, "one", 400, "InvalidParameter"),
    ],
)
def test_ask_round_that_is_none_refused_by_name(
    api: Api, ocid: str | None, number: str, status: int, name: str
) -> None:
    """A process without that round, without any, or none at all."""
    path = f"/processes/{'01' * 32}" if ocid is None else api.process(ocid)
    answer = api.get(f"{path}/rounds/{number}/sealing")
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{name}")


def test_ask_key_set_who_accepted_when_is_told(api: Api) -> None:
    """The same as in the round's answer, with when it was registered and ready; retired ones say since when."""
    town = api.site.town
    said = api.get(f"/key-sets/{town.key_set.hex()}").json()
    accepted = [each["acceptedTime"] for each in said["custodians"]]
    assert said["organisationId"] == hexed(town.buyer)
    assert said["registeredTime"] < min(accepted)
    assert (said["readyTime"], said["retiredTime"]) == (max(accepted), None)
    assert {tuple(each) for each in said["officers"]} == {("holder", "key")}
    assert (len(said["officers"]), said["officerThreshold"]) == (3, 2)


def test_ask_unknown_key_set_refused_by_name(api: Api) -> None:
    """Nobody registered it."""
    answer = api.get(f"/key-sets/{'01' * 32}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/KeySetUnknown")
    assert answer.json()["keySet"] == "0x" + "01" * 32


def test_ask_round_whose_key_set_was_retired_says_since_when(api: Api) -> None:
    """A running round keeps its key set, and everybody sees that later ones will not."""
    town = api.site.town
    path = tendered(api, "ocds-a2ef3d-pool", b"\x77" * 32)
    retired = town.jointly(RetireKeySet(town.key_set, b"\x66" * 32, town.expires()))
    api.take_in()
    assert api.get(path).json()["keySet"]["retiredTime"] == retired.records[0].time


def test_list_rounds_of_a_custodian_page_by_page(api: Api) -> None:
    """Each round once, with where its process, its key set and what sealing needs are; ``next`` leads on."""
    town = api.site.town
    custodian = _custodian(1)
    seen, path = list[dict[str, Any]](), f"/api/v1/rounds?custodian={custodian.hex()}&limit=2"
    while path:
        body = api.client.get(path).json()
        assert len(body["rounds"]) <= 2
        seen += body["rounds"]
        path = body["next"]
    assert len(seen) == body["total"] == len({each["processId"] for each in seen}) > 2
    assert [each["deadline"] for each in seen] == sorted((each["deadline"] for each in seen), reverse=True)
    assert {each["keySet"] for each in seen} == {hexed(town.key_set)}
    assert api.client.get(seen[0]["links"]["sealing"]).json()["deadline"] == seen[0]["deadline"]
    assert api.client.get(seen[0]["links"]["keySet"]).json()["id"] == hexed(town.key_set)
    opened = api.get(f"/rounds?custodian={hexed(custodian)}&state=opened").json()
    assert [each["ocid"] for each in opened["rounds"]] == [AWARDED]
    assert api.get(f"/rounds?custodian={hexed(town.buyer)}").json()["total"] == 0


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "InvalidParameter"),
        ("custodian=0x01", "InvalidDigest"),
        (f"custodian={'01' * 32}&state=late", "InvalidParameter"),
        (f"custodian={'01' * 32}&cursor=x", "InvalidCursor"),
        (f"custodian={'01' * 32}&limit=201", "InvalidParameter"),
    ],
)
def test_list_rounds_asked_wrongly_refused_by_name(api: Api, query: str, name: str) -> None:
    """Nobody, no organisation, no state, no cursor of this list."""
    answer = api.get(f"/rounds?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, f"/problems/{name}")
