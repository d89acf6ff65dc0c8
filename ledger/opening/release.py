"""What a custodian releases: its shares of the live bids of a round whose close is proven to it, and nothing else.

It believes no server. What it goes by is a bundle that verifies under its own trust policy, its own clock, and what it
saw before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.errors import (
    BidNotReleased,
    ClockBeforeDeadline,
    CloseNotProven,
    EnvelopeForeign,
    KeySetDiffers,
    RecipientUnknown,
    RoundForbids,
    ShareUnopenable,
    SiegelError,
    WitnessesMissing,
)
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.report import Step, Verdict
from ledger.evidence.verify.verifier import verify
from ledger.opening.contributing import HeaderOf, contribution, index_of
from ledger.opening.facts import Bid
from ledger.opening.memory import Memory, round_name
from ledger.opening.release_log import ReleaseLog
from ledger.opening.sealed_round import SealedRound
from ledger.sealing.context import Group
from ledger.sealing.contribution import Contribution
from ledger.terms import Outcome, RoundState


@dataclass(frozen=True, slots=True)
class ProvenRound:
    """A round as a verified bundle shows it: ``identity`` of the bundle, the ``block`` that it speaks of, and hashes
    (32 bytes) of all blocks in it; ``organisation_id`` is the buyer. ``witnessed``: enough witnesses saw each block."""

    sealed: SealedRound
    organisation_id: bytes
    chain: str
    identity: bytes
    block: int
    hashes: dict[int, bytes]
    policy: str
    witnessed: bool


FINAL: Final = frozenset(each.__name__ for each in (BidNotReleased, EnvelopeForeign, KeySetDiffers, ShareUnopenable))
"""Refusals of a bid that asking again does not change, if they are the custodian's own."""


@dataclass(frozen=True, slots=True)
class Released:
    """What leaves the custodian, and what of the bids it refused, by their numbers. ``withheld``: those of which no
    header came; why is only the server's word."""

    contributions: list[Contribution]
    refused: dict[int, SiegelError]
    withheld: frozenset[int]

    @property
    def is_final(self) -> bool:
        """Asking again would give the same, unless the ledger reinstates what is closed or cancelled now."""
        return not self.withheld and all(refusal.name in FINAL for refusal in self.refused.values())

    @property
    def may_come_back(self) -> bool:
        """Bids that are returned now are to be opened if their lots or the process are reinstated."""
        returned = Outcome.RETURNED.name.lower()
        return any(refusal.values.get("outcome") == returned for refusal in self.refused.values())


def prove_round(
    bundle: BinaryIO, policy: Policy, process_id: bytes, number: int, *, without_witnesses: bool = False
) -> ProvenRound:
    """Verify a bundle of the process and read the round in it. ``without_witnesses``: the custodian's operator said to
    do without, where the policy asks for none.

    Raises CloseNotProven, WitnessesMissing.
    """
    proven = Proven()
    report = verify(bundle, policy, proven)
    if not report.verified:
        failed = next((result for result in report.results if result.verdict is not Verdict.PASSED), None)
        what = "" if failed is None else f"step {failed.step}: {failed.refusal or failed.verdict}"
        raise CloseNotProven(reason=f"the bundle is not verified under {policy.name}, {what}")
    log = next(result for result in report.results if result.step is Step.LOG)
    witnessed = log.verdict is Verdict.PASSED and all(proven.logged.get(block) is not None for block in proven.headers)
    if not witnessed and not without_witnesses:
        raise WitnessesMissing(policy=policy.name)
    process = proven.processes.get(process_id)
    if process is None:
        raise CloseNotProven(reason=f"the bundle is not of process 0x{process_id.hex()}")
    try:
        sealed = SealedRound.proven(proven, process, number, policy)
    except RoundForbids:
        raise CloseNotProven(reason=f"there is no round {number} in the bundle") from None
    assert report.identity is not None
    assert report.block is not None
    return ProvenRound(
        sealed,
        process.organisation_id,
        chain_name(policy),
        report.identity,
        report.block,
        {block: header.block_hash for block, header in proven.headers.items()},
        policy.name,
        witnessed,
    )


def chain_name(policy: Policy) -> str:
    """How a custodian's book calls the ledger of a policy."""
    return f"{policy.chain_id}/{policy.genesis_hash.hex()}/{policy.ledger.account.hex()}"


