// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {Act, IActs} from "../src/IActs.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Folds the emitted events into heads on its own, as IActs describes it, to be compared with the contracts'.
abstract contract Fold {
    mapping(address emitter => mapping(bytes32 id => bytes32)) internal foldedHead;
    mapping(address emitter => mapping(bytes32 id => uint64)) internal foldedLength;
    mapping(address emitter => mapping(bytes32 id => bool)) private known;
    mapping(uint8 act => uint256) internal executions;
    address[] internal foldedEmitters;
    bytes32[] internal foldedIds;

    /// @dev Takes one log. Anything but ActRecorded is left out. Sequences must be dense.
    function fold(Vm.Log memory log) internal returns (bool) {
        if (log.topics[0] != IActs.ActRecorded.selector) return false;
        (Act memory record,) = abi.decode(log.data, (Act, bytes));
        vm.assertEq(uint256(log.topics[3]), record.act, "the topic names the act");
        ++executions[record.act];
        bytes32 digest = keccak256(log.data);
        bytes32 processId = log.topics[1];
        bytes32 organisationId = log.topics[2];
        if (processId != 0) {
            if (record.sequence == 1) _grow(log.emitter, "siegel/1 list", organisationId, processId);
            _grow(log.emitter, "siegel/1 process", processId, digest);
            vm.assertEq(foldedLength[log.emitter][processId], record.sequence, "sequence of the process is dense");
        } else {
            _grow(log.emitter, record.act >= 64 ? "siegel/1 roles" : "siegel/1 list", organisationId, digest);
            vm.assertEq(foldedLength[log.emitter][organisationId], record.sequence, "sequence of the series is dense");
        }
        return true;
    }

    function foldRecordedLogs() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            fold(logs[i]);
        }
    }

    /// @dev Every head that was folded equals the contract's answer and the storage word that proofs speak of.
    function checkHeads() internal view {
        for (uint256 i; i < foldedIds.length; ++i) {
            address emitter = foldedEmitters[i];
            bytes32 id = foldedIds[i];
            vm.assertEq(IActs(emitter).head(id), foldedHead[emitter][id], "head is the fold of the events");
            bytes32 word = vm.load(emitter, keccak256(abi.encode(id, uint256(0))));
            vm.assertEq(word, foldedHead[emitter][id], "head stands in its storage word");
        }
    }

    function _grow(address emitter, string memory label, bytes32 id, bytes32 item) private {
        if (!known[emitter][id]) {
            known[emitter][id] = true;
            foldedEmitters.push(emitter);
            foldedIds.push(id);
            foldedHead[emitter][id] = keccak256(abi.encode(label, block.chainid, emitter, id));
        }
        foldedHead[emitter][id] = keccak256(abi.encode(foldedHead[emitter][id], item));
        ++foldedLength[emitter][id];
    }
}
