// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice What was asked for is what the log says, and the log's data are what the head is folded from.
contract CodecTest is BaseTest {
    function text(bytes memory seed, string memory prefix) internal pure returns (string memory) {
        uint256 size = seed.length > 100 ? 100 : seed.length;
        bytes memory printable = new bytes(size);
        for (uint256 i; i < size; ++i) {
            printable[i] = bytes1(uint8(0x20 + uint8(seed[i]) % 95));
        }
        return string.concat(prefix, string(printable));
    }

    function testFuzz_notice_anyArguments_standInTheLog(
        bytes memory seed,
        uint8 kind,
        bytes32 release,
        bytes32 original,
        bytes32 parent,
        uint8 before
    ) public {
        Notice memory n =
            Notice(text(seed, "ocds-"), NoticeKind(bound(kind, 1, 11)), release, original, 0, parent);
        if (release == 0) n.release = RELEASE;
        if (n.kind == NoticeKind.Withdrawal) n.kind = NoticeKind.Other;
        for (uint256 i; i < before % 3; ++i) {
            act(publisher, noticeCall(town, notice(n.ocid)));
            n.parent = 0;
        }
        n.ref = before % 3;
        foldRecordedLogs();
        act(publisher, noticeCall(town, n));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs[0].topics[1], processIdOf(n.ocid), "the process");
        vm.assertEq(logs[0].topics[2], town, "the organisation");
        (Act memory record, bytes memory detail) = abi.decode(logs[0].data, (Act, bytes));
        vm.assertEq(logs[0].data, abi.encode(record, detail), "one way of writing it");
        vm.assertEq(detail, abi.encode(n.kind, n.ocid, n.parent), "the detail");
        vm.assertEq(record.release, n.release, "the release");
        vm.assertEq(record.subject, n.original, "the original");
        vm.assertEq(record.ref, n.ref, "the reference");
        fold(logs[0]);
        checkHeads();
    }

    function testFuzz_closeRound_anyBitmaps_standInTheLog(uint256 present, uint256 admitted, uint8 bids) public {
        bytes32 processId = openTender();
        uint32 counted = uint32(bound(bids, 1, 5));
        for (uint256 i; i < counted; ++i) {
            commit(processId, 1, vm.addr(10_000 + i), i);
        }
        present &= (1 << counted) - 1;
        admitted &= (1 << counted) - 1;
        vm.warp(soon() + 1);
        jointly(
            abi.encodeCall(
                ITenderLedger.closeRound, (grounded(processId), 1, counted, words(present), words(admitted))
            )
        );
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(detail, abi.encode(counted, words(present), words(admitted)), "counted and bitmaps");
        vm.assertEq(record.round, 1, "the round");
        checkHeads();
    }

    /// @dev Bids beyond the first 256 have their own words in both bitmaps, and their own words of outcomes.
    function test_openBids_beyondOneWord_everyOutcomeItsOwn() public {
        bytes32 processId = openTender();
        uint256 bids = 300;
        for (uint256 i; i < bids; ++i) {
            commit(processId, 1, vm.addr(10_000 + i), i);
        }
        vm.warp(soon() + 1);
        uint256[] memory present = new uint256[](2);
        (present[0], present[1]) = (type(uint256).max ^ (1 << 255), (1 << 44) - 1 - (1 << 43));
        jointly(
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 300, present, new uint256[](2)))
        );
        uint32[4] memory cuts = [uint32(0), 100, 255, 300];
        for (uint256 c; c < 3; ++c) {
            BidOutcome[] memory list = new BidOutcome[](cuts[c + 1] - cuts[c]);
            for (uint32 i; i < list.length; ++i) {
                uint256 n = cuts[c] + i;
                list[i] = opened(vm.addr(10_000 + n), n);
                if (n == 255 || n == 299) {
                    list[i] = BidOutcome(
                        Outcome.Missing, vm.addr(10_000 + n), commitment(processId, 1, vm.addr(10_000 + n), n), 0
                    );
                }
            }
            jointly(abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, cuts[c], list)));
        }
        for (uint32 n; n < bids; ++n) {
            bytes memory award =
                abi.encodeCall(ITenderLedger.excludeBid, (grounded(processId), LOT_ONE, 1, n));
            if (n == 255 || n == 299) {
                refused(
                    officerOne,
                    award,
                    abi.encodeWithSelector(ITenderLedger.BidForbids.selector, 1, n, Outcome.Missing)
                );
            } else if (n % 37 == 0) {
                jointly(award);
            }
        }
    }
}
