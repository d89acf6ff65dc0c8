"""What failed while a bid was handed in, and when: signed with the bid's account (``docs/handing-in.md``, incidents).

The record is written beside the receipt whether or not a receiver can be reached: it is the tenderer's evidence.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from ledger.chain.identifiers import incident_digest
from ledger.chain.signers import KeySigner
from ledger.cli.home import replace_file
from ledger.cli.remote import Remote
from ledger.errors import SiegelError
from ledger.sealing.context import Context

LONGEST: Final = 500
"""Characters of the detail."""


def record(context: Context, failure: SiegelError, at: int, signer: KeySigner) -> dict[str, Any]:
    """The signed record; ``at`` by the own clock, in seconds since 1970."""
    said = failure.name, str(failure)[:LONGEST]
    digest = incident_digest(
        context.chain_id, context.ledger, context.process_id, context.round, context.author, at, *said
    )  # fmt: skip
    return {
        "processId": "0x" + context.process_id.hex(),
        "round": context.round,
        "author": "0x" + context.author.hex(),
        "at": at,
        "failure": said[0],
        "detail": said[1],
        "signature": "0x" + signer.sign_digest(digest).hex(),
    }


def keep(receipt: Path, found: dict[str, Any]) -> Path:
    """Write the record beside the receipt, under the second in which it happened."""
    path = receipt.with_name(f"{receipt.stem}-incident-{found['at']}.json")
    replace_file(path, json.dumps(found, ensure_ascii=False, indent=2).encode() + b"\n")
    return path


def report(server: Remote, found: dict[str, Any]) -> dict[str, Any]:
    """Hand the record in; the answer has the receiver's clock and signature."""
    return {**found, **server.tell("/incidents", found)}
