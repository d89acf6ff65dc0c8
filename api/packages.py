"""What stands around releases in OCDS packages, and the releases as they may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from api.observer import observer_of, with_observer
from api.services import Services
from ledger.errors import ReleaseUnreadable, SiegelError
from ledger.index.rows import NOT_TOLD, ProcessRow
from ledger.ocds.package import PackageInfo, record

EXTENSION_PATH = "/extension/siegel/extension.json"


def address_of(request: Request, services: Services, path: str) -> str:
    """The address of a path as others reach it: the settings' ``public_url``, else the one of the request."""
    base = services.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    return base.rstrip("/") + path


def package_info(request: Request, services: Services, row: ProcessRow) -> PackageInfo:
    """Publisher, licence and extension; a package is dated by the last act it reflects, so it stays the same.

    The publisher is whoever runs this installation (OCDS ``publisher``); the name says so where it, or another, only
    observed the process.
    """
    publisher = services.settings.publisher
    name = publisher.name or services.settings.operator.name or "Vergabesiegel"
    observer = observer_of(services, row)
    if observer is not None:
        name += f" (beobachtet von {observer['name']}, nicht vom Auftraggeber; observed, not the buyer's own)"
    return PackageInfo(
        uri=address_of(request, services, request.url.path),
        publisher=name,
        published=datetime.fromtimestamp(row.last_time, UTC),
        extension=address_of(request, services, EXTENSION_PATH),
        publisher_uri=publisher.uri or None,
        publisher_scheme=publisher.scheme or None,
        publisher_uid=publisher.uid or None,
        license=services.settings.license_url or None,
    )


def shown_releases(services: Services, process_id: bytes) -> list[dict[str, Any]]:
    """The releases of a process that are disclosed, in the order of their acts.

    Raises ``ObjectAltered``, ``ObjectMissing`` or ``ReleaseUnreadable``: a package that silently lacked a release
    would pass for the whole truth.
    """
    rows = services.queries.releases(process_id)
    shown = []
    for digest, release in services.releases.shown_many([row.digest for row in rows if row.condition not in NOT_TOLD]):
        if isinstance(release, SiegelError):
            size = len(services.releases.stored_bytes(digest))  # raises by name what its bytes cannot be had for
            if release.status >= 500:
                raise release  # the installation is to blame, not the release
            raise ReleaseUnreadable(digest=digest, size=size, why=str(release)) from release
        if not isinstance(release, dict):
            size = len(services.releases.stored_bytes(digest))
            raise ReleaseUnreadable(digest=digest, size=size, why="it is no JSON object")
        shown.append(release)
    return shown


def made_record(shown: Sequence[dict[str, Any]], observer: dict[str, Any] | None) -> dict[str, Any]:
    """The record of releases as they may be shown, at least one; ``observer``: who recorded them, if not the buyer.

    Raises ``ReleaseUnreadable``: anybody entitled may anchor what no record can be made of.
    """
    try:
        made = record(shown)
        return {**made, "compiledRelease": with_observer(made["compiledRelease"], observer)}
    except (SiegelError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        why = f"no record can be made of it ({type(error).__name__})"
        raise ReleaseUnreadable(digest=str(shown[-1].get("id")), size=len(shown), why=why) from error
