"""What a new home starts with: keys, a chain, smart contracts, one buyer and one observer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from ledger.chain.client import Chain
from ledger.chain.deployment import Deployment, deploy
from ledger.chain.node.genesis import create
from ledger.chain.registry import AdmitOrganisation, Person, SetGovernors
from ledger.chain.signers import SCRYPT_N, KeystoreSigner, Signer, create_keystore
from ledger.cli.connection import connect_to, open_node
from ledger.cli.keys import new_key_path
from ledger.cli.organisations import OBSERVER_SCHEME
from ledger.settings import Settings
from ledger.terms import OrganisationKind, Role

OFFICERS = ("officer-one", "officer-two", "officer-three")
KEYS = ("governor", *OFFICERS, "publisher", "observer", "observer-two")


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation by its identifier in a list."""

    scheme: str
    uid: str


def make_keys(settings: Settings, passphrase: str, *, scrypt_n: int = SCRYPT_N) -> dict[str, KeystoreSigner]:
    """A key for each role, all under the same passphrase until their holders take them over."""
    return {key: create_keystore(new_key_path(settings, key), passphrase, scrypt_n=scrypt_n) for key in KEYS}


def bootstrap(
    settings: Settings, keys: Mapping[str, Signer], buyer: Named, closing: ExitStack, *, delay: int = 0
) -> Deployment:
    """Makes the chain unless there is one by address, deploys, and admits buyer and observer.

    ``delay`` in seconds: how long the governor's decisions wait from then on, so that others can see them coming.
    """
    if settings.rpc_url is None:
        create(settings.chain_dir)
    target = open_node(settings, closing)
    governor = keys["governor"]
    deployment = deploy(
        target,
        governor,
        [governor.account],
        threshold=1,
        delay=0,
        nonces=settings.home / "nonces.sqlite",
        receipt_timeout=settings.receipt_timeout,
    )
    chain = connect_to(target, settings, deployment)
    closing.callback(chain.close)
    admit_first(chain, keys, buyer, expires=int(time.time()) + 3600)
    if delay:
        chain.send(SetGovernors((governor.account,), 1, delay, int(time.time()) + 3600), governor)
    # Last: a home with a deployment is one that is ready.
    deployment.save(settings.deployment_path)
    return deployment


def admit_first(chain: Chain, keys: Mapping[str, Signer], buyer: Named, *, expires: int) -> None:
    """The buyer with three officers and a publisher, and an observer who may anchor what others publish."""
    officers = dict.fromkeys(OFFICERS, Role.OFFICER)
    people = _people(keys, {**officers, "publisher": Role.PUBLISHER})
    watching = _people(keys, {"observer": Role.PUBLISHER | Role.OFFICER, "observer-two": Role.OFFICER})
    admissions = [
        AdmitOrganisation(buyer.scheme, buyer.uid, int(OrganisationKind.BUYER), people, expires),
        AdmitOrganisation(OBSERVER_SCHEME, buyer.uid, int(OrganisationKind.OBSERVER), watching, expires),
    ]
    chain.send_all(admissions, keys["governor"])


def _people(keys: Mapping[str, Signer], roles: Mapping[str, Role]) -> tuple[Person, ...]:
    found = (Person(keys[key].account, int(role)) for key, role in roles.items())
    # The registry takes each account once, in ascending order.
    return tuple(sorted(found, key=lambda person: person.account))
