"""Time stamps of a real authority (OpenSSL's), and each forgery beside the stamp that is accepted."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.errors import (
    EvidenceRefused,
    MalformedDer,
    PolicyInvalid,
    TimestampForeign,
    TimestampImprint,
    TimestampInvalid,
)
from ledger.evidence.verify import der, timestamp
from ledger.evidence.verify.certificate import read_certificate
from ledger.evidence.verify.signed_data import SIGNED_DATA, read_signed_data
from ledger.evidence.verify.timestamp import Timestamp
from tests.evidence.tsa import (
    NOW,
    TIME_STAMPING,
    Authority,
    Holder,
    certify,
    openssl_accepts,
    response,
    sign_token,
    stamper,
    usage,
)
from tests.verifier.both import verify_timestamp

CHECKPOINT = "fictional.example/log\n7\nAAAA\n\n— signature\n".encode()
ROOT = certify("Fictional Root")
MIDDLE = certify("Fictional Middle", ROOT)
STAMPER = stamper("Fictional Time", MIDDLE)
AUTHORITY = Authority(STAMPER, [MIDDLE, ROOT], {"accuracy": "secs:1", "ordering": "yes", "tsa_name": "yes"})
BEFORE = datetime.now(UTC)
ANSWER = AUTHORITY.stamp(CHECKPOINT)
AFTER = datetime.now(UTC)

CRITICAL_UNKNOWN = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True)


def strict_form(answer: bytes, *roots: Holder) -> bytes:
    """The strict form under these roots, or the usual one. What has none, no verifier accepts as it is."""
    given = [root.der for root in roots or [ROOT]]
    try:
        return timestamp.strict_form(answer, given)
    except EvidenceRefused:
        with pytest.raises(EvidenceRefused):
            verify_timestamp(answer, CHECKPOINT, given)
        raise


STAMP = strict_form(ANSWER)


def check(stamp: bytes, *roots: Holder, data: bytes = CHECKPOINT) -> Timestamp:
    """Verify under these roots, or the usual one."""
    return verify_timestamp(stamp, data, [root.der for root in roots or [ROOT]])


def token_of(stamp: bytes) -> bytes:
    """The token of a response."""
    return der.items(der.read(stamp, der.SEQUENCE).content)[1].encoded


def content_of(stamp: bytes) -> bytes:
    """The TSTInfo of a response."""
    return read_signed_data(token_of(stamp)).content


def resigned(holder: Holder, *path: Holder, content: bytes | None = None, root: Holder = ROOT) -> bytes:
    """The stamp's content, or another, signed anew with this certificate, in the strict form."""
    return strict_form(sign_token(content or content_of(STAMP), holder, path), root)


def at(moment: datetime) -> bytes:
    """The stamp's content with another time."""
    content = content_of(STAMP)
    start = content.index(b"\x18\x0f20") + 2
    return content[:start] + moment.strftime("%Y%m%d%H%M%SZ").encode() + content[start + 15 :]


# --- what is accepted


def test_verify_a_stamp_says_time_authority_and_root() -> None:
    """OpenSSL's answer, in the strict form, which OpenSSL's own verifier takes as well."""
    said = check(STAMP)
    assert int(BEFORE.timestamp()) <= said.time <= AFTER.timestamp()  # whole seconds
    assert (said.authority, said.certificate, said.root) == ("CN=Fictional Time", STAMPER.der, ROOT.der)
    assert said.nonce is not None
    assert openssl_accepts(STAMP, CHECKPOINT, ROOT)
    assert not openssl_accepts(STAMP, CHECKPOINT + b"x", ROOT)


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521"])
def test_verify_stamps_of_all_keys_and_digests(kind: str, digest: str) -> None:
    """What authorities use."""
    curves: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(curves[kind])
    authority = Authority(stamper("Time", ROOT, key=key), settings={"signer_digest": digest})
    stamp = strict_form(authority.stamp(CHECKPOINT, digest))
    assert check(stamp).authority == "CN=Time"
    assert openssl_accepts(stamp, CHECKPOINT, ROOT)


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_verify_a_stamp_that_names_its_certificate_by_any_digest(digest: str) -> None:
    """SigningCertificate of RFC 2634 and SigningCertificateV2 of RFC 5035."""
    assert check(strict_form(Authority(STAMPER, [MIDDLE], {"ess_cert_id_alg": digest}).stamp(CHECKPOINT)))


