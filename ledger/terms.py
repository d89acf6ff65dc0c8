"""The glossary's closed lists, with the numbers they have on the chain, and the table of acts.

Numbers and order are those of ``contracts/src/ITenderLedger.sol``, ``IOrganisationRegistry.sol`` and
``ledger/statute.json``; a test holds them together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any


class ProcessState(IntEnum):
    """Observed and anchored processes have notices only; in an active one the whole table of acts binds."""

    NONE = 0
    OBSERVED = 1
    ANCHORED = 2
    ACTIVE = 3
    CANCELLED = 4


class NoticeKind(IntEnum):
    """What a notice is in the law's words. Embargoed: anchored at dispatch, disclosed later (VgV § 40(3))."""

    NONE = 0
    PLANNING = 1
    CALL = 2
    CLARIFICATION = 3
    ANSWER = 4
    CORRECTION = 5
    WITHDRAWAL = 6
    AWARD = 7
    CONTRACT = 8
    MODIFICATION = 9
    EMBARGOED = 10
    OTHER = 11


class RoundKind(IntEnum):
    """Bids of a participation or supplement round are never awarded."""

    NONE = 0
    PARTICIPATION = 1
    BIDS = 2
    NEGOTIATION = 3
    SUPPLEMENT = 4


class RoundState(IntEnum):
    """Open until RoundClosed; closed: outcomes are being recorded; opened: every outcome stands."""

    NONE = 0
    OPEN = 1
    CLOSED = 2
    OPENED = 3


class LotState(IntEnum):
    """A closed lot got no further award."""

    NONE = 0
    OPEN = 1
    CLOSED = 2


class Outcome(IntEnum):
    """How a bid ended. Opened, unreadable and cover are recorded by officers; the others follow from the acts."""

    NONE = 0
    OPENED = 1
    UNREADABLE = 2
    COVER = 3
    SUPERSEDED = 4
    WITHDRAWN = 5
    MISSING = 6
    LATE = 7
    RETURNED = 8


class AwardState(IntEnum):
    """Announced, then withdrawn or concluded; a concluded contract is terminated or completed."""

    NONE = 0
    ANNOUNCED = 1
    WITHDRAWN = 2
    CONCLUDED = 3
    TERMINATED = 4
    COMPLETED = 5


class Stage(IntEnum):
    """The stage a procedure is set back to (GWB § 168)."""

    NONE = 0
    AWARD = 1
    EVALUATION = 2
    BIDS = 3
    PARTICIPATION = 4
    PUBLICATION = 5


class ArtifactKind(IntEnum):
    """What a registered artifact's digest is of."""

    NONE = 0
    PAGE = 1
    LOG_KEY = 2
    POLICY = 3
    OTHER = 4


class Role(IntFlag):
    """What an account may do for its organisation."""

    PUBLISHER = 1
    OFFICER = 2
    EVALUATOR = 4
    AUDITOR = 8


class OrganisationKind(IntFlag):
    """What an organisation is in the registry; buyer and observer exclude each other."""

    BUYER = 1
    OBSERVER = 2
    CUSTODIAN = 4
    RECEIVER = 8
    REVIEW_BODY = 16
    MEMBER = 32


