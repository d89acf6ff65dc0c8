"""Whether a certificate is one of a time-stamping authority under a root that somebody trusts (RFC 3161, 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from ledger.errors import MalformedDer, PolicyInvalid, TimestampForeign, TimestampInvalid
from ledger.evidence.verify.signed_data import load_certificate

Kind = TypeVar("Kind", bound=x509.ExtensionType)

# The library itself demands that basic constraints say CA, and bounds the path's length as they do.
_CERTIFIERS = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)


def load_roots(roots: Sequence[bytes]) -> list[x509.Certificate]:
    """The roots of a policy, at least one. Raises PolicyInvalid for what is no certificate."""
    if not roots:
        raise PolicyInvalid(field="timestamps.roots", reason="a certificate was expected")
    try:
        return [load_certificate(root) for root in roots]
    except (TimestampInvalid, MalformedDer) as error:
        raise PolicyInvalid(field="timestamps.roots", reason="it holds what is no certificate") from error


def trusted_path(certificates: Sequence[bytes], time: datetime, roots: Sequence[bytes]) -> tuple[bytes, ...]:
    """The certificates (DER) from an authority's, the first given, to the one of ``roots`` that vouches for it.

    All were valid at ``time`` (UTC), which is when the authority stamped. An authority's certificate may be a root
    itself. Raises TimestampInvalid (the certificate is none for time stamps, or was not valid then), TimestampForeign
    (no path to a root), PolicyInvalid.
    """
    anchors = load_roots(roots)
    authority, *others = (load_certificate(one) for one in certificates)
    _check_purpose(authority)
    name = authority.subject.rfc4514_string()
    if not authority.not_valid_before_utc <= time <= authority.not_valid_after_utc:
        raise TimestampInvalid(reason=f"the certificate of {name} was not valid at that time")
    verifier = (
        PolicyBuilder()
        .store(Store(anchors))
        .time(time)
        .extension_policies(ca_policy=_CERTIFIERS, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        path = verifier.verify(authority, others).chain
    except VerificationError as error:
        reason = str(error).removeprefix("validation failed: ")
        raise TimestampForeign(authority=name, reason=reason) from error
    for below, certificate in pairwise(path):
        _check_certifies(name, certificate)
        # Whether other names are among the permitted ones, libraries judge differently, or not at all.
        if _extension(certificate, x509.NameConstraints) and (_has_other_names(authority) or _has_other_names(below)):
            raise TimestampForeign(authority=name, reason="names are constrained")
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in path)


def _check_certifies(authority: str, above: x509.Certificate) -> None:
    """If a certificate above says what its key is for, it must be for certificates, and of authorities of time."""
    usage, purpose = _extension(above, x509.KeyUsage), _extension(above, x509.ExtendedKeyUsage)
    allowed = {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if (usage and not usage.value.key_cert_sign) or (purpose and not allowed.intersection(purpose.value)):
        reason = f"the key of {above.subject.rfc4514_string()} may not certify it"
        raise TimestampForeign(authority=authority, reason=reason)


def _check_purpose(certificate: x509.Certificate) -> None:
    """Time stamps must be all that the key is for, and critically so; and it must be one for signatures."""
    purpose = _extension(certificate, x509.ExtendedKeyUsage)
    if purpose is None:
        raise TimestampInvalid(reason="the certificate is not one for time stamps")
    if not purpose.critical or list(purpose.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TimestampInvalid(reason="the certificate is not one for time stamps alone, critically")
    usage = _extension(certificate, x509.KeyUsage)
    if usage and not (usage.value.digital_signature or usage.value.content_commitment):
        raise TimestampInvalid(reason="the certificate's key is not one for signatures")


def _has_other_names(certificate: x509.Certificate) -> bool:
    return _extension(certificate, x509.SubjectAlternativeName) is not None


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> x509.Extension[Kind] | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None
