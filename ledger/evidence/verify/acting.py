"""Whether those whom an act names could act so for their organisation, then."""

from __future__ import annotations

from ledger.chain.record import ActRecord
from ledger.evidence.verify.authority import Authorities
from ledger.evidence.verify.statute_row import Refused, Row
from ledger.terms import Role

# Plain ints, for they are compared with every act.
_ROLES = {"publisher": int(Role.PUBLISHER), "officer": int(Role.OFFICER), "auditor": int(Role.AUDITOR)}


class Acting:
    """The acts of one series in order: what they say of an organisation's length of roles never falls."""

    def __init__(self, authorities: Authorities) -> None:
        self.authorities = authorities
        self._latest: dict[bytes, int] = {}

    def require_roles_in_time(self, organisation_id: bytes, record: ActRecord) -> None:
        """The organisation can have had exactly so many registry acts as the record says, in that block and after the
        acts before this one. Raises Refused."""
        at = record.roles
        if at < self._latest.get(organisation_id, 0) or not self.authorities.fits(organisation_id, at, record.time):
            raise Refused("RolesOutOfTime", f"0x{organisation_id.hex()} had not had exactly {at} acts then")
        self._latest[organisation_id] = at

    def require_people(self, organisation_id: bytes, row: Row, record: ActRecord) -> int:
        """The one or two who acted held the role of the row's table for the organisation. Gives the organisation's
        kinds then (bits); raises Refused."""
        self.require_roles_in_time(organisation_id, record)
        if record.first == record.second:
            raise Refused("AlreadyApproved", "one person acted twice")
        who = row.entry.who[0]
        kinds = 0
        for account in (record.first, record.second) if row.entry.joint else (record.first,):
            roles, kinds = self.authorities.roles(organisation_id, account, record.roles, record.time)
            if not roles & _ROLES[who]:
                raise Refused("RoleMissing", f"0x{account.hex()} was no {who} of 0x{organisation_id.hex()} then")
        return kinds
