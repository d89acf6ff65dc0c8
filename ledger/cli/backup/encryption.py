"""Encryption of a backup with age (https://age-encryption.org/v1): any age tool opens it.

To a recipient's key it is a stream of any length. With a passphrase pyrage holds the whole backup in memory, so that
way is for homes up to ``MOST_WITH_PASSPHRASE`` bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, Protocol

import pyrage

from ledger.cli.language import say
from ledger.cli.values import why_unreadable
from ledger.errors import ArgumentInvalid, BackupIncomplete, BackupUnreadable

MOST_WITH_PASSPHRASE: Final = 2**30
MEASUREMENTS: Final = 5
"""So often age may find that a passphrase's work is too much for this machine; a measurement takes milliseconds."""


class Key(Protocol):
    """What closes or opens a backup."""

    def encrypt(self, plain: IO[bytes], sealed: IO[bytes]) -> None:
        """Reads all of ``plain`` and writes the age file to ``sealed``."""

    def decrypt(self, sealed: IO[bytes], plain: IO[bytes]) -> None:
        """Reads the age file ``sealed`` and writes what was in it. Raises ``BackupUnreadable``."""


class Passphrase:
    """A passphrase (age's scrypt recipient)."""

    def __init__(self, passphrase: str) -> None:
        self._passphrase = passphrase

    def encrypt(self, plain: IO[bytes], sealed: IO[bytes]) -> None:
        content = plain.read(MOST_WITH_PASSPHRASE + 1)
        if len(content) > MOST_WITH_PASSPHRASE:
            raise BackupIncomplete(why="a backup of more than 1 GiB needs a key instead of a passphrase: --recipient")
        sealed.write(pyrage.passphrase.encrypt(content, self._passphrase))

    def decrypt(self, sealed: IO[bytes], plain: IO[bytes]) -> None:
        content = sealed.read()
        for measurement in range(1, MEASUREMENTS + 1):
            try:
                plain.write(pyrage.passphrase.decrypt(content, self._passphrase))
                return
            except pyrage.DecryptError as error:
                # Each time it measures anew how much work is a second's, and refuses sixteen times that. A machine that
                # is busy for a moment seems slow, and must not keep anybody from the backup.
                if "xcessive work" not in str(error) or measurement == MEASUREMENTS:
                    raise BackupUnreadable(path=sealed.name, why=str(error)) from error


class Keys:
    """age X25519 keys: encrypts to ``recipients``, decrypts with ``identities``."""

    def __init__(
        self, recipients: Sequence[pyrage.x25519.Recipient] = (), identities: Sequence[pyrage.x25519.Identity] = ()
    ) -> None:
        self._recipients, self._identities = list(recipients), list(identities)

    def encrypt(self, plain: IO[bytes], sealed: IO[bytes]) -> None:
        pyrage.encrypt_io(plain, sealed, self._recipients)

    def decrypt(self, sealed: IO[bytes], plain: IO[bytes]) -> None:
        try:
            pyrage.decrypt_io(sealed, plain, self._identities)
        except (pyrage.DecryptError, OSError) as error:
            # Damage in the middle is an OSError; so is a reader that stopped early, which is a failure of its own.
            if "roken pipe" in str(error):
                raise BrokenPipeError(str(error)) from error
            raise BackupUnreadable(path=sealed.name, why=str(error)) from error


def recipient(text: str) -> pyrage.x25519.Recipient:
    """The public key ``age1...``. Raises ``ArgumentInvalid``."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise ArgumentInvalid(argument="--recipient", value=text, why=str(error)) from error


def identities(path: Path) -> list[pyrage.x25519.Identity]:
    """The private keys in a file as ``age-keygen`` writes it: one a line, comments with ``#``."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentInvalid(argument="--identity", value=path, why=why_unreadable(error)) from error
    except pyrage.IdentityError as error:
        raise ArgumentInvalid(argument="--identity", value=path, why=str(error)) from error
    if not found:
        raise ArgumentInvalid(argument="--identity", value=path, why=say("it holds no key"))
    return found
