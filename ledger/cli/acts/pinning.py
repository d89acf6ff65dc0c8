"""Key sets and their custodians as the registry's acts have them, for a page that is to know no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import organisation_id
from ledger.chain.record import ACT_RECORDED, ActRecord, decode_log
from ledger.errors import KeySetNotReady, KeySetUnknown
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.chain.client import Chain


@dataclass(frozen=True, slots=True, order=True)
class PinnedCustodian:
    """``holder`` is its organisation id (32 bytes), ``key`` its public sealing key (65 bytes); ``name`` its place in a
    register, which never changes, where names in releases do."""

    holder: bytes
    key: bytes
    name: str


@dataclass(frozen=True, slots=True)
class PinnableKeySet:
    """A key set that rounds can take."""

    key_set: bytes
    custodians: tuple[PinnedCustodian, ...]


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
    """Each key set's registration by its id, and each organisation's place in a register by its id."""
    registered, names = dict[bytes, ActRecord](), dict[bytes, str]()
    for record in _records(chain):
        if record.act == Act.KEY_SET_REGISTERED:
            registered[record.subject] = record
        elif record.act == Act.ORGANISATION_ADMITTED:
            detail = decode_detail(record)
            # The id follows from both texts, so nobody need believe what the act calls itself.
            name = f"{detail['scheme']}:{detail['identifier']}"
            names[organisation_id(detail["scheme"], detail["identifier"])] = name
    return registered, names


def _records(chain: Chain) -> Iterator[ActRecord]:
    for log in chain.logs(chain.deployment.block, chain.block_number(), [ACT_RECORDED]):
        if log.account == chain.registry:
            yield decode_log(log.topics, log.data)


def _is_ready(chain: Chain, record: ActRecord) -> bool:
    return bool(chain.view("keySetReady", record.organisation_id, record.subject, of="registry"))


def _pinnable(record: ActRecord, names: dict[bytes, str]) -> PinnableKeySet:
    custodians = decode_detail(record)["key_set"]["custodians"]
    return PinnableKeySet(
        record.subject,
        tuple(PinnedCustodian(each["holder"], each["key"], names[each["holder"]]) for each in custodians),
    )
