"""What statuses, modes, kinds and conditions are called on the page, with one sentence each.

The texts are message ids (English); templates and pages translate them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from gettext import NullTranslations
from typing import Final

from ledger.index.rows import Artifact, Condition, Status
from ledger.ocds.observation import FindingKind
from ledger.ocds.value_history import ValueStep


def N_(message: str) -> str:
    """Marks ``message`` for the catalogue without translating it yet."""
    return message


def ngettext_noop(singular: str, plural: str) -> tuple[str, str]:
    """The same for a message with a number in it."""
    return singular, plural


@dataclass(frozen=True, slots=True)
class Word:
    """A term as the page shows it: ``label``, one ``sentence``, KERN's ``tone`` and the name of an ``icon``."""

    label: str
    sentence: str
    tone: str = "plain"
    icon: str = "dot"


_MODES: Final = {
    "observed": Word(
        N_("Observed"),
        N_("Somebody else keeps the buyer's public notices here; the buyer itself does not take part."),
        icon="eye",
    ),
    "anchored": Word(
        N_("Anchored"),
        N_("The buyer itself keeps proof here of everything it publishes; bids go to its own platform."),
        icon="anchor",
    ),
    "sealed": Word(
        N_("Sealed"),
        N_(
            "The whole procedure runs under the rules of the ledger, from the invitation to the contract; "
            "bids stay sealed until the opening."
        ),
        icon="seal",
    ),
}

_STATUSES: Final = {
    Status.PLANNED: Word(N_("Planned"), N_("The procedure has been announced and has not begun."), "plain", "clock"),
    Status.OPEN: Word(N_("Open"), N_("Bids can be submitted."), "success", "clock"),
    Status.EVALUATION: Word(
        N_("Under evaluation"),
        N_("The deadline has passed; the buyer is examining what was submitted."),
        "info",
        "search",
    ),
    Status.AWARDED: Word(N_("Awarded"), N_("The buyer has decided who is to get the contract."), "info", "check"),
    Status.STANDSTILL: Word(
        N_("Standstill"),
        N_("The buyer has decided; it must wait before the contract, so that others can have the decision reviewed."),
        "warning",
        "pause",
    ),
    Status.CONCLUDED: Word(N_("Contract concluded"), N_("The contract has been concluded."), "info", "check"),
    Status.COMPLETED: Word(N_("Completed"), N_("The contract has been performed."), "plain", "check"),
    Status.TERMINATED: Word(N_("Contract terminated"), N_("The contract was ended early."), "danger", "cross"),
    Status.CANCELLED: Word(N_("Cancelled"), N_("The buyer has cancelled the procedure."), "danger", "cross"),
    Status.UNSUCCESSFUL: Word(N_("Without result"), N_("The procedure ended without an award."), "plain", "cross"),
    Status.UNKNOWN: Word(
        N_("Not stated"), N_("The notices published so far do not say where the procedure stands."), "plain"
    ),
}

_CONDITIONS: Final = {
    Condition.INTACT: Word(
        N_("unaltered"), N_("The stored file is exactly the one that was recorded."), "success", "check"
    ),
    Condition.EMBARGOED: Word(
        N_("recorded, not yet public"),
        N_(
            "The file was recorded when it was sent to the Official Journal; "
            "it may be published only afterwards (§ 40 VgV)."
        ),
        "warning",
        "clock",
    ),
    Condition.MISSING: Word(N_("missing"), N_("The file is not in the store any more."), "danger", "warning"),
    Condition.ALTERED: Word(
        N_("altered"), N_("The stored file is not the one that was recorded."), "danger", "warning"
    ),
    Condition.UNREADABLE: Word(
        N_("unreadable"),
        N_("The file is the one that was recorded, but it is not a readable notice."),
        "warning",
        "warning",
    ),
    Condition.FOREIGN: Word(
        N_("of another procedure"),
        N_("The file is the one that was recorded, but it says that it belongs to another procedure."),
        "danger",
        "warning",
    ),
    Condition.ERASED: Word(
        N_("erased"),
        N_("The file was erased on purpose; its check value still proves that it existed."),
        "plain",
        "cross",
    ),
}

