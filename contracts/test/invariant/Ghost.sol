// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import "../BaseTest.sol";

/// @notice What the models remember: everything an attentive reader of the logs would know, nothing read from the
/// contracts. Numbers that the contracts keep as counters are lists here, so that the two are counted differently.
abstract contract Ghost is BaseTest {
    struct GhostOrganisation {
        uint8 kinds;
        bool suspended;
        uint64 sequence;
        address[] accounts; // everybody who ever had a role
    }

    struct GhostKeySet {
        bytes32 organisationId;
        bytes32[] custodians;
        uint256 accepted;
        bool retired;
    }

    struct GhostBid {
        address author;
        bytes32 commitment;
        uint64 arrival;
        uint8 gone;
        Outcome outcome;
    }

    struct GhostRound {
        RoundKind kind;
        RoundState state;
        uint64 deadline;
        uint64 agreed; // as two officers last set it
        uint32 externals;
        uint32 counted;
        uint32 opened;
        bytes32[] receivers;
        uint256[] present;
        uint256[] admitted;
        GhostBid[] bids;
    }

    struct GhostLot {
        bytes32 lot;
        LotState state;
        uint16 maxAwards;
        uint32 fromRound;
    }

    struct GhostAward {
        uint64 id;
        bytes32 lot;
        AwardState state;
        bool isVoid;
        uint64 time;
        uint64 standstillEnd;
    }

    struct GhostSuspension {
        uint64 id;
        bytes32 lot;
        bool inForce;
    }

    struct GhostProcess {
        bytes32 organisationId;
        string ocid;
        ProcessState state;
        uint64 sequence;
        uint32 minimumStandstill;
        uint32 fromRound;
        uint256 turn; // changes after which an earlier approval counts no more
        GhostLot[] lots;
        GhostRound[] rounds; // round n at n - 1
        GhostAward[] awards;
        GhostSuspension[] suspensions;
    }

    /// @dev What lies in a commitment, as only its bidder knows before the opening.
    struct Sealed {
        bytes32 place; // digest of process, round and author; zero if nothing is known
        bool cover;
        bytes32 content;
        bytes32 rest;
    }

    mapping(bytes32 organisationId => GhostOrganisation) internal organisations;
    mapping(bytes32 organisationId => mapping(address account => Person)) internal people;
    mapping(bytes32 keySet => GhostKeySet) internal keySets;
    mapping(bytes32 keySet => mapping(bytes32 custodian => bool)) internal acceptedBy;
    bytes32[] internal organisationList;
    bytes32[] internal keySetList;

    mapping(bytes32 processId => GhostProcess) internal ghosts;
    mapping(bytes32 key => bool) internal excludedBid;
    bytes32[] internal processList;
    bytes32[] internal tenderList; // those that are or were active
    mapping(bytes32 commitment => Sealed) internal sealedBids;
    mapping(bytes32 promise_ => address signer) internal promises;

    address internal actor; // who made the call whose records are being judged
    bytes internal callData; // and its data

    function must(bool condition, string memory why) internal pure {
        if (!condition) revert(why);
    }

    function holds(bytes32 organisationId, address account, uint8 roles) internal view returns (bool) {
        Person storage person = people[organisationId][account];
        return !organisations[organisationId].suspended && (person.until == 0 || block.timestamp <= person.until)
            && person.roles & roles != 0;
    }

    function isReady(bytes32 organisationId, bytes32 id) internal view returns (bool) {
        GhostKeySet storage set = keySets[id];
        return set.organisationId == organisationId && organisationId != 0 && !set.retired
            && set.accepted == set.custodians.length;
    }

    function roundAt(bytes32 processId, uint32 number) internal view returns (GhostRound storage) {
        GhostRound[] storage rounds = ghosts[processId].rounds;
        must(number != 0 && number <= rounds.length, "the round exists");
        return rounds[number - 1];
    }

    function lotAt(bytes32 processId, bytes32 lot) internal view returns (GhostLot storage) {
        GhostLot[] storage lots = ghosts[processId].lots;
        for (uint256 i; i < lots.length; ++i) {
            if (lots[i].lot == lot) return lots[i];
        }
        revert("the lot exists");
    }

    function awardAt(bytes32 processId, uint64 id) internal view returns (GhostAward storage) {
        GhostAward[] storage awards = ghosts[processId].awards;
        for (uint256 i = awards.length; i > 0; --i) {
            if (awards[i - 1].id == id) return awards[i - 1];
        }
        revert("the award exists");
    }

    function openLots(bytes32 processId) internal view returns (uint256 count) {
        GhostLot[] storage lots = ghosts[processId].lots;
        for (uint256 i; i < lots.length; ++i) {
            if (lots[i].state == LotState.Open) ++count;
        }
    }

    function bidIn(GhostRound storage round, bytes32 commitment_, address author)
        internal
        view
        returns (bool found, uint32 number)
    {
        for (uint256 i; i < round.bids.length; ++i) {
            if (round.bids[i].commitment == commitment_ && round.bids[i].author == author) return (true, uint32(i));
        }
    }

    function placeOf(bytes32 processId, uint32 round, address author) internal pure returns (bytes32) {
        return keccak256(abi.encode(processId, round, author));
    }

    function exclusionKey(bytes32 processId, uint32 round, uint32 bid, bytes32 lot) internal pure returns (bytes32) {
        return keccak256(abi.encode(processId, round, bid, lot));
    }

    function bit(uint256[] storage list, uint256 number) internal view returns (bool) {
        return list[number / 256] >> (number % 256) & 1 == 1;
    }

    /// @dev The n-th word of the arguments of the call that is being judged.
    function argument(uint256 n) internal view returns (bytes32 word) {
        bytes memory data = callData;
        must(data.length >= 36 + 32 * n, "the call has this argument");
        assembly {
            word := mload(add(data, add(36, mul(32, n))))
        }
    }
}
