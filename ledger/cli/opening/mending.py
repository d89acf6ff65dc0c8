"""A bid opened with its tenderer's receipt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.bidding.receipt_file import open_envelope
from ledger.cli.opening.finishing import known, may_bring
from ledger.cli.opening.loading import sealing_key
from ledger.cli.opening.server import round_server
from ledger.cli.passphrase import passphrase_for, passphrase_in
from ledger.evidence.receipt import open_secret, read_receipt
from ledger.opening.contributing import index_of
from ledger.opening.counting import FalseContribution, Opener
from ledger.opening.false_share import keep_false
from ledger.opening.found import Found
from ledger.opening.opened import FILE, opened_folder
from ledger.opening.remedy import remedy
from ledger.opening.round_file import opened_round
from ledger.sealing.context import Group
from ledger.sealing.envelope import Header, read_header

if TYPE_CHECKING:
    from ledger.cli.session import Session
    from ledger.opening.facts import Bid
    from ledger.opening.sealed_round import SealedRound


@dataclass(frozen=True, slots=True)
class Mended:
    """The bid as its receipt opens it, the file of the round, which says it now, and header and seed."""

    found: Found
    file: Path
    header: Header
    seed: bytes


def mend(session: Session, sealed: SealedRound, bid: Bid, receipt: Path, passphrase_file: Path | None) -> Mended:
    """Open a bid with its receipt.

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
    with open_envelope(kept) as envelope:
        found = remedy(sealed, bid, envelope, seed, folder)
        envelope.seek(0)
        header = read_header(envelope)
    path = folder / FILE
    opened_round(sealed, [found], known(path)).write(path)
    return Mended(found, path, header, seed)


def blame(session: Session, sealed: SealedRound, mended: Mended, url: str | None, name: str) -> list[FalseContribution]:
    """Whose contributions on the server are false, now that the seed is known; what shows it is kept.

    For the officer with this name, who opens them. Raises KeyUnknown, RecipientUnknown, and what the server refuses
    with.
    """
    bid, key = mended.found.bid, sealing_key(session, name)
    officer = index_of(sealed, Group.OFFICERS, key)
    with round_server(session, url, sealed, session.signer(name)) as served:
        brought = served.contributions([bid])
        opener = Opener(sealed, officer, key, brought, served.envelope, mended.file.parent, may_bring(session, sealed))
        false = opener.compare(bid, mended.header, mended.seed)
    keep_false(mended.file.parent, [each.evidence for each in false if each.evidence is not None])
    return false
