// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "./BaseTest.sol";

/// @notice Governors, organisations, people and key sets.
contract RegistryTest is BaseTest {
    bytes32 internal newcomer = organisationIdOf("newcomer");

    function admitCall(uint8 kinds, Person[] memory people) internal view returns (bytes memory) {
        return abi.encodeCall(
            IOrganisationRegistry.admitOrganisation, ("TEST", "newcomer", kinds, people, time() + 30 days)
        );
    }

    function admitKey(uint8 kinds, Person[] memory people) internal view returns (bytes32) {
        Act memory draft;
        draft.act = 64;
        return keccak256(
            abi.encode(
                IOrganisationRegistry.admitOrganisation.selector,
                newcomer,
                bytes32(0),
                time() + 30 days,
                draft,
                abi.encode("TEST", "newcomer", kinds, people)
            )
        );
    }

    function setGovernorsCall(address[] memory governors, uint8 threshold, uint64 delay)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodeCall(IOrganisationRegistry.setGovernors, (governors, threshold, delay, soon()));
    }

    function changeCall(Person[] memory people) internal view returns (bytes memory) {
        return abi.encodeCall(IOrganisationRegistry.changePeople, (town, people, soon()));
    }

    function keySetCall(KeySet memory set) internal view returns (bytes memory) {
        return abi.encodeCall(IOrganisationRegistry.registerKeySet, (town, set, soon()));
    }

    // ---- Governors ---------------------------------------------------------------------------------------------

    function test_constructor_firstGovernors_areTheFirstAct() public {
        (address[] memory governors, uint8 threshold, uint64 delay) = registry.governance();
        vm.assertEq(governors.length, 3, "three governors");
        vm.assertEq(threshold, 2, "two of them");
        vm.assertEq(delay, 0, "without delay in the tests");
        foldRecordedLogs();
        vm.assertEq(foldedLength[address(registry)][0], 1, "GovernorsSet is the first act of series 0");
        checkHeads();
    }

    function test_governors_delayed_ripeAfterIt() public {
        deploy(2, 7 days);
        vm.getRecordedLogs();
        bytes memory data = admitCall(1, one(officerOne, 2));
        bytes32 key = admitKey(1, one(officerOne, 2));
        act(governorOne, address(registry), data);
        act(governorTwo, address(registry), data);
        uint64 ripe = time() + 7 days;
        (address[] memory approvers, uint64 found) = registry.petitionOf(key);
        vm.assertEq(approvers.length, 2, "two approvals");
        vm.assertEq(found, ripe, "ripe after the delay");
        vm.warp(ripe - 1);
        refusedInRegistry(
            governorOne, data, abi.encodeWithSelector(IOrganisationRegistry.NotRipe.selector, key, ripe)
        );
        vm.warp(ripe);
        act(governorOne, address(registry), data);
        (uint8 kinds,,,) = registry.organisationOf(newcomer);
        vm.assertEq(kinds, 1, "admitted");
    }

    function test_governors_oneAlone_executesNothing() public {
        bytes memory data = admitCall(1, one(officerOne, 2));
        act(governorOne, address(registry), data);
        (uint8 kinds,,,) = registry.organisationOf(newcomer);
        vm.assertEq(kinds, 0, "not admitted");
        refusedInRegistry(
            governorOne,
            data,
            abi.encodeWithSelector(IActs.AlreadyApproved.selector, admitKey(1, one(officerOne, 2)), governorOne)
        );
        refusedInRegistry(
            outsider, data, abi.encodeWithSelector(IOrganisationRegistry.GovernorMissing.selector, outsider)
        );
    }

    function test_governors_leaversApproval_doesNotCount() public {
        bytes memory data = admitCall(1, one(officerOne, 2));
        act(governorOne, address(registry), data);
        governed(setGovernorsCall(sorted(three(governorTwo, governorThree, outsider)), 2, 0));
        act(governorTwo, address(registry), data);
        (uint8 kinds,,,) = registry.organisationOf(newcomer);
        vm.assertEq(kinds, 0, "one of the two has left");
        act(governorThree, address(registry), data);
        (kinds,,,) = registry.organisationOf(newcomer);
        vm.assertEq(kinds, 1, "two present ones");
    }

    function test_governors_revokedApproval_doesNotCount() public {
        bytes memory data = admitCall(1, one(officerOne, 2));
        bytes32 key = admitKey(1, one(officerOne, 2));
        act(governorOne, address(registry), data);
        bytes memory revoke = abi.encodeCall(IActs.revokeApproval, (key));
        refusedInRegistry(
            governorTwo, revoke, abi.encodeWithSelector(IActs.ApprovalUnknown.selector, key, governorTwo)
        );
        act(governorOne, address(registry), revoke);
        act(governorTwo, address(registry), data);
        (uint8 kinds,,,) = registry.organisationOf(newcomer);
        vm.assertEq(kinds, 0, "one approval is left");
    }

    /// @dev With one governor and no delay a call executes at once: made again, it must not be recorded again.
    function test_governors_executedActCalledAgain_refused() public {
        address[] memory alone = new address[](1);
        alone[0] = governorOne;
        governed(setGovernorsCall(alone, 1, 0));
        bytes memory data = admitCall(1, one(officerOne, 2));
        bytes32 key = admitKey(1, one(officerOne, 2));
        act(governorOne, address(registry), data);
        bytes memory kinds = abi.encodeCall(IOrganisationRegistry.changeKinds, (newcomer, 5, time() + 30 days));
        act(governorOne, address(registry), kinds);
        Act memory draft;
        draft.act = 65;
        bytes32 kindsKey = keccak256(
            abi.encode(
                IOrganisationRegistry.changeKinds.selector,
                newcomer,
                bytes32(0),
                time() + 30 days,
                draft,
                abi.encode(uint8(5))
            )
        );
        bytes memory again = abi.encodeWithSelector(IActs.AlreadyExecuted.selector, kindsKey);
        refusedInRegistry(governorOne, kinds, again);
        vm.warp(block.timestamp + 1 days);
        refusedInRegistry(governorOne, kinds, again);
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IActs.revokeApproval, (kindsKey)),
            abi.encodeWithSelector(IActs.ApprovalUnknown.selector, kindsKey, governorOne)
        );
        (address[] memory approvers,) = registry.petitionOf(key);
        vm.assertEq(approvers.length, 0, "nothing of the executed act is left open");
    }

    /// @dev The record names two; that enough agreed is provable because the detail names all, as they came.
    function test_governors_executed_detailNamesAllWhoApproved() public {
        governed(setGovernorsCall(sorted(three(governorOne, governorTwo, governorThree)), 3, 0));
        lastRecord();
        bytes memory data = admitCall(1, one(officerOne, 2));
        act(governorThree, address(registry), data);
        act(governorOne, address(registry), data);
        bytes32 key = admitKey(1, one(officerOne, 2));
        act(governorThree, address(registry), abi.encodeCall(IActs.revokeApproval, (key)));
        act(governorThree, address(registry), data);
        act(governorTwo, address(registry), data);
        (Act memory record, bytes memory detail) = lastRecord();
        address[] memory all = three(governorOne, governorThree, governorTwo);
        vm.assertEq(
            detail, abi.encode("TEST", "newcomer", uint8(1), one(officerOne, 2), all), "all, in their order"
        );
        vm.assertEq(record.first, governorOne, "the earliest who stands by it");
        vm.assertEq(record.second, governorTwo, "who executed");
        vm.assertEq(record.roles, 2, "the governors' series had two acts");
    }

    function test_setGovernors_invalid_refused() public {
        address[] memory list = three(governorOne, governorOne, governorTwo);
        bytes memory invalid = abi.encodeWithSelector(IOrganisationRegistry.GovernorsInvalid.selector, 3, 2);
        refusedInRegistry(governorOne, setGovernorsCall(list, 2, 0), invalid);
        list = sorted(three(governorOne, governorTwo, governorThree));
        refusedInRegistry(
            governorOne,
            setGovernorsCall(list, 4, 0),
            abi.encodeWithSelector(IOrganisationRegistry.GovernorsInvalid.selector, 3, 4)
        );
        refusedInRegistry(
            governorOne,
            setGovernorsCall(list, 0, 0),
            abi.encodeWithSelector(IOrganisationRegistry.GovernorsInvalid.selector, 3, 0)
        );
        refusedInRegistry(
            governorOne,
            setGovernorsCall(list, 2, 365 days + 1),
            abi.encodeWithSelector(IOrganisationRegistry.DelayInvalid.selector, 365 days + 1)
        );
    }

    function test_registerSuccessor_zeroOrSame_refused() public {
        governed(abi.encodeCall(IOrganisationRegistry.registerSuccessor, (outsider, soon())));
        vm.assertEq(registry.successor(), outsider, "registered");
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IOrganisationRegistry.registerSuccessor, (outsider, soon())),
            abi.encodeWithSelector(IOrganisationRegistry.SuccessorInvalid.selector, outsider)
        );
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IOrganisationRegistry.registerSuccessor, (address(0), soon())),
            abi.encodeWithSelector(IOrganisationRegistry.SuccessorInvalid.selector, address(0))
        );
    }

    // ---- Organisations -----------------------------------------------------------------------------------------

    function test_admitOrganisation_invalid_refused() public {
        refusedInRegistry(
            governorOne,
            abi.encodeCall(
                IOrganisationRegistry.admitOrganisation, ("TEST", "town", 1, new Person[](0), soon())
            ),
            abi.encodeWithSelector(IOrganisationRegistry.OrganisationKnown.selector, town)
        );
        uint8[3] memory kinds = [0, 3, 64];
        for (uint256 i; i < 3; ++i) {
            refusedInRegistry(
                governorOne,
                admitCall(kinds[i], new Person[](0)),
                abi.encodeWithSelector(IOrganisationRegistry.KindsInvalid.selector, kinds[i])
            );
        }
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IOrganisationRegistry.admitOrganisation, ("", "x", 1, new Person[](0), soon())),
            abi.encodeWithSelector(IOrganisationRegistry.IdentifierInvalid.selector, "")
        );
        refusedInRegistry(
            governorOne,
            abi.encodeCall(
                IOrganisationRegistry.admitOrganisation, ("TEST", unicode"Köln", 1, new Person[](0), soon())
            ),
            abi.encodeWithSelector(IOrganisationRegistry.IdentifierInvalid.selector, unicode"Köln")
        );
    }

    function test_admitOrganisation_peopleInvalid_refused() public {
        Person[] memory people = new Person[](2);
        (people[0], people[1]) = (Person(officerOne, 2, 0), Person(officerOne, 2, 0));
        bytes4 selector = IOrganisationRegistry.PersonInvalid.selector;
        refusedInRegistry(governorOne, admitCall(1, people), abi.encodeWithSelector(selector, officerOne, 2, 0));
        refusedInRegistry(
            governorOne, admitCall(1, one(address(0), 2)), abi.encodeWithSelector(selector, address(0), 2, 0)
        );
        refusedInRegistry(
            governorOne, admitCall(1, one(officerOne, 16)), abi.encodeWithSelector(selector, officerOne, 16, 0)
        );
        people = one(officerOne, 2);
        people[0].until = time() - 1;
        refusedInRegistry(
            governorOne, admitCall(1, people), abi.encodeWithSelector(selector, officerOne, 2, time() - 1)
        );
    }

    function test_changeKinds_townBecomesCustodian() public {
        governed(abi.encodeCall(IOrganisationRegistry.changeKinds, (town, 5, soon())));
        (uint8 kinds,,,) = registry.organisationOf(town);
        vm.assertEq(kinds, 5, "buyer and custodian");
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IOrganisationRegistry.changeKinds, (newcomer, 5, soon())),
            abi.encodeWithSelector(IOrganisationRegistry.OrganisationNotAdmitted.selector, newcomer)
        );
    }

    function test_suspendOrganisation_nobodyActs_untilRestored() public {
        deploy(2, 7 days);
        bytes memory data = admitCall(1, one(publisher, 1));
        governed(data);
        vm.warp(time() + 7 days);
        act(governorOne, address(registry), data);
        governed(abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (newcomer, GROUND, soon())));
        (, bool suspended,,) = registry.organisationOf(newcomer);
        vm.assertTrue(suspended, "at once, without the delay");
        refused(
            publisher,
            noticeCall(newcomer, notice("ocds-x")),
            abi.encodeWithSelector(IActs.RoleMissing.selector, newcomer, publisher, 1)
        );
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (newcomer, GROUND, soon())),
            abi.encodeWithSelector(IOrganisationRegistry.SuspensionUnchanged.selector, newcomer, true)
        );
        bytes memory restore =
            abi.encodeCall(IOrganisationRegistry.restoreOrganisation, (newcomer, GROUND, time() + 10 days));
        governed(restore);
        (, suspended,,) = registry.organisationOf(newcomer);
        vm.assertTrue(suspended, "still, until the delay is over");
        vm.warp(time() + 7 days);
        act(governorOne, address(registry), restore);
        act(publisher, noticeCall(newcomer, notice("ocds-x")));
    }

    function test_suspendOrganisation_withoutGround_refused() public {
        refusedInRegistry(
            governorOne,
            abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (town, 0, soon())),
            abi.encodeWithSelector(IActs.GroundMissing.selector, 66)
        );
    }

    // ---- People ------------------------------------------------------------------------------------------------

    function test_changePeople_lastOfficers_refused() public {
        jointlyIn(address(registry), changeCall(one(officerThree, 0)));
        (,, uint16 officers,) = registry.organisationOf(town);
        vm.assertEq(officers, 2, "two are left");
        refusedInRegistry(
            officerOne,
            changeCall(one(officerTwo, 0)),
            abi.encodeWithSelector(IOrganisationRegistry.TooFewOfficers.selector, town, 1)
        );
        Person[] memory deputyOnly = one(officerTwo, 2);
        deputyOnly[0].until = soon();
        refusedInRegistry(
            officerOne,
            changeCall(deputyOnly),
            abi.encodeWithSelector(IOrganisationRegistry.TooFewOfficers.selector, town, 1)
        );
    }

    function test_changePeople_oneOfficerAlone_changesNothing() public {
        act(officerOne, address(registry), changeCall(one(outsider, 2)));
        (uint8 roles,,) = registry.authority(town, outsider);
        vm.assertEq(roles, 0, "not an officer");
        refusedInRegistry(
            outsider,
            changeCall(one(outsider, 2)),
            abi.encodeWithSelector(IActs.RoleMissing.selector, town, outsider, 2)
        );
    }

    function test_replacePeople_byGovernors_lockedOrganisationActsAgain() public {
        Person[] memory people = new Person[](2);
        (people[0], people[1]) = (Person(bidderOne, 2, 0), Person(bidderTwo, 2, 0));
        governed(abi.encodeCall(IOrganisationRegistry.replacePeople, (watchdog, GROUND, sorted(people), soon())));
        (uint8 roles,,) = registry.authority(watchdog, bidderOne);
        vm.assertEq(roles, 2, "an officer");
        (roles,,) = registry.authority(watchdog, observer);
        vm.assertEq(roles, 3, "who was not named keeps the roles");
        bytes memory change = abi.encodeCall(IOrganisationRegistry.changePeople, (watchdog, one(observer, 0), soon()));
        act(bidderOne, address(registry), change);
        act(bidderTwo, address(registry), change);
        (roles,,) = registry.authority(watchdog, observer);
        vm.assertEq(roles, 0, "the two of them act jointly for it");
    }

    // ---- Key sets ----------------------------------------------------------------------------------------------

    function test_keySet_readyOnlyWhenAllAccepted() public {
        KeySet memory set = threeAndThree();
        set.officers[0].key = publicKey(9);
        bytes32 id = keccak256(abi.encode(town, set));
        jointlyIn(address(registry), keySetCall(set));
        accept(custodianOne, id, custodianA);
        accept(custodianTwo, id, custodianB);
        vm.assertTrue(!registry.keySetReady(town, id), "one has not accepted");
        refusedInRegistry(
            custodianOne,
            abi.encodeCall(IOrganisationRegistry.acceptKeySet, (id, custodianA, soon())),
            abi.encodeWithSelector(IOrganisationRegistry.CustodianUnexpected.selector, id, custodianA)
        );
        accept(custodianThree, id, custodianC);
        vm.assertTrue(registry.keySetReady(town, id), "ready");
        vm.assertTrue(!registry.keySetReady(watchdog, id), "but the town's only");
        foldRecordedLogs();
        checkHeads();
    }

    function test_keySet_withoutCustodians_readyAtOnce() public {
        KeySet memory set = threeAndThree();
        set.custodians = new Recipient[](0);
        set.custodianThreshold = 0;
        jointlyIn(address(registry), keySetCall(set));
        vm.assertTrue(registry.keySetReady(town, keccak256(abi.encode(town, set))), "and labelled by its content");
    }

    function test_keySet_invalid_refused() public {
        KeySet memory set = threeAndThree();
        refusedInRegistry(
            officerOne, keySetCall(set), abi.encodeWithSelector(IOrganisationRegistry.KeySetKnown.selector, keySet)
        );
        set.officerThreshold = 3;
        bytes4 threshold = IOrganisationRegistry.ThresholdInvalid.selector;
        refusedInRegistry(officerOne, keySetCall(set), abi.encodeWithSelector(threshold, 3, 3));
        set.officerThreshold = 1;
        refusedInRegistry(officerOne, keySetCall(set), abi.encodeWithSelector(threshold, 3, 1));
        set = threeAndThree();
        set.custodianThreshold = 0;
        refusedInRegistry(officerOne, keySetCall(set), abi.encodeWithSelector(threshold, 3, 0));
        bytes4 recipient = IOrganisationRegistry.RecipientInvalid.selector;
        set = threeAndThree();
        set.officers[1].key = new bytes(33);
        refusedInRegistry(
            officerOne, keySetCall(set), abi.encodeWithSelector(recipient, set.officers[1].holder, 33)
        );
        set = threeAndThree();
        set.custodians[1] = set.custodians[0];
        refusedInRegistry(
            officerOne, keySetCall(set), abi.encodeWithSelector(recipient, set.custodians[0].holder, 65)
        );
        set = threeAndThree();
        set.custodians[1].key[0] = 0x02;
        refusedInRegistry(
            officerOne, keySetCall(set), abi.encodeWithSelector(recipient, set.custodians[1].holder, 65)
        );
        set = threeAndThree();
        set.officers[2].holder |= bytes32(uint256(1) << 255);
        refusedInRegistry(
            officerOne, keySetCall(set), abi.encodeWithSelector(recipient, set.officers[2].holder, 65)
        );
    }

    /// @dev One secret in two places is one secret: within a list, across both, and with the other sign of the point.
    function test_keySet_onePersonsKeyTwice_refused() public {
        bytes4 repeated = IOrganisationRegistry.KeyRepeated.selector;
        KeySet memory set = threeAndThree();
        set.officers[2].key = set.officers[0].key;
        refusedInRegistry(officerOne, keySetCall(set), abi.encodeWithSelector(repeated, set.officers[2].holder));
        set = threeAndThree();
        set.custodians[0].key = set.officers[1].key;
        refusedInRegistry(officerOne, keySetCall(set), abi.encodeWithSelector(repeated, set.custodians[0].holder));
        set = threeAndThree();
        set.custodians[2].key = bytes.concat(set.custodians[1].key);
        set.custodians[2].key[64] ^= 0x01;
        refusedInRegistry(officerOne, keySetCall(set), abi.encodeWithSelector(repeated, set.custodians[2].holder));
    }

    function test_acceptKeySet_noCustodianAnyMore_refused() public {
        KeySet memory set = threeAndThree();
        set.officers[0].key = publicKey(9);
        bytes32 id = keccak256(abi.encode(town, set));
        jointlyIn(address(registry), keySetCall(set));
        bytes memory acceptance = abi.encodeCall(IOrganisationRegistry.acceptKeySet, (id, custodianA, soon()));
        governed(abi.encodeCall(IOrganisationRegistry.changeKinds, (custodianA, 32, soon())));
        refusedInRegistry(custodianOne, acceptance, abi.encodeWithSelector(IActs.KindMissing.selector, custodianA, 4));
        governed(abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (custodianB, GROUND, soon())));
        refusedInRegistry(
            custodianTwo,
            abi.encodeCall(IOrganisationRegistry.acceptKeySet, (id, custodianB, soon())),
            abi.encodeWithSelector(IActs.RoleMissing.selector, custodianB, custodianTwo, 2)
        );
    }

    function test_keySet_recipientsWithoutRoleOrKind_refused() public {
        KeySet memory set = threeAndThree();
        set.officers[2].holder = bytes32(uint256(type(uint160).max));
        refusedInRegistry(
            officerOne,
            keySetCall(set),
            abi.encodeWithSelector(IActs.RoleMissing.selector, town, address(type(uint160).max), 2)
        );
        set = threeAndThree();
        set.custodians[2].holder = bytes32(type(uint256).max);
        refusedInRegistry(
            officerOne,
            keySetCall(set),
            abi.encodeWithSelector(IActs.KindMissing.selector, bytes32(type(uint256).max), 4)
        );
    }

    function test_keySet_retired_neitherAcceptedNorRetiredAgain() public {
        bytes memory retire = abi.encodeCall(IOrganisationRegistry.retireKeySet, (keySet, GROUND, soon()));
        jointlyIn(address(registry), retire);
        bytes memory unknown = abi.encodeWithSelector(IOrganisationRegistry.KeySetUnknown.selector, keySet);
        refusedInRegistry(officerOne, retire, unknown);
        refusedInRegistry(
            custodianOne, abi.encodeCall(IOrganisationRegistry.acceptKeySet, (keySet, custodianA, soon())), unknown
        );
        vm.assertTrue(!registry.keySetReady(town, keySet), "not for later rounds");
    }
}
