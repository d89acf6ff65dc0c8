"""Certificates as authorities could have them, and as no library makes them: both verifiers say the same of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from ledger.errors import EvidenceRefused, PolicyInvalid, TimestampForeign, TimestampInvalid
from ledger.evidence.verify import der, timestamp
from ledger.evidence.verify.signed_data import read_signed_data
from tests.evidence.tsa import NOW, TIME_STAMPING, Authority, Holder, certify, response, stamper
from tests.verifier.both import verify_timestamp
from tests.verifier.peer import peer

STAMPED = b"fictional.example/log\n1\nAAAA\n\n"
ROOT = certify("Fictional Root")
STAMPER = stamper("Fictional Time", ROOT)
ALWAYS = (NOW - timedelta(days=1), NOW + timedelta(days=365))
RSA_ROOT = certify("RSA Root", key=rsa.generate_private_key(65537, 2048))
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
SHA256 = der.encode_oid("2.16.840.1.101.3.4.2.1")


def stamp(holder: Holder, *path: Holder, root: Holder = ROOT, **settings: str) -> bytes:
    """A stamp by this authority in the strict form, or what the authority answered if it has none under the root."""
    answer = Authority(holder, path, settings).stamp(STAMPED)
    try:
        return timestamp.strict_form(answer, [root.der])
    except (TimestampForeign, TimestampInvalid):
        return answer


def check(given: bytes, *roots: bytes) -> int:
    """The time that the stamp says, under these roots."""
    return verify_timestamp(given, STAMPED, roots or [ROOT.der]).time


def require_refused(given: bytes, root: bytes) -> None:
    """By both under this root; whether it cannot be read or vouches for nobody, libraries see differently."""
    with pytest.raises((EvidenceRefused, PolicyInvalid)):
        timestamp.verify_timestamp(given, STAMPED, [root])
    answer = peer().ask(response=given.hex(), stamped=STAMPED.hex(), roots=[root.hex()])
    assert answer["refusal"]["error"] in ("PolicyInvalid", "TimestampForeign")


STAMP = stamp(STAMPER)

Fields = list[bytes]


def altered(holder: Holder, change: Callable[[Fields], None]) -> bytes:
    """The certificate with other fields, of which there are eight: from version and serial number to extensions."""
    signed, *rest = der.items(der.read(holder.der, der.SEQUENCE).content)
    fields = [field.encoded for field in der.items(signed.content)]
    change(fields)
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *fields), *(each.encoded for each in rest))


def with_field(place: int, field: bytes, fields: Fields) -> None:
    """Another one there."""
    fields[place] = field


def with_usage(bits: bytes, fields: Fields) -> None:
    """Another value of the key's usage."""
    before = der.encode(der.OCTETS, bytes.fromhex("03020106"))
    assert before in fields[7]
    extensions = [
        der.encode(
            der.SEQUENCE,
            *(
                der.encode(der.OCTETS, bits) if part.encoded == before else part.encoded
                for part in der.items(extension.content)
            ),
        )
        for extension in der.items(der.read(der.items(fields[7])[0].content, der.SEQUENCE).content)
    ]
    fields[7] = der.encode(0xA3, der.encode(der.SEQUENCE, *extensions))


def validity(*times: tuple[int, bytes]) -> bytes:
    """A validity of these."""
    return der.encode(der.SEQUENCE, *(der.encode(*each) for each in times))


UTC_TIME = 0x17
FROM, TO = (UTC_TIME, b"200101000000Z"), (UTC_TIME, b"491231235959Z")


@pytest.mark.parametrize(
    "times",
    [(FROM, TO), ((UTC_TIME, b"500101000000Z"), TO), (FROM, (der.TIME, b"20500101000000Z"))],
    ids=["of this century", "of the last one", "beyond 2049"],
)
def test_verify_under_a_root_valid_then_accepts(times: tuple[tuple[int, bytes], ...]) -> None:
    """Two digits of a year are those of 1950 to 2049; later ones have four."""
    assert check(STAMP, altered(ROOT, partial(with_field, 4, validity(*times))))


