"""What the registry could never have accepted, and who could act when: the registry's acts of a true story, altered.

The buyer's acts: 1 admitted, 2 people, 3 and 4 key sets, 5 to 7 the first one accepted, 8 the second one retired. The
governors': 1 at the construction, 2 set anew, 3 successor. The observer's second act changes its kinds; the receiver
was suspended and restored; the review body's people were replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import organisation_id
from ledger.chain.keccak import keccak
from ledger.chain.record import NOBODY, ZERO
from ledger.errors import ActImpossible
from ledger.terms import STATUTE, Act, OrganisationKind, Role
from tests.chain.story import PROCESS
from tests.chain.town import BUYER, OBSERVER, RECEIVER, REVIEW_BODY, actor, digest
from tests.evidence.log_data import read
from tests.evidence.recording import Change, Recording, altered, refusal_of, replaced, with_detail
from tests.verifier.both import Authorities, replay

DAY = 86_400
SOME = digest("some document")
CUSTODIAN_ONE = organisation_id("DE-LEITWEG", "custodian one")
OUTSIDER, ONE, TWO, THREE = (
    actor(name).account for name in ("outsider", "officer_one", "officer_two", "officer_three")
)
AUDITOR = actor("auditor").account
GOVERNORS = tuple(actor(f"governor_{number}").account for number in ("one", "two", "three", "four"))


class Step(NamedTuple):
    """An act of the same series, altered, in its own place or (``place``) in another's; ``keys`` names the set anew."""

    number: int
    detail: Change | None = None
    fields: Mapping[str, Any] = MappingProxyType({})
    place: int | None = None
    keys: bool = False


def people(*persons: tuple[bytes, int, int]) -> Change:
    """Other people, in the order given."""
    return with_detail(people=[dict(zip(("account", "roles", "until"), person, strict=True)) for person in persons])


def rising(*accounts: bytes, roles: int = Role.OFFICER, until: int = 0) -> Change:
    """Other people, in the right order."""
    return people(*((account, int(roles), until) for account in sorted(accounts)))


def keys(**values: Any) -> Change:
    """Another key set."""
    return lambda detail: {**detail, "key_set": {**detail["key_set"], **values}}


def recipient(kind: str, place: int, **values: Any) -> Change:
    """Another recipient in a key set."""

    def change(detail: dict[str, Any]) -> dict[str, Any]:
        recipients = list(detail["key_set"][kind])
        recipients[place] = {**recipients[place], **values}
        return keys(**{kind: recipients})(detail)

    return change


def first_ones(kind: str, count: int) -> Change:
    """A key set with fewer recipients."""
    return lambda detail: keys(**{kind: detail["key_set"][kind][:count]})(detail)


def again(detail: dict[str, Any]) -> dict[str, Any]:
    """A key set in which a custodian has the key of an officer, but for the sign."""
    key = detail["key_set"]["officers"][0]["key"]
    return recipient("custodians", 0, key=key[:64] + bytes([key[64] ^ 1]))(detail)


def repeated(detail: dict[str, Any]) -> dict[str, Any]:
    """A key set in which two officers have one key."""
    return recipient("officers", 1, key=detail["key_set"]["officers"][0]["key"])(detail)


def custodian(holder: bytes) -> Change:
    """A key set with another custodian in the place of the first one."""

    def change(detail: dict[str, Any]) -> dict[str, Any]:
        first, *others = detail["key_set"]["custodians"]
        return keys(custodians=sorted([{**first, "holder": holder}, *others], key=lambda one: one["holder"]))(detail)

    return change


