"""Verifier keys of logs and witnesses (C2SP signed-note): ``name+key id+base64(algorithm || public key)``."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.errors import VerifierKeyMalformed

LOG: Final = 1
"""Algorithm of a log's key: Ed25519 over the note (C2SP signed-note)."""
WITNESS: Final = 4
"""Algorithm of a witness's key: Ed25519 with the time, ``cosignature/v1`` (C2SP tlog-cosignature)."""

# Printable ASCII but for space and plus: of other characters two verifiers could think differently.
NAME: Final = r"[!-*,-~]{1,255}"
_KEY: Final = re.compile(rf"({NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+=*)", re.ASCII)
_NAME: Final = re.compile(NAME, re.ASCII)


@dataclass(frozen=True)
class VerifierKey:
    """The Ed25519 key (32 bytes) under which ``name`` signs, as a log or as a witness (``algorithm``)."""

    name: str
    algorithm: int
    key: bytes

    @cached_property
    def id(self) -> bytes:
        """The four bytes that a signature line begins with."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.key).decode()}"

    @cached_property
    def _public(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.key)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature (64 bytes, RFC 8032)."""
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def read_verifier_key(text: str, algorithm: int) -> VerifierKey:
    """A verifier key of this algorithm, LOG or WITNESS. Raises VerifierKeyMalformed."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise VerifierKeyMalformed(key=text, reason="it is not of the form name+key id+key")
    try:
        material = base64.b64decode(found[3], validate=True)
    except binascii.Error as error:
        raise VerifierKeyMalformed(key=text, reason="its key is not base64") from error
    if len(material) != 33 or material[0] != algorithm:
        raise VerifierKeyMalformed(key=text, reason=f"it is no Ed25519 key of algorithm {algorithm}")
    read = VerifierKey(found[1], algorithm, material[1:])
    if str(read) != text:
        raise VerifierKeyMalformed(key=text, reason=f"its key id is not {read.id.hex()}, or it is not canonical")
    return read


def is_name(text: str) -> bool:
    """Whether a log or a witness can have this name: 1 to 255 printable ASCII characters, no space, no plus."""
    return _NAME.fullmatch(text) is not None
