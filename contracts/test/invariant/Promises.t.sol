// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "../BaseTest.sol";

/// @notice What nobody vouches for does not get into the log by way of a promise.
contract PromiseFindingsTest is BaseTest {
    function test_commitBid_promiseWithoutReceiver_mustBeEmpty() public {
        bytes32 processId = openTender();
        commit(processId, 1, bidderOne, 1);
        bytes32 old = commitment(processId, 1, bidderOne, 1);
        bytes32 next = commitment(processId, 1, bidderOne, 2);
        bytes4 unexpected = ITenderLedger.PromiseUnexpected.selector;

        Promise memory forged = Promise(0, time() - 1 days, 0, "");
        refused(bidderOne, _superseding(processId, next, old, forged), abi.encodeWithSelector(unexpected, time() - 1 days, 0));
        forged = Promise(0, 0, time(), "");
        refused(bidderOne, _superseding(processId, next, old, forged), abi.encodeWithSelector(unexpected, 0, time()));
        forged = Promise(0, 0, 0, "somebody's name and address");
        refused(bidderOne, _superseding(processId, next, old, forged), abi.encodeWithSelector(unexpected, 0, 0));
        refused(bidderOne, _superseding(processId, next, 0, forged), abi.encodeWithSelector(unexpected, 0, 0));
        act(bidderOne, _superseding(processId, next, old, noPromise()));
    }

    function _superseding(bytes32 processId, bytes32 next, bytes32 old, Promise memory given)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(ITenderLedger.commitBid, (processId, 1, next, old, soon(), given));
    }
}
