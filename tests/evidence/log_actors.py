"""A log and witnesses in the test's own hands: keys from names, notes by hand, no code of ours."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Signer:
    """Who signs notes under a name: a log (algorithm 1) or a witness (4)."""

    def __init__(self, name: str, algorithm: int, seed: str | None = None) -> None:
        self.name, self.algorithm = name, algorithm
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256((seed or name).encode()).digest())
        self.public = self.private.public_key().public_bytes_raw()
        self.id = hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + self.public).digest()[:4]

    @property
    def verifier_key(self) -> str:
        """C2SP signed-note, "Verifier keys"."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.algorithm]) + self.public).decode()}"

    def line(self, body: bytes, time: int | None = None) -> bytes:
        """The log's signature line, or with a time the witness's."""
        if time is None:
            return self.of(self.id + self.private.sign(body))
        message = f"cosignature/v1\ntime {time}\n".encode() + body
        return self.of(self.id + time.to_bytes(8, "big") + self.private.sign(message))

    def of(self, blob: bytes) -> bytes:
        """A line with this blob."""
        return b"\xe2\x80\x94 " + self.name.encode() + b" " + base64.b64encode(blob) + b"\n"


def body(origin: str, size: int, root: bytes) -> bytes:
    """The text of a checkpoint (C2SP tlog-checkpoint)."""
    return origin.encode() + b"\n" + str(size).encode() + b"\n" + base64.b64encode(root) + b"\n"


LOG = Signer("log.example/vergabe", 1)
FIRST, SECOND, THIRD = (Signer(f"witness.example/w{number}", 4) for number in (1, 2, 3))
