// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {RegistryActors} from "./RegistryActors.sol";
import "../BaseTest.sol";

/// @notice Notices, tenders, rounds, and what can happen to a whole procedure.
abstract contract TenderActors is RegistryActors {
    uint8 internal constant ANCHORED = 1 << 2; // states of a process as bits
    uint8 internal constant ACTIVE = 1 << 3;
    uint8 internal constant CANCELLED = 1 << 4;
    uint8 internal constant EVERY = 0xff;
    uint8 internal constant IN_TIME = 1; // states of a round as bits
    uint8 internal constant AFTER = 2;
    uint8 internal constant CLOSED = 4;
    uint8 internal constant OPENED = 8;
    uint256 private constant WINDOW = 32;
    bytes32[3] internal lotIds = [LOT_ONE, LOT_TWO, keccak256("LOT-0003")];
    uint256 private ocids;

    function noticePublished(uint256 seed) external step(seed) {
        bytes32 organisationId = chance(4) ? watchdog : chance(12) ? custodianA : buyer();
        Notice[] memory notices = new Notice[](1 + random(3));
        for (uint256 i; i < notices.length; ++i) {
            bytes32 processId = chance(2) ? recent(EVERY) : recent(ACTIVE);
            bool isNew = chance(12) || processId == 0 || ghosts[processId].organisationId != organisationId;
            notices[i].ocid = isNew ? _ocid() : ghosts[processId].ocid;
            notices[i].kind = NoticeKind(chance(20) ? 0 : 1 + random(11));
            notices[i].release = chance(20) ? bytes32(0) : digest();
            notices[i].original = whenIn(2);
            notices[i].ref = chance(3) ? uint64(random(isNew ? 2 : ghosts[processId].sequence + 2)) : 0;
            notices[i].parent = whenIn(isNew ? 4 : 20);
        }
        bytes memory data = abi.encodeCall(ITenderLedger.publishNotices, (organisationId, expiry(), notices));
        singly(organisationId, 1, address(ledger), data);
    }

    function tenderPublished(uint256 seed) external step(seed) {
        bytes32 organisationId = chance(24) ? watchdog : buyer();
        bytes32 processId = chance(3) ? recent(ANCHORED) : bytes32(0);
        if (processId != 0) organisationId = ghosts[processId].organisationId;
        TenderTerms memory terms;
        terms.ocid = processId == 0 ? _ocid() : ghosts[processId].ocid;
        terms.parent = whenIn(processId == 0 ? 4 : 20);
        terms.minimumStandstill = chance(4) ? 0 : uint32(300 + random(600));
        terms.criteria = digest();
        terms.lots = _lots();
        terms.round = _terms(organisationId, RoundKind(chance(8) ? random(5) : 2));
        together(
            organisationId, abi.encodeCall(ITenderLedger.publishTender, (organisationId, expiry(), given(), terms))
        );
    }

    function tenderAmended(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number) = pickRound(IN_TIME);
        if (processId == 0) return;
        uint64 old = roundAt(processId, number).deadline;
        uint64 deadline = chance(4) ? 0 : chance(6) ? old - uint64(random(100)) : old + 1 + uint64(random(300));
        if (chance(12)) deadline = roundAt(processId, number).agreed + 30 days + 1 + uint64(random(3));
        if (chance(4) && old < clock + 800) passTo(old + uint64(random(2)));
        bytes memory data = abi.encodeCall(ITenderLedger.amendTender, (callOn(processId, 0), number, deadline));
        singly(ghosts[processId].organisationId, 1, address(ledger), data);
    }

    function roundOpened(uint256 seed) external step(seed) {
        bytes32 processId = recent(ACTIVE);
        if (processId == 0) return;
        bytes32 organisationId = ghosts[processId].organisationId;
        RoundTerms memory terms = _terms(organisationId, RoundKind(chance(12) ? 0 : 1 + random(4)));
        together(organisationId, abi.encodeCall(ITenderLedger.openRound, (callOn(processId, 0), terms)));
    }

    function roundResumed(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number) = chance(4) ? pickRound(IN_TIME) : pickPastRound();
        if (processId == 0) return;
        uint64 latest = roundAt(processId, number).deadline;
        if (latest < clock) latest = clock;
        uint64 deadline = chance(8) ? latest - uint64(random(50)) : latest + 100 + uint64(random(1500));
        Call memory call_ = callOn(processId, given());
        bytes memory data = abi.encodeCall(ITenderLedger.resumeRound, (call_, number, deadline));
        bytes32 organisationId = ghosts[processId].organisationId;
        if (chance(8)) {
            bytes memory other = abi.encodeCall(ITenderLedger.resumeRound, (call_, number, deadline + 1));
            differently(organisationId, data, other);
        } else {
            together(organisationId, data);
        }
    }

    function processSuspended(uint256 seed) external step(seed) {
        bytes32 processId = recent(chance(12) ? EVERY : ACTIVE | CANCELLED);
        if (processId == 0) return;
        bytes32 body = chance(2) ? reviewBody : chance(12) ? custodianA : bytes32(0);
        Call memory call_ = callOn(processId, given());
        bytes memory data =
            abi.encodeCall(ITenderLedger.suspendProcess, (call_, pickLot(processId, true), body, whenIn(2)));
        singly(body == 0 ? ghosts[processId].organisationId : body, 2, address(ledger), data);
    }

    function suspensionLifted(uint256 seed) external step(seed) {
        for (uint256 i; i < 12; ++i) {
            bytes32 processId = recent(ACTIVE | CANCELLED);
            if (processId == 0 || ghosts[processId].suspensions.length == 0) continue;
            GhostSuspension[] storage list = ghosts[processId].suspensions;
            GhostSuspension storage suspension = list[random(list.length)];
            if (!suspension.inForce && !chance(12)) continue;
            together(
                ghosts[processId].organisationId,
                abi.encodeCall(ITenderLedger.liftSuspension, (callOn(processId, given()), suspension.id))
            );
            return;
        }
    }

    function remanded(uint256 seed) external step(seed) {
        bytes32 processId = recent(ACTIVE);
        if (processId == 0) return;
        uint32 fromRound = uint32(chance(2) ? 0 : random(ghosts[processId].rounds.length + 2));
        bytes memory data = abi.encodeCall(
            ITenderLedger.remand, (callOn(processId, given()), pickLot(processId, true), fromRound, Stage(random(6)))
        );
        together(ghosts[processId].organisationId, data);
    }

    function tenderCancelled(uint256 seed) external step(seed) {
        bytes32 processId = recent(chance(12) ? EVERY : ACTIVE);
        if (processId == 0) return;
        together(
            ghosts[processId].organisationId, abi.encodeCall(ITenderLedger.cancelTender, (callOn(processId, given())))
        );
    }

    function reinstated(uint256 seed) external step(seed) {
        bytes32 processId = recent(CANCELLED);
        bytes32 lot;
        if (processId == 0 || chance(4)) {
            processId = recent(ACTIVE);
            if (processId == 0) return;
            lot = pickLot(processId, false);
        }
        together(
            ghosts[processId].organisationId, abi.encodeCall(ITenderLedger.reinstate, (callOn(processId, given()), lot))
        );
    }

    function fieldsErased(uint256 seed) external step(seed) {
        bytes32 processId = recent(EVERY);
        if (processId == 0) return;
        uint64 ref = uint64(random(ghosts[processId].sequence + 2));
        together(
            ghosts[processId].organisationId,
            abi.encodeCall(ITenderLedger.eraseFields, (callOn(processId, given()), ref, given()))
        );
    }

    function artifactRegistered(uint256 seed) external step(seed) {
        bytes32 organisationId = buyer();
        string memory name = chance(12) ? "" : _ocid();
        bytes memory data = abi.encodeCall(
            ITenderLedger.registerArtifact, (organisationId, expiry(), given(), ArtifactKind(random(5)), name)
        );
        together(organisationId, data);
    }

    function observationRecorded(uint256 seed) external step(seed) {
        bytes32 organisationId = chance(2) ? watchdog : buyer();
        bytes memory data = abi.encodeCall(ITenderLedger.recordObservation, (organisationId, expiry(), given()));
        singly(organisationId, 1, address(ledger), data);
    }

    function auditAnchored(uint256 seed) external step(seed) {
        bytes memory data = abi.encodeCall(ITenderLedger.anchorAudit, (town, expiry(), given()));
        singly(town, 8, address(ledger), data);
    }

    // ---- What they choose --------------------------------------------------------------------------------------

    function callOn(bytes32 processId, bytes32 ground) internal returns (Call memory) {
        return Call(processId, expiry(), ground, given());
    }

    /// @dev A recent process in one of the states (bits); now and then in any; zero if none was found.
    function recent(uint8 states) internal returns (bytes32 processId) {
        if (chance(24)) states = EVERY;
        bytes32[] storage list = states & (ACTIVE | CANCELLED) == states ? tenderList : processList;
        uint256 window = list.length < WINDOW ? list.length : WINDOW;
        if (window == 0) return 0;
        uint256 start = random(window);
        for (uint256 i; i < window; ++i) {
            processId = list[list.length - 1 - (start + i) % window];
            if (states >> uint8(ghosts[processId].state) & 1 == 1) return processId;
        }
        return 0;
    }

    function pickRound(uint8 states) internal returns (bytes32 processId, uint32 number) {
        if (chance(24)) states = 15;
        for (uint256 i; i < 24; ++i) {
            processId = recent(ACTIVE);
            if (processId == 0 || ghosts[processId].rounds.length == 0) continue;
            number = uint32(1 + random(ghosts[processId].rounds.length));
            if (states & _stateOf(roundAt(processId, number)) != 0) return (processId, number);
        }
        return (0, 0);
    }

    /// @dev A round whose deadline has passed, if need be by letting it pass; now and then in its very last second.
    function pickPastRound() internal returns (bytes32 processId, uint32 number) {
        (processId, number) = pickRound(AFTER);
        if (processId != 0) return (processId, number);
        (processId, number) = pickRound(IN_TIME);
        if (processId == 0) return (0, 0);
        uint64 deadline = roundAt(processId, number).deadline;
        if (deadline < clock + 800) passTo(deadline + (chance(8) ? 0 : 1));
    }

    /// @dev A lot of the process, zero (if that can be meant), or one that does not exist.
    function pickLot(bytes32 processId, bool whole) internal returns (bytes32) {
        GhostLot[] storage lots = ghosts[processId].lots;
        if (whole ? chance(3) : chance(24)) return 0;
        if (lots.length == 0 || chance(24)) return keccak256("no lot");
        return lots[random(lots.length)].lot;
    }

    function _stateOf(GhostRound storage round) private view returns (uint8) {
        if (round.state == RoundState.Open) return clock <= round.deadline ? IN_TIME : AFTER;
        return round.state == RoundState.Closed ? CLOSED : OPENED;
    }

    function _lots() private returns (LotTerms[] memory lots) {
        bytes32[] memory ids = new bytes32[](chance(24) ? 0 : 1 + random(3));
        for (uint256 i; i < ids.length; ++i) {
            ids[i] = chance(24) ? LOT_ONE : lotIds[i];
        }
        if (!chance(24)) sort(ids);
        lots = new LotTerms[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            lots[i] = LotTerms(ids[i], uint16(chance(24) ? 0 : 1 + random(4)));
        }
    }

    function _terms(bytes32 organisationId, RoundKind kind) private returns (RoundTerms memory terms) {
        terms.kind = kind;
        terms.deadline = chance(12) ? clock - uint64(random(2)) : clock + 400 + uint64(random(3600));
        terms.keySet = recentKeySet();
        for (uint256 i; i < 24 && !isReady(organisationId, terms.keySet) && !chance(24); ++i) {
            terms.keySet = recentKeySet();
        }
        terms.receivers = new bytes32[](random(2) + (chance(2) ? 1 : 0));
        for (uint256 i; i < terms.receivers.length; ++i) {
            terms.receivers[i] = chance(24) ? custodianA : chance(24) ? organisationId : submissionService;
        }
    }

    function _ocid() private returns (string memory) {
        return string.concat("ocds-siegel-", digits(++ocids));
    }
}
