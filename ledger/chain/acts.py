"""Every call of ``ITenderLedger.sol`` as a frozen dataclass, field by field in the interface's order.

What the arguments mean, and when the ledger refuses them, stands in the interface. Ids and digests are 32 bytes,
accounts 20 bytes, times whole seconds since 1970; a digest that is not given is zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ledger.chain.abi import Account, Bytes32, Function, Uint16, Uint32, Uint64, Uint256
from ledger.chain.record import ZERO
from ledger.terms import ArtifactKind, NoticeKind, Outcome, RoundKind, Stage


class LedgerAct(Function):
    """A call that ``TenderLedger`` records as one act (or several notices); joint acts need two such calls."""

    contract: ClassVar[str] = "ledger"


@dataclass(frozen=True)
class Call:
    """What nearly every act is called with; ``expires`` is the last second in which the call counts."""

    process_id: Bytes32
    expires: Uint64
    ground: Bytes32 = ZERO
    release: Bytes32 = ZERO


@dataclass(frozen=True)
class Notice:
    """One notice; ``original`` is the digest of the salted original file, ``ref`` the act it corrects or answers."""

    ocid: str
    kind: NoticeKind
    release: Bytes32
    original: Bytes32 = ZERO
    ref: Uint64 = 0
    parent: Bytes32 = ZERO


@dataclass(frozen=True)
class LotTerms:
    """A lot and how many awards it can have without a ground."""

    lot: Bytes32
    max_awards: Uint16 = 1


@dataclass(frozen=True)
class RoundTerms:
    """A round: ``deadline`` is the last second in time, ``receivers`` are organisations whose promises count."""

    kind: RoundKind
    deadline: Uint64
    key_set: Bytes32 = ZERO
    invited: Bytes32 = ZERO
    receivers: tuple[Bytes32, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TenderTerms:
    """What TenderPublished fixes; ``minimum_standstill`` in seconds."""

    ocid: str
    parent: Bytes32 = ZERO
    lots: tuple[LotTerms, ...]
    minimum_standstill: Uint32 = 0
    rule_set: Bytes32 = ZERO
    criteria: Bytes32 = ZERO
    round: RoundTerms


@dataclass(frozen=True)
class Promise:
    """A receiver's signed word that a commitment arrived; all zero if there is none."""

    receiver: Bytes32 = ZERO
    arrived_at: Uint64 = 0
    deliver_by: Uint64 = 0
    signature: bytes = b""


@dataclass(frozen=True)
class BidOutcome:
    """How one bid ended. ``content``: bid root, salt of a cover, else the commitment; ``evidence``: rest digest."""

    outcome: Outcome
    author: Account
    content: Bytes32
    evidence: Bytes32 = ZERO


@dataclass(frozen=True)
class PublishNotices(LedgerAct):
    """NoticePublished, once for each of at most 100 notices. By a publisher."""

    function: ClassVar[str] = "publishNotices"
    organisation_id: Bytes32
    expires: Uint64
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class EraseFields(LedgerAct):
    """FieldsErased in the release that act ``ref`` published. Joint."""

    function: ClassVar[str] = "eraseFields"
    call: Call
    ref: Uint64
    subject: Bytes32


@dataclass(frozen=True)
class PublishTender(LedgerAct):
    """TenderPublished: fixes the terms and opens round 1. Joint."""

    function: ClassVar[str] = "publishTender"
    organisation_id: Bytes32
    expires: Uint64
    release: Bytes32
    terms: TenderTerms


@dataclass(frozen=True)
class AmendTender(LedgerAct):
    """TenderAmended: a new release and, unless zero, a later deadline of the round. By a publisher."""

    function: ClassVar[str] = "amendTender"
    call: Call
    round: Uint32
    deadline: Uint64 = 0


@dataclass(frozen=True)
class OpenRound(LedgerAct):
    """RoundOpened: a further round. Joint."""

    function: ClassVar[str] = "openRound"
    call: Call
    terms: RoundTerms


@dataclass(frozen=True)
class ResumeRound(LedgerAct):
    """RoundResumed: a later deadline after it has passed. Joint, with a ground."""

    function: ClassVar[str] = "resumeRound"
    call: Call
    round: Uint32
    deadline: Uint64


@dataclass(frozen=True)
class CommitBid(LedgerAct):
    """BidCommitted, by the bid's own account."""

    function: ClassVar[str] = "commitBid"
    process_id: Bytes32
    round: Uint32
    commitment: Bytes32
    supersedes: Bytes32
    expires: Uint64
    promise: Promise = field(default_factory=Promise)


@dataclass(frozen=True)
class WithdrawBid(LedgerAct):
    """BidWithdrawn, by the bid's own account."""

    function: ClassVar[str] = "withdrawBid"
    process_id: Bytes32
    round: Uint32
    commitment: Bytes32
    expires: Uint64


@dataclass(frozen=True)
class RegisterExternalBid(LedgerAct):
    """ExternalBidRegistered: a bid on paper. Joint; after the deadline with a ground."""

    function: ClassVar[str] = "registerExternalBid"
    call: Call
    round: Uint32
    arrival: Uint64
    subject: Bytes32


@dataclass(frozen=True)
class CloseRound(LedgerAct):
    """RoundClosed: bitmaps ``present`` and ``admitted`` of the bids below ``counted``, 256 to a word. Joint."""

    function: ClassVar[str] = "closeRound"
    call: Call
    round: Uint32
    counted: Uint32
    present: tuple[Uint256, ...] = ()
    admitted: tuple[Uint256, ...] = ()


