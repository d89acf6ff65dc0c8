"""Who is answered what only those who take part in a round may know: each way to be somebody else is tried."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.entitled import LONGEST, Part, entitled
from ledger.chain.identifiers import access_digest
from ledger.chain.keccak import keccak
from ledger.chain.registry import ChangePeople, Person, RestoreOrganisation, SuspendOrganisation
from ledger.chain.signers import KeySigner
from ledger.errors import (
    AccessExpired,
    AccessForbidden,
    AccessInvalid,
    NodeUnreachable,
    ProcessUnknown,
    RoundUnknown,
)
from ledger.sealing.context import Group
from ledger.terms import OrganisationKind, Role
from tests.api.sealed_town import CLOSED, CUSTODIANS, OPEN, OUTSIDER, SealedTown, authorization
from tests.chain.town import digest
from tests.index.town import signer

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def problem(response: Any) -> tuple[int, str]:
    """Status and name of a refusal."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers
    return response.status_code, response.json()["type"].removeprefix("/problems/")


def asked(town: SealedTown, headers: dict[str, str], what: str = "rehearsal", ocid: str = OPEN) -> Any:
    """The answer to a header, for what officers and custodians may ask."""
    return town.client.get(town.path(ocid, what), headers=headers)


def test_sign_access_digest_is_the_words_of_the_text() -> None:
    """keccak256 over seven words, as ``docs/handing-in.md`` says it."""
    ledger, process, account = b"\x0a" * 20, b"\x0b" * 32, b"\x0c" * 20
    words = [keccak(b"siegel/1 access"), b"\x07", ledger, process, b"\x02", account, b"\x6a\x00\x00\x00"]
    expected = keccak(b"".join(word.rjust(32, b"\0") for word in words))
    assert access_digest(7, ledger, process, 2, account, 0x6A000000) == expected


def test_ask_without_a_signature_is_told_what_is_missing(town: SealedTown) -> None:
    """Also by HEAD; and the body of what is sent is not looked at."""
    response = town.client.get(town.path(OPEN, "rehearsal"))
    assert problem(response) == (401, "AccessMissing")
    assert response.headers["www-authenticate"] == "Siegel"
    assert town.client.head(town.path(OPEN, "envelopes")).status_code == 401
    sent = town.client.post(town.path(CLOSED, "contributions"), content=b"no JSON")
    assert problem(sent) == (401, "AccessMissing")


def test_ask_as_officer_or_custodian_is_answered(town: SealedTown) -> None:
    """Each officer of the buyer, and all officers of a custodian."""
    for who in (*town.town.officers, *CUSTODIANS, signer("deputy 1")):
        assert town.get(who, OPEN, "rehearsal").status_code == 200


def test_ask_as_somebody_without_a_part_is_forbidden(town: SealedTown) -> None:
    """A stranger, a tenderer, the buyer's publisher: well signed, and not entitled."""
    for who in (OUTSIDER, town.town.bidder_one, town.town.publisher):
        for what in ("envelopes", "rehearsal", "contributions"):
            assert problem(town.get(who, OPEN, what)) == (403, "AccessForbidden")


def test_ask_as_custodian_for_what_is_the_officers_is_forbidden(town: SealedTown) -> None:
    """Custodians get headers, never envelopes or others' contributions."""
    whole = f"envelopes/{town.commitment(CLOSED, town.bids[CLOSED][0]).hex()}"
    for what in ("envelopes", "contributions", whole):
        assert problem(town.get(CUSTODIANS[0], CLOSED, what)) == (403, "AccessForbidden")


def test_ask_as_officer_of_another_buyer_is_forbidden(town: SealedTown) -> None:
    """The neighbouring town's officers read nothing here."""
    neighbours = [signer("neighbour 1"), signer("neighbour 2")]
    people = tuple(Person(who.account, Role.OFFICER) for who in neighbours)
    town.town._admit("DE-LEITWEG", "neighbour", OrganisationKind.BUYER, people)
    assert problem(town.get(neighbours[0], OPEN, "envelopes")) == (403, "AccessForbidden")


def test_ask_with_a_signature_for_something_else_is_refused(town: SealedTown) -> None:
    """Another process, round, chain or ledger, of which the officer may well have signed one."""
    others: dict[str, Any] = {
        "process": town.town.process(CLOSED), "round_number": 2, "chain_id": town.town.chain.chain_id + 1,
        "ledger": town.town.chain.registry, "expires": int(time.time()) + 301,
    }  # fmt: skip
    for name, other in others.items():
        headers = town.signed(town.town.officer_one, OPEN, **{name: other})
        assert problem(asked(town, headers)) == (401, "AccessInvalid"), name


def test_ask_with_anothers_account_is_refused(town: SealedTown) -> None:
    """An outsider signs, and names an officer."""
    headers = town.signed(OUTSIDER, OPEN, account=town.town.officer_one.account)
    assert problem(asked(town, headers)) == (401, "AccessInvalid")
    value = headers["Authorization"].replace(OUTSIDER.account.hex(), town.town.officer_one.account.hex())
    assert problem(asked(town, {"Authorization": value})) == (401, "AccessInvalid")


