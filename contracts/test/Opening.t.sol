// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Closing a round, one outcome per commitment, and revised outcomes.
contract OpeningTest is BaseTest {
    function closeCall(Call memory call_, uint32 counted, uint256[] memory present, uint256[] memory admitted)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(ITenderLedger.closeRound, (call_, 1, counted, present, admitted));
    }

    function openCall(bytes32 processId, uint32 from, BidOutcome[] memory list) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, from, list));
    }

    /// @dev Refused with the second officer's call, when the single outcomes are checked.
    function refusedOpening(bytes memory data, bytes memory expected) internal {
        act(officerOne, address(ledger), data);
        refused(officerTwo, data, expected);
    }

    /// @dev Three bids in time, one late; the round waits to be closed.
    function fourBids() internal returns (bytes32 processId) {
        processId = openTender();
        for (uint256 i; i < 3; ++i) {
            commit(processId, 1, vm.addr(10_000 + i), i);
        }
        vm.warp(block.timestamp + 1 days + 1);
        commit(processId, 1, vm.addr(10_003), 3);
    }

    function fourOpened() internal pure returns (BidOutcome[] memory list) {
        list = new BidOutcome[](4);
        for (uint256 i; i < 4; ++i) {
            list[i] = opened(vm.addr(10_000 + i), i);
        }
    }

    function invalid(uint32 bid, Outcome given, Outcome follows) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ITenderLedger.OutcomeInvalid.selector, bid, given, follows);
    }

    // ---- RoundClosed -------------------------------------------------------------------------------------------

    function test_closeRound_beforeTheDeadlinePassed_refused() public {
        bytes32 processId = openTender();
        vm.warp(soon());
        refused(
            officerOne,
            closeCall(plain(processId), 0, new uint256[](0), new uint256[](0)),
            abi.encodeWithSelector(
                ITenderLedger.RoundForbids.selector, processId, 9, 1, RoundState.Open, block.timestamp
            )
        );
    }

    function test_closeRound_withoutBids_opensAtOnce() public {
        bytes32 processId = openTender();
        vm.warp(soon() + 1);
        jointly(closeCall(plain(processId), 0, new uint256[](0), new uint256[](0)));
        (, RoundState round,,,,,) = ledger.roundOf(processId, 1);
        vm.assertTrue(round == RoundState.Opened, "nothing is left to open");
    }

    function test_closeRound_lateBidBetweenTheTwoCalls_doesNotStopIt() public {
        bytes32 processId = fourBids();
        bytes memory data = closeCall(plain(processId), 3, words(7), words(0));
        act(officerOne, address(ledger), data);
        commit(processId, 1, bidderOne, 77);
        act(officerTwo, address(ledger), data);
    }

    function test_closeRound_countedOutOfRange_refused() public {
        bytes32 processId = fourBids();
        refused(
            officerOne,
            closeCall(plain(processId), 2, words(3), words(0)),
            abi.encodeWithSelector(ITenderLedger.CountedInvalid.selector, 2, 3, 4)
        );
        refused(
            officerOne,
            closeCall(plain(processId), 5, words(3), words(0)),
            abi.encodeWithSelector(ITenderLedger.CountedInvalid.selector, 5, 3, 4)
        );
    }

    function test_closeRound_bitmapsDoNotFit_refused() public {
        bytes32 processId = fourBids();
        bytes memory one_ = abi.encodeWithSelector(ITenderLedger.BitmapInvalid.selector, 1, 3);
        refused(officerOne, closeCall(plain(processId), 3, words(8), words(0)), one_);
        refused(officerOne, closeCall(grounded(processId), 3, words(7), words(8)), one_);
        bytes memory none = abi.encodeWithSelector(ITenderLedger.BitmapInvalid.selector, 0, 3);
        refused(officerOne, closeCall(plain(processId), 3, new uint256[](0), words(0)), none);
        bytes memory two = abi.encodeWithSelector(ITenderLedger.BitmapInvalid.selector, 2, 3);
        refused(officerOne, closeCall(plain(processId), 3, words(7), new uint256[](2)), two);
    }

    function test_closeRound_admittingLateOnes_onlyWithGround() public {
        bytes32 processId = fourBids();
        refused(
            officerOne,
            closeCall(plain(processId), 4, words(15), words(8)),
            abi.encodeWithSelector(IActs.GroundMissing.selector, 9)
        );
        jointly(closeCall(grounded(processId), 4, words(15), words(8)));
        jointly(openCall(processId, 0, fourOpened()));
    }

    // ---- BidsOpened --------------------------------------------------------------------------------------------

    function test_openBids_beforeTheClose_refused() public {
        bytes32 processId = openTender();
        commit(processId, 1, bidderOne, 1);
        uint64 deadline = soon();
        vm.warp(deadline + 1);
        refused(
            officerOne,
            openCall(processId, 0, outcomes(opened(bidderOne, 1))),
            abi.encodeWithSelector(ITenderLedger.RoundForbids.selector, processId, 10, 1, RoundState.Open, deadline)
        );
    }

    function test_openBids_inChunks_eachInOrder() public {
        bytes32 processId = fourBids();
        jointly(closeCall(grounded(processId), 4, words(15), words(8)));
        BidOutcome[] memory all = fourOpened();
        refused(
            officerOne,
            openCall(processId, 1, outcomes(all[1])),
            abi.encodeWithSelector(ITenderLedger.ChunkInvalid.selector, 1, 1, 0)
        );
        jointly(openCall(processId, 0, outcomes(all[0])));
        refused(
            officerOne,
            openCall(processId, 0, outcomes(all[0])),
            abi.encodeWithSelector(ITenderLedger.ChunkInvalid.selector, 0, 1, 1)
        );
        refused(
            officerOne,
            openCall(processId, 1, all),
            abi.encodeWithSelector(ITenderLedger.ChunkInvalid.selector, 1, 4, 1)
        );
        refused(
            officerOne,
            openCall(processId, 1, new BidOutcome[](0)),
            abi.encodeWithSelector(ITenderLedger.BatchSizeInvalid.selector, 0)
        );
        BidOutcome[] memory rest = new BidOutcome[](3);
        (rest[0], rest[1], rest[2]) = (all[1], all[2], all[3]);
        jointly(openCall(processId, 1, rest));
        (, RoundState round,,,,, uint32 done) = ledger.roundOf(processId, 1);
        vm.assertTrue(round == RoundState.Opened, "the last chunk opens the round");
        vm.assertEq(done, 4, "four outcomes");
    }

    function test_openBids_wrongContent_refused() public {
        bytes32 processId = closedRound();
        BidOutcome memory found = opened(bidderOne, 99);
        refusedOpening(
            openCall(processId, 0, outcomes(found)),
            abi.encodeWithSelector(
                ITenderLedger.CommitmentUnknown.selector, commitment(processId, 1, bidderOne, 99), bidderOne
            )
        );
        refusedOpening(
            openCall(processId, 0, outcomes(opened(bidderTwo, 2))),
            abi.encodeWithSelector(ITenderLedger.BidMismatch.selector, 0, 1)
        );
        BidOutcome memory cover = BidOutcome(Outcome.Cover, bidderOne, bytes32(uint256(1)), 0);
        refusedOpening(
            openCall(processId, 0, outcomes(cover)),
            abi.encodeWithSelector(
                ITenderLedger.CommitmentUnknown.selector,
                coverCommitment(processId, 1, bidderOne, bytes32(uint256(1))),
                bidderOne
            )
        );
    }

    /// @dev A commitment binds content, author, process and round: whatever differs is another commitment.
    function testFuzz_openBids_copiedBid_neverOpened(uint256 content, uint8 variant) public {
        bytes32 processId = openTender();
        commit(processId, 1, bidderOne, content);
        bytes32 copied = commitment(processId, 1, bidderOne, content);
        act(bidderTwo, abi.encodeCall(ITenderLedger.commitBid, (processId, 1, copied, 0, soon(), noPromise())));
        vm.warp(soon() + 1);
        jointly(closeCall(plain(processId), 2, words(3), words(0)));
        jointly(openCall(processId, 0, outcomes(opened(bidderOne, content))));
        BidOutcome memory found = opened(bidderTwo, content);
        if (variant % 3 == 1) found.content = copied;
        if (variant % 3 == 2) found.evidence = keccak256("other rest");
        bytes memory data = openCall(processId, 1, outcomes(found));
        act(officerOne, address(ledger), data);
        vm.prank(officerTwo);
        (bool done, bytes memory result) = address(ledger).call(data);
        vm.assertTrue(!done && bytes4(result) == ITenderLedger.CommitmentUnknown.selector, "never opened");
    }

    function test_openBids_coverEntry_opensWithItsSalt() public {
        bytes32 processId = openTender();
        bytes32 salt = keccak256("salt");
        bytes32 cover = coverCommitment(processId, 1, bidderOne, salt);
        act(bidderOne, abi.encodeCall(ITenderLedger.commitBid, (processId, 1, cover, 0, soon(), noPromise())));
        vm.warp(soon() + 1);
        jointly(closeCall(plain(processId), 1, words(1), words(0)));
        jointly(openCall(processId, 0, outcomes(BidOutcome(Outcome.Cover, bidderOne, salt, 0))));
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)),
            abi.encodeWithSelector(ITenderLedger.BidForbids.selector, 1, 0, Outcome.Cover)
        );
    }

    function test_openBids_derivedOutcomes_goBeforeTheOfficersWord() public {
        bytes32 processId = openTender();
        bytes32[5] memory c;
        for (uint256 i; i < 4; ++i) {
            c[i] = commitment(processId, 1, vm.addr(10_000 + i), i);
            commit(processId, 1, vm.addr(10_000 + i), i);
        }
        act(vm.addr(10_000), abi.encodeCall(ITenderLedger.withdrawBid, (processId, 1, c[0], soon())));
        c[4] = commitment(processId, 1, vm.addr(10_001), 4);
        act(
            vm.addr(10_001),
            abi.encodeCall(ITenderLedger.commitBid, (processId, 1, c[4], c[1], soon(), noPromise()))
        );
        vm.warp(soon() + 1);
        commit(processId, 1, bidderOne, 5);
        // Withdrawn and superseded envelopes are there, bid 2 is missing, bid 5 is late and not admitted.
        jointly(closeCall(plain(processId), 6, words(63 - 4), words(0)));
        Outcome[6] memory follows =
            [Outcome.Withdrawn, Outcome.Superseded, Outcome.Missing, Outcome.None, Outcome.None, Outcome.Late];
        address[6] memory authors = [
            vm.addr(10_000), vm.addr(10_001), vm.addr(10_002), vm.addr(10_003), vm.addr(10_001), bidderOne
        ];
        BidOutcome[] memory list = new BidOutcome[](6);
        for (uint32 i; i < 6; ++i) {
            list[i] = opened(authors[i], i);
        }
        for (uint32 i; i < 6; ++i) {
            if (follows[i] == Outcome.None) continue;
            refusedOpening(openCall(processId, 0, list), invalid(i, Outcome.Opened, follows[i]));
            list[i] = BidOutcome(follows[i], authors[i], commitment(processId, 1, authors[i], i), 0);
        }
        list[3] = BidOutcome(Outcome.Missing, authors[3], c[3], 0);
        refusedOpening(openCall(processId, 0, list), invalid(3, Outcome.Missing, Outcome.None));
        list[3] = BidOutcome(Outcome.Unreadable, authors[3], c[3], 0);
        refusedOpening(openCall(processId, 0, list), invalid(3, Outcome.Unreadable, Outcome.None));
        list[3].evidence = keccak256("evidence");
        jointly(openCall(processId, 0, list));
        foldRecordedLogs();
        checkHeads();
    }

    function test_openBids_nothingLeftToAward_returnedUnopened() public {
        bytes32 processId = closedRound();
        jointly(abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_ONE)));
        jointly(abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_TWO)));
        refusedOpening(
            openCall(processId, 0, outcomes(opened(bidderOne, 1))), invalid(0, Outcome.Opened, Outcome.Returned)
        );
        BidOutcome memory back = BidOutcome(Outcome.Returned, bidderOne, commitment(processId, 1, bidderOne, 1), 0);
        BidOutcome[] memory both = new BidOutcome[](2);
        both[0] = back;
        both[1] = BidOutcome(Outcome.Returned, bidderTwo, commitment(processId, 1, bidderTwo, 2), 0);
        jointly(openCall(processId, 0, both));
        bytes memory revise =
            abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 0, opened(bidderOne, 1)));
        refused(officerOne, revise, invalid(0, Outcome.Opened, Outcome.Returned));
        jointly(abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), LOT_ONE)));
        jointly(revise); // a lot is open again, so the bid is wanted again
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)));
    }

    function test_closeRound_noEnvelopePresent_opensTheRound() public {
        bytes32 processId = openTender();
        commit(processId, 1, bidderOne, 1);
        vm.warp(soon() + 1);
        jointly(closeCall(plain(processId), 1, words(0), words(0)));
        (, RoundState round,,,,,) = ledger.roundOf(processId, 1);
        vm.assertTrue(round == RoundState.Opened, "opened");
        jointly(abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 0, opened(bidderOne, 1))));
    }

    /// @dev Commitments are free. Whoever makes thousands without an envelope must not make the round too large to open:
    /// words of 256 bids without one are passed over, and what became of these bids follows from the acts.
    function test_openBids_wordsWithoutEnvelopes_arePassedOver() public {
        bytes32 processId = openTender();
        uint32 count = 5 * 256 + 7;
        for (uint256 i; i < count; ++i) {
            commit(processId, 1, i == 600 ? bidderOne : bidderTwo, i + 1);
        }
        act(bidderTwo, withdrawCall(processId, 10));
        vm.warp(soon() + 1);
        uint256[] memory present = new uint256[](6);
        present[2] = 1 << (600 - 512);
        jointly(closeCall(plain(processId), count, present, new uint256[](6)));
        (,,,,,, uint32 opened_) = ledger.roundOf(processId, 1);
        vm.assertEq(opened_, 512, "the first two words are passed over");
        BidOutcome[] memory found = new BidOutcome[](256);
        for (uint256 i; i < 256; ++i) {
            bytes32 commitment_ = commitment(processId, 1, bidderTwo, 513 + i);
            found[i] = BidOutcome(Outcome.Missing, bidderTwo, commitment_, 0);
        }
        found[600 - 512] = opened(bidderOne, 601);
        jointly(openCall(processId, 512, found));
        RoundState round;
        (, round,,,,, opened_) = ledger.roundOf(processId, 1);
        vm.assertTrue(round == RoundState.Opened && opened_ == count, "and so are the last three");
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 600, 0)));
        bytes memory award = abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_TWO, 1, 20, 0));
        bytes4 forbids = ITenderLedger.BidForbids.selector;
        refused(officerOne, award, abi.encodeWithSelector(forbids, 1, 20, Outcome.Missing));
        jointly(abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 20, opened(bidderTwo, 21))));
        jointly(award);
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 10, opened(bidderTwo, 11))),
            invalid(10, Outcome.Opened, Outcome.Withdrawn)
        );
    }

    function withdrawCall(bytes32 processId, uint256 number) internal view returns (bytes memory) {
        bytes32 commitment_ = commitment(processId, 1, bidderTwo, number + 1);
        return abi.encodeCall(ITenderLedger.withdrawBid, (processId, 1, commitment_, soon()));
    }

    /// @dev Anything could be written there for ever, a name for example.
    function test_openBids_evidenceWhereNoneBelongs_refused() public {
        bytes32 processId = fourBids();
        jointly(closeCall(plain(processId), 3, words(6), words(0)));
        BidOutcome[] memory found = new BidOutcome[](1);
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        found[0] = BidOutcome(Outcome.Missing, bidderOne, first, keccak256("a name"));
        refusedOpening(
            openCall(processId, 0, found),
            abi.encodeWithSelector(ITenderLedger.EvidenceUnexpected.selector, 0, keccak256("a name"))
        );
    }

    // ---- OutcomeRevised ----------------------------------------------------------------------------------------

    function test_reviseOutcome_lateBeyondCounted_opened() public {
        bytes32 processId = fourBids();
        jointly(closeCall(plain(processId), 3, words(7), words(0)));
        BidOutcome[] memory all = fourOpened();
        BidOutcome[] memory counted = new BidOutcome[](3);
        (counted[0], counted[1], counted[2]) = (all[0], all[1], all[2]);
        jointly(openCall(processId, 0, counted));
        bytes memory award = abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 3, 0));
        refused(
            officerOne, award, abi.encodeWithSelector(ITenderLedger.BidForbids.selector, 1, 3, Outcome.Late)
        );
        jointly(abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 3, all[3])));
        jointly(award);
    }

    function test_reviseOutcome_openedOrWithdrawn_refused() public {
        bytes32 processId = openTender();
        commit(processId, 1, bidderOne, 1);
        commit(processId, 1, bidderTwo, 2);
        bytes32 first = commitment(processId, 1, bidderOne, 1);
        act(bidderOne, abi.encodeCall(ITenderLedger.withdrawBid, (processId, 1, first, soon())));
        vm.warp(soon() + 1);
        jointly(closeCall(plain(processId), 2, words(2), words(0)));
        BidOutcome[] memory list = new BidOutcome[](2);
        list[0] = BidOutcome(Outcome.Withdrawn, bidderOne, first, 0);
        list[1] = opened(bidderTwo, 2);
        jointly(openCall(processId, 0, list));
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 0, opened(bidderOne, 1))),
            invalid(0, Outcome.Opened, Outcome.Withdrawn)
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 1, opened(bidderTwo, 2))),
            invalid(1, Outcome.Opened, Outcome.Opened)
        );
    }
}