SORTED = sorted(GOVERNORS)
CASES: list[tuple[str, bytes, Step]] = [
    # ---- the governors' own ----
    ("GovernorMissing", ZERO, Step(1, with_detail(approvers=[GOVERNORS[0]]))),
    ("GovernorMissing", ZERO, Step(1, None, {"second": TWO})),
    ("GovernorsInvalid", ZERO, Step(1, with_detail(governors=SORTED[::-1]))),
    ("GovernorsInvalid", ZERO, Step(1, with_detail(governors=[NOBODY, *SORTED]))),
    ("GovernorsInvalid", ZERO, Step(1, with_detail(threshold=0))),
    ("GovernorsInvalid", ZERO, Step(1, with_detail(threshold=4))),
    ("GovernorsInvalid", ZERO, Step(1, with_detail(governors=[bytes([n]) * 20 for n in range(1, 34)]))),
    ("DelayInvalid", ZERO, Step(1, with_detail(delay=365 * DAY + 1))),
    ("GovernorMissing", ZERO, Step(2, with_detail(approvers=[GOVERNORS[0]]))),
    ("GovernorMissing", ZERO, Step(2, with_detail(approvers=[]))),
    ("GovernorMissing", ZERO, Step(2, with_detail(approvers=[GOVERNORS[0], OUTSIDER]))),
    ("GovernorMissing", ZERO, Step(2, with_detail(approvers=[GOVERNORS[0], GOVERNORS[3]]))),  # not yet one
    ("AlreadyApproved", ZERO, Step(2, with_detail(approvers=[GOVERNORS[0], GOVERNORS[0]]))),
    ("GovernorMissing", ZERO, Step(2, None, {"first": GOVERNORS[2]})),
    ("GovernorMissing", ZERO, Step(2, None, {"second": GOVERNORS[2]})),
    ("GovernorMissing", ZERO, Step(2, None, {"second": NOBODY})),
    ("GovernorMissing", ZERO, Step(2, with_detail(approvers=[GOVERNORS[2], *GOVERNORS[:2]]))),  # not the earliest
    ("RolesOutOfTime", ZERO, Step(2, None, {"roles": 0})),
    ("RolesOutOfTime", ZERO, Step(2, None, {"roles": 2})),
    ("SuccessorInvalid", ZERO, Step(3, with_detail(successor=NOBODY))),
    ("SuccessorInvalid", ZERO, Step(3, None, {"roles": 3}, place=4)),
    ("SequenceBroken", ZERO, Step(3, None, {"sequence": 2})),
    ("TimeReversed", ZERO, Step(3, None, {"time": 5})),
    # ---- by governors ----
    ("OrganisationKnown", BUYER, Step(1, place=2)),
    ("OrganisationNotAdmitted", BUYER, Step(2, None, {"roles": 0}, place=1)),
    ("OrganisationNotAdmitted", RECEIVER, Step(2, place=1)),
    ("IdentifierInvalid", BUYER, Step(1, with_detail(identifier="another town"))),
    ("IdentifierInvalid", BUYER, Step(1, with_detail(identifier=""))),
    ("IdentifierInvalid", BUYER, Step(1, with_detail(scheme="x" * 129))),
    ("KindsInvalid", BUYER, Step(1, with_detail(kinds=0))),
    ("KindsInvalid", BUYER, Step(1, with_detail(kinds=64))),
    ("KindsInvalid", OBSERVER, Step(2, with_detail(kinds=int(OrganisationKind.BUYER | OrganisationKind.OBSERVER)))),
    ("PersonInvalid", BUYER, Step(1, people(*((account, 2, 0) for account in sorted((ONE, TWO), reverse=True))))),
    ("PersonInvalid", BUYER, Step(1, people((ONE, 2, 0), (ONE, 2, 0)))),
    ("PersonInvalid", BUYER, Step(1, people((NOBODY, 2, 0)))),
    ("PersonInvalid", BUYER, Step(1, people((ONE, 16, 0)))),
    ("PersonInvalid", BUYER, Step(1, people((ONE, 2, 5)))),
    ("GovernorMissing", BUYER, Step(1, with_detail(approvers=[OUTSIDER, GOVERNORS[1]]))),
    ("GovernorMissing", BUYER, Step(1, with_detail(approvers=[GOVERNORS[1]]),
                                    {"first": GOVERNORS[1], "second": NOBODY})),
    ("RolesOutOfTime", BUYER, Step(1, None, {"roles": 2})),
    ("RolesOutOfTime", BUYER, Step(1, None, {"roles": 9})),
    ("RolesOutOfTime", OBSERVER, Step(2, None, {"roles": 1})),
    ("GroundMissing", RECEIVER, Step(2, None, {"ground": ZERO})),
    ("GroundUnexpected", OBSERVER, Step(2, None, {"ground": SOME})),
    ("FieldUnexpected", OBSERVER, Step(2, None, {"subject": SOME})),
    ("SuspensionUnchanged", RECEIVER, Step(3, place=2)),
    ("SuspensionUnchanged", RECEIVER, Step(2, place=3)),
    ("PersonInvalid", REVIEW_BODY, Step(2, people((ONE, 2, 5)))),
    # ---- by two officers ----
    ("RoleMissing", BUYER, Step(2, None, {"first": OUTSIDER})),
    ("RoleMissing", BUYER, Step(2, None, {"second": AUDITOR})),
    ("RoleMissing", BUYER, Step(2, None, {"second": NOBODY})),
    ("AlreadyApproved", BUYER, Step(2, None, {"second": ONE})),
    ("RolesOutOfTime", BUYER, Step(2, None, {"roles": 0})),
    ("RolesOutOfTime", BUYER, Step(2, None, {"roles": 2})),
    ("TooFewOfficers", BUYER, Step(2, rising(TWO, THREE, roles=0))),
    ("TooFewOfficers", BUYER, Step(2, rising(TWO, THREE, until=2**40))),
    ("PersonInvalid", BUYER, Step(2, people((OUTSIDER, 1, 5)))),
    ("KeySetUnknown", BUYER, Step(3, None, {"subject": SOME})),
    ("KeySetKnown", BUYER, Step(3, place=4)),
    ("ThresholdInvalid", BUYER, Step(3, keys(officer_threshold=1), keys=True)),
    ("ThresholdInvalid", BUYER, Step(3, keys(officer_threshold=3), keys=True)),
    ("ThresholdInvalid", BUYER, Step(3, first_ones("officers", 2), keys=True)),
    ("ThresholdInvalid", BUYER, Step(3, keys(custodian_threshold=0), keys=True)),
    ("ThresholdInvalid", BUYER, Step(3, keys(custodians=[]), keys=True)),
    ("RecipientInvalid", BUYER, Step(3, recipient("officers", 1, holder=ZERO), keys=True)),
    ("RecipientInvalid", BUYER, Step(3, recipient("officers", 2, holder=b"\xff" * 32), keys=True)),
    ("RecipientInvalid", BUYER, Step(3, recipient("officers", 0, key=b"\4" * 64), keys=True)),
    ("RecipientInvalid", BUYER, Step(3, recipient("custodians", 0, key=b"\2" * 65), keys=True)),
    ("RoleMissing", BUYER, Step(3, recipient("officers", 2, holder=bytes(12) + b"\xff" * 20), keys=True)),
    ("KindMissing", BUYER, Step(3, custodian(BUYER), keys=True)),
    ("KindMissing", BUYER, Step(3, custodian(OBSERVER), keys=True)),
    ("KeyRepeated", BUYER, Step(3, repeated, keys=True)),
    ("KeyRepeated", BUYER, Step(3, again, keys=True)),
    ("KeySetUnknown", BUYER, Step(5, None, {"subject": SOME})),
    ("KeySetUnknown", BUYER, Step(8, place=9)),
    ("KeySetUnknown", BUYER, Step(8, None, {"subject": SOME, "roles": 7})),
    ("GroundMissing", BUYER, Step(8, None, {"ground": ZERO})),
    ("CustodianUnexpected", BUYER, Step(5, place=6)),
    ("CustodianUnexpected", BUYER, Step(5, with_detail(custodian=OBSERVER))),
    ("RoleMissing", BUYER, Step(5, None, {"first": ONE})),
    ("RolesOutOfTime", BUYER, Step(5, None, {"roles": 0})),
    ("RolesOutOfTime", BUYER, Step(5, None, {"roles": 2})),
    ("FieldUnexpected", BUYER, Step(5, None, {"second": ONE})),
]  # fmt: skip