class Act(IntEnum):
    """The acts of the table: 1 to 63 of the ledger, from 64 of the registry."""

    NOTICE_PUBLISHED = 1
    TENDER_PUBLISHED = 2
    TENDER_AMENDED = 3
    ROUND_OPENED = 4
    ROUND_RESUMED = 5
    BID_COMMITTED = 6
    BID_WITHDRAWN = 7
    EXTERNAL_BID_REGISTERED = 8
    ROUND_CLOSED = 9
    BIDS_OPENED = 10
    OUTCOME_REVISED = 11
    BID_EXCLUDED = 12
    BID_READMITTED = 13
    AWARD_ANNOUNCED = 14
    AWARD_WITHDRAWN = 15
    LOT_CLOSED = 16
    PROCESS_SUSPENDED = 17
    LOSERS_INFORMED = 18
    SUSPENSION_LIFTED = 19
    REMANDED = 20
    TENDER_CANCELLED = 21
    REINSTATED = 22
    CONTRACT_CONCLUDED = 23
    CONTRACT_MODIFIED = 24
    CONTRACT_TERMINATED = 25
    CONTRACT_COMPLETED = 26
    FIELDS_ERASED = 27
    ARTIFACT_REGISTERED = 28
    OBSERVATION_RECORDED = 29
    AUDIT_ANCHORED = 30
    ORGANISATION_ADMITTED = 64
    KINDS_CHANGED = 65
    ORGANISATION_SUSPENDED = 66
    ORGANISATION_RESTORED = 67
    PEOPLE_REPLACED = 68
    GOVERNORS_SET = 69
    SUCCESSOR_REGISTERED = 70
    PEOPLE_CHANGED = 71
    KEY_SET_REGISTERED = 72
    KEY_SET_ACCEPTED = 73
    KEY_SET_RETIRED = 74


@dataclass(frozen=True)
class Argument:
    """One argument in an act's ``detail``: its ABI type, the enum its numbers belong to, the fields of a struct."""

    name: str
    abi_type: str
    term: type[IntEnum] | None
    components: tuple[Argument, ...]


@dataclass(frozen=True)
class StatuteEntry:
    """One row of the table of acts, as ``ledger/statute.json`` spells it out.

    ``ground`` is none, may or must; ``series`` is process, list or roles; ``record`` says for each field of the record
    where its value comes from; ``description`` is a sentence for each language.
    """

    act: Act
    name: str
    contract: str
    function: str
    series: str
    modes: tuple[str, ...]
    who: tuple[str, ...]
    joint: bool
    ground: str
    release: bool
    subject: bool
    process_states: tuple[str, ...]
    round_states: tuple[str, ...]
    lot_states: tuple[str, ...]
    record: Mapping[str, str]
    detail: tuple[Argument, ...]
    detail_may_be_empty: bool
    rule: int
    description: Mapping[str, str]


def label(term: IntEnum | IntFlag, language: str) -> str:
    """What a page calls a term (several roles or kinds: a list), in ``de`` or ``en``; KeyError for another language."""
    words = _LABELS[type(term).__name__]
    parts = term if isinstance(term, IntFlag) else (term,)
    return ", ".join(words[str(part.name).lower()][language] for part in parts)


def _argument(given: dict[str, Any]) -> Argument:
    term = _TERMS[given["enum"]] if "enum" in given else None
    return Argument(given["name"], given["type"], term, tuple(map(_argument, given.get("components", ()))))


def _entry(given: dict[str, Any]) -> StatuteEntry:
    return StatuteEntry(
        act=Act(given["number"]),
        name=given["name"],
        contract=given["contract"],
        function=given["function"],
        series=given["series"],
        modes=tuple(given["modes"]),
        who=tuple(given["who"]),
        joint=given["joint"],
        ground=given["ground"],
        release=given["release"],
        subject=given["subject"],
        process_states=tuple(given["processStates"]),
        round_states=tuple(given["roundStates"]),
        lot_states=tuple(given["lotStates"]),
        record=given["record"],
        detail=tuple(map(_argument, given["detail"])),
        detail_may_be_empty=given.get("detailMayBeEmpty", False),
        rule=int(given["rule"], 16),
        description=given["description"],
    )


_HERE = Path(__file__).parent
_TERMS: dict[str, type[IntEnum]] = {
    term.__name__: term
    for term in (
        ProcessState,
        NoticeKind,
        RoundKind,
        RoundState,
        LotState,
        Outcome,
        AwardState,
        Stage,
        ArtifactKind,
    )
}
_LABELS: dict[str, dict[str, dict[str, str]]] = json.loads((_HERE / "terms.json").read_text("utf-8"))

STATUTE: Mapping[Act, StatuteEntry] = {
    entry.act: entry for entry in map(_entry, json.loads((_HERE / "statute.json").read_text("utf-8"))["acts"])
}
