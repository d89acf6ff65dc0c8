"""A town with its people, its ledger, and the means to let them act."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_hash.auto import keccak

from ledger.chain.acts import LedgerAct
from ledger.chain.client import Chain, Recorded
from ledger.chain.deployment import deploy
from ledger.chain.identifiers import organisation_id
from ledger.chain.registry import AdmitOrganisation, Person, RegistryAct
from ledger.chain.signers import KeySigner
from ledger.terms import OrganisationKind, Role
from tests.chain.nodes import LONG_AGO, TimedNode

Act = LedgerAct | RegistryAct

BUYER, OBSERVER = organisation_id("DE-LEITWEG", "town"), organisation_id("DE-LEITWEG", "observer")
CUSTODIAN, RECEIVER = organisation_id("DE-LEITWEG", "custodian"), organisation_id("DE-LEITWEG", "receiver")
REVIEW_BODY = organisation_id("DE-LEITWEG", "chamber")


def digest(text: str) -> bytes:
    """Some digest, always the same for the same text."""
    return keccak(text.encode())


def actor(name: str) -> KeySigner:
    """A named person's key, always the same, so that two nodes see the same accounts."""
    return KeySigner(digest(f"key of {name}"))


def sealing_key(name: str) -> bytes:
    """The public key (P-256, 65 bytes) of a named recipient, always the same."""
    secret = ec.derive_private_key(int.from_bytes(digest(f"sealing key of {name}")) >> 8, ec.SECP256R1())
    return secret.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def people(**roles: Role) -> tuple[Person, ...]:
    """Named people with their roles, in the order the registry wants."""
    persons = (Person(actor(name).account, int(role)) for name, role in roles.items())
    return tuple(sorted(persons, key=lambda person: person.account))


OFFICERS = people(
    officer_one=Role.OFFICER | Role.PUBLISHER,
    officer_two=Role.OFFICER,
    officer_three=Role.OFFICER,
    auditor=Role.AUDITOR,
)


@dataclass
class Town:
    """A chain with a ledger on which people act, one block and ten seconds at a time."""

    node: TimedNode
    chain: Chain
    now: int
    step: int = 10
    done: list[Recorded] = field(default_factory=list)

    @property
    def expires(self) -> int:
        """An end for calls of today."""
        return self.now + 86_400

    def pass_to(self, second: int) -> None:
        """Nothing happens until ``second``."""
        self.now = second
        self.node.pass_to(second)

    def do(self, name: str, act: Act) -> Recorded:
        """The named person sends an act; the next block is ten seconds later."""
        recorded = self.chain.send(act, actor(name))
        self.done.append(recorded)
        self.pass_to(self.now + self.step)
        return recorded

    def jointly(self, act: Act, first: str = "officer_one", second: str = "officer_two") -> Recorded:
        """Two officers perform a joint act."""
        proposed = self.do(first, act)
        assert not proposed.records
        assert len(proposed.proposals) == 1
        recorded = self.do(second, act)
        assert recorded.records
        return recorded

    def govern(self, act: Act) -> Recorded:
        """Two of three governors agree; their delay here is zero."""
        self.do("governor_one", act)
        recorded = self.do("governor_two", act)
        assert recorded.records
        return recorded

    def admit(self, identifier: str, kinds: OrganisationKind, persons: tuple[Person, ...]) -> bytes:
        """The governors admit an organisation."""
        self.govern(AdmitOrganisation("DE-LEITWEG", identifier, int(kinds), persons, self.expires))
        return organisation_id("DE-LEITWEG", identifier)


def found(node: TimedNode) -> Town:
    """Deploy registry and ledger, three governors of which two must agree; nobody is admitted yet."""
    now = LONG_AGO + 100
    node.pass_to(now)
    governors = [actor(name).account for name in ("governor_one", "governor_two", "governor_three")]
    deployment = deploy(node.transport, actor("deployer"), governors, threshold=2, delay=0)
    town = Town(node, Chain.connect(node.transport, deployment), now)
    town.pass_to(now + 100)
    return town


def settle(node: TimedNode) -> Town:
    """A town with a buyer of three officers and an observer."""
    town = found(node)
    town.admit("town", OrganisationKind.BUYER, OFFICERS)
    town.admit("observer", OrganisationKind.OBSERVER, people(watcher=Role.PUBLISHER))
    return town
