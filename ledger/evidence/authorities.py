"""The time-stamping authorities of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.errors import RootsShared, RootsUnusable
from ledger.evidence.timestamp_request import Authority
from ledger.evidence.timestamps import FOLDER, Timestamps
from ledger.settings import Settings


def timestamps_of(settings: Settings) -> Timestamps | None:
    """The home's time stamps; None if the settings name no authority. Raises RootsUnusable, RootsShared."""
    authorities = [
        Authority(one.name, one.url, _roots(one.name, settings.home / one.roots.expanduser()))
        for one in settings.timestamps.authorities
    ]
    if not authorities:
        return None
    _refuse_common_roots(authorities)
    return Timestamps(settings.log_dir / FOLDER, authorities)


def _roots(authority: str, path: Path) -> tuple[bytes, ...]:
    try:
        content = path.read_bytes()
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
    except OSError as error:
        raise RootsUnusable(authority=authority, path=path, why=error.strerror or str(error)) from error
    except ValueError as error:
        raise RootsUnusable(authority=authority, path=path, why="it holds no certificates, PEM or DER") from error
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def _refuse_common_roots(authorities: Sequence[Authority]) -> None:
    known: dict[bytes, str] = {}
    for one in authorities:
        for root in one.roots:
            other = known.setdefault(root, one.name)
            if other != one.name:
                raise RootsShared(one=other, other=one.name)