def test_verify_under_a_certificate_signed_with_pss_accepts_and_altered_is_refused() -> None:
    """As some authorities' are (RFC 4055)."""
    root = certify("RSA Root", key=rsa.generate_private_key(65537, 2048))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    holder = stamper("Time", root, rsa_padding=pss)
    stamp = strict_form(Authority(holder, [root]).stamp(CHECKPOINT), root)
    assert check(stamp, root).root == root.der
    with pytest.raises(TimestampForeign):
        check(stamp, certify("RSA Root", key=rsa.generate_private_key(65537, 2048)))


def test_verify_under_a_root_below_the_root_accepts() -> None:
    """A policy may trust the certificate in the middle, or the authority's own, alone: what lies above is left out."""
    for root in (MIDDLE, STAMPER):
        stamp = strict_form(ANSWER, root)
        assert check(stamp, root).root == root.der
        assert MIDDLE.der not in stamp
        with pytest.raises(TimestampInvalid, match="nobody signed"):
            check(STAMP, root)
    assert check(STAMP, certify("Other"), ROOT).root == ROOT.der


def test_verify_under_a_root_that_an_older_root_signed_accepts() -> None:
    """Authorities send such a certificate along; whoever trusts the newer root does not need it."""
    older = certify("Older")
    crossed = certify("Fictional Root", older, key=ROOT.key)
    answer = Authority(STAMPER, [MIDDLE, crossed]).stamp(CHECKPOINT)
    assert check(strict_form(answer)).root == ROOT.der
    assert crossed.der not in strict_form(answer)
    assert check(strict_form(answer, older), older).root == older.der
    with pytest.raises(TimestampInvalid, match="nobody signed"):
        check(strict_form(answer, older))


def test_verify_a_stamp_of_a_certificate_that_expired_since_accepts() -> None:
    """What counts is that it was valid when it stamped."""
    past = NOW - timedelta(days=500)
    root = certify("Old Root", valid=(past - timedelta(days=9), past + timedelta(days=9)))
    old = stamper("Old", root, valid=(past - timedelta(days=1), past + timedelta(days=1)))
    assert check(resigned(old, content=at(past), root=root), root).time == int(past.timestamp())


@pytest.mark.parametrize("text", [b"20260102030405Z", b"20260102030405.5Z", b"20260102030405.999Z"])
def test_verify_rounds_the_time_down(text: bytes) -> None:
    """Seconds since 1970, UTC."""
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    always = (moment - timedelta(days=1), moment + timedelta(days=1))
    root = certify("Root", valid=always)
    said = check(resigned(stamper("Time", root, valid=always), content=_with_time(text), root=root), root)
    assert said.time == int(moment.timestamp())


def _with_time(text: bytes) -> bytes:
    parts = der.items(der.read(content_of(STAMP), der.SEQUENCE).content)
    encoded = [der.encode(der.TIME, text) if part.tag == der.TIME else part.encoded for part in parts]
    return der.encode(der.SEQUENCE, *encoded)


# --- what is refused for what it says


def test_verify_a_stamp_over_other_bytes_is_refused() -> None:
    """Expected and got are both told."""
    with pytest.raises(TimestampImprint) as refused:
        check(STAMP, data=CHECKPOINT + b"\n")
    assert refused.value.values["got"] == hashlib.sha256(CHECKPOINT).digest()
    assert refused.value.values["expected"] == hashlib.sha256(CHECKPOINT + b"\n").digest()


