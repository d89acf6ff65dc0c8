"""The doctor's look at chain, smart contracts, index, store and state."""

from __future__ import annotations

import time
from collections.abc import Container, Iterator
from typing import Final

from ledger.chain.node import EmbeddedNode
from ledger.chain.node.verify import check_rows
from ledger.chain.rpc import shown_url
from ledger.cli.acts.erasing import remaining
from ledger.cli.connection import running_node
from ledger.cli.doctor.bid_page import bid_page
from ledger.cli.doctor.code import is_published
from ledger.cli.doctor.finding import Finding, note, well, wrong
from ledger.cli.language import say, say_count, say_error
from ledger.cli.session import Session
from ledger.cli.settling import recorded_here
from ledger.cli.values import shown_moment, typed_duration
from ledger.errors import AuditTrailBroken, ObjectAltered, SiegelError
from ledger.index.check import check
from ledger.store.audit import AuditTrail
from ledger.store.outbox import Outbox
from ledger.terms import STATUTE

MOST_SHOWN: Final = 5
SENSIBLE_DELAY: Final = 3 * 86_400
"""Seconds: over a weekend, as ``siegel init`` sets it."""


def chain(session: Session) -> Iterator[Finding]:
    """The embedded chain opens and is whole, from hash to hash; while another process holds it, row by row."""
    settings = session.settings
    if settings.rpc_url is not None:
        yield well("chain", say("The chain is a node at {url}.", url=shown_url(settings.rpc_url)))
        return
    try:
        if running_node(settings) is not None:
            check_rows(settings.chain_dir / "chain.sqlite")
            yield well("chain", say("The chain is in use; every row of it is as it was written."))
        else:
            with EmbeddedNode.open(settings.chain_dir) as node:
                node.verify()
                yield well("chain", say("The chain is whole, up to block {block}.", block=node.head.block_number))
    except SiegelError as error:
        yield wrong("chain", say_error(error), say("Do not write to it. Restore a backup into another folder."))


def contracts(session: Session) -> Iterator[Finding]:
    """The deployed code is the published one, on the chain that the home names."""
    try:
        found = session.chain
        for name, account in (("TenderLedger", found.ledger), ("OrganisationRegistry", found.registry)):
            if is_published(found, name, account):
                yield well(
                    "contracts", say("{name} at 0x{account} is the published code.", name=name, account=account.hex())
                )
            else:
                yield wrong(
                    "contracts",
                    say("The code at 0x{account} is not {name} as published.", name=name, account=account.hex()),
                    say("Trust nothing it says. Compare deployment.json with a copy you know to be right."),
                )
    except SiegelError as error:
        yield wrong("contracts", say_error(error), say("Compare deployment.json and rpc_url with a working home."))


def clock(session: Session) -> Iterator[Finding]:
    """Block times are the validators' clock; this machine's clock must not be behind it."""
    try:
        newest = session.chain.block(session.chain.block_number()).time
    except SiegelError:
        return
    ahead = newest - int(time.time())
    if ahead > 2:
        sentence = say("The newest block is {seconds} seconds ahead of this machine's clock.", seconds=ahead)
        yield wrong("clock", sentence, say("Set the clock right, for example with NTP, before anything is published."))
    else:
        yield well("clock", say("This machine's clock is not behind the chain."))


def governance(session: Session) -> Iterator[Finding]:
    """One governor alone, or governors who are obeyed at once, can replace a town's officers before anybody sees it."""
    try:
        governors, threshold, delay = session.chain.view("governance", of="registry")
    except SiegelError:
        return
    # Their own decision about themselves: proposed wherever one of them alone is not obeyed at once.
    way = " --propose governors.json" if threshold > 1 or delay else ""
    listed = "siegel registry governors" + "".join(f" --governor 0x{each.hex()}" for each in governors)
    if threshold == 1:
        said = say_count(
            len(governors), "The only governor decides alone.", "Each of the {count} governors decides alone."
        )
        command = f"{listed} --governor ACCOUNT --threshold 2 --delay {typed_duration(delay or SENSIBLE_DELAY)}{way}"
        yield note("governance", said, say("Add governors in other organisations: {command}", command=command))
    if not delay:
        said = say("The governors' decisions count at once: nobody could see them coming.")
        command = f"{listed} --threshold {threshold} --delay {typed_duration(SENSIBLE_DELAY)}{way}"
        yield note("governance", said, say("Set a delay of days: {command}", command=command))
    if threshold > 1 and delay:
        days = delay / 86_400
        said = say("{threshold} of {count} governors decide, {days:.1f} days ahead.", threshold=threshold,
                   count=len(governors), days=days)  # fmt: skip
        yield well("governance", said)


def index(session: Session) -> Iterator[Finding]:
    """The index is up with the chain, and it and the stored releases are what the ledger says."""
    try:
        status = session.index.status(session.chain)
        if status.indexed_block is None:
            advice = "siegel index run --once"
            yield note(
                "index", say("The index never ran; the chain stands at block {head}.", head=status.head_block), advice
            )
            return
        if status.lag_blocks:
            said = say("The index is {lag} blocks behind the chain.", lag=status.lag_blocks)
            yield wrong("index", said, "siegel serve / siegel index run")
        differences = check(session.index, session.chain, session.store)
    except SiegelError as error:
        yield wrong("index", say_error(error), "siegel index rebuild")
        return
    for difference in differences[:MOST_SHOWN]:
        yield wrong("index", difference.text(say), say("Keep it as evidence; find out who could write here."))
    if len(differences) > MOST_SHOWN:
        said = say_count(len(differences) - MOST_SHOWN, "{count} more difference.", "{count} more differences.")
        yield wrong("index", said, "siegel index check")
    if not differences and not status.lag_blocks:
        yield well("index", say("Every row and every stored release is as the ledger says."))


