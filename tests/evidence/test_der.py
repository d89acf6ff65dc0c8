"""The strict reader of DER, against OpenSSL's encoder and what other readers forgive."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ledger.errors import MalformedDer
from ledger.evidence.verify import der
from tests.verifier.parts import read_numbers, read_sequence


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("30", "cut off before a length"),
        ("3081", "or none"),
        ("3003020101" + "00", "cut off before a length"),
        ("3003020101" + "0500", "one value"),
        ("020101", "one value"),
        ("", "nothing"),
        ("3005020101", "cut off"),
        ("30820080" + "00" * 128, "longer than needed"),
        ("30820100" + "00" * 255, "cut off"),
        ("308000", "or none"),
        ("3080" + "0000", "or none"),
        ("30810100", "longer than needed"),
        ("3082000100", "longer than needed"),
        ("30830000ff" + "00" * 255, "longer than needed"),
        ("3f0100", "more than one byte"),
        ("3f820100", "more than one byte"),
    ],
)
def test_read_another_form_is_refused(data: str, reason: str) -> None:
    """Long lengths for short values, lengths not told, tags of several bytes, cut off, or going on."""
    with pytest.raises(MalformedDer, match=reason):
        read_sequence(bytes.fromhex(data))


def test_items_of_other_tags_are_refused() -> None:
    """All, in this order."""
    data = bytes.fromhex("0201010500")
    assert [item.encoded for item in der.items_of(data, der.INTEGER, der.NULL)] == [data[:3], data[3:]]
    for tags in ((der.INTEGER,), (der.NULL, der.INTEGER), (der.INTEGER, der.NULL, der.NULL)):
        with pytest.raises(MalformedDer, match="0x02, 0x05"):
            der.items_of(data, *tags)


@pytest.mark.parametrize("data", ["0200", "0201ff", "02020001", "04010a"])
def test_integer_of_another_form_is_refused(data: str) -> None:
    """Empty, negative, with a zero too many, or no integer."""
    with pytest.raises(MalformedDer):
        read_numbers(der.encode(der.SEQUENCE, bytes.fromhex(data)))


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 256, 2**63, 2**160])
def test_encode_an_integer_is_read_back(number: int) -> None:
    """The shortest form, never negative."""
    assert read_numbers(der.encode(der.SEQUENCE, der.encode_integer(number))) == [number]


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65536])
def test_encode_a_value_of_any_length_is_read_back(size: int) -> None:
    """Short and long lengths."""
    inner = der.encode(der.OCTETS, bytes(size))
    assert der.items(der.read(der.encode(der.SEQUENCE, inner), der.SEQUENCE).content)[0].content == bytes(size)


def test_encode_oid_equals_openssl(tmp_path: Path) -> None:
    """Arcs above 127 take several bytes."""
    for dotted in ("1.2.840.113549.1.9.16.1.4", "2.16.840.1.101.3.4.2.1", "2.999.16384"):
        made = subprocess.run(
            ["openssl", "asn1parse", "-genstr", f"OID:{dotted}", "-noout", "-out", tmp_path / "oid"],
            capture_output=True,
            check=True,
        )
        assert made.returncode == 0
        assert der.encode_oid(dotted) == (tmp_path / "oid").read_bytes()
