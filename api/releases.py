"""Releases and documents by digest: the very bytes that were hashed."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import FOR_EVER, REVALIDATE, DigestText, Using, bytes_answer, digest_of
from api.described import TEXT, content
from api.services import Services
from ledger.errors import ObjectMissing, OriginalWithheld, SiegelError
from ledger.store import StoreClass

router = APIRouter(tags=["releases"])


@router.get("/releases/{digest}", summary="The stored bytes of a release", responses=content("application/json", {}))
def release(request: Request, services: Using, digest: DigestText) -> Response:
    """SHA-256 over the salt (header ``Siegel-Salt``) and these bytes is the anchored digest.

    A release whose stored bytes no longer give it is refused as ``ObjectAltered``, an erased one as ``ObjectErased``,
    one that may not be shown yet as ``ReleaseEmbargoed``, with the moment ``until`` which that lasts.
    """
    wanted = digest_of(digest)
    if not services.queries.release(wanted):
        raise ObjectMissing(digest=wanted)
    _refuse_confidential(services, wanted)
    data = services.releases.stored_bytes(wanted)
    return bytes_answer(
        request, data, "application/json", cache=_cache(services, wanted), headers=_salt(services, wanted)
    )


@router.get(
    "/documents/{digest}", summary="The stored bytes of a document", responses=content("application/octet-stream", TEXT)
)
def document(request: Request, services: Using, digest: DigestText) -> Response:
    """A public object, or an original that is anchored or that a pull found changed, as long as nothing of it was
    erased.

    Confidential is as if it were not here, erased is ``ObjectErased``; an original of a release of which fields were
    erased is ``OriginalWithheld``, one of a release under embargo ``ReleaseEmbargoed``.
    """
    wanted = digest_of(digest)
    _refuse_confidential(services, wanted)
    data = services.store.get(wanted)
    if services.store.kind(wanted) is StoreClass.ERASABLE:
        _require_open_original(services, wanted)
    name = f'attachment; filename="{wanted.hex()}"'
    headers = {"Content-Disposition": name, **_salt(services, wanted)}
    cache = _cache(services, wanted)
    return bytes_answer(request, data, "application/octet-stream", cache=cache, headers=headers)


def _cache(services: Services, digest: bytes) -> str:
    """What can be erased must not live on in caches. Read after the bytes: whatever was reclassified meanwhile is
    told by the class it has now."""
    return REVALIDATE if services.store.kind(digest) is StoreClass.ERASABLE else FOR_EVER


def _require_open_original(services: Services, digest: bytes) -> None:
    """Erasable objects that no act anchors (reports of imports, for example) are nobody else's business."""
    anchored = [found for found in services.queries.lookup(digest) if found.kind in ("original", "changed", "document")]
    if not anchored:
        raise ObjectMissing(digest=digest)
    services.releases.require_disclosed_original(digest)
    for found in anchored:
        if found.kind in ("original", "changed") and found.release and _has_erased_fields(services, found.release):
            raise OriginalWithheld(digest=digest, release=found.release)


def _has_erased_fields(services: Services, release: bytes) -> bool:
    """Also true where the release cannot be read: then nobody can say that nothing was erased."""
    try:
        return bool(services.releases.redactions(release))
    except SiegelError:
        return True


def _refuse_confidential(services: Services, digest: bytes) -> None:
    """A release that may not be shown yet is told as such, with the moment; a confidential file, for example the ground
    of an act, is nobody else's business."""
    services.releases.require_disclosed(digest)
    if services.store.exists(digest) and services.store.kind(digest) is StoreClass.CONFIDENTIAL:
        raise ObjectMissing(digest=digest)


def _salt(services: Services, digest: bytes) -> dict[str, str]:
    salt = services.store.salt(digest)
    return {"Siegel-Digest": "0x" + digest.hex()} | ({"Siegel-Salt": "0x" + salt.hex()} if salt else {})
