"""What a server says of a round, compared before anything is sealed: each lie has its name."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from ledger.chain.identifiers import key_set_id, organisation_id, process_id
from tests.bid.peer import Refused, peer
from tests.bid.tender import BUYER, DEADLINE, PATH, hexed, key_set, sealing, told


def refusal(answer: dict[str, Any], **more: Any) -> str:
    """The name of what the page finds wrong."""
    with pytest.raises(Refused) as refused:
        peer().ask("terms", answer=answer, path=PATH, **more)
    return refused.value.error


def test_read_honest_terms_gives_the_key_set_that_the_registry_has() -> None:
    """Its code is the registry's encoding, its id the one that follows."""
    chosen, _ = key_set()
    found = peer().ask("terms", answer=sealing(), path=PATH, other=sealing(now=1), still=sealing())
    assert found["keySetId"] == key_set_id(BUYER, chosen).hex()
    assert found["deadline"] == str(DEADLINE)


def test_read_another_key_set_under_the_same_id_is_refused() -> None:
    """An operator who wants to read puts an own key in a custodian's place."""
    answer = sealing()
    other, names = key_set("operator")
    answer["keySet"] = {**told(other, names), "id": answer["keySet"]["id"]}
    assert refusal(answer) == "KeySetForged"


def test_read_a_key_set_of_the_operator_with_its_own_id_contradicts_another_server() -> None:
    """All of it is consistent, so only somebody else can tell."""
    lie = sealing(keySet=told(*key_set("operator")))
    assert peer().ask("terms", answer=lie, path=PATH)["keySetId"]
    assert refusal(lie, other=sealing()) == "TermsDiffer"


def test_read_a_key_set_with_other_keys_than_pinned_is_refused() -> None:
    """A page with a list of custodians asks no second server."""
    pins = [{**each, "name": each["name"]} for each in told(*key_set())["custodians"]]
    pinned = [{"holder": p["holder"][2:], "key": p["key"][2:], "name": p["name"]} for p in pins]
    assert peer().ask("terms", answer=sealing(), path=PATH, pins=pinned)["keySetId"]
    assert refusal(sealing(keySet=told(*key_set("operator"))), pins=pinned) == "CustodianUnknown"


def test_read_a_key_set_without_custodians_is_refused_by_a_page_with_pins() -> None:
    """Who leaves them out could read early together with the officers alone."""
    chosen, _ = key_set()
    alone = type(chosen)(2, 0, chosen.officers, ())
    pins = [{"holder": each.holder.hex(), "key": each.key.hex(), "name": "x"} for each in chosen.custodians]
    assert refusal(sealing(keySet=told(alone, {})), pins=pins) == "CustodiansMissing"


def test_read_a_custodian_under_another_ones_name_is_refused() -> None:
    """The holder follows from scheme and identifier."""
    answer = sealing()
    answer["keySet"]["custodians"][0]["identifier"] = "chamber-of-auditors"
    assert refusal(answer) == "CustodianForged"


def test_read_a_key_that_is_no_point_is_refused() -> None:
    """What is sealed to it is sealed to nobody."""
    chosen, names = key_set()
    first, *rest = chosen.officers
    broken = type(chosen)(2, 2, (type(first)(first.holder, b"\x04" + bytes(64)), *rest), chosen.custodians)
    assert refusal(sealing(keySet=told(broken, names))) == "KeySetUnusable"


@pytest.mark.parametrize(
    "changes",
    [
        {"processId": hexed(b"\x07" * 32)},
        {"ocid": "ocds-a2ef3d-other"},
        {"organisationId": hexed(organisation_id("DE-LEITWEG", "other"))},
        {"round": 2},
        {"ocid": "ocds-a2ef3d-other", "processId": hexed(process_id(BUYER, "ocds-a2ef3d-other"))},
    ],
)
def test_read_another_process_than_the_address_names_is_refused(changes: dict[str, Any]) -> None:
    """A bid must not be sealed for a process that nobody opens, or that somebody else does."""
    assert refusal(sealing(**changes)) == "ProcessDiffers"


@pytest.mark.parametrize(
    "changes",
    [
        {"deadline": DEADLINE + 3600},
        {"ledger": hexed(b"\x12" * 20)},
        {"chainId": 1},
        {"criteria": {"digest": hexed(b"\x01" * 32), "document": None}},
    ],
)
def test_read_terms_that_another_server_contradicts_is_refused(changes: dict[str, Any]) -> None:
    """Whoever believes in a later deadline hands in too late."""
    assert refusal(sealing(**changes), other=sealing()) == "TermsDiffer"


def test_read_a_deadline_that_became_later_goes_on_and_an_earlier_one_does_not() -> None:
    """A deadline may be extended while somebody seals; it is never moved forward."""
    assert peer().ask("terms", answer=sealing(), path=PATH, still=sealing(deadline=DEADLINE + 60))
    assert refusal(sealing(), still=sealing(deadline=DEADLINE - 60)) == "TermsDiffer"


@pytest.mark.parametrize("member", ["keySet", "deadline", "receivers", "now", "limits", "ledger"])
def test_read_terms_without_a_member_is_refused_by_name(member: str) -> None:
    """Nothing is guessed."""
    answer = deepcopy(sealing())
    del answer[member]
    assert refusal(answer) == "TermsUnreadable"


@pytest.mark.parametrize("member", ["deadline", "now"])
def test_read_a_moment_beyond_the_calendar_is_refused_by_name(member: str) -> None:
    """No page could show it, nor a file for calendars hold it."""
    last = 253_402_300_799  # the end of the year 9999
    assert peer().ask("terms", answer=sealing(**{member: last}), path=PATH)
    for beyond in (last + 1, 2**53 - 1):
        assert refusal(sealing(**{member: beyond})) == "TermsUnreadable"


def test_read_a_round_without_key_set_says_that_nothing_is_sealed() -> None:
    """An anchored process has bids elsewhere."""
    assert refusal(sealing(keySet=None)) == "NothingSealed"


@pytest.mark.parametrize("path", ["/bid/", "/bid/0x12/1", PATH.removesuffix("1") + "0", PATH + "x"])
def test_read_an_address_that_names_no_round_is_refused(path: str) -> None:
    """Half an address is none."""
    with pytest.raises(Refused) as refused:
        peer().ask("terms", answer=sealing(), path=path)
    assert refused.value.error == "AddressUnusable"
