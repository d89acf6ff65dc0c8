// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {IActs} from "./IActs.sol";

/// @notice Observed: an outsider anchors a buyer's public notices. Anchored: the buyer itself does, bids stay on its
/// platform. Active: sealed bids, the whole table binds. Cancelled: an active process that was called off.
enum ProcessState { None, Observed, Anchored, Active, Cancelled }

/// @notice What a notice is in the law's words; the OCDS tags stand in the release. Embargoed: the digest is anchored at
/// dispatch, the release is disclosed later (VgV § 40(3)).
enum NoticeKind {
    None, Planning, Call, Clarification, Answer, Correction, Withdrawal, Award, Contract, Modification, Embargoed, Other
}

/// @notice Bids of a participation or supplement round are never awarded.
enum RoundKind { None, Participation, Bids, Negotiation, Supplement }

/// @notice Open until RoundClosed. Closed: custodians release, outcomes are recorded. Opened: every outcome stands.
enum RoundState { None, Open, Closed, Opened }

enum LotState { None, Open, Closed }

/// @notice How a bid ended. Opened, Unreadable and Cover are recorded by the officers; the others follow from the acts.
enum Outcome { None, Opened, Unreadable, Cover, Superseded, Withdrawn, Missing, Late, Returned }

enum AwardState { None, Announced, Withdrawn, Concluded, Terminated, Completed }

/// @notice The stage a procedure is set back to (GWB § 168).
enum Stage { None, Award, Evaluation, Bids, Participation, Publication }

enum ArtifactKind { None, Page, LogKey, Policy, Other }

/// @notice What nearly every act is called with.
/// @param expires Last second in which the call counts; at most 30 days ahead.
/// @param ground Digest of the document that states the reason; zero if there is none.
/// @param release Digest of the release that publishes the act; zero where none is needed.
struct Call {
    bytes32 processId;
    uint64 expires;
    bytes32 ground;
    bytes32 release;
}

/// @param ocid Printable ASCII, 1 to 128 bytes. It stands in every notice's detail, so logs alone give it back.
/// @param kind See NoticeKind.
/// @param release Digest of the release.
/// @param original SHA-256 of the salted original file (an eForms XML, for example); zero if there is none.
/// @param ref Sequence of the act that is corrected, answered or withdrawn; zero if there is none. Needed for Withdrawal.
/// @param parent The framework this process belongs to; zero if none. Only with the first notice of a process.
struct Notice {
    string ocid;
    NoticeKind kind;
    bytes32 release;
    bytes32 original;
    uint64 ref;
    bytes32 parent;
}

/// @notice A lot; a tender names its lots in rising order of this digest, so that none is named twice.
/// @param lot keccak256(lot id).
/// @param maxAwards How many awards the lot can have without a ground; at least 1.
struct LotTerms {
    bytes32 lot;
    uint16 maxAwards;
}

/// @param deadline The last second in which a bid is in time: late means arrival > deadline.
/// @param keySet Ready key set of the buyer; frozen for this round.
/// @param invited Digest of the list of the invited, zero for an open round. Not enforced: an uninvited bid is excluded.
/// @param receivers Organisations (kind receiver) whose promises of arrival count in this round; never the buyer itself.
struct RoundTerms {
    RoundKind kind;
    uint64 deadline;
    bytes32 keySet;
    bytes32 invited;
    bytes32[] receivers;
}

/// @param minimumStandstill Seconds between the dispatch of the letters to the losers and the end of the standstill
/// (GWB § 134(2)); zero where the law knows no standstill, then letters are not needed either.
/// @param ruleSet Digest of the legal rule set in force; zero while there is none.
/// @param criteria Digest of the award criteria.
struct TenderTerms {
    string ocid;
    bytes32 parent;
    LotTerms[] lots;
    uint32 minimumStandstill;
    bytes32 ruleSet;
    bytes32 criteria;
    RoundTerms round;
}

/// @notice A receiver's signed word that a commitment arrived. The receiver signs (EIP-191) `keccak256(abi.encode(
/// keccak256("siegel/1 promise"), chainid, ledger, processId, round, commitment, author, arrivedAt, deliverBy))`.
/// @param receiver The receiver's organisationId; zero if there is no promise, then all the rest is empty.
/// @param deliverBy Last second in which the promise can be used; at most a day after `arrivedAt`.
struct Promise {
    bytes32 receiver;
    uint64 arrivedAt;
    uint64 deliverBy;
    bytes signature;
}

