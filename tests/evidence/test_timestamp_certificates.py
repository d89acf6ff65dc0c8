"""Certificates as authorities could have them, and as no library makes them: both verifiers say the same of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from ledger.errors import EvidenceRefused, PolicyInvalid, TimestampForeign, TimestampInvalid
from ledger.evidence.verify import certificate, der, timestamp
from ledger.evidence.verify.public_key import verifies
from ledger.evidence.verify.signed_data import read_signed_data
from tests.attacks.stamping import stamp_by, with_a_long_key
from tests.evidence.tsa import NOW, TIME_STAMPING, Authority, Holder, certify, response, stamper
from tests.verifier.both import verify_timestamp

SECOND = int(NOW.timestamp())
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
        partial(with_field, 4, validity(FROM, (der.TIME, b"20500101000000+"))),
        partial(with_field, 4, validity(FROM, (der.INTEGER, b"20500101000000Z"))),
        partial(with_field, 4, validity(FROM, (UTC_TIME, b"\xef\xbb\xbf" + TO[1]))),
        partial(with_field, 4, validity((der.TIME, b"00000101000000Z"), TO)),
        partial(with_field, 0, der.encode(der.CONTEXT_0, der.encode_integer(1))),
        partial(with_field, 0, der.encode_integer(2)),
    ],
    ids=[
        "number zero",
        "one time",
        "three times",
        "no month",
        "no seconds",
        "four digits too early",
        "no zone",
        "no time",
        "a byte order mark",
        "the year zero",
        "version 2",
        "no version",
    ],
)
def test_verify_under_a_root_of_another_form_is_the_policys_fault(change: Callable[[Fields], None]) -> None:
    """It is no certificate (RFC 5280, sections 4.1.2.2 and 4.1.2.5)."""
    assert check(STAMP, altered(ROOT, lambda fields: None))
    with pytest.raises(PolicyInvalid):
        check(STAMP, altered(ROOT, change))


def test_verify_under_a_root_whose_key_is_for_nothing_is_refused() -> None:
    """Its usage names not one bit."""
    assert check(STAMP, altered(ROOT, partial(with_usage, bytes.fromhex("03020204"))))
    with pytest.raises(TimestampForeign):
        check(STAMP, altered(ROOT, partial(with_usage, bytes.fromhex("030100"))))


def rsa_info(modulus: int, exponent: int) -> bytes:
    """A SubjectPublicKeyInfo with these numbers."""
    key = der.encode(der.SEQUENCE, der.encode_integer(modulus), der.encode_integer(exponent))
    return der.encode(der.SEQUENCE, RSA_KEY, der.encode(der.BITS, b"\x00" + key))


RSA_KEY = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.1.1"), der.encode(der.NULL))
P256 = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.10045.2.1"), der.encode_oid("1.2.840.10045.3.1.7"))


@pytest.mark.parametrize(
    "info",
    [
        rsa_info(2**2047 - 1, 65537),
        rsa_info(2**8193 - 1, 65537),
        rsa_info(2**32768 - 1, 2**32768 - 1),
        rsa_info(2**2048 - 2, 65537),
        rsa_info(2**2048 - 1, 65536),
        rsa_info(2**2048 - 1, 1),
        rsa_info(2**2048 - 1, 2**32 + 1),
        der.encode(der.SEQUENCE, P256, der.encode(der.BITS, b"\x00\x04" + bytes(64))),
        der.encode(der.SEQUENCE, P256, der.encode(der.BITS, b"\x00")),
        der.encode(der.SEQUENCE, P256, der.encode(der.BITS, b"\x07\x80")),
        der.encode(der.SEQUENCE, P256, der.encode(der.BITS)),
    ],
    ids=[
        "short", "a bit too long", "very long", "even", "even exponent", "exponent one", "long exponent", "no point",
        "nothing", "part of a byte", "no bits",
    ],
)  # fmt: skip
def test_verify_under_a_root_with_an_impossible_key_is_the_policys_fault(info: bytes) -> None:
    """It is refused when it is read, before anybody computes with it."""
    with pytest.raises(PolicyInvalid):
        check(STAMP, altered(ROOT, partial(with_field, 6, info)))


@pytest.mark.parametrize(
    "info",
    [
        rsa_info(2**2047 + 1, 65537),
        rsa_info(2**8192 - 1, 2**32 - 1),
        rsa_info(2**2048 - 1, 3),
        der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode_oid("1.3.101.112")), der.encode(3, bytes(33))),
    ],
    ids=["least", "most", "exponent three", "another kind"],
)
def test_verify_under_a_root_with_another_key_vouches_for_nothing(info: bytes) -> None:
    """RSA of 2,048 to 8,192 bits with an odd exponent from three to 32 bits can be read; so can keys of other kinds."""
    with pytest.raises(TimestampForeign):
        check(STAMP, altered(ROOT, partial(with_field, 6, info)))


def test_verify_a_stamp_by_a_long_key_is_refused_before_it_is_computed_with() -> None:
    """Of the authority, and of one above it."""
    assert check(STAMP)
    with pytest.raises(TimestampInvalid):
        check(with_a_long_key(STAMP, 32768))
    middle = certify("Middle", ROOT)
    given = stamp(stamper("Time", middle), middle)
    assert check(given)
    with pytest.raises(TimestampForeign):
        long = altered(middle, partial(with_field, 6, rsa_info(2**32768 - 1, 2**32768 - 1)))
        token = read_signed_data(der.items(der.read(given, der.SEQUENCE).content)[1].encoded)
        check(response(replace(token, certificates=(token.certificates[0], long)).encoded()))


def test_verify_rsa_with_the_exponent_three_accepts() -> None:
    """As some authorities of old have it."""
    root = certify("Old Root", key=rsa.generate_private_key(3, 2048))
    assert check(stamp(stamper("Time", root), root=root), root.der)


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


NAMES = x509.NameConstraints(permitted_subtrees=[x509.DNSName("example")], excluded_subtrees=None)
DIRECTORY = x509.NameConstraints(
    [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time")]))], excluded_subtrees=None
)


@pytest.mark.parametrize("critical", [False, True], ids=["not critical", "critical"])
@pytest.mark.parametrize("names", [NAMES, DIRECTORY], ids=["of hosts", "of people"])
@pytest.mark.parametrize("where", ["root", "middle", "authority"])
def test_verify_with_constrained_names_is_refused_wherever_they_stand(
    where: str, names: x509.NameConstraints, critical: bool
) -> None:
    """Also names that the authority has: whether it does readers judge differently, or not at all."""
    extensions = {each: [(names, critical)] if each == where else [] for each in ("root", "middle", "authority")}
    root = certify("Root", extensions=extensions["root"])
    middle = certify("Middle", root, extensions=extensions["middle"])
    holder = certify("Time", middle, authority=False, extensions=[TIME_STAMPING, *extensions["authority"]])
    with pytest.raises(TimestampForeign, match="names are constrained"):
        check(stamp_by(holder, STAMPED, SECOND, [middle]), root.der)


def test_verify_beside_a_root_with_constrained_names_accepts_under_another() -> None:
    """Of two certificates of one key the one that constrains nothing vouches."""
    bound = certify("Root", extensions=[(NAMES, True)])
    free = certify("Root", key=bound.key)
    assert check(stamp_by(stamper("Time", free), STAMPED, SECOND), bound.der, free.der)


def crowd(count: int) -> tuple[Holder, list[Holder]]:
    """An authority under so many certificates of one name and one key, each of which certifies all."""
    first = certify("Nobody")
    others = [certify("Nobody", key=first.key) for _ in range(count)]
    return stamper("Time", first), sorted(others, key=lambda each: each.der)


@pytest.mark.parametrize("count", [2, 9])
def test_verify_under_certificates_that_certify_each_other_tries_each_once(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are more paths through nine than anybody has time for; a longer way to one of them opens nothing more."""
    checked = 0

    def counting(*arguments: Any) -> bool:
        nonlocal checked
        checked += 1
        return verifies(*arguments)

    monkeypatch.setattr(certificate, "verifies", counting)
    holder, others = crowd(count)
    with pytest.raises(TimestampForeign):
        check(stamp_by(holder, STAMPED, SECOND, others))
    assert checked == count


