"""A time-stamping authority that gives the same bytes for the same question: ECDSA without chance (RFC 6979)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.evidence.verify import der
from ledger.evidence.verify.der import OCTETS, SEQUENCE, SET
from ledger.evidence.verify.signed_data import SignedData
from tests.attacks.actors import authority
from tests.evidence.tsa import Holder, response

_SHA256 = der.encode(SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"))
_RSA_KEY, _RSA_WITH_SHA256 = (
    der.encode(SEQUENCE, der.encode_oid(oid), der.encode(der.NULL))
    for oid in ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11")
)
_TST_INFO = der.encode_oid("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = der.encode_oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.encode_oid("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = der.encode_oid("1.2.840.113549.1.9.16.2.47")


def stamp(name: str, data: bytes, time: int) -> bytes:
    """The TimeStampResp (RFC 3161) of the named authority for ``data`` at ``time``, seconds since 1970."""
    return stamp_by(authority(name)[1], data, time)


def stamp_by(holder: Holder, data: bytes, time: int, others: Sequence[Holder] = ()) -> bytes:
    """The same of any authority; ``others`` are certificates that it sends along."""
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
    certificates = (holder.der, *(other.der for other in others))
    return response(SignedData(_TST_INFO, content, certificates, "sha256", attributes, signature).encoded())


def stamp_name(checkpoint: str, name: str) -> str:
    """The entry's name for the authority's stamp of that checkpoint."""
    return f"{checkpoint}.{hashlib.sha256(authority(name)[1].der).hexdigest()}"


def with_a_long_key(response: bytes, bits: int) -> bytes:
    """The stamp with another certificate of the same number, whose RSA key and exponent have so many bits."""
    signature = der.encode(OCTETS, b"\x55" * (bits // 8))
    status, token = der.items(der.read(response, SEQUENCE).content)
    kind, wrapped = der.items(token.content)
    *parts, certificates, signers = der.items(der.read(wrapped.content, SEQUENCE).content)
    own, outer, inner = der.items(der.read(certificates.content, SEQUENCE).content)
    fields = [field.encoded for field in der.items(own.content)]
    number = der.encode_integer(2**bits - 1)
    key = der.encode(SEQUENCE, number, number)
    fields[6] = der.encode(SEQUENCE, _RSA_KEY, der.encode(der.BITS, b"\x00" + key))
    certificate = der.encode(SEQUENCE, der.encode(SEQUENCE, *fields), outer.encoded, inner.encoded)
    before, after = (hashlib.sha256(each).digest() for each in (certificates.content, certificate))
    signer = [each.encoded for each in der.items(der.items(signers.content)[0].content)]
    signer[3] = signer[3].replace(before, after)
    signer[4:] = [_RSA_WITH_SHA256, signature]
    held = [
        *(part.encoded for part in parts),
        der.encode(0xA0, certificate),
        der.encode(SET, der.encode(SEQUENCE, *signer)),
    ]
    token_ = der.encode(SEQUENCE, kind.encoded, der.encode(0xA0, der.encode(SEQUENCE, *held)))
    return der.encode(SEQUENCE, status.encoded, token_)


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.encode(SEQUENCE, kind, der.encode(SET, value))


def stamped_at(response: bytes) -> int:
    """The time in a response that ``stamp`` made."""
    found = re.search(rb"\x18\x0f(\d{14})Z", response)  # the certificate's come later
    assert found
    return int(datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