/// @notice How one bid ended, in the order of the bids' numbers.
/// @param author The account that committed the bid.
/// @param content Opened: bidRoot. Cover: salt. Else: the commitment.
/// @param evidence Opened: restDigest. Unreadable: digest of the evidence. Else zero.
struct BidOutcome {
    Outcome outcome;
    address author;
    bytes32 content;
    bytes32 evidence;
}

/// @title The ledger of contracting processes. This interface is the specification.
/// @notice The contract enforces who, with whom, in which order, and the mechanics of sealed bids. Where the law knows
/// exceptions it does not refuse: it demands a second person and a ground, and every reader sees it.
///
/// **Who.** Roles are those of the registry, read live. Officers' joint acts: the first call proposes, a different
/// officer's call with equal arguments executes within `expires`; conditions are checked both times, and if the first
/// one has lost the role, the second call counts as the first.
/// **When.** All times are seconds of the block (the validators' clock). A bid whose arrival is the deadline's second
/// is in time; the first second after it is late.
/// **Identifiers.** `processId = keccak256(abi.encode(organisationId, ocid))`; `lot = keccak256(lot id)`, zero for the
/// whole process; rounds count from 1, bids from 0, bids on paper from 2^31; an award's and a suspension's id is the
/// sequence of its act.
/// **Commitment of a bid** `keccak256(abi.encode(keccak256("siegel/1 bid"), chainid, ledger, processId, round, author,
/// bidRoot, restDigest))`; of a cover entry `keccak256(abi.encode(keccak256("siegel/1 cover"), chainid, ledger,
/// processId, round, author, salt))`. The contract recomputes it at the opening.
/// Assumptions: times of blocks strictly increase; the registry is the one named at construction, for ever.
/// WARNING: the contract cannot know whether a release, a letter or a bid's content exists; it holds digests.
/// WARNING: in a cancelled process nothing is opened: every bid without an outcome is *returned unopened*.
/// WARNING: an exclusion after the award does not undo the award; two officers withdraw it, or the conclusion stands
/// beside the exclusion for every reader to see.
interface ITenderLedger is IActs {
    /// @notice An ocid or an artifact's name is printable ASCII of 1 to 128 bytes.
    error TextInvalid(string text);
    /// @notice At least one and at most 100 notices in a call; at least one outcome.
    error BatchSizeInvalid(uint256 size);
    /// @notice This kind cannot be used here: None, or for a tender's first round anything but participation and bids.
    error KindInvalid(uint8 act);
    /// @notice The process does not exist, or its state does not allow the act.
    error ProcessForbids(bytes32 processId, uint8 act, ProcessState state);
    /// @notice The round does not exist, or its state (and the deadline) do not allow the act.
    error RoundForbids(bytes32 processId, uint8 act, uint32 round, RoundState state, uint64 deadline);
    /// @notice The lot does not exist, is closed where it must be open, or open where it must be closed.
    error LotForbids(bytes32 processId, uint8 act, bytes32 lot, LotState state);
    /// @notice The award does not exist or its state does not allow the act.
    error AwardForbids(bytes32 processId, uint8 act, uint64 award, AwardState state);
    /// @notice The act is published by a release; its digest is missing.
    error ReleaseMissing(uint8 act);
    /// @notice The digest that the act is about is missing.
    error SubjectMissing(uint8 act);
    /// @notice There is no earlier act with this sequence, or one was needed and is missing.
    error RefUnknown(bytes32 processId, uint64 ref);
    /// @notice A parent is named only with the first act of a process.
    error ParentFixed(bytes32 processId);
    /// @notice A tender has at least one lot, in rising order of the digests, each with at least one award.
    error LotsInvalid(bytes32 lot, uint16 maxAwards);
    /// @notice A deadline lies ahead, and only ever moves to later.
    error DeadlineNotLater(uint64 deadline, uint64 latest);
    /// @notice One publisher moves a deadline at most 30 days beyond what two officers agreed to; further it takes two.
    error DeadlineTooFar(uint64 deadline, uint64 most);
    /// @notice The key set is not the buyer's, not accepted by all custodians, or retired.
    error KeySetNotReady(bytes32 keySet);
    /// @notice The receiver is not one of this round's.
    error ReceiverUnknown(bytes32 receiver);
    /// @notice A buyer's own word on what reached it in time would be a word in its own cause.
    error ReceiverIsBuyer(bytes32 organisationId);
    /// @notice Nobody who may act for the receiver signed exactly this promise.
    error PromiseInvalid(bytes32 receiver, address signer);
    /// @notice A promise without a receiver is empty.
    error PromiseUnexpected(uint64 arrivedAt, uint64 deliverBy);
    /// @notice A promise is delivered within a day after the arrival that it states.
    error PromiseTooLong(uint64 deliverBy, uint64 most);
    /// @notice The promise was to be delivered earlier.
    error PromiseExpired(uint64 deliverBy, uint64 time);
    /// @notice Nothing arrives later than now.
    error ArrivalInFuture(uint64 arrival, uint64 time);
    /// @notice The author committed the same before.
    error CommitmentKnown(bytes32 commitment);
    /// @notice The author committed no such thing in this round.
    error CommitmentUnknown(bytes32 commitment, address author);
    /// @notice The bid was withdrawn or superseded before.
    error CommitmentGone(bytes32 commitment);
    /// @notice A bid is withdrawn or superseded only in time.
    error TooLate(uint64 arrival, uint64 deadline);
    /// @notice Not below the last timely bid's number + 1, not above the number of bids.
    error CountedInvalid(uint32 counted, uint32 least, uint32 most);
    /// @notice The bitmaps have ceil(counted / 256) words and no bit at or above `counted`.
    error BitmapInvalid(uint256 words, uint32 counted);
    /// @notice Outcomes are recorded in order, from the first bid that has none.
    error ChunkInvalid(uint32 from, uint256 size, uint32 next);
    /// @notice Only an opened or an unreadable bid has evidence.
    error EvidenceUnexpected(uint32 bid, bytes32 evidence);
    /// @notice The commitment given belongs to another bid.
    error BidMismatch(uint32 bid, uint32 found);
    /// @notice The outcome of this bid follows from the acts, or is one that officers cannot record here.
    error OutcomeInvalid(uint32 bid, Outcome given, Outcome found);
    /// @notice The bid is not opened (and no paper bid), or is of a round whose bids are not awarded.
    error BidForbids(uint32 round, uint32 bid, Outcome outcome);
    /// @notice The bid is excluded (for this lot or for all) where it must not be, or the other way round.
    error ExclusionForbids(uint32 round, uint32 bid, bytes32 lot, bool excluded);
    /// @notice Bids of this round can no longer be awarded: the procedure was set back.
    error RoundSetBack(uint32 round, uint32 fromRound);
    /// @notice The lot has all the awards its terms allow; one more needs a ground.
    error AwardsExhausted(bytes32 lot, uint16 maxAwards);
    /// @notice The award is void: the procedure was set back after it.
    error AwardVoid(uint64 award);
    /// @notice The lot has awards that are announced and neither withdrawn nor concluded.
    error AwardPending(bytes32 lot, uint16 announced);
    /// @notice Letters are not dispatched in the future.
    error DispatchInFuture(uint64 dispatched, uint64 time);
    /// @notice Standstill shorter than the terms' minimum after the dispatch (or after three days ago, if that is later),
    /// or letters older than the award: only with a ground.
    error StandstillTooShort(uint64 dispatched, uint64 standstillEnd, uint64 least);
    /// @notice The standstill has not ended, or (end zero) the losers were not informed: only with a ground.
    error ConclusionPremature(uint64 award, uint64 standstillEnd, uint64 time);
    /// @notice The process or the lot is suspended: only with a ground.
    error ConclusionSuspended(bytes32 processId, bytes32 lot);
    /// @notice No suspension with this id is in force.
    error SuspensionUnknown(uint64 suspension);
    /// @notice A contract was concluded: nothing is set back any more; it can be terminated.
    error ConcludedAlready(bytes32 processId, bytes32 lot);

