// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {AwardModel} from "./AwardModel.sol";
import {RegistryModel} from "./RegistryModel.sol";
import "../BaseTest.sol";

/// @notice Every call to the contracts goes through here: what it recorded is judged against what was known before,
/// folded, learned, and compared with what the contracts then answer. What is refused must be refused by a named error.
/// The rules of the statute table are spelled out once more, so that this is a second opinion and no copy.
abstract contract Trial is RegistryModel, AwardModel {
    uint256 private constant JOINT_ACTS = 0x18f9ff34;
    uint256 internal calls;
    uint256 internal refusals;
    uint256 internal records;
    bytes32 internal lastKey;
    mapping(bytes32 call_ => address) private proposedBy;
    mapping(bytes32 call_ => uint256 turn) private proposedIn;
    mapping(bytes32 call_ => bool) private executed;
    mapping(bytes32 key => bytes32 call_) private callOf;
    bytes32[] internal touched;

    function attempt(address account, address to, bytes memory data) internal returns (bool done) {
        bytes memory result;
        ++calls;
        actor = account;
        callData = data;
        vm.prank(account);
        (done, result) = to.call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!done) {
            ++refusals;
            must(result.length >= 4 && bytes4(result) != bytes4(0x4e487b71), "refused by an error that has a name");
            return false;
        }
        must(logs.length != 0, "what changes something says so");
        bytes32 call_ = keccak256(abi.encode(to, data));
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IActs.ActRecorded.selector) _recorded(logs[i], call_);
            else if (topic == IActs.ActProposed.selector) _proposed(logs[i], call_);
            else if (topic == IActs.ApprovalRevoked.selector) _revoked(logs[i]);
            else revert("an event that nobody specified");
        }
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IActs.ActRecorded.selector) _compare(logs[i]);
        }
    }

    /// @dev The acts that set the scene are learned, not judged.
    function learnScene() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (!fold(logs[i])) continue;
            (Act memory record, bytes memory detail) = abi.decode(logs[i].data, (Act, bytes));
            actor = record.second == address(0) || record.act == 6 ? record.first : record.second;
            _learn(logs[i].topics[1], logs[i].topics[2], record, detail);
        }
    }

    /// @dev What the last step touched: heads, and the answers of the contracts.
    function checkTouched() internal view {
        for (uint256 i; i < touched.length; ++i) {
            _checkHead(touched[i]);
        }
    }

    function checkEverything() internal view {
        checkHeads();
        checkGovernance();
        for (uint256 i; i < organisationList.length; ++i) {
            checkOrganisation(organisationList[i]);
        }
        for (uint256 i; i < keySetList.length; ++i) {
            checkKeySet(keySetList[i]);
        }
        for (uint256 i; i < processList.length; ++i) {
            bytes32 processId = processList[i];
            checkProcess(processId);
            for (uint32 j = 1; j <= ghosts[processId].rounds.length; ++j) {
                checkRound(processId, j);
                checkBids(processId, j);
            }
            for (uint256 j; j < ghosts[processId].awards.length; ++j) {
                checkAward(processId, ghosts[processId].awards[j].id);
            }
        }
    }

    function checkProcess(bytes32 processId) internal view {
        GhostProcess storage known = ghosts[processId];
        (bytes32 organisationId, ProcessState state_, uint64 sequence, uint32 rounds, uint32 minimum) =
            ledger.processOf(processId);
        must(organisationId == known.organisationId && state_ == known.state, "the process is as its acts left it");
        must(sequence == known.sequence && rounds == known.rounds.length, "its acts and rounds are counted");
        must(minimum == known.minimumStandstill, "its terms are fixed");
    }

    function _recorded(Vm.Log memory log, bytes32 call_) private {
        fold(log);
        ++records;
        bytes32 processId = log.topics[1];
        bytes32 organisationId = log.topics[2];
        (Act memory record, bytes memory detail) = abi.decode(log.data, (Act, bytes));
        must(log.emitter == (record.act < 64 ? address(ledger) : address(registry)), "by the contract whose act it is");
        must(record.time == block.timestamp, "recorded with the block's time");
        _judgeExpiry(record.act);
        _judgeWho(processId, organisationId, record, detail, call_);
        _judgeForm(record);
        if (processId != 0) _judgeState(processId, organisationId, record.act);
        _judge(processId, organisationId, record, detail);
        _learn(processId, organisationId, record, detail);
    }

    function _proposed(Vm.Log memory log, bytes32 call_) private {
        uint8 act_ = uint8(uint256(log.topics[3]));
        (bytes32 key, address account, uint64 expires) = abi.decode(log.data, (bytes32, address, uint64));
        must(account == actor && expires >= block.timestamp, "who proposes is named");
        lastKey = key;
        callOf[key] = call_;
        if (act_ >= 64 && act_ <= 70) {
            approvePetition(call_, actor, act_, expires);
            return;
        }
        must(JOINT_ACTS >> act_ & 1 == 1 || act_ == 71 || act_ == 72 || act_ == 74, "only joint acts are proposed");
        must(holds(log.topics[2], actor, 2), "only an officer proposes");
        uint256 turn = ghosts[log.topics[1]].turn;
        address before = proposedIn[call_] == turn ? proposedBy[call_] : address(0);
        must(before == address(0) || !holds(log.topics[2], before, 2), "a second officer executes");
        must(before != actor, "nobody proposes twice");
        must(!executed[call_], "what two agreed to happens once");
        (proposedBy[call_], proposedIn[call_]) = (actor, turn);
    }

    function _revoked(Vm.Log memory log) private {
        bytes32 call_ = callOf[log.topics[1]];
        must(log.topics[2] == bytes32(uint256(uint160(actor))), "who revokes is named");
        if (proposedBy[call_] == actor) delete proposedBy[call_];
        else must(withdrawPetition(call_, actor), "only the own approval is revoked");
    }

    function _judgeExpiry(uint8 act_) private view {
        uint256 place = 1;
        if (act_ == 6 || act_ == 64) place = 4;
        else if (act_ == 7 || act_ == 68 || act_ == 69) place = 3;
        else if (act_ > 64 && act_ != 70) place = 2;
        uint256 expires = uint256(argument(place));
        must(block.timestamp <= expires, "nothing is done after it expired");
        uint256 ahead = act_ >= 64 && act_ <= 70 ? 30 days + governorDelay : 30 days;
        must(expires <= block.timestamp + ahead, "nothing can wait for ever");
    }

    function _judgeWho(bytes32 processId, bytes32 organisationId, Act memory record, bytes memory detail, bytes32 call_)
        private
    {
        uint8 act_ = record.act;
        if (processId != 0) {
            GhostProcess storage process = ghosts[processId];
            must(process.state == ProcessState.None || process.organisationId == organisationId, "its own process");
        }
        bytes32 acting = organisationId;
        if (act_ == 17 || act_ == 73) acting = abi.decode(detail, (bytes32));
        if (acting == 0) acting = organisationId;
        if (act_ >= 64 && act_ <= 70) {
            judgeGovernors(call_, record, detail);
        } else if (act_ == 6 || act_ == 7) {
            bytes32 receiver;
            if (act_ == 6 && detail.length != 0) {
                (, Promise memory promised_) = abi.decode(detail, (bytes32, Promise));
                receiver = promised_.receiver;
            }
            uint64 roles = receiver == 0 ? 0 : organisations[receiver].sequence;
            must(record.roles == roles, "a bidder acts without a role, who promises under a provable one");
        } else {
            must(record.roles == organisations[acting].sequence, "the roles it acted under are provable");
            if (JOINT_ACTS >> act_ & 1 == 1 || act_ == 71 || act_ == 72 || act_ == 74) {
                _judgeJoint(acting, record, call_);
                must(proposedIn[call_] == ghosts[processId].turn, "nobody's word outlives a change of the situation");
            } else {
                must(record.first == actor && record.second == address(0), "who acted is named");
                uint8 role = act_ == 17 || act_ == 73 ? 2 : act_ == 30 ? 8 : 1;
                must(holds(acting, actor, role), "nobody acts without the role");
            }
        }
    }

    function _judgeJoint(bytes32 organisationId, Act memory record, bytes32 call_) private {
        must(record.first != record.second && record.second == actor, "nobody performs a joint act alone");
        must(proposedBy[call_] == record.first && record.first != address(0), "the first one agreed to exactly this");
        must(holds(organisationId, record.first, 2), "the first one is still an officer");
        must(holds(organisationId, record.second, 2), "the second one is an officer");
        must(!executed[call_], "what two agreed to happens once");
        executed[call_] = true;
        delete proposedBy[call_];
    }

    /// @dev Ground and release: which acts need them, and which have no use for a ground.
    function _judgeForm(Act memory record) private pure {
        uint8 a = record.act;
        bool must_ = a == 5 || (a >= 11 && a <= 13) || (a >= 15 && a <= 17) || (a >= 19 && a <= 22) || a == 27
            || (a >= 66 && a <= 68) || a == 74;
        bool may = must_ || a == 8 || a == 9 || a == 14 || a == 18 || a == 23;
        bool release = (a >= 1 && a <= 3) || a == 5 || (a >= 14 && a <= 16) || (a >= 21 && a <= 26);
        must(!must_ || record.ground != 0, "no exception without a ground");
        must(may || record.ground == 0, "no ground where none is asked");
        must(!release || record.release != 0, "what is published has a release");
        bool subject = (a >= 6 && a <= 8) || (a >= 27 && a <= 30);
        must(!subject || record.subject != 0, "what the act is about is named");
    }

    function _judgeState(bytes32 processId, bytes32 organisationId, uint8 act_) private view {
        ProcessState state_ = ghosts[processId].state;
        if (act_ == 1) return;
        if (act_ == 2) {
            must(state_ == ProcessState.None || state_ == ProcessState.Anchored, "raised once");
        } else if (act_ == 27) {
            must(state_ != ProcessState.None, "the process exists");
        } else if (act_ == 17 || act_ == 19 || act_ == 22 || (act_ >= 24 && act_ <= 26)) {
            must(state_ == ProcessState.Active || state_ == ProcessState.Cancelled, "sealed processes only");
        } else {
            must(state_ == ProcessState.Active, "active processes only");
        }
        if (act_ != 2) must(ghosts[processId].organisationId == organisationId, "its own organisation's");
    }

    function _judge(bytes32 processId, bytes32 organisationId, Act memory record, bytes memory detail) private view {
        uint8 a = record.act;
        if (a >= 64) judgeRegistry(organisationId, record, detail);
        else if (a == 1) judgeNotice(processId, organisationId, record, detail);
        else if (a == 2) judgeTender(processId, organisationId, record, detail);
        else if (a == 3 || a == 5) judgeDeadline(processId, record, abi.decode(detail, (uint64)));
        else if (a == 4) judgeRound(processId, record, detail);
        else if (a == 6) judgeCommitment(processId, record, detail);
        else if (a == 7) judgeWithdrawal(processId, record);
        else if (a == 8) judgeExternal(processId, record);
        else if (a == 9) judgeClose(processId, record, detail);
        else if (a == 10) judgeOpening(processId, record, detail);
        else if (a == 11) judgeRevision(processId, record, detail);
        else if (a == 12 || a == 13) judgeExclusion(processId, record);
        else if (a == 14) judgeAward(processId, record);
        else if (a == 15) judgeAnnounced(processId, record);
        else if (a == 16) judgeLotClosed(processId, record);
        else if (a == 17) judgeSuspension(processId, record, detail);
        else if (a == 18) judgeLetters(processId, record, detail);
        else if (a == 19) judgeLift(processId, record);
        else if (a == 20) judgeRemand(processId, record, detail);
        else if (a == 22) judgeReinstated(processId, record);
        else if (a == 23) judgeConclusion(processId, record);
        else if (a >= 24 && a <= 26) judgeContract(processId, record);
        else if (a == 27) must(record.ref != 0 && record.ref <= ghosts[processId].sequence, "of an earlier act");
    }

    function _learn(bytes32 processId, bytes32 organisationId, Act memory record, bytes memory detail) private {
        uint8 a = record.act;
        if (a >= 64) learnRegistry(organisationId, record, detail);
        else if (a == 1) learnNotice(processId, organisationId, detail);
        else if (a == 2) learnTender(processId, organisationId, detail);
        else if (a == 3 || a == 5) learnDeadline(processId, record, abi.decode(detail, (uint64)));
        else if (a == 4) learnRound(processId, detail);
        else if (a == 6) learnCommitment(processId, record, detail);
        else if (a == 7) learnWithdrawal(processId, record);
        else if (a == 8) ++roundAt(processId, record.round).externals;
        else if (a == 9) learnClose(processId, record, detail);
        else if (a == 10) learnOpening(processId, record, detail);
        else if (a == 11) learnRevision(processId, record, detail);
        else if (a == 12 || a == 13) learnExclusion(processId, record);
        else if (a == 14) learnAward(processId, record);
        else if (a == 16) lotAt(processId, record.lot).state = LotState.Closed;
        else if (a == 17) learnSuspension(processId, record);
        else if (a == 19) learnLift(processId, record);
        else if (a == 20) learnRemand(processId, record);
        else if (a == 21) ghosts[processId].state = ProcessState.Cancelled;
        else if (a == 22 && record.lot == 0) ghosts[processId].state = ProcessState.Active;
        else if (a == 22) lotAt(processId, record.lot).state = LotState.Open;
        else if (a == 15 || a == 18 || (a >= 23 && a <= 26)) learnAwardState(processId, record, detail);
        if (processId != 0) ghosts[processId].sequence = record.sequence;
        if (a == 5 || (a >= 20 && a <= 22)) ++ghosts[processId].turn;
    }

    function _compare(Vm.Log memory log) private {
        bytes32 processId = log.topics[1];
        bytes32 organisationId = log.topics[2];
        (Act memory record,) = abi.decode(log.data, (Act, bytes));
        if (record.act >= 64) {
            touched.push(organisationId);
            if (organisationId != 0) checkOrganisation(organisationId);
            if (record.act == 69) checkGovernance();
            if (record.act >= 72) checkKeySet(record.subject);
            return;
        }
        touched.push(organisationId);
        if (processId == 0) return;
        touched.push(processId);
        checkProcess(processId);
        if (record.round != 0 && record.act != 20) checkRound(processId, record.round);
        if (record.act == 14) {
            checkAward(processId, record.sequence);
        } else if (record.ref != 0 && (record.act == 15 || record.act == 18 || (record.act >= 23 && record.act <= 26)))
        {
            checkAward(processId, record.ref);
        }
    }

    function _checkHead(bytes32 id) private view {
        bytes32 expected = foldedHead[address(ledger)][id];
        if (expected != 0) must(ledger.head(id) == expected, "the head is the fold of the events");
        expected = foldedHead[address(registry)][id];
        if (expected != 0) must(registry.head(id) == expected, "the head is the fold of the events");
    }
}
