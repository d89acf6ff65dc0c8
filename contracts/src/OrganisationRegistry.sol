// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Acts} from "./Acts.sol";
import {Act, IActs} from "./IActs.sol";
import {IOrganisationRegistry, KeySet, Person, Recipient} from "./IOrganisationRegistry.sol";
import "./Statute.sol";

/// @notice Who may act, as IOrganisationRegistry specifies it.
contract OrganisationRegistry is IOrganisationRegistry, Acts {
    uint8 private constant BUYER = 1;
    uint8 private constant OBSERVER = 2;
    uint8 private constant CUSTODIAN = 4;
    uint8 private constant ALL_KINDS = 63;
    uint8 private constant ALL_ROLES = 15;
    uint8 private constant OFFICER_ROLE = 2;
    uint64 private constant MAX_DELAY = 365 days;
    uint256 private constant MAX_MEMBERS = 32;
    uint256 private constant KEY_LENGTH = 65;

    struct Organisation {
        uint64 sequence;
        uint16 officers; // without an end date
        uint8 kinds;
        bool suspended;
    }

    struct Membership {
        uint8 roles;
        uint64 until;
    }

    struct KeySetState {
        bytes32 organisationId;
        uint8 missing;
        bool retired;
    }

    struct Petition {
        uint64 ripe;
        uint64 regime; // under which it ripens; nothing has ripened under a later one
        address[] approvers;
    }

    address public successor;
    uint8 private threshold;
    uint64 private delay;
    uint64 private regime; // how often the governors were set
    address[] private governors;
    mapping(address account => bool) private isGovernor;
    mapping(bytes32 key => Petition) private petitions;
    mapping(bytes32 organisationId => Organisation) private organisations;
    mapping(bytes32 organisationId => mapping(address account => Membership)) private memberships;
    mapping(bytes32 keySetId => KeySetState) private keySets;
    mapping(bytes32 keySetId => mapping(bytes32 custodian => bool)) private awaited;

    /// @param governors_ The first governors; their act GovernorsSet is the first of the series 0.
    /// @param delay_ Seconds between their agreement and its effect; zero lets a test town be set up in one go.
    constructor(address[] memory governors_, uint8 threshold_, uint64 delay_) {
        _requireGovernors(governors_, threshold_, delay_);
        _installGovernors(governors_, threshold_, delay_);
        Act memory record;
        record.act = uint8(GOVERNORS_SET);
        record.first = msg.sender;
        _record(0, record, abi.encode(governors_, threshold_, delay_, new address[](0)));
    }

    // ---- Acts of the governors ---------------------------------------------------------------------------------

    function admitOrganisation(
        string calldata scheme,
        string calldata identifier,
        uint8 kinds,
        Person[] calldata people,
        uint64 expires
    ) external {
        if (!_isText(scheme)) revert IdentifierInvalid(scheme);
        if (!_isText(identifier)) revert IdentifierInvalid(identifier);
        bytes32 organisationId = keccak256(abi.encode(scheme, identifier));
        if (organisations[organisationId].kinds != 0) revert OrganisationKnown(organisationId);
        _requireKinds(kinds);
        _officersAfter(organisationId, people);
        Act memory record = _draft(ORGANISATION_ADMITTED, 0);
        address[] memory approvers =
            _governed(organisationId, expires, record, abi.encode(scheme, identifier, kinds, people), delay);
        if (approvers.length == 0) return;

        organisations[organisationId].kinds = kinds;
        _setPeople(organisationId, people);
        _record(organisationId, record, abi.encode(scheme, identifier, kinds, people, approvers));
    }

    function changeKinds(bytes32 organisationId, uint8 kinds, uint64 expires) external {
        _requireAdmitted(organisationId);
        _requireKinds(kinds);
        Act memory record = _draft(KINDS_CHANGED, 0);
        address[] memory approvers = _governed(organisationId, expires, record, abi.encode(kinds), delay);
        if (approvers.length == 0) return;

        organisations[organisationId].kinds = kinds;
        _record(organisationId, record, abi.encode(kinds, approvers));
    }

    function suspendOrganisation(bytes32 organisationId, bytes32 ground, uint64 expires) external {
        _setSuspended(ORGANISATION_SUSPENDED, organisationId, ground, expires, true, 0);
    }

    function restoreOrganisation(bytes32 organisationId, bytes32 ground, uint64 expires) external {
        _setSuspended(ORGANISATION_RESTORED, organisationId, ground, expires, false, delay);
    }

    function _setSuspended(
        uint32 rule,
        bytes32 organisationId,
        bytes32 ground,
        uint64 expires,
        bool suspended,
        uint64 wait
    ) private {
        _requireAdmitted(organisationId);
        if (organisations[organisationId].suspended == suspended) {
            revert SuspensionUnchanged(organisationId, suspended);
        }
        Act memory record = _draft(rule, ground);
        address[] memory approvers = _governed(organisationId, expires, record, "", wait);
        if (approvers.length == 0) return;

        organisations[organisationId].suspended = suspended;
        _record(organisationId, record, abi.encode(approvers));
    }

    function replacePeople(bytes32 organisationId, bytes32 ground, Person[] calldata people, uint64 expires) external {
        _requireAdmitted(organisationId);
        _officersAfter(organisationId, people);
        Act memory record = _draft(PEOPLE_REPLACED, ground);
        address[] memory approvers = _governed(organisationId, expires, record, abi.encode(people), delay);
        if (approvers.length == 0) return;

        _setPeople(organisationId, people);
        _record(organisationId, record, abi.encode(people, approvers));
    }

    function setGovernors(address[] calldata governors_, uint8 threshold_, uint64 delay_, uint64 expires) external {
        _requireGovernors(governors_, threshold_, delay_);
        Act memory record = _draft(GOVERNORS_SET, 0);
        address[] memory approvers =
            _governed(0, expires, record, abi.encode(governors_, threshold_, delay_), delay);
        if (approvers.length == 0) return;

        _installGovernors(governors_, threshold_, delay_);
        _record(0, record, abi.encode(governors_, threshold_, delay_, approvers));
    }

    function registerSuccessor(address successor_, uint64 expires) external {
        if (successor_ == address(0) || successor_ == successor) revert SuccessorInvalid(successor_);
        Act memory record = _draft(SUCCESSOR_REGISTERED, 0);
        address[] memory approvers = _governed(0, expires, record, abi.encode(successor_), delay);
        if (approvers.length == 0) return;

        successor = successor_;
        _record(0, record, abi.encode(successor_, approvers));
    }

    // ---- Acts of an organisation -------------------------------------------------------------------------------

    function changePeople(bytes32 organisationId, Person[] calldata people, uint64 expires) external {
        Act memory record = _enter(PEOPLE_CHANGED, organisationId, expires, 0);
        uint256 officers = _officersAfter(organisationId, people);
        if (officers < 2) revert TooFewOfficers(organisationId, officers);
        bytes memory detail = abi.encode(people);
        if (!_agreed(PEOPLE_CHANGED, organisationId, 0, 0, expires, record, detail)) return;

        _setPeople(organisationId, people);
        _record(organisationId, record, detail);
    }

    function registerKeySet(bytes32 organisationId, KeySet calldata keySet, uint64 expires) external {
        Act memory record = _enter(KEY_SET_REGISTERED, organisationId, expires, 0);
        if (organisations[organisationId].kinds & BUYER == 0) revert KindMissing(organisationId, BUYER);
        bytes memory detail = abi.encode(keySet);
        bytes32 keySetId = keccak256(abi.encode(organisationId, keySet));
        record.subject = keySetId;
        if (keySets[keySetId].organisationId != 0) revert KeySetKnown(keySetId);
        _requireRecipients(organisationId, keySet);
        if (!_agreed(KEY_SET_REGISTERED, organisationId, 0, 0, expires, record, detail)) return;

        keySets[keySetId] = KeySetState(organisationId, uint8(keySet.custodians.length), false);
        for (uint256 i; i < keySet.custodians.length; ++i) {
            awaited[keySetId][keySet.custodians[i].holder] = true;
        }
        _record(organisationId, record, detail);
    }

    function acceptKeySet(bytes32 keySetId, bytes32 custodian, uint64 expires) external {
        Act memory record = _enter(KEY_SET_ACCEPTED, custodian, expires, 0);
        record.subject = keySetId;
        KeySetState storage state = keySets[keySetId];
        if (state.organisationId == 0 || state.retired) revert KeySetUnknown(keySetId);
        if (!awaited[keySetId][custodian]) revert CustodianUnexpected(keySetId, custodian);
        if (organisations[custodian].kinds & CUSTODIAN == 0) revert KindMissing(custodian, CUSTODIAN);
        bytes memory detail = abi.encode(custodian);
        if (!_agreed(KEY_SET_ACCEPTED, custodian, 0, 0, expires, record, detail)) return;

        awaited[keySetId][custodian] = false;
        --state.missing;
        _record(state.organisationId, record, detail);
    }

    function retireKeySet(bytes32 keySetId, bytes32 ground, uint64 expires) external {
        KeySetState storage state = keySets[keySetId];
        if (state.organisationId == 0 || state.retired) revert KeySetUnknown(keySetId);
        Act memory record = _enter(KEY_SET_RETIRED, state.organisationId, expires, ground);
        record.subject = keySetId;
        if (!_agreed(KEY_SET_RETIRED, state.organisationId, 0, 0, expires, record, "")) return;

        state.retired = true;
        _record(state.organisationId, record, "");
    }

    /// @dev Takes back an approval of either sort: of two officers, or of governors.
    function revokeApproval(bytes32 key) external override(Acts, IActs) {
        if (approvals[key].account == msg.sender) {
            delete approvals[key];
        } else {
            Petition storage petition = petitions[key];
            uint256 index = _indexOf(petition.approvers, msg.sender);
            if (index == petition.approvers.length) revert ApprovalUnknown(key, msg.sender);
            for (; index + 1 < petition.approvers.length; ++index) {
                petition.approvers[index] = petition.approvers[index + 1];
            }
            petition.approvers.pop();
            if (_standing(petition.approvers) < threshold) petition.ripe = 0;
        }
        emit ApprovalRevoked(key, msg.sender);
    }

    // ---- Questions ---------------------------------------------------------------------------------------------

    function authority(bytes32 organisationId, address account) external view returns (uint8, uint8, uint64) {
        return _authority(organisationId, account);
    }

    function organisationOf(bytes32 organisationId) external view returns (uint8, bool, uint16, uint64) {
        Organisation storage o = organisations[organisationId];
        return (o.kinds, o.suspended, o.officers, o.sequence);
    }

    function keySetOf(bytes32 keySetId) external view returns (bytes32, uint8, bool) {
        KeySetState storage k = keySets[keySetId];
        return (k.organisationId, k.missing, k.retired);
    }

    function keySetReady(bytes32 organisationId, bytes32 keySetId) external view returns (bool) {
        KeySetState storage k = keySets[keySetId];
        return organisationId != 0 && k.organisationId == organisationId && k.missing == 0 && !k.retired;
    }

    function governance() external view returns (address[] memory, uint8, uint64) {
        return (governors, threshold, delay);
    }

    function petitionOf(bytes32 key) external view returns (address[] memory, uint64) {
        Petition storage p = petitions[key];
        return (p.approvers, p.regime == regime ? p.ripe : 0);
    }

    function statute() external pure returns (uint32[] memory) {
        uint32[11] memory rules = [
            ORGANISATION_ADMITTED, KINDS_CHANGED, ORGANISATION_SUSPENDED, ORGANISATION_RESTORED, PEOPLE_REPLACED,
            GOVERNORS_SET, SUCCESSOR_REGISTERED, PEOPLE_CHANGED, KEY_SET_REGISTERED, KEY_SET_ACCEPTED, KEY_SET_RETIRED
        ];
        uint32[] memory table = new uint32[](rules.length);
        for (uint256 i; i < rules.length; ++i) {
            table[i] = rules[i];
        }
        return table;
    }

    // ---- Governors ---------------------------------------------------------------------------------------------

    /// @dev Records the caller's approval. Empty until as many of the present governors as are needed approved and the
    /// wait since then is over; then those who approved, and the act is to be executed. Who approved and has left since
    /// does not count, and with new governors the wait begins anew: a quorum made up of newcomers must not use a delay
    /// that ran out under others.
    function _governed(bytes32 organisationId, uint64 expires, Act memory record, bytes memory detail, uint64 wait)
        private
        returns (address[] memory approvers)
    {
        if (!isGovernor[msg.sender]) revert GovernorMissing(msg.sender);
        _requireUnexpired(expires, MAX_EXPIRY + delay);
        bytes32 key = keccak256(abi.encode(msg.sig, organisationId, bytes32(0), expires, record, detail));
        if (approvals[key].account == EXECUTED) revert AlreadyExecuted(key);
        Petition storage petition = petitions[key];
        bool approvedBefore = _indexOf(petition.approvers, msg.sender) < petition.approvers.length;
        if (!approvedBefore) petition.approvers.push(msg.sender);

        if (_standing(petition.approvers) < threshold) {
            if (approvedBefore) revert AlreadyApproved(key, msg.sender);
            petition.ripe = 0;
        } else {
            bool begins = petition.ripe == 0 || petition.regime != regime;
            if (begins) (petition.ripe, petition.regime) = (uint64(block.timestamp) + wait, regime);
            if (block.timestamp >= petition.ripe) {
                approvers = _present(petition.approvers);
                record.roles = organisations[0].sequence;
                record.first = msg.sender;
                for (uint256 i = approvers.length; i > 0; --i) {
                    if (approvers[i - 1] != msg.sender) record.first = approvers[i - 1];
                }
                if (record.first != msg.sender) record.second = msg.sender;
                delete petitions[key];
                approvals[key].account = EXECUTED;
                return approvers;
            }
            if (approvedBefore && !begins) revert NotRipe(key, petition.ripe);
        }
        emit ActProposed(0, organisationId, record.act, key, msg.sender, expires);
    }

    function _standing(address[] storage approvers) private view returns (uint256 count) {
        for (uint256 i; i < approvers.length; ++i) {
            if (isGovernor[approvers[i]]) ++count;
        }
    }

    /// @dev Those of the approvers who are governors now, in the order of their approval.
    function _present(address[] storage approvers) private view returns (address[] memory present) {
        present = new address[](_standing(approvers));
        uint256 next;
        for (uint256 i; i < approvers.length; ++i) {
            if (isGovernor[approvers[i]]) present[next++] = approvers[i];
        }
    }

    function _indexOf(address[] storage accounts, address account) private view returns (uint256 i) {
        while (i < accounts.length && accounts[i] != account) ++i;
    }

    function _requireGovernors(address[] memory governors_, uint8 threshold_, uint64 delay_) private pure {
        if (threshold_ == 0 || threshold_ > governors_.length || governors_.length > MAX_MEMBERS) {
            revert GovernorsInvalid(governors_.length, threshold_);
        }
        for (uint256 i; i < governors_.length; ++i) {
            if (governors_[i] <= (i == 0 ? address(0) : governors_[i - 1])) {
                revert GovernorsInvalid(governors_.length, threshold_);
            }
        }
        if (delay_ > MAX_DELAY) revert DelayInvalid(delay_);
    }

    function _installGovernors(address[] memory governors_, uint8 threshold_, uint64 delay_) private {
        for (uint256 i; i < governors.length; ++i) {
            isGovernor[governors[i]] = false;
        }
        for (uint256 i; i < governors_.length; ++i) {
            isGovernor[governors_[i]] = true;
        }
        governors = governors_;
        threshold = threshold_;
        delay = delay_;
        ++regime;
    }

    // ---- Organisations, people, key sets -----------------------------------------------------------------------

    function _draft(uint32 rule, bytes32 ground) private pure returns (Act memory record) {
        _requireGround(rule, ground);
        record.act = uint8(rule);
        record.ground = ground;
    }

    function _enter(uint32 rule, bytes32 organisationId, uint64 expires, bytes32 ground)
        private
        view
        returns (Act memory record)
    {
        _requireUnexpired(expires, MAX_EXPIRY);
        record = _draft(rule, ground);
        (, record.roles) = _requireRole(rule, organisationId);
    }

    function _authority(bytes32 organisationId, address account)
        internal
        view
        override
        returns (uint8 roles, uint8 kinds, uint64 sequence)
    {
        Organisation storage o = organisations[organisationId];
        Membership storage m = memberships[organisationId][account];
        if (!o.suspended && (m.until == 0 || block.timestamp <= m.until)) roles = m.roles;
        return (roles, o.kinds, o.sequence);
    }

    function _requireAdmitted(bytes32 organisationId) private view {
        if (organisations[organisationId].kinds == 0) revert OrganisationNotAdmitted(organisationId);
    }

    function _requireKinds(uint8 kinds) private pure {
        if (kinds == 0 || kinds > ALL_KINDS || kinds & (BUYER | OBSERVER) == BUYER | OBSERVER) {
            revert KindsInvalid(kinds);
        }
    }

    /// @dev Checks the people and counts the officers without an end date that there will be.
    function _officersAfter(bytes32 organisationId, Person[] calldata people) private view returns (uint256 officers) {
        officers = organisations[organisationId].officers;
        address previous;
        for (uint256 i; i < people.length; ++i) {
            Person calldata p = people[i];
            if (p.account <= previous || p.roles > ALL_ROLES || (p.until != 0 && p.until < block.timestamp)) {
                revert PersonInvalid(p.account, p.roles, p.until);
            }
            previous = p.account;
            Membership storage m = memberships[organisationId][p.account];
            if (_isLasting(m.roles, m.until)) --officers;
            if (_isLasting(p.roles, p.until)) ++officers;
        }
    }

    function _isLasting(uint8 roles, uint64 until) private pure returns (bool) {
        return roles & OFFICER_ROLE != 0 && until == 0;
    }

    function _setPeople(bytes32 organisationId, Person[] calldata people) private {
        organisations[organisationId].officers = uint16(_officersAfter(organisationId, people));
        for (uint256 i; i < people.length; ++i) {
            memberships[organisationId][people[i].account] = Membership(people[i].roles, people[i].until);
        }
    }

    function _requireRecipients(bytes32 organisationId, KeySet calldata keySet) private view {
        _requireThreshold(keySet.officers, keySet.officerThreshold);
        if (keySet.custodians.length != 0 || keySet.custodianThreshold != 0) {
            _requireThreshold(keySet.custodians, keySet.custodianThreshold);
        }
        for (uint256 i; i < keySet.officers.length; ++i) {
            bytes32 holder = keySet.officers[i].holder;
            address account = address(uint160(uint256(holder)));
            if (bytes32(uint256(uint160(account))) != holder) revert RecipientInvalid(holder, KEY_LENGTH);
            (uint8 roles,,) = _authority(organisationId, account);
            if (roles & OFFICER_ROLE == 0) revert RoleMissing(organisationId, account, OFFICER_ROLE);
        }
        for (uint256 i; i < keySet.custodians.length; ++i) {
            bytes32 custodian = keySet.custodians[i].holder;
            if (custodian == organisationId || organisations[custodian].kinds & CUSTODIAN == 0) {
                revert KindMissing(custodian, CUSTODIAN);
            }
        }
        _requireDistinct(keySet);
    }

    /// @dev One secret behind two recipients would count twice in a threshold. A point and its negation, which share
    /// their x-coordinate, are one secret too. That the point lies on the curve is the holder's to show by accepting.
    function _requireDistinct(KeySet calldata keySet) private pure {
        uint256 officers = keySet.officers.length;
        bytes32[] memory seen = new bytes32[](officers + keySet.custodians.length);
        for (uint256 i; i < seen.length; ++i) {
            Recipient calldata recipient = i < officers ? keySet.officers[i] : keySet.custodians[i - officers];
            if (recipient.key[0] != 0x04) revert RecipientInvalid(recipient.holder, recipient.key.length);
            seen[i] = bytes32(recipient.key[1:33]);
            for (uint256 j; j < i; ++j) {
                if (seen[j] == seen[i]) revert KeyRepeated(recipient.holder);
            }
        }
    }

    function _requireThreshold(Recipient[] calldata recipients, uint8 threshold_) private pure {
        if (threshold_ < 2 || recipients.length <= threshold_ || recipients.length > MAX_MEMBERS) {
            revert ThresholdInvalid(recipients.length, threshold_);
        }
        bytes32 previous;
        for (uint256 i; i < recipients.length; ++i) {
            bytes32 holder = recipients[i].holder;
            if (holder <= previous || recipients[i].key.length != KEY_LENGTH) {
                revert RecipientInvalid(holder, recipients[i].key.length);
            }
            previous = holder;
        }
    }

    function _record(bytes32 organisationId, Act memory record, bytes memory detail) private {
        record.sequence = ++organisations[organisationId].sequence;
        _record("siegel/1 roles", organisationId, 0, organisationId, record, detail);
    }
}
