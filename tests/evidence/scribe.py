"""The record that the contract would write of a call, whether or not it would accept it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ledger.bid_number import FIRST_EXTERNAL_BID
from ledger.chain.acts import CommitBid, LedgerAct, OpenRound, Promise, PublishTender, RegisterExternalBid, WithdrawBid
from ledger.chain.codec import encode_detail
from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.evidence.verify.procedure import Procedure, Round
from ledger.terms import STATUTE
from tests.chain.arbitrary import snake
from tests.evidence.log_data import write

BY_FUNCTION = {entry.function: entry for entry in STATUTE.values() if entry.contract == "ledger"}
RENAMED = {
    "promise": "promised", "start": "from", "original": "subject", "award": "ref", "suspension": "ref",
    "from_round": "round", "commitment": "subject",
}  # fmt: skip


def written(
    procedure: Procedure, call: LedgerAct, first: bytes, second: bytes, time: int, roles: Mapping[bytes, int]
) -> bytes:
    """Log data of the act that ``call`` would be in a block of ``time``, after the acts of ``procedure``.

    ``second`` is the second officer, or whoever signed a promise; ``roles`` are the lengths of roles series.
    """
    entry = BY_FUNCTION[call.function]
    values = asdict(call)  # type: ignore[call-overload]
    for inner in (values.pop("call", {}), *values.pop("notices", ())):
        values.update(inner)
    values = {RENAMED.get(name, name): value for name, value in values.items()}
    fields = {name: values[name] for name in (*entry.record, "ground") if name in values}
    fields.update(_counted(procedure, call, values, time))
    promised = values.get("promised", {}).get("receiver", ZERO)
    if entry.who != ("bidder",):
        body = values.get("body", ZERO)
        fields["roles"] = roles[procedure.organisation_id if body == ZERO else body]
    elif promised != ZERO:
        fields["roles"] = roles[promised]
    fields["second"] = second if entry.joint or promised != ZERO else NOBODY
    names = [snake(argument.name) for argument in entry.detail]
    nothing = isinstance(call, CommitBid) and call.supersedes == ZERO and call.promise == Promise()
    detail = b"" if nothing else encode_detail(entry.act, {name: values[name] for name in names})
    empty = dict.fromkeys(ActRecord._fields, 0) | dict.fromkeys(
        ("process_id", "organisation_id", "lot", "ground", "release", "subject"), ZERO
    )
    return write(
        ActRecord(**{
            **empty, "act": int(entry.act), "sequence": procedure.acts + 1, "time": time, "first": first,
            "detail": detail, **fields,
        })
    )  # fmt: skip


def _counted(procedure: Procedure, call: LedgerAct, values: Mapping[str, Any], time: int) -> dict[str, Any]:
    """What the contract itself counts, or looks up."""
    rounds = procedure.rounds
    round_ = rounds[values["round"] - 1] if 0 < (_number(values.get("round")) or 0) <= len(rounds) else None
    match call:
        case PublishTender():
            return {"round": 1}
        case OpenRound():
            return {"round": len(rounds) + 1}
        case CommitBid():
            promised = values["promised"]
            arrival = promised["arrived_at"] if promised["receiver"] != ZERO else time
            return {"bid": len(round_.bids) if round_ else 0, "arrival": arrival}
        case WithdrawBid():
            return {"bid": _bid(round_, values["subject"])}
        case RegisterExternalBid():
            return {"bid": FIRST_EXTERNAL_BID + (round_.externals if round_ else 0)}
    if "lot" in BY_FUNCTION[call.function].record and "lot" not in values:
        award = procedure.awards.get(values["ref"])
        return {"lot": award.lot if award else procedure.suspensions.get(values["ref"], ZERO)}
    return {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _bid(round_: Round | None, commitment: bytes) -> int:
    bids = round_.bids if round_ else []
    return next((bid.number for bid in bids if bid.commitment == commitment), 0)
