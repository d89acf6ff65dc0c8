"""What became of a bid, as a server shows it; the newest proof goes into the receipt."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from ledger.chain.keccak import keccak
from ledger.cli.bidding.receipt_file import keep_receipt
from ledger.cli.bidding.relaying import state_of
from ledger.cli.remote import API, Remote, first_that_answers
from ledger.errors import EvidenceNotYet, ServerAnswerUnusable
from ledger.evidence.receipt import Receipt, read_receipt
from ledger.evidence.verify.archive import BUNDLE, ArchiveReader


@dataclass(frozen=True, slots=True)
class Seen:
    """``bid``: the row of the round's bids, None if there is none; ``proven``: the block of the proof, if any."""

    receipt: Receipt
    bid: dict[str, Any] | None
    proven: int | None


def look(path: Path, servers: Sequence[str]) -> Seen:
    """Asks the first of the servers that answers. Raises what the last refuses with."""
    receipt = read_receipt(path)
    return first_that_answers(servers, lambda server: _seen(server, path, receipt))


def _seen(server: Remote, path: Path, receipt: Receipt) -> Seen:
    found = _bid(server, receipt)
    if found is None:
        return Seen(receipt, None, None)
    committed = None if receipt.transaction is None else state_of(server, keccak(receipt.transaction)).get("block")
    try:
        bundle = server.request("GET", f"{API}/processes/{receipt.process_id.hex()}/evidence").content
    except EvidenceNotYet:
        return Seen(receipt, found, None)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:
        file.write(bundle)
        file.seek(0)
        block = ArchiveReader(cast(BinaryIO, file), BUNDLE).listing.block
        if not isinstance(committed, int) or block < committed:
            return Seen(receipt, found, None)
        file.flush()
        return Seen(keep_receipt(path, replace(receipt, proof=Path(file.name))), found, block)


def _bid(server: Remote, receipt: Receipt) -> dict[str, Any] | None:
    path = f"/processes/{receipt.process_id.hex()}/rounds"
    try:
        rounds = {each["round"]: each["bids"] for each in server.ask(path)["rounds"]}
        wanted = ("0x" + receipt.commitment.hex(), "0x" + receipt.author.hex())
        return next(
            (bid for bid in rounds.get(receipt.round, []) if (bid["commitment"], bid.get("author")) == wanted), None
        )
    except (KeyError, TypeError) as error:
        raise ServerAnswerUnusable(url=server.url + path, reason=f"{type(error).__name__}: {error}") from error