def with_step(told: Recording, series: bytes, step: Step) -> dict[bytes, list[bytes]]:
    """The registry's acts with one of them altered, or with a further one in its place; later ones are left away."""
    acts = told.roles[series]
    place = step.place or step.number
    joint = series != ZERO and STATUTE[Act(read(acts[step.number - 1]).act)].joint
    before = [read(data).time for data in acts[: place - 1]]
    was = read(acts[step.number - 1])
    fields: dict[str, Any] = {"sequence": place, "time": max([was.time, *before]), **step.fields}
    if joint and place != step.number:
        fields.setdefault("roles", place - 1)
    data = altered(acts[step.number - 1], step.detail, **fields)
    if step.keys:
        content = read(data).detail[32:]
        data = altered(data, subject=keccak(series + (64).to_bytes(32, "big") + content))
    return {**told.roles, series: [*acts[: place - 1], data]}


@pytest.mark.parametrize(("refusal", "series", "step"), CASES, ids=[refusal for refusal, _, _ in CASES])
def test_authorities_one_registry_act_altered_refused_by_name(
    told: Recording, refusal: str, series: bytes, step: Step
) -> None:
    """The act, its place, its series and the registry's own error."""
    roles = with_step(told, series, step)
    with pytest.raises(ActImpossible) as impossible:
        Authorities(roles)
    values = impossible.value.values
    act = STATUTE[Act(read(roles[series][-1]).act)].name
    assert (values["series"], values["sequence"], values["act"], values["refusal"]) == (
        series, len(roles[series]), act, refusal,
    )  # fmt: skip


