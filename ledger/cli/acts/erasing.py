"""From the recorded act FieldsErased to this home's store: what both officers agreed on is gone, and nothing else.

The act comes first, since it is what permits the erasing. What stands between both, a crash or a second officer in
another home, is made up for by ``siegel process erase-recorded``; ``siegel doctor`` says when that is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import typer

from ledger.chain.acts import EraseFields
from ledger.chain.record import ACT_RECORDED, ZERO, ActRecord, decode_log
from ledger.cli.acts.erasure import Erasure, act_numbered, read_erasure, told
from ledger.cli.acts.proposal import Proposal
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ErasureForeign, ErasureUnreadable, ObjectErased, ObjectMissing
from ledger.ocds.disclosure import read_disclosure
from ledger.terms import Act


@dataclass(frozen=True, slots=True)
class Remaining:
    """What an act on the ledger says is erased, and what of it is still here: digests of fields, and the original."""

    record: ActRecord
    erasure: Erasure
    fields: tuple[str, ...]
    original: bool


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "erase-recorded", example="siegel process erase-recorded")(erase_recorded)


def erase_recorded(session: Session) -> Answer:
    """Erase in this home what the ledger records as erased and is still here, as after an interruption."""
    lines = [line for each in remaining(session) for line in _erase(session, each)]
    data = {"erased": lines}
    return Answer(data, lines or [say("Everything that the ledger records as erased is gone here.")])


def erase_as_recorded(session: Session, records: Sequence[ActRecord]) -> list[str]:
    """Erases what these acts, just recorded, say; returns what was done in plain words."""
    ours = {(record.process_id, record.sequence) for record in records if record.act == Act.FIELDS_ERASED}
    if not ours:
        return []
    found = [each for each in remaining(session) if (each.record.process_id, each.record.sequence) in ours]
    return [line for each in found for line in _erase(session, each)]


def remaining(session: Session) -> Iterator[Remaining]:
    """All that the ledger records as erased and that is still here. Nothing is believed but the ledger's digests."""
    chain, published = session.chain, dict[tuple[bytes, int], ActRecord]()
    for log in chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED]):
        if log.account != chain.ledger:
            continue
        record = decode_log(log.topics, log.data)
        if record.release != ZERO:
            published[record.process_id, record.sequence] = record
        source = published.get((record.process_id, record.ref))
        if record.act != Act.FIELDS_ERASED or source is None or not session.store.exists(record.subject):
            continue
        try:
            erasure = read_erasure(session.store.get(record.subject))
        except ErasureUnreadable:
            # Recorded by other software, with a document of its own; it says nothing that can be done here.
            continue
        if erasure.belongs_to(source):
            left = _left(session, record, erasure)
            if left.fields or left.original:
                yield left


def _left(session: Session, record: ActRecord, erasure: Erasure) -> Remaining:
    here = {read_disclosure(text).digest for text in session.releases.disclosures(erasure.release)}
    fields = tuple(field.digest for field in erasure.fields if field.digest in here)
    return Remaining(record, erasure, fields, erasure.original != ZERO and session.store.exists(erasure.original))


def _erase(session: Session, left: Remaining) -> Iterator[str]:
    from ledger.store.sources import erase_source

    record = left.record
    ground = f"FieldsErased 0x{record.process_id.hex()} {record.sequence}, ground 0x{record.ground.hex()}"
    if left.fields:
        session.releases.erase_fields(left.erasure.release, list(left.fields), ground)
        yield say("Erased here for good: {count} fields.", count=len(left.fields))
    if left.original:
        erase_source(session.releases, left.erasure.original, ground)
        yield say("Erased here for good: the original file.")


def read_proposed(session: Session, proposal: Proposal) -> list[str]:
    """What a proposal will erase, in plain words; empty for other acts.

    Raises ``ErasureUnreadable`` if it does not say so, ``ErasureForeign`` if it names other things than the release
    and the original of the act it refers to, or a place that is not the field's.
    """
    call = proposal.call
    if not isinstance(call, EraseFields):
        return []
    content = next((each.content for each in proposal.enclosed if each.digest == call.subject), None)
    if content is None:
        raise ErasureUnreadable(why=say("it is not enclosed"))
    erasure = read_erasure(content)
    if not erasure.belongs_to(act_numbered(session.chain, call.call.process_id, call.ref)):
        raise ErasureForeign(ref=call.ref)
    compared = _has_compared(session, erasure, call.ref)
    lines = [say("Erased for good, in every home that approves:"), *(f"  {line}" for line in told(session, erasure))]
    if not compared:
        lines.append(say("This home does not have the release, so the places cannot be compared with it."))
    return lines


def _has_compared(session: Session, erasure: Erasure, ref: int) -> bool:
    """Where the release is at hand, a harmless place must not stand for another field. Raises ``ErasureForeign``."""
    try:
        places = {field.digest: field.path for field in session.releases.erasable_fields(erasure.release)}
        gone = {redaction.digest for redaction in session.releases.redactions(erasure.release)}
    except (ObjectMissing, ObjectErased):
        return False
    for field in erasure.fields:
        if places.get(field.digest, field.path) != field.path or field.digest not in {*places, *gone}:
            raise ErasureForeign(ref=ref)
    return True
