"""The national notice service: a day's export over HTTP.

``GET ADDRESS?pubDay=2026-06-01&format=eforms.zip`` answers all notices published that day as one ZIP; 404 where there
is no export (yet). Source: the open data interface of the German notice service (oeffentlichevergabe.de, CC0).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Final, cast

import httpx

from ledger.errors import ExportMissing, ExportTooLarge, ServiceRefused, ServiceUnreachable
from ledger.evidence.outgoing import way_to
from ledger.settings import Pull

MOST_BYTES: Final = 512 * 2**20
"""Of one day's export: far more than any day had, and less than what would fill a disk."""

_PIECE: Final = 2**20
_SPOOLED: Final = 32 * 2**20
_TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Export:
    """A day's export: its bytes, to be read from the start, and their SHA-256."""

    day: str
    file: BinaryIO
    sha256: bytes


@contextmanager
def fetched(pull: Pull, day: date) -> Iterator[Export]:
    """The export of a day, gone again afterwards.

    Raises ServiceUnreachable, ExportMissing, ServiceRefused (any other answer than the export, a redirection among
    them: the address is a setting, and nobody else's say), ExportTooLarge.
    """
    with tempfile.SpooledTemporaryFile(_SPOOLED) as file:
        yield Export(day.isoformat(), cast(BinaryIO, file), _download(pull, day, cast(BinaryIO, file)))


def _download(pull: Pull, day: date, file: BinaryIO) -> bytes:
    content = hashlib.sha256()
    size = 0
    parameters = {"pubDay": day.isoformat(), "format": pull.export}
    try:
        way = way_to(pull.service)
        with httpx.stream("GET", pull.service, params=parameters, timeout=_TIMEOUT, **way) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise ExportMissing(day=day.isoformat(), service=pull.service)
            if answer.status_code != httpx.codes.OK:
                raise ServiceRefused(service=pull.service, status=answer.status_code, day=day.isoformat())
            for piece in answer.iter_bytes(_PIECE):
                size += len(piece)
                if size > MOST_BYTES:
                    raise ExportTooLarge(day=day.isoformat(), limit=MOST_BYTES)
                content.update(piece)
                file.write(piece)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = f"{type(error).__name__}: {error}".rstrip(": ")
        raise ServiceUnreachable(service=pull.service, why=why) from error
    file.seek(0)
    return content.digest()