def test_ask_with_an_expired_signature_is_refused(town: SealedTown) -> None:
    """A header that somebody found the next day is worth nothing."""
    response = asked(town, town.signed(town.town.officer_one, OPEN, ahead=-1))
    assert problem(response) == (401, "AccessExpired")
    assert response.json()["expires"] < response.json()["time"]


def test_ask_with_a_signature_for_long_is_refused(town: SealedTown) -> None:
    """Nobody signs for a day by mistake, or for whoever asks for it."""
    assert asked(town, town.signed(town.town.officer_one, OPEN, ahead=LONGEST)).status_code == 200
    response = asked(town, town.signed(town.town.officer_one, OPEN, ahead=LONGEST + 60))
    assert problem(response) == (401, "AccessInvalid")


def test_ask_with_the_other_signature_of_the_same_is_refused(town: SealedTown) -> None:
    """There is a second s for each signature; only the lower one counts, and v is 27 or 28."""
    officer, expires = town.town.officer_one, int(time.time()) + 60
    chain = town.town.chain
    word = access_digest(chain.chain_id, chain.ledger, town.town.process(OPEN), 1, officer.account, expires)
    signature = officer.sign_digest(word)
    assert asked(town, authorization(officer.account, expires, signature)).status_code == 200
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    high = r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v])
    for other in (high, signature[:64] + bytes([v - 27]), signature[:64] + bytes([55 - v]), bytes(64) + b"\x1b"):
        assert problem(asked(town, authorization(officer.account, expires, other))) == (401, "AccessInvalid")


def test_ask_with_two_signatures_is_refused(town: SealedTown) -> None:
    """A proxy that reads the first and this server that reads the last would not mean the same."""
    ((name, value),) = town.signed(town.town.officer_one, OPEN).items()
    response = town.client.get(town.path(OPEN, "rehearsal"), headers=[(name, value), (name, value)])
    assert problem(response) == (401, "AccessInvalid")


def test_ask_with_another_scheme_is_refused(town: SealedTown) -> None:
    """A password, a token, an empty value, a part of the header, another order of it."""
    true = town.signed(town.town.officer_one, OPEN)["Authorization"]
    account, expires, signature = true.removeprefix("Siegel ").split(", ")
    others = (
        "Basic b2ZmaWNlcjpzZWNyZXQ=", "Bearer " + true, "", "Siegel", f"Siegel {account}, {expires}",
        f"Siegel {expires}, {account}, {signature}", true + ", account=0x00", true.replace("=0x", "="),
        true.replace("expires=", "expires=0"), true.replace("expires=", "expires=+"),
    )  # fmt: skip
    for other in others:
        assert problem(asked(town, {"Authorization": other})) == (401, "AccessInvalid"), other


def test_read_any_header_nothing_but_a_signed_one_counts(town: SealedTown) -> None:
    """Whatever is sent is refused by name; one changed letter of a true header gives nobody else's name."""
    process, officer = town.town.process(OPEN), town.town.officer_one
    true = town.signed(officer, OPEN, ahead=LONGEST - 60)["Authorization"]
    refused = (AccessInvalid, AccessExpired)

    def ask(value: str) -> None:
        try:
            who = entitled(town.services, [value], process, 1, Part.OFFICER)
        except refused:
            return
        assert who.account == officer.account

    @given(st.text(st.characters(max_codepoint=255)))
    def any_text(value: str) -> None:
        with pytest.raises(refused):
            entitled(town.services, [value], process, 1, Part.OFFICER)

    @given(st.integers(0, len(true) - 1), st.characters(max_codepoint=255))
    def one_letter(place: int, letter: str) -> None:
        ask(true[:place] + letter + true[place + 1 :])

    @given(st.binary(min_size=20, max_size=20), st.integers(0, 2**40), st.binary(min_size=65, max_size=65))
    def any_values(account: bytes, expires: int, signature: bytes) -> None:
        with pytest.raises(refused):
            value = authorization(account, expires, signature)["Authorization"]
            entitled(town.services, [value], process, 1, Part.OFFICER)

    any_text()
    one_letter()
    any_values()


def test_ask_after_the_role_was_lost_is_forbidden(town: SealedTown) -> None:
    """The ledger is asked each time: the same header that was answered is refused a moment later."""
    newcomer = signer("newcomer")
    headers = town.signed(newcomer, OPEN)
    assert problem(asked(town, headers)) == (403, "AccessForbidden")
    for roles, status in ((Role.OFFICER, 200), (Role(0), 403)):
        people = (Person(newcomer.account, int(roles)),)
        town.town.jointly(ChangePeople(town.town.buyer, people, town.town.expires()))
        assert asked(town, headers).status_code == status


def test_ask_as_custodian_that_was_suspended_is_forbidden(town: SealedTown) -> None:
    """Until the governors restore it."""
    custodian, organisation = town.holder(Group.CUSTODIANS, 1), town.keys.custodians[0].holder
    headers, chain, governor = town.signed(custodian, OPEN), town.town.chain, town.town.governor
    assert asked(town, headers).status_code == 200
    chain.send(SuspendOrganisation(organisation, digest("break-in"), town.town.expires()), governor)
    assert problem(asked(town, headers)) == (403, "AccessForbidden")
    chain.send(RestoreOrganisation(organisation, digest("repaired"), town.town.expires()), governor)
    assert asked(town, headers).status_code == 200


