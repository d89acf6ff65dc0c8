"""A bid opened with its tenderer's receipt."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.opening.finishing import known
from ledger.cli.passphrase import passphrase_for, passphrase_in
from ledger.evidence.receipt import open_secret, pieces_of, read_receipt
from ledger.opening.found import Found
from ledger.opening.opened import FILE, opened_folder
from ledger.opening.remedy import remedy
from ledger.opening.round_file import opened_round

if TYPE_CHECKING:
    from ledger.cli.session import Session
    from ledger.opening.facts import Bid
    from ledger.opening.sealed_round import SealedRound


def mend(
    session: Session, sealed: SealedRound, bid: Bid, receipt: Path, passphrase_file: Path | None
) -> tuple[Found, Path]:
    """The bid as its receipt opens it, and the file of the round, which says it now.

    Raises as reading the receipt and ``remedy`` do.
    """
    facts = sealed.facts
    kept = read_receipt(receipt)
    if passphrase_file is not None:
        passphrase = passphrase_in(passphrase_file, "--passphrase-file")
    else:
        passphrase = passphrase_for(receipt.name, session.settings)
    seed, _account = open_secret(kept.secret, passphrase)
    folder = opened_folder(session.require_home().home, facts.process_id, facts.number)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryFile() as envelope:
        for piece in pieces_of(kept.envelope):
            envelope.write(piece)
        envelope.seek(0)
        found = remedy(sealed, bid, envelope, seed, folder)
    path = folder / FILE
    opened_round(sealed, [found], known(path)).write(path)
    return found, path