@pytest.mark.parametrize(
    "change",
    [
        partial(with_field, 1, der.encode_integer(0)),
        partial(with_field, 4, validity(FROM)),
        partial(with_field, 4, validity(FROM, TO, TO)),
        partial(with_field, 4, validity(FROM, (UTC_TIME, b"491331235959Z"))),
        partial(with_field, 4, validity(FROM, (UTC_TIME, b"4912312359Z"))),
        partial(with_field, 4, validity(FROM, (der.TIME, b"20491231235959Z"))),
    ],
    ids=["number zero", "one time", "three times", "no month", "no seconds", "four digits too early"],
)
def test_verify_under_a_root_of_another_form_is_the_policys_fault(change: Callable[[Fields], None]) -> None:
    """It is no certificate (RFC 5280, sections 4.1.2.2 and 4.1.2.5)."""
    assert check(STAMP, altered(ROOT, lambda fields: None))
    require_refused(STAMP, altered(ROOT, change))


def test_verify_under_a_root_whose_key_is_for_nothing_is_refused() -> None:
    """Its usage names not one bit."""
    assert check(STAMP, altered(ROOT, partial(with_usage, bytes.fromhex("03020204"))))
    with pytest.raises(TimestampForeign):
        check(STAMP, altered(ROOT, partial(with_usage, bytes.fromhex("030100"))))


def test_verify_under_a_root_with_an_impossible_rsa_key_is_refused() -> None:
    """An exponent that is even, or below three, undoes nothing."""
    given = stamp(stamper("Time", RSA_ROOT), root=RSA_ROOT)
    assert check(given, RSA_ROOT.der)
    for exponent in (der.encode_integer(65536), der.encode_integer(1)):
        fields = der.items(der.items(der.read(RSA_ROOT.der, der.SEQUENCE).content)[0].content)
        algorithm, bits = der.items(fields[6].content)
        modulus, _ = der.items(der.read(bits.content[1:], der.SEQUENCE).content)
        inner = der.encode(der.SEQUENCE, modulus.encoded, exponent)
        key = der.encode(der.SEQUENCE, algorithm.encoded, der.encode(3, b"\x00" + inner))
        require_refused(given, altered(RSA_ROOT, partial(with_field, 6, key)))


@pytest.mark.parametrize("digest", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda each: each.name)
@pytest.mark.parametrize("root", [ROOT, RSA_ROOT], ids=["curve", "rsa"])
def test_verify_under_certificates_signed_with_each_digest_accepts(root: Holder, digest: hashes.SHA256) -> None:
    """RFC 4055, RFC 5758."""
    assert check(stamp(stamper("Time", root, digest=digest), root=root), root.der)


def test_verify_under_a_certificate_signed_with_another_salt_is_refused() -> None:
    """PSS has one form here: a salt as long as the digest."""
    other = padding.PSS(padding.MGF1(hashes.SHA256()), 20)
    assert check(stamp(stamper("Time", RSA_ROOT, rsa_padding=PSS), root=RSA_ROOT), RSA_ROOT.der)
    with pytest.raises(TimestampForeign):
        check(stamp(stamper("Time", RSA_ROOT, rsa_padding=other), root=RSA_ROOT), RSA_ROOT.der)


@pytest.mark.parametrize(
    "block",
    [
        b"\x80" + bytes(254) + b"\xbc",
        bytes(255) + b"\xbc",
        bytes(256),
        b"\x00" + bytes(254) + b"\xbd",
    ],
    ids=["a bit too high", "no filling", "nothing", "another end"],
)
def test_verify_under_a_certificate_whose_pss_block_has_another_form_is_refused(block: bytes) -> None:
    """Whoever has the key can sign any block; only one form is a signature (RFC 8017, section 9.1.2)."""
    key = RSA_ROOT.key
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    made = pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(256)
    holder = stamper("Time", RSA_ROOT, rsa_padding=PSS)
    forged = x509.load_der_x509_certificate(holder.der[:-256] + made)
    with pytest.raises(TimestampForeign):
        check(stamp(Holder(forged, holder.key), root=RSA_ROOT), RSA_ROOT.der)


def test_verify_under_a_pss_signature_by_a_key_of_an_odd_size() -> None:
    """Of 2049 bits the block has a byte less than the signature; what stands before it is zero."""
    root = certify("Odd Root", key=_odd_key())
    holder = stamper("Time", root, rsa_padding=PSS)
    assert check(stamp(holder, root=root), root.der)
    key = root.key
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()
    made = pow(2**2048 + 0xBC, numbers.d, numbers.public_numbers.n).to_bytes(257)
    forged = x509.load_der_x509_certificate(holder.der[:-257] + made)
    with pytest.raises(TimestampForeign):
        check(stamp(Holder(forged, holder.key), root=root), root.der)


