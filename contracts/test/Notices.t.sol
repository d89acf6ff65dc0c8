// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Notices of the town and of an observer, erased fields, and acts of an organisation.
contract NoticesTest is BaseTest {
    string internal constant OCID = "ocds-213czf-000-00001";

    function test_publishNotices_newProcess_isAnchoredAndListed() public {
        foldRecordedLogs();
        act(publisher, noticeCall(town, notice(OCID)));
        bytes32 processId = processIdOf(OCID);
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.act, 1, "NoticePublished");
        vm.assertEq(record.sequence, 1, "first act of the process");
        vm.assertEq(record.roles, 5, "the town's admission, its key set, three acceptances");
        vm.assertEq(record.time, START, "time of the block");
        vm.assertEq(record.first, publisher, "the publisher acted");
        vm.assertEq(record.second, address(0), "alone");
        vm.assertEq(record.release, RELEASE, "the release");
        vm.assertEq(
            detail, abi.encode(NoticeKind.Call, OCID, bytes32(0)), "the detail gives the ocid back"
        );
        vm.assertTrue(state(processId) == ProcessState.Anchored, "anchored");
        vm.assertEq(ledger.listLength(town), 1, "listed once");
        checkHeads();
    }

    function test_publishNotices_byObserver_processIsObserved() public {
        act(observer, noticeCall(watchdog, notice(OCID)));
        bytes32 processId = keccak256(abi.encode(watchdog, OCID));
        vm.assertTrue(state(processId) == ProcessState.Observed, "observed, and not the town's process");
        vm.assertTrue(state(processIdOf(OCID)) == ProcessState.None, "the town has none");
    }

    function test_publishNotices_batchOf100_allRecorded() public {
        Notice[] memory notices = new Notice[](100);
        for (uint256 i; i < 100; ++i) {
            notices[i] = notice(i % 2 == 0 ? OCID : string.concat(OCID, digits(i)));
        }
        act(publisher, abi.encodeCall(ITenderLedger.publishNotices, (town, soon(), notices)));
        vm.assertEq(length(processIdOf(OCID)), 50, "fifty acts of one process");
        vm.assertEq(ledger.listLength(town), 51, "fifty-one processes");
        foldRecordedLogs();
        checkHeads();
    }

    function test_publishNotices_wrongSize_refused() public {
        bytes memory none = abi.encodeCall(ITenderLedger.publishNotices, (town, soon(), new Notice[](0)));
        refused(publisher, none, abi.encodeWithSelector(ITenderLedger.BatchSizeInvalid.selector, 0));
        bytes memory many = abi.encodeCall(ITenderLedger.publishNotices, (town, soon(), new Notice[](101)));
        refused(publisher, many, abi.encodeWithSelector(ITenderLedger.BatchSizeInvalid.selector, 101));
    }

    function test_publishNotices_withoutTheRole_refused() public {
        bytes memory data = noticeCall(town, notice(OCID));
        refused(outsider, data, abi.encodeWithSelector(IActs.RoleMissing.selector, town, outsider, 1));
        refused(officerOne, data, abi.encodeWithSelector(IActs.RoleMissing.selector, town, officerOne, 1));
        refused(
            publisher,
            noticeCall(watchdog, notice(OCID)),
            abi.encodeWithSelector(IActs.RoleMissing.selector, watchdog, publisher, 1)
        );
    }

    function test_publishNotices_byReceiver_refused() public {
        refused(
            receiver,
            noticeCall(submissionService, notice(OCID)),
            abi.encodeWithSelector(IActs.KindMissing.selector, submissionService, 3)
        );
    }

    function test_publishNotices_expired_refused() public {
        bytes memory data = noticeCall(town, notice(OCID));
        vm.warp(START + 1 days);
        act(publisher, data);
        vm.warp(START + 1 days + 1);
        refused(
            publisher, data, abi.encodeWithSelector(IActs.ActExpired.selector, START + 1 days, START + 1 days + 1)
        );
    }

    function test_publishNotices_expiryTooFar_refused() public {
        Notice[] memory notices = new Notice[](1);
        notices[0] = notice(OCID);
        uint64 latest = START + 30 days;
        act(publisher, abi.encodeCall(ITenderLedger.publishNotices, (town, latest, notices)));
        refused(
            publisher,
            abi.encodeCall(ITenderLedger.publishNotices, (town, latest + 1, notices)),
            abi.encodeWithSelector(IActs.ExpiryTooFar.selector, latest + 1, latest)
        );
    }

    function test_publishNotices_incomplete_refused() public {
        Notice memory n = notice(OCID);
        n.release = 0;
        refused(publisher, noticeCall(town, n), abi.encodeWithSelector(ITenderLedger.ReleaseMissing.selector, 1));
        n = notice(OCID);
        n.kind = NoticeKind.None;
        refused(publisher, noticeCall(town, n), abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 1));
    }

    function test_publishNotices_refToNoEarlierAct_refused() public {
        bytes32 processId = processIdOf(OCID);
        Notice memory n = notice(OCID);
        n.ref = 1;
        refused(
            publisher, noticeCall(town, n), abi.encodeWithSelector(ITenderLedger.RefUnknown.selector, processId, 1)
        );
        act(publisher, noticeCall(town, notice(OCID)));
        act(publisher, noticeCall(town, n));
        n.kind = NoticeKind.Withdrawal;
        n.ref = 0;
        refused(
            publisher, noticeCall(town, n), abi.encodeWithSelector(ITenderLedger.RefUnknown.selector, processId, 0)
        );
    }

    function test_publishNotices_parentOfKnownProcess_refused() public {
        Notice memory n = notice(OCID);
        n.parent = keccak256("framework");
        act(publisher, noticeCall(town, n));
        refused(
            publisher,
            noticeCall(town, n),
            abi.encodeWithSelector(ITenderLedger.ParentFixed.selector, processIdOf(OCID))
        );
    }

    function test_publishNotices_textOutOfBounds_refused() public {
        string memory longest = string(new bytes(128));
        for (uint256 i; i < 128; ++i) {
            bytes(longest)[i] = "x";
        }
        act(publisher, noticeCall(town, notice(longest)));
        string[4] memory bad = ["", string.concat(longest, "x"), "line\nbreak", unicode"straße"];
        for (uint256 i; i < bad.length; ++i) {
            refused(
                publisher,
                noticeCall(town, notice(bad[i])),
                abi.encodeWithSelector(ITenderLedger.TextInvalid.selector, bad[i])
            );
        }
    }

    /// @dev Every byte below a space and above a tilde is refused, every other one taken.
    function testFuzz_publishNotices_anyByte_takenIfPrintable(uint8 value) public {
        Notice memory n = notice(string(abi.encodePacked("ocds-", bytes1(value))));
        if (value >= 0x20 && value <= 0x7e) {
            act(publisher, noticeCall(town, n));
            vm.assertEq(length(processIdOf(n.ocid)), 1, "taken");
        } else {
            refused(
                publisher, noticeCall(town, n), abi.encodeWithSelector(ITenderLedger.TextInvalid.selector, n.ocid)
            );
        }
    }

    // ---- FieldsErased ------------------------------------------------------------------------------------------

    function test_eraseFields_jointlyWithGround_recorded() public {
        act(publisher, noticeCall(town, notice(OCID)));
        bytes32 processId = processIdOf(OCID);
        jointly(abi.encodeCall(ITenderLedger.eraseFields, (grounded(processId), 1, RELEASE)));
        (Act memory record,) = lastRecord();
        vm.assertEq(record.act, 27, "FieldsErased");
        vm.assertEq(record.ref, 1, "of the first act");
        vm.assertEq(record.subject, RELEASE, "of this release");
        vm.assertEq(record.ground, GROUND, "on this ground");
        checkHeads();
    }

    function test_eraseFields_incomplete_refused() public {
        act(publisher, noticeCall(town, notice(OCID)));
        bytes32 processId = processIdOf(OCID);
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.eraseFields, (plain(processId), 1, RELEASE)),
            abi.encodeWithSelector(IActs.GroundMissing.selector, 27)
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.eraseFields, (grounded(processId), 1, 0)),
            abi.encodeWithSelector(ITenderLedger.SubjectMissing.selector, 27)
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.eraseFields, (grounded(processId), 2, RELEASE)),
            abi.encodeWithSelector(ITenderLedger.RefUnknown.selector, processId, 2)
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.eraseFields, (grounded(keccak256("nothing")), 1, RELEASE)),
            abi.encodeWithSelector(
                ITenderLedger.ProcessForbids.selector, keccak256("nothing"), 27, ProcessState.None
            )
        );
    }

    // ---- Acts of an organisation, outside a process ------------------------------------------------------------

    function test_registerArtifact_jointly_inTheList() public {
        act(publisher, noticeCall(town, notice(OCID)));
        jointly(
            abi.encodeCall(ITenderLedger.registerArtifact, (town, soon(), RELEASE, ArtifactKind.Page, "verifier 1.0"))
        );
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.sequence, 2, "second item of the list, after the process");
        vm.assertEq(detail, abi.encode(ArtifactKind.Page, "verifier 1.0"), "kind and name");
        checkHeads();
    }

    function test_registerArtifact_incomplete_refused() public {
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.registerArtifact, (town, soon(), RELEASE, ArtifactKind.None, "x")),
            abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 28)
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.registerArtifact, (town, soon(), RELEASE, ArtifactKind.Page, "")),
            abi.encodeWithSelector(ITenderLedger.TextInvalid.selector, "")
        );
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.registerArtifact, (town, soon(), 0, ArtifactKind.Page, "x")),
            abi.encodeWithSelector(ITenderLedger.SubjectMissing.selector, 28)
        );
    }

    function test_recordObservation_byObserver_inItsList() public {
        act(observer, abi.encodeCall(ITenderLedger.recordObservation, (watchdog, soon(), RELEASE)));
        vm.assertEq(ledger.listLength(watchdog), 1, "one item");
        foldRecordedLogs();
        checkHeads();
    }

    function test_anchorAudit_byOthersThanAuditors_refused() public {
        act(auditor, abi.encodeCall(ITenderLedger.anchorAudit, (town, soon(), RELEASE)));
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.anchorAudit, (town, soon(), RELEASE)),
            abi.encodeWithSelector(IActs.RoleMissing.selector, town, officerOne, 8)
        );
    }
}