def remember(memory: Memory, round_: ProvenRound, key: ec.EllipticCurvePrivateKey) -> None:
    """Hold a proven round against what was seen before, closed or not. If the key is one of its custodians' and it is
    neither opened nor cancelled, it is awaited from now on. Raises as ``Memory.take``."""
    facts = round_.sealed.facts
    is_over = facts.state is RoundState.OPENED or facts.cancelled or not facts.open_lots
    memory.take(
        round_.chain, round_.block, round_.hashes, book_name(round_), facts.deadline,
        is_awaited=not is_over and _is_custodian(round_.sealed, key),
    )  # fmt: skip


def book_name(round_: ProvenRound) -> str:
    """How the custodian's book calls it."""
    return round_name(round_.chain, round_.sealed.facts.process_id, round_.sealed.facts.number)


def _is_custodian(sealed: SealedRound, key: ec.EllipticCurvePrivateKey) -> bool:
    try:
        index_of(sealed, Group.CUSTODIANS, key)
    except RecipientUnknown:
        return False
    return True


def require_closed(round_: ProvenRound, now: int) -> None:
    """The close stands in the acts, and by the custodian's own clock (``now``) the final deadline has passed.

    Raises CloseNotProven, ClockBeforeDeadline.
    """
    facts = round_.sealed.facts
    if facts.closing is None:
        raise CloseNotProven(reason=f"no act RoundClosed of round {facts.number} stands in the bundle")
    if now < facts.deadline:
        raise ClockBeforeDeadline(time=now, deadline=facts.deadline)


def release_round(
    bundle: BinaryIO,
    policy: Policy,
    process_id: bytes,
    number: int,
    key: ec.EllipticCurvePrivateKey,
    header_of: HeaderOf,
    memory: Memory,
    log: ReleaseLog,
    now: int,
    *,
    without_witnesses: bool = False,
) -> Released:
    """All of it: prove, remember, release. Whatever is refused stands in the log, too. The round stays awaited until
    what is released was handed in.

    Raises as ``prove_round``, ``remember`` and ``release``.
    """
    try:
        proven = prove_round(bundle, policy, process_id, number, without_witnesses=without_witnesses)
        remember(memory, proven, key)
    except SiegelError as error:
        asked = {"at": now, "processId": process_id.hex(), "round": number, "policy": policy.name}
        log.add([{**asked, **_refused(error)}])
        raise
    return release(proven, key, header_of, log, now)


def release(
    round_: ProvenRound,
    key: ec.EllipticCurvePrivateKey,
    header_of: HeaderOf,
    log: ReleaseLog,
    now: int,
) -> Released:
    """The custodian's shares of all bids that the officers are to open, sealed to the officers.

    ``header_of`` gives the header's bytes of a bid, or raises. What was released and what was refused, bid by bid,
    stands in ``log`` when this returns. Call ``remember`` first. Raises CloseNotProven, ClockBeforeDeadline,
    RecipientUnknown, which are in the log, too.
    """
    try:
        require_closed(round_, now)
        index = index_of(round_.sealed, Group.CUSTODIANS, key)
    except SiegelError as error:
        log.add([_entry(round_, now) | _refused(error)])
        raise
    found, refused, entries = list[Contribution](), dict[int, SiegelError](), list[dict[str, Any]]()
    withheld = set[int]()

    def given(bid: Bid) -> bytes:
        try:
            return header_of(bid)
        except SiegelError:
            withheld.add(bid.number)
            raise

    for bid in round_.sealed.facts.bids:
        try:
            found.append(contribution(round_.sealed, bid, given, Group.CUSTODIANS, index, key, now))
            entries.append(_entry(round_, now, bid) | {"did": "released"})
        except SiegelError as error:
            refused[bid.number] = error
            whose = {"withheld": True} if bid.number in withheld else {}
            entries.append(_entry(round_, now, bid) | whose | _refused(error))
    log.add(entries)
    return Released(found, refused, frozenset(withheld))


def _refused(error: SiegelError) -> dict[str, Any]:
    return {"did": "refused", "why": error.name, "sentence": str(error)}


def _entry(round_: ProvenRound, now: int, bid: Bid | None = None) -> dict[str, Any]:
    facts = round_.sealed.facts
    entry: dict[str, Any] = {
        "at": now,
        "processId": facts.process_id.hex(),
        "round": facts.number,
        "deadline": facts.deadline,
        "bundle": round_.identity.hex(),
        "block": round_.block,
        "policy": round_.policy,
        "witnessed": round_.witnessed,
    }
    if bid is not None:
        entry |= {"bid": bid.number, "commitment": bid.commitment.hex()}
    return entry
