// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Commitments, their arrival, promises of receivers, withdrawals, and bids on paper.
contract BidsTest is BaseTest {
    bytes32 internal processId;
    uint64 internal deadline;

    function setUp() public override {
        super.setUp();
        processId = openTender();
        deadline = soon();
        foldRecordedLogs();
    }

    function commitCall(bytes32 commitment_, bytes32 supersedes, Promise memory promised_)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodeCall(ITenderLedger.commitBid, (processId, 1, commitment_, supersedes, soon(), promised_));
    }

    function withdrawCall(bytes32 commitment_) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.withdrawBid, (processId, 1, commitment_, soon()));
    }

    function externalCall(Call memory call_, uint64 arrival, bytes32 subject) internal pure returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.registerExternalBid, (call_, 1, arrival, subject));
    }

    function test_commitBid_inTime_numberedAndRecorded() public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        act(bidderOne, commitCall(first, 0, noPromise()));
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.first, bidderOne, "the bidder's account");
        vm.assertEq(record.bid, 0, "bid 0");
        vm.assertEq(record.roles, 0, "no role is needed");
        vm.assertEq(record.arrival, time(), "arrived now");
        vm.assertEq(record.subject, first, "the commitment");
        vm.assertEq(detail, "", "the record says all");
        commit(processId, 1, bidderTwo, 2);
        (record,) = lastRecord();
        vm.assertEq(record.bid, 1, "bid 1");
        checkHeads();
    }

    /// @dev Arrival in the deadline's second is in time, in the next one late: only then may `counted` leave it out.
    function testFuzz_commitBid_aroundTheDeadline_lateAfterItsSecond(uint64 offset) public {
        vm.warp(bound(offset, deadline - 3, deadline + 3));
        bool late = block.timestamp > deadline;
        commit(processId, 1, bidderOne, 1);
        vm.warp(deadline + 10);
        bytes memory leaveOut =
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 0, new uint256[](0), new uint256[](0)));
        if (late) jointly(leaveOut);
        else refused(officerOne, leaveOut, abi.encodeWithSelector(ITenderLedger.CountedInvalid.selector, 0, 1, 1));
    }

    function test_commitBid_twiceTheSame_refused() public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        act(bidderOne, commitCall(first, 0, noPromise()));
        refused(
            bidderOne,
            commitCall(first, 0, noPromise()),
            abi.encodeWithSelector(ITenderLedger.CommitmentKnown.selector, first)
        );
        act(bidderTwo, commitCall(first, 0, noPromise())); // another's copy is another bid, and can never be opened
    }

    function test_commitBid_zero_refused() public {
        refused(
            bidderOne,
            commitCall(0, 0, noPromise()),
            abi.encodeWithSelector(ITenderLedger.SubjectMissing.selector, 6)
        );
    }

    function test_commitBid_roundClosedOrUnknown_refused() public {
        bytes memory unknown = abi.encodeCall(
            ITenderLedger.commitBid, (processId, 2, keccak256("c"), 0, soon(), noPromise())
        );
        refused(
            bidderOne,
            unknown,
            abi.encodeWithSelector(ITenderLedger.RoundForbids.selector, processId, 6, 2, RoundState.None, 0)
        );
        bytes32 closed = closedRound();
        (,, uint64 end,,,,) = ledger.roundOf(closed, 1);
        bytes memory late =
            abi.encodeCall(ITenderLedger.commitBid, (closed, 1, keccak256("c"), 0, soon(), noPromise()));
        refused(
            bidderOne,
            late,
            abi.encodeWithSelector(ITenderLedger.RoundForbids.selector, closed, 6, 1, RoundState.Closed, end)
        );
    }

    function test_commitBid_superseding_replacesForGood() public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        bytes32 second = commitment(processId, 1, bidderOne, 2);
        act(bidderOne, commitCall(first, 0, noPromise()));
        act(bidderOne, commitCall(second, first, noPromise()));
        (, bytes memory detail) = lastRecord();
        vm.assertEq(detail, abi.encode(first, noPromise()), "names what it replaces");
        act(bidderOne, withdrawCall(second));
        (,, uint8 gone) = ledger.bidOf(processId, 1, first, bidderOne);
        vm.assertEq(gone, 1, "a withdrawn successor does not revive its predecessor");
        refused(
            bidderOne, withdrawCall(first), abi.encodeWithSelector(ITenderLedger.CommitmentGone.selector, first)
        );
    }

    function test_commitBid_supersedingOthersOrLate_refused() public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        act(bidderOne, commitCall(first, 0, noPromise()));
        refused(
            bidderTwo,
            commitCall(keccak256("x"), first, noPromise()),
            abi.encodeWithSelector(ITenderLedger.CommitmentUnknown.selector, first, bidderTwo)
        );
        vm.warp(deadline + 1);
        refused(
            bidderOne,
            commitCall(keccak256("x"), first, noPromise()),
            abi.encodeWithSelector(ITenderLedger.TooLate.selector, deadline + 1, deadline)
        );
    }

    function test_withdrawBid_inTime_gone() public {
        commit(processId, 1, bidderOne, 1);
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        vm.warp(deadline);
        act(bidderOne, withdrawCall(first));
        (uint32 number,, uint8 gone) = ledger.bidOf(processId, 1, first, bidderOne);
        vm.assertEq(number, 0, "bid 0");
        vm.assertEq(gone, 2, "withdrawn");
        vm.warp(deadline + 1);
        refused(
            bidderOne,
            withdrawCall(first),
            abi.encodeWithSelector(ITenderLedger.RoundForbids.selector, processId, 7, 1, RoundState.Open, deadline)
        );
    }

    // ---- Promises ----------------------------------------------------------------------------------------------

    function test_commitBid_withPromise_countsAsArrivedThen() public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        Promise memory kept = promised(processId, first, bidderOne, deadline, deadline + 1 hours);
        vm.warp(deadline + 1 hours);
        act(bidderOne, commitCall(first, 0, kept));
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.arrival, deadline, "the promised time counts");
        vm.assertEq(record.time, deadline + 1 hours, "the block's time is shown as well");
        vm.assertEq(record.second, receiver, "who promised");
        vm.assertEq(detail, abi.encode(bytes32(0), kept), "the promise itself");
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 0, new uint256[](0), new uint256[](0))),
            abi.encodeWithSelector(ITenderLedger.CountedInvalid.selector, 0, 1, 1)
        );
    }

    function testFuzz_commitBid_promiseAltered_refused(uint8 field, uint64 by) public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        vm.warp(deadline + 100);
        Promise memory kept = promised(processId, first, bidderOne, deadline, deadline + 1 hours);
        by = uint64(bound(by, 1, 99));
        field = uint8(bound(field, 0, 3));
        address author = bidderOne;
        if (field == 0) kept.arrivedAt -= by;
        else if (field == 1) kept.deliverBy += by;
        else if (field == 2) first = keccak256(abi.encode(first, by));
        else author = bidderTwo;
        vm.prank(author);
        (bool done, bytes memory result) = address(ledger).call(commitCall(first, 0, kept));
        vm.assertTrue(!done, "an altered promise is refused");
        vm.assertTrue(bytes4(result) == ITenderLedger.PromiseInvalid.selector, "as invalid");
    }

    function test_commitBid_promiseUnusable_refused() public {
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        refused(
            bidderOne,
            commitCall(first, 0, Promise(0, time() - 1, time(), "")),
            abi.encodeWithSelector(ITenderLedger.PromiseUnexpected.selector, time() - 1, time())
        );
        vm.warp(deadline + 100);
        Promise memory kept = promised(processId, first, bidderOne, deadline, time() - 1);
        refused(
            bidderOne,
            commitCall(first, 0, kept),
            abi.encodeWithSelector(ITenderLedger.PromiseExpired.selector, time() - 1, time())
        );
        kept = promised(processId, first, bidderOne, time() + 1, soon());
        refused(
            bidderOne,
            commitCall(first, 0, kept),
            abi.encodeWithSelector(ITenderLedger.ArrivalInFuture.selector, time() + 1, time())
        );
        kept = promised(processId, first, bidderOne, deadline, deadline + 1 days + 1);
        refused(
            bidderOne,
            commitCall(first, 0, kept),
            abi.encodeWithSelector(
                ITenderLedger.PromiseTooLong.selector, deadline + 1 days + 1, deadline + 1 days
            )
        );
        kept = promised(processId, first, bidderOne, deadline, deadline + 1 days);
        kept.receiver = watchdog;
        refused(
            bidderOne, commitCall(first, 0, kept), abi.encodeWithSelector(ITenderLedger.ReceiverUnknown.selector, watchdog)
        );
        kept = promised(processId, first, bidderOne, deadline, deadline + 1 days);
        governed(abi.encodeCall(IOrganisationRegistry.changeKinds, (submissionService, 32, soon())));
        refused(
            bidderOne,
            commitCall(first, 0, kept),
            abi.encodeWithSelector(IActs.KindMissing.selector, submissionService, 8)
        );
        governed(abi.encodeCall(IOrganisationRegistry.changeKinds, (submissionService, 8, soon())));
        governed(abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (submissionService, GROUND, soon())));
        refused(
            bidderOne,
            commitCall(first, 0, kept),
            abi.encodeWithSelector(ITenderLedger.PromiseInvalid.selector, submissionService, receiver)
        );
    }

    // ---- Paper -------------------------------------------------------------------------------------------------

    function test_registerExternalBid_inTime_numberedFrom2To31() public {
        jointly(externalCall(plain(processId), time(), keccak256("receipt")));
        jointly(externalCall(plain(processId), time(), keccak256("other receipt")));
        (Act memory record,) = lastRecord();
        vm.assertEq(record.bid, FIRST_EXTERNAL + 1, "the second one on paper");
        vm.assertEq(record.arrival, time(), "when it arrived");
    }

    function test_registerExternalBid_late_onlyWithGround() public {
        vm.warp(deadline + 1);
        jointly(externalCall(plain(processId), deadline, keccak256("written down after the deadline")));
        refused(
            officerOne,
            externalCall(plain(processId), deadline + 1, keccak256("late")),
            abi.encodeWithSelector(IActs.GroundMissing.selector, 8)
        );
        jointly(externalCall(grounded(processId), deadline + 1, keccak256("late")));
    }

    function test_registerExternalBid_incomplete_refused() public {
        refused(
            officerOne,
            externalCall(plain(processId), time(), 0),
            abi.encodeWithSelector(ITenderLedger.SubjectMissing.selector, 8)
        );
        refused(
            officerOne,
            externalCall(plain(processId), time() + 1, keccak256("r")),
            abi.encodeWithSelector(ITenderLedger.ArrivalInFuture.selector, time() + 1, time())
        );
        refused(
            officerOne,
            externalCall(plain(processId), 0, keccak256("r")),
            abi.encodeWithSelector(ITenderLedger.ArrivalInFuture.selector, 0, time())
        );
    }
}
