"""Addresses of pages and of their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from ledger.index.rows import RoundRow

API = "/api/v1"


def with_query(path: str, query: Mapping[str, str]) -> str:
    """A path with its query, without a question mark where there is none."""
    return f"{path}?{urlencode(query)}" if query else path


def process_page(process_id: bytes) -> str:
    """Page of a process."""
    return f"/processes/0x{process_id.hex()}"


def verification_page(process_id: bytes) -> str:
    """Page that verifies a process."""
    return f"{process_page(process_id)}/verification"


def bid_page(round_: RoundRow) -> str:
    """Page on which a bid for a round is handed in."""
    return f"/bid/0x{round_.process_id.hex()}/{round_.round}"


def opening_page(round_: RoundRow) -> str:
    """Page on which officers close and open a round."""
    return f"/opening/0x{round_.process_id.hex()}/{round_.round}"


def organisation_page(organisation_id: bytes) -> str:
    """Page of an organisation."""
    return f"/organisations/0x{organisation_id.hex()}"


def findings_page(query: Mapping[str, str]) -> str:
    """Page of what pulls found."""
    return with_query("/findings", query)


def release_file(digest: bytes) -> str:
    """The stored bytes of a release."""
    return f"{API}/releases/0x{digest.hex()}"


def document_file(digest: bytes) -> str:
    """The stored bytes of a document."""
    return f"{API}/documents/0x{digest.hex()}"


def api_processes(query: Mapping[str, str]) -> str:
    """The list of processes as JSON."""
    return with_query(f"{API}/processes", query)


def api_findings(query: Mapping[str, str]) -> str:
    """What pulls found, as JSON."""
    return with_query(f"{API}/findings", query)


def api_process(process_id: bytes, part: str = "") -> str:
    """One process as JSON; ``part`` is ``/record``, ``/acts`` or ``/rounds``."""
    return f"{API}/processes/0x{process_id.hex()}{part}"


def api_organisation(organisation_id: bytes) -> str:
    """One organisation as JSON."""
    return f"{API}/organisations/0x{organisation_id.hex()}"


def api_lookup(digest: bytes) -> str:
    """What a digest names, as JSON."""
    return f"{API}/lookup/0x{digest.hex()}"


def lookup_page(digest: bytes) -> str:
    """Page that says what a digest names."""
    return f"/lookup?digest={digest.hex()}"
