"""What minutes are made of beside ``round.json``: the ledger's acts, the tender, typed names, a server's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.chain.codec import decode_detail
from ledger.chain.logs import read_logs
from ledger.chain.record import ACT_RECORDED, ZERO, decode_log
from ledger.cli import values
from ledger.cli.acts.making import read_document
from ledger.cli.acts.structures import WHOLE_TENDER
from ledger.cli.keys import key_path
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, ContributionForeign, SiegelError
from ledger.ocds.json_text import read_json
from ledger.opening.minutes import Contribution, Incident
from ledger.opening.round_acts import RoundAct
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group, position
from ledger.sealing.contribution import claim_of
from ledger.sealing.words import number
from ledger.settings import Settings
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.chain.client import Chain


@dataclass(frozen=True, slots=True)
class Tender:
    """Who tenders what: ``lots`` are titles by id as the release has them, ``criteria`` the document or None."""

    authority: str
    title: str
    lots: Mapping[str, str]
    criteria: Mapping[str, Any] | None


def acts_of(chain: Chain, process_id: bytes) -> list[RoundAct]:
    """All acts of a process, in the order in which they came."""
    blocks = chain.deployment.block, chain.block_number()
    logs = read_logs(chain.transport, (chain.ledger,), *blocks, (ACT_RECORDED,), process_id)
    return [RoundAct(log.block_number, decode_log(log.topics, log.data)) for log in logs]


def tender_of(session: Session, acts: Sequence[RoundAct]) -> Tender:
    """From the releases of TenderPublished and TenderAmended, the newest one. Raises ObjectMissing, ObjectErased."""
    published = [act.record for act in acts if act.record.act in (Act.TENDER_PUBLISHED, Act.TENDER_AMENDED)]
    release = session.releases.shown(published[-1].release)
    tender = release.get("tender") or {}
    title = str(tender.get("title") or "")
    lots = {str(lot["id"]): str(lot.get("title") or "") for lot in tender.get("lots") or ()} or {WHOLE_TENDER: title}
    authority = str((release.get("buyer") or {}).get("name") or "")
    return Tender(authority, title, lots, _criteria(session, decode_detail(published[0])["terms"]["criteria"]))


def account_and_name(settings: Settings, typed: str) -> tuple[str, str]:
    """``officer-one=Anna Amtmann`` or ``0x51...e0=Anna Amtmann`` as account (hex) and name."""
    from ledger.chain.signers import keystore_account

    whose, separator, name = typed.partition("=")
    if not separator or not name.strip():
        raise ArgumentInvalid(argument="--officer", value=typed, why=values.expected("KEY=NAME"))
    if whose.startswith("0x"):
        return values.account(whose, "--officer").hex(), name.strip()
    return keystore_account(key_path(settings, whose)).hex(), name.strip()


def read_contributions(path: Path, process_id: bytes, round_number: int) -> tuple[Contribution, ...]:
    """What the server answered to ``GET .../contributions`` (``docs/opening.md``). Nobody stands in the minutes who did
    not sign a contribution of this share in this round.

    Raises ContributionUnsigned, ContributionForeign, ContributionMalformed.
    """
    needed = ("group", "index", "account", "at", "contribution", "signature")
    return tuple(_contribution(path, each, process_id, round_number) for each in _list(path, "contributions", needed))


def _contribution(path: Path, given: Mapping[str, Any], process_id: bytes, round_number: int) -> Contribution:
    try:
        account, data, signature = (
            bytes.fromhex(str(given[name]).removeprefix("0x")) for name in ("account", "contribution", "signature")
        )
        group, index, at = Group[str(given["group"]).upper()], int(given["index"]), int(given["at"])
    except (KeyError, TypeError, ValueError) as error:
        why = say("it is not the server's list")
        raise ArgumentInvalid(argument="--contributions", value=path, why=why) from error
    SignedContribution(data, signature).require_by(account)
    claim = claim_of(data)
    for field, expected, got in (
        ("processId", process_id, claim.process_id),
        ("round", number(round_number), claim.round),
        ("share", number(position(group, index)), claim.share),
    ):
        if got != expected:
            raise ContributionForeign(field=field, expected=expected, got=got)
    return Contribution(group=group.name.lower(), index=index, account=account.hex(), at=at)


def read_incidents(path: Path) -> tuple[Incident, ...]:
    """What the server answered to ``GET .../incidents`` (``docs/handing-in.md``)."""
    return tuple(
        Incident(
            author=_account(each["author"]),
            at=int(each["at"]),
            received_at=None if each.get("receivedAt") is None else int(each["receivedAt"]),
            failure=str(each["failure"]),
            detail=str(each.get("detail") or ""),
        )
        for each in _list(path, "incidents", ("author", "at", "failure"))
    )


def _criteria(session: Session, digest: bytes) -> Mapping[str, Any] | None:
    """The document with lots, titles and variants; None if the tender has none of this form."""
    if digest == ZERO:
        return None
    try:
        found = read_json(session.store.get(digest))
    except SiegelError:
        # Criteria can be any document; then the lots are those of the release.
        return None
    match found:
        case {"format": "siegel-criteria/1", "lots": [_, *_] as lots} if all(map(_is_lot, lots)):
            return dict(found)
    return None


def _is_lot(given: Any) -> bool:
    match given:
        case {"id": str(), "title": str(), "variants": bool()}:
            return True
    return False


def _list(path: Path, name: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    """The server's list, bare or under its name."""
    try:
        given = read_json(read_document(path, f"--{name}"))
    except SiegelError as error:
        raise ArgumentInvalid(argument=f"--{name}", value=path, why=str(error)) from error
    found = given.get(name) if isinstance(given, dict) else given
    if not isinstance(found, list) or not all(isinstance(each, dict) and each.keys() >= set(needed) for each in found):
        raise ArgumentInvalid(argument=f"--{name}", value=path, why=say("it is not the server's list"))
    return found


def _account(given: Any) -> str:
    return str(given).removeprefix("0x").lower()
