"""Whom a policy trusts to keep bids closed: rounds with others, or with nobody, are refused by both verifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.chain.identifiers import organisation_id
from ledger.chain.registry import AcceptKeySet, RetireKeySet
from ledger.chain.registry_acts import registry_of
from ledger.errors import SiegelError
from ledger.evidence.custodians import accepted_custodians
from ledger.evidence.verify.custodians import Custodian
from ledger.evidence.verify.policy import read_policy
from ledger.evidence.verify.report import Report, Step
from ledger.evidence.verify.words import fault_words, note_words
from tests.evidence.bundles import OCID, SEALED, Proving, failed_step, proving_town
from tests.evidence.receipts import accepted as accepted_receipt
from tests.evidence.receipts import policy, receipt_of
from tests.index.key_sets import (
    key_set_of_own_custodians,
    key_set_without_custodians,
    own_key_set,
    register,
    tender_under,
)
from tests.index.town import DAY, START, Town, signer
from tests.verifier.peer import agreed, agreed_of_receipt, result_of

OWN, ALONE = "ocds-a2ef3d-own-custodians", "ocds-a2ef3d-no-custodians"


@pytest.fixture(scope="module")
def proving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proving]:
    """A town with three sealed tenders: under a key set of known custodians, of the operator's own, and of none."""
    with proving_town(tmp_path_factory.mktemp("town")) as made:
        deadline = START + 30 * DAY
        tender_under(made.town, OWN, key_set_of_own_custodians(made.town).id, deadline)
        tender_under(made.town, ALONE, key_set_without_custodians(made.town).id, deadline)
        yield made


@pytest.fixture(scope="module")
def known(proving: Proving) -> tuple[Custodian, ...]:
    """The custodians whom an auditor knows: those of the first key set, not the operator's own."""
    return tuple(each for each in accepted(proving.town) if each.name.startswith("DE-LEITWEG:"))


def accepted(town: Town) -> tuple[Custodian, ...]:
    """As ``siegel policy`` names them."""
    return accepted_custodians(registry_of(town.chain)).custodians


def under(proving: Proving, ocid: str, custodians: Sequence[Custodian] | None) -> Report:
    """What both verifiers say of a process under a policy that names these custodians."""
    policy = replace(proving.policy, custodians=None if custodians is None else tuple(custodians))
    return agreed(proving.process(ocid), policy)


def refusal_of(report: Report) -> SiegelError:
    """Why the statute's step, and no other, failed."""
    assert not report.verified
    assert failed_step(report) is Step.STATUTE
    refusal = result_of(report, Step.STATUTE).refusal
    assert refusal is not None
    return refusal


@pytest.mark.parametrize("ocid", [OCID, SEALED, OWN, ALONE])
def test_verify_under_a_policy_without_custodians_says_what_it_always_said(proving: Proving, ocid: str) -> None:
    """Whoever names nobody takes any: no verdict is another one, and no note speaks of them."""
    report = under(proving, ocid, None)
    assert report.verified
    assert [each for result in report.results for each in result.notes if each.name == "custodiansTrusted"] == []


def test_verify_round_whose_custodians_the_policy_names_says_so(proving: Proving, known: tuple[Custodian, ...]) -> None:
    """In the order of the policy, by the names that it gives; others in the policy do no harm."""
    stranger = Custodian(b"\x09" * 32, b"\x04" + b"\x09" * 64, "somebody else")
    named = [replace(each, name=f"centre {number}") for number, each in enumerate(known, 1)]
    report = under(proving, SEALED, [named[2], stranger, named[0], named[1]])
    assert report.verified
    (note,) = result_of(report, Step.STATUTE).notes
    told = [(each.organisation_id, each.name) for each in (named[2], named[0], named[1])]
    assert (note.name, note.values) == ("custodiansTrusted", {"ocid": SEALED, "round": 1, "custodians": told})
    assert note_words(note, "en").endswith("with the same keys: centre 3, centre 1, centre 2.")


def test_verify_round_with_the_operators_own_custodians_is_refused(
    proving: Proving, known: tuple[Custodian, ...]
) -> None:
    """The contract accepted them, and all is consistent: only who is trusted tells them apart."""
    refusal = refusal_of(under(proving, OWN, known))
    first = min(own_key_set(proving.town).custodians, key=lambda each: each.holder)
    expected = {"ocid": OWN, "round": 1, "custodian": first.holder, "key": first.key}
    assert (refusal.name, refusal.values) == ("CustodianUnknown", expected)


