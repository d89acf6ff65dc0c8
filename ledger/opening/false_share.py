"""What shows everybody that a signed contribution brings another share than was sealed (``docs/opening.md``).

An officer who knows the bid's seed writes it: how the recipient's share was sealed, which follows from the seed, and
the point with which one message of the contribution opens. Neither is a key, and neither opens anything else.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.chain.identifiers import commitment_of, key_set_id
from ledger.chain.registry import KeySet
from ledger.durable import replace
from ledger.errors import FalseShareUnproven, ShareNotHeld
from ledger.ocds.json_text import write_json
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group, recipients_of
from ledger.sealing.contribution import info_of, read_contribution
from ledger.sealing.envelope import Header, read_header
from ledger.sealing.hpke import ENC, exchanged, exchanged_again, unseal_with
from ledger.sealing.seed import Seed

FORMAT: Final = "siegel-false-share/1"
FOLDER: Final = "false-shares"


@dataclass(frozen=True, slots=True)
class FalseShare:
    """Who signed a false share (20 bytes), of which commitment, and whose share it is.

    Of an officer's share the account is the holder's. That it could act for a custodian, the registry says.
    """

    account: bytes
    commitment: bytes
    group: Group
    index: int
    holder: bytes


def show_false(
    header: Header,
    key_set: KeySet,
    seed: bytes,
    signed: SignedContribution,
    account: bytes,
    officer: int,
    key: ec.EllipticCurvePrivateKey,
) -> dict[str, Any]:
    """The document, of a contribution that opened for the officer with this index and key, and brought another share
    than the seed, which passed the re-seal check, gives."""
    read = read_contribution(signed.contribution, header, key_set)
    ikm = Seed(seed, header.context.words(header.bid_root)).ephemeral(read.group, read.index)
    return {
        "format": FORMAT,
        "commitment": commitment_of(header).hex(),
        "account": account.hex(),
        "header": header.encoded().hex(),
        "contribution": signed.contribution.hex(),
        "signature": signed.signature.hex(),
        "ephemeral": ikm.hex(),
        "officer": officer,
        "point": exchanged(key, read.sealed[officer - 1]).hex(),
    }


def read_false(document: Mapping[str, Any], organisation_id: bytes, key_set: KeySet) -> FalseShare:
    """Repeat what the document says, with the key set of that buyer and no key. Whether the commitment stands on the
    ledger is for the caller.

    Raises FalseShareUnproven, KeySetDiffers, EnvelopeMalformed, ContributionMalformed, ContributionForeign,
    ContributionUnsigned, ShareNotHeld of an officer's share that another account signed.
    """
    header, signed, account, ikm, officer, point = _members(document)
    if header.context.key_set != key_set_id(organisation_id, key_set):
        raise FalseShareUnproven(reason="the bid is sealed to another key set")
    commitment = commitment_of(header)
    if commitment.hex() != document["commitment"]:
        raise FalseShareUnproven(reason="the header belongs to another commitment")
    read = read_contribution(signed.contribution, header, key_set)
    signed.require_by(account)
    recipient = recipients_of(key_set, read.group)[read.index - 1]
    if read.group is Group.OFFICERS and recipient.holder != account.rjust(32, b"\0"):
        raise ShareNotHeld(account=account, index=read.index, group=read.group.name.lower())
    if not 0 < officer <= len(read.sealed):
        raise FalseShareUnproven(reason=f"there is no officer {officer}")
    brought = unseal_with(
        point, key_set.officers[officer - 1].key, info_of(read, key_set, officer), read.sealed[officer - 1]
    )
    if brought is None:
        raise FalseShareUnproven(reason="the contribution does not open with the point")
    sealed = (header.officers if read.group is Group.OFFICERS else header.custodians)[read.index - 1]
    enc, common = exchanged_again(recipient.key, ikm)
    info = header.info(read.group, read.index, recipient.holder)
    true = unseal_with(common, recipient.key, info, sealed)
    # Without the first comparison a tenderer could seal one message that opens in two ways.
    if enc != sealed[:ENC] or true is None:
        raise FalseShareUnproven(reason="the share was not sealed with this ephemeral key")
    if brought == true:
        raise FalseShareUnproven(reason="the share is the one that was sealed")
    return FalseShare(account, commitment, read.group, read.index, recipient.holder)


def header_of(document: Mapping[str, Any]) -> Header:
    """The header of the bid's envelope that it names. Raises FalseShareUnproven, EnvelopeMalformed."""
    return _members(document)[0]


def keep_false(folder: Path, documents: Iterable[Mapping[str, Any]]) -> list[Path]:
    """Write them beside ``round.json``, each under the SHA-256 of its contribution, and say where. What lies there from
    an earlier count stays."""
    made = []
    for document in documents:
        path = false_path(folder, document)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace(path, write_json(document))
        made.append(path)
    return made


def false_path(folder: Path, document: Mapping[str, Any]) -> Path:
    """Where it lies."""
    return folder / FOLDER / f"{hashlib.sha256(bytes.fromhex(document['contribution'])).hexdigest()}.json"


def _members(document: Mapping[str, Any]) -> tuple[Header, SignedContribution, bytes, bytes, int, bytes]:
    try:
        if document["format"] != FORMAT:
            raise FalseShareUnproven(reason=f"it is not {FORMAT}")
        names = ("header", "contribution", "signature", "account", "ephemeral", "point")
        header, contribution, signature, account, ikm, point = (bytes.fromhex(document[name]) for name in names)
        if type(document["officer"]) is not int or type(document["commitment"]) is not str:
            raise TypeError(document["officer"])
    except (KeyError, TypeError, ValueError) as error:
        raise FalseShareUnproven(reason=f"{type(error).__name__}: {error}") from error
    stream = io.BytesIO(header)
    found = read_header(stream)
    if stream.read(1):
        raise FalseShareUnproven(reason="there are bytes behind the header")
    return found, SignedContribution(contribution, signature), account, ikm, document["officer"], point
