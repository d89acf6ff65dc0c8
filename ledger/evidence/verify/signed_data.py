"""CMS SignedData with one signer (RFC 5652), as a time-stamp token is, and the one form in which it is kept.

The signature covers the content and the signed attributes, which name the signer's certificate by its digest. The rest
of a token nobody signed: versions, names of algorithms, further certificates, revocation lists, unsigned attributes.
So the rest is not read as it stands: it is written anew from what is signed, and that is the valid form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedDer, TimestampInvalid
from ledger.evidence.verify import der
from ledger.evidence.verify.certificate import read_certificate
from ledger.evidence.verify.der import CONTEXT_0, CONTEXT_1, INTEGER, OCTETS, OID, SEQUENCE, SET
from ledger.evidence.verify.public_key import DIGESTS, RSA, PublicKey, signature_algorithm, signature_oid

SIGNED_DATA: Final = der.encode_oid("1.2.840.113549.1.7.2")

MOST_CERTIFICATES: Final = 10
"""In a token: the authority's, at most eight between it and its root, and the root, which authorities may send."""


@dataclass(frozen=True)
class SignedData:
    """What is signed, and by whom.

    ``content`` is of the kind ``content_type`` (an encoded OID); ``attributes`` are the signed ones, one after the
    other; ``digest`` is the name of the hash; of ``certificates`` (DER) the first is the signer's.
    """

    content_type: bytes
    content: bytes
    certificates: tuple[bytes, ...]
    digest: str
    attributes: bytes
    signature: bytes

    def encoded(self) -> bytes:
        """The ContentInfo in the one form.

        Version 3 (RFC 5652, section 5.1), signer by issuer and serial number, the certificates in DER's order of sets,
        digest algorithms without parameters, and the signature's algorithm that its key and digest allow.
        """
        digest = der.encode(SEQUENCE, next(oid for oid, name in DIGESTS.items() if name == self.digest))
        signer = der.encode(
            SEQUENCE,
            der.encode_integer(1),
            _signer_name(self.certificates[0]),
            digest,
            der.encode(CONTEXT_0, self.attributes),
            signature_algorithm(_key_of(self.certificates[0]), self.digest),
            der.encode(OCTETS, self.signature),
        )
        signed = der.encode(
            SEQUENCE,
            der.encode_integer(3),
            der.encode(SET, digest),
            der.encode(SEQUENCE, self.content_type, der.encode(CONTEXT_0, der.encode(OCTETS, self.content))),
            der.encode(CONTEXT_0, *sorted(self.certificates)),
            der.encode(SET, signer),
        )
        return der.encode(SEQUENCE, SIGNED_DATA, der.encode(CONTEXT_0, signed))


def read_signed_data(data: bytes) -> SignedData:
    """Read a ContentInfo, also one that is not in the one form; certificates that are none are left out.

    Raises MalformedDer, TimestampInvalid.
    """
    kind, wrapped = der.items_of(der.read(data, SEQUENCE).content, OID, CONTEXT_0)
    if kind.encoded != SIGNED_DATA:
        raise TimestampInvalid(reason="the token is no signed data")
    parts = der.items(der.read(wrapped.content, SEQUENCE).content)
    if [part.tag for part in parts if part.tag != CONTEXT_1] != [INTEGER, SET, SEQUENCE, CONTEXT_0, SET]:
        raise TimestampInvalid(reason="the token is no signed data with certificates")
    _, _, content, certificates, signers = (part for part in parts if part.tag != CONTEXT_1)
    content_type, explicit = der.items_of(content.content, OID, CONTEXT_0)
    infos = der.items(signers.content)
    if len(infos) != 1:
        raise TimestampInvalid(reason=f"{len(infos)} signers instead of one")
    _, name, digest, attributes, algorithm, signature = _signer_parts(infos[0])
    digest_name = DIGESTS.get(_algorithm(digest))
    if digest_name is None:
        raise TimestampInvalid(reason="the signature's digest is not SHA-256, SHA-384 or SHA-512")
    read = _sorted_certificates(name.encoded, der.items(certificates.content))
    # RSA is also written without its digest (RFC 3370, section 3.2).
    if _algorithm(algorithm) not in (signature_oid(_key_of(read[0]), digest_name), RSA):
        raise TimestampInvalid(reason="the signature's algorithm does not belong to its key and digest")
    return SignedData(
        content_type=content_type.encoded,
        content=der.read(explicit.content, OCTETS).content,
        certificates=read,
        digest=digest_name,
        attributes=attributes.content,
        signature=signature.content,
    )


def _signer_parts(info: der.Item) -> list[der.Item]:
    parts = der.items(info.content)
    # Unsigned attributes may follow.
    if parts and parts[-1].tag == CONTEXT_1:
        parts.pop()
    if [part.tag for part in parts] != [INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0, SEQUENCE, OCTETS]:
        raise TimestampInvalid(reason="a signer without issuer and serial number, or without signed attributes")
    return parts


def _algorithm(item: der.Item) -> bytes:
    """The OID of an AlgorithmIdentifier without parameters, or with NULL for them."""
    parts = der.items(item.content)
    if [part.tag for part in parts] not in ([OID], [OID, der.NULL]) or (len(parts) == 2 and parts[1].content):
        raise MalformedDer(offset=0, reason="an algorithm without parameters was expected")
    return parts[0].encoded


def _key_of(certificate: bytes) -> PublicKey:
    key = read_certificate(certificate).key
    if key is None:
        raise TimestampInvalid(reason="the key is neither RSA nor P-256, P-384 or P-521")
    return key


def _sorted_certificates(signer_name: bytes, items: Sequence[der.Item]) -> tuple[bytes, ...]:
    """The certificate of this issuer and serial number, then the others in DER's order, each once."""
    if len(items) > MOST_CERTIFICATES:
        raise TimestampInvalid(reason=f"{len(items)} certificates, which are more than {MOST_CERTIFICATES}")
    certificates, unread = [], ""
    for item in items:
        try:
            read_certificate(item.encoded)
        except (TimestampInvalid, MalformedDer) as error:
            unread = f"; left out is {error.values['reason']}"
        else:
            certificates.append(item.encoded)
    signers = {one for one in certificates if _signer_name(one) == signer_name}
    if len(signers) != 1:
        raise TimestampInvalid(reason=f"{len(signers)} certificates of the signer instead of one{unread}")
    return (*signers, *sorted(set(certificates) - signers))


def _signer_name(certificate: bytes) -> bytes:
    """IssuerAndSerialNumber (RFC 5652, section 10.2.4)."""
    read = read_certificate(certificate)
    return der.encode(SEQUENCE, read.issuer, read.serial)
