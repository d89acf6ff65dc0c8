"""Three officers, three custodians, a round, a bid: whoever seals and opens in these tests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.chain.registry import KeySet, Recipient
from ledger.sealing import opening
from ledger.sealing.bid import Bid, Document
from ledger.sealing.context import Context, Group
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.sealing import Sealed, seal

DEADLINE: Final = 1_800_000_000


def digest(text: str) -> bytes:
    """32 bytes that a text stands for."""
    return hashlib.sha256(text.encode()).digest()


def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    """The sealing key of somebody, always the same."""
    return ec.derive_private_key(int.from_bytes(digest(name), "big"), ec.SECP256R1())


def recipient(name: str, holder: bytes) -> Recipient:
    """Somebody in a key set."""
    key = private_key(name).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Recipient(holder, key)


OFFICERS: Final = ("officer one", "officer two", "officer three")
CUSTODIANS: Final = ("custodian one", "custodian two", "custodian three")
NAMES: Final = {Group.OFFICERS: OFFICERS, Group.CUSTODIANS: CUSTODIANS}
KEY_SET: Final = KeySet(
    2, 2,
    tuple(recipient(name, bytes([number] * 20).rjust(32, b"\0")) for number, name in enumerate(OFFICERS, 1)),
    tuple(recipient(name, bytes([number] * 32)) for number, name in enumerate(CUSTODIANS, 11)),
)  # fmt: skip
OFFICERS_ALONE: Final = replace(KEY_SET, custodian_threshold=0, custodians=())
CONTEXT: Final = Context(
    chain_id=31_337, ledger=digest("ledger")[:20], process_id=digest("process"), round=1,
    author=digest("bidder one")[:20], key_set=digest("key set"), not_before=DEADLINE,
)  # fmt: skip
DRAWING: Final = b"a drawing" * 10_000
LETTER: Final = b"Dear Sir or Madam"


def document(title: str, content: bytes) -> dict[str, Any]:
    """The value of a document's field."""
    return {"title": title, "size": len(content), "digest": hashlib.sha256(content).hexdigest()}


VALUES: Final[dict[str, Any]] = {
    "documents/0001": document("drawing.pdf", DRAWING),
    "documents/0002": document("letter.txt", LETTER),
    "documents/0003": document("empty.txt", b""),
    "lots/LOT-0001/value": {"amount": "148500.00", "currency": "EUR"},
    "requirementResponses/warranty": {"value": "5 years"},
    "tenderers/0001": {"name": "Dachdeckerei Beispiel", "identifier": {"scheme": "DE-HR", "id": "HRB 1"}},
}


@dataclass
class Envelope:
    """A sealed bid, whole."""

    data: bytes
    sealed: Sealed
    bid: Bid
    key_set: KeySet = KEY_SET

    @property
    def header(self) -> Header:
        """As it is read from the bytes."""
        return read_header(io.BytesIO(self.data))

    @property
    def content(self) -> io.BytesIO:
        """What follows the header."""
        return io.BytesIO(self.data[len(self.sealed.header.encoded()) :])

    def share(self, group: Group, index: int) -> bytes:
        """As its recipient opens it."""
        return opening.open_share(self.header, self.key_set, group, index, private_key(NAMES[group][index - 1]))

    def shares(self, officers: tuple[int, ...], custodians: tuple[int, ...]) -> dict[tuple[Group, int], bytes]:
        """Of those with these indices."""
        whose = [(Group.OFFICERS, index) for index in officers] + [(Group.CUSTODIANS, index) for index in custodians]
        return {each: self.share(*each) for each in whose}


@dataclass
class Folder:
    """Documents as they come out of an envelope."""

    found: dict[str, bytes] = field(default_factory=dict)

    def sink(self, document: Document) -> BinaryIO:
        """Where one of them goes."""
        return _Kept(self.found, document.name)


class _Kept(io.BytesIO):
    def __init__(self, found: dict[str, bytes], name: str) -> None:
        super().__init__()
        self._found, self._name = found, name

    def close(self) -> None:
        self._found[self._name] = self.getvalue()
        super().close()


def opens(*contents: bytes) -> list[Callable[[], BinaryIO]]:
    """Documents that lie in memory."""
    return [lambda content=content: io.BytesIO(content) for content in contents]  # type: ignore[misc]


def sealed_bid(
    values: Mapping[str, Any] = VALUES,
    documents: tuple[bytes, ...] = (DRAWING, LETTER, b""),
    *,
    context: Context = CONTEXT,
    key_set: KeySet = KEY_SET,
    seed: bytes | None = None,
) -> Envelope:
    """A bid, sealed."""
    bid, out = Bid.of(dict(values)), io.BytesIO()
    sealed = seal(bid, opens(*documents), context, key_set, out, seed=seed)
    return Envelope(out.getvalue(), sealed, bid, key_set)
