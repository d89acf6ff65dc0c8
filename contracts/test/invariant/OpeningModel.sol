// SPDX-License-Identifier: EUPL-1.2
pragma solidity 0.8.37;

import {ProcessModel} from "./ProcessModel.sol";
import "../BaseTest.sol";

/// @notice Outcomes and exclusions: judged, and then learned. Every commitment has exactly one outcome at the end.
abstract contract OpeningModel is ProcessModel {
    function judgeOpening(bytes32 processId, Act memory record, bytes memory detail) internal view {
        (uint32 from, BidOutcome[] memory found) = abi.decode(detail, (uint32, BidOutcome[]));
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Closed, "nothing is opened before its round is closed");
        must(from == round.opened && from + found.length <= round.counted, "outcomes come in order");
        must(found.length != 0, "nothing is recorded by an empty list");
        bool returned = openLots(processId) == 0;
        for (uint256 i; i < found.length; ++i) {
            GhostBid storage bid = round.bids[from + i];
            must(bid.outcome == Outcome.None, "one outcome for each commitment");
            _judgeOutcome(
                placeOf(processId, record.round, bid.author), bid, found[i], follows(round, from + i, returned)
            );
        }
    }

    function learnOpening(bytes32 processId, Act memory record, bytes memory detail) internal {
        (uint32 from, BidOutcome[] memory found) = abi.decode(detail, (uint32, BidOutcome[]));
        GhostRound storage round = roundAt(processId, record.round);
        for (uint256 i; i < found.length; ++i) {
            round.bids[from + i].outcome = found[i].outcome;
        }
        learnAbsent(round, from + uint32(found.length));
    }

    function judgeRevision(bytes32 processId, Act memory record, bytes memory detail) internal view {
        BidOutcome memory found = abi.decode(detail, (BidOutcome));
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Opened, "revised only when all outcomes stand");
        must(record.bid < round.bids.length, "the bid exists");
        GhostBid storage bid = round.bids[record.bid];
        bool unread = bid.outcome == Outcome.Unreadable || bid.outcome == Outcome.Missing || bid.outcome == Outcome.Late;
        bool returned = bid.outcome == Outcome.Returned && openLots(processId) != 0;
        must(unread || returned, "only what could not be read is revised, or what was returned and is wanted again");
        must(found.outcome == Outcome.Opened || found.outcome == Outcome.Cover, "revised to readable");
        _judgeOutcome(placeOf(processId, record.round, bid.author), bid, found, Outcome.None);
    }

    function learnRevision(bytes32 processId, Act memory record, bytes memory detail) internal {
        BidOutcome memory found = abi.decode(detail, (BidOutcome));
        roundAt(processId, record.round).bids[record.bid].outcome = found.outcome;
    }

    function judgeExclusion(bytes32 processId, Act memory record) internal view {
        judgeAwardable(processId, record);
        if (record.lot != 0) must(lotAt(processId, record.lot).state == LotState.Open, "the lot is open");
        bool excluded = excludedBid[exclusionKey(processId, record.round, record.bid, record.lot)];
        must(excluded == (record.act == 13), "excluded once, readmitted once");
    }

    function learnExclusion(bytes32 processId, Act memory record) internal {
        excludedBid[exclusionKey(processId, record.round, record.bid, record.lot)] = record.act == 12;
    }

    /// @dev An opened bid, or one on paper.
    function judgeAwardable(bytes32 processId, Act memory record) internal view {
        GhostRound storage round = roundAt(processId, record.round);
        must(round.state == RoundState.Opened, "the round is opened");
        if (record.bid >= FIRST_EXTERNAL) {
            must(record.bid - FIRST_EXTERNAL < round.externals, "the paper bid exists");
        } else {
            must(record.bid < round.bids.length, "the bid exists");
            must(round.bids[record.bid].outcome == Outcome.Opened, "the bid is opened");
        }
    }

    /// @dev The outcome that follows from the acts; None if the officers' word is needed.
    function follows(GhostRound storage round, uint256 number, bool returned) internal view returns (Outcome) {
        GhostBid storage bid = round.bids[number];
        if (bid.gone != 0) return _gone(bid.gone);
        if (!bit(round.present, number)) return Outcome.Missing;
        if (bid.arrival > round.deadline && !bit(round.admitted, number)) return Outcome.Late;
        return returned ? Outcome.Returned : Outcome.None;
    }

    function _judgeOutcome(bytes32 place, GhostBid storage bid, BidOutcome memory found, Outcome needed) private view {
        must(found.author == bid.author, "the outcome is of its own author's bid");
        Sealed storage sealed_ = sealedBids[bid.commitment];
        if (found.outcome == Outcome.Opened) {
            must(sealed_.place == place && !sealed_.cover, "a bid binds its author and its round");
            must(found.content == sealed_.content && found.evidence == sealed_.rest, "opened is what was committed");
        } else if (found.outcome == Outcome.Cover) {
            must(sealed_.place == place && sealed_.cover, "a cover entry binds its author and its round");
            must(found.content == sealed_.content, "its salt is what was committed");
        } else {
            must(found.content == bid.commitment, "the commitment is named");
        }
        if (needed != Outcome.None) must(found.outcome == needed, "what follows from the acts goes before");
        else must(found.outcome != Outcome.None && uint8(found.outcome) <= 3, "the officers' word");
        must(found.outcome != Outcome.Unreadable || found.evidence != 0, "unreadable only with evidence");
        bool hasEvidence = found.outcome == Outcome.Opened || found.outcome == Outcome.Unreadable;
        must(hasEvidence || found.evidence == 0, "no evidence where none belongs");
    }
}
