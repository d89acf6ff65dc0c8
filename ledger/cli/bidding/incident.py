"""What failed while a bid was handed in, and when: signed with the bid's account (``docs/handing-in.md``, incidents).

The record is written beside the receipt whether or not a receiver can be reached: it is the tenderer's evidence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ledger.chain.identifiers import incident_digest
from ledger.chain.signers import KeySigner
from ledger.cli.home import replace_file
from ledger.cli.remote import Remote
from ledger.errors import ServerAnswerUnusable, SiegelError
from ledger.sealing.context import Context

LONGEST: Final = 500
"""Characters of the detail."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one server did not take the bid, and when by the own clock, in seconds since 1970."""

    server: str
    error: SiegelError
    at: int


def record(context: Context, failures: Sequence[Failure], signer: KeySigner) -> dict[str, Any]:
    """The signed record: name and time of the first failure, and of each server what it failed with."""
    at = failures[0].at
    detail = "; ".join(f"{_host(failure.server)}: {failure.error.name}" for failure in failures)
    said = failures[0].error.name, detail[:LONGEST]
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


def _host(url: str) -> str:
    # Without a password that somebody wrote into the address.
    return urlsplit(url).netloc.rpartition("@")[2]


def keep(receipt: Path, found: dict[str, Any]) -> Path:
    """Write the record beside the receipt, under the second in which it happened."""
    path = receipt.with_name(f"{receipt.stem}-incident-{found['at']}.json")
    replace_file(path, json.dumps(found, ensure_ascii=False, indent=2).encode() + b"\n")
    return path


def report(server: Remote, found: dict[str, Any]) -> dict[str, Any]:
    """Hand the record in: as it is, with ``receivedAt`` by the receiver's clock and its signature, ``receipt``.

    Raises what the receiver refuses with, ServerAnswerUnusable.
    """
    said = server.tell("/incidents", found)
    at, receipt = said.get("receivedAt"), said.get("signature")
    if type(at) is not int or not isinstance(receipt, str):
        raise ServerAnswerUnusable(url=server.url + "/incidents", reason="it has no time, or no signature")
    return {**found, "receivedAt": at, "receipt": receipt}
