"""``siegel approve``: the second officer reads a proposal and agrees, or does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.chain.acts import EraseFields
from ledger.chain.codec import encode_call
from ledger.chain.proposals import still_counts
from ledger.chain.record import ACT_PROPOSED, APPROVAL_REVOKED, ZERO, decode_proposal
from ledger.chain.record import Proposal as Standing
from ledger.cli.acts.carry_out import finish
from ledger.cli.acts.criteria import enclosed_criteria, read_proposed_criteria
from ledger.cli.acts.erasing import read_proposed
from ledger.cli.acts.erasure import read_erasure
from ledger.cli.acts.making import require_of_process
from ledger.cli.acts.proposal import Enclosed, Proposal, read_proposal
from ledger.cli.acts.words import describe_call, entry_of
from ledger.cli.answer import Answer
from ledger.cli.command import command
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.cli.values import shown_moment
from ledger.errors import ApprovalDeclined, ProposalForOtherLedger, ProposalNotStanding, ProposalUnreadable
from ledger.ocds.disclosure import disclose
from ledger.ocds.json_text import read_json, write_json
from ledger.terms import STATUTE, Act

if TYPE_CHECKING:
    from ledger.chain.client import Recorded


def register(app: typer.Typer) -> None:
    """Adds the command."""
    command(app, "approve", example="siegel approve offer.json --as officer-two")(approve)


def approve(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("the proposal"))],
    as_: Annotated[str, typer.Option("--as", metavar="NAME", help=say("key that approves"))],
    yes: Annotated[bool, typer.Option("--yes", help=say("approve without being asked, after having read it"))] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help=say("put what is enclosed there, to be read first"))
    ] = None,
) -> Answer:
    """Show what a proposal will do, and execute it as the second person.

    What is shown is read from the call and the enclosed bytes, not from the words in the file. With --save the
    enclosed release and documents are written to a new folder.
    """
    proposal = read_proposal(file)
    chain = session.chain
    if (proposal.chain_id, proposal.ledger) != (chain.chain_id, chain.ledger):
        raise ProposalForOtherLedger(
            theirs=proposal.ledger, their_chain=proposal.chain_id, ours=chain.ledger, our_chain=chain.chain_id
        )
    _require_named(proposal, file)
    _require_salted(proposal, file)
    standing = _require_standing(session, proposal)
    _require_own_releases(session, proposal, standing)
    for line in [*_shown(proposal), *read_proposed_criteria(proposal), *read_proposed(session, proposal)]:
        session.tell(line)
    if save is not None:
        for path in _save(proposal, save):
            session.tell(say("Written: {path}", path=path))
    if not yes:
        _ask()
    signer = session.signer(as_)
    # Kept before it is approved: what the act names must be there when it stands on the ledger.
    for each in proposal.enclosed:
        _keep(session, each, standing)
    recorded = chain.send(proposal.call, signer)
    answer = finish(session, proposal.call, recorded)
    ripe = _ripe(session, recorded)
    if not ripe:
        return answer
    advice = say(
        "Enough have agreed; from {time} on it can be executed with: siegel approve {file} --as NAME",
        time=shown_moment(ripe),
        file=file,
    )
    return Answer({**answer.data, "ripe": ripe}, [*answer.lines, advice])


def _ripe(session: Session, recorded: Recorded) -> int:
    """From when on the governors' act just approved can be executed; 0 for other acts, or if more have to agree."""
    for proposal in recorded.proposals:
        if "governors" in STATUTE[Act(proposal.act)].who:
            _, ripe = session.chain.view("petitionOf", proposal.key, of="registry")
            return int(ripe)
    return 0


def _ask() -> None:
    if not sys.stdin.isatty() or not typer.confirm(say("Approve this?"), err=True):
        raise ApprovalDeclined()


def _require_named(proposal: Proposal, file: Path) -> None:
    """Whatever is enclosed must be what the call names; something else would be read and not approved."""
    named = encode_call(proposal.call)
    if isinstance(proposal.call, EraseFields):
        # The letter that asked for it is named by the list of what is erased, which the act names.
        lists = (each for each in proposal.enclosed if each.digest == proposal.call.subject)
        named += b"".join(read_erasure(each.content).request for each in lists)
    for each in proposal.enclosed:
        if each.digest not in named:
            raise ProposalUnreadable(path=file, why=say("{name} is not what the act names", name=each.name))


def _require_salted(proposal: Proposal, file: Path) -> None:
    """Without a salt a document becomes public here; that is for nothing but a tender's criteria."""
    for each in proposal.enclosed:
        if not each.salt and each is not enclosed_criteria(proposal):
            raise ProposalUnreadable(path=file, why=say("{name} has no salt", name=each.name))


