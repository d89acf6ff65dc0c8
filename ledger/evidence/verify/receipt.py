"""Verifies a receipt step by step (``docs/siegel-1.md``, the receipt), and says what it proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import coincurve

from ledger.chain.keccak import keccak
from ledger.chain.record import NOBODY
from ledger.errors import (
    AccountForeign,
    CommitmentDiffers,
    EnvelopeForeign,
    PromiseInvalid,
    SealsDiffer,
    SiegelError,
    TransactionForeign,
)
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.receipt_contents import Held, read_held
from ledger.evidence.verify.receipt_entries import Promised
from ledger.evidence.verify.receipt_file import Handed
from ledger.evidence.verify.receipt_proof import Committed, prove_committed, signer_of_promise
from ledger.evidence.verify.report import (
    REQUIRED_OF_RECEIPTS,
    Note,
    NotProvable,
    ReceiptStep,
    Report,
    Result,
    Verdict,
    is_verified,
)
from ledger.evidence.verify.secret import open_secret
from ledger.evidence.verify.signature import account_of
from ledger.evidence.verify.statute_row import digest
from ledger.sealing.opening import require_seals

_BID = keccak(b"siegel/1 bid")


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """``handed`` and ``identity`` (SHA-256 of the first entry) are None if the file cannot be read; ``proof`` is what
    came of the bundle in it; ``says`` is in plain words what the receipt proves, or what it lacks."""

    results: tuple[Result[ReceiptStep], ...]
    policy: str
    says: tuple[Note, ...]
    handed: Handed | None = None
    identity: bytes | None = None
    proof: Report | None = None

    @property
    def verified(self) -> bool:
        """Whether nothing failed, and the bid is proven to stand on the ledger."""
        return is_verified(self.results, REQUIRED_OF_RECEIPTS)


def verify_receipt(stream: BinaryIO, policy: Policy, passphrase: str | None = None) -> ReceiptReport:
    """Verify a receipt that is read from ``stream`` once. Envelope and documents are hashed and not held.

    With the ``passphrase`` the secret is opened. Failures of the receipt are in the report; raised is only what the
    stream itself raises.
    """
    try:
        held = read_held(stream, policy)
    except SiegelError as error:
        others = tuple(Result(step, Verdict.NOT_CHECKED) for step in list(ReceiptStep)[1:])
        results = (Result(ReceiptStep.FORMAT, Verdict.FAILED, error), *others)
        return ReceiptReport(results, policy.name, (Note("provesNothing"),))
    checking = _Checking(held, policy, passphrase)
    results = (Result(ReceiptStep.FORMAT, Verdict.PASSED), *checking.results())
    return ReceiptReport(results, policy.name, checking.says(results), held.handed, held.identity, held.report)


class _Checking:
    """The steps after ``format``; what the proof says is kept for the end."""

    def __init__(self, held: Held, policy: Policy, passphrase: str | None) -> None:
        self._held, self._policy, self._passphrase = held, policy, passphrase
        self._committed: Committed | None = None

    def results(self) -> list[Result[ReceiptStep]]:
        envelope = _carried_out(ReceiptStep.ENVELOPE, self._check_envelope)
        if envelope.verdict is not Verdict.PASSED:
            return [envelope, *(Result(step, Verdict.NOT_CHECKED) for step in list(ReceiptStep)[2:])]
        transaction = _carried_out(ReceiptStep.TRANSACTION, self._check_transaction)
        promise = _carried_out(ReceiptStep.PROMISE, self._check_promise)
        if promise.verdict is Verdict.FAILED:
            proof = Result(ReceiptStep.PROOF, Verdict.NOT_CHECKED)
        else:
            proof = _carried_out(ReceiptStep.PROOF, self._check_proof)
        return [envelope, transaction, promise, proof, self._secret()]

    def says(self, results: tuple[Result[ReceiptStep], ...]) -> tuple[Note, ...]:
        *others, secret = results
        if any(result.verdict is Verdict.FAILED for result in others):
            return (Note("provesNothing"),)
        # Which key set the round has, only a proof shows: without it nobody is told that officers could have opened.
        opening = Note("secretFits") if self._committed is None else Note("secretOpens")
        opens = {Verdict.PASSED: (opening,), Verdict.FAILED: (Note("secretFails"),)}.get(secret.verdict, ())
        if self._committed is None:
            promised = [note for result in results for note in result.notes if note.name == "promiseSigned"]
            return (Note("notProven"), *promised, *opens)
        return (*_told(self._held.handed, self._committed), *opens)

    def _check_envelope(self) -> list[Note]:
        """The envelope is this bid's. Raises EnvelopeForeign, EnvelopeMalformed, ContentAltered, KeySetDiffers,
        CommitmentDiffers."""
        held, handed, context = self._held, self._held.handed, self._held.header.context
        for field, expected, got in (
            ("chainId", handed.chain_id, context.chain_id),
            ("ledger", handed.ledger, context.ledger),
            ("processId", handed.process_id, context.process_id),
            ("round", handed.round, context.round),
            ("author", handed.author, context.author),
        ):
            if got != expected:
                raise EnvelopeForeign(field=field, expected=expected, got=got)
        if held.altered is not None:
            raise held.altered
        if context.key_set != held.key_set_id:
            raise EnvelopeForeign(field="keySet", expected=held.key_set_id, got=context.key_set)
        held.header.require_key_set(held.key_set)
        root, rest = held.header.bid_root, held.header.rest_digest
        got_commitment = digest(
            _BID, handed.chain_id, handed.ledger, handed.process_id, handed.round, handed.author, root, rest
        )
        if got_commitment != handed.commitment:
            raise CommitmentDiffers(expected=handed.commitment, got=got_commitment)
        return []

    def _check_transaction(self) -> list[Note]:
        """It commits this bid. Raises TransactionForeign."""
        given, handed = self._held.transaction, self._held.handed
        if given is None:
            raise NotProvable(Note("noTransaction"))
        for field, expected, got in (
            ("chainId", handed.chain_id, given.chain_id),
            ("ledger", handed.ledger, given.to),
            ("processId", handed.process_id, given.process_id),
            ("round", handed.round, given.round),
            ("commitment", handed.commitment, given.commitment),
            ("supersedes", handed.supersedes, given.supersedes),
        ):
            if got != expected:
                raise TransactionForeign(field=field, expected=expected, got=got)
        enclosed = self._held.promise or Promised()
        if given.promised not in (enclosed, Promised()):
            raise TransactionForeign(field="promise", expected=enclosed.encoded(), got=given.promised.encoded())
        if given.signer != handed.author:
            raise TransactionForeign(field="author", expected=handed.author, got=given.signer)
        return []

    def _check_promise(self) -> list[Note]:
        """Somebody signed it. Raises PromiseInvalid."""
        given = self._held.promise
        if given is None:
            raise NotProvable(Note("noPromise"))
        signer = signer_of_promise(self._held.handed, given)
        if signer == NOBODY:
            raise PromiseInvalid(signer=signer, receiver=given.receiver)
        values = {"receiver": given.receiver, "arrivedAt": given.arrived_at, "signer": signer}
        return [Note("promiseSigned", values)]

    def _check_proof(self) -> list[Note]:
        """The bid stands on the ledger; raises as ``prove_committed``."""
        self._committed = prove_committed(self._held, self._policy)
        given = self._held.promise
        if given is None or self._committed.receiver is not None or self._committed.promise is not None:
            return []
        return [Note("promiseNewer", {"time": self._committed.block_time, "arrivedAt": given.arrived_at})]

    def _secret(self) -> Result[ReceiptStep]:
        if self._passphrase is None:
            return Result(ReceiptStep.SECRET, Verdict.NOT_CHECKED, notes=(Note("noPassphrase"),))
        return _carried_out(ReceiptStep.SECRET, self._check_secret)

    def _check_secret(self) -> list[Note]:
        """It is this bid's. Raises EntryInvalid, WrongPassphrase, AccountForeign, SealsDiffer."""
        seed, key = open_secret(self._held.secret, self._passphrase or "")
        try:
            account = account_of(coincurve.PrivateKey(key).public_key)
        except ValueError:  # zero, or not below the curve's order
            account = NOBODY
        if account != self._held.handed.author:
            raise AccountForeign(expected=self._held.handed.author, got=account)
        try:
            require_seals(self._held.header, self._held.key_set, seed)
        except SealsDiffer as differ:
            raise SealsDiffer(shares=[[int(group), index] for group, index in differ.values["shares"]]) from None
        return []


