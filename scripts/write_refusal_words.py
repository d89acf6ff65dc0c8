"""Writes the sentences of the verifier's refusals in both languages for the page that verifies in the browser.

python scripts/write_refusal_words.py
"""

from __future__ import annotations

import json
from pathlib import Path

from ledger.cli.language import messages
from ledger.errors import (
    BidRootDiffers,
    ContentAltered,
    CriteriaInvalid,
    EnvelopeForeign,
    EnvelopeMalformed,
    EvaluationInvalid,
    EvidenceRefused,
    KeySetDiffers,
    PromiseInvalid,
    PromiseTooLong,
    ReceiverUnknown,
    SealsDiffer,
    SiegelError,
    WrongPassphrase,
)

FILE = Path(__file__).parent.parent / "explorer/client/verifier/refusal_words.json"


OF_RECEIPTS = (
    EnvelopeMalformed, EnvelopeForeign, KeySetDiffers, ContentAltered, SealsDiffer, PromiseInvalid, PromiseTooLong,
    ReceiverUnknown, WrongPassphrase,
)  # fmt: skip
"""What a receipt is refused with beside the refusals of evidence."""


OF_BIDS = (BidRootDiffers, CriteriaInvalid, EvaluationInvalid)
"""What bids and rankings in a bundle are refused with beside those."""


def refusal_words() -> str:
    """The file's text: each refusal's name with its sentence; placeholders are those of the values."""
    german = messages("de")
    kinds: tuple[type[SiegelError], ...] = (*_below(EvidenceRefused), *OF_RECEIPTS, *OF_BIDS)
    words = {kind.__name__: {"de": german[kind.sentence], "en": kind.sentence} for kind in kinds}
    return json.dumps(dict(sorted(words.items())), ensure_ascii=False, indent=1) + "\n"


def _below(kind: type[SiegelError]) -> list[type[SiegelError]]:
    return [found for each in kind.__subclasses__() for found in (each, *_below(each))]


if __name__ == "__main__":
    FILE.write_text(refusal_words(), "utf-8")
