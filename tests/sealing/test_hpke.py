"""The derived ephemeral key against RFC 9180's own vectors, the sealed message against the library."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hpke
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.sealing.hpke import exchanged, exchanged_again, public_key, seal, seal_again, unseal, unseal_with
from tests.sealing.actors import digest, private_key, recipient

KEY = recipient("officer one", bytes(32)).key
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@pytest.mark.parametrize(
    ("ikm", "enc"),
    [
        (
            "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
            "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
            "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
        )
    ],
)
def test_seal_again_ephemeral_key_is_that_of_the_rfc(ikm: str, enc: str) -> None:
    """RFC 9180, A.3.1 (the same KEM with another AEAD): ``ikmE`` and ``enc``."""
    assert seal_again(KEY, b"", b"", bytes.fromhex(ikm))[:65].hex() == enc


@settings(max_examples=50)
@given(st.binary(max_size=100), st.binary(max_size=400), st.binary(min_size=32, max_size=32))
def test_seal_again_opens_with_the_library_and_stays_the_same(plain: bytes, info: bytes, ikm: bytes) -> None:
    """What the library opens is RFC 9180; it comes out the same again."""
    sealed = seal_again(KEY, info, plain, ikm)
    assert SUITE.decrypt(sealed, private_key("officer one"), info) == plain
    assert seal_again(KEY, info, plain, ikm) == sealed
    assert len(sealed) == 65 + len(plain) + 16


def test_unseal_other_key_info_or_bytes_gives_nothing() -> None:
    """Each altered once."""
    sealed = seal(KEY, b"info", b"plain")
    assert unseal(private_key("officer one"), b"info", sealed) == b"plain"
    assert unseal(private_key("officer two"), b"info", sealed) is None
    assert unseal(private_key("officer one"), b"other", sealed) is None
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert unseal(private_key("officer one"), b"info", altered) is None
    assert unseal(private_key("officer one"), b"info", sealed[:-1]) is None
    assert unseal(private_key("officer one"), b"info", b"") is None


@settings(max_examples=20)
@given(st.binary(max_size=100), st.binary(max_size=100))
def test_unseal_with_the_point_in_common_is_what_the_recipient_opens(plain: bytes, info: bytes) -> None:
    """Of a message that the library sealed, and of one that was sealed again, whose sealer has the same point."""
    key, ikm = private_key("officer one"), digest("ikm")
    again = seal_again(KEY, info, plain, ikm)
    assert exchanged_again(KEY, ikm) == (again[:65], exchanged(key, again))
    for sealed in (seal(KEY, info, plain), again):
        point = exchanged(key, sealed)
        assert unseal_with(point, KEY, info, sealed) == plain
        assert unseal_with(point, KEY, info + b"x", sealed) is None
        assert unseal_with(digest("another"), KEY, info, sealed) is None
        assert unseal_with(point, KEY, info, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None


def test_public_key_that_is_no_point_is_refused() -> None:
    """Another curve's point is a way to learn a private key bit by bit."""
    for other in (bytes(65), b"\x04" + digest("x") + digest("y"), KEY[:-1], KEY[:-1] + bytes([KEY[-1] ^ 1])):
        with pytest.raises(ValueError, match=r"."):
            public_key(other)
