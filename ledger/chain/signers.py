"""Keys that sign transactions: keystore files of version 3 (Web3 Secret Storage), and whatever else signs."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, Final, Protocol

import coincurve
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from ledger.chain.keccak import keccak
from ledger.errors import KeystoreExists, KeystoreUnreadable, WrongPassphrase

_SIGNED: Final = b"\x19Ethereum Signed Message:\n32"
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0

SCRYPT_N = 2**18
"""scrypt's cost: about one second for each try. Tests and the demo use less; the file says how much it was."""


class Signer(Protocol):
    """An account that signs; the key can be anywhere."""

    @property
    def account(self) -> bytes:
        """The account, 20 bytes."""

    def sign_transaction(self, transaction: dict[str, Any]) -> bytes:
        """The raw signed transaction. Fields as in JSON-RPC: chainId, nonce, gas, gasPrice, value, data, to."""


class KeySigner:
    """A key in this process's memory."""

    def __init__(self, key: bytes) -> None:
        self._account: LocalAccount = Account.from_key(key)

    @classmethod
    def generate(cls) -> KeySigner:
        """A new random key, kept nowhere."""
        return cls(secrets.token_bytes(32))

    @property
    def account(self) -> bytes:
        return bytes.fromhex(self._account.address[2:])

    def sign_transaction(self, transaction: dict[str, Any]) -> bytes:
        return bytes(self._account.sign_transaction(transaction).raw_transaction)

    def sign_digest(self, digest: bytes) -> bytes:
        """A signature on 32 bytes as text (EIP-191, version 0x45), such as a receiver's on a promise: r || s || v, 65
        bytes."""
        return bytes(self._account.sign_message(encode_defunct(primitive=digest)).signature)


def signer_of(digest: bytes, signature: bytes) -> bytes | None:
    """The account (20 bytes) whose key made a signature as ``sign_digest`` does; None of what is no such signature.

    As the contracts read them: v is 27 or 28, and s in the lower half, so that there is one signature and not two.
    """
    if len(signature) != 65 or signature[64] not in (27, 28) or int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        return None
    recoverable = signature[:64] + bytes([signature[64] - 27])
    try:
        key = coincurve.PublicKey.from_signature_and_message(recoverable, keccak(_SIGNED + digest), hasher=None)
    except Exception:  # noqa: BLE001 - the library raises bare Exception and ValueError for what is no signature
        return None
    return keccak(key.format(compressed=False)[1:])[12:]


class KeystoreSigner(KeySigner):
    """A key from a keystore file."""

    @classmethod
    def load(cls, path: Path, passphrase: str) -> KeystoreSigner:
        """Open a keystore file. Raises KeystoreUnreadable or WrongPassphrase."""
        keystore = _read(path)
        try:
            return cls(bytes(Account.decrypt(keystore, passphrase)))
        except ValueError as error:
            if "MAC mismatch" in str(error):
                raise WrongPassphrase(path=str(path)) from error
            raise KeystoreUnreadable(path=str(path), reason=str(error)) from error
        except (KeyError, TypeError, NotImplementedError) as error:
            raise KeystoreUnreadable(path=str(path), reason=f"{type(error).__name__}: {error}") from error

    def keystore(self, passphrase: str, *, scrypt_n: int = SCRYPT_N) -> bytes:
        """The content of a keystore file with this key, under that passphrase."""
        return json.dumps(Account.encrypt(self._account.key, passphrase, kdf="scrypt", iterations=scrypt_n)).encode()


def create_keystore(
    path: Path, passphrase: str, *, scrypt_n: int = SCRYPT_N, key: bytes | None = None
) -> KeystoreSigner:
    """Write a new keystore file (version 3, scrypt) that only its owner can read, and open it.

    ``key``: an existing 32-byte key, by default a new random one. Raises KeystoreExists; nothing is overwritten.
    """
    secret = key if key is not None else secrets.token_bytes(32)
    signer = KeystoreSigner(secret)
    content = signer.keystore(passphrase, scrypt_n=scrypt_n)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            # Whoever is told that the key exists may be admitted with it the next second.
            os.fsync(file.fileno())
        # A link, unlike a renaming, refuses to take the place of an existing file.
        path.hardlink_to(unfinished)
    except FileExistsError as error:
        raise KeystoreExists(path=str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return signer


def keystore_account(path: Path) -> bytes:
    """The account (20 bytes) a keystore file names, without its passphrase. Raises KeystoreUnreadable."""
    try:
        account = bytes.fromhex(str(_read(path)["address"]).removeprefix("0x"))
    except (KeyError, ValueError) as error:
        raise KeystoreUnreadable(path=str(path), reason="it names no account") from error
    if len(account) != 20:
        raise KeystoreUnreadable(path=str(path), reason="it names no account")
    return account


def _read(path: Path) -> dict[str, Any]:
    try:
        keystore = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KeystoreUnreadable(path=str(path), reason=str(error)) from error
    if not isinstance(keystore, dict) or keystore.get("version") != 3:
        raise KeystoreUnreadable(path=str(path), reason="it is no keystore of version 3")
    return keystore
