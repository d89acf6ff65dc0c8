// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Ghost} from "./Ghost.sol";
import "../BaseTest.sol";

/// @notice The registry's acts, judged and then learned: governors with their delay, people, kinds, key sets.
abstract contract RegistryModel is Ghost {
    /// @dev `since` is when enough of the present governors stood behind it without a gap; zero while they do not.
    struct GhostPetition {
        address[] approvers;
        uint64 since;
        uint64 wait;
        uint64 expires;
        bool atOnce;
    }

    mapping(bytes32 call_ => GhostPetition) private petitions;
    bytes32[] private openPetitions;
    mapping(bytes32 call_ => bool) private executedPetitions;
    address[] internal governors;
    uint8 internal governorThreshold;
    uint64 internal governorDelay;
    address internal successor;

    function isGovernor(address account) internal view returns (bool) {
        for (uint256 i; i < governors.length; ++i) {
            if (governors[i] == account) return true;
        }
        return false;
    }

    function approvePetition(bytes32 call_, address account, uint8 act_, uint64 expires) internal {
        must(isGovernor(account), "only a governor proposes a governors' act");
        must(!executedPetitions[call_], "what governors executed stays executed");
        GhostPetition storage petition = petitions[call_];
        if (petition.approvers.length == 0) openPetitions.push(call_);
        if (!_has(petition.approvers, account)) petition.approvers.push(account);
        petition.expires = expires;
        petition.atOnce = act_ == 66;
        _recount(petition);
    }

    function withdrawPetition(bytes32 call_, address account) internal returns (bool) {
        address[] storage approvers = petitions[call_].approvers;
        for (uint256 i; i < approvers.length; ++i) {
            if (approvers[i] != account) continue;
            for (; i + 1 < approvers.length; ++i) {
                approvers[i] = approvers[i + 1];
            }
            approvers.pop();
            _recount(petitions[call_]);
            return true;
        }
        return false;
    }

    function judgeGovernors(bytes32 call_, Act memory record, bytes memory detail) internal {
        must(isGovernor(actor), "only a governor executes a governors' act");
        must(!executedPetitions[call_], "what governors executed stays executed");
        must(record.roles == organisations[0].sequence, "who was governor then is provable");
        GhostPetition storage petition = petitions[call_];
        if (petition.approvers.length == 0) openPetitions.push(call_);
        if (!_has(petition.approvers, actor)) petition.approvers.push(actor);
        petition.atOnce = record.act == 66;
        _recount(petition);
        must(_standing(petition) >= governorThreshold, "as many present governors agree as are needed");
        must(block.timestamp >= petition.since + petition.wait, "the governors' delay is over");
        must(_has(petition.approvers, record.first) && isGovernor(record.first), "a governor who agreed is named");
        address[] memory named = _approversIn(record.act, detail);
        must(named.length == _standing(petition), "all who agreed are named");
        uint256 next;
        for (uint256 i; i < petition.approvers.length; ++i) {
            if (!isGovernor(petition.approvers[i])) continue;
            must(named[next] == petition.approvers[i], "in the order of their approval");
            ++next;
        }
        must(record.first == (named[0] == actor && named.length > 1 ? named[1] : named[0]), "the earliest other one");
        if (governorThreshold == 1) {
            must(record.second == actor || record.first == actor, "who executes is named");
        } else {
            must(record.second == actor && record.first != actor, "two governors are named");
        }
        delete petitions[call_];
        executedPetitions[call_] = true;
    }

    function _approversIn(uint8 act_, bytes memory detail) private pure returns (address[] memory named) {
        if (act_ == 64) (,,,, named) = abi.decode(detail, (string, string, uint8, Person[], address[]));
        else if (act_ == 65) (, named) = abi.decode(detail, (uint8, address[]));
        else if (act_ <= 67) named = abi.decode(detail, (address[]));
        else if (act_ == 68) (, named) = abi.decode(detail, (Person[], address[]));
        else if (act_ == 69) (,,, named) = abi.decode(detail, (address[], uint8, uint64, address[]));
        else (, named) = abi.decode(detail, (address, address[]));
    }

    function judgeRegistry(bytes32 organisationId, Act memory record, bytes memory detail) internal view {
        if (record.act == 64) {
            must(organisations[organisationId].kinds == 0, "admitted once");
        } else if (record.act <= 68) {
            must(organisations[organisationId].kinds != 0, "the organisation is admitted");
            if (record.act == 66) must(!organisations[organisationId].suspended, "not suspended twice");
            if (record.act == 67) must(organisations[organisationId].suspended, "restored only when suspended");
        } else if (record.act <= 70) {
            must(organisationId == 0, "about no organisation");
        } else if (record.act == 71) {
            _judgePeople(organisationId, abi.decode(detail, (Person[])));
        } else if (record.act == 72) {
            _judgeKeySet(organisationId, record.subject, abi.decode(detail, (KeySet)));
        } else if (record.act == 73) {
            _judgeAcceptance(organisationId, record.subject, abi.decode(detail, (bytes32)));
        } else {
            GhostKeySet storage set = keySets[record.subject];
            must(set.organisationId == organisationId && !set.retired, "an own set is retired once");
        }
    }

    function learnRegistry(bytes32 organisationId, Act memory record, bytes memory detail) internal {
        GhostOrganisation storage organisation = organisations[organisationId];
        organisation.sequence = record.sequence;
        if (record.act == 64) {
            Person[] memory first;
            (,, organisation.kinds, first) = abi.decode(detail, (string, string, uint8, Person[]));
            organisationList.push(organisationId);
            _learnPeople(organisationId, first);
        } else if (record.act == 65) {
            organisation.kinds = abi.decode(detail, (uint8));
            must(organisation.kinds != 0 && organisation.kinds < 64, "kinds are known bits");
            must(organisation.kinds & 3 != 3, "nobody is buyer and observer");
        } else if (record.act == 66 || record.act == 67) {
            organisation.suspended = record.act == 66;
        } else if (record.act == 68 || record.act == 71) {
            _learnPeople(organisationId, abi.decode(detail, (Person[])));
        } else if (record.act == 69) {
            (governors, governorThreshold, governorDelay) = abi.decode(detail, (address[], uint8, uint64));
            must(governorThreshold != 0 && governorThreshold <= governors.length, "governors can agree");
            _recountAll();
        } else if (record.act == 70) {
            successor = abi.decode(detail, (address));
        } else if (record.act == 72) {
            _learnKeySet(organisationId, record.subject, abi.decode(detail, (KeySet)));
        } else if (record.act == 73) {
            ++keySets[record.subject].accepted;
            acceptedBy[record.subject][abi.decode(detail, (bytes32))] = true;
        } else {
            keySets[record.subject].retired = true;
        }
    }

    /// @dev What the registry answers is what the model knows.
    function checkOrganisation(bytes32 organisationId) internal view {
        GhostOrganisation storage known = organisations[organisationId];
        (uint8 kinds, bool suspended, uint16 officers, uint64 sequence) = registry.organisationOf(organisationId);
        must(kinds == known.kinds && suspended == known.suspended, "the organisation is as its acts left it");
        must(sequence == known.sequence, "its roles series is as long as its acts are many");
        must(officers == _lasting(organisationId), "its officers are counted");
    }

    function checkGovernance() internal view {
        (address[] memory list, uint8 threshold, uint64 delay) = registry.governance();
        must(
            keccak256(abi.encode(list)) == keccak256(abi.encode(governors)), "the governors are as their acts left them"
        );
        must(threshold == governorThreshold && delay == governorDelay, "threshold and delay too");
        must(registry.successor() == successor, "the successor too");
    }

    function checkKeySet(bytes32 id) internal view {
        GhostKeySet storage set = keySets[id];
        (bytes32 organisationId, uint8 missing, bool retired) = registry.keySetOf(id);
        must(organisationId == set.organisationId && retired == set.retired, "the key set is as its acts left it");
        must(missing == set.custodians.length - set.accepted, "its acceptances are counted");
        must(registry.keySetReady(organisationId, id) == isReady(organisationId, id), "ready when all accepted");
    }

    function _judgePeople(bytes32 organisationId, Person[] memory changed) private view {
        uint256 left = _lasting(organisationId);
        for (uint256 i; i < changed.length; ++i) {
            must(i == 0 || changed[i].account > changed[i - 1].account, "nobody is named twice");
            if (_isLasting(people[organisationId][changed[i].account])) --left;
            if (changed[i].roles & 2 != 0 && changed[i].until == 0) ++left;
        }
        must(left >= 2, "two officers without an end remain");
    }

    function _judgeKeySet(bytes32 organisationId, bytes32 id, KeySet memory set) private view {
        must(organisations[organisationId].kinds & 1 != 0, "key sets are a buyer's");
        must(id == keccak256(abi.encode(organisationId, set)), "the id covers the whole set");
        must(keySets[id].organisationId == 0, "registered once");
        must(set.officerThreshold >= 2 && set.officers.length > set.officerThreshold, "one officer can be missing");
        must(set.custodians.length == 0 || set.custodianThreshold >= 2, "no custodian releases alone");
        must(set.custodians.length == 0 || set.custodians.length > set.custodianThreshold, "one can be missing");
        for (uint256 i; i < set.officers.length; ++i) {
            must(holds(organisationId, address(uint160(uint256(set.officers[i].holder))), 2), "recipients are officers");
            must(i == 0 || set.officers[i].holder > set.officers[i - 1].holder, "no officer is named twice");
        }
        for (uint256 i; i < set.custodians.length; ++i) {
            bytes32 custodian = set.custodians[i].holder;
            must(custodian != organisationId && organisations[custodian].kinds & 4 != 0, "custodians are others");
            must(i == 0 || custodian > set.custodians[i - 1].holder, "no custodian is named twice");
        }
        _judgeKeys(set);
    }

    /// @dev Counted pair by pair: in no two places the same secret.
    function _judgeKeys(KeySet memory set) private pure {
        uint256 officers = set.officers.length;
        for (uint256 i; i < officers + set.custodians.length; ++i) {
            bytes memory key = i < officers ? set.officers[i].key : set.custodians[i - officers].key;
            must(key.length == 65 && key[0] == 0x04, "keys are uncompressed points");
            for (uint256 j; j < i; ++j) {
                bytes memory other = j < officers ? set.officers[j].key : set.custodians[j - officers].key;
                must(_firstCoordinate(key) != _firstCoordinate(other), "no two recipients share a secret");
            }
        }
    }

    function _firstCoordinate(bytes memory key) private pure returns (bytes32 x) {
        assembly {
            x := mload(add(key, 33))
        }
    }

    function _judgeAcceptance(bytes32 organisationId, bytes32 id, bytes32 custodian) private view {
        GhostKeySet storage set = keySets[id];
        must(set.organisationId == organisationId && !set.retired, "a known set is accepted, in its buyer's series");
        must(!acceptedBy[id][custodian], "a custodian accepts once");
        bool named;
        for (uint256 i; i < set.custodians.length; ++i) {
            if (set.custodians[i] == custodian) named = true;
        }
        must(named, "only a custodian of the set accepts");
        must(organisations[custodian].kinds & 4 != 0, "who accepts is a custodian still");
    }

    function _learnPeople(bytes32 organisationId, Person[] memory changed) private {
        for (uint256 i; i < changed.length; ++i) {
            address account = changed[i].account;
            if (people[organisationId][account].account == address(0)) {
                organisations[organisationId].accounts.push(account);
            }
            people[organisationId][account] = changed[i];
        }
    }

    function _learnKeySet(bytes32 organisationId, bytes32 id, KeySet memory set) private {
        keySets[id].organisationId = organisationId;
        for (uint256 i; i < set.custodians.length; ++i) {
            keySets[id].custodians.push(set.custodians[i].holder);
        }
        keySetList.push(id);
    }

    function _lasting(bytes32 organisationId) private view returns (uint256 count) {
        address[] storage accounts = organisations[organisationId].accounts;
        for (uint256 i; i < accounts.length; ++i) {
            if (_isLasting(people[organisationId][accounts[i]])) ++count;
        }
    }

    function _isLasting(Person storage person) private view returns (bool) {
        return person.roles & 2 != 0 && person.until == 0;
    }

    function _recount(GhostPetition storage petition) private {
        if (_standing(petition) < governorThreshold) {
            petition.since = 0;
        } else if (petition.since == 0) {
            petition.since = uint64(block.timestamp);
            petition.wait = petition.atOnce ? 0 : governorDelay;
        }
    }

    /// @dev After a change of governors: what has lost its quorum waits anew. Expired petitions are forgotten.
    function _recountAll() private {
        uint256 i;
        while (i < openPetitions.length) {
            GhostPetition storage petition = petitions[openPetitions[i]];
            if (petition.approvers.length == 0 || petition.expires < block.timestamp) {
                openPetitions[i] = openPetitions[openPetitions.length - 1];
                openPetitions.pop();
            } else {
                _recount(petition);
                ++i;
            }
        }
    }

    function _standing(GhostPetition storage petition) private view returns (uint256 count) {
        for (uint256 i; i < petition.approvers.length; ++i) {
            if (isGovernor(petition.approvers[i])) ++count;
        }
    }

    function _has(address[] storage list, address account) private view returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == account) return true;
        }
        return false;
    }
}
