"""Every call of ``IOrganisationRegistry.sol`` as a frozen dataclass, field by field in the interface's order.

Acts of the governors are m of n with a delay; a governor's call is an approval, and the one that comes when enough
approved and the delay is over executes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ledger.chain.abi import Account, Bytes32, Function, Uint8, Uint64


class RegistryAct(Function):
    """A call that ``OrganisationRegistry`` records as one act, once all who must agree have called."""

    contract: ClassVar[str] = "registry"


@dataclass(frozen=True)
class Person:
    """``roles`` are bits of ``ledger.terms.Role``, zero removes; ``until`` is the last second, zero without end.

    Persons are listed in rising order of their accounts.
    """

    account: Account
    roles: Uint8
    until: Uint64 = 0


@dataclass(frozen=True)
class Recipient:
    """``holder``: an officer's account left-padded, or a custodian's organisation id; ``key``: P-256, 65 bytes."""

    holder: Bytes32
    key: bytes


@dataclass(frozen=True)
class KeySet:
    """Recipients of the two shared halves of a bid's key, in rising order of the holders; an index counts from 1."""

    officer_threshold: Uint8
    custodian_threshold: Uint8
    officers: tuple[Recipient, ...]
    custodians: tuple[Recipient, ...]


@dataclass(frozen=True)
class AdmitOrganisation(RegistryAct):
    """OrganisationAdmitted; ``kinds`` are bits of ``ledger.terms.OrganisationKind``. By the governors."""

    function: ClassVar[str] = "admitOrganisation"
    scheme: str
    identifier: str
    kinds: Uint8
    people: tuple[Person, ...]
    expires: Uint64


@dataclass(frozen=True)
class ChangeKinds(RegistryAct):
    """KindsChanged. By the governors."""

    function: ClassVar[str] = "changeKinds"
    organisation_id: Bytes32
    kinds: Uint8
    expires: Uint64


@dataclass(frozen=True)
class SuspendOrganisation(RegistryAct):
    """OrganisationSuspended, at once, with a ground. By the governors."""

    function: ClassVar[str] = "suspendOrganisation"
    organisation_id: Bytes32
    ground: Bytes32
    expires: Uint64


@dataclass(frozen=True)
class RestoreOrganisation(RegistryAct):
    """OrganisationRestored, with a ground. By the governors."""

    function: ClassVar[str] = "restoreOrganisation"
    organisation_id: Bytes32
    ground: Bytes32
    expires: Uint64


@dataclass(frozen=True)
class ReplacePeople(RegistryAct):
    """PeopleReplaced: people of an organisation that cannot do so itself, with a ground. By the governors."""

    function: ClassVar[str] = "replacePeople"
    organisation_id: Bytes32
    ground: Bytes32
    people: tuple[Person, ...]
    expires: Uint64


@dataclass(frozen=True)
class SetGovernors(RegistryAct):
    """GovernorsSet: the whole new list; ``delay`` in seconds. By the governors."""

    function: ClassVar[str] = "setGovernors"
    governors: tuple[Account, ...]
    threshold: Uint8
    delay: Uint64
    expires: Uint64


@dataclass(frozen=True)
class RegisterSuccessor(RegistryAct):
    """SuccessorRegistered: the ledger that is used from now on. By the governors."""

    function: ClassVar[str] = "registerSuccessor"
    successor: Account
    expires: Uint64


@dataclass(frozen=True)
class ChangePeople(RegistryAct):
    """PeopleChanged. Joint act of two officers."""

    function: ClassVar[str] = "changePeople"
    organisation_id: Bytes32
    people: tuple[Person, ...]
    expires: Uint64


@dataclass(frozen=True)
class RegisterKeySet(RegistryAct):
    """KeySetRegistered. Joint act of two officers of a buyer."""

    function: ClassVar[str] = "registerKeySet"
    organisation_id: Bytes32
    key_set: KeySet
    expires: Uint64


@dataclass(frozen=True)
class AcceptKeySet(RegistryAct):
    """KeySetAccepted, by one officer of the custodian."""

    function: ClassVar[str] = "acceptKeySet"
    key_set_id: Bytes32
    custodian: Bytes32
    expires: Uint64


@dataclass(frozen=True)
class RetireKeySet(RegistryAct):
    """KeySetRetired, with a ground. Joint act of two officers."""

    function: ClassVar[str] = "retireKeySet"
    key_set_id: Bytes32
    ground: Bytes32
    expires: Uint64


@dataclass(frozen=True)
class RevokeRegistryApproval(RegistryAct):
    """Takes back the caller's own approval of a registry act that was not executed yet."""

    function: ClassVar[str] = "revokeApproval"
    key: Bytes32