_METHODS: Final = {
    "open": N_("open procedure"),
    "selective": N_("restricted procedure with a call for participation"),
    "limited": N_("procedure with selected tenderers"),
    "direct": N_("direct award"),
}

_CODES: Final = {
    "planning": N_("in preparation"),
    "planned": N_("planned"),
    "pending": N_("proposed"),
    "active": N_("in force"),
    "cancelled": N_("cancelled"),
    "unsuccessful": N_("without result"),
    "complete": N_("ended"),
    "terminated": N_("ended"),
    "withdrawn": N_("withdrawn"),
}

_VALUES: Final = {
    "estimate": N_("Estimated value"),
    "award": N_("Award"),
    "contract": N_("Contract"),
    "modification": N_("Modification of the contract"),
    "final": N_("Final value"),
}

_CATEGORIES: Final = {"goods": N_("Supplies"), "works": N_("Works"), "services": N_("Services")}

_OUTCOMES: Final = {
    "pending": N_("sealed until the opening"),
    "external": N_("opened with the others"),
    "opened": N_("opened"),
    "unreadable": N_("unreadable"),
    "cover": N_("cover entry, no bid"),
    "superseded": N_("replaced by a later bid"),
    "withdrawn": N_("withdrawn"),
    "missing": N_("not handed in"),
    "late": N_("late, stays sealed"),
    "returned": N_("returned unopened"),
}

_AWARDS: Final = {
    "announced": N_("announced, contract not concluded"),
    "withdrawn": N_("withdrawn"),
    "concluded": N_("contract concluded"),
    "terminated": N_("contract terminated"),
    "completed": N_("contract performed"),
    "void": N_("void, the procedure was set back"),
}

_TAGS: Final = {
    "planning": N_("advance notice"),
    "planningUpdate": N_("change of an advance notice"),
    "tender": N_("contract notice"),
    "tenderAmendment": N_("amendment"),
    "tenderUpdate": N_("update"),
    "tenderCancellation": N_("cancellation"),
    "award": N_("award"),
    "awardUpdate": N_("update of the award"),
    "awardCancellation": N_("withdrawal of the award"),
    "contract": N_("contract"),
    "contractUpdate": N_("update of the contract"),
    "contractAmendment": N_("modification of the contract"),
    "implementation": N_("performance"),
    "implementationUpdate": N_("update of the performance"),
    "contractTermination": N_("end of the contract"),
    "compiled": N_("summary of all notices"),
}

_KINDS: Final = {
    "buyer": N_("Buyer"),
    "observer": N_("Observer"),
    "custodian": N_("Custodian"),
    "receiver": N_("Receiver"),
    "reviewBody": N_("Review body"),
    "member": N_("Member"),
}

_ARTIFACTS: Final = {
    Artifact.PAGE: N_("Page"),
    Artifact.LOG_KEY: N_("Key of a transparency log"),
    Artifact.POLICY: N_("Policy"),
    Artifact.OTHER: N_("File"),
    Artifact.AUDIT_REPORT: N_("Audit report"),
}

_FINDINGS: Final = {
    "release": N_("This is a notice as the ledger records it."),
    "file": N_("This is exactly the file of a recorded notice."),
    "original": N_("This is the original file from which a recorded notice was made."),
    "commitment": N_("This is the commitment of a sealed bid."),
    "changed": N_(
        "This is a file that a pull found in the place of a recorded notice's original: it was changed there."
    ),
    "observation": N_("This is the record of what a pull of public notices saw."),
    "document": N_("This is a document that belongs to a recorded notice."),
    "page": N_("This is exactly a page that was registered."),
    "logKey": N_("This is exactly the key of a transparency log that was registered."),
    "policy": N_("This is exactly a policy that was registered."),
    "artifact": N_("This is exactly a file that was registered."),
    "auditReport": N_("This is exactly the report of an audit that was anchored."),
    "act": N_("This is an act of a procedure."),
    "block": N_("This is a block of the chain in which an act was recorded."),
    "transaction": N_("This is the transaction that recorded an act."),
}


