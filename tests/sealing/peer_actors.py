"""One round with its key sets, and what a bidder seals in it."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from tests.sealing.peer import peer
from tests.sealing.reference import WORD, Holder, Seed, context_words, word

CONTEXT: dict[str, Any] = {
    "chainId": 31337,
    "ledger": "11" * 20,
    "processId": "22" * 32,
    "round": 1,
    "author": "33" * 20,
    "keySet": "44" * 32,
    "notBefore": 1_795_000_000,
}
OFFICERS = tuple(Holder.named(f"officer {number}", size=20) for number in (1, 2, 3))
CUSTODIANS = tuple(Holder.named(f"custodian {number}", size=32) for number in (1, 2, 3))
SEED = hashlib.sha256(b"seed").digest()
OFFER = b"<GAEB/>" * 100
PLAN = b""
FIELDS: dict[str, Any] = {
    "tenderers/0001": {"name": "Müller & Söhne GmbH", "id": "DE-1"},
    "lots/LOT-1/value": {"amount": "1234.50", "currency": "EUR"},
    "requirementResponses/R1": {"value": True},
}


def key_set(officers: tuple[Holder, ...], custodians: tuple[Holder, ...] = (), threshold: int = 2) -> dict[str, Any]:
    """As the command takes it, both groups with this threshold."""
    groups = [
        {"threshold": threshold, "recipients": [one.as_json() for one in each]} for each in (officers, custodians)
    ]
    return {"officers": groups[0], "custodians": groups[1] if custodians else None}


BOTH = key_set(OFFICERS, CUSTODIANS)
ALONE = key_set(OFFICERS)


def salt(name: str) -> bytes:
    """The same for the same name."""
    return hashlib.sha256(f"salt of {name}".encode()).digest()


def document(data: bytes, title: str) -> dict[str, Any]:
    """Given to the command as hex."""
    return {"hex": data.hex(), "title": title, "salt": salt(title).hex()}


@dataclass(frozen=True)
class Sealed:
    """An envelope that the bidder sealed, and for whom."""

    path: Path
    keys: dict[str, Any]
    bid_root: str
    rest_digest: str

    @property
    def whole(self) -> bytes:
        return self.path.read_bytes()

    @property
    def header_size(self) -> int:
        return WORD * 14 + 128 * sum(len(group["recipients"]) for group in self.keys.values() if group)

    @property
    def header(self) -> bytes:
        return self.whole[: self.header_size]

    @property
    def secrets(self) -> Seed:
        return Seed(SEED, context_words(CONTEXT, self.bid_root))

    def shares(self, *places: tuple[int, int]) -> list[list[Any]]:
        """What these recipients open."""
        return [[group, index, self.share(group, index)] for group, index in places]

    def share(self, group: int, index: int) -> str:
        """What this recipient opens with its own key."""
        holder = (OFFICERS if group == 1 else CUSTODIANS)[index - 1]
        answer = peer().ask(
            "share", envelope=str(self.path), keySet=self.keys, group=group, index=index, privateKey=holder.secret
        )
        found: str = answer["share"]
        return found

    def given(self, *places: tuple[int, int]) -> list[list[Any]]:
        """The same from the reference: quicker."""
        alone = self.keys["custodians"] is None
        threshold = self.keys["officers"]["threshold"]
        return [[group, at, self.secrets.share(group, at, threshold, alone=alone).hex()] for group, at in places]

    def open(self, *shares: list[Any], path: Path | None = None, **changed: Any) -> dict[str, Any]:
        """Asks to open it, or another file, with enough shares or these."""
        enough = shares or self.given((1, 1), (1, 2), *([(2, 1), (2, 3)] if self.keys["custodians"] else []))
        task = {"envelope": str(path or self.path), "keySet": self.keys, "context": CONTEXT, "shares": list(enough)}
        return peer().ask("open", **{**task, **changed})

    def forged(self, header: bytes, age_file: bytes) -> Path:
        """Another file beside it."""
        path = self.path.with_suffix(".forged")
        path.write_bytes(header + age_file)
        return path

    def with_words(self, words: dict[int, bytes]) -> Path:
        """The same with other words in its header."""
        return self.forged(self.header_with(words), self.whole[self.header_size :])

    def header_with(self, words: dict[int, bytes]) -> bytes:
        header = bytearray(self.header)
        for at, value in words.items():
            header[WORD * at : WORD * (at + 1)] = value
        return bytes(header)

    def with_content(self, plain: bytes) -> Path:
        """What a lying bidder makes: another content, sealed as if it were the bid's."""
        return self.with_age_file(pyrage.encrypt(plain, [self.secrets.identity().to_public()]))

    def with_age_file(self, age_file: bytes) -> Path:
        words = {10: word(len(age_file)), 11: hashlib.sha256(age_file).digest()}
        return self.forged(self.header_with(words), age_file)


def seal(path: Path, keys: dict[str, Any], **changed: Any) -> Sealed:
    """The bidder's bid, with what is changed of the task."""
    task = {
        "context": CONTEXT,
        "keySet": keys,
        "fields": [[salt(name).hex(), name, value] for name, value in FIELDS.items()],
        "documents": [document(OFFER, "Leistungsverzeichnis"), document(PLAN, "Plan")],
        "seed": SEED.hex(),
        "out": str(path),
    }
    answer = peer().ask("seal", **{**task, **changed})
    return Sealed(path, keys, answer["bidRoot"], answer["restDigest"])


def changed_keys(keys: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A key set whose officers are others in something."""
    found = copy.deepcopy(keys)
    found["officers"].update(changes)
    return found
