"""Key sets: who together can open the bids that are sealed to one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.answers import DigestText, Using, digest_of, index_answer, plain
from api.described import HEX, NUMBER, NUMBER_OR_NULL, list_of, object_of, ours, schema_of
from ledger.index.rows import RecipientRow, WholeKeySet

router = APIRouter(tags=["key sets"])

_OFFICER = ("holder", "key")
_CUSTODIAN = schema_of(RecipientRow)

KEY_SET = {
    "id": HEX,
    "organisationId": HEX,
    "officerThreshold": NUMBER,
    "custodianThreshold": NUMBER,
    "officers": list_of(object_of(dict.fromkeys(_OFFICER, HEX))),
    "custodians": list_of(_CUSTODIAN),
    "registeredTime": NUMBER,
    "readyTime": NUMBER_OR_NULL,
    "retiredTime": NUMBER_OR_NULL,
}


@router.get("/key-sets/{keySetId}", summary="One key set", responses=ours(KEY_SET))
def key_set(request: Request, services: Using, keySetId: DigestText) -> Response:
    """Its recipients in their order, which of the custodians accepted when, when it was ready and when retired.

    The id is keccak256(abi.encode(organisationId, keySet)), so nobody need believe the rest.
    """
    return index_answer(request, key_set_json(services.queries.key_set(digest_of(keySetId))))


def key_set_json(row: WholeKeySet) -> dict[str, Any]:
    """A key set with its recipients."""
    found: dict[str, Any] = plain(row)
    officers = [{name: officer[name] for name in _OFFICER} for officer in found["officers"]]
    return {"id": found.pop("keySet"), **found, "officers": officers, "readyTime": plain(row.ready_time)}
