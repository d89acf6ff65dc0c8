"""A bid sealed for a round, with its receipt."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from eth_abi.abi import encode

from ledger.chain.abi import types, values
from ledger.chain.identifiers import commitment_of
from ledger.chain.record import ZERO
from ledger.chain.registry import KeySet
from ledger.chain.signers import KeySigner
from ledger.cli.bidding.asked import Asked
from ledger.cli.bidding.offer import Offer
from ledger.cli.bidding.receipt_file import keep_receipt
from ledger.errors import EnvelopeTooLarge, ReceiptOfOtherRound
from ledger.evidence.receipt import Receipt, open_secret, read_receipt, seal_secret
from ledger.sealing.sealing import seal

ACCOUNT_KEY: Final = 32


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier bid, whose account's key is used again; ``commitment`` is zero if the new one does not replace it."""

    commitment: bytes
    account_key: bytes


def opened_before(path: Path, asked: Asked, passphrase: str, *, replaced: bool) -> Before:
    """The bid of an earlier receipt, which is ``replaced`` or stays beside the new one. Raises ReceiptOfOtherRound,
    WrongPassphrase, and as reading a receipt does."""
    receipt = read_receipt(path)
    of = receipt.chain_id, receipt.ledger, receipt.process_id, receipt.round
    if of != (asked.chain_id, asked.ledger, asked.process_id, asked.round):
        raise ReceiptOfOtherRound(
            path=path, process_id=receipt.process_id, round=receipt.round, ledger=receipt.ledger,
            chain_id=receipt.chain_id,
        )  # fmt: skip
    _, account_key = open_secret(receipt.secret, passphrase)
    return Before(receipt.commitment if replaced else ZERO, account_key)


def seal_offer(offer: Offer, asked: Asked, passphrase: str, out: Path, before: Before | None) -> Receipt:
    """Seal under a fresh seed, for a fresh account or that of the bid before, and write the receipt.

    Raises EnvelopeTooLarge, DocumentAltered for a document that was changed meanwhile, KeySetDiffers.
    """
    account_key = before.account_key if before is not None else secrets.token_bytes(ACCOUNT_KEY)
    author = KeySigner(account_key).account
    # Beside the receipt, where there is room for it in any case.
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.") as envelope:
        sealed = seal(offer.bid, offer.documents, asked.context(author), asked.key_set, cast(BinaryIO, envelope))
        size = envelope.tell()
        if asked.largest_envelope is not None and size > asked.largest_envelope:
            raise EnvelopeTooLarge(size=size, most=asked.largest_envelope)
        envelope.flush()
        receipt = Receipt(
            chain_id=asked.chain_id,
            ledger=asked.ledger,
            organisation_id=asked.organisation_id,
            ocid=asked.ocid,
            process_id=asked.process_id,
            round=asked.round,
            author=author,
            commitment=commitment_of(sealed.header),
            supersedes=ZERO if before is None else before.commitment,
            key_set_detail=encode([f"({','.join(types(KeySet))})"], [values(asked.key_set)]),
            promise=None,
            transaction=None,
            proof=None,
            envelope=Path(envelope.name),
            secret=seal_secret(sealed.seed, account_key, passphrase),
        )  # fmt: skip
        return keep_receipt(out, receipt)
