"""Whether enough people agreed to an act of the registry: governors, or two officers of the organisation."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.evidence.verify.standing import Standing
from ledger.evidence.verify.statute_row import Refused
from ledger.terms import Act, Role

_OFFICER = int(Role.OFFICER)


def require_quorum(
    governors: Standing, organisation_id: bytes, standing: Standing, record: ActRecord, approvers: Sequence[bytes]
) -> None:
    """Enough of the governors of then approved, each once; the record names the one who executed and the earliest other
    one; and their delay, that begins anew with other governors, was over. Raises Refused.

    ``governors`` is the standing of the series zero, ``standing`` that of the series the act is in.
    """
    if organisation_id == ZERO and record.sequence == 1:
        if record.roles or approvers or record.second != NOBODY:
            raise Refused("GovernorMissing", "nobody can have approved the first governors")
        return
    if record.roles not in governors.positions(record.time) or record.roles < standing.governed:
        raise Refused("RolesOutOfTime", f"the governors had not had exactly {record.roles} acts then")
    if organisation_id == ZERO and record.roles != record.sequence - 1:
        raise Refused("RolesOutOfTime", f"it follows {record.sequence - 1} acts of the governors")
    standing.governed = record.roles
    present = governors.governors[record.roles]
    if present is None or not present.accounts.issuperset(approvers):
        raise Refused("GovernorMissing", "somebody approved who was no governor then")
    if len(set(approvers)) != len(approvers):
        raise Refused("AlreadyApproved", "a governor who approved counts twice")
    if len(approvers) < present.threshold:
        raise Refused("GovernorMissing", f"{len(approvers)} governors approved where {present.threshold} must")
    if (record.first, record.second) not in _executions(approvers):
        raise Refused("GovernorMissing", "the record names other governors than who executed and the first other one")
    wait = 0 if record.act == Act.ORGANISATION_SUSPENDED else present.delay
    if record.time < present.since + wait:
        raise Refused("NotRipe", f"these governors are obeyed from {present.since + wait} on")


def require_officers(standing: Standing, record: ActRecord) -> None:
    """Two different officers of the organisation agreed, after all its acts before this one. Raises Refused."""
    if record.roles != record.sequence - 1:
        raise Refused("RolesOutOfTime", f"it follows {record.sequence - 1} acts of the organisation")
    if record.first == record.second:
        raise Refused("AlreadyApproved", "one person acted twice")
    for account in (record.first, record.second):
        if not standing.roles(account, record.roles, record.time) & _OFFICER:
            raise Refused("RoleMissing", f"0x{account.hex()} was no officer then")


def _executions(approvers: Sequence[bytes]) -> set[tuple[bytes, bytes]]:
    """First and second as the record can name them, whoever of the approvers executed."""
    if len(approvers) == 1:
        return {(approvers[0], NOBODY)}
    return {(approvers[0], approvers[1]), (approvers[1], approvers[0])} | {
        (approvers[0], later) for later in approvers[2:]
    }
