"""What a bundle shows besides of opened bids, for those who may see them (``docs/bundle-1.md``, ``bids/``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.chain.record import ZERO, ActRecord
from ledger.cli.acts.making import read_document
from ledger.cli.language import say
from ledger.cli.ranking.sources import criteria_of
from ledger.cli.ranking.standing import Standing, read_standing, submitted_bids
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, ObjectAltered, ObjectErased, ObjectMissing
from ledger.evaluation.evaluation import read_evaluation, round_of
from ledger.evaluation.offers import SubmittedBid
from ledger.evaluation.ranking import rank
from ledger.evidence.bundle import ShownEntry
from ledger.evidence.verify.contents import read_release
from ledger.evidence.verify.ranked import entered_bids, write_rankings
from ledger.evidence.verify.shown_bid import write_shown_bid
from ledger.opening.opened import read_opened
from ledger.terms import Outcome


def shown_entries(
    session: Session, opened: Sequence[Path], evaluations: Sequence[Path], records: Sequence[ActRecord]
) -> list[ShownEntry]:
    """The bids of opened rounds (``round.json``, compared with the acts of the process), their evaluations, and the
    rankings that follow, as far as criteria and evaluation are at hand.

    Raises OpenedRoundDiffers, BidRootDiffers, OpenedRoundUnreadable, EvaluationInvalid, CriteriaForeign,
    CriteriaInvalid, and ArgumentInvalid for an evaluation of another round.
    """
    process_id = records[0].process_id
    given = dict(_given(evaluations, process_id))
    found = list[ShownEntry]()
    for path in opened:
        round_ = read_opened(path)
        standing = read_standing(records, round_.round)
        bids = submitted_bids(round_, standing)
        for bid in round_.bids:
            if bid.outcome == Outcome.OPENED.name.lower() and bid.commitment is not None:
                shown = write_shown_bid(bid.disclosures or ())
                found.append(ShownEntry(f"bids/{bid.commitment.hex()}", shown))
        evaluation = given.pop(round_.round, None)
        if evaluation is not None:
            salt = _salt_of(session, records, evaluation)
            name = hashlib.sha256(salt + evaluation).hexdigest()
            found.append(ShownEntry(f"evaluations/{name}", evaluation, salt))
        claimed = _claimed(session, standing, bids, evaluation)
        if claimed is not None:
            found.append(ShownEntry(f"rankings/{round_.round:012}.{process_id.hex()}", claimed))
    for number in given:
        why = say("it is of round {round}, whose bids are not shown", round=number)
        raise ArgumentInvalid(argument="--evaluation", value=str(number), why=why)
    return found


def _given(evaluations: Sequence[Path], process_id: bytes) -> Iterator[tuple[int, bytes]]:
    for path in evaluations:
        data = read_document(path, "--evaluation")
        of, number = round_of(data)
        if of != process_id:
            why = say("it is of the process 0x{process}", process=of.hex())
            raise ArgumentInvalid(argument="--evaluation", value=str(path), why=why)
        yield number, data


def _claimed(
    session: Session, standing: Standing, bids: Sequence[SubmittedBid], evaluation: bytes | None
) -> bytes | None:
    """The rankings of all lots; None where a verifier could not compute them from what is shown."""
    if standing.criteria == ZERO:
        return None
    criteria = criteria_of(session, standing.criteria, None)
    judged = None if evaluation is None else read_evaluation(evaluation, criteria)
    if judged is None and criteria.needs_points:
        return None
    externals = len(standing.facts.externals)
    if externals and (judged is None or entered_bids(judged, externals) is None):
        return None
    excluded = standing.exclusions(criteria)
    return write_rankings([rank(criteria, lot.id, bids, judged, excluded) for lot in criteria.lots])


def _salt_of(session: Session, records: Sequence[ActRecord], document: bytes) -> bytes:
    """With what salt the document was anchored; none if it was not, or without one."""
    for digest in _named(session, records):
        try:
            _, salt, data = session.store.whole(digest)
        except (ObjectAltered, ObjectErased, ObjectMissing):
            continue
        if data == document:
            return salt or b""
    return b""


def _named(session: Session, records: Sequence[ActRecord]) -> Iterator[bytes]:
    """What acts name as ground or subject, and what their releases name as documents."""
    for record in records:
        yield from (record.ground, record.subject)
        try:
            _, _, data = session.store.whole(record.release)
        except (ObjectAltered, ObjectErased, ObjectMissing):
            continue
        yield from read_release(data, ()).documents
