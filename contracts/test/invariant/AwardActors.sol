// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {BidActors} from "./BidActors.sol";
import "../BaseTest.sol";

/// @notice From exclusion to the completed contract.
abstract contract AwardActors is BidActors {
    function bidExcluded(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number, uint32 bid) = _openedBid();
        if (processId == 0) return;
        Call memory call_ = callOn(processId, given());
        bytes memory data = abi.encodeCall(ITenderLedger.excludeBid, (call_, pickLot(processId, true), number, bid));
        together(ghosts[processId].organisationId, data);
    }

    function bidReadmitted(uint256 seed) external step(seed) {
        for (uint256 i; i < 60; ++i) {
            (bytes32 processId, uint32 number, uint32 bid) = _openedBid();
            if (processId == 0) return;
            bytes32 lot = pickLot(processId, true);
            if (!excludedBid[exclusionKey(processId, number, bid, lot)] && !chance(60)) continue;
            Call memory call_ = callOn(processId, given());
            bytes memory data = abi.encodeCall(ITenderLedger.readmitBid, (call_, lot, number, bid));
            together(ghosts[processId].organisationId, data);
            return;
        }
    }

    function awardAnnounced(uint256 seed) external step(seed) {
        for (uint256 i; i < 8; ++i) {
            (bytes32 processId, uint32 number, uint32 bid) = _openedBid();
            if (processId == 0) return;
            Call memory call_ = callOn(processId, whenIn(3));
            bytes memory data =
                abi.encodeCall(ITenderLedger.announceAward, (call_, pickLot(processId, false), number, bid, whenIn(4)));
            together(ghosts[processId].organisationId, data);
        }
    }

    function awardWithdrawn(uint256 seed) external step(seed) {
        (bytes32 processId, uint64 id) = _award(AwardState.Announced);
        if (processId == 0) return;
        bytes memory data = abi.encodeCall(ITenderLedger.withdrawAward, (callOn(processId, given()), id));
        together(ghosts[processId].organisationId, data);
    }

    function lotClosed(uint256 seed) external step(seed) {
        bytes32 processId = recent(ACTIVE);
        if (processId == 0) return;
        bytes memory data =
            abi.encodeCall(ITenderLedger.closeLot, (callOn(processId, given()), pickLot(processId, false)));
        together(ghosts[processId].organisationId, data);
    }

    function losersInformed(uint256 seed) external step(seed) {
        (bytes32 processId, uint64 id) = _award(AwardState.Announced);
        if (processId == 0) return;
        uint64 dispatched = chance(12) ? clock + 1 : clock - uint64(random(20));
        if (chance(12)) dispatched = clock - 3 days - uint64(random(800));
        uint64 end = dispatched + ghosts[processId].minimumStandstill + uint64(random(30));
        if (chance(6)) end -= uint64(random(200));
        Call memory call_ = callOn(processId, whenIn(6));
        bytes memory data = abi.encodeCall(ITenderLedger.informLosers, (call_, id, dispatched, end));
        singly(ghosts[processId].organisationId, 1, address(ledger), data);
    }

    function contractConcluded(uint256 seed) external step(seed) {
        for (uint256 i; i < 6; ++i) {
            (bytes32 processId, uint64 id) = _award(AwardState.Announced);
            if (processId == 0) return;
            uint64 end = awardAt(processId, id).standstillEnd;
            if (chance(4) && end > clock && end - clock < 800) passTo(end + uint64(random(2)));
            Call memory call_ = callOn(processId, whenIn(end > clock ? 4 : 2));
            bytes memory data = abi.encodeCall(ITenderLedger.concludeContract, (call_, id, whenIn(2)));
            together(ghosts[processId].organisationId, data);
        }
    }

    function contractModified(uint256 seed) external step(seed) {
        _continue(ITenderLedger.modifyContract.selector);
    }

    function contractTerminated(uint256 seed) external step(seed) {
        _continue(ITenderLedger.terminateContract.selector);
    }

    function contractCompleted(uint256 seed) external step(seed) {
        _continue(ITenderLedger.completeContract.selector);
    }

    function _continue(bytes4 selector) private {
        (bytes32 processId, uint64 id) = _award(AwardState.Concluded);
        if (processId == 0) return;
        bytes memory data = abi.encodeWithSelector(selector, callOn(processId, 0), id);
        singly(ghosts[processId].organisationId, 1, address(ledger), data);
    }

    /// @dev Mostly an opened bid or one on paper of an opened round.
    function _openedBid() private returns (bytes32 processId, uint32 number, uint32 bid) {
        for (uint256 i; i < 24; ++i) {
            (processId, number) = pickRound(OPENED);
            if (processId == 0) return (0, 0, 0);
            GhostRound storage round = roundAt(processId, number);
            if (round.externals != 0 && chance(3)) {
                return (processId, number, FIRST_EXTERNAL + uint32(random(round.externals + (chance(16) ? 1 : 0))));
            }
            if (round.bids.length == 0) continue;
            bid = uint32(random(round.bids.length));
            if (round.bids[bid].outcome == Outcome.Opened || chance(40)) return (processId, number, bid);
        }
        return (0, 0, 0);
    }

    /// @dev Mostly an award in this state that is not void; the process may be cancelled.
    function _award(AwardState wanted) private returns (bytes32 processId, uint64 id) {
        for (uint256 i; i < 40; ++i) {
            processId = recent(wanted == AwardState.Concluded ? ACTIVE | CANCELLED : ACTIVE);
            if (processId == 0) return (0, 0);
            GhostAward[] storage awards = ghosts[processId].awards;
            if (awards.length == 0) continue;
            GhostAward storage award = awards[random(awards.length)];
            if ((award.state == wanted && !award.isVoid) || chance(40)) return (processId, award.id);
        }
        return (0, 0);
    }
}