def store(session: Session) -> Iterator[Finding]:
    """Every object, public or not, has the digest that is its name."""
    count, broken = 0, 0
    for digest in session.store.digests():
        count += 1
        try:
            session.store.get(digest)
        except ObjectAltered as error:
            broken += 1
            yield wrong("store", say_error(error), say("Take the object from a backup, and find out who wrote it."))
    if not broken:
        yield well("store", _objects(count))


def _objects(count: int) -> str:
    return say_count(
        count,
        "{count} object, with the digest that is its name.",
        "{count} objects, each with the digest that is its name.",
    )


def state(session: Session) -> Iterator[Finding]:
    """The audit trail is unbroken, and nothing waits in the outbox but what awaits a second person."""
    try:
        recorded = _recorded(session)
        with session.state.reading() as connection:
            lines = AuditTrail(connection).verify()
            entries = [entry for entry in Outbox(connection).waiting() if entry.key not in recorded]
    except AuditTrailBroken as error:
        yield wrong("state", say_error(error), say("Lines were changed or removed; compare with a backup."))
        return
    joint = {entry.name for entry in STATUTE.values() if entry.joint}
    proposed = [entry for entry in entries if entry.act in joint]
    waiting = len(entries) - len(proposed)
    if proposed:
        said = say_count(
            len(proposed),
            "{count} release awaits the second person's approval.",
            "{count} releases await the second person's approval.",
        )
        yield well("state", said)
    if waiting:
        said = say_count(
            waiting,
            "{count} act was prepared and is not on the ledger.",
            "{count} acts were prepared and are not on the ledger.",
        )
        yield wrong("state", said, say("Repeat the command that was interrupted, for example siegel import."))
    else:
        yield well("state", say("The audit trail ({lines} lines) is unbroken; nothing waits to be sent.", lines=lines))


def _recorded(session: Session) -> Container[str]:
    """What waits here although another home brought it onto the ledger: it does not wait any more."""
    try:
        return recorded_here(session.chain, session.state)
    except SiegelError:
        return ()  # the check of the chain says why


def erasures(session: Session) -> Iterator[Finding]:
    """What two officers agreed to erase is gone from this home, too."""
    try:
        found = list(remaining(session))
    except SiegelError as error:
        yield wrong("erasures", say_error(error), "siegel process erase-recorded")
        return
    for left in found:
        said = say_count(
            len(left.fields) + left.original,
            "Number {sequence} of process 0x{process} erased {count} thing that is still here.",
            "Number {sequence} of process 0x{process} erased {count} things that are still here.",
            sequence=left.record.sequence,
            process=left.record.process_id.hex(),
        )
        yield wrong("erasures", said, "siegel process erase-recorded")
    if not found:
        yield well("erasures", say("Everything that the ledger records as erased is gone here."))


def embargoes(session: Session) -> Iterator[Finding]:
    """No notice is withheld longer than its embargo lasts."""
    now, waiting = int(time.time()), session.releases.embargoed()
    overdue = [each for each in waiting if each.until <= now]
    for each in overdue[:MOST_SHOWN]:
        said = say(
            "The notice {release} of {ocid} is withheld; its embargo ended at {time}.",
            release=each.release_id,
            ocid=each.ocid,
            time=shown_moment(each.until),
        )
        yield wrong("embargoes", said, say("siegel disclose; siegel serve does it by itself."))
    if len(overdue) > MOST_SHOWN:
        said = say_count(
            len(overdue) - MOST_SHOWN,
            "{count} more notice is withheld too long.",
            "{count} more notices are withheld too long.",
        )
        yield wrong("embargoes", said, "siegel disclose")
    if not overdue:
        yield well(
            "embargoes",
            say_count(
                len(waiting),
                "{count} notice is under embargo, no longer than it lasts.",
                "{count} notices are under embargo, none longer than it lasts.",
            ),
        )


def log(session: Session) -> Iterator[Finding]:
    """The transparency log, where there is one, can go on, and its witnesses sign."""
    from ledger.evidence.authorities import timestamps_of
    from ledger.evidence.log.cosignatures import CosignatureBook
    from ledger.evidence.log.folder import living_log, logs_of
    from ledger.evidence.log.publisher import Publisher

    folder = session.settings.log_dir
    try:
        if not logs_of(folder):
            return
        tree = Publisher(folder, session.chain, session.index).check()
        origin = living_log(folder).origin
        yield well(
            "log",
            say_count(
                tree.size, "The log {origin} has {count} block.", "The log {origin} has {count} blocks.", origin=origin
            ),
        )
        for each in CosignatureBook(folder).feedings(origin):
            if each.failure is not None:
                said = say(
                    "since {since}: {why}", since=shown_moment(each.failure.since), why=say_error(each.failure.error)
                )
                yield wrong("log", said, "siegel log status")
        timestamps = timestamps_of(session.settings)
        for backlog in [] if timestamps is None else timestamps.backlog():
            if backlog.failure is not None:
                since = shown_moment(int(backlog.since or time.time()))
                yield wrong("log", say("since {since}: {why}", since=since, why=backlog.failure), "siegel log status")
    except SiegelError as error:
        yield wrong("log", say_error(error), "siegel log status")


CHECKS: Final = (chain, contracts, governance, clock, index, store, state, erasures, embargoes, log, bid_page)
