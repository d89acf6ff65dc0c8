// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Two different officers with equal arguments, and nothing less.
contract JointTest is BaseTest {
    bytes32 internal processId;

    function setUp() public override {
        super.setUp();
        processId = openTender();
        foldRecordedLogs();
    }

    function proposalKey(Call memory call_, Act memory draft) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                ITenderLedger.cancelTender.selector, town, call_.processId, call_.expires, draft, bytes("")
            )
        );
    }

    function cancelKey(Call memory call_) internal view returns (bytes32) {
        Act memory draft;
        draft.act = 21;
        draft.ground = call_.ground;
        draft.release = call_.release;
        return proposalKey(call_, draft);
    }

    function cancelCall(Call memory call_) internal pure returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.cancelTender, (call_));
    }

    function test_jointAct_firstCall_onlyProposes() public {
        Call memory call_ = grounded(processId);
        bytes32 before = ledger.head(processId);
        act(officerOne, cancelCall(call_));
        vm.assertTrue(state(processId) == ProcessState.Active, "nothing changed");
        vm.assertEq(ledger.head(processId), before, "the head neither");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1, "one event");
        vm.assertEq(logs[0].topics[0], IActs.ActProposed.selector, "ActProposed");
        vm.assertEq(
            logs[0].data, abi.encode(cancelKey(call_), officerOne, call_.expires), "key, account and expiry"
        );
    }

    function test_jointAct_samePersonTwice_refused() public {
        Call memory call_ = grounded(processId);
        act(officerOne, cancelCall(call_));
        refused(
            officerOne,
            cancelCall(call_),
            abi.encodeWithSelector(IActs.AlreadyApproved.selector, cancelKey(call_), officerOne)
        );
    }

    function test_jointAct_secondWithoutTheRole_refused() public {
        act(officerOne, cancelCall(grounded(processId)));
        refused(
            publisher,
            cancelCall(grounded(processId)),
            abi.encodeWithSelector(IActs.RoleMissing.selector, town, publisher, 2)
        );
    }

    /// @dev Any argument that differs makes another act, which the two have not agreed on.
    function testFuzz_jointAct_argumentsDiffer_notExecuted(uint8 field, uint64 by) public {
        Call memory call_ = grounded(processId);
        act(officerOne, cancelCall(call_));
        by = uint64(bound(by, 1, 1 days));
        field = field % 3;
        if (field == 0) call_.expires += by;
        else if (field == 1) call_.ground = keccak256(abi.encode(by));
        else call_.release = keccak256(abi.encode(by));
        act(officerTwo, cancelCall(call_));
        vm.assertTrue(state(processId) == ProcessState.Active, "not agreed");
    }

    function test_jointAct_argumentsOfTheDetailDiffer_notExecuted() public {
        vm.warp(soon() + 1);
        uint64 deadline = soon();
        act(officerOne, abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, deadline)));
        act(officerTwo, abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, deadline + 1)));
        (,, uint64 found,,,,) = ledger.roundOf(processId, 1);
        vm.assertEq(found, deadline - 1 days - 1, "not agreed");
    }

    /// @dev Raw calldata has many spellings; the key covers what was decoded.
    function test_jointAct_strayBytesInCalldata_sameAct() public {
        Call memory call_ = grounded(processId);
        act(officerOne, cancelCall(call_));
        act(officerTwo, bytes.concat(cancelCall(call_), hex"c0ffee"));
        vm.assertTrue(state(processId) == ProcessState.Cancelled, "executed");
    }

    function test_jointAct_expiredInBetween_refused() public {
        Call memory call_ = grounded(processId);
        act(officerOne, cancelCall(call_));
        vm.warp(call_.expires + 1);
        refused(
            officerTwo,
            cancelCall(call_),
            abi.encodeWithSelector(IActs.ActExpired.selector, call_.expires, call_.expires + 1)
        );
    }

    function test_jointAct_firstLostTheRole_secondCountsAsFirst() public {
        Call memory call_ = grounded(processId);
        act(officerOne, cancelCall(call_));
        bytes memory removal =
            abi.encodeCall(IOrganisationRegistry.changePeople, (town, one(officerOne, 0), soon()));
        act(officerTwo, address(registry), removal);
        act(officerThree, address(registry), removal);
        act(officerTwo, cancelCall(call_));
        vm.assertTrue(state(processId) == ProcessState.Active, "a leaver's approval does not count");
        act(officerThree, cancelCall(call_));
        (Act memory record,) = lastRecord();
        vm.assertEq(record.first, officerTwo, "counts as the first");
        vm.assertEq(record.second, officerThree, "and the third as second");
        vm.assertEq(record.roles, 6, "roles as they stood at the execution");
        checkHeads();
    }

    function test_jointAct_conditionFailsInBetween_refusedAtExecution() public {
        uint64 deadline = soon();
        bytes memory bid =
            abi.encodeCall(ITenderLedger.registerExternalBid, (plain(processId), 1, deadline, keccak256("r")));
        vm.warp(deadline);
        bid = abi.encodeCall(ITenderLedger.registerExternalBid, (plain(processId), 1, deadline, keccak256("r")));
        act(officerOne, bid);
        vm.warp(deadline + 1);
        jointly(
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 0, new uint256[](0), new uint256[](0)))
        );
        refused(
            officerTwo,
            bid,
            abi.encodeWithSelector(
                ITenderLedger.RoundForbids.selector, processId, 8, 1, RoundState.Opened, deadline
            )
        );
    }

    function test_jointAct_executed_isSpent() public {
        Call memory call_ = grounded(processId);
        jointly(cancelCall(call_));
        Call memory back = grounded(processId);
        jointly(abi.encodeCall(ITenderLedger.reinstate, (back, 0)));
        refused(
            officerTwo, cancelCall(call_), abi.encodeWithSelector(IActs.AlreadyExecuted.selector, cancelKey(call_))
        );
        vm.assertTrue(state(processId) == ProcessState.Active, "still active");
    }

    /// @dev With a third and a fourth call the same would else happen twice.
    function test_jointAct_thirdOfficersCall_isNoNewFirstHalf() public {
        bytes memory paper =
            abi.encodeCall(ITenderLedger.registerExternalBid, (plain(processId), 1, time(), keccak256("r")));
        jointly(paper);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        (bytes32 key,,) = abi.decode(logs[0].data, (bytes32, address, uint64));
        refused(officerThree, paper, abi.encodeWithSelector(IActs.AlreadyExecuted.selector, key));
        refused(officerOne, paper, abi.encodeWithSelector(IActs.AlreadyExecuted.selector, key));
        refused(
            officerOne,
            abi.encodeCall(IActs.revokeApproval, (key)),
            abi.encodeWithSelector(IActs.ApprovalUnknown.selector, key, officerOne)
        );
        (,,,, uint32 externals,,) = ledger.roundOf(processId, 1);
        vm.assertEq(externals, 1, "once");
    }

    /// @dev Who agreed to cancel before the process was resumed, remanded, cancelled or reinstated has not agreed since.
    function test_jointAct_situationChangedInBetween_firstAgreesAnew() public {
        Call memory stale = grounded(processId);
        stale.expires += 20 days;
        act(officerThree, cancelCall(stale));
        jointly(abi.encodeCall(ITenderLedger.remand, (grounded(processId), 0, 0, Stage.Bids)));
        act(officerTwo, cancelCall(stale));
        vm.assertTrue(state(processId) == ProcessState.Active, "not on a word from before the remand");
        act(officerThree, cancelCall(stale));
        vm.assertTrue(state(processId) == ProcessState.Cancelled, "on one from after it");
    }

    function test_revokeApproval_own_proposalGone() public {
        Call memory call_ = grounded(processId);
        bytes32 key = cancelKey(call_);
        act(officerOne, cancelCall(call_));
        bytes memory revoke = abi.encodeCall(IActs.revokeApproval, (key));
        refused(officerTwo, revoke, abi.encodeWithSelector(IActs.ApprovalUnknown.selector, key, officerTwo));
        act(officerOne, revoke);
        refused(officerOne, revoke, abi.encodeWithSelector(IActs.ApprovalUnknown.selector, key, officerOne));
        act(officerTwo, cancelCall(call_));
        vm.assertTrue(state(processId) == ProcessState.Active, "revoked");
    }

    function test_deputy_afterTheEndDate_cannotAct() public {
        Person[] memory people = new Person[](1);
        people[0] = Person(deputy, 2, time() + 1 hours);
        jointlyIn(address(registry), abi.encodeCall(IOrganisationRegistry.changePeople, (town, people, soon())));
        Call memory call_ = grounded(processId);
        act(officerOne, cancelCall(call_));
        vm.warp(people[0].until + 1);
        refused(
            deputy, cancelCall(call_), abi.encodeWithSelector(IActs.RoleMissing.selector, town, deputy, 2)
        );
        vm.warp(people[0].until);
        act(deputy, cancelCall(call_));
        vm.assertTrue(state(processId) == ProcessState.Cancelled, "in its last second the deputy acts");
    }
}