def _odd_key() -> rsa.RSAPrivateKey:
    """Of 2049 bits, which libraries round down: of a longer prime and a shorter one."""
    p, q = (rsa.generate_private_key(65537, size).private_numbers().p for size in (2050, 2048))
    d = pow(65537, -1, (p - 1) * (q - 1))
    parts = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    found = rsa.RSAPrivateNumbers(p, q, d, *parts, rsa.RSAPublicNumbers(65537, p * q)).private_key()
    assert found.key_size == 2049
    return found


def test_verify_an_rsa_signature_of_another_length_or_size_is_refused() -> None:
    """A byte less, and a number that is no remainder."""
    holder = stamper("Time", ROOT, key=rsa.generate_private_key(65537, 2048))
    given = stamp(holder)
    assert check(given)
    token = read_signed_data(der.items(der.read(given, der.SEQUENCE).content)[1].encoded)
    for signature in (token.signature[:-1], b"\xff" * 256):
        with pytest.raises(TimestampInvalid, match="does not verify"):
            check(response(replace(token, signature=signature).encoded()))


def test_verify_a_signer_without_a_digest_is_refused() -> None:
    """Of the signature's digest nothing is said."""
    token = der.items(der.read(STAMP, der.SEQUENCE).content)[1]
    kind, wrapped = der.items(token.content)
    *parts, signers = (each.encoded for each in der.items(der.items(wrapped.content)[0].content))
    fields = [each.encoded for each in der.items(der.items(der.items(signers)[0].content)[0].content)]
    assert fields[2] == der.encode(der.SEQUENCE, SHA256)
    fields[2] = der.encode(der.SEQUENCE)
    signer = der.encode(der.SET, der.encode(der.SEQUENCE, *fields))
    forged = der.encode(0xA0, der.encode(der.SEQUENCE, *parts, signer))
    with pytest.raises(EvidenceRefused):
        check(response(der.encode(der.SEQUENCE, kind.encoded, forged)))


def test_verify_a_certificate_named_by_sha1_that_is_another_is_refused() -> None:
    """SigningCertificate (RFC 2634): the same key, issuer and number, but another certificate."""
    given = stamp(STAMPER, ess_cert_id_alg="sha1")
    assert check(given)
    token = read_signed_data(der.items(der.read(given, der.SEQUENCE).content)[1].encoded)
    twin = stamper(
        "Fictional Time", ROOT, key=STAMPER.key, serial=STAMPER.certificate.serial_number, digest=hashes.SHA384()
    )
    with pytest.raises(TimestampInvalid, match="names another certificate"):
        check(response(replace(token, certificates=(twin.der,)).encoded()))


def test_verify_an_authority_with_an_unusual_name_says_it() -> None:
    """Kinds of names without a short form are told by their numbers."""
    attributes = [(NameOID.COMMON_NAME, "Time"), (NameOID.SERIAL_NUMBER, "7"), (NameOID.COUNTRY_NAME, "DE")]
    subject = x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes])
    given = stamp(stamper("Time", ROOT, subject=subject))
    assert check(given)
    with pytest.raises(TimestampForeign, match="Time"):
        check(given, certify("Another Root").der)


@pytest.mark.parametrize("above", [9, 10])
def test_verify_with_certificates_above_up_to_nine(above: int) -> None:
    """The authority's and its root among them; a tenth is one too many."""
    path = [ROOT]
    for number in range(above - 1):
        path.append(certify(f"Middle {number}", path[-1]))
    holder = stamper("Time", path[-1])
    given = Authority(holder, path[1:]).stamp(STAMPED)
    if above == 9:
        assert check(timestamp.strict_form(given, [ROOT.der]))
    else:
        with pytest.raises(TimestampForeign):
            check(given)


@pytest.mark.parametrize("named", [False, True])
def test_verify_under_a_certificate_for_certain_names(named: bool) -> None:
    """Whether other names of the authority are among them is not looked into."""
    names = x509.NameConstraints(permitted_subtrees=[x509.DNSName("example")], excluded_subtrees=None)
    middle = certify("Middle", ROOT, extensions=[(names, True)])
    extensions: list[tuple[x509.ExtensionType, bool]] = [TIME_STAMPING]
    if named:
        extensions.append((x509.SubjectAlternativeName([x509.DNSName("time.example")]), False))
    given = stamp(certify("Time", middle, authority=False, extensions=extensions), middle)
    if named:
        with pytest.raises(TimestampForeign):
            check(given)
    else:
        assert check(given)


def test_verify_a_root_valid_beyond_2049_as_libraries_write_it() -> None:
    """The certificate of a library, not of these tests."""
    root = certify("Late Root", valid=(datetime(1999, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)))
    assert check(stamp(stamper("Time", root), root=root), root.der)
