"""What minutes are made of beside ``round.json``: the ledger's acts, the tender, typed names, a server's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ledger.chain.codec import decode_detail
from ledger.chain.identifiers import incident_digest
from ledger.chain.logs import read_logs
from ledger.chain.record import ACT_RECORDED, ZERO, decode_log
from ledger.chain.signers import signer_of
from ledger.cli import values
from ledger.cli.acts.making import read_document
from ledger.cli.acts.structures import WHOLE_TENDER
from ledger.cli.keys import key_path
from ledger.cli.language import say
from ledger.cli.session import Session
from ledger.errors import ArgumentInvalid, IncidentUnsigned, SiegelError
from ledger.evaluation.part import LARGEST_NUMBER
from ledger.ocds.json_text import read_json
from ledger.opening.contributors import Contributors
from ledger.opening.minutes import Contribution, Incident
from ledger.opening.round_acts import RoundAct
from ledger.opening.signed_contribution import SignedContribution
from ledger.sealing.context import Group
from ledger.sealing.words import ACCOUNT
from ledger.settings import Settings
from ledger.terms import Act

if TYPE_CHECKING:
    from ledger.chain.client import Chain
    from ledger.chain.deployment import Deployment

_MOST_INDEX: Final = 255
_Read = TypeVar("_Read")


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


def read_contributions(path: Path, contributors: Contributors) -> tuple[Contribution, ...]:
    """What the server answered to ``GET .../contributions`` (``docs/opening.md``). Nobody stands in the minutes who did
    not sign a contribution to a bid of this round, of a share that the account or its organisation holds.

    Raises as ``Contributors.contribution``.
    """
    return tuple(contributors.contribution(*each) for each in _list(path, "contributions", _contribution))


def read_incidents(path: Path, deployment: Deployment, process_id: bytes, round_number: int) -> tuple[Incident, ...]:
    """What the server answered to ``GET .../incidents`` (``docs/handing-in.md``): what tenderers signed of this round.
    When it came is the server's word.

    Raises IncidentUnsigned.
    """
    found = []
    for (process, number), incident, signature in _list(path, "incidents", _incident):
        if (process, number) != (process_id, round_number):
            why = say("a report in it is of another process or round")
            raise ArgumentInvalid(argument="--incidents", value=path, why=why)
        author = bytes.fromhex(incident.author)
        said = author, incident.at, incident.failure, incident.detail
        digest = incident_digest(deployment.chain_id, deployment.ledger, process_id, round_number, *said)
        if signer_of(digest, signature) != author:
            raise IncidentUnsigned(author=author)
        found.append(incident)
    return tuple(found)


def _contribution(given: Mapping[str, Any]) -> tuple[Group, int, bytes, int, SignedContribution]:
    signed = SignedContribution(_bytes(given["contribution"]), _bytes(given["signature"]))
    account, at = _bytes(given["account"], ACCOUNT), _whole(given["at"])
    return Group[_text(given["group"]).upper()], _whole(given["index"], _MOST_INDEX), account, at, signed


def _incident(given: Mapping[str, Any]) -> tuple[tuple[bytes, int], Incident, bytes]:
    """Of which process and round, what was reported, and the signature."""
    incident = Incident(
        author=_bytes(given["author"], ACCOUNT).hex(),
        at=_whole(given["at"]),
        received_at=None if given.get("receivedAt") is None else _whole(given["receivedAt"]),
        failure=_text(given["failure"]),
        detail=_text(given["detail"]),
    )
    return (_bytes(given["processId"]), _whole(given["round"])), incident, _bytes(given["signature"])


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


def _list(path: Path, name: str, read: Callable[[Mapping[str, Any]], _Read]) -> list[_Read]:
    """The server's list, bare or under its name."""
    try:
        given = read_json(read_document(path, f"--{name}"))
    except SiegelError as error:
        raise ArgumentInvalid(argument=f"--{name}", value=path, why=str(error)) from error
    try:
        found = given[name] if isinstance(given, dict) else given
        return [read(each) for each in found]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArgumentInvalid(argument=f"--{name}", value=path, why=say("it is not the server's list")) from error


def _bytes(given: Any, size: int | None = None) -> bytes:
    found = bytes.fromhex(_text(given).removeprefix("0x"))
    if size not in (None, len(found)):
        raise ValueError(given)
    return found


def _whole(given: Any, most: int = LARGEST_NUMBER) -> int:
    if type(given) is not int or not 0 <= given <= most:
        raise ValueError(given)
    return given


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError(given)
    return given
