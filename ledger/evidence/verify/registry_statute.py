"""The registry's own acts against the statute (``IOrganisationRegistry.sol``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ledger.chain.record import NOBODY, ZERO, ActRecord
from ledger.errors import ActImpossible
from ledger.evidence.verify import key_sets
from ledger.evidence.verify.quorum import require_officers, require_quorum
from ledger.evidence.verify.standing import Governors, Standing
from ledger.evidence.verify.statute_row import Refused, Row, digest, require_text, take_acts
from ledger.terms import STATUTE, Act, OrganisationKind, Role

_ALL_KINDS, _ALL_ROLES, _OFFICER = int(sum(OrganisationKind)), int(sum(Role)), int(Role.OFFICER)
_NEVER_BOTH = int(OrganisationKind.BUYER | OrganisationKind.OBSERVER)
_MAX_GOVERNORS = 32
_MAX_DELAY = 365 * 86_400
_OF_GOVERNORS = (Act.GOVERNORS_SET, Act.SUCCESSOR_REGISTERED)


def read_standings(series: Mapping[bytes, Sequence[ActRecord]]) -> dict[bytes, Standing]:
    """What each organisation (zero: the governors) was after each of its acts.

    Raises ActImpossible for the first act that the registry could never have accepted; see ``Authorities``.
    """
    registry = _Registry(series)
    for organisation_id in sorted(series):  # zero, the governors, first: all others rest on them
        take_acts("roles", organisation_id, series[organisation_id], partial(registry.take, organisation_id))
    registry.require_custodians()
    return registry.standings


class _Registry:
    """Reads one series after the other; what an act says of another organisation is checked when all are read."""

    def __init__(self, series: Iterable[bytes]) -> None:
        self.standings = {organisation_id: Standing() for organisation_id in series}
        self._custodians: list[tuple[bytes, ActRecord, bytes]] = []
        self._successor = NOBODY

    def take(self, organisation_id: bytes, row: Row, record: ActRecord, detail: tuple[Any, ...]) -> None:
        standing, act = self.standings[organisation_id], row.entry.act
        if (organisation_id == ZERO) != (act in _OF_GOVERNORS):
            raise Refused("OrganisationNotAdmitted", "governors and organisations have acts of their own")
        admitted = standing.kinds[-1] != 0
        if organisation_id != ZERO and admitted == (act is Act.ORGANISATION_ADMITTED):
            name = "OrganisationKnown" if admitted else "OrganisationNotAdmitted"
            raise Refused(name, "an organisation is admitted with its first act, and once")
        if row.entry.joint:
            require_officers(standing, record)
        elif row.entry.who == ("governors",):
            governors = self.standings.get(ZERO, Standing())
            require_quorum(governors, organisation_id, standing, record, detail[-1])
        standing.begin_act(record.time)
        self._apply(act, organisation_id, standing, record, detail)

    def require_custodians(self) -> None:
        """Whoever acts on key sets name as custodians were custodians, and their own officers accepted."""
        for organisation_id, record, custodian in self._custodians:
            standing = self.standings.get(custodian)
            # Without its series nothing is known of it; then the key set is not ready, see Authorities.key_set.
            refused = key_sets.custodian_refusal(standing, record) if standing else None
            if refused is not None:
                raise ActImpossible(
                    series=organisation_id, sequence=record.sequence, act=STATUTE[Act(record.act)].name,
                    refusal=refused.refusal, reason=refused.reason,
                )  # fmt: skip

    def _apply(
        self, act: Act, organisation_id: bytes, standing: Standing, record: ActRecord, detail: tuple[Any, ...]
    ) -> None:
        match act:
            case Act.ORGANISATION_ADMITTED:
                scheme, identifier, kinds, people, _ = detail
                _require_identifier(organisation_id, scheme, identifier)
                _set_kinds(standing, kinds)
                _set_people(standing, record, people)
            case Act.KINDS_CHANGED:
                _set_kinds(standing, detail[0])
            case Act.ORGANISATION_SUSPENDED | Act.ORGANISATION_RESTORED:
                _set_suspended(standing, act is Act.ORGANISATION_SUSPENDED)
            case Act.PEOPLE_REPLACED:
                _set_people(standing, record, detail[0])
            case Act.GOVERNORS_SET:
                _set_governors(standing, record, *detail[:3])
            case Act.SUCCESSOR_REGISTERED:
                if detail[0] in (NOBODY, self._successor):
                    raise Refused("SuccessorInvalid", "no successor, or the same as before")
                self._successor = detail[0]
            case Act.PEOPLE_CHANGED:
                _set_people(standing, record, detail[0])
                _require_lasting(standing)
            case Act.KEY_SET_REGISTERED:
                custodians = key_sets.register(organisation_id, standing, record, detail[0])
                self._custodians += ((organisation_id, record, custodian) for custodian in custodians)
            case Act.KEY_SET_ACCEPTED:
                key_sets.accept(standing, record, detail[0])
                self._custodians.append((organisation_id, record, detail[0]))
            case _:
                key_sets.retire(standing, record)


def _require_identifier(organisation_id: bytes, scheme: str, identifier: str) -> None:
    require_text(scheme, "IdentifierInvalid")
    require_text(identifier, "IdentifierInvalid")
    if digest(scheme, identifier) != organisation_id:
        raise Refused("IdentifierInvalid", f"{scheme} {identifier} is another organisation")


def _set_kinds(standing: Standing, kinds: int) -> None:
    if not 0 < kinds <= _ALL_KINDS or kinds & _NEVER_BOTH == _NEVER_BOTH:
        raise Refused("KindsInvalid", f"kinds {kinds}")
    standing.kinds[-1] = kinds


def _set_suspended(standing: Standing, suspended: bool) -> None:
    if standing.suspended[-1] == suspended:
        raise Refused("SuspensionUnchanged", "the organisation is suspended already, or is not")
    standing.suspended[-1] = suspended


def _set_people(standing: Standing, record: ActRecord, people: Sequence[tuple[bytes, int, int]]) -> None:
    previous = NOBODY
    for account, roles, until in people:
        if account <= previous or roles > _ALL_ROLES or 0 < until < record.time:
            raise Refused("PersonInvalid", f"0x{account.hex()} with roles {roles} until {until}")
        previous = account
        standing.lasting += _is_lasting(roles, until) - _is_lasting(*standing.held(account, record.sequence))
        standing.people.setdefault(account, []).append((record.sequence, roles, until))


def _require_lasting(standing: Standing) -> None:
    if standing.lasting < 2:
        raise Refused("TooFewOfficers", f"{standing.lasting} officers without an end remain")


def _is_lasting(roles: int, until: int) -> bool:
    return bool(roles & _OFFICER) and until == 0


def _set_governors(
    standing: Standing, record: ActRecord, accounts: Sequence[bytes], threshold: int, delay: int
) -> None:
    rising = all(earlier < later for earlier, later in zip((NOBODY, *accounts), accounts, strict=False))
    if not rising or len(accounts) > _MAX_GOVERNORS or not 0 < threshold <= len(accounts):
        raise Refused("GovernorsInvalid", f"{len(accounts)} governors, of which {threshold} must agree")
    if delay > _MAX_DELAY:
        raise Refused("DelayInvalid", f"a delay of {delay} seconds")
    standing.governors[-1] = Governors(frozenset(accounts), threshold, delay, record.time)
