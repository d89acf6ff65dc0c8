// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Ghost} from "./Ghost.sol";
import "../BaseTest.sol";

/// @notice Notices, tenders, rounds and bids up to their outcomes: judged, and then learned.
abstract contract ProcessModel is Ghost {
    function judgeNotice(bytes32 processId, bytes32 organisationId, Act memory record, bytes memory detail)
        internal
        view
    {
        (NoticeKind kind, string memory ocid, bytes32 parent) = abi.decode(detail, (NoticeKind, string, bytes32));
        GhostProcess storage process = ghosts[processId];
        must(kind != NoticeKind.None, "a notice has a kind");
        must(processId == keccak256(abi.encode(organisationId, ocid)), "the process is the organisation's own");
        must(record.ref <= process.sequence, "a notice refers to the past");
        must(kind != NoticeKind.Withdrawal || record.ref != 0, "a withdrawal names what it withdraws");
        if (process.state == ProcessState.None) {
            must(organisations[organisationId].kinds & 3 != 0, "processes are of buyers and observers");
        } else {
            must(parent == 0, "a parent is named at the beginning");
        }
    }

    function learnNotice(bytes32 processId, bytes32 organisationId, bytes memory detail) internal {
        GhostProcess storage process = ghosts[processId];
        if (process.state != ProcessState.None) return;
        (, process.ocid,) = abi.decode(detail, (NoticeKind, string, bytes32));
        process.organisationId = organisationId;
        process.state = organisations[organisationId].kinds & 2 != 0 ? ProcessState.Observed : ProcessState.Anchored;
        processList.push(processId);
    }

    function judgeTender(bytes32 processId, bytes32 organisationId, Act memory record, bytes memory detail)
        internal
        view
    {
        TenderTerms memory terms = abi.decode(detail, (TenderTerms));
        must(organisations[organisationId].kinds & 1 != 0, "tenders are a buyer's");
        must(processId == keccak256(abi.encode(organisationId, terms.ocid)), "the process is the organisation's own");
        must(terms.lots.length != 0 && record.round == 1, "a tender has lots and a first round");
        for (uint256 i; i < terms.lots.length; ++i) {
            must(terms.lots[i].maxAwards != 0, "a lot can be awarded");
            must(i == 0 || terms.lots[i].lot > terms.lots[i - 1].lot, "no lot is named twice");
        }
        must(terms.parent == 0 || ghosts[processId].state == ProcessState.None, "a parent is named at the beginning");
        bool first = terms.round.kind == RoundKind.Participation || terms.round.kind == RoundKind.Bids;
        must(first, "a tender begins with participation or with bids");
        _judgeTerms(organisationId, terms.round);
    }

    function learnTender(bytes32 processId, bytes32 organisationId, bytes memory detail) internal {
        TenderTerms memory terms = abi.decode(detail, (TenderTerms));
        GhostProcess storage process = ghosts[processId];
        if (process.state == ProcessState.None) processList.push(processId);
        tenderList.push(processId);
        process.ocid = terms.ocid;
        process.organisationId = organisationId;
        process.state = ProcessState.Active;
        process.minimumStandstill = terms.minimumStandstill;
        for (uint256 i; i < terms.lots.length; ++i) {
            process.lots.push(GhostLot(terms.lots[i].lot, LotState.Open, terms.lots[i].maxAwards, 0));
        }
        _learnTerms(process, terms.round);
    }

    function judgeRound(bytes32 processId, Act memory record, bytes memory detail) internal view {
        RoundTerms memory terms = abi.decode(detail, (RoundTerms));
        must(record.round == ghosts[processId].rounds.length + 1, "rounds are numbered without gaps");
        _judgeTerms(ghosts[processId].organisationId, terms);
    }

    function learnRound(bytes32 processId, bytes memory detail) internal {
        _learnTerms(ghosts[processId], abi.decode(detail, (RoundTerms)));
    }

    /// @dev TenderAmended and RoundResumed: a deadline never moves to earlier, and after it passed only by RoundResumed.
    function judgeDeadline(bytes32 processId, Act memory record, uint64 deadline) internal view {
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Open, "a closed round has no deadline to move");
        if (record.act == 3) {
            must(block.timestamp <= round.deadline, "a passed deadline is not amended");
            must(deadline == 0 || deadline > round.deadline, "a deadline moves only to later");
            must(deadline <= round.agreed + 30 days, "one person alone moves a deadline only so far");
        } else {
            must(deadline > round.deadline && deadline > block.timestamp, "resumed to a later second");
        }
    }

    function learnDeadline(bytes32 processId, Act memory record, uint64 deadline) internal {
        if (deadline != 0) roundAt(processId, record.round).deadline = deadline;
        if (record.act == 5) roundAt(processId, record.round).agreed = deadline;
    }

    function judgeCommitment(bytes32 processId, Act memory record, bytes memory detail) internal view {
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Open, "commitments only before the close");
        must(record.first == actor && record.subject != 0, "the bid's own account commits something");
        must(record.bid == round.bids.length, "bids are numbered without gaps");
        (bool known,) = bidIn(round, record.subject, actor);
        must(!known, "the same is not committed twice");
        bytes32 supersedes;
        Promise memory promised_;
        if (detail.length != 0) (supersedes, promised_) = abi.decode(detail, (bytes32, Promise));
        if (promised_.receiver == 0) {
            must(record.arrival == block.timestamp && record.second == address(0), "it arrives now");
            must(promised_.arrivedAt | promised_.deliverBy == 0, "nobody's word says nothing");
            must(promised_.signature.length == 0, "nothing stands in the log that nobody vouches for");
        } else {
            _judgePromise(processId, record, round, promised_);
        }
        if (supersedes != 0) {
            must(record.arrival <= round.deadline, "superseded only in time");
            _judgeLive(round, supersedes);
        }
    }

    function learnCommitment(bytes32 processId, Act memory record, bytes memory detail) internal {
        GhostRound storage round = roundAt(processId, record.round);
        if (detail.length != 0) {
            (bytes32 supersedes,) = abi.decode(detail, (bytes32, Promise));
            if (supersedes != 0) {
                (, uint32 number) = bidIn(round, supersedes, actor);
                round.bids[number].gone = 1;
            }
        }
        round.bids.push(GhostBid(actor, record.subject, record.arrival, 0, Outcome.None));
    }

    function judgeWithdrawal(bytes32 processId, Act memory record) internal view {
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Open && block.timestamp <= round.deadline, "withdrawn only in time");
        must(record.first == actor, "the bid's own account withdraws it");
        must(_judgeLive(round, record.subject) == record.bid, "the bid's number is named");
    }

    function learnWithdrawal(bytes32 processId, Act memory record) internal {
        roundAt(processId, record.round).bids[record.bid].gone = 2;
    }

    function judgeExternal(bytes32 processId, Act memory record) internal view {
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Open, "paper bids only before the close");
        must(record.bid == FIRST_EXTERNAL + round.externals, "paper bids are numbered without gaps");
        must(record.arrival != 0 && record.arrival <= block.timestamp, "nothing arrives in the future");
        must(record.arrival <= round.deadline || record.ground != 0, "late only with a ground");
    }

    function judgeClose(bytes32 processId, Act memory record, bytes memory detail) internal view {
        (uint32 counted, uint256[] memory present, uint256[] memory admitted) =
            abi.decode(detail, (uint32, uint256[], uint256[]));
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Open && block.timestamp > round.deadline, "closed once, after the deadline");
        must(counted <= round.bids.length, "no bid is counted that is not there");
        for (uint256 i = counted; i < round.bids.length; ++i) {
            must(round.bids[i].arrival > round.deadline, "every timely bid is counted");
        }
        must(present.length == (uint256(counted) + 255) / 256 && admitted.length == present.length, "a bit for each");
        for (uint256 i; i < present.length; ++i) {
            must(admitted[i] == 0 || record.ground != 0, "admitted only with a ground");
            uint256 bits = i + 1 < present.length || counted % 256 == 0 ? 256 : counted % 256;
            must(bits == 256 || (present[i] | admitted[i]) >> bits == 0, "no bit for what is not counted");
        }
    }

    function learnClose(bytes32 processId, Act memory record, bytes memory detail) internal {
        GhostRound storage round = roundAt(processId, record.round);
        (round.counted, round.present, round.admitted) = abi.decode(detail, (uint32, uint256[], uint256[]));
        round.state = RoundState.Closed;
        learnAbsent(round, 0);
        for (uint256 i = round.counted; i < round.bids.length; ++i) {
            GhostBid storage bid = round.bids[i];
            bid.outcome = _gone(bid.gone) == Outcome.None ? Outcome.Late : _gone(bid.gone);
        }
    }

    /// @dev All outcomes below `from` stand. Whole words of 256 bids of which none has an envelope follow from the acts.
    function learnAbsent(GhostRound storage round, uint32 from) internal {
        while (from < round.counted && from % 256 == 0) {
            uint32 end = from + 256 < round.counted ? from + 256 : round.counted;
            for (uint32 i = from; i < end; ++i) {
                if (!bit(round.present, i)) continue;
                round.opened = from;
                return;
            }
            for (; from < end; ++from) {
                Outcome gone = _gone(round.bids[from].gone);
                round.bids[from].outcome = gone == Outcome.None ? Outcome.Missing : gone;
            }
        }
        round.opened = from;
        if (from == round.counted) round.state = RoundState.Opened;
    }

    function checkRound(bytes32 processId, uint32 number) internal view {
        GhostRound storage known = roundAt(processId, number);
        (
            RoundKind kind,
            RoundState state_,
            uint64 deadline,
            uint32 bids,
            uint32 externals,
            uint32 counted,
            uint32 opened_
        ) = ledger.roundOf(processId, number);
        must(kind == known.kind && state_ == known.state, "the round is as its acts left it");
        must(deadline == known.deadline, "its deadline moves by its acts only");
        must(bids == known.bids.length && externals == known.externals, "its bids are counted");
        must(counted == known.counted && opened_ == known.opened, "its outcomes are counted");
    }

    function checkBids(bytes32 processId, uint32 number) internal view {
        GhostRound storage round = roundAt(processId, number);
        for (uint256 i; i < round.bids.length; ++i) {
            GhostBid storage known = round.bids[i];
            (uint32 found, uint64 arrival, uint8 gone) = ledger.bidOf(processId, number, known.commitment, known.author);
            must(found == i && arrival == known.arrival && gone == known.gone, "the bid is as its acts left it");
            if (round.state == RoundState.Opened) {
                must(known.outcome != Outcome.None, "every commitment has an outcome");
            }
            if (round.state == RoundState.Open) must(known.outcome == Outcome.None, "no outcome before the close");
        }
    }

    function _judgeTerms(bytes32 organisationId, RoundTerms memory terms) private view {
        must(terms.kind != RoundKind.None && terms.deadline > block.timestamp, "a round has a kind and time");
        must(isReady(organisationId, terms.keySet), "bids are sealed to a set that all custodians accepted");
        for (uint256 i; i < terms.receivers.length; ++i) {
            must(organisations[terms.receivers[i]].kinds & 8 != 0, "receivers are of that kind");
            must(terms.receivers[i] != organisationId, "nobody receives for itself");
        }
    }

    function _learnTerms(GhostProcess storage process, RoundTerms memory terms) private {
        GhostRound storage round = process.rounds.push();
        round.kind = terms.kind;
        round.state = RoundState.Open;
        round.deadline = terms.deadline;
        round.agreed = terms.deadline;
        round.receivers = terms.receivers;
    }

    function _judgePromise(bytes32 processId, Act memory record, GhostRound storage round, Promise memory given)
        private
        view
    {
        address signer = promises[promiseKey(processId, record.round, record.subject, actor, given)];
        must(signer != address(0) && record.second == signer, "exactly this was promised, by who is named");
        must(holds(given.receiver, signer, 1), "who promised may act for the receiver");
        must(organisations[given.receiver].kinds & 8 != 0, "who promises is a receiver still");
        must(given.deliverBy <= given.arrivedAt + 1 days, "a promise lasts a day");
        must(given.arrivedAt == record.arrival && record.arrival <= block.timestamp, "the promised arrival counts");
        must(block.timestamp <= given.deliverBy, "a promise is delivered by its time");
        bool named;
        for (uint256 i; i < round.receivers.length; ++i) {
            if (round.receivers[i] == given.receiver) named = true;
        }
        must(named, "only the round's own receivers count");
    }

    function _judgeLive(GhostRound storage round, bytes32 commitment_) private view returns (uint32) {
        (bool known, uint32 number) = bidIn(round, commitment_, actor);
        must(known && round.bids[number].gone == 0, "an own bid that is neither withdrawn nor superseded");
        return number;
    }

    function _gone(uint8 gone) internal pure returns (Outcome) {
        return gone == 0 ? Outcome.None : gone == 1 ? Outcome.Superseded : Outcome.Withdrawn;
    }

    /// @dev The digest that a receiver signs.
    function promiseKey(bytes32 processId, uint32 round, bytes32 commitment_, address author, Promise memory given)
        internal
        view
        returns (bytes32)
    {
        bytes32 label = keccak256("siegel/1 promise");
        return keccak256(
            abi.encode(
                label, block.chainid, ledger, processId, round, commitment_, author, given.arrivedAt, given.deliverBy
            )
        );
    }
}