@pytest.mark.parametrize("count", [10, 11])
def test_verify_a_stamp_with_more_than_ten_certificates_is_refused_before_paths_are_sought(count: int) -> None:
    """The authority's among them; the root may be there, too, in what an authority answers."""
    holder, others = crowd(count - 1)
    with pytest.raises(TimestampForeign if count == 10 else TimestampInvalid):
        check(stamp_by(holder, STAMPED, SECOND, others))


def test_verify_under_certificates_of_one_name_takes_the_shortest_path() -> None:
    """What is no part of it is a part of no stamp."""
    long, short = certify("Middle", ROOT), certify("Other", ROOT)
    middle = certify("Middle", short, key=long.key)
    holder = stamper("Time", long)
    assert check(stamp_by(holder, STAMPED, SECOND, [long]))
    assert check(stamp_by(holder, STAMPED, SECOND, [middle, short]))
    with pytest.raises(TimestampInvalid):
        check(stamp_by(holder, STAMPED, SECOND, [long, middle, short]))


def with_extension(oid: str, value: bytes, fields: Fields) -> None:
    """Another extension of the root, or the one of its kind with another value."""
    kind = der.encode_oid(oid)
    before = [each.encoded for each in der.items(der.read(der.items(fields[7])[0].content, der.SEQUENCE).content)]
    rest = [each for each in before if kind not in each]
    made = der.encode(der.SEQUENCE, kind, der.encode(der.OCTETS, value))
    fields[7] = der.encode(0xA3, der.encode(der.SEQUENCE, *rest, made))