    // ---- Notices: all modes ------------------------------------------------------------------------------------

    /// @notice NoticePublished, one act per notice, by a publisher. A process that is not known begins with its first
    /// notice: observed if the organisation is an observer, else anchored. At most 100 notices.
    function publishNotices(bytes32 organisationId, uint64 expires, Notice[] calldata notices) external;

    /// @notice FieldsErased: fields of the release that act `ref` published (and subject names) are erased, on a duty
    /// that the ground states. Everything else stays provable.
    function eraseFields(Call calldata call_, uint64 ref, bytes32 subject) external;

    // ---- The tender and its rounds -----------------------------------------------------------------------------

    /// @notice TenderPublished: fixes the terms and opens round 1, of kind participation or bids. A known process must
    /// be anchored and is raised to active.
    function publishTender(bytes32 organisationId, uint64 expires, bytes32 release, TenderTerms calldata terms)
        external;

    /// @notice TenderAmended: a new release; and, before the deadline has passed, a later one (zero: unchanged), at most
    /// 30 days later than two officers agreed to with TenderPublished, RoundOpened or RoundResumed.
    function amendTender(Call calldata call_, uint32 round, uint64 deadline) external;

    /// @notice RoundOpened: a further round. Rounds can run side by side.
    function openRound(Call calldata call_, RoundTerms calldata terms) external;

