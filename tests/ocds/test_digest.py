"""Digests of releases: salted for the ledger, plain for looking up."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import SaltInvalid
from ledger.ocds.digest import new_salt, plain_digest, salted_digest


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_salted_digest_is_sha256_of_salt_then_bytes(salt: bytes, data: bytes) -> None:
    """Salt first, then the stored bytes, nothing between."""
    assert salted_digest(salt, data) == hashlib.sha256(salt + data).digest()
    assert plain_digest(data) == hashlib.sha256(data).digest()


@pytest.mark.parametrize("length", [0, 31, 33])
def test_salted_digest_salt_of_wrong_length_is_refused(length: int) -> None:
    """With salts of one length only, no part of the bytes can pass for salt."""
    with pytest.raises(SaltInvalid):
        salted_digest(bytes(length), b"")


def test_new_salt_is_32_bytes_and_never_the_same() -> None:
    """Salts are random."""
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {32}
