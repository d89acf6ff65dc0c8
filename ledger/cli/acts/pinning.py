"""Key sets and their custodians as the registry's acts have them, for a page that is to know no others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.pinned_page import Pin
from ledger.chain.codec import decode_detail
from ledger.chain.record import ActRecord
from ledger.chain.registered_names import registered_names
from ledger.chain.registry_acts import registry_of
from ledger.errors import KeySetNotReady, KeySetUnknown
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.chain.client import Chain


@dataclass(frozen=True, slots=True)
class PinnableKeySet:
    """A key set that rounds can take; each custodian under its public sealing key and its place in a register."""

    key_set: bytes
    custodians: tuple[Pin, ...]


def accepted(chain: Chain, organisation: bytes) -> list[PinnableKeySet]:
    """The key sets of an organisation that all their custodians accepted and that are not retired, the oldest first."""
    registered, names = _registry(chain)
    own = [record for record in registered.values() if record.organisation_id == organisation]
    return [_pinnable(record, names) for record in own if _is_ready(chain, record)]


def named(chain: Chain, key_sets: Iterable[bytes]) -> list[PinnableKeySet]:
    """These key sets. Raises KeySetUnknown, KeySetNotReady."""
    registered, names = _registry(chain)
    found = list[PinnableKeySet]()
    for key_set in key_sets:
        record = registered.get(key_set)
        if record is None:
            raise KeySetUnknown(keySet=key_set)
        if not _is_ready(chain, record):
            raise KeySetNotReady(keySet=key_set)
        found.append(_pinnable(record, names))
    return found


def _registry(chain: Chain) -> tuple[dict[bytes, ActRecord], dict[bytes, str]]:
    """Each key set's registration by its id, and each organisation's place in a register by its id: that never changes,
    where names in releases do."""
    registry = registry_of(chain)
    registered = {record.subject: record for record in registry if record.act == Act.KEY_SET_REGISTERED}
    return registered, registered_names(registry)


def _is_ready(chain: Chain, record: ActRecord) -> bool:
    return bool(chain.view("keySetReady", record.organisation_id, record.subject, of="registry"))


def _pinnable(record: ActRecord, names: dict[bytes, str]) -> PinnableKeySet:
    custodians = decode_detail(record)["key_set"]["custodians"]
    return PinnableKeySet(
        record.subject,
        tuple(Pin(each["holder"], each["key"], names[each["holder"]]) for each in custodians),
    )
