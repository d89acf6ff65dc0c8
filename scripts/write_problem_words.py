"""Writes what servers refuse with, in German, for the pages of bidders and officers: servers answer in English. Also
what the ledger refuses bids with, by the selectors of its errors: a node tells those alone; and which of these are
refusals of a promise.

python scripts/write_problem_words.py
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ledger import errors
from ledger.chain.compiled import abi_types, compiled
from ledger.chain.keccak import keccak
from ledger.cli.bidding.through_node import OF_PROMISES
from ledger.cli.language import messages

FILE: Final = Path(__file__).parent.parent / "explorer/client/bid/problem_words.json"
OF_HANDING_IN: Final = (
    errors.EnvelopeMalformed, errors.EnvelopeForeign, errors.KeySetDiffers, errors.EnvelopeAltered,
    errors.EnvelopeMissing, errors.EnvelopeUnfinished, errors.EnvelopeTooLarge, errors.UploadSizeDiffers,
    errors.UploadUnknown, errors.UploadsTooMany, errors.ReceiverMissing, errors.ReceiverNotNamed,
    errors.ReceiverFull, errors.RoundTakesNothing, errors.StoreFull, errors.NonceUsed, errors.NonceAhead,
    errors.CommitmentWithoutEnvelope, errors.RelayBusy, errors.ActExpired,
    errors.ProcessForbids, errors.RoundForbids, errors.ReceiverUnknown, errors.KindMissing, errors.PromiseInvalid,
    errors.PromiseTooLong, errors.PromiseExpired, errors.ArrivalInFuture, errors.CommitmentKnown,
    errors.CommitmentUnknown, errors.CommitmentGone, errors.TooLate, errors.ProcessUnknown, errors.RoundUnknown,
    errors.IncidentsTooMany, errors.NodeUnreachable, errors.IndexNotReady, errors.ServiceBusy,
    errors.InternalFailure, errors.AccessForbidden, errors.AccessExpired, errors.AccessInvalid,
    errors.OpeningResultMissing,
)  # fmt: skip
"""What is answered to tenderers, by the API or, through it, by the ledger."""

REVERTS_FILE: Final = FILE.with_name("reverts.json")
OF_PROMISES_FILE: Final = FILE.with_name("of_promises.json")
OPENING_FILE: Final = FILE.parent.parent / "opening/problem_words.json"
OF_OPENING: Final = (
    errors.AccessForbidden, errors.AccessExpired, errors.AccessInvalid, errors.ShareNotHeld, errors.BidNotHere,
    errors.RoundNotClosed, errors.CommitmentGone, errors.ContributionMalformed, errors.ContributionForeign,
    errors.ContributionUnsigned, errors.RehearsalRefused, errors.RoundForbids, errors.ProcessForbids,
    errors.ProcessUnknown, errors.RoundUnknown,
    errors.AlreadyApproved, errors.RoleMissing, errors.ActExpired, errors.BidMismatch, errors.OutcomeInvalid,
    errors.GroundNotHere, errors.GroundsTooMany, errors.GroundMissing, errors.BodyTooLarge,
    errors.ReceiverMissing, errors.RelayBusy, errors.NonceUsed, errors.NonceAhead, errors.OutOfGas,
    errors.ObjectAltered, errors.NodeUnreachable, errors.IndexNotReady, errors.ServiceBusy, errors.InternalFailure,
)  # fmt: skip
"""What is answered to officers who close and open."""


def problem_words(kinds: Iterable[type[errors.SiegelError]] = OF_HANDING_IN) -> str:
    """A file's text: each problem's name with its German sentence; placeholders are its members."""
    german = messages("de")
    words = {kind.__name__: german[kind.sentence] for kind in kinds}
    return json.dumps(dict(sorted(words.items())), ensure_ascii=False, indent=1) + "\n"


def reverts(kinds: Iterable[type[errors.SiegelError]] = OF_HANDING_IN) -> str:
    """A file's text: by the selector in hex the error's name, its English sentence, and name and type of each
    parameter, of those of the kinds that the ledger has."""
    known = {entry["name"]: entry["inputs"] for entry in compiled("TenderLedger").abi if entry["type"] == "error"}
    found = {}
    for kind in kinds:
        if (inputs := known.get(kind.__name__)) is None:
            continue
        types = abi_types(inputs)
        selector = keccak(f"{kind.__name__}({','.join(types)})".encode())[:4].hex()
        parameters = [[each["name"], kind_of] for each, kind_of in zip(inputs, types, strict=True)]
        found[selector] = {"name": kind.__name__, "sentence": kind.sentence, "parameters": parameters}
    return json.dumps(dict(sorted(found.items(), key=lambda each: str(each[1]["name"]))), indent=1) + "\n"


def of_promises() -> str:
    """A file's text: the names of what the ledger refuses a promise with, as the command knows them."""
    return json.dumps([kind.__name__ for kind in OF_PROMISES], indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(problem_words(), "utf-8")
    REVERTS_FILE.write_text(reverts(), "utf-8")
    OF_PROMISES_FILE.write_text(of_promises(), "utf-8")
    OPENING_FILE.write_text(problem_words(OF_OPENING), "utf-8")