def test_verify_a_stamp_over_a_weak_digest_is_refused() -> None:
    """SHA-1 proves nothing any more."""
    answer = Authority(STAMPER, [MIDDLE], {"digests": "sha1"}).stamp(CHECKPOINT, "sha1")
    for read in (strict_form, check):
        with pytest.raises(TimestampInvalid, match="stamped digest"):
            read(answer)


def test_verify_a_stamp_of_another_authority_is_refused() -> None:
    """Under another root; also one that has the right one's name."""
    for other in (certify("Other Root"), certify("Fictional Root")):
        foreign = strict_form(Authority(stamper("Other", other)).stamp(CHECKPOINT), other)
        assert check(foreign, other).authority == "CN=Other"
        with pytest.raises(TimestampForeign) as refused:
            check(foreign)
        assert refused.value.values["authority"] == "CN=Other"


def test_verify_a_stamp_without_the_certificate_in_the_middle_is_refused() -> None:
    """Nobody fetches it."""
    alone = strict_form(Authority(STAMPER).stamp(CHECKPOINT), MIDDLE)
    assert check(alone, MIDDLE)
    with pytest.raises(TimestampForeign):
        check(alone)


@pytest.mark.parametrize(("first", "last"), [(-900, -500), (500, 900)], ids=["expired before", "valid only later"])
def test_verify_a_certificate_not_valid_at_the_time_is_refused(first: int, last: int) -> None:
    """Of the authority, or above it."""
    span = (NOW + timedelta(days=first), NOW + timedelta(days=last))
    with pytest.raises(TimestampInvalid, match="not valid at that time"):
        check(strict_form(Authority(stamper("Time", ROOT, valid=span)).stamp(CHECKPOINT)))
    middle = certify("Middle", ROOT, valid=span)
    with pytest.raises(TimestampForeign, match="not valid at that time"):
        check(strict_form(Authority(stamper("Time", middle), [middle]).stamp(CHECKPOINT)))
    root = certify("Root", valid=span)
    with pytest.raises(TimestampForeign, match="not valid at that time"):
        check(Authority(stamper("Time", root)).stamp(CHECKPOINT), root)


_SEVERAL = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING])


@pytest.mark.parametrize(
    ("extensions", "reason"),
    [
        ([], "not one for time stamps"),
        ([(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True)], "time stamps alone"),
        ([(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), False)], "critically"),
        ([(_SEVERAL, True)], "time stamps alone"),
        ([TIME_STAMPING, (usage("key_encipherment"), True)], "not one for signatures"),
    ],
)
def test_verify_a_certificate_for_something_else_is_refused(extensions: Any, reason: str) -> None:
    """Time stamping must be its only purpose, and critically so."""
    assert check(resigned(certify("Right", ROOT, authority=False, extensions=[TIME_STAMPING])))
    with pytest.raises(TimestampInvalid, match=reason):
        check(resigned(certify("Wrong", ROOT, authority=False, extensions=extensions)))


@pytest.mark.parametrize("used", ["digital_signature", "content_commitment"])
def test_verify_a_certificate_for_signatures_accepts(used: str) -> None:
    """Either usage stands for signatures."""
    assert check(resigned(certify("Time", ROOT, authority=False, extensions=[TIME_STAMPING, (usage(used), True)])))


def test_verify_a_certificate_with_an_unknown_critical_extension_is_refused() -> None:
    """What must be understood and is not."""
    with pytest.raises(TimestampForeign, match="critical extension"):
        check(resigned(certify("Time", ROOT, authority=False, extensions=[TIME_STAMPING, CRITICAL_UNKNOWN])))


