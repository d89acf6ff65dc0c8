"""Signed transactions: relayed to the ledger's node, and what became of them."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from api.answers import NEVER, DigestText, Using, answer, digest_of, plain
from api.bodies import bytes_of, described, json_object
from api.described import ANY_OBJECT, HEX, NUMBER, TEXT, list_of, object_of, ours
from api.problems import told_problem
from api.relay import Fate
from ledger.chain.record import ActRecord, act_digest, encode_log
from ledger.chain.signed_calls import MOST_BYTES
from ledger.terms import STATUTE, Act

router = APIRouter(tags=["handing in"])

_MOST = 2 * MOST_BYTES + 1_024
_TAKEN = {"hash": HEX, "account": HEX, "nonce": NUMBER}
_ACT = {
    **dict.fromkeys(("processId", "organisationId", "subject", "digest"), HEX),
    **dict.fromkeys(("sequence", "time", "round", "bid", "arrival"), NUMBER),
    "act": TEXT,
}
_FATE = {
    "hash": HEX,
    "state": {"enum": ["waiting", "recorded", "refused", "unknown"]},
    "block": {"type": ["integer", "null"]},
    "time": {"type": ["integer", "null"]},
    "acts": list_of(object_of(_ACT)),
    "problem": {"anyOf": [{"type": "null"}, ANY_OBJECT]},
}
_ACCOUNT = {"account": HEX, "nonce": NUMBER}
AccountText = Annotated[
    str,
    Path(description="20 bytes in hexadecimal", max_length=60, json_schema_extra={"pattern": "^(0x)?[0-9a-fA-F]{40}$"}),
]


@router.post(
    "/transactions",
    status_code=202,
    summary="Hand in a transaction",
    responses={202: {**ours(_TAKEN)[200], "description": "taken, durably"}},
    openapi_extra=described({"raw": HEX}),
)
async def relay(request: Request, services: Using) -> Response:
    """Relay a signed transaction that the ledger or its registry would record now. The same bytes, the same answer."""
    relay = services.require_relay()
    body = await json_object(request, _MOST)
    taken = await to_thread.run_sync(relay.take, bytes_of(body, "raw"))
    told = answer(request, plain({"hash": taken.hash, "account": taken.account, "nonce": taken.nonce}), cache=NEVER)
    told.status_code = 202
    return told


@router.get("/transactions/{hash}", summary="What became of a transaction", responses=ours(_FATE))
def fate(request: Request, services: Using, hash: DigestText) -> Response:
    """Whether it waits, was recorded or refused, with the acts or the problem; `unknown` here and on the chain."""
    name = digest_of(hash)
    found = services.require_relay().fate(name)
    return answer(request, _told(name, found), cache=NEVER)


@router.get("/accounts/{account}", summary="An account's next transaction", responses=ours(_ACCOUNT))
def account(request: Request, services: Using, account: AccountText) -> Response:
    """The number of its next transaction, those on their way counted."""
    given = bytes_of({"account": account}, "account", 20)
    return answer(request, plain({"account": given, "nonce": services.require_relay().next_nonce(given)}), cache=NEVER)


def _told(name: bytes, fate: Fate) -> dict[str, Any]:
    records = fate.recorded.records if fate.recorded else ()
    return {
        "hash": "0x" + name.hex(),
        "state": fate.state,
        "block": fate.recorded.block_number if fate.recorded else None,
        "time": fate.time,
        "acts": [_told_act(record) for record in records],
        "problem": None if fate.refusal is None else told_problem(fate.refusal),
    }


def _told_act(record: ActRecord) -> dict[str, Any]:
    told = {name: getattr(record, name) for name in _NAMES}
    known = {"act": STATUTE[Act(record.act)].name, "digest": act_digest(encode_log(record)[1])}
    return dict(plain({**known, **told}))


_NAMES = ("process_id", "organisation_id", "sequence", "time", "round", "bid", "arrival", "subject")
