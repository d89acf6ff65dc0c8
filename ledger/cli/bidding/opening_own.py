"""An own bid opened with its receipt, without officers, custodians or a server (``docs/siegel-1.md``, the receipt)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ledger.cli.bidding.offer import values_of
from ledger.cli.bidding.receipt_file import open_envelope
from ledger.durable import sync
from ledger.errors import ArgumentInvalid
from ledger.evidence.receipt import Receipt, open_secret, read_receipt
from ledger.evidence.verify.receipt_entries import read_key_set
from ledger.ocds.json_text import write_json
from ledger.sealing.bid import Bid, Document
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.opening import check_content, open_content, require_seals

BID = "bid.json"


@dataclass(frozen=True, slots=True)
class Opened:
    """The bid of a receipt; ``header`` of its envelope."""

    receipt: Receipt
    header: Header
    bid: Bid


def open_own(path: Path, passphrase: str, folder: Path) -> Opened:
    """Values into ``bid.json``, documents under their four digits, in a new folder for its owner alone.

    Nothing is there before all of it was found to be the bid that was committed. Raises WrongPassphrase, SealsDiffer
    for a secret that is not this bid's, and as reading receipt and envelope does; ArgumentInvalid for a folder that is
    there.
    """
    if folder.exists():
        raise ArgumentInvalid(argument="--out", value=folder, why=os.strerror(17))
    receipt = read_receipt(path)
    seed, _ = open_secret(receipt.secret, passphrase)
    key_set = read_key_set(receipt.key_set_detail)
    with _made(folder) as made, open_envelope(receipt) as envelope:
        header = read_header(envelope)
        begins = envelope.tell()
        check_content(header, envelope)
        require_seals(header, key_set, seed)
        envelope.seek(begins)
        bid = open_content(header, seed, envelope, lambda document: _file(made, document))
        (made / BID).write_bytes(write_json(values_of(bid)))
    return Opened(receipt, header, bid)


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """Gives a folder aside, which takes its place when all went well."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as aside:
        made = Path(aside) / "opened"
        made.mkdir(mode=0o700)
        yield made
        for each in made.iterdir():
            sync(each)
        sync(made)
        made.rename(folder)
        sync(folder.parent)


def _file(folder: Path, document: Document) -> BinaryIO:
    # What the tenderer called it is in no path.
    return (folder / document.name.rpartition("/")[2]).open("xb")