@pytest.mark.parametrize(
    ("middle", "reason"),
    [
        (lambda: certify("Middle", ROOT, authority=False), "no authority for certificates"),
        (lambda: certify("Middle", ROOT, extensions=[(usage("digital_signature"), True)]), "may not certify"),
        (lambda: certify("Middle", ROOT, extensions=[(_for_servers(), False)]), "may not certify"),
        (lambda: certify("Middle", ROOT, extensions=[CRITICAL_UNKNOWN]), "critical extension"),
        (lambda: certify("Middle", certify("Fictional Root")), "signature does not match"),
    ],
)
def test_verify_under_a_certificate_that_may_not_certify_is_refused(middle: Callable[[], Holder], reason: str) -> None:
    """What stands between the authority and the root must be made for that."""
    above = middle()
    with pytest.raises(TimestampForeign, match=reason):
        check(resigned(stamper("Time", above), above))


def _for_servers() -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def test_verify_a_path_longer_than_its_constraint_is_refused() -> None:
    """A certificate that may certify nobody who certifies."""
    upper = certify("Upper", ROOT, path_length=0)
    assert check(resigned(stamper("Time", upper), upper))
    lower = certify("Lower", upper)
    with pytest.raises(TimestampForeign, match="path length"):
        check(resigned(stamper("Time", lower), lower, upper))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (rsa.generate_private_key(65537, 1024), "an RSA key of 1024 bits"),
        (ec.generate_private_key(ec.BrainpoolP256R1()), "the key is neither"),
    ],
    ids=["rsa", "curve"],
)
def test_strict_form_of_a_stamp_by_another_kind_of_key_is_refused(key: Any, reason: str) -> None:
    """Weak keys, and curves that browsers do not know."""
    answer = Authority(stamper("Time", ROOT, key=key)).stamp(CHECKPOINT)
    with pytest.raises(TimestampInvalid, match=reason):
        strict_form(answer)


@pytest.mark.parametrize("roots", [[], [b""], [b"\x30\x00"]])
def test_verify_under_roots_that_are_none_is_the_policys_fault(roots: list[bytes]) -> None:
    """Not the stamp's."""
    with pytest.raises(PolicyInvalid) as refused:
        verify_timestamp(STAMP, CHECKPOINT, roots)
    assert refused.value.values["field"] == "timestamps.roots"


# --- what is refused for how it is written


def test_verify_the_authoritys_own_answer_is_refused_until_it_has_the_strict_form() -> None:
    """OpenSSL sends the root and parameters along; what nobody signed is dropped, what is signed stays."""
    assert len(ANSWER) > len(STAMP)
    with pytest.raises(TimestampInvalid, match="nobody signed"):
        check(ANSWER)
    assert strict_form(STAMP) == STAMP
    assert content_of(ANSWER) == content_of(STAMP)


def test_verify_with_any_altered_byte_is_refused() -> None:
    """Nothing in a stamp is free."""
    check(STAMP)
    for position in range(len(STAMP)):
        for flip in (0x01, 0x20):
            altered = bytearray(STAMP)
            altered[position] ^= flip
            judge = verify_timestamp if flip == 0x01 else timestamp.verify_timestamp
            with pytest.raises(EvidenceRefused):
                judge(bytes(altered), CHECKPOINT, [ROOT.der])


def test_strict_form_of_an_answer_with_any_altered_byte_is_the_same_or_refused() -> None:
    """What nobody signed may be altered on the way: it does not come into what is kept."""
    free = 0
    for position in range(len(ANSWER)):
        altered = bytearray(ANSWER)
        altered[position] ^= 0x01
        try:
            stamp = timestamp.strict_form(bytes(altered), [ROOT.der])
            timestamp.verify_timestamp(stamp, CHECKPOINT, [ROOT.der])
        except EvidenceRefused:
            continue
        assert stamp == STAMP
        free += 1
    assert free > 300


