// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice What can happen to a procedure: suspension, remand, cancellation and their ends.
contract ProcedureTest is BaseTest {
    function suspendCall(bytes32 processId, bytes32 lot, bytes32 body) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.suspendProcess, (grounded(processId), lot, body, keccak256("notice")));
    }

    function liftCall(bytes32 processId, uint64 suspension) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.liftSuspension, (grounded(processId), suspension));
    }

    function remandCall(bytes32 processId, bytes32 lot, uint32 fromRound) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.remand, (grounded(processId), lot, fromRound, Stage.Evaluation));
    }

    function concludeCall(Call memory call_, uint64 award) internal pure returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.concludeContract, (call_, award, 0));
    }

    function refusedSuspended(bytes32 processId, uint64 award) internal {
        refused(
            officerOne,
            concludeCall(plain(processId), award),
            abi.encodeWithSelector(ITenderLedger.ConclusionSuspended.selector, processId, LOT_ONE)
        );
    }

    // ---- Suspension --------------------------------------------------------------------------------------------

    function test_suspendProcess_byReviewBody_barsConclusionOnly() public {
        (bytes32 processId, uint64 award) = standstillOver();
        act(reviewer, suspendCall(processId, 0, reviewBody));
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.roles, 1, "roles of the review body");
        vm.assertEq(detail, abi.encode(reviewBody), "which body");
        refusedSuspended(processId, award);
        act(publisher, noticeCall(town, notice("ocds-other"))); // no other act is stopped
        jointly(concludeCall(grounded(processId), award));
    }

    function test_suspendProcess_severalAtOnce_countSeparately() public {
        (bytes32 processId, uint64 award) = standstillOver();
        act(reviewer, suspendCall(processId, 0, reviewBody));
        uint64 first = length(processId);
        act(officerOne, suspendCall(processId, LOT_ONE, 0));
        uint64 second = length(processId);
        act(officerOne, suspendCall(processId, LOT_TWO, 0));
        jointly(liftCall(processId, first));
        refusedSuspended(processId, award);
        refused(
            officerOne,
            liftCall(processId, first),
            abi.encodeWithSelector(ITenderLedger.SuspensionUnknown.selector, first)
        );
        jointly(liftCall(processId, second));
        jointly(concludeCall(plain(processId), award)); // lot two's suspension does not touch lot one
        foldRecordedLogs();
        checkHeads();
    }

    function test_suspendProcess_byOthers_refused() public {
        bytes32 processId = openTender();
        refused(
            outsider,
            suspendCall(processId, 0, 0),
            abi.encodeWithSelector(IActs.RoleMissing.selector, town, outsider, 2)
        );
        refused(
            custodianOne,
            suspendCall(processId, 0, custodianA),
            abi.encodeWithSelector(IActs.KindMissing.selector, custodianA, 16)
        );
        refused(
            reviewer,
            suspendCall(processId, 0, 0),
            abi.encodeWithSelector(IActs.RoleMissing.selector, town, reviewer, 2)
        );
        bytes memory without = abi.encodeCall(ITenderLedger.suspendProcess, (plain(processId), 0, 0, 0));
        refused(officerOne, without, abi.encodeWithSelector(IActs.GroundMissing.selector, 17));
    }

    // ---- Remand ------------------------------------------------------------------------------------------------

    function test_remand_ofALot_voidsItsAwardsOnly() public {
        (bytes32 processId, uint64 award) = awarded();
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_TWO, 1, 1, 0)));
        uint64 other = length(processId);
        jointly(remandCall(processId, LOT_ONE, 0));
        (, bool isVoid,) = ledger.awardOf(processId, award);
        vm.assertTrue(isVoid, "the lot's award is void");
        (, isVoid,) = ledger.awardOf(processId, other);
        vm.assertTrue(!isVoid, "the other lot's award stands");
        refused(
            officerOne,
            concludeCall(grounded(processId), award),
            abi.encodeWithSelector(ITenderLedger.AwardVoid.selector, award)
        );
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 1, 0)));
    }

    function test_remand_ofTheProcess_voidsAllAndCountersRestart() public {
        (bytes32 processId, uint64 award) = awarded();
        jointly(remandCall(processId, 0, 0));
        (, bool isVoid,) = ledger.awardOf(processId, award);
        vm.assertTrue(isVoid, "void");
        vm.warp(time() + 1); // the same call once more would be the one that was executed
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)));
        uint64 second = length(processId);
        jointly(abi.encodeCall(ITenderLedger.withdrawAward, (grounded(processId), second)));
        jointly(abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_ONE)));
        foldRecordedLogs();
        checkHeads();
    }

    function test_remand_fromALaterRound_earlierBidsNotAwardable() public {
        bytes32 processId = openedRound();
        jointly(
            abi.encodeCall(ITenderLedger.openRound, (plain(processId), roundTerms(RoundKind.Negotiation, soon())))
        );
        jointly(remandCall(processId, 0, 2));
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)),
            abi.encodeWithSelector(ITenderLedger.RoundSetBack.selector, 1, 2)
        );
        refused(
            officerOne,
            remandCall(processId, 0, 4),
            abi.encodeWithSelector(ITenderLedger.RoundForbids.selector, processId, 20, 4, RoundState.None, 0)
        );
        jointly(remandCall(processId, 0, 3)); // a round that will follow
        jointly(remandCall(processId, 0, 1)); // a higher court sees it otherwise: the latest binds
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)));
    }

    function test_remand_afterConclusion_refused() public {
        (bytes32 processId, uint64 award) = concluded();
        refused(
            officerOne,
            remandCall(processId, LOT_ONE, 0),
            abi.encodeWithSelector(ITenderLedger.ConcludedAlready.selector, processId, LOT_ONE)
        );
        refused(
            officerOne,
            remandCall(processId, 0, 0),
            abi.encodeWithSelector(ITenderLedger.ConcludedAlready.selector, processId, bytes32(0))
        );
        jointly(remandCall(processId, LOT_TWO, 0));
        act(publisher, abi.encodeCall(ITenderLedger.terminateContract, (plain(processId), award)));
        jointly(remandCall(processId, LOT_ONE, 0));
    }

    function test_remand_withoutStage_refused() public {
        bytes32 processId = openTender();
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.remand, (grounded(processId), 0, 0, Stage.None)),
            abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 20)
        );
    }

    // ---- Cancellation and reinstatement ------------------------------------------------------------------------

    function test_cancelTender_nothingIsOpenedAnyMore() public {
        bytes32 processId = closedRound();
        jointly(abi.encodeCall(ITenderLedger.cancelTender, (grounded(processId))));
        vm.assertTrue(state(processId) == ProcessState.Cancelled, "cancelled");
        bytes memory open =
            abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, 0, outcomes(opened(bidderOne, 1))));
        bytes memory forbidden = abi.encodeWithSelector(
            ITenderLedger.ProcessForbids.selector, processId, 10, ProcessState.Cancelled
        );
        refused(officerOne, open, forbidden);
        act(officerOne, suspendCall(processId, 0, 0));
        jointly(liftCall(processId, length(processId)));
        jointly(abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), 0)));
        jointly(open);
    }

    function test_cancelTender_noCommitsThen_roundResumedAfterwards() public {
        bytes32 processId = openTender();
        uint64 deadline = soon();
        jointly(abi.encodeCall(ITenderLedger.cancelTender, (grounded(processId))));
        bytes memory bid = abi.encodeCall(
            ITenderLedger.commitBid, (processId, 1, keccak256("c"), 0, deadline, noPromise())
        );
        refused(
            bidderOne,
            bid,
            abi.encodeWithSelector(ITenderLedger.ProcessForbids.selector, processId, 6, ProcessState.Cancelled)
        );
        vm.warp(deadline + 1);
        jointly(abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), 0)));
        jointly(abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, soon())));
        commit(processId, 1, bidderOne, 1);
    }

    function test_reinstate_wrongState_refused() public {
        bytes32 processId = openTender();
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), 0)),
            abi.encodeWithSelector(ITenderLedger.ProcessForbids.selector, processId, 22, ProcessState.Active)
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), LOT_ONE)),
            abi.encodeWithSelector(ITenderLedger.LotForbids.selector, processId, 22, LOT_ONE, LotState.Open)
        );
        jointly(abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_ONE)));
        jointly(abi.encodeCall(ITenderLedger.cancelTender, (grounded(processId))));
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), LOT_ONE)),
            abi.encodeWithSelector(ITenderLedger.ProcessForbids.selector, processId, 22, ProcessState.Cancelled)
        );
        jointly(abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), 0)));
        jointly(abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), LOT_ONE)));
    }

    function test_anchoredProcess_sealedActs_refused() public {
        act(publisher, noticeCall(town, notice("ocds-anchored")));
        bytes32 processId = processIdOf("ocds-anchored");
        bytes[3] memory calls = [
            abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, 0)),
            abi.encodeCall(ITenderLedger.openRound, (plain(processId), roundTerms(RoundKind.Bids, soon()))),
            abi.encodeCall(ITenderLedger.cancelTender, (grounded(processId)))
        ];
        uint8[3] memory acts = [3, 4, 21];
        for (uint256 i; i < 3; ++i) {
            refused(
                i == 0 ? publisher : officerOne,
                calls[i],
                abi.encodeWithSelector(
                    ITenderLedger.ProcessForbids.selector, processId, acts[i], ProcessState.Anchored
                )
            );
        }
    }
}