def test_authorities_act_on_an_organisation_among_the_governors_own_refused(told: Recording) -> None:
    """Kinds of nobody are not changed."""
    other = altered(told.roles[OBSERVER][1], sequence=4, roles=3)
    refusal = refusal_of(partial(Authorities, {ZERO: [*told.roles[ZERO], other]}))
    assert refusal == (4, "KindsChanged", "OrganisationNotAdmitted")


def test_authorities_whole_story_accepted_and_asked(told: Recording) -> None:
    """Roles by position: before the admission, after it, after people changed; kinds as changed; unknown ones."""
    authorities = told.authorities
    times = [read(data).time for data in told.roles[BUYER]]
    clerk = actor("clerk_of_works").account
    assert authorities.roles(BUYER, ONE, 0, times[0]) == (0, 0)
    assert authorities.roles(BUYER, ONE, 1, times[0]) == (Role.OFFICER | Role.PUBLISHER, OrganisationKind.BUYER)
    assert [authorities.roles(BUYER, clerk, at, times[1])[0] for at in (1, 2, 8)] == [0, Role.PUBLISHER, Role.PUBLISHER]
    assert authorities.roles(BUYER, ONE, 9, times[7]) == (0, 0)
    assert authorities.roles(SOME, ONE, 1, times[0]) == (0, 0)
    assert authorities.roles(OBSERVER, ONE, 2, times[7])[1] == OrganisationKind.OBSERVER | OrganisationKind.MEMBER
    receiver = actor("clerk").account
    assert [authorities.roles(RECEIVER, receiver, at, times[7])[0] for at in (1, 2, 3)] == [1, 0, 1]
    assert authorities.roles(REVIEW_BODY, actor("judge").account, 2, times[7])[0] == 0
    assert [authorities.fits(BUYER, at, times[7]) for at in (6, 7, 8, 9)] == [False, True, True, False]
    assert [authorities.fits(SOME, at, times[7]) for at in (0, 1)] == [True, False]
    assert not authorities.had_kind(SOME, OrganisationKind.RECEIVER, times[7])
    first, second = (read(data).subject for data in told.roles[BUYER][2:4])
    assert [authorities.key_set(BUYER, first, at) is not None for at in (6, 7, 8)] == [False, True, True]
    assert authorities.key_set(BUYER, second, 7) is None
    assert authorities.key_set(OBSERVER, first, 2) is None
    assert authorities.key_set(SOME, first, 2) is None


