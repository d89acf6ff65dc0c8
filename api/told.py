"""Which failures may be told with their values to everybody who asks.

Failures of the request itself name what was asked. Failures of the installation can name what is nobody else's
business: the address of the node with its password, a database's host, folders. Of these strangers read the name and
what it means; the values are in the log.
"""

from __future__ import annotations

from typing import Final

from ledger.errors import InternalFailure, SiegelError

WITH_VALUES: Final = frozenset(
    {
        "ObjectAltered",
        "ReleaseUnreadable",
        "IndexNotReady",
        "IndexBelongsElsewhere",
        "ActsIncomplete",
        "SequenceBroken",
        "ChainMoved",
        "RegistryMismatch",
        "WrongChain",
        "NoCodeAtAccount",
        "InternalFailure",
        "ServiceBusy",
    }
)
"""Failures of the installation whose values are digests, blocks and accounts that are public anyway."""


def is_told(error: SiegelError) -> bool:
    """Whether the failure's sentence may be answered with its values."""
    return error.status < 500 or error.name in WITH_VALUES


def title(error: type[SiegelError]) -> str:
    """The first sentence of what a failure means."""
    text = " ".join((error.__doc__ or error.__name__).split())
    return text.partition(". ")[0].partition(":")[0].rstrip(".").replace("``", "") + "."


def name(failure: Exception) -> str:
    """The failure's one name; ``InternalFailure`` for one that has none."""
    return failure.name if isinstance(failure, SiegelError) else InternalFailure.__name__
