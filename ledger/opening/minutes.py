"""The minutes of an opening (Niederschrift) as data: who opened what when, what was in the bids, what was not opened.

What must stand in them: § 14(3) to (5) VOB/A, § 55 and § 8 VgV, § 40 and § 6 UVgO. They are confidential
(``procedure_rule``); what tenderers may see is made from them by ``minutes_json.opening_result``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.errors import AnswersNotTold
from ledger.opening.main_bids import NamedBid
from ledger.opening.procedure_rule import OpeningLaw, ProcedureRule
from ledger.opening.stated_offers import Offer, Tenderer
from ledger.opening.supplement_purpose import SupplementPurpose, supplement_law
from ledger.terms import RoundKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Whose shares opened the bids: ``group`` is ``officers`` or ``custodians``; ``at`` the server's clock, seconds.
    ``organisation``: the custodian whose share it is, ``scheme:identifier`` as the registry has it; None of an
    officer."""

    group: str
    index: int
    account: str
    at: int
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What a tenderer reported as failed: ``at`` by the tenderer's clock, ``received_at`` by the receiver's."""

    author: str
    at: int
    received_at: int | None
    failure: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the release says and officers add by hand. ``lots``: titles by id, for a tender without criteria; ``names``
    by account (hex), ``remarks`` by the bid's number; ``purpose``: of a supplement round, if officers say it."""

    rule: ProcedureRule
    authority: str
    title: str
    chain_id: int
    ledger: bytes
    lots: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[int, str] = field(default_factory=dict)
    purpose: SupplementPurpose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An account that took part, its typed name, and the acts it signed."""

    account: str
    name: str | None
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedOffer:
    """``main_bids`` and ``variants``: how many of both the same account has for this lot; of bids on paper, the same
    tenderer."""

    bid: int
    offer: Offer
    main_bids: int
    variants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedLot:
    """A lot of the tender; ``variants_admitted`` is None if there are no criteria that say it."""

    id: str
    title: str
    variants_admitted: bool | None
    offers: tuple[MinutedOffer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedBid:
    """Each bid of the round, once. ``arrival`` is what counts, ``block_time`` the ledger's clock. ``lots``: those of
    the tender that it is for; ``foreign``: what it offers for others. ``refusal`` and ``evidence`` (hex) of an
    unreadable one; ``kind`` (``paper``, ``sample``) of one on paper, once officers entered it."""

    bid: int
    commitment: str | None
    author: str | None
    outcome: str
    arrival: int
    block_time: int
    promised: bool
    late: bool
    admitted: bool
    present: bool
    tenderers: tuple[Tenderer, ...]
    lots: tuple[str, ...]
    foreign: tuple[Offer, ...]
    refusal: str | None
    evidence: str | None
    remark: str | None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredFile:
    """A document in an answer: the name of its field, what its tenderer calls it, bytes, SHA-256 (hex); both None of
    one that was entered by hand."""

    field: str
    title: str
    size: int | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What an answer says to something that the tender asked (*RequirementResponse*), as it was written."""

    requirement: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedAnswer:
    """What is in an answer of a supplement round: to which bid it belongs, as it says itself."""

    bid: int
    main_bid: NamedBid
    responses: tuple[Response, ...]
    files: tuple[AnsweredFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedAct:
    """An act of the round as the ledger has it; digests and accounts are hex."""

    act: str
    sequence: int
    block: int
    time: int
    accounts: tuple[str, ...]
    bid: int | None
    ground: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An outcome that was revised after the opening, with the ground's digest (hex)."""

    bid: int
    outcome: str
    sequence: int
    time: int
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Times in seconds since 1970; ``opened_at`` is when the last outcome stood. Bids are in order of their numbers.
    ``kind``: of the round; of a supplement round there are no ``lots`` but ``answers``, one for each bid that was
    opened or is on paper, and the ``purpose`` that officers entered."""

    rule: ProcedureRule
    kind: str
    purpose: SupplementPurpose | None
    authority: str
    title: str
    place: str | None
    ocid: str
    process_id: str
    round: int
    deadline: int
    closed_at: int
    opened_at: int
    officers: tuple[Officer, ...]
    contributions: tuple[Contribution, ...]
    bids: tuple[MinutedBid, ...]
    lots: tuple[MinutedLot, ...]
    answers: tuple[MinutedAnswer, ...]
    incidents: tuple[Incident, ...]
    revisions: tuple[Revision, ...]
    chain_id: int
    ledger: str
    acts: tuple[MinutedAct, ...]

    @property
    def is_supplement(self) -> bool:
        """The bids of the round are answers to letters."""
        return self.kind == RoundKind.SUPPLEMENT.name.lower()

    @property
    def law(self) -> OpeningLaw:
        """The sources for this round."""
        return supplement_law(self.rule, self.purpose) if self.is_supplement else self.rule.law

    def require_result(self) -> str:
        """The source that lets tenderers see names, sums and variants. Raises OpeningResultForbidden, AnswersNotTold of
        a supplement round."""
        if self.is_supplement:
            raise AnswersNotTold(round=self.round, source=self.law.confidential)
        return self.rule.require_result()

    @property
    def late(self) -> tuple[MinutedBid, ...]:
        """Bids that one of both clocks calls late (§ 14(4) and (5) VOB/A)."""
        return tuple(bid for bid in self.bids if bid.late or bid.block_time > self.deadline)

    @property
    def made_at(self) -> int:
        """When the newest act that stands in them was recorded."""
        return max(act.time for act in self.acts)
