"""Who may ask what only those who take part in a round are answered (``docs/handing-in.md``, being entitled).

There are no logins: each request carries a header that the account signed for this chain, ledger, process and round,
for a few minutes. What the account is, is asked of the ledger each time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBase
from fastapi.security.base import SecurityBase

from api.sealed_round import SealedRound, sealed_round
from api.services import Services
from ledger.chain.identifiers import access_digest
from ledger.chain.signers import signer_of
from ledger.errors import AccessExpired, AccessForbidden, AccessInvalid, AccessMissing, ShareNotHeld
from ledger.sealing.context import Group, recipients_of
from ledger.terms import Role

SCHEME: Final = "Siegel"
LONGEST: Final = 15 * 60
"""Seconds that a signed header can count."""

_FORM: Final = re.compile(
    r"(?i:siegel) +account=0x(?P<account>[0-9a-fA-F]{40}), ?expires=(?P<expires>[1-9][0-9]{0,11}), ?"
    r"signature=0x(?P<signature>[0-9a-fA-F]{130})"
)


class Part(Flag):
    """What somebody can be in a round."""

    OFFICER = auto()
    """Officer of the buyer."""
    CUSTODIAN = auto()
    """Officer of a custodian of the round's key set."""
    TENDERER = auto()
    """Author of a bid of the round."""


@dataclass(frozen=True, slots=True)
class Entitled:
    """An account (20 bytes) that the ledger knows in one of the parts asked for. ``custodians``: organisations of the
    round's key set of which it is an officer; empty unless that part was asked for."""

    account: bytes
    round: SealedRound
    part: Part
    custodians: tuple[bytes, ...]

    def holds(self, group: Group, index: int) -> bool:
        """Whether the share of the recipient with this index is the account's own, or its organisation's."""
        recipients = recipients_of(self.round.key_set, group)
        if not 0 < index <= len(recipients):
            return False
        holder = recipients[index - 1].holder
        if group is Group.CUSTODIANS:
            return holder in self.custodians
        return Part.OFFICER in self.part and holder == self.account.rjust(32, b"\0")

    def require_held(self, group: Group, index: int) -> None:
        """Raises ShareNotHeld."""
        if not self.holds(group, index):
            raise ShareNotHeld(account=self.account, index=index, group=group.name.lower())


class _SignedHeader(SecurityBase):
    """The header in the API's description, and its values in a request."""

    def __init__(self) -> None:
        self.model = HTTPBase(scheme=SCHEME, description="account=0x…, expires=SECONDS, signature=0x… (EIP-191)")
        self.scheme_name = SCHEME

    async def __call__(self, request: Request) -> Sequence[str]:
        return request.headers.getlist("authorization")


Signed = Annotated[Sequence[str], Security(_SignedHeader())]
"""The values of a request's ``Authorization``: what ``entitled`` checks."""


def entitled(services: Services, signed: Sequence[str], process_id: bytes, number: int, wanted: Part) -> Entitled:
    """Who asks, if the ledger knows the account in one of the ``wanted`` parts of this round now.

    Raises AccessMissing, AccessInvalid, AccessExpired, AccessForbidden; and as ``sealed_round`` does.
    """
    account = _signer(services, signed, process_id, number)
    found = sealed_round(services, process_id, number)
    part, custodians = Part(0), list[bytes]()
    if Part.OFFICER in wanted and _is_officer(services, found.organisation_id, account):
        part |= Part.OFFICER
    if Part.CUSTODIAN in wanted:
        custodians = [each.holder for each in found.key_set.custodians if _is_officer(services, each.holder, account)]
        part |= Part.CUSTODIAN if custodians else Part(0)
    if Part.TENDERER in wanted and _is_author(services, found, account):
        part |= Part.TENDERER
    if not part:
        raise AccessForbidden(account=account, round=number, process_id=process_id)
    return Entitled(account, found, part, tuple(custodians))


def _signer(services: Services, signed: Sequence[str], process_id: bytes, number: int) -> bytes:
    """The account whose signature the header carries."""
    if not signed:
        raise AccessMissing()
    if len(signed) > 1:
        raise AccessInvalid(reason="there are two")
    given = _FORM.fullmatch(signed[0])
    if given is None:
        raise AccessInvalid(reason="it is not in the one form")
    expires, now = int(given["expires"]), int(time.time())
    if expires < now:
        raise AccessExpired(expires=expires, time=now)
    if expires > now + LONGEST:
        raise AccessInvalid(reason=f"it counts for longer than {LONGEST} seconds")
    account, deployment = bytes.fromhex(given["account"]), services.deployment
    digest = access_digest(deployment.chain_id, deployment.ledger, process_id, number, account, expires)
    if signer_of(digest, bytes.fromhex(given["signature"])) != account:
        raise AccessInvalid(reason="it is not the account's, for this chain, ledger, process and round")
    return account


def _is_officer(services: Services, organisation_id: bytes, account: bytes) -> bool:
    """By the registry, now; nobody of a suspended organisation is."""
    roles = services.chain.view("authority", organisation_id, account, of="registry")[0]
    return Role.OFFICER in Role(roles)


def _is_author(services: Services, found: SealedRound, account: bytes) -> bool:
    """The index says which commitments are the account's, the ledger whether one is."""
    where = found.process_id, found.number
    own = (bid.commitment for bid in services.queries.bids(*where, account))
    return any(services.chain.view("bidOf", *where, each, account)[1] for each in own)
