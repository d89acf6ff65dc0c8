// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Actors} from "./Actors.sol";
import "../BaseTest.sol";

/// @notice Governors, and the organisations' own people and key sets.
abstract contract RegistryActors is Actors {
    bytes32 private lastPoint;

    uint256 private admitted;

    function organisationAdmitted(uint256 seed) external step(seed) {
        string memory name = chance(12) ? "town" : string.concat("member ", digits(++admitted));
        Person[] memory list = new Person[](2);
        list[0] = Person(vm.addr(3000 + random(50)), uint8(random(16)), 0);
        list[1] = Person(vm.addr(4000 + random(50)), uint8(random(16)), chance(2) ? 0 : clock + uint64(random(9000)));
        uint8 kinds = chance(12) ? uint8(random(256)) : uint8(1 << random(6));
        _govern(abi.encodeCall(IOrganisationRegistry.admitOrganisation, ("TEST", name, kinds, sorted(list), expiry())));
    }

    function kindsChanged(uint256 seed) external step(seed) {
        uint8 kinds = chance(12) ? uint8(random(256)) : uint8(1 << random(6));
        _govern(abi.encodeCall(IOrganisationRegistry.changeKinds, (_side(), kinds, expiry())));
    }

    function organisationSuspended(uint256 seed) external step(seed) {
        _govern(
            abi.encodeCall(IOrganisationRegistry.suspendOrganisation, (_sometimesVillage(false), given(), expiry()))
        );
    }

    function organisationRestored(uint256 seed) external step(seed) {
        _govern(abi.encodeCall(IOrganisationRegistry.restoreOrganisation, (_sometimesVillage(true), given(), expiry())));
    }

    function peopleReplaced(uint256 seed) external step(seed) {
        bytes32 organisationId = chance(2) ? village : _side();
        _govern(
            abi.encodeCall(IOrganisationRegistry.replacePeople, (organisationId, given(), _change(villagers), expiry()))
        );
    }

    function governorsSet(uint256 seed) external step(seed) {
        uint256 count = 3 + random(3);
        address[] memory list = new address[](count);
        uint256 start = random(governorPool.length);
        for (uint256 i; i < count; ++i) {
            list[i] = governorPool[(start + i) % governorPool.length];
        }
        uint8 threshold = chance(12) ? uint8(random(8)) : 2 + uint8(random(2));
        uint64 delay = chance(12) ? 366 days : 100 + uint64(random(200));
        _govern(abi.encodeCall(IOrganisationRegistry.setGovernors, (sorted(list), threshold, delay, expiry())));
    }

    function successorRegistered(uint256 seed) external step(seed) {
        address next = chance(8) ? successor : vm.addr(5000 + random(500));
        _govern(abi.encodeCall(IOrganisationRegistry.registerSuccessor, (next, expiry())));
    }

    function peopleChanged(uint256 seed) external step(seed) {
        bytes32 organisationId = chance(3) ? village : town;
        Person[] memory list = _change(organisationId == town ? townspeople : villagers);
        together(
            organisationId,
            address(registry),
            abi.encodeCall(IOrganisationRegistry.changePeople, (organisationId, list, expiry()))
        );
    }

    function keySetRegistered(uint256 seed) external step(seed) {
        bytes32 organisationId = chance(3) ? village : town;
        KeySet memory set = _keySet(organisationId);
        together(
            organisationId,
            address(registry),
            abi.encodeCall(IOrganisationRegistry.registerKeySet, (organisationId, set, expiry()))
        );
    }

    function keySetAccepted(uint256 seed) external step(seed) {
        for (uint256 i; i < 6; ++i) {
            bytes32 id = recentKeySet();
            if (keySets[id].custodians.length == keySets[id].accepted && !chance(12)) continue;
            bytes32 custodian = chance(12)
                ? _side()
                : keySets[id].custodians.length == 0
                    ? custodianA
                    : keySets[id].custodians[random(keySets[id].custodians.length)];
            bytes memory data = abi.encodeCall(IOrganisationRegistry.acceptKeySet, (id, custodian, expiry()));
            singly(custodian, 2, address(registry), data);
        }
    }

    function keySetRetired(uint256 seed) external step(seed) {
        bytes32 id = recentKeySet();
        bytes memory data = abi.encodeCall(IOrganisationRegistry.retireKeySet, (id, given(), expiry()));
        together(keySets[id].organisationId, address(registry), data);
    }

    function recentKeySet() internal returns (bytes32) {
        uint256 window = keySetList.length < 24 ? keySetList.length : 24;
        return keySetList[keySetList.length - 1 - random(window)];
    }

    /// @dev Enough governors, then the delay, then one of them; or too few, too early, the same one twice, once more
    /// after it was executed.
    function _govern(bytes memory data) private {
        uint256 kind = random(12);
        address to = address(registry);
        uint256 start = random(governors.length);
        if (kind == 0) {
            attempt(outsider, to, data);
            attempt(governorPool[random(governorPool.length)], to, data);
        }
        uint256 needed = kind == 1 ? 1 : governorThreshold;
        for (uint256 i; i < needed; ++i) {
            if (!attempt(governors[(start + i) % governors.length], to, data)) return;
        }
        if (kind == 2) attempt(governors[start], to, data);
        if (kind == 3) attempt(governors[start], to, abi.encodeCall(IActs.revokeApproval, (lastKey)));
        if (kind < 5) {
            postpone(0, to, data);
            return;
        }
        if (bytes4(data) == IOrganisationRegistry.suspendOrganisation.selector) return;
        passTo(clock + governorDelay - (kind == 6 ? 1 : 0));
        attempt(governors[random(governors.length)], to, data);
        if (kind == 7) attempt(governors[random(governors.length)], to, data);
    }

    /// @dev An organisation beside the story.
    function _side() private returns (bytes32) {
        uint256 least = 8; // those that set the scene
        if (organisationList.length <= least || chance(16)) return organisationIdOf("nobody");
        return organisationList[least + random(organisationList.length - least)];
    }

    function _sometimesVillage(bool suspended) private returns (bytes32 organisationId) {
        if (organisations[village].suspended ? suspended : chance(8)) return village;
        for (uint256 i; i < 12; ++i) {
            organisationId = _side();
            if (organisations[organisationId].suspended == suspended) break;
        }
    }

    /// @dev Two people change; most of the time somebody becomes or stays an officer.
    function _change(address[] storage from) private returns (Person[] memory list) {
        list = new Person[](2);
        uint256 start = random(from.length);
        for (uint256 i; i < 2; ++i) {
            uint8 roles = chance(3) ? uint8(random(20)) : 2 + uint8(random(2));
            uint64 until = chance(3) ? clock + uint64(random(20_000)) : 0;
            list[i] = Person(from[(start + i) % from.length], roles, until);
        }
        sorted(list);
    }

    function _keySet(bytes32 organisationId) private returns (KeySet memory set) {
        uint256 count;
        address[] storage accounts = organisations[organisationId].accounts;
        address[] memory officers = new address[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            if (holds(organisationId, accounts[i], 2)) officers[count++] = accounts[i];
        }
        if (chance(12) && count < officers.length) officers[count++] = outsider;
        assembly {
            mstore(officers, count)
        }
        sorted(officers);
        set.officerThreshold = chance(12) ? uint8(random(5)) : 2;
        set.officers = new Recipient[](count);
        for (uint256 i; i < count; ++i) {
            set.officers[i] = Recipient(bytes32(uint256(uint160(officers[i]))), _key());
        }
        if (chance(2)) return set; // honestly without custodians
        bytes32[] memory custodians = new bytes32[](3);
        (custodians[0], custodians[1], custodians[2]) = (custodianA, custodianB, chance(12) ? _side() : custodianC);
        sort(custodians);
        set.custodianThreshold = chance(12) ? uint8(random(5)) : 2;
        set.custodians = new Recipient[](3);
        for (uint256 i; i < 3; ++i) {
            set.custodians[i] = Recipient(custodians[i], _key());
        }
    }

    /// @dev Now and then the same point as before, or its negation.
    function _key() private returns (bytes memory) {
        if (!chance(40) || lastPoint == 0) lastPoint = digest();
        return bytes.concat(bytes1(chance(200) ? 0x02 : 0x04), lastPoint, digest());
    }
}
