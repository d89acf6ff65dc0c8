"""The opening of a round in the demo's town hall: custodians release, officers contribute, two of them record.

Played at the time of the story with everybody's keys in one process. In the running town the same is done with
``siegel custodian release`` and ``siegel opening``, each on the own machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ledger.chain.acts import CloseRound, OpenBids
from ledger.chain.identifiers import process_id
from ledger.chain.record import ActRecord
from ledger.cli.demo.stage import Stage
from ledger.cli.demo.town import BUYER, CUSTODIANS
from ledger.opening.closing import close
from ledger.opening.contributing import contribution, index_of
from ledger.opening.counting import Brought, Opener
from ledger.opening.facts import Bid, read_round
from ledger.opening.opened import FILE, OpenedRound, opened_folder
from ledger.opening.round_file import opened_round
from ledger.opening.sealed_round import SealedRound
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.contribution import Contribution

OPENERS = (
    (Group.CUSTODIANS, CUSTODIANS[0].people[0][0]),
    (Group.CUSTODIANS, CUSTODIANS[1].people[0][0]),
    (Group.OFFICERS, "officer-one"),
    (Group.OFFICERS, "officer-two"),
)
"""Who brings shares: of both groups as many as are needed."""


def close_round(stage: Stage, ocid: str, number: int = 1) -> None:
    """Freeze which envelopes are here; nobody is admitted late."""
    facts = _sealed(stage, ocid, number).facts
    arrived = stage.receiver.envelopes.of_round(facts.process_id, number)
    closed = close(facts, {(each.commitment, each.author) for each in arrived})
    stage.together(CloseRound(stage.call(ocid), number, closed.counted, closed.present, closed.admitted))


def open_round(stage: Stage, ocid: str, home: Path, number: int = 1) -> OpenedRound:
    """Open all bids, record how each ended, and leave ``round.json`` in the officers' home."""
    sealed = _sealed(stage, ocid, number)
    folder = opened_folder(home, sealed.facts.process_id, number)
    officer = index_of(sealed, Group.OFFICERS, stage.sealing_keys["officer-one"])
    opener = Opener(
        sealed,
        officer,
        stage.sealing_keys["officer-one"],
        list(_brought(stage, sealed)),
        lambda bid: _envelope(stage, bid),
        folder,
        lambda group, index, account: True,
    )
    count = opener.count()
    assert not count.unfinished
    assert not count.false
    outcomes = tuple(each.outcome for each in count.found)
    stage.together(OpenBids(stage.call(ocid), number, 0, outcomes))
    opened = opened_round(_sealed(stage, ocid, number), count.found)
    opened.write(folder / FILE)
    return opened


def _brought(stage: Stage, sealed: SealedRound) -> Iterator[Brought]:
    now = stage.clock.now()
    for group, name in OPENERS:
        key, signer = stage.sealing_keys[name], stage.keys[name]
        index = index_of(sealed, group, key)
        for bid in sealed.facts.bids:
            if sealed.facts.follows(bid):
                continue
            made: Contribution = contribution(sealed, bid, lambda of: _header(stage, of), group, index, key, now)
            signed = SignedContribution.by(signer, made.encoded())
            yield Brought(bid.commitment, group, index, signer.account, signed)


@contextmanager
def _envelope(stage: Stage, bid: Bid) -> Iterator[BinaryIO]:
    arrived = stage.receiver.envelopes.of_commitment(bid.commitment)
    assert arrived is not None
    with stage.receiver.envelopes.open(arrived.digest) as stream:
        yield stream


def _header(stage: Stage, bid: Bid) -> bytes:
    arrived = stage.receiver.envelopes.of_commitment(bid.commitment)
    assert arrived is not None
    return stage.receiver.envelopes.read_header(arrived.digest).encoded()


def _sealed(stage: Stage, ocid: str, number: int) -> SealedRound:
    """A round as the ledger has it now."""
    chain = stage.chain
    return SealedRound(chain.chain_id, chain.ledger, read_round(_records(stage, ocid), number), stage.recipients)


def _records(stage: Stage, ocid: str) -> list[ActRecord]:
    return list(stage.chain.acts_of(process_id(stage.organisation(BUYER), ocid)))
