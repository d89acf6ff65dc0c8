"""The step ``bids``: how each commitment ended; is what is shown what was opened? (``docs/bundle-1.md``, step 10)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ledger.errors import BidRootDiffers, EntryInvalid, EntryUnexpected
from ledger.evidence.verify.belonging import require_belonging
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.procedure import Procedure, Round
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.report import Note, NotProvable
from ledger.terms import Outcome, RoundState


def check_bids(contents: Contents, _policy: Policy, proven: Proven) -> list[Note]:
    """Every bid that is shown is one that was opened, with the fields that its bidRoot covers.

    That each commitment ends in exactly one outcome follows from the acts; here it is told. Raises EntryUnexpected,
    EntryInvalid, BidRootDiffers, EvaluationInvalid, and NotProvable where no round has ended.
    """
    procedures = proven.procedures.values()
    _require_opened(contents, {
        bid.commitment: bid.root
        for procedure in procedures for round_ in procedure.rounds for bid in round_.bids
        if bid.root is not None
    })  # fmt: skip
    require_belonging(contents, proven)
    notes = [note for procedure in procedures for round_ in procedure.rounds
             for note in _told(contents, procedure, round_)]  # fmt: skip
    if not any(note.name == "bidsEnded" for note in notes):
        raise NotProvable(*(notes or [Note("noRounds")]))
    return notes


def _require_opened(contents: Contents, opened: dict[bytes, bytes]) -> None:
    """The entries are of these bids, given with their bidRoot by commitment."""
    for commitment, shown in sorted(contents.bids.items()):
        entry = f"bids/{commitment.hex()}"
        if commitment not in opened:
            raise EntryUnexpected(entry=entry)
        if shown.problem is not None:
            raise EntryInvalid(entry=entry, reason=shown.problem)
        if shown.root != opened[commitment]:
            raise BidRootDiffers(expected=opened[commitment], got=shown.root)


def _told(contents: Contents, procedure: Procedure, round_: Round) -> Iterator[Note]:
    where = {"ocid": procedure.ocid, "round": round_.number}
    if round_.state is RoundState.OPENED or procedure.cancelled:
        outcomes = Counter(procedure.outcome(round_, bid.number) for bid in round_.bids)
        tally = tuple((outcome.name.lower(), outcomes[outcome]) for outcome in Outcome if outcomes[outcome])
        yield Note("bidsEnded", {**where, "number": len(round_.bids), "tally": tally})
    else:
        yield Note("roundUnopened", where)
    if round_.externals:
        yield Note("bidsOnPaper", {**where, "number": round_.externals})
    opened = round_.opened_bids
    shown = [contents.bids[bid.commitment] for bid in opened if bid.commitment in contents.bids]
    if shown:
        fields = {"fields": sum(bid.shown for bid in shown), "all": sum(bid.all for bid in shown)}
        yield Note("bidsShown", {**where, "bids": len(opened), **fields})