def test_verify_round_with_one_custodian_or_key_that_the_policy_lacks_is_refused(
    proving: Proving, known: tuple[Custodian, ...]
) -> None:
    """Each of them counts, and with the very key: the operator could have put its own behind a known name."""
    for place, each in enumerate(known):
        others = known[:place] + known[place + 1 :]
        for forged in (others, (*others, replace(each, key=known[place - 1].key)), (*others, _elsewhere(each))):
            refusal = refusal_of(under(proving, SEALED, forged))
            assert (refusal.name, refusal.values["custodian"]) == ("CustodianUnknown", each.organisation_id)


def _elsewhere(one: Custodian) -> Custodian:
    return replace(one, organisation_id=b"\x09" * 32)


def test_verify_round_without_custodians_is_refused_where_the_policy_names_some(
    proving: Proving, known: tuple[Custodian, ...]
) -> None:
    """Else that would be the way around them, and under another policy a flag tells it."""
    refusal = refusal_of(under(proving, ALONE, known))
    assert (refusal.name, refusal.values["ocid"], refusal.values["round"]) == ("CustodiansMissing", ALONE, 1)
    flags = [note.values.get("flag") for note in result_of(under(proving, ALONE, None), Step.STATUTE).notes]
    assert flags == ["KeySetWithoutCustodians"]


def test_verify_process_without_rounds_asks_for_no_custodians(proving: Proving, known: tuple[Custodian, ...]) -> None:
    """Notices alone are kept closed by nobody."""
    assert under(proving, OCID, known).verified


def test_verify_whole_organisation_names_the_process_with_unknown_custodians(
    proving: Proving, known: tuple[Custodian, ...]
) -> None:
    """One round of many is enough; with all of its key sets' custodians, none but the one without is left."""
    bundle = proving.organisation(proving.town.buyer)
    for custodians, names in ((known, ("CustodianUnknown", "CustodiansMissing")), (None, ())):
        report = agreed(bundle, replace(proving.policy, custodians=custodians))
        refusal = result_of(report, Step.STATUTE).refusal
        assert (refusal is None) == (names == ())
        assert refusal is None or refusal.name in names


def test_accepted_custodians_are_those_of_ready_key_sets_and_of_retired_ones(tmp_path: Path) -> None:
    """Not of one that somebody has not accepted; under a retired one rounds go on. Sets without custodians are told."""
    with proving_town(tmp_path) as made:
        town = made.town
        first = accepted(town)
        assert [each.name for each in first] == sorted_names(town)
        for number in (1, 2, 3):
            assert organisation_id("DE-LEITWEG", f"custodian-{number}") in {each.organisation_id for each in first}
        own = key_set_of_own_custodians(town)
        both = accepted(town)
        assert len(both) == 6
        exchanged = own.key_set.custodians
        swapped = tuple(replace(each, key=exchanged[at - 1].key) for at, each in enumerate(exchanged))
        waiting = register(town, replace(own.key_set, custodians=swapped))
        assert accepted(town) == both
        town.chain.send(
            AcceptKeySet(waiting.id, organisation_id("DE-HRB", "operator-1"), town.expires()),
            signer("operator clerk 1"),
        )
        assert accepted(town) == both
        town.jointly(RetireKeySet(own.id, b"\x01" * 32, town.expires()))
        assert accepted(town) == both
        alone = key_set_without_custodians(town)
        assert accepted_custodians(registry_of(town.chain)).without == (alone.id,)
        assert accepted_custodians(()).custodians == ()


def sorted_names(town: Town) -> list[str]:
    """Of the first key set's custodians, in the order of their ids."""
    numbers = sorted((1, 2, 3), key=lambda number: organisation_id("DE-LEITWEG", f"custodian-{number}"))
    return [f"DE-LEITWEG:custodian-{number}" for number in numbers]


def test_fault_of_unknown_custodians_is_not_the_validators(proving: Proving, known: tuple[Custodian, ...]) -> None:
    """The contract did accept it: the buyer chose them, or the policy is too old."""
    for language, word in (("en", "buyer"), ("de", "Vergabestelle")):
        for ocid in (OWN, ALONE):
            assert word in fault_words(Step.STATUTE, refusal_of(under(proving, ocid, known)), language)


def test_receipt_of_a_bid_sealed_to_unknown_custodians_is_not_verified() -> None:
    """Its evidence does not hold under that policy, so it proves nothing; the control is the same receipt without."""
    receipt, trusting = receipt_of(accepted_receipt("in-time")), read_policy(policy())
    assert agreed_of_receipt(receipt, trusting).verified
    stranger = Custodian(b"\x09" * 32, b"\x04" + b"\x09" * 64, "somebody else")
    report = agreed_of_receipt(receipt, replace(trusting, custodians=(stranger,)))
    assert not report.verified
    assert report.proof is not None
    failed = [result.refusal.name for result in report.proof.results if result.refusal is not None]
    assert failed == ["CustodianUnknown"]