def test_verify_random_bytes_fails_by_name() -> None:
    """No other exception than a refusal comes out, whatever is read."""
    chance = random.Random(20261128)
    for _ in range(300):
        altered = bytearray(STAMP if chance.random() < 0.5 else ANSWER)
        for _ in range(chance.randrange(1, 4)):
            start = chance.randrange(len(altered))
            altered[start : start + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        with suppress(EvidenceRefused):
            stamp = timestamp.strict_form(bytes(altered), [ROOT.der])
            timestamp.verify_timestamp(stamp, CHECKPOINT, [ROOT.der])
            assert stamp == STAMP
        with suppress(EvidenceRefused):
            check(bytes(altered))
            assert bytes(altered) == STAMP


@pytest.mark.parametrize(
    "altered",
    [
        STAMP + b"\x00",
        STAMP + STAMP,
        b"",
        b"\x30\x00",
        STAMP[:-1],
        b"\x30\x80" + STAMP[4:] + b"\x00\x00",
    ],
    ids=["byte after", "twice", "nothing", "empty", "cut", "length not told"],
)
def test_verify_with_bytes_too_many_or_too_few_is_refused(altered: bytes) -> None:
    """One value, whole."""
    with pytest.raises(EvidenceRefused):
        check(altered)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (der.encode_integer(1), "status 1"),
        (der.encode_integer(2), "status 2"),
        (der.encode_integer(0) + der.encode(der.SEQUENCE, der.encode(0x0C, b"Operation Okay")), "nobody signed"),
    ],
    ids=["with changes", "rejected", "with a text"],
)
def test_verify_with_another_status_is_refused(status: bytes, reason: str) -> None:
    """Granted, without a word more."""
    token = token_of(STAMP)
    assert response(token) == STAMP
    with pytest.raises(TimestampInvalid, match=reason):
        check(response(token, status))


def test_verify_a_huge_response_is_refused_unread() -> None:
    """Before anything in it costs time."""
    with pytest.raises(TimestampInvalid, match="more than 65536 bytes"):
        check(der.encode(der.SEQUENCE, bytes(2**16)))


@pytest.mark.parametrize("answer", [response(b""), response(token_of(STAMP), b"")], ids=["no token", "no status"])
def test_verify_a_response_without_status_or_token_is_refused(answer: bytes) -> None:
    """Granted, but nothing given; or nothing said."""
    with pytest.raises((TimestampInvalid, MalformedDer)):
        check(answer)


def test_strict_form_drops_the_text_of_a_status() -> None:
    """Several authorities say that all went well."""
    token = token_of(ANSWER)
    text = der.encode(der.SEQUENCE, der.encode(0x0C, b"Operation Okay"))
    assert strict_form(response(token, der.encode_integer(0) + text)) == STAMP


def test_strict_form_of_a_refusal_is_refused() -> None:
    """An authority that does not know the digest answers without a token."""
    refusal = Authority(STAMPER, settings={"digests": "sha512"}).stamp(CHECKPOINT, "sha256")
    with pytest.raises(TimestampInvalid, match="status 2"):
        strict_form(refusal)


def _parts() -> list[bytes]:
    """Version, digest algorithms, content, certificates, signers of the stamp's signed data."""
    token = der.items(der.read(STAMP, der.SEQUENCE).content)[1]
    signed = der.items(token.content)[1].content
    return [part.encoded for part in der.items(der.read(signed, der.SEQUENCE).content)]


def _joined(*parts: bytes) -> bytes:
    signed = der.encode(der.SEQUENCE, *parts)
    return response(der.encode(der.SEQUENCE, SIGNED_DATA, der.encode(der.CONTEXT_0, signed)))


def _added(part: bytes, more: bytes) -> bytes:
    item = der.items(part)[0]
    return der.encode(item.tag, item.content, more)


_DIGEST_WITH_NULL = der.encode(
    der.SET, der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"), der.encode(der.NULL))
)


