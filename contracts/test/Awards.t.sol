// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Exclusion, award, standstill, conclusion and what follows the contract.
contract AwardsTest is BaseTest {
    function announceCall(Call memory call_, bytes32 lot, uint32 bid) internal pure returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.announceAward, (call_, lot, 1, bid, 0));
    }

    function excludeCall(bytes32 processId, bytes32 lot, uint32 bid) internal view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.excludeBid, (grounded(processId), lot, 1, bid));
    }

    function lettersCall(Call memory call_, uint64 award, uint64 dispatched, uint64 end)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(ITenderLedger.informLosers, (call_, award, dispatched, end));
    }

    function concludeCall(Call memory call_, uint64 award) internal pure returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.concludeContract, (call_, award, 0));
    }

    // ---- Exclusion ---------------------------------------------------------------------------------------------

    function test_excludeBid_fromALot_notAwardableThere() public {
        bytes32 processId = openedRound();
        jointly(excludeCall(processId, LOT_ONE, 0));
        bytes memory excluded =
            abi.encodeWithSelector(ITenderLedger.ExclusionForbids.selector, 1, 0, LOT_ONE, true);
        refused(officerOne, announceCall(plain(processId), LOT_ONE, 0), excluded);
        refused(officerOne, excludeCall(processId, LOT_ONE, 0), excluded);
        jointly(announceCall(plain(processId), LOT_TWO, 0));
        bytes memory readmit = abi.encodeCall(ITenderLedger.readmitBid, (grounded(processId), LOT_ONE, 1, 0));
        jointly(readmit);
        refused(
            officerOne,
            readmit,
            abi.encodeWithSelector(ITenderLedger.ExclusionForbids.selector, 1, 0, LOT_ONE, false)
        );
        jointly(announceCall(plain(processId), LOT_ONE, 0));
    }

    function test_excludeBid_fromAllLots_nowhereAwardable() public {
        bytes32 processId = openedRound();
        jointly(excludeCall(processId, 0, 0));
        refused(
            officerOne,
            announceCall(plain(processId), LOT_TWO, 0),
            abi.encodeWithSelector(ITenderLedger.ExclusionForbids.selector, 1, 0, bytes32(0), true)
        );
    }

    function test_excludeBid_unknown_refused() public {
        bytes32 processId = openedRound();
        refused(
            officerOne,
            excludeCall(processId, LOT_ONE, 2),
            abi.encodeWithSelector(ITenderLedger.BidForbids.selector, 1, 2, Outcome.None)
        );
        refused(
            officerOne,
            excludeCall(processId, keccak256("no lot"), 0),
            abi.encodeWithSelector(
                ITenderLedger.LotForbids.selector, processId, 12, keccak256("no lot"), LotState.None
            )
        );
    }

    // ---- AwardAnnounced ----------------------------------------------------------------------------------------

    function test_announceAward_beyondTheTerms_onlyWithGround() public {
        (bytes32 processId,) = awarded();
        refused(
            officerOne,
            announceCall(plain(processId), LOT_ONE, 1),
            abi.encodeWithSelector(ITenderLedger.AwardsExhausted.selector, LOT_ONE, 1)
        );
        jointly(announceCall(grounded(processId), LOT_ONE, 1));
    }

    function test_announceAward_paperBid_possible() public {
        bytes32 processId = openTender();
        jointly(
            abi.encodeCall(ITenderLedger.registerExternalBid, (plain(processId), 1, time(), keccak256("receipt")))
        );
        vm.warp(soon() + 1);
        jointly(
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 0, new uint256[](0), new uint256[](0)))
        );
        jointly(announceCall(plain(processId), LOT_ONE, FIRST_EXTERNAL));
        refused(
            officerOne,
            announceCall(plain(processId), LOT_TWO, FIRST_EXTERNAL + 1),
            abi.encodeWithSelector(ITenderLedger.BidForbids.selector, 1, FIRST_EXTERNAL + 1, Outcome.None)
        );
    }

    function test_announceAward_participationRound_refused() public {
        TenderTerms memory terms = tenderTerms("ocds-two-stages", soon());
        terms.round.kind = RoundKind.Participation;
        jointly(tenderCall(terms));
        bytes32 processId = processIdOf(terms.ocid);
        commit(processId, 1, bidderOne, 1);
        vm.warp(soon() + 1);
        jointly(abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 1, words(1), words(0))));
        jointly(abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, 0, outcomes(opened(bidderOne, 1)))));
        refused(
            officerOne,
            announceCall(plain(processId), LOT_ONE, 0),
            abi.encodeWithSelector(ITenderLedger.BidForbids.selector, 1, 0, Outcome.Opened)
        );
    }

    function test_withdrawAward_thenAnotherAward_withinTheTerms() public {
        (bytes32 processId, uint64 award) = awarded();
        bytes memory withdraw = abi.encodeCall(ITenderLedger.withdrawAward, (grounded(processId), award));
        jointly(withdraw);
        refused(
            officerOne,
            withdraw,
            abi.encodeWithSelector(
                ITenderLedger.AwardForbids.selector, processId, 15, award, AwardState.Withdrawn
            )
        );
        jointly(announceCall(plain(processId), LOT_ONE, 1));
    }

    // ---- Standstill and conclusion -----------------------------------------------------------------------------

    function test_informLosers_tooShort_onlyWithGround() public {
        (bytes32 processId, uint64 award) = awarded();
        uint64 end = time() + STANDSTILL;
        refused(
            publisher,
            lettersCall(plain(processId), award, time(), end - 1),
            abi.encodeWithSelector(ITenderLedger.StandstillTooShort.selector, time(), end - 1, end)
        );
        refused(
            publisher,
            lettersCall(plain(processId), award, time() - 1, end),
            abi.encodeWithSelector(ITenderLedger.StandstillTooShort.selector, time() - 1, end, end)
        );
        act(publisher, lettersCall(grounded(processId), award, time(), end - 1));
    }

    /// @dev A publisher who enters letters as dispatched long ago would make the standstill vanish: it runs from three
    /// days ago at the earliest.
    function test_informLosers_dispatchLongPast_runsFromThreeDaysAgo() public {
        (bytes32 processId, uint64 award) = awarded();
        vm.warp(time() + 40 days);
        uint64 dispatched = time() - 30 days;
        uint64 least = time() - 3 days + STANDSTILL;
        refused(
            publisher,
            lettersCall(plain(processId), award, dispatched, dispatched + STANDSTILL),
            abi.encodeWithSelector(
                ITenderLedger.StandstillTooShort.selector, dispatched, dispatched + STANDSTILL, least
            )
        );
        act(publisher, lettersCall(plain(processId), award, dispatched, least));
        (,, uint64 end) = ledger.awardOf(processId, award);
        vm.assertEq(end, least, "and can still be watched");
    }

    /// @dev The ground excuses the letters of one publisher; the officers who conclude early need a ground of their own.
    function test_informLosers_groundForTheLetters_doesNotShortenTheStandstill() public {
        (bytes32 processId, uint64 award) = awarded();
        uint64 end = time() + STANDSTILL;
        act(publisher, lettersCall(grounded(processId), award, time() - 30 days, time() - 20 days));
        (,, uint64 found) = ledger.awardOf(processId, award);
        vm.assertEq(found, end, "the terms' minimum after the award");
        refused(
            officerOne,
            concludeCall(plain(processId), award),
            abi.encodeWithSelector(ITenderLedger.ConclusionPremature.selector, award, end, time())
        );
        act(publisher, lettersCall(grounded(processId), award, time(), time()));
        (,, found) = ledger.awardOf(processId, award);
        vm.assertEq(found, end, "nor does a second letter");
        jointly(concludeCall(grounded(processId), award));
    }

    function test_informLosers_shorteningALongerStandstill_onlyWithGround() public {
        (bytes32 processId, uint64 award) = awarded();
        uint64 end = time() + STANDSTILL + 5 days;
        act(publisher, lettersCall(plain(processId), award, time(), end));
        refused(
            publisher,
            lettersCall(plain(processId), award, time(), end - 1),
            abi.encodeWithSelector(ITenderLedger.StandstillTooShort.selector, time(), end - 1, end)
        );
    }

    function test_informLosers_inFuture_refused() public {
        (bytes32 processId, uint64 award) = awarded();
        refused(
            publisher,
            lettersCall(plain(processId), award, time() + 1, time() + STANDSTILL + 1),
            abi.encodeWithSelector(ITenderLedger.DispatchInFuture.selector, time() + 1, time())
        );
    }

    function test_concludeContract_withoutLetters_onlyWithGround() public {
        (bytes32 processId, uint64 award) = awarded();
        refused(
            officerOne,
            concludeCall(plain(processId), award),
            abi.encodeWithSelector(ITenderLedger.ConclusionPremature.selector, award, 0, time())
        );
        jointly(concludeCall(grounded(processId), award));
    }

    /// @dev The standstill's last second still binds; the next one is free.
    function testFuzz_concludeContract_aroundTheStandstillsEnd_freeAfterItsSecond(uint64 offset) public {
        (bytes32 processId, uint64 award) = awarded();
        uint64 end = time() + STANDSTILL;
        act(publisher, lettersCall(plain(processId), award, time(), end));
        vm.warp(bound(offset, end - 3, end + 3));
        bytes memory data = concludeCall(plain(processId), award);
        if (block.timestamp > end) {
            jointly(data);
        } else {
            refused(
                officerOne,
                data,
                abi.encodeWithSelector(ITenderLedger.ConclusionPremature.selector, award, end, time())
            );
        }
    }

    function test_concludeContract_noStandstillInTheTerms_needsNoLetters() public {
        TenderTerms memory terms = tenderTerms("ocds-below-thresholds", soon());
        terms.minimumStandstill = 0;
        jointly(tenderCall(terms));
        bytes32 processId = processIdOf(terms.ocid);
        commit(processId, 1, bidderOne, 1);
        vm.warp(soon() + 1);
        jointly(abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 1, words(1), words(0))));
        jointly(abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, 0, outcomes(opened(bidderOne, 1)))));
        jointly(announceCall(plain(processId), LOT_ONE, 0));
        jointly(concludeCall(plain(processId), length(processId)));
    }

    function test_concludeContract_twice_refused() public {
        (bytes32 processId, uint64 award) = concluded();
        refused(
            officerOne,
            concludeCall(plain(processId), award),
            abi.encodeWithSelector(
                ITenderLedger.AwardForbids.selector, processId, 23, award, AwardState.Concluded
            )
        );
    }

    // ---- Afterwards --------------------------------------------------------------------------------------------

    function test_contract_modifiedThenTerminated_lotFreeForAnother() public {
        (bytes32 processId, uint64 award) = concluded();
        act(publisher, abi.encodeCall(ITenderLedger.modifyContract, (plain(processId), award)));
        act(publisher, abi.encodeCall(ITenderLedger.terminateContract, (plain(processId), award)));
        refused(
            publisher,
            abi.encodeCall(ITenderLedger.completeContract, (plain(processId), award)),
            abi.encodeWithSelector(
                ITenderLedger.AwardForbids.selector, processId, 26, award, AwardState.Terminated
            )
        );
        jointly(announceCall(plain(processId), LOT_ONE, 1));
    }

    function test_contract_inCancelledProcess_goesOn() public {
        (bytes32 processId, uint64 award) = concluded();
        jointly(abi.encodeCall(ITenderLedger.cancelTender, (grounded(processId))));
        act(publisher, abi.encodeCall(ITenderLedger.modifyContract, (plain(processId), award)));
        act(publisher, abi.encodeCall(ITenderLedger.completeContract, (plain(processId), award)));
    }

    function test_closeLot_withPendingAward_refused() public {
        (bytes32 processId, uint64 award) = awarded();
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_ONE)),
            abi.encodeWithSelector(ITenderLedger.AwardPending.selector, LOT_ONE, 1)
        );
        jointly(abi.encodeCall(ITenderLedger.withdrawAward, (grounded(processId), award)));
        jointly(abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_ONE)));
        refused(
            officerOne,
            announceCall(plain(processId), LOT_ONE, 0),
            abi.encodeWithSelector(ITenderLedger.LotForbids.selector, processId, 14, LOT_ONE, LotState.Closed)
        );
    }
}
