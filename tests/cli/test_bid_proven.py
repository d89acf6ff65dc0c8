"""``siegel bid seal --policy``: a server that lies consistently about one member of a round's terms is found out by the
evidence, by that member's name, and nothing is sealed. ``siegel bid status``: no server costs a tenderer the proof."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledger.chain.identifiers import key_set_id, organisation_id
from ledger.chain.registry import KeySet
from ledger.cli.bidding.asked import ask
from ledger.cli.bidding.completeness import criteria_of
from ledger.cli.remote import Remote
from ledger.evidence.receipt import pieces_of, read_receipt
from ledger.evidence.verify.archive import BUNDLE, ArchiveReader, write_archive
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.receipt import verify_receipt
from tests.api.sealed_town import key_set_of
from tests.bid.tender import CRITERIA
from tests.bid.town import OCID, RECEIVERS, Desk, served_town
from tests.cli.conftest import Called, Siegel
from tests.cli.notices import write
from tests.cli.test_bidding import instead
from tests.index.key_sets import (
    key_set_without_custodians,
    own_key_set,
    tender_under,
)
from tests.verifier.peer import policy_bytes

ALONE = "ocds-a2ef3d-no-custodians"
OFFER: dict[str, Any] = {
    "tenderers": [{"name": "Rohbau Probe GmbH"}],
    "lots": {"L1": {"value": {"amount": "148500.00", "currency": "EUR"}}},
    "requirementResponses": {"listed": True, "months": 60},
    "documents": [{"file": "bill.x84", "requirement": "bill"}],
}
Said = dict[str, Any]


@dataclass
class Tenderer:
    """Somebody with a policy, who asks the town's server or one that stands before it."""

    desk: Desk
    siegel: Siegel
    folder: Path

    @property
    def receipt(self) -> Path:
        """What is written when a bid is sealed."""
        return self.folder / "receipt.zip"

    def seal(self, url: str, *more: object, ocid: str = OCID, policy: Policy | None = None) -> Called:
        """Under this policy, by default one that names no custodians."""
        (self.folder / "bill.x84").write_bytes(b"a bill")
        (self.folder / "policy.json").write_bytes(policy_bytes(policy or self.desk.policy()))
        offer = write(self.folder / "bid.json", OFFER)
        given = ("--bid", offer, "--policy", self.folder / "policy.json", "-o", self.receipt)
        return self.siegel("bid", "seal", ocid, "--server", url, *given, "--json", *more)

    def hand_in(self) -> None:
        """Sealed, and on the ledger; evidence of it can be had."""
        for done in (self.seal(self.desk.url), self.siegel("bid", "submit", self.receipt, "--server", self.desk.url)):
            assert done.exit_code == 0, done.out
        self.desk.publish_evidence()

    def status(self, url: str, *more: object) -> Called:
        """What has become of the bid."""
        return self.siegel("bid", "status", self.receipt, "--server", url, "--json", *more)

    def proof(self) -> bytes:
        """What the receipt holds; nothing of none."""
        stored = read_receipt(self.receipt).proof
        return b"" if stored is None else b"".join(pieces_of(stored))

    def has_proof(self) -> bool:
        """Whether the receipt is verified."""
        with self.receipt.open("rb") as stream:
            return verify_receipt(stream, self.desk.policy()).verified

    def refused(self, called: Called) -> tuple[str, dict[str, Any]]:
        """The name of what it refused with, and its values; nothing was sealed."""
        assert called.exit_code == 1, called.out
        assert not self.receipt.exists()
        said = json.loads(called.out)
        return said["error"], said["values"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A served town with a tender for bids, and another one whose key set has no custodians."""
    with served_town(tmp_path_factory.mktemp("town")) as made:
        tender_under(made.town, ALONE, key_set_without_custodians(made.town).id, made.deadline, RECEIVERS)
        made.publish_evidence()
        yield made


@pytest.fixture
def tenderer(desk: Desk, siegel: Siegel, tmp_path: Path) -> Tenderer:
    """Somebody who wants to bid."""
    return Tenderer(desk, siegel, tmp_path)


def told(key_set: KeySet, organisation: bytes) -> Said:
    """A key set as a server tells it, with the id that follows from it."""
    recipients = {
        group: [
            {"holder": "0x" + each.holder.hex(), "key": "0x" + each.key.hex(), "scheme": "DE-HRB", "identifier": "1",
             "name": "Rechenzentrum"}
            for each in getattr(key_set, group)
        ]
        for group in ("officers", "custodians")
    }  # fmt: skip
    return {
        "id": "0x" + key_set_id(organisation, key_set).hex(),
        "officerThreshold": key_set.officer_threshold,
        "custodianThreshold": key_set.custodian_threshold,
        **recipients,
    }


def own_organisations(desk: Desk) -> KeySet:
    """Custodians that the operator founded, with its keys; the officers are the true ones."""
    return own_key_set(desk.town)


def own_keys(desk: Desk) -> KeySet:
    """The true custodians, with keys that the operator has."""
    true, own = key_set_of(desk.town), own_key_set(desk.town)
    pairs = zip(true.custodians, own.custodians, strict=True)
    return replace(true, custodians=tuple(replace(each, key=other.key) for each, other in pairs))


def no_custodians(desk: Desk) -> KeySet:
    """Officers alone."""
    return replace(key_set_of(desk.town), custodian_threshold=0, custodians=())


def with_key_set(other: Callable[[Desk], KeySet]) -> Callable[[Said, Desk], None]:
    """All that a server says of the key set is of another one."""
    return lambda said, desk: said.update(keySet=told(other(desk), desk.town.buyer))


_FEWER: Said = {**deepcopy(CRITERIA), "requirements": [], "documents": []}
FEWER = json.dumps(_FEWER, ensure_ascii=False).encode()
"""Criteria that ask for less: whoever follows them is excluded."""

OWN_RECEIVER = {
    "organisationId": "0x" + organisation_id("DE-HRB", "operator-1").hex(), "name": "Empfang", "url": None,
    "here": True,
}  # fmt: skip
LIES: dict[str, tuple[str, Callable[[Said, Desk], Any]]] = {
    "chain id": ("chainId", lambda said, _: said.update(chainId=said["chainId"] + 1)),
    "ledger": ("ledger", lambda said, _: said.update(ledger="0x" + "12" * 20)),
    "own custodians": ("keySet", with_key_set(own_organisations)),
    "own keys of the custodians": ("keySet", with_key_set(own_keys)),
    "no custodians": ("keySet", with_key_set(no_custodians)),
    "later deadline": ("deadline", lambda said, _: said.update(deadline=said["deadline"] + 3600)),
    "earlier deadline": ("deadline", lambda said, _: said.update(deadline=said["deadline"] - 3600)),
    "another receiver": ("receivers", lambda said, _: said["receivers"].append(OWN_RECEIVER)),
    "one receiver less": ("receivers", lambda said, _: said["receivers"].pop()),
    "other criteria": (
        "criteria",
        lambda said, _: said.update(
            criteria={"digest": "0x" + hashlib.sha256(FEWER).hexdigest(), "document": json.loads(FEWER)}
        ),
    ),
    "criteria dropped": ("criteria", lambda said, _: said.update(criteria=None)),
    "kind": ("kind", lambda said, _: said.update(kind="negotiation")),
}
"""Each with the member that is to be named, and what a server says otherwise than the ledger."""


@contextmanager
def lying(desk: Desk, lie: Callable[[Said, Desk], Any]) -> Iterator[str]:
    """A server that says this of the round, and has the files that go with it; all else is the town's own."""

    def changed(answer: httpx.Response) -> httpx.Response:
        said = answer.json()
        lie(said, desk)
        return httpx.Response(200, headers={"content-type": "application/json"}, content=json.dumps(said).encode())

    def documents(answer: httpx.Response) -> httpx.Response:
        return httpx.Response(200, content=FEWER)

    with (
        instead(desk.url, "/sealing", changed) as terms,
        instead(terms, f"/documents/0x{hashlib.sha256(FEWER).hexdigest()}", documents) as url,
    ):
        yield url


def test_seal_honest_terms_are_proven(tenderer: Tenderer) -> None:
    """The control: the same bid, the same policy, through servers that pass all on."""
    with lying(tenderer.desk, lambda said, desk: None) as url:
        sealed = tenderer.seal(url)
    assert sealed.exit_code == 0, sealed.out
    assert tenderer.receipt.exists()


@pytest.mark.parametrize("lie", LIES)
def test_seal_server_that_lies_consistently_is_refused_by_the_member(tenderer: Tenderer, lie: str) -> None:
    """All that it says fits together, and without a policy the bid would be sealed; the evidence says otherwise."""
    member, change = LIES[lie]
    with lying(tenderer.desk, change) as url:
        error, values = tenderer.refused(tenderer.seal(url))
    assert (error, values["what"]) == ("TermsUnproven", member)
    assert values["expected"] != values["got"]


@pytest.mark.parametrize("lie", LIES)
def test_asking_a_server_that_lies_consistently_finds_nothing_wrong(desk: Desk, lie: str) -> None:
    """So it is the evidence that finds each of them out, and nothing else."""
    with lying(desk, LIES[lie][1]) as url, Remote(url) as remote:
        asked = ask(remote, OCID, None)
        assert asked.process_id == desk.process
        if lie == "other criteria":
            assert asked.criteria is not None
            assert criteria_of(remote, asked.criteria).requirements == ()


def test_seal_for_a_round_that_the_evidence_lacks_is_refused(tenderer: Tenderer) -> None:
    """A further round that nobody opened on the ledger."""
    with instead(tenderer.desk.url, "/rounds/2/sealing", round_two(tenderer.desk)) as url:
        error, values = tenderer.refused(tenderer.seal(url, "--round", 2))
    assert (error, values["what"]) == ("TermsUnproven", "round")


def round_two(desk: Desk) -> Callable[[httpx.Response], httpx.Response]:
    """The first round's terms under the number 2."""
    process = f"{desk.url}/api/v1/processes/0x{desk.process.hex()}"

    def changed(_: httpx.Response) -> httpx.Response:
        said = httpx.get(f"{process}/rounds/1/sealing", timeout=60).json() | {"round": 2}
        return httpx.Response(200, headers={"content-type": "application/json"}, content=json.dumps(said).encode())

    return changed


@pytest.mark.parametrize("altered", [False, True])
def test_seal_with_evidence_of_another_process_or_altered_evidence_is_refused(
    tenderer: Tenderer, altered: bool
) -> None:
    """What does not hold proves nothing, and another procedure's evidence says nothing of this one's round."""
    desk = tenderer.desk
    other = httpx.get(f"{desk.url}/api/v1/processes/0x{desk.town.process(ALONE).hex()}/evidence", timeout=60)

    def changed(answer: httpx.Response) -> httpx.Response:
        whole = bytearray(answer.content)
        whole[len(whole) // 2] ^= 1
        return httpx.Response(200, content=bytes(whole) if altered else other.content)

    with instead(desk.url, "/evidence", changed) as url:
        error, values = tenderer.refused(tenderer.seal(url))
    assert (error, values["what"]) == ("TermsUnproven", "bundle" if altered else "round")


def test_seal_to_custodians_whom_the_policy_does_not_name_is_refused(tenderer: Tenderer) -> None:
    """The contract took them, the server is honest: only the policy tells them apart. What all of them are named for is
    sealed."""
    desk = tenderer.desk
    known = desk.custodians()
    trusting = replace(desk.policy(), custodians=known)
    other = (replace(known[0], key=known[1].key), *known[1:])
    error, values = tenderer.refused(tenderer.seal(desk.url, policy=replace(trusting, custodians=other)))
    assert (error, values["custodian"]) == ("CustodianUnknown", "0x" + known[0].organisation_id.hex())
    error, values = tenderer.refused(tenderer.seal(desk.url, ocid=ALONE, policy=trusting))
    assert (error, values["ocid"]) == ("CustodiansMissing", ALONE)
    sealed = tenderer.seal(desk.url, policy=trusting)
    assert sealed.exit_code == 0, sealed.out


def cut_off(bundle: bytes) -> bytes:
    """Its manifest alone."""
    return bundle[: 30 + len("manifest.json") + int.from_bytes(bundle[18:22], "little")]


def of_a_later_block(bundle: bytes) -> bytes:
    """The same acts, said to be those of a block that is still to come."""
    reader, out = ArchiveReader(io.BytesIO(bundle), BUNDLE), io.BytesIO()
    entries = [b"".join(pieces) for _, pieces in reader.entries()]
    later = replace(reader.listing, block=reader.listing.block + 1000)
    write_archive(later, [(zlib.crc32(each), partial(bytes, each)) for each in entries], out)
    return out.getvalue()


@contextmanager
def giving(tenderer: Tenderer, change: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server that passes all on, but for the evidence."""
    changed = lambda answer: httpx.Response(200, content=change(answer.content))  # noqa: E731
    with instead(tenderer.desk.url, "/evidence", changed) as url:
        yield url


def test_status_evidence_that_is_no_proof_of_the_bid_is_not_taken(tenderer: Tenderer) -> None:
    """Read to its end, of this process, and with the bid among its acts; else the receipt stays without one."""
    tenderer.hand_in()
    desk = tenderer.desk
    other = httpx.get(f"{desk.url}/api/v1/processes/0x{desk.town.process(ALONE).hex()}/evidence", timeout=60).content
    for change in (cut_off, lambda _: other):
        with giving(tenderer, change) as url:
            refused = tenderer.status(url)
        assert json.loads(refused.out)["error"] == "ServerAnswerUnusable"
        assert tenderer.proof() == b""


def test_status_proof_that_is_held_gives_way_only_to_a_newer_one_that_holds(tenderer: Tenderer) -> None:
    """A server can say of any block what it likes. Without a policy nobody finds out, so the proof stays; under one
    what was made up is refused, an older proof is no gain, and a newer one is taken."""
    tenderer.hand_in()
    url, policy = tenderer.desk.url, ("--policy", tenderer.folder / "policy.json")
    first = tenderer.status(url).data["provenBlock"]
    older = tenderer.proof()
    assert tenderer.has_proof()
    withdrawn = tenderer.siegel("bid", "withdraw", tenderer.receipt, "--server", url)
    assert withdrawn.exit_code == 0, withdrawn.out
    tenderer.desk.publish_evidence()
    for change, error in ((cut_off, "ServerAnswerUnusable"), (of_a_later_block, "ProofUnverified")):
        with giving(tenderer, change) as lying_url:
            kept = tenderer.status(lying_url)
            assert (kept.exit_code, kept.data["provenBlock"], tenderer.proof()) == (0, first, older)
            refused = tenderer.status(lying_url, *policy)
            assert (json.loads(refused.out)["error"], tenderer.proof()) == (error, older)
    newer = tenderer.status(url, *policy).data["provenBlock"]
    assert newer > first
    assert tenderer.has_proof()
    with giving(tenderer, lambda _: older) as behind:
        assert tenderer.status(behind, *policy).data["provenBlock"] == newer


def test_status_proof_that_does_not_hold_gives_way_to_one_that_does(tenderer: Tenderer) -> None:
    """Taken from the first server that was asked, without a policy: nothing was lost by it, and nothing stays of it."""
    tenderer.hand_in()
    with giving(tenderer, of_a_later_block) as url:
        tenderer.status(url)
    assert not tenderer.has_proof()
    told = tenderer.status(tenderer.desk.url, "--policy", tenderer.folder / "policy.json")
    assert told.exit_code == 0, told.out
    assert tenderer.has_proof()


def test_status_with_the_copy_made_before_submit_takes_the_proof(tenderer: Tenderer) -> None:
    """The ledger says what it has, whoever handed it in and from whichever copy."""
    assert tenderer.seal(tenderer.desk.url).exit_code == 0
    submitted = tenderer.folder / "submitted.zip"
    shutil.copy(tenderer.receipt, submitted)
    assert tenderer.siegel("bid", "submit", submitted, "--server", tenderer.desk.url).exit_code == 0
    tenderer.desk.publish_evidence()
    assert tenderer.status(tenderer.desk.url).data["provenBlock"] is not None
    assert tenderer.has_proof()