@pytest.mark.parametrize(
    "altered",
    [
        lambda v, d, c, x, s: (der.encode_integer(1), d, c, x, s),
        lambda v, d, c, x, s: (v, _added(d, der.items(d)[0].content), c, x, s),
        lambda v, d, c, x, s: (v, _DIGEST_WITH_NULL, c, x, s),
        lambda v, d, c, x, s: (v, d, c, _added(x, ROOT.der), s),
        lambda v, d, c, x, s: (v, d, c, _added(x, certify("Unneeded", ROOT).der), s),
        lambda v, d, c, x, s: (v, d, c, _added(x, MIDDLE.der), s),
        lambda v, d, c, x, s: (v, d, c, der.encode(0xA0, *sorted([STAMPER.der, MIDDLE.der], reverse=True)), s),
        lambda v, d, c, x, s: (v, d, c, x, der.encode(der.CONTEXT_1), s),
        lambda v, d, c, x, s: (v, d, c, x, der.encode(der.SET, _added(der.items(s)[0].content, der.encode(0xA1)))),
    ],
    ids=[
        *("version", "digests twice", "parameters", "root", "unneeded certificate", "certificate twice"),
        *("order of certificates", "revocation list", "unsigned attributes"),
    ],
)
def test_verify_with_what_nobody_signed_is_refused_and_dropped(altered: Any) -> None:
    """Each could carry bytes of a forger's choice; the strict form has none of them."""
    parts = _parts()
    assert _joined(*parts) == STAMP
    forged = _joined(*altered(*parts))
    assert forged != STAMP
    assert strict_form(forged) == STAMP
    with pytest.raises(TimestampInvalid, match="nobody signed"):
        check(forged)


@pytest.mark.parametrize(
    ("altered", "reason"),
    [
        (lambda v, d, c, x, s: (v, d, c, s), "with certificates"),
        (lambda v, d, c, x, s: (v, d, c, x, der.encode(der.SET, *[der.items(s)[0].content] * 2)), "2 signers"),
        (lambda v, d, c, x, s: (v, d, c, x, der.encode(der.SET)), "0 signers"),
        (lambda v, d, c, x, s: (v, d, c, der.encode(0xA0, MIDDLE.der), s), "0 certificates of the signer"),
        (lambda v, d, c, x, s: (v, d, c, der.encode(0xA0, b"\x30\x00"), s), "0 certificates"),
    ],
    ids=["no certificates", "two signers", "no signer", "another's certificate", "no certificate"],
)
def test_verify_without_what_must_be_there_is_refused(altered: Any, reason: str) -> None:
    """One signer, whose certificate is there."""
    with pytest.raises(TimestampInvalid, match=reason):
        check(_joined(*altered(*_parts())))


def test_verify_a_signature_by_the_same_key_under_another_certificate_is_refused() -> None:
    """Issuer and serial number are not signed; the certificate's digest is."""
    other = stamper("Fictional Time", MIDDLE, key=STAMPER.key)
    signed = read_signed_data(token_of(STAMP))
    assert response(signed.encoded()) == STAMP
    with pytest.raises(TimestampInvalid, match="names another certificate"):
        check(response(replace(signed, certificates=(other.der, MIDDLE.der)).encoded()))


def test_verify_with_two_certificates_of_one_name_and_number_is_refused() -> None:
    """Which of them signed must not be a matter of order."""
    twin = stamper("Twin", MIDDLE, serial=STAMPER.certificate.serial_number)
    version, digests, content, certificates, signers = _parts()
    forged = _joined(version, digests, content, _added(certificates, twin.der), signers)
    for read in (check, strict_form):
        with pytest.raises(TimestampInvalid, match="2 certificates of the signer"):
            read(forged)