@dataclass(frozen=True)
class OpenBids(LedgerAct):
    """BidsOpened: outcomes of the bids ``start``, ``start`` + 1, ... Joint."""

    function: ClassVar[str] = "openBids"
    call: Call
    round: Uint32
    start: Uint32
    outcomes: tuple[BidOutcome, ...] = ()


@dataclass(frozen=True)
class ReviseOutcome(LedgerAct):
    """OutcomeRevised: an unreadable, missing or late bid turns out readable, or a cover. Joint, with a ground."""

    function: ClassVar[str] = "reviseOutcome"
    call: Call
    round: Uint32
    bid: Uint32
    outcome: BidOutcome


@dataclass(frozen=True)
class ExcludeBid(LedgerAct):
    """BidExcluded from a lot, or (zero) from all. Joint, with a ground."""

    function: ClassVar[str] = "excludeBid"
    call: Call
    lot: Bytes32
    round: Uint32
    bid: Uint32


@dataclass(frozen=True)
class ReadmitBid(LedgerAct):
    """BidReadmitted: undoes exactly one exclusion. Joint, with a ground."""

    function: ClassVar[str] = "readmitBid"
    call: Call
    lot: Bytes32
    round: Uint32
    bid: Uint32


@dataclass(frozen=True)
class AnnounceAward(LedgerAct):
    """AwardAnnounced; ``subject`` is the id of a variant, or zero. Joint."""

    function: ClassVar[str] = "announceAward"
    call: Call
    lot: Bytes32
    round: Uint32
    bid: Uint32
    subject: Bytes32 = ZERO


@dataclass(frozen=True)
class WithdrawAward(LedgerAct):
    """AwardWithdrawn before the contract is concluded. Joint, with a ground."""

    function: ClassVar[str] = "withdrawAward"
    call: Call
    award: Uint64


@dataclass(frozen=True)
class InformLosers(LedgerAct):
    """LosersInformed: letters under GWB § 134; the standstill runs from their dispatch. By a publisher."""

    function: ClassVar[str] = "informLosers"
    call: Call
    award: Uint64
    dispatched: Uint64
    standstill_end: Uint64


@dataclass(frozen=True)
class ConcludeContract(LedgerAct):
    """ContractConcluded; ``subject`` is the digest of the signed document, or zero. Joint."""

    function: ClassVar[str] = "concludeContract"
    call: Call
    award: Uint64
    subject: Bytes32 = ZERO


@dataclass(frozen=True)
class ModifyContract(LedgerAct):
    """ContractModified (GWB § 132). By a publisher."""

    function: ClassVar[str] = "modifyContract"
    call: Call
    award: Uint64


@dataclass(frozen=True)
class TerminateContract(LedgerAct):
    """ContractTerminated. By a publisher."""

    function: ClassVar[str] = "terminateContract"
    call: Call
    award: Uint64


@dataclass(frozen=True)
class CompleteContract(LedgerAct):
    """ContractCompleted. By a publisher."""

    function: ClassVar[str] = "completeContract"
    call: Call
    award: Uint64


@dataclass(frozen=True)
class CloseLot(LedgerAct):
    """LotClosed without (further) award. Joint, with a ground."""

    function: ClassVar[str] = "closeLot"
    call: Call
    lot: Bytes32


@dataclass(frozen=True)
class SuspendProcess(LedgerAct):
    """ProcessSuspended, a lot or (zero) the whole. By one officer, or one of the review body ``body``."""

    function: ClassVar[str] = "suspendProcess"
    call: Call
    lot: Bytes32 = ZERO
    body: Bytes32 = ZERO
    subject: Bytes32 = ZERO


@dataclass(frozen=True)
class LiftSuspension(LedgerAct):
    """SuspensionLifted; the ground is the order's digest. Joint."""

    function: ClassVar[str] = "liftSuspension"
    call: Call
    suspension: Uint64


@dataclass(frozen=True)
class Remand(LedgerAct):
    """Remanded: a lot or (zero) all are set back to a stage. Joint, with a ground."""

    function: ClassVar[str] = "remand"
    call: Call
    lot: Bytes32
    from_round: Uint32
    stage: Stage


@dataclass(frozen=True)
class CancelTender(LedgerAct):
    """TenderCancelled (VgV § 63). Joint, with a ground."""

    function: ClassVar[str] = "cancelTender"
    call: Call


@dataclass(frozen=True)
class Reinstate(LedgerAct):
    """Reinstated: a closed lot, or (zero) a cancelled process. Joint, with a ground."""

    function: ClassVar[str] = "reinstate"
    call: Call
    lot: Bytes32 = ZERO


@dataclass(frozen=True)
class RegisterArtifact(LedgerAct):
    """ArtifactRegistered, outside a process. Joint."""

    function: ClassVar[str] = "registerArtifact"
    organisation_id: Bytes32
    expires: Uint64
    subject: Bytes32
    kind: ArtifactKind
    name: str


@dataclass(frozen=True)
class RecordObservation(LedgerAct):
    """ObservationRecorded, outside a process. By a publisher."""

    function: ClassVar[str] = "recordObservation"
    organisation_id: Bytes32
    expires: Uint64
    subject: Bytes32


@dataclass(frozen=True)
class AnchorAudit(LedgerAct):
    """AuditAnchored, outside a process. By an auditor."""

    function: ClassVar[str] = "anchorAudit"
    organisation_id: Bytes32
    expires: Uint64
    subject: Bytes32


@dataclass(frozen=True)
class RevokeApproval(LedgerAct):
    """Takes back the caller's own approval of a joint act that was not executed yet."""

    function: ClassVar[str] = "revokeApproval"
    key: Bytes32