    /// @notice RoundResumed: a later deadline while the round is not closed, also after it has passed, for example after
    /// an outage. All bids that came in between are then in time. Needs a ground.
    function resumeRound(Call calldata call_, uint32 round, uint64 deadline) external;

    // ---- Bids --------------------------------------------------------------------------------------------------

    /// @notice BidCommitted, by the bid's own account, until the round is closed. Anybody can carry the signed
    /// transaction. `arrival` is the block's time, or the time that a receiver of this round promised.
    /// @param supersedes An own earlier commitment of this round that this one replaces, only in time; else zero.
    function commitBid(
        bytes32 processId,
        uint32 round,
        bytes32 commitment,
        bytes32 supersedes,
        uint64 expires,
        Promise calldata promised
    ) external;

    /// @notice BidWithdrawn, by the bid's account, in time. Withdrawing a successor does not revive what it replaced.
    function withdrawBid(bytes32 processId, uint32 round, bytes32 commitment, uint64 expires) external;

    /// @notice ExternalBidRegistered: a bid on paper or with samples. One that arrived late only with a ground.
    /// @param arrival When it arrived, not later than now.
    /// @param subject Digest of the record of receipt.
    function registerExternalBid(Call calldata call_, uint32 round, uint64 arrival, bytes32 subject) external;

    // ---- Closing and opening -----------------------------------------------------------------------------------

    /// @notice RoundClosed, after the deadline: freezes which envelopes are there. Custodians release only after it.
    /// @param counted Bids with a number below it are opened or have another outcome of their own; all others are late.
    /// @param present Bit n: the envelope of bid n is there. Word n / 256, bit n % 256.
    /// @param admitted Bit n: bid n came late and is admitted (VgV § 57(1) no. 1). With a bit set a ground is needed.
    function closeRound(
        Call calldata call_,
        uint32 round,
        uint32 counted,
        uint256[] calldata present,
        uint256[] calldata admitted
    ) external;

    /// @notice BidsOpened: outcomes of the bids `from`, `from + 1`, ... in one or several chunks. The outcome that
    /// follows from the acts goes before: withdrawn or superseded, then missing, then late, then returned (no lot is
    /// open any more); the officers record the rest. Where all of the bids 256 k to 256 k + 255 (or up to `counted`)
    /// are without an envelope, `from` moves past them: they are withdrawn, superseded or missing without a word. If
    /// that is so of all, the round is opened with its close.
    /// The single outcomes are checked with the second officer's call only: what they rest on is frozen by then.
    function openBids(Call calldata call_, uint32 round, uint32 from, BidOutcome[] calldata outcomes) external;

    /// @notice OutcomeRevised: an unreadable, missing or late bid turns out readable, or a cover entry; or a returned one
    /// is opened because a lot is open again. With a ground.
    function reviseOutcome(Call calldata call_, uint32 round, uint32 bid, BidOutcome calldata outcome) external;

    // ---- Evaluation and award ----------------------------------------------------------------------------------

    /// @notice BidExcluded from a lot, or (zero) from all. With a ground.
    function excludeBid(Call calldata call_, bytes32 lot, uint32 round, uint32 bid) external;

    /// @notice BidReadmitted: undoes exactly one exclusion (the same lot, or zero). With a ground.
    function readmitBid(Call calldata call_, bytes32 lot, uint32 round, uint32 bid) external;

    /// @notice AwardAnnounced: the decision for an opened, not excluded bid, or one on paper, in a round of bids or
    /// negotiation. Its id is the sequence of the act.
    /// @param subject Id of the variant that is chosen; zero for the main bid.
    function announceAward(Call calldata call_, bytes32 lot, uint32 round, uint32 bid, bytes32 subject) external;

    /// @notice AwardWithdrawn, before the contract is concluded. With a ground.
    function withdrawAward(Call calldata call_, uint64 award) external;

    /// @notice LosersInformed: letters under GWB § 134 for this award. The standstill runs from their dispatch.
    /// @param standstillEnd The last second of the standstill as the letters say it. What a conclusion is measured
    /// against (awardOf) is never earlier than the terms' minimum after the dispatch, the award, or three days ago,
    /// whichever is latest, nor earlier than before: a ground excuses the letters, not the conclusion.
    function informLosers(Call calldata call_, uint64 award, uint64 dispatched, uint64 standstillEnd) external;

