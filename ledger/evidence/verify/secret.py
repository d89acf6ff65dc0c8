"""The secret of a receipt: age with a passphrase (age-encryption.org/v1, scrypt) around seed and account's key.

Written here rather than by a library, for those choose the work factor by the machine at hand: 2^20 and a gibibyte of
memory on a fast one, which a browser or an old laptop cannot open again. Whoever makes a receipt could also choose one
that keeps a reader busy for days, so it is bounded before anything is computed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.errors import EntryInvalid, WrongPassphrase

MOST_WORK: Final = 18
"""log2 of scrypt's N at most, and if nothing else is said: 256 MiB, about a second."""
SECRET: Final = 64
"""Seed and key, 32 bytes each."""
_ENTRY: Final = "secret"
_HEADER: Final = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---)"
    rb" ([A-Za-z0-9+/]{43})\n"
)
_NONCE, _TAG, _FILE_KEY, _SALT = 16, 16, 16, 16
_FIRST, _LAST = bytes(12), bytes(11) + b"\x01"  # nonces: of the file key, and of the one chunk there is


def seal_secret(seed: bytes, account_key: bytes, passphrase: str, work_factor: int = MOST_WORK) -> bytes:
    """The age file (bytes) with the bid's seed and its account's key, 32 bytes each; ``work_factor`` is log2 of
    scrypt's N. The passphrase counts in Unicode's form NFC."""
    file_key, salt, nonce = (secrets.token_bytes(size) for size in (_FILE_KEY, _SALT, _NONCE))
    wrapped = ChaCha20Poly1305(_wrapping_key(passphrase, salt, work_factor)).encrypt(_FIRST, file_key, None)
    stanza = b"-> scrypt %b %d\n%b" % (_base64(salt), work_factor, _base64(wrapped))
    header = b"age-encryption.org/v1\n" + stanza + b"\n---"
    chunk = ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).encrypt(_LAST, seed + account_key, None)
    return header + b" " + _base64(_mac(file_key, header)) + b"\n" + nonce + chunk


def require_form(sealed: bytes) -> re.Match[bytes]:
    """Raises EntryInvalid unless it is an age file of 64 bytes with one passphrase and a bearable work factor."""
    found = _HEADER.match(sealed)
    if found is None or len(sealed) - found.end() != _NONCE + SECRET + _TAG:
        raise EntryInvalid(entry=_ENTRY, reason="no age file of 64 bytes with one passphrase")
    if int(found[3]) > MOST_WORK:
        raise EntryInvalid(entry=_ENTRY, reason=f"a work factor of {found[3].decode()}, at most {MOST_WORK} is allowed")
    for text in (found[2], found[4], found[5]):
        if _base64(_from_base64(text)) != text:
            raise EntryInvalid(entry=_ENTRY, reason="base64 that is not canonical")
    return found


def open_secret(sealed: bytes, passphrase: str) -> tuple[bytes, bytes]:
    """Seed and account's key, 32 bytes each. Raises EntryInvalid, WrongPassphrase."""
    found = require_form(sealed)
    key = _wrapping_key(passphrase, _from_base64(found[2]), int(found[3]))
    try:
        file_key = ChaCha20Poly1305(key).decrypt(_FIRST, _from_base64(found[4]), None)
    except InvalidTag:
        raise WrongPassphrase(path=_ENTRY) from None
    if not hmac.compare_digest(_mac(file_key, found[1]), _from_base64(found[5])):
        raise EntryInvalid(entry=_ENTRY, reason="its header was altered")
    nonce, chunk = sealed[found.end() : found.end() + _NONCE], sealed[found.end() + _NONCE :]
    try:
        opened = ChaCha20Poly1305(_derived(file_key, nonce, b"payload")).decrypt(_LAST, chunk, None)
    except InvalidTag:
        raise EntryInvalid(entry=_ENTRY, reason="its content was altered") from None
    return opened[:32], opened[32:]


def _wrapping_key(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    given = unicodedata.normalize("NFC", passphrase).encode()
    memory = 128 * 8 * 2**work_factor + 2**20
    return hashlib.scrypt(
        given, salt=b"age-encryption.org/v1/scrypt" + salt, n=2**work_factor, r=8, p=1, maxmem=memory, dklen=32
    )


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _derived(file_key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(file_key)


def _base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4))
