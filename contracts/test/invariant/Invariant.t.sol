// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AwardActors} from "./AwardActors.sol";
import {vm} from "../Vm.sol";

/// @notice Everybody together, and the counters of what they did.
contract Everybody is AwardActors {
    /// @dev What the last step touched is as the events say.
    function check() external view {
        checkTouched();
    }

    /// @dev Everything is, and every act of the table was executed often enough. The counters go into a file, one line
    /// for each run.
    function checkAtTheEnd(uint256 least, string calldata path) external {
        string memory line = string.concat("calls ", digits(calls), ", refused ", digits(refusals));
        for (uint8 act_ = 1; act_ <= 74; act_ = act_ == 30 ? 64 : act_ + 1) {
            line = string.concat(line, ", act ", digits(act_), ": ", digits(executions[act_]));
        }
        if (bytes(path).length != 0) vm.writeLine(path, line);
        for (uint8 act_ = 1; act_ <= 74; act_ = act_ == 30 ? 64 : act_ + 1) {
            vm.assertGe(executions[act_], least, string.concat("executions of act ", digits(act_)));
        }
        checkEverything();
    }
}

/// @notice The stateful run. What it asserts is in the models (contracts/test/invariant/*Model.sol, Trial.sol); a
/// violation reverts in the step that made it, and says which property it was.
contract InvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    uint256 private constant LEAST_EXECUTIONS = 200;
    Everybody private everybody;

    function setUp() public {
        everybody = new Everybody();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(everybody);
    }

    function targetSenders() public pure returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(0xca11);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[43] memory list = [
            everybody.secondThought.selector,
            everybody.secondDoubt.selector,
            everybody.noticePublished.selector,
            everybody.tenderPublished.selector,
            everybody.tenderAmended.selector,
            everybody.roundOpened.selector,
            everybody.roundResumed.selector,
            everybody.bidCommitted.selector,
            everybody.bidWithdrawn.selector,
            everybody.externalBidRegistered.selector,
            everybody.roundClosed.selector,
            everybody.bidsOpened.selector,
            everybody.outcomeRevised.selector,
            everybody.bidExcluded.selector,
            everybody.bidReadmitted.selector,
            everybody.awardAnnounced.selector,
            everybody.awardWithdrawn.selector,
            everybody.lotClosed.selector,
            everybody.processSuspended.selector,
            everybody.losersInformed.selector,
            everybody.suspensionLifted.selector,
            everybody.remanded.selector,
            everybody.tenderCancelled.selector,
            everybody.reinstated.selector,
            everybody.contractConcluded.selector,
            everybody.contractModified.selector,
            everybody.contractTerminated.selector,
            everybody.contractCompleted.selector,
            everybody.fieldsErased.selector,
            everybody.artifactRegistered.selector,
            everybody.observationRecorded.selector,
            everybody.auditAnchored.selector,
            everybody.organisationAdmitted.selector,
            everybody.kindsChanged.selector,
            everybody.organisationSuspended.selector,
            everybody.organisationRestored.selector,
            everybody.peopleReplaced.selector,
            everybody.governorsSet.selector,
            everybody.successorRegistered.selector,
            everybody.peopleChanged.selector,
            everybody.keySetRegistered.selector,
            everybody.keySetAccepted.selector,
            everybody.keySetRetired.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(everybody);
        targets[0].selectors = new bytes4[](list.length);
        for (uint256 i; i < list.length; ++i) {
            targets[0].selectors[i] = list[i];
        }
    }

    function invariant_contracts_anybodyActing_keepEveryPromise() public view {
        everybody.check();
    }

    function afterInvariant() public {
        everybody.checkAtTheEnd(
            vm.envOr("SIEGEL_LEAST_EXECUTIONS", LEAST_EXECUTIONS), vm.envOr("SIEGEL_EXECUTIONS", "")
        );
    }
}
