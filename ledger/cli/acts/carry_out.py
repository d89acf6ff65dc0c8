"""From a finished act to the ledger: alone, by two officers at one desk, or by a proposal that is mailed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.chain.acts import LedgerAct
from ledger.chain.record import ZERO
from ledger.chain.registry import RegistryAct
from ledger.cli.acts.erasing import erase_as_recorded
from ledger.cli.acts.making import Enclosure, Making
from ledger.cli.acts.proposal import Enclosed, Proposal
from ledger.cli.acts.standing import as_proposed
from ledger.cli.acts.words import describe_call, describe_record, entry_of
from ledger.cli.answer import Answer
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.cli.values import shown_moment
from ledger.errors import ArgumentInvalid, SecondPersonMissing, SecondPersonNotOther
from ledger.terms import STATUTE, Act, StatuteEntry

if TYPE_CHECKING:
    from ledger.chain.client import Recorded
    from ledger.chain.signers import Signer

Call = LedgerAct | RegistryAct


def default_key(entry: StatuteEntry | None) -> str:
    """The key that acts where ``--as`` is not given: the one that ``siegel init`` makes for the role."""
    if entry is not None and entry.who[0] in ("publisher", "auditor"):
        return entry.who[0]
    return "governor" if entry is not None and entry.who[0] == "governors" else "officer-one"


def carry_out(
    making: Making,
    call: Call,
    *,
    as_: str | None,
    together_with: str | None,
    propose: Path | None,
    alone: bool = False,
    despite: bool = False,
) -> Answer:
    """Sends the act.

    ``alone``: the second officer makes the same act from what that one sees, at another desk, and needs no file; what
    another proposed with equal arguments is executed, and with others nothing is sent, unless ``despite`` that.

    Raises ``SecondPersonMissing`` where others must agree and no way to them was given, ``SecondPersonNotOther``,
    ``ProposalDiffers``.
    """
    session, entry = making.session, entry_of(call)
    with making.refusable():
        name = as_ or default_key(entry)
        if propose is not None and propose.exists():
            raise ArgumentInvalid(argument="--propose", value=propose, why=say("it exists already"))
        if together_with is None and propose is None and not alone and _others_needed(session, entry):
            raise SecondPersonMissing(act=entry.name if entry else call.function)
        if together_with == name:
            raise SecondPersonNotOther(name=name)
        signer = session.signer(name)
        if alone and isinstance(call, LedgerAct):
            call = as_proposed(session, call, signer.account, despite=despite) or call
        # Asked for before the first half is sent: a mistyped passphrase must not leave half an act behind.
        second = session.signer(together_with) if together_with is not None else None
        submitted = session.chain.submit(call, signer, signing=making.signing)
    recorded = session.chain.recorded(submitted)
    if second is not None and not recorded.records:
        recorded = session.chain.send(call, second)
    if propose is not None and not recorded.records:
        return _proposed(session, call, making.enclosures, signer, recorded, propose)
    return finish(session, call, recorded)


def finish(session: Session, call: Call, recorded: Recorded) -> Answer:
    """What follows from what was recorded in this home, and the answer that tells it."""
    note_recorded(session, recorded)
    answer = answer_of(call, recorded)
    return Answer(answer.data, [*answer.lines, *erase_as_recorded(session, recorded.records)])


def note_recorded(session: Session, recorded: Recorded) -> None:
    """Strikes the acts' releases off the outbox, and writes who did what from here into the audit trail."""
    from ledger.store.audit import AuditTrail
    from ledger.store.outbox import Outbox
    from ledger.store.releases import notice_key

    if not recorded.records:
        return
    with session.state.writing() as connection:
        outbox, trail = Outbox(connection), AuditTrail(connection)
        for record in recorded.records:
            subject = record.organisation_id if record.process_id == ZERO else record.process_id
            name, transaction = STATUTE[Act(record.act)].name, recorded.transaction_hash.hex()
            trail.add("0x" + record.first.hex(), name, "0x" + subject.hex(), transaction="0x" + transaction)
            key = notice_key(record.organisation_id, record.release)
            # A second officer's home does not have the first one's outbox.
            if record.release != ZERO and outbox.get(key) is not None:
                outbox.mark_recorded([key], recorded.transaction_hash)


def _others_needed(session: Session, entry: StatuteEntry | None) -> bool:
    if entry is not None and "governors" in entry.who:
        _, threshold, delay = session.chain.view("governance", of="registry")
        return bool(threshold > 1 or delay > 0)
    return entry is not None and entry.joint


def _proposed(
    session: Session, call: Call, enclosures: list[Enclosure], signer: Signer, recorded: Recorded, path: Path
) -> Answer:
    store = session.store
    enclosed = tuple(
        Enclosed(
            name=each.name,
            is_release=each.is_release,
            salt=store.salt(each.digest) or b"",
            content=store.get(each.digest),
            disclosures=tuple(session.releases.disclosures(each.digest)) if each.is_release else (),
        )
        for each in enclosures
    )
    words = describe_call(call, {each.digest: each.name for each in enclosures})
    chain = session.chain
    transaction = recorded.transaction_hash
    Proposal(chain.chain_id, chain.ledger, call, signer.account, transaction, tuple(words), enclosed).write(path)
    answer = answer_of(call, recorded)
    advice = say("{file} is for the second person, who answers with: siegel approve {file} --as NAME", file=path)
    return Answer({**answer.data, "file": path}, [*words, *answer.lines, advice])


def answer_of(call: Call, recorded: Recorded) -> Answer:
    """What a transaction brought about."""
    data = {
        "call": call.function,
        "transaction": recorded.transaction_hash,
        "block": recorded.block_number,
        "acts": [{**record._asdict(), "name": STATUTE[Act(record.act)].name} for record in recorded.records],
        "proposals": [proposal._asdict() for proposal in recorded.proposals],
    }
    lines = [describe_record(record) for record in recorded.records]
    for proposal in recorded.proposals:
        lines.append(say("Proposed; more have to agree until {time}.", time=shown_moment(proposal.expires)))
        lines.append(say("Key of this approval: 0x{key}", key=proposal.key.hex()))
    place = say(
        "Transaction 0x{hash} in block {block}.", hash=recorded.transaction_hash.hex(), block=recorded.block_number
    )
    return Answer(data, [*lines, place])