def with_extensions(*made: bytes) -> Callable[[Fields], None]:
    """With just these."""
    return partial(with_field, 7, der.encode(0xA3, der.encode(der.SEQUENCE, *made)))


CONSTRAINTS, USAGE, PURPOSES = "2.5.29.19", "2.5.29.15", "2.5.29.37"
KIND, VALUE, TRUE = der.encode_oid("1.2.3.4"), der.encode(der.OCTETS), der.encode(der.BOOLEAN, b"\xff")


@pytest.mark.parametrize(
    "change",
    [
        partial(with_extension, CONSTRAINTS, bytes.fromhex("30030101ff")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("30060101ff020100")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("300f0101ff020a00ffffffffffffffffff")),
        partial(with_extension, USAGE, bytes.fromhex("0303000400")),
        partial(with_extension, USAGE, bytes.fromhex("03020204")),
        partial(with_extension, PURPOSES, bytes.fromhex("30060604551d2500")),
        lambda fields: fields.append(b""),
    ],
    ids=["authority", "of none between", "of very many", "two bytes", "six bits", "any purpose", "as it is"],
)
def test_verify_under_a_root_with_extensions_of_these_forms_accepts(change: Callable[[Fields], None]) -> None:
    """RFC 5280, section 4.2.1, in DER."""
    assert check(STAMP, altered(ROOT, change))


@pytest.mark.parametrize(
    "change",
    [
        partial(with_extension, CONSTRAINTS, bytes.fromhex("3000")),
        partial(with_extension, USAGE, bytes.fromhex("030100")),
        partial(with_extension, USAGE, bytes.fromhex("03020780")),
        partial(with_extension, PURPOSES, bytes.fromhex("3000")),
        with_extensions(),
        lambda fields: fields.pop(),
    ],
    ids=["no authority", "for nothing", "for signatures", "no purpose", "nothing said", "no extensions"],
)
def test_verify_under_a_root_that_may_not_certify_is_refused(change: Callable[[Fields], None]) -> None:
    """It can be read, and says of itself that it vouches for nobody."""
    with pytest.raises(TimestampForeign):
        check(STAMP, altered(ROOT, change))


