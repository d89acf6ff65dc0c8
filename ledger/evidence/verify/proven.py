"""What earlier steps of a verification proved, for the later ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.chain.record import ActRecord
from ledger.evidence.verify.header import Header
from ledger.evidence.verify.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Process:
    """A contracting process: records of all its acts, in order, and its head before the first and after each."""

    organisation_id: bytes
    ocid: str
    heads: tuple[bytes, ...]
    records: tuple[ActRecord, ...]


@dataclass
class Proven:
    """Headers by block; heads by account and series, after the proven block; of earlier blocks those of processes;
    processes by id, and where each stands; by organisation the registry's acts, and the list: ids of processes (32
    bytes) and the acts outside them; by block the moment at which enough witnesses had cosigned, None if none is asked
    for."""

    headers: dict[int, Header] = field(default_factory=dict)
    heads: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict)
    earlier: dict[int, dict[bytes, bytes]] = field(default_factory=dict)
    processes: dict[bytes, Process] = field(default_factory=dict)
    procedures: dict[bytes, Procedure] = field(default_factory=dict)
    roles: dict[bytes, tuple[ActRecord, ...]] = field(default_factory=dict)
    lists: dict[bytes, tuple[bytes | ActRecord, ...]] = field(default_factory=dict)
    logged: dict[int, int | None] = field(default_factory=dict)
