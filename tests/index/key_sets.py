"""Further key sets of a town: with custodians whom its operator made up, or with none."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.chain.acts import LotTerms, PublishTender, RoundTerms, TenderTerms
from ledger.chain.identifiers import key_set_id, lot_id, organisation_id
from ledger.chain.record import ZERO
from ledger.chain.registry import AcceptKeySet, KeySet, Person, Recipient, RegisterKeySet
from ledger.terms import OrganisationKind, Role, RoundKind
from tests.chain.town import sealing_key
from tests.index.town import DAY, Town, release, signer


@dataclass(frozen=True)
class Registered:
    """A key set that the registry has, and its id."""

    key_set: KeySet
    id: bytes


def key_set_of_own_custodians(town: Town, who: str = "operator") -> Registered:
    """Three organisations that nobody but the operator knows are admitted as custodians, and accept."""
    for number in (1, 2, 3):
        people = [Person(signer(f"{who} {role} {number}").account, Role.OFFICER) for role in ("clerk", "aide")]
        town._admit("DE-HRB", f"{who}-{number}", OrganisationKind.CUSTODIAN, tuple(people))
    made = register(town, own_key_set(town, who))
    for number in (1, 2, 3):
        custodian = organisation_id("DE-HRB", f"{who}-{number}")
        town.chain.send(AcceptKeySet(made.id, custodian, town.expires()), signer(f"{who} clerk {number}"))
    return made


def own_key_set(town: Town, who: str = "operator") -> KeySet:
    """The town's officers, and custodians of that name with keys of that name."""
    holders = sorted(organisation_id("DE-HRB", f"{who}-{number}") for number in (1, 2, 3))
    custodians = tuple(Recipient(holder, sealing_key(f"{who} {n}")) for n, holder in enumerate(holders))
    return KeySet(2, 2, _officers(town), custodians)


def key_set_without_custodians(town: Town) -> Registered:
    """Two of three officers are enough to read."""
    return register(town, KeySet(2, 0, _officers(town), ()))


def register(town: Town, key_set: KeySet) -> Registered:
    """By two officers; not accepted yet."""
    town.jointly(RegisterKeySet(town.buyer, key_set, town.expires()))
    return Registered(key_set, key_set_id(town.buyer, key_set))


def tender_under(town: Town, ocid: str, key_set: bytes, deadline: int, receivers: tuple[bytes, ...] = ()) -> None:
    """A tender for one lot whose bids are sealed to that key set."""
    terms = TenderTerms(
        ocid=ocid,
        lots=(LotTerms(lot_id("L1")),),
        minimum_standstill=10 * DAY,
        round=RoundTerms(RoundKind.BIDS, deadline, key_set, ZERO, tuple(sorted(receivers))),
    )
    town.jointly(PublishTender(town.buyer, town.expires(), town.keep(release(ocid)), terms))


def _officers(town: Town) -> tuple[Recipient, ...]:
    holders = sorted(bytes(12) + officer.account for officer in town.officers)
    return tuple(Recipient(holder, sealing_key(f"recipient {n}")) for n, holder in enumerate(holders))