@pytest.mark.parametrize("kind", ["rsa", "curve"])
def test_verify_a_signature_over_something_else_is_refused(kind: str) -> None:
    """The authority's own signature, of another token."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else STAMPER.key
    authority = Authority(stamper("Time", ROOT, key=key))
    stamp = strict_form(authority.stamp(CHECKPOINT))
    assert check(stamp)
    signature = read_signed_data(token_of(authority.stamp(CHECKPOINT))).signature
    with pytest.raises(TimestampInvalid, match="does not verify"):
        check(response(replace(read_signed_data(token_of(stamp)), signature=signature).encoded()))


def test_verify_a_signature_for_another_kind_of_content_is_refused() -> None:
    """The authority's key signs that these bytes are something else than a time."""
    signed = read_signed_data(token_of(STAMP))
    said = der.encode_oid("1.2.840.113549.1.9.16.1.4")

    def signing(attributes: bytes) -> bytes:
        key = STAMPER.key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        signature = key.sign(der.encode(der.SET, attributes), ec.ECDSA(hashes.SHA256()))
        return response(replace(signed, attributes=attributes, signature=signature).encoded())

    assert check(signing(signed.attributes))
    with pytest.raises(TimestampInvalid, match="another kind of content"):
        check(signing(signed.attributes.replace(said, said[:-1] + b"\x05")))


def test_strict_form_of_another_algorithm_than_the_keys_is_refused() -> None:
    """It would be written over: an authority that says so is not understood, such as one with RSA-PSS."""
    right, wrong = der.encode_oid("1.2.840.10045.4.3.2"), der.encode_oid("1.2.840.10045.4.3.3")
    *parts, signers = _parts()
    forged = _joined(*parts, signers.replace(right, wrong))
    with pytest.raises(TimestampInvalid, match="does not belong"):
        strict_form(forged)
    with pytest.raises(TimestampInvalid, match="no signed data"):
        strict_form(STAMP.replace(SIGNED_DATA, der.encode_oid("1.2.840.113549.1.7.3")))


def test_verify_a_content_swapped_under_its_signature_is_refused() -> None:
    """The digest of the content is what is signed."""
    signed = read_signed_data(token_of(STAMP))
    with pytest.raises(TimestampInvalid, match="another content"):
        check(response(replace(signed, content=at(NOW - timedelta(hours=1))).encoded()))


def test_verify_signed_attributes_with_two_meanings_are_refused() -> None:
    """One attribute of a kind, with one value."""
    signed = read_signed_data(token_of(STAMP))
    first = der.items(signed.attributes)[0]
    kind, value = (part.content for part in der.items(first.content))
    doubled = der.encode(der.SEQUENCE, der.encode(der.OID, kind), der.encode(der.SET, value, value))
    for attributes, reason in (
        (signed.attributes + first.encoded, "twice"),
        (signed.attributes.replace(first.encoded, doubled), "without one value"),
    ):
        with pytest.raises(TimestampInvalid, match=reason):
            check(response(replace(signed, attributes=attributes).encoded()))


def test_load_a_certificate_without_a_serial_number_is_refused() -> None:
    """RFC 5280 demands one; some roots of old have zero."""
    parts = der.items(der.read(ROOT.der, der.SEQUENCE).content)
    fields = [part.encoded for part in der.items(parts[0].content)]
    signed = der.encode(der.SEQUENCE, fields[0], der.encode_integer(0), *fields[2:])
    with pytest.raises(TimestampInvalid, match="without a serial number"):
        read_certificate(der.encode(der.SEQUENCE, signed, *(part.encoded for part in parts[1:])))


def _even() -> Holder:
    """A certificate whose signature ends with a zero bit."""
    while (found := certify("Even", ROOT)).der[-1] % 2:
        pass
    return found


def test_verify_a_certificate_with_unused_bits_or_two_algorithms_is_refused() -> None:
    """Both stand outside of what a certificate's issuer signs, and libraries overlook the first."""
    middle = _even()
    stamp = resigned(stamper("Time", middle), middle)
    assert check(stamp)
    start = middle.der.rindex(middle.certificate.signature) - 1
    forged = middle.der[:start] + b"\x01" + middle.der[start + 1 :]
    for altered, reason in ((forged, "not signed"), (_with_other_algorithm(middle), "two algorithms")):
        with pytest.raises(TimestampInvalid, match=reason):
            read_certificate(altered)
        with pytest.raises(TimestampForeign):
            check(stamp.replace(middle.der, altered))