def _require_standing(session: Session, proposal: Proposal) -> Standing:
    """The first half must stand on the ledger; otherwise this call would be another first half."""
    chain, entry = session.chain, entry_of(proposal.call)
    newest = chain.block_number()
    block, call = _recorded_call(session, proposal)
    logs = () if block is None else chain.logs(block, block, [ACT_PROPOSED])
    ours = (log for log in logs if log.transaction_hash == proposal.transaction)
    proposed = next((decode_proposal(log.topics, log.data) for log in ours), None)
    if block is None or proposed is None or entry is None or proposed.act != entry.act:
        raise ProposalNotStanding(why=say("it is not recorded"))
    if call != encode_call(proposal.call):
        raise ProposalNotStanding(why=say("what was proposed there is another call than the one in the file"))
    if any(log.topics[1] == proposed.key for log in chain.logs(block, newest, [APPROVAL_REVOKED])):
        raise ProposalNotStanding(why=say("it was revoked"))
    if proposed.expires < session.now():
        raise ProposalNotStanding(why=say("it expired at {time}", time=shown_moment(proposed.expires)))
    if entry.contract == "ledger" and not still_counts(chain, proposed, newest):
        raise ProposalNotStanding(why=say("it was executed, or procedure or roles have changed since"))
    return proposed


def _require_own_releases(session: Session, proposal: Proposal, standing: Standing) -> None:
    """A release of another process would be read as one of this. Raises ``ReleaseOfOtherProcess``."""
    for each in proposal.enclosed:
        if each.is_release and standing.process_id != ZERO:
            release = read_json(each.content)
            ocid = release.get("ocid") if isinstance(release, dict) else None
            require_of_process(session, ocid, standing.process_id, standing.organisation_id)


def _recorded_call(session: Session, proposal: Proposal) -> tuple[int | None, bytes]:
    """The block of what the first officer really sent, None if it is in none, and what that was: the ledger itself
    keeps only its digest."""
    method = "eth_getTransactionByHash"
    answer = session.chain.transport.request(method, ["0x" + proposal.transaction.hex()])
    if not answer or answer["blockNumber"] is None:
        return None, b""
    return int(answer["blockNumber"], 16), bytes.fromhex(answer["input"].removeprefix("0x"))


def _shown(proposal: Proposal) -> Iterator[str]:
    names = {each.digest: each.name for each in proposal.enclosed}
    yield from describe_call(proposal.call, names)
    yield say("Proposed by 0x{account}.", account=proposal.proposed_by.hex())
    for each in proposal.enclosed:
        size, digest = len(each.content), each.digest.hex()
        yield say("Enclosed: {name}, {size} bytes, digest 0x{digest}", name=each.name, size=size, digest=digest)
        if each.is_release:
            yield from (f"  {line}" for line in _release_lines(each))


def _save(proposal: Proposal, folder: Path) -> Iterator[Path]:
    """The enclosed bytes in a new folder; a release with its concealed fields in place. Names in the file are foreign:
    only their last part counts, behind a number of ours."""
    folder.mkdir(parents=True, mode=0o700)
    for number, each in enumerate(proposal.enclosed, 1):
        path = folder / f"{number}-{Path(each.name.replace(chr(92), '/')).name or 'file'}"
        content = each.content
        if each.is_release:
            content = write_json(disclose(read_json(content), each.disclosures))
        path.write_bytes(content)
        yield path


def _release_lines(each: Enclosed) -> Iterator[str]:
    from ledger.index.content import Content

    release = Content(disclose(read_json(each.content), each.disclosures), None)
    yield f"{release.text('ocid')} · {release.text('id')} · {', '.join(release.texts('tag'))}"
    tender = Content(release.at("tender") or {}, None)
    told = {
        say("Buyer"): release.text("buyer/name"),
        say("Title"): tender.text("title"),
        say("Estimated value"): _money(tender.at("value")),
        say("End of the tender period"): tender.text("tenderPeriod/endDate"),
        say("Lots"): ", ".join(f"{lot.text('id')} {lot.text('title') or ''}".strip() for lot in tender.objects("lots")),
    }
    for award in release.objects("awards"):
        who = ", ".join(supplier.text("name") or "?" for supplier in award.objects("suppliers"))
        told[say("Award {id}", id=award.text("id") or "?")] = f"{who} · {_money(award.at('value')) or '–'}"
    for contract in release.objects("contracts"):
        told[say("Contract {id}", id=contract.text("id") or "?")] = _money(contract.at("value"))
    yield from (f"{name}: {value}" for name, value in told.items() if value)


def _money(value: Any) -> str | None:
    if not isinstance(value, dict) or "amount" not in value:
        return None
    return f"{value['amount']} {value.get('currency') or ''}".strip()


def _keep(session: Session, each: Enclosed, standing: Standing) -> None:
    """A release with its disclosures, so that this home can show and erase what is concealed in it, too."""
    from ledger.store.objects import StoreClass

    if each.is_release:
        name = STATUTE[Act(standing.act)].name
        session.releases.adopt(each.content, each.salt, each.disclosures, standing.organisation_id, name)
    elif not each.salt:
        # Only criteria come without one, which were read as such before; in a home of both officers they are there.
        session.store.put(StoreClass.PUBLIC, each.content)
    elif not session.store.exists(each.digest):
        session.store.put(StoreClass.CONFIDENTIAL, each.content, salt=each.salt)
