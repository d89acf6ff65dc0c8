// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {OpeningModel} from "./OpeningModel.sol";
import "../BaseTest.sol";

/// @notice Lots, awards, standstill, suspension, remand: judged, and then learned. Awards are walked through one by one
/// where the ledger keeps counters and epochs.
abstract contract AwardModel is OpeningModel {
    function judgeAward(bytes32 processId, Act memory record) internal view {
        GhostLot storage lot = lotAt(processId, record.lot);
        GhostProcess storage process = ghosts[processId];
        must(lot.state == LotState.Open, "the lot is open");
        judgeAwardable(processId, record);
        RoundKind kind = roundAt(processId, record.round).kind;
        must(kind == RoundKind.Bids || kind == RoundKind.Negotiation, "only bids and negotiated bids are awarded");
        must(record.round >= lot.fromRound && record.round >= process.fromRound, "nothing from before the remand");
        must(!excludedBid[exclusionKey(processId, record.round, record.bid, record.lot)], "not excluded from the lot");
        must(!excludedBid[exclusionKey(processId, record.round, record.bid, 0)], "not excluded from all");
        must(record.ground != 0 || _standing(process, record.lot) < lot.maxAwards, "more awards only with a ground");
    }

    function learnAward(bytes32 processId, Act memory record) internal {
        ghosts[processId].awards
            .push(GhostAward(record.sequence, record.lot, AwardState.Announced, false, record.time, 0));
    }

    function judgeAnnounced(bytes32 processId, Act memory record) internal view {
        GhostAward storage award = awardAt(processId, record.ref);
        must(award.state == AwardState.Announced && !award.isVoid, "the award stands and is not concluded");
        must(award.lot == record.lot, "its lot is named");
    }

    function judgeLetters(bytes32 processId, Act memory record, bytes memory detail) internal view {
        (uint64 dispatched, uint64 end) = abi.decode(detail, (uint64, uint64));
        judgeAnnounced(processId, record);
        GhostAward storage award = awardAt(processId, record.ref);
        must(dispatched <= block.timestamp, "no letters in the future");
        if (record.ground != 0) return;
        must(dispatched >= award.time, "letters follow the award");
        must(end >= _leastEnd(processId, award, dispatched), "the standstill is as long as the terms say, or longer");
    }

    /// @dev A standstill that can be watched: not from a dispatch before the award or long past, and never shortened.
    function _leastEnd(bytes32 processId, GhostAward storage award, uint64 dispatched) private view returns (uint64) {
        uint64[3] memory starts = [dispatched, award.time, uint64(block.timestamp - 3 days)];
        uint64 least = award.standstillEnd;
        for (uint256 i; i < 3; ++i) {
            uint64 end = starts[i] + ghosts[processId].minimumStandstill;
            if (end > least) least = end;
        }
        return least;
    }

    function judgeConclusion(bytes32 processId, Act memory record) internal view {
        judgeAnnounced(processId, record);
        if (record.ground != 0) return;
        GhostProcess storage process = ghosts[processId];
        GhostAward storage award = awardAt(processId, record.ref);
        if (award.standstillEnd == 0) must(process.minimumStandstill == 0, "no early conclusion without a ground");
        else must(block.timestamp > award.standstillEnd, "no early conclusion without a ground");
        for (uint256 i; i < process.suspensions.length; ++i) {
            GhostSuspension storage suspension = process.suspensions[i];
            bool binds = suspension.lot == 0 || suspension.lot == record.lot;
            must(!suspension.inForce || !binds, "no conclusion under suspension without a ground");
        }
    }

    function judgeContract(bytes32 processId, Act memory record) internal view {
        GhostAward storage award = awardAt(processId, record.ref);
        must(award.state == AwardState.Concluded, "the contract is concluded and runs");
        must(award.lot == record.lot, "its lot is named");
    }

    function learnAwardState(bytes32 processId, Act memory record, bytes memory detail) internal {
        GhostAward storage award = awardAt(processId, record.ref);
        if (record.act == 15) award.state = AwardState.Withdrawn;
        else if (record.act == 18) _learnLetters(processId, award, detail);
        else if (record.act == 23) award.state = AwardState.Concluded;
        else if (record.act == 25) award.state = AwardState.Terminated;
        else if (record.act == 26) award.state = AwardState.Completed;
    }

    function _learnLetters(bytes32 processId, GhostAward storage award, bytes memory detail) private {
        (uint64 dispatched, uint64 end) = abi.decode(detail, (uint64, uint64));
        uint64 least = _leastEnd(processId, award, dispatched);
        award.standstillEnd = end > least ? end : least;
    }

    function judgeLotClosed(bytes32 processId, Act memory record) internal view {
        must(lotAt(processId, record.lot).state == LotState.Open, "an open lot is closed");
        GhostAward[] storage awards = ghosts[processId].awards;
        for (uint256 i; i < awards.length; ++i) {
            bool pending = awards[i].lot == record.lot && awards[i].state == AwardState.Announced && !awards[i].isVoid;
            must(!pending, "no lot is closed over an announced award");
        }
    }

    function judgeSuspension(bytes32 processId, Act memory record, bytes memory detail) internal view {
        bytes32 body = abi.decode(detail, (bytes32));
        must(record.first == actor && record.second == address(0), "who suspends is named");
        if (body != 0) must(organisations[body].kinds & 16 != 0, "a review body");
        if (record.lot != 0) lotAt(processId, record.lot);
    }

    function learnSuspension(bytes32 processId, Act memory record) internal {
        ghosts[processId].suspensions.push(GhostSuspension(record.sequence, record.lot, true));
    }

    function judgeLift(bytes32 processId, Act memory record) internal view {
        GhostSuspension storage suspension = _suspensionAt(processId, record.ref);
        must(suspension.inForce && suspension.lot == record.lot, "a suspension in force is lifted, once");
    }

    function learnLift(bytes32 processId, Act memory record) internal {
        _suspensionAt(processId, record.ref).inForce = false;
    }

    function judgeRemand(bytes32 processId, Act memory record, bytes memory detail) internal view {
        must(abi.decode(detail, (Stage)) != Stage.None, "a stage is named");
        must(record.round <= ghosts[processId].rounds.length + 1, "a round that exists, or the next");
        if (record.lot != 0) lotAt(processId, record.lot);
        GhostAward[] storage awards = ghosts[processId].awards;
        for (uint256 i; i < awards.length; ++i) {
            bool binds = record.lot == 0 || awards[i].lot == record.lot;
            bool final_ = awards[i].state == AwardState.Concluded || awards[i].state == AwardState.Completed;
            must(!binds || !final_, "nothing is set back after the conclusion");
        }
    }

    function learnRemand(bytes32 processId, Act memory record) internal {
        GhostProcess storage process = ghosts[processId];
        if (record.round != 0) {
            if (record.lot == 0) process.fromRound = record.round;
            else lotAt(processId, record.lot).fromRound = record.round;
        }
        for (uint256 i; i < process.awards.length; ++i) {
            GhostAward storage award = process.awards[i];
            if (record.lot != 0 && award.lot != record.lot) continue;
            if (award.state == AwardState.Announced) award.isVoid = true;
        }
    }

    function judgeReinstated(bytes32 processId, Act memory record) internal view {
        if (record.lot == 0) {
            must(ghosts[processId].state == ProcessState.Cancelled, "a cancelled process is reinstated");
        } else {
            must(ghosts[processId].state == ProcessState.Active, "lots of an active process are");
            must(lotAt(processId, record.lot).state == LotState.Closed, "a closed lot is reinstated");
        }
    }

    function checkAward(bytes32 processId, uint64 id) internal view {
        GhostAward storage known = awardAt(processId, id);
        (AwardState state_, bool isVoid, uint64 end) = ledger.awardOf(processId, id);
        must(state_ == known.state && isVoid == known.isVoid, "the award is as its acts left it");
        must(end == known.standstillEnd, "so is its standstill");
    }

    /// @dev Awards of the lot that fill its terms: neither withdrawn, terminated nor void.
    function _standing(GhostProcess storage process, bytes32 lot) private view returns (uint256 count) {
        for (uint256 i; i < process.awards.length; ++i) {
            GhostAward storage award = process.awards[i];
            if (award.lot != lot || award.isVoid) continue;
            if (award.state != AwardState.Withdrawn && award.state != AwardState.Terminated) ++count;
        }
    }

    function _suspensionAt(bytes32 processId, uint64 id) private view returns (GhostSuspension storage) {
        GhostSuspension[] storage suspensions = ghosts[processId].suspensions;
        for (uint256 i = suspensions.length; i > 0; --i) {
            if (suspensions[i - 1].id == id) return suspensions[i - 1];
        }
        revert("the suspension exists");
    }
}
