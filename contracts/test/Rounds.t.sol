// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice The tender's terms, its rounds and their deadlines.
contract RoundsTest is BaseTest {
    string internal constant OCID = "ocds-213czf-000-00002";

    function refusedTerms(TenderTerms memory terms, bytes memory expected) internal {
        refused(officerOne, tenderCall(terms), expected);
    }

    function test_publishTender_newProcess_isActiveWithFirstRound() public {
        foldRecordedLogs();
        TenderTerms memory terms = tenderTerms(OCID, soon());
        jointly(tenderCall(terms));
        bytes32 processId = processIdOf(OCID);
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.round, 1, "round 1");
        vm.assertEq(record.first, officerOne, "proposed by the first");
        vm.assertEq(record.second, officerTwo, "executed by the second");
        vm.assertEq(detail, abi.encode(terms), "the terms as they were given");
        vm.assertTrue(state(processId) == ProcessState.Active, "active");
        (RoundKind kind, RoundState round, uint64 deadline,,,,) = ledger.roundOf(processId, 1);
        vm.assertTrue(kind == RoundKind.Bids && round == RoundState.Open, "a round of bids is open");
        vm.assertEq(deadline, soon(), "with this deadline");
        checkHeads();
    }

    function test_publishTender_anchoredProcess_isRaised() public {
        act(publisher, noticeCall(town, notice(OCID)));
        jointly(tenderCall(tenderTerms(OCID, soon())));
        vm.assertTrue(state(processIdOf(OCID)) == ProcessState.Active, "raised");
        vm.assertEq(ledger.listLength(town), 1, "listed once");
        refusedTerms(
            tenderTerms(OCID, soon()),
            abi.encodeWithSelector(
                ITenderLedger.ProcessForbids.selector, processIdOf(OCID), 2, ProcessState.Active
            )
        );
    }

    function test_publishTender_byObserver_refused() public {
        bytes memory data =
            abi.encodeCall(ITenderLedger.publishTender, (watchdog, soon(), RELEASE, tenderTerms(OCID, soon())));
        refused(observer, data, abi.encodeWithSelector(IActs.KindMissing.selector, watchdog, 1));
    }

    function test_publishTender_parentOfKnownProcess_refused() public {
        TenderTerms memory terms = tenderTerms(OCID, soon());
        terms.parent = keccak256("framework");
        act(publisher, noticeCall(town, notice(OCID)));
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.ParentFixed.selector, processIdOf(OCID)));
        terms.ocid = "ocds-213czf-another";
        jointly(tenderCall(terms));
    }

    function test_publishTender_lotsOutOfOrderOrEmpty_refused() public {
        TenderTerms memory terms = tenderTerms(OCID, soon());
        (terms.lots[0], terms.lots[1]) = (terms.lots[1], terms.lots[0]);
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.LotsInvalid.selector, terms.lots[1].lot, 1));
        terms.lots[0] = terms.lots[1];
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.LotsInvalid.selector, terms.lots[1].lot, 1));
        terms = tenderTerms(OCID, soon());
        terms.lots[0].lot = 0;
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.LotsInvalid.selector, 0, 1));
        terms = tenderTerms(OCID, soon());
        terms.lots[1].maxAwards = 0;
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.LotsInvalid.selector, terms.lots[1].lot, 0));
        terms.lots = new LotTerms[](0);
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.LotsInvalid.selector, 0, 0));
    }

    function test_publishTender_roundTermsInvalid_refused() public {
        TenderTerms memory terms = tenderTerms(OCID, time());
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.DeadlineNotLater.selector, time(), time()));
        terms = tenderTerms(OCID, soon());
        terms.round.kind = RoundKind.Supplement;
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 2));
        terms.round.kind = RoundKind.Negotiation;
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 2));
        terms.round.kind = RoundKind.None;
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 2));
        terms = tenderTerms(OCID, soon());
        terms.round.keySet = keccak256("other set");
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.KeySetNotReady.selector, terms.round.keySet));
        terms = tenderTerms(OCID, soon());
        terms.round.receivers[0] = watchdog;
        refusedTerms(terms, abi.encodeWithSelector(IActs.KindMissing.selector, watchdog, 8));
    }

    /// @dev A buyer that is a receiver, for its neighbours, too could promise a favourite's late bid an early arrival.
    function test_publishTender_buyerAsItsOwnReceiver_refused() public {
        governed(abi.encodeCall(IOrganisationRegistry.changeKinds, (town, 9, soon())));
        TenderTerms memory terms = tenderTerms(OCID, soon());
        terms.round.receivers[0] = town;
        refusedTerms(terms, abi.encodeWithSelector(ITenderLedger.ReceiverIsBuyer.selector, town));
    }

    function test_publishTender_withoutRelease_refused() public {
        bytes memory data = abi.encodeCall(ITenderLedger.publishTender, (town, soon(), 0, tenderTerms(OCID, soon())));
        refused(officerOne, data, abi.encodeWithSelector(ITenderLedger.ReleaseMissing.selector, 2));
    }

    function test_amendTender_beforeTheDeadline_onlyLater() public {
        bytes32 processId = openTender();
        uint64 deadline = soon();
        act(publisher, abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, deadline + 1)));
        act(publisher, abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, 0)));
        (,, uint64 now_,,,,) = ledger.roundOf(processId, 1);
        vm.assertEq(now_, deadline + 1, "later by a second, then unchanged");
        refused(
            publisher,
            abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, deadline + 1)),
            abi.encodeWithSelector(ITenderLedger.DeadlineNotLater.selector, deadline + 1, deadline + 1)
        );
    }

    /// @dev One publisher could else keep a round open for years. What two officers agree to counts anew.
    function test_amendTender_farBeyondTheAgreed_takesTwo() public {
        bytes32 processId = openTender();
        uint64 agreed = soon();
        act(publisher, abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, agreed + 20 days)));
        uint64 far = agreed + 30 days + 1;
        refused(
            publisher,
            abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, far)),
            abi.encodeWithSelector(ITenderLedger.DeadlineTooFar.selector, far, agreed + 30 days)
        );
        jointly(abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, far)));
        act(publisher, abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, far + 30 days)));
        (,, uint64 deadline,,,,) = ledger.roundOf(processId, 1);
        vm.assertEq(deadline, far + 30 days, "30 days beyond what the two agreed to");
    }

    /// @dev The deadline's second still belongs to the round; the next one does not.
    function testFuzz_amendTender_aroundTheDeadline_allowedToItsSecond(uint64 offset) public {
        bytes32 processId = openTender();
        uint64 deadline = soon();
        vm.warp(bound(offset, deadline - 3, deadline + 3));
        bytes memory data = abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, deadline + 100));
        if (block.timestamp <= deadline) {
            act(publisher, data);
        } else {
            refused(
                publisher,
                data,
                abi.encodeWithSelector(
                    ITenderLedger.RoundForbids.selector, processId, 3, 1, RoundState.Open, deadline
                )
            );
        }
    }

    function test_amendTender_withGround_refused() public {
        bytes32 processId = openTender();
        refused(
            publisher,
            abi.encodeCall(ITenderLedger.amendTender, (grounded(processId), 1, 0)),
            abi.encodeWithSelector(IActs.GroundUnexpected.selector, 3)
        );
    }

    function test_openRound_furtherRound_besideTheFirst() public {
        bytes32 processId = openTender();
        RoundTerms memory terms = roundTerms(RoundKind.Supplement, soon());
        terms.invited = keccak256("invited");
        jointly(abi.encodeCall(ITenderLedger.openRound, (plain(processId), terms)));
        (Act memory record, bytes memory detail) = lastRecord();
        vm.assertEq(record.round, 2, "round 2");
        vm.assertEq(detail, abi.encode(terms), "its terms");
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.openRound, (plain(processId), roundTerms(RoundKind.None, soon()))),
            abi.encodeWithSelector(ITenderLedger.KindInvalid.selector, 4)
        );
    }

    function test_resumeRound_afterOutage_bidsInBetweenAreTimely() public {
        bytes32 processId = openTender();
        uint64 deadline = soon();
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, deadline)),
            abi.encodeWithSelector(ITenderLedger.DeadlineNotLater.selector, deadline, deadline)
        );
        vm.warp(deadline + 100);
        commit(processId, 1, bidderOne, 1);
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, time())),
            abi.encodeWithSelector(ITenderLedger.DeadlineNotLater.selector, time(), time())
        );
        jointly(abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, time() + 1 days)));
        vm.warp(time() + 1 days + 1);
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 0, new uint256[](0), new uint256[](0))),
            abi.encodeWithSelector(ITenderLedger.CountedInvalid.selector, 0, 1, 1)
        );
    }

    function test_retiredKeySet_laterRound_refused() public {
        bytes32 processId = openTender();
        jointlyIn(address(registry), abi.encodeCall(IOrganisationRegistry.retireKeySet, (keySet, GROUND, soon())));
        refused(
            officerOne,
            abi.encodeCall(ITenderLedger.openRound, (plain(processId), roundTerms(RoundKind.Bids, soon()))),
            abi.encodeWithSelector(ITenderLedger.KeySetNotReady.selector, keySet)
        );
        commit(processId, 1, bidderOne, 1); // the running round keeps its set
    }
}
