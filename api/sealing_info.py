"""What must be known of a round before a bid is sealed for it (``docs/handing-in.md``)."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request, Response

from api.answers import NEVER, DigestText, Using, answer, digest_of, plain
from api.described import ANY_OBJECT, HEX, NUMBER, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, list_of, object_of, ours
from api.key_sets import KEY_SET, key_set_json
from api.services import Services
from ledger.chain.identifiers import organisation_id
from ledger.errors import ObjectAltered, ObjectErased, ObjectMissing, OrganisationUnknown
from ledger.store import StoreClass

router = APIRouter(tags=["sealed bids"])

LAST_ROUND = 2**31 - 1
"""Rounds are counted from 1; a database holds no larger number."""

LONGEST_DOCUMENT = 2**22
"""Bytes of a criteria document that is told as part of an answer; a longer one is had by its digest."""

Round = Annotated[int, Path(ge=1, le=LAST_ROUND, description="number of the round, counted from 1")]

RECEIVER = {"organisationId": HEX, "name": TEXT_OR_NULL, "url": TEXT_OR_NULL, "here": {"type": "boolean"}}
CRITERIA = object_of({"digest": HEX, "document": {"anyOf": [{"type": "null"}, ANY_OBJECT]}})
SEALING = {
    **dict.fromkeys(("organisationId", "processId"), HEX),
    "ocid": TEXT,
    "title": TEXT_OR_NULL,
    "round": NUMBER,
    "kind": TEXT,
    "state": {"enum": ["open", "closed", "opened"]},
    "deadline": NUMBER,
    "keySet": {"anyOf": [{"type": "null"}, object_of(KEY_SET)]},
    "receivers": list_of(object_of(RECEIVER)),
    "nodes": list_of(TEXT),
    "criteria": {"anyOf": [{"type": "null"}, CRITERIA]},
    "limits": object_of({"envelope": NUMBER_OR_NULL}),
    "now": NUMBER,
}


@router.get(
    "/processes/{processId}/rounds/{round}/sealing", summary="What sealing a bid needs", responses=ours(SEALING)
)
def sealing(request: Request, services: Using, processId: DigestText, round: Round) -> Response:
    """The round's key set, deadline, receivers, nodes and limits, the tender's criteria, and this server's clock.

    Nobody need believe it: the key set's id follows from its content, an evidence bundle proves the round's terms.
    """
    process_id = digest_of(processId)
    found = services.queries.round(process_id, round)
    process = services.queries.process(process_id)
    content = {
        "organisationId": plain(process.organisation_id),
        "processId": plain(process_id),
        "ocid": process.ocid,
        "title": process.title,
        "round": found.round,
        "kind": found.kind,
        "state": found.state,
        "deadline": plain(found.deadline),
        "keySet": None if found.key_set is None else key_set_json(services.queries.key_set(found.key_set)),
        "receivers": [_receiver(services, receiver) for receiver in found.receivers],
        "nodes": list(services.settings.nodes),
        "criteria": _criteria(services, process_id),
        "limits": {"envelope": None if services.receiver is None else services.receiver.limits.envelope},
        "now": int(time.time()),
    }
    return answer(request, content, cache=NEVER)


def _receiver(services: Services, receiver: bytes) -> dict[str, Any]:
    """A receiver of a round and where it takes bids in, as far as it is this server or the settings name it."""
    settings = services.settings
    told = {organisation_id(each.scheme, each.uid): each for each in settings.receivers}.get(receiver)
    is_here = services.receiver is not None and services.receiver.organisation_id == receiver
    name, registered = None, None
    with suppress(OrganisationUnknown):
        row = services.queries.organisation(receiver)
        name = row.name
        # Operators of receivers are parties of few releases; people must not read digits of an id.
        registered = f"{row.scheme} {row.identifier}" if row.scheme and row.identifier else None
    return {
        "organisationId": plain(receiver),
        "name": name or (told.name if told else None) or registered,
        "url": settings.public_url if is_here else told.url if told else None,
        "here": is_here,
    }


def _criteria(services: Services, process_id: bytes) -> dict[str, Any] | None:
    """Digest and document; the digest alone where that is not public, not here, too long, or no JSON object."""
    digest = services.queries.criteria(process_id)
    if digest is None:
        return None
    document = None
    # Anything may have been named as criteria, and what is very long keeps the readers of all other pages waiting.
    with suppress(ObjectMissing, ObjectErased, ObjectAltered, FileNotFoundError, orjson.JSONDecodeError):
        if services.store.path(digest).stat().st_size <= LONGEST_DOCUMENT:
            kind, _, data = services.store.whole(digest)
            document = orjson.loads(data) if kind is StoreClass.PUBLIC else None
    return {"digest": plain(digest), "document": document if isinstance(document, dict) else None}
