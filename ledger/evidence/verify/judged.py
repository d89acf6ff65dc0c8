"""The step ``statute``: could the contract have accepted the acts? (``docs/bundle-1.md``, step 9)"""

from __future__ import annotations

from ledger.chain.record import ZERO
from ledger.evidence.verify.authority import Authorities
from ledger.evidence.verify.contents import Contents
from ledger.evidence.verify.custodians import check_custodians
from ledger.evidence.verify.policy import Policy
from ledger.evidence.verify.proven import Proven
from ledger.evidence.verify.report import Note
from ledger.evidence.verify.statute import replay
from ledger.evidence.verify.statute_list import check_list
from ledger.terms import OrganisationKind


def check_statute(_contents: Contents, policy: Policy, proven: Proven) -> list[Note]:
    """The contract could have accepted every act from these people; what it lets pass is said. Rounds have none but
    the custodians of the policy, if that names any.

    Raises ActImpossible, CustodianUnknown, CustodiansMissing.
    """
    authorities = Authorities(proven.roles)
    notes = []
    for process_id, process in proven.processes.items():
        first = process.records[0]
        _, kinds = authorities.roles(process.organisation_id, first.first, first.roles, first.time)
        if kinds & OrganisationKind.OBSERVER:
            notes.append(Note("observed", {"ocid": process.ocid}))
        replayed = replay(
            process_id,
            process.organisation_id,
            process.records,
            authorities,
            chain_id=policy.chain_id,
            ledger=policy.ledger.account,
        )
        proven.procedures[process_id] = replayed
        for flag in replayed.flags:
            values = {"flag": flag.name, "act": flag.sequence, "ocid": process.ocid, **flag.values}
            if flag.ground == ZERO:
                notes.append(Note("flag", values))
            else:
                notes.append(Note("flagWithGround", {**values, "ground": flag.ground}))
        if policy.custodians is not None:
            notes += [check_custodians(process.ocid, each, policy.custodians) for each in replayed.rounds]
    for organisation_id, items in proven.lists.items():
        check_list(organisation_id, items, authorities)
    return notes
