"""Time stamps of outside authorities (RFC 3161), checked offline against the roots of a trust policy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, cast

from ledger.errors import MalformedDer, TimestampImprint, TimestampInvalid
from ledger.evidence.verify import der
from ledger.evidence.verify.certificate import Certificate, read_certificate
from ledger.evidence.verify.certificate_path import trusted_path
from ledger.evidence.verify.der import CONTEXT_0, CONTEXT_1, INTEGER, OCTETS, OID, SEQUENCE, SET
from ledger.evidence.verify.public_key import DIGESTS, PublicKey, signed
from ledger.evidence.verify.signed_data import SignedData, read_signed_data

_TST_INFO: Final = der.encode_oid("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE: Final = der.encode_oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = der.encode_oid("1.2.840.113549.1.9.4")
_NAMED_BY: Final = {
    der.encode_oid("1.2.840.113549.1.9.16.2.12"): "sha1",
    der.encode_oid("1.2.840.113549.1.9.16.2.47"): "sha256",
}

MOST_BYTES: Final = 64 * 2**10
"""Of a response: several times what any authority sends."""

_GRANTED: Final = der.encode(SEQUENCE, der.encode_integer(0))
# Seconds may have a fraction without trailing zeros; the zone is always Z (RFC 3161, section 2.4.2).
_TIME: Final = re.compile(rb"(\d{14})(\.\d*[1-9])?Z")
# Accuracy, ordering, nonce, name of the authority, extensions: each may be there.
_OPTIONAL: Final = (SEQUENCE, der.BOOLEAN, INTEGER, CONTEXT_0, CONTEXT_1)


@dataclass(frozen=True)
class Timestamp:
    """What a valid time stamp says.

    ``time`` is in seconds since 1970, rounded down; ``authority`` is the subject of ``certificate`` (DER), ``root`` the
    policy's certificate that vouches for it; ``nonce`` is the one of the request, or None.
    """

    time: int
    authority: str
    certificate: bytes
    root: bytes
    nonce: int | None


def verify_timestamp(response: bytes, stamped: bytes, roots: Sequence[bytes]) -> Timestamp:
    """Check that an authority under one of ``roots`` (certificates, DER) stamped the bytes ``stamped``.

    ``response`` is a TimeStampResp in the one form that ``strict_form`` gives for these roots. Raises TimestampImprint
    (other bytes), TimestampForeign (no root), TimestampInvalid, MalformedDer, PolicyInvalid (roots that are none).
    """
    token = _read_token(response)
    info = _read_info(token.content)
    expected = hashlib.new(info.digest, stamped).digest()
    if info.imprint != expected:
        raise TimestampImprint(expected=expected, got=info.imprint)
    _check_signature(token)
    path = trusted_path(token.certificates, info.time, roots)
    if _written(token, path) != response:
        raise TimestampInvalid(reason="it holds bytes that nobody signed, or others than the one form has")
    return Timestamp(
        time=int(info.time.timestamp()),
        authority=path[0].name,
        certificate=path[0].der,
        root=path[-1].der,
        nonce=info.nonce,
    )


def strict_form(response: bytes, roots: Sequence[bytes]) -> bytes:
    """The response of an authority under one of ``roots`` without what nobody signed.

    Left out are the status text, revocation lists, unsigned attributes, the root and all certificates that do not lead
    to it; what is signed stays as it was signed. Raises as ``verify_timestamp``, though it checks no signature.
    """
    token = _read_token(response)
    return _written(token, trusted_path(token.certificates, _read_info(token.content).time, roots))


def _written(token: SignedData, path: Sequence[Certificate]) -> bytes:
    """The one form: with the certificates below the root, or the authority's own where that is the root."""
    below = tuple(one.der for one in path[: max(len(path) - 1, 1)])
    return der.encode(SEQUENCE, _GRANTED, replace(token, certificates=below).encoded())


def _read_token(response: bytes) -> SignedData:
    if len(response) > MOST_BYTES:
        raise TimestampInvalid(reason=f"it has more than {MOST_BYTES} bytes")
    parts = der.items(der.read(response, SEQUENCE).content)
    # A status may have a text, which nobody signed.
    status = der.integer(_first(parts[0].encoded)) if parts else None
    if status != 0:
        raise TimestampInvalid(reason=f"the authority did not grant it, status {status}")
    if len(parts) != 2:
        raise TimestampInvalid(reason="a response without a token")
    token = read_signed_data(parts[1].encoded)
    if token.content_type != _TST_INFO:
        raise TimestampInvalid(reason="the token says something else than a time")
    return token


