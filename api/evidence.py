"""Evidence bundles to take away: one file that proves a procedure (``docs/bundle-1.md``)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from fastapi import APIRouter, Request, Response

from api.answers import DigestText, Using, digest_of
from api.described import TEXT, content
from api.downloads import downloaded
from ledger.evidence.bundle import write_organisation_bundle, write_process_bundle
from ledger.evidence.verify.manifest import Manifest

router = APIRouter(tags=["evidence"])

ZIP = "application/zip"
IN_MEMORY = 8 * 2**20
"""What is larger is written to the disk until it was read."""


@router.get("/processes/{processId}/evidence", summary="What proves a process", responses=content(ZIP, TEXT))
def process_evidence(request: Request, services: Using, processId: DigestText) -> Response:
    """One file with all acts, the public releases, and the proof that these are all, for the newest indexed block."""
    process_id = digest_of(processId)
    services.queries.process(process_id)
    made = _made(lambda out: write_process_bundle(services.evidence, process_id, out))
    return downloaded(request, made, ZIP, f"process-{process_id.hex()}.zip")


@router.get(
    "/organisations/{organisationId}/evidence", summary="What proves all of a buyer", responses=content(ZIP, TEXT)
)
def organisation_evidence(request: Request, services: Using, organisationId: DigestText) -> Response:
    """As for a process, of all processes in the organisation's list, and the proof that these are all."""
    organisation_id = digest_of(organisationId)
    services.queries.organisation(organisation_id)
    made = _made(lambda out: write_organisation_bundle(services.evidence, organisation_id, out))
    return downloaded(request, made, ZIP, f"organisation-{organisation_id.hex()}.zip")


def _made(write: Callable[[BinaryIO], Manifest]) -> Iterator[bytes]:
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write(file)  # type: ignore[arg-type]  # a file in every respect but its class
        file.seek(0)
        while piece := file.read(2**16):
            yield piece
