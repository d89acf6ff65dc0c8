"""Whether a round can be opened, shown before its deadline (*Öffnungsbereitschaft*)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledger.cli.language import say
from ledger.cli.values import shown_moment
from ledger.sealing.context import Group, KeySet, threshold_of
from ledger.sealing.rehearsal import open_challenge, rehearsal_context

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from ledger.cli.opening.server import Recipient, RoundServer
    from ledger.opening.sealed_round import SealedRound


def answer_challenges(served: RoundServer, sealed: SealedRound, key: ec.EllipticCurvePrivateKey) -> int:
    """Open the own challenges, and show what was in them; how many. Raises ShareUnopenable, RehearsalRefused."""
    facts, answered = sealed.facts, 0
    context = rehearsal_context(
        sealed.chain_id, sealed.ledger, facts.process_id, facts.number, facts.key_set, facts.deadline
    )
    for each in served.rehearsal():
        if each.challenge is not None:
            opened = open_challenge(context, sealed.key_set, each.group, each.index, each.challenge, key)
            served.answer_rehearsal(each.group, each.index, opened)
            answered += 1
    return answered


def table(key_set: KeySet, recipients: Sequence[Recipient]) -> tuple[list[str], bool]:
    """A line for each recipient and one for each group; whether enough of each group are ready."""
    lines, enough = list[str](), True
    for group, words in ((Group.OFFICERS, say("Officers")), (Group.CUSTODIANS, say("Custodians"))):
        threshold = threshold_of(key_set, group)
        if not threshold:
            continue
        of_group = [each for each in recipients if each.group is group]
        ready = sum(each.ready for each in of_group)
        enough = enough and ready >= threshold
        lines.append(
            say("{group}: {ready} ready, {threshold} are needed", group=words, ready=ready, threshold=threshold)
        )
        for each in of_group:
            colour = say("green") if each.ready else say("amber")
            when = say("never") if each.ready_at is None else shown_moment(each.ready_at)
            # On one line: a name that goes on in the next one would add a recipient who is ready.
            name = " ".join(str(each.name or "").split())
            lines.append(f"  {each.index}. {name} {colour} ({when})".replace("  (", " ("))
    return lines, enough