@pytest.mark.parametrize(
    "change",
    [
        partial(with_extension, CONSTRAINTS, bytes.fromhex("0500")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("3003010100")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("3003020100")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("30060101ff0201ff")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("30060101ff040100")),
        partial(with_extension, CONSTRAINTS, bytes.fromhex("30080101ff0201000500")),
        partial(with_extension, USAGE, b""),
        partial(with_extension, USAGE, bytes.fromhex("0300")),
        partial(with_extension, USAGE, bytes.fromhex("030101")),
        partial(with_extension, USAGE, bytes.fromhex("030207ff")),
        partial(with_extension, USAGE, bytes.fromhex("03020804")),
        partial(with_extension, USAGE, bytes.fromhex("03020204") * 2),
        partial(with_extension, USAGE, bytes.fromhex("230403020204")),
        partial(with_extension, PURPOSES, bytes.fromhex("30060404551d2500")),
        partial(with_extension, PURPOSES, bytes.fromhex("0400")),
        with_extensions(der.encode(der.SEQUENCE, KIND, VALUE), der.encode(der.SEQUENCE, KIND, VALUE)),
        with_extensions(der.encode(der.SEQUENCE, KIND, der.encode(der.BOOLEAN, b"\x00"), VALUE)),
        with_extensions(der.encode(der.SEQUENCE, KIND, TRUE, TRUE, VALUE)),
        with_extensions(der.encode(der.SEQUENCE, KIND, TRUE)),
        with_extensions(der.encode(der.SEQUENCE, KIND)),
        with_extensions(der.encode(der.SEQUENCE, VALUE, VALUE)),
        with_extensions(der.encode(der.SEQUENCE)),
        partial(with_field, 7, der.encode(0xA3)),
        lambda fields: fields.append(fields[7]),
        lambda fields: fields.insert(7, b"\x81\x02\x00\x01"),
        partial(with_field, 5, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE))),
        partial(with_field, 5, der.encode(der.SEQUENCE, der.encode(der.SET, der.encode(der.SEQUENCE, KIND)))),
        partial(with_field, 5, der.encode(der.SEQUENCE, der.encode(der.SET, der.encode(der.SEQUENCE, VALUE, VALUE)))),
        partial(
            with_field, 5, der.encode(der.SEQUENCE, der.encode(der.SET, der.encode(der.SEQUENCE, KIND, KIND, KIND)))
        ),
        partial(
            with_field, 5, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, KIND, KIND)))
        ),
    ],
)
def test_verify_under_a_root_of_forms_that_readers_read_differently_is_the_policys_fault(
    change: Callable[[Fields], None],
) -> None:
    """What decides something has one form: basic constraints, key usage, purposes; extensions and names at all."""
    with pytest.raises(PolicyInvalid):
        check(STAMP, altered(ROOT, change))


@pytest.mark.parametrize("value", [b"\x04\x00", b"\x30\x00", b"", bytes.fromhex("300787050102030405")])
@pytest.mark.parametrize(
    "oid",
    [
        "1.3.6.1.5.5.7.1.1", "2.5.29.17", "2.5.29.18", "2.5.29.31", "2.5.29.46", "2.5.29.32", "2.5.29.36", "2.5.29.54",
        "1.3.6.1.5.5.7.1.11", "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.5.5.7.1.24", "1.3.6.1.5.5.7.48.1.5",
        "1.3.6.1.4.1.311.21.7", "1.3.6.1.4.1.11129.2.4.3", "2.5.29.33", "2.5.29.16", "2.5.29.9", "1.3.36.8.3.8",
        "1.2.3.4.5",
    ],
)  # fmt: skip
def test_verify_by_a_certificate_with_anything_else_in_it_accepts(oid: str, value: bytes) -> None:
    """An extension that decides nothing, and is not critical, is not read."""
    other = (x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), False)
    holder = certify("Time", ROOT, authority=False, extensions=[TIME_STAMPING, other])
    assert check(stamp_by(holder, STAMPED, SECOND))


def test_verify_a_root_valid_beyond_2049_as_libraries_write_it() -> None:
    """The certificate of a library, not of these tests."""
    root = certify("Late Root", valid=(datetime(1999, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)))
    assert check(stamp(stamper("Time", root), root=root), root.der)
