"""Digests of releases and documents.

The anchored digest is ``SHA-256(salt || bytes)`` with 32 random bytes of salt, so that nobody can confirm a guess of
erased content. It is the object's name in store, addresses and bundles. Verifiers hash the stored bytes as they are;
nothing is parsed or written anew before hashing.
"""

from __future__ import annotations

import hashlib
import secrets

from ledger.errors import SaltInvalid

SALT_LENGTH = 32


def new_salt() -> bytes:
    """32 random bytes from the operating system."""
    return secrets.token_bytes(SALT_LENGTH)


def salted_digest(salt: bytes, data: bytes) -> bytes:
    """``SHA-256(salt || data)``, 32 bytes. Raises SaltInvalid unless the salt has 32 bytes."""
    if len(salt) != SALT_LENGTH:
        raise SaltInvalid(length=len(salt))
    return hashlib.sha256(salt + data).digest()


def plain_digest(data: bytes) -> bytes:
    """``SHA-256(data)``: what people get who hash a file they hold; no release is anchored by it."""
    return hashlib.sha256(data).digest()
