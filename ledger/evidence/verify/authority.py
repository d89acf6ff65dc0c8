"""Who could act for an organisation when it acted: roles, kinds, suspension, key sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.chain.record import ActRecord
from ledger.evidence.verify.registry_statute import read_standings
from ledger.evidence.verify.standing import KeySet


class Authorities:
    """Who could act for an organisation after each of its registry acts; governors too.

    ``series`` has, by organisation id (zero: governors), the registry's acts, whole and in order, as a proven head
    shows. Raises ActImpossible for an act that the registry could never have accepted: so what is said here of
    somebody's roles rests on enough governors, or on two officers, each time they changed. What an act says of an
    organisation whose series is not here is left open, and a key set that rests on it is not ready.
    """

    def __init__(self, series: Mapping[bytes, Sequence[ActRecord]]) -> None:
        self._standings = read_standings(series)

    def roles(self, organisation_id: bytes, account: bytes, at: int, time: int) -> tuple[int, int]:
        """Role bits and kind bits after the first ``at`` acts of the organisation, in a block of ``time``.

        No roles under suspension or after a role's last second; nothing of an organisation that is not known, nor after
        more acts than there are.
        """
        standing = self._standings.get(organisation_id)
        if standing is None or at >= len(standing.kinds):
            return 0, 0
        return standing.roles(account, at, time), standing.kinds[at]

    def fits(self, organisation_id: bytes, at: int, time: int) -> bool:
        """Whether the organisation can have had exactly ``at`` registry acts in a block of ``time``: the last of them
        is not later, and the next one not earlier. One that is not known had none."""
        standing = self._standings.get(organisation_id)
        return at == 0 if standing is None else at in standing.positions(time)

    def had_kind(self, organisation_id: bytes, kind: int, time: int) -> bool:
        """Whether the organisation can have been of this kind (bit) in a block of ``time``."""
        standing = self._standings.get(organisation_id)
        return standing is not None and any(standing.kinds[at] & kind for at in standing.positions(time))

    def could_act(self, organisation_id: bytes, account: bytes, kind: int, role: int, time: int) -> bool:
        """Whether an organisation that is known can have been of this kind, and the account have held this role for it
        (bits), in a block of ``time``."""
        standing = self._standings[organisation_id]
        return any(
            standing.kinds[at] & kind and standing.roles(account, at, time) & role for at in standing.positions(time)
        )

    def could_act_since(self, organisation_id: bytes, account: bytes, kind: int, role: int, begin: int) -> bool:
        """The same at some moment from ``begin`` on."""
        moments = (begin, *(time for time in self._standings[organisation_id].times if time > begin))
        return any(self.could_act(organisation_id, account, kind, role, moment) for moment in moments)

    def key_set(self, organisation_id: bytes, key_set: bytes, at: int) -> KeySet | None:
        """The organisation's key set if it was ready after the first ``at`` acts: accepted by all its custodians, not
        retired, and the custodians' own series are here to show who they were."""
        standing = self._standings.get(organisation_id)
        found = standing.key_sets.get(key_set) if standing else None
        if found is None or found.ready is None or found.ready > at:
            return None
        if found.retired is not None and found.retired <= at:
            return None
        return found if all(holder in self._standings for holder, _ in found.custodians) else None
