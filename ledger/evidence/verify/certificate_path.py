"""Whether a certificate is one of a time-stamping authority under a root that somebody trusts (RFC 3161, 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.errors import MalformedDer, PolicyInvalid, TimestampForeign, TimestampInvalid
from ledger.evidence.verify import der
from ledger.evidence.verify.certificate import Certificate, read_certificate

_TIME_STAMPING = der.encode_oid("1.3.6.1.5.5.7.3.8")
_ANY_PURPOSE = der.encode_oid("2.5.29.37.0")
_CONTENT_SIGNED, _CERTIFICATES_SIGNED = 0xC0, 0x04

# Above an authority's certificate, its root among them.
_MOST_ABOVE = 9


def trusted_path(certificates: Sequence[bytes], time: datetime, roots: Sequence[bytes]) -> tuple[Certificate, ...]:
    """The certificates from an authority's, the first given (DER), to the one of ``roots`` that vouches for it.

    All were valid at ``time`` (UTC), which is when the authority stamped. An authority's certificate may be a root
    itself. Of several paths it is the shortest; of those the one that comes first in the order of the roots, then of
    the certificates. Raises TimestampInvalid (the certificate is none for time stamps, or was not valid then),
    TimestampForeign (no path to a root), PolicyInvalid.
    """
    anchors = load_roots(roots)
    authority, *others = (read_certificate(one) for one in certificates)
    _check_purpose(authority)
    moment = int(time.timestamp())
    if not authority.is_valid_at(moment):
        raise TimestampInvalid(reason=f"the certificate of {authority.name} was not valid at that time")
    path = _shortest(authority, anchors, others, moment)
    for above in path[1:]:
        _check_certifies(authority.name, above)
    return path


def _shortest(
    authority: Certificate, anchors: Sequence[Certificate], others: Sequence[Certificate], time: int
) -> tuple[Certificate, ...]:
    """Certificate after certificate, each tried once as what stands above: a longer way to one opens nothing more."""
    reason = _unfit(authority) or "no certificate leads to a root"
    paths: list[tuple[Certificate, ...]] = [] if _unfit(authority) else [(authority,)]
    untried = [*anchors, *(other for other in others if other not in anchors)]
    for path in paths:  # grows
        last, above = path[-1], len(path)
        if last in anchors:
            return path
        for issuer in [each for each in untried if each.subject == last.issuer] if above <= _MOST_ABOVE else ():
            why = _why_not(issuer, last, above - 1, time)
            if why is None:
                untried.remove(issuer)
                paths.append((*path, issuer))
            reason = why or reason
    raise TimestampForeign(authority=authority.name, reason=reason)


def _why_not(issuer: Certificate, last: Certificate, between: int, time: int) -> str | None:
    """Why it did not certify the last, with so many between it and the authority's; None if it did."""
    if not issuer.is_valid_at(time):
        return f"the certificate of {issuer.name} was not valid at that time"
    if issuer.certifies_to < 0:
        return f"{issuer.name} is no authority for certificates"
    if issuer.certifies_to < between:
        return f"the path length of {issuer.name} is less than {between}"
    return _unfit(issuer) or (
        None if last.is_signed_by(issuer) else f"the signature does not match the key of {issuer.name}"
    )


def _unfit(certificate: Certificate) -> str | None:
    """Whether names are among the permitted ones readers judge differently: none may be constrained."""
    if certificate.has_unknown:
        return "a critical extension is not known"
    return "names are constrained" if certificate.constrains_names else None


def load_roots(roots: Sequence[bytes]) -> list[Certificate]:
    """The roots of a policy, at least one. Raises PolicyInvalid for what is no certificate."""
    if not roots:
        raise PolicyInvalid(field="timestamps.roots", reason="a certificate was expected")
    try:
        return [read_certificate(root) for root in roots]
    except (TimestampInvalid, MalformedDer) as error:
        raise PolicyInvalid(field="timestamps.roots", reason="it holds what is no certificate") from error


def _check_certifies(authority: str, above: Certificate) -> None:
    """If a certificate above says what its key is for, it must be for certificates, and of authorities of time."""
    is_other = above.purposes is not None and not {_TIME_STAMPING, _ANY_PURPOSE}.intersection(above.purposes)
    if is_other or (above.usage is not None and not above.usage & _CERTIFICATES_SIGNED):
        raise TimestampForeign(authority=authority, reason=f"the key of {above.name} may not certify it")


def _check_purpose(certificate: Certificate) -> None:
    """Time stamps must be all that the key is for, and critically so; and it must be one for signatures."""
    if certificate.purposes is None:
        raise TimestampInvalid(reason="the certificate is not one for time stamps")
    if not certificate.has_critical_purposes or certificate.purposes != (_TIME_STAMPING,):
        raise TimestampInvalid(reason="the certificate is not one for time stamps alone, critically")
    if certificate.usage is not None and not certificate.usage & _CONTENT_SIGNED:
        raise TimestampInvalid(reason="the certificate's key is not one for signatures")