def _with_other_algorithm(holder: Holder) -> bytes:
    algorithm = der.encode_oid("1.2.840.10045.4.3.2")
    start = holder.der.rindex(algorithm)
    return holder.der[:start] + der.encode_oid("1.2.840.10045.4.3.3") + holder.der[start + len(algorithm) :]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-md", "sha256"), "names no certificate"),
        (("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-noattr", "-md", "sha256"), "without signed attributes"),
        (("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades", "-keyid"), "without issuer"),
        (("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades", "-md", "sha1"), "signature's digest"),
        (("-econtent_type", "1.2.840.113549.1.7.1", "-cades", "-md", "sha256"), "something else than a time"),
    ],
)
def test_strict_form_of_signed_data_that_is_no_time_stamp_is_refused(options: Any, reason: str) -> None:
    """Signed by the right key, but not as RFC 3161 demands."""
    assert check(strict_form(sign_token(content_of(STAMP), STAMPER, [MIDDLE])))
    with pytest.raises(TimestampInvalid, match=reason):
        check(strict_form(sign_token(content_of(STAMP), STAMPER, [MIDDLE], *options)))


def _content_parts() -> list[bytes]:
    return [part.encoded for part in der.items(der.read(content_of(STAMP), der.SEQUENCE).content)]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (lambda p: [der.encode_integer(2), *p[1:]], "version 1"),
        (lambda p: p[:4], "version 1"),
        (lambda p: [*p, p[5]], "does not know"),
        (lambda p: [*p[:5], *p[:4:-1]], "does not know"),
        (lambda p: [*p, der.encode(0xA2)], "does not know"),
        (lambda p: [*p, der.encode(0xA1, _extension(critical=True))], "critical extension"),
        (lambda p: [*p[:4], der.encode(der.TIME, b"20260230000000Z"), *p[5:]], "no moment"),
        (lambda p: [*p[:4], der.encode(der.TIME, b"20260101000000"), *p[5:]], "no moment"),
        (lambda p: [*p[:4], der.encode(der.TIME, b"\xef\xbb\xbf20260101000000Z"), *p[5:]], "no moment"),
        (lambda p: [*p[:4], der.encode(der.TIME, b"20260101000000+0100"), *p[5:]], "no moment"),
        (lambda p: [*p[:4], der.encode(der.TIME, b"20260101000000.50Z"), *p[5:]], "no moment"),
        (lambda p: [*p[:4], der.encode(der.TIME, b"20260101000060Z"), *p[5:]], "no moment"),
        (lambda p: [*p[:2], der.encode(der.SEQUENCE, der.encode(der.SEQUENCE), p[2][-34:]), *p[3:]], "stamped digest"),
    ],
)
def test_verify_a_content_of_another_form_is_refused(parts: Any, reason: str) -> None:
    """Even when the authority signed it."""
    content = der.encode(der.SEQUENCE, *parts(_content_parts()))
    with pytest.raises(TimestampInvalid, match=reason):
        check(resigned(STAMPER, MIDDLE, content=content))


def test_verify_a_content_with_an_extension_that_is_not_critical_accepts() -> None:
    """Qualified authorities add a statement (ETSI EN 319 422)."""
    content = der.encode(der.SEQUENCE, *_content_parts(), der.encode(0xA1, _extension(critical=False)))
    assert check(resigned(STAMPER, MIDDLE, content=content)).time == check(STAMP).time


def _extension(*, critical: bool) -> bytes:
    flag = der.encode(der.BOOLEAN, b"\xff") if critical else b""
    return der.encode(der.SEQUENCE, der.encode_oid("1.2.3.4"), flag, der.encode(der.OCTETS, b"\x05\x00"))


def test_verify_a_content_without_a_nonce_says_so() -> None:
    """A stamp that answers a request without one."""
    content = der.encode(der.SEQUENCE, *_content_parts()[:5])
    assert check(resigned(STAMPER, MIDDLE, content=content)).nonce is None
