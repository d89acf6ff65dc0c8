// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Trial} from "./Trial.sol";
import "../BaseTest.sol";

/// @notice How people act: mostly as they should, and in every fourth case with a wrong person, one person twice, too
/// late, without the second one, or with the second one much later. Time passes with every step. A step is taken up to
/// four times, until it brought an act about.
abstract contract Actors is Trial {
    struct Pending {
        bytes32 organisationId; // zero: governors
        address to;
        bytes data;
    }

    uint256 private constant KEPT = 48;
    uint256 private constant ATTEMPTS = 4;
    bytes32 internal village = organisationIdOf("village");
    address[] internal townspeople;
    address[] internal villagers;
    address[] internal governorPool;
    address[] internal bidders;
    Pending[] private pending;
    uint256 private nextPending;
    uint64 internal clock;
    uint256 private entropy;
    uint256 private steps;

    modifier step(uint256 seed) {
        entropy = uint256(keccak256(abi.encode(seed, ++steps)));
        clock += uint64(random(24) == 0 ? random(400) : random(9));
        vm.warp(clock);
        vm.recordLogs();
        delete touched;
        uint256 before = records;
        for (uint256 i; i < ATTEMPTS && records == before; ++i) {
            _;
        }
    }

    constructor() {
        vm.recordLogs();
        vm.warp(START);
        deploy(2, 0);
        admitEverybody();
        keySet = acceptedKeySet();
        townspeople = _people(1000, 8);
        townspeople.push(officerOne);
        townspeople.push(officerTwo);
        townspeople.push(officerThree);
        villagers = _people(1100, 8);
        bidders = _people(1200, 8);
        governorPool = _people(1300, 3);
        governorPool.push(governorOne);
        governorPool.push(governorTwo);
        governorPool.push(governorThree);
        Person[] memory first = new Person[](5);
        for (uint256 i; i < 3; ++i) {
            first[i] = Person(villagers[i], 2, 0);
        }
        first[3] = Person(villagers[3], 1, 0);
        first[4] = Person(villagers[4], 8, 0);
        admit("village", 1, first);
        governed(
            abi.encodeCall(
                IOrganisationRegistry.setGovernors,
                (sorted(three(governorOne, governorTwo, governorThree)), 2, 200, soon())
            )
        );
        clock = time();
        learnScene();
    }

    // ---- Chance ------------------------------------------------------------------------------------------------

    function random(uint256 n) internal returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy % n;
    }

    function chance(uint256 oneIn) internal returns (bool) {
        return random(oneIn) == 0;
    }

    function digest() internal returns (bytes32) {
        return bytes32(random(type(uint256).max) + 1);
    }

    /// @dev Mostly given, sometimes forgotten.
    function given() internal returns (bytes32) {
        return chance(12) ? bytes32(0) : digest();
    }

    function whenIn(uint256 oneIn) internal returns (bytes32) {
        return chance(oneIn) ? digest() : bytes32(0);
    }

    function expiry() internal returns (uint64) {
        uint256 kind = random(40);
        if (kind == 0) return clock - 1;
        if (kind == 1) return clock + 31 days;
        if (kind < 10) return clock + uint64(random(60));
        return clock + 600 + uint64(random(29 days));
    }

    function passTo(uint64 moment) internal {
        if (moment > clock) clock = moment;
        vm.warp(clock);
    }

    // ---- Who ---------------------------------------------------------------------------------------------------

    /// @dev Somebody who holds the role now; zero if nobody does.
    function holder(bytes32 organisationId, uint8 role) internal returns (address) {
        address[] storage accounts = organisations[organisationId].accounts;
        if (accounts.length == 0) return address(0);
        uint256 start = random(accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            address account = accounts[(start + i) % accounts.length];
            if (holds(organisationId, account, role)) return account;
        }
        return address(0);
    }

    function otherOfficer(bytes32 organisationId, address first) internal returns (address) {
        address[] storage accounts = organisations[organisationId].accounts;
        if (accounts.length == 0) return address(0);
        uint256 start = random(accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            address account = accounts[(start + i) % accounts.length];
            if (account != first && holds(organisationId, account, 2)) return account;
        }
        return address(0);
    }

    /// @dev Somebody who probably may not act for the organisation; the models know whether that is so.
    function stranger(bytes32 organisationId) internal returns (address) {
        uint256 kind = random(8);
        if (kind == 0) return outsider;
        if (kind == 1) return publisher;
        if (kind == 2) return governorOne;
        if (kind == 3) return reviewer;
        if (kind == 4) return custodianOne;
        if (kind == 5) return bidders[random(bidders.length)];
        if (organisationId == town) return villagers[random(villagers.length)];
        return townspeople[random(townspeople.length)];
    }

    function buyer() internal returns (bytes32) {
        return chance(5) ? village : town;
    }

    // ---- How ---------------------------------------------------------------------------------------------------

    function singly(bytes32 organisationId, uint8 role, address to, bytes memory data) internal returns (bool) {
        if (chance(8)) attempt(stranger(organisationId), to, data);
        address account = holder(organisationId, role);
        return account != address(0) && attempt(account, to, data);
    }

    function together(bytes32 organisationId, bytes memory data) internal returns (bool) {
        return together(organisationId, address(ledger), data);
    }

    function together(bytes32 organisationId, address to, bytes memory data) internal returns (bool) {
        address first = holder(organisationId, 2);
        address second = otherOfficer(organisationId, first);
        uint256 kind = random(24);
        if (kind == 0) {
            attempt(stranger(organisationId), to, data);
        } else if (kind == 1) {
            attempt(first, to, data);
            attempt(stranger(organisationId), to, data);
            return false;
        }
        if (first == address(0) || !attempt(first, to, data)) return false;
        if (kind == 2) {
            attempt(first, to, data);
            return false;
        } else if (kind == 3) {
            attempt(second, to, abi.encodeCall(IActs.revokeApproval, (lastKey)));
            attempt(first, to, abi.encodeCall(IActs.revokeApproval, (lastKey)));
        } else if (kind < 7 || second == address(0)) {
            postpone(organisationId, to, data);
            return false;
        }
        if (second == address(0) || !attempt(second, to, data)) return false;
        if (kind == 7) attempt(otherOfficer(organisationId, second), to, data); // one too many
        return true;
    }

    /// @dev Two officers, but not of the same mind.
    function differently(bytes32 organisationId, bytes memory data, bytes memory other) internal {
        address first = holder(organisationId, 2);
        address second = otherOfficer(organisationId, first);
        if (first == address(0) || second == address(0)) return;
        attempt(first, address(ledger), data);
        attempt(second, address(ledger), other);
    }

    function postpone(bytes32 organisationId, address to, bytes memory data) internal {
        if (pending.length < KEPT) pending.push(Pending(organisationId, to, data));
        else pending[nextPending++ % KEPT] = Pending(organisationId, to, data);
    }

    /// @notice The second officer comes back to something much later, when much may have changed.
    function secondThought(uint256 seed) external step(seed) {
        if (pending.length == 0) return;
        Pending storage item = pending[random(pending.length)];
        address account =
            item.organisationId == 0 ? governors[random(governors.length)] : holder(item.organisationId, 2);
        if (chance(4)) account = stranger(item.organisationId);
        if (account != address(0)) attempt(account, item.to, item.data);
    }

    /// @notice Somebody takes back an approval, the own one or another's.
    function secondDoubt(uint256 seed) external step(seed) {
        address account = chance(2) ? holder(town, 2) : governors[random(governors.length)];
        attempt(
            account, chance(2) ? address(ledger) : address(registry), abi.encodeCall(IActs.revokeApproval, (lastKey))
        );
    }

    function _people(uint256 from, uint256 count) private pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = vm.addr(from + i);
        }
    }
}
