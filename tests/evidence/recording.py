"""What a ledger recorded in a town, as a bundle has it: log data by series; and how to alter one act of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.chain.codec import decode_detail, encode_detail
from ledger.chain.record import ACT_RECORDED, ZERO
from ledger.errors import ActImpossible
from ledger.evidence.verify.procedure import Procedure
from ledger.terms import Act
from tests.chain.town import Town
from tests.evidence.log_data import read, write
from tests.verifier.both import Authorities, replay

Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Recording:
    """Acts of a town: of each process by its id, of the registry and of lists by organisation id."""

    chain_id: int
    ledger: bytes
    processes: dict[bytes, list[bytes]] = field(default_factory=dict)
    organisations: dict[bytes, bytes] = field(default_factory=dict)
    roles: dict[bytes, list[bytes]] = field(default_factory=dict)
    lists: dict[bytes, list[bytes]] = field(default_factory=dict)

    @property
    def authorities(self) -> Authorities:
        """Who could act, from all the registry's acts."""
        return Authorities(self.roles)

    def replay(self, process_id: bytes, acts: Sequence[bytes] | None = None) -> Procedure:
        """The model's word on a process, or on other acts in its place."""
        return replay(
            process_id, self.organisations[process_id], self.processes[process_id] if acts is None else acts,
            self.authorities, chain_id=self.chain_id, ledger=self.ledger,
        )  # fmt: skip


def record_town(town: Town) -> Recording:
    """All acts of both contracts until now."""
    recording = Recording(town.chain.chain_id, town.chain.ledger)
    for log in town.chain.logs(0, town.chain.block_number(), (ACT_RECORDED,)):
        _, process_id, organisation_id, _ = log.topics
        if log.account == town.chain.registry:
            recording.roles.setdefault(organisation_id, []).append(log.data)
        elif process_id == ZERO:
            recording.lists.setdefault(organisation_id, []).append(log.data)
        else:
            acts = recording.processes.setdefault(process_id, [])
            if not acts:
                recording.organisations[process_id] = organisation_id
                recording.lists.setdefault(organisation_id, []).append(process_id)
            acts.append(log.data)
    return recording


def altered(data: bytes, detail: Change | None = None, **fields: Any) -> bytes:
    """The same act with other fields in its record, and another detail."""
    record = read(data)._replace(**fields)
    if detail is not None:
        record = record._replace(detail=encode_detail(Act(record.act), detail(decode_detail(record))))
    return write(record)


def with_detail(**values: Any) -> Change:
    """A detail with other arguments."""
    return lambda detail: {**detail, **values}


def replaced(acts: Sequence[bytes], sequence: int, data: bytes) -> list[bytes]:
    """The acts with another one in the place of one."""
    return [*acts[: sequence - 1], data, *acts[sequence:]]


def refusal_of(replaying: Callable[[], object]) -> tuple[int, str, str] | None:
    """Sequence, act and refusal of the first impossible act; None if there is none."""
    try:
        replaying()
    except ActImpossible as error:
        return error.values["sequence"], error.values["act"], error.values["refusal"]
    return None