def test_authorities_ask_for_a_moment_or_for_any_from_one_on(told: Recording) -> None:
    """The receiver's clerk could not act while it was suspended, but since then; whoever was replaced never again."""
    authorities, acts, last = told.authorities, map(read, told.roles[RECEIVER]), read(told.roles[REVIEW_BODY][-1]).time
    admitted, suspended, restored = (act.time for act in acts)
    clerk = RECEIVER, actor("clerk").account, OrganisationKind.RECEIVER, Role.PUBLISHER
    assert admitted < suspended + 1 < restored
    moments = (admitted, suspended + 1, restored)
    assert [authorities.could_act(*clerk, moment) for moment in moments] == [True, False, True]
    assert [authorities.could_act_since(*clerk, moment) for moment in moments] == [True, True, True]
    judge = REVIEW_BODY, actor("judge").account, OrganisationKind.REVIEW_BODY, Role.OFFICER
    assert not authorities.could_act_since(*judge, last + 1)
    assert authorities.could_act_since(*judge, 0)


def test_authorities_key_set_without_custodians_is_ready_until_retired(told: Recording) -> None:
    """Registered is ready; a reader of the round that uses it is told."""
    step = Step(3, keys(custodians=[], custodian_threshold=0), keys=True)
    roles = with_step(told, BUYER, step)
    key_set = read(roles[BUYER][-1]).subject
    retired = altered(told.roles[BUYER][7], sequence=4, roles=3, subject=key_set)
    authorities = Authorities({**roles, BUYER: [*roles[BUYER], retired]})
    assert [authorities.key_set(BUYER, key_set, at) is not None for at in (2, 3, 4)] == [False, True, False]
    tender = _tender(told, key_set, roles=3)
    procedure = replay(PROCESS, BUYER, tender, Authorities(roles), chain_id=told.chain_id, ledger=told.ledger)
    (flag,) = procedure.flags
    assert (flag.name, flag.sequence, flag.ground, flag.values) == (
        "KeySetWithoutCustodians", 2, ZERO, {"round": 1, "keySet": key_set},
    )  # fmt: skip
    too_late = [altered(act, time=read(retired).time + 1) for act in _tender(told, key_set, roles=4)]
    assert refusal_of(lambda: _replay(told, authorities, too_late)) == (2, "TenderPublished", "KeySetNotReady")


def _tender(told: Recording, key_set: bytes, roles: int) -> list[bytes]:
    """The story's first two acts, with another key set and another length of the buyer's series."""

    def with_key_set(detail: dict[str, Any]) -> dict[str, Any]:
        terms = detail["terms"]
        return {**detail, "terms": {**terms, "round": {**terms["round"], "key_set": key_set}}}

    notice, tender = told.processes[PROCESS][:2]
    return [altered(notice, roles=roles), altered(tender, with_key_set, roles=roles)]


def test_replay_custodian_s_series_missing_key_set_not_ready(told: Recording) -> None:
    """Without it nobody can say that the custodian was one; what else the registry did is still read."""
    authorities = Authorities({name: acts for name, acts in told.roles.items() if name != CUSTODIAN_ONE})
    found = refusal_of(lambda: _replay(told, authorities, told.processes[PROCESS]))
    assert found == (2, "TenderPublished", "KeySetNotReady")


def test_authorities_governors_missing_nobody_is_admitted(told: Recording) -> None:
    """Approvals count for nothing without the series that says who may approve."""
    refusal = refusal_of(lambda: Authorities({BUYER: told.roles[BUYER]}))
    assert refusal == (1, "OrganisationAdmitted", "RolesOutOfTime")


