// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Acts} from "./Acts.sol";
import {Act} from "./IActs.sol";
import {IOrganisationRegistry} from "./IOrganisationRegistry.sol";
import "./ITenderLedger.sol";
import "./Statute.sol";

/// @notice The ledger of contracting processes, as ITenderLedger specifies it. Each act reads: what the table demands,
/// what the act itself demands, the second person, the effects, the record.
contract TenderLedger is ITenderLedger, Acts {
    bytes32 private constant TYPE_BID = keccak256("siegel/1 bid");
    bytes32 private constant TYPE_COVER = keccak256("siegel/1 cover");
    bytes32 private constant TYPE_PROMISE = keccak256("siegel/1 promise");

    uint8 private constant BUYER = 1;
    uint8 private constant OBSERVER = 2;
    uint8 private constant RECEIVER = 8;
    uint8 private constant REVIEW_BODY = 16;

    uint256 private constant MAX_NOTICES = 100;
    /// @dev How far one publisher alone may move a deadline beyond what two officers agreed to.
    uint64 private constant MAX_AMENDMENT = 30 days;
    /// @dev How long after an arrival its promise can be delivered.
    uint64 private constant MAX_PROMISE = 1 days;
    /// @dev How far back the dispatch of letters can lie for the standstill to run from it.
    uint64 private constant MAX_DISPATCH_AGE = 3 days;
    uint32 private constant FIRST_EXTERNAL = 1 << 31;
    uint8 private constant SUPERSEDED = 1;
    uint8 private constant WITHDRAWN = 2;

    struct Process {
        bytes32 organisationId;
        uint64 sequence;
        ProcessState state;
        uint32 rounds;
        uint32 minimumStandstill;
        uint32 fromRound;
        uint16 epoch; // grows when the whole process is set back
        uint16 turn; // grows with every change after which an earlier approval must not be used
        uint16 openLots;
        uint16 suspensions;
        uint16 concluded;
    }

    struct Round {
        uint64 deadline;
        uint32 bids;
        uint32 timely; // number of the last timely bid + 1
        uint32 externals;
        uint32 counted;
        uint32 opened; // next bid without an outcome
        RoundKind kind;
        RoundState state;
        uint64 agreed; // the deadline as two officers last set it
    }

    struct Lot {
        LotState state;
        uint16 maxAwards;
        uint16 awards; // announced or concluded, in `counted`
        uint16 announced; // announced only, in `counted`
        uint16 suspensions;
        uint16 concluded;
        uint32 epoch; // grows when this lot is set back
        uint32 counted; // the epoch in which the two counters were made
        uint32 fromRound;
    }

    struct Bid {
        uint32 number;
        uint64 arrival;
        uint8 gone;
    }

    struct Award {
        bytes32 lot;
        AwardState state;
        uint32 epoch;
        uint64 time;
        uint64 standstillEnd;
    }

    struct Suspension {
        bytes32 lot;
        bool inForce;
    }

    /// @dev What is the same for all bids of a chunk.
    struct Opening {
        bytes32 processId;
        uint32 round;
        uint64 deadline;
        bool returned;
        uint256 present;
        uint256 admitted;
    }

    address public immutable registry;

    mapping(bytes32 organisationId => uint64) public listLength;
    mapping(bytes32 processId => Process) private processes;
    mapping(bytes32 processId => mapping(bytes32 lot => Lot)) private lots;
    mapping(bytes32 processId => mapping(uint64 id => Award)) private awards;
    mapping(bytes32 processId => mapping(uint64 id => Suspension)) private suspensions;
    mapping(bytes32 bidKey => Bid) private bids;
    // All below by roundKey = keccak256(processId, round).
    mapping(bytes32 roundKey => Round) private rounds;
    mapping(bytes32 roundKey => mapping(bytes32 receiver => bool)) private receivers;
    mapping(bytes32 roundKey => mapping(uint256 word => uint256)) private present;
    mapping(bytes32 roundKey => mapping(uint256 word => uint256)) private admitted;
    mapping(bytes32 roundKey => mapping(uint256 word => uint256)) private outcomes; // four bits a bid
    mapping(bytes32 roundKey => mapping(bytes32 bidAndLot => bool)) private excluded;

    constructor(address registry_) {
        registry = registry_;
    }

    // ---- Notices: all modes ------------------------------------------------------------------------------------

    function publishNotices(bytes32 organisationId, uint64 expires, Notice[] calldata notices) external {
        if (notices.length == 0 || notices.length > MAX_NOTICES) revert BatchSizeInvalid(notices.length);
        _requireUnexpired(expires, MAX_EXPIRY);
        (uint8 kinds, uint64 sequence) = _requireRole(NOTICE_PUBLISHED, organisationId);
        for (uint256 i; i < notices.length; ++i) {
            _publishNotice(organisationId, kinds, sequence, notices[i]);
        }
    }

    function _publishNotice(bytes32 organisationId, uint8 kinds, uint64 sequence, Notice calldata notice) private {
        Act memory record;
        record.act = uint8(NOTICE_PUBLISHED);
        record.roles = sequence;
        record.first = msg.sender;
        record.ref = notice.ref;
        record.release = notice.release;
        record.subject = notice.original;
        if (notice.release == 0) revert ReleaseMissing(record.act);
        if (notice.kind == NoticeKind.None) revert KindInvalid(record.act);

        bytes32 processId = _processId(organisationId, notice.ocid);
        Process storage process = processes[processId];
        if (notice.ref > process.sequence || (notice.ref == 0 && notice.kind == NoticeKind.Withdrawal)) {
            revert RefUnknown(processId, notice.ref);
        }
        if (process.state == ProcessState.None) {
            if (kinds & (BUYER | OBSERVER) == 0) revert KindMissing(organisationId, BUYER | OBSERVER);
            process.state = kinds & OBSERVER != 0 ? ProcessState.Observed : ProcessState.Anchored;
            _list(organisationId, processId);
        } else if (notice.parent != 0) {
            revert ParentFixed(processId);
        }
        _record(processId, record, abi.encode(notice.kind, notice.ocid, notice.parent));
    }

    function eraseFields(Call calldata call_, uint64 ref, bytes32 subject) external {
        Act memory record = _enter(FIELDS_ERASED, call_);
        record.ref = ref;
        record.subject = subject;
        if (subject == 0) revert SubjectMissing(record.act);
        if (ref == 0 || ref > processes[call_.processId].sequence) revert RefUnknown(call_.processId, ref);
        if (_agreed(FIELDS_ERASED, call_, record, "")) _record(call_.processId, record, "");
    }

    // ---- The tender and its rounds -----------------------------------------------------------------------------

    function publishTender(bytes32 organisationId, uint64 expires, bytes32 release, TenderTerms calldata terms)
        external
    {
        bytes32 processId = _processId(organisationId, terms.ocid);
        Process storage process = processes[processId];
        bool isNew = process.state == ProcessState.None;
        _requireState(TENDER_PUBLISHED, processId);
        (uint8 kinds, uint64 sequence) = _requireRole(TENDER_PUBLISHED, organisationId);
        if (kinds & BUYER == 0) revert KindMissing(organisationId, BUYER);
        Act memory record = _draft(TENDER_PUBLISHED, expires, 0, release);
        record.roles = sequence;
        record.round = 1;
        if (terms.parent != 0 && !isNew) revert ParentFixed(processId);
        if (terms.round.kind != RoundKind.Participation && terms.round.kind != RoundKind.Bids) {
            revert KindInvalid(record.act);
        }
        if (terms.lots.length == 0) revert LotsInvalid(0, 0);
        bytes32 previous;
        for (uint256 i; i < terms.lots.length; ++i) {
            LotTerms calldata lot = terms.lots[i];
            if (lot.lot <= previous || lot.maxAwards == 0) revert LotsInvalid(lot.lot, lot.maxAwards);
            previous = lot.lot;
        }
        _requireRound(organisationId, record.act, terms.round);

        bytes memory detail = abi.encode(terms);
        if (!_agreed(TENDER_PUBLISHED, organisationId, processId, process.turn, expires, record, detail)) return;

        if (isNew) _list(organisationId, processId);
        process.state = ProcessState.Active;
        process.minimumStandstill = terms.minimumStandstill;
        process.openLots = uint16(terms.lots.length);
        for (uint256 i; i < terms.lots.length; ++i) {
            Lot storage lot = lots[processId][terms.lots[i].lot];
            lot.state = LotState.Open;
            lot.maxAwards = terms.lots[i].maxAwards;
        }
        _openRound(processId, process, terms.round);
        _record(processId, record, detail);
    }

    function amendTender(Call calldata call_, uint32 round, uint64 deadline) external {
        Act memory record = _enter(TENDER_AMENDED, call_);
        record.round = round;
        Round storage round_ = _inRound(TENDER_AMENDED, call_.processId, round);
        if (deadline != 0) {
            if (deadline <= round_.deadline) revert DeadlineNotLater(deadline, round_.deadline);
            uint64 most = round_.agreed + MAX_AMENDMENT;
            if (deadline > most) revert DeadlineTooFar(deadline, most);
        }
        bytes memory detail = abi.encode(deadline);
        if (!_agreed(TENDER_AMENDED, call_, record, detail)) return;

        if (deadline != 0) round_.deadline = deadline;
        _record(call_.processId, record, detail);
    }

    function openRound(Call calldata call_, RoundTerms calldata terms) external {
        Act memory record = _enter(ROUND_OPENED, call_);
        Process storage process = processes[call_.processId];
        _requireRound(process.organisationId, record.act, terms);
        bytes memory detail = abi.encode(terms);
        if (!_agreed(ROUND_OPENED, call_, record, detail)) return;

        record.round = _openRound(call_.processId, process, terms);
        _record(call_.processId, record, detail);
    }

    function resumeRound(Call calldata call_, uint32 round, uint64 deadline) external {
        Act memory record = _enter(ROUND_RESUMED, call_);
        record.round = round;
        Round storage round_ = _inRound(ROUND_RESUMED, call_.processId, round);
        uint64 latest = round_.deadline > block.timestamp ? round_.deadline : uint64(block.timestamp);
        if (deadline <= latest) revert DeadlineNotLater(deadline, latest);
        bytes memory detail = abi.encode(deadline);
        if (!_agreed(ROUND_RESUMED, call_, record, detail)) return;

        round_.deadline = deadline;
        round_.agreed = deadline;
        ++processes[call_.processId].turn;
        round_.timely = round_.bids; // whatever arrived until now arrived before the new deadline
        _record(call_.processId, record, detail);
    }

    // ---- Bids --------------------------------------------------------------------------------------------------

    function commitBid(
        bytes32 processId,
        uint32 round,
        bytes32 commitment,
        bytes32 supersedes,
        uint64 expires,
        Promise calldata promised
    ) external {
        Round storage round_ = _inRound(BID_COMMITTED, processId, round);
        Act memory record = _bidRecord(BID_COMMITTED, processId, round, commitment, expires);
        Bid storage bid = bids[_bidKey(processId, round, commitment, msg.sender)];
        if (bid.arrival != 0) revert CommitmentKnown(commitment);
        record.arrival = uint64(block.timestamp);
        if (promised.receiver != 0) {
            record.arrival = promised.arrivedAt;
            (record.second, record.roles) = _promisor(processId, round, commitment, promised);
        } else if (promised.arrivedAt | promised.deliverBy != 0 || promised.signature.length != 0) {
            // Nobody vouches for it, and it would stand in the log: any time, any bytes.
            revert PromiseUnexpected(promised.arrivedAt, promised.deliverBy);
        }
        if (supersedes != 0) {
            Bid storage old = _liveBid(processId, round, supersedes);
            if (record.arrival > round_.deadline) revert TooLate(record.arrival, round_.deadline);
            old.gone = SUPERSEDED;
        }
        record.bid = round_.bids;
        bid.number = record.bid;
        bid.arrival = record.arrival;
        round_.bids = record.bid + 1;
        if (record.arrival <= round_.deadline) round_.timely = record.bid + 1;
        _record(
            processId,
            record,
            supersedes == 0 && promised.receiver == 0 ? bytes("") : abi.encode(supersedes, promised)
        );
    }

    function withdrawBid(bytes32 processId, uint32 round, bytes32 commitment, uint64 expires) external {
        _inRound(BID_WITHDRAWN, processId, round);
        Act memory record = _bidRecord(BID_WITHDRAWN, processId, round, commitment, expires);
        Bid storage bid = _liveBid(processId, round, commitment);
        bid.gone = WITHDRAWN;
        record.bid = bid.number;
        _record(processId, record, "");
    }

    function registerExternalBid(Call calldata call_, uint32 round, uint64 arrival, bytes32 subject) external {
        Act memory record = _enter(EXTERNAL_BID_REGISTERED, call_);
        record.round = round;
        record.arrival = arrival;
        record.subject = subject;
        Round storage round_ = _inRound(EXTERNAL_BID_REGISTERED, call_.processId, round);
        if (subject == 0) revert SubjectMissing(record.act);
        _requirePast(arrival);
        if (arrival > round_.deadline && call_.ground == 0) revert GroundMissing(record.act);
        if (!_agreed(EXTERNAL_BID_REGISTERED, call_, record, "")) return;

        record.bid = FIRST_EXTERNAL + round_.externals++;
        _record(call_.processId, record, "");
    }

    // ---- Closing and opening -----------------------------------------------------------------------------------

    function closeRound(
        Call calldata call_,
        uint32 round,
        uint32 counted,
        uint256[] calldata present_,
        uint256[] calldata admitted_
    ) external {
        Act memory record = _enter(ROUND_CLOSED, call_);
        record.round = round;
        Round storage round_ = _inRound(ROUND_CLOSED, call_.processId, round);
        if (counted < round_.timely || counted > round_.bids) {
            revert CountedInvalid(counted, round_.timely, round_.bids);
        }
        _requireBitmap(present_, counted);
        if (_requireBitmap(admitted_, counted) && call_.ground == 0) revert GroundMissing(record.act);
        bytes memory detail = abi.encode(counted, present_, admitted_);
        if (!_agreed(ROUND_CLOSED, call_, record, detail)) return;

        bytes32 roundKey = _roundKey(call_.processId, round);
        for (uint256 i; i < present_.length; ++i) {
            if (present_[i] != 0) present[roundKey][i] = present_[i];
            if (admitted_[i] != 0) admitted[roundKey][i] = admitted_[i];
        }
        round_.counted = counted;
        _openUpTo(roundKey, round_, 0);
        _record(call_.processId, record, detail);
    }

    function openBids(Call calldata call_, uint32 round, uint32 from, BidOutcome[] calldata found) external {
        Act memory record = _enter(BIDS_OPENED, call_);
        record.round = round;
        Round storage round_ = _inRound(BIDS_OPENED, call_.processId, round);
        bytes32 roundKey = _roundKey(call_.processId, round);
        uint256 end = from + found.length;
        if (from != round_.opened || end > round_.counted) revert ChunkInvalid(from, found.length, round_.opened);
        if (found.length == 0) revert BatchSizeInvalid(0);
        bytes memory detail = abi.encode(from, found);
        if (!_agreed(BIDS_OPENED, call_, record, detail)) return;

        _takeOutcomes(call_.processId, round, from, found);
        _openUpTo(roundKey, round_, end);
        _record(call_.processId, record, detail);
    }

    function reviseOutcome(Call calldata call_, uint32 round, uint32 bid, BidOutcome calldata found) external {
        Act memory record = _enter(OUTCOME_REVISED, call_);
        record.round = round;
        record.bid = bid;
        Round storage round_ = _inRound(OUTCOME_REVISED, call_.processId, round);
        Bid memory bid_ = _foundBid(call_.processId, round, bid, found);
        Outcome before = bid_.gone != 0 ? _goneOutcome(bid_.gone) : _outcome(call_.processId, round, round_, bid);
        bool open = before == Outcome.Unreadable || before == Outcome.Missing || before == Outcome.Late
            || (before == Outcome.Returned && processes[call_.processId].openLots != 0);
        if (!open || (found.outcome != Outcome.Opened && found.outcome != Outcome.Cover)) {
            revert OutcomeInvalid(bid, found.outcome, before);
        }
        bytes memory detail = abi.encode(found);
        if (!_agreed(OUTCOME_REVISED, call_, record, detail)) return;

        mapping(uint256 => uint256) storage words = outcomes[_roundKey(call_.processId, round)];
        uint256 shift = (bid & 63) * 4;
        words[bid >> 6] = (words[bid >> 6] & ~(uint256(15) << shift)) | (uint256(found.outcome) << shift);
        _record(call_.processId, record, detail);
    }

    // ---- Evaluation and award ----------------------------------------------------------------------------------

    function excludeBid(Call calldata call_, bytes32 lot, uint32 round, uint32 bid) external {
        _setExclusion(BID_EXCLUDED, call_, lot, round, bid, true);
    }

    function readmitBid(Call calldata call_, bytes32 lot, uint32 round, uint32 bid) external {
        _setExclusion(BID_READMITTED, call_, lot, round, bid, false);
    }

    function _setExclusion(uint32 rule, Call calldata call_, bytes32 lot, uint32 round, uint32 bid, bool exclude)
        private
    {
        Act memory record = _enter(rule, call_);
        record.lot = lot;
        record.round = round;
        record.bid = bid;
        Round storage round_ = _inRound(rule, call_.processId, round);
        _inLot(rule, call_.processId, lot);
        _requireOpened(call_.processId, round, round_, bid);
        _requireExclusion(call_.processId, round, bid, lot, !exclude);
        if (!_agreed(rule, call_, record, "")) return;

        excluded[_roundKey(call_.processId, round)][_bidAndLot(bid, lot)] = exclude;
        _record(call_.processId, record, "");
    }

    function announceAward(Call calldata call_, bytes32 lot, uint32 round, uint32 bid, bytes32 subject) external {
        Act memory record = _enter(AWARD_ANNOUNCED, call_);
        record.lot = lot;
        record.round = round;
        record.bid = bid;
        record.subject = subject;
        Round storage round_ = _inRound(AWARD_ANNOUNCED, call_.processId, round);
        Lot storage lot_ = _inLot(AWARD_ANNOUNCED, call_.processId, lot);
        Process storage process = processes[call_.processId];
        _requireOpened(call_.processId, round, round_, bid);
        if (round_.kind != RoundKind.Bids && round_.kind != RoundKind.Negotiation) {
            revert BidForbids(round, bid, Outcome.Opened);
        }
        uint32 fromRound = process.fromRound > lot_.fromRound ? process.fromRound : lot_.fromRound;
        if (round < fromRound) revert RoundSetBack(round, fromRound);
        _requireExclusion(call_.processId, round, bid, lot, false);
        _requireExclusion(call_.processId, round, bid, 0, false);
        uint32 epoch = process.epoch + lot_.epoch;
        (uint16 made, uint16 announced) = lot_.counted == epoch ? (lot_.awards, lot_.announced) : (0, 0);
        if (made >= lot_.maxAwards && call_.ground == 0) revert AwardsExhausted(lot, lot_.maxAwards);
        if (!_agreed(AWARD_ANNOUNCED, call_, record, "")) return;

        lot_.counted = epoch;
        lot_.awards = made + 1;
        lot_.announced = announced + 1;
        awards[call_.processId][process.sequence + 1] =
            Award(lot, AwardState.Announced, epoch, uint64(block.timestamp), 0);
        _record(call_.processId, record, "");
    }

    function withdrawAward(Call calldata call_, uint64 award) external {
        (Act memory record, Award storage award_) = _enterAward(AWARD_WITHDRAWN, call_, award, AwardState.Announced);
        if (!_agreed(AWARD_WITHDRAWN, call_, record, "")) return;

        award_.state = AwardState.Withdrawn;
        Lot storage lot = lots[call_.processId][award_.lot];
        --lot.awards;
        --lot.announced;
        _record(call_.processId, record, "");
    }

    function informLosers(Call calldata call_, uint64 award, uint64 dispatched, uint64 standstillEnd) external {
        (Act memory record, Award storage award_) = _enterAward(LOSERS_INFORMED, call_, award, AwardState.Announced);
        if (dispatched > block.timestamp) revert DispatchInFuture(dispatched, uint64(block.timestamp));
        // The standstill runs from the dispatch, but not from one before the award, nor from one long past: whoever
        // enters letters late must not enter them with a standstill that nobody could watch.
        uint64 start = uint64(block.timestamp) - MAX_DISPATCH_AGE;
        if (start < dispatched) start = dispatched;
        if (start < award_.time) start = award_.time;
        uint64 least = start + processes[call_.processId].minimumStandstill;
        if (least < award_.standstillEnd) least = award_.standstillEnd;
        if (call_.ground == 0 && (standstillEnd < least || dispatched < award_.time)) {
            revert StandstillTooShort(dispatched, standstillEnd, least);
        }
        bytes memory detail = abi.encode(dispatched, standstillEnd);
        if (!_agreed(LOSERS_INFORMED, call_, record, detail)) return;

        // A ground excuses the letters. To conclude earlier than this the officers need a ground of their own.
        award_.standstillEnd = standstillEnd < least ? least : standstillEnd;
        _record(call_.processId, record, detail);
    }

    function concludeContract(Call calldata call_, uint64 award, bytes32 subject) external {
        (Act memory record, Award storage award_) = _enterAward(CONTRACT_CONCLUDED, call_, award, AwardState.Announced);
        record.subject = subject;
        Process storage process = processes[call_.processId];
        Lot storage lot = lots[call_.processId][award_.lot];
        if (call_.ground == 0) {
            uint64 end = award_.standstillEnd;
            if (end == 0 ? process.minimumStandstill != 0 : block.timestamp <= end) {
                revert ConclusionPremature(award, end, uint64(block.timestamp));
            }
            if (process.suspensions + lot.suspensions != 0) revert ConclusionSuspended(call_.processId, award_.lot);
        }
        if (!_agreed(CONTRACT_CONCLUDED, call_, record, "")) return;

        award_.state = AwardState.Concluded;
        --lot.announced;
        ++lot.concluded;
        ++process.concluded;
        _record(call_.processId, record, "");
    }

    function modifyContract(Call calldata call_, uint64 award) external {
        _continueContract(CONTRACT_MODIFIED, call_, award, AwardState.Concluded);
    }

    function terminateContract(Call calldata call_, uint64 award) external {
        _continueContract(CONTRACT_TERMINATED, call_, award, AwardState.Terminated);
    }

    function completeContract(Call calldata call_, uint64 award) external {
        _continueContract(CONTRACT_COMPLETED, call_, award, AwardState.Completed);
    }

    function _continueContract(uint32 rule, Call calldata call_, uint64 award, AwardState state) private {
        (Act memory record, Award storage award_) = _enterAward(rule, call_, award, AwardState.Concluded);
        if (!_agreed(rule, call_, record, "")) return;

        award_.state = state;
        if (state == AwardState.Terminated) {
            Lot storage lot = lots[call_.processId][award_.lot];
            --lot.awards;
            --lot.concluded;
            --processes[call_.processId].concluded;
        }
        _record(call_.processId, record, "");
    }

    function closeLot(Call calldata call_, bytes32 lot) external {
        Act memory record = _enter(LOT_CLOSED, call_);
        record.lot = lot;
        Lot storage lot_ = _inLot(LOT_CLOSED, call_.processId, lot);
        Process storage process = processes[call_.processId];
        if (lot_.announced != 0 && lot_.counted == process.epoch + lot_.epoch) {
            revert AwardPending(lot, lot_.announced);
        }
        if (!_agreed(LOT_CLOSED, call_, record, "")) return;

        lot_.state = LotState.Closed;
        --process.openLots;
        _record(call_.processId, record, "");
    }

    // ---- What can happen to a procedure ------------------------------------------------------------------------

    function suspendProcess(Call calldata call_, bytes32 lot, bytes32 body, bytes32 subject) external {
        Process storage process = processes[call_.processId];
        _requireState(PROCESS_SUSPENDED, call_.processId);
        Act memory record = _draft(PROCESS_SUSPENDED, call_.expires, call_.ground, call_.release);
        uint8 kinds;
        (kinds, record.roles) = _requireRole(PROCESS_SUSPENDED, body == 0 ? process.organisationId : body);
        if (body != 0 && kinds & REVIEW_BODY == 0) revert KindMissing(body, REVIEW_BODY);
        record.lot = lot;
        record.subject = subject;
        Lot storage lot_ = _inLot(PROCESS_SUSPENDED, call_.processId, lot);
        bytes memory detail = abi.encode(body);
        if (!_agreed(PROCESS_SUSPENDED, call_, record, detail)) return;

        suspensions[call_.processId][process.sequence + 1] = Suspension(lot, true);
        if (lot == 0) ++process.suspensions;
        else ++lot_.suspensions;
        _record(call_.processId, record, detail);
    }

    function liftSuspension(Call calldata call_, uint64 suspension) external {
        Act memory record = _enter(SUSPENSION_LIFTED, call_);
        Suspension storage suspension_ = suspensions[call_.processId][suspension];
        if (!suspension_.inForce) revert SuspensionUnknown(suspension);
        record.ref = suspension;
        record.lot = suspension_.lot;
        if (!_agreed(SUSPENSION_LIFTED, call_, record, "")) return;

        suspension_.inForce = false;
        if (record.lot == 0) --processes[call_.processId].suspensions;
        else --lots[call_.processId][record.lot].suspensions;
        _record(call_.processId, record, "");
    }

    function remand(Call calldata call_, bytes32 lot, uint32 fromRound, Stage stage) external {
        Act memory record = _enter(REMANDED, call_);
        record.lot = lot;
        record.round = fromRound;
        Lot storage lot_ = _inLot(REMANDED, call_.processId, lot);
        Process storage process = processes[call_.processId];
        if (stage == Stage.None) revert KindInvalid(record.act);
        if (fromRound > process.rounds + 1) {
            revert RoundForbids(call_.processId, record.act, fromRound, RoundState.None, 0);
        }
        if ((lot == 0 ? process.concluded : lot_.concluded) != 0) revert ConcludedAlready(call_.processId, lot);
        bytes memory detail = abi.encode(stage);
        if (!_agreed(REMANDED, call_, record, detail)) return;

        ++process.turn;
        // A new epoch voids what was announced in the old one; no loop over awards.
        if (lot == 0) {
            ++process.epoch;
            if (fromRound != 0) process.fromRound = fromRound;
        } else {
            ++lot_.epoch;
            if (fromRound != 0) lot_.fromRound = fromRound;
        }
        _record(call_.processId, record, detail);
    }

    function cancelTender(Call calldata call_) external {
        Act memory record = _enter(TENDER_CANCELLED, call_);
        if (!_agreed(TENDER_CANCELLED, call_, record, "")) return;

        processes[call_.processId].state = ProcessState.Cancelled;
        ++processes[call_.processId].turn;
        _record(call_.processId, record, "");
    }

    function reinstate(Call calldata call_, bytes32 lot) external {
        Act memory record = _enter(REINSTATED, call_);
        record.lot = lot;
        Lot storage lot_ = _inLot(REINSTATED, call_.processId, lot);
        Process storage process = processes[call_.processId];
        // A process is reinstated when it is cancelled, a lot when it is not.
        if ((lot == 0) != (process.state == ProcessState.Cancelled)) {
            revert ProcessForbids(call_.processId, record.act, process.state);
        }
        if (!_agreed(REINSTATED, call_, record, "")) return;

        ++process.turn;
        if (lot == 0) {
            process.state = ProcessState.Active;
        } else {
            lot_.state = LotState.Open;
            ++process.openLots;
        }
        _record(call_.processId, record, "");
    }

    // ---- Acts of an organisation, outside a process ------------------------------------------------------------

    function registerArtifact(
        bytes32 organisationId,
        uint64 expires,
        bytes32 subject,
        ArtifactKind kind,
        string calldata name
    ) external {
        if (kind == ArtifactKind.None) revert KindInvalid(uint8(ARTIFACT_REGISTERED));
        if (!_isText(name)) revert TextInvalid(name);
        _recordInList(ARTIFACT_REGISTERED, organisationId, expires, subject, abi.encode(kind, name));
    }

    function recordObservation(bytes32 organisationId, uint64 expires, bytes32 subject) external {
        _recordInList(OBSERVATION_RECORDED, organisationId, expires, subject, "");
    }

    function anchorAudit(bytes32 organisationId, uint64 expires, bytes32 subject) external {
        _recordInList(AUDIT_ANCHORED, organisationId, expires, subject, "");
    }

    function _recordInList(uint32 rule, bytes32 organisationId, uint64 expires, bytes32 subject, bytes memory detail)
        private
    {
        Act memory record = _draft(rule, expires, 0, 0);
        (, record.roles) = _requireRole(rule, organisationId);
        record.subject = subject;
        if (subject == 0) revert SubjectMissing(record.act);
        if (!_agreed(rule, organisationId, 0, 0, expires, record, detail)) return;

        record.sequence = ++listLength[organisationId];
        _record("siegel/1 list", organisationId, 0, organisationId, record, detail);
    }

    // ---- Questions ---------------------------------------------------------------------------------------------

    function statute() external pure returns (uint32[] memory) {
        uint32[30] memory rules = [
            NOTICE_PUBLISHED, TENDER_PUBLISHED, TENDER_AMENDED, ROUND_OPENED, ROUND_RESUMED, BID_COMMITTED,
            BID_WITHDRAWN, EXTERNAL_BID_REGISTERED, ROUND_CLOSED, BIDS_OPENED, OUTCOME_REVISED, BID_EXCLUDED,
            BID_READMITTED, AWARD_ANNOUNCED, AWARD_WITHDRAWN, LOT_CLOSED, PROCESS_SUSPENDED, LOSERS_INFORMED,
            SUSPENSION_LIFTED, REMANDED, TENDER_CANCELLED, REINSTATED, CONTRACT_CONCLUDED, CONTRACT_MODIFIED,
            CONTRACT_TERMINATED, CONTRACT_COMPLETED, FIELDS_ERASED, ARTIFACT_REGISTERED, OBSERVATION_RECORDED,
            AUDIT_ANCHORED
        ];
        uint32[] memory table = new uint32[](rules.length);
        for (uint256 i; i < rules.length; ++i) {
            table[i] = rules[i];
        }
        return table;
    }

    function processOf(bytes32 processId) external view returns (bytes32, ProcessState, uint64, uint32, uint32) {
        Process storage p = processes[processId];
        return (p.organisationId, p.state, p.sequence, p.rounds, p.minimumStandstill);
    }

    function roundOf(bytes32 processId, uint32 number)
        external
        view
        returns (RoundKind, RoundState, uint64, uint32, uint32, uint32, uint32)
    {
        Round storage r = rounds[_roundKey(processId, number)];
        return (r.kind, r.state, r.deadline, r.bids, r.externals, r.counted, r.opened);
    }

    function bidOf(bytes32 processId, uint32 number, bytes32 commitment, address author)
        external
        view
        returns (uint32, uint64, uint8)
    {
        Bid storage b = bids[_bidKey(processId, number, commitment, author)];
        return (b.number, b.arrival, b.gone);
    }

    function awardOf(bytes32 processId, uint64 id) external view returns (AwardState, bool, uint64) {
        Award storage a = awards[processId][id];
        return (a.state, _isVoid(processId, a), a.standstillEnd);
    }

    // ---- What the table demands --------------------------------------------------------------------------------

    /// @dev Checks an act of the process's own organisation against the table, and begins its record.
    function _enter(uint32 rule, Call calldata call_) private view returns (Act memory record) {
        _requireState(rule, call_.processId);
        record = _draft(rule, call_.expires, call_.ground, call_.release);
        (, record.roles) = _requireRole(rule, processes[call_.processId].organisationId);
    }

    function _draft(uint32 rule, uint64 expires, bytes32 ground, bytes32 release)
        private
        view
        returns (Act memory record)
    {
        _requireUnexpired(expires, MAX_EXPIRY);
        _requireGround(rule, ground);
        if (release == 0 && rule & RELEASE != 0) revert ReleaseMissing(uint8(rule));
        record.act = uint8(rule);
        record.ground = ground;
        record.release = release;
    }

    function _enterAward(uint32 rule, Call calldata call_, uint64 award, AwardState needed)
        private
        view
        returns (Act memory record, Award storage award_)
    {
        record = _enter(rule, call_);
        award_ = awards[call_.processId][award];
        if (award_.state != needed) revert AwardForbids(call_.processId, record.act, award, award_.state);
        if (_isVoid(call_.processId, award_)) revert AwardVoid(award);
        record.ref = award;
        record.lot = award_.lot;
    }

    function _bidRecord(uint32 rule, bytes32 processId, uint32 round, bytes32 commitment, uint64 expires)
        private
        view
        returns (Act memory record)
    {
        _requireState(rule, processId);
        _requireUnexpired(expires, MAX_EXPIRY);
        record.act = uint8(rule);
        if (commitment == 0) revert SubjectMissing(record.act);
        record.first = msg.sender;
        record.round = round;
        record.subject = commitment;
    }

    function _requireState(uint32 rule, bytes32 processId) private view {
        ProcessState state = processes[processId].state;
        uint32 bit = state == ProcessState.None ? NEW : OBSERVED << (uint32(state) - 1);
        if (rule & bit == 0) revert ProcessForbids(processId, uint8(rule), state);
    }

    function _inRound(uint32 rule, bytes32 processId, uint32 round) private view returns (Round storage round_) {
        round_ = rounds[_roundKey(processId, round)];
        RoundState state = round_.state;
        uint32 bit;
        if (state == RoundState.Open) bit = block.timestamp <= round_.deadline ? ROUND_IN_TIME : ROUND_AFTER;
        else if (state == RoundState.Closed) bit = ROUND_CLOSED_STATE;
        else if (state == RoundState.Opened) bit = ROUND_OPENED_STATE;
        if (rule & bit == 0) revert RoundForbids(processId, uint8(rule), round, state, round_.deadline);
    }

    function _inLot(uint32 rule, bytes32 processId, bytes32 lot) private view returns (Lot storage lot_) {
        lot_ = lots[processId][lot];
        LotState state = lot_.state;
        uint32 bit;
        if (lot == 0) bit = LOT_WHOLE;
        else if (state == LotState.Open) bit = LOT_OPEN;
        else if (state == LotState.Closed) bit = LOT_CLOSED_STATE;
        if (rule & bit == 0) revert LotForbids(processId, uint8(rule), lot, state);
    }

    // ---- Rounds and bids ---------------------------------------------------------------------------------------

    function _requireRound(bytes32 organisationId, uint8 act, RoundTerms calldata terms) private view {
        if (terms.kind == RoundKind.None) revert KindInvalid(act);
        if (terms.deadline <= block.timestamp) revert DeadlineNotLater(terms.deadline, uint64(block.timestamp));
        if (!IOrganisationRegistry(registry).keySetReady(organisationId, terms.keySet)) {
            revert KeySetNotReady(terms.keySet);
        }
        for (uint256 i; i < terms.receivers.length; ++i) {
            if (terms.receivers[i] == organisationId) revert ReceiverIsBuyer(organisationId);
            (, uint8 kinds,) = _authority(terms.receivers[i], address(0));
            if (kinds & RECEIVER == 0) revert KindMissing(terms.receivers[i], RECEIVER);
        }
    }

    function _openRound(bytes32 processId, Process storage process, RoundTerms calldata terms)
        private
        returns (uint32 number)
    {
        number = ++process.rounds;
        bytes32 roundKey = _roundKey(processId, number);
        Round storage round = rounds[roundKey];
        round.deadline = terms.deadline;
        round.kind = terms.kind;
        round.state = RoundState.Open;
        round.agreed = terms.deadline;
        for (uint256 i; i < terms.receivers.length; ++i) {
            receivers[roundKey][terms.receivers[i]] = true;
        }
    }

    /// @dev The account that signed the promise, if it may act for one of the round's receivers now, and the length of
    /// that receiver's roles series.
    function _promisor(bytes32 processId, uint32 round, bytes32 commitment, Promise calldata promised)
        private
        view
        returns (address signer, uint64 sequence)
    {
        if (!receivers[_roundKey(processId, round)][promised.receiver]) revert ReceiverUnknown(promised.receiver);
        _requirePast(promised.arrivedAt);
        if (block.timestamp > promised.deliverBy) {
            revert PromiseExpired(promised.deliverBy, uint64(block.timestamp));
        }
        // So a promise reaches back a day at most, and a round that is closed a day after its deadline has all bids.
        if (promised.deliverBy > promised.arrivedAt + MAX_PROMISE) {
            revert PromiseTooLong(promised.deliverBy, promised.arrivedAt + MAX_PROMISE);
        }
        bytes32 digest = keccak256(
            abi.encode(
                TYPE_PROMISE,
                block.chainid,
                address(this),
                processId,
                round,
                commitment,
                msg.sender,
                promised.arrivedAt,
                promised.deliverBy
            )
        );
        (signer,,) = ECDSA.tryRecover(MessageHashUtils.toEthSignedMessageHash(digest), promised.signature);
        uint8 roles;
        uint8 kinds;
        (roles, kinds, sequence) = _authority(promised.receiver, signer);
        if (kinds & RECEIVER == 0) revert KindMissing(promised.receiver, RECEIVER);
        if (roles & uint8(PUBLISHER >> 8) == 0) revert PromiseInvalid(promised.receiver, signer);
    }

    function _requirePast(uint64 arrival) private view {
        if (arrival == 0 || arrival > block.timestamp) revert ArrivalInFuture(arrival, uint64(block.timestamp));
    }

    /// @dev The caller's own bid, neither withdrawn nor superseded.
    function _liveBid(bytes32 processId, uint32 round, bytes32 commitment) private view returns (Bid storage bid) {
        bid = bids[_bidKey(processId, round, commitment, msg.sender)];
        if (bid.arrival == 0) revert CommitmentUnknown(commitment, msg.sender);
        if (bid.gone != 0) revert CommitmentGone(commitment);
    }

    /// @dev True if any bit is set.
    function _requireBitmap(uint256[] calldata words, uint32 counted) private pure returns (bool any) {
        if (words.length != (uint256(counted) + 255) / 256) revert BitmapInvalid(words.length, counted);
        for (uint256 i; i < words.length; ++i) {
            if (words[i] != 0) any = true;
        }
        uint256 used = counted % 256;
        if (used != 0 && words[words.length - 1] >> used != 0) revert BitmapInvalid(words.length, counted);
    }

    /// @dev The outcomes below `end` stand. A whole word of 256 bids without an envelope needs no outcomes of its own, so
    /// that however many commitments without one do not make a round too large to open. Past the last one it is opened.
    function _openUpTo(bytes32 roundKey, Round storage round_, uint256 end) private {
        uint256 counted = round_.counted;
        while (end < counted && end & 255 == 0 && present[roundKey][end >> 8] == 0) end += 256;
        if (end > counted) end = counted;
        round_.opened = uint32(end);
        round_.state = end == counted ? RoundState.Opened : RoundState.Closed;
    }

    /// @dev The bid that the outcome speaks of: its commitment is recomputed from what was opened, so that copies,
    /// replays, wrong roots and a bid called cover cannot pass.
    function _foundBid(bytes32 processId, uint32 round, uint32 number, BidOutcome calldata found)
        private
        view
        returns (Bid memory bid)
    {
        bytes32 commitment = found.content;
        if (found.evidence != 0 && found.outcome != Outcome.Opened && found.outcome != Outcome.Unreadable) {
            revert EvidenceUnexpected(number, found.evidence);
        }
        if (found.outcome == Outcome.Opened) {
            commitment = keccak256(
                abi.encode(
                    TYPE_BID,
                    block.chainid,
                    address(this),
                    processId,
                    round,
                    found.author,
                    found.content,
                    found.evidence
                )
            );
        } else if (found.outcome == Outcome.Cover) {
            commitment = keccak256(
                abi.encode(TYPE_COVER, block.chainid, address(this), processId, round, found.author, found.content)
            );
        }
        bid = bids[_bidKey(processId, round, commitment, found.author)];
        if (bid.arrival == 0) revert CommitmentUnknown(commitment, found.author);
        if (bid.number != number) revert BidMismatch(number, bid.number);
    }

    /// @dev Checks and stores the outcomes of a chunk. It runs for up to some hundred bids, so what is the same for all
    /// is read once, and the memory that one bid's hashes took is used again for the next.
    function _takeOutcomes(bytes32 processId, uint32 round, uint256 from, BidOutcome[] calldata found) private {
        bytes32 roundKey = _roundKey(processId, round);
        Opening memory opening;
        opening.processId = processId;
        opening.round = round;
        opening.deadline = rounds[roundKey].deadline;
        opening.returned = processes[processId].openLots == 0;
        uint256 freeMemory;
        assembly ("memory-safe") {
            freeMemory := mload(0x40)
        }
        uint256 word;
        for (uint256 i; i < found.length; ++i) {
            uint256 number = from + i;
            if (i == 0 || number & 255 == 0) {
                opening.present = present[roundKey][number >> 8];
                opening.admitted = admitted[roundKey][number >> 8];
            }
            if (i == 0 || number & 63 == 0) word = outcomes[roundKey][number >> 6];
            word |= _requireOutcome(opening, number, found[i]) << ((number & 63) * 4);
            if (number & 63 == 63 || i + 1 == found.length) outcomes[roundKey][number >> 6] = word;
            assembly ("memory-safe") {
                mstore(0x40, freeMemory)
            }
        }
    }

    /// @dev The outcome given, if it is the one that follows from the acts: withdrawn or superseded before missing,
    /// before late, before returned. If none follows it is the officers' own word: opened, cover, or unreadable.
    function _requireOutcome(Opening memory opening, uint256 number, BidOutcome calldata found)
        private
        view
        returns (uint256)
    {
        Bid memory bid = _foundBid(opening.processId, opening.round, uint32(number), found);
        Outcome outcome = found.outcome;
        Outcome follows;
        if (bid.gone != 0) follows = _goneOutcome(bid.gone);
        else if (opening.present >> (number & 255) & 1 == 0) follows = Outcome.Missing;
        else if (bid.arrival > opening.deadline && opening.admitted >> (number & 255) & 1 == 0) follows = Outcome.Late;
        else if (opening.returned) follows = Outcome.Returned;

        bool recorded = outcome == Outcome.Opened || outcome == Outcome.Cover
            || (outcome == Outcome.Unreadable && found.evidence != 0);
        if (follows == Outcome.None ? !recorded : outcome != follows) {
            revert OutcomeInvalid(uint32(number), outcome, follows);
        }
        return uint256(outcome);
    }

    function _goneOutcome(uint8 gone) private pure returns (Outcome) {
        return gone == SUPERSEDED ? Outcome.Superseded : Outcome.Withdrawn;
    }

    /// @dev The outcome as it stands in an opened round: what was recorded, else late beyond the counted, else missing
    /// (of 256 bids without an envelope none has an outcome of its own).
    function _outcome(bytes32 processId, uint32 round, Round storage round_, uint32 number)
        private
        view
        returns (Outcome)
    {
        uint256 stored = outcomes[_roundKey(processId, round)][number >> 6] >> ((number & 63) * 4) & 15;
        if (stored != 0) return Outcome(stored);
        return number >= round_.counted ? Outcome.Late : Outcome.Missing;
    }

    function _requireOpened(bytes32 processId, uint32 round, Round storage round_, uint32 bid) private view {
        Outcome outcome;
        if (bid >= FIRST_EXTERNAL) {
            if (bid - FIRST_EXTERNAL < round_.externals) return;
        } else if (bid < round_.bids) {
            outcome = _outcome(processId, round, round_, bid);
        }
        if (outcome != Outcome.Opened) revert BidForbids(round, bid, outcome);
    }

    function _requireExclusion(bytes32 processId, uint32 round, uint32 bid, bytes32 lot, bool needed) private view {
        bool is_ = excluded[_roundKey(processId, round)][_bidAndLot(bid, lot)];
        if (is_ != needed) revert ExclusionForbids(round, bid, lot, is_);
    }

    function _isVoid(bytes32 processId, Award storage award) private view returns (bool) {
        return award.state == AwardState.Announced
            && award.epoch != processes[processId].epoch + lots[processId][award.lot].epoch;
    }

    // ---- Keys, agreement, recording ----------------------------------------------------------------------------

    function _processId(bytes32 organisationId, string calldata ocid) private pure returns (bytes32) {
        if (!_isText(ocid)) revert TextInvalid(ocid);
        return keccak256(abi.encode(organisationId, ocid));
    }

    function _roundKey(bytes32 processId, uint32 round) private pure returns (bytes32) {
        return keccak256(abi.encode(processId, round));
    }

    function _bidKey(bytes32 processId, uint32 round, bytes32 commitment, address author)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(processId, round, commitment, author));
    }

    function _bidAndLot(uint32 bid, bytes32 lot) private pure returns (bytes32) {
        return keccak256(abi.encode(bid, lot));
    }

    function _authority(bytes32 organisationId, address account) internal view override returns (uint8, uint8, uint64) {
        return IOrganisationRegistry(registry).authority(organisationId, account);
    }

    function _agreed(uint32 rule, Call calldata call_, Act memory record, bytes memory detail)
        private
        returns (bool)
    {
        return _agreed(
            rule,
            processes[call_.processId].organisationId,
            call_.processId,
            processes[call_.processId].turn,
            call_.expires,
            record,
            detail
        );
    }

    /// @dev A new process enters its organisation's list.
    function _list(bytes32 organisationId, bytes32 processId) private {
        processes[processId].organisationId = organisationId;
        ++listLength[organisationId];
        _fold("siegel/1 list", organisationId, processId);
    }

    function _record(bytes32 processId, Act memory record, bytes memory detail) private {
        Process storage process = processes[processId];
        record.sequence = ++process.sequence;
        _record("siegel/1 process", processId, processId, process.organisationId, record, detail);
    }
}
