// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Whoever commits to nothing, a hundred thousand times, does not stop a round from being closed and opened.
contract FloodGasTest is BaseTest {
    uint32 private constant BIDS = 100_000;
    uint256 private constant CAP = 16_777_216; // gas of one transaction (EIP-7825)
    bytes32 private processId;

    /// @dev Bids 0 to 255, 51,200 to 51,455 and 99,840 to 99,999 are committed. The counters of the round are set as if
    /// all in between were, too: those are in words without an envelope, and nobody ever names them.
    function flood() private {
        processId = openTender();
        commitFrom(0, 256);
        commitFrom(51_200, 256);
        commitFrom(99_840, 160);
        vm.warp(soon() + 1);
    }

    function commitFrom(uint32 from, uint32 count) private {
        bytes32 slot = keccak256(abi.encode(keccak256(abi.encode(processId, uint32(1))), uint256(8)));
        uint256 word = uint256(vm.load(address(ledger), slot));
        word = word & ~(uint256(type(uint64).max) << 64) | uint256(from) << 64 | uint256(from) << 96;
        vm.store(address(ledger), slot, bytes32(word));
        for (uint32 i = from; i < from + count; ++i) {
            commit(processId, 1, vm.addr(10_000 + i), i);
        }
        (,,, uint32 bids,,,) = ledger.roundOf(processId, 1);
        vm.assertEq(bids, from + count, "the counter of bids stands where we think");
    }

    function close() private {
        uint256[] memory present = new uint256[](391);
        (present[0], present[200], present[390]) = (1 << 7, 1 << 255, 1);
        bytes memory data =
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, BIDS, present, new uint256[](391)));
        cheaply("RoundClosed, 100,000 bids, 3 present", officerOne, data);
        cheaply("RoundClosed, 100,000 bids, 3 present", officerTwo, data);
    }

    function cheaply(string memory name, address account, bytes memory data) private {
        act(account, data);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.assertLe(gas, CAP, "an ordinary transaction");
        bool second = account == officerTwo;
        vm.snapshotValue("acts", string.concat(name, second ? ", second officer" : ", first officer"), gas);
    }

    function entries(uint32 from, uint32 count) private view returns (BidOutcome[] memory list) {
        list = new BidOutcome[](count);
        for (uint32 i; i < count; ++i) {
            address author = vm.addr(10_000 + from + i);
            list[i] = from + i == 7 || from + i == 51_455 || from + i == 99_840
                ? opened(author, from + i)
                : BidOutcome(Outcome.Missing, author, commitment(processId, 1, author, from + i), 0);
        }
    }

    function openCall(uint32 from, BidOutcome[] memory list) private view returns (bytes memory) {
        return abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, from, list));
    }

    function next() private view returns (uint32 number) {
        (,,,,,, number) = ledger.roundOf(processId, 1);
    }

    function test_openBids_afterAFlood_inAFewOrdinaryTransactions() public {
        flood();
        close();
        vm.assertEq(next(), 0, "bid 7 is in the first word");
        refused(
            officerOne,
            openCall(0, new BidOutcome[](0)),
            abi.encodeWithSelector(ITenderLedger.BatchSizeInvalid.selector, 0)
        );
        bytes memory data = openCall(0, entries(0, 256));
        cheaply("BidsOpened, 256 entries of 100,000 bids", officerOne, data);
        cheaply("BidsOpened, 256 entries of 100,000 bids", officerTwo, data);
        vm.assertEq(next(), 51_200, "at the second word with an envelope");
        refused(
            officerOne,
            openCall(256, entries(51_200, 256)),
            abi.encodeWithSelector(ITenderLedger.ChunkInvalid.selector, 256, 256, 51_200)
        );
        jointly(openCall(51_200, entries(51_200, 256)));
        vm.assertEq(next(), 99_840, "at the third");
        data = openCall(99_840, entries(99_840, 160));
        cheaply("BidsOpened, the last 160 entries", officerOne, data);
        cheaply("BidsOpened, the last 160 entries", officerTwo, data);
        (, RoundState state_,,,,, uint32 done) = ledger.roundOf(processId, 1);
        vm.assertTrue(state_ == RoundState.Opened && done == BIDS, "every bid has its outcome");
        jointly(abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 51_455, 0)));
    }
}