def _replay(told: Recording, authorities: Authorities, acts: list[bytes]) -> object:
    return replay(PROCESS, BUYER, acts, authorities, chain_id=told.chain_id, ledger=told.ledger)


def test_authorities_governors_acts_of_one_block_follow_each_other(told: Recording) -> None:
    """Of two acts in one block the second says that it follows the first."""
    first, second, third = told.roles[ZERO]
    at_once = altered(third, time=read(second).time)
    Authorities({ZERO: [first, second, at_once]})
    refusal = refusal_of(partial(Authorities, {ZERO: [first, second, altered(at_once, roles=1)]}))
    assert refusal == (3, "SuccessorRegistered", "RolesOutOfTime")


def test_authorities_single_governor_is_named_as_the_first(told: Recording) -> None:
    """With threshold 1 one call executes, and there is no other."""
    first, second, _ = told.roles[ZERO]
    alone = altered(first, with_detail(threshold=1))
    executed = altered(second, with_detail(approvers=[GOVERNORS[0]]), first=GOVERNORS[0], second=NOBODY)
    Authorities({ZERO: [alone, executed]})
    others: list[dict[str, Any]] = [{"second": GOVERNORS[0]}, {"second": GOVERNORS[1]}, {"first": GOVERNORS[1]}]
    for fields in others:
        refusal = refusal_of(partial(Authorities, {ZERO: [alone, altered(executed, **fields)]}))
        assert refusal == (2, "GovernorsSet", "GovernorMissing")


def test_authorities_key_set_of_what_is_no_buyer_refused(told: Recording) -> None:
    """An organisation that is only a member registers none."""
    member = altered(told.roles[BUYER][0], with_detail(kinds=int(OrganisationKind.MEMBER)))
    acts = [member, *told.roles[BUYER][1:3]]
    assert refusal_of(partial(Authorities, {**told.roles, BUYER: acts})) == (3, "KeySetRegistered", "KindMissing")


def test_authorities_delay_of_the_governors_awaited_but_for_a_suspension(told: Recording) -> None:
    """Who set themselves a delay are obeyed after it at the earliest; a suspension needs none."""
    delayed = altered(told.roles[ZERO][1], with_detail(delay=30 * DAY))
    governors = [told.roles[ZERO][0], delayed]
    with pytest.raises(ActImpossible) as impossible:
        Authorities({ZERO: [*governors, told.roles[ZERO][2]]})
    assert (impossible.value.values["sequence"], impossible.value.values["refusal"]) == (3, "NotRipe")
    admitted = altered(told.roles[RECEIVER][0], time=read(told.roles[ZERO][0]).time + 200, roles=1)
    suspended = altered(told.roles[RECEIVER][1], roles=2)
    early, restored = read(delayed).time + 200, read(delayed).time + 30 * DAY
    acts = [altered(admitted, time=read(delayed).time), suspended]
    Authorities({ZERO: governors, RECEIVER: [*acts, altered(told.roles[RECEIVER][2], roles=2, time=restored)]})
    for moment in (early, restored - 1):
        last = altered(told.roles[RECEIVER][2], roles=2, time=max(moment, read(suspended).time))
        refusal = refusal_of(partial(Authorities, {ZERO: governors, RECEIVER: [*acts, last]}))
        assert refusal == (3, "OrganisationRestored", "NotRipe")


def test_replay_deputy_acts_until_the_last_second_of_the_role(told: Recording) -> None:
    """The receiver's clerk is a deputy: the promise counts in the last second, and not in the next."""
    promised = read(told.processes[PROCESS][7])
    for until, accepted in ((promised.time, True), (promised.time - 1, False)):
        clerk = people((actor("clerk").account, int(Role.PUBLISHER), until))
        admitted = altered(told.roles[RECEIVER][0], clerk)
        authorities = Authorities({**told.roles, RECEIVER: replaced(told.roles[RECEIVER], 1, admitted)})
        refusal = refusal_of(partial(_replay, told, authorities, told.processes[PROCESS]))
        assert refusal == (None if accepted else (8, "BidCommitted", "PromiseInvalid"))


