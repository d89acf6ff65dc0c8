"""Any one field of any act of a true story, altered: refused, or listed here with the reason why it cannot be.

What the model lets pass another step finds: every byte of an act is in its digest, and so in the head.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.errors import ActImpossible
from ledger.evidence.verify import statute
from ledger.terms import STATUTE, Act
from tests.chain.story import FIRST_PAPER_BID, PROCESS, ROOF, WINDOWS
from tests.chain.town import BUYER, actor, digest
from tests.evidence.log_data import read, write
from tests.evidence.recording import Recording, replaced
from tests.verifier.both import Authorities, replay

FIELDS = ActRecord._fields[2:-1]
ACCOUNTS = [actor(name).account for name in (
    "officer_one", "officer_two", "officer_three", "auditor", "clerk_of_works", "judge_two", "clerk", "bidder_one",
    "bidder_two", "outsider",
)]  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "act": [0, *Act, 255],
    "sequence": [0, 1, 2, 41, 2**64 - 1],
    "roles": [0, 1, 2, 3, 7, 9, 2**64 - 1],
    "time": [0, 2**64 - 1],
    "first": [NOBODY, *ACCOUNTS],
    "second": [NOBODY, *ACCOUNTS],
    "lot": [ZERO, ROOF, WINDOWS, digest("no lot")],
    "round": [0, 1, 2, 3, 2**32 - 1],
    "bid": [0, 1, 2, 3, 4, 5, 6, FIRST_PAPER_BID, FIRST_PAPER_BID + 1, 2**32 - 1],
    "ref": [*range(41), 2**64 - 1],
    "arrival": [0, 2**64 - 1],
    "ground": [ZERO, digest("another ground")],
    "release": [ZERO, digest("another release")],
    "subject": [ZERO, digest("another subject")],
}

JOINT = [entry.name for entry in STATUTE.values() if entry.joint and entry.series == "process"]
DOCUMENT = "a digest of a document that the contract never sees"
OTHER_PERSON = "another person with the same role could have done it"
HARMLESS: dict[str, dict[str, str]] = {
    "release": dict.fromkeys(
        (entry.name for entry in STATUTE.values() if entry.series == "process" and "release" in entry.record), DOCUMENT
    ),
    "ground": dict.fromkeys(
        (entry.name for entry in STATUTE.values() if entry.series == "process" and entry.ground != "none"), DOCUMENT
    ),
    "subject": dict.fromkeys(
        ("NoticePublished", "ExternalBidRegistered", "AwardAnnounced", "ProcessSuspended", "ContractConcluded",
         "FieldsErased"),
        DOCUMENT,
    ),
    "first": {
        **dict.fromkeys(JOINT, OTHER_PERSON),
        **dict.fromkeys(("NoticePublished", "TenderAmended", "LosersInformed", "ContractModified", "ContractCompleted",
                         "ContractTerminated"), OTHER_PERSON),
    },
    "second": dict.fromkeys(JOINT, OTHER_PERSON),
    "time": dict.fromkeys(
        (entry.name for entry in STATUTE.values() if entry.series == "process"),
        "between the acts beside it any second will do, where no deadline, arrival or promise says more",
    ),
    "arrival": {"ExternalBidRegistered": "the officers' word, as long as it is past, and a late one has a ground"},
    "ref": {
        "NoticePublished": "any earlier act can be corrected or answered",
        "FieldsErased": "any earlier act can have published what is erased",
    },
    "lot": {
        "BidExcluded": "a lot, or all: the story readmits it, so only a pair of changes passes",
        "ProcessSuspended": "of a lot, or of the whole: lifted with the lot that was suspended",
        "AwardAnnounced": "an award of the other lot, of which nothing speaks later",
    },
    "round": {"Remanded": "rounds up to the awarded one, or none, bar nothing"},
    "bid": {"AwardAnnounced": "another bid that was opened and not excluded"},
    "act": dict.fromkeys(
        ("AwardWithdrawn", "ContractTerminated", "ContractCompleted"),
        "another act with the same fields that was possible there, too: concluded with a ground, modified",
    ),
    "roles": {},
    "sequence": {},
}  # fmt: skip
NEAR = ("sequence", "roles", "time", "round", "bid", "ref", "arrival")
NOT_ALONE = {("lot", "BidExcluded"), ("lot", "ProcessSuspended")}


@pytest.fixture(scope="module")
def authorities(told: Recording) -> Authorities:
    """Read once."""
    return told.authorities


def _alone(process_id: bytes, organisation_id: bytes, acts: list[bytes], authorities: Authorities, **of: Any) -> object:
    """The model in Python alone, which is asked many times."""
    return statute.replay(process_id, organisation_id, [read(act) for act in acts], authorities, **of)


def accepted(
    told: Recording,
    authorities: Authorities,
    number: int,
    field: str,
    value: Any,
    judge: Callable[..., object] = _alone,
) -> bool:
    """Whether the whole story could have been with this one field other than it was."""
    acts = told.processes[PROCESS]
    record = read(acts[number - 1])
    changed = write(record._replace(**{field: value}))
    try:
        judge(
            PROCESS, BUYER, replaced(acts, number, changed), authorities, chain_id=told.chain_id, ledger=told.ledger
        )  # fmt: skip
    except ActImpossible as impossible:
        assert impossible.values["sequence"] >= number
        return False
    return True


def changes(record: ActRecord) -> Iterator[tuple[str, Any]]:
    """Other values for each field: none, those of others, out of range, and one more or less."""
    for field in FIELDS:
        was = getattr(record, field)
        near = [was - 1, was + 1, was + 300] if field in NEAR and was else []
        yield from ((field, value) for value in {*VALUES[field], *near} - {was})


def test_replay_each_field_of_each_act_altered_refused_or_listed(told: Recording, authorities: Authorities) -> None:
    """All acts, all fields; what passes is what the list says, and the list says nothing that does not happen."""
    passed: dict[str, set[str]] = defaultdict(set)
    for number, data in enumerate(told.processes[PROCESS], 1):
        record = read(data)
        for field, value in changes(record):
            if accepted(told, authorities, number, field, value):
                passed[field].add(STATUTE[Act(record.act)].name)
    listed = {field: {name for name in names if (field, name) not in NOT_ALONE} for field, names in HARMLESS.items()}
    assert {field: names for field, names in passed.items() if names} == {
        field: names for field, names in listed.items() if names
    }


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_replay_any_value_in_any_field_refused_or_listed(
    told: Recording, authorities: Authorities, data: st.DataObject
) -> None:
    """The same with values that nobody chose, by both verifiers."""
    number = data.draw(st.integers(1, len(told.processes[PROCESS])))
    record = read(told.processes[PROCESS][number - 1])
    field = data.draw(st.sampled_from(FIELDS))
    was = getattr(record, field)
    if isinstance(was, int):
        bits = {"act": 8, "round": 32, "bid": 32}.get(field, 64)
        most = 2**bits - 1
        value: Any = data.draw(st.integers(0, most) | st.integers(max(0, was - 999), min(was + 999, most)))
    else:
        value = data.draw(st.binary(min_size=len(was), max_size=len(was)))
    if value != was and accepted(told, authorities, number, field, value, replay):
        assert STATUTE[Act(record.act)].name in HARMLESS[field]
