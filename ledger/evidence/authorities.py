"""The time-stamping authorities of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ledger.errors import SettingInvalid
from ledger.evidence.timestamp_request import Authority
from ledger.evidence.timestamps import FOLDER, Timestamps
from ledger.settings import Settings

_SETTING = "timestamps.authorities"


def timestamps_of(settings: Settings) -> Timestamps | None:
    """The home's time stamps; None if the settings name no authority. Raises SettingInvalid, also for two authorities
    under one root: whoever holds it could speak for both."""
    authorities = [
        Authority(one.name, one.url, _roots(settings.home / one.roots.expanduser()))
        for one in settings.timestamps.authorities
    ]
    if not authorities:
        return None
    _refuse_common_roots(authorities)
    return Timestamps(settings.log_dir / FOLDER, authorities)


def _roots(path: Path) -> tuple[bytes, ...]:
    try:
        content = path.read_bytes()
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
    except (OSError, ValueError) as error:
        raise SettingInvalid(setting=_SETTING, why=f"no certificates can be read in {path}: {error}") from error
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def _refuse_common_roots(authorities: Sequence[Authority]) -> None:
    known: dict[bytes, str] = {}
    for one in authorities:
        for root in one.roots:
            other = known.setdefault(root, one.name)
            if other != one.name:
                raise SettingInvalid(setting=_SETTING, why=f"{other} and {one.name} have a root in common")