def test_ask_for_what_is_not_there_is_unknown(town: SealedTown) -> None:
    """A process that nobody published, a round that was not opened."""
    officer = town.town.officer_one
    for ocid, round, name in (("ocds-a2ef3d-none", 1, "ProcessUnknown"), (OPEN, 2, "RoundUnknown")):
        headers = town.signed(officer, ocid, round=round)
        assert problem(town.client.get(town.path(ocid, "rehearsal", round), headers=headers)) == (404, name)
    assert problem(town.client.get(town.path(OPEN, "rehearsal", 0), headers=headers)) == (400, "InvalidParameter")


def test_ask_while_the_node_is_silent_is_refused(town: SealedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is entitled by what the ledger said yesterday."""

    def silent(*_: Any, **__: Any) -> Any:
        raise NodeUnreachable(url="http://node.invalid", reason="silent")

    headers = town.signed(town.town.officer_one, OPEN)
    monkeypatch.setattr(town.services.chain, "view", silent)
    assert problem(asked(town, headers)) == (503, "NodeUnreachable")


def test_ask_before_the_index_has_the_round_is_told_to_wait(town: SealedTown) -> None:
    """The ledger has it already: that is no reason to say that there is none."""
    town.tender("ocds-a2ef3d-new", town.town.clock.now() + 3_600)  # type: ignore[union-attr]
    assert problem(town.get(town.town.officer_one, "ocds-a2ef3d-new", "rehearsal")) == (503, "IndexNotReady")
    town.take_in()
    assert town.get(town.town.officer_one, "ocds-a2ef3d-new", "rehearsal").status_code == 200


def test_ask_after_somebody_was_answered_is_not_given_the_same(town: SealedTown) -> None:
    """An answer is for the asking one alone: kept nowhere, shared with no other page, licensed to nobody."""
    answered = town.get(town.town.officer_one, OPEN, "envelopes")
    assert answered.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answered.headers
    assert "link" not in answered.headers
    tag = {"If-None-Match": answered.headers["etag"]}
    assert problem(town.client.get(town.path(OPEN, "envelopes"), headers=tag)) == (401, "AccessMissing")
    assert problem(town.get(OUTSIDER, OPEN, "envelopes", **tag)) == (403, "AccessForbidden")
    preflight = town.client.options(town.path(OPEN, "envelopes"), headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in preflight.headers


def test_ask_as_tenderer_counts_for_authors_of_the_round(town: SealedTown) -> None:
    """Whoever committed a bid in this round; not in another, and not somebody else."""
    bidder = town.town.bidder_one

    def ask(who: KeySigner, ocid: str, part: Part = Part.TENDERER) -> Part:
        signed = [town.signed(who, ocid)["Authorization"]]
        return entitled(town.services, signed, town.town.process(ocid), 1, part).part

    assert ask(bidder, OPEN) == Part.TENDERER
    for who, ocid in ((signer("bidder 9"), OPEN), (town.town.officer_one, OPEN), (CUSTODIANS[0], OPEN)):
        with pytest.raises(AccessForbidden):
            ask(who, ocid)
    with pytest.raises(RoundUnknown):
        signed = [town.signed(bidder, OPEN, round=2)["Authorization"]]
        entitled(town.services, signed, town.town.process(OPEN), 2, Part.TENDERER)
    with pytest.raises(ProcessUnknown):
        ask(bidder, "ocds-a2ef3d-none")


def test_hold_a_share_is_told_of_its_own_recipient_only(town: SealedTown) -> None:
    """An officer holds the one share under the own account, a custodian's officer the organisation's."""

    def held(who: KeySigner) -> list[tuple[Group, int]]:
        signed = [town.signed(who, OPEN)["Authorization"]]
        part = Part.OFFICER | Part.CUSTODIAN
        found = entitled(town.services, signed, town.town.process(OPEN), 1, part)
        return [(group, index) for group in Group for index in range(-1, 5) if found.holds(group, index)]

    for group in Group:
        for index in (1, 2, 3):
            assert held(town.holder(group, index)) == [(group, index)]


def test_hold_a_share_as_officer_of_a_custodian_only_is_never_an_officers(town: SealedTown) -> None:
    """Somebody who went from the buyer to a custodian, and still stands in the key set, holds the latter's only."""
    officer = town.holder(Group.OFFICERS, 1)
    signed = [town.signed(officer, OPEN)["Authorization"]]
    who = entitled(town.services, signed, town.town.process(OPEN), 1, Part.OFFICER)
    assert who.holds(Group.OFFICERS, 1)
    moved = replace(who, part=Part.CUSTODIAN, custodians=(town.keys.custodians[1].holder,))
    assert [moved.holds(Group.OFFICERS, 1), moved.holds(Group.CUSTODIANS, 2)] == [False, True]
