// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice A whole procedure from the tender to the completed contract; at its end every head is the fold of the events.
contract StoryTest is BaseTest {
    function test_procedure_runsToItsEnd_headsAreTheFold() public {
        (bytes32 processId, uint64 award) = concluded();
        act(publisher, abi.encodeCall(ITenderLedger.modifyContract, (plain(processId), award)));
        act(publisher, abi.encodeCall(ITenderLedger.completeContract, (plain(processId), award)));

        (AwardState state_,,) = ledger.awardOf(processId, award);
        vm.assertTrue(state_ == AwardState.Completed, "the contract is completed");
        foldRecordedLogs();
        checkHeads();
        vm.assertGe(foldedIds.length, 9, "a process, its list, and the roles of everybody were folded");
    }
}
