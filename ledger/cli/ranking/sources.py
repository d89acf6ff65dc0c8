"""What a ranking is computed from: acts and criteria."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.acts.making import read_document
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ArgumentMissing, CriteriaMissing, ObjectMissing

if TYPE_CHECKING:
    from ledger.chain.record import ActRecord
    from ledger.evaluation.criteria import Criteria


def records_of(session: Session, process_id: bytes) -> list[ActRecord]:
    """All acts of the process; the synchroniser compared them with the head on the chain."""
    from ledger.chain.record import ACT_RECORDED, ZERO, decode_log
    from ledger.index.series import SeriesReader
    from ledger.index.sync import Synchroniser

    confirmations = session.require_home().confirmations
    Synchroniser(session.index, session.chain, session.store, confirmations=confirmations).run_once()
    with session.index.reading() as connection:
        acts = SeriesReader(connection).process(process_id)
    return [decode_log((ACT_RECORDED, process_id, ZERO, data[:32]), data) for data in acts]


def criteria_of(session: Session, named: bytes, file: Path | None) -> Criteria:
    """Those that the ledger ``named`` (zero: none), from a file or kept here. Raises CriteriaMissing, CriteriaForeign,
    CriteriaInvalid, ArgumentMissing."""
    from ledger.chain.record import ZERO
    from ledger.evaluation.criteria import read_criteria

    if named == ZERO:
        raise CriteriaMissing()
    criteria = read_criteria(read_document(file, "--criteria") if file else _kept(session, named))
    criteria.require_digest(named)
    return criteria


def _kept(session: Session, digest: bytes) -> bytes:
    try:
        return session.store.get(digest)
    except ObjectMissing as error:
        why = say("the document 0x{digest} is not kept here; any copy of it will do", digest=digest.hex())
        raise ArgumentMissing(argument="--criteria", why=why) from error
