// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice What every act costs, as a transaction of its own. The table is committed in contracts/gas/acts.json; a run
/// that finds another figure fails, and FORGE_SNAPSHOT_CHECK=false writes the table anew.
contract GasTest is BaseTest {
    uint256 private constant BUDGET_COMMIT = 80_000;
    uint256 private constant BUDGET_COMMIT_MORE = 100_000;

    function note(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("acts", name, gas);
    }

    function alone(string memory name, address account, bytes memory data) private returns (uint256) {
        act(account, data);
        return note(name);
    }

    function both(string memory name, bytes memory data) private returns (uint256 first, uint256 second) {
        return both(name, address(ledger), data);
    }

    function both(string memory name, address to, bytes memory data) private returns (uint256 first, uint256 second) {
        act(officerOne, to, data);
        first = note(string.concat(name, ", first officer"));
        act(officerTwo, to, data);
        second = note(string.concat(name, ", second officer"));
    }

    function governors(string memory name, bytes memory data) private {
        act(governorOne, address(registry), data);
        note(string.concat(name, ", first governor"));
        act(governorTwo, address(registry), data);
        note(string.concat(name, ", last governor"));
    }

    function content(uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(i)));
    }

    function test_notices_gasIsTheCommitted() public {
        alone("NoticePublished, first of an organisation", publisher, noticeCall(town, notice("ocds-213czf-000")));
        alone("NoticePublished, new process", publisher, noticeCall(town, notice("ocds-213czf-001")));
        alone("NoticePublished, known process", publisher, noticeCall(town, notice("ocds-213czf-001")));
        Notice[] memory notices = new Notice[](100);
        for (uint256 i; i < 100; ++i) {
            notices[i] = notice(string.concat("ocds-213czf-", digits(1000 + i)));
        }
        bytes memory data = abi.encodeCall(ITenderLedger.publishNotices, (town, soon(), notices));
        alone("NoticePublished, 100 new processes", publisher, data);
        alone("NoticePublished, 100 known processes", publisher, data);
        both(
            "FieldsErased",
            abi.encodeCall(ITenderLedger.eraseFields, (grounded(processIdOf("ocds-213czf-001")), 1, RELEASE))
        );
    }

    function test_bids_gasIsTheCommittedAndWithinBudget() public {
        bytes32 processId = openTender();
        commit(processId, 1, outsider, 9); // the first bid of a round writes fresh words, the others do not
        bytes32 one_ = commitment(processId, 1, bidderOne, 1);
        bytes32 two = commitment(processId, 1, bidderOne, 2);
        bytes32 three_ = commitment(processId, 1, bidderTwo, 3);
        bytes memory data = abi.encodeCall(ITenderLedger.commitBid, (processId, 1, one_, 0, soon(), noPromise()));
        vm.assertLe(alone("BidCommitted", bidderOne, data), BUDGET_COMMIT, "budget of a commitment");
        data = abi.encodeCall(ITenderLedger.commitBid, (processId, 1, two, one_, soon(), noPromise()));
        vm.assertLe(alone("BidCommitted, superseding", bidderOne, data), BUDGET_COMMIT_MORE, "budget, superseding");
        Promise memory kept = promised(processId, three_, bidderTwo, time(), soon());
        data = abi.encodeCall(ITenderLedger.commitBid, (processId, 1, three_, 0, soon(), kept));
        vm.assertLe(alone("BidCommitted, with a promise", bidderTwo, data), BUDGET_COMMIT_MORE, "budget, promise");
        alone("BidWithdrawn", bidderOne, abi.encodeCall(ITenderLedger.withdrawBid, (processId, 1, two, soon())));
        both(
            "ExternalBidRegistered",
            abi.encodeCall(ITenderLedger.registerExternalBid, (plain(processId), 1, time(), keccak256("receipt")))
        );
    }

    function test_rounds_gasIsTheCommitted() public {
        act(publisher, noticeCall(town, notice("ocds-213czf-before")));
        alone("NoticePublished, another process", publisher, noticeCall(town, notice("ocds-213czf-000")));
        TenderTerms memory terms = tenderTerms("ocds-213czf-001", soon());
        both("TenderPublished, two lots", tenderCall(terms));
        bytes32 processId = processIdOf(terms.ocid);
        alone(
            "TenderAmended",
            publisher,
            abi.encodeCall(ITenderLedger.amendTender, (plain(processId), 1, soon() + 1 hours))
        );
        both(
            "RoundOpened",
            abi.encodeCall(ITenderLedger.openRound, (plain(processId), roundTerms(RoundKind.Negotiation, soon())))
        );
        vm.warp(soon() + 2 hours);
        both("RoundResumed", abi.encodeCall(ITenderLedger.resumeRound, (grounded(processId), 1, soon())));
    }

    function test_openingOf200_oneTransaction_gasIsTheCommitted() public {
        bytes32 processId = openTender();
        for (uint256 i; i < 200; ++i) {
            commit(processId, 1, vm.addr(10_000 + i), content(i));
        }
        vm.warp(block.timestamp + 1 days + 1);
        both(
            "RoundClosed, 200 bids",
            abi.encodeCall(ITenderLedger.closeRound, (plain(processId), 1, 200, words((1 << 200) - 1), words(0)))
        );
        BidOutcome[] memory list = new BidOutcome[](200);
        for (uint256 i; i < 200; ++i) {
            list[i] = opened(vm.addr(10_000 + i), content(i));
        }
        (uint256 first, uint256 second) =
            both("BidsOpened, 200 bids", abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, 0, list)));
        vm.assertLe(first + second, 2_200_000, "200 outcomes, both calls");
        (, RoundState state_,,,,,) = ledger.roundOf(processId, 1);
        vm.assertTrue(state_ == RoundState.Opened, "all 200 have their outcome");
        foldRecordedLogs();
        checkHeads();
    }

    function test_evaluation_gasIsTheCommitted() public {
        bytes32 processId = closedRound();
        BidOutcome[] memory list = new BidOutcome[](2);
        list[0] = opened(bidderOne, 1);
        list[1] =
            BidOutcome(Outcome.Unreadable, bidderTwo, commitment(processId, 1, bidderTwo, 2), keccak256("evidence"));
        both("BidsOpened, 2 bids", abi.encodeCall(ITenderLedger.openBids, (plain(processId), 1, 0, list)));
        both(
            "OutcomeRevised",
            abi.encodeCall(ITenderLedger.reviseOutcome, (grounded(processId), 1, 1, opened(bidderTwo, 2)))
        );
        both("BidExcluded", abi.encodeCall(ITenderLedger.excludeBid, (grounded(processId), LOT_ONE, 1, 1)));
        both("BidReadmitted", abi.encodeCall(ITenderLedger.readmitBid, (grounded(processId), LOT_ONE, 1, 1)));
        both("AwardAnnounced", abi.encodeCall(ITenderLedger.announceAward, (plain(processId), LOT_ONE, 1, 0, 0)));
        uint64 award = length(processId);
        both("AwardWithdrawn", abi.encodeCall(ITenderLedger.withdrawAward, (grounded(processId), award)));
        both("LotClosed", abi.encodeCall(ITenderLedger.closeLot, (grounded(processId), LOT_ONE)));
        both("Remanded", abi.encodeCall(ITenderLedger.remand, (grounded(processId), LOT_TWO, 0, Stage.Evaluation)));
        both("Reinstated, a lot", abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), LOT_ONE)));
        both("TenderCancelled", abi.encodeCall(ITenderLedger.cancelTender, (grounded(processId))));
        both("Reinstated, the process", abi.encodeCall(ITenderLedger.reinstate, (grounded(processId), 0)));
    }

    function test_contract_gasIsTheCommitted() public {
        (bytes32 processId, uint64 award) = awarded();
        uint64 end = time() + STANDSTILL;
        alone(
            "LosersInformed",
            publisher,
            abi.encodeCall(ITenderLedger.informLosers, (plain(processId), award, time(), end))
        );
        alone(
            "ProcessSuspended",
            reviewer,
            abi.encodeCall(ITenderLedger.suspendProcess, (grounded(processId), 0, reviewBody, 0))
        );
        uint64 suspension = length(processId);
        both("SuspensionLifted", abi.encodeCall(ITenderLedger.liftSuspension, (grounded(processId), suspension)));
        vm.warp(end + 1);
        both("ContractConcluded", abi.encodeCall(ITenderLedger.concludeContract, (plain(processId), award, 0)));
        alone(
            "ContractModified", publisher, abi.encodeCall(ITenderLedger.modifyContract, (plain(processId), award))
        );
        alone(
            "ContractTerminated",
            publisher,
            abi.encodeCall(ITenderLedger.terminateContract, (plain(processId), award))
        );
        (processId, award) = concluded();
        alone(
            "ContractCompleted", publisher, abi.encodeCall(ITenderLedger.completeContract, (plain(processId), award))
        );
    }

    function test_organisation_gasIsTheCommitted() public {
        both(
            "ArtifactRegistered",
            abi.encodeCall(
                ITenderLedger.registerArtifact, (town, soon(), keccak256("page"), ArtifactKind.Page, "verifier 1.0")
            )
        );
        alone(
            "ObservationRecorded",
            observer,
            abi.encodeCall(ITenderLedger.recordObservation, (watchdog, soon(), keccak256("findings")))
        );
        alone(
            "AuditAnchored", auditor, abi.encodeCall(ITenderLedger.anchorAudit, (town, soon(), keccak256("report")))
        );
    }

    function test_registry_gasIsTheCommitted() public {
        bytes32 other = organisationIdOf("other");
        governors(
            "OrganisationAdmitted, one person",
            abi.encodeCall(IOrganisationRegistry.admitOrganisation, ("TEST", "other", 1, one(outsider, 2), soon()))
        );
        governors("KindsChanged", abi.encodeCall(IOrganisationRegistry.changeKinds, (other, 5, soon())));
        governors(
            "OrganisationSuspended", abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (other, GROUND, soon()))
        );
        governors(
            "OrganisationRestored", abi.encodeCall(IOrganisationRegistry.restoreOrganisation, (other, GROUND, soon()))
        );
        governors(
            "PeopleReplaced, one person",
            abi.encodeCall(IOrganisationRegistry.replacePeople, (other, GROUND, one(deputy, 2), soon()))
        );
        governors(
            "SuccessorRegistered", abi.encodeCall(IOrganisationRegistry.registerSuccessor, (outsider, soon()))
        );
        address[] memory list = sorted(three(governorOne, governorTwo, outsider));
        governors("GovernorsSet, three", abi.encodeCall(IOrganisationRegistry.setGovernors, (list, 2, 0, soon())));
        both(
            "PeopleChanged, one person",
            address(registry),
            abi.encodeCall(IOrganisationRegistry.changePeople, (town, one(deputy, 3), soon()))
        );
        KeySet memory set = threeAndThree();
        set.officers[0].key = publicKey(9);
        bytes32 id = keccak256(abi.encode(town, set));
        both(
            "KeySetRegistered, three and three",
            address(registry),
            abi.encodeCall(IOrganisationRegistry.registerKeySet, (town, set, soon()))
        );
        accept(custodianOne, id, custodianA);
        note("KeySetAccepted");
        both(
            "KeySetRetired",
            address(registry),
            abi.encodeCall(IOrganisationRegistry.retireKeySet, (id, GROUND, soon()))
        );
    }
}
