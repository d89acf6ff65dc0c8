"""The criteria document of a tender, as the command line takes it: read, compared with the terms, made public."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import Any

from ledger.chain.acts import PublishTender
from ledger.chain.identifiers import lot_id
from ledger.cli import values
from ledger.cli.acts.making import Enclosure, Making, read_document
from ledger.cli.acts.proposal import Enclosed, Proposal
from ledger.cli.language import say
from ledger.errors import TermsContradictRelease
from ledger.evaluation.criteria import Criteria, read_criteria
from ledger.evaluation.figures import shown


def publish_criteria(making: Making, given: str, lots: Collection[bytes], stated: Collection[str]) -> bytes:
    """The digest of the criteria: of a file, which is checked and stored for everybody, or as typed. ``lots``: those
    of the terms, by their digests; ``stated``: ids that the release states.

    Raises CriteriaInvalid, TermsContradictRelease.
    """
    if values.is_digest(given):
        return values.digest(given, "--criteria")
    path = Path(given)
    content = read_document(path, "--criteria")
    require_lots(read_criteria(content), lots, stated)
    digest = making.publish(content)
    making.enclosures.append(Enclosure(path.name, digest, is_release=False))
    if not _names(making.release_content, digest.hex()):
        making.session.warn(
            say(
                "The release names no document with the digest {digest}: an evidence bundle will not take the criteria "
                "along.",
                digest=digest.hex(),
            )
        )
    return digest


def _names(release: Any, digest: str) -> bool:
    """Whether an entry of a list ``documents`` in the release has this digest."""
    if isinstance(release, list):
        return any(_names(each, digest) for each in release)
    if not isinstance(release, dict):
        return False
    documents = release.get("documents")
    listed = documents if isinstance(documents, list) else []
    if any(isinstance(each, dict) and str(each.get("digest")).lower() == digest for each in listed):
        return True
    return any(_names(each, digest) for each in release.values())


def require_lots(criteria: Criteria, lots: Collection[bytes], stated: Collection[str] = ()) -> None:
    """Raises TermsContradictRelease unless the criteria are of these lots, all and no other; of those ``stated`` by
    their ids it tells the ids."""
    given = {lot_id(lot.id): lot.id for lot in criteria.lots}
    if given.keys() != set(lots):
        names = {lot_id(each): each for each in stated} | given
        expected = sorted(names.get(lot) or f"0x{lot.hex()}" for lot in lots)
        raise TermsContradictRelease(
            argument="--criteria", given=", ".join(sorted(given.values())), stated=", ".join(expected)
        )


def enclosed_criteria(proposal: Proposal) -> Enclosed | None:
    """The criteria document in a proposal, if its act publishes a tender and names it as such."""
    if not isinstance(proposal.call, PublishTender):
        return None
    named = proposal.call.terms.criteria
    return next((each for each in proposal.enclosed if not each.is_release and each.digest == named), None)


def read_proposed_criteria(proposal: Proposal) -> list[str]:
    """What proposed criteria say, checked again for the second officer.

    Raises CriteriaInvalid, TermsContradictRelease.
    """
    enclosed = enclosed_criteria(proposal)
    if enclosed is None or enclosed.salt:
        return []
    assert isinstance(proposal.call, PublishTender)
    criteria = read_criteria(enclosed.content)
    require_lots(criteria, [each.lot for each in proposal.call.terms.lots])
    return criteria_lines(criteria)


def criteria_lines(criteria: Criteria) -> list[str]:
    """What the criteria say, for an officer who is to agree to them."""
    lines = []
    for lot in criteria.lots:
        parts = [f"{each.title} {_percent(each.weight)}" for each in lot.criteria]
        if lot.price_weight is not None:
            parts.insert(0, say("price {percent}", percent=_percent(lot.price_weight)))
        lines.append(": ".join(filter(None, [f"{lot.id} {lot.title}", method_in_words(lot.method), ", ".join(parts)])))
    return lines


def method_in_words(method: str) -> str:
    """How bids are ranked, in words."""
    return {
        "lowestPrice": say("lowest price"),
        "weightedPoints": say("weighted points"),
        "ufabSimple": say("points per price (UfAB, simple method)"),
    }[method]


def _percent(weight: Fraction) -> str:
    return f"{shown(weight, 2).rstrip('0').rstrip('.')} %"
