"""The ground of a close on the command line: a document that both officers have, under one and the same digest.

A digest covers a salt, too. So whoever comes second takes the salt with which the first one handed it in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.chain.acts import CloseRound
from ledger.chain.proposals import standing_proposals
from ledger.chain.record import ZERO
from ledger.cli import values
from ledger.cli.acts.making import read_document
from ledger.errors import GroundDiffers, SiegelError
from ledger.ocds.digest import SALT_LENGTH
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.cli.acts.making import Making


def close_ground(making: Making, number: int, url: str | None, name: str | None, given: str, *, despite: bool) -> bytes:
    """The digest of the ground that was given, once the server has it for the other officer; as typed, if it is one.

    Raises GroundDiffers where others proposed the close with other grounds only, unless the caller proposes
    ``despite`` that; GroundNotHere, if theirs is not on the server; and what the server refuses with.
    """
    from ledger.cli.opening.loading import load_round
    from ledger.cli.opening.server import round_server

    if values.is_digest(given):
        return making.document(given, "--ground")
    session = making.session
    content = read_document(Path(given), "--ground")
    sealed = load_round(session, making.process_id, number)
    signer = session.signer(name or "officer-one")
    standing = standing_proposals(session.chain, making.process_id, number, {Act.ROUND_CLOSED}, session.now())
    closes = ((each.account, each.call) for each in standing if isinstance(each.call, CloseRound))
    named = [(account, call.call.ground) for account, call in closes if call.call.ground != ZERO]
    with round_server(session, url, sealed, signer) as served:
        differing = list[bytes]()
        for account, ground in named:
            try:
                salted = served.ground(ground)
            except SiegelError:
                # Who proposes despite it needs no ground of another's.
                if not despite:
                    raise
                continue
            if salted[SALT_LENGTH:] == content:
                return making.document(given, "--ground", salt=salted[:SALT_LENGTH])
            differing += [ground] if account != signer.account else []
        if differing and not despite:
            raise GroundDiffers(digest=differing[0])
        digest = making.document(given, "--ground")
        served.give_ground((session.store.salt(digest) or b"") + content)
    return digest
