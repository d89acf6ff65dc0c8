"""A time-stamping authority that gives the same bytes for the same question: ECDSA without chance (RFC 6979)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.evidence.verify import der
from ledger.evidence.verify.der import OCTETS, SEQUENCE, SET
from ledger.evidence.verify.signed_data import SignedData
from tests.attacks.actors import authority
from tests.evidence.tsa import response

_SHA256 = der.encode(SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"))
_TST_INFO = der.encode_oid("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = der.encode_oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.encode_oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.encode_oid("1.2.840.113549.1.9.16.2.47")


def stamp(name: str, data: bytes, time: int) -> bytes:
    """The TimeStampResp (RFC 3161) of the named authority for ``data`` at ``time``, seconds since 1970."""
    _, holder = authority(name)
    moment = datetime.fromtimestamp(time, UTC).strftime("%Y%m%d%H%M%SZ").encode()
    content = der.encode(
        SEQUENCE,
        der.encode_integer(1),
        der.encode_oid("1.2.3.4.1"),
        der.encode(SEQUENCE, _SHA256, der.encode(OCTETS, hashlib.sha256(data).digest())),
        der.encode_integer(time),
        der.encode(der.TIME, moment),
    )
    named = der.encode(SEQUENCE, der.encode(OCTETS, hashlib.sha256(holder.der).digest()))
    attributes = b"".join(
        sorted((
            _attribute(_CONTENT_TYPE, _TST_INFO),
            _attribute(_MESSAGE_DIGEST, der.encode(OCTETS, hashlib.sha256(content).digest())),
            _attribute(_SIGNING_CERTIFICATE, der.encode(SEQUENCE, der.encode(SEQUENCE, named))),
        ))
    )  # fmt: skip
    key = cast(ec.EllipticCurvePrivateKey, holder.key)
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    signature = key.sign(der.encode(SET, attributes), algorithm)
    return response(SignedData(_TST_INFO, content, (holder.der,), "sha256", attributes, signature).encoded())


def stamp_name(checkpoint: str, name: str) -> str:
    """The entry's name for the authority's stamp of that checkpoint."""
    return f"{checkpoint}.{hashlib.sha256(authority(name)[1].der).hexdigest()}"


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.encode(SEQUENCE, kind, der.encode(SET, value))


def stamped_at(response: bytes) -> int:
    """The time in a response that ``stamp`` made."""
    found = re.search(rb"\x18\x0f(\d{14})Z", response)  # the certificate's come later
    assert found
    return int(datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