@dataclass(frozen=True)
class _Info:
    digest: str
    imprint: bytes
    time: datetime
    nonce: int | None


def _read_info(content: bytes) -> _Info:
    """TSTInfo (RFC 3161, section 2.4.2)."""
    parts = der.items(der.read(content, SEQUENCE).content)
    if [part.tag for part in parts[:5]] != [INTEGER, OID, SEQUENCE, INTEGER, der.TIME] or der.integer(parts[0]) != 1:
        raise TimestampInvalid(reason="its content is not of version 1")
    algorithm, imprint = der.items_of(parts[2].content, SEQUENCE, OCTETS)
    digest = DIGESTS.get(next((part.encoded for part in der.items(algorithm.content)), b""))
    if digest is None:
        raise TimestampInvalid(reason="the stamped digest is not SHA-256, SHA-384 or SHA-512")
    optional = {part.tag: part for part in parts[5:]}
    if [part.tag for part in parts[5:]] != [tag for tag in _OPTIONAL if tag in optional]:
        raise TimestampInvalid(reason="its content has fields that RFC 3161 does not know")
    if CONTEXT_1 in optional:
        _check_extensions(optional[CONTEXT_1])
    nonce = der.integer(optional[INTEGER]) if INTEGER in optional else None
    return _Info(digest, imprint.content, _moment(parts[4].content), nonce)


def _check_extensions(extensions: der.Item) -> None:
    for extension in der.items(extensions.content):
        if any(part.tag == der.BOOLEAN for part in der.items(extension.content)):
            raise TimestampInvalid(reason="its content has a critical extension")


def _moment(text: bytes) -> datetime:
    found = _TIME.fullmatch(text)
    try:
        if found:
            return datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise TimestampInvalid(reason="its time is no moment of UTC")


def _check_signature(token: SignedData) -> None:
    """Signed are the attributes: they must be of this content and of this certificate (RFC 5652, 5.4; RFC 5816)."""
    attributes = _read_attributes(token.attributes)
    if attributes.get(_CONTENT_TYPE) != _TST_INFO:
        raise TimestampInvalid(reason="the signature is for another kind of content")
    digest = hashlib.new(token.digest, token.content).digest()
    if attributes.get(_MESSAGE_DIGEST) != der.encode(OCTETS, digest):
        raise TimestampInvalid(reason="the signature is for another content")
    _check_certificate_named(attributes, token.certificates[0])
    key = cast(PublicKey, read_certificate(token.certificates[0]).key)  # tokens of other keys were not read
    if not signed(key, token.digest, der.encode(SET, token.attributes), token.signature):
        raise TimestampInvalid(reason="the signature does not verify")


def _read_attributes(content: bytes) -> dict[bytes, bytes]:
    """The single value of each signed attribute, encoded, by its encoded OID."""
    attributes: dict[bytes, bytes] = {}
    for attribute in der.items(content):
        kind, values = der.items_of(attribute.content, OID, SET)
        if kind.encoded in attributes:
            raise TimestampInvalid(reason="a signed attribute stands there twice")
        found = der.items(values.content)
        if len(found) != 1:
            raise TimestampInvalid(reason="a signed attribute without one value")
        attributes[kind.encoded] = found[0].encoded
    return attributes


def _check_certificate_named(attributes: dict[bytes, bytes], certificate: bytes) -> None:
    """SigningCertificate (RFC 2634, SHA-1) or SigningCertificateV2 (RFC 5035): the first one named is the signer's.

    SHA-1 only tells certificates of one authority apart here; a forger would need a second preimage.
    """
    named = [(digest, attributes[oid]) for oid, digest in _NAMED_BY.items() if oid in attributes]
    if not named:
        raise TimestampInvalid(reason="the signature names no certificate")
    for digest, attribute in named:
        name = _first(_first(attribute).encoded)
        value = _first(name.encoded)
        if digest == "sha256" and value.tag == SEQUENCE:  # it says another digest
            digest = DIGESTS.get(_first(value.encoded).encoded, "")
            value = next(iter(der.items(name.content)[1:]), value)
        if not digest or value.encoded != der.encode(OCTETS, _digest(digest, certificate)):
            raise TimestampInvalid(reason="the signature names another certificate")


def _first(encoded: bytes) -> der.Item:
    """The first value within a SEQUENCE."""
    found = der.items(der.read(encoded, SEQUENCE).content)
    if not found:
        raise MalformedDer(offset=0, reason="a value was expected, not nothing")
    return found[0]


def _digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()
