"""Asks a time-stamping authority for one time stamp over HTTP (RFC 3161, sections 2.4.1 and 3.4)."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Final

import httpx

from ledger.errors import EvidenceRefused, TimestampAuthorityFailed, TimestampInvalid
from ledger.evidence.cut_off import cut_off_after
from ledger.evidence.outgoing import way_to
from ledger.evidence.verify import der
from ledger.evidence.verify.timestamp import MOST_BYTES, Timestamp, strict_form, verify_timestamp

_SHA256: Final = der.encode_oid("2.16.840.1.101.3.4.2.1")
_CERT_REQ: Final = der.encode(der.BOOLEAN, b"\xff")

_TIMEOUT: Final = httpx.Timeout(15.0)
_MOST_SECONDS: Final = 30
# An authority whose clock is elsewhere would stamp for nothing, and the first stamp is the one that is kept.
_MOST_CLOCK_SECONDS: Final = 600


@dataclass(frozen=True)
class Authority:
    """An authority of the settings: what it is called here, where it answers, and the ``roots`` (certificates, DER) of
    which one must vouch for it."""

    name: str
    url: str
    roots: tuple[bytes, ...]


def request_timestamp(authority: Authority, checkpoint: bytes) -> tuple[bytes, Timestamp]:
    """A time stamp for these bytes, in the form that bundles keep, and what it says; only their SHA-256 is sent.

    Raises TimestampAuthorityFailed if there is no answer, or one that would not stand up in a verifier, was made for
    another request, or tells another time than this machine's clock by more than ten minutes.
    """
    nonce = secrets.randbits(63)
    try:
        answer = _post(authority.url, _query(hashlib.sha256(checkpoint).digest(), nonce))
        stamp = strict_form(answer, authority.roots)
        said = verify_timestamp(stamp, checkpoint, authority.roots)
        if said.nonce != nonce:
            raise TimestampInvalid(reason="it answers another request")
        if abs(said.time - time.time()) > _MOST_CLOCK_SECONDS:
            raise TimestampInvalid(reason="its clock tells another time than the one here")
    except (httpx.HTTPError, httpx.InvalidURL, EvidenceRefused) as error:
        why = f"{type(error).__name__}: {error}".rstrip(": .")
        raise TimestampAuthorityFailed(authority=authority.name, why=why) from error
    return stamp, said


def _query(digest: bytes, nonce: int) -> bytes:
    algorithm = der.encode(der.SEQUENCE, _SHA256, der.encode(der.NULL))
    imprint = der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTETS, digest))
    return der.encode(der.SEQUENCE, der.encode_integer(1), imprint, der.encode_integer(nonce), _CERT_REQ)


def _post(url: str, query: bytes) -> bytes:
    """The body of the answer. Redirections are refused: the address is a setting, and nobody else's say."""
    headers = {"Content-Type": "application/timestamp-query", "Accept-Encoding": "identity", "User-Agent": "siegel"}
    client = httpx.Client(headers=headers, timeout=_TIMEOUT, **way_to(url))
    with client, cut_off_after(_MOST_SECONDS, client) as late:
        try:
            with client.stream("POST", url, content=query) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise TimestampInvalid(reason=f"the answer has the status {answer.status_code}")
                body = b""
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise TimestampInvalid(reason=f"more than {MOST_BYTES} bytes")
                return body
        except httpx.HTTPError as error:
            if late.is_set():
                raise TimestampInvalid(reason=f"it does not end within {_MOST_SECONDS} seconds") from error
            raise
