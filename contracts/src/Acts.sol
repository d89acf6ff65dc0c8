// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Act, IActs} from "./IActs.sol";
import {GROUND_MAY, GROUND_MUST, JOINT} from "./Statute.sol";

/// @notice Recording and agreeing: the heads, the one event, and the second person. See IActs.
abstract contract Acts is IActs {
    uint64 internal constant MAX_EXPIRY = 30 days;
    /// @dev In place of the approver once the act is executed, so that a further call of the same is no new first half.
    address internal constant EXECUTED = address(1);

    /// @dev Slot 0 for ever: storage proofs of heads rest on it.
    mapping(bytes32 id => bytes32) internal heads;
    mapping(bytes32 key => Approval) internal approvals;

    /// @dev Who approved, and in which turn of the process.
    struct Approval {
        address account;
        uint64 turn;
    }

    function head(bytes32 id) external view returns (bytes32) {
        return heads[id];
    }

    function revokeApproval(bytes32 key) external virtual {
        if (approvals[key].account != msg.sender) revert ApprovalUnknown(key, msg.sender);
        delete approvals[key];
        emit ApprovalRevoked(key, msg.sender);
    }

    /// @dev What the account may do for the organisation now: role bits, kind bits, length of the roles series.
    function _authority(bytes32 organisationId, address account) internal view virtual returns (uint8, uint8, uint64);

    function _requireUnexpired(uint64 expires, uint64 ahead) internal view {
        if (block.timestamp > expires) revert ActExpired(expires, uint64(block.timestamp));
        if (expires > block.timestamp + ahead) revert ExpiryTooFar(expires, uint64(block.timestamp + ahead));
    }

    /// @dev The caller's own role for the act; what else the caller's organisation is; how long its roles series is.
    function _requireRole(uint32 rule, bytes32 organisationId) internal view returns (uint8 kinds, uint64 sequence) {
        uint8 roles;
        (roles, kinds, sequence) = _authority(organisationId, msg.sender);
        if (roles & _roles(rule) == 0) revert RoleMissing(organisationId, msg.sender, _roles(rule));
    }

    function _requireGround(uint32 rule, bytes32 ground) internal pure {
        if (ground == 0 && rule & GROUND_MUST != 0) revert GroundMissing(uint8(rule));
        if (ground != 0 && rule & (GROUND_MUST | GROUND_MAY) == 0) revert GroundUnexpected(uint8(rule));
    }

    /// @dev True if the act is to be executed: at once if one person suffices, else with the second one's call. The key
    /// covers decoded arguments, never raw calldata, which has many spellings of the same call. An approval counts only
    /// in the turn in which it was given (zero outside a process); that an act was executed counts for ever.
    function _agreed(
        uint32 rule,
        bytes32 organisationId,
        bytes32 processId,
        uint64 turn,
        uint64 expires,
        Act memory record,
        bytes memory detail
    ) internal returns (bool) {
        if (rule & JOINT == 0) {
            record.first = msg.sender;
            return true;
        }
        uint64 sequence = record.roles; // may differ between the two calls, so it is no part of the key
        record.roles = 0;
        bytes32 key = keccak256(abi.encode(msg.sig, organisationId, processId, expires, record, detail));
        record.roles = sequence;

        address first = approvals[key].account;
        if (first == EXECUTED) revert AlreadyExecuted(key);
        if (approvals[key].turn != turn) first = address(0);
        if (first == msg.sender) revert AlreadyApproved(key, msg.sender);
        if (first != address(0)) {
            (uint8 roles,,) = _authority(organisationId, first);
            if (roles & _roles(rule) != 0) {
                approvals[key].account = EXECUTED;
                record.first = first;
                record.second = msg.sender;
                return true;
            }
        }
        approvals[key] = Approval(msg.sender, turn);
        emit ActProposed(processId, organisationId, record.act, key, msg.sender, expires);
        return false;
    }

    /// @dev Completes the record, folds its digest into the head of its series and emits it.
    function _record(
        string memory label,
        bytes32 id,
        bytes32 processId,
        bytes32 organisationId,
        Act memory record,
        bytes memory detail
    ) internal {
        record.time = uint64(block.timestamp);
        _fold(label, id, keccak256(abi.encode(record, detail)));
        emit ActRecorded(processId, organisationId, record.act, record, detail);
    }

    function _fold(string memory label, bytes32 id, bytes32 item) internal {
        bytes32 current = heads[id];
        if (current == 0) current = keccak256(abi.encode(label, block.chainid, address(this), id));
        heads[id] = keccak256(abi.encode(current, item));
    }

    /// @dev Printable ASCII of 1 to 128 bytes: every database and every eye can hold it.
    function _isText(string calldata text) internal pure returns (bool) {
        bytes calldata raw = bytes(text);
        if (raw.length == 0 || raw.length > 128) return false;
        for (uint256 i; i < raw.length; ++i) {
            if (raw[i] < 0x20 || raw[i] > 0x7e) return false;
        }
        return true;
    }

    function _roles(uint32 rule) private pure returns (uint8) {
        return uint8(rule >> 8) & 0x0f;
    }
}
