"""What an audit finds: one kind for each thing that can be wrong, with the place, what was expected and what came."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ledger.errors import SiegelError


class FindingKind(StrEnum):
    """Something that is not as it must be. What each means and whose fault it would be stands in ``words.json``."""

    LOG_MISSING = "logMissing"
    CHECKPOINT_REFUSED = "checkpointRefused"
    CHECKPOINT_UNWITNESSED = "checkpointUnwitnessed"
    LOG_SHRUNK = "logShrunk"
    LOG_REWRITTEN = "logRewritten"
    ENTRIES_CONTRADICT = "entriesContradict"
    LEAF_UNUSABLE = "leafUnusable"
    LOGS_CONTRADICT = "logsContradict"
    SPLIT_VIEW = "splitView"
    EVIDENCE_WITHHELD = "evidenceWithheld"
    ORGANISATION_UNPROVEN = "organisationUnproven"
    PROCESS_UNPROVEN = "processUnproven"
    EVIDENCE_BEHIND = "evidenceBehind"
    EVIDENCE_OF_OTHER_HISTORY = "evidenceOfOtherHistory"
    HISTORY_REWRITTEN = "historyRewritten"
    LIST_WITHHELD = "listWithheld"
    PROCESS_OMITTED = "processOmitted"
    PROCESS_INVENTED = "processInvented"
    PROCESS_TWICE = "processTwice"
    PROCESS_DIFFERS = "processDiffers"
    RELEASE_ALTERED = "releaseAltered"
    RELEASE_MISSING = "releaseMissing"
    RELEASE_EXTRA = "releaseExtra"
    RELEASE_WITHHELD = "releaseWithheld"
    RECORD_ALTERED = "recordAltered"
    RECORD_MISSING = "recordMissing"
    RECORD_EXTRA = "recordExtra"
    RECORD_WITHHELD = "recordWithheld"
    SILENCE_HIDDEN = "silenceHidden"
    SILENCE_INVENTED = "silenceInvented"
    OBSERVATION_OMITTED = "observationOmitted"
    OBSERVATION_INVENTED = "observationInvented"
    BLOCK_DIFFERS = "blockDiffers"
    LEAF_MISSING = "leafMissing"
    ORGANISATION_OMITTED = "organisationOmitted"
    ACTS_DIFFER = "actsDiffer"
    VALIDATORS_REFUSED = "validatorsRefused"


@dataclass(frozen=True, slots=True)
class Finding:
    """``where`` says what it is of: process and organisation (ids), ocid, block, field and the like. ``expected`` is
    what the ledger proves, ``got`` what the server shows; ``refusal`` why evidence was refused. ``notes`` are signed
    checkpoints, kept because they convict whoever signed them."""

    kind: FindingKind
    where: dict[str, Any] = field(default_factory=dict)
    expected: Any = None
    got: Any = None
    refusal: SiegelError | None = None
    notes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """Something that this audit could not show, and why: looked up in ``words.json``."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