def _told(handed: Handed, committed: Committed) -> list[Note]:
    """What a bid's act says, in plain words."""
    said = [
        Note("handedIn", {"ocid": handed.ocid, "round": handed.round, "act": committed.act, "time": committed.time})
    ]
    if committed.receiver is not None:
        said.append(Note("arrivedAsPromised", {"receiver": committed.receiver, "arrivedAt": committed.arrival}))
    else:
        said.append(Note("arrivedInBlock", {"arrivedAt": committed.arrival}))
    deadline = {"deadline": committed.deadline}
    said.append(Note("tooLate", deadline) if committed.is_late else Note("inTime", deadline))
    if committed.promise is not None:
        values = {"receiver": committed.promise.receiver, "arrivedAt": committed.promise.arrived_at}
        said.append(Note("promisedBesides", values))
    values = {"outcome": committed.outcome, "block": committed.block, "time": committed.block_time}
    return [*said, Note("standing", values)]


def _carried_out(step: ReceiptStep, check: Callable[[], list[Note]]) -> Result[ReceiptStep]:
    try:
        return Result(step, Verdict.PASSED, notes=tuple(check()))
    except NotProvable as why:
        return Result(step, Verdict.NOT_PROVABLE, notes=why.notes)
    except SiegelError as error:
        return Result(step, Verdict.FAILED, error)