def test_replay_receiver_that_lost_its_kind_or_was_suspended_promises_nothing(told: Recording) -> None:
    """After the tender, before the bid: its kind was taken, or it was suspended."""
    acts = told.processes[PROCESS]
    moment = read(acts[6]).time
    promised = altered(acts[7], roles=4)
    kinds = altered(
        told.roles[OBSERVER][1], with_detail(kinds=int(OrganisationKind.MEMBER)), sequence=4, roles=3, time=moment
    )
    suspended = altered(told.roles[RECEIVER][1], sequence=4, roles=3, time=moment)
    for further, refusal in ((kinds, "KindMissing"), (suspended, "PromiseInvalid")):
        authorities = Authorities({**told.roles, RECEIVER: [*told.roles[RECEIVER], further]})
        found = refusal_of(partial(_replay, told, authorities, replaced(acts, 8, promised)))
        assert found == (8, "BidCommitted", refusal)


def test_replay_custodian_that_was_none_at_the_acceptance_refused(told: Recording) -> None:
    """A custodian loses its kind before it accepts; afterwards it has accepted all the same."""
    accepted = next(n for n, data in enumerate(told.roles[BUYER], 1) if custodian_of(data) == CUSTODIAN_ONE)
    moment = read(told.roles[BUYER][accepted - 1]).time
    lost = altered(told.roles[OBSERVER][1], with_detail(kinds=int(OrganisationKind.MEMBER)), sequence=2, roles=3)
    for time, refusal in ((moment - 1, (accepted, "KeySetAccepted", "KindMissing")), (moment + 1, None)):
        series = [*told.roles[CUSTODIAN_ONE], altered(lost, time=time)]
        further = altered(told.roles[BUYER][accepted - 1], roles=2 if refusal else 1)
        roles = {**told.roles, CUSTODIAN_ONE: series, BUYER: replaced(told.roles[BUYER], accepted, further)}
        assert refusal_of(partial(Authorities, roles)) == refusal


def custodian_of(data: bytes) -> bytes | None:
    """The custodian that an act says accepted."""
    record = read(data)
    return decode_detail(record)["custodian"] if record.act == Act.KEY_SET_ACCEPTED else None


def test_replay_registry_act_in_the_very_block_both_lengths_possible_but_never_back(told: Recording) -> None:
    """Two notices of one block, a change of people in the same: each length fits, the order of the acts holds."""
    acts = told.processes[PROCESS]
    moment = read(acts[2]).time
    assert moment == read(acts[3]).time
    further = altered(told.roles[BUYER][1], sequence=9, roles=8, time=moment)
    authorities = Authorities({**told.roles, BUYER: [*told.roles[BUYER], further]})
    for roles, refusal in (
        ((8, 8), None),
        ((8, 9), None),
        ((9, 9), None),
        ((9, 8), (4, "NoticePublished", "RolesOutOfTime")),
    ):
        given = [*acts[:2], *(altered(data, roles=number) for data, number in zip(acts[2:4], roles, strict=True))]
        assert refusal_of(partial(_replay, told, authorities, given)) == refusal


def test_replay_tender_of_what_is_no_buyer_refused(told: Recording) -> None:
    """An organisation that is only a member publishes no tender."""
    admitted = altered(told.roles[BUYER][0], with_detail(kinds=int(OrganisationKind.MEMBER)))
    authorities = Authorities({**told.roles, BUYER: [admitted]})
    tender = altered(told.processes[PROCESS][1], sequence=1, roles=1)
    assert refusal_of(lambda: _replay(told, authorities, [tender])) == (1, "TenderPublished", "KindMissing")
