"""Failures as pages: those the pages can meet, with sentences that are translated.

A sentence here is the message id of the class's ``sentence`` in ``ledger.errors``; a test holds the two together.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from explorer.words import N_
from ledger.errors import InternalFailure, MethodNotAllowed, NotFound, SiegelError

SENTENCES: Final = {
    "ProcessUnknown": N_("There is no process {process_id}."),
    "OrganisationUnknown": N_("There is no organisation {organisation_id}."),
    "InvalidCursor": N_("The cursor {cursor} does not belong to this list."),
    "InvalidDigest": N_("{text} is not a digest of 32 bytes in hexadecimal."),
    "FileTooLarge": N_("The file has {size} bytes; at most {limit} are read."),
    "NotFound": N_("There is nothing at {path}."),
    "MethodNotAllowed": N_("{path} does not take {method}."),
    "InternalFailure": N_("Something failed that should not have; it was noted."),
    "ActsIncomplete": N_(
        "The acts of process {process_id} up to block {block} give head {got}, the ledger holds {expected}."
    ),
    "IndexBelongsElsewhere": N_(
        "The index belongs to ledger {indexed} on chain {indexed_chain}, not to {ledger} on chain {chain}."
    ),
    "NodeUnreachable": N_("The chain node at {url} does not answer: {reason}."),
    "NodeAnswerMalformed": N_("The chain node's answer to {method} cannot be used: {reason}."),
    "NodeRefused": N_("The chain node refused {method}: {message} (code {code})."),
    "BlockUnknown": N_("The chain has no block {block}."),
    "WrongChain": N_("The node serves another chain: {what} is {got}, expected was {expected}."),
    "NoCodeAtAccount": N_("No smart contract stands at {account}."),
    "RegistryMismatch": N_("The ledger obeys the registry {expected}, but the deployment names {got}."),
    "ChainDamaged": N_(
        "The chain is damaged: table {table}, key {key}: {reason}. Restore a backup; nothing was repaired."
    ),
    "ChainStorageFailed": N_("The chain's storage failed: {reason}."),
}


def failure_sentence(error: SiegelError, messages: NullTranslations) -> str:
    """What failed, with its values; in English where a failure is none of those above."""
    return error.sentence_in(messages.gettext(error.sentence))


def named(request: Request, error: Exception) -> SiegelError:
    """The named failure behind any exception that ends a request."""
    if isinstance(error, SiegelError):
        return error
    if isinstance(error, HTTPException) and error.status_code == 405:
        return MethodNotAllowed(path=request.url.path, method=request.method)
    if isinstance(error, HTTPException) and error.status_code == 404:
        return NotFound(path=request.url.path)
    return InternalFailure()
