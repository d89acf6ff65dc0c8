"""A round as the own node has it, and the own sealing key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.chain.identifiers import key_set_id
from ledger.chain.record import ACT_RECORDED, ZERO, decode_log
from ledger.cli import values
from ledger.cli.language import say
from ledger.errors import ArgumentInvalid, KeySetDiffers, KeyUnknown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from ledger.cli.session import Session
    from ledger.opening.facts import Bid, RoundFacts
    from ledger.opening.sealed_round import SealedRound


def load_round(session: Session, process_id: bytes, number: int) -> SealedRound:
    """All acts of the process, compared with the head that the node has, so that the index cannot leave one out.

    Raises RoundForbids if there is no such round; HeadMismatch; ProcessUnknown.
    """
    from ledger.evidence.verify.series import Contracts, check_process
    from ledger.index.series import SeriesReader
    from ledger.index.sync import Synchroniser
    from ledger.opening.facts import read_key_set, read_round
    from ledger.opening.sealed_round import SealedRound

    chain = session.chain
    Synchroniser(session.index, chain, session.store).run_once()
    with session.index.reading() as connection:
        series = SeriesReader(connection)
        organisation_id = series.organisation_of(process_id)
        acts, roles, block = series.process(process_id), series.roles(organisation_id), series.block
    head = chain.head(process_id, block=block)
    check_process(Contracts(chain.chain_id, chain.ledger, chain.registry), process_id, acts, head)
    records = [decode_log((ACT_RECORDED, process_id, organisation_id, data[:32]), data) for data in acts]
    facts = read_round(records, number)
    of_registry = (decode_log((ACT_RECORDED, ZERO, organisation_id, data[:32]), data) for data in roles)
    key_set = read_key_set(of_registry, facts.key_set)
    if key_set_id(organisation_id, key_set) != facts.key_set:
        raise KeySetDiffers(reason="its content gives another id than the round names")
    return SealedRound(chain.chain_id, chain.ledger, facts, key_set)


def round_bid(facts: RoundFacts, typed: str, argument: str) -> Bid:
    """The bid that somebody named as people count. Raises ArgumentInvalid, also for one on paper."""
    number = values.bid(typed, argument)
    if number >= len(facts.bids):
        raise ArgumentInvalid(argument=argument, value=typed, why=say("the round has no such bid"))
    return facts.bids[number]


def sealing_key(session: Session, name: str) -> ec.EllipticCurvePrivateKey:
    """The sealing key of somebody in this home, opened with its passphrase.

    Raises KeyUnknown, WrongPassphrase, KeystoreUnreadable, PassphraseMissing.
    """
    from ledger.cli.keys import sealing_key_path
    from ledger.cli.passphrase import passphrase_for
    from ledger.cli.sealing_keys import open_sealing_key

    path = sealing_key_path(session.require_home(), name)
    if not path.exists():
        known = sorted(each.name for each in path.parent.glob(f"*{sealing_key_path(session.require_home(), '').name}"))
        raise KeyUnknown(key=path.name, folder=path.parent, known=", ".join(known) or "-")
    return open_sealing_key(path, passphrase_for(name, session.settings))
