"""Failures as pages: those the pages can meet, with sentences that are translated.

A sentence here is the message id of the class's ``sentence`` in ``ledger.errors``; a test holds the two together.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.told import is_told
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
    "ObjectAltered": N_("The object {digest} was altered in the store: its bytes now have the digest {actual}."),
    "ReleaseUnreadable": N_("The release {digest} cannot be read: {why}."),
    "IndexNotReady": N_("The index is not ready: it stands at block {indexed}, the chain at {head} ({why})."),
    "SequenceBroken": N_("Process {process_id} should go on with act {expected}, the node gave act {got}."),
    "ChainMoved": N_("Block {block} changed while it was read."),
    "WrongChain": N_("The node serves another chain: {what} is {got}, expected was {expected}."),
    "NoCodeAtAccount": N_("No smart contract stands at {account}."),
    "BlockUnknown": N_("The chain has no block {block}."),
    "ServiceBusy": N_("Too many files are being sent at once; try again in a minute."),
    "RequestTooSlow": N_("The form did not arrive within {seconds} seconds."),
    "RegistryMismatch": N_("The ledger obeys the registry {expected}, but the deployment names {got}."),
}

MEANINGS: Final = {
    "IndexUnreachable": N_("The database of the index does not answer."),
    "StateUnreachable": N_("The database of the durable state does not answer."),
    "NodeUnreachable": N_("The chain node does not answer."),
    "NodeAnswerMalformed": N_("The chain node answered something that is no answer to the question."),
    "ChainDamaged": N_("Stored data is not what was answered."),
    "ChainStorageFailed": N_("The disk refused to read or write; what was not answered is not stored."),
}
"""Of failures whose values stay in the house (``api.told``), the first sentence of what they mean."""

UNTOLD: Final = N_("A part of this installation does not work at the moment; its operator finds the reason in the log.")

REMEDIES: Final = {
    400: N_("Please check the address or what you entered, and try again."),
    404: N_("Perhaps the address was mistyped, or the page was moved. Search for the procedure on the start page."),
    405: N_("Please go to the start page and choose your way from there."),
    408: N_(
        "Please try again with a faster connection, or check the file on a device with JavaScript: then it need "
        "not be sent."
    ),
    413: N_(
        "Check the file with JavaScript switched on, then it need not be sent; or compute its SHA-256 yourself and "
        "look that up."
    ),
    500: N_("This is not your fault. Please try again later; if it stays so, tell the operator (see imprint)."),
    503: N_("Please try again in a few minutes."),
}
"""What a reader can do, by HTTP status; other statuses are answered like the first of their hundred."""


def failure_sentence(error: SiegelError, messages: NullTranslations) -> str:
    """What failed, with its values; in English where a failure is none of those above."""
    if is_told(error):
        return error.sentence_in(messages.gettext(error.sentence))
    return messages.gettext(MEANINGS.get(error.name, UNTOLD))


def remedy(status: int, messages: NullTranslations) -> str:
    """What the reader of a failure's page can do."""
    general = 503 if status in (502, 504) else 400 if status < 500 else 500
    return messages.gettext(REMEDIES.get(status, REMEDIES[general]))


def named(request: Request, error: Exception) -> SiegelError:
    """The named failure behind any exception that ends a request."""
    if isinstance(error, SiegelError):
        return error
    if isinstance(error, HTTPException) and error.status_code == 405:
        return MethodNotAllowed(path=request.url.path, method=request.method)
    if isinstance(error, HTTPException) and error.status_code == 404:
        return NotFound(path=request.url.path)
    return InternalFailure()
