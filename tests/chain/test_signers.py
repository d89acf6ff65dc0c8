"""Key files, and what a key signs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ecdsa import SECP256k1, VerifyingKey
from ecdsa.util import sigdecode_string
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.signers import KeySigner, KeystoreSigner, create_keystore, keystore_account, signer_of
from ledger.errors import KeystoreExists, KeystoreUnreadable, WrongPassphrase

CHEAP = 2


def test_create_a_keystore_and_load_it_gives_the_same_account(tmp_path: Path) -> None:
    """Only the owner can read the file; the account is known without the passphrase."""
    path = tmp_path / "keys" / "officer_one.json"
    made = create_keystore(path, "geheim", scrypt_n=CHEAP)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeystoreSigner.load(path, "geheim").account == made.account == keystore_account(path)


def test_create_a_keystore_twice_makes_two_keys(tmp_path: Path) -> None:
    """Keys are random."""
    keys = {create_keystore(tmp_path / f"{name}.json", "geheim", scrypt_n=CHEAP).account for name in "ab"}
    assert len(keys) == 2


def test_create_over_an_existing_file_is_refused_and_leaves_it(tmp_path: Path) -> None:
    """A lost key is lost for ever."""
    path = tmp_path / "officer_one.json"
    made = create_keystore(path, "geheim", scrypt_n=CHEAP)
    with pytest.raises(KeystoreExists):
        create_keystore(path, "anders", scrypt_n=CHEAP)
    assert KeystoreSigner.load(path, "geheim").account == made.account
    assert list(tmp_path.iterdir()) == [path]


def test_load_with_another_passphrase_is_refused(tmp_path: Path) -> None:
    """The file says so itself, by its MAC."""
    path = tmp_path / "officer_one.json"
    create_keystore(path, "geheim", scrypt_n=CHEAP)
    with pytest.raises(WrongPassphrase):
        KeystoreSigner.load(path, "Geheim")


def test_load_a_keystore_of_another_program_opens_it(tmp_path: Path) -> None:
    """Version 3 with pbkdf2, as other wallets write it."""
    account = Account.create()
    path = tmp_path / "foreign.json"
    path.write_text(json.dumps(Account.encrypt(account.key, "geheim", kdf="pbkdf2", iterations=CHEAP)))
    assert KeystoreSigner.load(path, "geheim").account == bytes.fromhex(account.address[2:])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"version": 1}',
        '{"version": 3}',
        '{"version": 3, "crypto": {}}',
        '{"version": 3, "crypto": {"kdf": "rot13"}}',
        '{"version": 3, "address": "zz"}',
        '{"version": 3, "address": "00"}',
        "\xff",
    ],
)
def test_load_what_is_no_keystore_is_refused(tmp_path: Path, content: str) -> None:
    """Missing parts and other versions have one name."""
    path = tmp_path / "officer_one.json"
    path.write_text(content, "latin-1")
    with pytest.raises(KeystoreUnreadable):
        KeystoreSigner.load(path, "geheim")
    with pytest.raises(KeystoreUnreadable):
        keystore_account(path)


def test_load_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The path is in the sentence."""
    with pytest.raises(KeystoreUnreadable, match=r"nobody\.json"):
        KeystoreSigner.load(tmp_path / "nobody.json", "geheim")


def test_sign_a_digest_is_recovered_to_the_account() -> None:
    """As the ledger recovers a receiver's promise."""
    signer = KeySigner.generate()
    signature = signer.sign_digest(b"\x07" * 32)
    assert len(signature) == 65
    recovered = Account.recover_message(encode_defunct(primitive=b"\x07" * 32), signature=signature)
    assert bytes.fromhex(recovered[2:]) == signer.account


def test_sign_digest_holds_for_an_implementation_of_its_own() -> None:
    """python-ecdsa shares no code with what signs: it recovers the account from a receiver's promise (EIP-191)."""
    receiver = KeySigner.generate()
    digest = bytes(range(32))
    signature = receiver.sign_digest(digest)
    signed = keccak(b"\x19Ethereum Signed Message:\n32" + digest)
    keys = VerifyingKey.from_public_key_recovery_with_digest(
        signature[:64], signed, SECP256k1, hashfunc=None, sigdecode=sigdecode_string
    )
    assert receiver.account == keccak(keys[signature[64] - 27].to_string())[12:]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 64), st.integers(0, 7))
def test_recover_a_signer_gives_the_account_of_this_signature_only(digest: bytes, place: int, bit: int) -> None:
    """As eth-account recovers it; of an altered signature or another text it gives nobody, or somebody else."""
    signer = KeySigner(b"\x07" * 32)
    signature = signer.sign_digest(digest)
    assert signer_of(digest, signature) == signer.account
    recovered = Account.recover_message(encode_defunct(primitive=digest), signature=signature)
    assert bytes.fromhex(recovered[2:]) == signer.account
    altered = signature[:place] + bytes([signature[place] ^ 1 << bit]) + signature[place + 1 :]
    assert signer_of(digest, altered) != signer.account
    assert signer_of(digest[1:] + bytes([digest[0] ^ 1]), signature) != signer.account
    for other in (b"", signature[:64], signature + b"\0", signature[:64] + bytes([signature[64] - 27])):
        assert signer_of(digest, other) is None