    /// @notice ContractConcluded. Before the standstill's end, without letters where they are due, or under suspension
    /// only with a ground; every verifier flags it.
    /// @param subject Digest of the signed document, or zero.
    function concludeContract(Call calldata call_, uint64 award, bytes32 subject) external;

    /// @notice ContractModified (GWB § 132) · ContractTerminated · ContractCompleted: by a publisher.
    function modifyContract(Call calldata call_, uint64 award) external;

    function terminateContract(Call calldata call_, uint64 award) external;

    function completeContract(Call calldata call_, uint64 award) external;

    /// @notice LotClosed without (further) award. With a ground.
    function closeLot(Call calldata call_, bytes32 lot) external;

    // ---- What can happen to a procedure ------------------------------------------------------------------------

    /// @notice ProcessSuspended: stops no clock and no act; only a conclusion then needs a ground. By one officer, or by
    /// one officer of a review body. Several count separately; the id is the sequence of the act.
    /// @param lot The lot, or zero for the whole process.
    /// @param body The review body, or zero if an officer of the buyer acts.
    /// @param subject Digest of the board's notice or order, or zero.
    function suspendProcess(Call calldata call_, bytes32 lot, bytes32 body, bytes32 subject) external;

    /// @notice SuspensionLifted. Its ground is the order's digest.
    function liftSuspension(Call calldata call_, uint64 suspension) external;

    /// @notice Remanded: a lot or (zero) all are set back. Announced awards become void, bids of rounds before
    /// `fromRound` are no longer awarded (zero: as before); outcomes and exclusions stand until they are revised.
    /// `fromRound` can be the round that will be opened next. A later remand can name an earlier round again, because a
    /// higher court may overturn the first: the latest that names one binds.
    function remand(Call calldata call_, bytes32 lot, uint32 fromRound, Stage stage) external;

    /// @notice TenderCancelled (VgV § 63). With a ground.
    function cancelTender(Call calldata call_) external;

    /// @notice Reinstated: a closed lot of an active process, or (zero) a cancelled process. With a ground. If a
    /// deadline passed in between, resumeRound carries the round over.
    function reinstate(Call calldata call_, bytes32 lot) external;

    // ---- Acts of an organisation, outside a process ------------------------------------------------------------

    /// @notice ArtifactRegistered: digest of a page, of a log's origin and key, or of a policy. Joint.
    /// @param name Printable ASCII of at most 128 bytes; never a person's name.
    function registerArtifact(
        bytes32 organisationId,
        uint64 expires,
        bytes32 subject,
        ArtifactKind kind,
        string calldata name
    ) external;

    /// @notice ObservationRecorded: digest of the findings of a pull of notices. By a publisher.
    function recordObservation(bytes32 organisationId, uint64 expires, bytes32 subject) external;

    /// @notice AuditAnchored: digest of an audit report. By an auditor.
    function anchorAudit(bytes32 organisationId, uint64 expires, bytes32 subject) external;

    // ---- Questions ---------------------------------------------------------------------------------------------

    /// @notice The registry that says who may act. It never changes.
    function registry() external view returns (address);

    /// @notice A process: its organisation (zero if unknown), state, length of its series, rounds, minimum standstill.
    function processOf(bytes32 processId)
        external
        view
        returns (bytes32 organisationId, ProcessState state, uint64 sequence, uint32 rounds, uint32 minimumStandstill);

    /// @notice A round: kind, state, deadline, number of bids, of bids on paper, `counted` and outcomes recorded so far.
    function roundOf(bytes32 processId, uint32 number)
        external
        view
        returns (
            RoundKind kind,
            RoundState state,
            uint64 deadline,
            uint32 bids,
            uint32 externals,
            uint32 counted,
            uint32 opened
        );

    /// @notice A commitment of an author: number of the bid, arrival (zero if unknown), and whether it is gone
    /// (0 live, 1 superseded, 2 withdrawn).
    function bidOf(bytes32 processId, uint32 number, bytes32 commitment, address author)
        external
        view
        returns (uint32 bidNumber, uint64 arrival, uint8 gone);

    /// @notice The state of an award, whether it is void, and the last second of its standstill (zero: no letters).
    function awardOf(bytes32 processId, uint64 id)
        external
        view
        returns (AwardState state, bool isVoid, uint64 standstillEnd);

    /// @notice Length of an organisation's list: processes and organisation-wide acts together.
    function listLength(bytes32 organisationId) external view returns (uint64);
}