_PULLED: Final = {
    FindingKind.VANISHED: Word(
        N_("Vanished"), N_("The notice stood in the notice service's data of that day and does not any more."),
        "danger", "cross",
    ),
    FindingKind.CHANGED: Word(
        N_("Changed silently"), N_("Under the same number and version it says something else there than was recorded."),
        "danger", "warning",
    ),
    FindingKind.RESTORED: Word(N_("Restored"), N_("It says again there what was recorded."), "plain", "check"),
    FindingKind.REAPPEARED: Word(
        N_("Reappeared"), N_("The notice had vanished and stands there again."), "plain", "check"
    ),
    FindingKind.MOVED: Word(
        N_("Moved"), N_("The notice stands in the data of another day than before."), "plain", "clock"
    ),
    FindingKind.ADDED: Word(
        N_("Added later"), N_("The notice came into the data of a day that had been read without it."),
        "warning", "clock",
    ),
}  # fmt: skip


class Words:
    """The terms in one language.

    A code that is none of ours stays as it is: it comes from others' releases, or from a row that was altered, and
    then the page must still be there to say so.
    """

    def __init__(self, messages: NullTranslations) -> None:
        self._ = messages.gettext

    def mode(self, mode: str) -> Word:
        """A process's mode."""
        return self._spoken(_MODES.get(mode, Word(mode, "")))

    def modes(self) -> list[tuple[str, Word]]:
        """All modes, from the loosest to the strictest."""
        return [(mode, self._spoken(word)) for mode, word in _MODES.items()]

    def status(self, status: Status) -> Word:
        """Where a process stands."""
        return self._spoken(_STATUSES[status])

    def statuses(self) -> list[tuple[Status, Word]]:
        """All statuses in the order in which a process goes through them."""
        return [(status, self._spoken(word)) for status, word in _STATUSES.items()]

    def condition(self, condition: Condition) -> Word:
        """In what state a stored file was found."""
        return self._spoken(_CONDITIONS[condition])

    def method(self, code: str) -> str:
        """A kind of procedure (OCDS ``procurementMethod``)."""
        return self._(_METHODS.get(code, code))

    def told(self, field: str, value: str) -> str:
        """A text of a release; of a status or a kind of procedure what its code means."""
        if field.endswith("/status"):
            return self._(_CODES.get(value, value))
        return self.method(value) if field == "tender/procurementMethod" else value

    def value(self, step: ValueStep) -> str:
        """What an amount is the amount of."""
        kind = "modification" if step.kind == "contract" and not step.first else step.kind
        return self._(_VALUES[kind])

    def category(self, code: str) -> str:
        """What is bought (OCDS ``mainProcurementCategory``)."""
        return self._(_CATEGORIES.get(code, code))

    def tag(self, code: str) -> str:
        """What a release is about (OCDS ``releaseTag``)."""
        return self._(_TAGS.get(code, code))

    def outcome(self, outcome: str) -> str:
        """How a bid ended."""
        return self._(_OUTCOMES.get(outcome, outcome))

    def award(self, state: str) -> str:
        """Where an award stands."""
        return self._(_AWARDS.get(state, state))

    def kind(self, kind: str) -> str:
        """What an organisation is in the registry."""
        return self._(_KINDS.get(kind, kind))

    def pulled(self, finding: str) -> Word:
        """What a pull found about a notice."""
        return self._spoken(_PULLED[FindingKind(finding)])

    def pulled_kinds(self) -> list[tuple[str, Word]]:
        """All that a pull can find, the gravest first."""
        return [(kind.value, self._spoken(word)) for kind, word in _PULLED.items()]

    def artifact(self, artifact: Artifact) -> str:
        """What an organisation registered or anchored."""
        return self._(_ARTIFACTS[artifact])

    def finding(self, kind: str) -> str:
        """What a digest names."""
        return self._(_FINDINGS.get(kind, kind))

    def _spoken(self, word: Word) -> Word:
        return replace(word, label=self._(word.label), sentence=self._(word.sentence) if word.sentence else "")
