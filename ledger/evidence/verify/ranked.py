"""The step ``ranking``: does the ranking follow from what was disclosed? (``docs/bundle-1.md``, step 11)"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ledger.bid_number import FIRST_EXTERNAL_BID, spoken_bids
from ledger.chain.keccak import keccak
from ledger.chain.record import ZERO
from ledger.errors import CriteriaInvalid, EvaluationInvalid, RankingDiffers
from ledger.evaluation.criteria import Criteria, read_criteria
from ledger.evaluation.evaluation import Evaluation, read_evaluation, round_of
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import Ranking, rank
from ledger.evaluation.telling import ranking_json
from ledger.evidence.verify.belonging import ranked_rounds
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.procedure import Procedure, Round
from ledger.evidence.verify.proven import Process, Proven
from ledger.evidence.verify.report import Note, NotProvable
from ledger.terms import AwardState, RoundState

_STANDING: Final = (AwardState.ANNOUNCED, AwardState.CONCLUDED, AwardState.COMPLETED)


def check_ranking(contents: Contents, _policy: Policy, proven: Proven) -> list[Note]:
    """Each round's ranking follows from criteria, shown bids, evaluation and exclusions; awards are compared with it.

    Raises CriteriaInvalid, EvaluationInvalid, RankingDiffers, and NotProvable where a round could not be ranked, was
    evaluated by what could have been written later, or there is none.
    """
    evaluations = {round_of(data): digest for digest, data in contents.evaluations.items()}
    rounds, notes, is_complete = ranked_rounds(proven), list[Note](), True
    for procedure, round_ in rounds:
        digest = evaluations.get((procedure.process_id, round_.number))
        try:
            notes += _of_round(contents, proven.processes[procedure.process_id], procedure, round_, digest)
        except NotProvable as why:
            notes += why.notes
            is_complete = False
    if not rounds:
        raise NotProvable(Note("noRounds"))
    if not is_complete or any(note.name == "evaluationUnanchored" for note in notes):
        raise NotProvable(*notes)
    return notes


def write_rankings(rankings: Sequence[Ranking]) -> bytes:
    """The entry that claims these rankings of a round: of all lots, in the order of the criteria."""
    return b"[" + b",".join(map(_canonical, rankings)) + b"]"


def entered_bids(evaluation: Evaluation, externals: int) -> tuple[SubmittedBid, ...] | None:
    """The bids on paper of a round that has so many, as the evaluation states them; None if it states none. Raises
    EvaluationInvalid if they are not these."""
    if evaluation.on_paper is None:
        return None
    stated = spoken_bids(sorted(bid.number for bid in evaluation.on_paper)) or "-"
    expected = spoken_bids(FIRST_EXTERNAL_BID + number for number in range(externals)) or "-"
    if stated != expected:
        raise EvaluationInvalid(reason=f"onPaper: has the bids {stated}, the round {expected}")
    return evaluation.on_paper


def _of_round(
    contents: Contents, process: Process, procedure: Procedure, round_: Round, digest: bytes | None
) -> Iterator[Note]:
    """What there is to tell of a round; ``digest`` is that of its evaluation. Raises NotProvable if it cannot be ranked
    with what is here."""
    criteria = _criteria(contents, procedure)
    where = {"ocid": procedure.ocid, "round": round_.number}
    _require_shown(contents, round_, where)
    evaluation = None if digest is None else read_evaluation(contents.evaluations[digest], criteria)
    if evaluation is None and criteria.needs_points:
        raise NotProvable(Note("evaluationElsewhere", where))
    entered = None if evaluation is None else entered_bids(evaluation, round_.externals)
    if round_.externals and entered is None:
        raise NotProvable(Note("bidsOnPaper", {**where, "number": round_.externals}))
    if digest is not None and digest not in _anchored(contents, process, _first_award(procedure, round_)):
        yield Note("evaluationUnanchored", where)
    if entered:
        yield Note("bidsEntered", {**where, "number": len(entered)})
    bids = [SubmittedBid(bid.number, contents.bids[bid.commitment].values) for bid in round_.opened_bids]
    rankings = _rankings(criteria, round_, [*bids, *(entered or ())], evaluation)
    for ranking in rankings:
        yield from _told(ranking, {**where, "lot": ranking.lot.id})
    claimed = contents.rankings.get((procedure.process_id, round_.number))
    if claimed is not None:
        _require_same(claimed, rankings, where)
    yield from _behind(procedure, round_, rankings)


def _criteria(contents: Contents, procedure: Procedure) -> Criteria:
    """Those of the tender. Raises CriteriaInvalid, and NotProvable if they are not here."""
    if procedure.criteria == ZERO:
        raise NotProvable(Note("noCriteria", {"ocid": procedure.ocid}))
    if procedure.criteria not in contents.criteria:
        raise NotProvable(Note("criteriaElsewhere", {"ocid": procedure.ocid}))
    criteria = read_criteria(contents.criteria[procedure.criteria])
    if {_word(lot.id) for lot in criteria.lots} != procedure.lots.keys():
        raise CriteriaInvalid(reason="lots: are not those of the tender")
    return criteria


def _require_shown(contents: Contents, round_: Round, where: dict[str, Any]) -> None:
    """All sealed bids of the round are known. Raises NotProvable."""
    if round_.state is not RoundState.OPENED:
        raise NotProvable(Note("roundUnopened", where))
    opened = (contents.bids.get(bid.commitment) for bid in round_.opened_bids)
    concealed = sum(shown is None or not shown.is_whole for shown in opened)
    if concealed:
        raise NotProvable(Note("bidsConcealed", {**where, "bids": concealed}))


def _first_award(procedure: Procedure, round_: Round) -> int:
    """The act of the first award to a bid of the round; the last act if there is none."""
    return min((act for act, award in procedure.awards.items() if award.round == round_.number), default=procedure.acts)


def _anchored(contents: Contents, process: Process, last: int) -> Iterator[bytes]:
    """What acts of the process name up to this one, and what their releases in the bundle name."""
    for record in process.records[:last]:
        yield from (record.ground, record.subject)
        if record.release in contents.releases:
            yield from contents.releases[record.release].documents


def _rankings(
    criteria: Criteria, round_: Round, bids: Sequence[SubmittedBid], evaluation: Evaluation | None
) -> list[Ranking]:
    """Of each lot, in the order of the criteria."""
    names = {ZERO: None, **{_word(lot.id): lot.id for lot in criteria.lots}}
    excluded = {(bid, names[lot]) for bid, lot in round_.excluded}
    return [rank(criteria, lot.id, bids, evaluation, excluded) for lot in criteria.lots]


def _word(lot_id: str) -> bytes:
    """A lot as acts name it."""
    return keccak(lot_id.encode())


def _told(ranking: Ranking, where: dict[str, Any]) -> Iterator[Note]:
    placed = [entry for entry in ranking.entries if entry.rank is not None]
    order = tuple(entry.bid for entry in placed)
    yield Note("ranked", {**where, "order": order}) if placed else Note("nobodyRanked", where)
    for entry in placed:
        found = {"rank": entry.rank, "bid": entry.bid, "price": str(entry.price), "currency": ranking.currency}
        match ranking.lot.method:
            case "lowestPrice":
                yield Note("placedByPrice", {**where, **found})
            case "weightedPoints":
                yield Note("placedByPoints", {**where, **found, "points": str(entry.score)})
            case _:
                yield Note("placedByRatio", {**where, **found, "ratio": str(entry.score)})
    if not ranking.is_complete:
        yield Note("rankingIncomplete", where)


def _require_same(claimed: bytes, rankings: Sequence[Ranking], where: dict[str, Any]) -> None:
    """What the buyer says the ranking was, is what follows. Raises RankingDiffers."""
    at, last = 0, len(rankings) - 1
    for place, ranking in enumerate(rankings):
        piece = (b"," if place else b"[") + _canonical(ranking) + (b"]" if place == last else b"")
        is_there = claimed.startswith(piece, at)
        at += len(piece)
        if not is_there or (place == last and at < len(claimed)):
            raise RankingDiffers(**where, lot=ranking.lot.id)


def _canonical(ranking: Ranking) -> bytes:
    return json.dumps(ranking_json(ranking), sort_keys=True, separators=(",", ":")).encode("ascii")


def _behind(procedure: Procedure, round_: Round, rankings: Sequence[Ranking]) -> Iterator[Note]:
    """Awards to bids that are not on one of their lot's first places."""
    by_lot = {_word(ranking.lot.id): ranking for ranking in rankings}
    for act, award in procedure.awards.items():
        if award.round != round_.number or award.void or award.state not in _STANDING:
            continue
        ranking, most = by_lot[award.lot], procedure.lots[award.lot].max_awards
        place = next((entry.rank for entry in ranking.entries if entry.bid == award.bid), None)
        if place is None or place > most:
            values = {"act": act, "ocid": procedure.ocid, "lot": ranking.lot.id, "bid": award.bid, "most": most}
            yield Note("awardNotFirst", values)
