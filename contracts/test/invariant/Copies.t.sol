// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "../BaseTest.sol";

/// @notice A commitment binds its round: what was committed in one cannot be opened in another.
contract CopyFindingsTest is BaseTest {
    function test_openBids_commitmentOfAnotherRound_refused() public {
        bytes32 processId = openTender();
        commit(processId, 1, bidderOne, 1);
        jointly(abi.encodeCall(ITenderLedger.openRound, (plain(processId), roundTerms(RoundKind.Negotiation, soon()))));
        bytes32 copy = commitment(processId, 1, bidderOne, 1);
        act(bidderOne, abi.encodeCall(ITenderLedger.commitBid, (processId, 2, copy, 0, soon(), noPromise())));
        commit(processId, 2, bidderOne, 2);
        vm.warp(block.timestamp + 1 days + 1);
        jointly(abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 2, 2, words(3), words(0))));

        bytes memory data =
            abi.encodeCall(ITenderLedger.openBids, (plain(processId), 2, 0, outcomes(opened(bidderOne, 1))));
        bytes32 computed = commitment(processId, 2, bidderOne, 1);
        act(officerOne, data);
        refused(officerTwo, data, abi.encodeWithSelector(ITenderLedger.CommitmentUnknown.selector, computed, bidderOne));

        BidOutcome[] memory found = new BidOutcome[](2);
        found[0] = BidOutcome(Outcome.Unreadable, bidderOne, copy, keccak256("evidence"));
        found[1] = opened(bidderOne, 2);
        jointly(abi.encodeCall(ITenderLedger.openBids, (plain(processId), 2, 0, found)));
    }
}
