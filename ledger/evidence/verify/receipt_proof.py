"""The proof in a receipt: does the bid stand on the ledger, what became of it (``docs/siegel-1.md``, the receipt)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import (
    BidUnproven,
    EnvelopeForeign,
    OtherChain,
    PromiseInvalid,
    PromiseTooLong,
    ProofForeign,
    ProofUnverified,
    ReceiverUnknown,
)
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.procedure import Bid, Procedure, Round
from ledger.evidence.verify.promise import MAX_PROMISE, promisor
from ledger.evidence.verify.receipt_contents import Held
from ledger.evidence.verify.receipt_entries import Promised
from ledger.evidence.verify.receipt_file import Handed
from ledger.evidence.verify.report import Note, NotProvable, Report, Verdict
from ledger.evidence.verify.statute_row import own_arguments
from ledger.terms import Act, OrganisationKind, Outcome, Role, RoundState


@dataclass(frozen=True, slots=True)
class Committed:
    """A bid on the ledger: the number and time of its act, when it counts as arrived, and the receiver whose promise
    the act carries, if any. ``promise`` is the receipt's own, where the act carries none and the proof is new enough
    to say that it holds."""

    act: int
    time: int
    arrival: int
    receiver: bytes | None
    deadline: int
    outcome: str
    block: int
    block_time: int
    promise: Promised | None = None

    @property
    def is_late(self) -> bool:
        """By the clock that counts."""
        return self.arrival > self.deadline


def signer_of_promise(handed: Handed, promise: Promised) -> bytes:
    """The account (20 bytes) that signed the promise of this bid, zero if nobody did."""
    return promisor(
        handed.chain_id, handed.ledger, handed.process_id, handed.round, handed.commitment, handed.author,
        promise.arrived_at, promise.deliver_by, signature=promise.signature,
    )  # fmt: skip


def prove_committed(held: Held, policy: Policy) -> Committed:
    """What the proof says of the bid. Raises OtherChain, ProofUnverified, ProofForeign, BidUnproven, EnvelopeForeign
    for an envelope that this round cannot open, ReceiverUnknown, PromiseTooLong and PromiseInvalid for a promise that
    the ledger would not take; NotProvable without a proof."""
    handed = held.handed
    for what, got, expected in (
        ("the chain id", handed.chain_id, policy.chain_id),
        ("the account of the ledger", handed.ledger, policy.ledger.account),
    ):
        if got != expected:
            raise OtherChain(what=what, got=got, expected=expected)
    report = held.report
    if report is None:
        raise NotProvable(Note("noProof"))
    _require_verified(report)
    if report.subject != ("process", handed.process_id):
        raise ProofForeign(field="processId", expected=handed.process_id, got=(report.subject or ("", b""))[1])
    procedure = held.proven.procedures[handed.process_id]
    round_ = procedure.rounds[handed.round - 1] if 0 < handed.round <= len(procedure.rounds) else None
    bid = None if round_ is None else round_.by_commitment.get((handed.commitment, handed.author))
    if round_ is None or bid is None:
        raise BidUnproven(block=report.block, commitment=handed.commitment, author=handed.author)
    context = held.header.context
    if context.key_set != round_.key_set:
        raise EnvelopeForeign(field="keySet", expected=round_.key_set, got=context.key_set)
    if context.not_before > round_.deadline:
        raise EnvelopeForeign(field="notBefore", expected=round_.deadline, got=context.not_before)
    return _committed(held, report, procedure, round_, bid)


def _require_verified(report: Report) -> None:
    for result in report.results:
        if result.verdict is Verdict.FAILED:
            raise ProofUnverified(number=result.number)
    if not report.verified:
        raise NotProvable(Note("proofUnprovable"))


def _committed(held: Held, report: Report, procedure: Procedure, round_: Round, bid: Bid) -> Committed:
    handed = held.handed
    (record,) = (
        record
        for record in held.proven.processes[handed.process_id].records
        if (record.act, record.round, record.subject, record.first)
        == (Act.BID_COMMITTED, handed.round, handed.commitment, handed.author)
    )
    supersedes, promised = own_arguments("process", record) or (bytes(32), Promised())
    carried = None if Promised(*promised) == Promised() else Promised(*promised)
    if supersedes != handed.supersedes:
        raise ProofForeign(field="supersedes", expected=handed.supersedes, got=supersedes)
    if carried is not None and held.promise is not None and carried != held.promise:
        raise ProofForeign(field="promise", expected=held.promise.encoded(), got=carried.encoded())
    assert report.block is not None and report.time is not None
    besides = None
    if held.promise is not None and carried is None:
        besides = _valid_promise(handed, held.promise, procedure, round_, report.time)
    return Committed(
        act=record.sequence,
        time=record.time,
        arrival=record.arrival,
        receiver=None if carried is None else carried.receiver,
        deadline=round_.deadline,
        outcome=_outcome(procedure, round_, bid),
        block=report.block,
        block_time=report.time,
        promise=besides,
    )


def _valid_promise(
    handed: Handed, promise: Promised, procedure: Procedure, round_: Round, until: int
) -> Promised | None:
    """The promise, if the ledger would take it; None if the proof, which speaks of a block of ``until``, is older."""
    if promise.receiver not in round_.receivers:
        raise ReceiverUnknown(receiver=promise.receiver)
    if promise.deliver_by > promise.arrived_at + MAX_PROMISE:
        raise PromiseTooLong(deliverBy=promise.deliver_by, most=promise.arrived_at + MAX_PROMISE)
    if promise.arrived_at > until:
        return None
    signer, authorities = signer_of_promise(handed, promise), procedure.acting.authorities
    if not authorities.could_act(
        promise.receiver, signer, int(OrganisationKind.RECEIVER), int(Role.PUBLISHER), promise.arrived_at
    ):
        raise PromiseInvalid(signer=signer, receiver=promise.receiver)
    return promise


def _outcome(procedure: Procedure, round_: Round, bid: Bid) -> str:
    """Its name in the words of a language."""
    outcome = procedure.outcome(round_, bid.number)
    if outcome is Outcome.NONE:
        return "open" if round_.state is RoundState.OPEN else "closed"
    return outcome.name.lower()
