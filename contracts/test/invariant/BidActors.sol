// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {TenderActors} from "./TenderActors.sol";
import "../BaseTest.sol";

/// @notice Bidders, honest and not, and the officers who close and open their rounds.
abstract contract BidActors is TenderActors {
    uint256 private contents;

    function bidCommitted(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number) = pickRound(chance(4) ? AFTER : IN_TIME);
        if (processId == 0) return;
        for (uint256 i = 2 + random(3); i > 0; --i) {
            address author = bidders[random(bidders.length)];
            (bytes32 commitment_, bytes32 supersedes) = _chooseBid(processId, number, author);
            Promise memory promise_;
            if (chance(3)) promise_ = _promise(processId, number, commitment_, author);
            bytes memory data = abi.encodeCall(
                ITenderLedger.commitBid, (processId, number, commitment_, supersedes, expiry(), promise_)
            );
            attempt(chance(16) ? bidders[random(bidders.length)] : author, address(ledger), data);
        }
    }

    function bidWithdrawn(uint256 seed) external step(seed) {
        for (uint256 i; i < 30; ++i) {
            (bytes32 processId, uint32 number) = pickRound(IN_TIME);
            if (processId == 0) return;
            GhostBid[] storage bids = roundAt(processId, number).bids;
            if (bids.length == 0) continue;
            GhostBid storage bid = bids[random(bids.length)];
            if (bid.gone != 0 && !chance(8)) continue;
            bytes memory data = abi.encodeCall(ITenderLedger.withdrawBid, (processId, number, bid.commitment, expiry()));
            attempt(chance(12) ? bidders[random(bidders.length)] : bid.author, address(ledger), data);
            return;
        }
    }

    function externalBidRegistered(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number) = pickRound(IN_TIME | AFTER);
        if (processId == 0) return;
        uint64 arrival = chance(12) ? clock + uint64(random(3)) : clock - uint64(random(60));
        together(
            ghosts[processId].organisationId,
            abi.encodeCall(ITenderLedger.registerExternalBid, (callOn(processId, whenIn(3)), number, arrival, given()))
        );
    }

    function roundClosed(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number) = pickPastRound();
        if (processId == 0) return;
        GhostRound storage round = roundAt(processId, number);
        uint256 least = _leastCounted(round);
        uint32 counted =
            uint32(chance(12) ? random(round.bids.length + 2) : least + random(round.bids.length + 1 - least));
        uint256[] memory present = new uint256[]((counted + 255) / 256);
        uint256[] memory admitted = new uint256[](present.length);
        bytes32 ground = whenIn(2);
        for (uint256 i; i < counted; ++i) {
            if (!chance(5)) present[i / 256] |= 1 << (i % 256);
            if (ground != 0 && chance(2)) admitted[i / 256] |= 1 << (i % 256);
        }
        if (chance(12) && present.length != 0) present[0] |= 1 << counted;
        if (chance(24)) present = new uint256[](present.length); // no envelope came
        together(
            ghosts[processId].organisationId,
            abi.encodeCall(ITenderLedger.closeRound, (callOn(processId, ground), number, counted, present, admitted))
        );
    }

    function bidsOpened(uint256 seed) external step(seed) {
        (bytes32 processId, uint32 number) = pickRound(chance(12) ? OPENED | IN_TIME | AFTER : CLOSED);
        if (processId == 0) return;
        GhostRound storage round = roundAt(processId, number);
        uint256 from = round.opened;
        uint256 left = (round.state == RoundState.Closed ? round.counted : round.bids.length) - from;
        uint256 size = chance(4) ? random(left + 1) : left;
        BidOutcome[] memory found = new BidOutcome[](size);
        bool returned = openLots(processId) == 0;
        for (uint256 i; i < size; ++i) {
            Outcome outcome = round.state == RoundState.Closed ? follows(round, from + i, returned) : Outcome.None;
            found[i] = _word(round.bids[from + i], outcome);
        }
        if (chance(24)) ++from;
        Call memory call_ = callOn(processId, 0);
        bytes memory data = abi.encodeCall(ITenderLedger.openBids, (call_, number, uint32(from), found));
        together(ghosts[processId].organisationId, data);
    }

    function outcomeRevised(uint256 seed) external step(seed) {
        for (uint256 i; i < 80; ++i) {
            (bytes32 processId, uint32 number) = pickRound(OPENED);
            if (processId == 0) return;
            GhostBid[] storage bids = roundAt(processId, number).bids;
            if (bids.length == 0) continue;
            uint32 bid = uint32(random(bids.length));
            Outcome outcome = bids[bid].outcome;
            bool wanted = outcome == Outcome.Late || outcome == Outcome.Missing || outcome == Outcome.Unreadable
                || (outcome == Outcome.Returned && openLots(processId) != 0);
            if ((!wanted || sealedBids[bids[bid].commitment].place == 0) && !chance(40)) continue;
            BidOutcome memory found = _word(bids[bid], Outcome.None);
            Call memory call_ = callOn(processId, given());
            bytes memory data = abi.encodeCall(ITenderLedger.reviseOutcome, (call_, number, bid, found));
            if (together(ghosts[processId].organisationId, data) && chance(2)) return;
        }
    }

    /// @dev A new bid, a cover entry, noise, a copy of another's commitment, or the own one once more.
    function _chooseBid(bytes32 processId, uint32 number, address author)
        private
        returns (bytes32 commitment_, bytes32 supersedes)
    {
        GhostBid[] storage bids = roundAt(processId, number).bids;
        if (bids.length != 0 && chance(3)) supersedes = _ownBid(bids, author);
        if (bids.length != 0 && chance(10)) return (bids[random(bids.length)].commitment, supersedes);
        GhostBid[] storage earlier = roundAt(processId, 1).bids; // a copy from another round
        if (number != 1 && earlier.length != 0 && chance(6)) return (_ownBid(earlier, author), supersedes);
        uint256 kind = random(10);
        if (kind == 0) return (chance(4) ? bytes32(0) : digest(), supersedes);
        bytes32 content = bytes32(++contents);
        bytes32 rest = keccak256("rest");
        commitment_ = kind < 3
            ? coverCommitment(processId, number, author, content)
            : commitment(processId, number, author, uint256(content));
        sealedBids[commitment_] = Sealed(placeOf(processId, number, author), kind < 3, content, rest);
    }

    function _ownBid(GhostBid[] storage bids, address author) private returns (bytes32) {
        uint256 start = random(bids.length);
        if (chance(8)) return bids[start].commitment;
        for (uint256 i; i < bids.length; ++i) {
            GhostBid storage bid = bids[(start + i) % bids.length];
            if (bid.author == author && bid.gone == 0) return bid.commitment;
        }
        return 0;
    }

    /// @dev A receiver's promise: honest, or of a moment, a signer or a commitment that does not fit.
    function _promise(bytes32 processId, uint32 number, bytes32 commitment_, address author)
        private
        returns (Promise memory given_)
    {
        given_.receiver = chance(12) ? bytes32(0) : chance(24) ? custodianA : submissionService;
        given_.arrivedAt = chance(16) ? clock + 1 : clock - uint64(random(400));
        given_.deliverBy = chance(16) ? clock - 1 : clock + uint64(random(1000));
        if (chance(12)) given_.deliverBy = given_.arrivedAt + 1 days + uint64(random(2));
        uint256 key = chance(16) ? 999 : RECEIVER_KEY;
        bytes32 signed = promiseKey(processId, number, chance(16) ? digest() : commitment_, author, given_);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", signed)));
        given_.signature = abi.encodePacked(r, s, v);
        promises[signed] = vm.addr(key);
    }

    /// @dev What the officers say of a bid: what follows from the acts, else what is in it; now and then a lie.
    function _word(GhostBid storage bid, Outcome outcome) private returns (BidOutcome memory found) {
        Sealed storage sealed_ = sealedBids[bid.commitment];
        found.author = chance(100) ? bidders[random(bidders.length)] : bid.author;
        if (chance(100)) outcome = Outcome(random(9));
        if (outcome == Outcome.None) {
            outcome = sealed_.place == 0 || chance(8)
                ? Outcome.Unreadable
                : sealed_.cover != chance(100) ? Outcome.Cover : Outcome.Opened;
        }
        found.outcome = outcome;
        found.content = bid.commitment;
        if (outcome == Outcome.Opened || outcome == Outcome.Cover) found.content = sealed_.content;
        if (outcome == Outcome.Opened) found.evidence = sealed_.rest;
        if (outcome == Outcome.Unreadable) found.evidence = given();
        if (chance(200)) found.content = digest();
        if (chance(200)) found.evidence = digest();
    }

    function _leastCounted(GhostRound storage round) private view returns (uint256) {
        for (uint256 i = round.bids.length; i > 0; --i) {
            if (round.bids[i - 1].arrival <= round.deadline) return i;
        }
        return 0;
    }
}
